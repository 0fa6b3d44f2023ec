#include "forms/evaluator.hpp"

#include <cmath>
#include <limits>

#include "forms/limits.hpp"
#include "schema/calendar.hpp"

namespace doorstep::forms {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// What the hardest match that limits allow is worth in terms.
constexpr std::size_t kStepsOfPattern = 500;

/// Where each character of well-formed UTF-8 begins, and the end.
std::vector<std::size_t> characters(std::string_view text) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) starts.push_back(i);
  starts.push_back(text.size());
  return starts;
}

std::string substring(const std::string& text, double from, double to) {
  const std::vector<std::size_t> starts = characters(text);
  const auto count = static_cast<double>(starts.size() - 1);
  const auto place = [&](double index) {
    if (std::isnan(index)) index = 0;
    index = std::trunc(index);
    if (index < 0) index += count;
    return static_cast<std::size_t>(std::fmin(std::fmax(index, 0), count));
  };
  const std::size_t begin = place(from);
  const std::size_t end = std::isinf(to) ? starts.size() - 1 : place(to);
  return begin < end ? text.substr(starts[begin], starts[end] - starts[begin]) : std::string();
}

std::string translate(const std::string& text, const std::string& from, const std::string& to) {
  const std::vector<std::size_t> texts = characters(text);
  const std::vector<std::size_t> froms = characters(from);
  const std::vector<std::size_t> tos = characters(to);
  const auto at = [](const std::string& whole, const std::vector<std::size_t>& starts, std::size_t i) {
    return std::string_view(whole).substr(starts[i], starts[i + 1] - starts[i]);
  };
  std::string out;
  for (std::size_t i = 0; i + 1 < texts.size(); ++i) {
    const std::string_view character = at(text, texts, i);
    std::size_t found = 0;
    while (found + 1 < froms.size() && at(from, froms, found) != character) ++found;
    if (found + 1 == froms.size())
      out += character;
    else if (found + 1 < tos.size())
      out += at(to, tos, found);
  }
  return out;
}

std::string normalize_space(const std::string& text) {
  std::string out;
  bool space = false;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      space = !out.empty();
    } else {
      if (space) out += ' ';
      space = false;
      out += c;
    }
  }
  return out;
}

std::string padded(std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

std::string format_moment(const Moment& moment, const std::string& format) {
  const std::string date = date_of(day_of(moment));
  const std::int64_t ms = time_of_day_ms(moment);
  const auto number = [](const std::string& digits) { return std::to_string(std::stoi(digits)); };
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    switch (format[++i]) {
      case 'Y':
        out += date.substr(0, 4);
        break;
      case 'y':
        out += date.substr(2, 2);
        break;
      case 'm':
        out += date.substr(5, 2);
        break;
      case 'n':
        out += number(date.substr(5, 2));
        break;
      case 'd':
        out += date.substr(8, 2);
        break;
      case 'e':
        out += number(date.substr(8, 2));
        break;
      case 'H':
        out += padded(ms / 3'600'000, 2);
        break;
      case 'h':
        out += std::to_string(ms / 3'600'000);
        break;
      case 'M':
        out += padded(ms / 60'000 % 60, 2);
        break;
      case 'S':
        out += padded(ms / 1'000 % 60, 2);
        break;
      default:
        out += padded(ms % 1'000, 3);
        break;
    }
  }
  return out;
}

class Evaluation {
 public:
  Evaluation(const Expression& expression, const Surroundings& surroundings, Budget& budget)
      : expression_(expression), surroundings_(surroundings), budget_(budget) {}

  Scalar value(const Term& term) {
    if (!budget_.spend(1)) return std::string();
    switch (term.kind) {
      case TermKind::text:
        return term.text;
      case TermKind::number:
        return term.number;
      case TermKind::self:
        return surroundings_.self();
      case TermKind::answer:
        return surroundings_.answer(term.item);
      case TermKind::column:
        return surroundings_.column(term.text);
      case TermKind::call:
        return call(term);
      case TermKind::negate:
        return -number(term, 0);
      case TermKind::or_:
        return truth(term, 0) || truth(term, 1);
      case TermKind::and_:
        return truth(term, 0) && truth(term, 1);
      case TermKind::equal:
        return equal(argument(term, 0), argument(term, 1));
      case TermKind::not_equal:
        return !equal(argument(term, 0), argument(term, 1));
      case TermKind::parents:
        return std::string();  // position() alone asks for it.
      default:
        return compute(term.kind, number(term, 0), number(term, 1));
    }
  }

 private:
  static Scalar compute(TermKind kind, double a, double b) {
    switch (kind) {
      case TermKind::less:
        return a < b;
      case TermKind::less_equal:
        return a <= b;
      case TermKind::greater:
        return a > b;
      case TermKind::greater_equal:
        return a >= b;
      case TermKind::add:
        return a + b;
      case TermKind::subtract:
        return a - b;
      case TermKind::multiply:
        return a * b;
      case TermKind::divide:
        return a / b;
      default:
        return std::fmod(a, b);
    }
  }

  const Term& term_of(const Term& call, std::size_t i) const { return expression_.terms[call.arguments[i]]; }
  Scalar argument(const Term& call, std::size_t i) { return value(term_of(call, i)); }
  double number(const Term& call, std::size_t i) { return to_number(argument(call, i)); }
  bool truth(const Term& call, std::size_t i) { return to_boolean(argument(call, i)); }
  std::string text(const Term& call, std::size_t i) { return to_text(argument(call, i)); }
  /// The argument, or `.` when there is none.
  std::string text_or_self(const Term& call) {
    return call.arguments.empty() ? to_text(surroundings_.self()) : text(call, 0);
  }
  std::optional<Moment> moment(const Term& call, std::size_t i) {
    return to_moment(argument(call, i), surroundings_.time().offset_minutes);
  }

  /// Arguments from `first`, the answers of a repeat one by one.
  std::vector<Scalar> set(const Term& call, std::size_t first) {
    std::vector<Scalar> out;
    for (std::size_t i = first; i < call.arguments.size(); ++i) {
      const Term& term = term_of(call, i);
      if (term.kind != TermKind::answer) {
        out.push_back(value(term));
        continue;
      }
      std::vector<Scalar> answers = surroundings_.answers(term.item);
      if (!budget_.spend(answers.size() + 1)) return {};
      for (Scalar& answer : answers) out.push_back(std::move(answer));
    }
    return out;
  }
  /// Texts cost steps too, so that what an expression makes is bounded.
  std::string bounded(std::string made) {
    if (made.size() > limits::kTextBytes) budget_.exhausted = true;
    return budget_.spend(made.size() / 64) && !budget_.exhausted ? std::move(made) : std::string();
  }
  std::string joined(const std::string& separator, const std::vector<Scalar>& parts) {
    std::string out;
    for (std::size_t i = 0; i < parts.size() && out.size() <= limits::kTextBytes; ++i)
      out += (i == 0 ? std::string() : separator) + to_text(parts[i]);
    return bounded(std::move(out));
  }

  /// What is no number is left out; NaN when nothing is left.
  double fold(const std::vector<Scalar>& set, double (*combine)(double, double)) {
    double result = kNaN;
    for (const Scalar& one : set) {
      const double number = to_number(one);
      if (!std::isnan(number)) result = std::isnan(result) ? number : combine(result, number);
    }
    return result;
  }

  Scalar call(const Term& term) {
    switch (term.function) {
      case Function::true_:
        return true;
      case Function::false_:
        return false;
      case Function::not_:
        return !truth(term, 0);
      case Function::boolean:
        return truth(term, 0);
      case Function::boolean_from_string:
        return boolean_from_string(text(term, 0));
      case Function::if_:
        return argument(term, truth(term, 0) ? 1 : 2);
      case Function::coalesce:
        return coalesce(term);
      case Function::once:
        return once(term);
      case Function::number:
        return number(term, 0);
      case Function::string:
        return text(term, 0);
      case Function::int_:
        return std::trunc(number(term, 0));
      case Function::abs:
        return std::fabs(number(term, 0));
      case Function::pow:
        return std::pow(number(term, 0), number(term, 1));
      case Function::round:
        return rounded(term);
      case Function::sum:
        return sum(term);
      case Function::min:
        return fold(set(term, 0), std::fmin);
      case Function::max:
        return fold(set(term, 0), std::fmax);
      case Function::count:
        return static_cast<double>(set(term, 0).size());
      case Function::count_non_empty:
        return count_non_empty(term);
      case Function::position:
        return surroundings_.position();
      case Function::indexed_repeat:
        return surroundings_.indexed(term_of(term, 0).item, term_of(term, 1).item, number(term, 2));
      case Function::selected:
      case Function::count_selected:
      case Function::selected_at:
      case Function::choice_name:
        return of_select(term);
      case Function::today:
      case Function::now:
      case Function::date:
      case Function::date_time:
      case Function::decimal_date_time:
      case Function::decimal_time:
      case Function::format_date:
        return of_time(term);
      default:
        return of_text(term);
    }
  }

  static bool boolean_from_string(const std::string& text) {
    return text == "1" || (text.size() == 4 && (text[0] | 32) == 't' && (text[1] | 32) == 'r' &&
                           (text[2] | 32) == 'u' && (text[3] | 32) == 'e');
  }
  Scalar coalesce(const Term& term) {
    Scalar first = argument(term, 0);
    return is_empty(first) ? argument(term, 1) : first;
  }
  Scalar once(const Term& term) {
    Scalar own = surroundings_.self();
    return is_empty(own) ? argument(term, 0) : own;
  }
  double rounded(const Term& term) {
    const double places = term.arguments.size() == 2 ? std::trunc(number(term, 1)) : 0;
    const double value = number(term, 0);
    return std::fabs(places) <= 30 ? round_to(value, static_cast<int>(places)) : kNaN;
  }
  double sum(const Term& term) {
    const double total = fold(set(term, 0), [](double a, double b) { return a + b; });
    return std::isnan(total) ? 0 : total;
  }
  double count_non_empty(const Term& term) {
    double count = 0;
    for (const Scalar& one : set(term, 0))
      if (!to_text(one).empty()) ++count;
    return count;
  }

  Scalar of_select(const Term& term) {
    if (term.function == Function::choice_name)
      return surroundings_.choice_name(term_of(term, 1).item, text(term, 0));
    const std::vector<std::string> values = split_values(text(term, 0));
    if (term.function == Function::count_selected) return static_cast<double>(values.size());
    if (term.function == Function::selected_at) {
      const double index = std::trunc(number(term, 1));
      const bool inside = index >= 0 && index < static_cast<double>(values.size());
      return inside ? values[static_cast<std::size_t>(index)] : std::string();
    }
    const std::vector<std::string> sought = split_values(text(term, 1));
    for (const std::string& value : values)
      if (sought.size() == 1 && value == sought[0]) return true;
    return false;
  }

  Moment now() const {
    const FormTime& time = surroundings_.time();
    return {time.utc_ms + time.offset_minutes * kMinuteMs, time.offset_minutes, true};
  }
  static Moment midnight(const Moment& moment) {
    return {day_of(moment) * kDayMs, moment.offset_minutes, false};
  }
  Scalar of_time(const Term& term) {
    if (term.function == Function::now) return now();
    if (term.function == Function::today) return midnight(now());
    Scalar given = argument(term, 0);
    if (auto* days = std::get_if<double>(&given); days != nullptr && term.function == Function::date)
      *days = std::trunc(*days);
    if (const auto* clock = std::get_if<std::string>(&given);
        clock != nullptr && term.function == Function::decimal_time) {
      if (const auto ms = time_of_day(*clock)) return static_cast<double>(*ms) / static_cast<double>(kDayMs);
    }
    const auto moment = to_moment(given, surroundings_.time().offset_minutes);
    switch (term.function) {
      case Function::date:
        return moment ? Scalar(midnight(*moment)) : Scalar(std::string());
      case Function::date_time:
        return moment ? Scalar(*moment) : Scalar(std::string());
      case Function::decimal_time:
        return moment ? static_cast<double>(time_of_day_ms(*moment)) / static_cast<double>(kDayMs) : kNaN;
      case Function::decimal_date_time:
        return moment ? static_cast<double>(moment->ms - moment->offset_minutes * kMinuteMs) /
                            static_cast<double>(kDayMs)
                      : kNaN;
      default:
        return moment ? format_moment(*moment, term_of(term, 1).text) : std::string();
    }
  }

  Scalar of_text(const Term& term) {
    switch (term.function) {
      case Function::concat:
        return joined("", set(term, 0));
      case Function::join:
        return joined(text(term, 0), set(term, 1));
      case Function::string_length:
        return static_cast<double>(character_count(text_or_self(term)));
      case Function::normalize_space:
        return normalize_space(text_or_self(term));
      case Function::regex:
        return budget_.spend(kStepsOfPattern) && term.pattern->matches(text(term, 0));
      default:
        break;
    }
    const std::string whole = text(term, 0);
    if (term.function == Function::substr)
      return substring(
          whole, number(term, 1),
          term.arguments.size() == 3 ? number(term, 2) : std::numeric_limits<double>::infinity());
    const std::string part = text(term, 1);
    if (term.function == Function::translate)
      return budget_.spend(whole.size() * (part.size() + 1) / 16)
                 ? bounded(translate(whole, part, text(term, 2)))
                 : std::string();
    const std::size_t at = whole.find(part);
    switch (term.function) {
      case Function::contains:
        return at != std::string::npos;
      case Function::starts_with:
        return at == 0;
      case Function::ends_with:
        return whole.size() >= part.size() &&
               whole.compare(whole.size() - part.size(), part.size(), part) == 0;
      case Function::substring_before:
        return at == std::string::npos ? std::string() : whole.substr(0, at);
      default:
        return at == std::string::npos ? std::string() : whole.substr(at + part.size());
    }
  }

  const Expression& expression_;
  const Surroundings& surroundings_;
  Budget& budget_;
};

}  // namespace

Scalar evaluate(const Expression& expression, const Surroundings& surroundings, Budget& budget) {
  return Evaluation(expression, surroundings, budget).value(expression.root());
}

std::size_t character_count(std::string_view text) { return characters(text).size() - 1; }

std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> values;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] != ' ') continue;
    if (i > begin) values.emplace_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return values;
}

}  // namespace doorstep::forms
