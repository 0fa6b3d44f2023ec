#include "base/ensure.hpp"
#include "printing/leaders.hpp"
#include "printing/portrait.hpp"

namespace doorstep::server::printing {
namespace {

constexpr std::size_t kColumns = 2;
constexpr std::size_t kRows = kCardsOnPage / kColumns;
constexpr double kLeft = (kA4.width - kColumns * kCardSize.width) / 2;
constexpr double kTop = (kA4.height - kRows * kCardSize.height) / 2;
constexpr double kRight = kLeft + kColumns * kCardSize.width;
constexpr double kBottom = kTop + kRows * kCardSize.height;

/// In the margins, so that none is left on a card.
void draw_cut_marks(Page& page) {
  constexpr double away = 1;
  constexpr double length = 5;
  constexpr double thickness = 0.15;
  for (std::size_t i = 0; i <= kColumns; ++i) {
    const double x = kLeft + double(i) * kCardSize.width;
    page.line(x, kTop - away - length, x, kTop - away, thickness);
    page.line(x, kBottom + away, x, kBottom + away + length, thickness);
  }
  for (std::size_t i = 0; i <= kRows; ++i) {
    const double y = kTop + double(i) * kCardSize.height;
    page.line(kLeft - away - length, y, kLeft - away, y, thickness);
    page.line(kRight + away, y, kRight + away + length, y, thickness);
  }
}

void draw_card(Page& page, double x, double y, const Card& card) {
  constexpr double margin = 4;
  constexpr double inner = kCardSize.width - 2 * margin;
  page.write({x + margin, y + 3, inner - 20, 0}, card.office, {.size = 4});
  page.write({x + margin, y + 3, inner, 0}, "工作证",
             {.size = 4, .align = Align::right, .colour = Colour::red});
  page.line(x + margin, y + 9, x + kCardSize.width - margin, y + 9, 0.25);
  draw_portrait(page, {x + margin, y + 11.5, 21, 28}, card.portrait);

  constexpr double left = margin + 24;
  constexpr double code = 24;
  double at = y + 11;
  at += page.write({x + left, at, kCardSize.width - left - margin, 0}, card.name,
                   {.size = 6.5, .lines = 2, .shrinks = true});
  at += page.write({x + left, at, kCardSize.width - left - margin, 0}, card.role.zh, {.size = 4.2});
  const double beside = kCardSize.width - left - margin - code;
  if (card.role.en != card.role.zh)
    at += page.write({x + left, at, beside, 0}, card.role.en, {.size = 2.6, .colour = Colour::grey});
  page.write({x + left, at + 1, beside, 0}, card.address, {.size = 3.2, .lines = 3});
  page.qr_code(
      {x + kCardSize.width - margin - code + 2, y + kCardSize.height - margin - code + 2, code, code},
      card.url);
  page.write({x + margin, y + 42, inner - code, 0},
             card.until.empty() ? "任职期间有效" : "有效期至 " + card.until, {.size = 3.4});
  page.write({x + margin, y + 47, inner - code, 0},
             card.until.empty() ? "Valid while in post. Scan to check." : "Valid until. Scan to check.",
             {.size = 2.4, .colour = Colour::grey});
}

}  // namespace

void draw_cards(Page& page, const std::vector<Card>& cards) {
  ensure(cards.size() <= kCardsOnPage, "so many cards fit a page");
  draw_cut_marks(page);
  for (std::size_t i = 0; i < cards.size(); ++i)
    draw_card(page, kLeft + double(i % kColumns) * kCardSize.width,
              kTop + double(i / kColumns) * kCardSize.height, cards[i]);
}

}  // namespace doorstep::server::printing
