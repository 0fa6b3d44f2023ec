#include <algorithm>

#include "base/limits.hpp"
#include "store/phone_store.hpp"

/// Groups of the office's own, sealed (docs/wire.md, "Parcels"): this phone is their courier, should the
/// office be put back to a backup that lacks them. It cannot read them.
namespace doorstep {
namespace {

std::int64_t stored(GroupNumber number) { return static_cast<std::int64_t>(raw(number)); }
std::int64_t stored(ActorId actor) { return static_cast<std::int64_t>(raw(actor)); }
ActorId actor_at(const sql::Statement& row, int column) {
  return ActorId{static_cast<std::uint64_t>(row.integer(column))};
}
GroupNumber number_at(const sql::Statement& row, int column) {
  return GroupNumber{static_cast<std::uint64_t>(row.integer(column))};
}

}  // namespace

ActorId PhoneStore::present_office() const {
  return make_actor((staged_ ? staged_cursor_ : state_.cursor).incarnation, kOfficeSerial);
}

Status PhoneStore::take_parcels(const wire::Parcels& parcels) {
  if (parcels.office != present_office() || parcels.numbers.size() != parcels.sealed.size()) return {};
  DOORSTEP_CHECK(drop_parcels(parcels.office, parcels.backed_up_through));
  DOORSTEP_TRY(
      insert,
      writer_.cached("INSERT OR REPLACE INTO doorstep_parcel(office, number, sealed) VALUES(?1, ?2, ?3)"));
  for (std::size_t i = 0; i < parcels.numbers.size(); ++i) {
    DOORSTEP_TRY(fits, make_room_for(parcels.office, parcels.sealed[i].size()));
    if (!fits) break;
    insert->bind(1, stored(parcels.office)).bind(2, stored(parcels.numbers[i]));
    DOORSTEP_CHECK(insert->bind_blob(3, parcels.sealed[i]).run());
  }
  const GroupNumber through = std::max(state_.carried_through, parcels.through);
  state_.carried_through = through <= parcels.backed_up_through ? GroupNumber{} : through;
  return {};
}

Status PhoneStore::drop_parcels(ActorId office, GroupNumber through) {
  DOORSTEP_TRY(erase, writer_.cached("DELETE FROM doorstep_parcel WHERE office = ?1 AND number <= ?2"));
  return erase->bind(1, stored(office)).bind(2, stored(through)).run();
}

/// What an office of long ago has not asked for goes first.
Result<bool> PhoneStore::make_room_for(ActorId office, std::size_t bytes) {
  for (;;) {
    DOORSTEP_TRY(select,
                 writer_.cached("SELECT COALESCE(SUM(LENGTH(sealed)), 0), "
                                "COALESCE(MAX(count_of), 0), MIN(office) FROM (SELECT office, sealed, "
                                "COUNT(*) OVER (PARTITION BY office) AS count_of FROM doorstep_parcel)"));
    DOORSTEP_CHECK(select->step());
    const std::int64_t size = select->integer(0) + static_cast<std::int64_t>(bytes);
    const bool fits = size <= limits::kCarriedBytes &&
                      select->integer(1) < static_cast<std::int64_t>(limits::kCarriedGroups);
    const ActorId oldest = actor_at(*select, 2);
    select->reset();
    if (fits) return true;
    if (oldest == office || oldest == ActorId{}) return false;
    DOORSTEP_CHECK(drop_parcels(oldest, GroupNumber{INT64_MAX}));
  }
}

/// What it has of offices before the one it knows; of that one as well, where it may have been put back.
Result<std::optional<wire::HandOver>> PhoneStore::hand_over_request(bool of_all_offices) {
  const std::lock_guard lock(mutex_);
  return inspect([&]() -> Result<std::optional<wire::HandOver>> {
    wire::HandOver out;
    DOORSTEP_TRY(select, writer_.cached("SELECT office, number FROM doorstep_parcel WHERE office != ?1 "
                                        "ORDER BY office DESC, number"));
    select->bind(1, of_all_offices ? -1 : stored(present_office()));
    for (;;) {
      DOORSTEP_TRY(more, select->step());
      if (!more) break;
      const ActorId office = actor_at(*select, 0);
      if (out.offices.empty() || out.offices.back().office != office) {
        if (out.offices.size() == limits::kFormerOffices) break;
        out.offices.emplace_back().office = office;
      }
      out.offices.back().numbers.push_back(number_at(*select, 1));
    }
    select->reset();
    if (out.offices.empty()) return std::nullopt;
    std::reverse(out.offices.begin(), out.offices.end());
    return out;
  });
}

Result<std::optional<wire::HandOver>> PhoneStore::take_hand_over(const wire::HandOver& answer) {
  const std::lock_guard lock(mutex_);
  wire::HandOver out;
  const Status taken = transact([&]() -> Status {
    for (const wire::Parcels& asked : answer.offices) {
      DOORSTEP_CHECK(drop_parcels(asked.office, asked.backed_up_through));
      DOORSTEP_TRY(wanted, parcels_of(asked));
      if (!wanted.numbers.empty()) out.offices.push_back(std::move(wanted));
    }
    return {};
  });
  if (!taken) return tl::unexpected(taken.error());
  if (out.offices.empty()) return std::nullopt;
  return out;
}

Result<wire::Parcels> PhoneStore::parcels_of(const wire::Parcels& asked) {
  wire::Parcels out;
  out.office = asked.office;
  DOORSTEP_TRY(select,
               writer_.cached("SELECT sealed FROM doorstep_parcel WHERE office = ?1 AND number = ?2"));
  for (const GroupNumber number : asked.numbers) {
    DOORSTEP_TRY(found, select->bind(1, stored(asked.office)).bind(2, stored(number)).step());
    if (found) {
      out.numbers.push_back(number);
      out.sealed.emplace_back(select->blob(0));
    }
    select->reset();
  }
  return out;
}

}  // namespace doorstep
