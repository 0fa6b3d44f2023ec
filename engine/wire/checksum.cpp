#include "wire/checksum.hpp"

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::wire {

bool is_sound(const Bucket& bucket) {
  return bucket.of != 0 && (bucket.of & (bucket.of - 1)) == 0 && bucket.of <= kMostBuckets &&
         bucket.number < bucket.of;
}

bool lies_in(const Bucket& bucket, const RowId& row) {
  std::uint32_t tail = 0;
  for (int i = 12; i < 16; ++i) tail = (tail << 8) | row.bytes.data[i];
  return tail % bucket.of == bucket.number;
}

std::uint64_t row_sum(const RowKey& key, const RowState& row) {
  std::string bytes;
  ByteWriter out(bytes);
  out.varint(raw(key.table));
  out.raw(key.row.bytes.data, 16);
  out.raw(encode_row(row));
  const Digest digest = sha256(bytes);
  std::uint64_t sum = 0;
  for (int i = 7; i >= 0; --i) sum = (sum << 8) | digest[static_cast<std::size_t>(i)];
  return sum;
}

}  // namespace doorstep::wire
