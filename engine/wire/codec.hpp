#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>

#include "wire/messages.hpp"

/// Bytes of messages. Binary frames (docs/wire.md) for devices, the same messages as JSON for people and
/// other clients. Decoders take untrusted bytes: they never allocate more than a small multiple of the
/// input, never throw, and refuse trailing bytes. Thread-safe.
namespace doorstep::wire {

enum class MessageKind : std::uint8_t {
  key_list = 1,
  join_request = 2,
  join_response = 3,
  sync_request = 4,
  sync_response = 5,
  pack = 6,
  error = 7,
  certificate = 8,
  rehome_request = 9,
  readmit_request = 10,
  hand_over = 11,
  push = 12,  ///< Within a parcel.
  wipe_report = 13,
  reveal_request = 14,
  revealed = 15
};

enum class Compression : std::uint8_t { none = 0, zstd = 1 };

inline constexpr const char* kFrameType = "application/x-doorstep";
inline constexpr const char* kJsonType = "application/json";

template <typename Message>
std::string to_frame(const Message& message);
template <typename Message>
Result<Message> from_frame(std::string_view frame);
template <typename Message>
std::string to_json(const Message& message);
template <typename Message>
Result<Message> from_json(std::string_view text);

/// A group's immutable bytes. `decode_group` gets the actor and number from the push, and checks them.
std::string encode_group(const Group& group);
Result<Group> decode_group(std::string_view bytes);

/// digest(n) from digest(n-1) and the bytes of group n.
Digest chain_digest(const Digest& previous, std::string_view group_bytes);

/// The bytes that signatures cover.
std::string signed_bytes(const KeyList& keys);
/// Of a Succession: the word of `former` for `next`.
std::string signed_bytes(const RowId& office, const PublicKey& former, const PublicKey& next);
std::string signed_bytes(const RowId& office, std::int64_t time_ms);
std::string signed_bytes(const Certificate& certificate);
std::string signed_bytes(const RowId& office, ActorId actor);  ///< Of a ReadmitRequest.
std::string signed_bytes(const RowId& office, ActorId actor, const WipeOrder& order);

/// What a parcel is bound to: its place in the chain of one office.
std::string parcel_context(const RowId& office, ActorId actor, GroupNumber number);

/// Advances a cursor's chain over a page's row ids and births.
std::uint64_t chain_page(std::uint64_t chain, const Page& page);

/// Words for a hold reason, zh and en.
Label sentence(HoldReason reason);

}  // namespace doorstep::wire
