#pragma once

#include <doorstep/error.hpp>
#include <map>
#include <mutex>

#include "pipeline/office.hpp"
#include "pipeline/parcels.hpp"

namespace doorstep::server {

/// What became of parcels that a device brought.
struct HandOverOutcome {
  wire::HandOver answer;     ///< Which of them the office would like to have.
  std::size_t returned = 0;  ///< Groups of the office before that are in again.
  std::size_t waiting = 0;   ///< Now, for groups before them that have not come.
  std::size_t refused = 0;   ///< Not sealed by this office, or not of its history.
};

/// Takes what phones carried of the offices before this one: it was put back to a backup that lacks it. Each
/// group is admitted once, in order, as it was: of the office that made it. Thread-safe.
class HandOvers {
 public:
  HandOvers(const ParcelSeal& seal, const ParcelLimits& limits) : seal_(seal), limits_(limits) {}

  /// Errors: `storage_*`; what was committed before stays, the rest is wanted again.
  Result<HandOverOutcome> take(Office& office, const wire::HandOver& brought);

 private:
  void open(const wire::Parcels& brought, GroupNumber through, HandOverOutcome& outcome);
  Status admit_waiting(Office& office, ActorId former, HandOverOutcome& outcome);
  Result<bool> admit_some(Office& office, ActorId former, HandOverOutcome& outcome);
  void drop_through(const GroupName& last);

  const ParcelSeal& seal_;
  const ParcelLimits limits_;
  std::mutex mutex_;
  std::map<GroupName, wire::Push> waiting_;  ///< Opened; also what has just come.
  std::size_t bytes_ = 0;                    ///< Of their groups.
};

}  // namespace doorstep::server
