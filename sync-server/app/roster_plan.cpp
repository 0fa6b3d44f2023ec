#include "app/roster_plan.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "app/office_time.hpp"
#include "app/roster_identity.hpp"
#include "app/roster_rows.hpp"
#include "base/ensure.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "schema/validation.hpp"

namespace doorstep::server {
namespace {

Error fault(std::string zh, std::string en) {
  return {ErrorDomain::usage, ErrorCode::validation_failed, Retry::never, std::move(zh), std::move(en)};
}

/// The column that a validation error is about: its sentence begins with the label and name.
int faulty_position(const Table& table, const Error& error) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (error.en.rfind(column.label.en + " (" + column.name + ")", 0) == 0) return static_cast<int>(i);
  }
  return -1;
}

class Planner {
 public:
  Planner(const Pack& pack, const RowId& office, const Table& table, RowSource& source, std::int64_t now_ms)
      : pack_(pack),
        office_(office),
        table_(table),
        residency_(residency_tables(pack, table)),
        source_(source),
        now_(format_time(now_ms)),
        today_(office_date(now_ms)),
        references_(pack, office, source) {}

  Result<RosterPlan> run(const std::vector<tabular::Row>& file) {
    DOORSTEP_TRY(rows, read_rows(pack_, office_, table_, file, references_, plan_.problems));
    const IdentityInput input{pack_, office_, table_, source_, now_, today_};
    DOORSTEP_TRY(identities, identify(input, rows, plan_.problems));
    for (std::size_t i = 0; i < rows.size(); ++i) plan_row(rows[i], identities[i]);
    if (table_.place_rule == PlaceRule::self) DOORSTEP_CHECK(order_tree());
    std::stable_sort(plan_.problems.begin(), plan_.problems.end(),
                     [](const RosterProblem& a, const RosterProblem& b) { return a.row < b.row; });
    locate_problems(pack_, table_, file.front(), plan_.problems);
    return std::move(plan_);
  }

 private:
  void plan_row(RosterRow& row, const Identity& identity) {
    const std::vector<Value> before =
        identity.existing ? *identity.existing : std::vector<Value>(table_.columns.size());
    std::vector<Value> after = identity.existing ? before : new_row_values(table_, row, now_);
    if (identity.existing)
      for (std::size_t i = 0; i < after.size(); ++i)
        if (row.cells[i]) after[i] = *row.cells[i];
    validate(row, after);
    if (row.bad) return;

    PlannedRow planned{&table_, identity.id, !identity.existing, {}, row.row};
    for (std::size_t i = 0; i < after.size(); ++i)
      if (after[i] != before[i]) planned.cells.emplace_back(table_.columns[i].id, std::move(after[i]));
    if (!planned.is_new && planned.cells.empty()) {
      ++plan_.counts.unchanged;
    } else if (!planned.is_new && table_.deletes == DeletePolicy::append_only) {
      plan_.problems.push_back({row.row,
                                {},
                                fault("这类记录登记后不能改动,请另记一条更正。",
                                      "Rows of this table are never edited. Add a correcting row.")});
      return;
    } else {
      ++(planned.is_new ? plan_.counts.added : plan_.counts.changed);
      plan_.rows.push_back(std::move(planned));
    }
    if (row.household) plan_residency(row, identity);
  }

  /// Tells every fault of a row, where validate_row() stops at the first.
  void validate(RosterRow& row, const std::vector<Value>& values) {
    std::optional<Table> rest;  // The table without the columns that were told already.
    const auto leave_out = [&](std::size_t at) {
      if (!rest) rest = table_;
      rest->columns[at].retired = true;
    };
    for (std::size_t i = 0; i < row.faulty.size(); ++i)
      if (row.faulty[i]) leave_out(i);
    for (;;) {
      const Status valid = validate_row(rest ? *rest : table_, values);
      if (valid) return;
      const int at = faulty_position(table_, valid.error());
      plan_.problems.push_back({row.row,
                                at < 0 ? std::string{} : table_.columns[static_cast<std::size_t>(at)].name,
                                valid.error()});
      row.bad = true;
      if (at < 0) return;
      leave_out(static_cast<std::size_t>(at));
    }
  }

  void plan_residency(const RosterRow& row, const Identity& identity) {
    const ResidencyTables& tables = *residency_;
    if (identity.residency) {
      if (!row.moved_in || *row.moved_in == *identity.moved_in) {
        ++plan_.residencies.unchanged;
        return;
      }
      ++plan_.residencies.changed;
      plan_.rows.push_back(
          {tables.residency, *identity.residency, false, {{tables.moved_in->id, *row.moved_in}}, row.row});
      return;
    }
    RosterRow empty;
    empty.cells.resize(tables.residency->columns.size());
    std::vector<Value> values = new_row_values(*tables.residency, empty, now_);
    const auto set = [&](const Column* column, Value value) {
      values[static_cast<std::size_t>(tables.residency->position(column->id))] = std::move(value);
    };
    set(tables.resident, to_text(identity.id));
    set(tables.home, to_text(*row.household));
    if (row.moved_in) set(tables.moved_in, *row.moved_in);
    PlannedRow planned{tables.residency, make_row_id(now_), true, {}, row.row};
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!is_null(values[i]))
        planned.cells.emplace_back(tables.residency->columns[i].id, std::move(values[i]));
    ++plan_.residencies.added;
    plan_.rows.push_back(std::move(planned));
  }

  // --- The tree of places ---

  using Parents = std::unordered_map<std::string, std::string>;

  /// Levels above a row, by the tree as it will be; -1 when they run in a circle or too deep.
  static int depth(const Parents& parents, const std::string& row) {
    int levels = 0;
    for (auto at = parents.find(row); at != parents.end(); at = parents.find(at->second))
      if (++levels > limits::kPlaceDepth) return -1;
    return levels;
  }

  void refuse_planned(const PlannedRow& row, Error error) {
    --(row.is_new ? plan_.counts.added : plan_.counts.changed);
    plan_.problems.push_back({row.row, "parent", std::move(error)});
  }

  /// Parents first; rows that hang in the air or in a circle are refused.
  Status order_tree() {
    const Column* parent = table_.find("parent");
    ensure(parent != nullptr, "places have a parent");
    Parents parents;
    std::unordered_set<std::string> known;
    DOORSTEP_CHECK(source_.each_row(table_, {parent->id}, [&](const RowId& id, std::vector<Value>& values) {
      known.insert(to_text(id));
      if (auto* above = std::get_if<std::string>(&values.front())) parents[to_text(id)] = std::move(*above);
    }));
    for (const PlannedRow& row : plan_.rows)
      for (const auto& [column, value] : row.cells)
        if (column == parent->id) parents[to_text(row.id)] = std::get<std::string>(value);

    std::vector<std::pair<int, PlannedRow>> by_depth;
    for (PlannedRow& row : plan_.rows) {
      const int levels = depth(parents, to_text(row.id));
      if (levels >= 0)
        by_depth.emplace_back(levels, std::move(row));
      else
        refuse_planned(
            row, fault("上级地点绕成了圈,或超过" + std::to_string(limits::kPlaceDepth) + "层,请核对上级。",
                       "The places above this one run in a circle, or are more than " +
                           std::to_string(limits::kPlaceDepth) + ". Check its parent."));
    }
    std::stable_sort(by_depth.begin(), by_depth.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    plan_.rows.clear();
    for (auto& [levels, row] : by_depth) {
      const auto above = parents.find(to_text(row.id));
      if (above != parents.end() && known.count(above->second) == 0) {
        refuse_planned(row, fault("上级地点那一行有错,这一行也没有导入。请先改正上级那一行。",
                                  "The row of the place above this one is faulty. Correct that one first."));
        continue;
      }
      known.insert(to_text(row.id));
      plan_.rows.push_back(std::move(row));
    }
    return {};
  }

  const Pack& pack_;
  const RowId& office_;
  const Table& table_;
  std::optional<ResidencyTables> residency_;
  RowSource& source_;
  std::string now_;
  std::string today_;
  References references_;
  RosterPlan plan_;
};

}  // namespace

Result<RosterPlan> plan_import(const Pack& pack, const RowId& office, const Table& table,
                               const std::vector<tabular::Row>& file, RowSource& source,
                               std::int64_t now_ms) {
  return Planner(pack, office, table, source, now_ms).run(file);
}

}  // namespace doorstep::server
