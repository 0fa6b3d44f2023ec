#include "pipeline/backup.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "pipeline/lineages.hpp"

namespace doorstep::server {
namespace {

/// Last groups of devices, by actor.
using Last = std::map<ActorId, GroupNumber>;

/// Up to which a copy with these has the groups of a device's file without a gap: it may lack some of what a
/// re-homed device was before, which the device then still has to bring.
Result<GroupNumber> through_in(ReadSnapshot& snapshot, const Last& copied, const ActorRecord& device) {
  const auto last_of = [&](ActorId actor) {
    const auto at = copied.find(actor);
    return at == copied.end() ? GroupNumber{} : at->second;
  };
  GroupNumber through = last_of(device.actor);
  Lineages lineages;
  DOORSTEP_TRY(file, lineages.of(snapshot, device.actor));
  for (auto former = file.former.rbegin(); former != file.former.rend(); ++former)
    if (raw(last_of(former->actor)) + 1 < raw(former->left_at))
      through = std::min(through, last_of(former->actor));
  return through;
}

}  // namespace

Status note_backup(Store& office, const CopiedOffice& copy) {
  DOORSTEP_TRY(tx, office.begin());
  DOORSTEP_TRY(live, tx->office());
  if (!live || copy.office != live->office || copy.incarnation != live->incarnation) return {};
  Last copied;
  for (const GroupName& last : copy.admitted) copied[last.actor] = last.number;
  for (const GroupName& last : copy.admitted) {
    DOORSTEP_TRY(known, tx->actor(last.actor));
    if (!known) continue;
    DOORSTEP_TRY(there, through_in(*tx, copied, *known));
    const GroupNumber through = std::min(there, known->admitted_through);
    if (known->backed_up_through < through) DOORSTEP_CHECK(tx->save_backed_up(last.actor, through));
  }
  return tx->commit();
}

Result<OfficeRecord> take_into_use(Store& restored, std::int64_t now_ms) {
  DOORSTEP_TRY(tx, restored.begin());
  DOORSTEP_TRY(record, tx->office());
  if (!record) return fail_storage(ErrorCode::storage_damaged, "the backup holds no office");
  DOORSTEP_TRY(actors, tx->actors());
  Last copied;
  for (const ActorRecord& actor : actors) copied[actor.actor] = actor.admitted_through;
  for (const ActorRecord& actor : actors) {
    DOORSTEP_TRY(through, through_in(*tx, copied, actor));
    DOORSTEP_CHECK(tx->save_backed_up(actor.actor, through));
  }
  ActorRecord own;
  own.actor = make_actor(record->incarnation, kOfficeSerial);
  own.device_name = "office";
  own.enrolled_ms = now_ms;
  DOORSTEP_CHECK(tx->add_actor(own));
  DOORSTEP_CHECK(tx->commit());
  return *record;
}

}  // namespace doorstep::server
