#include "sqlite/office_file.hpp"

#include <catch2/catch.hpp>

#include "sql/connection.hpp"
#include "unit/app/temporary_folder.hpp"

using namespace doorstep;
using namespace doorstep::server;

namespace {

struct FileFixture {
  FileFixture() {
    auto opened = sql::Connection::open(path);
    REQUIRE(opened);
    writer = std::move(*opened);
    REQUIRE(writer.execute(
        "PRAGMA journal_mode = WAL; CREATE TABLE t(a, b); INSERT INTO t VALUES(1, 'x;y'), (2, NULL)"));
  }

  TemporaryFolder folder;
  std::string path = (folder / "office.db").string();
  sql::Connection writer;
};

}  // namespace

TEST_CASE_METHOD(FileFixture, "office file: a query: columns and values, while a writer is at work") {
  REQUIRE(writer.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES(3, 'unfinished')"));
  const auto found = query_office_file(path, "SELECT a, b FROM t ORDER BY a;  ");
  REQUIRE(found);
  CHECK(found->columns == std::vector<std::string>{"a", "b"});
  REQUIRE(found->rows.size() == 2);
  CHECK(found->rows[0][1] == Value("x;y"));
  CHECK(is_null(found->rows[1][1]));
}

TEST_CASE_METHOD(FileFixture, "office file: a query that writes or is wrong: refused, nothing changed") {
  for (const char* sql :
       {"DELETE FROM t", "DROP TABLE t", "UPDATE t SET a = 9", "PRAGMA user_version = 7", "SELEC", ""})
    CHECK_FALSE(query_office_file(path, sql));
  CHECK(query_office_file(path, "SELECT * FROM t")->rows.size() == 2);
  CHECK(query_office_file(path, "PRAGMA user_version")->rows[0][0] == Value(std::int64_t{0}));
}

TEST_CASE_METHOD(FileFixture,
                 "office file: several statements: refused; semicolons in text and comments are not") {
  CHECK_FALSE(query_office_file(path, "SELECT 1; SELECT 2"));
  CHECK_FALSE(query_office_file(path, "SELECT 1; DELETE FROM t"));
  CHECK(query_office_file(path, "SELECT ';' -- a; b\n;"));
  CHECK(query_office_file(path, "SELECT \"a\" /* ; */ FROM t WHERE b = 'x;y';;"));
}

TEST_CASE_METHOD(FileFixture,
                 "office file: a copy beside a writer: what was committed, with attachments of its own") {
  REQUIRE(writer.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES(3, 'unfinished')"));
  const std::string copy = (folder / "copy").string();
  REQUIRE(copy_office_file(path, copy));
  CHECK(query_office_file(copy, "SELECT * FROM t")->rows.size() == 2);
  CHECK_FALSE(copy_office_file(path, copy));
  CHECK(*read_attachment(copy, "keys") == std::nullopt);
  REQUIRE(attach_to_copy(copy, "keys", std::string("a\0b", 3)));
  CHECK(*read_attachment(copy, "keys") == std::string("a\0b", 3));
  CHECK(*read_attachment(copy, "other") == std::nullopt);
}

TEST_CASE_METHOD(FileFixture, "office file: not an office's: no incarnation is opened") {
  CHECK_FALSE(open_incarnation(path, 1));
  CHECK_FALSE(open_incarnation((folder / "missing").string(), 1));
}
