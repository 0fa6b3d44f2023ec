#include "wire/sealed_work.hpp"

#include <cstring>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "wire/codec.hpp"

namespace doorstep::wire {
namespace {

constexpr std::string_view kMagic = "DS";
/// Version of the file. History: docs/wire.md.
constexpr std::uint8_t kFormat = 1;
constexpr std::string_view kContext = "doorstep-sealed-work-1";

std::string signed_bytes_of(const RowId& office, ActorId actor, std::string_view frame) {
  std::string bytes;
  ByteWriter out(bytes);
  out.text(kContext);
  out.raw(office.bytes.data, 16);
  out.varint(raw(actor));
  out.text(frame);
  return bytes;
}

}  // namespace

std::string to_bytes(const SealedWork& work) {
  std::string bytes;
  ByteWriter out(bytes);
  out.raw(kMagic);
  out.byte(kFormat);
  out.byte(static_cast<std::uint8_t>(work.algorithm));
  out.raw(work.office.bytes.data, 16);
  out.varint(raw(work.actor));
  out.varint(work.boxes.size());
  for (const std::string& box : work.boxes) out.text(box);
  return bytes;
}

Result<SealedWork> read_sealed_work(std::string_view bytes) {
  if (bytes.size() > limits::kSealedWorkBytes)
    return fail(ErrorDomain::format, ErrorCode::too_large, Retry::never,
                "这个文件太大,不是手机清除时留下的密封文件。",
                "This file is too large to be one that a wiped phone left.");
  if (bytes.substr(0, kMagic.size()) != kMagic || bytes.size() <= kMagic.size() + 1)
    return fail_format("this is no sealed work of a phone");
  if (static_cast<std::uint8_t>(bytes[kMagic.size()]) != kFormat ||
      bytes[kMagic.size() + 1] != static_cast<char>(BoxAlgorithm::x25519_xsalsa20_poly1305))
    return fail(ErrorDomain::format, ErrorCode::version_unsupported, Retry::never,
                "这个密封文件由更新版本的程序写成,请升级后再打开。",
                "This was sealed by a later version of this program. Upgrade to open it.");
  return decoding([&] {
    ByteReader in(bytes.substr(kMagic.size() + 2));
    SealedWork work;
    const std::string_view office = in.view(16);
    std::memcpy(work.office.bytes.data, office.data(), office.size());
    work.actor = ActorId{in.varint()};
    const std::uint64_t boxes = in.varint();
    for (std::uint64_t i = 0; i < boxes; ++i) work.boxes.emplace_back(in.text());
    in.finish();
    return work;
  });
}

std::string seal_push(const RowId& office, ActorId actor, const Push& push, const SecretKey& device,
                      const PublicKey& sealing_key) {
  const std::string frame = to_frame(push);
  const Signature signature = sign(signed_bytes_of(office, actor, frame), device);
  return seal_box(std::string(view(signature)) + frame, sealing_key);
}

Result<Push> read_sealed_push(const RowId& office, ActorId actor, std::string_view content,
                              const PublicKey& device) {
  Signature signature{};
  if (content.size() < signature.size()) return fail_format("sealed work is cut off");
  std::memcpy(signature.data(), content.data(), signature.size());
  const std::string_view frame = content.substr(signature.size());
  if (!verify(signed_bytes_of(office, actor, frame), signature, device))
    return fail_format("sealed work that its device did not sign");
  return from_frame<Push>(frame);
}

}  // namespace doorstep::wire
