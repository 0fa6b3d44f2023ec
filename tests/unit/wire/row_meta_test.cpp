#include "wire/row_meta.hpp"

#include <catch2/catch.hpp>

#include "unit/wire/equality.hpp"
#include "unit/wire/samples.hpp"
#include "wire/meta_code.hpp"

using namespace doorstep;
using namespace doorstep::test;
using namespace doorstep::wire;

namespace {

const Table kTable = some_table(6);

/// A row of which the actor 57 inserted the given columns in one go.
RowState inserted(std::initializer_list<std::uint32_t> columns) {
  RowState row;
  row.birth = Birth{1};
  const Version version{{make_actor(1, 57), GroupNumber{312}, 1}, Stamp::at(1'795'309'323'004), 0};
  Cell cell;
  cell.version = version;
  cell.value = std::string("value");
  for (const std::uint32_t column : columns) {
    cell.column = ColumnId{column};
    row.cells.push_back(cell);
  }
  return row;
}

}  // namespace

TEST_CASE("row meta: any row: metadata and values together give the row back, without losers") {
  for (std::uint64_t seed = 1; seed <= 5'000; ++seed) {
    SeededDraw draw(seed);
    RowState row = some_row(draw, kTable);
    const std::string meta = encode_meta(kTable, row);
    row.losers = some_losers(draw);
    CHECK(encode_meta(kTable, row) == meta);
    row.losers.clear();
    const auto back = decode_meta(kTable, meta, values_of(kTable, row));
    INFO("seed " << seed);
    REQUIRE(back.has_value());
    REQUIRE(same(*back, row));
    REQUIRE(decode_birth(meta) == row.birth);
  }
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const RowState row = some_row(draw, kTable);
    const auto back = decode_meta(kTable, encode_meta(kTable, row), values_of(kTable, row));
    RC_ASSERT(back.has_value());
    RC_ASSERT(same(*back, row));
  }));
}

TEST_CASE("row meta: whole row: comes back equal, losers included") {
  for (std::uint64_t seed = 1; seed <= 5'000; ++seed) {
    SeededDraw draw(seed);
    RowState row = some_row(draw, kTable);
    row.losers = some_losers(draw);
    const auto back = decode_row(encode_row(row));
    INFO("seed " << seed);
    REQUIRE(back.has_value());
    REQUIRE(same(*back, row));
  }
}

TEST_CASE("row meta: a row that was never edited: 14 bytes") {
  const std::string meta = encode_meta(kTable, inserted({1, 2, 3, 5}));
  CHECK(meta.size() == 14);
  CHECK(plain_meta(*plain_version(meta)) == meta);
}

TEST_CASE("row meta: sole version: only of a row untouched since its insert") {
  const RowState fresh = inserted({1, 2, 3});
  REQUIRE(sole_version(encode_meta(kTable, fresh)).has_value());
  CHECK(*sole_version(encode_meta(kTable, fresh)) == fresh.cells[0].version);

  RowState edited = fresh;
  edited.cells[1].version.name.group = GroupNumber{313};
  CHECK_FALSE(sole_version(encode_meta(kTable, edited)).has_value());

  RowState emptied = fresh;
  emptied.cells[1].value = Value{};
  CHECK_FALSE(sole_version(encode_meta(kTable, emptied)).has_value());

  RowState contested = fresh;
  contested.cells[1].contested = true;
  CHECK_FALSE(sole_version(encode_meta(kTable, contested)).has_value());

  RowState agreed = fresh;
  agreed.cells[1].agreeing.push_back(edited.cells[1].version);
  CHECK_FALSE(sole_version(encode_meta(kTable, agreed)).has_value());

  RowState deleted = fresh;
  deleted.deaths = {Death{edited.cells[1].version, {}}};
  CHECK_FALSE(sole_version(encode_meta(kTable, deleted)).has_value());

  RowState reborn = fresh;
  reborn.birth = Birth{2};
  CHECK(sole_version(encode_meta(kTable, reborn)).has_value());
  CHECK_FALSE(plain_version(encode_meta(kTable, reborn)).has_value());
}

TEST_CASE(
    "row meta: a column that this table does not know: its version survives, and other cells keep theirs") {
  RowState row = inserted({1, 2});
  row.cells.push_back({ColumnId{30}, row.cells[0].version, Value{}, false, {}});
  const std::string meta = encode_meta(kTable, row);
  const auto back = decode_meta(kTable, meta, values_of(kTable, row));
  REQUIRE(back.has_value());
  CHECK(same(*back, row));
  CHECK(encode_meta(kTable, *back) == meta);
}

TEST_CASE("row meta: value in a column without a version: an error, not a guess") {
  const std::string meta = encode_meta(kTable, inserted({}));
  std::vector<Value> values(kTable.columns.size());
  CHECK(decode_meta(kTable, meta, values).has_value());
  values[2] = std::int64_t{1};
  CHECK_FALSE(decode_meta(kTable, meta, values).has_value());
}

TEST_CASE("row meta: damaged bytes: an error or another row, never a crash") {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SeededDraw draw(seed);
    RowState row = some_row(draw, kTable);
    row.losers = some_losers(draw);
    const std::vector<Value> values = values_of(kTable, row);
    for (const std::string& bytes : {encode_meta(kTable, row), encode_row(row)}) {
      for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::string_view cut = std::string_view(bytes).substr(0, size);
        CHECK_FALSE(decode_row(cut).has_value());
        const auto meta = decode_meta(kTable, cut, values);
        const auto sole = sole_version(cut);
        CHECK((meta.has_value() || !sole));
      }
      for (int i = 0; i < 50; ++i) {
        std::string damaged = bytes;
        damaged[draw.below(damaged.size())] = static_cast<char>(draw.below(256));
        const auto meta = decode_meta(kTable, damaged, values);
        if (meta) CHECK(decode_birth(damaged) == meta->birth);
        const auto whole = decode_row(damaged);
        if (whole) CHECK(encode_row(*whole).size() > 0);
      }
    }
  }
}
