#include <catch2/catch.hpp>

#include "unit/merge/history.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

void require_equal(const RowState& actual, const ExpectedRow& expected) {
  const ExpectedRow row = described(actual);
  RC_ASSERT(row.birth == expected.birth);
  RC_ASSERT(row.cells == expected.cells);
  RC_ASSERT(row.heads == expected.heads);
  RC_ASSERT(row.losers == expected.losers);
  RC_ASSERT(row.losers.size() == actual.losers.size());
  RC_ASSERT(row.alive == expected.alive);
}

}  // namespace

TEST_CASE("merge: random concurrent histories: every order of arrival gives what the reference model says") {
  const Table table =
      history_table(GENERATE(DeletePolicy::edit_beats_delete, DeletePolicy::delete_beats_edit));
  REQUIRE(rc::check([&] {
    PropertyDraw draw;
    const History history = HistoryMaker(draw, table).make();
    ReferenceModel model(table);
    for (const Written& written : history.ops) model.add(written);
    const ExpectedRow expected = model.row();
    for (int order = 0; order < 4; ++order)
      require_equal(deliver_in_random_order(draw, table, history.ops), expected);
  }));
}

TEST_CASE(
    "merge: random concurrent histories: every replica shows what the reference model says of what it "
    "knows") {
  const Table table =
      history_table(GENERATE(DeletePolicy::edit_beats_delete, DeletePolicy::delete_beats_edit));
  REQUIRE(rc::check([&] {
    PropertyDraw draw;
    const History history = HistoryMaker(draw, table).make();
    for (const Replica& replica : history.replicas) {
      ReferenceModel model(table);
      for (const std::size_t index : replica.known) model.add(history.ops[index]);
      require_equal(replica.row, model.row());
    }
  }));
}

TEST_CASE(
    "merge: thousands of seeded histories: every order of arrival gives what the reference model says") {
  const Table table =
      history_table(GENERATE(DeletePolicy::edit_beats_delete, DeletePolicy::delete_beats_edit));
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    SeededDraw draw(seed);
    const History history = HistoryMaker(draw, table).make();
    ReferenceModel model(table);
    for (const Written& written : history.ops) model.add(written);
    const ExpectedRow expected = model.row();
    for (int order = 0; order < 3; ++order) {
      const ExpectedRow row = described(deliver_in_random_order(draw, table, history.ops));
      INFO("seed " << seed);
      REQUIRE(row.birth == expected.birth);
      REQUIRE(row.alive == expected.alive);
      REQUIRE(row.cells == expected.cells);
      REQUIRE(row.heads == expected.heads);
      REQUIRE(row.losers == expected.losers);
    }
  }
}
