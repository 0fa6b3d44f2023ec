#pragma once

#include <doorstep/error.hpp>
#include <string>

namespace doorstep {

/// Shorthands for the errors that several rooms raise. `zh` and `en` are whole sentences for a person.
tl::unexpected<Error> fail(ErrorDomain domain, ErrorCode code, Retry retry, std::string zh, std::string en);
tl::unexpected<Error> fail_usage(std::string zh, std::string en);
tl::unexpected<Error> fail_format(std::string en);
tl::unexpected<Error> fail_storage(ErrorCode code, std::string detail);
/// Of a phone that the office has revoked, once its file is on its way out.
Error wiped_error();

}  // namespace doorstep

/// Assigns the value of a Result-returning expression, or returns its Error from the enclosing function.
#define DOORSTEP_TRY(variable, expression)                                             \
  auto variable##_result = (expression);                                               \
  if (!variable##_result) return tl::unexpected(std::move(variable##_result).error()); \
  auto& variable = *variable##_result

/// The same for an expression whose value is not wanted.
#define DOORSTEP_CHECK(expression)                                             \
  do {                                                                         \
    auto check_result = (expression);                                          \
    if (!check_result) return tl::unexpected(std::move(check_result).error()); \
  } while (false)
