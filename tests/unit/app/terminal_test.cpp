#include "app/terminal.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "app/qr_code.hpp"

using namespace doorstep;
using namespace doorstep::server;

TEST_CASE("terminal: Chinese characters: take two columns") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("网格长") == 6);
  CHECK(display_width("1栋") == 3);
  CHECK(display_width("e\u0301") == 1);
}

TEST_CASE("terminal: a table: columns line up by width, numbers to the right") {
  const std::string table = format_table({"名称", "n"}, {{Value("一号楼"), Value(std::int64_t{5})},
                                                         {Value("ab"), Value(std::int64_t{12})},
                                                         {Value(), Value()}});
  CHECK(table ==
        "名称     n\n"
        "------  --\n"
        "一号楼   5\n"
        "ab      12\n"
        "\n");
}

TEST_CASE("terminal: stored text with control characters: cannot move the cursor") {
  CHECK(for_terminal("a\x1b[2Jb\nc\u202Ed") == "a[2Jb cd");
  CHECK(for_terminal("\xFF") == "\xEF\xBF\xBD");
}

TEST_CASE("terminal: values as JSON: numbers stay numbers, NULL is null") {
  CHECK(to_json_value(Value(std::int64_t{7})).dump() == "7");
  CHECK(to_json_value(Value(0.5)).dump() == "0.5");
  CHECK(to_json_value(Value()).dump() == "null");
  CHECK(to_json_value(Value(Bytes{1, 2})).dump() == "\"AQI\"");
}

TEST_CASE("terminal: QR code: square, with its quiet zone; too long a text has none") {
  const auto code = draw_qr_code("https://192.0.2.1:8443/join#aaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbb");
  REQUIRE(code);
  CHECK(code->find("█") != std::string::npos);
  CHECK_FALSE(draw_qr_code(std::string(5000, 'x')));
}
