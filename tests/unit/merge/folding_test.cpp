#include "merge/folding.hpp"

#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "unit/draw.hpp"
#include "unit/merge/folding_reference.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

RowId row(std::uint8_t n) {
  RowId id{};
  id.bytes.data[15] = n;
  return id;
}

/// A declaration for some of a few rows, at random: chains, trees, rings.
std::vector<SameDeclaration> some_declarations(Draw& draw) {
  std::vector<SameDeclaration> out;
  for (std::uint8_t n = 1; n <= 9; ++n)
    if (draw.chance(60)) out.push_back({row(n), row(static_cast<std::uint8_t>(1 + draw.below(9)))});
  return out;
}

std::map<RowId, RowId> roots_of(const std::vector<SameDeclaration>& declared) {
  std::map<RowId, RowId> roots;
  for (const SameClass& same : same_classes(declared))
    for (const RowId& member : same.members) roots[member] = same.root;
  return roots;
}

Table table_of(std::initializer_list<std::pair<const char*, MergeKind>> columns) {
  Table table;
  for (const auto& [name, kind] : columns) {
    Column column;
    column.id = column.cell = ColumnId{static_cast<std::uint32_t>(table.columns.size() + 1)};
    column.name = name;
    column.merge = kind;
    table.columns.push_back(column);
  }
  return table;
}

/// A row as its writers have left it; each value under a version of its own.
struct Written {
  RowState state;
  void write(std::uint32_t column, Value value, std::uint64_t stamp) {
    state.birth = Birth{1};
    Cell cell;
    cell.column = ColumnId{column};
    cell.version = {{make_actor(1, 7), GroupNumber{stamp}, 0}, Stamp{stamp}, 0};
    cell.value = std::move(value);
    state.cells.push_back(std::move(cell));
  }
};

}  // namespace

TEST_CASE("folding: a chain: is one class with its end as root") {
  const auto classes = same_classes({{row(1), row(2)}, {row(2), row(3)}, {row(8), row(9)}});
  REQUIRE(classes.size() == 2);
  CHECK(classes[0] == SameClass{row(3), {row(1), row(2), row(3)}});
  CHECK(classes[1] == SameClass{row(9), {row(8), row(9)}});
}

TEST_CASE(
    "folding: opposite declarations: the smallest of the ring is the root, also for what leads into it") {
  const auto classes = same_classes({{row(5), row(3)}, {row(3), row(5)}, {row(1), row(5)}});
  REQUIRE(classes.size() == 1);
  CHECK(classes[0] == SameClass{row(3), {row(1), row(3), row(5)}});
}

TEST_CASE("folding: a row folded into itself: is nobody else") {
  CHECK(same_classes({{row(1), row(1)}}).empty());
}

TEST_CASE("folding: any declarations in any order: agree with the definition") {
  CHECK(rc::check("classes follow from the set of declarations", [] {
    PropertyDraw draw;
    std::vector<SameDeclaration> declared = some_declarations(draw);
    const auto wanted = slow_roots(declared);
    RC_ASSERT(roots_of(declared) == wanted);
    for (std::size_t i = declared.size(); i > 1; --i) std::swap(declared[i - 1], declared[draw.below(i)]);
    RC_ASSERT(roots_of(declared) == wanted);
  }));
}

TEST_CASE("folding: a declaration that is taken back: leaves what was before") {
  CHECK(rc::check("undo is exact", [] {
    PropertyDraw draw;
    std::vector<SameDeclaration> declared = some_declarations(draw);
    const auto before = same_classes(declared);
    const RowId fresh = row(20);
    declared.push_back({fresh, row(static_cast<std::uint8_t>(1 + draw.below(9)))});
    RC_ASSERT_FALSE(same_classes(declared) == before);
    declared.pop_back();
    RC_ASSERT(same_classes(declared) == before);
  }));
}

TEST_CASE("folding: a declaration refused for closing a ring: is one that would") {
  CHECK(rc::check("closes_ring tells rings", [] {
    PropertyDraw draw;
    std::vector<SameDeclaration> known = some_declarations(draw);
    const SameDeclaration wanted{row(static_cast<std::uint8_t>(1 + draw.below(9))),
                                 row(static_cast<std::uint8_t>(1 + draw.below(9)))};
    known.erase(std::remove_if(known.begin(), known.end(),
                               [&](const SameDeclaration& d) { return d.folded == wanted.folded; }),
                known.end());
    // It closes one when the row it folds can be reached from where it folds it to.
    bool reached = wanted.into == wanted.folded;
    RowId at = wanted.into;
    for (std::size_t i = 0; i < known.size(); ++i)
      for (const SameDeclaration& d : known)
        if (d.folded == at) {
          at = d.into;
          reached = reached || at == wanted.folded;
          break;
        }
    RC_ASSERT(closes_ring(known, wanted) == reached);
  }));
}

TEST_CASE("folding: columns of each kind: join as concurrent writes of one row would") {
  const Table table = table_of({{"phone", MergeKind::latest},
                                {"born", MergeKind::once},
                                {"visited", MergeKind::max},
                                {"leaflets", MergeKind::counter},
                                {"tags", MergeKind::set},
                                {"note", MergeKind::text},
                                {"alone", MergeKind::latest}});
  Written a, b;
  a.write(1, std::string("old"), 10);
  a.write(2, std::string("1950"), 11);
  a.write(3, std::string("2026-01-02"), 12);
  a.write(4, std::int64_t{3}, 13);
  a.write(5, std::string(R"(["x","y"])"), 14);
  a.write(6, std::string("eins"), 15);
  b.write(1, std::string("new"), 20);
  b.write(2, std::string("1951"), 21);
  b.write(3, std::string("2026-01-01"), 22);
  b.write(4, std::int64_t{4}, 23);
  b.write(5, std::string(R"(["y","z"])"), 24);
  b.write(6, std::string("zwei"), 25);
  b.write(7, std::string("only"), 26);
  const std::vector<Member> members{{row(1), &a.state}, {row(2), &b.state}};
  const FoldedRow folded = fold_rows(table, row(1), members);
  CHECK(folded.values[0] == Value("new"));
  CHECK(folded.values[1] == Value("1950"));
  CHECK(folded.values[2] == Value("2026-01-02"));
  CHECK(folded.values[3] == Value(std::int64_t{7}));
  CHECK(folded.values[4] == Value(R"(["x","y","z"])"));
  CHECK_THAT(std::get<std::string>(folded.values[5]), Catch::Contains("eins") && Catch::Contains("zwei"));
  CHECK(folded.values[6] == Value("only"));
  CHECK(folded.from[0] == row(2));
  CHECK(folded.from[1] == row(1));
  REQUIRE(folded.differing.size() == 2);
  CHECK(folded.differing[0].member == row(1));
  CHECK(folded.differing[0].value == Value("old"));
  CHECK(folded.differing[1].member == row(2));
  const FoldedRow turned = fold_rows(table, row(2), {members[1], members[0]});
  CHECK(turned.values == folded.values);
}

TEST_CASE("folding: the natural key: is the root's") {
  Table table = table_of({{"place", MergeKind::latest}, {"phone", MergeKind::latest}});
  table.natural_key = {ColumnId{1}};
  Written a, b;
  a.write(1, std::string("door 1"), 10);
  a.write(2, std::string("1"), 11);
  b.write(1, std::string("door 2"), 20);
  b.write(2, std::string("2"), 21);
  const FoldedRow folded = fold_rows(table, row(1), {{row(1), &a.state}, {row(2), &b.state}});
  CHECK(folded.values == std::vector<Value>{Value("door 1"), Value("2")});
  CHECK(folded.differing.size() == 1);
}
