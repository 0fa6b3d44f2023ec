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
