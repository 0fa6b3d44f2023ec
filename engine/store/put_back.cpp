#include <algorithm>

#include "base/counted.hpp"
#include "base/error.hpp"
#include "store/installation.hpp"
#include "store/phone_store.hpp"
#include "wire/codec.hpp"

/// An office that was put back to a backup: it lacks what came in after that, and begins a new incarnation.
/// The phone takes its own acknowledged groups out of their keeping and hands them over once more; everything
/// the office itself has is fetched afresh.
namespace doorstep {
namespace {

constexpr std::int64_t kHeld = static_cast<std::int64_t>(wire::VerdictKind::held);
constexpr std::int64_t kReturned = static_cast<std::int64_t>(wire::VerdictKind::returned);

std::int64_t stored(GroupNumber number) { return static_cast<std::int64_t>(raw(number)); }

tl::unexpected<Error> missing(std::uint64_t count) {
  const std::string number = std::to_string(count);
  return fail(
      ErrorDomain::office, ErrorCode::refused, Retry::later,
      "街道换了电脑,从备份恢复过。备份之后这部手机交过的记录里,有" + number +
          "条手机上也没有留底,所以先不上传。请告诉街道:换一份更新的备份来恢复。这部手机里的内容都没有动。",
      "The office was put back to a backup. This phone no longer keeps " + counted(count, "group") +
          " that it handed over after it, so nothing is sent. "
          "Tell the office: a newer backup is needed. Nothing on this phone was changed.");
}

}  // namespace

/// An answer cannot know less than the request it answers did, unless the office forgot. A phone that is a
/// copy of another cannot tell which groups are its own.
bool PhoneStore::is_put_back(const wire::SyncResponse& response) const {
  if (state_.forked || !(asked_ == standing())) return false;
  const bool forked = response.push == wire::PushResult::forked;
  if (!forked && response.admitted_through < state_.admitted_through) return true;
  const std::uint32_t known = (staged_ ? staged_cursor_ : state_.cursor).incarnation;
  const std::uint32_t now = response.next.incarnation;
  return known != 0 && now != 0 && known != now;
}

/// All groups that are kept are handed over again, also those the office says it has: under their numbers it
/// may have another copy's of this file, and only bytes tell.
///
/// Of the answer nothing else is taken: its page may lack what this phone must bring first, and verdicts that
/// the new incarnation remembers differently are asked for with the next request.
Status PhoneStore::follow_put_back(const wire::SyncResponse& response, SyncReport& report) {
  Installation work;
  const GroupNumber had = state_.admitted_through;
  DOORSTEP_TRY(has, kept_after());
  const bool forked = response.push == wire::PushResult::forked;
  if (!forked && response.admitted_through < has) return missing(raw(has) - raw(response.admitted_through));
  DOORSTEP_TRY(digest, digest_of(has));
  state_.admitted_digest = digest;
  DOORSTEP_CHECK(forget_verdicts(has, had, work));
  DOORSTEP_CHECK(take_from_kept(has));
  DOORSTEP_CHECK(tell_withdrawn_again());
  DOORSTEP_CHECK(writer_.execute("DELETE FROM doorstep_stage"));
  state_.admitted_through = has;
  state_.included_through = std::min(state_.included_through, has);
  state_.cursor = {};
  state_.cursor.incarnation = response.next.incarnation;
  state_.carried_through = {};
  DOORSTEP_CHECK(save_phone_state(writer_, state_));
  DOORSTEP_CHECK(reload());
  for (const RowKey& key : work.dirty) DOORSTEP_CHECK(bury(key));
  DOORSTEP_CHECK(settle(work));
  report.office_restored = true;
  return settle_folding();
}

/// Groups that the office lost have no verdict any more. Of those it has, what it decided later may be
/// undone: they count as held until it says otherwise, which is asked with every request.
Status PhoneStore::forget_verdicts(GroupNumber has, GroupNumber had, Installation& work) {
  DOORSTEP_TRY(returned, writer_.cached("SELECT bytes FROM doorstep_outbox WHERE verdict = ?1"));
  returned->bind(1, kReturned);
  for (;;) {
    DOORSTEP_TRY(more, returned->step());
    if (!more) break;
    const auto group = read_group(returned->blob(0));
    if (!group) continue;
    for (const Op& op : group->ops)
      if (pack_->find(op.key.table) != nullptr) work.dirty.insert(op.key);
  }
  returned->reset();
  DOORSTEP_TRY(lost,
               writer_.cached("UPDATE doorstep_outbox SET verdict = NULL, reason = NULL, detail = NULL, "
                              "admitted_stamp = NULL, again = COALESCE(again, ?3) "
                              "WHERE number > ?1 AND number <= ?2"));
  lost->bind(1, stored(has)).bind(2, stored(had));
  DOORSTEP_CHECK(lost->bind(3, raw(SentAgain::above)).run());
  DOORSTEP_TRY(doubtful, writer_.cached("UPDATE doorstep_outbox SET verdict = ?2 WHERE number <= ?1 AND "
                                        "(verdict = ?3 OR number <= ?4)"));
  doubtful->bind(1, stored(has)).bind(2, kHeld).bind(3, kReturned);
  return doubtful->bind(4, stored(state_.included_through)).run();
}

/// Bytes verbatim, under the numbers they always had. The canonical rows are still those of the office
/// before, which include them: until its rows have been fetched they are no overlays, so that nothing shown
/// goes back to what others have changed since. Those whose holder is done with them never are.
Status PhoneStore::take_from_kept(GroupNumber after) {
  DOORSTEP_TRY(select, writer_.cached("SELECT number, bytes, EXISTS(SELECT 1 FROM doorstep_withdrawn w WHERE "
                                      "w.number = k.number) FROM doorstep_kept k WHERE number > ?1"));
  select->bind(1, stored(after));
  DOORSTEP_TRY(insert, writer_.cached("INSERT INTO doorstep_outbox(number, stamp, bytes, again) "
                                      "VALUES(?1, ?2, ?3, ?4)"));
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) break;
    const auto group = read_group(select->blob(1));
    const std::uint64_t stamp = group ? group->stamp.bits : 0;
    insert->bind(1, select->integer(0)).bind(2, static_cast<std::int64_t>(stamp));
    const SentAgain again = select->integer(2) != 0 ? SentAgain::withdrawn : SentAgain::beneath;
    DOORSTEP_CHECK(insert->bind_blob(3, select->blob(1)).bind(4, raw(again)).run());
  }
  select->reset();
  DOORSTEP_TRY(erase, writer_.cached("DELETE FROM doorstep_kept WHERE number > ?1"));
  return erase->bind(1, stored(after)).run();
}

/// How many of the groups, which have their first verdict now, this phone had handed over before.
Result<std::uint64_t> PhoneStore::count_again(const wire::Verdict& verdict) {
  if (!any_again_) return 0;
  DOORSTEP_TRY(select, writer_.cached("SELECT COUNT(*) FROM doorstep_outbox WHERE number BETWEEN ?1 AND ?2 "
                                      "AND again IS NOT NULL"));
  const GroupNumber last{raw(verdict.first) + verdict.count - 1};
  DOORSTEP_CHECK(select->bind(1, stored(verdict.first)).bind(2, stored(last)).step());
  const std::int64_t count = select->integer(0);
  select->reset();
  return static_cast<std::uint64_t>(count);
}

/// The canonical rows are about to be the put-back office's: whatever they do not include lies above them.
Status PhoneStore::stand_again(Installation& work) {
  if (!any_again_) return {};
  DOORSTEP_TRY(select, writer_.cached("SELECT bytes, verdict FROM doorstep_outbox WHERE again = ?1"));
  select->bind(1, raw(SentAgain::beneath));
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) break;
    auto group = read_group(select->blob(0));
    if (!group || select->integer(1) == kReturned) continue;
    pending_.add(*group, select->integer(1) == kHeld);
    for (const Op& op : group->ops)
      if (pack_->find(op.key.table) != nullptr) work.dirty.insert(op.key);
  }
  select->reset();
  DOORSTEP_TRY(update, writer_.cached("UPDATE doorstep_outbox SET again = ?2 WHERE again = ?1"));
  DOORSTEP_CHECK(update->bind(1, raw(SentAgain::beneath)).bind(2, raw(SentAgain::above)).run());
  beneath_.clear();
  DOORSTEP_TRY(left, writer_.cached("SELECT EXISTS(SELECT 1 FROM doorstep_outbox WHERE again IS NOT NULL)"));
  DOORSTEP_CHECK(left->step());
  any_again_ = left->integer(0) != 0;
  left->reset();
  return {};
}

/// An edit that comes back above a row that is gone must not bring a part of it back.
Status PhoneStore::bury(const RowKey& key) {
  if (!any_gone_ || pending_.on(key).empty()) return {};
  DOORSTEP_TRY(beneath, sound_under(key));
  if (beneath) return {};
  DOORSTEP_TRY(select, writer_.cached("SELECT birth FROM doorstep_gone WHERE tbl = ?1 AND row = ?2 AND "
                                      "left_scope = 0"));
  DOORSTEP_TRY(gone, select->bind(1, std::int64_t{raw(key.table)}).bind_id(2, key.row).step());
  if (!gone) return {};
  const Birth birth{static_cast<std::uint32_t>(select->integer(0))};
  select->reset();
  return set_under(key, gone_row(birth));
}

}  // namespace doorstep
