#include <doorstep/form.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

#include "commands.hpp"

/// `form`: a questionnaire of the office's, question by question, with answers from the keyboard or from a
/// file of lines.
namespace field {
namespace {

using doorstep::FormSession;
using doorstep::FormStep;
using doorstep::FormText;
using doorstep::Result;
using doorstep::Status;

doorstep::Sentence sentence_of(const FormText& text) {
  return {text.zh, text.en.empty() ? text.zh : text.en};
}

doorstep::FormTime now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

/// The text of a file; nothing where there is none.
std::optional<std::string> text_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

/// What `typed` names among the choices: values, or labels in either language, several with blanks or 、
/// between them. Other words stay for the form to refuse.
std::string chosen_values(const FormStep& step, const std::string& typed) {
  const auto value_of = [&](const std::string& word) {
    for (const doorstep::FormChoice& choice : step.choices)
      if (word == choice.value || word == choice.label.zh || word == choice.label.en) return choice.value;
    return word;
  };
  if (step.type == doorstep::QuestionType::select_one) return value_of(typed);
  std::string all;
  std::string words = typed;
  for (const std::string mark : {"、", ","})
    for (std::size_t at = words.find(mark); at != std::string::npos; at = words.find(mark, at))
      words.replace(at, mark.size(), " ");
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    if (end > at) all += (all.empty() ? "" : " ") + value_of(words.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

bool is_select(const FormStep& step) {
  return step.type == doorstep::QuestionType::select_one ||
         step.type == doorstep::QuestionType::select_multiple;
}

class Asking {
 public:
  Asking(const Phone& phone, FormSession session, std::string draft)
      : phone_(phone), session_(std::move(session)), draft_(std::move(draft)) {}

  /// The answers, when there is nothing missing or wrong once the lines end; otherwise nothing.
  Result<std::optional<std::string>> run() {
    for (std::optional<FormStep> step = session_.first(); step;) {
      const auto next = take(*step);
      if (!next) return tl::unexpected(next.error());
      if (ended_) break;
      if (*next == Way::on) step = session_.next();
      if (*next == Way::again) step = session_.current();
      if (*next == Way::back) step = before();
    }
    while (!ended_) {
      const std::vector<doorstep::FormProblem> problems = session_.problems();
      if (problems.empty()) break;
      if (!phone_.speaker.json()) phone_.speaker.say(sentence_of(problems.front().message));
      const auto step = session_.go_to(problems.front().path);
      if (!step) return tl::unexpected(step.error());
      if (!asks(*step)) break;  // What is calculated wrongly nobody here can put right.
      const auto next = take(*step);
      if (!next) return tl::unexpected(next.error());
    }
    doorstep::FormResult result = session_.finish();
    if (!result.problems.empty()) return std::optional<std::string>();
    return std::optional(std::move(result.answers));
  }

  std::vector<doorstep::FormProblem> problems() const { return session_.problems(); }

 private:
  enum class Way { on, back, again };

  void show(const FormStep& step) const {
    if (phone_.speaker.json()) return;
    std::string groups;
    for (const FormText& group : step.groups) groups += group.zh + " · ";
    phone_.speaker.line("\n" + step.path + (step.required ? " *" : "") + "  " + groups);
    phone_.speaker.say(sentence_of(step.label));
    if (!step.hint.zh.empty()) phone_.speaker.say(sentence_of(step.hint));
    for (const doorstep::FormChoice& choice : step.choices)
      phone_.speaker.line((choice.chosen ? "  * " : "    ") + choice.value + "  " +
                          phone_.speaker.heading(sentence_of(choice.label)));
    if (step.kind == FormStep::Kind::repeat && step.can_add)
      phone_.speaker.say({"还有一项请写 +,没有了就空一行。", "Write + for another one, or an empty line."});
    if (!step.value.empty() && !is_select(step)) phone_.speaker.line("= " + step.value);
  }

  /// The last step before this one that asks something; the first of all where none does.
  std::optional<FormStep> before() {
    std::optional<FormStep> step = session_.back();
    while (step && !asks(*step)) step = session_.back();
    return step ? step : session_.first();
  }

  /// Whether there is anything to type.
  static bool asks(const FormStep& step) {
    if (step.kind == FormStep::Kind::repeat) return step.can_add;
    return !step.read_only && step.type != doorstep::QuestionType::note;
  }

  /// One line for one step.
  Result<Way> take(const FormStep& step) {
    show(step);
    if (!asks(step)) return Way::on;
    const bool repeat = step.kind == FormStep::Kind::repeat;
    std::string typed;
    if (!std::getline(std::cin, typed)) {
      ended_ = true;
      return Way::on;
    }
    if (!typed.empty() && typed.back() == '\r') typed.pop_back();
    if (typed == "<") return Way::back;
    if (typed.empty()) return Way::on;
    if (repeat && typed != "+") return tell_again({"请写 +,或空一行。", "Write +, or nothing."});
    const auto changed = repeat
                             ? session_.add(step.path)
                             : session_.set(step.path, is_select(step) ? chosen_values(step, typed) : typed);
    if (!changed) return tell_again({changed.error().zh, changed.error().en});
    const Status kept = keep();
    if (!kept) return tl::unexpected(kept.error());
    return Way::on;
  }

  Way tell_again(const doorstep::Sentence& sentence) const {
    if (!phone_.speaker.json()) phone_.speaker.say(sentence);
    return Way::again;
  }

  /// Whole or not at all: a draft half written would be none.
  Status keep() const {
    if (draft_.empty()) return {};
    const std::string fresh = draft_ + ".new";
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file << session_.save();
    file.close();
    std::error_code failed;
    if (file) std::filesystem::rename(fresh, draft_, failed);
    if (file && !failed) return {};
    return refuse("草稿写不进 " + draft_ + ",请检查路径和空间。",
                  "The draft cannot be written to " + draft_ + ". Check the path and the room on the disk.");
  }

  const Phone& phone_;
  FormSession session_;
  std::string draft_;
  bool ended_ = false;
};

int list(const Phone& phone) {
  const auto forms =
      phone.engine.query("SELECT name, version, title, digest FROM form ORDER BY name, version DESC, digest");
  if (!forms) return phone.speaker.fail(forms.error());
  if (phone.speaker.json()) {
    Json all = Json::array();
    for (const auto& row : forms->rows)
      all.push_back({{"name", std::get<std::string>(row[0])},
                     {"version", std::get<std::int64_t>(row[1])},
                     {"title", std::get<std::string>(row[2])},
                     {"digest", std::get<std::string>(row[3])}});
    phone.speaker.line(all);
    return kDone;
  }
  for (const auto& row : forms->rows)
    phone.speaker.line(std::get<std::string>(row[0]) + "  " + std::get<std::string>(row[2]) + "  (" +
                       std::to_string(std::get<std::int64_t>(row[1])) + ")");
  const std::size_t count = forms->rows.size();
  phone.speaker.say({"共" + std::to_string(count) + "份表单。", counted(count, "form") + "."});
  return kDone;
}

struct FoundForm {
  std::string id;
  doorstep::Form form;
};

/// By its name, the newest of it; or by the beginning of its digest.
Result<FoundForm> find_form(const Phone& phone, const std::string& name) {
  auto found = phone.engine.query(
      "SELECT id, definition FROM form WHERE name = ?1 OR digest LIKE ?1 || '%' ORDER BY version DESC, "
      "digest",
      {name});
  if (!found) return tl::unexpected(found.error());
  if (found->rows.empty())
    return refuse("手机里没有表单“" + name + "”。有哪些请看:doorstep form",
                  "There is no form \"" + name + "\" on this phone. See: doorstep form");
  auto form = doorstep::Form::parse(std::get<std::string>(found->rows[0][1]));
  if (!form) return tl::unexpected(form.error());
  return FoundForm{std::get<std::string>(found->rows[0][0]), *std::move(form)};
}

Result<FormSession> session_of(const doorstep::Form& form, const std::string& draft) {
  const auto kept = draft.empty() ? std::nullopt : text_in(draft);
  if (!kept) return FormSession::begin(form, now());
  const auto of = FormSession::form_of(*kept);
  if (!of) return tl::unexpected(of.error());
  return *of == form.digest() ? FormSession::open(form, *kept, now())
                              : FormSession::migrate(form, *kept, now());
}

}  // namespace

int form(const Phone& phone, const std::string& name, const std::vector<std::string>& values,
         const std::string& draft) {
  if (name.empty()) return list(phone);
  const auto found = find_form(phone, name);
  if (!found) return phone.speaker.fail(found.error());
  std::vector<std::string> words{"add", "answer", "form=" + found->id};
  words.insert(words.end(), values.begin(), values.end());
  if (std::none_of(values.begin(), values.end(),
                   [](const std::string& value) { return value.rfind("outcome=", 0) == 0; }))
    words.emplace_back("outcome=answered");
  auto session = session_of(found->form, draft);
  if (!session) return phone.speaker.fail(session.error());
  Asking asking(phone, *std::move(session), draft);
  const auto answers = asking.run();
  if (!answers) return phone.speaker.fail(answers.error());
  if (!*answers) {
    const doorstep::FormProblem first = asking.problems().front();
    const doorstep::Sentence missing = sentence_of(first.message);
    return phone.speaker.fail(usage_error(
        "还没有填完(" + first.path + "):" + missing.zh + (draft.empty() ? "" : " 草稿在 " + draft + "。"),
        "This is not finished (" + first.path + "): " + missing.en +
            (draft.empty() ? "" : " The draft is " + draft + ".")));
  }
  if (values.empty()) {  // Tried out: nothing says whose answers these are.
    phone.speaker.line(**answers);
    return kDone;
  }
  words.push_back("answers=" + **answers);
  auto change = read_change(words);
  if (!change) return phone.speaker.fail(change.error());
  const int code = record(phone, *std::move(change));
  std::error_code ignored;
  if (code == kDone && !draft.empty()) std::filesystem::remove(draft, ignored);
  return code;
}

}  // namespace field
