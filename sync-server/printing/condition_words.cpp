#include "printing/condition_words.hpp"

#include <algorithm>

#include "forms/expression.hpp"
#include "forms/scalar.hpp"

namespace doorstep::server::printing {
namespace {

using forms::Expression;
using forms::Function;
using forms::Term;
using forms::TermKind;

/// Comparisons with their words, and what they are with their sides exchanged.
struct Sign {
  TermKind kind;
  TermKind exchanged;
  const char* zh;
  const char* en;
};
constexpr Sign kSigns[] = {
    {TermKind::equal, TermKind::equal, "是", "is"},
    {TermKind::not_equal, TermKind::not_equal, "不是", "is not"},
    {TermKind::less, TermKind::greater, "小于", "is below"},
    {TermKind::less_equal, TermKind::greater_equal, "不超过", "is at most"},
    {TermKind::greater, TermKind::less, "大于", "is above"},
    {TermKind::greater_equal, TermKind::less_equal, "不少于", "is at least"},
};

const Sign* sign_of(TermKind kind) {
  const auto* found =
      std::find_if(std::begin(kSigns), std::end(kSigns), [&](const Sign& sign) { return sign.kind == kind; });
  return found == std::end(kSigns) ? nullptr : found;
}

/// What not() makes of it. Of the others it is more than the opposite: it also holds without an answer.
const Sign* denied_sign(const Sign& sign) {
  if (sign.kind == TermKind::equal) return sign_of(TermKind::not_equal);
  return sign.kind == TermKind::not_equal ? sign_of(TermKind::equal) : nullptr;
}

class Words {
 public:
  Words(const Expression& expression, const forms::Definition& form, const Numbers& numbers)
      : expression_(expression), form_(form), numbers_(numbers) {}

  std::optional<FormText> of(const Term& term, bool denied) const {
    if (const Sign* sign = sign_of(term.kind)) {
      if (denied) sign = denied_sign(*sign);
      return sign == nullptr ? std::nullopt : comparison(term, *sign);
    }
    if (term.kind == TermKind::and_ || term.kind == TermKind::or_) return joined(term, denied);
    if (term.kind != TermKind::call) return std::nullopt;
    if (term.function == Function::not_) return of(argument(term, 0), !denied);
    if (term.function == Function::selected) return chosen(argument(term, 0), argument(term, 1), denied);
    return std::nullopt;
  }

 private:
  const Term& argument(const Term& term, std::size_t at) const {
    return expression_.terms[term.arguments[at]];
  }

  const Numbered* question(const Term& term) const {
    if (term.kind != TermKind::answer) return nullptr;
    const auto found = numbers_.find(term.text);
    return found == numbers_.end() ? nullptr : &found->second;
  }

  /// A choice by its label, anything else as it is written.
  FormText value(const Numbered& of, const std::string& written) const {
    FormText text{written, written};
    for (const forms::ChoiceList& list : form_.lists) {
      if (!is_select(of.item->type) || list.name != of.item->list) continue;
      for (const forms::Choice& choice : list.choices)
        if (choice.value == written) text = choice.label;
    }
    if (text.en.empty()) text.en = text.zh;
    return {"“" + text.zh + "”", "\"" + text.en + "\""};
  }

  static FormText asked(const Numbered& which) {
    const std::string number = std::to_string(which.number);
    return {"第" + number + "题", "question " + number};
  }

  std::optional<FormText> comparison(const Term& term, const Sign& sign) const {
    const Term& left = argument(term, 0);
    const Term& right = argument(term, 1);
    if (question(left) == nullptr) {
      if (question(right) == nullptr) return std::nullopt;
      return comparison_of(right, left, *sign_of(sign.exchanged));
    }
    return comparison_of(left, right, sign);
  }

  std::optional<FormText> comparison_of(const Term& answer, const Term& with, const Sign& sign) const {
    const Numbered& which = *question(answer);
    const FormText name = asked(which);
    const bool is_same = sign.kind == TermKind::equal || sign.kind == TermKind::not_equal;
    if (with.kind == TermKind::number) {
      const std::string number = forms::number_text(with.number);
      return FormText{name.zh + sign.zh + number, name.en + " " + sign.en + " " + number};
    }
    if (with.kind != TermKind::text || !is_same) return std::nullopt;
    const bool is_equal = sign.kind == TermKind::equal;
    if (with.text.empty())
      return is_equal ? FormText{name.zh + "没有答", name.en + " has no answer"}
                      : FormText{name.zh + "答了", name.en + " has an answer"};
    const FormText value_text = value(which, with.text);
    return FormText{name.zh + sign.zh + value_text.zh, name.en + " " + sign.en + " " + value_text.en};
  }

  std::optional<FormText> chosen(const Term& answer, const Term& value_term, bool denied) const {
    const Numbered* which = question(answer);
    if (which == nullptr || value_term.kind != TermKind::text) return std::nullopt;
    const FormText name = asked(*which);
    const FormText text = value(*which, value_term.text);
    return denied ? FormText{name.zh + "没有选" + text.zh, text.en + " is not chosen in " + name.en}
                  : FormText{name.zh + "选了" + text.zh, text.en + " is chosen in " + name.en};
  }

  std::optional<FormText> joined(const Term& term, bool denied) const {
    const bool is_and = (term.kind == TermKind::and_) != denied;
    FormText all;
    for (std::size_t i = 0; i < term.arguments.size(); ++i) {
      const Term& part = argument(term, i);
      auto words = of(part, denied);
      if (!words) return std::nullopt;
      const bool differs =
          (part.kind == TermKind::and_ || part.kind == TermKind::or_) && part.kind != term.kind;
      if (differs) *words = {"(" + words->zh + ")", "(" + words->en + ")"};
      all.zh += (i == 0 ? "" : is_and ? ",并且" : ",或者") + words->zh;
      all.en += (i == 0 ? "" : is_and ? " and " : " or ") + words->en;
    }
    return all;
  }

  const Expression& expression_;
  const forms::Definition& form_;
  const Numbers& numbers_;
};

}  // namespace

std::optional<FormText> condition_in_words(const std::string& relevant, const forms::Definition& form,
                                           const Numbers& numbers) {
  const auto expression = forms::parse_expression(relevant);
  if (!expression) return std::nullopt;
  return Words(*expression, form, numbers).of(expression->root(), false);
}

}  // namespace doorstep::server::printing
