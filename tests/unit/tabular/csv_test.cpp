#include "tabular/csv.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <iterator>
#include <string>
#include <vector>

using namespace doorstep;
using namespace doorstep::server::tabular;

namespace {

using Cells = std::vector<std::string>;

std::vector<Cells> cells_of(std::string_view bytes) {
  const auto rows = read_csv(bytes);
  INFO((rows ? std::string() : rows.error().en));
  REQUIRE(rows.has_value());
  std::vector<Cells> cells;
  for (const Row& row : *rows) cells.push_back(row.cells);
  return cells;
}

Error error_of(std::string_view bytes, const Limits& limits = {}) {
  const auto rows = read_csv(bytes, limits);
  REQUIRE_FALSE(rows.has_value());
  CHECK(rows.error().domain == ErrorDomain::format);
  CHECK(rows.error().retry == Retry::never);
  return rows.error();
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// 姓名,门牌 / 张三,一号 in GB18030.
const std::string kGb18030 = "\xD0\xD5\xC3\xFB,\xC3\xC5\xC5\xC6\r\n\xD5\xC5\xC8\xFD,\xD2\xBB\xBA\xC5\r\n";

}  // namespace

TEST_CASE("csv: quotes, separators and line breaks in cells: are read as RFC 4180 says") {
  CHECK(cells_of("a,b\r\n\"x,\"\"y\"\"\",\"two\r\nlines\"\r\n") ==
        std::vector<Cells>{{"a", "b"}, {"x,\"y\"", "two\r\nlines"}});
}

TEST_CASE("csv: byte order mark and every kind of line end: make no difference") {
  const std::vector<Cells> expected{{"姓名", "电话"}, {"张三", "1"}};
  for (const char* text :
       {"\xEF\xBB\xBF姓名,电话\r\n张三,1\r\n", "姓名,电话\n张三,1\n", "姓名,电话\r张三,1\r",
        "姓名,电话\r\n张三,1", "\"姓名\",\"电话\"\n\"张三\",\"1\""}) {
    INFO(text);
    CHECK(cells_of(text) == expected);
  }
}

TEST_CASE("csv: blanks around cells and empty cells: are kept") {
  CHECK(cells_of(" a ,,\"\",\t1\n") == std::vector<Cells>{{" a ", "", "", "1"}});
}

TEST_CASE("csv: empty file, blank lines and rows of empty cells: give no rows") {
  CHECK(cells_of("").empty());
  CHECK(cells_of("\xEF\xBB\xBF").empty());
  CHECK(cells_of("\r\n\n,,,\n\"\"\n").empty());
}

TEST_CASE("csv: blank lines and line breaks in cells: rows are counted as people see them") {
  const auto rows = read_csv("head\r\n\r\n\"two\nlines\"\r\n,\r\nlast");
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 3);
  CHECK((*rows)[1].row == 3);
  CHECK((*rows)[2].row == 5);
}

TEST_CASE("csv: GB18030 as Chinese Excel saves it: is decoded") {
  CHECK(cells_of(kGb18030) == std::vector<Cells>{{"姓名", "门牌"}, {"张三", "一号"}});
}

TEST_CASE("csv: UTF-8 with a damaged character: is refused with its line instead of read as GB18030") {
  CHECK(contains(error_of("姓名,电话\n张三,1\n李\xE5,2\n").zh, "第3行"));
  CHECK(contains(error_of("\xEF\xBB\xBF" + kGb18030).zh, "第1行"));
  CHECK(contains(error_of("姓名,电话\n张三\xE4\xB8").zh, "第2行"));
}

TEST_CASE("csv: bytes in no encoding: are refused with their line") {
  CHECK(contains(error_of("a,b\n\xFF\xFF,\xFF\n").en, "Line 2"));
}

TEST_CASE("csv: Unicode text as Excel saves it: UTF-16 between tabs or commas is decoded") {
  using namespace std::string_literals;
  const std::vector<Cells> expected{{"姓名", "楼"}, {"张", "1"}};
  const std::string tabs = "\xFF\xFE\xD3\x59\x0D\x54\t\0\x7C\x69\r\0\n\0\x20\x5F\t\0\x31\0"s;
  CHECK(cells_of(tabs) == expected);
  const std::string commas = "\xFE\xFF\x59\xD3\x54\x0D\0,\x69\x7C\0\n\x5F\x20\0,\0\x31"s;
  CHECK(cells_of(commas) == expected);
  CHECK(contains(error_of("\xFF\xFE\x00\xD8"s).en, "damaged characters"));
}

TEST_CASE("csv: quotes that do not pair: are refused with the row where it began") {
  for (const char* text : {"a\nb\n\"open,1\nx,2\n", "a\nb\nfive\" pipe,1\n", "a\nb\n\"x\"y,1\n"}) {
    INFO(text);
    const Error error = error_of(text);
    CHECK(error.code == ErrorCode::malformed);
    CHECK(contains(error.zh, "第3行"));
    CHECK(contains(error.en, "Row 3 (line 3"));
  }
}

TEST_CASE("csv: anything past its bound: is refused as too large") {
  Limits limits;
  limits.file_bytes = 64;
  limits.rows = 3;
  limits.cells = 3;
  limits.cell_bytes = 8;
  CHECK(read_csv("a,b,c\n1,2,12345678\n1\n", limits).has_value());
  CHECK(read_csv("a,b,c,,,\n", limits).has_value());

  CHECK(error_of(std::string(65, 'x'), limits).code == ErrorCode::too_large);
  CHECK(error_of("1\n2\n3\n4\n", limits).code == ErrorCode::too_large);
  CHECK(contains(error_of("1\n1,2,3,4\n", limits).en, "Row 2"));
  CHECK(contains(error_of("1\n1,123456789\n", limits).en, "column 2"));
  CHECK(contains(error_of("1\n\"123\n456789\"\n", limits).en, "column 1"));
  limits.all_cells = 3;
  CHECK(error_of("1,2\n3,4\n", limits).code == ErrorCode::too_large);
}

TEST_CASE("csv: writing: quotes what needs it, marks what a spreadsheet would change, ends rows with CRLF") {
  std::string out;
  append_csv_row(out, {"张三", "a,b", "say \"hi\"", "two\nlines", "110101199003071234", "=1+1", " x", ""});
  CHECK(out == "张三,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"\t110101199003071234\",'=1+1,\" x\",\r\n");
}

TEST_CASE("csv: rows of any text: come back exactly from what was written") {
  CHECK(rc::check("round trip", [] {
    const auto cell =
        rc::gen::container<std::string>(rc::gen::elementOf(std::string("'=+-@\t\r\n01-/.Ee,;\" ab")));
    auto rows = *rc::gen::container<std::vector<Cells>>(rc::gen::nonEmpty(rc::gen::container<Cells>(cell)));
    for (Cells& row : rows) row.insert(row.begin(), "行");  // rows of empty cells are no rows
    std::string out(kCsvStart);
    for (const Cells& row : rows) append_csv_row(out, row);
    const auto read = read_csv(out);
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) RC_ASSERT((*read)[i].cells == rows[i]);
  }));
}

TEST_CASE("csv: any bytes: are read or refused, never more") {
  CHECK(rc::check("no crash", [] {
    const auto bytes = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("\",\r\n'\t=ab\0\xE5\xBC\xA0\xFF", 14)));
    const auto rows = read_csv(bytes);
    RC_ASSERT(rows.has_value() || !rows.error().zh.empty());
  }));
}
