#include <algorithm>

#include "base/ensure.hpp"
#include "merge/cell.hpp"

// Cells whose value is made of many writes: counter and set.
namespace doorstep {
namespace {

std::int64_t increment_of(const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? 0 : *number;
}

/// What was read: the writer of a set's change names the versions whose additions it takes away.
SetState set_of(const Value& value, const Version& version, const std::vector<VersionName>& bases) {
  const auto change = read_set_change(value);
  ensure(change.has_value(), "a write of a set is sound");
  return changed(version, *change, bases);
}

bool is_sole(const CounterState& counter, const Version& version) {
  if (counter.tallies.size() != 1 || counter.tallies[0].last != version.name) return false;
  const Tally& tally = counter.tallies[0];
  return (tally.up == 0 || tally.down == 0) && std::max(tally.up, tally.down) <= INT64_MAX;
}

bool is_sole(const SetState& set, const Version& version) {
  return std::all_of(set.elements.begin(), set.elements.end(), [&](const Element& element) {
    return element.added.size() == 1 && element.added[0] == version;
  });
}

void store(Cell& cell, CounterState counter) {
  cell.value = total(counter);
  if (is_sole(counter, cell.version))
    cell.parts = std::monostate{};
  else
    cell.parts = std::move(counter);
}

void store(Cell& cell, SetState set) {
  set.removed.clear();  // Those additions were delivered before the write that removes them.
  cell.value = value_of(set);
  if (is_sole(set, cell.version))
    cell.parts = std::monostate{};
  else
    cell.parts = std::move(set);
}

}  // namespace

bool is_composite(MergeKind kind) { return kind == MergeKind::counter || kind == MergeKind::set; }

bool is_sound(MergeKind kind, const CellWrite& write) {
  if (write.round != 0) return false;
  if (kind == MergeKind::counter)
    return is_null(write.value) || std::holds_alternative<std::int64_t>(write.value);
  return read_set_change(write.value).has_value();
}

CellParts parts_of(MergeKind kind, const Cell& cell) {
  if (!std::holds_alternative<std::monostate>(cell.parts)) return cell.parts;
  if (kind == MergeKind::counter) return counted(cell.version.name, increment_of(cell.value));
  return set_of(cell.value, cell.version, {});
}

void add_write(MergeKind kind, Cell& cell, const CellWrite& write, const Version& version) {
  const bool is_first = cell.version.name == VersionName{};
  CellParts before = is_first ? CellParts{} : parts_of(kind, cell);
  cell.version = is_first ? version : std::max(cell.version, version);
  if (kind == MergeKind::counter) {
    CounterState counter = is_first ? CounterState{} : std::get<CounterState>(std::move(before));
    add(counter, version.name, increment_of(write.value));
    store(cell, std::move(counter));
  } else {
    const SetState set = is_first ? SetState{} : std::get<SetState>(std::move(before));
    store(cell, join(set, set_of(write.value, version, write.bases)));
  }
}

std::vector<Head> brought(MergeKind kind, const Cell& cell) {
  std::vector<Head> heads;
  if (kind == MergeKind::counter) return heads;
  std::vector<std::pair<Version, std::vector<std::string>>> by_version;
  const CellParts parts = parts_of(kind, cell);
  for (const Element& element : std::get<SetState>(parts).elements)
    for (const Version& version : element.added) {
      auto at = std::find_if(by_version.begin(), by_version.end(),
                             [&](const auto& entry) { return entry.first == version; });
      if (at == by_version.end()) at = by_version.insert(at, {version, {}});
      at->second.push_back(element.text);
    }
  for (auto& [version, elements] : by_version) heads.push_back({version, set_value(std::move(elements)), {}});
  return heads;
}

Value brought_by(MergeKind kind, const CellWrite& write) {
  if (kind == MergeKind::counter) return {};
  const auto change = read_set_change(write.value);
  return change ? set_value(change->added) : Value{};
}

}  // namespace doorstep
