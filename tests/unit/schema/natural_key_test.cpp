#include "schema/natural_key.hpp"

#include <catch2/catch.hpp>

#include "schema/unicode_text.hpp"

using namespace doorstep;

namespace {

Column column(std::uint32_t id, std::string name, ColumnType type) {
  Column column;
  column.id = ColumnId{id};
  column.name = std::move(name);
  column.type = type;
  column.required = true;
  return column;
}

Table place_table() {
  Table table;
  table.id = TableId{1};
  table.name = "place";
  table.columns = {column(1, "code", ColumnType::text), column(2, "name", ColumnType::text)};
  table.natural_key = {ColumnId{1}};
  return table;
}

Table household_table() {
  Table table;
  table.id = TableId{4};
  table.name = "household";
  table.columns = {column(1, "place", ColumnType::reference), column(2, "number", ColumnType::integer),
                   column(3, "note", ColumnType::text)};
  table.natural_key = {ColumnId{1}, ColumnId{2}};
  return table;
}

const RowId kOffice = *parse_row_id("3f2504e0-4f89-41d3-9a0c-0305e82c3301");

std::string place_id(const std::string& code) {
  return to_text(*natural_key_id(kOffice, place_table(), {Value(code), Value("whatever")}));
}

}  // namespace

// These ids are in every phone and every office: a change here splits every household in two.
// Made independently with Python: uuid.uuid5(uuid.UUID(office), "1\x1f3-2-1501") and so on.
TEST_CASE("natural key: golden ids: never change") {
  CHECK(place_id("3-2-1501") == "b0c2c99f-55ab-5c69-a70b-438436e62e4d");
  CHECK(place_id("长春-3栋") == "cd25799a-058c-55c1-b6ae-d8c34e5cc1d9");
  const Value door = place_id("3-2-1501");
  CHECK(to_text(*natural_key_id(kOffice, household_table(), {door, Value(std::int64_t{1}), Value()})) ==
        "482fa092-a50b-5e5a-88f4-caa950bdddcb");
}

TEST_CASE("natural key: one door typed in different ways: is one row") {
  const std::string id = place_id("3-2-1501A");
  for (const char* typed : {"３－２－１５０１Ａ", " 3-2-1501A", "3-2-1501A\t",
                            "\u3000"
                            "3-2-1501A\u3000",
                            "\u00A0"
                            "3-2-1501A\u2028"}) {
    INFO(typed);
    CHECK(place_id(typed) == id);
  }
  CHECK(place_id("3-2-1501B") != id);
}

TEST_CASE("natural key: composed and decomposed letters: are one row") {
  CHECK(place_id("caf\u00E9") == place_id("cafe\u0301"));
}

TEST_CASE("natural key: canonical text: is a fixed point") {
  for (const char* typed : {"３-２", " a\u3000", "\u00B4x", "①栋", "㎡", "ﬁ", "ｶﾞ"}) {
    const std::string once = canonical_key_text(Value(typed));
    INFO(typed);
    CHECK(canonical_key_text(Value(once)) == once);
  }
}

TEST_CASE("natural key: another office, table or column value: is another row") {
  const RowId other_office = *parse_row_id("3f2504e0-4f89-41d3-9a0c-0305e82c3302");
  const std::vector<Value> values{Value("3-2-1501"), Value()};
  CHECK(natural_key_id(kOffice, place_table(), values) !=
        natural_key_id(other_office, place_table(), values));
  Table other_table = place_table();
  other_table.id = TableId{11};
  CHECK(natural_key_id(kOffice, place_table(), values) != natural_key_id(kOffice, other_table, values));

  const Value door = place_id("3-2-1501");
  CHECK(natural_key_id(kOffice, household_table(), {door, Value(std::int64_t{1}), Value()}) !=
        natural_key_id(kOffice, household_table(), {door, Value(std::int64_t{2}), Value()}));
  // Columns outside the key do not count.
  CHECK(natural_key_id(kOffice, household_table(), {door, Value(std::int64_t{1}), Value("note")}) ==
        natural_key_id(kOffice, household_table(), {door, Value(std::int64_t{1}), Value()}));
}

TEST_CASE("natural key: no key, or a key column without a value: has no id") {
  Table keyless = place_table();
  keyless.natural_key.clear();
  CHECK_FALSE(natural_key_id(kOffice, keyless, {Value("3-2-1501"), Value()}));
  CHECK_FALSE(natural_key_id(kOffice, place_table(), {Value(), Value("name")}));
  CHECK_FALSE(natural_key_id(kOffice, household_table(), {Value(place_id("x")), Value(), Value()}));
  CHECK_FALSE(natural_key_id(kOffice, household_table(), {Value(place_id("x")), Value(1.0), Value()}));
}

TEST_CASE("unicode: strict UTF-8: overlong forms, surrogates and cut characters are not text") {
  CHECK(is_valid_utf8("abc 中文 😀"));
  for (const char* bytes :
       {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE4\xB8", "\x80", "\xFF", "a\xC3"}) {
    CHECK_FALSE(is_valid_utf8(bytes));
    CHECK(nfkc(bytes) == bytes);
  }
}
