#include <catch2/catch.hpp>

#include "merge/cell.hpp"
#include "unit/draw.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

const MergeKind kKinds[] = {MergeKind::latest, MergeKind::review, MergeKind::max,
                            MergeKind::min,    MergeKind::once,   MergeKind::workflow};

Column column_of(MergeKind kind) {
  Column column;
  column.merge = kind;
  return column;
}

bool same(const CellState& a, const CellState& b) {
  const auto same_head = [](const Head& x, const Head& y) {
    return x.version == y.version && x.value == y.value && x.bases == y.bases;
  };
  return a.superseded == b.superseded &&
         std::equal(a.heads.begin(), a.heads.end(), b.heads.begin(), b.heads.end(), same_head);
}

Value some_value(Draw& draw) {
  switch (draw.below(5)) {
    case 0:
      return Value{};
    case 1:
      return static_cast<std::int64_t>(draw.below(3));
    case 2:
      return static_cast<double>(draw.below(3));
    case 3:
      return std::string(1, static_cast<char>('a' + draw.below(2)));
    default:
      return Bytes{static_cast<std::uint8_t>(draw.below(2))};
  }
}

/// Single writes of one cell, each with earlier ones as bases: what states are made of.
std::vector<CellState> some_writes(Draw& draw) {
  std::vector<CellState> writes(2 + draw.below(7));
  std::vector<VersionName> names;
  std::uint64_t stamp = 1;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    Head head;
    head.version.name = {make_actor(1, static_cast<std::uint32_t>(2 + draw.below(3))), GroupNumber{i + 1}, 0};
    head.version.stamp = Stamp{stamp += draw.below(2)};
    head.version.round = draw.chance(15) ? 1 : 0;
    head.value = some_value(draw);
    for (const VersionName& name : names)
      if (draw.chance(25)) head.bases.push_back(name);
    std::sort(head.bases.begin(), head.bases.end());
    names.push_back(head.version.name);
    writes[i] = written({{}, head.value, head.version.round, head.bases}, head.version);
  }
  return writes;
}

CellState joined_subset(Draw& draw, MergeKind kind, const std::vector<CellState>& writes) {
  CellState state;
  for (const CellState& write : writes)
    if (draw.chance(60)) state = join(kind, state, write);
  return state;
}

}  // namespace

TEST_CASE("merge: join of any two states: order does not matter") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const MergeKind kind = draw.pick(kKinds);
    const auto writes = some_writes(draw);
    const CellState a = joined_subset(draw, kind, writes);
    const CellState b = joined_subset(draw, kind, writes);
    RC_ASSERT(same(join(kind, a, b), join(kind, b, a)));
  }));
}

TEST_CASE("merge: join of any three states: grouping does not matter") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const MergeKind kind = draw.pick(kKinds);
    const auto writes = some_writes(draw);
    const CellState a = joined_subset(draw, kind, writes);
    const CellState b = joined_subset(draw, kind, writes);
    const CellState c = joined_subset(draw, kind, writes);
    RC_ASSERT(same(join(kind, join(kind, a, b), c), join(kind, a, join(kind, b, c))));
  }));
}

TEST_CASE("merge: join of a state with itself or with a part of it: nothing changes") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const MergeKind kind = draw.pick(kKinds);
    const auto writes = some_writes(draw);
    const CellState a = joined_subset(draw, kind, writes);
    const CellState whole = join(kind, a, joined_subset(draw, kind, writes));
    RC_ASSERT(same(join(kind, a, a), a));
    RC_ASSERT(same(join(kind, whole, a), whole));
    RC_ASSERT(same(join(kind, whole, CellState{}), whole));
  }));
}

TEST_CASE("merge: values of any types: value_less is a strict total order") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const Value a = some_value(draw);
    const Value b = some_value(draw);
    const Value c = some_value(draw);
    RC_ASSERT(!value_less(a, a));
    RC_ASSERT(value_less(a, b) + value_less(b, a) + (a == b) == 1);
    if (value_less(a, b) && value_less(b, c)) RC_ASSERT(value_less(a, c));
  }));
}

TEST_CASE("merge: numbers of two types past 2^53: value_less stays transitive") {
  const std::int64_t edge = std::int64_t{1} << 53;
  const std::vector<Value> ascending = {
      edge - 1, edge, edge + 1, static_cast<double>(edge), edge + 2, static_cast<double>(edge + 2)};
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = 0; j < ascending.size(); ++j)
      CHECK(value_less(ascending[i], ascending[j]) == (i < j));
}

TEST_CASE("merge: equal values written concurrently: no conflict") {
  for (const MergeKind kind : kKinds) {
    CellState state;
    for (std::uint32_t actor = 2; actor < 5; ++actor) {
      const Head head{{{make_actor(1, actor), GroupNumber{1}, 0}, Stamp{actor}, 0}, std::int64_t{7}, {}};
      state = join(kind, state, {{head}, {}});
    }
    CHECK(losers(column_of(kind), state).empty());
    CHECK(shown(column_of(kind), state)->value == Value{std::int64_t{7}});
  }
}
