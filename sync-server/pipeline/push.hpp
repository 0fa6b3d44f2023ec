#pragma once

#include <doorstep/error.hpp>
#include <vector>

#include "pipeline/office.hpp"
#include "wire/messages.hpp"

namespace doorstep::server {

/// What became of a push: the part of a SyncResponse that the writer decides.
struct PushOutcome {
  wire::PushResult result = wire::PushResult::none;
  GroupNumber admitted_through{};  ///< Of a fork: the last group that is the same here and there.
  std::vector<wire::Verdict> verdicts;
  /// The last group that the device can have a verdict of once it has this response.
  GroupNumber verdict_through{};
};

/// What a device is told of a group of its own.
wire::Verdict verdict_of(const GroupRecord& group);

/// Admits consecutive groups of one actor, and keeps `actor` up to date (the caller saves it). Groups that
/// the office has already get the verdict it remembers. An Error of domain `storage` or `internal` means that
/// the transaction must be given up; any other refuses this push alone.
Result<PushOutcome> admit_push(OfficeTransaction& work, ActorRecord& actor, const wire::Push& push,
                               std::int64_t now_ms);

}  // namespace doorstep::server
