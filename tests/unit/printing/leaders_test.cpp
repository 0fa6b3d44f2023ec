#include "printing/leaders.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "printing/limits.hpp"
#include "unit/printing/recording_page.hpp"

using namespace doorstep;
using namespace doorstep::server::printing;

namespace {

PlateLeader leader(std::size_t number) {
  const std::string text = std::to_string(number);
  return {"单元长" + text, {"单元长", "Unit leader"}, "1380000000" + text, "联络" + text, "2027-01-16", {}};
}

Plate plate_of(std::size_t leaders) {
  Plate plate{"幸福街道", "和顺家园 1号楼 1单元", "2027-02-01", "https://a/card/b", {}};
  for (std::size_t i = 0; i < leaders; ++i) plate.leaders.push_back(leader(i));
  return plate;
}

}  // namespace

TEST_CASE("plate: any number of leaders: each is on one sheet, and all is on the paper") {
  for (std::size_t count = 0; count <= limits::kLeadersOnPlate; ++count) {
    const Plate plate = plate_of(count);
    std::map<std::string, int> named;
    for (std::size_t sheet = 0; sheet < sheets_of(plate); ++sheet) {
      RecordingPage page(kA4Landscape);
      draw_plate(page, plate, sheet);
      INFO(count << " leaders, sheet " << sheet);
      CHECK(page.is_within());
      CHECK(page.codes == std::vector<std::string>{plate.url});
      CHECK(page.says("和顺家园 1号楼 1单元"));
      CHECK(page.says("幸福街道"));
      CHECK(page.says("2027-02-01"));
      CHECK(page.says("第" + std::to_string(sheet + 1) + "张") == (sheets_of(plate) > 1));
      for (const RecordingPage::Text& text : page.texts)
        for (const PlateLeader& one : plate.leaders)
          if (text.text == one.name) ++named[one.name];
    }
    CHECK(named.size() == count);
    for (const auto& [name, times] : named) CHECK(times == 1);
  }
  CHECK(sheets_of(plate_of(12)) == 1);
  CHECK(sheets_of(plate_of(13)) == 2);
}

TEST_CASE("plate: without phone, duties and day: nothing stands in their place") {
  Plate plate = plate_of(1);
  RecordingPage full(kA4Landscape);
  draw_plate(full, plate, 0);
  CHECK(full.says("13800000000"));
  CHECK(full.says("职责:联络0"));
  CHECK(full.says("2027-01-16"));
  plate.leaders[0].phone.clear();
  plate.leaders[0].duties.clear();
  plate.leaders[0].since.clear();
  RecordingPage bare(kA4Landscape);
  draw_plate(bare, plate, 0);
  CHECK_FALSE(bare.says("职责"));
  CHECK_FALSE(bare.says("任职"));
  CHECK(bare.texts.size() == full.texts.size() - 3);
}

TEST_CASE("plate: a portrait: is shown, and a damaged one is an outline") {
  Plate plate = plate_of(2);
  plate.leaders[0].portrait = "picture";
  plate.leaders[1].portrait = "damaged";
  RecordingPage page(kA4Landscape);
  draw_plate(page, plate, 0);
  CHECK(page.pictures.size() == 1);
  CHECK(page.frames.size() == 1);
}

TEST_CASE("plate: very long texts: stay on the paper") {
  Plate plate = plate_of(12);
  for (PlateLeader& one : plate.leaders) {
    one.name = std::string(limits::kTextBytes, 'x');
    one.duties = std::string(limits::kTextBytes, 'y');
    one.phone = std::string(limits::kTextBytes, 'z');
  }
  RecordingPage page(kA4Landscape);
  draw_plate(page, plate, 0);
  CHECK(page.is_within());
}

TEST_CASE("cards: ten to a page, within their edges, each with its own code") {
  std::vector<Card> cards;
  for (std::size_t i = 0; i < kCardsOnPage; ++i)
    cards.push_back({"幸福街道",
                     "王芳" + std::to_string(i),
                     {"单元长", "Unit leader"},
                     std::string(300, 'a'),
                     i % 2 == 0 ? "2027-12-31" : "",
                     "https://a/card/" + std::to_string(i),
                     {}});
  RecordingPage page;
  draw_cards(page, cards);
  CHECK(page.is_within());
  REQUIRE(page.codes.size() == kCardsOnPage);
  for (std::size_t i = 0; i < kCardsOnPage; ++i) CHECK(page.codes[i] == cards[i].url);
  CHECK(page.says("有效期至 2027-12-31"));
  CHECK(page.says("任职期间有效"));
  RecordingPage one;
  draw_cards(one, {cards[0]});
  CHECK(one.codes.size() == 1);
}
