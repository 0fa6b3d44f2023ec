#include "forms/compiled.hpp"

#include <algorithm>
#include <queue>
#include <set>

#include "forms/limits.hpp"
#include "schema/unicode_text.hpp"

namespace doorstep::forms {
namespace {

/// What an expression may see besides answers.
struct Sight {
  bool self = false;    ///< `.`
  bool once = false;    ///< once()
  bool column = false;  ///< Attributes of choices.
};

class Compiler {
 public:
  explicit Compiler(CompiledForm& form) : form_(form) {}

  std::vector<FormFault> compile() {
    const Definition& definition = form_.definition;
    if (!is_name(definition.name))
      fault(kNone, "name", "表单代号只能用英文字母、数字和 _ - .,以字母开头。",
            "The form's name must be letters, digits and _ - ., a letter first.");
    if (definition.title.zh.empty()) fault(kNone, "title", "表单没有标题。", "The form has no title.");
    check_lists();
    form_.scopes.emplace_back();
    add_items(definition.items, kNone, 0);
    for (std::uint32_t i = 0; i < form_.items.size(); ++i) check_item(i);
    for (std::uint32_t i = 0; i < form_.items.size(); ++i) bind_item(i);
    if (faults_.empty()) sort();
    return std::move(faults_);
  }

 private:
  void fault(std::size_t item, const char* property, std::string zh, std::string en) {
    FormFault& fault = faults_.emplace_back();
    fault.item = item;
    fault.property = property;
    fault.message = {std::move(zh), std::move(en)};
  }
  void choice_fault(std::size_t list, std::size_t choice, const char* property, std::string zh,
                    std::string en) {
    fault(kNone, property, std::move(zh), std::move(en));
    faults_.back().list = list;
    faults_.back().choice = choice;
  }

  void check_lists() {
    std::set<std::string> names;
    for (std::size_t i = 0; i < form_.definition.lists.size(); ++i) {
      const ChoiceList& list = form_.definition.lists[i];
      if (list.name.empty() || !names.insert(list.name).second)
        choice_fault(i, 0, "name", "选项表“" + list.name + "”没有名字或重名。",
                     "The choice list \"" + list.name + "\" has no name, or one that is taken.");
      std::set<std::string> values;
      for (std::size_t c = 0; c < list.choices.size(); ++c) {
        const std::string& value = list.choices[c].value;
        if (value.empty() || value.size() > limits::kChoiceBytes || plain_form(value) != value ||
            value.find_first_of(" \t\r\n") != std::string::npos)
          choice_fault(i, c, "value", "选项的值“" + value + "”要短,不能有空格和全角字符。",
                       "The choice's value \"" + value +
                           "\" must be short, without spaces and full-width characters.");
        else if (!values.insert(value).second)
          choice_fault(i, c, "value", "选项的值“" + value + "”在这个选项表里重复了。",
                       "The choice's value \"" + value + "\" is in this list already.");
        if (list.choices[c].label.zh.empty())
          choice_fault(i, c, "label", "选项“" + value + "”没有文字。",
                       "The choice \"" + value + "\" has no label.");
      }
    }
  }

  void add_items(const std::vector<Item>& items, std::uint32_t parent, std::uint32_t scope) {
    for (const Item& source : items) {
      const auto index = static_cast<std::uint32_t>(form_.items.size());
      CompiledItem& item = form_.items.emplace_back();
      item.source = &source;
      item.parent = parent;
      item.scope = scope;
      item.slot = static_cast<std::uint32_t>(form_.scopes[scope].items.size());
      form_.scopes[scope].items.push_back(index);
      std::uint32_t inner = scope;
      if (source.type == ItemType::repeat) {
        inner = static_cast<std::uint32_t>(form_.scopes.size());
        item.own_scope = inner;
        Scope own;
        own.parent = scope;
        own.repeat = index;
        own.child = static_cast<std::uint32_t>(form_.scopes[scope].scopes.size());
        own.depth = form_.scopes[scope].depth + 1;
        form_.scopes[scope].scopes.push_back(inner);
        form_.scopes.push_back(std::move(own));
      }
      add_items(source.items, index, inner);
    }
  }

  void check_item(std::uint32_t index) {
    CompiledItem& item = form_.items[index];
    const Item& source = *item.source;
    if (!is_name(source.name))
      fault(index, "name", "题目代号“" + source.name + "”只能用英文字母、数字和 _ - .,以字母开头。",
            "The name \"" + source.name + "\" must be letters, digits and _ - ., a letter first.");
    else if (!form_.names.emplace(source.name, index).second)
      fault(index, "name", "题目代号“" + source.name + "”用了两次。",
            "The name \"" + source.name + "\" is used twice.");
    if (source.label.zh.empty() && source.type != ItemType::calculate && !has_items(source.type))
      fault(index, "label", "题目“" + source.name + "”没有题面。", "\"" + source.name + "\" has no label.");
    if (is_select(source.type)) find_list(index);
    if (source.type == ItemType::calculate && source.calculation.empty())
      fault(index, "calculation", "计算题“" + source.name + "”没有写怎么算。",
            "\"" + source.name + "\" is a calculate without a calculation.");
    if (has_items(source.type) && source.items.empty())
      fault(index, "items", "组“" + source.name + "”是空的。", "The group \"" + source.name + "\" is empty.");
    check_fitting(index);
  }

  void find_list(std::uint32_t index) {
    const Item& source = *form_.items[index].source;
    for (std::size_t i = 0; i < form_.definition.lists.size(); ++i)
      if (form_.definition.lists[i].name == source.list)
        form_.items[index].list = static_cast<std::uint32_t>(i);
    if (form_.items[index].list == kNone)
      fault(index, "list", "没有叫“" + source.list + "”的选项表。",
            "There is no choice list \"" + source.list + "\".");
  }

  /// Properties where they have no meaning are mistakes, not decoration.
  void check_fitting(std::uint32_t index) {
    const Item& source = *form_.items[index].source;
    const auto unfit = [&](bool present, bool fits, const char* property) {
      if (present && !fits)
        fault(index, property, std::string("这种题目(") + name_of(source.type) + ")不能有 " + property + "。",
              std::string("A ") + name_of(source.type) + " takes no " + property + ".");
    };
    const bool asked = is_asked(source.type);
    unfit(!source.list.empty(), is_select(source.type), "list");
    unfit(!source.choice_filter.empty(), is_select(source.type), "choice_filter");
    unfit(!source.required.empty(), asked, "required");
    unfit(!source.constraint.empty(), asked, "constraint");
    unfit(!source.calculation.empty(), has_answer(source.type), "calculation");
    unfit(!source.default_value.empty(), asked && source.calculation.empty(), "default");
    unfit(!source.repeat_count.empty(), source.type == ItemType::repeat, "repeat_count");
    unfit(source.max != 0, source.type == ItemType::repeat, "max");
    unfit(source.read_only, asked || source.type == ItemType::note, "read_only");
  }

  void bind_item(std::uint32_t index) {
    CompiledItem& item = form_.items[index];
    const Item& source = *item.source;
    bind(index, source.relevant, "relevant", {}, item.relevant);
    bind(index, source.required, "required", {true, false, false}, item.required);
    bind(index, source.constraint, "constraint", {true, false, false}, item.constraint);
    bind(index, source.calculation, "calculation", {false, true, false}, item.calculation);
    bind(index, source.default_value, "default", {}, item.default_value);
    bind(index, source.choice_filter, "choice_filter", {false, false, true}, item.choice_filter);
    bind(index, source.repeat_count, "repeat_count", {}, item.repeat_count);
    bind(index, source.label, "label", item.label);
    bind(index, source.hint, "hint", item.hint);
    bind(index, source.required_message, "required_message", item.required_message);
    bind(index, source.constraint_message, "constraint_message", item.constraint_message);
  }

  void bind(std::uint32_t index, const FormText& text, const char* property, Template& out) {
    bind_text(index, text.zh, property, out.zh);
    bind_text(index, text.en.empty() ? text.zh : text.en, property, out.en);
  }
  void bind_text(std::uint32_t index, const std::string& text, const char* property,
                 std::vector<Template::Piece>& out) {
    std::size_t begin = 0;
    while (begin < text.size()) {
      const std::size_t reference = text.find("${", begin);
      Template::Piece& piece = out.emplace_back();
      piece.text = text.substr(begin, reference - begin);
      if (reference == std::string::npos) return;
      const std::size_t end = text.find('}', reference);
      const auto name = end == std::string::npos
                            ? std::nullopt
                            : name_in_braces(text.substr(reference, end + 1 - reference));
      if (!name)
        return fault(index, property, "文字里的 ${…} 写得不对。",
                     "A ${...} in the text is not well written.");
      Term term;
      term.at = 0;
      term.text = *name;
      if (const auto wrong = find_answer(index, term, false))
        return fault(index, property, wrong->zh, wrong->en);
      piece.item = term.item;
      begin = end + 1;
    }
  }

  void bind(std::uint32_t index, const std::string& text, const char* property, Sight sight,
            std::optional<Expression>& out) {
    if (text.empty()) return;
    auto parsed = parse_expression(text);
    if (!parsed) return fault(index, property, parsed.error().zh, parsed.error().en);
    sight_ = sight;
    // Bound from the root, so that every call sees its arguments first as arguments.
    const auto root = static_cast<std::uint32_t>(parsed->terms.size() - 1);
    if (const auto wrong = bind_term(index, *parsed, root, false))
      return fault(index, property, wrong->zh, wrong->en);
    out = std::move(*parsed);
  }

  std::optional<ExpressionFault> bind_term(std::uint32_t index, Expression& expression, std::uint32_t at,
                                           bool takes_set) {
    Term& term = expression.terms[at];
    switch (term.kind) {
      case TermKind::answer:
        return find_answer(index, term, takes_set);
      case TermKind::self:
        if (!sight_.self)
          return fault_at(term.at, "的 . 只能用在 constraint 里", "is a ., which is for constraints");
        return std::nullopt;
      case TermKind::column:
        return check_column(index, term);
      case TermKind::parents:
        return fault_at(term.at, "的 .. 只能写在 position() 里", "is a .., which is for position() only");
      case TermKind::call:
        return bind_call(index, expression, at);
      default:
        break;
    }
    for (const std::uint32_t argument : std::vector<std::uint32_t>(term.arguments))
      if (auto wrong = bind_term(index, expression, argument, false)) return wrong;
    return std::nullopt;
  }

  std::optional<ExpressionFault> bind_call(std::uint32_t index, Expression& expression, std::uint32_t at) {
    Term& call = expression.terms[at];
    const auto argument = [&](std::size_t i) -> Term& { return expression.terms[call.arguments[i]]; };
    std::size_t first = 0;
    switch (call.function) {
      case Function::position:
        return check_position(index, argument(0));
      case Function::once:
        if (!sight_.once)
          return fault_at(call.at, "的 once() 只能用在 calculation 里",
                          "calls once(), which is for calculations");
        break;
      case Function::string_length:
      case Function::normalize_space:
        if (call.arguments.empty() && !sight_.self)
          return fault_at(call.at, "的函数要写明参数", "must name what it is of");
        break;
      case Function::choice_name:
        return bind_choice_name(index, expression, call);
      case Function::indexed_repeat:
        if (auto wrong = bind_indexed(index, argument(0), argument(1))) return wrong;
        first = 2;
        break;
      default:
        break;
    }
    const std::uint8_t sets = signature_of(call.function).sets;
    for (std::size_t i = first; i < call.arguments.size(); ++i)
      if (auto wrong = bind_term(index, expression, call.arguments[i], sets != kAny && i >= sets))
        return wrong;
    return std::nullopt;
  }

  std::optional<ExpressionFault> find_answer(std::uint32_t index, Term& term, bool takes_set) {
    const auto found = form_.names.find(term.text);
    const std::string name = "${" + term.text + "}";
    if (found == form_.names.end())
      return at(term, "没有叫 " + name + " 的题目", name + " is no question of this form");
    term.item = found->second;
    const CompiledItem& target = form_.items[term.item];
    const ItemType type = target.type();
    if (type == ItemType::repeat ? !takes_set : !has_answer(type))
      return at(term, name + " 没有答案可用", name + " has no answer");
    term.is_set = type == ItemType::repeat || !form_.is_inside(form_.items[index].scope, target.scope);
    if (term.is_set && type == ItemType::repeat && !form_.is_inside(form_.items[index].scope, target.scope)) {
      // count(${inner}) from outside the outer repeat: all instances in all instances. That is a set, too.
      return std::nullopt;
    }
    if (term.is_set && !takes_set)
      return at(term, name + " 每个重复里都有一个,请用 sum()、count() 等合起来",
                name + " has an answer in each repeat: use sum(), count() and the like");
    return std::nullopt;
  }
  static ExpressionFault at(const Term& term, const std::string& zh, const std::string& en) {
    if (term.at == 0) return {zh + "。", en + "."};
    return fault_at(term.at, ":" + zh, en);
  }

  std::optional<ExpressionFault> check_column(std::uint32_t index, const Term& term) const {
    const CompiledItem& item = form_.items[index];
    const std::string zh = ":“" + term.text + "”要写成 ${" + term.text + "},文字要加引号";
    const std::string en = "\"" + term.text + "\" must be a ${name}, or quoted";
    if (!sight_.column || item.list == kNone) return fault_at(term.at, zh, en);
    if (term.text == "name") return std::nullopt;
    for (const Choice& choice : form_.list_of(item).choices)
      for (const auto& [name, value] : choice.attributes)
        if (name == term.text) return std::nullopt;
    return fault_at(term.at, ":选项表里没有“" + term.text + "”这一列",
                    "the choices have no column \"" + term.text + "\"");
  }

  std::optional<ExpressionFault> check_position(std::uint32_t index, const Term& parents) const {
    std::uint32_t around = index;
    for (double up = parents.number; up > 0 && around != kNone; --up) around = form_.items[around].parent;
    if (around != kNone && form_.items[around].type() == ItemType::repeat) return std::nullopt;
    return fault_at(parents.at, "的 .. 不是重复组;在组里每一层多写一个 ../",
                    "is no repeat: write one ../ more for each group around");
  }

  std::optional<ExpressionFault> bind_choice_name(std::uint32_t index, Expression& expression,
                                                  const Term& call) {
    Term& named = expression.terms[call.arguments[1]];
    const auto found = form_.names.find(name_in_braces(named.text).value_or(""));
    if (found == form_.names.end() || !is_select(form_.items[found->second].type()))
      return fault_at(named.at, "不是选择题", "is no select question");
    named.item = found->second;
    return bind_term(index, expression, call.arguments[0], false);
  }

  std::optional<ExpressionFault> bind_indexed(std::uint32_t index, Term& answer, Term& repeat) {
    if (auto wrong = find_answer(index, repeat, true)) return wrong;
    if (auto wrong = find_answer(index, answer, true)) return wrong;
    const CompiledItem& around = form_.items[repeat.item];
    if (around.type() != ItemType::repeat || form_.items[answer.item].scope != around.own_scope ||
        !form_.is_inside(form_.items[index].scope, around.scope))
      return fault_at(answer.at, "的题目不在这个重复组里", "is no question of this repeat");
    return std::nullopt;
  }

  /// Kahn's algorithm, in reading order where there is a choice.
  void sort() {
    const std::size_t count = form_.items.size();
    form_.dependencies.assign(count, {});
    for (std::uint32_t i = 0; i < count; ++i) {
      const CompiledItem& item = form_.items[i];
      std::set<std::uint32_t> needed;
      if (item.parent != kNone) needed.insert(item.parent);
      for (const auto* expression :
           {&item.relevant, &item.calculation, &item.default_value, &item.choice_filter, &item.repeat_count})
        if (*expression) collect(**expression, needed);
      form_.dependencies[i].assign(needed.begin(), needed.end());
    }
    std::vector<std::size_t> missing(count);
    std::vector<std::vector<std::uint32_t>> dependents(count);
    std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> ready;
    for (std::uint32_t i = 0; i < count; ++i) {
      missing[i] = form_.dependencies[i].size();
      for (const std::uint32_t needed : form_.dependencies[i]) dependents[needed].push_back(i);
      if (missing[i] == 0) ready.push(i);
    }
    while (!ready.empty()) {
      const std::uint32_t next = ready.top();
      ready.pop();
      form_.order.push_back(next);
      for (const std::uint32_t dependent : dependents[next])
        if (--missing[dependent] == 0) ready.push(dependent);
    }
    for (std::uint32_t i = 0; i < count; ++i)
      if (missing[i] != 0) return cycle(i, missing);
  }
  /// Follows what is missing until something comes again: that is on the cycle.
  void cycle(std::uint32_t item, const std::vector<std::size_t>& missing) {
    std::set<std::uint32_t> seen;
    while (seen.insert(item).second)
      for (const std::uint32_t needed : form_.dependencies[item])
        if (missing[needed] != 0) {
          item = needed;
          break;
        }
    const std::string& name = form_.items[item].source->name;
    const Item& source = *form_.items[item].source;
    const char* property = !source.calculation.empty() ? "calculation" : "relevant";
    fault(item, property, "“" + name + "”绕了一圈又取决于自己。",
          "\"" + name + "\" depends on itself, in a circle.");
  }
  static void collect(const Expression& expression, std::set<std::uint32_t>& out) {
    for (const Term& term : expression.terms)
      if (term.kind == TermKind::answer) out.insert(term.item);
  }

  CompiledForm& form_;
  std::vector<FormFault> faults_;
  Sight sight_;
};

}  // namespace

bool CompiledForm::is_inside(std::uint32_t inner, std::uint32_t outer) const {
  while (inner != outer && inner != 0) inner = scopes[inner].parent;
  return inner == outer;
}

std::uint32_t CompiledForm::max_of(const CompiledItem& repeat) const {
  return repeat.source->max == 0 ? limits::kInstancesUnsaid : repeat.source->max;
}

std::vector<FormFault> compile(CompiledForm& form) { return Compiler(form).compile(); }

}  // namespace doorstep::forms
