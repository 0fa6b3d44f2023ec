#include "pipeline/parcels.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

constexpr std::string_view kPurpose = "doorstep parcels of the office's own groups";

GroupNumber next(GroupNumber number) { return GroupNumber{raw(number) + 1}; }

std::size_t weight(const std::string& sealed) { return std::max(sealed.size(), limits::kParcelLeastBytes); }

}  // namespace

ParcelSeal::ParcelSeal(const RowId& office, const SecretKey& identity, const std::vector<SecretKey>& former)
    : office_(office), key_(identity, kPurpose) {
  for (const SecretKey& secret : former) former_.emplace_back(secret, kPurpose);
}

std::string ParcelSeal::seal(const GroupRecord& group, const Digest& previous) const {
  wire::Push content;
  content.first = group.number;
  content.previous = previous;
  content.groups.push_back(group.bytes);
  return key_.seal(wire::to_frame(content), wire::parcel_context(office_, group.actor, group.number));
}

Result<wire::Push> ParcelSeal::open(const GroupName& name, std::string_view sealed) const {
  const std::string context = wire::parcel_context(office_, name.actor, name.number);
  auto frame = key_.open(sealed, context);
  for (auto key = former_.begin(); !frame && key != former_.end(); ++key) frame = key->open(sealed, context);
  if (!frame) return tl::unexpected(frame.error());
  DOORSTEP_TRY(content, wire::from_frame<wire::Push>(*frame));
  if (content.first != name.number || content.groups.size() != 1)
    return fail_format("a parcel with other than its group");
  return content;
}

bool carries(ActorId device, std::size_t position, const ParcelLimits& limits) {
  std::uint32_t phones = 1;  // One in so many.
  for (std::size_t end = limits.everyones_bytes; end <= position; end *= 2) phones *= 2;
  const auto segment = static_cast<std::uint32_t>(position / limits.segment_bytes);
  return (serial_of(device) + segment) % phones == 0;
}

Result<std::optional<wire::Parcels>> ParcelShelf::give(ReadSnapshot& snapshot, ActorId office, ActorId device,
                                                       GroupNumber carried) {
  DOORSTEP_TRY(own, snapshot.actor(office));
  if (!own) return std::nullopt;
  const GroupNumber backed_up = own->backed_up_through;
  const bool is_covered = carried != GroupNumber{} && carried <= backed_up;
  const std::lock_guard lock(mutex_);
  if (after_ != backed_up) {
    DOORSTEP_TRY(last, snapshot.group(office, backed_up));
    after_ = backed_up;
    digest_ = last ? last->digest : Digest{};
    parcels_.clear();
    bytes_ = 0;
    full_ = false;
  }
  const GroupNumber shelved{raw(after_) + parcels_.size()};
  if (shelved < own->admitted_through && !full_) DOORSTEP_CHECK(fill(snapshot, *own));
  wire::Parcels parcels = pick(*own, device, std::max(carried, backed_up));
  if (!is_covered && parcels.through <= std::max(carried, backed_up)) return std::nullopt;
  return parcels;
}

/// Up to what phones can carry, or to the first group whose content was dropped without a backup.
Status ParcelShelf::fill(ReadSnapshot& snapshot, const ActorRecord& own) {
  const GroupNumber first{raw(after_) + parcels_.size() + 1};
  return snapshot.each_group(own.actor, first, own.admitted_through, true, [&](const GroupRecord& group) {
    // The digests of those after it need bytes that are not there.
    full_ = group.is_cut() || group.redacted;
    if (full_) return false;
    std::string sealed = seal_.seal(group, digest_);
    full_ = bytes_ + weight(sealed) > limits_.shelf_bytes;
    if (full_) return false;
    const std::size_t position = bytes_;
    bytes_ += weight(sealed);
    digest_ = group.digest;
    parcels_.push_back({std::move(sealed), position});
    return true;
  });
}

wire::Parcels ParcelShelf::pick(const ActorRecord& own, ActorId device, GroupNumber after) const {
  wire::Parcels out;
  out.office = own.actor;
  out.backed_up_through = own.backed_up_through;
  out.through = after;
  std::size_t bytes = 0;
  for (std::size_t i = raw(after) - raw(after_); i < parcels_.size(); ++i) {
    const Parcel& parcel = parcels_[i];
    const bool is_its = carries(device, parcel.position, limits_);
    if (is_its && bytes > 0 && bytes + weight(parcel.sealed) > limits_.page_bytes) break;
    out.through = next(out.through);
    if (!is_its) continue;
    bytes += weight(parcel.sealed);
    out.numbers.push_back(out.through);
    out.sealed.push_back(parcel.sealed);
  }
  return out;
}

bool ParcelShelf::is_full() {
  const std::lock_guard lock(mutex_);
  return full_;
}

}  // namespace doorstep::server
