#include "printing/questionnaire.hpp"

#include <algorithm>

namespace doorstep::server::printing {
namespace {

constexpr double kMargin = 15;
constexpr double kWidth = kA4.width - 2 * kMargin;
constexpr double kBottom = kA4.height - 17;
/// Where the blocks begin.
constexpr double kFirstTop = 69;
constexpr double kNextTop = 27;
constexpr double kIndent = 6;
constexpr double kCode = 26;
constexpr double kTick = 3.4;
constexpr double kLineRoom = 7.5;
/// Of one text; a page holds twice as many.
constexpr int kMostLines = 24;

constexpr TextStyle kQuestion{.size = 4, .lines = kMostLines};
constexpr TextStyle kHeadingStyle{.size = 4.6, .lines = kMostLines};
constexpr TextStyle kSmall{.size = 2.9, .lines = kMostLines, .colour = Colour::grey};
constexpr TextStyle kChoice{.size = 3.7};
constexpr TextStyle kChoiceEnglish{.size = 2.7, .colour = Colour::grey};

bool has_english(const FormText& text) { return !text.en.empty() && text.en != text.zh; }

std::string both(const FormText& text) { return has_english(text) ? text.zh + "  " + text.en : text.zh; }

double indent_of(int depth) { return std::min(depth, 4) * kIndent; }

/// Draws a box to tick with its words; how wide it is. Measures only, without `draws`.
double tick(Page& page, double x, double y, const FormText& words, double most, bool draws) {
  if (draws) page.frame({x, y + 0.7, kTick, kTick}, 0.25);
  const double left = kTick + 1.5;
  const double zh = std::min(page.width_of(words.zh, kChoice), most - left);
  if (draws) page.write({x + left, y, zh + 0.2, 0}, words.zh, kChoice);
  double width = left + zh;
  if (has_english(words) && most - width > 15) {
    const double en = std::min(page.width_of(words.en, kChoiceEnglish), most - width - 1.5);
    if (draws) page.write({x + width + 1.5, y + 1, en + 0.2, 0}, words.en, kChoiceEnglish);
    width += 1.5 + en;
  }
  return width;
}

}  // namespace

Questionnaire::Questionnaire(Page& page, Heading heading, const std::vector<Block>& blocks)
    : heading_(std::move(heading)) {
  for (const Block& block : blocks) add_block(page, block);
  divide();
}

void Questionnaire::add_text(Page& page, int depth, std::string text, const TextStyle& style, double below) {
  if (text.empty()) return;
  Piece& piece = pieces_.emplace_back();
  piece.indent = indent_of(depth);
  piece.height = page.height_of(kWidth - piece.indent, text, style);
  piece.below = below;
  piece.keeps = true;
  piece.text = std::move(text);
  piece.style = style;
}

void Questionnaire::add_choices(Page& page, const Block& block) {
  const double indent = indent_of(block.depth) + kIndent;
  const double room = kWidth - indent;
  double x = 0;
  for (const FormText& choice : block.choices) {
    const double width = tick(page, 0, 0, choice, room, false);
    if (x == 0 || x + width > room) {
      Piece& row = pieces_.emplace_back();
      row.kind = Piece::Kind::choices;
      row.indent = indent;
      row.height = page.height_of(room, "家", kChoice);
      row.below = 1.2;
      x = 0;
    }
    pieces_.back().choices.emplace_back(x, choice);
    x += width + 6;
  }
}

void Questionnaire::add_block(Page& page, const Block& block) {
  using Answer = Block::Answer;
  const auto rule = [&](double length) {
    Piece& piece = pieces_.emplace_back();
    piece.kind = Piece::Kind::rule;
    piece.indent = indent_of(block.depth) + kIndent;
    piece.length = std::min(length, kWidth - piece.indent);
    piece.height = kLineRoom;
  };
  const auto words = [&](const char* text) {
    add_text(page, block.depth + 1, text, {.size = 4, .lines = 1}, 0);
    pieces_.back().keeps = false;
  };
  std::string label =
      block.number == 0 ? block.label.zh : std::to_string(block.number) + ". " + block.label.zh;
  if (block.answer == Answer::some_of) label += "(可以选几个)";
  if (block.is_required) label += "(必答)";
  add_text(page, block.depth, std::move(label), block.answer == Answer::heading ? kHeadingStyle : kQuestion,
           0.3);
  if (has_english(block.label)) add_text(page, block.depth, block.label.en, kSmall, 0.5);
  add_text(page, block.depth, both(block.hint), kSmall, 0.5);
  if (!block.condition.zh.empty()) add_text(page, block.depth, "▸ " + both(block.condition), kSmall, 0.5);
  switch (block.answer) {
    case Answer::none:
      if (!pieces_.empty()) pieces_.back().keeps = false;
      break;
    case Answer::heading:
      break;
    case Answer::line:
      rule(kWidth);
      break;
    case Answer::lines:
      for (int i = 0; i < 3; ++i) rule(kWidth);
      break;
    case Answer::number:
      rule(40);
      break;
    case Answer::date:
      words("________年 ____月 ____日");
      break;
    case Answer::time:
      words("____时 ____分");
      break;
    case Answer::one_of:
    case Answer::some_of:
      add_choices(page, block);
      break;
    case Answer::tick: {
      Block confirmed = block;
      confirmed.choices = {{"是", "Yes"}};
      add_choices(page, confirmed);
      break;
    }
  }
  if (!pieces_.empty()) pieces_.back().below = 3;
}

void Questionnaire::divide() {
  sheets_.emplace_back();
  double y = kFirstTop;
  for (std::size_t i = 0; i < pieces_.size();) {
    std::size_t end = i + 1;
    double height = pieces_[i].height;
    while (end < pieces_.size() && pieces_[end - 1].keeps) {
      height += pieces_[end - 1].below + pieces_[end].height;
      ++end;
    }
    // What keeps together and fits no page is divided where the page ends.
    const bool fits_a_page = height <= kBottom - kNextTop;
    if (!fits_a_page) {
      end = i + 1;
      height = pieces_[i].height;
    }
    if (y + height > kBottom && !sheets_.back().empty()) {
      sheets_.emplace_back();
      y = kNextTop;
    }
    for (; i < end; ++i) {
      sheets_.back().push_back({i, y});
      y += pieces_[i].height + pieces_[i].below;
    }
  }
}

void Questionnaire::draw_heading(Page& page, const PaperDoor& door, std::size_t sheet) const {
  const double right = kMargin + kWidth - kCode;
  const std::string count = std::to_string(sheet + 1) + "/" + std::to_string(sheets());
  page.write({kMargin, kA4.height - 13, kWidth, 0}, "第 " + count + " 页  page " + count,
             {.size = 3, .align = Align::centre, .colour = Colour::grey});
  if (sheet > 0) {
    page.write({kMargin, 12, kWidth - 45, 0}, heading_.title + "  " + door.address,
               {.size = 3.6, .cut = Cut::start});
    page.write({right - 20, 11.5, kCode + 20, 0}, door.paper_code, {.size = 4.6, .align = Align::right});
    page.line(kMargin, 21, kMargin + kWidth, 21, 0.25);
    return;
  }
  page.qr_code({right, 7, kCode, kCode}, door.paper_code);
  page.write({right - 8, 7 + kCode - 1, kCode + 8, 0}, door.paper_code, {.size = 4.2, .align = Align::right});
  const double room = kWidth - kCode - 6;
  page.write({kMargin, 9, room, 0}, heading_.office, {.size = 3.8, .colour = Colour::grey});
  page.write({kMargin, 15, room, 0}, heading_.title, {.size = 6.5});
  page.write({kMargin, 26.5, room, 0}, door.address, {.size = 4.4, .cut = Cut::start});
  page.write({kMargin, 34, room, 0}, "户门编码 Door " + door.code, {.size = 3.2, .colour = Colour::grey});

  const Box band{kMargin, 42, kWidth, 21};
  page.frame(band, 0.25, Colour::grey);
  double x = band.x + 3;
  page.write({x, band.y + 2.5, 26, 0}, "结果 Outcome", {.size = 3.4});
  x += 27;
  for (const Label& outcome : heading_.outcomes)
    x += tick(page, x, band.y + 2.2, {outcome.zh, outcome.en}, band.x + band.width - x - 2, true) + 5;
  page.write({band.x + 3, band.y + 12, 28, 0}, "询问人 Asked by", {.size = 3.4});
  page.line(band.x + 33, band.y + 17, band.x + 92, band.y + 17, 0.2);
  page.write({band.x + 97, band.y + 12, 80, 0}, "日期 Date  ________年 ____月 ____日", {.size = 3.4});
}

void Questionnaire::draw_piece(Page& page, const Piece& piece, double y) const {
  const double x = kMargin + piece.indent;
  const double room = kWidth - piece.indent;
  if (piece.kind == Piece::Kind::text) page.write({x, y, room, 0}, piece.text, piece.style);
  if (piece.kind == Piece::Kind::rule)
    page.line(x, y + piece.height - 0.5, x + piece.length, y + piece.height - 0.5, 0.2);
  for (const auto& [at, words] : piece.choices) tick(page, x + at, y, words, room - at, true);
}

void Questionnaire::draw(Page& page, const PaperDoor& door, std::size_t sheet) const {
  draw_heading(page, door, sheet);
  for (const Placed& placed : sheets_[sheet]) draw_piece(page, pieces_[placed.piece], placed.y);
}

}  // namespace doorstep::server::printing
