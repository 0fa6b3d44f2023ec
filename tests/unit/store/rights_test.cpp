#include <algorithm>
#include <fstream>
#include <iterator>

#include "unit/store/upgrade_town.hpp"

// What a phone keeps of what its holder may not read any more: nothing.
using namespace doorstep;
using namespace doorstep::test;

namespace {

constexpr const char* kNumber = "11010519491231002X";

std::string file_of(const UpgradeTown& town, const std::string& name) {
  std::ifstream file(town.path(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string first(PhoneStore& phone, const std::string& sql) {
  const auto rows = must(phone.query(sql, {})).rows;
  if (rows.empty()) return "-";
  const auto* text = std::get_if<std::string>(&rows.front().front());
  return text == nullptr ? "" : *text;
}

}  // namespace

TEST_CASE("rights: a post that reads less: takes columns and conflicts out of the phone's file") {
  UpgradeTown town;
  const bool covered = GENERATE(false, true);
  CAPTURE(covered);
  auto phone = town.enrol("li", 1);
  town.sync(*phone);
  const RowId door = *parse_row_id(first(*phone, "SELECT id FROM place WHERE code = 'D1'"));
  const RowId post = *parse_row_id(first(*phone, "SELECT id FROM assignment"));
  const RowId home = town.put("household", {{"place", to_text(door)}});
  const RowId row = town.put("resident", {{"name", std::string("Sun")}, {"id_number", std::string(kNumber)}});
  town.put("residency", {{"resident", to_text(row)}, {"household", to_text(home)}});
  town.sync(*phone);
  CHECK(first(*phone, "SELECT name FROM resident") == "Sun");
  CHECK(first(*phone, "SELECT id_number FROM resident") == "");

  town.put("assignment", {{"role", std::string("community_worker")}}, post);
  town.sync(*phone);
  CHECK(first(*phone, "SELECT id_number FROM resident") == kNumber);
  // Two write it at once: the conflict reaches her too.
  must(edit(*phone, "resident", row, {{"id_number", std::string("440524188001010014")}}));
  town.put("resident", {{"id_number", Value{}}}, row);
  town.sync(*phone);
  town.put("resident", {{"id_number", std::string(kNumber)}}, row);
  town.sync(*phone);
  CHECK(first(*phone, "SELECT entry FROM doorstep_ledger") != "-");

  town.put("assignment", {{"role", std::string("leader")}}, post);
  if (covered)  // Beneath work that the office holds, too.
    must(edit(*phone, "resident", row, {{"id_number", std::string("440524188001010014")}}));
  const SyncReport report = town.sync(*phone);
  CHECK(report.held == (covered ? 1 : 0));
  CHECK(first(*phone, "SELECT name FROM resident") == "Sun");
  CHECK(first(*phone, "SELECT entry FROM doorstep_ledger") == "-");
  if (!covered) CHECK(first(*phone, "SELECT id_number FROM resident") == "");
  CHECK(town.sync(*phone).differing_parts == 0);
  phone.reset();
  CHECK(file_of(town, "li.db").find(kNumber) == std::string::npos);
  CHECK(file_of(town, "li.db").find("Sun") != std::string::npos);
}

TEST_CASE("rights: what none of her posts includes: is refused before it is recorded") {
  UpgradeTown town;
  auto phone = town.enrol("li", 1);
  town.sync(*phone);
  const RowId person = *parse_row_id(first(*phone, "SELECT person FROM assignment"));
  const RowId place = *parse_row_id(first(*phone, "SELECT place FROM assignment"));
  const RowId door = *parse_row_id(first(*phone, "SELECT id FROM place WHERE code = 'D1'"));
  const RowId home = town.put("household", {{"place", to_text(door)}});
  const RowId row = town.put("resident", {{"name", std::string("Sun")}});
  town.put("residency", {{"resident", to_text(row)}, {"household", to_text(home)}});
  town.sync(*phone);
  const std::vector<NamedValue> number{{"id_number", std::string(kNumber)}};
  const std::vector<NamedValue> both{{"name", std::string("Wu")}, {"id_number", std::string(kNumber)}};

  const auto refused = [&](const Status& status) {
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().code == ErrorCode::validation_failed);
    CHECK(status.error().zh.find("不由您的岗位填写") != std::string::npos);
    CHECK(status.error().en.find("\"id_number\" is not for your post to write") != std::string::npos);
  };
  refused(edit(*phone, "resident", row, number));
  refused(edit(*phone, "resident", row, both));
  refused(phone->write([&]() -> Status {
    auto made = phone->add("resident", both);
    return made ? Status{} : tl::unexpected(made.error());
  }));
  // Nothing of it was recorded, and the rest can be.
  CHECK(phone->status().waiting_groups == 0);
  must(edit(*phone, "resident", row, {{"name", std::string("Wu")}}));
  CHECK(town.sync(*phone).held == 0);
  CHECK(first(*phone, "SELECT name FROM resident") == "Wu");

  // One of her posts is enough, and so is one that begins tomorrow: on its day she may be without signal.
  town.put("assignment", {{"person", to_text(person)},
                          {"place", to_text(place)},
                          {"role", std::string("community_worker")},
                          {"starts", std::string("2999-01-01")}});
  town.sync(*phone);
  CHECK(phone->status().roles == std::vector<std::string>{"community_worker", "leader"});
  must(edit(*phone, "resident", row, number));
  CHECK(phone->status().waiting_groups == 1);
}

TEST_CASE(
    "rights: a post that ends: takes its rows out of the phone's file, after her work is with the office") {
  UpgradeTown town;
  const bool keeps_another = GENERATE(false, true);
  CAPTURE(keeps_another);
  auto phone = town.enrol("li", 1);
  town.sync(*phone);
  const RowId door = *parse_row_id(first(*phone, "SELECT id FROM place WHERE code = 'D1'"));
  const RowId post = *parse_row_id(first(*phone, "SELECT id FROM assignment"));
  const RowId person = *parse_row_id(first(*phone, "SELECT person FROM assignment"));
  const RowId block = town.put(
      "place",
      {{"code", std::string("B9")}, {"level", std::string("building")}, {"name", std::string("B9")}});
  town.put("household", {{"place", to_text(door)}, {"note", std::string("canary-note")}});
  if (keeps_another)
    town.put("assignment",
             {{"person", to_text(person)}, {"place", to_text(block)}, {"role", std::string("leader")}});
  town.sync(*phone);
  REQUIRE(first(*phone, "SELECT note FROM household") == "canary-note");
  add(*phone, "visit", {{"place", std::string("D1")}, {"outcome", std::string("met")}});

  CHECK(phone->status().left_rows == 0);
  town.put("assignment", {{"ends", std::string("2001-01-01")}}, post);
  const std::uint64_t removed = town.sync(*phone).removed_rows;
  CHECK(removed > 0);
  CHECK(first(*phone, "SELECT note FROM household") == "-");
  CHECK(std::get<std::int64_t>(one(*phone, "SELECT COUNT(*) FROM place WHERE code = 'D1'")) == 0);
  CHECK(std::get<std::int64_t>(one(*phone, "SELECT COUNT(*) FROM place WHERE code = 'B9'")) ==
        (keeps_another ? 1 : 0));
  // What she recorded before she knew is not lost: it is there, or it waits for the office.
  const auto received =
      must(must(town.office().store().snapshot())->group(phone->phone().actor, GroupNumber{1}));
  CHECK(received.has_value());
  CHECK(town.sync(*phone).removed_rows == 0);
  // For a week the phone says so.
  CHECK(phone->status().left_rows == removed);
  CHECK(phone->status().left_ms.has_value());
  const auto told = [&] {
    const std::vector<Sentence> sentences = phone->status().sentences;
    return std::any_of(sentences.begin(), sentences.end(), [](const Sentence& sentence) {
      return sentence.zh.find("不再归您管") != std::string::npos &&
             sentence.en.find("no longer yours") != std::string::npos;
    });
  };
  CHECK(told());
  const auto pass_days = [&](std::int64_t days) {
    town.phone_clock().wall_ms += days * 86'400'000;
    town.phone_clock().monotonic_ms += days * 86'400'000;
  };
  pass_days(6);
  CHECK(told());
  pass_days(2);
  CHECK_FALSE(told());
  CHECK(phone->status().left_rows == 0);
  CHECK(file_of(town, "li.db").find("canary-note") == std::string::npos);
  CHECK(file_of(town, "li.db-wal").find("canary-note") == std::string::npos);
  phone.reset();
  CHECK(file_of(town, "li.db").find("canary-note") == std::string::npos);
  CHECK(file_of(town, "li.db-wal").find("canary-note") == std::string::npos);
}
