#include "app/roster_rows.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "base/error.hpp"
#include "schema/calendar.hpp"
#include "schema/natural_key.hpp"
#include "schema/unicode_text.hpp"
#include "schema/validation.hpp"
#include "tabular/spreadsheet_text.hpp"

namespace doorstep::server {
namespace {

std::size_t position(const Table& table, ColumnId id) {
  const int at = table.position(id);
  ensure(at >= 0, "a column belongs to its table");
  return static_cast<std::size_t>(at);
}

bool is_empty_cell(const std::string& cell) { return plain_form(without_invisible(cell)).empty(); }

Error cell_without_heading(std::size_t index) {
  const std::string number = std::to_string(index + 1);
  return {ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
          "第" + number + "列没有表头,请在第一行写上这一列是什么。",
          "Column " + number + " has no heading. Write in the first row what it is."};
}

Error not_an_id() {
  return {ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
          "记录编号应是导出文件里的36个字符。新增的记录请留空。",
          "An id is the 36 characters of an exported file. Leave it empty for a new row."};
}

Error excel_error(const std::string& cell) {
  return {ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
          "这一格是表格软件的错误值" + cell + ",不是内容,请改成正确的内容。",
          "This cell is the spreadsheet's error " + cell + ", not a value. Correct it."};
}

Error digits_lost(const std::string& heading) {
  return {
      ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
      heading + "已被Excel改成科学计数,请用模板重填",
      "Excel turned it into scientific notation and its digits are lost. Fill it in again in the template."};
}

/// Codes and names, in which a number in scientific notation is damage and nothing else.
bool names_something(const Column& column) {
  return column.type == ColumnType::reference || column.check == Check::key_text;
}

/// Reads one file. References are resolved in a second pass, when all rows of the file are known.
class RowReader {
 public:
  RowReader(const Pack& pack, const RowId& office, const Table& table, References& references,
            std::vector<RosterProblem>& problems)
      : pack_(pack),
        office_(office),
        table_(table),
        residency_(residency_tables(pack, table)),
        references_(references),
        problems_(problems) {}

  Result<std::vector<RosterRow>> read(const std::vector<tabular::Row>& file) {
    if (file.empty())
      return fail_usage("文件是空的。请用 template " + table_.name + " 表格.xlsx 生成一份来填。",
                        "The file is empty. 'template " + table_.name + " FORM.xlsx' writes one to fill in.");
    headings_ = &file.front().cells;
    uses_ = read_headers(pack_, table_, file.front(), problems_);
    if (!problems_.empty()) return std::vector<RosterRow>{};
    DOORSTEP_CHECK(load_references());
    for (auto line = file.begin() + 1; line != file.end(); ++line) {
      rows_.push_back(read_own_cells(*line));
      offer_to_references(rows_.back());
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) resolve(rows_[i], file[i + 1]);
    return std::move(rows_);
  }

 private:
  /// The file's cell at `index`; a row may be shorter than the heading.
  static const std::string& cell_at(const tabular::Row& line, std::size_t index) {
    static const std::string empty;
    return index < line.cells.size() ? line.cells[index] : empty;
  }

  void problem(RosterRow& row, const std::string& column, Error error) {
    problems_.push_back({row.row, column, std::move(error)});
    row.bad = true;
  }

  /// What a spreadsheet did to a cell, whatever belongs there. Such cells are not looked at further.
  static bool is_damaged(const HeaderUse& use, const std::string& cell) {
    if (use.kind == HeaderUse::Kind::ignored) return false;
    return tabular::is_spreadsheet_error(cell) ||
           (use.kind == HeaderUse::Kind::cell && names_something(*use.column) &&
            tabular::is_scientific_notation(cell));
  }

  void tell_damage(RosterRow& row, std::size_t index, const std::string& cell) {
    const HeaderUse& use = uses_[index];
    const std::string heading = plain_form((*headings_)[index]);
    const bool error = tabular::is_spreadsheet_error(cell);
    problems_.push_back({row.row, use.column == nullptr ? "id" : use.column->name,
                         error ? excel_error(cell) : digits_lost(heading), index + 1, heading});
    row.bad = true;
    if (use.kind == HeaderUse::Kind::cell) row.faulty[position(table_, use.column->id)] = true;
  }

  /// Nothing to be read there, or told already.
  bool is_no_value(std::size_t index, const tabular::Row& line) const {
    const std::string& cell = cell_at(line, index);
    return is_empty_cell(cell) || is_damaged(uses_[index], cell);
  }

  Status load_references() {
    for (const HeaderUse& use : uses_) {
      if (use.column == nullptr || !use.column->target) continue;
      std::vector<const Column*> details;
      for (const HeaderUse& other : uses_)
        if (other.kind == HeaderUse::Kind::detail && other.column == use.column)
          details.push_back(other.detail);
      DOORSTEP_CHECK(references_.load(*pack_.find(*use.column->target), details));
    }
    if (residency_) DOORSTEP_CHECK(references_.load(*residency_->household));
    return {};
  }

  RosterRow read_own_cells(const tabular::Row& line) {
    RosterRow row;
    row.row = line.row;
    row.cells.resize(table_.columns.size());
    row.faulty.resize(table_.columns.size(), false);
    for (std::size_t i = 0; i < line.cells.size(); ++i) {
      if (is_empty_cell(line.cells[i])) continue;
      if (i >= uses_.size() || is_empty_cell((*headings_)[i])) {
        problem(row, {}, cell_without_heading(i));
        problems_.back().cell = i + 1;
      } else if (is_damaged(uses_[i], line.cells[i])) {
        tell_damage(row, i, line.cells[i]);
      } else if (uses_[i].kind == HeaderUse::Kind::row_id) {
        row.given_id = parse_row_id(to_ascii_lower(plain_form(line.cells[i])));
        if (!row.given_id) problem(row, "id", not_an_id());
      } else if (uses_[i].kind == HeaderUse::Kind::cell && uses_[i].column->type != ColumnType::reference) {
        read_cell(row, *uses_[i].column, line.cells[i]);
      }
    }
    return row;
  }

  void read_cell(RosterRow& row, const Column& column, const std::string& typed) {
    auto value = normalize(column, typed);
    const std::size_t at = position(table_, column.id);
    if (!value) {
      problem(row, column.name, std::move(value).error());
      row.faulty[at] = true;
    } else if (!is_null(*value)) {
      row.cells[at] = std::move(*value);
    }
  }

  /// A place's parent may stand anywhere in the same file: its id follows from its code.
  void offer_to_references(const RosterRow& row) {
    if (table_.natural_key.empty()) return;
    std::vector<Value> values(table_.columns.size());
    for (const ColumnId key : table_.natural_key) {
      const std::size_t at = position(table_, key);
      if (row.cells[at]) values[at] = *row.cells[at];
    }
    if (const auto id = natural_key_id(office_, table_, values)) references_.add(table_, *id);
  }

  void resolve(RosterRow& row, const tabular::Row& line) {
    for (std::size_t i = 0; i < uses_.size(); ++i) {
      const HeaderUse& use = uses_[i];
      if (use.kind != HeaderUse::Kind::cell || use.column->type != ColumnType::reference) continue;
      if (is_no_value(i, line)) continue;
      const std::string& typed = cell_at(line, i);
      const std::size_t at = position(table_, use.column->id);
      auto found = find_reference(row, line, *use.column, typed);
      if (found)
        row.cells[at] = to_text(*found);
      else
        row.faulty[at] = true;
    }
    if (residency_) resolve_home(row, line);
  }

  std::optional<RowId> find_reference(RosterRow& row, const tabular::Row& line, const Column& column,
                                      const std::string& typed) {
    References::Details details;
    for (std::size_t i = 0; i < uses_.size(); ++i) {
      if (uses_[i].kind != HeaderUse::Kind::detail || uses_[i].column != &column) continue;
      if (is_no_value(i, line)) continue;
      auto value = normalize(*uses_[i].detail, cell_at(line, i));
      if (!value) {
        problem(row, column.name, std::move(value).error());
        return std::nullopt;
      }
      details.emplace_back(uses_[i].detail, std::move(*value));
    }
    auto found = references_.find(column, typed, details);
    if (found) return *found;
    problem(row, column.name, std::move(found).error());
    return std::nullopt;
  }

  /// The household of the door that a resident's row names.
  void resolve_home(RosterRow& row, const tabular::Row& line) {
    std::string home;
    for (std::size_t i = 0; i < uses_.size(); ++i) {
      if (uses_[i].kind != HeaderUse::Kind::residency || is_no_value(i, line)) continue;
      if (uses_[i].column == residency_->place) {
        home.insert(0, plain_form(cell_at(line, i)));
        continue;
      }
      auto value = normalize(*uses_[i].column, cell_at(line, i));
      if (!value) {
        problem(row, uses_[i].column->name, std::move(value).error());
      } else if (uses_[i].column == residency_->number) {
        home += "/" + std::to_string(std::get<std::int64_t>(*value));
      } else {
        row.moved_in = std::move(*value);
      }
    }
    if (home.empty()) return;
    // The door is what is told wrong when there is no such household.
    Column door = *residency_->place;
    door.target = residency_->household->id;
    auto found = references_.find(door, home);
    if (found)
      row.household = *found;
    else
      problem(row, door.name, std::move(found).error());
  }

  const Pack& pack_;
  RowId office_;
  const Table& table_;
  std::optional<ResidencyTables> residency_;
  References& references_;
  std::vector<RosterProblem>& problems_;
  const std::vector<std::string>* headings_ = nullptr;
  std::vector<HeaderUse> uses_;
  std::vector<RosterRow> rows_;
};

}  // namespace

const Value* RosterRow::cell(const Table& table, ColumnId id) const {
  const int at = table.position(id);
  if (at < 0 || !cells[static_cast<std::size_t>(at)]) return nullptr;
  return &*cells[static_cast<std::size_t>(at)];
}

const Value* RosterRow::cell(const Table& table, std::string_view name) const {
  const Column* column = table.find(name);
  return column == nullptr ? nullptr : cell(table, column->id);
}

Result<std::vector<RosterRow>> read_rows(const Pack& pack, const RowId& office, const Table& table,
                                         const std::vector<tabular::Row>& file, References& references,
                                         std::vector<RosterProblem>& problems) {
  return RowReader(pack, office, table, references, problems).read(file);
}

std::vector<Value> new_row_values(const Table& table, const RosterRow& row, const std::string& now) {
  std::vector<Value> values;
  values.reserve(table.columns.size());
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    Value& value = values.emplace_back();
    if (row.cells[i])
      value = *row.cells[i];
    else if (column.default_rule == DefaultRule::constant)
      value = column.default_value;
    else if (column.default_rule == DefaultRule::now)
      value = now;
    else if (column.default_rule == DefaultRule::today)
      value = local_date(parse_canonical_time(now).value_or(0));
  }
  return values;
}

}  // namespace doorstep::server
