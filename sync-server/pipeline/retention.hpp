#pragma once

#include <doorstep/error.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/erasure.hpp"

/// Erasing what is personal in rows whose time is over, as the pack says (`retain`, docs/erasure.md).
namespace doorstep::server {

/// What one table's rule came to.
struct RetainedTable {
  const Table* table = nullptr;
  std::string rule;      ///< "400 days after at"
  std::size_t kept = 0;  ///< Rows with something personal whose time is not over.
  std::size_t due = 0;   ///< Rows whose time is over, deleted ones as well.
};

struct RetentionReport {
  std::shared_ptr<const PackPlan> plan;  ///< Keeps tables alive.
  std::vector<RetainedTable> tables;
  std::size_t erased = 0;  ///< Rows that were due, and rows about them.
  SweepReport sweep;
};

/// In small transactions between which others write; then a sweep, also for what was erased on request. A row
/// is kept for the days of its rule after the date that it names, and as long after it was last written: so a
/// wrong date that is put right within that time costs nothing. Cut off, the next one goes on.
class RetentionRun {
 public:
  /// `who` does it, in the audit trail; it has an entry once something is erased.
  RetentionRun(Office& office, bool dry_run, std::string who)
      : office_(office), dry_run_(dry_run), who_(std::move(who)), sweep_(office) {}

  /// At most one transaction. False when all is done.
  Result<bool> step();
  const RetentionReport& report() const { return report_; }

 private:
  enum class Phase : std::uint8_t { search, rows, sweep, done };
  struct Due {
    RowKey key;
    std::string rule;
  };

  Status search();
  Status search_table(ReadSnapshot& snapshot, const TablePlan& plan);
  Status erase_some();
  Status record(OfficeTransaction& work);
  Status sweep_some();

  Office& office_;
  const bool dry_run_;
  const std::string who_;
  Phase phase_ = Phase::search;
  ErasedRows erased_;
  std::vector<Due> due_;
  std::size_t at_ = 0;  ///< In due_.
  bool is_recorded_ = false;
  Sweep sweep_;
  RetentionReport report_;
};

/// All of it, on the calling thread.
Result<RetentionReport> enforce_retention(Office& office, bool dry_run, std::string who);

/// What was erased because its time was over, by table.
struct ErasedCount {
  std::size_t rows = 0;
  std::int64_t last_ms = 0;
};
Result<std::map<TableId, ErasedCount>> erased_by_retention(ReadSnapshot& snapshot);

}  // namespace doorstep::server
