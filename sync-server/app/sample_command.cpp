#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/household_sample.hpp"
#include "app/open_office.hpp"
#include "app/output_file.hpp"
#include "app/roster_export.hpp"
#include "app/roster_headers.hpp"
#include "app/row_names.hpp"
#include "app/terminal.hpp"
#include "app/view_answer.hpp"
#include "base/crypto.hpp"
#include "base/error.hpp"
#include "pipeline/office_writer.hpp"
#include "schema/calendar.hpp"
#include "schema/natural_key.hpp"
#include "schema/validation.hpp"

// `sample`: which households the office calls about their leaders.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

/// As many as an office calls in weeks.
constexpr std::size_t kMostDrawn = 10'000;
constexpr std::size_t kMostSeedBytes = 200;
constexpr std::size_t kSeedBytes = 8;

/// What the office draws from, and what the command says of it.
struct Frame {
  std::vector<HomeToSample> homes;  ///< Neither called lately nor drawn in this round.
  std::vector<std::string> households;
  std::size_t doors = 0;
  std::size_t called = 0;
  std::size_t drawn = 0;
  std::size_t posts = 0;
};

/// The words of the command line, as the views take them.
struct Asked {
  std::string role;
  std::string place = "*";
  std::string round;
  std::string since;
};

Status check_options(const SampleOptions& options) {
  const bool draws = options.homes != 0 || options.each_leader != 0;
  if (options.homes > kMostDrawn)
    return fail_usage("一次最多抽" + std::to_string(kMostDrawn) + "户。",
                      "At most " + std::to_string(kMostDrawn) + " homes are drawn at once.");
  if (draws && options.role.empty())
    return fail_usage("请用 --role 写明评的是哪个岗位,例如 --role 楼道长。",
                      "Say with --role whom the calls are about, for example --role leader.");
  if (options.dry_run && !draws)
    return fail_usage("要看能抽多少,请写 --homes 或 --each-leader。",
                      "To see what there is to draw from, say --homes or --each-leader.");
  if (!options.dry_run && options.out.empty())
    return fail_usage("请用 --out 写明名单写到哪个文件。", "Say with --out which file the list goes to.");
  if (!options.seed.empty() && canonical_key_text(Value(options.seed)).empty())
    return fail_usage("随机种子不能只有空格。", "The seed cannot be blank.");
  if (options.seed.size() > kMostSeedBytes)
    return fail_usage("随机种子太长,请短一些。", "The seed is too long; take a shorter one.");
  if (options.out.empty()) return {};
  // Before anything is drawn: what is drawn stays drawn.
  const std::filesystem::path folder = std::filesystem::absolute(options.out).parent_path();
  if (!std::filesystem::is_directory(folder))
    return fail_usage("没有这个文件夹:" + folder.string(), "There is no folder " + folder.string() + ".");
  DOORSTEP_TRY(kind, output_kind(options.out));
  if (kind == OutputKind::geojson)
    return fail_usage("名单请以 .xlsx 或 .csv 结尾:" + options.out,
                      "The list's name must end in .xlsx or .csv: " + options.out);
  return {};
}

Result<Asked> read_options(OpenOffice& opened, const Pack& pack, const SampleOptions& options) {
  Asked asked;
  asked.round = canonical_key_text(Value(options.round));
  if (asked.round.empty())
    return fail_usage("请用 --round 给这批回访起个名字。", "Give the round of calls a name with --round.");
  // Before the draw is on record: it could not be written.
  const Table* samples = pack.find("sample");
  const Column* of_round = samples == nullptr ? nullptr : samples->find("round");
  if (of_round != nullptr)
    if (auto fits = normalize(*of_round, Value(asked.round)); !fits) return tl::unexpected(fits.error());
  if (!options.role.empty()) {
    DOORSTEP_TRY(role, normalize(*pack.find(kAssignmentTable)->find("role"), options.role));
    asked.role = std::get<std::string>(role);
  }
  const std::int64_t today = *doorstep::day_of(local_date(opened.now_ms()));
  asked.since = date_of(today - options.not_called_days);
  if (options.place.empty()) return asked;
  DOORSTEP_TRY(snapshot, opened.store().snapshot());
  RowNames names(pack, opened.office().record().office, *snapshot);
  const Table& places = *pack.find(kPlaceTable);
  DOORSTEP_TRY(place, names.find(places, options.place));
  DOORSTEP_TRY(code, names.name_of(places, place));
  asked.place = code;
  return asked;
}

Result<Frame> read_frame(OpenOffice& opened, const Pack& pack, const Asked& asked) {
  DOORSTEP_TRY(
      answer,
      ViewAnswer::ask(
          pack, opened.folder().database().string(), "doors_to_sample",
          {{"role", asked.role}, {"round", asked.round}, {"place", asked.place}, {"since", asked.since}},
          opened.now_ms(), {"door", "household", "assignment", "called", "drawn"}));
  Frame frame;
  std::set<RowId> posts;
  std::unordered_map<RowId, std::size_t> known;
  std::set<RowId> told;
  for (std::size_t row = 0; row < answer.size(); ++row) {
    const auto door = answer.id(row, "door");
    const auto post = answer.id(row, "assignment");
    if (!door || !post) continue;
    posts.insert(*post);
    const bool called = answer.is_true(row, "called");
    const bool drawn = answer.is_true(row, "drawn");
    if (told.insert(*door).second) {
      ++frame.doors;
      frame.drawn += drawn ? 1 : 0;
      frame.called += called && !drawn ? 1 : 0;
    }
    if (called || drawn) continue;
    const auto [at, fresh] = known.emplace(*door, frame.homes.size());
    if (fresh) {
      frame.homes.push_back({*door, {}});
      frame.households.push_back(answer.text(row, "household"));
    }
    frame.homes[at->second].posts.push_back(*post);
  }
  frame.posts = posts.size();
  return frame;
}

Status check_size(const Frame& frame, const SampleOptions& options, const std::string& seed) {
  if (frame.doors == 0)
    return fail_usage("这里没有可抽的户:没有人在这个岗位上,或没有登记住户。",
                      "There is no home to draw from: nobody holds this post here, or no household is "
                      "registered.");
  const std::size_t least = least_sample(frame.homes, options.each_leader, seed);
  const std::size_t drawn = std::max(least, options.homes);
  if (drawn > kMostDrawn)
    return fail_usage(
        "一次最多抽" + std::to_string(kMostDrawn) + "户,现在要抽" + std::to_string(drawn) + "户。",
        "At most " + std::to_string(kMostDrawn) + " homes are drawn at once; this would be " +
            std::to_string(drawn) + ".");
  if (options.homes != 0 && options.homes < least)
    return fail_usage("每人" + std::to_string(options.each_leader) + "户共要" + std::to_string(least) +
                          "户,多于 --homes " + std::to_string(options.homes) + "。",
                      std::to_string(options.each_leader) + " of each leader come to " +
                          std::to_string(least) + " homes, more than --homes " +
                          std::to_string(options.homes) + ".");
  if (frame.homes.size() < options.homes)
    return fail_usage(
        "只剩" + std::to_string(frame.homes.size()) + "户可抽,不够" + std::to_string(options.homes) + "户。",
        "Only " + std::to_string(frame.homes.size()) + " homes are left to draw from, not " +
            std::to_string(options.homes) + ".");
  return {};
}

void tell_frame(const Frame& frame, const SampleOptions& options, const std::string& seed) {
  const std::size_t least = least_sample(frame.homes, options.each_leader, seed);
  const std::size_t wanted = std::max(least, options.homes);
  if (options.json) {
    std::printf("%s\n", ordered_json{{"doors", frame.doors},
                                     {"called", frame.called},
                                     {"drawn", frame.drawn},
                                     {"left", frame.homes.size()},
                                     {"leaders", frame.posts},
                                     {"to_draw", wanted}}
                            .dump(2)
                            .c_str());
    return;
  }
  const auto text = [](std::size_t number) { return std::to_string(number); };
  say(text(frame.posts) + "人名下有" + text(frame.doors) + "户,其中" + text(frame.called) + "户近期回访过," +
          text(frame.drawn) + "户这一批已抽中,还有" + text(frame.homes.size()) + "户可抽。要抽" +
          text(wanted) + "户。(只是查看,没有抽)",
      text(frame.doors) + " homes of " + text(frame.posts) + " leaders: " + text(frame.called) +
          " were called lately, " + text(frame.drawn) + " are drawn in this round, " +
          text(frame.homes.size()) + " are left; " + text(wanted) + " would be drawn. (Looked only.)");
}

/// What the audit trail has of a draw, before anybody sees it.
std::string subject_of(const Asked& asked, const SampleOptions& options, const Frame& frame,
                       const std::string& seed) {
  return "sample round=" + asked.round + " role=" + asked.role + " place=" + asked.place +
         " since=" + asked.since + " homes=" + std::to_string(options.homes) +
         " each_leader=" + std::to_string(options.each_leader) + " of=" + std::to_string(frame.homes.size()) +
         " seed=" + seed + " " + options.out;
}

Status record_draw(OpenOffice& opened, const Asked& asked, const Frame& frame,
                   const std::vector<DrawnHome>& drawn, const std::string& seed) {
  OfficeWriter writer(opened.office());
  for (const DrawnHome& one : drawn) {
    const std::string& household = frame.households[one.home];
    DOORSTEP_CHECK(writer.put("sample", {{"round", asked.round},
                                         {"door", to_text(frame.homes[one.home].door)},
                                         {"household", household.empty() ? Value() : Value(household)},
                                         {"assignment", to_text(one.post)},
                                         {"seed", seed}}));
  }
  return writer.commit();
}

/// The list to call from: `import satisfaction` takes it back when it is filled in.
class CallList {
 public:
  static Result<CallList> make(const Pack& pack) {
    const Table* table = pack.find("satisfaction");
    for (const char* name : {"assignment", "door", "channel", "score", "note", "by", "at"})
      if (table == nullptr || table->find(name) == nullptr)
        return fail_usage(
            "这个街道的表格包没有满意度回访,请先升级表格包。",
            "The office's pack has no table \"satisfaction\" to call for: upgrade the pack first.");
    return CallList(*table);
  }

  void add(const ViewAnswer& calls, std::size_t row) {
    const std::string phone = calls.text(row, "phone");
    sheet_.rows.push_back({calls.text(row, "code"), calls.text(row, "head_name"), phone,
                           calls.text(row, "leader"), calls.text(row, "leader_place"), channel(phone),
                           Value(), Value(), Value(), Value(), calls.text(row, "assignment")});
  }

  std::size_t size() const { return sheet_.rows.size(); }
  tabular::Sheet take() { return std::move(sheet_); }

 private:
  explicit CallList(const Table& table) : table_(table) {
    sheet_.name = "回访名单";
    const auto add = [&](const char* name) { sheet_.columns.push_back(heading_of(*table_.find(name))); };
    add("door");
    for (const char* shown : {"户主姓名", "联系电话", "被评人", "负责地点"})
      sheet_.columns.push_back(
          {std::string(kForReading) + shown, tabular::SheetColumn::Format::text, {}, {}});
    for (const char* name : {"channel", "score", "note", "by", "at", "assignment"}) add(name);
  }

  /// Nobody calls a home without a number.
  std::string channel(const std::string& phone) const {
    const std::string value = phone.empty() ? "visit" : "call";
    for (const Choice& choice : table_.find("channel")->choices)
      if (choice.value == value) return choice.label.zh;
    return value;
  }

  const Table& table_;
  tabular::Sheet sheet_;
};

/// Writes those of the round whom nobody has called yet.
Result<std::size_t> write_list(OpenOffice& opened, const Pack& pack, const Asked& asked,
                               const std::string& file) {
  DOORSTEP_TRY(calls, ViewAnswer::ask(pack, opened.folder().database().string(), "sample_calls",
                                      {{"round", asked.round}}, opened.now_ms(),
                                      {"assignment", "leader", "leader_place", "code", "head_name", "phone",
                                       "drawn_at", "called_at"}));
  DOORSTEP_TRY(list, CallList::make(pack));
  for (std::size_t row = 0; row < calls.size(); ++row)
    if (calls.text(row, "called_at").empty()) list.add(calls, row);
  const std::size_t count = list.size();
  DOORSTEP_CHECK(write_output(file, {list.take(), std::nullopt}));
  return count;
}

void tell_list(const SampleOptions& options, std::size_t drawn, const std::string& seed, std::size_t listed) {
  if (options.json) {
    ordered_json told{{"drawn", drawn}, {"listed", listed}, {"out", options.out}};
    if (drawn != 0) told["seed"] = seed;
    std::printf("%s\n", told.dump(2).c_str());
    return;
  }
  const std::string here = std::to_string(listed);
  if (drawn == 0) {
    say("没有再抽。这一批还没回访的有" + here + "户,在 " + options.out + " 里。",
        "Nothing was drawn. " + here + " homes of the round are still to be called: " + options.out);
    return;
  }
  const std::string number = std::to_string(drawn);
  say("抽中" + number + "户,随机种子 " + seed + "。这一批还没回访的有" + here + "户,在 " + options.out +
          " 里:填好评分,用 import satisfaction 导入。",
      "Drew " + number + " homes by the seed " + seed + ". " + here +
          " of the round are still to be called: fill in the scores in " + options.out +
          " and import it with import satisfaction.");
}

std::string random_seed() {
  std::string bytes(kSeedBytes, '\0');
  fill_random(bytes.data(), bytes.size());
  return to_hex(bytes);
}

}  // namespace

Status run_sample(const SampleOptions& options) {
  DOORSTEP_CHECK(check_options(options));
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(pack, opened->pack());
  DOORSTEP_CHECK(CallList::make(*pack));
  if (pack->find("sample") == nullptr)
    return fail_usage("这个街道的表格包没有回访抽样,请先升级表格包。",
                      "The office's pack has no table \"sample\": upgrade the pack first.");
  DOORSTEP_TRY(asked, read_options(*opened, *pack, options));
  const std::string seed = options.seed.empty() ? random_seed() : canonical_key_text(Value(options.seed));
  std::size_t count = 0;
  if (options.homes == 0 && options.each_leader == 0) {
    DOORSTEP_CHECK(record_audit(
        opened->office(), act_of(AuditKind::exported, "sample round=" + asked.round + " " + options.out)));
  } else {
    DOORSTEP_TRY(frame, read_frame(*opened, *pack, asked));
    DOORSTEP_CHECK(check_size(frame, options, seed));
    const std::vector<DrawnHome> drawn = draw_sample(frame.homes, {options.homes, options.each_leader}, seed);
    if (options.dry_run) {
      DOORSTEP_CHECK(
          record_audit(opened->office(), act_of(AuditKind::looked, "sample round=" + asked.round)));
      tell_frame(frame, options, seed);
      return {};
    }
    DOORSTEP_CHECK(
        record_audit(opened->office(), act_of(AuditKind::drawn, subject_of(asked, options, frame, seed))));
    DOORSTEP_CHECK(record_draw(*opened, asked, frame, drawn, seed));
    count = drawn.size();
  }
  DOORSTEP_TRY(listed, write_list(*opened, *pack, asked, options.out));
  tell_list(options, count, seed, listed);
  return {};
}

}  // namespace doorstep::server
