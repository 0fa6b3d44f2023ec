#include <catch2/catch.hpp>
#include <limits>

#include "base/ensure.hpp"
#include "base/limits.hpp"
#include "schema/validation.hpp"

using namespace doorstep;

namespace {

Column column(std::uint32_t id, const char* name, ColumnType type) {
  Column column;
  column.id = ColumnId{id};
  column.name = name;
  column.label = {std::string("列") + name, std::string("The ") + name};
  column.type = type;
  return column;
}

/// One column of every type and check.
Table sample() {
  Table table;
  table.id = TableId{1};
  table.name = "sample";
  table.columns = {column(1, "code", ColumnType::text),       column(2, "count", ColumnType::integer),
                   column(3, "size", ColumnType::real),       column(4, "sure", ColumnType::boolean),
                   column(5, "day", ColumnType::date),        column(6, "at", ColumnType::time),
                   column(7, "place", ColumnType::reference), column(8, "tags", ColumnType::list),
                   column(9, "outcome", ColumnType::text),    column(10, "phone", ColumnType::text),
                   column(11, "id_type", ColumnType::text),   column(12, "id_number", ColumnType::text)};
  table.columns[0].required = true;
  table.columns[0].check = Check::key_text;
  table.columns[8].choices = {{"met", {"见到人", "Met"}}, {"moved", {"已搬走", "Moved"}}};
  table.columns[9].check = Check::cn_phone;
  table.columns[11].check = Check::cn_resident_id;
  table.columns[11].check_when = ColumnId{11};
  table.columns[11].check_equals = "resident_id";
  return table;
}

std::vector<Value> good_row() {
  return {"3-2-1501",
          std::int64_t{1},
          2.5,
          std::int64_t{0},
          "2026-01-05",
          "2026-01-05T01:02:03.004Z",
          "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
          R"(["a"])",
          "met",
          "13800000000",
          "resident_id",
          "11010519491231002X"};
}

/// The row with one value replaced.
Status with(std::size_t position, Value value) {
  std::vector<Value> row = good_row();
  row[position] = std::move(value);
  return validate_row(sample(), row);
}

}  // namespace

TEST_CASE("row: stored forms of every type, and nulls: pass") {
  CHECK(validate_row(sample(), good_row()));
  for (std::size_t i = 1; i < good_row().size(); ++i) CHECK(with(i, Value()));
}

TEST_CASE("row: a required column that is null or blank: is refused with its labels") {
  for (const Value& blank : {Value(), Value(""), Value(" ")}) {
    const Status status = with(0, blank);
    REQUIRE_FALSE(status);
    CHECK(status.error().code == ErrorCode::validation_failed);
    CHECK(status.error().zh.find("「列code」必须填写") != std::string::npos);
    CHECK(status.error().en.find("The code (code)") != std::string::npos);
  }
}

TEST_CASE("row: values that are not in stored form: are refused") {
  const std::vector<std::pair<std::size_t, Value>> bad = {
      {0, std::int64_t{7}},
      {0, "\xFF"},
      {1, "1"},
      {1, 1.0},
      {2, std::int64_t{2}},
      {2, "2.5"},
      {3, std::int64_t{2}},
      {3, "是"},
      {4, "2026/1/5"},
      {4, "2026-02-30"},
      {5, "2026-01-05"},
      {5, std::int64_t{0}},
      {6, "3F2504E0-4F89-41D3-9A0C-0305E82C3301"},
      {6, "3-2-1501"},
      {7, "a,b"},
      {7, "[1]"},
      {8, "见到人"},
      {8, "gone"},
      {9, "138 0000 0000"},
      {0, Bytes{1}},
      {11, "11010519491231002x"},
      {2, std::numeric_limits<double>::quiet_NaN()},
      {0, std::string("a\0b", 3)},
      {7, "[\"" + std::string(limits::kValueBytes, 'a') + "\"]"}};
  for (const auto& [position, value] : bad) {
    INFO("column " << position);
    CHECK_FALSE(with(position, value));
  }
}

TEST_CASE("row: numbers and texts past their bounds: are refused, an edit only for what it changes") {
  Table table = sample();
  table.columns[1].least = 2;
  table.columns[1].most = 12;
  table.columns[10].check = Check::base64;
  table.columns[10].max_bytes = 4;
  std::vector<Value> before = good_row();
  CHECK_FALSE(validate_row(table, before));  // 1, and no Base64.
  std::vector<Value> after = before;
  after[8] = "moved";
  CHECK(validate_edit(table, before, after));
  after[1] = std::int64_t{13};
  CHECK_FALSE(validate_edit(table, before, after));
  after[1] = std::int64_t{12};
  CHECK(validate_edit(table, before, after));
  after[10] = "AAECAw==";
  CHECK_FALSE(validate_edit(table, before, after));
  after[10] = "AAEC";
  CHECK(validate_row(table, after));
}

TEST_CASE("row: key text that looks the same but is not: is refused") {
  for (const char* code : {" 3-2-1501", "３-2-1501", "3-2-1501\u200B",
                           "3-2\x1F"
                           "1501",
                           "3-2\t1501", "3-2-1501\uE000"}) {
    INFO(code);
    CHECK_FALSE(with(0, code));
  }
  CHECK(with(0, "3栋 2单元"));
}

TEST_CASE("row: lists with choices: every item counts") {
  Table table = sample();
  table.columns[7].choices = {{"a", {"甲", "A"}}, {"b", {"乙", "B"}}};
  std::vector<Value> row = good_row();
  row[7] = R"(["a","b"])";
  CHECK(validate_row(table, row));
  row[7] = R"(["a","c"])";
  CHECK_FALSE(validate_row(table, row));
}

TEST_CASE("row: the ID number check: follows the document type, and holds when none is given") {
  std::vector<Value> row = good_row();
  row[11] = "E1234567";
  CHECK_FALSE(validate_row(sample(), row));
  row[10] = Value();
  CHECK_FALSE(validate_row(sample(), row));
  row[10] = "passport";
  CHECK(validate_row(sample(), row));
}

TEST_CASE("row: a retired column: keeps whatever it holds") {
  Table table = sample();
  table.columns[9].retired = true;
  std::vector<Value> row = good_row();
  row[9] = "no phone";
  CHECK(validate_row(table, row));
}

TEST_CASE("row: a row of another shape: is a broken invariant") {
  CHECK_THROWS_AS(validate_row(sample(), {Value("x")}), InvariantBroken);
}
