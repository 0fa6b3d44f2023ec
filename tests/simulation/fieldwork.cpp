#include "simulation/fieldwork.hpp"

#include "schema/validation.hpp"

namespace doorstep::simulation {
namespace {

/// Answers of one visit to the form.
constexpr int kAnswersAtOnce = 3;
/// Rounds in which what is missing is answered; each may bring up other questions.
constexpr int kCompletions = 6;

template <typename T>
Status status_of(const Result<T>& result) {
  if (result) return {};
  return tl::unexpected(result.error());
}

}  // namespace

void Fieldwork::act() {
  if (phone_.is_wiped() || phone_.store().pack() == nullptr) return;
  const std::uint64_t dice = random_.below(100);
  if (dice < 55)
    fill_in();
  else if (dice < 65)
    report();
  else if (dice < 80)
    take_step();
  else if (dice < 92)
    claim();
  else
    make_round();
}

void Fieldwork::go_back() {
  session_.reset();
  is_known_ = false;
  recorded_.clear();
  steps_.clear();
}

std::string Fieldwork::pick(const std::string& sql) {
  const auto rows = phone_.store().query(sql, {});
  if (!rows || rows->rows.empty()) return {};
  return std::get<std::string>(rows->rows[random_.below(rows->rows.size())][0]);
}

bool Fieldwork::record(const std::string& what, const std::function<Status(PhoneStore&)>& work) {
  return phone_.write(what, [&] { return work(phone_.store()); });
}

void Fieldwork::note(const char* table, const RowId& row) {
  recorded_.push_back({phone_.store().pack()->find(table)->id, row});
}

RowId Fieldwork::new_id() {
  std::uint8_t entropy[16];
  for (std::uint8_t& byte : entropy) byte = static_cast<std::uint8_t>(random_.next() >> 32);
  return make_time_ordered_id(static_cast<std::uint64_t>(phone_.clock().wall_ms()), entropy);
}

// --- Questionnaires ---

/// In what somebody has damaged there may be anything: a form counts when it is the one that its digest
/// names.
std::optional<Form> Fieldwork::form_of(const std::string& where, const std::string& value) {
  const auto rows =
      phone_.store().query("SELECT definition, digest FROM form WHERE " + where + " = ?1", {Value(value)});
  if (!rows || rows->rows.empty()) return std::nullopt;
  const auto* definition = std::get_if<std::string>(&rows->rows[0][0]);
  if (definition == nullptr) return std::nullopt;
  auto known = forms_.find(*definition);
  if (known == forms_.end()) {
    auto parsed = Form::parse(*definition);
    if (!parsed) return std::nullopt;
    known = forms_.emplace(*definition, std::move(*parsed)).first;
  }
  if (Value(known->second.digest()) != rows->rows[0][1]) return std::nullopt;
  return known->second;
}

void Fieldwork::fill_in() {
  // Whatever ended the app ended the session; now and then the system does, to save memory.
  if (phone_.starts() != starts_ || random_.chance(250)) session_.reset();
  if (!session_ && !open_again()) return;
  if (!kept_) return begin();
  if (!session_) return;
  follow_form();
  for (int i = 0; i < kAnswersAtOnce && session_; ++i) answer_next();
}

void Fieldwork::begin() {
  const std::string campaign = pick("SELECT id FROM campaign WHERE form IS NOT NULL ORDER BY id");
  const std::string door = pick("SELECT id FROM place WHERE level = 'door' ORDER BY id");
  if (campaign.empty() || door.empty()) return;
  const auto form = form_of("id", pick("SELECT form FROM campaign WHERE id = '" + campaign + "'"));
  if (!form) return;
  auto begun = FormSession::begin(*form, time());
  if (!begun) return wrong_.push_back(phone_.name() + " cannot begin a form: " + begun.error().en);
  session_.emplace(std::move(*begun));
  keep(KeptDraft{session_->save(), new_id(), *parse_row_id(campaign), *parse_row_id(door)});
}

/// Of an answer that was recorded as the phone died, the draft goes now.
bool Fieldwork::is_submitted() const {
  const auto there =
      phone_.store().query("SELECT id FROM answer WHERE id = ?1", {Value(to_text(kept_->answer))});
  return there && !there->rows.empty();
}

/// As the app does when it starts.
bool Fieldwork::open_again() {
  session_.reset();
  starts_ = phone_.starts();
  const auto found = box_.read();
  if (!found) {
    phone_.power_cycle();
    return false;
  }
  if (is_known_ && *found != kept_ && (!attempted_ || *found != *attempted_))
    wrong_.push_back(phone_.name() + " lost a draft");
  kept_ = *found;
  attempted_.reset();
  if (kept_ && !is_known_) {  // Another copy may finish the answer that it was.
    kept_->answer = new_id();
    if (!box_.keep(*kept_)) {
      phone_.power_cycle();
      return false;
    }
  }
  is_known_ = true;
  if (!kept_) return true;
  const auto digest = FormSession::form_of(kept_->draft);
  const auto form = digest ? form_of("digest", *digest) : std::nullopt;
  if (!form) return true;  // Her post shows it no longer.
  auto opened = FormSession::open(*form, kept_->draft, time());
  if (!opened || opened->save() != kept_->draft)
    wrong_.push_back(phone_.name() + " cannot go on with a draft");
  if (opened) session_.emplace(std::move(*opened));
  ++reopened_;
  return true;
}

/// The office has another form for the campaign: the draft moves to it, or is finished as it was begun.
void Fieldwork::follow_form() {
  const std::string newest =
      pick("SELECT form FROM campaign WHERE id = '" + to_text(kept_->campaign) + "' AND form IS NOT NULL");
  const auto form = newest.empty() ? std::nullopt : form_of("id", newest);
  if (!form || form->digest() == session_->form().digest() || random_.chance(700)) return;
  auto moved = FormSession::migrate(*form, session_->save(), time());
  if (!moved) return wrong_.push_back(phone_.name() + " cannot move a draft: " + moved.error().en);
  session_.emplace(std::move(*moved));
  KeptDraft next = *kept_;
  next.draft = session_->save();
  if (keep(std::move(next))) ++migrated_;
}

std::string Fieldwork::typed(const FormStep& step) {
  if (!step.choices.empty()) return step.choices[random_.below(step.choices.size())].value;
  switch (step.type) {
    case QuestionType::integer:
      return std::to_string(random_.below(100));
    case QuestionType::decimal:
      return random_.chance(500) ? "2.5" : "3";
    case QuestionType::date:
      return "2027-01-0" + std::to_string(1 + random_.below(9));
    default:
      return "词" + std::to_string(random_.below(4));
  }
}

void Fieldwork::answer_next() {
  const auto step = session_->next();
  if (!step) return finish();
  if (step->kind == FormStep::Kind::repeat) {
    if (step->can_add && random_.chance(500)) static_cast<void>(session_->add(step->path));
  } else if (!step->read_only && random_.chance(850)) {
    if (step->name == "age" && session_->set(step->path, "130"))
      wrong_.push_back(phone_.name() + " took an answer that the form does not allow");
    static_cast<void>(session_->set(step->path, typed(*step)));
  }
  KeptDraft next = *kept_;
  next.draft = session_->save();
  keep(std::move(next));
}

void Fieldwork::finish() {
  FormResult result = session_->finish();
  for (int i = 0; i < kCompletions && !result.problems.empty(); ++i) {
    for (const FormProblem& problem : result.problems)
      if (const auto step = session_->go_to(problem.path))
        static_cast<void>(session_->set(problem.path, typed(*step)));
    result = session_->finish();
  }
  if (!result.problems.empty())
    return wrong_.push_back(phone_.name() + " cannot finish a form: " + result.problems[0].path);
  if (!session_->aside().empty() && random_.chance(500)) {
    static_cast<void>(session_->discard(session_->aside().front().path));
    result = session_->finish();
  }
  KeptDraft next = *kept_;
  next.draft = session_->save();
  if (keep(std::move(next))) submit(result.answers);
}

/// The answer has the id that its draft had from the start, so whatever happens between the two files, it is
/// recorded once.
void Fieldwork::submit(const std::string& answers) {
  const KeptDraft draft = *kept_;
  const std::string form = session_->form().digest();
  const std::string row = pick("SELECT id FROM form WHERE digest = '" + form + "'");
  if (row.empty()) return;  // Her post shows it no longer, or the file was damaged.
  const Value person = to_text(phone_.store().phone().person);
  const Value at = format_time(phone_.clock().wall_ms());
  const bool done = record("answer", [&](PhoneStore& store) {
    return status_of(store.execute(
        "INSERT INTO answer(id, campaign, place, outcome, form, answers, asked_by, entered_by, at) "
        "VALUES(?1, ?2, ?3, 'answered', ?4, ?5, ?6, ?6, ?7)",
        {to_text(draft.answer), to_text(draft.campaign), to_text(draft.door), row, answers, person, at}));
  });
  if (!done && !is_submitted()) {  // Refused, or the phone died before: she tries again.
    session_.reset();
    return;
  }
  note("answer", draft.answer);
  answers_[draft.answer] = {form, answers};
  keep(std::nullopt);
}

bool Fieldwork::keep(std::optional<KeptDraft> next) {
  attempted_ = next;
  const Status kept = next ? box_.keep(*next) : box_.drop();
  if (!kept) {
    phone_.power_cycle();
    if (open_again() && kept_ && answers_.count(kept_->answer) != 0 && is_submitted()) keep(std::nullopt);
    return false;
  }
  kept_ = std::move(next);
  attempted_.reset();
  if (!kept_) session_.reset();
  return true;
}

// --- Matters and rounds ---

void Fieldwork::report() {
  const std::string place = pick("SELECT id FROM place WHERE level IN ('door', 'unit') ORDER BY id");
  if (place.empty()) return;
  record("matter", [&](PhoneStore& store) {
    return status_of(
        store.add("matter", {{"place", place}, {"title", "事" + std::to_string(random_.below(4))}}));
  });
}

std::vector<RowId> Fieldwork::steps_of(const std::string& matter) {
  std::vector<RowId> steps;
  const auto rows = phone_.store().query("SELECT id FROM matter_step WHERE matter = ?1", {Value(matter)});
  if (!rows) return steps;
  for (const auto& row : rows->rows) steps.push_back(*parse_row_id(std::get<std::string>(row[0])));
  return steps;
}

void Fieldwork::take_step() {
  const std::string matter = pick("SELECT id FROM matter ORDER BY id LIMIT 3");
  if (matter.empty()) return;
  Step step{{}, *parse_row_id(matter), steps_of(matter)};
  const bool done = record("step", [&](PhoneStore& store) -> Status {
    const auto added = store.add("matter_step", {{"matter", matter}, {"kind", "progress"}});
    if (added) step.id = *added;
    return status_of(added);
  });
  if (!done) return;
  note("matter_step", step.id);
  steps_.push_back(std::move(step));
}

/// Leaders meet at the few matters that are there first.
void Fieldwork::claim() {
  const std::string matter = pick("SELECT id FROM matter WHERE claimed_by IS NULL ORDER BY id LIMIT 2");
  if (matter.empty()) return;
  Step step{{}, *parse_row_id(matter), steps_of(matter)};
  const bool done = record("claim", [&](PhoneStore& store) -> Status {
    const Status claimed = store.edit("matter", step.matter, {{"claimed_by", to_text(store.phone().person)}});
    if (!claimed) return claimed;
    const auto added = store.add("matter_step", {{"matter", matter}, {"kind", "claim"}});
    if (added) step.id = *added;
    return status_of(added);
  });
  if (!done) return;
  note("matter_step", step.id);
  steps_.push_back(std::move(step));
}

void Fieldwork::make_round() {
  const std::string schedule = pick("SELECT id FROM schedule ORDER BY id");
  const std::string unit = pick("SELECT id FROM place WHERE level = 'unit' ORDER BY id");
  if (schedule.empty() || unit.empty()) return;
  const bool is_slip = random_.chance(100);
  const std::int64_t slot = is_slip ? 13 : 1 + static_cast<std::int64_t>(random_.below(2));
  RowId row{};
  const bool done = record("round", [&](PhoneStore& store) -> Status {
    const auto added = store.add("round", {{"schedule", schedule}, {"place", unit}, {"slot", slot}});
    if (added) row = *added;
    return status_of(added);
  });
  if (done && is_slip) wrong_.push_back(phone_.name() + " recorded a slot that the pack does not allow");
  if (done) note("round", row);
}

}  // namespace doorstep::simulation
