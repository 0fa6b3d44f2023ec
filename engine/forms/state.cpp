#include "forms/state.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "forms/limits.hpp"
#include "schema/calendar.hpp"

namespace doorstep::forms {
namespace {

constexpr double kExact = 9'007'199'254'740'991.0;

/// What a calculation or a default gives a question of this type; empty when it does not fit.
std::string stored_form(ItemType type, const Scalar& scalar, int offset_minutes) {
  if (is_empty(scalar)) return {};
  switch (type) {
    case ItemType::integer: {
      const double number = std::trunc(to_number(scalar));
      return std::fabs(number) <= kExact ? number_text(number) : std::string();
    }
    case ItemType::decimal: {
      const double number = to_number(scalar);
      return std::isfinite(number) ? number_text(number) : std::string();
    }
    case ItemType::date: {
      const auto moment = to_moment(scalar, offset_minutes);
      return moment ? date_of(day_of(*moment)) : std::string();
    }
    case ItemType::time:
      return read_time_of_day(to_text(scalar)).value_or("");
    case ItemType::acknowledge:
      return to_boolean(scalar) ? "OK" : "";
    default:
      return to_text(scalar);
  }
}

class FormEvaluation {
 public:
  FormEvaluation(const CompiledForm& form, Instance& root, const FormTime& time)
      : form_(form), root_(root), time_(time) {
    budget_.steps = limits::kSteps;
  }

  Status run(const std::vector<std::uint32_t>& order) {
    for (const std::uint32_t item : order) {
      path_of(form_.items[item].scope);
      around_.assign(1, &root_);
      numbers_.assign(1, 0);
      visit(item, 1, root_);
      if (too_many_)
        return fail(ErrorDomain::usage, ErrorCode::too_large, Retry::never, "重复的内容太多了,填不下。",
                    "There are too many repeats for one form.");
      if (budget_.exhausted || bytes_ > limits::kDraftBytes)
        return fail(ErrorDomain::usage, ErrorCode::too_large, Retry::never,
                    "这份表单要算的内容太多,请街道把它改简单些。",
                    "This form takes too much to evaluate: the office should simplify it.");
    }
    return {};
  }

 private:
  /// Scopes from the outermost to that of the item.
  void path_of(std::uint32_t scope) {
    scopes_.clear();
    for (; scope != 0; scope = form_.scopes[scope].parent) scopes_.push_back(scope);
    scopes_.push_back(0);
    std::reverse(scopes_.begin(), scopes_.end());
  }
  void visit(std::uint32_t item, std::size_t depth, Instance& here) {
    if (budget_.exhausted) return;
    if (depth == scopes_.size()) return evaluate_item(item, here);
    std::vector<Instance>& instances = here.repeats[form_.scopes[scopes_[depth]].child];
    for (std::size_t i = 0; i < instances.size(); ++i) {
      around_.push_back(&instances[i]);
      numbers_.push_back(i);
      visit(item, depth + 1, instances[i]);
      around_.pop_back();
      numbers_.pop_back();
    }
  }

  bool around_is_relevant(const CompiledItem& item) const {
    if (item.parent == kNone) return true;
    const CompiledItem& parent = form_.items[item.parent];
    if (parent.type() != ItemType::repeat) return around_.back()->cells[parent.slot].relevant;
    return around_.back()->counted && around_[around_.size() - 2]->cells[parent.slot].relevant;
  }

  void evaluate_item(std::uint32_t index, Instance& here) {
    const CompiledItem& item = form_.items[index];
    if (++cells_ > limits::kCells) too_many_ = true;
    if (!budget_.spend(1) || too_many_) return;
    Cell& cell = here.cells[item.slot];
    PlaceSurroundings surroundings(form_, index, around_, numbers_, time_);
    cell.relevant = around_is_relevant(item) &&
                    (!item.relevant || to_boolean(evaluate(*item.relevant, surroundings, budget_)));
    if (item.type() == ItemType::repeat) {
      if (item.repeat_count && cell.relevant) count_instances(item, here, surroundings);
      return;
    }
    if (!has_answer(item.type())) return;
    if (!cell.begun && item.default_value)
      store(item, cell, evaluate(*item.default_value, surroundings, budget_));
    cell.begun = true;
    if (item.calculation && cell.relevant) {
      cell.shown = cell.text;
      store(item, cell, evaluate(*item.calculation, surroundings, budget_));
    }
    bytes_ += cell.text.size();
    cell.shown.clear();
    if (cell.relevant && !cell.text.empty())
      cell.shown = is_select(item.type()) ? still_offered(item, cell, surroundings) : cell.text;
  }
  void store(const CompiledItem& item, Cell& cell, const Scalar& value) {
    cell.text = stored_form(item.type(), value, time_.offset_minutes);
    if (cell.text.size() > limits::kAnswerBytes) budget_.exhausted = true;
  }

  void count_instances(const CompiledItem& item, Instance& here, const PlaceSurroundings& surroundings) {
    const double wanted = std::trunc(to_number(evaluate(*item.repeat_count, surroundings, budget_)));
    const std::uint32_t max = form_.max_of(item);
    if (wanted > max) too_many_ = true;
    const auto count = static_cast<std::size_t>(std::fmin(std::fmax(wanted, 0), max));
    std::vector<Instance>& instances = here.repeats[form_.scopes[item.own_scope].child];
    while (instances.size() < count) instances.push_back(make_instance(form_, item.own_scope));
    for (std::size_t i = 0; i < instances.size(); ++i) instances[i].counted = i < count;
  }

  std::string still_offered(const CompiledItem& item, const Cell& cell, PlaceSurroundings& surroundings) {
    const std::vector<std::string> chosen = split_values(cell.text);
    std::string out;
    for (const Choice* choice : offered(form_, item, surroundings, budget_))
      if (std::find(chosen.begin(), chosen.end(), choice->value) != chosen.end())
        out += (out.empty() ? "" : " ") + choice->value;
    return out;
  }

  const CompiledForm& form_;
  Instance& root_;
  const FormTime& time_;
  Budget budget_;
  std::size_t cells_ = 0;
  std::size_t bytes_ = 0;
  bool too_many_ = false;
  std::vector<std::uint32_t> scopes_;
  std::vector<const Instance*> around_;
  std::vector<std::size_t> numbers_;
};

/// Instances of `scope` that are in `from`, an instance of `base`; those that are asked only.
void gather(const CompiledForm& form, const Instance& from, std::uint32_t base, std::uint32_t scope,
            std::vector<const Instance*>& out) {
  if (scope == base) {
    out.push_back(&from);
    return;
  }
  std::uint32_t next = scope;
  while (form.scopes[next].parent != base) next = form.scopes[next].parent;
  const CompiledItem& repeat = form.items[form.scopes[next].repeat];
  if (!from.cells[repeat.slot].relevant) return;
  for (const Instance& instance : from.repeats[form.scopes[next].child])
    if (instance.counted) gather(form, instance, next, scope, out);
}

/// The innermost scope that holds both.
std::uint32_t common_scope(const CompiledForm& form, std::uint32_t a, std::uint32_t b) {
  while (!form.is_inside(a, b)) b = form.scopes[b].parent;
  return b;
}

struct Walk {
  const CompiledForm& form;
  const std::function<void(const Place&)>& visit;

  void items(const std::vector<Item>& sources, std::uint32_t& index, Place& place, const std::string& prefix,
             bool relevant) {
    for (const Item& source : sources) {
      const std::uint32_t item = index++;
      const Instance& here = place.around.innermost();
      const bool asked = relevant && here.cells[form.items[item].slot].relevant;
      if (source.type == ItemType::group) {
        items(source.items, index, place, prefix, asked);
        continue;
      }
      if (source.type == ItemType::repeat) instances(source, item, index, place, prefix, asked);
      place.item = item;
      place.path = prefix + source.name;
      place.relevant = asked;
      visit(place);
    }
  }
  void instances(const Item& source, std::uint32_t item, std::uint32_t& index, Place& place,
                 const std::string& prefix, bool relevant) {
    const Scope& scope = form.scopes[form.items[item].own_scope];
    const std::vector<Instance>& all = place.around.innermost().repeats[scope.child];
    const std::uint32_t first = index;
    for (std::size_t i = 0; i < all.size(); ++i) {
      index = first;
      place.around.instances.push_back(&all[i]);
      place.around.numbers.push_back(i);
      items(source.items, index, place, prefix + source.name + "[" + std::to_string(i + 1) + "]/",
            relevant && all[i].counted);
      place.around.instances.pop_back();
      place.around.numbers.pop_back();
    }
    if (all.empty()) index = first + count_of(source.items);
  }
  static std::uint32_t count_of(const std::vector<Item>& sources) {
    std::uint32_t count = 0;
    for (const Item& source : sources) count += 1 + count_of(source.items);
    return count;
  }
};

}  // namespace

Instance make_instance(const CompiledForm& form, std::uint32_t scope) {
  Instance instance;
  instance.cells.resize(form.scopes[scope].items.size());
  instance.repeats.resize(form.scopes[scope].scopes.size());
  return instance;
}

Status evaluate_form(const CompiledForm& form, const std::vector<std::uint32_t>& order, Instance& root,
                     const FormTime& time) {
  return FormEvaluation(form, root, time).run(order);
}

void each_place(const CompiledForm& form, const Instance& root,
                const std::function<void(const Place&)>& visit) {
  Place place;
  place.around.instances = {&root};
  place.around.numbers = {0};
  std::uint32_t index = 0;
  Walk{form, visit}.items(form.definition.items, index, place, "", true);
}

Scalar PlaceSurroundings::typed(const CompiledItem& item, const Cell& cell) const {
  if (cell.shown.empty()) return std::string();
  if (item.type() == ItemType::integer || item.type() == ItemType::decimal) return number_of(cell.shown);
  if (item.type() == ItemType::date)
    if (const auto day = doorstep::day_of(cell.shown))
      return Moment{*day * kDayMs, time_.offset_minutes, false};
  return cell.shown;
}

Scalar PlaceSurroundings::self() const {
  const CompiledItem& item = form_.items[item_];
  return typed(item, around_.back()->cells[item.slot]);
}

Scalar PlaceSurroundings::answer(std::uint32_t index) const {
  const CompiledItem& item = form_.items[index];
  return typed(item, around_[form_.scopes[item.scope].depth]->cells[item.slot]);
}

std::vector<Scalar> PlaceSurroundings::answers(std::uint32_t index) const {
  const CompiledItem& item = form_.items[index];
  const std::uint32_t scope = item.type() == ItemType::repeat ? item.own_scope : item.scope;
  std::uint32_t base = common_scope(form_, form_.items[item_].scope, scope);
  // From inside a repeat, its own name still means all its instances.
  if (item.type() == ItemType::repeat && base == scope) base = form_.scopes[scope].parent;
  std::vector<const Instance*> instances;
  gather(form_, *around_[form_.scopes[base].depth], base, scope, instances);
  std::vector<Scalar> out;
  for (const Instance* instance : instances) {
    if (item.type() == ItemType::repeat)
      out.emplace_back(1.0);
    else if (instance->cells[item.slot].relevant)
      out.push_back(typed(item, instance->cells[item.slot]));
  }
  return out;
}

Scalar PlaceSurroundings::indexed(std::uint32_t index, std::uint32_t repeat, double number) const {
  const CompiledItem& around = form_.items[repeat];
  const std::vector<Instance>& instances =
      around_[form_.scopes[around.scope].depth]->repeats[form_.scopes[around.own_scope].child];
  number = std::trunc(number);
  if (!(number >= 1) || number > static_cast<double>(instances.size())) return std::string();
  const CompiledItem& item = form_.items[index];
  return typed(item, instances[static_cast<std::size_t>(number) - 1].cells[item.slot]);
}

double PlaceSurroundings::position() const { return static_cast<double>(numbers_.back() + 1); }

std::string PlaceSurroundings::choice_name(std::uint32_t item, const std::string& value) const {
  for (const Choice& choice : form_.list_of(form_.items[item]).choices)
    if (choice.value == value) return choice.label.zh;
  return {};
}

std::string PlaceSurroundings::column(const std::string& name) const {
  if (choice_ == nullptr) return {};
  if (name == "name") return choice_->value;
  for (const auto& [key, value] : choice_->attributes)
    if (key == name) return value;
  return {};
}

std::vector<const Choice*> offered(const CompiledForm& form, const CompiledItem& item,
                                   PlaceSurroundings& surroundings, Budget& budget) {
  std::vector<const Choice*> out;
  for (const Choice& choice : form.list_of(item).choices) {
    surroundings.look_at(choice);
    if (!budget.spend(1)) return {};
    if (!item.choice_filter || to_boolean(evaluate(*item.choice_filter, surroundings, budget)))
      out.push_back(&choice);
  }
  return out;
}

FormText render(const Template& text, const PlaceSurroundings& surroundings) {
  const auto one = [&](const std::vector<Template::Piece>& pieces) {
    std::string out;
    for (const Template::Piece& piece : pieces) {
      out += piece.text;
      if (piece.item != kNone) out += to_text(surroundings.answer(piece.item));
    }
    return out;
  };
  return {one(text.zh), one(text.en)};
}

}  // namespace doorstep::forms
