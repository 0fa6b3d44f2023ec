#pragma once

#include <doorstep/value.hpp>
#include <optional>
#include <string>
#include <vector>

#include "merge/version.hpp"

/// The state of a cell of kind `set`: an add-wins observed-remove set (Bieniusa et al., "An optimized
/// conflict-free replicated set", 2012). An element is there while a version that added it is not removed by
/// somebody who had seen that version.
namespace doorstep {

struct Element {
  std::string text;
  std::vector<Version> added;  ///< By whom, ascending; never empty.

  friend bool operator==(const Element& a, const Element& b) {
    return a.text == b.text && a.added == b.added;
  }
};

/// One addition of one element.
struct Addition {
  VersionName name;
  std::string text;

  friend bool operator==(const Addition& a, const Addition& b) {
    return a.name == b.name && a.text == b.text;
  }
  friend bool operator<(const Addition& a, const Addition& b) {
    return std::tie(a.name, a.text) < std::tie(b.name, b.text);
  }
};

struct SetState {
  std::vector<Element> elements;  ///< In order of their bytes.
  std::vector<Addition> removed;  ///< Ascending. May be dropped once those additions were delivered.

  friend bool operator==(const SetState& a, const SetState& b) {
    return a.elements == b.elements && a.removed == b.removed;
  }
};

/// What a write does to a set. Its value is the list itself in an insert, else two lists with a line feed
/// between them: what is added, what is removed.
struct SetChange {
  std::vector<std::string> added;
  std::vector<std::string> removed;

  bool empty() const { return added.empty() && removed.empty(); }
};

/// nullopt for a value that is neither. Null is an empty list.
std::optional<SetChange> read_set_change(const Value& value);
Value write_set_change(const SetChange& change);
/// Sorted, without repetitions: how a set stands in its column. Null when there is nothing in it.
Value set_value(std::vector<std::string> elements);

/// What leads from the elements of `state` to `wanted`.
SetChange change_to(const SetState& state, const std::vector<std::string>& wanted);

/// The state that one write makes. `bases` are the versions whose additions its writer had read.
SetState changed(const Version& version, const SetChange& change, const std::vector<VersionName>& bases);

SetState join(const SetState& a, const SetState& b);

Value value_of(const SetState& state);

}  // namespace doorstep
