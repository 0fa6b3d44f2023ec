#include <filesystem>
#include <stdexcept>

#include "base/random.hpp"
#include "bench/phone.hpp"
#include "bench/workloads.hpp"
#include "pipeline/enrolment.hpp"
#include "pipeline/office_writer.hpp"
#include "pipeline/pipeline.hpp"
#include "posix/posix.hpp"
#include "schema/calendar.hpp"
#include "schema/loader/loader.hpp"
#include "schema/validation.hpp"
#include "schema/view_arguments.hpp"
#include "sqlite/office_file.hpp"
#include "sqlite/sqlite_store.hpp"
#include "wire/codec.hpp"

/// W8: every view of the neighbourhood pack, and searches, on a leader's phone of 2,100 doors and at an
/// office of 40,200.
namespace doorstep::bench {
namespace {

using namespace doorstep::server;

constexpr int kFloors = 25;
constexpr int kDoorsAFloor = 12;
constexpr int kPhoneTowers = 7;     // 2,100 doors
constexpr int kOfficeTowers = 134;  // 40,200 doors
constexpr std::int64_t kDayMs = 24 * 3'600 * std::int64_t{1'000};
constexpr std::size_t kFound = 20;
constexpr double kPhoneAimMs = 10;
constexpr double kOfficeAimMs = 200;

/// Towers of 25 floors of 12 doors in five communities, a leader a floor, and a month of their work.
class Town {
 public:
  Town(const std::string& folder, int towers)
      : pack_(must(load_pack(std::string(DOORSTEP_SOURCE_DIR) + "/schemas/neighbourhood"))),
        file_(folder + "/office.db"),
        store_(must(SqliteStore::open(file_))),
        keys_(make_key_pair()) {
    must(create_office(*store_, *clock_, *entropy_, "W8", pack_, "neighbourhood"));
    Pipeline::Options options;
    options.identity = keys_.secret_key;
    pipeline_ = must(Pipeline::open(*store_, *clock_, *entropy_, options));
    now_ms_ = clock_->read().wall_ms;
    OfficeWriter writer(pipeline_->office());
    writer_ = &writer;
    fill(towers);
    must(writer.commit());
    writer_ = nullptr;
  }

  /// A phone of somebody who answers for all of it, at `path`.
  void fill_phone(const std::string& path) {
    wire::JoinRequest request;
    request.code = must(invite(pipeline_->office(), {{worker_, "community_worker", street_}})).front();
    request.device_name = "W8";
    const wire::JoinResponse joined = must(pipeline_->join(request));
    const std::unique_ptr<PhoneStore> store = must(PhoneStore::open(phone_options(path)));
    must(store->install_identity([&](PhoneState& state) {
      state.office = joined.office;
      state.office_name = joined.office_name;
      state.actor = joined.actor;
      state.person = joined.person;
      state.person_name = joined.person_name;
      state.role = joined.role;
      state.roles = {joined.role};
      state.joined = true;
    }));
    must(store->install_pack(pack_));
    SyncReport report;
    for (bool done = false; !done;) {
      wire::SyncResponse answer = must(pipeline_->exchange(must(store->next_request())));
      answer.parcels.reset();
      done = answer.checkpoint;
      must(store->accept(answer, wire::to_frame(answer), clock_->read().wall_ms, report));
    }
  }

  const Pack& pack() const { return pack_; }
  const std::string& file() const { return file_; }
  std::int64_t now_ms() const { return now_ms_; }
  int doors() const { return static_cast<int>(doors_.size()); }

  /// What a view's parameter without a default is given.
  std::vector<NamedValue> parameters(const View& view) const {
    std::vector<NamedValue> given;
    for (const ViewParameter& parameter : view.parameters) {
      if (view.name == "service_plate" && parameter.name == "level")
        given.emplace_back(parameter.name, "floor");
      if (parameter.default_rule == DefaultRule::me) given.emplace_back(parameter.name, to_text(leader_));
      if (parameter.default_rule != DefaultRule::none || !is_null(parameter.default_value)) continue;
      if (parameter.name == "campaign") given.emplace_back(parameter.name, to_text(campaign_));
      if (parameter.name == "building") given.emplace_back(parameter.name, to_text(building_));
      if (parameter.name == "incident") given.emplace_back(parameter.name, to_text(incident_));
      if (parameter.name == "matter") given.emplace_back(parameter.name, to_text(matter_));
      if (parameter.name == "assignment") given.emplace_back(parameter.name, to_text(post_));
      if (parameter.name == "round") given.emplace_back(parameter.name, "R");
    }
    return given;
  }

 private:
  RowId put(std::string_view table, const std::vector<NamedValue>& values) {
    return must(writer_->put(table, values));
  }
  RowId place(const std::string& code, const std::optional<RowId>& parent, const std::string& level) {
    std::vector<NamedValue> values{{"code", code}, {"level", level}, {"name", code}};
    if (parent) values.emplace_back("parent", to_text(*parent));
    return put("place", values);
  }
  bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
  /// One of 8,400; the draws are of a stream of their own, so that the rest is as it was without names.
  std::string name() {
    static constexpr const char* kSurnames[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴",
                                                "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "单"};
    static constexpr const char* kGiven[] = {"淑", "芬", "志", "国", "秀", "英", "建", "军", "丽", "华",
                                             "玉", "兰", "桂", "芳", "伟", "明", "强", "敏", "静", "平"};
    const auto pick = [&](const auto& words) { return words[names_.below(std::size(words))]; };
    const std::string short_name = std::string(pick(kSurnames)) + pick(kGiven);
    return names_.below(5) == 0 ? short_name : short_name + pick(kGiven);
  }
  /// Some time of the last `days` days.
  std::string past(std::uint64_t days) {
    return format_time(now_ms_ - kDayMs - static_cast<std::int64_t>(random_.below(days * kDayMs)));
  }
  std::string day(int from_now) { return format_time(now_ms_ + from_now * kDayMs).substr(0, 10); }

  void fill(int towers) {
    street_ = place("220199001", std::nullopt, "street");
    worker_ = put("person", {{"name", "员工"}, {"phone", "15400000000"}});
    put("assignment",
        {{"person", to_text(worker_)}, {"place", to_text(street_)}, {"role", "community_worker"}});
    campaign_ = put("campaign",
                    {{"place", to_text(street_)}, {"title", "问卷"}, {"due", day(-2) + "T00:00:00.000Z"}});
    const RowId patrol = put("schedule", {{"place", to_text(street_)},
                                          {"kind", "patrol"},
                                          {"title", "巡查"},
                                          {"level", "building"},
                                          {"slots", std::int64_t{3}},
                                          {"every_days", std::int64_t{1}},
                                          {"starts", day(-40)}});
    put("schedule", {{"place", to_text(street_)},
                     {"kind", "drill"},
                     {"title", "演练"},
                     {"level", "building"},
                     {"every_days", std::int64_t{365}},
                     {"starts", day(-300)}});
    std::vector<RowId> communities;
    for (int i = 1; i <= 5; ++i)
      communities.push_back(place("22019900100" + std::to_string(i), street_, "community"));
    for (int i = 0; i < towers; ++i) add_tower(i, communities[static_cast<std::size_t>(i % 5)], patrol);
  }

  void add_tower(int number, const RowId& community, const RowId& patrol) {
    const std::string code = "220199001-" + std::to_string(1'000 + number);
    building_ = place(code, community, "building");
    const RowId unit = place(code + "-1", building_, "unit");
    if (one_in(2))
      incident_ = put("incident", {{"place", to_text(building_)},
                                   {"kind", "fire"},
                                   {"title", "冒烟"},
                                   {"started_at", format_time(now_ms_ - kDayMs / 24)}});
    for (int back = 1; back <= 30; ++back)
      for (std::int64_t slot = 1; slot <= 3; ++slot)
        if (!one_in(10))
          put("round", {{"schedule", to_text(patrol)},
                        {"place", to_text(building_)},
                        {"day", day(-back)},
                        {"slot", slot}});
    for (int f = 1; f <= kFloors; ++f) {
      const std::string floor_code = code + "-1-" + std::to_string(f);
      const RowId floor = place(floor_code, unit, "floor");
      leader_ = put("person", {{"name", "楼层长" + floor_code}, {"plate_consent", std::int64_t{1}}});
      post_ = put("assignment", {{"person", to_text(leader_)},
                                 {"place", to_text(floor)},
                                 {"role", "leader"},
                                 {"starts", day(-200)}});
      if (one_in(2)) add_hazard(floor);
      for (int d = 1; d <= kDoorsAFloor; ++d)
        add_home(place(floor_code + "-" + std::to_string(d), floor, "door"));
    }
  }

  void add_hazard(const RowId& at) {
    put("hazard", {{"place", to_text(at)},
                   {"kind", "blocked_stairs"},
                   {"due", day(static_cast<int>(random_.below(20)) - 10)},
                   {"found_at", past(30)}});
  }

  void add_home(const RowId& door) {
    doors_.push_back(door);
    const RowId home = put(
        "household", {{"place", to_text(door)}, {"head_name", name()}, {"tags", one_in(4) ? "elderly" : ""}});
    for (std::uint64_t i = 0; i < 2 + random_.below(2); ++i) {
      const RowId resident =
          put("resident", {{"name", name()}, {"kind", one_in(5) ? "floating" : "registered"}});
      put("residency", {{"resident", to_text(resident)},
                        {"household", to_text(home)},
                        {"moved_in", day(-static_cast<int>(random_.below(2'000)))}});
    }
    const std::string at = to_text(door);
    if (!one_in(5))
      put("visit", {{"place", at}, {"visitor", to_text(leader_)}, {"outcome", "met"}, {"at", past(10)}});
    if (!one_in(10))
      put("answer", {{"campaign", to_text(campaign_)},
                     {"place", at},
                     {"outcome", one_in(8) ? "nobody_home" : "answered"},
                     {"asked_by", to_text(leader_)},
                     {"at", past(5)}});
    if (one_in(30)) put("watch", {{"place", at}, {"household", to_text(home)}, {"starts", day(-100)}});
    if (one_in(20))
      put("satisfaction",
          {{"assignment", to_text(post_)}, {"door", at}, {"score", std::int64_t{4}}, {"at", past(20)}});
    if (one_in(10)) {
      matter_ = put("matter", {{"place", at},
                               {"title", "水管漏水"},
                               {"owner", to_text(leader_)},
                               {"due", day(static_cast<int>(random_.below(20)) - 10)},
                               {"reported_at", past(20)}});
      for (const char* kind : {"up", "accept"})
        put("matter_step", {{"matter", to_text(matter_)}, {"kind", kind}, {"at", past(10)}});
    }
    if (one_in(3) && incident_ != RowId{})
      put("roll_call", {{"incident", to_text(incident_)}, {"place", at}, {"result", "out"}});
  }

  Pack pack_;
  std::string file_;
  std::unique_ptr<ClockPort> clock_ = make_posix_clock();
  std::unique_ptr<EntropyPort> entropy_ = make_posix_entropy();
  std::unique_ptr<SqliteStore> store_;
  KeyPair keys_;
  std::unique_ptr<Pipeline> pipeline_;
  OfficeWriter* writer_ = nullptr;  ///< While it is filled.
  SeededRandom random_{8};
  SeededRandom names_{9};
  std::int64_t now_ms_ = 0;
  std::vector<RowId> doors_;
  RowId street_{}, worker_{}, campaign_{}, building_{}, incident_{}, matter_{}, leader_{}, post_{};
};

struct Measured {
  double ms = 0;
  double rows = 0;
};

/// The median of several askings, after one that warms the cache.
template <typename Ask>
Measured measure(int runs, const Ask& ask) {
  Measured measured{0, static_cast<double>(ask())};
  std::vector<double> each;
  for (int i = 0; i < 3 * runs; ++i) {
    const Stopwatch watch;
    ask();
    each.push_back(watch.read().cpu_s * 1'000);
  }
  measured.ms = median(each);
  return measured;
}

}  // namespace

void run_w8(const Settings& settings, Report& report) {
  report.begin("W8", "every view: a leader's phone of 2,100 doors, an office of 40,200");
  std::filesystem::remove_all(settings.folder);
  std::filesystem::create_directories(settings.folder + "/phone");
  std::filesystem::create_directories(settings.folder + "/office");
  Town quarter(settings.folder + "/phone", kPhoneTowers);
  const std::string phone_file = settings.folder + "/phone/phone.db";
  quarter.fill_phone(phone_file);
  const std::unique_ptr<Engine> phone = must(Engine::open(phone_options(phone_file)));
  Town town(settings.folder + "/office", kOfficeTowers);
  double slowest_phone = 0, slowest_office = 0, slowest_search_phone = 0, slowest_search_office = 0;
  for (const View& view : town.pack().views) {
    const std::vector<NamedValue> given = quarter.parameters(view);
    const Measured on_phone =
        measure(settings.runs, [&] { return must(phone->view(view.name, given)).rows.size(); });
    const std::vector<Value> arguments =
        must(view_arguments(view, town.parameters(view), {town.now_ms(), std::nullopt}));
    const Measured at_office = measure(
        settings.runs, [&] { return must(view_office_file(town.file(), view, arguments)).rows.size(); });
    report.line(view.name, {{"phone ms", on_phone.ms},
                            {"phone rows", on_phone.rows},
                            {"office ms", at_office.ms},
                            {"office rows", at_office.rows}});
    slowest_phone = std::max(slowest_phone, on_phone.ms);
    slowest_office = std::max(slowest_office, at_office.ms);
  }
  // A name, one at a building, a door, and the first letter of very many.
  for (const char* text : {"wsf", "wsf 1003", "1003-1-7-5", "w"}) {
    const Measured on_phone = measure(settings.runs, [&] { return must(phone->find(text)).size(); });
    const std::string today = local_date(town.now_ms());
    const Measured at_office = measure(settings.runs, [&] {
      return must(find_in_office_file(town.file(), town.pack(), text, today, kFound)).size();
    });
    report.line(std::string("find ") + text, {{"phone ms", on_phone.ms},
                                              {"phone rows", on_phone.rows},
                                              {"office ms", at_office.ms},
                                              {"office rows", at_office.rows}});
    slowest_search_phone = std::max(slowest_search_phone, on_phone.ms);
    slowest_search_office = std::max(slowest_search_office, at_office.ms);
  }
  // What reading every door costs by itself.
  const std::string baseline = "SELECT id, code, name FROM place WHERE level = 'door' ORDER BY code";
  const Measured on_phone = measure(settings.runs, [&] { return must(phone->query(baseline)).rows.size(); });
  const Measured at_office =
      measure(settings.runs, [&] { return must(query_office_file(town.file(), baseline)).rows.size(); });
  report.line("baseline: every door, by code", {{"phone ms", on_phone.ms},
                                                {"phone rows", on_phone.rows},
                                                {"office ms", at_office.ms},
                                                {"office rows", at_office.rows}});
  report.aim_at_most("slowest view on the phone, ms", slowest_phone, kPhoneAimMs);
  report.aim_at_most("slowest view at the office, ms", slowest_office, kOfficeAimMs);
  report.aim_at_most("slowest search on the phone, ms", slowest_search_phone, kPhoneAimMs);
  report.aim_at_most("slowest search at the office, ms", slowest_search_office, kOfficeAimMs);
  report.note("Processor time, warm; every row is copied into memory.");
  report.end();
  if (on_phone.rows != quarter.doors() || at_office.rows != town.doors())
    throw std::runtime_error("W8: doors are missing");
}

}  // namespace doorstep::bench
