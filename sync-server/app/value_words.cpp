#include "app/value_words.hpp"

#include "app/office_time.hpp"
#include "app/terminal.hpp"
#include "base/error.hpp"
#include "merge/rules.hpp"
#include "schema/list_text.hpp"
#include "schema/validation.hpp"

namespace doorstep::server {

Result<std::string> ValueWords::text(const Column* column, const Value& value) {
  if (is_null(value)) return std::string("(空)");
  if (column != nullptr)
    if (const auto change = change_in_words(column->merge, value)) return for_terminal(*change);
  const auto* stored = std::get_if<std::string>(&value);
  if (column == nullptr || stored == nullptr) return display_text(value);
  for (const Choice& choice : column->choices)
    if (choice.value == *stored) return choice.label.zh;
  if (column->type == ColumnType::list)
    if (const auto items = parse_json_list(*stored)) {
      std::string all;
      for (const std::string& item : *items) all += (all.empty() ? "" : "、") + item;
      return for_terminal(all);
    }
  if (column->type == ColumnType::time)
    if (const auto ms = parse_canonical_time(*stored)) return office_minute(*ms);
  const Table* target = column->target ? pack_.find(*column->target) : nullptr;
  const auto id = target == nullptr ? std::nullopt : parse_row_id(*stored);
  if (!id) return display_text(value);
  DOORSTEP_CHECK(references_.load(*target));
  return for_terminal(references_.name_of(*target, *id));
}

Result<RowId> ValueWords::find_row(const Table& table, const std::string& typed) {
  DOORSTEP_CHECK(references_.load(table));
  Column reference;
  reference.name = "id";
  reference.label = table.label;
  reference.type = ColumnType::reference;
  reference.target = table.id;
  if (const auto id = parse_row_id(typed)) return *id;
  return references_.find(reference, typed);
}

Result<std::string> ValueWords::row_name(const Table& table, const RowId& id) {
  DOORSTEP_CHECK(references_.load(table));
  return for_terminal(references_.name_of(table, id));
}

}  // namespace doorstep::server
