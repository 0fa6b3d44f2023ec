#include "merge/erasing.hpp"

#include <catch2/catch.hpp>

using namespace doorstep;

namespace {

constexpr ColumnId kName{1};
constexpr ColumnId kTags{2};
constexpr ColumnId kNote{3};
constexpr ColumnId kKind{4};

/// name (latest), tags (set) and note (text) are personal, kind is not.
Table people() {
  Table table;
  table.id = TableId{5};
  for (const auto& [id, merge] : {std::pair(kName, MergeKind::latest),
                                  {kTags, MergeKind::set},
                                  {kNote, MergeKind::text},
                                  {kKind, MergeKind::latest}}) {
    Column column;
    column.id = column.cell = id;
    column.merge = merge;
    column.type = merge == MergeKind::set ? ColumnType::list : ColumnType::text;
    column.personal = id != kKind;
    table.columns.push_back(column);
  }
  return table;
}

const Table kTable = people();

VersionName name_of(std::uint32_t actor, std::uint64_t group) {
  return {make_actor(1, actor), GroupNumber{group}, 0};
}

Value text(const char* words) { return std::string(words); }

Op op_of(OpKind kind, std::vector<CellWrite> cells) { return {kind, {kTable.id, {}}, Birth{1}, cells, {}}; }

void apply_at(RowState& row, const Op& op, const VersionName& name, std::int64_t ms) {
  REQUIRE(apply(kTable, row, op, name, Stamp::at(ms)).has_value());
}

const VersionName kA = name_of(2, 1);
const VersionName kB = name_of(3, 1);

/// Two people have registered her at once.
RowState registered_twice() {
  RowState row;
  apply_at(row,
           op_of(OpKind::insert, {{kName, text("李"), 0, {}},
                                  {kTags, text("[\"elder\"]"), 0, {}},
                                  {kNote, text("deaf"), 0, {}},
                                  {kKind, text("away"), 0, {}}}),
           kA, 1);
  apply_at(row,
           op_of(OpKind::insert, {{kName, text("黎"), 0, {}},
                                  {kTags, text("[\"alone\"]"), 0, {}},
                                  {kNote, text("blind"), 0, {}},
                                  {kKind, text("floating"), 0, {}}}),
           kB, 2);
  return row;
}

}  // namespace

TEST_CASE("erasing: a row: loses its personal values, keeps heads, and agrees with itself") {
  RowState row = registered_twice();
  REQUIRE(row.losers.size() == 2);
  const std::vector<VersionName> heads = row.heads();
  erase_personal(kTable, row);
  for (const ColumnId column : {kName, kTags, kNote}) {
    CHECK(is_null(row.find(column)->value));
    CHECK_FALSE(row.find(column)->contested);
    CHECK(row.find(column)->agreeing.size() == 1);
    CHECK(std::holds_alternative<std::monostate>(row.find(column)->parts));
  }
  CHECK(value_in(row, kKind) == text("floating"));
  REQUIRE(row.losers.size() == 1);
  CHECK(row.losers[0].column == kKind);
  CHECK(row.heads() == heads);
  CHECK(row.alive());
}

TEST_CASE("erasing: a delete that had not seen everything: still has not") {
  RowState row = registered_twice();
  Op remove = op_of(OpKind::remove, {});
  remove.seen = {kA};
  apply_at(row, remove, name_of(4, 1), 3);
  REQUIRE(row.alive());
  erase_personal(kTable, row);
  CHECK(row.alive());
  remove.seen = {kB};
  apply_at(row, remove, name_of(5, 1), 4);
  CHECK_FALSE(row.alive());
}

TEST_CASE("erasing: late work without its values: merges, whatever it was") {
  RowState row = registered_twice();
  RowState before = row;
  Op late = op_of(OpKind::update, {{kName, text("canary"), 0, {kB}},
                                   {kTags, write_set_change({{"canary"}, {"alone"}}), 0, {kB}},
                                   {kNote, text("canary"), 0, {}},
                                   {kKind, text("overseas"), 0, {kB}}});
  erase_personal(kTable, row);
  CHECK(erase_personal(kTable, late));
  CHECK_FALSE(erase_personal(kTable, late));
  apply_at(row, late, name_of(6, 1), 5);
  for (const ColumnId column : {kName, kTags, kNote}) CHECK(is_null(row.find(column)->value));
  CHECK(value_in(row, kKind) == text("overseas"));
  CHECK(row.alive());
}

TEST_CASE("erasing: what a group writes: is personal only where it says something") {
  Pack pack;
  pack.tables = {kTable};
  Group group;
  group.ops = {op_of(OpKind::update, {{kKind, text("away"), 0, {}}, {kName, Value{}, 0, {}}})};
  CHECK_FALSE(writes_personal(pack, group));
  group.ops[0].cells[1].value = text("李");
  CHECK(writes_personal(pack, group));
}
