#include "merge/element_set.hpp"

#include <algorithm>
#include <iterator>

#include "schema/list_text.hpp"

namespace doorstep {
namespace {

void sort_unique(std::vector<std::string>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

std::optional<std::vector<std::string>> read_items(std::string_view json) {
  auto items = parse_json_list(json);
  if (items) sort_unique(*items);
  return items;
}

std::vector<Version> unite(const std::vector<Version>& a, const std::vector<Version>& b) {
  std::vector<Version> out;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

}  // namespace

std::optional<SetChange> read_set_change(const Value& value) {
  if (is_null(value)) return SetChange{};
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  // JSON has no bare line feed inside a string.
  const std::size_t cut = text->find('\n');
  auto added = read_items(std::string_view(*text).substr(0, cut));
  if (!added) return std::nullopt;
  if (cut == std::string::npos) return SetChange{*std::move(added), {}};
  auto removed = read_items(std::string_view(*text).substr(cut + 1));
  if (!removed) return std::nullopt;
  return SetChange{*std::move(added), *std::move(removed)};
}

Value write_set_change(const SetChange& change) {
  return to_json_list(change.added) + '\n' + to_json_list(change.removed);
}

Value set_value(std::vector<std::string> elements) {
  sort_unique(elements);
  if (elements.empty()) return {};
  return to_json_list(elements);
}

SetChange change_to(const SetState& state, const std::vector<std::string>& wanted) {
  std::vector<std::string> before;
  for (const Element& element : state.elements) before.push_back(element.text);
  std::vector<std::string> after = wanted;
  sort_unique(after);
  SetChange change;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::back_inserter(change.added));
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                      std::back_inserter(change.removed));
  return change;
}

SetState changed(const Version& version, const SetChange& change, const std::vector<VersionName>& bases) {
  SetState state;
  for (const std::string& text : change.added) state.elements.push_back({text, {version}});
  for (const std::string& text : change.removed)
    for (const VersionName& base : bases) state.removed.push_back({base, text});
  std::sort(state.removed.begin(), state.removed.end());
  return state;
}

SetState join(const SetState& a, const SetState& b) {
  SetState out;
  std::set_union(a.removed.begin(), a.removed.end(), b.removed.begin(), b.removed.end(),
                 std::back_inserter(out.removed));
  const auto keep = [&](Element element) {
    const auto is_removed = [&](const Version& version) {
      return std::binary_search(out.removed.begin(), out.removed.end(), Addition{version.name, element.text});
    };
    element.added.erase(std::remove_if(element.added.begin(), element.added.end(), is_removed),
                        element.added.end());
    if (!element.added.empty()) out.elements.push_back(std::move(element));
  };
  auto x = a.elements.begin();
  auto y = b.elements.begin();
  while (x != a.elements.end() || y != b.elements.end()) {
    if (y == b.elements.end() || (x != a.elements.end() && x->text < y->text)) {
      keep(*x++);
    } else if (x == a.elements.end() || y->text < x->text) {
      keep(*y++);
    } else {
      keep({x->text, unite(x->added, y->added)});
      ++x, ++y;
    }
  }
  return out;
}

Value value_of(const SetState& state) {
  std::vector<std::string> items;
  for (const Element& element : state.elements) items.push_back(element.text);
  return set_value(std::move(items));
}

}  // namespace doorstep
