#include "unit/pipeline/town.hpp"
#include "wire/checksum.hpp"
#include "wire/row_meta.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;
using wire::Bucket;

namespace {

Cells visit_at(Town& town, const std::string& place) {
  return {{"place", to_text(town.place_id(place))}, {"outcome", "met"}};
}

void add_visits(Town& town, const std::string& place, std::size_t count) {
  OfficeWriter writer(town.office());
  for (std::size_t i = 0; i < count; ++i)
    must(writer.put("visit", {{"place", to_text(town.place_id(place))}, {"outcome", std::string("met")}}));
  must(writer.commit());
}

/// Of the rows that the phone has.
wire::Checksum sum_of(Town& town, const Phone& phone, const Bucket& bucket) {
  wire::Checksum out{bucket, 0, 0};
  for (const auto& [key, row] : phone.rows()) {
    if (!wire::lies_in(bucket, key.row)) continue;
    ++out.rows;
    out.sum +=
        wire::row_sum(key, must(wire::decode_meta(*town.pack().find(key.table), row.meta, row.values)));
  }
  return out;
}

wire::SyncResponse ask(Phone& phone, const Bucket& bucket, bool repair = false) {
  wire::SyncRequest request = phone.request();
  request.check = bucket;
  request.repair = repair;
  return phone.exchange(request);
}

void check_agreed(Town& town, Phone& phone, const Bucket& bucket = {0, 1}) {
  const wire::SyncResponse response = ask(phone, bucket);
  REQUIRE(response.checkpoint);
  REQUIRE(response.checksum);
  const wire::Checksum own = sum_of(town, phone, response.checksum->bucket);
  CHECK(response.checksum->rows == own.rows);
  CHECK(response.checksum->sum == own.sum);
  CHECK_FALSE(response.repaired);
}

std::size_t rows_in(const wire::Page& page) {
  std::size_t rows = 0;
  for (const wire::RowSection& section : page.sections) rows += section.ids.size();
  return rows;
}

}  // namespace

TEST_CASE("check: leaders above, beside and below each other: each one's rows sum up to the same") {
  Town town;
  Phone street = town.leader("Zhao", "S"), grid = town.leader("Li", "1"), door = town.leader("Wang", "2-1");
  for (Phone* phone : {&street, &grid, &door}) phone->sync();
  add_visits(town, "1-1", 20);
  add_visits(town, "C", 3);
  door.insert("visit", visit_at(town, "2-1"));
  // Nobody knows yet where they live: her author's alone.
  grid.insert("resident", {{"name", "Qian"}});
  for (Phone* phone : {&street, &grid, &door}) phone->sync();
  for (Phone* phone : {&street, &grid, &door}) {
    check_agreed(town, *phone);
    for (std::uint32_t number = 0; number < 4; ++number) check_agreed(town, *phone, {number, 4});
  }
}

TEST_CASE("check: a row that was deleted, or moved away: is in no sum any more") {
  Town town;
  Phone grid = town.leader("Li", "1"), other = town.leader("Wang", "2");
  grid.sync();
  const RowId home =
      grid.insert("household", {{"place", to_text(town.place_id("1-1"))}, {"number", std::int64_t{1}}});
  grid.sync();
  other.sync();
  check_agreed(town, grid);
  town.put("place", {{"parent", to_text(town.place_id("2"))}}, town.place_id("1-1"));
  grid.sync();
  other.sync();
  CHECK_FALSE(grid.has("household", home));
  check_agreed(town, grid);
  check_agreed(town, other);
  town.remove("household", home);
  other.sync();
  check_agreed(town, other);
}

TEST_CASE("check: a repair: names every row of the part, whole") {
  Town town;
  Phone grid = town.leader("Li", "1");
  grid.sync();
  add_visits(town, "1-1", 30);
  grid.sync();
  grid.insert("visit", visit_at(town, "1-2"));
  const wire::SyncResponse response = ask(grid, {1, 2}, true);
  REQUIRE(response.repaired);
  CHECK(response.page->own.empty());
  std::size_t expected = 0;
  for (const auto& [key, row] : grid.rows()) expected += wire::lies_in({1, 2}, key.row);
  std::size_t named = 0;
  for (const wire::RowSection& section : response.page->sections)
    for (const RowId& id : section.ids) named += wire::lies_in({1, 2}, id);
  CHECK(named == expected);
  CHECK(response.checksum->rows == expected);
}

TEST_CASE("check: a part with more rows than one check takes on: is answered for a finer one") {
  Town town;
  Phone grid = town.leader("Li", "1");
  add_visits(town, "1-1", 600);
  add_visits(town, "1-2", 600);
  grid.sync();
  const wire::SyncResponse response = ask(grid, {0, 1}, true);
  REQUIRE(response.checksum);
  CHECK(response.checksum->bucket.number == 0);
  CHECK(response.checksum->bucket.of == 2);
  CHECK(rows_in(*response.page) == response.checksum->rows);
  check_agreed(town, grid, {0, 1});
}

TEST_CASE("check: long notes: divide a part by bytes too") {
  Town town;
  Phone grid = town.leader("Li", "1");
  const std::string long_note(60'000, 'x');
  for (int i = 0; i < 40; ++i)
    town.put(
        "visit",
        {{"place", to_text(town.place_id("1-1"))}, {"outcome", std::string("met")}, {"note", long_note}});
  grid.sync();
  const wire::SyncResponse response = ask(grid, {0, 1}, true);
  REQUIRE(response.checksum);
  CHECK(response.checksum->bucket.of >= 4);
  check_agreed(town, grid, {0, 1});
}

TEST_CASE("check: before the checkpoint, of parts that are none, after a restore: is not answered") {
  Town town;
  Phone grid = town.leader("Li", "1");
  grid.sync();
  town.limit_pages(5);
  add_visits(town, "1-1", 30);
  const wire::SyncResponse page = ask(grid, {0, 1}, true);
  CHECK_FALSE(page.checkpoint);
  CHECK_FALSE(page.checksum);
  CHECK_FALSE(page.repaired);
  CHECK(rows_in(*page.page) == 5);
  grid.sync();
  for (const Bucket& bucket : {Bucket{0, 3}, Bucket{4, 4}, Bucket{0, 0}})
    CHECK_FALSE(ask(grid, bucket, true).checksum);
  check_agreed(town, grid);
  grid.cursor.incarnation += 1;
  town.limit_pages(1'000);
  CHECK_FALSE(ask(grid, {0, 1}).checksum);
}
