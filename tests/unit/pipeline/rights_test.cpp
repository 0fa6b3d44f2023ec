#include <functional>

#include "pipeline/held_desk.hpp"
#include "schema/validation.hpp"
#include "unit/pipeline/town.hpp"
#include "wire/checksum.hpp"
#include "wire/row_meta.hpp"

// A curious leader, with an app that sends whatever she likes.
using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;
using wire::HoldReason;
using wire::VerdictKind;

namespace {

constexpr const char* kNumber = "11010519491231002X";
constexpr const char* kOther = "440524188001010014";

Table& table_of(Pack& pack, std::string_view name) {
  for (Table& table : pack.tables)
    if (table.name == name) return table;
  throw std::logic_error("no such table");
}

ColumnId column_of(const Table& table, std::string_view name) { return table.find(name)->id; }

RoleRights leaders(std::initializer_list<bool RoleRights::*> verbs) {
  RoleRights rights;
  rights.role = "leader";
  rights.read = rights.add = rights.edit_own = rights.edit = false;
  for (const auto verb : verbs) rights.*verb = true;
  return rights;
}

Cells home_at(Town& town, const std::string& door) {
  return {{"place", to_text(town.place_id(door))}, {"number", std::int64_t{1}}};
}

/// A resident as the office imports her, with her ID number, behind a door.
RowId resident_at(Town& town, const std::string& door, const std::string& number = kNumber) {
  const RowId home = town.put("household", {{"place", to_text(town.place_id(door))}});
  const RowId row = town.put(
      "resident",
      {{"name", std::string("Sun")}, {"id_number", number}, {"birth_date", std::string("1949-12-31")}});
  town.put("residency", {{"resident", to_text(row)}, {"household", to_text(home)}});
  return row;
}

/// Everything that an answer says, in letters.
std::string in_letters(const wire::SyncResponse& response) { return wire::to_json(response); }

/// Pulls everything from the beginning, and returns what was said.
std::string everything(Town& town, Phone& phone, PackVersion spoken) {
  std::string said;
  wire::SyncRequest request = phone.request();
  request.push.reset();
  request.pack = spoken;
  request.cursor = {};
  request.cursor.incarnation = phone.cursor.incarnation;
  for (;;) {
    const wire::SyncResponse response = must(town.pipeline().exchange(request));
    said += in_letters(response);
    request.cursor = response.next;
    if (response.checkpoint) return said;
  }
}

bool knows(const Phone& phone, Town& town, const RowId& row, const char* column) {
  const Table& table = town.table("resident");
  const auto at = phone.rows().find({table.id, row});
  if (at == phone.rows().end()) return false;
  const RowState state = must(wire::decode_meta(table, at->second.meta, at->second.values));
  return state.find(column_of(table, column)) != nullptr;
}

/// The verdict about one group of one op.
wire::Verdict told(Phone& phone, const Op& op) {
  phone.open_group().ops.push_back(op);
  phone.close_group();
  return phone.push().verdicts.back();
}

bool alike(const wire::Verdict& a, const wire::Verdict& b) {
  return a.kind == b.kind && a.reason == b.reason && a.detail == b.detail && !a.admitted && !b.admitted;
}

}  // namespace

TEST_CASE("rights: a hidden column: neither value nor version nor conflict reaches the phone") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone sun = town.worker("Sun", "C");
  Phone zhou = town.worker("Zhou", "C");
  const RowId row = resident_at(town, "1-1");
  for (Phone* phone : {&li, &sun, &zhou}) phone->sync();
  sun.update("resident", row, {{"id_number", kOther}});
  town.clock().wall_ms += 1000;
  zhou.update("resident", row, {{"id_number", Value{}}});
  zhou.sync();
  CHECK(sun.sync()[0].kind == VerdictKind::in_review);
  for (Phone* phone : {&li, &zhou}) phone->sync();
  CHECK(zhou.ledger().size() == 1);
  CHECK(knows(zhou, town, row, "id_number"));

  CHECK(li.has("resident", row));
  CHECK(li.value("resident", row, "name") == Value("Sun"));
  CHECK(li.value("resident", row, "id_number") == Value{});
  CHECK_FALSE(knows(li, town, row, "id_number"));
  CHECK(li.ledger().empty());
  const std::string said = everything(town, li, li.joined().pack);
  CHECK(said.find("Sun") != std::string::npos);
  CHECK(said.find(kNumber) == std::string::npos);
  CHECK(said.find(kOther) == std::string::npos);
  CHECK(everything(town, zhou, zhou.joined().pack).find(kOther) != std::string::npos);
}

TEST_CASE("rights: a checksum: is over what was sent") {
  Town town;
  Phone li = town.leader("Li", "1");
  resident_at(town, "1-1");
  li.sync();
  wire::SyncRequest request = li.request();
  request.check = wire::Bucket{0, 1};
  const auto first = must(town.pipeline().exchange(request));
  REQUIRE(first.checksum);
  wire::Checksum mine;
  for (const auto& [key, row] : li.rows()) {
    ++mine.rows;
    mine.sum +=
        wire::row_sum(key, must(wire::decode_meta(*town.pack().find(key.table), row.meta, row.values)));
  }
  CHECK(first.checksum->rows == mine.rows);
  CHECK(first.checksum->sum == mine.sum);
  request.repair = true;
  CHECK(in_letters(must(town.pipeline().exchange(request))).find(kNumber) == std::string::npos);
}

TEST_CASE("rights: a hidden column: is not written, whatever the form") {
  Town town;
  Phone li = town.leader("Li", "1");
  const RowId row = resident_at(town, "1-1");
  li.sync();
  town.clock().wall_ms += 1000;
  CHECK(told(li, li.update_op("resident", row, {{"id_number", kOther}})).reason == HoldReason::not_permitted);
  CHECK(told(li, li.update_op("resident", row, {{"phone", "13900000001"}, {"id_number", Value{}}})).reason ==
        HoldReason::not_permitted);
  CHECK(told(li, li.insert_op("resident", {{"name", "Wu"}, {"id_number", kOther}})).reason ==
        HoldReason::not_permitted);
  // Over the row that is there, as if she registered it again.
  CHECK(told(li, li.insert_op("resident", {{"name", "Sun"}, {"id_number", kOther}}, row)).reason ==
        HoldReason::not_permitted);
  CHECK(town.value("resident", row, "id_number") == Value(kNumber));
  CHECK(town.count("resident") == 1);
  // The office may take it; it does not come back to her.
  must(release_group(town.office(), {li.actor(), GroupNumber{1}}, {"clerk", ""}));
  CHECK(town.value("resident", row, "id_number") == Value(kOther));
  li.sync();
  CHECK_FALSE(knows(li, town, row, "id_number"));
  town.check_sound();
}

TEST_CASE("rights: what a row holds unseen: keeps it from being deleted") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone sun = town.worker("Sun", "C");
  const RowId home = li.insert("household", home_at(town, "1-1"));
  const RowId row = li.insert("resident", {{"name", "Wu"}});
  li.insert("residency", {{"resident", to_text(row)}, {"household", to_text(home)}});
  li.sync();
  sun.sync();
  sun.update("resident", row, {{"id_number", kNumber}});
  sun.sync();
  li.sync();
  li.remove("resident", row);
  li.sync();
  CHECK(town.value("resident", row, "id_number") == Value(kNumber));
  CHECK(li.has("resident", row));
  // The delete that is noted names versions; it does not travel to her.
  const auto& stored = li.rows().at({town.table("resident").id, row});
  CHECK(must(wire::decode_meta(town.table("resident"), stored.meta, stored.values)).alive());
  sun.sync();
  sun.remove("resident", row);
  sun.sync();
  CHECK(town.count("resident") == 0);
  town.check_sound();
}

TEST_CASE("rights: an older pack, in requests and in groups: gets round nothing") {
  Town town;
  Phone li = town.leader("Li", "1");
  const RowId home = li.insert("household", home_at(town, "1-1"));
  li.insert("household", home_at(town, "1-2"));
  li.sync();
  town.put("household", {{"place", to_text(town.place_id("1-1"))}, {"head_name", std::string("canary")}});
  li.sync();
  CHECK(li.value("household", home, "head_name") == Value("canary"));
  const PackVersion before = town.pack().version;
  town.change_pack([](Pack& pack) {
    Table& table = table_of(pack, "household");
    RoleRights rights =
        leaders({&RoleRights::read, &RoleRights::add, &RoleRights::edit_own, &RoleRights::edit});
    rights.hidden = {column_of(table, "head_name")};
    table.rights.push_back(rights);
  });
  // Her cursor is from before; what she holds is dropped.
  li.sync();
  CHECK(li.value("household", home, "head_name") == Value{});
  for (const PackVersion spoken : {before, town.pack().version, PackVersion{77}})
    CHECK(everything(town, li, spoken).find("canary") == std::string::npos);
  CHECK(told(li, li.update_op("household", home, {{"head_name", "mine"}})).reason ==
        HoldReason::not_permitted);
  CHECK(li.verdicts().back().detail.find("canary") == std::string::npos);
}

TEST_CASE("rights: rows elsewhere: read like rows that are nowhere") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "2");
  const RowId theirs = wang.insert("household", home_at(town, "2-1"));
  const RowId mine = li.insert("household", home_at(town, "1-1"));
  const RowId hazard = wang.insert("hazard", {{"place", to_text(town.place_id("2-1"))}, {"state", "told"}});
  wang.sync();
  li.sync();
  // Its id is made of its door; nobody is registered at the next one.
  const RowId nowhere = li.insert_op("household", home_at(town, "2-2")).key.row;
  const RowId no_hazard = *parse_row_id("00000000-0000-4000-8000-000000000001");
  using Attempt = std::function<Op(bool there)>;
  const auto based = [&](Op op, std::uint64_t group) {
    for (CellWrite& write : op.cells) write.bases = {{wang.actor(), GroupNumber{group}, 0}};
    return op;
  };
  const std::vector<std::pair<const char*, Attempt>> attempts{
      {"edit",
       [&](bool there) {
         return li.update_op("household", there ? theirs : nowhere, {{"note", "x"}});
       }},
      {"edit upon a guessed version",
       [&](bool there) {
         return based(li.update_op("household", there ? theirs : nowhere, {{"number", std::int64_t{1}}}), 1);
       }},
      {"the key it has",
       [&](bool there) {
         return li.update_op("household", there ? theirs : nowhere, {{"number", std::int64_t{1}}});
       }},
      {"another key",
       [&](bool there) {
         return li.update_op("household", there ? theirs : nowhere, {{"number", std::int64_t{2}}});
       }},
      {"register",
       [&](bool there) { return li.insert_op("household", home_at(town, there ? "2-1" : "2-2")); }},
      {"register the next birth",
       [&](bool there) {
         Op op = li.insert_op("household", home_at(town, there ? "2-1" : "2-2"));
         op.birth = Birth{2};
         return op;
       }},
      {"delete",
       [&](bool there) {
         Op op;
         op.kind = OpKind::remove;
         op.key = {town.table("household").id, there ? theirs : nowhere};
         op.seen = {{wang.actor(), GroupNumber{1}, 0}};
         return op;
       }},
      {"move a state",
       [&](bool there) {
         return based(li.update_op("hazard", there ? hazard : no_hazard, {{"state", "fixed"}}), 2);
       }},
      {"move a state the wrong way",
       [&](bool there) {
         return based(li.update_op("hazard", there ? hazard : no_hazard, {{"state", "verified"}}), 2);
       }},
      {"pull it here",
       [&](bool there) {
         return li.update_op("household", there ? theirs : nowhere,
                             {{"place", to_text(town.place_id("1-2"))}});
       }},
      {"fold it into mine",
       [&](bool there) {
         return li.insert_op("same_as", {{"kind", "household"},
                                         {"folded", to_text(there ? theirs : nowhere)},
                                         {"into", to_text(mine)},
                                         {"place", to_text(town.place_id("1-1"))},
                                         {"active", std::int64_t{1}}});
       }},
  };
  for (const auto& [name, attempt] : attempts) {
    INFO(name);
    const wire::Verdict there = told(li, attempt(true));
    const wire::Verdict nothing = told(li, attempt(false));
    CHECK(there.kind == VerdictKind::held);
    CHECK(alike(there, nothing));
    CHECK(there.reason == HoldReason::outside_scope);
  }
  // When somebody registers there, nobody hears of it who has tried.
  CHECK(li.sync().empty());
  wang.insert("household", home_at(town, "2-2"));
  wang.sync();
  CHECK(li.sync().empty());
  CHECK(town.value("household", theirs, "note") == Value{});
  CHECK(town.value("hazard", hazard, "state") == Value("told"));
  CHECK(li.count("household") == 1);
  town.check_sound();
}

TEST_CASE("rights: a guessed version of another row: tells nothing about a state") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "2");
  for (const char* state : {"open", "fixed"})
    wang.insert("hazard", {{"place", to_text(town.place_id("2-1"))}, {"state", state}});
  wang.sync();
  const auto move_upon = [&](std::uint64_t group, const char* state) {
    const RowId mine = li.insert("hazard", {{"place", to_text(town.place_id("1-1"))}, {"state", "open"}});
    li.push();
    Op op = li.update_op("hazard", mine, {{"state", state}});
    op.cells[0].bases = {{wang.actor(), GroupNumber{group}, 0}};
    return told(li, op);
  };
  for (const char* state : {"told", "deadline", "fixed", "verified"}) {
    INFO(state);
    CHECK(alike(move_upon(1, state), move_upon(2, state)));
  }
}

TEST_CASE("rights: a turned-back clock: reads nothing, and does not outlive the next group") {
  Town town;
  const RowId who = town.person("Li");
  const RowId post = town.assign(who, "1");
  Phone li = town.enrol(who);
  const RowId home = li.insert("household", home_at(town, "1-1"));
  li.sync();
  town.put("assignment", {{"ends", std::string("2026-11-22")}}, post);
  town.clock().wall_ms += 3LL * 86'400'000;
  town.put("household", {{"place", to_text(town.place_id("1-2"))}, {"head_name", std::string("canary")}});
  li.clock_ms = *parse_canonical_time("2026-11-22T02:00:00.000Z");
  li.office_time_ms = li.clock_ms;
  li.update("household", home, {{"note", "late"}});
  const wire::SyncResponse answer = must(town.pipeline().exchange(li.request()));
  CHECK(in_letters(answer).find("canary") == std::string::npos);
  CHECK(everything(town, li, li.joined().pack).find("canary") == std::string::npos);
  // That one may have been recorded in time. What came after it was not recorded before.
  CHECK(answer.verdicts[0].kind == VerdictKind::effective);
  li.acknowledged = answer.admitted_through;
  town.assign(who, "2");
  li.clock_ms = li.office_time_ms = 0;
  li.insert("household", home_at(town, "2-1"));
  CHECK(li.push().verdicts.back().kind == VerdictKind::effective);
  li.clock_ms = *parse_canonical_time("2026-11-22T02:30:00.000Z");
  li.office_time_ms = li.clock_ms;
  li.insert("household", home_at(town, "1-2"));
  CHECK(li.push().verdicts.back().reason == HoldReason::outside_scope);
}

TEST_CASE("rights: another role: brings columns, and takes them away again") {
  Town town;
  const RowId who = town.person("Li");
  const RowId post = town.assign(who, "1");
  Phone li = town.enrol(who);
  const RowId row = resident_at(town, "1-1");
  li.sync();
  CHECK_FALSE(knows(li, town, row, "id_number"));
  town.put("assignment", {{"role", std::string("community_worker")}}, post);
  li.sync();
  CHECK(li.value("resident", row, "id_number") == Value(kNumber));
  li.update("resident", row, {{"id_number", kOther}});
  town.clock().wall_ms += 1000;
  town.put("resident", {{"id_number", Value{}}}, row);
  CHECK(li.sync()[0].kind == VerdictKind::in_review);
  CHECK(li.ledger().size() == 1);
  town.put("assignment", {{"role", std::string("leader")}}, post);
  li.sync();
  CHECK_FALSE(knows(li, town, row, "id_number"));
  CHECK(li.ledger().empty());
  CHECK(li.has("resident", row));
}

TEST_CASE("rights: two posts: each counts where it lies") {
  Town town;
  const RowId who = town.person("Li");
  town.assign(who, "1");
  town.assign(who, "2", "2026-01-01", "", "community_worker");
  Phone li = town.enrol(who);
  const RowId here = resident_at(town, "1-1");
  const RowId there = resident_at(town, "2-1", kOther);
  li.sync();
  CHECK_FALSE(knows(li, town, here, "id_number"));
  CHECK(li.value("resident", there, "id_number") == Value(kOther));
  CHECK(told(li, li.update_op("resident", here, {{"id_number", kOther}})).reason ==
        HoldReason::not_permitted);
  CHECK(told(li, li.update_op("resident", there, {{"id_number", kNumber}})).kind == VerdictKind::effective);

  // Who lives at both is seen by both; when she moves out of the one, less of her is seen.
  const RowId home = li.insert_op("household", home_at(town, "2-1")).key.row;
  const RowId second = town.put("residency", {{"resident", to_text(here)}, {"household", to_text(home)}});
  li.sync();
  CHECK(li.value("resident", here, "id_number") == Value(kNumber));
  town.remove("residency", second);
  li.sync();
  CHECK(li.has("resident", here));
  CHECK_FALSE(knows(li, town, here, "id_number"));
  wire::SyncRequest request = li.request();
  request.check = wire::Bucket{0, 1};
  const auto answer = must(town.pipeline().exchange(request));
  std::uint64_t sum = 0;
  for (const auto& [key, stored] : li.rows())
    sum +=
        wire::row_sum(key, must(wire::decode_meta(*town.pack().find(key.table), stored.meta, stored.values)));
  REQUIRE(answer.checksum);
  CHECK(answer.checksum->sum == sum);
}

TEST_CASE("rights: her own row from when she might: is sent without it, not named") {
  Town town;
  const RowId who = town.person("Li");
  const RowId post = town.assign(who, "1", "2026-01-01", "", "community_worker");
  Phone li = town.enrol(who);
  const RowId home = li.insert("household", home_at(town, "1-1"));
  li.sync();
  Group& group = li.open_group();
  group.ops.push_back(li.insert_op("resident", {{"name", "Wu"}, {"id_number", kNumber}}));
  group.ops.push_back(
      li.insert_op("residency", {{"resident", to_text(group.ops[0].key.row)}, {"household", to_text(home)}}));
  const RowId row = group.ops[0].key.row;
  li.close_group();
  li.push();
  town.put("assignment", {{"role", std::string("leader")}}, post);
  li.sync();
  CHECK(li.has("resident", row));
  CHECK_FALSE(knows(li, town, row, "id_number"));
}

TEST_CASE("rights: a table without read: is a letter box") {
  Town town;
  town.change_pack(
      [](Pack& pack) { table_of(pack, "hazard").rights.push_back(leaders({&RoleRights::add})); });
  Phone li = town.leader("Li", "1");
  Phone sun = town.worker("Sun", "C");
  const std::string door = to_text(town.place_id("1-1"));
  const RowId known = town.put("hazard", {{"place", door}, {"party", std::string("canary")}});
  const RowId mine = li.insert("hazard", {{"place", door}, {"state", "open"}});
  CHECK(li.sync()[0].kind == VerdictKind::effective);
  sun.sync();
  CHECK(sun.has("hazard", mine));
  CHECK(li.count("hazard") == 0);
  CHECK(li.own_rows == 0);
  CHECK(everything(town, li, li.joined().pack).find("canary") == std::string::npos);
  // Neither an edit nor a delete tells whether there is one, and no delete is told.
  const RowId nowhere = *parse_row_id("00000000-0000-4000-8000-000000000001");
  CHECK(alike(told(li, li.update_op("hazard", known, {{"party", "x"}})),
              told(li, li.update_op("hazard", nowhere, {{"party", "x"}}))));
  town.remove("hazard", known);
  const std::string said = in_letters(must(town.pipeline().exchange(li.request())));
  CHECK(said.find(to_text(known)) == std::string::npos);
}

TEST_CASE("rights: verbs: adding, changing one's own, changing any") {
  Town town;
  town.change_pack([](Pack& pack) {
    table_of(pack, "household")
        .rights.push_back(leaders({&RoleRights::read, &RoleRights::add, &RoleRights::edit_own}));
    table_of(pack, "hazard").rights.push_back(leaders({&RoleRights::read}));
  });
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "1");
  Phone sun = town.worker("Sun", "1");
  const RowId home = li.insert("household", home_at(town, "1-1"));
  CHECK(li.sync()[0].kind == VerdictKind::effective);
  sun.sync();
  wang.sync();
  CHECK(told(wang, wang.update_op("household", home, {{"note", "x"}})).reason == HoldReason::not_permitted);
  CHECK(told(wang, wang.remove_op("household", home)).reason == HoldReason::not_permitted);
  // To register it again is to change it.
  CHECK(told(wang, wang.insert_op("household", home_at(town, "1-1"))).reason == HoldReason::not_permitted);
  CHECK(told(wang, wang.insert_op("hazard", {{"place", to_text(town.place_id("1-1"))}, {"state", "open"}}))
            .reason == HoldReason::not_permitted);
  // Others have written over all that she wrote; it is hers all the same, on another phone too.
  sun.update("household", home,
             {{"note", "one"}, {"number", std::int64_t{1}}, {"place", to_text(town.place_id("1-1"))}});
  CHECK(sun.sync()[0].kind == VerdictKind::effective);
  Phone again = town.enrol(li.joined().person);
  again.sync();
  CHECK(told(again, again.update_op("household", home, {{"note", "two"}})).kind == VerdictKind::effective);
  again.sync();
  CHECK(told(again, again.remove_op("household", home)).kind == VerdictKind::effective);
  CHECK(town.count("household") == 0);
  town.check_sound();
}

TEST_CASE("rights: deciding: is a table's too") {
  Town town;
  town.change_pack([](Pack& pack) {
    RoleRights workers = leaders({&RoleRights::read, &RoleRights::add, &RoleRights::edit});
    workers.role = "community_worker";
    table_of(pack, "resident").rights = {workers};
    table_of(pack, "household").rights = {
        leaders({&RoleRights::read, &RoleRights::add, &RoleRights::edit, &RoleRights::decide})};
  });
  Phone li = town.leader("Li", "1");
  Phone sun = town.worker("Sun", "1");
  const RowId row = resident_at(town, "1-1");
  const RowId home = li.insert_op("household", home_at(town, "1-1")).key.row;
  li.sync();
  sun.sync();
  const auto next_round = [](Op op) {
    for (CellWrite& write : op.cells) write.round = 1;
    return op;
  };
  CHECK(told(sun, next_round(sun.update_op("resident", row, {{"name", "Wu"}}))).reason ==
        HoldReason::may_not_decide);
  CHECK(told(li, next_round(li.update_op("household", home, {{"note", "so"}}))).kind ==
        VerdictKind::effective);
}

TEST_CASE("masks: what is sent: cannot be turned back into its source") {
  Town town;
  town.change_pack([](Pack& pack) {
    Table& table = table_of(pack, "resident");
    const auto add = [&](std::uint32_t id, const char* name, const char* source, Mask mask) {
      Column column;
      column.id = column.cell = ColumnId{id};
      column.name = name;
      column.label = {name, name};
      column.masks = column_of(table, source);
      column.mask = mask;
      table.columns.push_back(column);
    };
    add(1000, "id_mask", "id_number", Mask::first_last);
    add(1001, "born", "birth_date", Mask::age_band);
    for (RoleRights& rights : table.rights) rights.hidden.push_back(column_of(table, "birth_date"));
  });
  Phone li = town.leader("Li", "1");
  Phone sun = town.worker("Sun", "C");
  const RowId row = resident_at(town, "1-1");
  li.sync();
  sun.sync();
  CHECK(li.value("resident", row, "id_mask") == Value("1***X"));
  CHECK(li.value("resident", row, "born") == Value("1940-1949"));
  CHECK(li.value("resident", row, "birth_date") == Value{});
  CHECK(sun.value("resident", row, "id_mask") == Value("1***X"));
  CHECK(sun.value("resident", row, "id_number") == Value(kNumber));
  // Even who knows the district has more than a hundred thousand to choose from.
  const std::string said = everything(town, li, li.joined().pack);
  CHECK(said.find("1949-12-31") == std::string::npos);
  std::size_t candidates = 0;
  for (int year = 1940; year <= 1949; ++year)
    for (int day = 0; day < 12 * 28; ++day)
      for (int serial = 1; serial < 1000; serial += 10) {
        char number[19];
        std::snprintf(number, sizeof number, "110105%04d%02d%02d%03dX", year, 1 + day / 28, 1 + day % 28,
                      serial);
        candidates += is_cn_resident_id(number) ? 10U : 0U;
      }
  CHECK(candidates > 100'000);

  // It follows its source, without telling who wrote that.
  town.clock().wall_ms += 1000;
  sun.update("resident", row, {{"id_number", kOther}});
  sun.sync();
  li.sync();
  CHECK(li.value("resident", row, "id_mask") == Value("4***4"));
  const auto& stored = li.rows().at({town.table("resident").id, row});
  for (const VersionName& name :
       must(wire::decode_meta(town.table("resident"), stored.meta, stored.values)).heads())
    CHECK(name.actor != sun.actor());
  // Nobody writes it, not even the office.
  CHECK(told(sun, sun.update_op("resident", row, {{"id_mask", "1***1"}})).reason ==
        HoldReason::not_permitted);
  OfficeWriter writer(town.office());
  CHECK_FALSE(writer.put("resident", {{"id_mask", std::string("1***1")}}, row).has_value());
  town.check_sound();
}
