#pragma once

#include <string>

#include "base/error.hpp"
#include "tabular/sheet.hpp"

/// What readers of both kinds of file say.
namespace doorstep::server::tabular {

tl::unexpected<Error> fail_malformed(std::string zh, std::string en);
tl::unexpected<Error> fail_too_large(std::string zh, std::string en);
tl::unexpected<Error> fail_file_size(const Limits& limits);
tl::unexpected<Error> fail_row_count(const Limits& limits);

}  // namespace doorstep::server::tabular
