#include <algorithm>

#include "base/ensure.hpp"
#include "merge/cell.hpp"
#include "merge/text_code.hpp"

// Cells whose value is made of many writes.
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

std::string_view text_in(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string_view{} : std::string_view(*text);
}

/// nullopt for a first write.
std::optional<TextPatch> patch_in(const Value& value) {
  const auto* bytes = std::get_if<Bytes>(&value);
  if (bytes == nullptr) return std::nullopt;
  auto patch = decode_patch({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  ensure(patch.has_value(), "a write of a text is sound");
  return *std::move(patch);
}

tl::expected<void, TextRefusal> add_text(TextState& state, const VersionName& name, const Value& value) {
  const auto patch = patch_in(value);
  return patch ? apply_text(state, name, *patch) : apply_first_text(state, name, text_in(value));
}

bool is_sole(const TextState& text, const Version& version) {
  return is_sole_write(text) && text.versions[0].name == version.name;
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

void store(Cell& cell, TextState text) {
  std::string shown = shown_text(text);
  cell.value = shown.empty() ? Value{} : Value(std::move(shown));
  if (is_sole(text, cell.version))
    cell.parts = std::monostate{};
  else
    cell.parts = std::move(text);
}

}  // namespace

bool is_composite(MergeKind kind) {
  return kind == MergeKind::counter || kind == MergeKind::set || kind == MergeKind::text;
}

bool is_sound(MergeKind kind, const CellWrite& write) {
  if (write.round != 0) return false;
  if (kind == MergeKind::counter)
    return is_null(write.value) || std::holds_alternative<std::int64_t>(write.value);
  if (kind == MergeKind::set) return read_set_change(write.value).has_value();
  if (const auto* bytes = std::get_if<Bytes>(&write.value))
    return decode_patch({reinterpret_cast<const char*>(bytes->data()), bytes->size()}).has_value();
  return is_null(write.value) || std::holds_alternative<std::string>(write.value);
}

tl::expected<void, TextRefusal> fits(MergeKind kind, const Cell* cell, const CellWrite& write,
                                     const VersionName& name) {
  if (kind != MergeKind::text) return {};
  TextState state = cell == nullptr ? TextState{} : std::get<TextState>(parts_of(kind, *cell));
  return add_text(state, name, write.value);
}

CellParts parts_of(MergeKind kind, const Cell& cell) {
  if (!std::holds_alternative<std::monostate>(cell.parts)) return cell.parts;
  if (kind == MergeKind::counter) return counted(cell.version.name, increment_of(cell.value));
  if (kind == MergeKind::set) return set_of(cell.value, cell.version, {});
  TextState text;
  const auto begun = apply_first_text(text, cell.version.name, text_in(cell.value));
  ensure(begun.has_value(), "what was stored as a first write is one");
  return text;
}

void add_write(MergeKind kind, Cell& cell, const CellWrite& write, const Version& version) {
  const bool is_first = cell.version.name == VersionName{};
  CellParts before = is_first ? CellParts{} : parts_of(kind, cell);
  cell.version = is_first ? version : std::max(cell.version, version);
  if (kind == MergeKind::counter) {
    CounterState counter = is_first ? CounterState{} : std::get<CounterState>(std::move(before));
    add(counter, version.name, increment_of(write.value));
    store(cell, std::move(counter));
  } else if (kind == MergeKind::text) {
    TextState text = is_first ? TextState{} : std::get<TextState>(std::move(before));
    const auto added = add_text(text, version.name, write.value);
    ensure(added.has_value(), "a write of a text fits");
    store(cell, std::move(text));
  } else {
    const SetState set = is_first ? SetState{} : std::get<SetState>(std::move(before));
    store(cell, join(set, set_of(write.value, version, write.bases)));
  }
}

std::vector<Head> brought(MergeKind kind, const Cell& cell) {
  std::vector<Head> heads;
  if (kind == MergeKind::counter) return heads;
  const CellParts parts = parts_of(kind, cell);
  if (const auto* text = std::get_if<TextState>(&parts)) {
    for (const TextVersion& version : text->versions) {
      const std::string inserted = text_of_version(*text, version.name);
      if (inserted.empty()) continue;
      heads.push_back({{version.name, {}, 0}, inserted, {}});
      for (const VersionName& alias : version.aliases) heads.push_back({{alias, {}, 0}, inserted, {}});
    }
    return heads;
  }
  std::vector<std::pair<Version, std::vector<std::string>>> by_version;
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
  if (kind == MergeKind::text) {
    std::string inserted(text_in(write.value));
    if (const auto patch = patch_in(write.value))
      for (const TextPatch::Insert& insert : patch->inserts) inserted += insert.text;
    return inserted.empty() ? Value{} : Value(std::move(inserted));
  }
  const auto change = read_set_change(write.value);
  return change ? set_value(change->added) : Value{};
}

}  // namespace doorstep
