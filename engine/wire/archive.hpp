#pragma once

#include <array>
#include <cereal/cereal.hpp>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "merge/version_code.hpp"
#include "wire/fields.hpp"
#include "wire/rows.hpp"
#include "wire/value_code.hpp"

/// Binary cereal archives of our own: varints, little-endian, and every length checked before it is
/// believed. cereal's stock archives allocate what a hostile length says and write native byte order.
/// Private to the room; the messages' fields are in fields.hpp.
namespace doorstep::wire {

class WriteArchive : public cereal::OutputArchive<WriteArchive, cereal::AllowEmptyClassElision> {
 public:
  explicit WriteArchive(std::string& bytes) : OutputArchive(this), out(bytes) {}
  ByteWriter out;
  KnownIds ids;
};

class ReadArchive : public cereal::InputArchive<ReadArchive, cereal::AllowEmptyClassElision> {
 public:
  explicit ReadArchive(std::string_view bytes) : InputArchive(this), in(bytes) {}
  ByteReader in;
  IdList ids;
  /// Cells of row sections still allowed: a null takes one byte here and forty in memory.
  std::size_t cells_left = limits::kSequence;
};

template <typename T>
void CEREAL_SERIALIZE_FUNCTION_NAME(WriteArchive& archive, cereal::NameValuePair<T>& pair) {
  archive(pair.value);
}
template <typename T>
void CEREAL_SERIALIZE_FUNCTION_NAME(ReadArchive& archive, cereal::NameValuePair<T>& pair) {
  archive(pair.value);
}

// Numbers: unsigned as varints, signed zigzag, truth as one byte.
template <typename T, cereal::traits::EnableIf<std::is_arithmetic<T>::value> = cereal::traits::sfinae>
void CEREAL_SAVE_FUNCTION_NAME(WriteArchive& archive, const T& number) {
  if constexpr (std::is_same_v<T, bool>)
    archive.out.byte(number ? 1 : 0);
  else if constexpr (std::is_signed_v<T>)
    archive.out.zigzag(number);
  else
    archive.out.varint(number);
}
template <typename T, cereal::traits::EnableIf<std::is_arithmetic<T>::value> = cereal::traits::sfinae>
void CEREAL_LOAD_FUNCTION_NAME(ReadArchive& archive, T& number) {
  static_assert(!std::is_floating_point_v<T>, "no message has a bare real number");
  if constexpr (std::is_same_v<T, bool>) {
    const std::uint8_t byte = archive.in.byte();
    if (byte > 1) malformed("neither true nor false");
    number = byte == 1;
  } else if constexpr (std::is_signed_v<T>) {
    static_assert(sizeof(T) == 8);
    number = archive.in.zigzag();
  } else {
    const std::uint64_t wide = archive.in.varint();
    number = static_cast<T>(wide);
    if (number != wide) malformed("number too large");
  }
}

template <typename E>
void CEREAL_SAVE_FUNCTION_NAME(WriteArchive& archive, const Open<E>& open) {
  archive(raw(open.value));
}
template <typename E>
void CEREAL_LOAD_FUNCTION_NAME(ReadArchive& archive, Open<E>& open) {
  std::underlying_type_t<E> number{};
  archive(number);
  open.value = static_cast<E>(number);
}

template <typename E>
void CEREAL_SAVE_FUNCTION_NAME(WriteArchive& archive, const Closed<E>& closed) {
  archive(raw(closed.value));
}
template <typename E>
void CEREAL_LOAD_FUNCTION_NAME(ReadArchive& archive, Closed<E>& closed) {
  std::underlying_type_t<E> number{};
  archive(number);
  closed.set(number);
}

inline void CEREAL_SAVE_FUNCTION_NAME(WriteArchive& archive, const std::string& text) {
  archive.out.text(text);
}
inline void CEREAL_LOAD_FUNCTION_NAME(ReadArchive& archive, std::string& text) { text = archive.in.text(); }

template <std::size_t N>
void CEREAL_SAVE_FUNCTION_NAME(WriteArchive& archive, const std::array<std::uint8_t, N>& bytes) {
  archive.out.raw(bytes.data(), N);
}
template <std::size_t N>
void CEREAL_LOAD_FUNCTION_NAME(ReadArchive& archive, std::array<std::uint8_t, N>& bytes) {
  std::memcpy(bytes.data(), archive.in.raw(N), N);
}

inline void CEREAL_SAVE_FUNCTION_NAME(WriteArchive& archive, const RowId& id) {
  archive.out.raw(id.bytes.data, 16);
}
inline void CEREAL_LOAD_FUNCTION_NAME(ReadArchive& archive, RowId& id) {
  std::memcpy(id.bytes.data, archive.in.raw(16), 16);
}

inline void CEREAL_SAVE_FUNCTION_NAME(WriteArchive& archive, const Stamp& stamp) {
  write_stamp(archive.out, stamp);
}
inline void CEREAL_LOAD_FUNCTION_NAME(ReadArchive& archive, Stamp& stamp) { stamp = read_stamp(archive.in); }

inline void CEREAL_SAVE_FUNCTION_NAME(WriteArchive& archive, const Value& value) {
  WriteContext context;
  write_value(archive.out, archive.out, value, context);
}
inline void CEREAL_LOAD_FUNCTION_NAME(ReadArchive& archive, Value& value) {
  ReadContext context;
  read_value(archive.in, archive.in, value, context);
}

inline void CEREAL_SAVE_FUNCTION_NAME(WriteArchive& archive, const RowSection& rows) {
  write_rows(archive.out, rows, archive.ids);
}
inline void CEREAL_LOAD_FUNCTION_NAME(ReadArchive& archive, RowSection& rows) {
  read_rows(archive.in, rows, archive.ids, archive.cells_left);
}

template <typename T>
void CEREAL_SAVE_FUNCTION_NAME(WriteArchive& archive, const std::optional<T>& value) {
  archive(value.has_value());
  if (value) archive(archivable(*value));
}
template <typename T>
void CEREAL_LOAD_FUNCTION_NAME(ReadArchive& archive, std::optional<T>& value) {
  bool present = false;
  archive(present);
  value.reset();
  if (present) archive(archivable(value.emplace()));
}

template <typename T>
void CEREAL_SAVE_FUNCTION_NAME(WriteArchive& archive, const Bounded<T>& list) {
  archive.out.varint(list.items.size());
  for (T& item : list.items) archive(archivable(item));
}
/// Grows as elements decode, so that memory follows the bytes that really came.
template <typename T>
void CEREAL_LOAD_FUNCTION_NAME(ReadArchive& archive, Bounded<T>& list) {
  const std::size_t count = archive.in.count(list.limit, 1);
  list.items.clear();
  for (std::size_t i = 0; i < count; ++i) archive(archivable(list.items.emplace_back()));
}

inline void CEREAL_SAVE_FUNCTION_NAME(WriteArchive& archive, const Ascending& list) {
  archive.out.varint(list.numbers.size());
  std::uint64_t last = 0;
  for (const GroupNumber number : list.numbers) {
    archive.out.varint(raw(number) - last);
    last = raw(number);
  }
}
inline void CEREAL_LOAD_FUNCTION_NAME(ReadArchive& archive, Ascending& list) {
  const std::size_t count = archive.in.count(list.limit, 1);
  list.numbers.clear();
  for (std::size_t i = 0; i < count; ++i) list.append(archive.in.varint());
}

inline void CEREAL_SAVE_FUNCTION_NAME(WriteArchive& archive, const GroupList& list) {
  archive(bounded(list.groups, limits::kPushGroups));
}
inline void CEREAL_LOAD_FUNCTION_NAME(ReadArchive& archive, GroupList& list) {
  archive(bounded(list.groups, limits::kPushGroups));
}

}  // namespace doorstep::wire

CEREAL_SETUP_ARCHIVE_TRAITS(doorstep::wire::ReadArchive, doorstep::wire::WriteArchive)
