#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "unit/wire/equality.hpp"
#include "unit/wire/samples.hpp"
#include "wire/row_meta.hpp"

using namespace doorstep;
using namespace doorstep::test;
using namespace doorstep::wire;

namespace {

/// The table in the pack of a phone that is behind.
Table narrowed(Draw& draw, const Table& table) {
  Table narrow = table;
  narrow.columns.clear();
  for (const Column& column : table.columns)
    if (draw.chance(60)) narrow.columns.push_back(column);
  return narrow;
}

}  // namespace

TEST_CASE(
    "row meta: for a table with fewer columns: keeps every version, and the values of its own columns") {
  const Table wide = some_table(6);
  REQUIRE(rc::check([&] {
    PropertyDraw draw;
    const Table narrow = narrowed(draw, wide);
    const RowState row = some_row(draw, wide);
    const std::string meta = encode_meta(narrow, row);
    const auto back = decode_meta(narrow, meta, values_of(narrow, row));
    RC_ASSERT(back.has_value());
    // What a delete by that phone says it has seen.
    RC_ASSERT(back->heads() == row.heads());
    RowState expected = row;
    for (Cell& cell : expected.cells)
      if (narrow.find(cell.column) == nullptr) cell.value = Value{};
    RC_ASSERT(same(*back, expected));
    // Through the copy beneath a pending edit and back.
    const auto kept = decode_row(encode_row(*back));
    RC_ASSERT(kept.has_value());
    RC_ASSERT(encode_meta(narrow, *kept) == meta);
  }));
}
