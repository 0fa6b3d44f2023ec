#pragma once

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <doorstep/error.hpp>
#include <string>
#include <string_view>

/// JSON as forms, drafts and answers use it. Private to the room.
namespace doorstep::forms {

using Json = rapidjson::Value;

inline std::string_view text_of(const Json& json) { return {json.GetString(), json.GetStringLength()}; }

/// Parsing does not recurse, nor does what it returns when it goes; readers bound their own depth.
Result<rapidjson::Document> parse_json(std::string_view text, std::size_t limit, const char* zh,
                                       const char* en);

/// "This is no form: `why`."
tl::unexpected<Error> malformed(const char* zh, const char* en, const std::string& why);

/// rapidjson's writer with its buffer.
class JsonOutput : public rapidjson::Writer<rapidjson::StringBuffer> {
 public:
  JsonOutput() : rapidjson::Writer<rapidjson::StringBuffer>(buffer_) {}
  void text(std::string_view value) { String(value.data(), static_cast<rapidjson::SizeType>(value.size())); }
  void name(std::string_view value) { Key(value.data(), static_cast<rapidjson::SizeType>(value.size())); }
  std::string text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  rapidjson::StringBuffer buffer_;
};

}  // namespace doorstep::forms
