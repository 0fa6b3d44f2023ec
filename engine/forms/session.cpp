#include <algorithm>
#include <unordered_map>

#include "base/error.hpp"
#include "forms/limits.hpp"
#include "forms/session_content.hpp"
#include "forms/typed_answer.hpp"

namespace doorstep {

using namespace forms;

namespace {

tl::unexpected<Error> no_such(std::string_view path) {
  const std::string name(path);
  return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never, "表单里没有 " + name + " 这一项。",
              "There is no " + name + " in this form.");
}

/// A copy of a place that outlives the walk; it borrows the instances.
std::optional<Place> find_place(const CompiledForm& form, const Instance& root, std::string_view path) {
  std::optional<Place> found;
  each_place(form, root, [&](const Place& place) {
    if (!found && place.path == path) found = place;
  });
  return found;
}

PlaceSurroundings surroundings_of(const CompiledForm& form, const Place& place, const FormTime& time) {
  return {form, place.item, place.around.instances, place.around.numbers, time};
}

Budget fresh_budget() {
  Budget budget;
  budget.steps = forms::limits::kSteps;
  return budget;
}

/// Whether people walk over it: questions and notes that are asked, and repeats that they may add to.
bool is_step(const CompiledForm& form, const Place& place) {
  const CompiledItem& item = form.items[place.item];
  if (!place.relevant || item.type() == ItemType::calculate) return false;
  return item.type() != ItemType::repeat || !item.repeat_count;
}

QuestionType question_type(ItemType type) {
  return type == ItemType::note ? QuestionType::note
                                : static_cast<QuestionType>(static_cast<std::uint8_t>(type) + 1);
}

bool is_required(const CompiledItem& item, const PlaceSurroundings& surroundings, Budget& budget) {
  return item.required && to_boolean(evaluate(*item.required, surroundings, budget));
}

bool is_violated(const CompiledItem& item, const Cell& cell, const PlaceSurroundings& surroundings,
                 Budget& budget) {
  return item.constraint && !cell.shown.empty() &&
         !to_boolean(evaluate(*item.constraint, surroundings, budget));
}

FormText message_or(const Template& message, const PlaceSurroundings& surroundings, const FormText& label,
                    const char* zh, const char* en) {
  FormText own = render(message, surroundings);
  if (!own.zh.empty()) return own;
  return {"「" + label.zh + "」" + zh, label.en + ": " + en};
}

FormText violation(const CompiledItem& item, const PlaceSurroundings& surroundings) {
  return message_or(item.constraint_message, surroundings, render(item.label, surroundings),
                    "填的内容不合要求,请核对。", "this is not what is asked for; please check.");
}

FormStep step_of(const CompiledForm& form, const Place& place, const FormTime& time) {
  const CompiledItem& item = form.items[place.item];
  PlaceSurroundings surroundings = surroundings_of(form, place, time);
  Budget budget = fresh_budget();
  FormStep step;
  step.path = place.path;
  step.name = item.source->name;
  step.label = render(item.label, surroundings);
  step.hint = render(item.hint, surroundings);
  step.appearance = item.source->appearance;
  for (std::uint32_t around = item.parent; around != kNone; around = form.items[around].parent) {
    FormText label = render(form.items[around].label, surroundings);
    if (!label.zh.empty()) step.groups.insert(step.groups.begin(), std::move(label));
  }
  if (item.type() == ItemType::repeat) {
    step.kind = FormStep::Kind::repeat;
    step.instances = place.around.innermost().repeats[form.scopes[item.own_scope].child].size();
    step.can_add = step.instances < form.max_of(item);
    return step;
  }
  step.type = question_type(item.type());
  step.read_only = item.source->read_only || item.calculation || item.type() == ItemType::note;
  step.required = is_required(item, surroundings, budget);
  step.value = place.cell(form).shown;
  if (is_select(item.type())) {
    const std::vector<std::string> chosen = split_values(step.value);
    for (const Choice* choice : offered(form, item, surroundings, budget))
      step.choices.push_back({choice->value, choice->label,
                              std::find(chosen.begin(), chosen.end(), choice->value) != chosen.end()});
  }
  return step;
}

/// What two states of one form differ in.
FormChange difference(const CompiledForm& form, const Instance& before, const Instance& after,
                      std::string_view answered) {
  struct Seen {
    bool relevant;
    std::string shown;
  };
  std::unordered_map<std::string, Seen> seen;
  each_place(form, before, [&](const Place& place) {
    if (form.items[place.item].type() != ItemType::repeat)
      seen[place.path] = {place.relevant, place.cell(form).shown};
  });
  FormChange change;
  each_place(form, after, [&](const Place& place) {
    const CompiledItem& item = form.items[place.item];
    if (item.type() == ItemType::repeat) return;
    const auto known = seen.find(place.path);
    const bool was = known != seen.end() && known->second.relevant;
    const bool asked = item.type() != ItemType::calculate;
    if (asked && place.relevant && !was) change.relevant.push_back(place.path);
    if (asked && !place.relevant && was) change.irrelevant.push_back(place.path);
    const std::string& shown = place.cell(form).shown;
    if (item.calculation && place.path != answered &&
        shown != (known == seen.end() ? std::string() : known->second.shown))
      change.calculated.push_back(place.path);
  });
  return change;
}

/// The same place in a copy that may be changed.
Instance& mutable_instance(const CompiledForm& form, Instance& root, const Place& place) {
  std::vector<std::uint32_t> scopes;
  for (std::uint32_t scope = form.items[place.item].scope; scope != 0; scope = form.scopes[scope].parent)
    scopes.insert(scopes.begin(), scope);
  Instance* here = &root;
  for (std::size_t i = 0; i < scopes.size(); ++i)
    here = &here->repeats[form.scopes[scopes[i]].child][place.around.numbers[i + 1]];
  return *here;
}

/// `resident[2]` as a repeat's path and the number, from 0.
std::optional<std::pair<std::string, std::size_t>> split_instance(std::string_view path) {
  const std::size_t open = path.rfind('[');
  if (open == std::string_view::npos || path.back() != ']') return std::nullopt;
  std::size_t number = 0;
  const std::string_view digits = path.substr(open + 1, path.size() - open - 2);
  if (digits.empty() || digits.size() > 6) return std::nullopt;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::size_t>(c - '0');
  }
  if (number == 0) return std::nullopt;
  return std::make_pair(std::string(path.substr(0, open)), number - 1);
}

/// The place before the first one in `instance`, irrelevant ones included; empty when there is none.
std::string path_before(const CompiledForm& form, const Instance& root, const std::string& instance) {
  std::string before;
  bool reached = false;
  each_place(form, root, [&](const Place& place) {
    reached = reached || place.path.rfind(instance + "/", 0) == 0;
    if (!reached) before = place.path;
  });
  return before;
}

Result<Place> find_open_repeat(const CompiledForm& form, const Instance& root, std::string_view path) {
  auto place = find_place(form, root, path);
  if (!place || form.items[place->item].type() != ItemType::repeat) return no_such(path);
  if (!place->relevant) return no_such(path);
  if (form.items[place->item].repeat_count)
    return fail_usage("这一组有几份是算出来的,不能自己加减。",
                      "How many there are of this is calculated: none can be added or taken away.");
  return std::move(*place);
}

}  // namespace

FormSession::FormSession(std::unique_ptr<Content> content) : content_(std::move(content)) {}
FormSession::FormSession(FormSession&&) noexcept = default;
FormSession& FormSession::operator=(FormSession&&) noexcept = default;
FormSession::~FormSession() = default;

Result<FormSession> FormSession::begin(const Form& form, const FormTime& time) {
  auto content = std::make_unique<Content>(form, time);
  DOORSTEP_CHECK(evaluate_form(content->compiled(), content->compiled().order, content->root, time));
  return FormSession(std::move(content));
}

Result<std::string> FormSession::form_of(std::string_view draft) { return digest_in_draft(draft); }

Result<FormSession> FormSession::open(const Form& form, std::string_view draft, const FormTime& time) {
  DOORSTEP_TRY(digest, digest_in_draft(draft));
  if (digest != form.digest())
    return fail_usage("这份草稿是按另一个版本的表单填的,请先转到新表单。",
                      "This draft is of another state of the form: migrate it.");
  return migrate(form, draft, time);
}

Result<FormSession> FormSession::migrate(const Form& form, std::string_view draft, const FormTime& time) {
  DOORSTEP_TRY(read, read_draft(form, draft));
  auto content = std::make_unique<Content>(form, time);
  content->root = std::move(read.root);
  content->at = std::move(read.at);
  content->aside = std::move(read.aside);
  DOORSTEP_CHECK(evaluate_form(content->compiled(), content->compiled().order, content->root, time));
  return FormSession(std::move(content));
}

const Form& FormSession::form() const { return content_->form; }
void FormSession::set_time(const FormTime& time) { content_->time = time; }

std::optional<FormStep> FormSession::current() const {
  const auto place = find_place(content_->compiled(), content_->root, content_->at);
  if (!place || !is_step(content_->compiled(), *place)) return std::nullopt;
  return step_of(content_->compiled(), *place, content_->time);
}

std::optional<FormStep> FormSession::first() {
  content_->at.clear();
  return next();
}

std::optional<FormStep> FormSession::next() {
  const CompiledForm& form = content_->compiled();
  // Where the person is may have gone (an instance taken away): then from the beginning.
  bool past = content_->at.empty() || !find_place(form, content_->root, content_->at);
  std::optional<Place> found;
  each_place(form, content_->root, [&](const Place& place) {
    if (past && !found && is_step(form, place)) found = place;
    if (place.path == content_->at) past = true;
  });
  if (!found) return std::nullopt;
  content_->at = found->path;
  return step_of(form, *found, content_->time);
}

std::optional<FormStep> FormSession::back() {
  const CompiledForm& form = content_->compiled();
  bool past = false;
  std::optional<Place> found;
  each_place(form, content_->root, [&](const Place& place) {
    if (place.path == content_->at) past = true;
    if (!past && is_step(form, place)) found = place;
  });
  if (!past || !found) return std::nullopt;
  content_->at = found->path;
  return step_of(form, *found, content_->time);
}

Result<FormStep> FormSession::go_to(std::string_view path) {
  const auto place = find_place(content_->compiled(), content_->root, path);
  if (!place || !is_step(content_->compiled(), *place)) return no_such(path);
  content_->at = place->path;
  return step_of(content_->compiled(), *place, content_->time);
}

Result<FormChange> FormSession::set(std::string_view path, std::string_view typed) {
  const CompiledForm& form = content_->compiled();
  const auto place = find_place(form, content_->root, path);
  if (!place || !is_asked(form.items[place->item].type())) return no_such(path);
  const CompiledItem& item = form.items[place->item];
  if (item.source->read_only || item.calculation)
    return fail_usage("这一项只能看,不能填。", "This is shown only; it cannot be answered.");
  PlaceSurroundings here = surroundings_of(form, *place, content_->time);
  Budget budget = fresh_budget();
  std::vector<const Choice*> choices;
  if (is_select(item.type())) {
    if (place->relevant)
      choices = offered(form, item, here, budget);
    else
      for (const Choice& choice : form.list_of(item).choices) choices.push_back(&choice);
  }
  DOORSTEP_TRY(stored, read_answer(*item.source, render(item.label, here), choices, typed));

  Instance next = content_->root;
  Cell& cell = mutable_instance(form, next, *place).cells[item.slot];
  cell.text = std::move(stored);
  DOORSTEP_CHECK(evaluate_form(form, form.order, next, content_->time));
  const auto after = find_place(form, next, path);
  const PlaceSurroundings there = surroundings_of(form, *after, content_->time);
  if (is_violated(item, after->cell(form), there, budget)) {
    FormText why = violation(item, there);
    return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never, std::move(why.zh),
                std::move(why.en));
  }
  FormChange change = difference(form, content_->root, next, path);
  content_->root = std::move(next);
  return change;
}

Result<FormChange> FormSession::add(std::string_view repeat) {
  const CompiledForm& form = content_->compiled();
  DOORSTEP_TRY(place, find_open_repeat(form, content_->root, repeat));
  const CompiledItem& item = form.items[place.item];
  Instance next = content_->root;
  std::vector<Instance>& all = mutable_instance(form, next, place).repeats[form.scopes[item.own_scope].child];
  if (all.size() >= form.max_of(item)) {
    const std::string most = std::to_string(form.max_of(item));
    return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never, "最多只能加" + most + "份。",
                "There can be " + most + " at most.");
  }
  all.push_back(make_instance(form, item.own_scope));
  const std::string instance = place.path + "[" + std::to_string(all.size()) + "]";
  DOORSTEP_CHECK(evaluate_form(form, form.order, next, content_->time));
  FormChange change = difference(form, content_->root, next, "");
  content_->root = std::move(next);
  if (content_->at == repeat) content_->at = path_before(form, content_->root, instance);
  return change;
}

Result<FormChange> FormSession::remove(std::string_view instance) {
  const CompiledForm& form = content_->compiled();
  const auto split = split_instance(instance);
  if (!split) return no_such(instance);
  DOORSTEP_TRY(place, find_open_repeat(form, content_->root, split->first));
  const CompiledItem& item = form.items[place.item];
  Instance next = content_->root;
  std::vector<Instance>& all = mutable_instance(form, next, place).repeats[form.scopes[item.own_scope].child];
  if (split->second >= all.size()) return no_such(instance);
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(split->second));
  DOORSTEP_CHECK(evaluate_form(form, form.order, next, content_->time));
  FormChange change = difference(form, content_->root, next, "");
  content_->root = std::move(next);
  if (!find_place(form, content_->root, content_->at)) content_->at = split->first;
  return change;
}

std::vector<FormProblem> FormSession::problems() const {
  const CompiledForm& form = content_->compiled();
  std::vector<FormProblem> out;
  Budget budget = fresh_budget();
  each_place(form, content_->root, [&](const Place& place) {
    const CompiledItem& item = form.items[place.item];
    if (!place.relevant || !is_asked(item.type())) return;
    const PlaceSurroundings here = surroundings_of(form, place, content_->time);
    const Cell& cell = place.cell(form);
    if (cell.shown.empty()) {
      if (is_required(item, here, budget))
        out.push_back({FormProblem::Kind::missing, place.path,
                       message_or(item.required_message, here, render(item.label, here), "还没有填。",
                                  "this is not answered yet.")});
    } else if (is_violated(item, cell, here, budget)) {
      out.push_back({FormProblem::Kind::violated, place.path, violation(item, here)});
    }
  });
  if (budget.exhausted)
    out.push_back({FormProblem::Kind::too_large,
                   "",
                   {"这份表单要算的内容太多,请街道把它改简单些。",
                    "This form takes too much to evaluate: the office should simplify it."}});
  return out;
}

FormResult FormSession::finish() const {
  FormResult result{{}, problems()};
  if (!result.problems.empty()) return result;
  result.answers = write_answers(content_->form, content_->root, content_->aside);
  if (result.answers.size() > forms::limits::kAnswersBytes) {
    const std::string most = std::to_string(forms::limits::kAnswersBytes / 1024);
    result.answers.clear();
    result.problems.push_back({FormProblem::Kind::too_large,
                               "",
                               {"填的内容太多了,总共最多" + most + "KB,请写短些。",
                                "The answers are too long: at most " + most + " KiB together."}});
  }
  return result;
}

std::string FormSession::save() const {
  return write_draft(content_->form, content_->root, content_->at, content_->aside);
}

const std::vector<FormAside>& FormSession::aside() const { return content_->aside; }

Status FormSession::discard(std::string_view path) {
  std::vector<FormAside>& aside = content_->aside;
  const auto found =
      std::find_if(aside.begin(), aside.end(), [&](const FormAside& one) { return one.path == path; });
  if (found == aside.end()) return no_such(path);
  aside.erase(found);
  return {};
}

}  // namespace doorstep
