#include "merge/writing.hpp"

#include <algorithm>

#include "merge/text_code.hpp"
#include "merge/text_diff.hpp"
#include "schema/workflow.hpp"

namespace doorstep {
namespace {

std::int64_t number_in(const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? 0 : *number;
}

/// What leads from what was read to `value`, and the versions of what it takes out.
void change_set(CellWrite& write, const Cell& cell, const Value& value) {
  const SetState read = std::get<SetState>(parts_of(MergeKind::set, cell));
  const auto wanted = read_set_change(value);
  const SetChange change = change_to(read, wanted ? wanted->added : std::vector<std::string>{});
  write.value = write_set_change(change);
  for (const Element& element : read.elements)
    if (std::binary_search(change.removed.begin(), change.removed.end(), element.text))
      for (const Version& version : element.added) write.bases.push_back(version.name);
}

/// A text that nothing is known of is written anew.
void change_text(CellWrite& write, const Cell& cell, const Value& value) {
  const auto* wanted = std::get_if<std::string>(&value);
  const CellParts parts = parts_of(MergeKind::text, cell);
  const auto& read = std::get<TextState>(parts);
  if (read.versions.empty()) return;
  const std::string patch = encode_patch(diff_text(read, wanted == nullptr ? std::string_view{} : *wanted));
  write.value = Bytes(patch.begin(), patch.end());
}

void sort_unique(std::vector<VersionName>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace

Value wanted_again(const Column& column, const Value& shown, const CellWrite& write) {
  if (!is_composite(column.merge) || !is_sound(column.merge, write)) return write.value;
  if (column.merge == MergeKind::counter) return number_in(shown) + number_in(write.value);
  if (column.merge == MergeKind::set) {
    const auto there = read_set_change(shown);
    const auto change = read_set_change(write.value);
    std::vector<std::string> wanted = there ? there->added : std::vector<std::string>{};
    const auto is_removed = [&](const std::string& text) {
      return std::binary_search(change->removed.begin(), change->removed.end(), text);
    };
    wanted.erase(std::remove_if(wanted.begin(), wanted.end(), is_removed), wanted.end());
    wanted.insert(wanted.end(), change->added.begin(), change->added.end());
    return set_value(std::move(wanted));
  }
  const Value brought = brought_by(column.merge, write);
  const auto* text = std::get_if<std::string>(&shown);
  const auto* more = std::get_if<std::string>(&brought);
  if (more == nullptr) return shown;
  if (text == nullptr || text->empty()) return brought;
  if (text->find(*more) != std::string::npos) return shown;
  return *text + '\n' + *more;
}

Value canonical_value(const Column& column, Value value) {
  const auto* text = std::get_if<std::string>(&value);
  if (column.merge == MergeKind::text && text != nullptr && text->empty()) return {};
  if (column.merge != MergeKind::set) return value;
  auto items = read_set_change(value);
  return items ? set_value(std::move(items->added)) : value;
}

CellWrite first_write(const Column& column, Value value) {
  return {column.id, canonical_value(column, std::move(value)), 0, {}};
}

CellWrite write_over(const Column& column, const Cell* cell, const Value& value) {
  if (cell == nullptr) return first_write(column, value);
  CellWrite write{column.id, value, cell->version.round, {cell->version.name}};
  for (const Version& version : cell->agreeing) write.bases.push_back(version.name);
  switch (column.merge) {
    case MergeKind::counter:
      write.value = number_in(value) - number_in(cell->value);
      break;
    case MergeKind::set:
      change_set(write, *cell, value);
      sort_unique(write.bases);
      break;
    case MergeKind::text:
      change_text(write, *cell, value);
      break;
    case MergeKind::workflow:
      if (reopens(column, cell->value, value)) ++write.round;
      break;
    default:
      break;
  }
  return write;
}

CellWrite decide_over(const Column& column, const Cell& cell, const std::vector<VersionName>& losers,
                      const Value& value) {
  CellWrite write{column.id, value, cell.version.round + 1, losers};
  write.bases.push_back(cell.version.name);
  for (const Version& version : cell.agreeing) write.bases.push_back(version.name);
  sort_unique(write.bases);
  return write;
}

}  // namespace doorstep
