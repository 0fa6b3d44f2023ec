#pragma once

#include <boost/uuid/uuid.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace doorstep {

/// Identity of one row for ever: 16 bytes, RFC 9562. Version 7 (time-ordered) for events, version 5
/// (name-based) for rows that have a natural key, so that the same door registered twice is one row.
/// In SQL an id is its canonical 36-character lower-case text.
struct RowId {
  boost::uuids::uuid bytes{};

  friend bool operator==(const RowId& a, const RowId& b) { return a.bytes == b.bytes; }
  friend bool operator!=(const RowId& a, const RowId& b) { return a.bytes != b.bytes; }
  friend bool operator<(const RowId& a, const RowId& b) { return a.bytes < b.bytes; }
};

/// Canonical text, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, lower case.
std::string to_text(const RowId& id);

/// Reads canonical text only (36 characters, lower case); nullopt for anything else.
std::optional<RowId> parse_row_id(std::string_view text);

}  // namespace doorstep

template <>
struct std::hash<doorstep::RowId> {
  std::size_t operator()(const doorstep::RowId& id) const noexcept {
    // Ids are already random or hashed: their last eight bytes are a good hash.
    std::size_t h = 0;
    for (int i = 8; i < 16; ++i) h = (h << 8) | id.bytes.data[i];
    return h;
  }
};
