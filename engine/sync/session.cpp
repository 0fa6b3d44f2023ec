#include "sync/session.hpp"

#include "base/error.hpp"

namespace doorstep {
namespace {

/// Round trips of one session. A bootstrap of 8 million rows takes a thousand; past this somebody loops.
constexpr std::uint64_t kMostRequests = 10'000;
/// A file may be copied again while it asks; past this the two sides would make actors for ever.
constexpr unsigned kMostRehomings = 4;

/// It says what it has, and brings what is wanted of that.
constexpr unsigned kMostHandOvers = 2;

/// Of these, for repairs: eight parts of about 256 rows. A phone with more to repair goes on next time.
constexpr std::uint64_t kMostRepairRounds = 16;

}  // namespace

Session::Action Session::start() { return send(); }

Session::Action Session::send() {
  if (report_.requests >= kMostRequests || rehomings_ > kMostRehomings)
    return Failed{Error{ErrorDomain::internal, ErrorCode::overloaded, Retry::later,
                        "这次交换太久了,稍后会接着来。",
                        "This exchange took too many round trips; it goes on later."}};
  if (store_.wipe_stage() >= WipeStage::emptied) return wipe();
  auto rehoming = store_.rehome_request();
  if (!rehoming) return Failed{rehoming.error()};
  if (*rehoming) {
    ++report_.requests;
    ++rehomings_;
    return Rehome{**std::move(rehoming)};
  }
  if (hand_over_due_) return hand_over(false);
  if (store_.wipe_stage() == WipeStage::ordered && !store_.has_unsent()) return wipe();
  Result<wire::SyncRequest> request = store_.next_request();
  if (!request) return Failed{request.error()};
  if (compared_ && !request->repair) request->check.reset();
  ++report_.requests;
  return SendSync{std::move(*request)};
}

Session::Action Session::hand_over(bool of_all_offices) {
  hand_over_due_ = false;
  auto carried = store_.hand_over_request(of_all_offices);
  if (!carried) return Failed{carried.error()};
  if (!*carried) return after_hand_over();
  ++report_.requests;
  hand_overs_ = 1;
  return HandOver{**std::move(carried)};
}

Session::Action Session::on_handed_over(const wire::HandOver& answer) {
  auto wanted = store_.take_hand_over(answer);
  if (!wanted) return Failed{wanted.error()};
  if (!*wanted || hand_overs_ >= kMostHandOvers) return after_hand_over();
  ++report_.requests;
  ++hand_overs_;
  return HandOver{**std::move(wanted)};
}

Session::Action Session::after_hand_over() {
  hand_overs_ = 0;
  if (!refusal_) return send();
  Error refusal = *std::move(refusal_);
  refusal_.reset();
  return Readmit{std::move(refusal)};
}

Session::Action Session::on_response(wire::SyncResponse response, std::string frame,
                                     std::int64_t sent_at_ms) {
  received_ = {std::move(response), std::move(frame), sent_at_ms};
  if (received_.response.keys_version > keys_version_) return FetchKeys{received_.response.keys_version};
  return take();
}

Session::Action Session::on_pack(const Pack& pack) {
  wants_pack_ = false;
  if (store_.install_pack(pack)) return send();
  return stay_behind();
}

Session::Action Session::on_keys() {
  keys_version_ = received_.response.keys_version;
  return take();
}

Session::Action Session::on_rehomed(const wire::JoinResponse& answer) {
  const Status taken = store_.rehome(answer, report_);
  return taken ? send() : Failed{taken.error()};
}

Session::Action Session::on_readmitted() { return send(); }

Session::Action Session::wipe() {
  if (store_.wipe_stage() == WipeStage::done) return Failed{wiped_error()};
  auto emptied = store_.empty();
  if (!emptied) return Failed{emptied.error()};
  ++report_.requests;
  return TellWiped{*emptied};
}

Session::Action Session::on_wiped() {
  const Status destroyed = store_.destroy();
  return Failed{destroyed ? wiped_error() : destroyed.error()};
}

Session::Action Session::take() {
  const bool knew = report_.office_restored;
  const std::uint64_t repaired_before = report_.repaired_rows;
  const Status taken = store_.accept(received_.response, received_.frame, received_.sent_at_ms, report_);
  if (!taken) return Failed{taken.error()};
  // That answer only told that the office was put back.
  if (report_.office_restored && !knew) {
    hand_over_due_ = true;
    return send();
  }
  if (received_.response.wipe) {
    if (store_.wipe_stage() != WipeStage::none) return send();
    return Failed{Error{ErrorDomain::network, ErrorCode::untrusted_office, Retry::later,
                        "有人冒充街道要清除这部手机,没有照做;记录都还在。",
                        "Somebody who is not the office ordered this phone to be wiped. Nothing was done; "
                        "everything is safe here."}};
  }
  if (received_.response.checksum) compared_ = !store_.differs() && report_.repaired_rows == repaired_before;
  report_.unrepaired = store_.differs();
  if (received_.response.pack > store_.pack_version() && !pack_tried_) {
    pack_tried_ = wants_pack_ = true;
    return FetchPack{received_.response.pack};
  }
  return go_on();
}

Session::Action Session::go_on() {
  if (!received_.response.checkpoint || store_.has_unsent()) return send();
  return wants_repair() ? send() : Finished{report_};
}

/// Whether the part that was compared differs; or it did, is right now, and another one may differ as well.
bool Session::wants_repair() {
  const bool wanted = received_.response.repaired ? !store_.differs() && !compared_ : store_.differs();
  return wanted && ++repair_rounds_ <= kMostRepairRounds;
}

Session::Action Session::on_failure(Error error) {
  if (wants_pack_) {
    wants_pack_ = false;
    return stay_behind();
  }
  if (hand_overs_ > 0) return after_hand_over();
  if (error.code == ErrorCode::unauthorized && !readmission_tried_) {
    readmission_tried_ = true;
    refusal_ = std::move(error);
    return hand_over(true);
  }
  return Failed{std::move(error)};
}

/// The pack stays at the office; the next session tries again.
Session::Action Session::stay_behind() {
  report_.pack_behind = true;
  return go_on();
}

}  // namespace doorstep
