#include "client/driver.hpp"

#include "base/error.hpp"
#include "ports/clock.hpp"
#include "sync/session.hpp"
#include "wire/codec.hpp"
#include "wire/invitation.hpp"
#include "wire/trust.hpp"

namespace doorstep {
namespace {

/// A refusal's body is JSON with sentences in it; anything else did not come from a Doorstep office.
Error error_of(const HttpResponse& response) {
  if (auto message = wire::from_json<wire::ErrorMessage>(response.body)) return message->error;
  if (response.status >= 500)
    return {ErrorDomain::network, ErrorCode::unreachable, Retry::later,
            "街道的服务暂时不可用,记录都还在,稍后会自动再试。",
            "The office is unavailable (HTTP " + std::to_string(response.status) +
                "). Everything is safe and is tried again later."};
  return {ErrorDomain::office, ErrorCode::refused, Retry::never,
          "这个网址不像是街道的服务(" + std::to_string(response.status) + "),请核对邀请链接。",
          "This address does not answer like a Doorstep office (HTTP " + std::to_string(response.status) +
              "). Check the invitation."};
}

std::uint32_t keys_version(const std::string& frame) {
  const auto keys = wire::from_frame<wire::KeyList>(frame);
  return keys ? keys->version : 1;
}

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

Driver::Driver(const Options& options, PhoneStore& store) : options_(options), store_(store) {}

Result<std::string> Driver::send(const std::string& method, const std::string& path, std::string body) {
  auto answer = exchange(method, path, body, false);
  // Nothing was sent: the server's key is none of those that this phone pins. After a year they may all have
  // been replaced.
  const bool is_stranger = !answer && answer.error().code == ErrorCode::untrusted_office;
  if (!is_stranger || store_.phone().keys_frame.empty()) return answer;
  if (!refresh_keys()) return answer;
  return exchange(method, path, std::move(body), false);
}

Result<std::string> Driver::exchange(const std::string& method, const std::string& path, std::string body,
                                     bool any_key) {
  if (!options_.ports.http)
    return fail_usage("缺少网络接口。", "Options::ports needs http; use native_ports().");
  HttpRequest request;
  request.method = method;
  request.url = base_url_ + path;
  request.content_type = wire::kFrameType;
  request.bearer_token = any_key ? std::string{} : token_;
  if (!any_key) request.pinned_keys = pins_;
  request.accept_any_key = any_key;
  request.body = std::move(body);
  DOORSTEP_TRY(response, options_.ports.http->send(request));
  bytes_sent_ += response.bytes_sent;
  bytes_received_ += response.bytes_received;
  asked_delay_ms_ = response.retry_after_ms.value_or(0);
  if (response.status != 200) return tl::unexpected(error_of(response));
  return std::move(response.body);
}

Result<wire::KeyList> Driver::fetch_keys(bool any_key) {
  DOORSTEP_TRY(body, exchange("GET", "/v1/keys", {}, any_key));
  return wire::from_frame<wire::KeyList>(body);
}

/// The newest list of the office that this phone knows, from a server with any key: the list proves itself.
Status Driver::refresh_keys() {
  DOORSTEP_TRY(offered, fetch_keys(true));
  return take_keys(offered);
}

Status Driver::take_keys(const wire::KeyList& offered) {
  const PhoneState phone = store_.phone();
  DOORSTEP_TRY(keys, wire::check_keys(offered, phone.fingerprint, keys_version(phone.keys_frame)));
  DOORSTEP_CHECK(store_.install_identity([&](PhoneState& state) {
    state.keys_frame = wire::to_frame(keys);
    state.fingerprint = wire::office_fingerprint(keys.identity);
  }));
  pins_ = keys.tls_pins;
  return {};
}

Result<Pack> Driver::fetch_pack(PackVersion version) {
  DOORSTEP_TRY(body, send("GET", "/v1/pack?version=" + std::to_string(raw(version)), {}));
  return wire::from_frame<Pack>(body);
}

Status Driver::join(std::string_view invitation_url) {
  if (store_.wipe_stage() >= WipeStage::emptied) return tl::unexpected(wiped_error());
  if (store_.phone().joined)
    return fail(ErrorDomain::usage, ErrorCode::already_exists, Retry::never, "这部手机已经加入街道了。",
                "This phone has already joined an office.");
  DOORSTEP_TRY(invitation, wire::parse_invitation(invitation_url));
  const PhoneState phone = store_.phone();
  // Enrolled before, but the line broke before the pack had come: the invitation is used up, the token is
  // not.
  if (!phone.token.empty() && phone.fingerprint == invitation.office) {
    auto pack = ask_pack(phone);
    // An office that was put back to a backup of before: by the certificate, else by the new invitation.
    if (!pack && pack.error().code == ErrorCode::unauthorized && readmit()) pack = ask_pack(store_.phone());
    if (pack) return fetch_first_pack(store_.phone(), *pack);
    if (pack.error().code != ErrorCode::unauthorized) return tl::unexpected(pack.error());
  }
  base_url_ = wire::office_url(invitation);
  // Unpinned, but the list proves itself: only the office's identity key, whose fingerprint came with the
  // invitation, can have signed it. Nothing secret has been sent yet.
  DOORSTEP_TRY(offered, fetch_keys(true));
  DOORSTEP_TRY(keys, wire::check_keys(offered, invitation.office, 0));
  pins_ = keys.tls_pins;
  DOORSTEP_TRY(signing, device_key());
  wire::JoinRequest request;
  request.code = invitation.code;
  request.device_name = options_.device_name;
  request.signing_key = signing.public_key;
  DOORSTEP_TRY(body, send("POST", "/v1/join", wire::to_frame(request)));
  DOORSTEP_TRY(joined, wire::from_frame<wire::JoinResponse>(body));
  DOORSTEP_CHECK(wire::check_certificate(joined.certificate, keys));
  token_ = joined.token;
  DOORSTEP_CHECK(store_.install_identity([&](PhoneState& state) {
    state.url = base_url_;
    state.fingerprint = wire::office_fingerprint(keys.identity);
    state.keys_frame = wire::to_frame(keys);
    state.office = joined.office;
    state.office_name = joined.office_name;
    state.actor = joined.actor;
    state.token = joined.token;
    state.person = joined.person;
    state.person_name = joined.person_name;
    state.role = joined.role;
    state.roles = {joined.role};
    state.cursor.incarnation = joined.incarnation;
    state.certificate_frame = wire::to_frame(joined.certificate);
  }));
  return fetch_first_pack(store_.phone(), joined.pack);
}

/// On disk before it is sent: by this key the office knows a phone that joins again because the answer was
/// lost.
Result<KeyPair> Driver::device_key() {
  constexpr std::size_t kSeedBytes = 32;
  const std::string known = store_.phone().signing_secret;
  if (!known.empty()) return make_key_pair(std::string_view(known).substr(0, kSeedBytes));
  const KeyPair made = make_key_pair();
  DOORSTEP_CHECK(
      store_.install_identity([&](PhoneState& state) { state.signing_secret = view(made.secret_key); }));
  return made;
}

/// An office that was put back to a backup of before this phone joined believes its own signature, and the
/// phone's key.
Status Driver::readmit() {
  DOORSTEP_TRY(request, readmit_request(store_.phone()));
  DOORSTEP_TRY(body, send("POST", "/v1/readmit", wire::to_frame(request)));
  DOORSTEP_TRY(admitted, wire::from_frame<wire::JoinResponse>(body));
  token_ = admitted.token;
  return store_.install_identity([&](PhoneState& state) { state.token = admitted.token; });
}

/// The office it has joined.
void Driver::call(const PhoneState& phone) {
  base_url_ = phone.url;
  token_ = phone.token;
  if (const auto keys = wire::from_frame<wire::KeyList>(phone.keys_frame)) pins_ = keys->tls_pins;
}

/// Which pack the office has now, of one that may no longer have what it named when this phone was enrolled.
Result<PackVersion> Driver::ask_pack(const PhoneState& phone) {
  call(phone);
  wire::SyncRequest request;
  request.actor = phone.actor;
  request.pull = false;
  DOORSTEP_TRY(body, send("POST", "/v1/sync", wire::to_frame(request)));
  DOORSTEP_TRY(response, wire::from_frame<wire::SyncResponse>(body));
  return response.pack;
}

Status Driver::fetch_first_pack(const PhoneState& phone, PackVersion version) {
  call(phone);
  DOORSTEP_TRY(pack, fetch_pack(version));
  DOORSTEP_CHECK(store_.install_pack(pack));
  return store_.install_identity([](PhoneState& state) { state.joined = true; });
}

Status Driver::call_office() {
  if (store_.wipe_stage() == WipeStage::done) return tl::unexpected(wiped_error());
  const PhoneState phone = store_.phone();
  if (!phone.joined)
    return fail(ErrorDomain::usage, ErrorCode::not_joined, Retry::never,
                "这部手机还没有加入街道。请先用邀请链接加入。",
                "This phone has not joined an office yet. Join with an invitation first.");
  call(phone);
  return {};
}

Result<Value> Driver::reveal(const wire::RevealRequest& request) {
  DOORSTEP_CHECK(call_office());
  DOORSTEP_TRY(body, send("POST", "/v1/reveal", wire::to_frame(request)));
  DOORSTEP_TRY(revealed, wire::from_frame<wire::Revealed>(body));
  return std::move(revealed.value);
}

Result<SyncReport> Driver::sync() {
  DOORSTEP_CHECK(call_office());
  const PhoneState phone = store_.phone();
  const std::int64_t started_ms = options_.ports.clock->read().monotonic_ms;
  Session session(store_, keys_version(phone.keys_frame));
  Session::Action action = session.start();
  for (;;) {
    if (auto* finished = std::get_if<Session::Finished>(&action)) {
      SyncReport report = finished->report;
      report.bytes_sent = bytes_sent_;
      report.bytes_received = bytes_received_;
      report.duration_ms = options_.ports.clock->read().monotonic_ms - started_ms;
      report.waiting_groups = store_.status().waiting_groups;
      return report;
    }
    if (auto* failed = std::get_if<Session::Failed>(&action)) return tl::unexpected(failed->error);
    action = std::visit(
        Overloaded{[&](const Session::SendSync& send_sync) -> Session::Action {
                     const std::int64_t sent_at_ms = options_.ports.clock->read().monotonic_ms;
                     auto body = send("POST", "/v1/sync", wire::to_frame(send_sync.request));
                     if (!body) return session.on_failure(body.error());
                     auto response = wire::from_frame<wire::SyncResponse>(*body);
                     if (!response) return session.on_failure(response.error());
                     return session.on_response(std::move(*response), std::move(*body), sent_at_ms);
                   },
                   [&](const Session::FetchPack& wanted) -> Session::Action {
                     auto pack = fetch_pack(wanted.version);
                     return pack ? session.on_pack(*pack) : session.on_failure(pack.error());
                   },
                   [&](const Session::FetchKeys&) -> Session::Action {
                     const auto keys = fetch_keys(false);
                     const Status taken = keys ? take_keys(*keys) : tl::unexpected(keys.error());
                     return taken ? session.on_keys() : session.on_failure(taken.error());
                   },
                   [&](const Session::Rehome& asked) -> Session::Action {
                     auto body = send("POST", "/v1/rehome", wire::to_frame(asked.request));
                     if (!body) return session.on_failure(body.error());
                     const auto answer = wire::from_frame<wire::JoinResponse>(*body);
                     if (!answer) return session.on_failure(answer.error());
                     Session::Action next = session.on_rehomed(*answer);
                     call(store_.phone());
                     return next;
                   },
                   [&](const Session::HandOver& brought) -> Session::Action {
                     auto body = send("POST", "/v1/parcels", wire::to_frame(brought.parcels));
                     if (!body) return session.on_failure(body.error());
                     const auto answer = wire::from_frame<wire::HandOver>(*body);
                     return answer ? session.on_handed_over(*answer) : session.on_failure(answer.error());
                   },
                   [&](const Session::Readmit& refused) -> Session::Action {
                     if (phone.certificate_frame.empty()) return session.on_failure(refused.refusal);
                     const Status admitted = readmit();
                     return admitted ? session.on_readmitted() : session.on_failure(admitted.error());
                   },
                   [&](const Session::TellWiped& told) -> Session::Action {
                     auto body = send("POST", "/v1/wiped", wire::to_frame(told.report));
                     if (!body) return session.on_failure(body.error());
                     const auto answer = wire::from_frame<wire::WipeReport>(*body);
                     return answer ? session.on_wiped() : session.on_failure(answer.error());
                   },
                   [&](const Session::Finished&) -> Session::Action { return action; },
                   [&](const Session::Failed&) -> Session::Action { return action; }},
        action);
  }
}

}  // namespace doorstep
