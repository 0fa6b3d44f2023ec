#include <algorithm>
#include <cstddef>

#include "printing/leaders.hpp"
#include "printing/portrait.hpp"

namespace doorstep::server::printing {
namespace {

constexpr double kMargin = 12;
/// Of the leaders; the QR code has a column of its own beside them.
constexpr Box kArea{kMargin, 52, 228, 144};
constexpr Box kCode{247, 146, 38, 38};
constexpr std::size_t kLeadersOnSheet = 12;
constexpr double kGap = 6;

struct Grid {
  std::size_t columns;
  std::size_t rows;
};

Grid grid_of(std::size_t leaders) {
  if (leaders <= 3) return {std::max<std::size_t>(leaders, 1), 1};
  if (leaders == 4) return {2, 2};
  if (leaders <= 6) return {3, 2};
  return {4, leaders <= 8 ? std::size_t{2} : std::size_t{3}};
}

/// Writes a line if there is something to write; where the next one begins.
double line_below(Page& page, const Box& at, double y, std::string_view text, const TextStyle& style) {
  if (text.empty()) return y;
  return y + page.write({at.x, y, at.width, 0}, text, style);
}

void draw_leader(Page& page, const Box& cell, const PlateLeader& leader) {
  const double scale = std::min({cell.width / 74, cell.height / 58, 1.8});
  const double portrait = std::min(cell.width * 0.36, cell.height * 0.62 * 0.75);
  const Box picture{cell.x, cell.y, portrait, portrait * 4 / 3};
  draw_portrait(page, picture, leader.portrait);
  const double left = cell.x + portrait + 3 * scale;
  const Box beside{left, cell.y, cell.x + cell.width - left, 0};
  double y =
      line_below(page, beside, cell.y, leader.name, {.size = 7.5 * scale, .lines = 2, .shrinks = true});
  y = line_below(page, beside, y + scale, leader.role.zh, {.size = 4.6 * scale, .colour = Colour::red});
  if (leader.role.en != leader.role.zh)
    y = line_below(page, beside, y, leader.role.en, {.size = 3 * scale, .colour = Colour::grey});
  y = line_below(page, beside, y + scale, leader.phone, {.size = 5 * scale});
  if (!leader.since.empty())
    y = line_below(page, beside, y + scale, leader.since + " 起任职 since",
                   {.size = 3 * scale, .colour = Colour::grey});
  if (leader.duties.empty()) return;
  const TextStyle small{.size = 3.8 * scale};
  // Beside the portrait where there is room for a paragraph, else beneath it.
  const bool is_wide = beside.width > 20 * small.size;
  const double top = (is_wide ? y : std::max(y, picture.y + picture.height)) + 1.5 * scale;
  const Box room = is_wide ? beside : cell;
  const int lines = static_cast<int>((cell.y + cell.height - top) / page.height_of(room.width, "职", small));
  if (lines >= 1)
    page.write({room.x, top, room.width, 0}, "职责:" + leader.duties,
               {.size = small.size, .lines = std::max(lines, 2)});
}

void draw_head(Page& page, const Plate& plate, std::size_t sheet) {
  const double width = kA4Landscape.width - 2 * kMargin;
  page.write({kMargin, 9, width, 0}, "邻里服务公示牌",
             {.size = 13, .align = Align::centre, .colour = Colour::red});
  page.write({kMargin, 27, width, 0}, plate.address,
             {.size = 8.5, .align = Align::centre, .cut = Cut::start});
  page.write({kMargin, 40, width, 0}, "Who answers for this place",
             {.size = 4, .align = Align::centre, .colour = Colour::grey});
  page.line(kMargin, 48, kMargin + width, 48, 0.5);
  page.write({kMargin, 10, 70, 0}, plate.office, {.size = 5});
  const std::size_t sheets = sheets_of(plate);
  if (sheets > 1)
    page.write({kA4Landscape.width - kMargin - 40, 10, 40, 0},
               "第" + std::to_string(sheet + 1) + "张,共" + std::to_string(sheets) + "张",
               {.size = 5, .align = Align::right});
}

void draw_code(Page& page, const Plate& plate) {
  const TextStyle small{.size = 3.2, .align = Align::centre, .colour = Colour::grey};
  page.write({kCode.x - 2, kCode.y - 13, kCode.width + 4, 0}, "扫码核对",
             {.size = 5, .align = Align::centre});
  page.write({kCode.x - 2, kCode.y - 5.5, kCode.width + 4, 0}, "今天谁在岗",
             {.size = 4, .align = Align::centre});
  page.qr_code(kCode, plate.url);
  page.write({kCode.x - 2, kCode.y + kCode.height, kCode.width + 4, 0}, "Scan: who is in post today", small);
  page.write({kCode.x - 2, kCode.y + kCode.height + 5, kCode.width + 4, 0},
             "印于 printed " + plate.printed_on, small);
}

}  // namespace

std::size_t sheets_of(const Plate& plate) {
  return std::max<std::size_t>((plate.leaders.size() + kLeadersOnSheet - 1) / kLeadersOnSheet, 1);
}

void draw_plate(Page& page, const Plate& plate, std::size_t sheet) {
  draw_head(page, plate, sheet);
  draw_code(page, plate);
  const std::size_t first = sheet * kLeadersOnSheet;
  const std::size_t end = std::min(plate.leaders.size(), first + kLeadersOnSheet);
  const Grid grid = grid_of(end - first);
  const double width = (kArea.width - kGap * double(grid.columns - 1)) / double(grid.columns);
  const double height = (kArea.height - kGap * double(grid.rows - 1)) / double(grid.rows);
  for (std::size_t i = first; i < end; ++i) {
    const auto column = double((i - first) % grid.columns);
    const auto row = double((i - first) / grid.columns);
    draw_leader(page, {kArea.x + column * (width + kGap), kArea.y + row * (height + kGap), width, height},
                plate.leaders[i]);
  }
}

}  // namespace doorstep::server::printing
