#include "base/limits.hpp"
#include "store/phone_store.hpp"
#include "wire/codec.hpp"

/// Groups that have left the outbox stay until a backup of the office has them: an office that is put back to
/// an older one needs them again, and the digests of the chain that leads to them. With those still in the
/// outbox they are without a gap from one number on; `PhoneState::kept_digest` is the digest before it.
namespace doorstep {
namespace {

constexpr std::int64_t kReturned = static_cast<std::int64_t>(wire::VerdictKind::returned);
constexpr std::int64_t kHeld = static_cast<std::int64_t>(wire::VerdictKind::held);

/// When the bound is passed, so much is made free at once: finding the digest walks over what goes.
constexpr std::int64_t kFreedBytes = limits::kKeptBytes / 16;

std::int64_t stored(GroupNumber number) { return static_cast<std::int64_t>(raw(number)); }
GroupNumber number_at(const sql::Statement& row, int column) {
  return GroupNumber{static_cast<std::uint64_t>(row.integer(column))};
}

}  // namespace

/// Copies what a checkpoint takes out of the outbox.
Status PhoneStore::keep_groups(GroupNumber through) {
  DOORSTEP_TRY(size, writer_.cached("SELECT COALESCE(SUM(LENGTH(bytes)), 0) FROM doorstep_outbox "
                                    "WHERE number <= ?1 AND verdict NOT IN (?2, ?3)"));
  DOORSTEP_CHECK(size->bind(1, stored(through)).bind(2, kHeld).bind(3, kReturned).step());
  DOORSTEP_CHECK(count_kept(size->integer(0)));
  size->reset();
  DOORSTEP_TRY(keep,
               writer_.cached("INSERT OR REPLACE INTO doorstep_kept(number, bytes) SELECT number, bytes "
                              "FROM doorstep_outbox WHERE number <= ?1 AND verdict NOT IN (?2, ?3)"));
  return keep->bind(1, stored(through)).bind(2, kHeld).bind(3, kReturned).run();
}

/// The same for a returned group that its holder is done with: its number stays consumed.
Status PhoneStore::keep_group(GroupNumber number) {
  kept_bytes_.reset();
  DOORSTEP_TRY(keep,
               writer_.cached("INSERT OR REPLACE INTO doorstep_kept(number, bytes) SELECT number, bytes "
                              "FROM doorstep_outbox WHERE number = ?1 AND verdict = ?2"));
  return keep->bind(1, stored(number)).bind(2, kReturned).run();
}

Status PhoneStore::count_kept(std::int64_t added) {
  if (!kept_bytes_) {
    DOORSTEP_TRY(size, writer_.cached("SELECT COALESCE(SUM(LENGTH(bytes)), 0) FROM doorstep_kept"));
    DOORSTEP_CHECK(size->step());
    kept_bytes_ = size->integer(0);
    size->reset();
  }
  *kept_bytes_ += added;
  return {};
}

/// The oldest go when there are too many.
Status PhoneStore::bound_kept() {
  if (!kept_bytes_ || *kept_bytes_ <= limits::kKeptBytes) return {};
  const std::int64_t least = *kept_bytes_ - limits::kKeptBytes + kFreedBytes;
  std::int64_t freed = 0;
  GroupNumber through{};
  DOORSTEP_TRY(select, writer_.cached("SELECT number, LENGTH(bytes) FROM doorstep_kept ORDER BY number"));
  while (freed < least) {
    DOORSTEP_TRY(more, select->step());
    if (!more) break;
    through = number_at(*select, 0);
    freed += select->integer(1);
  }
  select->reset();
  DOORSTEP_TRY(went, forget_kept(through));
  static_cast<void>(went);
  return {};
}

/// The last acknowledged group before those that are here without a gap.
Result<GroupNumber> PhoneStore::kept_after() {
  DOORSTEP_TRY(select,
               writer_.cached("WITH here(number) AS (SELECT number FROM doorstep_kept UNION "
                              "SELECT number FROM doorstep_outbox WHERE number <= ?1) "
                              "SELECT CASE WHEN ?1 IN here THEN (SELECT MAX(number) - 1 FROM here WHERE "
                              "number - 1 NOT IN here) ELSE ?1 END"));
  DOORSTEP_CHECK(select->bind(1, stored(state_.admitted_through)).step());
  const GroupNumber after = number_at(*select, 0);
  select->reset();
  return after;
}

/// Of an acknowledged group that is here, or the last before those.
Result<Digest> PhoneStore::digest_of(GroupNumber number) {
  DOORSTEP_TRY(after, kept_after());
  Digest digest = state_.kept_digest;
  DOORSTEP_TRY(select,
               writer_.cached("SELECT number, bytes FROM doorstep_kept WHERE number > ?1 AND number "
                              "<= ?2 UNION ALL SELECT number, bytes FROM doorstep_outbox WHERE number > "
                              "?1 AND number <= ?2 ORDER BY number"));
  select->bind(1, stored(after)).bind(2, stored(number));
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) return digest;
    digest = wire::chain_digest(digest, select->blob(1));
  }
}

/// A backup has them, or there is no room for them. False when there are none.
Result<bool> PhoneStore::forget_kept(GroupNumber through) {
  DOORSTEP_TRY(select, writer_.cached("SELECT MAX(number) FROM doorstep_kept WHERE number <= ?1"));
  DOORSTEP_CHECK(select->bind(1, stored(through)).step());
  if (select->is_null(0)) return false;
  const GroupNumber last = number_at(*select, 0);
  select->reset();
  DOORSTEP_TRY(after, kept_after());
  if (last > after) {
    DOORSTEP_TRY(digest, digest_of(last));
    state_.kept_digest = digest;
  }
  kept_bytes_.reset();
  DOORSTEP_TRY(erase, writer_.cached("DELETE FROM doorstep_kept WHERE number <= ?1"));
  DOORSTEP_CHECK(erase->bind(1, stored(last)).run());
  return true;
}

}  // namespace doorstep
