#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "app/roster_plan.hpp"
#include "schema/loader/loader.hpp"
#include "tabular/csv.hpp"

namespace doorstep::server {

/// An office in memory: rows by table, and imports that are applied at once.
class RosterFixture : public RowSource {
 public:
  RosterFixture() {
    auto loaded = load_pack(std::string(DOORSTEP_SOURCE_DIR) + "/schemas/changchun");
    REQUIRE(loaded);
    pack_ = std::move(*loaded);
  }

  Status each_row(const Table& table, const std::vector<ColumnId>& columns, const Visitor& visit) override {
    for (const auto& [id, row] : rows_[table.name]) {
      std::vector<Value> values;
      for (const ColumnId column : columns)
        values.push_back(row[static_cast<std::size_t>(table.position(column))]);
      visit(id, values);
    }
    return {};
  }

  RosterPlan plan(const std::string& table, const std::string& csv) {
    auto file = tabular::read_csv(csv);
    REQUIRE(file);
    auto found = find_table(pack_, table);
    REQUIRE(found);
    auto planned = plan_import(pack_, office_, **found, *file, *this, now_ms_);
    REQUIRE(planned);
    return *planned;
  }

  /// Imports a file that must have no fault.
  RosterPlan import(const std::string& table, const std::string& csv) {
    RosterPlan planned = plan(table, csv);
    for (const RosterProblem& problem : planned.problems)
      FAIL(problem.row << " " << problem.column << " " << problem.error.en);
    for (const PlannedRow& row : planned.rows) {
      std::vector<Value>& values = rows_[row.table->name][row.id];
      values.resize(row.table->columns.size());
      for (const auto& [column, value] : row.cells)
        values[static_cast<std::size_t>(row.table->position(column))] = value;
    }
    return planned;
  }

  /// A small estate: 1-1 is building 1 unit 1, with doors 101 and 102 and a family in each.
  void import_estate() {
    import("places",
           "code,parent,level,name\nC,,community,社区\nC-1,C,building,1栋\nC-1-1,C-1,unit,1单元\n"
           "C-1-1-101,C-1-1,door,101\nC-1-1-102,C-1-1,door,102\n");
    import("households", "place,head_name\nC-1-1-101,甲\nC-1-1-102,乙\n");
  }

  std::size_t count(const std::string& table) { return rows_[table].size(); }

  /// The value of `column` in the one row whose `where` column is `is`.
  Value value(const std::string& table, const std::string& where, const Value& is,
              const std::string& column) {
    const Table& found = *pack_.find(table);
    const auto at = [&](const std::string& name) {
      return static_cast<std::size_t>(found.position(found.find(name)->id));
    };
    for (const auto& [id, row] : rows_[table])
      if (row[at(where)] == is) return row[at(column)];
    FAIL("no row of " << table << " has this " << where);
    return {};
  }

  Pack pack_;
  RowId office_ = *parse_row_id("11111111-1111-4111-8111-111111111111");
  std::int64_t now_ms_ = 1'795'000'000'000;
  std::map<std::string, std::map<RowId, std::vector<Value>>> rows_;
};

/// 18 characters with a right check character; `serial` makes them differ.
inline std::string resident_id_number(int serial) {
  std::string digits = "22010219900101" + std::to_string(1000 + serial).substr(1);
  constexpr int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (int i = 0; i < 17; ++i) sum += (digits[static_cast<std::size_t>(i)] - '0') * weights[i];
  return digits + "10X98765432"[sum % 11];
}

}  // namespace doorstep::server
