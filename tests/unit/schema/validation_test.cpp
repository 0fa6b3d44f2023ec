#include "schema/validation.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "base/limits.hpp"

using namespace doorstep;

namespace {

Column column(ColumnType type) {
  Column column;
  column.id = ColumnId{1};
  column.name = "value";
  column.label = {"内容", "Content"};
  column.type = type;
  return column;
}

Column text_column(Check check) {
  Column c = column(ColumnType::text);
  c.check = check;
  return c;
}

Column outcome_column() {
  Column c = column(ColumnType::text);
  c.choices = {{"met", {"见到人", "Met"}}, {"nobody_home", {"家中无人", "Nobody home"}}};
  return c;
}

/// The normalized value, or the English sentence of the refusal.
Value normalized(const Column& c, Value value) {
  auto result = normalize(c, std::move(value));
  if (result) return *result;
  return "refused: " + result.error().en;
}

Error refusal(const Column& c, Value value) {
  auto result = normalize(c, std::move(value));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::validation_failed);
  CHECK(result.error().retry == Retry::never);
  return result.error();
}

bool is_refused(const Column& c, Value value) { return !normalize(c, std::move(value)).has_value(); }

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("normalize: blank of any kind: is null") {
  for (const ColumnType type :
       {ColumnType::text, ColumnType::integer, ColumnType::date, ColumnType::list, ColumnType::boolean})
    for (const char* blank : {"", " ", "\u3000\t", "\u200B", "\r\n"})
      CHECK(is_null(normalized(column(type), blank)));
  CHECK(is_null(normalized(column(ColumnType::text), Value())));
}

TEST_CASE("normalize: text: is trimmed, loses invisible characters, and keeps its punctuation and width") {
  const Column text = column(ColumnType::text);
  CHECK(normalized(text, "\uFEFF 门铃坏了，明天再来１２：００ \n") == Value("门铃坏了，明天再来１２：００"));
  CHECK(normalized(text, std::string("a\0b\x07"
                                     "c\nd\te",
                                     9)) == Value("abc\nd\te"));
  CHECK(normalized(text, std::int64_t{42}) == Value("42"));
  CHECK(normalized(text, "👨‍👩‍👧") == Value("👨‍👩‍👧"));
}

TEST_CASE("normalize: text too long, not UTF-8 or bytes: is refused with what to do") {
  const Column text = column(ColumnType::text);
  CHECK(normalize(text, std::string(limits::kValueBytes, 'a')));
  CHECK(contains(refusal(text, std::string(limits::kValueBytes + 1, 'a')).zh, "太长"));
  CHECK(contains(refusal(text, "\xC4\xE3\xBA\xC3").en, "CSV UTF-8"));
  CHECK(is_refused(text, Bytes{1, 2}));
  CHECK(is_refused(text, 1.5));
}

TEST_CASE("normalize: errors: name the column in both languages and never repeat personal data") {
  const Error error = refusal(column(ColumnType::integer), "three");
  CHECK(contains(error.zh, "「内容」"));
  CHECK(contains(error.en, "Content (value)"));
  CHECK(contains(error.en, "three"));

  Column sensitive = column(ColumnType::date);
  sensitive.sensitive = true;
  CHECK_FALSE(contains(refusal(sensitive, "born 1950").en, "1950"));
  CHECK_FALSE(contains(refusal(text_column(Check::cn_phone), "1381234").en, "1381234"));
  CHECK_FALSE(contains(refusal(text_column(Check::cn_resident_id), "11010519491231002").zh, "1949"));
}

TEST_CASE("normalize: a long text in an error: is cut between characters") {
  std::string typed;
  for (int i = 0; i < 200; ++i) typed += "长";
  const Error error = refusal(column(ColumnType::integer), typed);
  CHECK(error.zh.size() < 200);
  CHECK(normalize(column(ColumnType::text), error.zh));  // Still UTF-8.
}

TEST_CASE("normalize: whole numbers: are read, junk is refused") {
  const Column integer = column(ColumnType::integer);
  CHECK(normalized(integer, "3") == Value(std::int64_t{3}));
  CHECK(normalized(integer, " -３００ ") == Value(std::int64_t{-300}));
  CHECK(normalized(integer, "+7") == Value(std::int64_t{7}));
  CHECK(normalized(integer, 3.0) == Value(std::int64_t{3}));
  CHECK(normalized(integer, "9223372036854775807") == Value(std::numeric_limits<std::int64_t>::max()));
  for (const char* junk :
       {"3.0", "3a", "1,000", "0x10", "三", "-", "+-3", "9223372036854775808", "1e3", "3 4"}) {
    INFO(junk);
    CHECK(is_refused(integer, junk));
  }
  CHECK(is_refused(integer, 3.5));
  CHECK(is_refused(integer, 1e300));
  CHECK(is_refused(integer, std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("normalize: numbers: are read, junk is refused") {
  const Column real = column(ColumnType::real);
  CHECK(normalized(real, "43.5") == Value(43.5));
  CHECK(normalized(real, "-1.25e2") == Value(-125.0));
  CHECK(normalized(real, "７") == Value(7.0));
  CHECK(normalized(real, std::int64_t{7}) == Value(7.0));
  for (const char* junk : {"nan", "inf", "1.2.3", "1,5", "0x1p3", "1e999", "e5", ".", "5m"}) {
    INFO(junk);
    CHECK(is_refused(real, junk));
  }
  CHECK(is_refused(real, std::numeric_limits<double>::infinity()));
}

TEST_CASE("normalize: a number past its bounds: is refused with the bounds") {
  Column slots = column(ColumnType::integer);
  slots.least = 1;
  slots.most = 12;
  CHECK(normalized(slots, "12") == Value(std::int64_t{12}));
  CHECK(normalized(slots, std::int64_t{1}) == Value(std::int64_t{1}));
  CHECK(contains(refusal(slots, "13").en, "write a number from 1 to 12. It reads '13'."));
  CHECK(contains(refusal(slots, "０").zh, "应在1到12之间"));
  slots.most.reset();
  CHECK(normalized(slots, "9223372036854775807") == Value(std::numeric_limits<std::int64_t>::max()));
  CHECK(contains(refusal(slots, "0").en, "write 1 or more."));
  slots.sensitive = true;
  CHECK_FALSE(contains(refusal(slots, "-7").en, "-7"));
  Column longitude = column(ColumnType::real);
  longitude.most = 180;
  CHECK(normalized(longitude, "180") == Value(180.0));
  CHECK(contains(refusal(longitude, "180.5").zh, "不能大于180"));
}

TEST_CASE("normalize: texts: have bounds of their own, and may be Base64") {
  Column preview = text_column(Check::base64);
  preview.max_bytes = 8;
  CHECK(normalized(preview, " AAECAw== ") == Value("AAECAw=="));
  CHECK(normalized(preview, "") == Value());
  CHECK(contains(refusal(preview, "AAECAwQFBgcI").en, "at most 8 bytes"));
  for (const char* junk : {"AAE", "A===", "AA=A", "AAE-", "AA\nE", "照片AA"}) {
    INFO(junk);
    CHECK(is_refused(preview, junk));
  }
}

TEST_CASE("normalize: yes and no: in words and digits") {
  const Column boolean = column(ColumnType::boolean);
  for (const char* yes : {"是", "yes", "YES", "true", "True", "1", "１"})
    CHECK(normalized(boolean, yes) == Value(std::int64_t{1}));
  for (const char* no : {"否", "no", "No", "false", "0"})
    CHECK(normalized(boolean, no) == Value(std::int64_t{0}));
  CHECK(normalized(boolean, std::int64_t{1}) == Value(std::int64_t{1}));
  CHECK(is_refused(boolean, std::int64_t{2}));
  CHECK(is_refused(boolean, "maybe"));
}

TEST_CASE("normalize: dates and times: full-width digits count, Excel's serial numbers are named") {
  CHECK(normalized(column(ColumnType::date), "２０２６／１／５") == Value("2026-01-05"));
  CHECK(normalized(column(ColumnType::date), "2026年1月5日") == Value("2026-01-05"));
  CHECK(normalized(column(ColumnType::date), std::int64_t{20260105}) == Value("2026-01-05"));
  CHECK(normalized(column(ColumnType::time), "2026-11-22　09：30") == Value("2026-11-22T01:30:00.000Z"));
  CHECK(contains(refusal(column(ColumnType::date), "46027").zh, "Excel"));
  CHECK(contains(refusal(column(ColumnType::date), std::int64_t{46027}).en, "Excel"));
  CHECK(contains(refusal(column(ColumnType::date), "2026-02-30").en, "2026-01-05"));
  CHECK(is_refused(column(ColumnType::time), 46027.5));
}

TEST_CASE("normalize: references: are ids in canonical form") {
  const Column reference = column(ColumnType::reference);
  CHECK(normalized(reference, " 3F2504E0-4F89-41D3-9A0C-0305E82C3301") ==
        Value("3f2504e0-4f89-41d3-9a0c-0305e82c3301"));
  CHECK(is_refused(reference, "3-2-1501"));
  CHECK(is_refused(reference, "3f2504e04f8941d39a0c0305e82c3301"));
}

TEST_CASE("normalize: choices: by value, by either label, in any width and case") {
  for (const char* typed :
       {"nobody_home", "家中无人", "Nobody home", "NOBODY HOME", " nobody-home ", "ｎｏｂｏｄｙ＿ｈｏｍｅ"}) {
    INFO(typed);
    CHECK(normalized(outcome_column(), typed) == Value("nobody_home"));
  }
  const Error error = refusal(outcome_column(), "gone");
  CHECK(contains(error.zh, "见到人、家中无人"));
  CHECK(contains(error.en, "met, nobody_home"));
}

TEST_CASE("normalize: lists: become JSON, with choices as values") {
  CHECK(normalized(column(ColumnType::list), "独居老人、宠物") == Value(R"(["独居老人","宠物"])"));
  CHECK(normalized(column(ColumnType::list), R"([ "a", "b" ])") == Value(R"(["a","b"])"));
  CHECK(is_refused(column(ColumnType::list), "[a]"));
  Column closed = outcome_column();
  closed.type = ColumnType::list;
  CHECK(normalized(closed, "见到人,Nobody home") == Value(R"(["met","nobody_home"])"));
  CHECK(is_refused(closed, "met,gone"));
}

TEST_CASE("normalize: key text: takes the form of the natural key") {
  const Column code = text_column(Check::key_text);
  CHECK(normalized(code, "　３－２－１５０１\u200B ") == Value("3-2-1501"));
  CHECK(normalized(code, std::int64_t{1501}) == Value("1501"));
}

TEST_CASE("normalize: phones: lose spaces, dashes and the country code") {
  const Column phone = text_column(Check::cn_phone);
  for (const char* typed :
       {"13800000000", "138 0000 0000", "138-0000-0000", "+8613800000000", "+86 138-0000-0000",
        "008613800000000", "8613800000000", "１３８００００００００", "\u202D13800000000", "138–0000–0000"}) {
    INFO(typed);
    CHECK(normalized(phone, typed) == Value("13800000000"));
  }
  CHECK(normalized(phone, std::int64_t{13800000000}) == Value("13800000000"));
  for (const char* typed : {"0431-88888888", "(0431)88888888", "+86 431 8888 8888"})
    CHECK(normalized(phone, typed) == Value("043188888888"));
  CHECK(normalized(phone, "010-66666666") == Value("01066666666"));
  for (const char* junk : {"1380000000", "138000000000", "12800000000", "88888888", "0431-18888888", "abc",
                           "138+00000000", "0000-88888888"}) {
    INFO(junk);
    CHECK(is_refused(phone, junk));
  }
}

TEST_CASE("phone: stored form: digits only") {
  CHECK(is_cn_phone("13000000000"));
  CHECK(is_cn_phone("02088888888"));
  CHECK(is_cn_phone("03718888888"));
  CHECK_FALSE(is_cn_phone("138 0000 0000"));
  CHECK_FALSE(is_cn_phone("+8613800000000"));
  CHECK_FALSE(is_cn_phone("01166666666"));
  CHECK_FALSE(is_cn_phone(""));
}

// The two examples printed in GB 11643, and numbers of people born in 2099.
TEST_CASE("resident ID: check character of ISO 7064 MOD 11-2: holds for the standard's examples") {
  for (const char* id : {"11010519491231002X", "440524188001010014", "220102209903070007",
                         "22010220990307004X", "220102209903070015"}) {
    INFO(id);
    CHECK(is_cn_resident_id(id));
  }
}

TEST_CASE("resident ID: any one digit changed, or two neighbours swapped: is noticed") {
  const std::string id = "11010519491231002X";
  for (std::size_t i = 0; i < 17; ++i) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string changed = id;
      changed[i] = digit;
      CHECK(is_cn_resident_id(changed) == (changed == id));
    }
  }
  for (std::size_t i = 0; i + 1 < 18; ++i) {
    std::string swapped = id;
    std::swap(swapped[i], swapped[i + 1]);
    CHECK(is_cn_resident_id(swapped) == (swapped == id));
  }
}

TEST_CASE("resident ID: wrong length, letter or date: is refused even with a right check character") {
  for (const char* id : {"", "110105194912310", "11010519491231002x", "11010519491231002Y",
                         "1101051949123100 2", "220102209902300018", "020102209903070018"}) {
    INFO(id);
    CHECK_FALSE(is_cn_resident_id(id));
  }
}

TEST_CASE("normalize: ID numbers: spaces go, x becomes X") {
  const Column id = text_column(Check::cn_resident_id);
  CHECK(normalized(id, "110105 19491231 002x") == Value("11010519491231002X"));
  CHECK(normalized(id, "１１０１０５１９４９１２３１００２Ｘ") == Value("11010519491231002X"));
  CHECK(is_refused(id, "110105194912310021"));
  CHECK(contains(refusal(id, "110105194912310000").zh, "Excel"));
}

TEST_CASE("normalize: a number that Excel turned into scientific notation: is named as that") {
  Column id = text_column(Check::cn_resident_id);
  id.label = {"身份证号", "ID number"};
  for (const char* damaged : {"1.10101E+17", "1.10101e17", "1E+17", "１．１０１０１Ｅ＋１７"}) {
    INFO(damaged);
    CHECK(contains(refusal(id, damaged).zh, "身份证号已被Excel改成科学计数,请用模板重填"));
  }
  CHECK(contains(refusal(id, 1.10101e17).zh, "科学计数"));
  id.check_when = ColumnId{2};
  CHECK(contains(refusal(id, "1.10101E+17").en, "scientific notation"));
  CHECK(contains(refusal(text_column(Check::cn_phone), "1.38E+10").zh, "科学计数"));
}

TEST_CASE("normalize: an ID number that another column decides about: waits for the row check") {
  Column id = text_column(Check::cn_resident_id);
  id.check_when = ColumnId{2};
  CHECK(normalized(id, "e1234567") == Value("E1234567"));
}

TEST_CASE("normalize: a retired column: takes no new value") {
  Column old = column(ColumnType::text);
  old.retired = true;
  CHECK(is_refused(old, "x"));
  CHECK(is_null(normalized(old, Value())));
}
