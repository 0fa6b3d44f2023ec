#pragma once

#include <cstddef>
#include <cstdint>
#include <doorstep/error.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace doorstep {

/// Text for a person. `en` may be empty: then `zh` serves both.
struct FormText {
  std::string zh;
  std::string en;
};

/// What today() and now() say in a form: UTC, and the clock on the wall. China by default.
struct FormTime {
  std::int64_t utc_ms = 0;
  int offset_minutes = 8 * 60;
};

/// A questionnaire (docs/forms.md), read and checked. Immutable: copies share it, also between threads.
class Form {
 public:
  /// Reads what stands in `form.definition`. Errors (format): `malformed`, with the question and the place in
  /// its expression; `too_large`. Neither goes away by trying again.
  static Result<Form> parse(std::string_view json);

  const std::string& name() const;
  std::uint64_t version() const;
  const FormText& title() const;
  /// Names this form for ever, `sha256:` and 64 digits; what `form.digest` holds.
  const std::string& digest() const;
  /// The canonical encoding: the bytes that the digest is of.
  const std::string& json() const;

  struct Content;
  explicit Form(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  const Content& content() const { return *content_; }

 private:
  std::shared_ptr<const Content> content_;
};

enum class QuestionType : std::uint8_t {
  text = 1,
  integer = 2,
  decimal = 3,
  date = 4,             ///< `2026-01-05`
  time = 5,             ///< `09:30`
  select_one = 6,       ///< A choice's value.
  select_multiple = 7,  ///< Values with a space between.
  acknowledge = 8,      ///< `OK`
  note = 9              ///< Nothing to answer.
};

struct FormChoice {
  std::string value;
  FormText label;
  bool chosen = false;
};

/// One screen: a question, or the end of a repeat that people add to.
struct FormStep {
  enum class Kind : std::uint8_t {
    question = 1,
    repeat = 2  ///< "Another one?" Answer with FormSession::add, or go on.
  };
  Kind kind = Kind::question;
  std::string path;  ///< `age`, `resident[2]/age`; of a repeat `resident`. Instances count from 1.
  std::string name;
  QuestionType type = QuestionType::text;
  FormText label;  ///< With answers in place of ${name}.
  FormText hint;
  std::vector<FormText> groups;     ///< Labels of the groups and repeats around it, outermost first.
  std::vector<FormChoice> choices;  ///< Those offered now.
  std::string value;                ///< Empty: not answered.
  bool required = false;
  bool read_only = false;  ///< Calculated, or shown only.
  std::string appearance;  ///< As the form's author wrote it, for widgets.
  std::size_t instances = 0;
  bool can_add = false;
};

/// What keeps a form from being finished.
struct FormProblem {
  enum class Kind : std::uint8_t { missing = 1, violated = 2, too_large = 3 };
  Kind kind = Kind::missing;
  std::string path;
  FormText message;
};

/// What followed from one change: paths of questions.
struct FormChange {
  std::vector<std::string> relevant;    ///< Are asked now.
  std::vector<std::string> irrelevant;  ///< Are no longer asked. Their answers wait in the draft.
  std::vector<std::string> calculated;  ///< Have another value.
};

/// An answer that did not fit into a changed form.
struct FormAside {
  std::string path;
  FormText label;  ///< As the question read when it was answered.
  std::string value;
  FormText reason;
};

/// `answers` is JSON, empty while there are problems.
struct FormResult {
  std::string answers;
  std::vector<FormProblem> problems;
};

/// One person filling in one form. Moves; used by one thread at a time; survives nothing by itself: save()
/// after each change what must survive the app.
///
/// Every change is whole: on an Error the session is as it was before.
class FormSession {
 public:
  /// Errors: `too_large` when the form takes more work than a phone should do.
  static Result<FormSession> begin(const Form& form, const FormTime& time);
  /// Goes on with a draft of this very form. Errors: `invalid_argument` when it is another form's, see
  /// form_of() and migrate(); `malformed`; `too_large` as above.
  static Result<FormSession> open(const Form& form, std::string_view draft, const FormTime& time);
  /// Goes on with a draft of another state of the form. Answers that do not fit are aside(). Errors:
  /// `malformed`.
  static Result<FormSession> migrate(const Form& form, std::string_view draft, const FormTime& time);
  /// Digest of the form that a draft is of. Errors: `malformed`.
  static Result<std::string> form_of(std::string_view draft);

  FormSession(FormSession&&) noexcept;
  FormSession& operator=(FormSession&&) noexcept;
  ~FormSession();

  const Form& form() const;
  /// What today() and now() are from the next change on.
  void set_time(const FormTime& time);

  /// Where the person is, and the steps around it; nullopt past either end, which changes nothing. Questions
  /// that are not relevant are passed over.
  std::optional<FormStep> first();
  std::optional<FormStep> current() const;
  std::optional<FormStep> next();
  std::optional<FormStep> back();
  /// Errors: `not_found` when there is no such step, or not now.
  Result<FormStep> go_to(std::string_view path);

  /// Answers a question with what was typed; empty text takes the answer away. One that is not asked now may
  /// be answered too: it waits. Errors (usage): `validation_failed` with what to write instead, or the
  /// constraint's own message; `not_found`; `invalid_argument` for what is read-only; `too_large`.
  Result<FormChange> set(std::string_view path, std::string_view typed);
  /// A further instance of a repeat; who stands at the repeat's step goes on with its first question. Errors:
  /// `not_found`; `validation_failed` when there are enough.
  Result<FormChange> add(std::string_view repeat);
  /// Takes an instance (`resident[2]`) away, with its answers; later ones move up.
  Result<FormChange> remove(std::string_view instance);

  /// Everything that is missing or wrong, in the form's order.
  std::vector<FormProblem> problems() const;
  /// The answers as JSON that names its form, without what is not relevant.
  FormResult finish() const;

  /// The draft as text, with everything ever answered.
  std::string save() const;

  const std::vector<FormAside>& aside() const;
  /// Gives an aside up for good. Errors: `not_found`.
  Status discard(std::string_view path);

 private:
  struct Content;
  explicit FormSession(std::unique_ptr<Content> content);
  std::unique_ptr<Content> content_;
};

}  // namespace doorstep
