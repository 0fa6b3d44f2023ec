#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/phone_store.hpp"

namespace doorstep {

/// What a phone has of one part of its rows, as the office decided them.
struct PhoneStore::PartRows {
  static constexpr std::uint64_t kUnreadable = 0;

  std::map<RowKey, std::uint64_t> sums;  ///< Each row's, or kUnreadable.
  std::set<RowKey> covered;              ///< Those that lie beneath own work.
  /// Where an id should be, and something else is: the table and the text.
  std::vector<std::pair<std::string, std::string>> nameless;
  bool damaged = false;         ///< Something is unreadable or nameless.
  std::uint64_t rows_here = 0;  ///< In all parts.
};

/// Whether stored bytes do not decode, as opposed to a database that fails. Rows that are damaged must not
/// stand in the way of the exchange that repairs them.
inline bool is_damage(const Error& error) { return error.domain == ErrorDomain::format; }

}  // namespace doorstep
