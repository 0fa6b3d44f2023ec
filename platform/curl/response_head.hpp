#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace doorstep {

/// Collects the header fields that matter from a response's lines. A new status line starts anew:
/// informational answers (1xx) come before the real one.
class ResponseHead {
 public:
  void add_line(std::string_view line);

  const std::string& content_type() const { return content_type_; }

  /// nullopt when absent, unreadable, or a date without a `Date` to count from.
  std::optional<std::int64_t> retry_after_ms() const;

 private:
  std::string content_type_;
  std::string date_;
  std::string retry_after_;
};

}  // namespace doorstep
