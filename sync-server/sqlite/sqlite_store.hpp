#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace doorstep::server {

class SqliteSession;

/// An office in one SQLite file: write-ahead log, synchronous=FULL, one writing connection, as many reading
/// ones as are in use at once.
class SqliteStore final : public Store {
 public:
  struct Options {
    std::string vfs;               ///< Name of a registered SQLite VFS; empty for the default.
    int busy_timeout_ms = 10'000;  ///< How long a writer waits for another process's.
  };

  /// Opens the file, or makes it. Errors: `newer_format`, `storage_*`.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, const Options& options);
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path) { return open(path, Options()); }
  ~SqliteStore() override;

  Result<Lease<WriteTransaction>> begin() override;
  Result<Lease<ReadSnapshot>> snapshot() override;
  Result<std::vector<std::string>> check_integrity() override;
  Result<StoreSize> size() override;
  Result<bool> scrub() override;
  Result<bool> shrink(std::uint64_t bytes) override;

 private:
  SqliteStore(std::string path, Options options);
  Result<std::unique_ptr<SqliteSession>> connect(bool writer);
  void give_back(SqliteSession* session);

  const std::string path_;
  const Options options_;
  std::mutex writing_;  ///< Held while the write transaction is on loan.
  std::unique_ptr<SqliteSession> writer_;
  std::mutex pool_;  ///< Guards idle_.
  std::vector<std::unique_ptr<SqliteSession>> idle_;
};

}  // namespace doorstep::server
