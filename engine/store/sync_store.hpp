#pragma once

#include <doorstep/error.hpp>
#include <doorstep/report.hpp>
#include <optional>
#include <string_view>

#include "wire/messages.hpp"

namespace doorstep {

/// How far a phone has come whose file is to go. It never goes back.
enum class WipeStage : std::uint8_t {
  none = 0,
  ordered = 1,  ///< The office has revoked it. Nothing is recorded any more; what waits is handed over.
  emptied = 2,  ///< Nothing is in the file but what it takes to tell the office so.
  done = 3      ///< The file is deleted; never stored.
};

/// What a sync session needs from a phone's store. The session never sees SQLite.
class SyncStore {
 public:
  virtual ~SyncStore() = default;

  /// The next request: waiting groups up to the push bounds, and the cursor of the last staged page.
  virtual Result<wire::SyncRequest> next_request() = 0;

  /// Takes a whole response in one transaction: verdicts, then the page, staged or (at a checkpoint)
  /// installed with everything staged before it. `frame` is the response as received. `sent_at_ms` is
  /// the monotonic reading when the request left. All or nothing; a crash in between is as
  /// if the response had been lost.
  virtual Status accept(const wire::SyncResponse& response, std::string_view frame, std::int64_t sent_at_ms,
                        SyncReport& report) = 0;

  /// Whether the office must still hear of something: groups that are waiting, or that this file is a copy.
  virtual bool has_unsent() = 0;

  /// Whether the last comparison found rows that are not as the office has them: the next request asks for
  /// those.
  virtual bool differs() = 0;
  /// What to ask for when the office has other groups under this file's numbers; nothing otherwise. The key
  /// in it is on disk before this returns: by it the office knows who asks again when the answer was lost.
  virtual Result<std::optional<wire::RehomeRequest>> rehome_request() = 0;
  /// Goes on as the actor of the answer, in one transaction.
  virtual Status rehome(const wire::JoinResponse& answer, SyncReport& report) = 0;

  /// What this phone carries of offices before the one it knows (`of_all_offices`: of that one as well),
  /// without the parcels themselves; nothing when it carries none.
  virtual Result<std::optional<wire::HandOver>> hand_over_request(bool of_all_offices) = 0;
  /// Drops what the office need not have carried any further. Returns the parcels that it asks for.
  virtual Result<std::optional<wire::HandOver>> take_hand_over(const wire::HandOver& answer) = 0;

  /// How far the file is on its way out.
  virtual WipeStage wipe_stage() = 0;
  /// Takes everything out of a file that was ordered to go and has nothing left to hand over, and says what
  /// to tell the office; may be repeated. Errors: `storage_*`.
  virtual Result<wire::WipeReport> empty() = 0;
  /// Deletes an emptied file; every later call fails with `wiped`. Errors: `storage_*`.
  virtual Status destroy() = 0;

  virtual PackVersion pack_version() = 0;
  virtual Status install_pack(const Pack& pack) = 0;
};

}  // namespace doorstep
