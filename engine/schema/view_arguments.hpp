#pragma once

#include <doorstep/error.hpp>
#include <doorstep/value.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "base/types.hpp"
#include "schema/pack.hpp"

namespace doorstep {

/// The pack's view of that name. Errors: `not_found`, with the names there are.
Result<const View*> need_view(const Pack& pack, std::string_view name);

/// Who asks, and when.
struct Asking {
  std::int64_t now_ms = 0;      ///< By the office's clock.
  std::optional<RowId> person;  ///< None: the office itself, which is no person.
};

/// A value for each of the view's parameters, in its order: what is given, in stored form, else the default.
/// References are given as ids. Errors: `invalid_argument`, with the parameters there are;
/// `validation_failed`.
Result<std::vector<Value>> view_arguments(const View& view, const std::vector<NamedValue>& given,
                                          const Asking& asking);

}  // namespace doorstep
