#pragma once

#include <cstring>
#include <optional>
#include <string_view>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/types.hpp"
#include "sql/statement.hpp"

/// How ids, keys and counters stand in the office's file.
namespace doorstep::server {

inline std::int64_t as_integer(std::uint64_t n) { return static_cast<std::int64_t>(n); }
inline std::uint64_t as_unsigned(std::int64_t n) { return static_cast<std::uint64_t>(n); }

inline std::string_view id_bytes(const RowId& id) {
  return {reinterpret_cast<const char*>(id.bytes.data), sizeof id.bytes.data};
}

/// An id from a 16-byte blob; the nil id from anything else (verify() finds what it points to missing).
inline RowId id_from_bytes(std::string_view bytes) {
  RowId id;
  if (bytes.size() == sizeof id.bytes.data) std::memcpy(id.bytes.data, bytes.data(), bytes.size());
  return id;
}

inline RowId id_from_text(std::string_view text) { return parse_row_id(text).value_or(RowId{}); }

template <std::size_t N>
std::array<std::uint8_t, N> array_from(std::string_view bytes) {
  std::array<std::uint8_t, N> out{};
  if (bytes.size() == N) std::memcpy(out.data(), bytes.data(), N);
  return out;
}

inline std::optional<std::int64_t> optional_integer(const sql::Statement& statement, int column) {
  if (statement.is_null(column)) return std::nullopt;
  return statement.integer(column);
}

inline void bind_optional(sql::Statement& statement, int parameter,
                          const std::optional<std::int64_t>& value) {
  if (value)
    statement.bind(parameter, *value);
  else
    statement.bind_null(parameter);
}

}  // namespace doorstep::server
