#include "wire/cell_parts.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "base/limits.hpp"
#include "merge/text_code.hpp"
#include "merge/version_code.hpp"
#include "schema/list_text.hpp"

namespace doorstep::wire {
namespace {

enum class PartsKind : std::uint8_t { counter = 1, set = 2, text = 3 };

void write(ByteWriter& out, const CounterState& counter) {
  out.byte(static_cast<std::uint8_t>(PartsKind::counter));
  out.varint(counter.tallies.size());
  for (const Tally& tally : counter.tallies) {
    write_name(out, tally.last);
    out.varint(tally.up);
    out.varint(tally.down);
  }
}

CounterState read_counter(ByteReader& in) {
  CounterState counter;
  counter.tallies.resize(in.count(limits::kSequence, kLeastNameBytes + 2));
  for (std::size_t i = 0; i < counter.tallies.size(); ++i) {
    Tally& tally = counter.tallies[i];
    tally.last = read_name(in);
    tally.up = in.varint();
    tally.down = in.varint();
    if (i > 0 && !(counter.tallies[i - 1].last.actor < tally.last.actor)) malformed("tallies out of order");
  }
  return counter;
}

void write(ByteWriter& out, const SetState& set, std::vector<Version>& versions) {
  ensure(set.removed.empty(), "a stored set has forgotten what was removed");
  out.byte(static_cast<std::uint8_t>(PartsKind::set));
  out.varint(set.elements.size());
  for (const Element& element : set.elements) {
    if (element.added.size() == 1) {
      out.varint(version_index(versions, element.added[0]) << 1);
      continue;
    }
    out.varint(element.added.size() << 1 | 1U);
    for (const Version& version : element.added) out.varint(version_index(versions, version));
  }
}

const Version& version_at(const std::vector<Version>& versions, std::uint64_t index) {
  if (index >= versions.size()) malformed("version refers to nothing");
  return versions[static_cast<std::size_t>(index)];
}

SetState read_set(ByteReader& in, const std::vector<Version>& versions, const Value* value) {
  SetState set;
  set.elements.resize(in.count(limits::kSequence, 1));
  for (Element& element : set.elements) {
    const std::uint64_t head = in.varint();
    if ((head & 1) == 0) {
      element.added.push_back(version_at(versions, head >> 1));
      continue;
    }
    if (head >> 1 > in.left()) malformed("cut off");
    for (std::uint64_t i = 0; i < head >> 1; ++i) element.added.push_back(version_at(versions, in.varint()));
    if (!std::is_sorted(element.added.begin(), element.added.end())) malformed("additions out of order");
  }
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  if (text == nullptr) return set;
  auto items = parse_json_list(*text);
  if (!items || items->size() != set.elements.size()) malformed("a set does not have the elements it shows");
  for (std::size_t i = 0; i < items->size(); ++i) set.elements[i].text = std::move((*items)[i]);
  return set;
}

CellParts read_text(std::string_view bytes, const Value* value) {
  if (value == nullptr) return {};
  const auto* shown = std::get_if<std::string>(value);
  auto text = decode_text(bytes, shown == nullptr ? std::string_view{} : *shown);
  if (!text) malformed("the parts of a text do not fit what it shows");
  return *std::move(text);
}

}  // namespace

std::size_t version_index(std::vector<Version>& versions, const Version& version) {
  const auto at = std::find(versions.begin(), versions.end(), version);
  if (at != versions.end()) return static_cast<std::size_t>(at - versions.begin());
  versions.push_back(version);
  return versions.size() - 1;
}

void index_versions(std::vector<Version>& versions, const CellParts& parts) {
  const auto* set = std::get_if<SetState>(&parts);
  if (set == nullptr) return;
  for (const Element& element : set->elements)
    for (const Version& version : element.added) version_index(versions, version);
}

void write_parts(ByteWriter& out, const CellParts& parts, std::vector<Version>& versions) {
  if (const auto* counter = std::get_if<CounterState>(&parts)) return write(out, *counter);
  if (const auto* text = std::get_if<TextState>(&parts)) {
    out.byte(static_cast<std::uint8_t>(PartsKind::text));
    return out.text(encode_text(*text));
  }
  const auto* set = std::get_if<SetState>(&parts);
  ensure(set != nullptr, "only a cell with parts has them written");
  write(out, *set, versions);
}

CellParts read_parts(ByteReader& in, const std::vector<Version>& versions, const Value* value) {
  switch (static_cast<PartsKind>(in.byte())) {
    case PartsKind::counter:
      return read_counter(in);
    case PartsKind::set:
      return read_set(in, versions, value);
    case PartsKind::text:
      return read_text(in.text(), value);
  }
  malformed("unknown kind of composite cell");
}

}  // namespace doorstep::wire
