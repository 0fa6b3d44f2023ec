#include "forms/json.hpp"

#include "base/error.hpp"

namespace doorstep::forms {

Result<rapidjson::Document> parse_json(std::string_view text, std::size_t limit, const char* zh,
                                       const char* en) {
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag |
                              rapidjson::kParseValidateEncodingFlag;
  if (text.size() > limit) {
    const std::string kib = std::to_string(limit / 1024);
    return fail(ErrorDomain::format, ErrorCode::too_large, Retry::never,
                std::string(zh) + "太大了,最多" + kib + "KB。",
                std::string("The ") + en + " is too large: at most " + kib + " KiB.");
  }
  rapidjson::Document document;
  document.Parse<kFlags>(text.data(), text.size());
  if (document.HasParseError())
    return malformed(zh, en, "no valid JSON at byte " + std::to_string(document.GetErrorOffset()));
  return document;
}

tl::unexpected<Error> malformed(const char* zh, const char* en, const std::string& why) {
  return fail(ErrorDomain::format, ErrorCode::malformed, Retry::never,
              std::string("这份") + zh + "内容不对,读不出来:" + why + "。",
              std::string("This is no valid ") + en + ": " + why + ".");
}

}  // namespace doorstep::forms
