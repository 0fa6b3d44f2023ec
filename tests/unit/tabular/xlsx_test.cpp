#include <rapidcheck.h>
#include <xlsxwriter.h>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "tabular/csv.hpp"
#include "tabular/sheet_writer.hpp"
#include "unit/tabular/workbook.hpp"

using namespace doorstep;
using namespace doorstep::server::tabular;

namespace {

using Cells = std::vector<std::string>;

SheetRows sheet_of(const std::string& bytes, const SheetChoice& choice = {}) {
  auto sheet = read_sheet(bytes, choice);
  INFO((sheet ? std::string() : sheet.error().en));
  REQUIRE(sheet.has_value());
  return std::move(*sheet);
}

std::vector<Cells> cells_of(const std::string& bytes, const SheetChoice& choice = {}) {
  std::vector<Cells> cells;
  for (const Row& row : sheet_of(bytes, choice).rows) cells.push_back(row.cells);
  return cells;
}

Error error_of(const std::string& bytes, const Limits& limits = {}, const SheetChoice& choice = {}) {
  const auto sheet = read_sheet(bytes, choice, limits);
  REQUIRE_FALSE(sheet.has_value());
  CHECK_FALSE(sheet.error().zh.empty());
  CHECK(sheet.error().retry == Retry::never);
  return sheet.error();
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

std::string inline_cell(const std::string& name, const std::string& text) {
  return "<c r=\"" + name + "\" t=\"inlineStr\"><is><t>" + text + "</t></is></c>";
}

}  // namespace

TEST_CASE("xlsx: every kind of cell: reads as the spreadsheet shows it") {
  HandWorkbook book = of_rows(
      "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>"
      "<c r=\"C1\" t=\"inlineStr\"><is><r><t>甲</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\"> "
      "乙</t></r></is></c>"
      "<c r=\"D1\" t=\"str\"><f>A1&amp;B1</f><v>公式_x000D_</v></c><c r=\"E1\" t=\"b\"><v>1</v></c>"
      "<c r=\"F1\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c r=\"G1\"><f>1+1</f><v>2</v></c>"
      "<c r=\"H1\" t=\"d\"><v>2026-11-22T09:30:00</v></c><c r=\"I1\" s=\"5\"/>"
      "<c r=\"J1\" t=\"str\"><f>\"\"</f><v></v></c><c r=\"K1\" "
      "t=\"n\"><v>1.10105199001011E+17</v></c></row>");
  book.shared =
      "<si><t xml:space=\"preserve\">  </t></si>"
      "<si><r><t>张</t></r><r><t>三</t></r><rPh sb=\"0\" eb=\"1\"><t>zhang</t></rPh></si>";
  CHECK(cells_of(book.bytes()) ==
        std::vector<Cells>{{"  ", "张三", "甲 乙", "公式\r", "TRUE", "#DIV/0!", "2", "2026-11-22 09:30:00",
                            "", "", "1.10105199001011E+17"}});
}

TEST_CASE("xlsx: dates by number format: ISO text, in the system of 1900 and of 1904") {
  HandWorkbook book = of_rows(
      "<row><c s=\"1\"><v>46348</v></c><c s=\"2\"><v>46348.5</v></c><c "
      "s=\"3\"><v>46348</v></c><c><v>46348</v></c>"
      "<c s=\"4\"><v>7</v></c><c s=\"99\"><v>1</v></c></row>");
  book.styles =
      "<numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/>"
      "<numFmt numFmtId=\"165\" formatCode=\"0000\"/></numFmts>"
      "<cellXfs><xf/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/><xf numFmtId=\"164\"/><xf "
      "numFmtId=\"165\"/></cellXfs>";
  CHECK(cells_of(book.bytes()) ==
        std::vector<Cells>{{"2026-11-22", "2026-11-22 12:00:00", "2026-11-22", "46348", "0007", "1"}});
  book.properties = "date1904=\"1\"";
  CHECK(cells_of(book.bytes())[0][0] == "2030-11-23");
}

TEST_CASE("xlsx: blank rows, cells without names, prefixes: counted as people see them") {
  HandWorkbook book = of_rows(
      "<row r=\"2\"><c r=\"B2\"><v>1</v></c><c><v>2</v></c></row><row r=\"3\"/><row r=\"7\" spans=\"1:3\"><c "
      "r=\"A7\" "
      "s=\"1\"/></row><row r=\"9\"><c r=\"C9\"><v>3</v></c></row><row><c><v>4</v></c></row>");
  const SheetRows sheet = sheet_of(book.bytes());
  REQUIRE(sheet.rows.size() == 3);
  CHECK(sheet.rows[0].row == 2);
  CHECK(sheet.rows[0].cells == Cells{"", "1", "2"});
  CHECK(sheet.rows[1].row == 9);
  CHECK(sheet.rows[1].cells == Cells{"", "", "3"});
  CHECK(sheet.rows[2].row == 10);

  Parts parts = of_rows("").parts();
  parts[0].second =
      "<x:worksheet xmlns:x=\"y\"><x:sheetData><x:row r=\"1\"><x:c "
      "r=\"A1\"><x:v>5</x:v></x:c></x:row></x:sheetData>"
      "</x:worksheet>";
  CHECK(cells_of(zipped(parts)) == std::vector<Cells>{{"5"}});
}

TEST_CASE("xlsx: a cell merged over several rows: counts in each that has cells") {
  const std::string rows = "<row r=\"1\">" + inline_cell("A1", "楼") + inline_cell("B1", "室") +
                           "</row><row r=\"2\">" + inline_cell("A2", "1栋") + inline_cell("B2", "101") +
                           "</row><row r=\"3\">" + inline_cell("B3", "102") + "</row><row r=\"5\">" +
                           inline_cell("B5", "103") + "</row>";
  CHECK(
      cells_of(of_rows(rows, "<mergeCells><mergeCell ref=\"A2:A5\"/><mergeCell ref=\"A1:C1\"/></mergeCells>")
                   .bytes()) ==
      std::vector<Cells>{{"楼", "室"}, {"1栋", "101"}, {"1栋", "102"}, {"1栋", "103"}});
}

TEST_CASE("xlsx: several sheets: the first visible one that fits, or the one that is named") {
  HandWorkbook book;
  book.sheets = {{"藏", "<row>" + inline_cell("A1", "姓名") + "</row>", "", "hidden"},
                 {"说明", "<row>" + inline_cell("A1", "请填写") + "</row>", ""},
                 {"空", "", ""},
                 {"名单", "<row>" + inline_cell("A1", "姓名") + "</row>", ""}};
  const SheetChoice names{{}, [](const Row& first) { return first.cells[0] == "姓名"; }};
  CHECK(sheet_of(book.bytes(), names).name == "名单");
  CHECK(sheet_of(book.bytes()).name == "说明");
  CHECK(sheet_of(book.bytes(), {{}, [](const Row&) { return false; }}).name == "说明");
  CHECK(sheet_of(book.bytes(), {"藏", {}}).rows.size() == 1);
  const Error error = error_of(book.bytes(), {}, {"没有", {}});
  CHECK(contains(error.zh, "名单"));
  CHECK(contains(error_of("姓名\n", {}, {"名单", {}}).en, "--sheet"));
  CHECK(sheet_of(of_rows("").bytes()).rows.empty());
}

TEST_CASE("xlsx: what libxlsxwriter makes: reads back, rich texts and dates too") {
  const TemporaryFile file;
  lxw_workbook* book = workbook_new(file.path.c_str());
  lxw_worksheet* page = workbook_add_worksheet(book, "住户");
  lxw_format* date = workbook_add_format(book);
  format_set_num_format(date, "yyyy\"年\"m\"月\"d\"日\" hh:mm");
  worksheet_write_string(page, 0, 0, "姓名", nullptr);
  worksheet_write_string(page, 1, 0, " 张三\n=1+1 _x005F_x0041_ ", nullptr);
  lxw_datetime day{2026, 11, 22, 9, 30, 0.0};
  worksheet_write_datetime(page, 1, 1, &day, date);
  worksheet_write_formula_num(page, 1, 2, "=6*7", nullptr, 42);
  lxw_rich_string_tuple first{nullptr, const_cast<char*>("粗")}, second{date, const_cast<char*>("细")};
  lxw_rich_string_tuple* rich[] = {&first, &second, nullptr};
  worksheet_write_rich_string(page, 1, 3, rich, nullptr);
  worksheet_merge_range(page, 1, 4, 2, 5, "并", nullptr);
  worksheet_write_number(page, 2, 0, 13800138000.0, nullptr);
  REQUIRE(workbook_close(book) == LXW_NO_ERROR);
  CHECK(cells_of(file_bytes(file.path)) ==
        std::vector<Cells>{{"姓名"},
                           {" 张三\n=1+1 _x0041_ ", "2026-11-22 09:30:00", "42", "粗细", "并"},
                           {"13800138000", "", "", "", "并"}});
}

TEST_CASE("xlsx: a formula that nobody calculated: is named instead of read as empty") {
  const Error error = error_of(of_rows("<row r=\"3\"><c r=\"AB3\"><f>A1</f></c></row>").bytes());
  CHECK(contains(error.zh, "第3行AB列"));
}

TEST_CASE("xlsx: files that are something else: are named for what they are") {
  using namespace std::string_literals;
  const std::string compound = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
  CHECK(contains(error_of(compound + std::string(512, '\0')).zh, ".xls"));
  CHECK(contains(error_of(compound + "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"s).zh, "密码"));
  CHECK(contains(error_of(zipped({{"content.xml", "<office/>"}})).zh, "不是Excel工作簿"));
  CHECK(contains(error_of("PK\x03\x04 and more").zh, "损坏"));
  std::string encrypted = of_rows("").bytes();
  for (std::size_t at = encrypted.find("PK\x01\x02"); at != std::string::npos;
       at = encrypted.find("PK\x01\x02", at + 4))
    encrypted[at + 8] = static_cast<char>(encrypted[at + 8] | 1);
  CHECK(contains(error_of(encrypted).zh, "密码"));
}

TEST_CASE("xlsx: damage in a part: is refused") {
  const Parts good = of_rows("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>").parts();
  for (std::size_t i = 0; i < good.size(); ++i) {
    INFO(good[i].first);
    Parts bad = good;
    bad[i].second.resize(bad[i].second.size() / 2);
    error_of(zipped(bad));
  }
  Parts twice = good;
  twice.push_back(good[0]);
  error_of(zipped(twice));
  for (const char* rows : {"<row r=\"2\"/><row r=\"1\"/>", "<row r=\"0\"/>", "<row r=\"x\"/>",
                           "<row r=\"99999999999999999999\"/>", "<row r=\"1\"><c r=\"A2\"/></row>",
                           "<row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row>", "<row><c r=\"ZZZZZZ1\"/></row>",
                           "<row><c t=\"s\"><v>0</v></c></row>", "<row><c t=\"s\"><v>-1</v></c></row>",
                           "<row><c><v>1.2.3</v></c></row>"}) {
    INFO(rows);
    CHECK(error_of(of_rows(rows).bytes()).code == ErrorCode::malformed);
  }
  error_of(of_rows("", "<mergeCells><mergeCell ref=\"A1:\"/></mergeCells>").bytes());
}

TEST_CASE("xlsx: entities of a document's own: are refused, whatever they expand to") {
  Parts parts = of_rows("").parts();
  parts[0].second =
      "<?xml version=\"1.0\"?><!DOCTYPE worksheet [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">"
      "<!ENTITY file SYSTEM \"file:///etc/passwd\">]>"
      "<worksheet><sheetData><row><c "
      "t=\"inlineStr\"><is><t>&b;&file;</t></is></c></row></sheetData></worksheet>";
  CHECK(error_of(zipped(parts)).code == ErrorCode::malformed);
  parts[0].second =
      "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>&b;</t></is></c></row></sheetData></worksheet>";
  CHECK(cells_of(zipped(parts)) == std::vector<Cells>{{"&b;"}});
}

TEST_CASE("xlsx: anything past its bound: is refused as too large") {
  // A bomb: 20 MB of one character in 20 kB.
  const std::string bomb =
      of_rows("<row><c t=\"str\"><v>" + std::string(20'000'000, 'a') + "</v></c></row>").bytes();
  CHECK(bomb.size() < 100'000);
  CHECK(error_of(bomb).code == ErrorCode::too_large);

  Limits limits;
  limits.rows = 3;
  limits.cells = 3;
  limits.cell_bytes = 8;
  limits.part_bytes = 1'000;
  limits.parts = 7;
  const auto code = [&](const std::string& rows) { return error_of(of_rows(rows).bytes(), limits).code; };
  CHECK(read_sheet(
            of_rows("<row r=\"3\"><c r=\"C3\"><v>12345678</v></c><c r=\"D3\"/></row><row r=\"9\"/>").bytes(),
            {}, limits)
            .has_value());
  CHECK(code("<row r=\"4\"><c><v>1</v></c></row>") == ErrorCode::too_large);
  CHECK(code("<row><c r=\"D1\"><v>1</v></c></row>") == ErrorCode::too_large);
  CHECK(code("<row><c t=\"str\"><v>123456789</v></c></row>") == ErrorCode::too_large);
  CHECK(code("<row ht=\"" + std::string(1'000, '1') + "\"/>") == ErrorCode::too_large);
  Parts many = of_rows("").parts();
  many.emplace_back("xl/media/1.png", "x");
  many.emplace_back("xl/media/2.png", "x");
  CHECK(error_of(zipped(many), limits).code == ErrorCode::too_large);

  // One text that stands in many cells, shared or merged.
  Limits little;
  little.text_bytes = 1'000;
  HandWorkbook shared =
      of_rows("<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>0</v></c><c t=\"s\"><v>0</v></c></row>");
  shared.shared = "<si><t>" + std::string(400, 'a') + "</t></si>";
  CHECK(error_of(shared.bytes(), little).code == ErrorCode::too_large);
  std::string rows = "<row r=\"1\">" + inline_cell("B1", std::string(100, 'a')) + "</row>";
  for (int i = 2; i < 20; ++i) rows += "<row><c><v>1</v></c></row>";
  const std::string overlapping =
      "<mergeCells><mergeCell ref=\"B1:B20\"/><mergeCell ref=\"B1:B20\"/></mergeCells>";
  CHECK(error_of(of_rows(rows, overlapping).bytes(), little).code == ErrorCode::too_large);
  little.text_bytes = 10'000;
  little.all_cells = 30;
  CHECK(error_of(of_rows(rows, overlapping).bytes(), little).code == ErrorCode::too_large);
  little.all_cells = 40;
  CHECK(read_sheet(of_rows(rows, overlapping).bytes(), {}, little).has_value());
}

TEST_CASE("xlsx: bytes changed anywhere: are read or refused, never more") {
  Sheet sheet;
  sheet.columns = {{"姓名", {}, {}, {}}, {"数", SheetColumn::Format::number, {}, {}}};
  for (std::int64_t i = 0; i < 20; ++i) sheet.rows.push_back({Value("张三" + std::to_string(i)), Value(i)});
  const std::string good = *to_xlsx(sheet);
  CHECK(rc::check("no crash", [&] {
    std::string bytes = good;
    const int changes = *rc::gen::inRange(1, 8);
    for (int i = 0; i < changes; ++i)
      bytes[*rc::gen::inRange<std::size_t>(4, bytes.size())] = *rc::gen::arbitrary<char>();
    if (*rc::gen::arbitrary<bool>()) bytes.resize(*rc::gen::inRange<std::size_t>(4, bytes.size()));
    const auto read = read_sheet(bytes);
    RC_ASSERT(read.has_value() || !read.error().zh.empty());
  }));
}

TEST_CASE("xlsx: any XML in a sheet: is read or refused, never more") {
  const std::vector<std::string> pieces{
      "<row>",    "<row r=\"3\">",       "</row>",       "<c r=\"B3\">", "<c t=\"s\">",
      "<c>",      "<c t=\"e\">",         "</c>",         "<v>1</v>",     "<v>0</v>",
      "<f/>",     "<is><t>x</t>",        "</is>",        "&amp;",        "<![CDATA[x]]>",
      "<!--x-->", "<c t=\"inlineStr\">", "<mergeCells>", "_x0041_",      "\xFF"};
  CHECK(rc::check("no crash", [&] {
    std::string rows;
    for (const std::string& piece : *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces)))
      rows += piece;
    const auto read = read_sheet(of_rows(rows).bytes());
    RC_ASSERT(read.has_value() || !read.error().zh.empty());
  }));
}

TEST_CASE("xlsx: any table: reads the same from a workbook as from CSV, and as it was written") {
  CHECK(rc::check("differential", [] {
    const auto character = rc::gen::elementOf(std::vector<std::string>{
        "'",    "=",         "+", "-",  "@", "\t",      "\n", "\r", "0", "1",  "9",  ".",
        "/",    "E",         ",", "\"", " ", "_x0041_", "_",  "&",  "<", "张", "＝", "\xF0\xA0\xAE\xB7",
        "\x01", "2026-11-22"});
    const auto text =
        rc::gen::map(rc::gen::container<std::vector<std::string>>(character), [](const Cells& all) {
          std::string joined;
          for (const std::string& one : all) joined += one;
          return Value(joined);
        });
    const auto number =
        rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t n) { return Value(n); });
    const auto real = rc::gen::map(rc::gen::arbitrary<double>(), [](double n) { return Value(n); });
    const auto degree =
        rc::gen::map(rc::gen::inRange(-180'000'000, 180'000'000), [](int n) { return Value(n / 1e6); });
    const auto cell = rc::gen::oneOf(rc::gen::just(Value()), text, number, real, degree);
    const auto width = *rc::gen::inRange<std::size_t>(1, 5);
    Sheet sheet;
    sheet.name = "a/b:c";
    for (std::size_t i = 0; i < width; ++i)
      sheet.columns.push_back({"列" + std::to_string(i),
                               *rc::gen::element(SheetColumn::Format::text, SheetColumn::Format::number,
                                                 SheetColumn::Format::date),
                               {},
                               {}});
    sheet.rows = *rc::gen::container<std::vector<std::vector<Value>>>(
        rc::gen::container<std::vector<Value>>(width, cell));
    const auto workbook = to_xlsx(sheet);
    RC_ASSERT(workbook.has_value());
    const auto read = read_sheet(*workbook);
    const auto csv = read_csv(to_csv(sheet));
    RC_ASSERT(read.has_value());
    RC_ASSERT(csv.has_value());
    RC_ASSERT(read->rows.size() == csv->size());
    for (std::size_t i = 0; i < csv->size(); ++i) {
      Cells from_csv = (*csv)[i].cells;
      Cells from_workbook = read->rows[i].cells;
      from_workbook.resize(width);
      // Numbers may be written otherwise (1e+16), but must be the same ones.
      for (std::size_t k = 0; k < width; ++k)
        if (from_csv[k] != from_workbook[k]) {
          RC_ASSERT(!std::holds_alternative<std::string>(sheet.rows[read->rows[i].row - 2][k]));
          RC_ASSERT(std::strtod(from_csv[k].c_str(), nullptr) ==
                    std::strtod(from_workbook[k].c_str(), nullptr));
        }
    }
  }));
}

TEST_CASE("xlsx: several sheets: each is read by its name, two of one name by a number") {
  std::vector<Sheet> sheets(3);
  for (std::size_t i = 0; i < sheets.size(); ++i) {
    sheets[i].name = i == 1 ? "逾期事项" : "每日简报";
    sheets[i].columns = {{"项目", {}, {}, {}}};
    sheets[i].rows = {{Value("第" + std::to_string(i + 1) + "张")}};
    sheets[i].day = "2026-11-22";
    sheets[i].to_sign = true;
  }
  sheets[1].rows.clear();
  const auto book = to_xlsx(sheets);
  REQUIRE(book);
  CHECK(read_sheet(*book)->name == "每日简报");
  CHECK(read_sheet(*book, {"每日简报", {}})->rows.at(1).cells.at(0) == "第1张");
  CHECK(read_sheet(*book, {"2 每日简报", {}})->rows.at(1).cells.at(0) == "第3张");
  const auto empty = read_sheet(*book, {"逾期事项", {}});
  REQUIRE(empty);
  REQUIRE(empty->rows.size() == 1);
  CHECK(empty->rows[0].cells == Cells{"项目", "签字、日期 / Signature, date"});
}

TEST_CASE("xlsx: writing: what a cell cannot hold is refused with its place, rows past Excel's too") {
  Sheet sheet;
  sheet.columns = {{"a", {}, {}, {}}, {"b", {}, {}, {}}};
  sheet.rows = {{Value(), Value(std::string(32'767, 'a'))}};
  CHECK(to_xlsx(sheet).has_value());
  sheet.rows = {{Value(), Value(std::string(32'768, 'a'))}};
  CHECK(contains(to_xlsx(sheet).error().zh, "第2行B列"));
  sheet.rows.assign(1'048'576, {Value(), Value()});
  CHECK(to_xlsx(sheet).error().code == ErrorCode::too_large);
}

TEST_CASE("sheets: files: are read for what they are, and named when they cannot be") {
  const TemporaryFile file;  // by the wrong name
  std::ofstream(file.path, std::ios::binary) << "a,b\r\n1,2\r\n";
  CHECK(read_sheet_file(file.path)->rows.size() == 2);
  for (const std::filesystem::path& wrong :
       {file.path.parent_path() / "absent.csv", file.path.parent_path()}) {
    const auto refused = read_sheet_file(wrong);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::not_found);
    CHECK(contains(refused.error().en, wrong.c_str()));
  }
  Limits limits;
  limits.file_bytes = 4;
  CHECK(read_sheet_file(file.path, {}, limits).error().code == ErrorCode::too_large);
}
