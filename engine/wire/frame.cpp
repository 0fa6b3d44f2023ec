#include "base/limits.hpp"
#include "wire/archive.hpp"
#include "wire/codec.hpp"
#include "wire/compression.hpp"

// Binary frames (docs/wire.md, "Frames").
namespace doorstep::wire {
namespace {

constexpr std::string_view kMagic = "DW";
/// Below this zstd's own header eats what it saves.
constexpr std::size_t kCompressFrom = 200;

template <typename Message>
struct KindOf;
template <>
struct KindOf<KeyList> {
  static constexpr MessageKind value = MessageKind::key_list;
};
template <>
struct KindOf<JoinRequest> {
  static constexpr MessageKind value = MessageKind::join_request;
};
template <>
struct KindOf<JoinResponse> {
  static constexpr MessageKind value = MessageKind::join_response;
};
template <>
struct KindOf<SyncRequest> {
  static constexpr MessageKind value = MessageKind::sync_request;
};
template <>
struct KindOf<SyncResponse> {
  static constexpr MessageKind value = MessageKind::sync_response;
};
template <>
struct KindOf<Pack> {
  static constexpr MessageKind value = MessageKind::pack;
};
template <>
struct KindOf<ErrorMessage> {
  static constexpr MessageKind value = MessageKind::error;
};
template <>
struct KindOf<Certificate> {
  static constexpr MessageKind value = MessageKind::certificate;
};
template <>
struct KindOf<RehomeRequest> {
  static constexpr MessageKind value = MessageKind::rehome_request;
};
template <>
struct KindOf<ReadmitRequest> {
  static constexpr MessageKind value = MessageKind::readmit_request;
};
template <>
struct KindOf<HandOver> {
  static constexpr MessageKind value = MessageKind::hand_over;
};
template <>
struct KindOf<WipeReport> {
  static constexpr MessageKind value = MessageKind::wipe_report;
};
template <>
struct KindOf<RevealRequest> {
  static constexpr MessageKind value = MessageKind::reveal_request;
};
template <>
struct KindOf<Revealed> {
  static constexpr MessageKind value = MessageKind::revealed;
};
template <>
struct KindOf<Push> {
  static constexpr MessageKind value = MessageKind::push;
};

std::string make_frame(MessageKind kind, const std::string& payload) {
  std::string packed;
  if (payload.size() >= kCompressFrom) packed = compress(payload);
  const bool smaller = !packed.empty() && packed.size() < payload.size();
  const std::string& stored = smaller ? packed : payload;
  std::string frame;
  frame.reserve(stored.size() + 12);
  ByteWriter out(frame);
  out.raw(kMagic);
  out.byte(kProtocolVersion);
  out.byte(static_cast<std::uint8_t>(kind));
  out.byte(static_cast<std::uint8_t>(smaller ? Compression::zstd : Compression::none));
  out.varint(payload.size());
  out.varint(stored.size());
  out.raw(stored);
  return frame;
}

struct Envelope {
  Compression compression = Compression::none;
  std::size_t raw_size = 0;
  std::string_view stored;
};

Result<Envelope> open_frame(MessageKind kind, std::string_view frame) {
  if (frame.substr(0, kMagic.size()) != kMagic || frame.size() <= kMagic.size())
    return fail_format("this is no Doorstep frame");
  if (static_cast<std::uint8_t>(frame[kMagic.size()]) != kProtocolVersion)
    return fail(
        ErrorDomain::format, ErrorCode::version_unsupported, Retry::never,
        "对方使用的版本不同,这里读不懂。请更新应用后再试;已保存的记录都还在。",
        "The other side speaks another protocol version. Update the app and try again; what was saved is "
        "safe.");
  const auto envelope = decoding([&] {
    ByteReader in(frame.substr(kMagic.size() + 1));
    if (in.byte() != static_cast<std::uint8_t>(kind)) malformed("a frame of another kind");
    const std::uint8_t compression = in.byte();
    if (compression > static_cast<std::uint8_t>(Compression::zstd)) malformed("unknown compression");
    Envelope opened;
    opened.compression = static_cast<Compression>(compression);
    const std::uint64_t raw_size = in.varint();
    opened.raw_size = static_cast<std::size_t>(std::min<std::uint64_t>(raw_size, limits::kFrameBytes + 1));
    opened.stored = in.text();
    in.finish();
    return opened;
  });
  if (envelope && envelope->raw_size > limits::kFrameBytes)
    return fail(ErrorDomain::format, ErrorCode::too_large, Retry::never,
                "收到的数据太大,已原样拒绝,没有改动任何记录。",
                "A frame is past the size limit. Nothing was changed.");
  return envelope;
}

}  // namespace

template <typename Message>
std::string to_frame(const Message& message) {
  std::string payload;
  WriteArchive archive(payload);
  archive(message);
  return make_frame(KindOf<Message>::value, payload);
}

template <typename Message>
Result<Message> from_frame(std::string_view frame) {
  DOORSTEP_TRY(envelope, open_frame(KindOf<Message>::value, frame));
  return decoding([&envelope = envelope] {
    std::string unpacked;
    std::string_view payload = envelope.stored;
    if (envelope.compression == Compression::zstd)
      payload = unpacked = decompress(envelope.stored, envelope.raw_size);
    else if (payload.size() != envelope.raw_size)
      malformed("sizes disagree");
    ReadArchive archive(payload);
    Message message;
    archive(message);
    archive.in.finish();
    return message;
  });
}

#define DOORSTEP_FRAMED(Message)                 \
  template std::string to_frame(const Message&); \
  template Result<Message> from_frame(std::string_view)
DOORSTEP_FRAMED(KeyList);
DOORSTEP_FRAMED(JoinRequest);
DOORSTEP_FRAMED(JoinResponse);
DOORSTEP_FRAMED(SyncRequest);
DOORSTEP_FRAMED(SyncResponse);
DOORSTEP_FRAMED(Pack);
DOORSTEP_FRAMED(ErrorMessage);
DOORSTEP_FRAMED(Certificate);
DOORSTEP_FRAMED(RehomeRequest);
DOORSTEP_FRAMED(ReadmitRequest);
DOORSTEP_FRAMED(HandOver);
DOORSTEP_FRAMED(Push);
DOORSTEP_FRAMED(WipeReport);
DOORSTEP_FRAMED(RevealRequest);
DOORSTEP_FRAMED(Revealed);
#undef DOORSTEP_FRAMED

}  // namespace doorstep::wire
