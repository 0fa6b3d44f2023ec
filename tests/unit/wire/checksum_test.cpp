#include "wire/checksum.hpp"

#include <catch2/catch.hpp>

#include "base/random.hpp"
#include "unit/wire/samples.hpp"
#include "wire/row_meta.hpp"

using namespace doorstep;
using wire::Bucket;

namespace {

RowId id_of(const char* text) { return *parse_row_id(text); }

RowState small_row() {
  RowState row;
  row.birth = Birth{1};
  const Version version{{make_actor(3, 7), GroupNumber{4}, 1}, Stamp{1'795'309'323'004ULL << 16}, 0};
  row.cells.push_back({ColumnId{1}, version, std::string("12345678-0000-7000-8000-000000000001"), false, {}});
  row.cells.push_back({ColumnId{2}, version, std::int64_t{42}, false, {}});
  return row;
}

}  // namespace

TEST_CASE("checksum: buckets: divide by the last four bytes of the id") {
  const RowId row = id_of("01234567-89ab-7def-8123-456701020a0d");
  CHECK(wire::lies_in({0, 1}, row));
  CHECK(wire::lies_in({13, 16}, row));
  CHECK(wire::lies_in({0x20a & 0xF, 16}, id_of("01234567-89ab-7def-8123-45670102020a")));
  CHECK(wire::lies_in({0xA0D, 4'096}, row));
  CHECK_FALSE(wire::lies_in({0xA0C, 4'096}, row));
}

TEST_CASE("checksum: buckets that divide nothing: are not sound") {
  CHECK(wire::is_sound({0, 1}));
  CHECK(wire::is_sound({4'095, 4'096}));
  for (const Bucket& bucket : {Bucket{0, 0}, Bucket{1, 1}, Bucket{0, 3}, Bucket{0, 8'192}, Bucket{8, 8}})
    CHECK_FALSE(wire::is_sound(bucket));
}

// Phones and offices of different versions compare sums: this number never changes.
TEST_CASE("checksum: a row's sum: is frozen") {
  CHECK(wire::row_sum({TableId{7}, id_of("01234567-89ab-7def-8123-456701020a0d")}, small_row()) ==
        0xDFFBD15873D73FC9ULL);
}

TEST_CASE("checksum: any bit of a row's values, versions, id or table: makes another sum") {
  const RowKey key{TableId{7}, id_of("01234567-89ab-7def-8123-456701020a0d")};
  const RowState row = small_row();
  const std::uint64_t sum = wire::row_sum(key, row);
  CHECK(wire::row_sum({TableId{8}, key.row}, row) != sum);
  CHECK(wire::row_sum({key.table, id_of("01234567-89ab-7def-8123-456701020a0c")}, row) != sum);
  RowState other = row;
  other.cells[1].value = std::int64_t{43};
  CHECK(wire::row_sum(key, other) != sum);
  other = row;
  other.cells[0].version.stamp.bits += 1;
  CHECK(wire::row_sum(key, other) != sum);
  other = row;
  other.birth = Birth{2};
  CHECK(wire::row_sum(key, other) != sum);
}
