#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/backup.hpp"
#include "pipeline/enrolment.hpp"
#include "pipeline/office_writer.hpp"
#include "pipeline/pack_upgrade.hpp"
#include "pipeline/pipeline.hpp"
#include "simulation/pack_versions.hpp"
#include "simulation/small_pack.hpp"
#include "sqlite/office_file.hpp"
#include "sqlite/sqlite_store.hpp"
#include "sync/session.hpp"
#include "unit/store/phone_fixture.hpp"

/// A real office that upgrades its pack, and real phones that follow sooner or later.
namespace doorstep::test {

template <typename T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().en);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

class UpgradeTown {
 public:
  UpgradeTown() {
    packs_ = simulation::pack_versions(
        simulation::small_pack(must(load_pack(DOORSTEP_SOURCE_DIR "/schemas/neighbourhood"))));
    store_ = must(server::SqliteStore::open(folder_ / "office.db"));
    must(server::create_office(*store_, clock_, entropy_, "测试街道", packs_[0], "test"));
    open_pipeline();
    const RowId street = put("place", {{"code", text("S")}, {"level", text("street")}, {"name", text("S")}});
    root_ = put("place", {{"code", text("U")},
                          {"parent", to_text(street)},
                          {"level", text("unit")},
                          {"name", text("U")},
                          {"sort", std::int64_t{3}}});
    for (const char* code : {"D1", "D2"})
      put("place",
          {{"code", text(code)}, {"parent", to_text(root_)}, {"level", text("door")}, {"name", text(code)}});
  }

  static Value text(const char* t) { return std::string(t); }
  const Pack& pack(std::size_t version) const { return packs_[version - 1]; }
  server::Office& office() { return pipeline_->office(); }
  server::Pipeline& pipeline() { return *pipeline_; }
  std::string path(const std::string& name) const { return folder_ / name; }

  void upgrade(std::size_t version) { upgrade(pack(version)); }
  /// As `doorstep-server upgrade` does: a process of its own.
  void upgrade(const Pack& pack) {
    auto store = must(server::SqliteStore::open(folder_ / "office.db"));
    auto office = must(server::Office::open(*store, clock_, entropy_));
    const auto done = must(server::upgrade_pack(*office, pack, "test"));
    for (const Label& violation : done.violations) FAIL(violation.en);
  }

  RowId put(std::string_view table, const std::vector<NamedValue>& values,
            std::optional<RowId> id = std::nullopt) {
    server::OfficeWriter writer(office());
    const RowId row = must(writer.put(table, values, id));
    must(writer.commit());
    return row;
  }

  /// A leader of the unit with a new phone; its pack is `version`.
  std::unique_ptr<PhoneStore> enrol(const std::string& name, std::size_t version, Options options = {}) {
    const RowId person = put("person", {{"name", Value(name)}});
    put("assignment",
        {{"person", to_text(person)}, {"place", to_text(root_)}, {"role", std::string("leader")}});
    return join(name, person, root_, version, std::move(options));
  }

  /// A new phone, whose file is named `name`, of somebody who is invited as leader of `place`.
  std::unique_ptr<PhoneStore> join(const std::string& name, const RowId& person, const RowId& place,
                                   std::size_t version = 1, Options options = {}) {
    wire::JoinRequest request;
    request.code = must(server::invite(office(), {{person, "leader", place, 60'000'000}})).front();
    request.device_name = name;
    const KeyPair key = make_key_pair();
    request.signing_key = key.public_key;
    const wire::JoinResponse joined = must(pipeline_->join(request));
    auto phone = open(name, std::move(options));
    must(phone->install_identity([&](PhoneState& state) {
      state.joined = true;
      state.office = joined.office;
      state.office_name = joined.office_name;
      state.actor = joined.actor;
      state.person = joined.person;
      state.person_name = joined.person_name;
      state.cursor.incarnation = joined.incarnation;
      state.token = joined.token;
      state.signing_secret = view(key.secret_key);
      state.certificate_frame = wire::to_frame(joined.certificate);
      state.keys_frame = wire::to_frame(keys());
    }));
    must(phone->install_pack(pack(version)));
    return phone;
  }

  wire::KeyList keys() const {
    wire::KeyList keys;
    keys.office = pipeline_->office().record().office;
    keys.identity = make_key_pair(view(identity_).substr(0, 32)).public_key;
    return keys;
  }

  std::unique_ptr<PhoneStore> open(const std::string& name, Options options = {}) {
    return must(try_open(name, std::move(options)));
  }

  Result<std::unique_ptr<PhoneStore>> try_open(const std::string& name, Options options = {}) {
    options.path = options.sqlite_vfs.empty() ? folder_ / (name + ".db") : name + ".db";
    options.ports.clock = phone_clock_;
    options.ports.entropy = std::make_shared<SeededEntropy>(++seed_);
    return PhoneStore::open(options);
  }

  /// One session; `can_fetch` false: the app is too old for the office's newest pack.
  SyncReport sync(PhoneStore& phone, bool can_fetch = true) { return must(try_sync(phone, can_fetch)); }

  Result<SyncReport> try_sync(PhoneStore& phone, bool can_fetch = true) {
    clock_.wall_ms += 1'000;
    phone_clock_->wall_ms += 1'000;
    phone_clock_->monotonic_ms += 1'000;
    Session session(phone, 1);
    Session::Action action = session.start();
    for (;;) {
      if (auto* send = std::get_if<Session::SendSync>(&action)) {
        const auto sent = must(wire::from_frame<wire::SyncRequest>(wire::to_frame(send->request)));
        auto answer = pipeline_->exchange(sent);
        if (!answer) {
          action = session.on_failure(answer.error());
          continue;
        }
        if (falsify) falsify(*answer);
        const std::string frame = wire::to_frame(*answer);
        if (before_answer) std::exchange(before_answer, nullptr)();
        action = session.on_response(must(wire::from_frame<wire::SyncResponse>(frame)), frame,
                                     phone_clock_->monotonic_ms);
      } else if (const auto* brought = std::get_if<Session::HandOver>(&action)) {
        if (cut_hand_overs > 0 && cut_hand_overs-- > 0) {
          action =
              session.on_failure({ErrorDomain::network, ErrorCode::unreachable, Retry::later, "", "cut"});
          continue;
        }
        hand_overs.push_back(must(wire::from_frame<wire::HandOver>(wire::to_frame(brought->parcels))));
        auto taken = must(pipeline_->hand_over(hand_overs.back()));
        refused_parcels += taken.refused;
        action = session.on_handed_over(must(wire::from_frame<wire::HandOver>(wire::to_frame(taken.answer))));
      } else if (std::holds_alternative<Session::Readmit>(action)) {
        const PhoneState state = phone.phone();
        const auto admitted = must(pipeline_->readmit(certificate_of(state)));
        must(phone.install_identity([&](PhoneState& changed) { changed.token = admitted.token; }));
        action = session.on_readmitted();
      } else if (const auto* told = std::get_if<Session::TellWiped>(&action)) {
        if (cut_wipe_reports > 0 && cut_wipe_reports-- > 0) {
          action =
              session.on_failure({ErrorDomain::network, ErrorCode::unreachable, Retry::later, "", "cut"});
          continue;
        }
        must(pipeline_->wiped(told->report.actor, told->report));
        action = session.on_wiped();
      } else if (auto* fetch = std::get_if<Session::FetchPack>(&action)) {
        ++fetched_;
        action = can_fetch ? session.on_pack(pack(raw(fetch->version)))
                           : session.on_failure(fail_format("a merge kind of the future").value());
      } else if (auto* failed = std::get_if<Session::Failed>(&action)) {
        return tl::unexpected(failed->error);
      } else if (auto* asked = std::get_if<Session::Rehome>(&action)) {
        const auto request = must(wire::from_frame<wire::RehomeRequest>(wire::to_frame(asked->request)));
        const auto answer = must(pipeline_->rehome(phone.phone().actor, request));
        action =
            lose_rehomings > 0 && lose_rehomings-- > 0
                ? session.on_failure({ErrorDomain::network, ErrorCode::unreachable, Retry::later, "", "cut"})
                : session.on_rehomed(must(wire::from_frame<wire::JoinResponse>(wire::to_frame(answer))));
      } else {
        return std::get<Session::Finished>(action).report;
      }
    }
  }

  static wire::ReadmitRequest certificate_of(const PhoneState& state) { return must(readmit_request(state)); }

  /// As `doorstep-server backup` does; `told` false: it died before it took note of it.
  void backup(bool told = true) {
    std::filesystem::remove(folder_ / "backup");
    must(server::copy_office_file(folder_ / "office.db", folder_ / "backup"));
    if (told) must(server::note_backup(*store_, must(server::read_copy(folder_ / "backup"))));
  }
  /// As `doorstep-server restore` does, in place of an office that is lost.
  void restore() {
    replace_file();
    must(server::open_incarnation(folder_ / "office.db", ++incarnations_));
    store_ = must(server::SqliteStore::open(folder_ / "office.db"));
    must(server::take_into_use(*store_, clock_.wall_ms));
    open_pipeline();
  }
  /// What nobody should do: the old file put into place as it is.
  void copy_back() {
    replace_file();
    store_ = must(server::SqliteStore::open(folder_ / "office.db"));
    open_pipeline();
  }

  Value office_value(std::string_view table, const RowId& row, std::string_view column) {
    auto snapshot = must(office().store().snapshot());
    const auto plan = must(office().newest_plan(*snapshot));
    const Table& wanted = *plan->find(table)->table;
    const server::RowView* found = must(snapshot->find_row(wanted, row));
    if (found == nullptr) return Value(std::string("no such row"));
    std::vector<Value> values;
    found->append_values(values);
    return values[static_cast<std::size_t>(wanted.position(wanted.find(column)->id))];
  }
  std::size_t conflicts() { return must(must(office().store().snapshot())->ledger(true)).size(); }
  void check_sound() {
    const auto report = must(server::verify(office()));
    for (const std::string& fault : report.faults) UNSCOPED_INFO(fault);
    CHECK(report.fault_count == 0);
  }

  int fetched() const { return fetched_; }

  // What tests bend.
  std::function<void()> before_answer;               ///< Once, while the next answer is on its way.
  std::function<void(wire::SyncResponse&)> falsify;  ///< Every answer on its way.
  int cut_wipe_reports = 0;                          ///< They do not arrive.
  int lose_rehomings = 0;                            ///< Answers to requests to be another phone.
  int cut_hand_overs = 0;                            ///< They do not arrive.
  server::ParcelLimits parcel_limits;                ///< Of the next restore().
  std::vector<wire::HandOver> hand_overs;            ///< What came.
  std::size_t refused_parcels = 0;
  /// The keys are lost along with the office's disk.
  void lose_keys() { identity_ = make_key_pair().secret_key; }
  /// As `doorstep-server keys renew --identity` does; from the next restore() on.
  void renew_identity() {
    former_identities_.insert(former_identities_.begin(), identity_);
    identity_ = make_key_pair().secret_key;
  }
  ManualClock& phone_clock() { return *phone_clock_; }
  ManualClock& clock() { return clock_; }

 private:
  void replace_file() {
    pipeline_.reset();
    store_.reset();
    for (const char* file : {"office.db", "office.db-wal", "office.db-shm"})
      std::filesystem::remove(folder_ / file);
    must(server::copy_office_file(folder_ / "backup", folder_ / "office.db"));
  }
  void open_pipeline() {
    server::Pipeline::Options options;
    options.identity = identity_;
    options.former_identities = former_identities_;
    options.parcels = parcel_limits;
    pipeline_ = must(server::Pipeline::open(*store_, clock_, entropy_, options));
  }

  TemporaryFolder folder_;
  std::vector<Pack> packs_;
  ManualClock clock_;
  SeededEntropy entropy_{7};
  std::shared_ptr<ManualClock> phone_clock_ = std::make_shared<ManualClock>();
  std::unique_ptr<server::SqliteStore> store_;
  std::unique_ptr<server::Pipeline> pipeline_;
  SecretKey identity_ = make_key_pair().secret_key;
  std::vector<SecretKey> former_identities_;  ///< The latest first.
  std::uint32_t incarnations_ = 2'000'000'000;
  RowId root_;
  std::uint64_t seed_ = 100;
  int fetched_ = 0;
};

// --- What tests do with a phone ---

inline RowId add(PhoneStore& phone, const std::string& table, const std::vector<NamedValue>& values) {
  RowId id;
  must(phone.write([&]() -> Status {
    auto added = phone.add(table, values);
    if (!added) return tl::unexpected(added.error());
    id = *added;
    return {};
  }));
  return id;
}

inline Status edit(PhoneStore& phone, const std::string& table, const RowId& id,
                   const std::vector<NamedValue>& values) {
  return phone.write([&] { return phone.edit(table, id, values); });
}

inline Status run(PhoneStore& phone, const std::string& sql, const std::vector<Value>& parameters = {}) {
  return phone.write([&]() -> Status {
    auto done = phone.execute(sql, parameters);
    if (!done) return tl::unexpected(done.error());
    return {};
  });
}

inline Value one(PhoneStore& phone, const std::string& sql, const std::vector<Value>& parameters = {}) {
  const ResultSet rows = must(phone.query(sql, parameters));
  return rows.rows.empty() ? Value(std::string("no such row")) : rows.rows[0][0];
}

inline Value value(PhoneStore& phone, const std::string& table, const RowId& id, const std::string& column) {
  return one(phone, "SELECT " + column + " FROM " + table + " WHERE id = ?1", {to_text(id)});
}

inline std::vector<std::string> outbox(PhoneStore& phone) {
  std::vector<std::string> out;
  for (const auto& row : must(phone.query("SELECT bytes FROM doorstep_outbox ORDER BY number", {})).rows) {
    const Bytes& bytes = std::get<Bytes>(row[0]);
    out.emplace_back(bytes.begin(), bytes.end());
  }
  return out;
}

}  // namespace doorstep::test
