#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "schema/loader/loader.hpp"
#include "schema/rights.hpp"
#include "schema/validation.hpp"
#include "sqlite/layout.hpp"
#include "unit/schema/pack_folder.hpp"

using namespace doorstep;

namespace {

/// Of tables and columns that a pack adds to its base.
constexpr std::uint32_t kFirstExtensionId = 1000;

Pack load(const std::string& name) {
  auto pack = load_pack(std::string(DOORSTEP_SOURCE_DIR) + "/schemas/" + name);
  if (!pack) FAIL(pack.error().en);
  return *pack;
}

/// One line a column: what travels on the wire and lies in databases, and so never changes. Of a pack that
/// extends another, only what it adds.
std::string frozen_part(const Pack& pack, std::uint32_t first_id = 1) {
  std::ostringstream out;
  for (const Table& table : pack.tables) {
    std::ostringstream columns;
    for (const Column& column : table.columns) {
      if (raw(table.id) < first_id && raw(column.id) < first_id) continue;
      columns << raw(column.id) << ' ' << column.name << " type " << int(raw(column.type)) << " merge "
              << int(raw(column.merge));
      if (column.target) columns << " to " << raw(*column.target);
      if (column.cell != column.id) columns << " cell " << raw(column.cell);
      columns << '\n';
    }
    if (columns.str().empty()) continue;
    out << "table " << raw(table.id) << ' ' << table.name << " key";
    for (const ColumnId key : table.natural_key) out << ' ' << raw(key);
    out << " deletes " << int(raw(table.deletes)) << " place " << int(raw(table.place_rule)) << ' '
        << raw(table.place_table) << ' ' << raw(table.place_column) << '\n'
        << columns.str();
  }
  return out.str();
}

std::string frozen(const std::string& name) {
  std::ifstream file(std::string(DOORSTEP_SOURCE_DIR) + "/tests/unit/schema/frozen/" + name + ".txt");
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string choice_values(const Pack& pack, const char* table, const char* column) {
  std::string values;
  for (const Choice& choice : pack.find(table)->find(column)->choices) values += choice.value + ' ';
  return values;
}

}  // namespace

// Add lines to the files in frozen/ when a pack grows. A changed or missing line is a broken promise to every
// phone in the field.
TEST_CASE("packs: neighbourhood: ids, types, merge kinds and keys never change") {
  CHECK(frozen_part(load("neighbourhood")) == frozen("neighbourhood"));
}

TEST_CASE("packs: the five systems: are neighbourhood, and what each adds never changes") {
  for (const char* name : {"yuhang", "gutian", "shengquan", "changchun", "furong"}) {
    INFO(name);
    const Pack pack = load(name);
    CHECK(pack.name == name);
    CHECK(frozen_part(pack, kFirstExtensionId) == frozen(name));
    for (const Table& table : load("neighbourhood").tables) CHECK(pack.find(table.id) != nullptr);
  }
}

TEST_CASE("packs: changchun: is neighbourhood with grids") {
  CHECK(choice_values(load("changchun"), "place", "level") ==
        "street community grid estate building unit floor door ");
  CHECK(choice_values(load("neighbourhood"), "place", "level") ==
        "street community estate building unit floor door ");
  CHECK(choice_values(load("changchun"), "assignment", "role") ==
        choice_values(load("neighbourhood"), "assignment", "role"));
}

TEST_CASE("packs: what holds a level or a role: has those of the pack for its choices") {
  for (const char* name : {"neighbourhood", "yuhang", "gutian", "shengquan", "changchun", "furong"}) {
    const Pack pack = load(name);
    CHECK(choice_values(pack, "schedule", "level") == choice_values(pack, "place", "level"));
    CHECK(choice_values(pack, "selection", "role") == choice_values(pack, "assignment", "role"));
  }
}

TEST_CASE("packs: the brief: begins with the numbers of the day, and nobody is asked for anything") {
  const Pack pack = load("neighbourhood");
  std::size_t sheets = 0;
  for (const View& view : pack.views) {
    if (view.brief == 0) continue;
    ++sheets;
    CHECK((view.brief == 1) == (view.name == "daily_brief"));
    for (const ViewParameter& parameter : view.parameters) {
      INFO(view.name << ' ' << parameter.name);
      CHECK(parameter.default_rule != DefaultRule::none);
      CHECK(parameter.default_rule != DefaultRule::me);
    }
  }
  CHECK(sheets == 10);
}

TEST_CASE("packs: volunteers: never receive why somebody is looked in on, nor ID numbers") {
  for (const char* name : {"yuhang", "gutian", "shengquan", "changchun", "furong"}) {
    const Pack pack = load(name);
    const Rights rights(pack);
    for (const Role& role : pack.roles) {
      INFO(name << ' ' << role.name);
      const auto reads = [&](const char* table, const char* column) {
        const Table& of = *pack.find(table);
        const auto at = static_cast<std::size_t>(of.position(of.find(column)->id));
        return rights.may(of.id, rights.role(role.name), Verb::read) &&
               !rights.hidden(of.id, rights.role(role.name))[at];
      };
      CHECK(reads("watch", "reason") == !role.volunteer);
      CHECK(reads("resident", "id_number") == !role.volunteer);
      CHECK(reads("candidate", "phone") == !role.volunteer);
      CHECK(reads("satisfaction", "door") == !role.volunteer);
      CHECK(reads("sample", "door") == !role.volunteer);
      CHECK(reads("watch", "kind") == (role.name != "partner"));
      CHECK(reads("household", "phone") == (role.name != "partner"));
      CHECK(reads("matter", "title"));
    }
  }
}

TEST_CASE("packs: every table and column: is found by name and by id") {
  const Pack pack = load("changchun");
  for (const Table& table : pack.tables) {
    CHECK(pack.find(table.id) == &table);
    CHECK(pack.find(table.name) == &table);
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      CHECK(table.find(table.columns[i].id) == &table.columns[i]);
      CHECK(table.find(table.columns[i].name) == &table.columns[i]);
      CHECK(table.position(table.columns[i].id) == static_cast<int>(i));
    }
  }
  CHECK(pack.find("grid") == nullptr);
  CHECK(pack.find(TableId{77}) == nullptr);
  CHECK(pack.find("place")->position(ColumnId{77}) == -1);
}

TEST_CASE("packs: neighbourhood: says who writes, who sees, what is looked up and what is filled in") {
  const Pack pack = load("neighbourhood");
  std::string office_only;
  std::string seen_from_below;
  std::string indexed;
  std::string sensitive;
  std::string personal;
  std::string filled;
  for (const Table& table : pack.tables) {
    if (table.office_only) office_only += table.name + ' ';
    if (table.seen_from_below) seen_from_below += table.name + ' ';
    for (const Column& column : table.columns) {
      const std::string name = table.name + '.' + column.name;
      if (column.indexed) indexed += name + ' ';
      if (column.sensitive) sensitive += name + ' ';
      if (column.personal) personal += name + ' ';
      if (column.default_rule != DefaultRule::none)
        filled += name + '=' + std::to_string(raw(column.default_rule)) + ' ';
    }
  }
  CHECK(office_only ==
        "person assignment device not_same place_overlay organisation form campaign training attendance "
        "honour rule sample ");
  CHECK(seen_from_below ==
        "place person assignment device same_as place_overlay organisation form campaign schedule "
        "incident activity announcement selection training honour rule ");
  CHECK(indexed ==
        "place.code place.parent place.level assignment.person assignment.place household.place "
        "residency.resident "
        "residency.household visit.place visit.household visit.at visit.corrects safety_check.place "
        "safety_check.at hazard.place device.actor device.person same_as.folded same_as.into "
        "same_as.place place_overlay.place place_overlay.overlay organisation.place matter.place "
        "matter.household matter.owner matter.due matter.meeting matter.reported_at matter_step.matter "
        "matter_step.at form.place form.digest campaign.place campaign.starts answer.campaign "
        "answer.place answer.household answer.at answer.corrects schedule.place round.schedule "
        "round.place round.day round.corrects duty.place duty.day duty.person watch.place "
        "watch.household watch.resident recheck.hazard recheck.at incident.place incident.started_at "
        "roll_call.incident roll_call.place incident_event.incident activity.place activity.starts_at "
        "sign_up.activity sign_up.household announcement.place candidate.place candidate.person "
        "selection.place selection_step.selection selection_step.candidate training.place "
        "training.starts_at attendance.training attendance.person honour.person satisfaction.assignment "
        "satisfaction.door satisfaction.at assessment.assignment meeting.place meeting.starts_at "
        "consent.resident photo.place photo.hazard photo.matter photo.person rule.place "
        "sample.round sample.door sample.assignment ");
  CHECK(sensitive == "resident.id_number watch.reason watch.reason_basis watch.note candidate.phone ");
  CHECK(personal ==
        "household.head_name household.phone household.tags household.note resident.name "
        "resident.id_type resident.id_number resident.birth_date resident.phone resident.flags "
        "visit.note safety_check.note hazard.party hazard.note matter.title matter.note matter.reporter "
        "matter.reporter_phone matter.answer matter.opinion matter_step.note answer.answers answer.note "
        "round.note watch.reason watch.reason_basis watch.note recheck.note incident.title incident.note "
        "roll_call.note incident_event.what sign_up.note candidate.name candidate.phone candidate.skills "
        "candidate.note selection_step.note satisfaction.note meeting.minutes consent.guardian "
        "photo.preview ");
  CHECK(
      filled ==
      "household.number=1 household.first_registered=2 visit.visitor=3 visit.at=2 visit.at_doubt=4 "
      "visit.channel=1 safety_check.checker=3 safety_check.kind=1 safety_check.at=2 "
      "safety_check.at_doubt=4 hazard.kind=1 hazard.state=1 hazard.finder=3 hazard.found_at=2 "
      "same_as.active=1 same_as.by=3 same_as.at=2 not_same.at=2 place_overlay.active=1 "
      "organisation.kind=1 matter.kind=1 matter.channel=1 matter.state=1 matter.level=1 matter.owner=3 "
      "matter.reported_by=3 matter.reported_at=2 matter_step.by=3 matter_step.at=2 "
      "matter_step.at_doubt=4 campaign.kind=1 campaign.cancelled=1 answer.asked_by=3 "
      "answer.entered_by=3 answer.at=2 answer.at_doubt=4 answer.on_paper=1 schedule.slots=1 "
      "schedule.every_days=1 round.day=5 round.slot=1 round.outcome=1 round.by=3 round.at=2 round.at_doubt=4 "
      "duty.slot=1 duty.cancelled=1 watch.kind=1 watch.rhythm_days=1 watch.by=3 recheck.by=3 "
      "recheck.at=2 recheck.at_doubt=4 incident.drill=1 incident.state=1 incident.commander=3 "
      "incident.started_at=2 roll_call.by=3 roll_call.at=2 roll_call.at_doubt=4 incident_event.by=3 "
      "incident_event.at=2 incident_event.at_doubt=4 activity.kind=1 activity.closed=1 "
      "activity.organiser=3 activity.cancelled=1 sign_up.people=1 sign_up.state=1 sign_up.by=3 "
      "sign_up.at=2 announcement.kind=1 announcement.by=3 announcement.at=2 candidate.state=1 candidate.at=2 "
      "selection.kind=1 selection.state=1 selection_step.by=3 selection_step.at=2 "
      "selection_step.at_doubt=4 training.kind=1 attendance.came=1 satisfaction.channel=1 "
      "satisfaction.by=3 satisfaction.at=2 assessment.kind=1 assessment.state=1 meeting.kind=1 "
      "meeting.by=3 consent.by=3 photo.shows=1 photo.by=3 photo.taken_at=2 "
      "sample.drawn_at=2 ");
  CHECK(pack.find("household")->find("number")->default_value == Value(std::int64_t{1}));
  CHECK(pack.find("place")->find("code")->check == Check::key_text);
  CHECK(pack.find("place")->find("code")->required);
}

TEST_CASE("packs: a resident with a passport: needs no ID number check character") {
  const Pack pack = load("neighbourhood");
  const Table& resident = *pack.find("resident");
  std::vector<Value> row(resident.columns.size());
  const auto set = [&](const char* name, Value value) {
    const Column& column = *resident.find(name);
    auto stored = normalize(column, std::move(value));
    REQUIRE(stored);
    row[static_cast<std::size_t>(resident.position(column.id))] = *stored;
  };
  set("name", "测试居民");
  set("id_number", "11010519491231002x");
  CHECK(validate_row(resident, row));
  set("id_number", "E1234567");
  CHECK_FALSE(validate_row(resident, row));
  set("id_type", "护照");
  CHECK(validate_row(resident, row));
}

TEST_CASE("packs: views: fit the tables of the pack, and of those that extend it") {
  const std::string schemas = std::string(DOORSTEP_SOURCE_DIR) + "/schemas/";
  for (const char* name : {"neighbourhood", "changchun", "furong", "gutian", "shengquan", "yuhang"}) {
    const auto pack = load_pack(schemas + name, server::try_views);
    if (!pack) FAIL(pack.error().en);
    CHECK(pack->views.size() >= 3);
  }
}

TEST_CASE("packs: the example in docs/packs.md: loads") {
  const std::filesystem::path source = DOORSTEP_SOURCE_DIR;
  std::ifstream page(source / "docs/packs.md");
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line == "```toml") {
      blocks.emplace_back();
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back() += line + '\n';
    }
  }
  REQUIRE(blocks.size() == 4);

  test::PackFolder folder;
  folder.file("lakeside/pack.toml") = blocks[0];
  folder.file("lakeside/tables/meter.toml") = blocks[1];
  folder.file("lakeside/tables/household.toml") = blocks[2];
  folder.file("lakeside/views/meters_to_read.toml") = blocks[3];
  folder.write();
  std::filesystem::copy(source / "schemas/neighbourhood", folder.path("neighbourhood"),
                        std::filesystem::copy_options::recursive);
  const auto pack = load_pack(folder.path("lakeside"), server::try_views);
  if (!pack) FAIL(pack.error().en);
  CHECK(pack->tables.back().name == "meter");
  CHECK(pack->find("household")->columns.back().name == "pets");
  CHECK(pack->find_view("meters_to_read")->parameters[0].default_offset_ms == -30LL * 86'400'000);
  CHECK(choice_values(*pack, "household", "status") == "owner rented vacant moved_out shop ");
  CHECK(pack->find("household")->find("status")->label.zh == "房屋使用情况");
}
