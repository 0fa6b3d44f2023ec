#pragma once

#include <string>
#include <vector>

#include "printing/page.hpp"
#include "schema/pack.hpp"

/// What residents see of their leaders: plates at the door, cards in the hand.
namespace doorstep::server::printing {

/// Texts that are empty are left out.
struct PlateLeader {
  std::string name;
  Label role;
  std::string phone;
  std::string duties;
  std::string since;
  std::string portrait;  ///< JPEG or PNG; without a good one there is an outline.
};

/// 服务公示牌: who answers for a place.
struct Plate {
  std::string office;
  std::string address;
  std::string printed_on;
  std::string url;
  std::vector<PlateLeader> leaders;
};

/// A4 pages, landscape, that it takes.
std::size_t sheets_of(const Plate& plate);
/// Draws one of them, from 0.
void draw_plate(Page& page, const Plate& plate, std::size_t sheet);

/// 工作证.
struct Card {
  std::string office;
  std::string name;
  Label role;
  std::string address;
  std::string until;  ///< Empty: as long as she holds the post.
  std::string url;
  std::string portrait;
};

/// ISO/IEC 7810 ID-1, on A4 with cut marks.
inline constexpr PageSize kCardSize{85.6, 54};
inline constexpr std::size_t kCardsOnPage = 10;

/// Draws at most kCardsOnPage of them, side by side.
void draw_cards(Page& page, const std::vector<Card>& cards);

}  // namespace doorstep::server::printing
