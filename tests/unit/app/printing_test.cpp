#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "app/create_office.hpp"
#include "app/leader_posts.hpp"
#include "app/office_time.hpp"
#include "app/open_office.hpp"
#include "app/print_file.hpp"
#include "app/row_reading.hpp"
#include "pipeline/office_writer.hpp"
#include "printing/limits.hpp"
#include "unit/app/temporary_folder.hpp"

using namespace doorstep;
using namespace doorstep::server;
using auth::CardSubject;

namespace {

/// Two units of one building; a building leader, and a unit leader for each.
struct Street {
  Street() {
    const auto made =
        make_office(DataFolder(folder / "office"), DOORSTEP_SOURCE_DIR "/schemas/furong", "芙蓉路街道");
    REQUIRE(made);
    opened = *OpenOffice::open(folder / "office");
    pack = *opened->pack();
    place("S", "", "street", "芙蓉路街道");
    place("C", "S", "community", "南路社区");
    place("B", "C", "building", "1号楼");
    place("U1", "B", "unit", "1单元");
    place("U2", "B", "unit", "");
    for (const char* name : {"楼栋长", "单元长一", "单元长二"})
      people[name] = put("person", {{"name", name},
                                    {"phone", "13800000001"},
                                    {"plate_consent", "1"},
                                    {"plate_consent_on", "2026-01-01"}});
    posts["楼栋长"] = post("楼栋长", "building_leader", "B");
    posts["单元长一"] = post("单元长一", "unit_leader", "U1");
    posts["单元长二"] = post("单元长二", "unit_leader", "U2");
  }

  RowId put(const char* table, const std::vector<NamedValue>& values, const std::optional<RowId>& id = {}) {
    OfficeWriter writer(opened->office());
    const auto row = writer.put(table, values, id);
    REQUIRE(row);
    REQUIRE(writer.commit());
    return *row;
  }
  void place(const std::string& code, const std::string& parent, const char* level, const char* name) {
    std::vector<NamedValue> values{{"code", code}, {"level", level}, {"name", name}};
    if (!parent.empty()) values.emplace_back("parent", to_text(places.at(parent)));
    places[code] = put("place", values);
  }
  RowId post(const std::string& person, const char* role, const std::string& code) {
    return put("assignment", {{"person", to_text(people.at(person))},
                              {"role", role},
                              {"place", to_text(places.at(code))},
                              {"starts", day(-10)}});
  }
  std::string day(int away) { return office_date(opened->now_ms() + away * 86'400'000LL); }

  std::string database() { return opened->folder().database().string(); }
  std::vector<std::string> plate(const std::string& code) {
    const auto posts_of_level = plate_posts_of_level(*pack, database(), "unit", opened->now_ms());
    REQUIRE(posts_of_level);
    std::vector<std::string> names;
    for (const PlatePost& one : *posts_of_level)
      if (one.code == code) names.push_back(one.role.zh + " " + one.name);
    const auto at = plate_posts_at(*pack, database(), code, opened->now_ms());
    REQUIRE(at);
    CHECK(at->size() == names.size());
    return names;
  }
  CardPage page(CardSubject::Kind kind, const RowId& row) {
    auto snapshot = opened->store().snapshot();
    REQUIRE(snapshot);
    auto told = card_page(*pack, **snapshot, database(), "芙蓉路街道", {kind, row}, opened->now_ms());
    REQUIRE(told);
    return *told;
  }
  bool is_valid(const std::string& person) {
    return !page(CardSubject::Kind::card, posts.at(person)).leaders.empty();
  }

  TemporaryFolder folder;
  std::unique_ptr<OpenOffice> opened;
  const Pack* pack = nullptr;
  std::map<std::string, RowId> places, people, posts;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Street, "printing: a plate: names who answers for the place and agreed, by her post") {
  CHECK(plate("U1") == Names{"楼栋长 楼栋长", "单元长 单元长一"});
  CHECK(plate("U2") == Names{"楼栋长 楼栋长", "单元长 单元长二"});
  put("person", {{"plate_consent", "0"}, {"plate_consent_on", day(0)}}, people["楼栋长"]);
  CHECK(plate("U1") == Names{"单元长 单元长一"});
  put("assignment", {{"ends", day(-1)}}, posts["单元长一"]);
  CHECK(plate("U1").empty());
  CHECK(plate("none").empty());
}

TEST_CASE_METHOD(Street, "printing: a card's page: is judged on the day it is asked") {
  const CardPage valid = page(CardSubject::Kind::card, posts["单元长一"]);
  REQUIRE(valid.leaders.size() == 1);
  CHECK(valid.leaders[0].name == "单元长一");
  CHECK(valid.leaders[0].role.zh == "单元长");
  CHECK(valid.address == "南路社区 1号楼 1单元");
  CHECK(valid.until.empty());

  put("assignment", {{"ends", day(0)}}, posts["单元长一"]);
  CHECK(is_valid("单元长一"));
  CHECK(page(CardSubject::Kind::card, posts["单元长一"]).until == day(0));
  put("assignment", {{"ends", day(-1)}}, posts["单元长一"]);
  CHECK_FALSE(is_valid("单元长一"));
  CHECK(page(CardSubject::Kind::card, posts["单元长一"]).address.empty());

  CHECK(is_valid("单元长二"));
  put("person", {{"plate_consent", "0"}, {"plate_consent_on", day(0)}}, people["单元长二"]);
  CHECK_FALSE(is_valid("单元长二"));
  put("assignment", {{"starts", day(1)}}, posts["楼栋长"]);
  CHECK_FALSE(is_valid("楼栋长"));
  OfficeWriter writer(opened->office());
  REQUIRE(writer.remove("assignment", posts["楼栋长"]));
  REQUIRE(writer.commit());
  CHECK_FALSE(is_valid("楼栋长"));
}

TEST_CASE_METHOD(Street, "printing: a code of one kind: tells nothing of the other") {
  CHECK(page(CardSubject::Kind::card, places["U1"]).leaders.empty());
  CHECK(page(CardSubject::Kind::plate, posts["单元长一"]).leaders.empty());
  const CardPage plate = page(CardSubject::Kind::plate, places["U2"]);
  CHECK(plate.is_plate);
  CHECK(plate.leaders.size() == 2);
  CHECK(plate.address == "南路社区 1号楼 U2");
}

TEST_CASE_METHOD(Street, "printing: the newest portrait: is the card's and the plate's") {
  const auto portrait = [&] {
    return put("photo", {{"place", to_text(places["U1"])},
                         {"shows", "portrait"},
                         {"person", to_text(people["单元长一"])},
                         {"preview", "aGk="}});
  };
  const auto shown = [&] {
    const auto of_card = card_posts(*pack, database(), people["单元长一"], opened->now_ms());
    REQUIRE(of_card);
    REQUIRE(of_card->size() == 1);
    const auto of_plate = plate_posts_at(*pack, database(), "U1", opened->now_ms());
    REQUIRE(of_plate);
    CHECK(of_plate->back().photo == of_card->front().photo);
    return of_card->front().photo;
  };
  CHECK_FALSE(shown());
  portrait();
  std::this_thread::sleep_for(std::chrono::milliseconds(2));  // Ids of one millisecond are in no order.
  const RowId newest = portrait();
  CHECK(shown() == newest);
  auto snapshot = opened->store().snapshot();
  CHECK(read_text(**snapshot, *pack, "photo", newest, "preview") == "aGk=");
}

TEST_CASE("printing: the name: says how pages go to files") {
  TemporaryFolder folder;
  const auto begin = [&](const std::string& name, std::size_t pages) {
    return PrintFile::begin((folder / name).string() + (name == "many" ? "/" : ""), printing::kA4, "题",
                            pages);
  };
  for (const auto& [name, pages] :
       {std::pair{"a.txt", 1}, {"a.svg", 2}, {"a.pdf", 0}, {"a.pdf", int(printing::limits::kPages) + 1}})
    CHECK_FALSE(begin(name, static_cast<std::size_t>(pages)));
  for (const std::string name : {"a.pdf", "a.svg", "many"}) {
    auto file = begin(name, 1);
    REQUIRE(file);
    const auto page = file->next("一/单元");
    REQUIRE(page);
    (*page)->write({10, 10, 100, 0}, "家门口", {});
    REQUIRE(file->finish());
    CHECK(file->bytes() > 0);
  }
  CHECK(std::filesystem::exists(folder / "a.pdf"));
  CHECK(std::filesystem::exists(folder / "a.svg"));
  CHECK(std::filesystem::exists(folder / "many/一_单元.svg"));
  // What was not finished is not there.
  {
    auto file = begin("b.pdf", 1);
    REQUIRE(file->next({}));
  }
  CHECK_FALSE(std::filesystem::exists(folder / "b.pdf"));
  CHECK_FALSE(std::filesystem::exists(folder / "b.pdf.partial"));
}
