#include <filesystem>
#include <stdexcept>

#include "base/random.hpp"
#include "bench/workloads.hpp"
#include "pipeline/enrolment.hpp"
#include "pipeline/office_writer.hpp"
#include "pipeline/pipeline.hpp"
#include "posix/posix.hpp"
#include "schema/loader/loader.hpp"
#include "sqlite/sqlite_store.hpp"
#include "wire/codec.hpp"

/// W7: an estate of 1,000 households whose two grids become three. The office's pipeline and store in this
/// process; bytes are those of request and answer frames, before TLS.
namespace doorstep::bench {
namespace {

using namespace doorstep::server;

constexpr int kBuildings = 20;
constexpr int kUnits = 5;
constexpr int kDoors = 10;
constexpr int kResidentsOf1000 = 2'500;
constexpr int kEstateVisits = 3'000;
/// Buildings that come to the new grid, from both old ones.
constexpr int kFirstMoved = 8;
constexpr int kLastMoved = 13;

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().en);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

struct Traffic {
  double rows = 0, gone = 0, bytes = 0, office_ms = 0;
};

class Estate {
 public:
  explicit Estate(const std::string& folder)
      : store_(must(SqliteStore::open(folder + "/office.db"))), keys_(make_key_pair()) {
    must(create_office(*store_, *clock_, *entropy_, "W7",
                       must(load_pack(std::string(DOORSTEP_SOURCE_DIR) + "/schemas/changchun")),
                       "changchun"));
    Pipeline::Options options;
    options.identity = keys_.secret_key;
    pipeline_ = must(Pipeline::open(*store_, *clock_, *entropy_, options));
    fill();
  }

  Office& office() { return pipeline_->office(); }
  Pipeline& pipeline() { return *pipeline_; }
  std::uint64_t head() { return raw(must(must(store_->snapshot())->feed_head())); }
  RowId building(int number) const { return buildings_[static_cast<std::size_t>(number - 1)]; }
  RowId community, grids[3];

  RowId place(OfficeWriter& writer, const std::string& code, const std::optional<RowId>& parent,
              const std::string& level) {
    std::vector<NamedValue> values{{"code", code}, {"level", level}, {"name", code}};
    if (parent) values.emplace_back("parent", to_text(*parent));
    return must(writer.put("place", values));
  }

  static void overlay(OfficeWriter& writer, const RowId& place, const RowId& over, bool active) {
    must(writer.put(
        "place_overlay",
        {{"place", to_text(place)}, {"overlay", to_text(over)}, {"active", std::int64_t{active ? 1 : 0}}}));
  }

  /// A phone of somebody who answers for these places.
  wire::SyncRequest enrol(const std::string& name, const std::string& role,
                          const std::vector<RowId>& places) {
    OfficeWriter writer(office());
    const RowId person = must(writer.put("person", {{"name", name}}));
    for (const RowId& place : places)
      must(
          writer.put("assignment", {{"person", to_text(person)}, {"place", to_text(place)}, {"role", role}}));
    must(writer.commit());
    wire::JoinRequest request;
    request.code = must(invite(office(), {{person, role, places.front()}})).front();
    request.device_name = name;
    const wire::JoinResponse joined = must(pipeline_->join(request));
    wire::SyncRequest sync;
    sync.actor = joined.actor;
    sync.pack = joined.pack;
    return sync;
  }

  /// Until the checkpoint.
  Traffic pull(wire::SyncRequest& phone) {
    Traffic traffic;
    for (;;) {
      traffic.bytes += static_cast<double>(wire::to_frame(phone).size());
      const Stopwatch watch;
      wire::SyncResponse answer = must(pipeline_->exchange(phone));
      traffic.office_ms += watch.read().wall_s * 1'000;
      answer.parcels.reset();  // They are carried until the next backup, whoever has what in sight.
      traffic.bytes += static_cast<double>(wire::to_frame(answer).size());
      for (const wire::RowSection& section : answer.page->sections)
        traffic.rows += static_cast<double>(section.ids.size());
      traffic.gone += static_cast<double>(answer.page->gone.size());
      phone.cursor = answer.next;
      if (!answer.checkpoint) continue;
      phone.cursor.whole = false;
      return traffic;
    }
  }

 private:
  void fill() {
    OfficeWriter writer(office());
    SeededRandom random(7);
    const RowId street = place(writer, "220104001", std::nullopt, "street");
    community = place(writer, "220104001001", street, "community");
    const RowId estate = place(writer, "220104001001-E", community, "estate");
    for (int i = 0; i < 3; ++i)
      grids[i] = place(writer, "220104001001-G" + std::to_string(i + 1), community, "grid");
    std::vector<RowId> homes;
    for (int b = 1; b <= kBuildings; ++b) {
      const std::string code = "220104001001-" + std::to_string(b);
      buildings_.push_back(place(writer, code, estate, "building"));
      overlay(writer, buildings_.back(), grids[b <= kBuildings / 2 ? 0 : 1], true);
      for (int u = 1; u <= kUnits; ++u) {
        const RowId unit = place(writer, code + "-" + std::to_string(u), buildings_.back(), "unit");
        for (int d = 1; d <= kDoors; ++d) {
          const RowId door =
              place(writer, code + "-" + std::to_string(u) + "-" + std::to_string(100 + d), unit, "door");
          homes.push_back(must(writer.put(
              "household", {{"place", to_text(door)}, {"head_name", "户主" + std::to_string(d)}})));
          doors_.push_back(door);
        }
      }
    }
    for (int i = 0; i < kResidentsOf1000; ++i) {
      const RowId resident = must(writer.put("resident", {{"name", "居民" + std::to_string(i)}}));
      must(writer.put("residency", {{"resident", to_text(resident)},
                                    {"household", to_text(homes[random.below(homes.size())])}}));
    }
    for (int i = 0; i < kEstateVisits; ++i)
      must(writer.put("visit", {{"place", to_text(doors_[random.below(doors_.size())])},
                                {"outcome", std::string("met")},
                                {"note", "入户走访" + std::to_string(random.below(1'000))}}));
    must(writer.commit());
  }

  std::unique_ptr<ClockPort> clock_ = make_posix_clock();
  std::unique_ptr<EntropyPort> entropy_ = make_posix_entropy();
  std::unique_ptr<SqliteStore> store_;
  KeyPair keys_;
  std::unique_ptr<Pipeline> pipeline_;
  std::vector<RowId> buildings_, doors_;
};

}  // namespace

void run_w7(const Settings& settings, Report& report) {
  report.begin("W7", "an estate of 1,000 households: two grids become three");
  std::filesystem::remove_all(settings.folder);
  std::filesystem::create_directories(settings.folder);
  Estate estate(settings.folder);
  std::vector<RowId> moved;
  for (int b = kFirstMoved; b <= kLastMoved; ++b) moved.push_back(estate.building(b));
  std::vector<std::pair<std::string, wire::SyncRequest>> phones;
  const auto add = [&](const std::string& who, const std::string& role, const std::vector<RowId>& places) {
    phones.emplace_back(who, estate.enrol(who, role, places));
  };
  add("community worker", "community_worker", {estate.community});
  add("leader of grid 1, loses three buildings", "grid_leader", {estate.grids[0]});
  add("leader of grid 2, loses three buildings", "grid_leader", {estate.grids[1]});
  add("leader of grid 3, gains six", "grid_leader", {estate.grids[2]});
  add("leader of a building that stays", "building_leader", {estate.building(1)});
  add("leader of a building that moves", "building_leader", {estate.building(9)});
  for (auto& [who, phone] : phones) static_cast<void>(estate.pull(phone));

  const std::uint64_t before = estate.head();
  const Stopwatch watch;
  OfficeWriter writer(estate.office());
  for (int b = kFirstMoved; b <= kLastMoved; ++b) {
    const RowId old = estate.grids[b <= kBuildings / 2 ? 0 : 1];
    estate.overlay(writer, estate.building(b), old, false);
    estate.overlay(writer, estate.building(b), estate.grids[2], true);
  }
  must(writer.commit());
  const double office_ms = watch.read().wall_s * 1'000;
  const auto entries = static_cast<double>(estate.head() - before);
  report.line("the office draws the grids", {{"feed entries", entries}, {"office ms", office_ms}});
  double untouched = 0;
  for (auto& [who, phone] : phones) {
    const Traffic traffic = estate.pull(phone);
    report.line(who, {{"rows", traffic.rows},
                      {"gone", traffic.gone},
                      {"bytes", traffic.bytes},
                      {"office ms", traffic.office_ms}});
    if (who.find("stays") != std::string::npos) untouched = traffic.bytes;
  }
  // What everybody above them would be sent, were every row beneath a place that moves written again.
  wire::SyncRequest baseline = estate.enrol("baseline", "grid_leader", moved);
  const Traffic again = estate.pull(baseline);
  report.line("baseline: every row beneath again, to each", {{"feed entries", 2 * again.rows},
                                                             {"rows", again.rows},
                                                             {"bytes", again.bytes},
                                                             {"office ms", again.office_ms}});
  report.aim_at_most("feed entries", entries, 100);
  report.aim_at_most("bytes to whom nothing changes", untouched, 1'000);
  report.end();
}

}  // namespace doorstep::bench
