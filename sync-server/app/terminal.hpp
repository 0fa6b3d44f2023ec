#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <doorstep/value.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

/// Words and tables for the person at the office's keyboard: Chinese first, English second.
namespace doorstep::server {

/// Exit codes of every command.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

/// Columns of a terminal that `text` (UTF-8) takes: Chinese characters take two.
std::size_t display_width(std::string_view text);

/// `text` without anything that could move the cursor or recolour the terminal: line breaks and tabs become
/// spaces, other control characters go.
std::string for_terminal(std::string_view text);

/// Values as a person reads them: NULL is empty, a blob is its size.
std::string display_text(const Value& value);

/// Rows under their headings, aligned by display_width(); numbers to the right.
std::string format_table(const std::vector<std::string>& headings,
                         const std::vector<std::vector<Value>>& rows);

/// NULL, number or text; a blob is base64url.
nlohmann::json to_json_value(const Value& value);

/// Two lines on standard output.
void say(const std::string& zh, const std::string& en);
/// The same on standard error.
void warn(const std::string& zh, const std::string& en);

/// Tells the error on standard error, as sentences or as the wire's JSON {"error": {...}}, and gives the exit
/// code.
int report(const Error& error, bool as_json);

}  // namespace doorstep::server
