#include "app/roster_export.hpp"

#include <algorithm>
#include <unordered_map>

#include "app/office_time.hpp"
#include "app/roster_headers.hpp"
#include "app/roster_references.hpp"
#include "base/error.hpp"
#include "schema/list_text.hpp"
#include "schema/validation.hpp"
#include "schema/validation_error.hpp"
#include "tabular/csv.hpp"

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

  Result<std::string> run(std::size_t& count) {
    for (const Column& column : table_.columns)
      if (!column.retired && column.mask == Mask::none) columns_.push_back(&column);
    for (const Column* column : columns_)
      if (column->target) DOORSTEP_CHECK(references_.load(*pack_.find(*column->target)));
    if (residency_) DOORSTEP_CHECK(load_homes());

    std::string out(tabular::kCsvStart);
    tabular::append_csv_row(out, headings());
    std::vector<ColumnId> wanted;
    for (const Column* column : columns_) wanted.push_back(column->id);
    count = 0;
    DOORSTEP_CHECK(source_.each_row(table_, wanted, [&](const RowId& id, std::vector<Value>& values) {
      tabular::append_csv_row(out, cells(id, values));
      ++count;
    }));
    return out;
  }

 private:
  struct Home {
    std::string household;
    Value moved_in;
  };

  std::vector<std::string> headings() const {
    std::vector<std::string> texts;
    for (const Column* column : columns_) texts.push_back(column->label.zh);
    if (residency_) {
      texts.push_back(residency_->place->label.zh);
      texts.push_back(residency_->moved_in->label.zh);
    }
    if (table_.natural_key.empty()) texts.emplace_back(kRowIdHeader);
    return texts;
  }

  std::vector<std::string> cells(const RowId& id, const std::vector<Value>& values) const {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < values.size(); ++i)
      texts.push_back(cell_text(pack_, references_, *columns_[i], values[i]));
    if (residency_) {
      const auto home = homes_.find(to_text(id));
      texts.push_back(home == homes_.end() ? std::string{} : home->second.household);
      texts.push_back(home == homes_.end() ? std::string{} : written_text(home->second.moved_in));
    }
    if (table_.natural_key.empty()) texts.push_back(to_text(id));
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

std::string cell_text(const Pack& pack, const References& references, const Column& column,
                      const Value& value) {
  if (is_null(value)) return {};
  if (column.type == ColumnType::boolean) return value == Value(std::int64_t{1}) ? "是" : "否";
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return written_text(value);
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

Result<std::string> export_table(const Pack& pack, const RowId& office, const Table& table, RowSource& source,
                                 std::size_t& rows) {
  return Exporter(pack, office, table, source).run(rows);
}

}  // namespace doorstep::server
