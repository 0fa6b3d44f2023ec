#include "app/roster_export.hpp"

#include <algorithm>
#include <unordered_map>

#include "app/office_time.hpp"
#include "app/roster_headers.hpp"
#include "app/roster_references.hpp"
#include "base/error.hpp"
#include "schema/list_text.hpp"
#include "schema/validation.hpp"

namespace doorstep::server {
namespace {

std::string time_text(const std::string& canonical) {
  const auto ms = parse_canonical_time(canonical);
  return ms ? office_time(*ms) : canonical;
}

std::string choice_text(const Column& column, const std::string& value) {
  for (const Choice& choice : column.choices)
    if (choice.value == value) return choice.label.zh;
  return value;
}

/// Items between 、, or the JSON where an item would be torn apart by that.
std::string list_text(const Column& column, const std::string& json) {
  const auto items = parse_json_list(json);
  if (!items || items->empty()) return json;
  std::string text;
  for (const std::string& item : *items) text += (text.empty() ? "" : "、") + choice_text(column, item);
  const auto read = normalize(column, text);
  return read && *read == Value(json) ? text : json;
}

class Exporter {
 public:
  Exporter(const Pack& pack, const RowId& office, const Table& table, RowSource& source)
      : pack_(pack),
        table_(table),
        residency_(residency_tables(pack, table)),
        source_(source),
        references_(pack, office, source) {}

  Result<Output> run() {
    for (const Column& column : table_.columns)
      if (!column.retired && column.mask == Mask::none) columns_.push_back(&column);
    for (const Column* column : columns_)
      if (column->target) DOORSTEP_CHECK(references_.load(*pack_.find(*column->target)));
    if (residency_) DOORSTEP_CHECK(load_homes());

    Output out;
    out.sheet.name = table_.label.zh;
    out.sheet.columns = headings();
    out.coordinates = coordinates();
    std::vector<ColumnId> wanted;
    for (const Column* column : columns_) wanted.push_back(column->id);
    DOORSTEP_CHECK(source_.each_row(table_, wanted, [&](const RowId& id, std::vector<Value>& values) {
      out.sheet.rows.push_back(cells(id, values));
    }));
    return out;
  }

 private:
  struct Home {
    std::string household;
    Value moved_in;
  };

  std::vector<tabular::SheetColumn> headings() const {
    std::vector<tabular::SheetColumn> columns;
    for (const Column* column : columns_) columns.push_back(heading_of(*column));
    if (residency_) {
      columns.push_back(heading_of(*residency_->place));
      columns.push_back(heading_of(*residency_->moved_in));
    }
    if (table_.natural_key.empty())
      columns.push_back({kRowIdHeader, tabular::SheetColumn::Format::text, {}, {}});
    return columns;
  }

  /// Two columns of these names that are one cell: neither makes sense without the other.
  std::optional<Coordinates> coordinates() const {
    const auto position = [&](const char* name) {
      return static_cast<std::size_t>(std::find_if(columns_.begin(), columns_.end(),
                                                   [&](const Column* column) {
                                                     return column->name == name &&
                                                            column->type == ColumnType::real;
                                                   }) -
                                      columns_.begin());
    };
    const Coordinates at{position("longitude"), position("latitude")};
    if (at.longitude == columns_.size() || at.latitude == columns_.size()) return std::nullopt;
    if (columns_[at.longitude]->cell != columns_[at.latitude]->cell) return std::nullopt;
    return at;
  }

  std::vector<Value> cells(const RowId& id, const std::vector<Value>& values) const {
    std::vector<Value> texts;
    for (std::size_t i = 0; i < values.size(); ++i)
      texts.push_back(cell_value(pack_, references_, *columns_[i], values[i]));
    if (residency_) {
      const auto home = homes_.find(to_text(id));
      texts.push_back(home == homes_.end() ? Value() : Value(home->second.household));
      texts.push_back(home == homes_.end() ? Value() : home->second.moved_in);
    }
    if (table_.natural_key.empty()) texts.emplace_back(to_text(id));
    return texts;
  }

  /// Where each resident lives now: the first open residency.
  Status load_homes() {
    DOORSTEP_CHECK(references_.load(*residency_->household));
    return source_.each_row(
        *residency_->residency,
        {residency_->resident->id, residency_->home->id, residency_->moved_in->id, residency_->moved_out->id},
        [&](const RowId&, std::vector<Value>& values) {
          const auto* resident = std::get_if<std::string>(&values[0]);
          const auto* home = std::get_if<std::string>(&values[1]);
          const auto household = home == nullptr ? std::nullopt : parse_row_id(*home);
          if (resident == nullptr || !household || !is_null(values[3])) return;
          homes_.emplace(*resident,
                         Home{references_.name_of(*residency_->household, *household), std::move(values[2])});
        });
  }

  const Pack& pack_;
  const Table& table_;
  std::optional<ResidencyTables> residency_;
  RowSource& source_;
  References references_;
  std::vector<const Column*> columns_;
  std::unordered_map<std::string, Home> homes_;
};

}  // namespace

tabular::SheetColumn heading_of(const Column& column) {
  using Format = tabular::SheetColumn::Format;
  Format format = Format::text;
  if (column.type == ColumnType::integer || column.type == ColumnType::real) format = Format::number;
  if (column.type == ColumnType::date) format = Format::date;
  return {column.label.zh, format, {}, {}};
}

Value cell_value(const Pack& pack, const References& references, const Column& column, const Value& value) {
  if (is_null(value)) return value;
  if (column.type == ColumnType::boolean) return value == Value(std::int64_t{1}) ? "是" : "否";
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return value;
  switch (column.type) {
    case ColumnType::reference: {
      const auto id = parse_row_id(*text);
      return id ? references.name_of(*pack.find(*column.target), *id) : *text;
    }
    case ColumnType::time:
      return time_text(*text);
    case ColumnType::list:
      return list_text(column, *text);
    default:
      return choice_text(column, *text);
  }
}

Result<Output> export_table(const Pack& pack, const RowId& office, const Table& table, RowSource& source) {
  return Exporter(pack, office, table, source).run();
}

}  // namespace doorstep::server
