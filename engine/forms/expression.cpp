#include "forms/expression.hpp"

#include <algorithm>

#include "forms/limits.hpp"
#include "forms/scalar.hpp"

namespace doorstep::forms {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || is_digit(c) || c == '-' || c == '.'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Punctuation of Chinese keyboards, and what spreadsheets make of quotes.
struct Lookalike {
  std::string_view wide;
  std::string_view plain;
};
constexpr Lookalike kLookalikes[] = {{"“", "\""}, {"”", "\""},      {"‘", "'"},  {"’", "'"},  {"（", "("},
                                     {"）", ")"}, {"，", ","},      {"＝", "="}, {"＞", ">"}, {"＜", "<"},
                                     {"≥", ">="}, {"≤", "<="},      {"≠", "!="}, {"＋", "+"}, {"－", "-"},
                                     {"　", " "}, {"\xC2\xA0", " "}};

struct Operator {
  std::string_view token;
  TermKind kind;
};
/// Binary operators by how loosely they bind, loosest first; of one line the longer tokens first.
constexpr Operator kOr[] = {{"or", TermKind::or_}};
constexpr Operator kAnd[] = {{"and", TermKind::and_}};
constexpr Operator kEquality[] = {{"!=", TermKind::not_equal}, {"=", TermKind::equal}};
constexpr Operator kOrder[] = {{"<=", TermKind::less_equal},
                               {">=", TermKind::greater_equal},
                               {"<", TermKind::less},
                               {">", TermKind::greater}};
constexpr Operator kSums[] = {{"+", TermKind::add}, {"-", TermKind::subtract}};
constexpr Operator kProducts[] = {
    {"*", TermKind::multiply}, {"div", TermKind::divide}, {"mod", TermKind::modulo}};
struct Level {
  const Operator* first;
  std::size_t count;
};
constexpr Level kLevels[] = {{kOr, 1}, {kAnd, 1}, {kEquality, 2}, {kOrder, 4}, {kSums, 2}, {kProducts, 3}};
constexpr std::size_t kLevelCount = std::size(kLevels);

/// Recursive descent; every way down counts in `depth_`. Stops at the first fault.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  tl::expected<Expression, ExpressionFault> parse() {
    if (text_.size() > limits::kExpressionBytes)
      return tl::unexpected(ExpressionFault{"表达式太长了。", "The expression is too long."});
    skip_spaces();
    if (at_ == text_.size())
      return tl::unexpected(ExpressionFault{"表达式是空的。", "The expression is empty."});
    binary(0);
    skip_spaces();
    if (!fault_ && at_ < text_.size()) unexpected_here();
    if (fault_) return tl::unexpected(*fault_);
    return std::move(expression_);
  }

 private:
  std::size_t character(std::size_t byte) const {
    std::size_t count = 1;
    for (std::size_t i = 0; i < byte && i < text_.size(); ++i)
      if ((static_cast<unsigned char>(text_[i]) & 0xC0) != 0x80) ++count;
    return count;
  }
  std::uint32_t wrong(std::size_t byte, std::string_view zh, std::string_view en) {
    if (!fault_) fault_ = fault_at(character(byte), zh, en);
    return 0;
  }
  void unexpected_here() {
    for (const Lookalike& wide : kLookalikes) {
      if (text_.substr(at_, wide.wide.size()) != wide.wide) continue;
      const std::string plain(wide.plain);
      wrong(at_, "是中文标点或特殊空格,请改用英文的 " + plain,
            "is punctuation of another kind: write " + plain);
      return;
    }
    if (at_ >= text_.size()) {
      wrong(at_, "表达式没有写完", "the expression ends too early");
    } else if (text_[at_] == '/' || text_[at_] == '[' || text_[at_] == '|') {
      wrong(at_, "不支持路径和筛选,请写 ${问题名}", "paths and predicates are not taken: write ${name}");
    } else {
      wrong(at_, "这里看不懂", "cannot be understood here");
    }
  }

  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  bool take(std::string_view token) {
    skip_spaces();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  /// An operator; one of letters only where the name ends.
  bool take_operator(std::string_view token) {
    const std::size_t before = at_;
    if (!take(token)) return false;
    if (is_name_start(token[0]) && at_ < text_.size() && is_name_part(text_[at_]) && text_[at_] != '.') {
      at_ = before;
      return false;
    }
    return true;
  }
  std::string_view take_name() {
    const std::size_t begin = at_;
    if (at_ < text_.size() && is_name_start(text_[at_]))
      while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  std::uint32_t put(Term term) {
    if (expression_.terms.size() >= limits::kExpressionTerms)
      return wrong(term.at - 1, "起表达式太复杂,请拆成几个计算题",
                   "begins too much: split it into calculations");
    expression_.terms.push_back(std::move(term));
    return static_cast<std::uint32_t>(expression_.terms.size() - 1);
  }
  Term term_at(TermKind kind, std::size_t byte) const {
    Term term;
    term.kind = kind;
    term.at = character(byte);
    return term;
  }

  std::uint32_t binary(std::size_t level) {
    if (level == kLevelCount) return unary();
    std::uint32_t left = binary(level + 1);
    while (!fault_) {
      skip_spaces();
      const std::size_t begin = at_;
      const Operator* found = nullptr;
      for (std::size_t i = 0; i < kLevels[level].count && found == nullptr; ++i)
        if (take_operator(kLevels[level].first[i].token)) found = kLevels[level].first + i;
      if (found == nullptr) return left;
      Term term = term_at(found->kind, begin);
      const std::uint32_t right = binary(level + 1);
      term.arguments = {left, right};
      left = put(std::move(term));
    }
    return left;
  }

  std::uint32_t unary() {
    skip_spaces();
    const std::size_t begin = at_;
    if (!take("-")) return primary();
    if (++depth_ > limits::kExpressionDepth) return too_deep(begin);
    Term term = term_at(TermKind::negate, begin);
    term.arguments = {unary()};
    --depth_;
    return fault_ ? 0 : put(std::move(term));
  }
  std::uint32_t too_deep(std::size_t begin) {
    return wrong(begin, "括号套得太深", "brackets nested too deep");
  }

  std::uint32_t primary() {
    skip_spaces();
    if (fault_) return 0;
    const std::size_t begin = at_;
    if (at_ >= text_.size()) {
      unexpected_here();
      return 0;
    }
    const char c = text_[at_];
    if (c == '\'' || c == '"') return literal(c);
    if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) return number();
    if (c == '$') return answer();
    if (c == '.') return dots();
    if (c == '(') {
      ++at_;
      if (++depth_ > limits::kExpressionDepth) return too_deep(begin);
      const std::uint32_t inner = binary(0);
      --depth_;
      if (!fault_ && !take(")")) return wrong(begin, "的括号没有关上", "opens a bracket that is not closed");
      return inner;
    }
    if (is_name_start(c)) return name_or_call();
    unexpected_here();
    return 0;
  }

  std::uint32_t literal(char quote) {
    const std::size_t begin = at_++;
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos)
      return wrong(begin, "的引号没有关上", "opens a quote that is not closed");
    Term term = term_at(TermKind::text, begin);
    term.text = text_.substr(at_, end - at_);
    at_ = end + 1;
    return put(std::move(term));
  }
  std::uint32_t number() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.')) ++at_;
    Term term = term_at(TermKind::number, begin);
    term.number = number_of(text_.substr(begin, at_ - begin));
    if (!(term.number >= 0)) return wrong(begin, "的数字写得不对", "is no number");
    return put(std::move(term));
  }
  std::uint32_t answer() {
    const std::size_t begin = at_;
    const std::size_t end = text_.find('}', at_);
    const auto name =
        end == std::string_view::npos ? std::nullopt : name_in_braces(text_.substr(begin, end + 1 - begin));
    if (!name) return wrong(begin, "应写成 ${问题名}", "should read ${name}");
    at_ = end + 1;
    Term term = term_at(TermKind::answer, begin);
    term.text = *name;
    return put(std::move(term));
  }
  std::uint32_t dots() {
    const std::size_t begin = at_++;
    if (at_ >= text_.size() || text_[at_] != '.') return put(term_at(TermKind::self, begin));
    ++at_;
    Term term = term_at(TermKind::parents, begin);
    term.number = 1;
    while (text_.substr(at_, 3) == "/..") {
      at_ += 3;
      ++term.number;
    }
    return put(std::move(term));
  }

  std::uint32_t name_or_call() {
    const std::size_t begin = at_;
    std::string name(take_name());
    if (text_.substr(at_, 1) == ":" && name == "jr") {
      ++at_;
      name = "jr:" + std::string(take_name());
    }
    if (!take("(")) {
      at_ = begin + name.size();
      Term term = term_at(TermKind::column, begin);
      term.text = std::move(name);
      return put(std::move(term));
    }
    const Signature* signature = find_function(name);
    if (signature == nullptr)
      return wrong(begin, "的函数 " + name + "() 不支持", "calls " + name + "(), which is not taken");
    if (++depth_ > limits::kExpressionDepth) return too_deep(begin);
    Term term = term_at(TermKind::call, begin);
    term.function = signature->function;
    while (!fault_ && !take(")")) {
      if (!term.arguments.empty() && !take(",")) {
        unexpected_here();
        break;
      }
      term.arguments.push_back(binary(0));
    }
    --depth_;
    if (fault_) return 0;
    return call(std::move(term), *signature, begin);
  }

  std::uint32_t call(Term term, const Signature& signature, std::size_t begin) {
    const std::size_t count = term.arguments.size();
    if (count < signature.least || (signature.most != kAny && count > signature.most)) {
      const std::string name(signature.name);
      const std::string least = std::to_string(signature.least);
      const bool open = signature.most == kAny;
      const std::string range =
          open || signature.most == signature.least ? least : least + "–" + std::to_string(signature.most);
      return wrong(begin, "的 " + name + "() 应有" + (open ? "至少" : "") + range + "个参数",
                   "calls " + name + "() with " + std::to_string(count) + " arguments; it takes " +
                       (open ? "at least " : "") + range);
    }
    if (!check_arguments(term)) return 0;
    return put(std::move(term));
  }

  const Term& argument(const Term& call, std::size_t i) const { return expression_.terms[call.arguments[i]]; }
  bool wrong_argument(const Term& at, std::string_view zh, std::string_view en) {
    if (!fault_) fault_ = fault_at(at.at, zh, en);
    return false;
  }
  bool expect(const Term& term, TermKind kind, std::string_view zh, std::string_view en) {
    return term.kind == kind || wrong_argument(term, zh, en);
  }
  bool check_arguments(Term& call) {
    switch (call.function) {
      case Function::position:
        return expect(argument(call, 0), TermKind::parents, "position() 里只能写 .. 或 ../..",
                      "position() takes .. or ../.. only");
      case Function::indexed_repeat:
        for (std::size_t i = 0; i < 2; ++i)
          if (!expect(argument(call, i), TermKind::answer, "这里应写 ${名}", "should be a ${name}"))
            return false;
        return true;
      case Function::choice_name:
        if (argument(call, 1).kind != TermKind::text || !name_in_braces(argument(call, 1).text))
          return wrong_argument(argument(call, 1), "应写成 '${问题名}',带引号",
                                "should read '${name}', quoted");
        return true;
      case Function::format_date:
        return expect(argument(call, 1), TermKind::text, "格式要直接写出来,如 '%Y-%m-%d'",
                      "the format must be written out, such as '%Y-%m-%d'") &&
               check_format(argument(call, 1));
      case Function::regex: {
        if (!expect(argument(call, 1), TermKind::text, "正则表达式要直接写出来,如 '[0-9]+'",
                    "the pattern must be written out, such as '[0-9]+'"))
          return false;
        std::string why;
        call.pattern = Pattern::compile(argument(call, 1).text, why);
        return call.pattern || wrong_argument(argument(call, 1), "的正则表达式不对:" + why,
                                              "is no regular expression: " + why);
      }
      default:
        return true;
    }
  }
  bool check_format(const Term& format) {
    constexpr std::string_view kKnown = "YymndeHhMS3";
    for (std::size_t i = 0; i < format.text.size(); ++i)
      if (format.text[i] == '%' &&
          (++i == format.text.size() || kKnown.find(format.text[i]) == std::string_view::npos))
        return wrong_argument(format, "的格式里 % 后面只能是 Y y m n d e H h M S 3 之一",
                              "has a % that is not followed by one of Y y m n d e H h M S 3");
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  Expression expression_;
  std::optional<ExpressionFault> fault_;
};

}  // namespace

ExpressionFault fault_at(std::size_t character, std::string_view zh, std::string_view en) {
  const std::string number = std::to_string(character);
  return {"第" + number + "个字符" + std::string(zh) + "。",
          "Character " + number + ": " + std::string(en) + "."};
}

tl::expected<Expression, ExpressionFault> parse_expression(std::string_view text) {
  return Parser(text).parse();
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= limits::kNameBytes && is_name_start(text[0]) &&
         std::all_of(text.begin(), text.end(), is_name_part);
}

std::optional<std::string> name_in_braces(std::string_view text) {
  if (text.size() < 3 || text.substr(0, 2) != "${" || text.back() != '}') return std::nullopt;
  text = text.substr(2, text.size() - 3);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return is_name(text) ? std::optional<std::string>(text) : std::nullopt;
}

}  // namespace doorstep::forms
