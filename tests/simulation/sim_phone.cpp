#include "simulation/sim_phone.hpp"

#include "base/ensure.hpp"
#include "wire/codec.hpp"

namespace doorstep::simulation {
namespace {

constexpr std::int64_t kAnswerTimeoutMs = 20'000;

/// Few, so that phones with a street's worth of rows have many parts.
constexpr std::uint32_t kComparedRows = 16;

}  // namespace

SimPhone::SimPhone(std::string name, std::uint64_t seed, Scheduler& scheduler, Trace& trace, Send send,
                   Fetch fetch, Rehome rehome, Readmit readmit, HandOver hand_over, TellWiped tell_wiped)
    : name_(std::move(name)),
      scheduler_(scheduler),
      trace_(trace),
      send_(std::move(send)),
      fetch_(std::move(fetch)),
      rehome_(std::move(rehome)),
      readmit_(std::move(readmit)),
      hand_over_(std::move(hand_over)),
      tell_wiped_(std::move(tell_wiped)),
      clock_(std::make_shared<SimClock>(scheduler, name_ + " ")),
      entropy_(std::make_shared<SimEntropy>(seed * 3 + 1)),
      disk_(seed, [clock = clock_] { return clock->wall_ms(); }) {
  std::array<std::uint8_t, 32> key_seed{};
  entropy_->fill(key_seed.data(), key_seed.size());
  key_ = make_key_pair(view(key_seed));
}

void SimPhone::open() {
  Options options;
  options.path = "phone.db";
  options.sqlite_vfs = disk_.vfs_name();
  options.ports.clock = clock_;
  options.ports.entropy = entropy_;
  options.device_name = name_;
  options.compared_rows = kComparedRows;
  auto opened = PhoneStore::open(options);
  if (!opened && disk_.stopped()) {
    disk_.crash();
    opened = PhoneStore::open(options);
  }
  if (!opened) throw InvariantBroken("a phone's file opens after every crash");
  store_ = std::move(*opened);
}

void SimPhone::join(const wire::JoinResponse& answer, const wire::KeyList& keys, const Pack& pack) {
  open();
  const Status joined = store_->install_identity([&](PhoneState& state) {
    state.joined = true;
    state.office = answer.office;
    state.office_name = answer.office_name;
    state.actor = answer.actor;
    state.token = answer.token;
    state.person = answer.person;
    state.person_name = answer.person_name;
    state.role = answer.role;
    state.roles = {answer.role};
    state.cursor.incarnation = answer.incarnation;
    state.certificate_frame = wire::to_frame(answer.certificate);
    state.signing_secret = view(key_.secret_key);
    state.keys_frame = wire::to_frame(keys);
  });
  ensure(joined.has_value(), "a phone joins");
  ensure(store_->install_pack(pack).has_value(), "a phone takes the pack");
}

void SimPhone::power_cycle() {
  ++power_cycles_;
  ++starts_;
  session_.reset();
  ++request_;
  disk_.crash();
  store_.reset();
  clock_->reboot();
  open();
  // The file had been deleted, and what opens is a new one.
  wiped_ = !store_->phone().joined;
  say(wiped_ ? "power cycle, and is wiped" : "power cycle");
}

void SimPhone::copy_to(Image& image) const {
  disk_.copy_to(image.disk);
  image.committed = committed_;
  image.damaged = damaged_;
  image.newest_readable = newest_readable_;
}

void SimPhone::put_back(const Image& image,
                        const std::function<bool(const std::string& bytes)>& is_at_office) {
  if (store_) {
    const std::uint64_t acknowledged = raw(store_->phone().admitted_through);
    for (const auto& [number, bytes] : committed_)
      if (number <= acknowledged && is_at_office(bytes)) acknowledged_before_.push_back(bytes);
  }
  session_.reset();
  ++request_;
  image.disk.copy_to(disk_);
  store_.reset();
  clock_->reboot();
  committed_ = image.committed;
  damaged_ |= image.damaged;
  newest_readable_ = image.newest_readable;
  open();
  ++starts_;
  say("goes on from a copy");
}

bool SimPhone::write(const std::string& what, const std::function<Status()>& work) {
  return run(what, [&](PhoneStore& store) { return store.write(work); });
}

bool SimPhone::run(const std::string& what, const std::function<Status(PhoneStore&)>& work) {
  Status done;
  try {
    done = work(*store_);
  } catch (const InvariantBroken& broken) {
    // The engine's one barrier stands around this. In a damaged file anything may be found.
    if (!damaged_) throw;
    say(what + ": refused: " + broken.what());
    return false;
  }
  if (done) {
    note_committed();
    say(what);
    return true;
  }
  say(what + ": refused: " + done.error().en);
  refused_ = done.error();
  if (died(done.error())) power_cycle();
  return false;
}

void SimPhone::note_committed() {
  const auto rows =
      store_->query("SELECT number, bytes FROM doorstep_outbox ORDER BY number DESC LIMIT 2", {});
  if (!rows) {
    power_cycle();
    return;
  }
  for (const auto& row : rows->rows) {
    const Bytes& bytes = std::get<Bytes>(row[1]);
    committed_[static_cast<std::uint64_t>(std::get<std::int64_t>(row[0]))] =
        std::string(bytes.begin(), bytes.end());
  }
}

void SimPhone::start_sync() {
  if (session_ || wiped_) return;
  session_.emplace(*store_, 1);
  follow(session_->start());
}

/// The number of a new question, which is given up when no answer comes.
std::uint64_t SimPhone::ask() {
  const std::uint64_t request = ++request_;
  scheduler_.after(kAnswerTimeoutMs, [this, request] {
    if (session_ && request == request_) {
      say("no answer");
      session_.reset();
    }
  });
  return request;
}

void SimPhone::follow(Session::Action action) {
  if (auto* send = std::get_if<Session::SendSync>(&action)) {
    sent_at_ms_ = clock_->read().monotonic_ms;
    send_(ask(), wire::to_frame(send->request));
    return;
  }
  if (const auto* asked = std::get_if<Session::Rehome>(&action)) {
    say("asks to be another phone from group " + std::to_string(raw(asked->request.first)) + " on");
    return rehome_(ask(), wire::to_frame(asked->request));
  }
  if (const auto* wanted = std::get_if<Session::FetchPack>(&action)) {
    if (wanted->version <= newest_readable_) return fetch_(ask(), wanted->version);
    say("cannot read pack " + std::to_string(raw(wanted->version)));
    return follow(session_->on_failure({}));
  }
  if (const auto* brought = std::get_if<Session::HandOver>(&action))
    return hand_over_(ask(), wire::to_frame(brought->parcels));
  if (const auto* told = std::get_if<Session::TellWiped>(&action)) {
    say("is empty");
    return tell_wiped_(ask(), wire::to_frame(told->report));
  }
  if (const auto* refused = std::get_if<Session::Readmit>(&action)) return show_certificate(refused->refusal);
  if (const auto* finished = std::get_if<Session::Finished>(&action)) {
    const SyncReport& r = finished->report;
    say("synced: pushed " + std::to_string(r.pushed_groups) + ", held " + std::to_string(r.held) +
        ", pulled " + std::to_string(r.pulled_rows) + ", gone " + std::to_string(r.removed_rows) +
        (r.sent_again > 0 ? ", again " + std::to_string(r.sent_again) : ""));
  }
  const auto* failed = std::get_if<Session::Failed>(&action);
  sent_again_ += session_->report().sent_again;
  session_.reset();
  if (failed != nullptr) say("sync failed: " + failed->error.en);
  wiped_ |= failed != nullptr && failed->error.code == ErrorCode::wiped && !disk_.stopped();
  if (disk_.stopped() || (failed != nullptr && died(failed->error))) power_cycle();
}

void SimPhone::on_pack(std::uint64_t request, const std::string& frame) {
  if (!session_ || request != request_) return;
  const auto pack = wire::from_frame<Pack>(frame);
  ensure(pack.has_value(), "a pack arrives whole");
  follow(session_->on_pack(*pack));
  say("has pack " + std::to_string(raw(store_->pack_version())));
}

void SimPhone::on_rehomed(std::uint64_t request, const std::string& frame) {
  if (!session_ || request != request_) return;
  const auto answer = wire::from_frame<wire::JoinResponse>(frame);
  if (!answer) return follow(session_->on_failure(wire::from_frame<wire::ErrorMessage>(frame)->error));
  say("is " + std::to_string(serial_of(answer->actor)) + " now");
  follow(session_->on_rehomed(*answer));
}

void SimPhone::show_certificate(const Error& refusal) {
  const auto request = readmit_request(store_->phone());
  if (!request) return follow(session_->on_failure(refusal));
  readmit_(ask(), wire::to_frame(*request));
}

void SimPhone::on_readmitted(std::uint64_t request, const std::string& frame) {
  if (!session_ || request != request_) return;
  const auto admitted = wire::from_frame<wire::JoinResponse>(frame);
  if (!admitted) return follow(session_->on_failure(wire::from_frame<wire::ErrorMessage>(frame)->error));
  const Status saved = store_->install_identity([&](PhoneState& state) { state.token = admitted->token; });
  if (!saved) return follow(session_->on_failure(saved.error()));
  ++readmissions_;
  say("readmitted");
  follow(session_->on_readmitted());
}

void SimPhone::on_handed_over(std::uint64_t request, const std::string& frame) {
  if (!session_ || request != request_) return;
  const auto answer = wire::from_frame<wire::HandOver>(frame);
  if (!answer) return follow(session_->on_failure(wire::from_frame<wire::ErrorMessage>(frame)->error));
  follow(session_->on_handed_over(*answer));
}

void SimPhone::on_wiped(std::uint64_t request, const std::string& frame) {
  if (!session_ || request != request_) return;
  const auto answer = wire::from_frame<wire::WipeReport>(frame);
  if (!answer) return follow(session_->on_failure(wire::from_frame<wire::ErrorMessage>(frame)->error));
  follow(session_->on_wiped());
}

std::set<GroupNumber> SimPhone::carried(ActorId office) {
  const auto rows = store_->query("SELECT number FROM doorstep_parcel WHERE office = ?1",
                                  {Value(static_cast<std::int64_t>(raw(office)))});
  ensure(rows.has_value(), "a phone's parcels are readable");
  std::set<GroupNumber> numbers;
  for (const auto& row : rows->rows)
    numbers.insert(GroupNumber{static_cast<std::uint64_t>(std::get<std::int64_t>(row[0]))});
  return numbers;
}

void SimPhone::on_answer(std::uint64_t request, const std::string& frame) {
  if (!session_ || request != request_) return;
  if (const auto refusal = wire::from_frame<wire::ErrorMessage>(frame))
    return follow(session_->on_failure(refusal->error));
  auto response = wire::from_frame<wire::SyncResponse>(frame);
  if (!response) {
    follow(session_->on_failure(response.error()));
    return;
  }
  const SyncReport before = session_->report();
  Session::Action action = session_->on_response(std::move(*response), frame, sent_at_ms_);
  const SyncReport& after = session_->report();
  differences_ += after.differing_parts - before.differing_parts;
  compared_rows_ += after.checked_rows - before.checked_rows;
  repaired_rows_ += after.repaired_rows - before.repaired_rows;
  if (after.differing_parts > before.differing_parts) say("differs from the office");
  if (after.repaired_rows > before.repaired_rows)
    say("repaired rows: " + std::to_string(after.repaired_rows - before.repaired_rows));
  follow(std::move(action));
}

void SimPhone::note_damage(const std::string& what) {
  damaged_ = true;
  say(what);
}

}  // namespace doorstep::simulation
