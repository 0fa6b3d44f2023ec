#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.hpp"
#include "schema/pack.hpp"

/// What a resident reads behind the QR code of a card or a plate.
namespace doorstep::server {

/// Before the code in a URL's path.
inline constexpr std::string_view kCardPath = "/card/";

struct CardPage {
  struct Leader {
    std::string name;
    Label role;
  };
  std::string office;
  std::string address;  ///< Of the place.
  bool is_plate = false;
  /// On a plate everybody who answers for it today; on a card its holder, or nobody: it is no longer valid.
  std::vector<Leader> leaders;
  std::string until;  ///< Of a card; empty when no last day is set.
};

/// A page without scripts, and without anything from elsewhere.
http::Response answer_card(const CardPage& page);
/// The same for a code that is none of the office's.
http::Response answer_no_card();
/// And for who has tried too many.
http::Response answer_card_later();

}  // namespace doorstep::server
