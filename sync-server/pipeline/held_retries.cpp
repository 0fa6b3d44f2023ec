#include "pipeline/held_retries.hpp"

#include "base/error.hpp"
#include "pipeline/judge.hpp"
#include "pipeline/limits.hpp"

namespace doorstep::server {

Result<bool> retry_some_held(Office& office) {
  {
    DOORSTEP_TRY(snapshot, office.store().snapshot());
    DOORSTEP_TRY(any, snapshot->first_ready());
    if (!any) return false;
  }
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  Judge judge(work);
  std::size_t bytes = 0;
  for (std::size_t tried = 0; tried < limits::kRetriedGroups && bytes < limits::kRetriedBytes; ++tried) {
    DOORSTEP_TRY(ready, work.tx().first_ready());
    if (!ready) break;
    DOORSTEP_TRY(record, work.tx().group(ready->actor, ready->number));
    DOORSTEP_TRY(actor, work.tx().actor(ready->actor));
    if (!record || !actor)
      return fail_storage(ErrorCode::storage_damaged, "a waiting group is not in the log");
    bytes += record->bytes.size();
    DOORSTEP_CHECK(judge.decide_again(*record, *actor, {office.now_ms(), {}, {}, {}}, false));
    DOORSTEP_CHECK(work.tx().save_progress(*actor));
  }
  DOORSTEP_TRY(left, work.tx().first_ready());
  DOORSTEP_CHECK(work.commit());
  return left.has_value();
}

Status retry_held_groups(Office& office) {
  for (;;) {
    DOORSTEP_TRY(more, retry_some_held(office));
    if (!more) return {};
  }
}

}  // namespace doorstep::server
