#include <catch2/catch.hpp>

#include "merge/writing.hpp"
#include "unit/merge/history.hpp"
#include "wire/row_meta.hpp"

using namespace doorstep;
using namespace doorstep::test;

// The figures of docs/merge.md, "Cost".
namespace {

constexpr std::uint32_t kIncarnation = 1'764'000'000;

/// Writers who read one another's work, one after the other.
class Editors {
 public:
  explicit Editors(const Table& table) : table_(table) {}

  void write(std::uint32_t serial, const std::vector<std::pair<std::uint32_t, Value>>& values) {
    Op op;
    op.kind = row_.birth == Birth{0} ? OpKind::insert : OpKind::update;
    op.birth = Birth{1};
    for (const auto& [id, value] : values) {
      const Column& column = *table_.find(ColumnId{id});
      op.cells.push_back(write_over(column, row_.find(column.id), value));
    }
    const VersionName name{make_actor(kIncarnation, serial),
                           GroupNumber{static_cast<std::uint64_t>(++groups_) + 100}, 0};
    REQUIRE(apply(table_, row_, op, name, Stamp::at(1'795'309'323'004 + groups_ * 60'000)));
  }
  std::size_t bytes() const { return wire::encode_meta(table_, row_).size(); }

 private:
  const Table& table_;
  RowState row_;
  std::int64_t groups_ = 0;
};

Table table_of(std::size_t columns, MergeKind kind) {
  Table table;
  for (std::uint32_t id = 1; id <= columns; ++id) {
    Column column;
    column.id = ColumnId{id};
    column.merge = kind;
    table.columns.push_back(column);
  }
  return table;
}

}  // namespace

TEST_CASE("row metadata: a visit that nobody edited: 17 bytes") {
  const Table table = table_of(9, MergeKind::latest);
  Editors row(table);
  row.write(57, {{1, std::string("door")}, {4, std::string("today")}, {7, std::string("met")}});
  CHECK(row.bytes() == 17);
}

TEST_CASE("row metadata: a household that three people edited ten times: 121 bytes") {
  const Table table = table_of(9, MergeKind::latest);
  Editors row(table);
  row.write(57, {{1, std::string("door")}, {2, std::int64_t{1}}, {9, std::string("today")}});
  for (std::uint32_t i = 0; i < 10; ++i)
    row.write(57 + i % 3, {{3 + i % 6, std::string("value ") + std::to_string(i)}});
  CHECK(row.bytes() == 121);
}

TEST_CASE("row metadata: a set of twenty additions and removals by three people: 183 bytes") {
  const Table table = table_of(1, MergeKind::set);
  Editors row(table);
  std::vector<std::string> tags;
  for (std::uint32_t i = 0; i < 20; ++i) {
    if (i % 4 == 3)
      tags.erase(tags.begin());
    else
      tags.push_back("tag " + std::to_string(i));
    row.write(57 + i % 3, {{1, set_value(tags)}});
  }
  CHECK(row.bytes() == 183);
}
