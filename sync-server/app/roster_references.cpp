#include "app/roster_references.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "base/error.hpp"
#include "schema/natural_key.hpp"
#include "schema/unicode_text.hpp"
#include "schema/validation.hpp"
#include "schema/validation_error.hpp"

namespace doorstep::server {
namespace {

constexpr char kKeySeparator = '/';

std::optional<RowId> id_of(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::nullopt : parse_row_id(*text);
}

std::string name_form(const std::string& name) { return plain_form(name); }

tl::unexpected<Error> none_of_this_name(const Table& target, const Column& column, const std::string& typed) {
  return invalid(column, typed,
                 "没有找到这个" + target.label.zh + ",请核对,或先导入" + target.label.zh + "。",
                 "there is no such " + target.name + ". Check it, or import it first.");
}

tl::unexpected<Error> several_of_this_name(const Table& target, const Column& column,
                                           const std::string& typed, std::size_t count,
                                           const std::vector<const Column*>& details) {
  const std::string number = std::to_string(count);
  if (details.empty())
    return invalid(column, typed, "有" + number + "个" + target.label.zh + "叫这个名字,请改填记录编号。",
                   number + " rows of " + target.name + " have this name. Write the id of the one you mean.");
  return invalid(column, typed,
                 "有" + number + "个" + target.label.zh + "叫这个名字,请用“" + column.label.zh + "." +
                     details.front()->label.zh + "”一列区分。",
                 number + " rows of " + target.name + " have this name. Tell them apart in a column '" +
                     column.name + "." + details.front()->name + "'.");
}

}  // namespace

std::vector<ColumnId> naming_columns(const Table& table) {
  return table.natural_key.empty() ? table.names : table.natural_key;
}

Status References::load(const Table& target, const std::vector<const Column*>& details) {
  Index& index = indexes_[target.id];
  std::vector<const Column*> wanted = index.details;
  for (const Column* detail : details)
    if (std::find(wanted.begin(), wanted.end(), detail) == wanted.end()) wanted.push_back(detail);
  if (index.table != nullptr && wanted.size() == index.details.size()) return {};
  std::unordered_set<RowId> added = std::move(index.ids);  // What add() brought stays.
  index = Index{&target, wanted, std::move(added), {}, {}};

  std::vector<ColumnId> columns = naming_columns(target);
  const std::size_t naming = columns.size();
  for (const ColumnId key : target.natural_key) {
    const Column* column = target.find(key);
    const Table* part = column->target ? pack_.find(*column->target) : nullptr;
    if (part != nullptr && part->id != target.id) DOORSTEP_CHECK(load(*part));
  }
  for (const Column* detail : wanted) columns.push_back(detail->id);
  Index& filled = indexes_[target.id];
  return source_.each_row(target, columns, [&](const RowId& id, std::vector<Value>& values) {
    filled.ids.insert(id);
    const auto end_of_names = values.begin() + static_cast<std::ptrdiff_t>(naming);
    if (target.natural_key.empty() && naming > 0)
      if (const auto* name = std::get_if<std::string>(&values.front()))
        filled.by_name[name_form(*name)].push_back({id, {end_of_names, values.end()}});
    values.erase(end_of_names, values.end());
    filled.names.emplace(id, std::move(values));
  });
}

const References::Index& References::index(const Table& target) const {
  const auto found = indexes_.find(target.id);
  ensure(found != indexes_.end() && found->second.table != nullptr,
         "a table's names are loaded before they are asked");
  return found->second;
}

void References::add(const Table& table, const RowId& id) { indexes_[table.id].ids.insert(id); }

bool References::exists(const Table& table, const RowId& id) const {
  const auto found = indexes_.find(table.id);
  return found != indexes_.end() && found->second.ids.count(id) != 0;
}

std::optional<RowId> References::read_key_parts(const Table& target,
                                                const std::vector<std::string>& parts) const {
  std::vector<Value> values;
  for (const Column& column : target.columns) values.push_back(column.default_value);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const int at = target.position(target.natural_key[i]);
    const Column& column = target.columns[static_cast<std::size_t>(at)];
    Value& value = values[static_cast<std::size_t>(at)];
    if (column.type == ColumnType::reference) {
      auto id = find(column, parts[i]);
      if (!id) return std::nullopt;
      value = to_text(*id);
    } else {
      auto read = normalize(column, parts[i]);
      if (!read || is_null(*read)) return std::nullopt;
      value = std::move(*read);
    }
  }
  return natural_key_id(office_, target, values);
}

std::optional<RowId> References::read_key(const Table& target, const std::string& typed) const {
  // A place code may itself contain the separator, so the fewest parts are tried first.
  std::vector<std::string> parts{typed};
  for (;;) {
    const auto id = read_key_parts(target, parts);
    if (id && exists(target, *id)) return id;
    if (parts.size() == target.natural_key.size()) return std::nullopt;
    const std::size_t cut = parts.front().rfind(kKeySeparator);
    if (cut == std::string::npos) return std::nullopt;
    parts.insert(parts.begin() + 1, parts.front().substr(cut + 1));
    parts.front().resize(cut);
  }
}

Result<RowId> References::choose(const Index& index, const Column& column, const std::string& typed,
                                 const std::vector<Named>& candidates, const Details& details) const {
  std::vector<RowId> left;
  for (const Named& candidate : candidates) {
    const bool fits = std::all_of(details.begin(), details.end(), [&](const auto& detail) {
      const auto at = std::find(index.details.begin(), index.details.end(), detail.first);
      return at != index.details.end() &&
             candidate.details[static_cast<std::size_t>(at - index.details.begin())] == detail.second;
    });
    if (fits) left.push_back(candidate.id);
  }
  if (left.empty()) return none_of_this_name(*index.table, column, typed);
  if (left.size() > 1) return several_of_this_name(*index.table, column, typed, left.size(), index.details);
  return left.front();
}

Result<RowId> References::find(const Column& column, const std::string& typed, const Details& details) const {
  const Table* target = column.target ? pack_.find(*column.target) : nullptr;
  ensure(target != nullptr, "a reference has a target");
  const Index& known = index(*target);
  const std::string name = name_form(typed);
  if (const auto id = parse_row_id(to_ascii_lower(name)); id && known.ids.count(*id) != 0) return *id;
  if (!target->natural_key.empty()) {
    if (const auto id = read_key(*target, name)) return *id;
    return none_of_this_name(*target, column, typed);
  }
  const auto found = known.by_name.find(name);
  if (found == known.by_name.end()) return none_of_this_name(*target, column, typed);
  return choose(known, column, typed, found->second, details);
}

std::string References::name_of(const Table& target, const RowId& id) const {
  const Index& known = index(target);
  const auto found = known.names.find(id);
  if (found == known.names.end() || found->second.empty()) return to_text(id);
  const std::vector<Value>& values = found->second;
  if (target.natural_key.empty()) {
    const auto* name = std::get_if<std::string>(&values.front());
    if (name == nullptr) return to_text(id);
    const auto same = known.by_name.find(name_form(*name));
    return same != known.by_name.end() && same->second.size() == 1 ? *name : to_text(id);
  }
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Column& column = *target.find(target.natural_key[i]);
    if (i > 0 && values[i] == column.default_value) continue;
    if (i > 0) text += kKeySeparator;
    const Table* part = column.target ? pack_.find(*column.target) : nullptr;
    const auto part_id = id_of(values[i]);
    text += part != nullptr && part_id ? name_of(*part, *part_id) : written_text(values[i]);
  }
  return text;
}

}  // namespace doorstep::server
