#include <fstream>
#include <iostream>

#include "commands.hpp"
#include "values_json.hpp"

namespace field {
namespace {

using doorstep::Error;
using doorstep::Sentence;
using doorstep::Status;

/// A change of a batch, with the line it stands on.
struct Line {
  std::size_t number = 0;
  Change change;
};

/// Writes the lines as one change group; `line_number` is left at the line that failed.
Status write_group(const Phone& phone, const std::vector<Line>& lines, Labels& labels,
                   std::size_t& line_number, std::vector<Applied>& applied) {
  Labels tried = labels;
  const Status written = phone.engine.write([&](doorstep::Transaction& transaction) -> Status {
    for (const Line& line : lines) {
      line_number = line.number;
      auto done = apply(transaction, line.change, tried);
      if (!done) return tl::unexpected(std::move(done).error());
      applied.push_back(*done);
    }
    return {};
  });
  if (written) labels = std::move(tried);
  return written;
}

class Batch {
 public:
  Batch(const Phone& phone, const BatchOptions& options) : phone_(phone), options_(options) {}

  int run(std::istream& in) {
    std::string text;
    while (std::getline(in, text)) {
      ++number_;
      const Status done = take(text);
      if (done) continue;
      report(done.error());
      if (!options_.keep_going) return first_failure_;
    }
    if (open_group_) {
      number_ = group_begin_;
      report(usage_error("begin 后面没有 commit,这一组没有保存。请补上 commit。",
                         "This begin has no commit, and its changes are not saved. Add commit."));
    }
    return first_failure_;
  }

 private:
  Status take(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string::npos || text[first] == '#') return {};
    if (text[first] == '{') {
      const Json object = Json::parse(text, nullptr, false);
      if (object.is_discarded()) return refuse("这一行不是完整的JSON。", "This line is not complete JSON.");
      return take_change(read_change(object));
    }
    auto words = split_words(text);
    if (!words) return tl::unexpected(std::move(words).error());
    if (*words == std::vector<std::string>{"begin"}) return begin();
    if (*words == std::vector<std::string>{"commit"}) return commit();
    return take_change(read_change(*words));
  }

  Status begin() {
    if (open_group_) return refuse("上一组还没有 commit。", "The group before has no commit.");
    open_group_ = true;
    spoiled_ = false;
    group_begin_ = number_;
    group_.clear();
    return {};
  }

  Status commit() {
    if (!open_group_) return refuse("commit 前面没有 begin。", "This commit has no begin.");
    open_group_ = false;
    return spoiled_ ? Status{} : write();
  }

  Status take_change(doorstep::Result<Change> change) {
    Status ready = change ? resolve(phone_.engine, *change) : Status(tl::unexpected(change.error()));
    // A group with a bad line is no longer what its author meant: none of it is saved.
    if (!ready) spoiled_ = open_group_;
    if (!ready) return ready;
    if (!open_group_) group_.clear();
    group_.push_back({number_, std::move(*change)});
    return open_group_ ? Status{} : write();
  }

  Status write() {
    std::vector<Applied> applied;
    const std::size_t last = number_;
    Status written = write_group(phone_, group_, labels_, number_, applied);
    if (written)
      for (std::size_t i = 0; i < applied.size(); ++i) acknowledge(group_[i], applied[i]);
    if (!written && !options_.keep_going) return written;
    if (!written) report(written.error());
    number_ = last;
    return {};
  }

  /// Only now is the change on disk: whoever reads this line may rely on it.
  void acknowledge(const Line& line, const Applied& applied) const {
    if (options_.quiet) return;
    if (phone_.speaker.json())
      phone_.speaker.line(Json{{"line", line.number}, {"id", doorstep::to_text(applied.id)}});
    else
      phone_.speaker.line(applied.verb == Verb::add ? doorstep::to_text(applied.id) : std::string("ok"));
  }

  void report(const Error& error) {
    const std::string n = std::to_string(number_);
    const int code = phone_.speaker.fail(error, {"第" + n + "行:", "Line " + n + ": "});
    if (first_failure_ == kDone) first_failure_ = code;
  }

  const Phone& phone_;
  const BatchOptions& options_;
  Labels labels_;
  std::vector<Line> group_;
  std::size_t number_ = 0;
  std::size_t group_begin_ = 0;
  bool open_group_ = false;
  bool spoiled_ = false;
  int first_failure_ = kDone;
};

}  // namespace

int record(const Phone& phone, Change change) {
  if (const Status ready = resolve(phone.engine, change); !ready) return phone.speaker.fail(ready.error());
  const std::string table = change.table;
  const Verb verb = change.verb;
  Labels labels;
  std::size_t line_number = 0;
  std::vector<Applied> applied;
  const Status written = write_group(phone, {{1, std::move(change)}}, labels, line_number, applied);
  if (!written) return phone.speaker.fail(written.error());
  const doorstep::RowId id = applied.front().id;
  if (!phone.speaker.json() && verb == Verb::add) {
    phone.speaker.line(doorstep::to_text(id));
    return kDone;
  }
  const auto report = phone.engine.record(table, id);
  if (!report) return phone.speaker.fail(report.error());
  if (!phone.speaker.json())
    phone.speaker.say(report->sentence);
  else
    phone.speaker.line(Json{{"id", doorstep::to_text(id)},
                            {"state", name_of(report->state)},
                            {"sentence", to_json(report->sentence)}});
  return kDone;
}

int batch(const Phone& phone, const BatchOptions& options) {
  if (options.file == "-") return Batch(phone, options).run(std::cin);
  std::ifstream in(options.file);
  if (!in)
    return phone.speaker.fail(usage_error("打不开文件“" + options.file + "”,请核对文件名。",
                                          "Cannot open \"" + options.file + "\". Check the file name."));
  return Batch(phone, options).run(in);
}

}  // namespace field
