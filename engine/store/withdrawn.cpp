#include "base/limits.hpp"
#include "store/phone_store.hpp"

/// Returned groups whose holder is done with them, put away or recorded again as others. An office that is
/// put back to a backup may have forgotten that it returned them: it is told, so that they are not applied
/// after all, or twice. They are remembered until a backup has a group that was recorded later: whatever has
/// that one knows that these were returned.
namespace doorstep {
namespace {

std::int64_t stored(GroupNumber number) { return static_cast<std::int64_t>(raw(number)); }

}  // namespace

Status PhoneStore::note_withdrawn(GroupNumber number) {
  DOORSTEP_TRY(insert, writer_.cached("INSERT INTO doorstep_withdrawn(number, until, told) VALUES(?1, ?2, 1) "
                                      "ON CONFLICT DO UPDATE SET told = 1"));
  return insert->bind(1, stored(number)).bind(2, stored(last_group_) + 1).run();
}

/// The office that is asked now has other verdicts than the one before.
Status PhoneStore::tell_withdrawn_again() {
  return writer_.execute("UPDATE doorstep_withdrawn SET told = 0");
}

/// Those up to `last` that this office has yet to hear of.
Result<std::vector<GroupNumber>> PhoneStore::withdrawn_untold(GroupNumber last) {
  DOORSTEP_TRY(select, writer_.cached("SELECT number FROM doorstep_withdrawn WHERE told = 0 AND number <= ?1 "
                                      "ORDER BY number LIMIT ?2"));
  select->bind(1, stored(last)).bind(2, static_cast<std::int64_t>(limits::kWithdrawnTold));
  std::vector<GroupNumber> numbers;
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) return numbers;
    numbers.push_back(GroupNumber{static_cast<std::uint64_t>(select->integer(0))});
  }
}

Status PhoneStore::note_told() {
  DOORSTEP_TRY(update, writer_.cached("UPDATE doorstep_withdrawn SET told = 1 WHERE number = ?1"));
  for (const GroupNumber number : asked_withdrawn_) DOORSTEP_CHECK(update->bind(1, stored(number)).run());
  asked_withdrawn_.clear();
  return {};
}

/// It was handed over once more for its number's sake, and has been returned once more: nothing that its
/// holder need hear of.
Status PhoneStore::leave_withdrawn(GroupNumber number, SyncReport& report) {
  DOORSTEP_TRY(select, writer_.cached("SELECT 1 FROM doorstep_outbox WHERE number = ?1 AND again = ?2"));
  DOORSTEP_TRY(found, select->bind(1, stored(number)).bind(2, raw(SentAgain::withdrawn)).step());
  select->reset();
  if (!found) return {};
  --report.returned;
  return forget_group(number);
}

Status PhoneStore::forget_withdrawn(GroupNumber backed_up_through) {
  DOORSTEP_TRY(erase, writer_.cached("DELETE FROM doorstep_withdrawn WHERE until <= ?1"));
  return erase->bind(1, stored(backed_up_through)).run();
}

}  // namespace doorstep
