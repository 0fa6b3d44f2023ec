#pragma once

#include <memory>
#include <string>

#include "app/data_folder.hpp"
#include "app/roster.hpp"
#include "pipeline/office.hpp"
#include "ports/clock.hpp"
#include "ports/entropy.hpp"
#include "sqlite/sqlite_store.hpp"

namespace doorstep::server {

/// The real clock and randomness of the machine.
class SystemClock final : public ClockPort {
 public:
  ClockReading read() override;
};
class SystemEntropy final : public EntropyPort {
 public:
  void fill(void* bytes, std::size_t size) override;
};

/// The office of a data folder, opened; also while another process serves it.
class OpenOffice {
 public:
  /// Errors: not_found when there is none; those of the store.
  static Result<std::unique_ptr<OpenOffice>> open(const std::filesystem::path& data);

  const DataFolder& folder() const { return folder_; }
  Store& store() { return *store_; }
  Office& office() { return *office_; }
  std::int64_t now_ms() { return clock_.read().wall_ms; }

  /// The newest pack; valid while this lives.
  Result<const Pack*> pack();

 private:
  explicit OpenOffice(DataFolder folder) : folder_(std::move(folder)) {}

  DataFolder folder_;
  SystemClock clock_;
  SystemEntropy entropy_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<Office> office_;
  std::shared_ptr<const PackPlan> plan_;
};

/// The rows of one snapshot, which it borrows.
class SnapshotRows final : public RowSource {
 public:
  explicit SnapshotRows(ReadSnapshot& snapshot) : snapshot_(snapshot) {}
  Status each_row(const Table& table, const std::vector<ColumnId>& columns, const Visitor& visit) override;

 private:
  ReadSnapshot& snapshot_;
};

}  // namespace doorstep::server
