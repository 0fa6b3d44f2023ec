#pragma once

#include <doorstep/engine.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simulation/machine.hpp"
#include "simulation/sim_disk.hpp"
#include "simulation/trace.hpp"
#include "store/phone_store.hpp"
#include "sync/session.hpp"

namespace doorstep::simulation {

/// One leader's phone: the very store and session of the engine on a simulated disk and clock.
class SimPhone {
 public:
  /// Sends a request frame; the answer comes back through on_answer() with the same number, or never.
  using Send = std::function<void(std::uint64_t request, std::string frame)>;
  /// Asks to be another device; the answer comes back through on_rehomed() with the same number, or never.
  using Rehome = Send;
  /// Asks for a pack; it comes back through on_pack() with the same number, or never.
  using Fetch = std::function<void(std::uint64_t request, PackVersion version)>;

  /// Shows its certificate; the answer comes back through on_readmitted() with the same number, or never.
  using Readmit = std::function<void(std::uint64_t request, std::string frame)>;

  /// Brings what it carries of the office before; the answer comes back through on_handed_over(), or never.
  using HandOver = Send;

  /// Says that its file is empty; the answer comes back through on_wiped(), or never.
  using TellWiped = Send;

  SimPhone(std::string name, std::uint64_t seed, Scheduler& scheduler, Trace& trace, Send send, Fetch fetch,
           Rehome rehome, Readmit readmit, HandOver hand_over, TellWiped tell_wiped);

  const std::string& name() const { return name_; }
  SimClock& clock() { return *clock_; }
  SimDisk& disk() { return disk_; }
  PhoneStore& store() { return *store_; }
  bool syncing() const { return session_.has_value(); }
  bool idle() { return !store_->has_unsent(); }

  /// Must succeed: called before faults begin.
  void join(const wire::JoinResponse& answer, const wire::KeyList& keys, const Pack& pack);

  /// Like write(), for what commits by itself.
  bool run(const std::string& what, const std::function<Status(PhoneStore&)>& work);
  /// Why the last write or run was refused.
  const Error& refused() const { return refused_; }
  /// Records; a storage failure means the phone has died, and it is started again.
  bool write(const std::string& what, const std::function<Status()>& work);
  void start_sync();
  void on_answer(std::uint64_t request, const std::string& frame);
  void on_pack(std::uint64_t request, const std::string& frame);
  void on_rehomed(std::uint64_t request, const std::string& frame);
  void on_handed_over(std::uint64_t request, const std::string& frame);
  void on_readmitted(std::uint64_t request, const std::string& frame);
  void on_wiped(std::uint64_t request, const std::string& frame);
  /// Its file is deleted.
  bool is_wiped() const { return wiped_; }
  /// The newest pack that this phone's app can read.
  void limit_pack(PackVersion newest) { newest_readable_ = newest; }
  PackVersion newest_readable() const { return newest_readable_; }
  /// The power goes, at once or at the nth disk operation from now.
  void power_cycle();
  void doom(std::uint64_t operations) { disk_.crash_at_write(operations); }

  /// Something has happened to its file behind the engine's back.
  void note_damage(const std::string& what);
  bool was_damaged() const { return damaged_; }
  /// Comparisons with the office that found a difference.
  std::uint64_t differences() const { return differences_; }
  std::uint64_t compared_rows() const { return compared_rows_; }
  std::uint64_t repaired_rows() const { return repaired_rows_; }

  /// Numbers of the parcels that it carries of an office.
  std::set<GroupNumber> carried(ActorId office);

  /// Groups whose commit returned: number and bytes. They must never be lost.
  using Groups = std::map<std::uint64_t, std::string>;
  const Groups& committed() const { return committed_; }

  /// What somebody copied from the phone: its disk, and what it had committed then.
  struct Image {
    explicit Image(std::uint64_t seed) : disk(seed, [] { return kEpochMs; }) {}
    SimDisk disk;
    Groups committed;
    PackVersion newest_readable{};
    bool damaged = false;
  };
  void copy_to(Image& image) const;
  /// The phone goes on from the image, after a power cycle; a new phone begins with it.
  void put_back(const Image& image, const std::function<bool(const std::string& bytes)>& is_at_office);
  /// Groups that the office had acknowledged when an image was put back over them.
  const std::vector<std::string>& acknowledged_before() const { return acknowledged_before_; }
  /// The office has lost them as well: then they are nowhere.
  void forget_acknowledged() { acknowledged_before_.clear(); }
  std::uint64_t power_cycles() const { return power_cycles_; }
  /// How often it began from what its disk had: after a crash, or from a copy.
  std::uint64_t starts() const { return starts_; }
  std::uint64_t sent_again() const { return sent_again_; }
  std::uint64_t readmissions() const { return readmissions_; }
  const KeyPair& key() const { return key_; }

 private:
  Error refused_;
  void open();
  void follow(Session::Action action);
  void show_certificate(const Error& refusal);
  std::uint64_t ask();
  void note_committed();
  void say(const std::string& what) { trace_.say(scheduler_.now_ms(), name_, what); }

  std::string name_;
  Scheduler& scheduler_;
  Trace& trace_;
  Send send_;
  Fetch fetch_;
  Rehome rehome_;
  Readmit readmit_;
  HandOver hand_over_;
  TellWiped tell_wiped_;
  KeyPair key_;
  PackVersion newest_readable_{UINT32_MAX};
  std::shared_ptr<SimClock> clock_;
  std::shared_ptr<SimEntropy> entropy_;
  SimDisk disk_;
  std::unique_ptr<PhoneStore> store_;
  std::optional<Session> session_;
  std::uint64_t request_ = 0;
  std::int64_t sent_at_ms_ = 0;
  std::uint64_t power_cycles_ = 0;
  std::uint64_t starts_ = 0;
  bool damaged_ = false;
  bool wiped_ = false;
  std::uint64_t differences_ = 0;
  std::uint64_t compared_rows_ = 0;
  std::uint64_t repaired_rows_ = 0;
  Groups committed_;
  std::vector<std::string> acknowledged_before_;
  std::uint64_t sent_again_ = 0;
  std::uint64_t readmissions_ = 0;
};

}  // namespace doorstep::simulation
