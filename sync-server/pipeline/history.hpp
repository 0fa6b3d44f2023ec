#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/office.hpp"

namespace doorstep::server {

/// Where a version of a cell stands.
enum class Standing : std::uint8_t {
  shown = 1,         ///< The value that everybody sees.
  agreeing = 2,      ///< Concurrent, with the same value.
  superseded = 3,    ///< Somebody read it and wrote something else.
  open_loser = 4,    ///< Concurrent with the shown one, another value, not settled.
  closed_loser = 5,  ///< Was such a loser, until somebody who had read it wrote again.
  part = 6           ///< What shows is made of it and others.
};

/// One write of one cell.
struct CellVersion {
  Standing standing = Standing::superseded;
  Version version;  ///< With the stamp it was admitted under.
  Value value;
  std::string person;  ///< Who wrote it; the office's name for its own writes.
  std::string device;
  std::int64_t claimed_ms = 0;  ///< By the device's clock, corrected as far as it could.
  bool clock_in_doubt = false;
  std::int64_t received_ms = 0;  ///< When the office got it.
  OpKind op = OpKind::insert;
  std::vector<VersionName> bases;
};

/// Why a cell reads as it does.
struct Why {
  const Table* table = nullptr;
  const Column* column = nullptr;
  std::shared_ptr<const PackPlan> plan;  ///< Keeps the two alive.
  RowId row;                             ///< Of rows that are one thing, the one whose value people see.
  std::size_t same = 1;                  ///< How many are that one thing.
  bool alive = false;
  Birth birth{};
  Value shown;
  MergeKind rule = MergeKind::latest;
  /// The shown version first, then agreeing ones, open losers, and what went before, latest first.
  std::vector<CellVersion> versions;
  std::optional<ErasureRecord> erasure;  ///< What the cell held was erased.
  bool is_cut = false;                   ///< There was more, which is not kept any more.
};

/// A ledger entry with what a person needs to read it.
struct Conflict {
  LedgerRecord record;
  const Table* table = nullptr;
  const Column* column = nullptr;  ///< nullptr for a delete that an edit overruled.
  std::string row_name;            ///< What people call the row, where its table says.
  Value shown;                     ///< Now, for an open entry; when it was closed, otherwise.
  std::string shown_person;
};

struct Conflicts {
  std::shared_ptr<const PackPlan> plan;  ///< Keeps tables and columns alive.
  std::vector<Conflict> entries;
};

/// Errors: `not_found` for a table, row or column that is not there.
Result<Why> why(Office& office, std::string_view table, const RowId& row, std::string_view column);
Result<Conflicts> conflicts(Office& office, bool open_only);

}  // namespace doorstep::server
