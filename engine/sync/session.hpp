#pragma once

#include <doorstep/error.hpp>
#include <doorstep/report.hpp>
#include <optional>
#include <string_view>
#include <variant>

#include "store/sync_store.hpp"
#include "wire/messages.hpp"

namespace doorstep {

/// One exchange with the office as a state machine: events go in, the next action comes out. No clock, no
/// socket, no thread; a driver (or the simulation) carries the actions out. Every round trip pushes what is
/// waiting and pulls a page; a lost or repeated answer is harmless. After `Failed` the session is over; a new
/// one goes on where the store stands.
///
/// An answer is made for the pack that its request named, so it is taken before a newer pack is installed;
/// then the next request names that one. A pack that cannot be had (this app is too old for it, no room) is
/// no reason to stop: the session goes on with the one that is here.
///
/// A session that reaches a checkpoint compares one part of the rows with the office. When that differs, it
/// is repaired, and the next part is compared too: damage seldom comes alone.
///
/// A file that turns out to be a copy first asks to be another actor (Rehome), then goes on as that one.
///
/// A revoked phone hands over what waits, group for group as ever, is emptied, tells so, and is deleted.
///
/// What the phone carries of an office before this one it hands over (HandOver) before anything of its own,
/// which may build on that. When that fails it goes on without: the next session tries again.
class Session {
 public:
  struct SendSync {
    wire::SyncRequest request;
  };
  struct FetchPack {
    PackVersion version;
  };
  struct FetchKeys {
    std::uint32_t version;
  };
  struct Rehome {
    wire::RehomeRequest request;
  };
  struct HandOver {
    wire::HandOver parcels;
  };
  /// The office does not know this device: perhaps it enrolled it after the backup that it was put back to.
  /// It goes by its certificate, if it has one; without, on_failure(refusal).
  struct Readmit {
    Error refusal;
  };
  /// The file is empty, as the office has ordered; once the office knows, it is deleted, and the session
  /// fails with `wiped`.
  struct TellWiped {
    wire::WipeReport report;
  };
  struct Finished {
    SyncReport report;
  };
  struct Failed {
    Error error;
  };
  using Action =
      std::variant<SendSync, FetchPack, FetchKeys, Rehome, HandOver, Readmit, TellWiped, Finished, Failed>;

  /// `keys_version`: of the key list this phone has.
  Session(SyncStore& store, std::uint32_t keys_version) : store_(store), keys_version_(keys_version) {}

  Action start();
  /// `frame` is the response as it came; `sent_at_ms` is monotonic time when its request left.
  Action on_response(wire::SyncResponse response, std::string frame, std::int64_t sent_at_ms);
  Action on_pack(const Pack& pack);
  Action on_keys();
  Action on_rehomed(const wire::JoinResponse& answer);
  Action on_handed_over(const wire::HandOver& answer);
  Action on_wiped();
  /// With its new token in use.
  Action on_readmitted();
  Action on_failure(Error error);

  const SyncReport& report() const { return report_; }

 private:
  struct Received {
    wire::SyncResponse response;
    std::string frame;
    std::int64_t sent_at_ms = 0;
  };

  Action send();
  Action take();
  Action go_on();
  Action stay_behind();
  Action hand_over(bool of_all_offices);
  Action after_hand_over();
  Action wipe();
  bool wants_repair();

  SyncStore& store_;
  std::uint32_t keys_version_;
  bool wants_pack_ = false;  ///< FetchPack is under way.
  bool pack_tried_ = false;
  bool compared_ = false;            ///< One part of the rows, and it is as the office has it.
  std::uint64_t repair_rounds_ = 0;  ///< Round trips for the sake of parts that were not.
  bool readmission_tried_ = false;
  unsigned rehomings_ = 0;
  bool hand_over_due_ = true;
  unsigned hand_overs_ = 0;       ///< Messages of the hand-over under way; 0: there is none.
  std::optional<Error> refusal_;  ///< Of this device, to be readmitted after the hand-over.
  Received received_;
  SyncReport report_;
};

}  // namespace doorstep
