#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace spdlog {
class logger;
}

namespace doorstep::server {

/// What one field of an event says.
class LogValue {
 public:
  LogValue(std::string text) : value_(std::move(text)) {}
  LogValue(std::string_view text) : value_(std::string(text)) {}
  LogValue(const char* text) : value_(std::string(text)) {}
  template <typename Number, std::enable_if_t<std::is_integral_v<Number>, int> = 0>
  LogValue(Number number) : value_(static_cast<std::int64_t>(number)) {}

  const std::variant<std::int64_t, std::string>& value() const { return value_; }

 private:
  std::variant<std::int64_t, std::string> value_;
};

/// The server's log on standard error: one event a line, with named fields; for people, or as JSON lines.
/// Callers never pass secrets, names or what residents said: ids, numbers and error texts only. Thread-safe.
class Log {
 public:
  enum class Form { readable, json, silent };
  using Fields = std::initializer_list<std::pair<std::string_view, LogValue>>;

  explicit Log(Form form);
  ~Log();

  void debug(std::string_view event, Fields fields = {});
  void info(std::string_view event, Fields fields = {});
  void warning(std::string_view event, Fields fields = {});
  void error(std::string_view event, Fields fields = {});

  /// Also write debug events: one line a request.
  void set_verbose(bool verbose);

 private:
  void write(int level, std::string_view event, Fields fields);

  Form form_;
  std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace doorstep::server
