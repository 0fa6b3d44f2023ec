#include "wire/rows.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "base/limits.hpp"
#include "merge/version_code.hpp"
#include "wire/meta_code.hpp"
#include "wire/value_code.hpp"

namespace doorstep::wire {
namespace {

enum IdForm : std::uint8_t {
  kWholeIds = 0,
  kTimeOrderedIds = 1  ///< Version 7: the times as differences, then the other ten bytes of each.
};
constexpr std::size_t kTailBytes = 10;
constexpr std::uint64_t kTimeMask = 0xFFFF'FFFF'FFFF;

bool is_time_ordered(const RowId& id) { return id.bytes.data[6] >> 4 == 7; }

std::int64_t time_of(const RowId& id) {
  std::int64_t ms = 0;
  for (int i = 0; i < 6; ++i) ms = ms << 8 | id.bytes.data[i];
  return ms;
}

/// The time that a row's own times are near: when its id was made. Rows without one take the row before.
class RowTimes {
 public:
  explicit RowTimes(const std::vector<RowId>& ids)
      : ids_(ids), by_id_(!ids.empty() && std::all_of(ids.begin(), ids.end(), is_time_ordered)) {}

  bool by_id() const { return by_id_; }
  std::int64_t of(std::size_t row, std::int64_t before) const { return by_id_ ? time_of(ids_[row]) : before; }

 private:
  const std::vector<RowId>& ids_;
  bool by_id_;
};

void write_ids(ByteWriter& out, const std::vector<RowId>& ids, bool time_ordered) {
  out.byte(time_ordered ? kTimeOrderedIds : kWholeIds);
  if (!time_ordered) {
    for (const RowId& id : ids) out.raw(id.bytes.data, 16);
    return;
  }
  std::int64_t last = 0;
  for (const RowId& id : ids) {
    out.zigzag(time_of(id) - last);
    last = time_of(id);
  }
  for (const RowId& id : ids) out.raw(id.bytes.data + 6, kTailBytes);
}

void read_ids(ByteReader& in, std::vector<RowId>& ids) {
  const std::uint8_t form = in.byte();
  if (form > kTimeOrderedIds) malformed("unknown form of ids");
  if (form == kWholeIds) {
    for (RowId& id : ids) std::memcpy(id.bytes.data, in.raw(16), 16);
    return;
  }
  std::uint64_t last = 0;
  for (RowId& id : ids) {
    last = (last + static_cast<std::uint64_t>(in.zigzag())) & kTimeMask;
    for (int i = 0; i < 6; ++i) id.bytes.data[i] = static_cast<std::uint8_t>(last >> (40 - 8 * i));
  }
  for (RowId& id : ids) {
    std::memcpy(id.bytes.data + 6, in.raw(kTailBytes), kTailBytes);
    if (!is_time_ordered(id)) malformed("id in the wrong form");
  }
}

/// Actors of a section by number, each with its last group.
struct ActorTrail {
  ActorId actor{};
  std::uint64_t group = 0;
};

class MetaWriter {
 public:
  MetaWriter(ByteWriter& out, const RowTimes& times) : out_(out), times_(times) {}

  void write(const std::vector<std::string>& metas) {
    std::vector<std::pair<std::size_t, Version>> plain;
    for (std::size_t row = 0; row < metas.size(); ++row) {
      const auto version = plain_version(metas[row]);
      out_.varint(version ? 0 : metas[row].size() + 1);
      if (version) plain.emplace_back(row, *version);
    }
    for (const auto& [row, version] : plain) write_name(version.name);
    std::uint32_t last_op = 0;
    for (const auto& [row, version] : plain) {
      out_.zigzag(std::int64_t{version.name.op} - last_op);
      last_op = version.name.op;
    }
    std::int64_t last_ms = 0;
    for (const auto& [row, version] : plain) {
      out_.zigzag(version.stamp.ms() - times_.of(row, last_ms));
      last_ms = version.stamp.ms();
    }
    for (const auto& [row, version] : plain) out_.varint(version.stamp.counter());
    auto next_plain = plain.begin();
    for (std::size_t row = 0; row < metas.size(); ++row) {
      if (next_plain != plain.end() && next_plain->first == row)
        ++next_plain;
      else
        out_.raw(metas[row]);
    }
  }

 private:
  void write_name(const VersionName& name) {
    const auto [at, is_new] = numbers_.emplace(raw(name.actor), trails_.size());
    if (is_new) trails_.push_back({name.actor, 0});
    out_.varint(is_new ? 0 : at->second + 1);
    if (is_new) write_actor(out_, name.actor);
    ActorTrail& trail = trails_[at->second];
    out_.zigzag(static_cast<std::int64_t>(raw(name.group) - trail.group));
    trail.group = raw(name.group);
  }

  ByteWriter& out_;
  const RowTimes& times_;
  std::unordered_map<std::uint64_t, std::size_t> numbers_;
  std::vector<ActorTrail> trails_;
};

class MetaReader {
 public:
  MetaReader(ByteReader& in, const RowTimes& times) : in_(in), times_(times) {}

  void read(std::vector<std::string>& metas) {
    std::vector<std::size_t> sizes(metas.size());
    std::vector<std::pair<std::size_t, Version>> plain;
    for (std::size_t row = 0; row < metas.size(); ++row) {
      sizes[row] = in_.count(in_.left(), 1);
      if (sizes[row] == 0) plain.emplace_back(row, Version{});
    }
    for (auto& [row, version] : plain) read_name(version.name);
    std::uint64_t last_op = 0;
    for (auto& [row, version] : plain) {
      last_op += static_cast<std::uint64_t>(in_.zigzag());
      if (last_op > 0xFFFFFFFF) malformed("number too large");
      version.name.op = static_cast<std::uint32_t>(last_op);
    }
    std::int64_t last_ms = 0;
    for (auto& [row, version] : plain) {
      const std::uint64_t ms =
          static_cast<std::uint64_t>(times_.of(row, last_ms)) + static_cast<std::uint64_t>(in_.zigzag());
      if (ms > kTimeMask) malformed("stamp out of range");
      last_ms = static_cast<std::int64_t>(ms);
      version.stamp.bits = ms << 16;
    }
    for (auto& [row, version] : plain) {
      const std::uint64_t counter = in_.varint();
      if (counter > 0xFFFF) malformed("stamp out of range");
      version.stamp.bits |= counter;
      metas[row] = plain_meta(version);
    }
    for (std::size_t row = 0; row < metas.size(); ++row)
      if (sizes[row] != 0) metas[row] = in_.view(sizes[row] - 1);
  }

 private:
  void read_name(VersionName& name) {
    const std::uint64_t number = in_.varint();
    if (number > trails_.size()) malformed("no such actor");
    if (number == 0) trails_.push_back({read_actor(in_), 0});
    ActorTrail& trail = number == 0 ? trails_.back() : trails_[number - 1];
    trail.group += static_cast<std::uint64_t>(in_.zigzag());
    name.actor = trail.actor;
    name.group = GroupNumber{trail.group};
  }

  ByteReader& in_;
  const RowTimes& times_;
  std::vector<ActorTrail> trails_;
};

}  // namespace

void write_rows(ByteWriter& out, const RowSection& rows, KnownIds& ids) {
  const std::size_t height = rows.ids.size();
  const std::size_t width = rows.columns.size();
  ensure(rows.values.size() == height * width, "a section has one value a row and column");
  ensure(rows.metas.size() == height, "a section has one metadata a row");
  out.varint(raw(rows.table));
  out.varint(width);
  for (const ColumnId column : rows.columns) out.varint(raw(column));
  out.varint(height);
  const RowTimes times(rows.ids);
  write_ids(out, rows.ids, times.by_id());
  for (const RowId& id : rows.ids) ids.add(id);
  std::string bodies;
  for (std::size_t column = 0; column < width; ++column) {
    bodies.clear();
    ByteWriter body(bodies);
    WriteContext context;
    context.ids = &ids;
    for (std::size_t row = 0; row < height; ++row) {
      context.time_ms = times.of(row, context.time_ms);
      write_value(out, body, rows.values[row * width + column], context);
    }
    out.text(bodies);
  }
  MetaWriter(out, times).write(rows.metas);
}

void read_rows(ByteReader& in, RowSection& rows, IdList& ids, std::size_t& cells_left) {
  rows.table = TableId{in.varint32()};
  const std::size_t width = in.count(limits::kColumns, 1);
  for (std::size_t i = 0; i < width; ++i) rows.columns.push_back(ColumnId{in.varint32()});
  const std::size_t height = in.count(limits::kSequence, 1 + kTailBytes + width + 1);
  if (width * height > cells_left) malformed("too many cells");
  cells_left -= width * height;
  rows.ids.resize(height);
  read_ids(in, rows.ids);
  const RowTimes times(rows.ids);
  ids.insert(ids.end(), rows.ids.begin(), rows.ids.end());
  rows.values.resize(width * height);
  for (std::size_t column = 0; column < width; ++column) {
    ByteReader tags(in.view(height));
    ByteReader bodies(in.text());
    ReadContext context;
    context.ids = &ids;
    for (std::size_t row = 0; row < height; ++row) {
      context.time_ms = times.of(row, context.time_ms);
      read_value(tags, bodies, rows.values[row * width + column], context);
    }
    bodies.finish();
  }
  rows.metas.resize(height);
  MetaReader(in, times).read(rows.metas);
}

}  // namespace doorstep::wire
