#pragma once

#include <doorstep/error.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "pipeline/office.hpp"

namespace doorstep::server {

struct VerifyReport {
  std::vector<std::string> faults;  ///< One sentence each, in English; empty when all is well. At most 100.
  std::size_t fault_count = 0;
  std::size_t actors = 0;
  std::size_t groups = 0;
  std::size_t redacted_groups = 0;  ///< Of them: those out of which erased values were taken.
  std::size_t cut_groups = 0;       ///< Of them: those whose content is not kept any more.
  std::size_t rows = 0;
  std::size_t feed_entries = 0;
  std::size_t open_conflicts = 0;
  std::size_t audit_entries = 0;
  std::size_t erased_audit_entries = 0;  ///< Of them: those whose texts are not kept any more.
};

/// Checks the office's data against itself: the file, every actor's digest chain, every value against the
/// group that wrote it, the feed and the ledger against the rows, the audit trail's chain, and whether that
/// still has `noted`, an entry that somebody wrote down. Reads a snapshot; nobody waits.
Result<VerifyReport> verify(Office& office, const std::optional<NotedAuditHead>& noted = std::nullopt);

/// SHA-256 over all rows (ids, values, metadata) in table and id order: equal for equal states.
Result<Digest> state_hash(Office& office);

}  // namespace doorstep::server
