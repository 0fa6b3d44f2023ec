#include "app/office_time.hpp"

#include "schema/validation.hpp"

namespace doorstep::server {
namespace {

constexpr std::int64_t kOffsetMs = 8LL * 60 * 60 * 1000;

/// `2026-11-22 09:01:02.003`
std::string full_text(std::int64_t ms) {
  std::string text = format_time(ms + kOffsetMs);
  text[10] = ' ';
  text.pop_back();
  return text;
}

}  // namespace

std::string office_date(std::int64_t ms) { return full_text(ms).substr(0, 10); }

std::string office_minute(std::int64_t ms) { return full_text(ms).substr(0, 16); }

std::string office_time(std::int64_t ms) {
  const std::string text = full_text(ms);
  return text.substr(20) == "000" ? text.substr(0, 19) : text;
}

}  // namespace doorstep::server
