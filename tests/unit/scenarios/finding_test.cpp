#include "base/limits.hpp"
#include "schema/calendar.hpp"
#include "unit/scenarios/street.hpp"

// Rows found by what people type, on a phone and at the office (docs/search.md).
using namespace doorstep;
using namespace doorstep::test;

namespace {

struct Finding : Street {
  Finding() {
    rename("street", "幸福街道");
    rename("E1", "和平小区");
    rename("E2", "光明小区");
    rename("B1", "3号楼");
    rename("B2", "13号楼");
    rename("B3", "3号楼");
    for (const char* door : {"101", "102", "201", "301", "302"}) rename(door, std::string(door) + "室");
    post("周丽", "street");
  }
  void rename(const std::string& place, const std::string& name) {
    put("place", {{"name", name}}, at(place));
  }
  Value id(const std::string& code) const { return to_text(at(code)); }

  RowId lives(const std::string& name, const std::string& door, const std::string& phone = {}) {
    const RowId resident = put("resident", {{"name", name}, {"phone", phone}});
    residency_[name] =
        put("residency", {{"resident", to_text(resident)}, {"household", to_text(home(door))}});
    return resident;
  }
  void leaves(const std::string& name, const std::string& last_day) {
    put("residency", {{"moved_out", last_day}}, residency_.at(name));
  }

  std::vector<Found> at_office(const std::string& text, std::size_t limit = 20) {
    return must(
        server::find_in_office_file(path("office.db"), pack(1), text, local_date(clock().wall_ms), limit));
  }
  /// `王淑芬@102`, in order.
  static std::string told(const std::vector<Found>& found) {
    std::string out;
    for (const Found& row : found) out += (out.empty() ? "" : " ") + row.text + '@' + row.place_code;
    return out;
  }
  /// Of a phone that has everything, and says the same as the office.
  std::string ask(PhoneStore& phone, const std::string& text, std::size_t limit = 20) {
    const std::vector<Found> here = must(phone.find(text, limit));
    const std::vector<Found> there = at_office(text, limit);
    CHECK(told(here) == told(there));
    REQUIRE(here.size() == there.size());
    for (std::size_t i = 0; i < here.size(); ++i) {
      CHECK(here[i].row == there[i].row);
      CHECK(here[i].said == there[i].said);
      CHECK(here[i].address == there[i].address);
    }
    return told(here);
  }

 private:
  std::map<std::string, RowId> residency_;
};

}  // namespace

TEST_CASE(
    "finding: a name: is found by characters and initials, with its door, on the phone and at the office") {
  Finding street;
  const RowId wang = street.lives("王淑芬", "102", "13800138000");
  street.lives("王芳", "301");
  street.lives("单雄", "101");
  street.put("household", {{"head_name", std::string("王守福")}}, street.home("201"));
  auto phone = street.phone("周丽");
  street.sync(*phone);

  const std::vector<Found> found = must(phone->find("wsf", 20));
  REQUIRE(found.size() == 2);
  CHECK(found[0].table == "resident");
  CHECK(found[0].row == wang);
  CHECK(found[0].column == "name");
  CHECK(found[0].text == "王淑芬");
  CHECK(found[0].said == "王淑芬 13800138000");
  CHECK(found[0].place == street.at("102"));
  CHECK(found[0].place_code == "102");
  CHECK(found[0].address == "幸福街道 和平小区 3号楼 102室");
  CHECK(found[1].table == "household");
  CHECK(found[1].text == "王守福");

  CHECK(street.ask(*phone, "王") == "王淑芬@102 王守福@201 王芳@301");
  CHECK(street.ask(*phone, "淑芬") == "王淑芬@102");
  CHECK(street.ask(*phone, "王sf") == "王淑芬@102 王守福@201");
  for (const char* reading : {"sx", "dx", "cx"}) CHECK(street.ask(*phone, reading) == "单雄@101");
  CHECK(street.ask(*phone, "8000") == "13800138000@102");
  CHECK(street.ask(*phone, "赵").empty());
}

TEST_CASE("finding: a door: is found by its number, alone and behind its building, whole before beginning") {
  Finding street;
  street.put("place", {{"code", std::string("1012")},
                       {"parent", street.id("B1")},
                       {"level", std::string("door")},
                       {"name", std::string("1012")}});
  auto phone = street.phone("周丽");
  street.sync(*phone);
  // The code 101 is a whole one; 101室 and 1012 only begin so.
  CHECK(street.ask(*phone, "101") == "101@101 1012@1012");
  CHECK(street.ask(*phone, "301") == "301@301");
  CHECK(street.ask(*phone, "01室").empty());
  // A building is found by its name, and does not bring every door in it.
  CHECK(street.ask(*phone, "3号楼") == "3号楼@B1 3号楼@B3");
  CHECK(street.ask(*phone, "和平 3号楼") == "3号楼@B1");
  CHECK(street.ask(*phone, "3号楼 102") == "102@102");
  CHECK(street.ask(*phone, "3号楼102室") == "102室@102");
  CHECK(street.ask(*phone, "hpxq3hl102") == "102室@102");
  CHECK(street.ask(*phone, "光明 102").empty());
}

TEST_CASE("finding: words: must all fit, in the row or where it stands") {
  Finding street;
  street.lives("王芳", "101", "13800138000");
  street.lives("王芳", "301");
  auto phone = street.phone("周丽");
  street.sync(*phone);
  CHECK(street.ask(*phone, "王芳") == "王芳@101 王芳@301");
  CHECK(street.ask(*phone, "wf 光明") == "王芳@301");
  CHECK(street.ask(*phone, "gmxq wf") == "王芳@301");
  CHECK(street.ask(*phone, "王芳 8000") == "王芳@101");
  CHECK(street.ask(*phone, "王芳 13号楼").empty());
  CHECK(street.ask(*phone, "王芳", 1) == "王芳@101");
}

TEST_CASE("finding: who has moved away: is found until the last day, and again when she is back") {
  Finding street;
  street.lives("王淑芬", "102");
  auto phone = street.phone("周丽");
  street.leaves("王淑芬", "2027-03-05");
  street.sync(*phone);
  CHECK(street.ask(*phone, "wsf") == "王淑芬@102");
  street.day("2027-03-05");
  CHECK(street.ask(*phone, "wsf") == "王淑芬@102");
  street.day("2027-03-06");
  CHECK(street.ask(*phone, "wsf").empty());
  const Value resident = street.office_value(
      "residency",
      *parse_row_id(std::get<std::string>(must(phone->query("SELECT id FROM residency", {})).rows[0][0])),
      "resident");
  street.put("residency", {{"resident", resident}, {"household", to_text(street.home("201"))}});
  street.sync(*phone);
  CHECK(street.ask(*phone, "wsf") == "王淑芬@201");
}

TEST_CASE("finding: a leader: is found while a post of hers lasts, at the first of her places") {
  Finding street;
  street.post("单丽", "E2");
  const RowId first = street.post("单丽", "B1");
  auto phone = street.phone("周丽");
  street.sync(*phone);
  CHECK(street.ask(*phone, "sl") == "单丽@B1");
  street.end(first, "2027-03-01");
  street.day("2027-03-02");
  street.sync(*phone);
  CHECK(street.ask(*phone, "sl") == "单丽@E2");
}

TEST_CASE("finding: two rows that are one: are found once, by what they say together and either door") {
  Finding street;
  const RowId one = street.lives("王淑芬", "102");
  const RowId other = street.lives("王淑芳", "301", "13800138000");
  auto phone = street.phone("周丽");
  street.sync(*phone);
  CHECK(must(phone->find("ws", 20)).size() == 2);
  must(phone->same("resident", one, other, ""));
  street.sync(*phone);
  const std::vector<Found> found = must(phone->find("ws", 20));
  REQUIRE(found.size() == 1);
  CHECK(found[0].row == other);
  CHECK(found[0].place == street.at("102"));
  CHECK(street.ask(*phone, "ws 光明") == street.ask(*phone, "ws 和平"));
  CHECK(street.ask(*phone, "8000") == "13800138000@102");
}

TEST_CASE(
    "finding: a phone: finds what was just recorded there, and nothing of what its holder may not read") {
  Finding street;
  street.lives("王淑芬", "102");
  street.lives("王顺发", "301");
  street.post("李芳", "B1");
  auto leader = street.phone("李芳");
  street.sync(*leader);
  CHECK(Finding::told(must(leader->find("wsf", 20))) == "王淑芬@102");
  add(*leader, "household",
      {{"place", std::string("101")}, {"number", std::int64_t{2}}, {"head_name", std::string("王素凤")}});
  CHECK(Finding::told(must(leader->find("wsf", 20))) == "王素凤@101 王淑芬@102");
  CHECK(Finding::told(street.at_office("wsf")) == "王淑芬@102 王顺发@301");

  street.post("赵物业", "B1", {}, {}, "partner");
  auto partner = street.phone("赵物业");
  street.sync(*partner);
  CHECK(must(partner->find("wsf", 20)).empty());
  CHECK(Finding::told(must(partner->find("102", 20))) == "102@102");
}

TEST_CASE("finding: what cannot be looked for: is refused with a sentence, and before joining") {
  Finding street;
  auto phone = street.phone("周丽");
  street.sync(*phone);
  for (const std::size_t limit : {std::size_t{0}, limits::kFound + 1}) {
    const auto refused = phone->find("王", limit);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid_argument);
  }
  CHECK_FALSE(phone->find("  ", 20));
  CHECK(must(phone->find("王", limits::kFound)).empty());

  CHECK(street.open("new")->find("王", 20).error().code == ErrorCode::not_joined);
}
