#include "base/error.hpp"

namespace doorstep {

tl::unexpected<Error> fail(ErrorDomain domain, ErrorCode code, Retry retry, std::string zh, std::string en) {
  return tl::unexpected(Error{domain, code, retry, std::move(zh), std::move(en)});
}

tl::unexpected<Error> fail_usage(std::string zh, std::string en) {
  return fail(ErrorDomain::usage, ErrorCode::invalid_argument, Retry::never, std::move(zh), std::move(en));
}

tl::unexpected<Error> fail_format(std::string en) {
  return fail(ErrorDomain::format, ErrorCode::malformed, Retry::never,
              "收到的数据无法读懂,已原样拒绝,没有改动任何记录。",
              "Bytes do not decode: " + en + ". Nothing was changed.");
}

tl::unexpected<Error> fail_storage(ErrorCode code, std::string detail) {
  switch (code) {
    case ErrorCode::storage_full:
      return fail(ErrorDomain::storage, code, Retry::later,
                  "存储空间已满,请清理一些空间后再试;已保存的记录都还在。",
                  "Storage is full (" + detail + "). Free some space and try again; what was saved is safe.");
    case ErrorCode::storage_busy:
      return fail(ErrorDomain::storage, code, Retry::later, "另一个程序正在使用这个数据文件,请稍后再试。",
                  "Another process is using this database (" + detail + "). Try again shortly.");
    default:
      return fail(ErrorDomain::storage, code, Retry::never,
                  "这部手机的数据文件读写出错,请重启应用再试;已保存的记录都还在。",
                  "The database failed: " + detail);
  }
}

Error wiped_error() {
  return {ErrorDomain::office, ErrorCode::wiped, Retry::never,
          "街道已收回这部手机:记录交到街道之后,手机里的资料就清除。要接着用,请向街道要一个新的邀请。",
          "The office has revoked this phone: once its records are with the office, its data is deleted. To "
          "go on, ask the office for a new invitation."};
}

}  // namespace doorstep
