#include <functional>

#include "pipeline/held_desk.hpp"
#include "unit/pipeline/rights_fixture.hpp"
#include "wire/checksum.hpp"

// What a curious leader may write, and what the answers tell, with an app that sends whatever she likes.
using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;
using wire::HoldReason;
using wire::VerdictKind;

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

TEST_CASE("rights: somebody else's cursor, numbers and bytes: bring nothing of hers") {
  Town town;
  Phone li = town.leader("Li", "1");
  Phone wang = town.leader("Wang", "2");
  wang.insert("household", [&] {
    Cells cells = home_at(town, "2-1");
    cells.emplace_back("head_name", "canary");
    return cells;
  }());
  const std::string held = to_text(wang.insert("household", home_at(town, "1-1")));
  wang.sync();
  wang.sync();
  li.sync();
  // Her slices, from their beginning; numbers of groups she had held; and everything once more.
  wire::SyncRequest request = li.request();
  request.cursor = wang.cursor;
  for (wire::SliceCursor& slice : request.cursor.slices) slice.position = FeedPosition{};
  request.held = {GroupNumber{1}, GroupNumber{2}};
  request.check = wire::Bucket{0, 1};
  request.repair = true;
  std::string said = in_letters(must(town.pipeline().exchange(request)));
  // Her groups, in one's own name: they are not of this device. And as a copy of one's own file.
  wire::Push push;
  push.groups = wang.groups;
  request = li.request();
  request.push = push;
  const auto taken = must(town.pipeline().exchange(request));
  for (const wire::Verdict& verdict : taken.verdicts) CHECK(verdict.kind == VerdictKind::held);
  said += in_letters(taken);
  push.groups.front() += 'x';
  request.push = push;
  const auto forked = must(town.pipeline().exchange(request));
  CHECK(forked.push == wire::PushResult::forked);
  CHECK_FALSE(forked.page);
  said += in_letters(forked);
  CHECK(said.find("canary") == std::string::npos);
  CHECK(said.find(held) == std::string::npos);
  CHECK(town.count("household") == 1);
  town.check_sound();
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
