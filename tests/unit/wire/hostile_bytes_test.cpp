#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "unit/wire/equality.hpp"
#include "unit/wire/samples.hpp"
#include "wire/codec.hpp"
#include "wire/compression.hpp"

// Counts what decoders allocate: replaces the allocation functions of the whole test program, which costs the
// other tests nothing. Sanitizers bring their own, and then nothing is counted.
namespace {
thread_local bool counting = false;
thread_local std::size_t counted_bytes = 0;
}  // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace {
void* counted_allocation(std::size_t size) {
  if (counting) counted_bytes += size;
  if (void* memory = std::malloc(size != 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) { return counted_allocation(size); }
void* operator new[](std::size_t size) { return counted_allocation(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
#endif

using namespace doorstep;
using namespace doorstep::test;
using namespace doorstep::wire;

namespace {

/// Bytes that `decode` allocates, all told (also what it frees again).
template <typename Decode>
std::size_t allocated_by(Decode decode) {
  counted_bytes = 0;
  counting = true;
  decode();
  counting = false;
  return counted_bytes;
}

/// A decoder may use this much for `size` bytes of payload: every vector grows by doubling, a null value of
/// one byte is forty in memory, and errors have sentences.
std::size_t allowance(std::size_t size) { return 4'096 + 200 * size; }

/// A frame around any payload, uncompressed.
std::string framed(MessageKind kind, std::string_view payload) {
  std::string frame = "DW";
  ByteWriter out(frame);
  out.byte(kProtocolVersion);
  out.byte(static_cast<std::uint8_t>(kind));
  out.byte(0);
  out.varint(payload.size());
  out.text(payload);
  return frame;
}

std::string payload_of(const std::string& frame) {
  ByteReader in(std::string_view(frame).substr(4));
  const bool compressed = in.byte() == 1;
  const auto size = static_cast<std::size_t>(in.varint());
  const std::string_view stored = in.text();
  return compressed ? decompress(stored, size) : std::string(stored);
}

template <typename Message>
void require_harmless(const std::string& frame, std::size_t payload_size) {
  const std::size_t allocated = allocated_by([&] {
    const auto decoded = from_frame<Message>(frame);
    if (!decoded) {
      CHECK(decoded.error().domain == ErrorDomain::format);
    }
  });
  REQUIRE(allocated <= allowance(payload_size));
}

}  // namespace

TEMPLATE_TEST_CASE("wire: a frame cut off anywhere: refused", "", KeyList, JoinRequest, JoinResponse,
                   SyncRequest, SyncResponse, Pack, ErrorMessage, Certificate, RehomeRequest, ReadmitRequest,
                   HandOver, Push, WipeReport, RevealRequest, Revealed) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SeededDraw draw(seed);
    const std::string frame = to_frame(some_message<TestType>(draw));
    for (std::size_t size = 0; size < frame.size(); ++size)
      REQUIRE_FALSE(from_frame<TestType>(std::string_view(frame).substr(0, size)).has_value());
    REQUIRE_FALSE(from_frame<TestType>(frame + '\0').has_value());
    const MessageKind kind = static_cast<MessageKind>(frame[3]);
    const std::string payload = payload_of(frame);
    REQUIRE(from_frame<TestType>(framed(kind, payload)).has_value());
    for (std::size_t size = 0; size < payload.size(); ++size)
      REQUIRE_FALSE(
          from_frame<TestType>(framed(kind, std::string_view(payload).substr(0, size))).has_value());
    REQUIRE_FALSE(from_frame<TestType>(framed(kind, payload + '\0')).has_value());
  }
}

TEMPLATE_TEST_CASE("wire: thousands of damaged frames: no crash, no wild allocation", "", KeyList,
                   JoinRequest, JoinResponse, SyncRequest, SyncResponse, Pack, ErrorMessage, Certificate,
                   RehomeRequest, ReadmitRequest, HandOver, Push, WipeReport, RevealRequest, Revealed) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SeededDraw draw(seed);
    const std::string frame = to_frame(some_message<TestType>(draw));
    const std::string payload = payload_of(frame);
    for (int i = 0; i < 40; ++i) {
      std::string damaged = frame;
      for (std::uint64_t n = 1 + draw.below(4); n > 0; --n)
        damaged[draw.below(damaged.size())] = static_cast<char>(draw.below(256));
      // A damaged size may say anything up to a frame's limit, which is then allocated once for zstd.
      require_harmless<TestType>(damaged, payload.size() + limits::kFrameBytes / 200);
      std::string inner = payload;
      for (std::uint64_t n = 1 + draw.below(4); n > 0; --n)
        inner[draw.below(inner.size())] = static_cast<char>(draw.below(256));
      require_harmless<TestType>(framed(static_cast<MessageKind>(frame[3]), inner), payload.size());
    }
  }
}

TEST_CASE("wire: lengths that promise gigabytes: refused before anything is allocated") {
  for (const std::uint64_t promised : {std::uint64_t{1'000'000}, std::uint64_t{UINT32_MAX}, UINT64_MAX}) {
    std::string payload;
    ByteWriter out(payload);
    out.varint(1);                  // version
    payload.append(16 + 32, '\0');  // office, identity
    out.varint(promised);           // tls_pins
    require_harmless<KeyList>(framed(MessageKind::key_list, payload), payload.size());
    CHECK_FALSE(from_frame<KeyList>(framed(MessageKind::key_list, payload)).has_value());

    std::string group("\x01\x80\x01\x02\x01\x01\x02", 7);
    ByteWriter ops(group);
    ops.varint(promised);
    CHECK(allocated_by([&] { CHECK_FALSE(decode_group(group).has_value()); }) <= allowance(group.size()));
  }
}

TEST_CASE("wire: frame sizes that lie: refused by name, without allocation") {
  std::string frame = "DW";
  ByteWriter out(frame);
  out.byte(kProtocolVersion);
  out.byte(static_cast<std::uint8_t>(MessageKind::sync_request));
  out.byte(static_cast<std::uint8_t>(Compression::zstd));
  out.varint(limits::kFrameBytes + 1);
  out.text(compress(std::string(1'000, 'a')));
  const auto too_large = from_frame<SyncRequest>(frame);
  REQUIRE_FALSE(too_large.has_value());
  CHECK(too_large.error().code == ErrorCode::too_large);
  CHECK(allocated_by([&] { (void)from_frame<SyncRequest>(frame); }) <= allowance(frame.size()));

  std::string lying = "DW";
  ByteWriter lie(lying);
  lie.byte(kProtocolVersion);
  lie.byte(static_cast<std::uint8_t>(MessageKind::sync_request));
  lie.byte(static_cast<std::uint8_t>(Compression::zstd));
  lie.varint(limits::kFrameBytes);
  lie.text(compress(std::string(1'000, 'a')));
  CHECK_FALSE(from_frame<SyncRequest>(lying).has_value());
  CHECK(allocated_by([&] { (void)from_frame<SyncRequest>(lying); }) <= allowance(lying.size()));
}

TEST_CASE("wire: a bit flipped in compressed bytes: the checksum finds it") {
  SeededDraw draw(3);
  JoinRequest message;
  message.device_name = std::string(2'000, 'x') + some_bytes(draw, 500);
  const std::string frame = to_frame(message);
  REQUIRE(frame[4] == static_cast<char>(Compression::zstd));
  for (std::size_t bit = 9 * 8; bit < frame.size() * 8; ++bit) {
    std::string damaged = frame;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const auto decoded = from_frame<JoinRequest>(damaged);
    // A flag bit of zstd's own header may mean nothing; then the message is untouched.
    if (decoded) REQUIRE(same(*decoded, message));
  }
}

TEST_CASE("wire: another protocol version, another kind, no frame at all: refused by name") {
  SeededDraw draw(1);
  std::string frame = to_frame(some_message<JoinRequest>(draw));
  CHECK(from_frame<JoinResponse>(frame).error().code == ErrorCode::malformed);
  CHECK(from_frame<JoinRequest>("").error().code == ErrorCode::malformed);
  CHECK(from_frame<JoinRequest>("<html>").error().code == ErrorCode::malformed);
  frame[2] = 2;
  CHECK(from_frame<JoinRequest>(frame).error().code == ErrorCode::version_unsupported);
}

TEST_CASE("wire: a page of more cells than a message may have: refused") {
  SyncResponse message;
  message.page.emplace();
  RowSection rows;
  for (std::uint32_t column = 1; column <= 250; ++column) rows.columns.push_back(ColumnId{column});
  constexpr std::size_t kRows = limits::kSequence / 250 / 2 + 1;
  rows.ids.resize(kRows);
  rows.values.resize(kRows * 250);
  rows.metas.resize(kRows);
  message.page->sections = {rows};
  CHECK(from_frame<SyncResponse>(to_frame(message)).has_value());
  message.page->sections = {rows, rows};
  CHECK_FALSE(from_frame<SyncResponse>(to_frame(message)).has_value());
}

TEST_CASE("wire: group numbers that do not ascend, or run past 64 bits: refused") {
  SyncRequest request;
  request.held = {GroupNumber{3}, GroupNumber{5}};
  constexpr std::string_view kEnd("\0\0\0", 3);  // Nothing to check, to repair, carried.
  std::string payload = payload_of(to_frame(request));
  payload.resize(payload.size() - kEnd.size());
  const auto decoded = [&] {
    return from_frame<SyncRequest>(framed(MessageKind::sync_request, payload + std::string(kEnd)));
  };
  REQUIRE(decoded().has_value());
  payload.back() = 0;  // The distance from the one before.
  CHECK_FALSE(decoded().has_value());
  payload.pop_back();
  ByteWriter(payload).varint(UINT64_MAX);
  CHECK_FALSE(decoded().has_value());
}

TEST_CASE("wire: numbers and values in a longer form than needed: refused") {
  const auto number = [](std::string_view bytes) {
    ByteReader in(bytes);
    return in.varint();
  };
  CHECK(number(std::string_view("\x80\x01", 2)) == 128);
  CHECK(number(std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 10)) == UINT64_MAX);
  CHECK_THROWS_AS(number(std::string_view("\x80\x00", 2)), Malformed);
  CHECK_THROWS_AS(number(std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02", 10)), Malformed);
  CHECK_THROWS_AS(number(std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 11)), Malformed);
}

TEST_CASE("wire: thousands of damaged groups: an error or another group, no crash, no wild allocation") {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    SeededDraw draw(seed);
    const Group whole = some_group(draw);
    const std::string bytes = encode_group(whole);
    const std::size_t without_salt = bytes.size() - (whole.salt ? whole.salt->size() : 0);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      if (size != without_salt)
        REQUIRE_FALSE(decode_group(std::string_view(bytes).substr(0, size)).has_value());
    REQUIRE_FALSE(decode_group(bytes + '\0').has_value());
    for (int i = 0; i < 30; ++i) {
      std::string damaged = bytes;
      damaged[draw.below(damaged.size())] = static_cast<char>(draw.below(256));
      Result<Group> group;
      REQUIRE(allocated_by([&] { group = decode_group(damaged); }) <= allowance(damaged.size()));
      if (group) REQUIRE(same(*decode_group(encode_group(*group)), *group));
    }
  }
}

TEST_CASE("wire: groups past a limit: refused") {
  Group group;
  group.ops.resize(limits::kGroupOps + 1);
  for (std::size_t i = 0; i < group.ops.size(); ++i)
    group.ops[i].key.row.bytes.data[15] = static_cast<std::uint8_t>(i);
  CHECK_FALSE(decode_group(encode_group(group)).has_value());
  group.ops.pop_back();
  CHECK(decode_group(encode_group(group)).has_value());

  Group large;
  large.ops.resize(1);
  large.ops[0].cells.push_back({ColumnId{1}, std::string(limits::kGroupBytes, 'x'), 0, {}});
  CHECK_FALSE(decode_group(encode_group(large)).has_value());

  Group curious;
  curious.ops.resize(1);
  curious.ops[0].kind = OpKind::remove;
  for (std::uint32_t i = 0; i <= limits::kSeenVersions; ++i)
    curious.ops[0].seen.push_back({make_actor(1, 2), GroupNumber{1}, i});
  CHECK_FALSE(decode_group(encode_group(curious)).has_value());
  curious.ops[0].seen.pop_back();
  CHECK(decode_group(encode_group(curious)).has_value());

  Group wide;
  wide.ops.resize(1);
  for (std::uint32_t i = 0; i <= limits::kColumns; ++i) wide.ops[0].cells.push_back({ColumnId{i}, {}, 1, {}});
  CHECK_FALSE(decode_group(encode_group(wide)).has_value());
  wide.ops[0].cells.pop_back();
  CHECK(decode_group(encode_group(wide)).has_value());
}
