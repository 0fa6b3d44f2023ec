#include "schema/view_arguments.hpp"

#include <catch2/catch.hpp>

#include "base/id.hpp"
#include "schema/calendar.hpp"
#include "schema/validation.hpp"

using namespace doorstep;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
const RowId kMe = *parse_row_id("11111111-2222-4333-8444-555555555555");

ViewParameter parameter(const std::string& name, ColumnType type, DefaultRule rule,
                        std::int64_t offset_ms = 0) {
  ViewParameter out;
  out.name = name;
  out.label = {"标" + name, "Label " + name};
  out.type = type;
  out.default_rule = rule;
  out.default_offset_ms = offset_ms;
  if (type == ColumnType::reference) out.target = TableId{2};
  return out;
}

View view_of(std::vector<ViewParameter> parameters) {
  return {"v", {"视", "V"}, "", 0, std::move(parameters), {}};
}

Value filled(const ViewParameter& of, const std::string& utc) {
  const auto values = view_arguments(view_of({of}), {}, {*parse_canonical_time(utc), kMe});
  REQUIRE(values);
  return values->at(0);
}

}  // namespace

TEST_CASE("view arguments: today: is the day in China, whose last minute is 15:59 UTC") {
  const ViewParameter date = parameter("d", ColumnType::date, DefaultRule::today);
  const ViewParameter time = parameter("t", ColumnType::time, DefaultRule::today);
  // 23:59 and 00:01 at +08:00.
  CHECK(filled(date, "2026-11-22T15:59:00.000Z") == Value("2026-11-22"));
  CHECK(filled(date, "2026-11-22T16:01:00.000Z") == Value("2026-11-23"));
  CHECK(filled(time, "2026-11-22T15:59:59.999Z") == Value("2026-11-21T16:00:00.000Z"));
  CHECK(filled(time, "2026-11-22T16:00:00.000Z") == Value("2026-11-22T16:00:00.000Z"));
  CHECK(local_midnight(-1) == -8 * 3'600'000);  // Of 1970-01-01, 07:59 there.
}

TEST_CASE("view arguments: an offset: counts days from the local day, or from the moment") {
  const ViewParameter month = parameter("d", ColumnType::date, DefaultRule::today, -30 * kDayMs);
  CHECK(filled(month, "2026-03-01T16:01:00.000Z") == Value("2026-01-31"));
  const ViewParameter since = parameter("t", ColumnType::time, DefaultRule::today, -7 * kDayMs);
  CHECK(filled(since, "2026-11-22T03:00:00.000Z") == Value("2026-11-14T16:00:00.000Z"));
  const ViewParameter hours = parameter("t", ColumnType::time, DefaultRule::now, -7'200'000);
  CHECK(filled(hours, "2026-11-22T01:00:00.500Z") == Value("2026-11-21T23:00:00.500Z"));
}

TEST_CASE("view arguments: what is given: is read as people write it, and beats the default") {
  const View view = view_of({parameter("since", ColumnType::time, DefaultRule::today),
                             parameter("n", ColumnType::integer, DefaultRule::none),
                             parameter("who", ColumnType::reference, DefaultRule::me)});
  const auto values = view_arguments(view, {{"n", "３"}, {"since", "2026年1月5日 9:30"}}, {0, kMe});
  REQUIRE(values);
  CHECK(*values == std::vector<Value>{"2026-01-05T01:30:00.000Z", std::int64_t{3}, to_text(kMe)});
}

TEST_CASE("view arguments: a missing, an unknown, an unreadable one: says which there are") {
  const View view = view_of({parameter("since", ColumnType::time, DefaultRule::none),
                             parameter("who", ColumnType::reference, DefaultRule::me)});
  const auto missing = view_arguments(view, {}, {0, kMe});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::invalid_argument);
  CHECK_THAT(missing.error().en, Catch::Contains("\"since\"") && Catch::Contains("since, who"));
  CHECK_THAT(missing.error().zh, Catch::Contains("since(标since)、who(标who)"));
  const auto unknown = view_arguments(view, {{"until", "x"}}, {0, kMe});
  REQUIRE_FALSE(unknown);
  CHECK_THAT(unknown.error().en, Catch::Contains("no parameter \"until\"") && Catch::Contains("since, who"));
  const auto unreadable = view_arguments(view, {{"since", "bald"}}, {0, kMe});
  REQUIRE_FALSE(unreadable);
  CHECK(unreadable.error().code == ErrorCode::validation_failed);
  // The office is no person.
  const auto nobody = view_arguments(view, {{"since", "2026-01-05"}}, {0, std::nullopt});
  REQUIRE_FALSE(nobody);
  CHECK_THAT(nobody.error().en, Catch::Contains("\"who\""));
}

TEST_CASE("view arguments: a view that is not there: names those that are") {
  Pack pack;
  CHECK_THAT(need_view(pack, "x").error().en, Catch::Contains("no views"));
  pack.views = {view_of({})};
  const auto found = need_view(pack, "x");
  REQUIRE_FALSE(found);
  CHECK(found.error().code == ErrorCode::not_found);
  CHECK_THAT(found.error().zh, Catch::Contains("可用的有:v"));
  CHECK(need_view(pack, "v") == &pack.views[0]);
}
