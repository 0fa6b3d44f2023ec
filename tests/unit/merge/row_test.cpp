#include "merge/row.hpp"

#include <catch2/catch.hpp>

#include "unit/merge/history.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

constexpr ColumnId kLatest{1};
constexpr ColumnId kMax{4};
constexpr ColumnId kOnce{6};

/// Column 1 to 6: latest, latest, review, max, min, once.
const Table kTable = history_table();

VersionName name_of(std::uint32_t actor, std::uint64_t group) {
  return {make_actor(1, actor), GroupNumber{group}, 0};
}

CellWrite write(ColumnId column, std::int64_t value, std::vector<VersionName> bases = {},
                std::uint32_t round = 0) {
  return {column, value, round, std::move(bases)};
}

Op op_of(OpKind kind, std::vector<CellWrite> cells, std::uint32_t birth = 1) {
  return {kind, {kTable.id, {}}, Birth{birth}, std::move(cells), {}};
}

Op removal(std::vector<VersionName> seen, std::uint32_t birth = 1) {
  return {OpKind::remove, {kTable.id, {}}, Birth{birth}, {}, std::move(seen)};
}

/// Applies under the stamp `ms`; requires that it is not refused.
MergeOutcome apply_at(RowState& row, const Op& op, const VersionName& name, std::int64_t ms,
                      const Table& table = kTable) {
  const auto outcome = apply(table, row, op, name, Stamp::at(ms));
  REQUIRE(outcome.has_value());
  return *outcome;
}

Refusal refusal_of(const RowState& row, const Op& op, const Table& table = kTable) {
  RowState copy = row;
  const auto outcome = apply(table, copy, op, name_of(9, 9), Stamp::at(99));
  REQUIRE_FALSE(outcome.has_value());
  CHECK(described(copy).cells == described(row).cells);
  CHECK(copy.birth == row.birth);
  return outcome.error();
}

std::vector<LoserKind> kinds_of(const RowState& row) {
  std::vector<LoserKind> kinds;
  for (const Loser& loser : row.losers) kinds.push_back(loser.kind);
  return kinds;
}

const VersionName kA = name_of(2, 1);
const VersionName kB = name_of(3, 1);
const VersionName kC = name_of(4, 1);

}  // namespace

TEST_CASE("row: edits of different columns: both kept, no loser") {
  RowState row;
  apply_at(row, op_of(OpKind::insert, {write(kLatest, 1), write(ColumnId{2}, 1)}), kA, 10);
  apply_at(row, op_of(OpKind::update, {write(kLatest, 2, {kA})}), kB, 20);
  const MergeOutcome outcome = apply_at(row, op_of(OpKind::update, {write(ColumnId{2}, 3, {kA})}), kC, 30);
  CHECK(row.find(kLatest)->value == Value{std::int64_t{2}});
  CHECK(row.find(ColumnId{2})->value == Value{std::int64_t{3}});
  CHECK(row.losers.empty());
  CHECK_FALSE(outcome.concurrent);
}

TEST_CASE("row: an older edit arrives later: the newer one shows, the older is a loser with its bases") {
  RowState row;
  apply_at(row, op_of(OpKind::insert, {write(kLatest, 1)}), kA, 10);
  apply_at(row, op_of(OpKind::update, {write(kLatest, 2, {kA})}), kB, 30);
  const MergeOutcome outcome = apply_at(row, op_of(OpKind::update, {write(kLatest, 3, {kA})}), kC, 20);
  CHECK(outcome.concurrent);
  CHECK(row.find(kLatest)->value == Value{std::int64_t{2}});
  CHECK(row.find(kLatest)->contested);
  REQUIRE(row.losers.size() == 1);
  CHECK(row.losers[0].head.version.name == kC);
  CHECK(row.losers[0].head.bases == std::vector<VersionName>{kA});
}

TEST_CASE(
    "row: an edit by somebody who read both versions: the conflict stays open for the one she did not name") {
  RowState row;
  apply_at(row, op_of(OpKind::insert, {write(kLatest, 1)}), kA, 10);
  apply_at(row, op_of(OpKind::update, {write(kLatest, 2, {kA})}), kB, 30);
  apply_at(row, op_of(OpKind::update, {write(kLatest, 3, {kA})}), kC, 20);
  apply_at(row, op_of(OpKind::update, {write(kLatest, 4, {kB})}), name_of(3, 2), 40);
  CHECK(row.losers.size() == 1);
  apply_at(row, op_of(OpKind::update, {write(kLatest, 5, {name_of(3, 2), kC})}), name_of(3, 3), 50);
  CHECK(row.losers.empty());
  CHECK_FALSE(row.find(kLatest)->contested);
}

TEST_CASE("row: a delete that had seen everything: dead, and nothing is noted") {
  RowState row;
  apply_at(row, op_of(OpKind::insert, {write(kLatest, 1)}), kA, 10);
  apply_at(row, removal({kA}), kB, 20);
  CHECK_FALSE(row.alive());
  CHECK(row.losers.empty());
}

TEST_CASE("row: a delete concurrent with an edit: alive in both orders, the delete is noted") {
  const Op edit = op_of(OpKind::update, {write(kLatest, 2, {kA})});
  for (const bool delete_first : {true, false}) {
    RowState row;
    apply_at(row, op_of(OpKind::insert, {write(kLatest, 1)}), kA, 10);
    if (delete_first) apply_at(row, removal({kA}), kB, 20);
    apply_at(row, edit, kC, 15);
    if (!delete_first) apply_at(row, removal({kA}), kB, 20);
    CHECK(row.alive());
    CHECK(kinds_of(row) == std::vector<LoserKind>{LoserKind::kept_alive});
  }
}

TEST_CASE("row: a second delete that had seen the edit: dead after all, the note is gone") {
  RowState row;
  apply_at(row, op_of(OpKind::insert, {write(kLatest, 1)}), kA, 10);
  apply_at(row, removal({kA}), kB, 20);
  apply_at(row, op_of(OpKind::update, {write(kLatest, 2, {kA})}), kC, 15);
  apply_at(row, removal({kC}), name_of(3, 2), 30);
  CHECK_FALSE(row.alive());
  CHECK(row.losers.empty());
}

TEST_CASE(
    "row: registered again after a delete: the new facts only, an unseen edit goes to the ledger as late") {
  RowState row;
  apply_at(row, op_of(OpKind::insert, {write(kLatest, 1), write(ColumnId{2}, 1)}), kA, 10);
  apply_at(row, removal({kA}), kB, 20);
  apply_at(row, op_of(OpKind::insert, {write(kLatest, 7)}, 2), name_of(3, 2), 30);
  CHECK(row.birth == Birth{2});
  CHECK(row.cells.size() == 1);
  CHECK(row.losers.empty());
  apply_at(row, op_of(OpKind::update, {write(kLatest, 2, {kA})}), kC, 40);
  CHECK(row.find(kLatest)->value == Value{std::int64_t{7}});
  REQUIRE(kinds_of(row) == std::vector<LoserKind>{LoserKind::late});
  CHECK(row.losers[0].birth == Birth{1});
}

TEST_CASE("row: an extreme written to a past birth: no ledger entry, in whichever order it arrives") {
  const Op early = op_of(OpKind::update, {write(kMax, 9, {kA})});
  for (const bool before_rebirth : {true, false}) {
    RowState row;
    apply_at(row, op_of(OpKind::insert, {write(kMax, 1)}), kA, 10);
    apply_at(row, removal({kA}), kB, 20);
    if (before_rebirth) apply_at(row, early, kC, 15);
    apply_at(row, op_of(OpKind::insert, {write(kLatest, 7)}, 2), name_of(3, 2), 30);
    if (!before_rebirth) apply_at(row, early, kC, 15);
    CHECK(row.losers.empty());
  }
}

TEST_CASE("row: a second value of a once cell written to a past birth: the same entries in every order") {
  const Op second = op_of(OpKind::update, {write(kOnce, 2, {kA})});
  std::vector<std::set<ExpectedLoser>> found;
  for (const bool before_rebirth : {true, false}) {
    RowState row;
    apply_at(row, op_of(OpKind::insert, {write(kOnce, 1)}), kA, 10);
    if (before_rebirth) apply_at(row, second, kC, 15);
    apply_at(row, op_of(OpKind::insert, {write(kLatest, 7)}, 2), kB, 30);
    if (!before_rebirth) apply_at(row, second, kC, 15);
    found.push_back(described(row).losers);
  }
  CHECK(found[0].size() == 2);
  CHECK(found[0] == found[1]);
}

TEST_CASE("row: a write in a second round to a past birth: kept as late, not refused") {
  RowState row;
  apply_at(row, op_of(OpKind::insert, {write(kLatest, 1)}), kA, 10);
  apply_at(row, op_of(OpKind::update, {write(kLatest, 2, {kA}, 1)}), kB, 20);
  apply_at(row, op_of(OpKind::insert, {write(kLatest, 7)}, 2), name_of(2, 2), 30);
  apply_at(row, op_of(OpKind::update, {write(kLatest, 3, {kB}, 2)}), kC, 25);
  REQUIRE(row.losers.size() == 1);
  CHECK(row.losers[0].head.version.round == 2);
}

TEST_CASE("row: what cannot apply: refused by name, and the row untouched") {
  RowState row;
  CHECK(refusal_of(row, op_of(OpKind::update, {write(kLatest, 1)})) == Refusal::unknown_row);
  CHECK(refusal_of(row, removal({})) == Refusal::unknown_row);
  CHECK(refusal_of(row, op_of(OpKind::insert, {write(kLatest, 1)}, 2)) == Refusal::future_birth);
  apply_at(row, op_of(OpKind::insert, {write(kLatest, 1)}), kA, 10);
  CHECK(refusal_of(row, op_of(OpKind::update, {write(kLatest, 1)}, 2)) == Refusal::future_birth);
  CHECK(refusal_of(row, op_of(OpKind::insert, {write(kLatest, 1)}, 3)) == Refusal::future_birth);
  CHECK(refusal_of(row, op_of(OpKind::update, {write(kLatest, 1, {kA}, 2)})) == Refusal::future_round);
  Table journal = kTable;
  journal.deletes = DeletePolicy::append_only;
  CHECK(refusal_of(row, op_of(OpKind::update, {write(kLatest, 1)}), journal) == Refusal::append_only);
  CHECK(refusal_of(row, removal({kA}), journal) == Refusal::append_only);
}

TEST_CASE("row: review and once conflicts: the outcome asks for review") {
  for (const ColumnId column : {ColumnId{3}, kOnce}) {
    RowState row;
    CHECK_FALSE(apply_at(row, op_of(OpKind::insert, {write(column, 1)}), kA, 10).review);
    CHECK(apply_at(row, op_of(OpKind::insert, {write(column, 2)}), kB, 20).review);
    CHECK(kinds_of(row) == std::vector<LoserKind>{LoserKind::review});
    CHECK(row.find(column)->value == Value{std::int64_t{column == kOnce ? 1 : 2}});
  }
}

TEST_CASE("row: the same door registered by two: one row, empty fields beat nothing") {
  RowState row;
  apply_at(row, op_of(OpKind::insert, {write(kLatest, 1), write(kMax, 5)}), kA, 10);
  const MergeOutcome outcome =
      apply_at(row, op_of(OpKind::insert, {write(ColumnId{2}, 2), write(kMax, 3)}), kB, 20);
  CHECK(outcome.concurrent);
  CHECK(row.cells.size() == 3);
  CHECK(row.find(kMax)->value == Value{std::int64_t{5}});
  CHECK(row.losers.empty());
}

TEST_CASE(
    "row: a pending edit over canonical state: it shows on top, extremes merge, the past is left alone") {
  RowState row;
  apply_at(row, op_of(OpKind::insert, {write(kLatest, 1), write(kMax, 5)}), kA, 10);
  const RowState canonical = row;
  overlay(kTable, row, op_of(OpKind::update, {write(kLatest, 2, {kA}), write(kMax, 3, {kA})}), kB,
          Stamp::at(5));
  CHECK(row.find(kLatest)->value == Value{std::int64_t{2}});
  CHECK(row.find(kLatest)->version.name == kB);
  CHECK(row.find(kMax)->value == Value{std::int64_t{5}});
  overlay(kTable, row, removal(row.heads()), name_of(3, 2), Stamp::at(6));
  CHECK_FALSE(row.alive());
  overlay(kTable, row, op_of(OpKind::insert, {write(kLatest, 9)}, 2), name_of(3, 3), Stamp::at(7));
  CHECK(row.alive());
  CHECK(row.cells.size() == 1);
  RowState reborn = row;
  overlay(kTable, reborn, op_of(OpKind::update, {write(kLatest, 4, {kA})}), kC, Stamp::at(8));
  CHECK(described(reborn).cells == described(row).cells);
  CHECK(canonical.find(kLatest)->value == Value{std::int64_t{1}});
}
