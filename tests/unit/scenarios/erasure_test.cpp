#include "pipeline/retention.hpp"
#include "pipeline/sameness.hpp"
#include "simulation/sim_disk.hpp"
#include "unit/scenarios/street.hpp"

// A resident is erased, with phones away, work waiting and an office put back. In all of it: what was
// personal in her rows is in no file of the office, of its phones or of a backup made after, and everything
// else stays.
using namespace doorstep;
using namespace doorstep::test;
using server::ErasureCause;
using server::ErasureRecord;
using wire::VerdictKind;

namespace {

/// Whether anything in a file tells `what`.
bool tells(const std::string& path, const std::string& what) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return bytes.find(what) != std::string::npos;
}

/// A street in which 李奶奶 lives behind door 101. Everything that is personal about her says canary.
class Erasing : public Street {
 public:
  Erasing() {
    post("王芳", "B1", {}, {}, "community_worker");
    post("赵刚", "B1");
    wang = phone("王芳");
    zhao = phone("赵刚");
    sync(*wang);
    sync(*zhao);
    her = add(*wang, "resident",
              {{"name", text("canary-name")},
               {"id_type", text("passport")},
               {"id_number", text("canary-id")},
               {"flags", text("canary-flag,独居老人")}});
    residency = add(
        *wang, "residency",
        {{"resident", to_text(her)}, {"household", to_text(home("101"))}, {"moved_in", text("2020-01-01")}});
    sync(*wang);
    sync(*zhao);
  }

  server::ErasureReport erase(const RowId& row, const char* table = "resident", bool dry_run = false) {
    return must(server::erase(office(), {key(table, row), "张书记", "本人申请", dry_run}));
  }
  void sweep() { CHECK(must(server::sweep(office())).is_done); }
  /// As the page on erasing says: erase, back up, and wait for the phones.
  void erase_and_back_up(const RowId& row) {
    erase(row);
    sweep();
    backup();
  }

  RowKey key(const char* table, const RowId& row) {
    return {must(office().newest_plan(*must(office().store().snapshot())))->find(table)->table->id, row};
  }
  std::vector<ErasureRecord> erasures() {
    std::vector<ErasureRecord> out;
    must(must(office().store().snapshot())->each_erasure(false, [&](const ErasureRecord& erasure) {
      out.push_back(erasure);
      return true;
    }));
    return out;
  }
  bool office_tells(const std::string& what) const {
    return tells(path("office.db"), what) || tells(path("office.db-wal"), what);
  }
  bool backup_tells(const std::string& what) const { return tells(path("backup"), what); }
  bool phone_tells(const std::string& name, const std::string& what) const {
    return tells(path(name + ".db"), what) || tells(path(name + ".db-wal"), what);
  }
  std::size_t residents() {
    std::size_t count = 0;
    auto snapshot = must(office().store().snapshot());
    const auto plan = must(office().newest_plan(*snapshot));
    must(snapshot->each_row(*plan->find("resident")->table,
                            [&](const RowId&, const server::RowView&) { return ++count != 0; }));
    return count;
  }

  std::unique_ptr<PhoneStore> wang, zhao;
  RowId her, residency;
};

}  // namespace

TEST_CASE("erasure: a resident on request: no file of the office or a phone tells, counts stay") {
  Erasing street;
  must(edit(*street.zhao, "resident", street.her, {{"name", std::string("canary-other")}}));
  must(edit(*street.wang, "resident", street.her, {{"name", std::string("canary-third")}}));
  street.sync(*street.zhao);
  street.sync(*street.wang);  // A conflict: the ledger has one of the two.
  REQUIRE(street.conflicts() == 1);
  must(edit(*street.wang, "resident", street.her, {{"flags", std::string("canary-more")}}));
  street.sync(*street.wang);
  street.sync(*street.zhao);
  REQUIRE(street.office_tells("canary"));
  REQUIRE(street.phone_tells("赵刚", "canary"));

  const auto report = street.erase(street.her);
  REQUIRE(report.rows.size() == 1);
  CHECK(report.conflicts == 1);
  CHECK(report.mentions.empty());
  CHECK(is_null(street.office_value("resident", street.her, "name")));
  CHECK(street.conflicts() == 0);
  street.check_sound();
  street.sweep();
  street.check_sound();
  CHECK_FALSE(street.office_tells("canary"));
  CHECK(street.residents() == 1);

  street.backup();
  CHECK_FALSE(street.backup_tells("canary"));
  for (PhoneStore* phone : {street.wang.get(), street.zhao.get()}) {
    CHECK(street.sync(*phone).erased_rows == 1);
    CHECK(is_null(value(*phone, "resident", street.her, "name")));
    CHECK(is_null(value(*phone, "resident", street.her, "flags")));
    CHECK(must(phone->conflicts()).empty());
    CHECK(must(phone->query("SELECT id FROM each_resident", {})).rows.size() == 1);
    const SyncReport again = street.sync(*phone);
    CHECK(again.pulled_rows == 0);
    CHECK(again.differing_parts == 0);
  }
  // Also while the apps have their files open.
  CHECK_FALSE(street.phone_tells("王芳", "canary"));
  CHECK_FALSE(street.phone_tells("赵刚", "canary"));
}

TEST_CASE("erasure: why: says that it was erased, and still who wrote when") {
  Erasing street;
  street.erase(street.her);
  street.sweep();
  const auto why = must(server::why(street.office(), "resident", street.her, "name"));
  REQUIRE(why.erasure);
  CHECK(why.erasure->reason == "本人申请");
  REQUIRE(why.versions.size() == 1);
  CHECK(why.versions[0].person == "王芳");
  CHECK(is_null(why.versions[0].value));
  CHECK_FALSE(must(server::why(street.office(), "residency", street.residency, "moved_in")).erasure);
}

TEST_CASE("erasure: other rows of one group: keep their history") {
  Erasing street;
  RowId other;
  must(street.zhao->write([&]() -> Status {
    const auto added = street.zhao->add("resident", {{"name", std::string("王大爷")}});
    other = must(Result<RowId>(added));
    return street.zhao->edit("resident", street.her, {{"name", std::string("canary-again")}});
  }));
  street.sync(*street.zhao);
  street.erase(street.her);
  street.sweep();
  CHECK_FALSE(street.office_tells("canary"));
  const auto why = must(server::why(street.office(), "resident", other, "name"));
  REQUIRE(why.versions.size() == 1);
  CHECK(why.versions[0].value == Value(std::string("王大爷")));
  CHECK_FALSE(why.is_cut);
  street.check_sound();
}

TEST_CASE("erasure: late work about her: counts, without what is personal") {
  Erasing street;
  must(edit(*street.zhao, "resident", street.her,
            {{"name", std::string("canary-late")}, {"kind", std::string("floating")}}));
  street.erase_and_back_up(street.her);
  street.sync(*street.zhao);
  const auto group = street.group(*street.zhao, 1);
  CHECK(group.verdict == VerdictKind::merged);
  CHECK(group.redacted);
  CHECK(is_null(street.office_value("resident", street.her, "name")));
  CHECK(street.office_value("resident", street.her, "kind") == Value(std::string("floating")));
  street.check_sound();
  CHECK_FALSE(street.office_tells("canary"));
  street.backup();
  street.sync(*street.zhao);
  street.sync(*street.zhao);
  CHECK(is_null(value(*street.zhao, "resident", street.her, "name")));
  CHECK_FALSE(street.phone_tells("赵刚", "canary"));
  // Its digest is that of what the phone had written.
  must(edit(*street.zhao, "resident", street.her, {{"kind", std::string("away")}}));
  CHECK(street.sync(*street.zhao).effective == 1);
}

TEST_CASE("erasure: late work that nobody can apply: is kept without what is personal") {
  Erasing street;
  must(edit(*street.zhao, "resident", street.her, {{"name", std::string("canary-held")}}));
  street.remove("residency", street.residency);  // She stands nowhere now.
  street.erase_and_back_up(street.her);
  street.sync(*street.zhao);
  CHECK(street.group(*street.zhao, 1).verdict == VerdictKind::held);
  CHECK_FALSE(street.office_tells("canary"));
  const auto name = server::GroupName{street.zhao->phone().actor, GroupNumber{1}};
  must(server::release_group(street.office(), name, {"张书记", ""}));
  CHECK(is_null(street.office_value("resident", street.her, "name")));
  street.check_sound();
  street.backup();
  street.sync(*street.zhao);
  street.sync(*street.zhao);
  CHECK_FALSE(street.phone_tells("赵刚", "canary"));
}

TEST_CASE("erasure: an office put back to a backup of before: erases again, phones do not bring it back") {
  Erasing street;
  street.backup();
  must(edit(*street.wang, "resident", street.her, {{"name", std::string("canary-after")}}));
  street.sync(*street.wang);
  street.erase(street.her);
  street.sweep();
  const std::vector<ErasureRecord> journal = street.erasures();
  REQUIRE(journal.size() == 1);
  street.restore();
  REQUIRE(street.office_tells("canary-name"));
  CHECK(must(server::erase_again(street.office(), journal)) == 1);
  street.sweep();
  CHECK_FALSE(street.office_tells("canary"));
  CHECK(must(server::erase_again(street.office(), journal)) == 0);

  const SyncReport report = street.sync(*street.wang);
  CHECK(report.sent_again == 1);
  CHECK(is_null(street.office_value("resident", street.her, "name")));
  CHECK_FALSE(street.office_tells("canary"));
  street.check_sound();
  street.backup();
  for (PhoneStore* phone : {street.wang.get(), street.zhao.get()}) {
    street.sync(*phone);
    street.sync(*phone);
    CHECK(street.sync(*phone).differing_parts == 0);
    CHECK(is_null(value(*phone, "resident", street.her, "name")));
  }
  CHECK_FALSE(street.file_tells(std::move(street.wang), "王芳", "canary"));
  CHECK_FALSE(street.file_tells(std::move(street.zhao), "赵刚", "canary"));
}

TEST_CASE("erasure: a row that the backup does not know yet: comes without what is personal") {
  Erasing street;
  street.backup();
  const RowId new_one = add(*street.wang, "resident", {{"name", std::string("canary-new")}});
  add(*street.wang, "residency",
      {{"resident", to_text(new_one)}, {"household", to_text(street.home("102"))}});
  street.sync(*street.wang);
  street.erase(new_one);
  const std::vector<ErasureRecord> journal = street.erasures();
  street.restore();
  CHECK(must(server::erase_again(street.office(), journal)) == 1);
  street.sync(*street.wang);
  CHECK(is_null(street.office_value("resident", new_one, "name")));
  CHECK_FALSE(street.office_tells("canary-new"));
  CHECK(street.residents() == 2);
  street.sync(*street.wang);
  CHECK(is_null(value(*street.wang, "resident", new_one, "name")));
  street.check_sound();
}

TEST_CASE("erasure: a household: its visits' notes go along, and the next birth is a new one") {
  Erasing street;
  const RowId home = street.home("101");
  must(edit(*street.wang, "household", home,
            {{"note", std::string("canary-one")}, {"tags", std::string("canary-tag")}}));
  add(*street.wang, "visit",
      {{"place", std::string("101")},
       {"household", to_text(home)},
       {"outcome", std::string("met")},
       {"note", std::string("canary-visit")}});
  street.sync(*street.wang);
  must(edit(*street.zhao, "household", home, {{"note", std::string("canary-two")}}));
  street.sync(*street.zhao);
  const auto report = street.erase(home, "household");
  CHECK(report.rows.size() == 2);
  street.sweep();
  CHECK_FALSE(street.office_tells("canary-visit"));
  CHECK_FALSE(street.office_tells("canary-one"));
  CHECK_FALSE(street.office_tells("canary-two"));
  CHECK(street.office_tells("canary-name"));  // She was not asked about.
  street.check_sound();
  street.sync(*street.wang);
  CHECK(is_null(value(*street.wang, "household", home, "note")));
  CHECK(street.sync(*street.wang).differing_parts == 0);

  must(street.wang->write([&] { return street.wang->remove("household", home); }));
  street.sync(*street.wang);
  add(*street.wang, "household", {{"place", std::string("101")}, {"note", std::string("新的一家")}});
  street.sync(*street.wang);
  CHECK(street.office_note("101") == "新的一家");
  street.check_sound();
}

TEST_CASE("erasure: rows that are one thing: all of them, and their names elsewhere are told") {
  Erasing street;
  const RowId twin = add(*street.zhao, "resident", {{"name", std::string("canary-twin")}});
  add(*street.zhao, "residency", {{"resident", to_text(twin)}, {"household", to_text(street.home("102"))}});
  must(edit(*street.zhao, "household", street.home("102"),
            {{"head_name", std::string("canary-name")}, {"note", std::string("问canary-twin")}}));
  street.sync(*street.zhao);
  const auto plan = must(street.office().newest_plan(*must(street.office().store().snapshot())));
  must(server::declare_same(street.office(), {{plan->find("resident"), twin, street.her, {}}}));
  const auto found = street.erase(street.her, "resident", true);
  CHECK(found.rows.size() == 2);
  REQUIRE(found.mentions.size() == 1);
  CHECK(found.mentions[0].row == street.home("102"));
  CHECK(street.erasures().empty());  // It only looked.
  street.erase(street.her);
  street.sweep();
  CHECK(is_null(street.office_value("resident", twin, "name")));
  CHECK_FALSE(street.office_tells("canary-id"));
  CHECK(street.office_tells("canary-name"));  // In the other household, until somebody looks.
  street.check_sound();
}

TEST_CASE("erasure: what cannot be erased: is refused") {
  Erasing street;
  const auto place = server::erase(street.office(), {street.key("place", street.at("101")), "", "", false});
  REQUIRE_FALSE(place);
  CHECK(place.error().code == ErrorCode::invalid_argument);
  const auto nobody =
      server::erase(street.office(), {street.key("resident", street.at("101")), "", "", false});
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().code == ErrorCode::not_found);
}

TEST_CASE("retention: visits past their time: lose their notes on their own, and stay counted") {
  Erasing street;
  visit(*street.wang, "101", "canary-visit");
  visit(*street.wang, "102");
  street.sync(*street.wang);
  street.sync(*street.zhao);
  street.day("2028-04-03");  // 399 days after.
  CHECK(must(server::enforce_retention(street.office(), false, "clerk")).erased == 0);
  street.day("2028-04-06");
  const auto looked = must(server::enforce_retention(street.office(), true, "clerk"));
  CHECK(looked.erased == 0);
  const auto done = must(server::enforce_retention(street.office(), false, "clerk"));
  CHECK(done.erased == 1);
  CHECK(done.sweep.is_done);
  const auto of_visits = std::find_if(done.tables.begin(), done.tables.end(),
                                      [](const auto& table) { return table.table->name == "visit"; });
  REQUIRE(of_visits != done.tables.end());
  CHECK(of_visits->due == 1);
  CHECK(of_visits->rule == "400 days after at");
  CHECK_FALSE(street.office_tells("canary-visit"));
  street.check_sound();
  street.backup();
  for (PhoneStore* phone : {street.wang.get(), street.zhao.get()}) {
    CHECK(street.sync(*phone).erased_rows == 1);
    CHECK(one(*phone, "SELECT count(*) FROM visit") == Value(std::int64_t{2}));
  }
  CHECK_FALSE(street.phone_tells("王芳", "canary-visit"));
  CHECK_FALSE(street.phone_tells("赵刚", "canary-visit"));
  CHECK(must(server::enforce_retention(street.office(), false, "clerk")).erased == 0);
  const auto counted = must(server::erased_by_retention(*must(street.office().store().snapshot())));
  REQUIRE(counted.size() == 1);
  CHECK(counted.begin()->second.rows == 1);
}

TEST_CASE("retention: on record: with the first rows of a run, by table, and without their values") {
  Erasing street;
  const auto trail = [&] {
    std::vector<server::AuditEntry> entries;
    must(must(street.office().store().snapshot())->each_audit([&](const server::AuditEntry& entry) {
      if (entry.kind == server::AuditKind::expired) entries.push_back(entry);
      return true;
    }));
    return entries;
  };
  // More than one transaction takes.
  for (int i = 0; i < 200; ++i) visit(*street.wang, "101", "canary-visit");
  street.sync(*street.wang);
  street.day("2028-04-06");
  must(server::enforce_retention(street.office(), true, "clerk"));
  CHECK(trail().empty());
  CHECK(must(server::enforce_retention(street.office(), false, "clerk")).erased == 200);
  REQUIRE(trail().size() == 1);
  CHECK(trail()[0].who == "clerk");
  CHECK(trail()[0].subject == "visit 200");
  CHECK(trail()[0].reason.empty());
  must(server::enforce_retention(street.office(), false, "clerk"));
  CHECK(trail().size() == 1);  // Nothing was due.
  street.check_sound();
}

TEST_CASE("retention: who moved out: is erased after the last home, not while one is open") {
  Erasing street;
  const RowId second = add(*street.wang, "residency",
                           {{"resident", to_text(street.her)}, {"household", to_text(street.home("102"))}});
  must(edit(*street.wang, "residency", street.residency, {{"moved_out", std::string("2027-03-02")}}));
  street.sync(*street.wang);
  street.day("2028-01-01");
  CHECK(must(server::enforce_retention(street.office(), false, "clerk")).erased == 1);  // Her first home.
  CHECK_FALSE(is_null(street.office_value("resident", street.her, "name")));
  must(edit(*street.wang, "residency", second, {{"moved_out", std::string("2027-12-31")}}));
  street.sync(*street.wang);
  street.day("2028-03-29");
  CHECK(must(server::enforce_retention(street.office(), false, "clerk")).erased == 0);
  street.day("2028-04-02");
  CHECK(must(server::enforce_retention(street.office(), false, "clerk")).erased ==
        2);  // She, and her last home.
  CHECK(is_null(street.office_value("resident", street.her, "name")));
  CHECK_FALSE(street.office_tells("canary"));
  for (const ErasureRecord& erasure : street.erasures()) CHECK(erasure.cause == ErasureCause::retention);
  street.check_sound();
}

TEST_CASE("retention: a row that was written lately: has its days from then") {
  Erasing street;
  must(edit(*street.wang, "residency", street.residency, {{"moved_out", std::string("2020-03-02")}}));
  street.sync(*street.wang);
  CHECK(must(server::enforce_retention(street.office(), false, "clerk")).erased == 0);
  street.day("2027-06-10");
  CHECK(must(server::enforce_retention(street.office(), false, "clerk")).erased == 2);
}

TEST_CASE("retention: a deleted row: goes its days after it was deleted") {
  Erasing street;
  const RowId home = street.home("102");
  must(edit(*street.wang, "household", home, {{"note", std::string("canary-dead")}}));
  street.sync(*street.wang);
  must(street.wang->write([&] { return street.wang->remove("household", home); }));
  street.sync(*street.wang);
  street.day("2027-05-01");
  CHECK(must(server::enforce_retention(street.office(), false, "clerk")).erased == 0);
  street.day("2027-06-10");
  CHECK(must(server::enforce_retention(street.office(), false, "clerk")).erased == 1);
  CHECK_FALSE(street.office_tells("canary-dead"));
  street.check_sound();
}

TEST_CASE("retention: a phone that is out of touch: erases by itself, and begins afresh when it is back") {
  Erasing street;
  visit(*street.wang, "101", "canary-visit");
  street.sync(*street.wang);
  street.backup();
  street.sync(*street.wang);
  street.wang.reset();
  street.day("2028-04-03");
  street.wang = street.open("王芳");
  CHECK(street.phone_tells("王芳", "canary-visit"));
  street.wang.reset();
  street.day("2028-04-06");
  street.wang = street.open("王芳");
  CHECK_FALSE(street.phone_tells("王芳", "canary-visit"));
  CHECK(one(*street.wang, "SELECT count(*) FROM visit WHERE note IS NULL") == Value(std::int64_t{1}));
  CHECK(street.phone_tells("王芳", "canary-name"));  // She still lives there.
  // The office had not looked yet: it sends what it has, and then what it erased.
  const SyncReport report = street.sync(*street.wang);
  CHECK(report.pulled_rows > 5);
  CHECK(report.differing_parts == 0);
  CHECK(must(server::enforce_retention(street.office(), false, "clerk")).erased == 1);
  CHECK(street.sync(*street.wang).erased_rows == 1);
  CHECK(street.sync(*street.wang).differing_parts == 0);
  CHECK_FALSE(street.phone_tells("王芳", "canary-visit"));
}

TEST_CASE("retention: a phone in touch: leaves it to the office") {
  Erasing street;
  visit(*street.wang, "101", "canary-visit");
  street.sync(*street.wang);
  street.day("2028-04-01");
  street.sync(*street.wang);
  street.wang.reset();
  street.day("2028-04-06");
  street.wang = street.open("王芳");
  CHECK(one(*street.wang, "SELECT count(*) FROM visit WHERE note IS NULL") == Value(std::int64_t{0}));
}
