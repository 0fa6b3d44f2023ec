#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.hpp"

/// What a QR code on a card or a plate names (docs/printing.md).
namespace doorstep::server::auth {

struct CardSubject {
  enum class Kind : std::uint8_t {
    card = 1,  ///< The row is an assignment.
    plate = 2  ///< The row is a place.
  };
  Kind kind = Kind::card;
  RowId row;
};

/// 44 characters for a URL: kind, id, and a tag of 128 bits that nobody makes without the key.
std::string make_card_code(const CardSubject& subject, const RowId& office, const SecretKey& key);
/// nullopt when it was not made for this office with this key.
std::optional<CardSubject> read_card_code(std::string_view code, const RowId& office, const SecretKey& key);

}  // namespace doorstep::server::auth
