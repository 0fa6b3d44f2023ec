#include "schema/ddl.hpp"

#include <catch2/catch.hpp>

using namespace doorstep;

namespace {

Table every_type() {
  Table table;
  table.id = TableId{1};
  table.name = "sample";
  std::uint32_t id = 0;
  for (const auto& [name, type] : {std::pair{"name", ColumnType::text},
                                   {"number", ColumnType::integer},
                                   {"size", ColumnType::real},
                                   {"sure", ColumnType::boolean},
                                   {"day", ColumnType::date},
                                   {"at", ColumnType::time},
                                   {"place", ColumnType::reference},
                                   {"tags", ColumnType::list}}) {
    Column column;
    column.id = ColumnId{++id};
    column.name = name;
    column.type = type;
    column.required = true;
    table.columns.push_back(column);
  }
  table.columns[5].indexed = true;
  table.columns[6].indexed = true;
  table.columns[6].index_with = {table.columns[1].id, table.columns[4].id};
  return table;
}

}  // namespace

TEST_CASE("ddl: every column type: has its SQLite affinity, and nothing that could stop a merge") {
  const std::vector<std::string> expected = {
      R"(CREATE TABLE IF NOT EXISTS "sample" ("id" TEXT PRIMARY KEY NOT NULL, "name" TEXT, "number" INTEGER, "size" REAL, )"
      R"("sure" INTEGER, "day" TEXT, "at" TEXT, "place" TEXT, "tags" TEXT, "_meta" BLOB) WITHOUT ROWID)",
      R"(CREATE INDEX IF NOT EXISTS "sample_at" ON "sample"("at"))",
      R"(CREATE INDEX IF NOT EXISTS "sample_place" ON "sample"("place", "number", "day"))"};
  CHECK(create_statements(every_type()) == expected);
}

TEST_CASE("ddl: the column list: is quoted, in pack order, without id and _meta") {
  CHECK(column_list(every_type()) == R"("name", "number", "size", "sure", "day", "at", "place", "tags")");
}

TEST_CASE("ddl: a quote in a name: is doubled") { CHECK(quote_name("a\"b") == "\"a\"\"b\""); }
