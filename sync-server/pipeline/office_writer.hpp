#pragma once

#include <doorstep/error.hpp>
#include <doorstep/value.hpp>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "pipeline/office.hpp"

namespace doorstep::server {

/// A row as the office wants it.
struct OfficeWrite {
  const TablePlan* plan = nullptr;
  RowId row;
  bool remove = false;
  std::vector<std::pair<std::size_t, Value>> values;  ///< By position in the table's columns.
};

struct WriteSummary {
  std::size_t inserted = 0;
  std::size_t updated = 0;
  std::size_t removed = 0;
  std::size_t unchanged = 0;
};

/// Admits `ops` as one group of the office's own actor. Errors: `validation_failed` when it would be held.
Status write_office_ops(OfficeTransaction& work, std::vector<Op> ops);

/// Makes the writes one group of the office's own actor and admits it: the same merge as everybody's, with no
/// scope. Errors: `validation_failed` when the pack's checks refuse a row, `storage_*`; then the transaction
/// is to be given up.
Result<WriteSummary> write_office_group(OfficeTransaction& work, const std::vector<OfficeWrite>& writes);

/// The office's writes: imports, invitations, clerks. Buffers and commits by itself in groups, each as if at
/// one moment; also while another process serves. Used by one thread at a time.
class OfficeWriter {
 public:
  explicit OfficeWriter(Office& office) : office_(office) {}

  /// Upsert: an existing row (by `id`, or by natural key) gets the cells that differ, a new one is inserted
  /// with the pack's defaults. Values are normalized as typed input. Returns the row's id. Errors (usage,
  /// `validation_failed`) leave this row out; those of the commit that a full buffer causes are commit()'s.
  Result<RowId> put(std::string_view table, const std::vector<NamedValue>& values,
                    const std::optional<RowId>& id = std::nullopt);
  /// Deletes a row; one that is not there is no error.
  Status remove(std::string_view table, const RowId& id);

  /// Commits what is buffered. On an Error the buffered rows (at most one group) are dropped, none written.
  Status commit();
  const WriteSummary& summary() const { return summary_; }

 private:
  Result<const TablePlan*> find_table(std::string_view table);
  Result<RowId> choose_id(const TablePlan& plan, const OfficeWrite& write, const std::optional<RowId>& id);
  Status buffer(OfficeWrite write);

  Office& office_;
  std::shared_ptr<const PackPlan> plan_;
  std::vector<OfficeWrite> writes_;
  std::unordered_set<RowKey> keys_;
  std::size_t bytes_ = 0;
  WriteSummary summary_;
};

}  // namespace doorstep::server
