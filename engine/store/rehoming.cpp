#include <algorithm>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "merge/version_code.hpp"
#include "store/phone_store.hpp"
#include "wire/codec.hpp"

/// A file that was put back from a copy, or runs on two phones: it goes on as another actor, from the first
/// group on that differs from what the office has under the name before (docs/wire.md, "Re-homed groups").
namespace doorstep {
namespace {

constexpr std::size_t kSeedBytes = 32;
/// Times that one file may be put back. Each costs 16 bytes at most, and the office one actor.
constexpr std::size_t kFormerActors = 4'096;
constexpr std::size_t kLeastFormerBytes = 3;

std::string encode_lineage(const Lineage& lineage, std::int64_t rehomed_ms) {
  std::string bytes;
  ByteWriter out(bytes);
  out.varint(lineage.former.size());
  for (const Lineage::Former& one : lineage.former) {
    write_actor(out, one.actor);
    out.varint(raw(one.left_at));
  }
  out.zigzag(rehomed_ms);
  return bytes;
}

/// Frames of certificates, the latest first.
std::vector<std::string> decode_certificates(const std::string& bytes) {
  const auto frames = decoding([&] {
    ByteReader in(bytes);
    std::vector<std::string> out;
    while (!in.done() && out.size() < limits::kFormerCertificates) out.emplace_back(in.text());
    return out;
  });
  return frames.value_or(std::vector<std::string>{});
}

std::string encode_certificates(const std::vector<std::string>& frames) {
  std::string bytes;
  ByteWriter out(bytes);
  for (std::size_t i = 0; i < frames.size() && i < limits::kFormerCertificates; ++i) out.text(frames[i]);
  return bytes;
}

}  // namespace

Result<wire::ReadmitRequest> readmit_request(const PhoneState& state) {
  wire::ReadmitRequest request;
  DOORSTEP_TRY(certificate, wire::from_frame<wire::Certificate>(state.certificate_frame));
  request.certificate = std::move(certificate);
  for (const std::string& frame : decode_certificates(state.former_certificates)) {
    auto former = wire::from_frame<wire::Certificate>(frame);
    if (!former) break;
    request.former.push_back(*std::move(former));
  }
  const KeyPair key = make_key_pair(std::string_view(state.signing_secret).substr(0, kSeedBytes));
  request.signature = sign(wire::signed_bytes(state.office, state.actor), key.secret_key);
  return request;
}

Status PhoneStore::load_lineage() {
  lineage_ = {{}, state_.actor};
  rehomed_ms_ = 0;
  if (state_.lineage.empty()) return {};
  DOORSTEP_TRY(former, decoding([&] {
                 ByteReader in(state_.lineage);
                 std::vector<Lineage::Former> out;
                 const std::size_t count = in.count(kFormerActors, kLeastFormerBytes);
                 for (std::size_t i = 0; i < count; ++i) {
                   const ActorId actor = read_actor(in);
                   out.push_back({actor, GroupNumber{in.varint()}});
                 }
                 rehomed_ms_ = in.zigzag();
                 in.finish();
                 return out;
               }));
  lineage_.former = std::move(former);
  return {};
}

/// A group of the outbox, saying what it means now. One that names somebody else is damaged; the office says
/// so when it comes there.
Result<Group> PhoneStore::read_group(std::string_view bytes) const {
  DOORSTEP_TRY(group, wire::decode_group(bytes));
  static_cast<void>(lineage_.adopt(group));
  return group;
}

bool PhoneStore::is_own(const VersionName& name) const { return lineage_.owner(name.group) == name.actor; }

Result<std::optional<wire::RehomeRequest>> PhoneStore::rehome_request() {
  const std::lock_guard lock(mutex_);
  if (!state_.forked) return std::nullopt;
  std::optional<wire::RehomeRequest> out;
  const Status done = transact([&]() -> Status {
    if (!state_.forked) return {};  // Another process has asked, and was answered.
    if (state_.next_signing_secret.empty()) {
      std::string seed(kSeedBytes, '\0');
      options_.ports.entropy->fill(seed.data(), seed.size());
      state_.next_signing_secret = doorstep::view(make_key_pair(seed).secret_key);
      DOORSTEP_CHECK(save_phone_state(writer_, state_));
    }
    out.emplace();
    out->first = GroupNumber{raw(state_.admitted_through) + 1};
    out->previous = state_.admitted_digest;
    out->device_name = options_.device_name;
    const std::string_view secret = state_.next_signing_secret;
    out->signing_key = make_key_pair(secret.substr(0, kSeedBytes)).public_key;
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  if (out && options_.durability == Durability::relaxed)
    if (Status durable = sync_log(); !durable) return tl::unexpected(durable.error());
  return out;
}

Status PhoneStore::rehome(const wire::JoinResponse& answer, SyncReport& report) {
  const std::lock_guard lock(mutex_);
  bool became = false;
  const Status done = transact([&]() -> Status {
    if (answer.office != state_.office || answer.actor == ActorId{})
      return fail(ErrorDomain::office, ErrorCode::refused, Retry::never,
                  "回答的不是这部手机加入的街道,没有改动。",
                  "Another office has answered than the one this phone has joined. Nothing was changed.");
    became = state_.forked;
    if (state_.forked) return become(answer);
    // Another process asked at the same time. The office forgets every token but the last.
    if (answer.actor == state_.actor) state_.token = answer.token;
    return save_phone_state(writer_, state_);
  });
  if (!done) return done;
  report.rehomed |= became;
  return {};
}

/// Everything from the first unadmitted group on is the new actor's. What is installed stays: it names only
/// groups that both copies have, or that others wrote.
Status PhoneStore::become(const wire::JoinResponse& answer) {
  const GroupNumber left_at{raw(state_.admitted_through) + 1};
  for (Lineage::Former& before : lineage_.former) before.left_at = std::min(before.left_at, left_at);
  lineage_.former.push_back({state_.actor, left_at});
  lineage_.actor = answer.actor;
  rehomed_ms_ = now().ms;
  state_.lineage = encode_lineage(lineage_, rehomed_ms_);
  state_.actor = answer.actor;
  state_.token = answer.token;
  state_.person = answer.person;
  state_.person_name = answer.person_name;
  state_.role = answer.role;
  state_.signing_secret = std::exchange(state_.next_signing_secret, {});
  std::vector<std::string> certificates = decode_certificates(state_.former_certificates);
  certificates.insert(certificates.begin(), std::move(state_.certificate_frame));
  state_.former_certificates = encode_certificates(certificates);
  state_.certificate_frame =
      answer.certificate.office == state_.office ? wire::to_frame(answer.certificate) : std::string{};
  state_.forked = false;
  state_.included_through = std::min(state_.included_through, state_.admitted_through);
  recent_groups_.clear();
  DOORSTEP_CHECK(writer_.execute("DELETE FROM doorstep_stage"));
  staged_ = false;
  return save_phone_state(writer_, state_);
}

}  // namespace doorstep
