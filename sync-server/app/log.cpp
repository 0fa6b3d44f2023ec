#include "app/log.hpp"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "app/terminal.hpp"

namespace doorstep::server {
namespace {

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_text(const LogValue& field) {
  if (const auto* number = std::get_if<std::int64_t>(&field.value())) return std::to_string(*number);
  return json_string(std::get<std::string>(field.value()));
}

std::string readable_text(const LogValue& field) {
  if (const auto* number = std::get_if<std::int64_t>(&field.value())) return std::to_string(*number);
  return for_terminal(std::get<std::string>(field.value()));
}

std::shared_ptr<spdlog::sinks::sink> make_sink(Log::Form form) {
  if (form == Log::Form::silent) return std::make_shared<spdlog::sinks::null_sink_mt>();
  return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

std::string json_line(std::string_view event, Log::Fields fields) {
  std::string line = "\"event\":" + json_string(event);
  for (const auto& [name, value] : fields) line += "," + json_string(name) + ":" + json_text(value);
  return line;
}

std::string readable_line(std::string_view event, Log::Fields fields) {
  std::string line(event);
  for (const auto& [name, value] : fields)
    line.append(" ").append(name).append("=").append(readable_text(value));
  return line;
}

}  // namespace

Log::Log(Form form) : form_(form), logger_(std::make_unique<spdlog::logger>("doorstep", make_sink(form))) {
  if (form == Form::json)
    logger_->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
                         spdlog::pattern_time_type::utc);
  else
    logger_->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
}

Log::~Log() = default;

void Log::set_verbose(bool verbose) {
  logger_->set_level(verbose ? spdlog::level::debug : spdlog::level::info);
}

void Log::write(int level, std::string_view event, Fields fields) {
  const auto at = static_cast<spdlog::level::level_enum>(level);
  if (!logger_->should_log(at)) return;
  logger_->log(at, spdlog::string_view_t(form_ == Form::json ? json_line(event, fields)
                                                             : readable_line(event, fields)));
}

void Log::debug(std::string_view event, Fields fields) { write(spdlog::level::debug, event, fields); }
void Log::info(std::string_view event, Fields fields) { write(spdlog::level::info, event, fields); }
void Log::warning(std::string_view event, Fields fields) { write(spdlog::level::warn, event, fields); }
void Log::error(std::string_view event, Fields fields) { write(spdlog::level::err, event, fields); }

}  // namespace doorstep::server
