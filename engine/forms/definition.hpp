#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <doorstep/form.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A form as it is written (docs/forms.md): plain data, not yet understood.
namespace doorstep::forms {

enum class ItemType : std::uint8_t {
  text,
  integer,
  decimal,
  date,
  time,
  select_one,
  select_multiple,
  acknowledge,
  note,
  calculate,
  group,
  repeat
};

/// As in JSON.
const char* name_of(ItemType type);
std::optional<ItemType> item_type(std::string_view name);

inline bool is_select(ItemType type) {
  return type == ItemType::select_one || type == ItemType::select_multiple;
}
inline bool has_items(ItemType type) { return type == ItemType::group || type == ItemType::repeat; }
/// Whether somebody may give it an answer.
inline bool is_asked(ItemType type) { return type < ItemType::note; }
/// Whether it has an answer, given or calculated.
inline bool has_answer(ItemType type) { return is_asked(type) || type == ItemType::calculate; }

struct Choice {
  std::string value;
  FormText label;
  std::vector<std::pair<std::string, std::string>> attributes;  ///< By name.
};

struct ChoiceList {
  std::string name;
  std::vector<Choice> choices;
};

/// A question, a group or a repeat. Expressions are empty when there is none.
struct Item {
  ItemType type = ItemType::text;
  std::string name;
  FormText label;
  FormText hint;
  std::string list;
  std::string choice_filter;
  std::string relevant;
  std::string required;
  FormText required_message;
  std::string constraint;
  FormText constraint_message;
  std::string calculation;
  std::string default_value;
  bool read_only = false;
  std::string repeat_count;
  std::uint32_t max = 0;  ///< Of a repeat; 0: not said.
  std::string appearance;
  std::vector<Item> items;
};

struct Definition {
  std::string name;
  std::uint64_t version = 0;
  FormText title;
  std::vector<ChoiceList> lists;
  std::vector<Item> items;
};

/// Errors (format, malformed or too_large): no JSON, an unknown key, a missing one, past a bound.
Result<Definition> read_definition(std::string_view json);

/// The canonical encoding.
std::string write_definition(const Definition& definition);

/// `sha256:` with the digest of the canonical encoding in hex.
std::string digest_of(std::string_view canonical);

}  // namespace doorstep::forms
