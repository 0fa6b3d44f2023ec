#include "base/limits.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"

// Messages as JSON (docs/wire.md, "JSON").
namespace doorstep::wire {
namespace {

/// Names and base64 make JSON about twice as long as a frame's payload.
constexpr std::size_t kJsonBytes = 2 * limits::kFrameBytes;
/// The deepest message, a base of a cell of a group of a push, takes 9.
constexpr std::size_t kJsonDepth = 16;

rapidjson::Document parse(std::string_view text) {
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag |
                              rapidjson::kParseValidateEncodingFlag;
  if (text.size() > kJsonBytes) malformed("JSON past the size limit");
  if (nesting_depth(text) > kJsonDepth) malformed("JSON nested too deep");
  rapidjson::Document document;
  document.Parse<kFlags>(text.data(), text.size());
  if (document.HasParseError())
    throw Malformed("no valid JSON at byte " + std::to_string(document.GetErrorOffset()));
  return document;
}

}  // namespace

template <typename Message>
std::string to_json(const Message& message) {
  return JsonWriter::text_of(message);
}

template <typename Message>
Result<Message> from_json(std::string_view text) {
  return decoding([&] {
    const rapidjson::Document document = parse(text);
    return JsonReader::message_of<Message>(document);
  });
}

#define DOORSTEP_JSON(Message)                  \
  template std::string to_json(const Message&); \
  template Result<Message> from_json(std::string_view)
DOORSTEP_JSON(KeyList);
DOORSTEP_JSON(JoinRequest);
DOORSTEP_JSON(JoinResponse);
DOORSTEP_JSON(SyncRequest);
DOORSTEP_JSON(SyncResponse);
DOORSTEP_JSON(Pack);
DOORSTEP_JSON(ErrorMessage);
DOORSTEP_JSON(Certificate);
DOORSTEP_JSON(RehomeRequest);
DOORSTEP_JSON(ReadmitRequest);
DOORSTEP_JSON(HandOver);
DOORSTEP_JSON(Push);
DOORSTEP_JSON(WipeReport);
DOORSTEP_JSON(RevealRequest);
DOORSTEP_JSON(Revealed);
#undef DOORSTEP_JSON

}  // namespace doorstep::wire
