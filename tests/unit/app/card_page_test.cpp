#include "app/card_page.hpp"

#include <catch2/catch.hpp>

using namespace doorstep;
using namespace doorstep::server;

namespace {

bool says(const http::Response& response, const std::string& text) {
  return response.body.find(text) != std::string::npos;
}

CardPage valid_card() {
  CardPage page;
  page.office = "幸福街道";
  page.address = "和顺家园 1号楼";
  page.leaders = {{"王芳", {"单元长", "Unit leader"}}};
  page.until = "2027-12-31";
  return page;
}

}  // namespace

TEST_CASE("card page: of a valid card: names her, her post, place and last day") {
  const http::Response response = answer_card(valid_card());
  CHECK(response.status == 200);
  CHECK(response.content_type == "text/html; charset=utf-8");
  for (const char* text :
       {"有效", "Valid", "王芳", "单元长", "Unit leader", "和顺家园 1号楼", "2027-12-31", "幸福街道"})
    CHECK(says(response, text));
  CHECK_FALSE(says(response, "已失效"));
  CHECK_FALSE(says(response, "<script"));
  CardPage open = valid_card();
  open.until.clear();
  CHECK(says(answer_card(open), "任职期间有效"));
}

TEST_CASE("card page: of a card that is no longer valid: names nobody") {
  CardPage page;
  page.office = "幸福街道";
  const http::Response response = answer_card(page);
  CHECK(response.status == 200);
  CHECK(says(response, "已失效"));
  CHECK_FALSE(says(response, "<h2>"));
}

TEST_CASE("card page: of a plate: names whoever answers today, or says that nobody does") {
  CardPage page = valid_card();
  page.is_plate = true;
  page.leaders.push_back({"李军", {"楼栋长", "Building leader"}});
  CHECK(says(answer_card(page), "李军"));
  CHECK(says(answer_card(page), "王芳"));
  page.leaders.clear();
  CHECK(says(answer_card(page), "目前没有"));
}

TEST_CASE("card page: names with marks of HTML: stay text") {
  CardPage page = valid_card();
  page.leaders[0].name = "<b onload=\"x\">&'";
  const http::Response response = answer_card(page);
  CHECK_FALSE(says(response, "<b "));
  CHECK(says(response, "&lt;b onload=&quot;x&quot;&gt;&amp;'"));
}
