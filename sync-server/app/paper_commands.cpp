#include "app/paper_commands.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "app/audit_words.hpp"
#include "app/office_time.hpp"
#include "app/open_office.hpp"
#include "app/output_file.hpp"
#include "app/roster_form.hpp"
#include "app/roster_report.hpp"
#include "app/row_names.hpp"
#include "app/terminal.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "paper/entry_sheet.hpp"
#include "paper/paper_code.hpp"
#include "pipeline/office_writer.hpp"
#include "schema/unicode_text.hpp"
#include "schema/validation.hpp"
#include "schema/view_arguments.hpp"
#include "sqlite/office_file.hpp"
#include "tabular/sheet.hpp"

// `paper template`, `paper enter` and `paper code`.
namespace doorstep::server {
namespace {

constexpr const char* kDoorLevel = "door";

std::string text_of(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string{} : *text;
}

struct Door {
  RowId id;
  std::string code;
};

/// A row of `answer` that stands: nothing corrects it.
struct Answer {
  RowId id;
  std::unordered_map<std::string, Value> values;  ///< By column.
  const Value& at(const std::string& column) const { return values.at(column); }
};

/// What the office knows of a campaign's papers, in one snapshot.
class PaperDesk {
 public:
  static Result<std::unique_ptr<PaperDesk>> open(OpenOffice& opened) {
    DOORSTEP_TRY(pack, opened.pack());
    DOORSTEP_TRY(snapshot, opened.store().snapshot());
    std::unique_ptr<PaperDesk> desk(
        new PaperDesk(*pack, opened.office().record().office, std::move(snapshot)));
    for (const char* name : {"answer", "campaign", "form", "household", "person", "place"})
      if (pack->find(name) == nullptr)
        return fail_usage(
            "这个街道的表格包没有“" + std::string(name) + "”这张表,请先升级表格包。",
            "The office's pack has no table \"" + std::string(name) + "\": upgrade the pack first.");
    DOORSTEP_CHECK(desk->load_places());
    return desk;
  }

  const Pack& pack() const { return pack_; }
  const Table& table(const char* name) const { return *pack_.find(name); }
  RowNames& names() { return names_; }
  References& references() { return references_; }
  const std::vector<Door>& doors() const { return doors_; }

  Status each_row(const char* name, const std::vector<const char*>& columns,
                  const RowSource::Visitor& visit) {
    std::vector<ColumnId> ids;
    for (const char* column : columns) {
      const Column* found = table(name).find(column);
      if (found == nullptr)
        return fail_usage("表格包里“" + table(name).label.zh + "”没有“" + column + "”这一列,请先升级表格包。",
                          "The pack's table \"" + std::string(name) + "\" has no column \"" + column +
                              "\": upgrade the pack first.");
      ids.push_back(found->id);
    }
    return rows_.each_row(table(name), ids, visit);
  }

  /// The form that a campaign asks; none when it asks none.
  Status load_form(const RowId& campaign) {
    std::string wanted;
    bool found = false;
    DOORSTEP_CHECK(each_row("campaign", {"form", "title"}, [&](const RowId& id, std::vector<Value>& values) {
      if (id != campaign) return;
      found = true;
      wanted = text_of(values[0]);
      title_ = text_of(values[1]);
    }));
    if (!found) return fail_usage("没有这次行动。", "There is no such campaign.");
    if (wanted.empty()) return {};
    std::string definition;
    DOORSTEP_CHECK(each_row("form", {"definition"}, [&](const RowId& id, std::vector<Value>& values) {
      if (to_text(id) == wanted) definition = text_of(values[0]);
    }));
    DOORSTEP_TRY(form, Form::parse(definition));
    form_ = std::move(form);
    form_id_ = wanted;
    return {};
  }
  const Form* form() const { return form_ ? &*form_ : nullptr; }
  const std::string& form_id() const { return form_id_; }
  const std::string& title() const { return title_; }

  /// From the estate down, as an envelope has it.
  std::string address(const std::string& place) const {
    std::string text;
    auto at = places_.find(place);
    for (int level = 0; at != places_.end() && level < doorstep::limits::kPlaceDepth; ++level) {
      text = at->second.name + text;
      at = places_.find(at->second.parent);
    }
    return text;
  }

  /// The answers of a campaign that stand, by door.
  Status load_answers(const RowId& campaign) {
    std::unordered_set<std::string> corrected;
    const std::vector<const char*> columns{"campaign", "place",      "household", "outcome",
                                           "form",     "answers",    "asked_by",  "at",
                                           "note",     "paper_code", "corrects"};
    DOORSTEP_CHECK(each_row("answer", columns, [&](const RowId& id, std::vector<Value>& values) {
      if (text_of(values.front()) != to_text(campaign)) return;
      if (!is_null(values.back())) corrected.insert(text_of(values.back()));
      Answer answer{id, {}};
      for (std::size_t i = 0; i < columns.size(); ++i)
        answer.values.emplace(columns[i], std::move(values[i]));
      answers_[text_of(answer.at("place"))].push_back(std::move(answer));
    }));
    for (auto& entry : answers_) {
      auto& of_door = entry.second;
      of_door.erase(std::remove_if(of_door.begin(), of_door.end(),
                                   [&](const Answer& answer) {
                                     return corrected.count(to_text(answer.id)) != 0 ||
                                            text_of(answer.at("outcome")) == "mistaken";
                                   }),
                    of_door.end());
      std::sort(of_door.begin(), of_door.end(), [](const Answer& a, const Answer& b) {
        return std::pair(text_of(a.at("at")), a.id) < std::pair(text_of(b.at("at")), b.id);
      });
    }
    return {};
  }

  /// What stands for this family, or for the door as a whole: the newest.
  const Answer* answer_of(const std::string& door, const Value& household) const {
    const auto found = answers_.find(door);
    if (found == answers_.end()) return nullptr;
    for (auto answer = found->second.rbegin(); answer != found->second.rend(); ++answer) {
      const Value& of = answer->at("household");
      if (of == household || is_null(of) || is_null(household)) return &*answer;
    }
    return nullptr;
  }

 private:
  struct Place {
    std::string parent;
    std::string name;
  };

  PaperDesk(const Pack& pack, const RowId& office, Lease<ReadSnapshot> snapshot)
      : pack_(pack),
        snapshot_(std::move(snapshot)),
        rows_(*snapshot_),
        names_(pack, office, *snapshot_),
        references_(pack, office, rows_) {}

  Status load_places() {
    return each_row("place", {"level", "parent", "name", "code"},
                    [&](const RowId& id, std::vector<Value>& values) {
                      if (text_of(values[0]) == kDoorLevel) doors_.push_back({id, text_of(values[3])});
                      places_.emplace(to_text(id), Place{text_of(values[1]), text_of(values[2])});
                    });
  }

  const Pack& pack_;
  Lease<ReadSnapshot> snapshot_;
  SnapshotRows rows_;
  RowNames names_;
  References references_;
  std::vector<Door> doors_;
  std::unordered_map<std::string, Place> places_;
  std::unordered_map<std::string, std::vector<Answer>> answers_;  ///< By door.
  std::optional<Form> form_;
  std::string form_id_;
  std::string title_;
};

Error fault(std::string zh, std::string en) {
  return {ErrorDomain::usage, ErrorCode::validation_failed, Retry::never, std::move(zh), std::move(en)};
}

struct EntryCounts {
  std::size_t added = 0;
  std::size_t replaced = 0;
  std::size_t unchanged = 0;
};

/// Compares papers with what the office has, and says what is to be written.
class EntryPlanner {
 public:
  EntryPlanner(PaperDesk& desk, const RowId& campaign, const RowId& entered_by, bool replace)
      : desk_(desk), campaign_(campaign), entered_by_(entered_by), replace_(replace) {}

  Status run(const paper::EnteredPapers& read, const std::vector<tabular::Row>& file) {
    for (const paper::EntryProblem& problem : read.problems)
      problems.push_back({problem.row, {}, problem.error, problem.cell, problem.heading});
    headings_ = file.empty() ? std::vector<std::string>{} : file.front().cells;
    for (const Door& door : desk_.doors()) doors_[paper::paper_code(campaign_, door.id)].push_back(&door);
    DOORSTEP_CHECK(desk_.load_answers(campaign_));
    DOORSTEP_CHECK(
        desk_.each_row("household", {"place", "number"}, [&](const RowId& id, std::vector<Value>& values) {
          households_[text_of(values[0])].emplace_back(to_text(id), values[1]);
        }));
    DOORSTEP_CHECK(desk_.references().load(desk_.table("person"), {desk_.table("person").find("phone")}));
    for (const paper::EnteredPaper& paper : read.papers) plan(paper);
    std::stable_sort(problems.begin(), problems.end(),
                     [](const RosterProblem& a, const RosterProblem& b) { return a.row < b.row; });
    return {};
  }

  std::vector<std::vector<NamedValue>> rows;
  std::vector<RosterProblem> problems;
  EntryCounts counts;

 private:
  void problem(const paper::EnteredPaper& paper, std::size_t cell, Error error) {
    std::string heading =
        cell != 0 && cell <= headings_.size() ? plain_form(headings_[cell - 1]) : std::string{};
    problems.push_back({paper.row, {}, std::move(error), cell, std::move(heading)});
  }

  const Door* door_of(const paper::EnteredPaper& paper) {
    const auto found = doors_.find(paper.code);
    if (found == doors_.end()) {
      problem(
          paper, paper.code_cell,
          fault("编号" + paper.code + "不是这次行动的,请核对是不是别的行动的问卷(paper code 可以查)。",
                "The code " + paper.code +
                    " is none of this campaign's. Perhaps the paper is of another one: ask `paper code`."));
      return nullptr;
    }
    if (found->second.size() == 1) return found->second.front();
    std::string codes;
    for (const Door* door : found->second) codes += (codes.empty() ? "" : "、") + door->code;
    problem(paper, paper.code_cell,
            fault("编号" + paper.code + "碰巧是几个户门的:" + codes + "。请在手机上录入这一份。",
                  "The code " + paper.code + " happens to be of several doors: " + codes +
                      ". Enter this one on a phone."));
    return nullptr;
  }

  /// Null when nobody is registered there.
  std::optional<Value> household_of(const paper::EnteredPaper& paper, const std::string& door) {
    const auto found = households_.find(door);
    const std::size_t count = found == households_.end() ? 0 : found->second.size();
    if (count == 0 && !paper.number) return Value();
    if (count == 1 && !paper.number) return Value(found->second.front().first);
    if (count > 0 && paper.number)
      for (const auto& [id, number] : found->second)
        if (number == Value(*paper.number)) return Value(id);
    if (paper.number)
      problem(paper, 0,
              fault("这个户门没有第" + std::to_string(*paper.number) + "户,请核对住户序号。",
                    "There is no household " + std::to_string(*paper.number) + " behind this door."));
    else
      problem(paper, paper.code_cell,
              fault("这个户门里有" + std::to_string(count) + "户,请填住户序号说明是哪一户。",
                    std::to_string(count) +
                        " households share this door. Write the number of the one that answered."));
    return std::nullopt;
  }

  std::optional<Value> asked_by(const paper::EnteredPaper& paper) {
    if (paper.asked_by.empty()) return Value();
    References::Details details;
    if (!paper.asked_by_phone.empty()) {
      const Column* phone = desk_.table("person").find("phone");
      auto number = normalize(*phone, paper.asked_by_phone);
      if (!number) {
        problem(paper, paper.asked_by_cell, std::move(number).error());
        return std::nullopt;
      }
      details.emplace_back(phone, std::move(*number));
    }
    auto found = desk_.references().find(*desk_.table("answer").find("asked_by"), paper.asked_by, details);
    if (found) return Value(to_text(*found));
    problem(paper, paper.asked_by_cell, std::move(found).error());
    return std::nullopt;
  }

  void plan(const paper::EnteredPaper& paper) {
    const Door* door = door_of(paper);
    if (door == nullptr) return;
    const std::string place = to_text(door->id);
    const auto household = household_of(paper, place);
    const auto person = asked_by(paper);
    if (!household || !person) return;
    const auto [first, is_first] = seen_.emplace(place + text_of(*household), paper.row);
    if (!is_first)
      return problem(paper, paper.code_cell,
                     fault("和第" + std::to_string(first->second) + "行是同一户,请删掉其中一行。",
                           "This is the same door as row " + std::to_string(first->second) +
                               ". Delete one of the two."));
    std::vector<NamedValue> values{{"campaign", to_text(campaign_)},
                                   {"place", place},
                                   {"household", *household},
                                   {"outcome", paper.outcome},
                                   {"answers", paper.answers},
                                   {"asked_by", *person},
                                   {"note", paper.note},
                                   {"paper_code", paper.code}};
    values.emplace_back("form", is_null(paper.answers) ? Value() : Value(desk_.form_id()));
    if (!is_null(paper.at)) values.emplace_back("at", paper.at);
    const Answer* before = desk_.answer_of(place, *household);
    const bool same =
        before != nullptr && std::all_of(values.begin(), values.end(), [&](const NamedValue& value) {
          return before->at(std::string(value.first)) == value.second;
        });
    if (same) {
      ++counts.unchanged;
      return;
    }
    if (before != nullptr && !replace_) return problem(paper, paper.code_cell, already_answered(*before));
    values.emplace_back("entered_by", to_text(entered_by_));
    values.emplace_back("on_paper", std::int64_t{1});
    if (before != nullptr) values.emplace_back("corrects", to_text(before->id));
    values.erase(std::remove_if(values.begin(), values.end(),
                                [](const NamedValue& value) { return is_null(value.second); }),
                 values.end());
    rows.push_back(std::move(values));
    ++(before == nullptr ? counts.added : counts.replaced);
  }

  Error already_answered(const Answer& before) const {
    std::string who;
    if (const auto id = parse_row_id(text_of(before.at("asked_by"))))
      who = desk_.references().name_of(desk_.table("person"), *id);
    const auto ms = parse_canonical_time(text_of(before.at("at")));
    const std::string when = ms ? office_minute(*ms) : std::string{};
    return fault("这户已有另一份答卷(" + when + (who.empty() ? "" : " " + who) +
                     "),没有改动。以这份纸面为准的,请加 --replace。",
                 "This door has another answer already (" + when + (who.empty() ? "" : " " + who) +
                     "); it stays. Where the paper is right, add --replace.");
  }

  PaperDesk& desk_;
  const RowId& campaign_;
  const RowId& entered_by_;
  bool replace_;
  std::vector<std::string> headings_;
  std::unordered_map<std::string, std::vector<const Door*>> doors_;                         ///< By code.
  std::unordered_map<std::string, std::vector<std::pair<std::string, Value>>> households_;  ///< By door.
  std::unordered_map<std::string, std::size_t> seen_;  ///< Rows of the file, by door and household.
};

Status check_files(const PaperEnterOptions& options) {
  if (options.fixed.empty()) return {};
  DOORSTEP_TRY(kind, output_kind(options.fixed));
  if (kind == OutputKind::geojson)
    return fail_usage("要填写的表格请以 .xlsx 或 .csv 结尾:" + options.fixed,
                      "A file to fill in must end in .xlsx or .csv: " + options.fixed);
  std::error_code absent;
  if (!std::filesystem::equivalent(options.file, options.fixed, absent)) return {};
  return fail_usage("--fixed 请写另一个文件名,不要覆盖原来的文件。",
                    "Name another file with --fixed: the original is not overwritten.");
}

std::string number(std::size_t count) { return std::to_string(count); }

}  // namespace

Status run_paper_template(const PaperTemplateOptions& options) {
  DOORSTEP_TRY(kind, output_kind(options.file));
  if (kind == OutputKind::geojson)
    return fail_usage("要填写的表格请以 .xlsx 或 .csv 结尾:" + options.file,
                      "A file to fill in must end in .xlsx or .csv: " + options.file);
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_CHECK(
      record_audit(opened->office(),
                   act_of(AuditKind::exported, "paper template " + options.campaign + " " + options.file)));
  DOORSTEP_TRY(desk, PaperDesk::open(*opened));
  DOORSTEP_TRY(campaign, desk->names().find(desk->table("campaign"), options.campaign));
  DOORSTEP_CHECK(desk->load_form(campaign));
  DOORSTEP_TRY(view, need_view(desk->pack(), "campaign_by_door"));
  DOORSTEP_TRY(arguments,
               view_arguments(*view, {{"campaign", to_text(campaign)}, {"missing_only", std::int64_t{1}}},
                              {opened->now_ms(), std::nullopt}));
  DOORSTEP_TRY(missing, view_office_file(opened->folder().database().string(), *view, arguments));
  std::vector<paper::ExpectedPaper> expected;
  for (const std::vector<Value>& row : missing.rows)
    if (const auto door = parse_row_id(text_of(row.front())))
      expected.push_back({paper::paper_code(campaign, *door), desk->address(to_text(*door))});
  const paper::EntryTarget target{desk->pack(), desk->table("answer"), desk->form()};
  DOORSTEP_TRY(sheet, paper::entry_sheet(target, expected));
  DOORSTEP_CHECK(write_output(options.file, {std::move(sheet), std::nullopt}));
  say("录入表在 " + options.file + ":“" + desk->title() + "”还缺 " + number(expected.size()) +
          " 户。填好以后用 paper enter 录入,没收回来的留空。",
      "The entry sheet is " + options.file + ", with " + counted(expected.size(), "door") +
          " that did not answer yet. Fill it in, then `paper enter` it; leave empty what has not come.");
  return {};
}

Status run_paper_enter(const PaperEnterOptions& options) {
  DOORSTEP_CHECK(check_files(options));
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(desk, PaperDesk::open(*opened));
  DOORSTEP_TRY(campaign, desk->names().find(desk->table("campaign"), options.campaign));
  DOORSTEP_TRY(clerk, desk->names().find(desk->table("person"), options.entered_by));
  DOORSTEP_CHECK(desk->load_form(campaign));
  const paper::EntryTarget target{desk->pack(), desk->table("answer"), desk->form()};
  const auto fits = [&](const tabular::Row& first) { return paper::is_entry_heading(target, first); };
  DOORSTEP_TRY(sheet, tabular::read_sheet_file(options.file, {options.sheet, fits}));
  DOORSTEP_TRY(read, paper::read_entries(target, sheet.rows, opened->now_ms()));
  EntryPlanner plan(*desk, campaign, clerk, options.replace);
  DOORSTEP_CHECK(plan.run(read, sheet.rows));

  const bool unread = headings_fail(sheet.rows, plan.problems);
  const bool refused = unread || (!plan.problems.empty() && !options.skip_bad);
  const bool write = !refused && !options.dry_run;
  const std::string subject = "paper " + options.campaign + " " + options.file;
  Acting acting(opened->office(),
                write ? act_of(AuditKind::imported, subject) : act_of(AuditKind::looked, subject));
  if (write) {
    OfficeWriter writer(opened->office());
    for (const std::vector<NamedValue>& row : plan.rows) DOORSTEP_CHECK(writer.put("answer", row));
    DOORSTEP_CHECK(writer.commit());
  }
  DOORSTEP_CHECK(acting.record());
  const bool copied = !plan.problems.empty() && !unread && !options.fixed.empty();
  if (copied)
    DOORSTEP_CHECK(write_output(
        options.fixed, {copy_to_correct(sheet.rows, plan.problems, options.only_bad), std::nullopt}));
  if (options.json) {
    const nlohmann::json told{{"new", plan.counts.added},
                              {"replaced", plan.counts.replaced},
                              {"unchanged", plan.counts.unchanged},
                              {"empty", read.left_empty},
                              {"bad", count_faulty_rows(plan.problems)},
                              {"entered", write},
                              {"problems", to_json(plan.problems)}};
    std::printf("%s\n", told.dump(2).c_str());
  } else {
    tell_problems(plan.problems, options.dry_run ? kProblemsChecked : kProblemsTold);
    if (copied)
      warn("每行哪里不对,写在 " + options.fixed + " 里。在里面改正,再录入它。",
           options.fixed + " says in each row what is wrong. Correct it there, and enter that file.");
  }
  if (unread)
    return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
                "表头不对,什么都没有录入。请先改正表头。",
                "The headings are wrong; nothing was entered. Correct them first.");
  const std::string bad = number(count_faulty_rows(plan.problems));
  if (refused)
    return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
                "有" + bad + "行填得不对,什么都没有录入。请改正后再录入,或加 --skip-bad 跳过这些行。",
                counted(count_faulty_rows(plan.problems), "row is", "rows are") +
                    " faulty; nothing was entered. Correct them, or leave them out with --skip-bad.");
  if (options.json) return {};
  const std::string checked_zh = options.dry_run ? "(只是检查,没有写入)" : "";
  const std::string checked_en = options.dry_run ? " (Checked only, nothing was written.)" : "";
  say("答卷:新录入" + number(plan.counts.added) + ",更正" + number(plan.counts.replaced) + ",早已录入" +
          number(plan.counts.unchanged) + ",空着" + number(read.left_empty) + ",跳过" + bad + "。" +
          checked_zh,
      number(plan.counts.added) + " new, " + number(plan.counts.replaced) + " replaced, " +
          number(plan.counts.unchanged) + " entered before, " + number(read.left_empty) + " left empty, " +
          bad + " skipped." + checked_en);
  return {};
}

Status run_paper_code(const PaperCodeOptions& options) {
  DOORSTEP_TRY(code, paper::parse_paper_code(options.code));
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_CHECK(record_audit(opened->office(), act_of(AuditKind::looked, "paper code " + code)));
  DOORSTEP_TRY(desk, PaperDesk::open(*opened));
  std::vector<std::pair<RowId, std::string>> campaigns;
  DOORSTEP_CHECK(desk->each_row("campaign", {"title"}, [&](const RowId& id, std::vector<Value>& values) {
    campaigns.emplace_back(id, text_of(values[0]));
  }));
  nlohmann::json told = nlohmann::json::array();
  for (const auto& [campaign, title] : campaigns) {
    bool loaded = false;
    for (const Door& door : desk->doors()) {
      if (paper::paper_code(campaign, door.id) != code) continue;
      if (!loaded) DOORSTEP_CHECK(desk->load_answers(campaign));
      loaded = true;
      const Answer* answer = desk->answer_of(to_text(door.id), Value());
      const std::string outcome = answer == nullptr ? "" : text_of(answer->at("outcome"));
      std::string outcome_zh = outcome;
      for (const Choice& choice : desk->table("answer").find("outcome")->choices)
        if (choice.value == outcome) outcome_zh = choice.label.zh;
      const std::string address = desk->address(to_text(door.id));
      told.push_back({{"campaign", to_text(campaign)},
                      {"title", title},
                      {"door", door.code},
                      {"address", address},
                      {"outcome", outcome}});
      if (!options.json)
        say(for_terminal(code + ":“" + title + "”," + door.code + "(" + address + ")," +
                         (answer == nullptr ? "还没有答卷。" : "已有答卷:" + outcome_zh + "。")),
            for_terminal(code + ": " + door.code + ", " +
                         (answer == nullptr ? "not answered yet." : "answered: " + outcome + ".")));
    }
  }
  if (options.json) std::printf("%s\n", told.dump(2).c_str());
  if (!told.empty()) return {};
  return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
              "编号" + code + "不属于这个街道的任何行动和户门,请核对是不是别的街道的问卷。",
              "The code " + code +
                  " is of no campaign and door of this office. Perhaps the paper is another office's.");
}

}  // namespace doorstep::server
