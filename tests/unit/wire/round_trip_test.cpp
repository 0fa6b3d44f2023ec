#include <catch2/catch.hpp>

#include "unit/wire/equality.hpp"
#include "unit/wire/samples.hpp"
#include "wire/codec.hpp"
#include "wire/iso_time.hpp"
#include "wire/value_code.hpp"

using namespace doorstep;
using namespace doorstep::test;
using namespace doorstep::wire;

namespace {

Value coded(const Value& value, std::int64_t base_ms = 0) {
  std::string bytes;
  ByteWriter out(bytes);
  WriteContext writing;
  writing.time_ms = base_ms;
  write_value(out, out, value, writing);
  ByteReader in(bytes);
  ReadContext reading;
  reading.time_ms = base_ms;
  Value back;
  read_value(in, in, back, reading);
  in.finish();
  return back;
}

std::size_t coded_size(const Value& value, std::int64_t base_ms = 0) {
  std::string bytes;
  ByteWriter out(bytes);
  WriteContext context;
  context.time_ms = base_ms;
  write_value(out, out, value, context);
  return bytes.size();
}

}  // namespace

TEMPLATE_TEST_CASE("wire: random message in a frame: comes back equal", "", KeyList, JoinRequest,
                   JoinResponse, SyncRequest, SyncResponse, Pack, ErrorMessage, Certificate, RehomeRequest,
                   ReadmitRequest, HandOver, Push, WipeReport, RevealRequest, Revealed) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SeededDraw draw(seed);
    const auto message = some_message<TestType>(draw);
    const std::string frame = to_frame(message);
    const auto back = from_frame<TestType>(frame);
    INFO("seed " << seed);
    REQUIRE(back.has_value());
    REQUIRE(same(*back, message));
    REQUIRE(to_frame(*back) == frame);
  }
}

TEST_CASE("wire: any value: comes back exactly, whatever it looks like") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const Value value = some_value(draw);
    RC_ASSERT(same(coded(value, some_i64(draw) >> 16), value));
  }));
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    SeededDraw draw(seed);
    const Value value = some_value(draw);
    INFO("seed " << seed);
    REQUIRE(same(coded(value), value));
  }
}

TEST_CASE("wire: ids, times and dates: binary, and short near their base") {
  const std::int64_t now = *parse_time("2026-11-22T01:02:03.004Z");
  CHECK(coded_size(std::string("018f3a5e-7c3b-7def-8123-456789abcdef")) == 17);
  CHECK(coded_size(std::string("018F3A5E-7C3B-7DEF-8123-456789ABCDEF")) == 37);
  CHECK(coded_size(std::string("2026-11-22T01:02:03.004Z")) == 7);
  CHECK(coded_size(std::string("2026-11-22T01:02:04.000Z"), now) == 3);
  CHECK(coded_size(std::string("2026-11-25"), now) == 2);
  CHECK(coded_size(std::int64_t{1}) == 1);
  CHECK(coded_size(std::int64_t{-17}) == 2);
  CHECK(coded_size(Value{}) == 1);
  CHECK(coded_size(std::string("met")) == 4);
}

TEST_CASE("wire: every day from year 0 to 9999: date text and number agree both ways") {
  std::int64_t day = kFirstDay;
  const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int year = 0; year <= 9999; ++year) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (int month = 1; month <= 12; ++month) {
      const int last = month == 2 && leap ? 29 : days[month - 1];
      // First, last and one past the last of each month; the days between follow from these.
      for (const int in_month : {1, last}) {
        char text[48];
        std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, in_month);
        REQUIRE(parse_date(text) == day + in_month - 1);
        REQUIRE(date_text(day + in_month - 1) == text);
      }
      char beyond[48];
      std::snprintf(beyond, sizeof beyond, "%04d-%02d-%02d", year, month, last + 1);
      REQUIRE_FALSE(parse_date(beyond).has_value());
      day += last;
    }
  }
  CHECK(day - 1 == kLastDay);
}

TEST_CASE("wire: any time of day: time text and milliseconds agree both ways") {
  for (std::uint64_t seed = 1; seed <= 5'000; ++seed) {
    SeededDraw draw(seed);
    const std::int64_t ms = (kFirstDay + static_cast<std::int64_t>(draw.below(3'652'425))) * kDayMs +
                            static_cast<std::int64_t>(draw.below(kDayMs));
    const std::string text = time_text(ms);
    REQUIRE(text.size() == 24);
    REQUIRE(parse_time(text) == ms);
  }
  CHECK(time_text(0) == "1970-01-01T00:00:00.000Z");
  CHECK(time_text(-1) == "1969-12-31T23:59:59.999Z");
  for (const char* no : {"2026-11-22T01:02:60.004Z", "2026-11-22T01:60:03.004Z", "2026-11-22T24:02:03.004Z",
                         "2026-11-22 01:02:03.004Z", "2026-11-22T01:02:03.0x4Z", "2026-11-22T01:02:03.00:Z"})
    CHECK_FALSE(parse_time(no).has_value());
}

TEST_CASE("wire: any group: comes back equal") {
  REQUIRE(rc::check([] {
    PropertyDraw draw;
    const Group group = some_group(draw);
    const auto back = decode_group(encode_group(group));
    RC_ASSERT(back.has_value());
    RC_ASSERT(same(*back, group));
  }));
  for (std::uint64_t seed = 1; seed <= 5'000; ++seed) {
    SeededDraw draw(seed);
    const Group group = some_group(draw);
    const std::string bytes = encode_group(group);
    const auto back = decode_group(bytes);
    INFO("seed " << seed);
    REQUIRE(back.has_value());
    REQUIRE(same(*back, group));
    REQUIRE(encode_group(*back) == bytes);
  }
}

TEST_CASE("wire: a group of one visit: small") {
  SeededDraw draw(5);
  const std::int64_t now = *parse_time("2026-11-22T01:02:03.004Z");
  std::uint8_t entropy[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  Group group;
  group.actor = make_actor(1, 57);
  group.number = GroupNumber{312};
  group.stamp = Stamp::at(now);
  group.office_time_ms = now - 2 * 3'600'000;
  group.monotonic_since_ms = 2 * 3'600'000;
  Op op;
  op.key = {TableId{7}, make_time_ordered_id(static_cast<std::uint64_t>(now), entropy)};
  std::size_t values = 0;
  for (std::uint32_t column = 1; column <= 3; ++column) {
    const RowId id = some_id(draw);
    op.cells.push_back({ColumnId{column}, to_text(id), 0, {}});
    values += 16;
  }
  op.cells.push_back({ColumnId{4}, time_text(now), 0, {}});
  op.cells.push_back({ColumnId{5}, std::string("visit"), 0, {}});
  op.cells.push_back({ColumnId{6}, std::string("met"), 0, {}});
  values += 2 + 6 + 4;
  group.ops.push_back(op);
  const std::size_t size = encode_group(group).size();
  // Beyond values and 16 bytes for the row's id: 17 bytes of header (10 of them the stamp and the last office
  // time), 3 of op and columns, 3 of tags; the id gives 5 back, for its time is the stamp's.
  CHECK(size == 16 + values + 18);
}

TEST_CASE("wire: page of like rows: time-ordered ids, references and plain metadata take their short forms") {
  constexpr std::size_t kRows = 1'000;
  SyncResponse message;
  message.page.emplace();
  for (const std::uint32_t table : {1U, 2U}) {
    RowSection rows;
    rows.table = TableId{table};
    rows.columns = {ColumnId{1}};
    SeededDraw draw(table);
    for (std::size_t i = 0; i < kRows; ++i) {
      std::uint8_t entropy[16];
      for (std::uint8_t& byte : entropy) byte = static_cast<std::uint8_t>(draw.below(256));
      rows.ids.push_back(make_time_ordered_id(1'795'309'323'004 + 1'000 * i, entropy));
      rows.values.emplace_back();
      if (table == 2) rows.values.back() = to_text(message.page->sections[0].ids[i]);
      RowState row{Birth{1}, {}, {}, {}};
      const Version version{{make_actor(1, 2), GroupNumber{i + 1}, 0},
                            Stamp::at(1'795'309'323'004 + 1'000 * std::int64_t(i)),
                            0};
      row.cells.push_back({ColumnId{1}, version, std::int64_t{1}, false, {}});
      rows.metas.push_back(encode_meta(some_table(1), row));
    }
    message.page->sections.push_back(rows);
  }
  const std::string frame = to_frame(message);
  // Ten bytes of each id are chance; everything else repeats.
  CHECK(frame.size() < 2 * kRows * 10 + 1'000);
  const auto back = from_frame<SyncResponse>(frame);
  REQUIRE(back.has_value());
  CHECK(same(*back, message));
}
