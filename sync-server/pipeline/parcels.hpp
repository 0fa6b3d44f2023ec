#pragma once

#include <deque>
#include <doorstep/error.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sealing.hpp"
#include "pipeline/limits.hpp"
#include "store/store.hpp"
#include "wire/messages.hpp"

namespace doorstep::server {

/// Seals groups of the office's own for phones to carry, and opens what they bring (docs/wire.md, "Parcels").
/// Thread-safe.
class ParcelSeal {
 public:
  /// Seals under `identity`, opens what was sealed under a former one too.
  ParcelSeal(const RowId& office, const SecretKey& identity, const std::vector<SecretKey>& former);

  /// A group with the digest before it.
  std::string seal(const GroupRecord& group, const Digest& previous) const;
  /// One group. Errors: unauthorized when it was not sealed by this office under this name; malformed.
  Result<wire::Push> open(const GroupName& name, std::string_view sealed) const;

 private:
  RowId office_;
  SealingKey key_;
  std::deque<SealingKey> former_;
};

/// See limits.hpp.
struct ParcelLimits {
  std::size_t everyones_bytes = limits::kEveryonesParcelBytes;
  std::size_t segment_bytes = limits::kParcelSegmentBytes;
  std::size_t shelf_bytes = limits::kParcelShelfBytes;
  std::size_t page_bytes = limits::kParcelPageBytes;
};

/// Whether a device carries the parcel that begins `position` bytes after the last backup.
bool carries(ActorId device, std::size_t position, const ParcelLimits& limits);

/// The groups of the office's own that no backup has, sealed, in order. Thread-safe.
class ParcelShelf {
 public:
  ParcelShelf(const ParcelSeal& seal, const ParcelLimits& limits) : seal_(seal), limits_(limits) {}

  /// What the device should be told: parcels for it after `carried`, or that a backup has those it carries.
  /// Nothing when there is nothing new.
  Result<std::optional<wire::Parcels>> give(ReadSnapshot& snapshot, ActorId office, ActorId device,
                                            GroupNumber carried);
  /// Whether there is more than phones can carry: a backup is due.
  bool is_full();

 private:
  struct Parcel {
    std::string sealed;
    std::size_t position = 0;
  };

  Status fill(ReadSnapshot& snapshot, const ActorRecord& own);
  wire::Parcels pick(const ActorRecord& own, ActorId device, GroupNumber after) const;

  const ParcelSeal& seal_;
  const ParcelLimits limits_;
  std::mutex mutex_;
  GroupNumber after_{};          ///< The first parcel is of the group after this one.
  Digest digest_{};              ///< Of the group of the last parcel, or of `after_`.
  std::vector<Parcel> parcels_;  ///< Of consecutive groups.
  std::size_t bytes_ = 0;
  bool full_ = false;
};

}  // namespace doorstep::server
