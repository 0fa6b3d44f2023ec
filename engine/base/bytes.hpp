#pragma once

#include <cstdint>
#include <cstring>
#include <doorstep/error.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/error.hpp"

/// Writing and reading of the primitive forms that every format is made of (docs/wire.md, "Primitives").
/// For the rooms that own a format: merge (what travels inside a value) and wire (the rest).
namespace doorstep {

/// Bytes that do not decode. Thrown by readers and caught by decoding(): it never leaves the room that reads.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[noreturn]] inline void malformed(const char* what) { throw Malformed(what); }

/// Runs a decoder; a Malformed becomes an Error.
template <typename Decoder>
auto decoding(Decoder decoder) -> Result<decltype(decoder())> {
  try {
    return decoder();
  } catch (const Malformed& error) {
    return fail_format(error.what());
  }
}

constexpr std::uint64_t to_zigzag(std::int64_t n) {
  return (static_cast<std::uint64_t>(n) << 1) ^ static_cast<std::uint64_t>(n >> 63);
}
constexpr std::int64_t from_zigzag(std::uint64_t n) {
  return static_cast<std::int64_t>((n >> 1) ^ (~(n & 1) + 1));
}

/// Appends to a string, which it borrows.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void byte(std::uint8_t b) { out_.push_back(static_cast<char>(b)); }
  void varint(std::uint64_t n) {
    char bytes[10];
    std::size_t size = 0;
    for (; n >= 0x80; n >>= 7) bytes[size++] = static_cast<char>(n | 0x80);
    bytes[size++] = static_cast<char>(n);
    out_.append(bytes, size);
  }
  void zigzag(std::int64_t n) { varint(to_zigzag(n)); }
  /// Eight bytes, little-endian on every machine.
  void fixed64(std::uint64_t n) {
    char bytes[8];
    for (char& b : bytes) {
      b = static_cast<char>(n & 0xFF);
      n >>= 8;
    }
    out_.append(bytes, 8);
  }
  void real(double d) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &d, sizeof bits);
    fixed64(bits);
  }
  void raw(const void* bytes, std::size_t size) { out_.append(static_cast<const char*>(bytes), size); }
  void raw(std::string_view bytes) { out_.append(bytes); }
  /// Length, then bytes.
  void text(std::string_view bytes) {
    varint(bytes.size());
    raw(bytes);
  }

 private:
  std::string& out_;
};

/// Reads untrusted bytes, which it borrows. Every function throws Malformed rather than read past the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes)
      : at_(reinterpret_cast<const std::uint8_t*>(bytes.data())), end_(at_ + bytes.size()) {}

  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  bool done() const { return at_ == end_; }
  void finish() const {
    if (!done()) malformed("trailing bytes");
  }

  std::uint8_t byte() {
    if (at_ == end_) malformed("cut off");
    return *at_++;
  }
  std::uint64_t varint() {
    if (at_ != end_ && *at_ < 0x80) return *at_++;
    return long_varint();
  }
  std::uint32_t varint32() {
    const std::uint64_t n = varint();
    if (n > 0xFFFFFFFF) malformed("number too large");
    return static_cast<std::uint32_t>(n);
  }
  std::int64_t zigzag() { return from_zigzag(varint()); }
  std::uint64_t fixed64() {
    const std::uint8_t* bytes = raw(8);
    std::uint64_t n = 0;
    for (int i = 7; i >= 0; --i) n = n << 8 | bytes[i];
    return n;
  }
  double real() {
    const std::uint64_t bits = fixed64();
    double d = 0;
    std::memcpy(&d, &bits, sizeof d);
    return d;
  }
  const std::uint8_t* raw(std::size_t size) {
    if (size > left()) malformed("cut off");
    const std::uint8_t* bytes = at_;
    at_ += size;
    return bytes;
  }
  std::string_view view(std::size_t size) { return {reinterpret_cast<const char*>(raw(size)), size}; }
  std::string_view text() {
    const std::uint64_t size = varint();
    if (size > left()) malformed("cut off");
    return view(static_cast<std::size_t>(size));
  }
  /// A sequence's element count: at most `limit`, and no more than the bytes left could hold when every
  /// element takes at least `least_bytes`. What it returns may be reserved.
  std::size_t count(std::size_t limit, std::size_t least_bytes) {
    const std::uint64_t n = varint();
    if (n > limit) malformed("sequence too long");
    if (n > left() / least_bytes) malformed("cut off");
    return static_cast<std::size_t>(n);
  }

 private:
  std::uint64_t long_varint() {
    std::uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t b = byte();
      if (shift == 63 && b > 1) malformed("number too large");
      n |= std::uint64_t{b & 0x7FU} << shift;
      if (b < 0x80) {
        if (b == 0 && shift > 0) malformed("padded number");
        return n;
      }
    }
    malformed("number too large");
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

}  // namespace doorstep
