#include <algorithm>
#include <map>

#include "base/ensure.hpp"
#include "base/limits.hpp"
#include "merge/version_code.hpp"
#include "wire/codec.hpp"
#include "wire/value_code.hpp"

// Bytes of a change group (docs/wire.md, "Groups"). They are immutable and hashed, so the layout below is
// frozen: a change of it is a new format byte, and the old one decodes for ever.
namespace doorstep::wire {
namespace {

constexpr std::uint8_t kGroupFormat = 1;

enum HeaderFlag : std::uint8_t {
  kInDoubt = 0x01,
  kHasRightsEpoch = 0x02,
  kHasCounter = 0x04,
  kHasOfficeTime = 0x08,
  kMonotonicIsAge = 0x10,  ///< The time since contact is exactly stamp - office time.
  kHasMonotonic = 0x20,    ///< Known, but something else.
  kHasDepends = 0x40,
  kManyOps = 0x80  ///< Not exactly one.
};

enum OpFlag : std::uint8_t {
  kKindMask = 0x03,
  kHasBirth = 0x04,     ///< Other than 1.
  kIdNearStamp = 0x08,  ///< A time-ordered id made at about the stamp's time.
  kCellMask = 0x10,     ///< Cells without bases and rounds: a bit mask of columns, then values.
  kCellList = 0x20,
  kHasSeen = 0x40,
  kSameTable = 0x80  ///< As the op before.
};

constexpr std::size_t kLeastOpBytes = 12;
constexpr std::int64_t kNearMs = std::int64_t{1} << 27;
constexpr std::uint64_t kManyBases = 3;

/// The versions a group names share few (actor, group) pairs: each is spelled out once, then numbered.
class NameWriter {
 public:
  NameWriter(ByteWriter& out, const Group& group) : out_(out), group_(group) {}

  void write(const VersionName& name) {
    const std::uint64_t has_op = name.op != 0 ? 1 : 0;
    const auto [at, is_new] = known_.emplace(std::make_pair(name.actor, name.group), known_.size());
    if (!is_new) {
      out_.varint((at->second + 2) << 1 | has_op);
    } else if (name.actor == group_.actor) {
      out_.varint(1 << 1 | has_op);
      out_.zigzag(static_cast<std::int64_t>(raw(group_.number) - raw(name.group)));
    } else {
      out_.varint(has_op);
      write_actor(out_, name.actor);
      out_.varint(raw(name.group));
    }
    if (has_op != 0) out_.varint(name.op);
  }

 private:
  ByteWriter& out_;
  const Group& group_;
  std::map<std::pair<ActorId, GroupNumber>, std::uint64_t> known_;
};

class NameReader {
 public:
  NameReader(ByteReader& in, const Group& group) : in_(in), group_(group) {}

  VersionName read() {
    const std::uint64_t head = in_.varint();
    VersionName name;
    if (head >> 1 >= 2) {
      const std::uint64_t index = (head >> 1) - 2;
      if (index >= known_.size()) malformed("version refers to nothing");
      name.actor = known_[index].first;
      name.group = known_[index].second;
    } else {
      if (head >> 1 == 1) {
        name.actor = group_.actor;
        name.group = GroupNumber{raw(group_.number) - static_cast<std::uint64_t>(in_.zigzag())};
      } else {
        name.actor = read_actor(in_);
        name.group = GroupNumber{in_.varint()};
      }
      known_.emplace_back(name.actor, name.group);
    }
    if ((head & 1) != 0) {
      name.op = in_.varint32();
      if (name.op == 0) malformed("padded version");
    }
    return name;
  }

 private:
  ByteReader& in_;
  const Group& group_;
  std::vector<std::pair<ActorId, GroupNumber>> known_;
};

/// Differences wrap around, so that any two 64-bit times have one and it comes back exactly.
std::int64_t difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

std::int64_t leading_ms(const std::uint8_t* id) {
  std::int64_t ms = 0;
  for (int i = 0; i < 6; ++i) ms = ms << 8 | id[i];
  return ms;
}

class GroupWriter {
 public:
  GroupWriter(std::string& bytes, const Group& group) : out_(bytes), group_(group), names_(out_, group) {
    context_.time_ms = group.stamp.ms();
  }

  void write() {
    header();
    if (group_.ops.size() != 1) out_.varint(group_.ops.size());
    for (const Op& op : group_.ops) write_op(op);
    if (group_.salt) out_.raw(group_.salt->data(), group_.salt->size());
  }

 private:
  void header() {
    const std::int64_t age_ms = difference(group_.stamp.ms(), group_.office_time_ms);
    std::uint8_t flags = 0;
    if (group_.clock_in_doubt) flags |= kInDoubt;
    if (group_.rights_epoch != 0) flags |= kHasRightsEpoch;
    if (group_.stamp.counter() != 0) flags |= kHasCounter;
    if (group_.office_time_ms != 0) flags |= kHasOfficeTime;
    if (group_.monotonic_since_ms != -1)
      flags |= group_.monotonic_since_ms == age_ms ? kMonotonicIsAge : kHasMonotonic;
    if (!group_.depends.empty()) flags |= kHasDepends;
    if (group_.ops.size() != 1) flags |= kManyOps;
    out_.byte(kGroupFormat);
    out_.byte(flags);
    // What the groups of a push have in common comes first and in one piece: zstd finds it again.
    write_actor(out_, group_.actor);
    out_.varint(raw(group_.pack));
    if ((flags & kHasRightsEpoch) != 0) out_.varint(group_.rights_epoch);
    if ((flags & kHasOfficeTime) != 0) out_.zigzag(group_.office_time_ms);
    out_.varint(raw(group_.number));
    out_.zigzag(age_ms);
    if ((flags & kHasCounter) != 0) out_.varint(group_.stamp.counter());
    if ((flags & kHasMonotonic) != 0) out_.zigzag(difference(group_.monotonic_since_ms, age_ms));
    if ((flags & kHasDepends) != 0) write_depends();
  }

  void write_depends() {
    out_.varint(group_.depends.size());
    for (const GroupNumber number : group_.depends)
      out_.zigzag(static_cast<std::int64_t>(raw(group_.number) - raw(number)));
  }

  void write_op(const Op& op) {
    const std::int64_t id_offset = difference(leading_ms(op.key.row.bytes.data), group_.stamp.ms());
    const std::uint64_t mask = column_mask(op);
    auto head = static_cast<std::uint8_t>(op.kind);
    if (op.birth != Birth{1}) head |= kHasBirth;
    if (id_offset > -kNearMs && id_offset < kNearMs) head |= kIdNearStamp;
    if (!op.cells.empty()) head |= mask != 0 ? kCellMask : kCellList;
    if (!op.seen.empty()) head |= kHasSeen;
    if (op.key.table == table_) head |= kSameTable;
    out_.byte(head);
    if ((head & kSameTable) == 0) out_.varint(raw(op.key.table));
    table_ = op.key.table;
    const std::size_t timed = (head & kIdNearStamp) != 0 ? 6 : 0;
    if (timed != 0) out_.zigzag(id_offset);
    out_.raw(op.key.row.bytes.data + timed, 16 - timed);
    if ((head & kHasBirth) != 0) out_.varint(raw(op.birth));
    if ((head & kCellMask) != 0) write_masked_cells(op, mask);
    if ((head & kCellList) != 0) write_listed_cells(op);
    if ((head & kHasSeen) != 0) {
      out_.varint(op.seen.size());
      for (const VersionName& name : op.seen) names_.write(name);
    }
  }

  /// Bit n for column n + 1; 0 when the cells need the list form.
  static std::uint64_t column_mask(const Op& op) {
    std::uint64_t mask = 0;
    for (const CellWrite& cell : op.cells) {
      const std::uint32_t column = raw(cell.column);
      if (column == 0 || column > 56 || cell.round != 0 || !cell.bases.empty()) return 0;
      mask |= std::uint64_t{1} << (column - 1);
    }
    // Seven columns a byte: a lone high column is shorter in a list.
    return mask >> (7 * op.cells.size()) != 0 ? 0 : mask;
  }

  void write_masked_cells(const Op& op, std::uint64_t mask) {
    out_.varint(mask);
    ColumnId last{};
    for (const CellWrite& cell : op.cells) {
      ensure(last < cell.column, "a group's cells are in column order");
      last = cell.column;
      write_value(out_, out_, cell.value, context_);
    }
  }

  void write_listed_cells(const Op& op) {
    out_.varint(op.cells.size());
    std::uint64_t next = 0;
    for (const CellWrite& cell : op.cells) {
      ensure(raw(cell.column) >= next, "a group's cells are in column order");
      const std::uint64_t bases = std::min<std::uint64_t>(cell.bases.size(), kManyBases);
      out_.varint((raw(cell.column) - next) << 3 | (cell.round != 0 ? 4U : 0U) | bases);
      next = std::uint64_t{raw(cell.column)} + 1;
      if (cell.round != 0) out_.varint(cell.round);
      if (bases == kManyBases) out_.varint(cell.bases.size());
      for (const VersionName& name : cell.bases) names_.write(name);
      write_value(out_, out_, cell.value, context_);
    }
  }

  ByteWriter out_;
  const Group& group_;
  NameWriter names_;
  WriteContext context_;
  TableId table_{};
};

class GroupReader {
 public:
  explicit GroupReader(std::string_view bytes) : in_(bytes), names_(in_, group_) {}

  Group read() {
    const std::uint8_t flags = header();
    const std::size_t ops = (flags & kManyOps) != 0 ? in_.count(limits::kGroupOps, kLeastOpBytes) : 1;
    if (ops == 1 && (flags & kManyOps) != 0) malformed("padded group");
    context_.time_ms = group_.stamp.ms();
    for (std::size_t i = 0; i < ops; ++i) group_.ops.push_back(read_op());
    if (!in_.done()) std::memcpy(group_.salt.emplace().data(), in_.raw(16), 16);
    in_.finish();
    return std::move(group_);
  }

 private:
  std::uint8_t header() {
    if (in_.byte() != kGroupFormat) malformed("unknown group format");
    const std::uint8_t flags = in_.byte();
    group_.clock_in_doubt = (flags & kInDoubt) != 0;
    group_.actor = read_actor(in_);
    group_.pack = PackVersion{in_.varint32()};
    if ((flags & kHasRightsEpoch) != 0) group_.rights_epoch = in_.varint32();
    if ((flags & kHasOfficeTime) != 0) group_.office_time_ms = in_.zigzag();
    group_.number = GroupNumber{in_.varint()};
    const std::int64_t age_ms = in_.zigzag();
    const std::int64_t ms = sum(group_.office_time_ms, age_ms);
    const std::uint64_t counter = (flags & kHasCounter) != 0 ? in_.varint() : 0;
    if (ms < 0 || ms >> 48 != 0 || counter > 0xFFFF) malformed("stamp out of range");
    group_.stamp = Stamp{static_cast<std::uint64_t>(ms) << 16 | counter};
    group_.monotonic_since_ms = -1;
    if ((flags & kMonotonicIsAge) != 0) group_.monotonic_since_ms = age_ms;
    if ((flags & kHasMonotonic) != 0) group_.monotonic_since_ms = sum(in_.zigzag(), age_ms);
    if ((flags & kHasDepends) != 0) read_depends();
    return flags;
  }

  void read_depends() {
    const std::size_t count = in_.count(limits::kSequence, 1);
    for (std::size_t i = 0; i < count; ++i)
      group_.depends.push_back(GroupNumber{raw(group_.number) - static_cast<std::uint64_t>(in_.zigzag())});
  }

  Op read_op() {
    Op op;
    const std::uint8_t head = in_.byte();
    if ((head & kKindMask) == 0) malformed("unknown kind of change");
    if ((head & kCellMask) != 0 && (head & kCellList) != 0) malformed("cells in two forms");
    op.kind = static_cast<OpKind>(head & kKindMask);
    if ((head & kSameTable) == 0) table_ = TableId{in_.varint32()};
    op.key = {table_, read_id((head & kIdNearStamp) != 0)};
    if ((head & kHasBirth) != 0) op.birth = Birth{in_.varint32()};
    if ((head & kCellMask) != 0) read_masked_cells(op);
    if ((head & kCellList) != 0) read_listed_cells(op);
    if ((head & kHasSeen) != 0) read_seen(op);
    return op;
  }

  RowId read_id(bool near_stamp) {
    RowId id;
    if (!near_stamp) {
      std::memcpy(id.bytes.data, in_.raw(16), 16);
      return id;
    }
    const std::int64_t ms = sum(group_.stamp.ms(), in_.zigzag());
    if (ms < 0 || ms >> 48 != 0) malformed("id out of range");
    for (int i = 0; i < 6; ++i) id.bytes.data[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    std::memcpy(id.bytes.data + 6, in_.raw(10), 10);
    return id;
  }

  void read_masked_cells(Op& op) {
    std::uint64_t mask = in_.varint();
    if (mask == 0) malformed("no cells");
    for (std::uint32_t column = 1; mask != 0; ++column, mask >>= 1) {
      if ((mask & 1) == 0) continue;
      op.cells.emplace_back();
      op.cells.back().column = ColumnId{column};
      read_value(in_, in_, op.cells.back().value, context_);
    }
  }

  void read_listed_cells(Op& op) {
    const std::size_t count = in_.count(limits::kColumns, 2);
    std::uint64_t next = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t head = in_.varint();
      const std::uint64_t column = next + (head >> 3);
      if (head >> 35 != 0 || column > 0xFFFFFFFF) malformed("column out of range");
      next = column + 1;
      CellWrite cell;
      cell.column = ColumnId{static_cast<std::uint32_t>(column)};
      if ((head & 4) != 0) cell.round = in_.varint32();
      std::size_t bases = head & kManyBases;
      if (bases == kManyBases) bases = in_.count(limits::kSeenVersions, 1);
      cell.bases.reserve(bases);
      for (std::size_t b = 0; b < bases; ++b) cell.bases.push_back(names_.read());
      read_value(in_, in_, cell.value, context_);
      op.cells.push_back(std::move(cell));
    }
    if (op.cells.empty()) malformed("no cells");
  }

  void read_seen(Op& op) {
    const std::size_t count = in_.count(limits::kSeenVersions, 1);
    op.seen.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      op.seen.push_back(names_.read());
      if (i > 0 && !(op.seen[i - 1] < op.seen[i])) malformed("seen versions out of order");
    }
    if (op.seen.empty()) malformed("nothing seen");
  }

  ByteReader in_;
  Group group_;
  NameReader names_;
  ReadContext context_;
  TableId table_{};
};

}  // namespace

std::string encode_group(const Group& group) {
  std::string bytes;
  GroupWriter(bytes, group).write();
  return bytes;
}

Result<Group> decode_group(std::string_view bytes) {
  if (bytes.size() > limits::kGroupBytes) return fail_format("a change group past the size limit");
  return decoding([&] { return GroupReader(bytes).read(); });
}

}  // namespace doorstep::wire
