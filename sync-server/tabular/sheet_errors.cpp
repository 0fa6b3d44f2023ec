#include "tabular/sheet_errors.hpp"

namespace doorstep::server::tabular {

tl::unexpected<Error> fail_malformed(std::string zh, std::string en) {
  return fail(ErrorDomain::format, ErrorCode::malformed, Retry::never, std::move(zh), std::move(en));
}

tl::unexpected<Error> fail_too_large(std::string zh, std::string en) {
  return fail(ErrorDomain::format, ErrorCode::too_large, Retry::never, std::move(zh), std::move(en));
}

tl::unexpected<Error> fail_file_size(const Limits& limits) {
  const std::string mebibytes = std::to_string(limits.file_bytes / (1024 * 1024));
  return fail_too_large("文件超过" + mebibytes + "MB,请分成几个文件导入。",
                        "The file is larger than " + mebibytes + " MB; import it in several parts.");
}

tl::unexpected<Error> fail_row_count(const Limits& limits) {
  return fail_too_large("文件超过" + std::to_string(limits.rows) + "行,或者格子太多,请分成几个文件导入。",
                        "The file has more than " + std::to_string(limits.rows) +
                            " rows, or too many cells; import it in "
                            "several parts.");
}

}  // namespace doorstep::server::tabular
