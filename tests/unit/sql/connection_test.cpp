#include "sql/connection.hpp"

#include <catch2/catch.hpp>

using namespace doorstep;
using namespace doorstep::sql;

namespace {

template <typename T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().en);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

Connection memory() { return must(Connection::open(":memory:")); }

}  // namespace

TEST_CASE("sql: every kind of value: comes back as it was bound") {
  Connection connection = memory();
  must(connection.execute("CREATE TABLE t(a)"));
  const std::vector<Value> values{
      Value{},        Value(std::int64_t{-5}), Value(1.5), Value(""), Value("户主\0x"),
      Value(Bytes{}), Value(Bytes{0, 1, 255})};
  for (const Value& value : values) {
    Statement insert = must(connection.prepare("INSERT INTO t VALUES(?1)"));
    insert.bind_value(1, value);
    must(insert.run());
  }
  Statement select = must(connection.prepare("SELECT a FROM t ORDER BY rowid"));
  for (const Value& value : values) {
    REQUIRE(must(select.step()));
    CHECK(select.value(0) == value);
  }
  CHECK_FALSE(must(select.step()));
}

TEST_CASE("sql: a view of no bytes: is an empty text, not NULL") {
  Connection connection = memory();
  Statement select = must(connection.prepare("SELECT typeof(?1), typeof(?2)"));
  select.bind_text(1, {}).bind_blob(2, {});
  REQUIRE(must(select.step()));
  CHECK(select.text(0) == "text");
  CHECK(select.text(1) == "blob");
}

TEST_CASE("sql: a bind that fails: comes back from the step") {
  Connection connection = memory();
  Statement select = must(connection.prepare("SELECT ?1"));
  select.bind(7, std::int64_t{1});
  CHECK_FALSE(select.step());
}

TEST_CASE("sql: a cached statement on loan twice: is two statements, and comes back clean") {
  Connection connection = memory();
  constexpr const char* kSql = "SELECT ?1";
  {
    CachedStatement first = must(connection.cached(kSql));
    CachedStatement second = must(connection.cached(kSql));
    first->bind(1, std::int64_t{1});
    second->bind(1, std::int64_t{2});
    REQUIRE(must(first->step()));
    REQUIRE(must(second->step()));
    CHECK(first->integer(0) == 1);
    CHECK(second->integer(0) == 2);
  }
  CachedStatement again = must(connection.cached(kSql));
  REQUIRE(must(again->step()));
  CHECK(again->is_null(0));
}

TEST_CASE("sql: a connection that moves: keeps its cache") {
  Connection connection = memory();
  { CachedStatement statement = must(connection.cached("SELECT 1")); }
  const Connection moved = std::move(connection);
  CHECK(moved);
  CHECK_FALSE(connection);
}

TEST_CASE("sql: a transaction without commit: leaves nothing") {
  Connection connection = memory();
  must(connection.execute("CREATE TABLE t(a)"));
  {
    Transaction transaction = must(Transaction::begin(connection, Begin::immediate));
    must(connection.execute("INSERT INTO t VALUES(1)"));
    CHECK(connection.in_transaction());
  }
  CHECK_FALSE(connection.in_transaction());
  {
    Transaction transaction = must(Transaction::begin(connection, Begin::immediate));
    must(connection.execute("INSERT INTO t VALUES(2)"));
    CHECK(connection.changes() == 1);
    must(transaction.commit());
  }
  Statement count = must(connection.prepare("SELECT count(*), max(a) FROM t"));
  REQUIRE(must(count.step()));
  CHECK(count.integer(0) == 1);
  CHECK(count.integer(1) == 2);
}

TEST_CASE("sql: what goes wrong: has a code of its own where somebody acts on it") {
  Connection connection = memory();
  must(connection.execute("CREATE TABLE t(a); PRAGMA max_page_count = 3"));
  const Status full = connection.execute("INSERT INTO t VALUES(zeroblob(100000))");
  REQUIRE_FALSE(full);
  CHECK(full.error().code == ErrorCode::storage_full);
  CHECK(full.error().retry == Retry::later);
  const auto nonsense = connection.prepare("SELEKT");
  REQUIRE_FALSE(nonsense);
  CHECK(nonsense.error().code == ErrorCode::storage_failed);
  OpenOptions existing;
  existing.create = false;
  CHECK_FALSE(Connection::open("/nowhere/at/all.db", existing));
}
