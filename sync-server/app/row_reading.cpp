#include "app/row_reading.hpp"

#include <vector>

#include "base/error.hpp"

namespace doorstep::server {
namespace {

/// As deep as places lie.
constexpr int kDepth = 32;

}  // namespace

Result<std::string> read_text(ReadSnapshot& snapshot, const Pack& pack, const char* table, const RowId& row,
                              const char* column) {
  const Table* of = pack.find(table);
  const Column* found = of == nullptr ? nullptr : of->find(column);
  if (found == nullptr) return std::string();
  DOORSTEP_TRY(view, snapshot.find_row(*of, row));
  if (view == nullptr) return std::string();
  std::vector<Value> values;
  view->append_values(values);
  auto* text = std::get_if<std::string>(&values[static_cast<std::size_t>(of->position(found->id))]);
  return text == nullptr ? std::string() : std::move(*text);
}

Result<std::string> Addresses::of(const RowId& place) { return find(place, 0); }

Result<std::string> Addresses::find(const RowId& place, int depth) {
  const auto known = known_.find(place);
  if (known != known_.end()) return known->second;
  DOORSTEP_TRY(name, read_text(snapshot_, pack_, "place", place, "name"));
  if (name.empty()) {
    DOORSTEP_TRY(code, read_text(snapshot_, pack_, "place", place, "code"));
    name = std::move(code);
  }
  if (name == office_) name.clear();
  DOORSTEP_TRY(parent, read_text(snapshot_, pack_, "place", place, "parent"));
  std::string address;
  const auto above = parse_row_id(parent);
  if (above && depth < kDepth) {
    DOORSTEP_TRY(beginning, find(*above, depth + 1));
    address = std::move(beginning);
  }
  if (!address.empty() && !name.empty()) address += ' ';
  address += name;
  known_.emplace(place, address);
  return address;
}

}  // namespace doorstep::server
