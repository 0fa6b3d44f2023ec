#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <vector>

#include "pipeline/office.hpp"

namespace doorstep::server {

/// What a newer pack would mean for the office.
struct PackUpgrade {
  PackVersion from{};
  PackVersion to{};
  std::vector<Label> violations;  ///< Why it cannot be (schema/evolution.hpp); none: it can.
  std::vector<Label> changes;     ///< What it brings.
};

/// Compares with the newest pack the office has; changes nothing.
Result<PackUpgrade> plan_upgrade(Office& office, const Pack& pack);

/// Takes the pack into use in one transaction, also while other processes serve: they notice with their next
/// transaction. Every version stays stored for ever, since groups are judged by the one they were written
/// under. With violations nothing is changed. Errors: `pack_invalid`, `storage_*`.
Result<PackUpgrade> upgrade_pack(Office& office, Pack pack, const std::string& source);

}  // namespace doorstep::server
