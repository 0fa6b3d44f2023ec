#include "simulation/world.hpp"

#include <algorithm>
#include <map>

#include "base/ensure.hpp"
#include "simulation/copies.hpp"
#include "simulation/counting.hpp"
#include "simulation/couriers.hpp"
#include "simulation/crew.hpp"
#include "simulation/curious.hpp"
#include "simulation/damage.hpp"
#include "simulation/pack_versions.hpp"
#include "simulation/quarter.hpp"
#include "simulation/weather.hpp"
#include "wire/codec.hpp"

namespace doorstep::simulation {
namespace {

constexpr std::int64_t kActiveMs = 40 * 60'000;
constexpr int kQuietRounds = 8;
/// What was erased arrives with the first; that the backup has what a phone kept it hears with that, or, of
/// what was released meanwhile, with the next.
constexpr int kErasingRounds = 3;

/// Which answers are looked at more closely: comparing a phone with the office takes time.
constexpr std::uint64_t kWatchedAnswers = 5;

class World {
 public:
  World(std::uint64_t seed, const Pack& pack, bool print)
      : random_(seed),
        housekeeping_(seed + 3),
        posts_(seed + 4),
        erasing_(seed + 5),
        devices_(seed + 6),
        curiosity_(seed + 7),
        crew_(seed + 8),
        packs_(with_changing_rights(pack_versions(pack))),
        trace_(print),
        network_(scheduler_, seed + 1),
        office_(seed + 2, page_rows(seed), parcel_limits(seed), scheduler_, trace_) {
    weather_ = draw_weather(random_);
    founders_ = 2 + random_.below(4);
    copies_ = draw_copies(seed, founders_, kActiveMs);
    for (std::size_t i = 0; i < founders_; ++i) add_phone(seed * 100 + i);
    if (weather_.restored_ms != 0 && weather_.latecomer) latecomer_ = add_phone(seed * 100 + 95);
    if (copies_.cloned) clone_ = add_phone(seed * 100 + 96);
    if (!copies_.put_back.empty()) image_ = std::make_unique<SimPhone::Image>(seed * 100 + 98);
    if (copies_.cloned) clone_image_ = std::make_unique<SimPhone::Image>(seed * 100 + 97);
  }

  Outcome run() {
    found_office();
    draw_housekeeping(housekeeping_, weather_);
    network_.set(weather_.network);
    for (std::size_t i = 0; i < founders_; ++i) {
      if (random_.chance(weather_.old_apps))
        phones_[i]->limit_pack(PackVersion{static_cast<std::uint32_t>(1 + random_.below(2))});
      live(i);
      exchange(i);
    }
    if (weather_.restored_ms != 0) lose_the_office();
    clerk();
    if (posts_.chance(500)) change_posts();
    if (posts_.chance(600)) change_places();
    decide();
    compact();
    erases_ = erasing_.chance(300);
    if (erases_) erase();
    for (std::size_t i = 0; i < weather_.upgrades; ++i) upgrade_some_time(i + 2);
    copy_some_time();
    if (devices_.chance(300)) lose_a_phone();
    if (devices_.chance(500)) note_devices();
    if (curiosity_.chance(200)) ask_to_reveal();
    repeat([this] { return crew_.until_change_ms(); }, [this] { crew_.change_form(office_); });
    scheduler_.run_until(kActiveMs);
    calm_down();
    return check();
  }

 private:
  std::size_t add_phone(std::uint64_t seed) {
    phones_.push_back(make_phone(phones_.size(), seed));
    return phones_.size() - 1;
  }

  std::unique_ptr<SimPhone> make_phone(std::size_t index, std::uint64_t seed) {
    const std::string name = "phone " + std::to_string(index + 1);
    return std::make_unique<SimPhone>(
        name, seed, scheduler_, trace_,
        [this, index](std::uint64_t request, std::string frame) { send(index, request, std::move(frame)); },
        [this, index](std::uint64_t request, PackVersion version) { fetch(index, request, version); },
        [this, index](std::uint64_t request, std::string frame) { rehome(index, request, std::move(frame)); },
        [this, index](std::uint64_t request, std::string frame) {
          readmit(index, request, std::move(frame));
        },
        [this, index](std::uint64_t request, std::string frame) {
          hand_over(index, request, std::move(frame));
        },
        [this, index](std::uint64_t request, std::string frame) {
          tell_wiped(index, request, std::move(frame));
        });
  }

  void found_office() {
    office_.create(packs_[0]);
    quarter_ = build_quarter(office_);
    crew_.found(office_, quarter_);
    for (std::size_t i = 0; i < founders_; ++i) enrol(i, i == 0 ? quarter_.roots[0] : some_root());
  }

  RowId some_root() { return quarter_.roots[random_.below(quarter_.roots.size())]; }

  void enrol(std::size_t i, const RowId& root) {
    const std::string role = i % 2 == 0 ? "community_worker" : "leader";
    SimPhone& phone = *phones_[i];
    const wire::JoinResponse joined =
        office_.enrol("组长" + std::to_string(i + 1), role, root, phone.key().public_key);
    phone.join(joined, office_.keys(), packs_[office_pack_ - 1]);
    if (posts_.chance(300))
      office_.add_post(joined.person, posts_.chance(500) ? "leader" : "community_worker",
                       posts_.chance(400) ? quarter_.overlays[posts_.below(quarter_.overlays.size())]
                                          : quarter_.roots[posts_.below(quarter_.roots.size())]);
    enrolled_.emplace(i, Enrolled{&phone, joined.person});
    workloads_.emplace(i, Workload(phone, random_.next(), quarter_.outside));
    crew_.join(i, phone, false);
  }

  /// A phone's file is copied, and later put back in its place; or it goes on running on a second phone.
  void copy_some_time() {
    if (image_) scheduler_.after(copies_.taken_ms, [this] { phones_[copies_.phone]->copy_to(*image_); });
    for (const std::int64_t at_ms : copies_.put_back)
      scheduler_.after(at_ms, [this] {
        ++copied_;
        phones_[copies_.phone]->put_back(*image_, held_by(office_));
        workloads_.at(copies_.phone).close_forms();
        crew_.go_back(copies_.phone);
      });
    if (copies_.cloned) scheduler_.after(copies_.cloned_ms, [this] { start_clone(*copies_.cloned); });
  }

  void start_clone(std::size_t of) {
    ++copied_;
    phones_[of]->copy_to(*clone_image_);
    phones_[clone_]->put_back(*clone_image_, held_by(office_));
    enrolled_.emplace(clone_, Enrolled{phones_[clone_].get(), enrolled_.at(of).person});
    workloads_.emplace(clone_, Workload(*phones_[clone_], copies_.workload, quarter_.outside));
    crew_.join(clone_, *phones_[clone_], true);
    live(clone_);
    exchange(clone_);
  }

  /// A phone is called back while its holder goes on recording. (An office that was put back would have to
  /// call it back again, and copies of its file are other phones.)
  void lose_a_phone() {
    const std::size_t index = devices_.below(founders_);
    const bool is_copied = image_ != nullptr && index == copies_.phone;
    if (weather_.restored_ms != 0 || is_copied || copies_.cloned == index) return;
    revoke(index, 300'000 + span(devices_, kActiveMs - 300'000));
  }

  void revoke(std::size_t index, std::int64_t delay_ms) {
    scheduler_.after(delay_ms, [this, index] {
      if (is_active() && devices_.chance(weather_.office_dies * 5)) office_.doom(1 + devices_.below(20));
      const ActorId actor = phones_[index]->store().phone().actor;
      if (!office_.revoke(actor)) return revoke(index, 10'000);
      revoked_.emplace(index, actor);
    });
  }

  void note_devices() {
    repeat([] { return 150'000; }, [this] { office_.save_sightings(); });
  }

  /// Does `work` again and again while the day lasts, each time after as long as `delay_ms` draws.
  void repeat(std::function<std::int64_t()> delay_ms, std::function<void()> work) {
    scheduler_.after(delay_ms(), [this, delay_ms, work] {
      if (!is_active()) return;
      work();
      repeat(delay_ms, work);
    });
  }

  /// The office makes its backups, then its disk dies, and the last of them is put back. What it was brought
  /// in between, the phones bring again; what it did in between, it does again.
  void lose_the_office() {
    back_up(60'000 + span(random_, weather_.restored_ms - kUncopiedMs - 60'000));
    scheduler_.after(weather_.restored_ms, [this] {
      const std::size_t pack = office_pack_;
      office_.restore();
      couriers_.note(office_, everybody());
      for (auto& phone : phones_) phone->forget_acknowledged();
      ++restores_;
      office_pack_ = raw(office_.newest_pack());
      scheduler_.after(span(random_, 300'000), [this, pack] { upgrade(pack); });
    });
    if (!weather_.latecomer) return;
    scheduler_.after(weather_.restored_ms - 30'000 - span(random_, 240'000), [this] {
      office_.steady();
      enrol(latecomer_, some_root());
      live(latecomer_);
      exchange(latecomer_);
    });
  }

  void back_up(std::int64_t delay_ms) {
    scheduler_.after(delay_ms, [this] {
      office_.backup();
      const std::int64_t left_ms = weather_.restored_ms - kUncopiedMs - scheduler_.now_ms();
      if (left_ms > 60'000) back_up(30'000 + span(random_, left_ms));
    });
  }

  /// A leader's next recording, and what befalls her phone.
  void live(std::size_t i) {
    scheduler_.after(5'000 + static_cast<std::int64_t>(random_.below(60'000)), [this, i] {
      if (scheduler_.now_ms() >= kActiveMs) return;
      SimPhone& phone = *phones_[i];
      if (phone.is_wiped() || phone.store().pack() == nullptr) return;
      if (random_.chance(weather_.clock_jumps)) {
        jump_clock(phone, random_);
        trace_.say(scheduler_.now_ms(), phone.name(),
                   "clock says " + std::to_string(phone.clock().wall_ms()));
      }
      if (random_.chance(weather_.phone_dies)) phone.doom(1 + random_.below(30));
      if (random_.chance(weather_.damage)) damage(phone);
      workloads_.at(i).act();
      if (erases_ && erasing_.chance(200)) workloads_.at(i).mark(erasing_);
      if (weather_.compactions > 0 && housekeeping_.chance(150)) workloads_.at(i).take_out(housekeeping_);
      crew_.act(i);
      if (random_.chance(weather_.phone_dies / 3)) phone.power_cycle();
      live(i);
    });
  }

  void damage(SimPhone& phone) {
    const std::string done = harm(phone, random_);
    const bool died = phone.disk().stopped();
    if (done.empty() && !died) return;
    ++damages_;
    phone.note_damage(died ? "dies while its file is harmed" : done);
    if (died) phone.power_cycle();
  }

  /// Now and then somebody at the office settles a conflict.
  void clerk() {
    // Where the office is put back, it does more itself that has to come back.
    const bool is_busy = weather_.restored_ms != 0;
    repeat(
        [this, is_busy] { return (is_busy ? 10'000 : 60'000) + span(random_, is_busy ? 60'000 : 400'000); },
        [this, is_busy] {
          if (is_busy && random_.chance(600))
            office_.edit(random_);
          else if (random_.chance(700))
            office_.decide(random_);
          else
            office_.fold(random_);
        });
  }

  /// Who is a volunteer today may be staff tomorrow, and the other way round; second posts end and begin.
  void change_posts() {
    repeat([this] { return 60'000 + span(posts_, 600'000); },
           [this] { posts_.chance(600) ? office_.change_role(posts_) : office_.end_post(posts_); });
  }

  /// The office draws its grids anew: mostly a little, now and then much at once.
  void change_places() {
    repeat([this] { return 10'000 + span(posts_, 300'000); },
           [this] {
             const std::uint64_t changes = posts_.chance(200) ? 1 + posts_.below(6) : 1;
             for (std::uint64_t i = 0; i < changes; ++i)
               office_.reshape(posts_, quarter_.roots, quarter_.overlays);
           });
  }

  /// Leaders ask the office for what is hidden from them, of rows that they may know of and of others.
  void ask_to_reveal() {
    repeat([this] { return 5'000 + span(curiosity_, 120'000); },
           [this] {
             auto who = enrolled_.begin();
             std::advance(who, curiosity_.below(enrolled_.size()));
             if (who->second.phone->is_wiped() || revoked_.count(who->first) != 0) return;
             if (curiosity_.chance(weather_.office_dies * 5)) office_.doom(1 + curiosity_.below(10));
             auto wrong = curious_.ask(office_, packs_[office_pack_ - 1], who->second, curiosity_);
             failures_.insert(failures_.end(), wrong.begin(), wrong.end());
           });
  }

  void exchange(std::size_t i) {
    scheduler_.after(20'000 + static_cast<std::int64_t>(random_.below(300'000)), [this, i] {
      if (scheduler_.now_ms() >= kActiveMs) return;
      if (random_.chance(weather_.office_dies)) office_.doom(1 + random_.below(40));
      if (weather_.compactions > 0 && housekeeping_.chance(weather_.absences))
        away_until_[i] = scheduler_.now_ms() + static_cast<std::int64_t>(housekeeping_.below(20 * 60'000));
      if (away_until_[i] <= scheduler_.now_ms()) phones_[i]->start_sync();
      exchange(i);
    });
  }

  void decide() {
    repeat([] { return 120'000; },
           [this] {
             if (random_.chance(weather_.decisions)) office_.decide_about_held(random_);
           });
  }

  /// With leases and retention so short that phones fall past the horizon and history is cut while it is
  /// being written.
  void compact() {
    repeat([] { return 90'000; },
           [this] {
             if (!housekeeping_.chance(weather_.compactions)) return;
             server::CompactionOptions options;
             options.lease_ms = static_cast<std::int64_t>(housekeeping_.below(15)) * 60'000;
             options.history_ms = static_cast<std::int64_t>(housekeeping_.below(20)) * 60'000;
             options.without_backup = true;
             office_.compact(options);
           });
  }

  /// Somebody asks to be erased; a backup is made right after, or only with the next one.
  void erase() {
    repeat([this] { return 120'000 + span(erasing_, 600'000); },
           [this] {
             if (erasing_.chance(weather_.office_dies * 5)) office_.doom(1 + erasing_.below(60));
             office_.erase_marked(erasing_);
             if (erasing_.chance(500)) office_.backup();
           });
  }

  void send(std::size_t index, std::uint64_t request, std::string frame) {
    const auto shared = std::make_shared<std::string>(std::move(frame));
    const std::string token = phones_[index]->store().phone().token;
    network_.carry([this, index, request, token, shared] {
      office_.receive(token, *shared, [this, index, request](std::string frame_of_answer) {
        const auto answer = std::make_shared<Answer>(watch(index, std::move(frame_of_answer)));
        network_.carry([this, index, request, answer] {
          phones_[index]->on_answer(request, answer->frame);
          check_checkpoint(index, *answer);
        });
      });
    });
  }

  /// A question and its answer, each on its way as the network will have it.
  void ask(std::string frame, std::function<std::optional<std::string>(const std::string&)> office,
           std::function<void(const std::string&)> phone) {
    const auto shared = std::make_shared<std::string>(std::move(frame));
    network_.carry([this, shared, office = std::move(office), phone = std::move(phone)] {
      auto answer = office(*shared);
      if (!answer) return;
      const auto back = std::make_shared<std::string>(std::move(*answer));
      network_.carry([phone, back] { phone(*back); });
    });
  }

  bool is_active() const { return scheduler_.now_ms() < kActiveMs; }

  void rehome(std::size_t index, std::uint64_t request, std::string frame) {
    const std::string token = phones_[index]->store().phone().token;
    ask(
        std::move(frame),
        [this, token](const std::string& asked) {
          if (is_active() && random_.chance(weather_.office_dies * 5)) office_.doom(1 + random_.below(20));
          return office_.rehome(token, asked);
        },
        [this, index, request](const std::string& answer) {
          SimPhone& phone = *phones_[index];
          if (is_active() && random_.chance(weather_.phone_dies * 5)) phone.doom(1 + random_.below(20));
          phone.on_rehomed(request, answer);
        });
  }

  void fetch(std::size_t index, std::uint64_t request, PackVersion version) {
    ask(
        {}, [this, version](const std::string&) { return office_.pack_frame(version); },
        [this, index, request](const std::string& answer) {
          SimPhone& phone = *phones_[index];
          if (is_active() && random_.chance(weather_.phone_dies * 5)) phone.doom(1 + random_.below(80));
          phone.on_pack(request, answer);
        });
  }

  void readmit(std::size_t index, std::uint64_t request, std::string frame) {
    ask(
        std::move(frame), [this](const std::string& asked) { return office_.readmit(asked); },
        [this, index, request](const std::string& answer) {
          phones_[index]->on_readmitted(request, answer);
        });
  }

  void hand_over(std::size_t index, std::uint64_t request, std::string frame) {
    ask(
        std::move(frame),
        [this](const std::string& brought) {
          if (is_active() && random_.chance(weather_.office_dies * 5)) office_.doom(1 + random_.below(40));
          return office_.hand_over(brought);
        },
        [this, index, request](const std::string& answer) {
          phones_[index]->on_handed_over(request, answer);
        });
  }

  void tell_wiped(std::size_t index, std::uint64_t request, std::string frame) {
    const std::string token = phones_[index]->store().phone().token;
    ask(
        std::move(frame), [this, token](const std::string& told) { return office_.wiped(token, told); },
        [this, index, request](const std::string& answer) {
          SimPhone& phone = *phones_[index];
          if (is_active() && devices_.chance(weather_.phone_dies * 5)) phone.doom(1 + devices_.below(10));
          phone.on_wiped(request, answer);
        });
  }

  /// The office takes `version` into use at a moment of the day. The later version may come first; then the
  /// earlier never does.
  void upgrade_some_time(std::size_t version) {
    scheduler_.after(static_cast<std::int64_t>(random_.below(kActiveMs)), [this, version] {
      if (random_.chance(weather_.office_dies * 5)) office_.doom(1 + random_.below(60));
      upgrade(version);
    });
  }

  void upgrade(std::size_t version) {
    if (version <= office_pack_) return;
    if (office_.upgrade(packs_[version - 1]))
      office_pack_ = version;
    else
      scheduler_.after(30'000, [this, version] { upgrade(version); });
  }

  Answer watch(std::size_t index, std::string frame) {
    Answer answer{std::move(frame), std::nullopt, {}, {}};
    if (++answers_ % kWatchedAnswers != 0) return answer;
    const auto response = wire::from_frame<wire::SyncResponse>(answer.frame);
    if (!response || !response->checkpoint) return answer;
    answer.checkpoint = response->next;
    answer.pack = phones_[index]->store().pack_version();
    answer.rows = rows_in_scope(office_, packs_[office_pack_ - 1], enrolled_.at(index));
    return answer;
  }

  /// A phone that has installed the checkpoint has what the office had, whole groups and nothing newer.
  void check_checkpoint(std::size_t index, const Answer& answer) {
    if (!answer.checkpoint || answer.pack != phones_[index]->store().pack_version()) return;
    if (phones_[index]->was_damaged()) return;  // The part that was compared is right, others may not be yet.
    const wire::Cursor at = phones_[index]->store().phone().cursor;
    if (at.chain != answer.checkpoint->chain || at.slices.size() != answer.checkpoint->slices.size()) return;
    for (std::size_t i = 0; i < at.slices.size(); ++i)
      if (at.slices[i].slice != answer.checkpoint->slices[i].slice ||
          at.slices[i].position != answer.checkpoint->slices[i].position)
        return;
    ++checkpoints_;
    for (const std::string& wrong : check_equal(answer.rows, enrolled_.at(index)))
      failures_.push_back("at " + std::to_string(scheduler_.now_ms() / 1'000) +
                          " s, at a checkpoint: " + wrong);
  }

  /// Faults end; everybody syncs until a whole round moves nothing.
  void calm_down() {
    network_.set({0, 0, 5, 50});
    office_.doom(0);
    for (auto& phone : phones_) phone->doom(0);
    trace_.say(scheduler_.now_ms(), "world", "faults end");
    scheduler_.run_until(scheduler_.now_ms() + 60'000);
    // A turn that began before the damage may have passed by it: the next one counts.
    int rounds = kQuietRounds;
    for (int round = 0; round < rounds; ++round) {
      rounds = std::max(rounds, kQuietRounds + most_parts());
      exchange_all();
    }
    if (!erases_) return;
    erased_ = office_.erase_all_marked();
    office_.backup();
    for (int round = 0; round < kErasingRounds; ++round) exchange_all();
  }

  void exchange_all() {
    for (auto& phone : phones_) phone->start_sync();
    scheduler_.run_until(scheduler_.now_ms() + 60'000);
  }

  /// What was damaged is found when the last part has had its turn.
  int most_parts() const {
    std::uint32_t most = 0;
    if (damages_ > 0)
      for (const auto& phone : phones_) most = std::max(most, phone->store().phone().check_bucket);
    return static_cast<int>(std::min(most, std::uint32_t{256}));
  }

  std::vector<Enrolled> everybody() const {
    std::vector<Enrolled> out;
    for (const auto& [index, enrolled] : enrolled_) out.push_back(enrolled);
    return out;
  }

  Outcome check() {
    Outcome out;
    out.failures = failures_;
    out.checkpoints = checkpoints_;
    out.damages = damages_;
    const auto add = [&](std::vector<std::string> wrong) {
      out.failures.insert(out.failures.end(), wrong.begin(), wrong.end());
    };
    const Pack& newest = packs_[office_pack_ - 1];
    for (const auto& [index, actor] : revoked_) add(check_wiped(office_, enrolled_.at(index), actor));
    for (const auto& [index, enrolled] : enrolled_) {
      if (revoked_.count(index) != 0) continue;
      add(check_compared(*enrolled.phone));
      add(check_groups(office_, enrolled));
      if (copied_ == 0) add(check_withdrawn(office_, enrolled));
      // Rows that are sent in a guessed layout are not compared, so damage to them stays (docs/wire.md).
      if (!enrolled.phone->was_damaged() || office_.has_pack(enrolled.phone->store().pack_version()))
        add(check_equal(rows_in_scope(office_, newest, enrolled), enrolled));
      add(check_ledger(office_, newest, enrolled));
      add(check_pack(enrolled, newest.version));
      add(check_same(enrolled));
      count_phone(*enrolled.phone, out);
      trace_.mix(std::to_string(enrolled.phone->disk().hash()));
    }
    add(crew_.check(office_, newest, enrolled_, out));
    add(couriers_.check(office_));
    add(check_once(office_));
    add(check_history(office_, newest));
    add(check_file(office_));
    add(office_.check_audit());
    add(curious_.check(office_));
    add(check_erased(office_, everybody()));
    out.erased = erased_;
    add(check_same(office_, newest));
    auto snapshot = office_.store().snapshot();
    ensure(snapshot.has_value(), "the office is readable");
    count_office(office_, **snapshot, out);
    count_copies(**snapshot, everybody(), out);
    out.copies = copied_;
    out.wiped = revoked_.size();
    out.revealed = curious_.told();
    out.returned = couriers_.returned(office_);
    out.unreturned = couriers_.unreturned(office_);
    out.restores = restores_;
    trace_.mix(std::to_string(office_.disk().hash()));
    out.hash = trace_.hash();
    out.virtual_ms = scheduler_.now_ms();
    return out;
  }

  SeededRandom random_;
  SeededRandom housekeeping_;
  SeededRandom posts_;
  SeededRandom erasing_;
  bool erases_ = false;
  std::uint64_t erased_ = 0;
  SeededRandom devices_;
  SeededRandom curiosity_;
  Curious curious_;
  Crew crew_;
  const std::vector<Pack> packs_;
  std::size_t office_pack_ = 1;
  Scheduler scheduler_;
  Trace trace_;
  Network network_;
  SimOffice office_;
  std::vector<std::unique_ptr<SimPhone>> phones_;
  std::size_t latecomer_ = 0;  ///< Which of the phones, if any, as is the clone.
  std::size_t clone_ = 0;
  std::map<std::size_t, Enrolled> enrolled_;  ///< By phone, once it has joined.
  std::map<std::size_t, Workload> workloads_;
  std::map<std::size_t, ActorId> revoked_;  ///< By phone.
  Copies copies_;
  std::unique_ptr<SimPhone::Image> image_;
  std::unique_ptr<SimPhone::Image> clone_image_;
  std::uint64_t copied_ = 0;
  Weather weather_;
  std::size_t founders_ = 0;  ///< Phones that are there from the start.
  Quarter quarter_;
  std::uint64_t restores_ = 0;
  std::map<std::size_t, std::int64_t> away_until_;  ///< By phone.
  std::uint64_t answers_ = 0;
  std::uint64_t checkpoints_ = 0;
  std::uint64_t damages_ = 0;
  Couriers couriers_;
  std::vector<std::string> failures_;  ///< Seen on the way.
};

}  // namespace

Outcome run_world(std::uint64_t seed, const Pack& pack, bool print) {
  try {
    return World(seed, pack, print).run();
  } catch (const std::exception& broken) {
    Outcome out;
    out.failures.push_back(std::string("stopped: ") + broken.what());
    return out;
  }
}

}  // namespace doorstep::simulation
