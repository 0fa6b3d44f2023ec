#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "forms/definition.hpp"
#include "forms/expression.hpp"

/// A form that is understood: names looked up, expressions parsed and bound, order of evaluation known.
namespace doorstep::forms {

inline constexpr std::uint32_t kNone = UINT32_MAX;

/// A mistake of the form's author. `item` counts in reading order, groups included.
struct FormFault {
  std::size_t item = kNone;  ///< kNone: of the form, or of a choice.
  std::size_t list = kNone;
  std::size_t choice = kNone;
  const char* property = "";  ///< The key in JSON.
  FormText message;
};

/// A label with answers in it.
struct Template {
  struct Piece {
    std::string text;
    std::uint32_t item = kNone;  ///< Comes after `text`.
  };
  std::vector<Piece> zh;
  std::vector<Piece> en;
};

struct CompiledItem {
  const Item* source = nullptr;
  std::uint32_t parent = kNone;
  std::uint32_t scope = 0;      ///< The repeat it is in; 0: none.
  std::uint32_t slot = 0;       ///< Its cell in an instance of that.
  std::uint32_t own_scope = 0;  ///< Of a repeat.
  std::uint32_t list = kNone;
  Template label;
  Template hint;
  Template required_message;
  Template constraint_message;
  std::optional<Expression> relevant;
  std::optional<Expression> required;
  std::optional<Expression> constraint;
  std::optional<Expression> calculation;
  std::optional<Expression> default_value;
  std::optional<Expression> choice_filter;
  std::optional<Expression> repeat_count;

  ItemType type() const { return source->type; }
};

/// The form itself, or a repeat: what one instance holds.
struct Scope {
  std::uint32_t parent = kNone;
  std::uint32_t repeat = kNone;  ///< The item; kNone of the form itself.
  std::uint32_t child = 0;       ///< Its place among the repeats of the parent.
  std::uint32_t depth = 0;
  std::vector<std::uint32_t> items;   ///< By slot.
  std::vector<std::uint32_t> scopes;  ///< Repeats in it.
};

struct CompiledForm {
  Definition definition;
  std::vector<CompiledItem> items;  ///< In reading order.
  std::vector<Scope> scopes;        ///< The form itself first.
  std::unordered_map<std::string, std::uint32_t> names;
  std::vector<std::uint32_t> order;                      ///< Items after what they depend on.
  std::vector<std::vector<std::uint32_t>> dependencies;  ///< By item: what must be evaluated before it.

  const ChoiceList& list_of(const CompiledItem& item) const { return definition.lists[item.list]; }
  /// Whether `inner` is `outer` or a repeat somewhere in it.
  bool is_inside(std::uint32_t inner, std::uint32_t outer) const;
  std::uint32_t max_of(const CompiledItem& repeat) const;
};

/// All faults there are, or none and `form` is ready. Keeps pointers into its own definition: does not move.
std::vector<FormFault> compile(CompiledForm& form);

}  // namespace doorstep::forms
