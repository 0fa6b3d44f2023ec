#include "pipeline/backup.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace doorstep::server {

Status note_backup(Store& office, const CopiedOffice& copy) {
  DOORSTEP_TRY(tx, office.begin());
  DOORSTEP_TRY(live, tx->office());
  if (!live || copy.office != live->office || copy.incarnation != live->incarnation) return {};
  for (const GroupName& last : copy.admitted) {
    DOORSTEP_TRY(known, tx->actor(last.actor));
    if (!known) continue;
    const GroupNumber through = std::min(last.number, known->admitted_through);
    if (known->backed_up_through < through) DOORSTEP_CHECK(tx->save_backed_up(last.actor, through));
  }
  return tx->commit();
}

Result<OfficeRecord> take_into_use(Store& restored, std::int64_t now_ms) {
  DOORSTEP_TRY(tx, restored.begin());
  DOORSTEP_TRY(record, tx->office());
  if (!record) return fail_storage(ErrorCode::storage_damaged, "the backup holds no office");
  DOORSTEP_TRY(actors, tx->actors());
  for (const ActorRecord& actor : actors)
    DOORSTEP_CHECK(tx->save_backed_up(actor.actor, actor.admitted_through));
  ActorRecord own;
  own.actor = make_actor(record->incarnation, kOfficeSerial);
  own.device_name = "office";
  own.enrolled_ms = now_ms;
  DOORSTEP_CHECK(tx->add_actor(own));
  DOORSTEP_CHECK(tx->commit());
  return *record;
}

}  // namespace doorstep::server
