#include "sqlite/sqlite_store.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "sqlite/layout.hpp"
#include "sqlite/session.hpp"

namespace doorstep::server {
namespace {

/// Reading connections kept for the next use; each holds its page cache.
constexpr std::size_t kIdleReaders = 8;

/// Log pages between checkpoints: a checkpoint syncs the file, so it must not come with every commit under
/// load; a log of 8,000 pages (32 MB) is still recovered in a blink.
constexpr const char* kWriterPragmas =
    "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 67108864; "
    "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536;";
constexpr const char* kReaderPragmas =
    "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;";

Result<std::uint64_t> number(sql::Connection& connection, const char* pragma) {
  DOORSTEP_TRY(statement, connection.prepare(pragma));
  DOORSTEP_TRY(found, statement.step());
  return found ? static_cast<std::uint64_t>(statement.integer(0)) : 0;
}

}  // namespace

SqliteStore::SqliteStore(std::string path, Options options)
    : path_(std::move(path)), options_(std::move(options)) {}

SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, const Options& options) {
  sql::stop_counting_memory();
  std::unique_ptr<SqliteStore> store(new SqliteStore(path, options));
  DOORSTEP_TRY(writer, store->connect(true));
  DOORSTEP_CHECK(prepare_file(writer->connection()));
  DOORSTEP_CHECK(writer->connection().execute("PRAGMA journal_mode = WAL"));
  store->writer_ = std::move(writer);
  return store;
}

Result<std::unique_ptr<SqliteSession>> SqliteStore::connect(bool writer) {
  sql::OpenOptions options;
  options.vfs = options_.vfs;
  options.busy_timeout_ms = options_.busy_timeout_ms;
  options.create = writer;
  DOORSTEP_TRY(connection, sql::Connection::open(path_, options));
  DOORSTEP_CHECK(connection.execute(writer ? kWriterPragmas : kReaderPragmas));
  return std::make_unique<SqliteSession>(std::move(connection));
}

Result<Lease<WriteTransaction>> SqliteStore::begin() {
  writing_.lock();
  if (const Status begun = writer_->begin(sql::Begin::immediate); !begun) {
    writing_.unlock();
    return tl::unexpected(begun.error());
  }
  return Lease<WriteTransaction>(writer_.get(), [this](WriteTransaction*) {
    writer_->end();
    writing_.unlock();
  });
}

Result<Lease<ReadSnapshot>> SqliteStore::snapshot() {
  std::unique_ptr<SqliteSession> session;
  {
    const std::lock_guard lock(pool_);
    if (!idle_.empty()) {
      session = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (session == nullptr) {
    DOORSTEP_TRY(fresh, connect(false));
    session = std::move(fresh);
  }
  DOORSTEP_CHECK(session->begin(sql::Begin::deferred));
  // The snapshot is taken with the first read: now, not when the caller gets round to it.
  DOORSTEP_CHECK(session->feed_head());
  return Lease<ReadSnapshot>(session.release(),
                             [this](ReadSnapshot* lent) { give_back(static_cast<SqliteSession*>(lent)); });
}

void SqliteStore::give_back(SqliteSession* session) {
  std::unique_ptr<SqliteSession> owned(session);
  owned->end();
  const std::lock_guard lock(pool_);
  if (idle_.size() < kIdleReaders) idle_.push_back(std::move(owned));
}

Result<std::vector<std::string>> SqliteStore::check_integrity() {
  DOORSTEP_TRY(session, connect(false));
  DOORSTEP_TRY(statement, session->connection().prepare("PRAGMA integrity_check"));
  std::vector<std::string> faults;
  for (;;) {
    DOORSTEP_TRY(found, statement.step());
    if (!found) return faults;
    if (statement.text(0) != "ok") faults.emplace_back(statement.text(0));
  }
}

Result<StoreSize> SqliteStore::size() {
  DOORSTEP_TRY(session, connect(false));
  DOORSTEP_TRY(page_bytes, number(session->connection(), "PRAGMA page_size"));
  DOORSTEP_TRY(pages, number(session->connection(), "PRAGMA page_count"));
  DOORSTEP_TRY(free_pages, number(session->connection(), "PRAGMA freelist_count"));
  return StoreSize{pages * page_bytes, free_pages * page_bytes};
}

/// SQLite zeroes what it deletes (SQLITE_SECURE_DELETE), but moving rows between pages may leave copies.
Result<bool> SqliteStore::scrub() {
  const std::lock_guard lock(writing_);
  sql::Connection& connection = writer_->connection();
  DOORSTEP_CHECK(connection.execute("VACUUM"));
  DOORSTEP_TRY(is_busy, number(connection, "PRAGMA wal_checkpoint(TRUNCATE)"));
  return is_busy == 0;
}

/// The file itself becomes shorter when the log is copied into it, which the last call sees to.
Result<bool> SqliteStore::shrink(std::uint64_t bytes) {
  const std::lock_guard lock(writing_);
  sql::Connection& connection = writer_->connection();
  DOORSTEP_TRY(page_bytes, number(connection, "PRAGMA page_size"));
  DOORSTEP_TRY(before, number(connection, "PRAGMA freelist_count"));
  const std::uint64_t pages = bytes / std::max<std::uint64_t>(1, page_bytes) + 1;
  if (before > 0)
    DOORSTEP_CHECK(connection.execute("PRAGMA incremental_vacuum(" + std::to_string(pages) + ")"));
  DOORSTEP_TRY(after, number(connection, "PRAGMA freelist_count"));
  if (after > 0 && after < before) return true;
  DOORSTEP_CHECK(connection.execute("PRAGMA wal_checkpoint(PASSIVE)"));
  return false;
}

}  // namespace doorstep::server
