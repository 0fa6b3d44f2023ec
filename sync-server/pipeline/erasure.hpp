#pragma once

#include <doorstep/error.hpp>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/office.hpp"

/// Taking out for good what is personal in rows (docs/erasure.md): out of the rows and the ledger at once,
/// out of the history and the file by a sweep that may be cut off and goes on later.
namespace doorstep::server {

/// Which births of which rows are erased.
using ErasedRows = std::unordered_map<RowKey, Birth>;

/// The row, those that are one thing with it, and all rows about those: each row once. Only of tables with
/// something personal.
Result<std::vector<RowKey>> rows_about(ReadSnapshot& snapshot, const PackPlan& plan, const RowKey& row);

/// Erases what is personal in one row, and remembers that it is: whatever is brought later is taken on
/// without it. Of a row that is not here only the latter, for the birth that `erasure` names.
Status erase_row(OfficeTransaction& work, ErasureRecord erasure);

/// Takes out of a group what it writes to erased rows. False when there is nothing.
Result<bool> take_erased_out(ReadSnapshot& snapshot, const PackPlan& plan, Group& group);
/// The same for a record's bytes, which are then said to be redacted.
Result<bool> redact(ReadSnapshot& snapshot, const PackPlan& plan, GroupRecord& record);

struct ErasureRequest {
  RowKey row;
  std::string by;
  std::string reason;
  bool dry_run = false;  ///< Finds out, and changes nothing.
};

struct ErasureReport {
  std::vector<ErasureRecord> rows;  ///< In the order in which they were erased.
  std::size_t conflicts = 0;        ///< Entries of the ledger about them.
  /// Rows in which a text is left that one of these rows held: her name in somebody else's note.
  std::vector<RowKey> mentions;
};

/// Erases the row and all that is about it, in one transaction; what a sweep does is left to do. Errors:
/// `not_found` for a row that was never here, `invalid_argument` for one of a table with nothing personal.
Result<ErasureReport> erase(Office& office, const ErasureRequest& request);

/// Applies what was erased after a backup to an office that was put back to it. Known ones are passed over.
/// Returns how many were not.
Result<std::size_t> erase_again(Office& office, const std::vector<ErasureRecord>& erasures);

struct SweepReport {
  std::size_t rows = 0;    ///< Erased since the last one.
  std::size_t groups = 0;  ///< Out of which their values were taken.
  bool is_done = false;    ///< False: somebody was reading the log of the file; the next sweep goes on.
};

/// Takes erased values out of the history, and what is left of them out of the file, in small transactions
/// between which others write. Given up or cut off between any two steps, the next one does it.
class Sweep {
 public:
  explicit Sweep(Office& office) : office_(office) {}

  /// At most one transaction. False when all is done.
  Result<bool> step();
  const SweepReport& report() const { return report_; }

 private:
  enum class Phase : std::uint8_t { search, groups, file, note, done };

  Status search();
  Status redact_some();
  Status clean_file();
  Status note_some();

  Office& office_;
  Phase phase_ = Phase::search;
  std::vector<ErasureRecord> erasures_;
  std::vector<GroupName> groups_;
  std::size_t at_ = 0;  ///< In groups_ or erasures_.
  SweepReport report_;
};

/// All of it, on the calling thread.
Result<SweepReport> sweep(Office& office);

}  // namespace doorstep::server
