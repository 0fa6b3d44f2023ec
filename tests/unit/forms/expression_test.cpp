#include "forms/expression.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "unit/forms/form_samples.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "\"";
}

const std::string kQuestions =
    R"({"type":"text","name":"t","label":{"zh":"字"}},{"type":"text","name":"e","label":{"zh":"空"}},)"
    R"({"type":"integer","name":"n","label":{"zh":"数"}},{"type":"decimal","name":"d","label":{"zh":"小数"}},)"
    R"({"type":"date","name":"day","label":{"zh":"日"}},{"type":"time","name":"at","label":{"zh":"时"}},)"
    R"({"type":"select_one","name":"one","label":{"zh":"选"},"list":"abc"},)"
    R"({"type":"select_multiple","name":"many","label":{"zh":"多选"},"list":"abc"},)"
    R"({"type":"repeat","name":"r","label":{"zh":"人"},"items":[{"type":"integer","name":"age","label":{"zh":"岁"}}]},)";

/// What a calculate of this expression is: t=街道 abc, e unanswered, n=7, d=2.5, day=2026-01-05, at=09:30,
/// one=b, many="a c", ages 71, none, 9.
std::string value_of(const std::string& expression) {
  const Form form =
      form_of(kQuestions + R"({"type":"calculate","name":"x","calculation":)" + json_text(expression) +
              R"(},{"type":"note","name":"shown","label":{"zh":"${x}"}})");
  FormSession session = begin(form);
  answer(session, "t", "街道 abc");
  answer(session, "n", "7");
  answer(session, "d", "2.5");
  answer(session, "day", "2026-01-05");
  answer(session, "at", "09:30");
  answer(session, "one", "b");
  answer(session, "many", "a c");
  for (int i = 0; i < 3; ++i) REQUIRE(session.add("r").has_value());
  answer(session, "r[1]/age", "71");
  answer(session, "r[3]/age", "9");
  const auto step = session.go_to("shown");
  REQUIRE(step.has_value());
  return step->label.zh;
}

std::string fault_of(const std::string& expression) {
  return refusal_of(kQuestions + R"({"type":"calculate","name":"x","calculation":)" + json_text(expression) +
                    "}");
}

}  // namespace

TEST_CASE("expressions: operators: bind and compute as XPath says", "[forms]") {
  CHECK(value_of("1 + 2 * 3") == "7");
  CHECK(value_of("(1 + 2) * 3") == "9");
  CHECK(value_of("7 - 2 - 1") == "4");
  CHECK(value_of("7 div 2") == "3.5");
  CHECK(value_of("8 div 2 div 2") == "2");
  CHECK(value_of("7 mod 3") == "1");
  CHECK(value_of("-7 mod 3") == "-1");
  CHECK(value_of("--7") == "7");
  CHECK(value_of("2 * -3") == "-6");
  CHECK(value_of("1 < 2 and 2 <= 2 and 3 > 2 and 2 >= 2") == "true");
  CHECK(value_of("1 = 2 or 1 != 2") == "true");
  CHECK(value_of("false() and false() or true()") == "true");
  CHECK(value_of("1 < 2 = true()") == "true");
  CHECK(value_of("3 - 1 = 2") == "true");
  CHECK(value_of("0.1 + 0.2 = 0.3") == "true");
  CHECK(value_of(".5 + 1.") == "1.5");
  CHECK(value_of("1 div 0") == "Infinity");
  CHECK(value_of("${n}-1") == "6");
  CHECK(value_of("${ n } +1") == "8");
}

TEST_CASE("expressions: kinds of values: compare as JavaRosa does", "[forms]") {
  CHECK(value_of("'7' = ${n}") == "true");
  CHECK(value_of("'7.0' = ${n}") == "true");
  CHECK(value_of("'7.0' = '7'") == "false");
  CHECK(value_of("${one} = 'b'") == "true");
  CHECK(value_of("${many} = 'a c'") == "true");
  CHECK(value_of("'b' > 'a'") == "false");
  CHECK(value_of("true() = 'false'") == "true");
  CHECK(value_of("true() > false()") == "true");
  CHECK(value_of("${day} = '2026-01-05'") == "true");
  CHECK(value_of("${day} < today()") == "true");
  CHECK(value_of("${day} + 1") == "20459");
  CHECK(value_of("today() - ${day}") == "322");
  CHECK(value_of("'2026-01-05' < today()") == "false");
  CHECK(value_of("${at} = '09:30'") == "true");
}

TEST_CASE("expressions: unanswered: is the empty text, no number, and a comparison of it is false",
          "[forms]") {
  CHECK(value_of("${e}").empty());
  CHECK(value_of("${e} = ''") == "true");
  CHECK(value_of("${e} + 1").empty());
  CHECK(value_of("string(${e} + 1)") == "NaN");
  CHECK(value_of("${e} < 1") == "false");
  CHECK(value_of("${e} >= 0") == "false");
  CHECK(value_of("${e} != 0") == "true");
  CHECK(value_of("not(${e})") == "true");
  CHECK(value_of("coalesce(${e}, 0) + 1") == "1");
  CHECK(value_of("if(${e} = '', 'none', ${e})") == "none");
}

TEST_CASE("expressions: logic: if, coalesce, boolean and friends", "[forms]") {
  CHECK(value_of("if(${n} > 5, 'much', 'little')") == "much");
  CHECK(value_of("if(${n} < 5, 1 div 0, 'ok')") == "ok");
  CHECK(value_of("coalesce(${t}, 'x')") == "街道 abc");
  CHECK(value_of("coalesce(${e} * 2, 'x')") == "x");
  CHECK(value_of("boolean('x')") == "true");
  CHECK(value_of("boolean('')") == "false");
  CHECK(value_of("boolean(0)") == "false");
  CHECK(value_of("boolean(number('x'))") == "false");
  CHECK(value_of("boolean(${day})") == "true");
  CHECK(value_of("boolean-from-string('TrUe')") == "true");
  CHECK(value_of("boolean-from-string('1')") == "true");
  CHECK(value_of("boolean-from-string('yes')") == "false");
  CHECK(value_of("not(1 = 1)") == "false");
}

TEST_CASE("expressions: numbers: number, int, round, abs, pow", "[forms]") {
  CHECK(value_of("number(' -1,5 ') * 2") == "-3");
  CHECK(value_of("number('1e3')").empty());
  CHECK(value_of("number('1-2')").empty());
  CHECK(value_of("number('.')").empty());
  CHECK(value_of("number(true())") == "1");
  CHECK(value_of("number(${day})") == "20458");
  CHECK(value_of("int(2.9)") == "2");
  CHECK(value_of("int(-2.9)") == "-2");
  CHECK(value_of("int('x')").empty());
  CHECK(value_of("round(2.5)") == "3");
  CHECK(value_of("round(-2.5)") == "-2");
  CHECK(value_of("round(-2.6)") == "-3");
  CHECK(value_of("round(2.675, 2)") == "2.68");
  CHECK(value_of("round(0.04)") == "0");
  CHECK(value_of("round(0.96, 1)") == "1");
  CHECK(value_of("round(99.995, 2)") == "100");
  CHECK(value_of("round(1234, -2)") == "1200");
  CHECK(value_of("round(1, 31)").empty());
  CHECK(value_of("abs(-2.5)") == "2.5");
  CHECK(value_of("pow(2, 10)") == "1024");
  CHECK(value_of("string(3.0)") == "3");
  CHECK(value_of("string(0.1)") == "0.1");
  CHECK(value_of("string(-0.0)") == "0");
  CHECK(value_of("12345678.5") == "12345678.5");
  CHECK(value_of("1 div 3") == "0.3333333333333333");
}

TEST_CASE("expressions: sets: all answers of a repeat, without what is no number", "[forms]") {
  CHECK(value_of("sum(${age})") == "80");
  CHECK(value_of("min(${age})") == "9");
  CHECK(value_of("max(${age})") == "71");
  CHECK(value_of("count(${age})") == "3");
  CHECK(value_of("count(${r})") == "3");
  CHECK(value_of("count-non-empty(${age})") == "2");
  CHECK(value_of("sum(${n})") == "7");
  CHECK(value_of("sum(${e})") == "0");
  CHECK(value_of("max(${e})").empty());
  CHECK(value_of("max(${n}, ${d}, 3)") == "7");
  CHECK(value_of("min(${n}, ${d}, ${e})") == "2.5");
  CHECK(value_of("max(-5, -7)") == "-5");
  CHECK(value_of("join('-', ${age})") == "71--9");
  CHECK(value_of("concat(${age})") == "719");
  CHECK(value_of("indexed-repeat(${age}, ${r}, 3)") == "9");
  CHECK(value_of("indexed-repeat(${age}, ${r}, 1 + 1)").empty());
  CHECK(value_of("indexed-repeat(${age}, ${r}, 0)").empty());
  CHECK(value_of("indexed-repeat(${age}, ${r}, 4)").empty());
  CHECK(value_of("indexed-repeat(${age}, ${r}, ${e})").empty());
}

TEST_CASE("expressions: choices: selected, count-selected, selected-at, jr:choice-name", "[forms]") {
  CHECK(value_of("selected(${many}, 'c')") == "true");
  CHECK(value_of("selected(${many}, ' c ')") == "true");
  CHECK(value_of("selected(${many}, 'b')") == "false");
  CHECK(value_of("selected(${many}, 'a c')") == "false");
  CHECK(value_of("selected(${one}, 'b')") == "true");
  CHECK(value_of("selected(${e}, '')") == "false");
  CHECK(value_of("count-selected(${many})") == "2");
  CHECK(value_of("count-selected(${e})") == "0");
  CHECK(value_of("selected-at(${many}, 1)") == "c");
  CHECK(value_of("selected-at(${many}, 2)").empty());
  CHECK(value_of("selected-at(${many}, -1)").empty());
  CHECK(value_of("jr:choice-name(${one}, '${one}')") == "乙");
  CHECK(value_of("jr:choice-name('z', '${one}')").empty());
}

TEST_CASE("expressions: texts: count characters, not bytes", "[forms]") {
  CHECK(value_of("concat('a', 1, true(), ${e})") == "a1true");
  CHECK(value_of("join('、', 'a', 'b', 'c')") == "a、b、c");
  CHECK(value_of("string-length(${t})") == "6");
  CHECK(value_of("string-length('')") == "0");
  CHECK(value_of("substr(${t}, 1)") == "道 abc");
  CHECK(value_of("substr(${t}, 0, 2)") == "街道");
  CHECK(value_of("substr(${t}, -3)") == "abc");
  CHECK(value_of("substr(${t}, -3, -1)") == "ab");
  CHECK(value_of("substr(${t}, 4, 2)").empty());
  CHECK(value_of("substr(${t}, 9)").empty());
  CHECK(value_of("substring-before('a-b-c', '-')") == "a");
  CHECK(value_of("substring-after('a-b-c', '-')") == "b-c");
  CHECK(value_of("substring-before('abc', '-')").empty());
  CHECK(value_of("substring-after('abc', '-')").empty());
  CHECK(value_of("contains(${t}, '道')") == "true");
  CHECK(value_of("contains(${t}, '')") == "true");
  CHECK(value_of("starts-with(${t}, '街')") == "true");
  CHECK(value_of("starts-with(${t}, '道')") == "false");
  CHECK(value_of("ends-with(${t}, 'bc')") == "true");
  CHECK(value_of("ends-with('c', 'bc')") == "false");
  CHECK(value_of("normalize-space('  a   b ')") == "a b");
  CHECK(value_of("translate('街道abc', '街ab', '路A')") == "路道Ac");
  CHECK(value_of("\"it's\"") == "it's");
}

TEST_CASE("expressions: regex: matches the whole text or not", "[forms]") {
  CHECK(value_of("regex('13800000000', '1[3-9][0-9]{9}')") == "true");
  CHECK(value_of("regex('138000000001', '1[3-9][0-9]{9}')") == "false");
  CHECK(value_of("regex('', '.*')") == "true");
  CHECK(value_of("regex('街道', '..')") == "true");
  CHECK(value_of("regex('ab', 'a|ab')") == "true");
  CHECK(value_of("regex(concat('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '!'), '(a+)+')") == "false");
  CHECK(fault_of("regex(${t}, ${e})") ==
        "\"x\", calculation: Character 13: the pattern must be written out, such as '[0-9]+'.");
  CHECK(fault_of("regex(${t}, '[0-9')").find("Character 13: is no regular expression") != std::string::npos);
}

TEST_CASE("expressions: dates and times: on the wall's clock", "[forms]") {
  CHECK(value_of("today()") == "2026-11-23");
  CHECK(value_of("now()") == "2026-11-23T09:30:00.000+08:00");
  CHECK(value_of("date('2026-01-05') + 0") == "20458");
  CHECK(value_of("date(20458)") == "2026-01-05");
  CHECK(value_of("date(-1.5)") == "1969-12-31");
  CHECK(value_of("date('2026-01-05T23:30:00.000Z')") == "2026-01-06");
  CHECK(value_of("date('5 May')").empty());
  CHECK(value_of("date('2026-02-30')").empty());
  CHECK(value_of("date('')").empty());
  CHECK(value_of("date-time('2026-01-05T10:00:00.000+09:00')") == "2026-01-05T09:00:00.000+08:00");
  CHECK(value_of("date-time(0.5)") == "1970-01-01T12:00:00.000+08:00");
  CHECK(value_of("decimal-date-time('1970-01-02T08:00:00.000+08:00')") == "1");
  CHECK(value_of("decimal-date-time('x')").empty());
  CHECK(value_of("decimal-time('18:00')") == "0.75");
  CHECK(value_of("decimal-time(${at}) < decimal-time('10:00')") == "true");
  CHECK(value_of("decimal-time('25:00')").empty());
  CHECK(value_of("format-date(${day}, '%Y/%m/%d %n-%e %y')") == "2026/01/05 1-5 26");
  CHECK(value_of("format-date-time(now(), '%H:%M:%S.%3 %h')") == "09:30:00.000 9");
  CHECK(value_of("format-date(${e}, '%Y')").empty());
  CHECK(fault_of("format-date(${day}, '%Q')").find("Character 21") != std::string::npos);
  CHECK(fault_of("format-date(${day}, '%')").find("Character 21") != std::string::npos);
}

TEST_CASE("expressions: mistakes: are refused with the character where they are", "[forms]") {
  const auto at = [](const std::string& expression) {
    const auto parsed = forms::parse_expression(expression);
    REQUIRE_FALSE(parsed.has_value());
    CHECK_FALSE(parsed.error().zh.empty());
    return parsed.error().en;
  };
  CHECK(at("") == "The expression is empty.");
  CHECK(at("1 +") == "Character 4: the expression ends too early.");
  CHECK(at("(1 + 2") == "Character 1: opens a bracket that is not closed.");
  CHECK(at("1 + 2)") == "Character 6: cannot be understood here.");
  CHECK(at("'abc") == "Character 1: opens a quote that is not closed.");
  CHECK(at("街 = 1") == "Character 1: cannot be understood here.");
  CHECK(at("'街道' = “x”") == "Character 8: is punctuation of another kind: write \".");
  CHECK(at("${a b} = 1") == "Character 1: should read ${name}.");
  CHECK(at("${a = 1") == "Character 1: should read ${name}.");
  CHECK(at("1 1") == "Character 3: cannot be understood here.");
  CHECK(at("uuid()") == "Character 1: calls uuid(), which is not taken.");
  CHECK(at("if(1, 2)") == "Character 1: calls if() with 2 arguments; it takes 3.");
  CHECK(at("round(1, 2, 3)") == "Character 1: calls round() with 3 arguments; it takes 1–2.");
  CHECK(at("concat()") == "Character 1: calls concat() with 0 arguments; it takes at least 1.");
  CHECK(at("/data/x") == "Character 1: paths and predicates are not taken: write ${name}.");
  CHECK(at("${r}[age < 3]") == "Character 5: paths and predicates are not taken: write ${name}.");
  CHECK(at("position(1)") == "Character 10: position() takes .. or ../.. only.");
  CHECK(at("indexed-repeat(1, ${r}, 2)") == "Character 16: should be a ${name}.");
  CHECK(at("jr:choice-name('a', 'one')") == "Character 21: should read '${name}', quoted.");
  CHECK(at("1.2.3") == "Character 1: is no number.");
}

TEST_CASE("expressions: names that mean nothing where they stand: are refused when the form is read",
          "[forms]") {
  CHECK(fault_of("${nobody}") == "\"x\", calculation: Character 1: ${nobody} is no question of this form.");
  CHECK(fault_of("${age} + 1") ==
        "\"x\", calculation: Character 1: ${age} has an answer in each repeat: use sum(), count() and the "
        "like.");
  CHECK(fault_of("${r} = 1") == "\"x\", calculation: Character 1: ${r} has no answer.");
  CHECK(fault_of(". + 1").find("which is for constraints") != std::string::npos);
  CHECK(fault_of("string-length()").find("must name what it is of") != std::string::npos);
  CHECK(fault_of("position(..)").find("is no repeat") != std::string::npos);
  CHECK(fault_of("..").find("position() only") != std::string::npos);
  CHECK(fault_of("yes = ${one}").find("must be a ${name}, or quoted") != std::string::npos);
  CHECK(fault_of("jr:choice-name('a', '${n}')").find("is no select question") != std::string::npos);
  CHECK(fault_of("indexed-repeat(${n}, ${r}, 1)").find("is no question of this repeat") != std::string::npos);
  CHECK(fault_of("${x} + 1") == "\"x\", calculation: \"x\" depends on itself, in a circle.");
}

TEST_CASE("expressions: hostile ones: are refused or cheap", "[forms]") {
  const auto refused = [](const std::string& text) { return !forms::parse_expression(text).has_value(); };
  CHECK(refused(std::string(100'000, '(')));
  CHECK(refused(std::string(4'000, '(') + "1" + std::string(4'000, ')')));
  CHECK(refused(std::string(4'000, '-') + "1"));
  std::string chain = "1";
  for (int i = 0; i < 200; ++i) chain += "+1";
  CHECK(refused(chain));
  std::string calls = "1";
  for (int i = 0; i < 33; ++i) calls = "not(" + calls + ")";
  CHECK(refused(calls));
  CHECK_FALSE(refused("((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))"));
  std::string sum = "1";
  for (int i = 0; i < 127; ++i) sum += "+1";
  CHECK(value_of(sum) == "128");
}

TEST_CASE("expressions: random bytes and random tokens: parse or are refused, and evaluate", "[forms]") {
  const char* const kTokens[] = {"${n}", "${t}",    "${e}",    "1",         "2.5",     "'a'",    "(",
                                 ")",    "+",       "-",       "*",         "div",     "mod",    "and",
                                 "or",   "=",       "!=",      "<",         ">=",      "not(",   "if(",
                                 ",",    "round(",  "sum(",    "${age}",    "count(",  ".",      "..",
                                 " ",    "today()", "substr(", "coalesce(", "number(", "concat("};
  SeededRandom random(3);
  int parsed = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const bool tokens = round % 2 == 0;
    for (std::uint64_t i = 0, count = 1 + random.below(12); i < count; ++i)
      text += tokens ? std::string(kTokens[random.below(std::size(kTokens))])
                     : std::string(1, static_cast<char>(random.below(256)));
    if (!forms::parse_expression(text)) continue;
    ++parsed;
    const auto form = Form::parse(
        form_json(kQuestions + R"({"type":"calculate","name":"x","calculation":)" + json_text(text) + "}"));
    if (form) CHECK(FormSession::begin(*form, monday()).has_value());
  }
  CHECK(parsed > 200);
}
