#include "curl/response_head.hpp"

#include <curl/curl.h>

#include <algorithm>

namespace doorstep {
namespace {

constexpr std::int64_t kDayS = 24 * 60 * 60;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_field(std::string_view name, std::string_view lower_case) {
  return name.size() == lower_case.size() && std::equal(name.begin(), name.end(), lower_case.begin(),
                                                        [](char a, char b) { return lower(a) == b; });
}

std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Seconds since 1970, or nullopt.
std::optional<std::int64_t> parse_date(const std::string& text) {
  const time_t time = text.empty() ? -1 : curl_getdate(text.c_str(), nullptr);
  return time == -1 ? std::nullopt : std::optional<std::int64_t>(time);
}

}  // namespace

void ResponseHead::add_line(std::string_view line) {
  if (line.substr(0, 5) == "HTTP/") {
    *this = {};
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (is_field(name, "content-type")) content_type_ = value;
  if (is_field(name, "date")) date_ = value;
  if (is_field(name, "retry-after")) retry_after_ = value;
}

std::optional<std::int64_t> ResponseHead::retry_after_ms() const {
  if (is_number(retry_after_)) {
    std::int64_t seconds = 0;
    for (const char c : retry_after_) seconds = std::min(seconds * 10 + (c - '0'), kDayS);
    return seconds * 1'000;
  }
  const auto until = parse_date(retry_after_);
  const auto now = parse_date(date_);
  if (!until || !now) return std::nullopt;
  return std::clamp<std::int64_t>(*until - *now, 0, kDayS) * 1'000;
}

}  // namespace doorstep
