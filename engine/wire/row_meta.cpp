#include "wire/row_meta.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "base/limits.hpp"
#include "merge/version_code.hpp"
#include "wire/cell_parts.hpp"
#include "wire/meta_code.hpp"
#include "wire/value_code.hpp"

// Bytes of `_meta` and of whole rows (docs/store.md, "Row metadata"). They live in databases: a change of
// layout is a new format byte, and the old one decodes for ever.
namespace doorstep::wire {
namespace {

constexpr std::uint8_t kMetaFormat = 1;
constexpr std::uint8_t kRowFormat = 1;

enum MetaFlag : std::uint8_t {
  kHasBirth = 0x01,      ///< Other than 1.
  kManyVersions = 0x02,  ///< Not exactly one.
  kHasRounds = 0x04,
  kHasExceptions = 0x08,
  kHasDeaths = 0x10,
  kAllFlags = 0x1F
};

/// A cell that the implicit rule does not describe.
struct Exception {
  ColumnId column{};
  std::size_t version = 0;
  bool contested = false;
  std::vector<std::size_t> agreeing;
  CellParts parts;
};

/// `_meta` as it is stored, before it meets a table and values.
struct Meta {
  Birth birth{};
  std::vector<Version> versions;
  std::vector<Exception> exceptions;  ///< In column order.
  std::vector<Death> deaths;
};

bool can_be_implicit(const Table& table, const Cell& cell) {
  return !cell.contested && cell.agreeing.empty() && !is_null(cell.value) &&
         std::holds_alternative<std::monostate>(cell.parts) && table.position(cell.column) >= 0;
}

/// The version that most cells have among those that need not be listed; the first of equals.
const Version* implicit_version(const Table& table, const RowState& row) {
  const Version* best = nullptr;
  std::size_t best_count = 0;
  for (const Cell& candidate : row.cells) {
    if (!can_be_implicit(table, candidate) || (best != nullptr && candidate.version == *best)) continue;
    std::size_t count = 0;
    for (const Cell& cell : row.cells)
      if (can_be_implicit(table, cell) && cell.version == candidate.version) ++count;
    if (count > best_count) {
      best = &candidate.version;
      best_count = count;
    }
  }
  return best;
}

Meta make_meta(const Table& table, const RowState& row) {
  Meta meta;
  meta.birth = row.birth;
  meta.deaths = row.deaths;
  const Version* implicit = implicit_version(table, row);
  if (implicit != nullptr) meta.versions.push_back(*implicit);
  for (const Cell& cell : row.cells) {
    if (implicit != nullptr && can_be_implicit(table, cell) && cell.version == *implicit) continue;
    Exception exception{
        cell.column, version_index(meta.versions, cell.version), cell.contested, {}, cell.parts};
    index_versions(meta.versions, cell.parts);
    for (const Version& version : cell.agreeing)
      exception.agreeing.push_back(version_index(meta.versions, version));
    meta.exceptions.push_back(std::move(exception));
  }
  return meta;
}

bool any_round(const std::vector<Version>& versions) {
  return std::any_of(versions.begin(), versions.end(), [](const Version& v) { return v.round != 0; });
}

void write_deaths(ByteWriter& out, const std::vector<Death>& deaths) {
  out.varint(deaths.size());
  for (const Death& death : deaths) {
    write_version(out, death.version);
    out.varint(death.seen.size() << 2 | (death.overruled ? 2U : 0U) | (death.wins ? 1U : 0U));
    for (const VersionName& name : death.seen) write_name(out, name);
  }
}

std::vector<Death> read_deaths(ByteReader& in) {
  std::vector<Death> deaths(in.count(limits::kSequence, kLeastVersionBytes + 1));
  for (std::size_t d = 0; d < deaths.size(); ++d) {
    Death& death = deaths[d];
    death.version = read_version(in);
    if (d > 0 && !(deaths[d - 1].version < death.version)) malformed("deletes out of order");
    const std::uint64_t head = in.varint();
    death.wins = (head & 1) != 0;
    death.overruled = (head & 2) != 0;
    if (head >> 2 > in.left() / kLeastNameBytes) malformed("count beyond the bytes left");
    for (std::uint64_t i = 0; i < head >> 2; ++i) {
      death.seen.push_back(read_name(in));
      if (i > 0 && !(death.seen[i - 1] < death.seen[i])) malformed("seen versions out of order");
    }
  }
  return deaths;
}

void write_exceptions(ByteWriter& out, Meta& meta) {
  out.varint(meta.exceptions.size());
  std::uint64_t next = 0;
  for (const Exception& exception : meta.exceptions) {
    ensure(raw(exception.column) >= next, "a row's cells are in column order");
    out.varint(raw(exception.column) - next);
    next = std::uint64_t{raw(exception.column)} + 1;
    const bool has_parts = !std::holds_alternative<std::monostate>(exception.parts);
    out.varint(exception.version << 3 | (has_parts ? 4U : 0U) | (exception.contested ? 2U : 0U) |
               (exception.agreeing.empty() ? 0U : 1U));
    if (!exception.agreeing.empty()) {
      out.varint(exception.agreeing.size());
      for (const std::size_t version : exception.agreeing) out.varint(version);
    }
    if (has_parts) write_parts(out, exception.parts, meta.versions);
  }
}

std::size_t read_version_index(std::uint64_t index, const Meta& meta) {
  if (index >= meta.versions.size()) malformed("version refers to nothing");
  return static_cast<std::size_t>(index);
}

/// What is listed of a row, with the values that `value_of` has of columns.
template <typename ValueOf>
void read_exceptions(ByteReader& in, Meta& meta, ValueOf value_of) {
  const std::size_t count = in.count(limits::kSequence, 2);
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t column = next + in.varint32();
    if (column > 0xFFFFFFFF) malformed("column out of range");
    next = column + 1;
    Exception exception;
    exception.column = ColumnId{static_cast<std::uint32_t>(column)};
    const std::uint64_t head = in.varint();
    exception.version = read_version_index(head >> 3, meta);
    exception.contested = (head & 2) != 0;
    const std::size_t agreeing = (head & 1) != 0 ? in.count(limits::kSequence, 1) : 0;
    for (std::size_t a = 0; a < agreeing; ++a)
      exception.agreeing.push_back(read_version_index(in.varint(), meta));
    if ((head & 4) != 0) exception.parts = read_parts(in, meta.versions, value_of(exception.column));
    meta.exceptions.push_back(std::move(exception));
  }
}

std::uint8_t read_head(ByteReader& in, Birth& birth) {
  if (in.byte() != kMetaFormat) malformed("unknown row metadata format");
  const std::uint8_t flags = in.byte();
  if ((flags & ~kAllFlags) != 0) malformed("unknown row metadata flag");
  birth = (flags & kHasBirth) != 0 ? Birth{in.varint32()} : Birth{1};
  return flags;
}

Version read_compact_version(ByteReader& in, std::uint8_t flags) {
  Version version;
  version.name = read_name(in);
  version.stamp = read_stamp(in);
  if ((flags & kHasRounds) != 0) version.round = in.varint32();
  return version;
}

void write_meta(ByteWriter& out, Meta meta) {
  const bool rounds = any_round(meta.versions);
  std::uint8_t flags = 0;
  if (meta.birth != Birth{1}) flags |= kHasBirth;
  if (meta.versions.size() != 1) flags |= kManyVersions;
  if (rounds) flags |= kHasRounds;
  if (!meta.exceptions.empty()) flags |= kHasExceptions;
  if (!meta.deaths.empty()) flags |= kHasDeaths;
  out.byte(kMetaFormat);
  out.byte(flags);
  if ((flags & kHasBirth) != 0) out.varint(raw(meta.birth));
  if ((flags & kManyVersions) != 0) out.varint(meta.versions.size());
  for (const Version& version : meta.versions) {
    write_name(out, version.name);
    write_stamp(out, version.stamp);
    if (rounds) out.varint(version.round);
  }
  if (!meta.exceptions.empty()) write_exceptions(out, meta);
  if (!meta.deaths.empty()) write_deaths(out, meta.deaths);
}

template <typename ValueOf>
Meta read_meta(ByteReader& in, ValueOf value_of) {
  Meta meta;
  const std::uint8_t flags = read_head(in, meta.birth);
  const std::size_t versions =
      (flags & kManyVersions) != 0 ? in.count(limits::kSequence, kLeastVersionBytes - 1) : 1;
  for (std::size_t i = 0; i < versions; ++i) meta.versions.push_back(read_compact_version(in, flags));
  if ((flags & kHasExceptions) != 0) read_exceptions(in, meta, value_of);
  if ((flags & kHasDeaths) != 0) meta.deaths = read_deaths(in);
  in.finish();
  return meta;
}

Cell exceptional_cell(const Meta& meta, const Exception& exception, Value value) {
  Cell cell{exception.column, meta.versions[exception.version], std::move(value), exception.contested, {},
            exception.parts};
  for (const std::size_t version : exception.agreeing) cell.agreeing.push_back(meta.versions[version]);
  return cell;
}

/// Merges the listed cells with those that the implicit rule gives; both are in column order.
RowState with_values(const Table& table, const Meta& meta, const std::vector<Value>& values) {
  RowState row{meta.birth, {}, meta.deaths, {}};
  auto listed = meta.exceptions.begin();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const ColumnId column = table.columns[i].id;
    for (; listed != meta.exceptions.end() && listed->column < column; ++listed)
      row.cells.push_back(exceptional_cell(meta, *listed, {}));
    if (listed != meta.exceptions.end() && listed->column == column) {
      row.cells.push_back(exceptional_cell(meta, *listed++, values[i]));
    } else if (!is_null(values[i])) {
      if (meta.versions.empty()) malformed("a value without a version");
      row.cells.push_back({column, meta.versions.front(), values[i], false, {}});
    }
  }
  for (; listed != meta.exceptions.end(); ++listed) row.cells.push_back(exceptional_cell(meta, *listed, {}));
  return row;
}

void write_names(ByteWriter& out, const std::vector<VersionName>& names) {
  out.varint(names.size());
  for (const VersionName& name : names) write_name(out, name);
}

std::vector<VersionName> read_names(ByteReader& in) {
  std::vector<VersionName> names;
  const std::size_t count = in.count(limits::kSequence, kLeastNameBytes);
  names.reserve(count);
  for (std::size_t i = 0; i < count; ++i) names.push_back(read_name(in));
  return names;
}

void write_cell(ByteWriter& out, const Cell& cell, WriteContext& context) {
  out.varint(raw(cell.column));
  write_version(out, cell.version);
  out.byte(cell.contested ? 1 : 0);
  out.varint(cell.agreeing.size());
  for (const Version& version : cell.agreeing) write_version(out, version);
  write_value(out, out, cell.value, context);
  std::vector<Version> versions;
  const bool has_parts = !std::holds_alternative<std::monostate>(cell.parts);
  out.byte(has_parts ? 1 : 0);
  if (!has_parts) return;
  index_versions(versions, cell.parts);
  out.varint(versions.size());
  for (const Version& version : versions) write_version(out, version);
  write_parts(out, cell.parts, versions);
}

bool read_truth(ByteReader& in) {
  const std::uint8_t truth = in.byte();
  if (truth > 1) malformed("neither true nor false");
  return truth == 1;
}

Cell read_cell(ByteReader& in, ReadContext& context) {
  Cell cell;
  cell.column = ColumnId{in.varint32()};
  cell.version = read_version(in);
  cell.contested = read_truth(in);
  const std::size_t agreeing = in.count(limits::kSequence, kLeastVersionBytes);
  for (std::size_t i = 0; i < agreeing; ++i) cell.agreeing.push_back(read_version(in));
  read_value(in, in, cell.value, context);
  if (!read_truth(in)) return cell;
  std::vector<Version> versions(in.count(limits::kSequence, kLeastVersionBytes));
  for (Version& version : versions) version = read_version(in);
  cell.parts = read_parts(in, versions, &cell.value);
  return cell;
}

void write_loser(ByteWriter& out, const Loser& loser, WriteContext& context) {
  out.byte(static_cast<std::uint8_t>(loser.kind));
  out.varint(raw(loser.birth));
  out.varint(raw(loser.column));
  write_version(out, loser.head.version);
  write_names(out, loser.head.bases);
  write_value(out, out, loser.head.value, context);
}

Loser read_loser(ByteReader& in, ReadContext& context) {
  Loser loser;
  const std::uint8_t kind = in.byte();
  if (kind < 1 || kind > 5) malformed("unknown kind of loser");
  loser.kind = static_cast<LoserKind>(kind);
  loser.birth = Birth{in.varint32()};
  loser.column = ColumnId{in.varint32()};
  loser.head.version = read_version(in);
  loser.head.bases = read_names(in);
  read_value(in, in, loser.head.value, context);
  return loser;
}

RowState read_row(ByteReader& in) {
  RowState row;
  ReadContext context;
  if (in.byte() != kRowFormat) malformed("unknown row format");
  row.birth = Birth{in.varint32()};
  const std::size_t cells = in.count(limits::kSequence, kLeastVersionBytes + 5);
  for (std::size_t i = 0; i < cells; ++i) {
    row.cells.push_back(read_cell(in, context));
    if (i > 0 && row.cells[i - 1].column >= row.cells[i].column) malformed("columns out of order");
  }
  row.deaths = read_deaths(in);
  const std::size_t losers = in.count(limits::kSequence, kLeastVersionBytes + 5);
  for (std::size_t i = 0; i < losers; ++i) row.losers.push_back(read_loser(in, context));
  in.finish();
  return row;
}

}  // namespace

std::string encode_meta(const Table& table, const RowState& row) {
  std::string bytes;
  ByteWriter out(bytes);
  write_meta(out, make_meta(table, row));
  return bytes;
}

Result<RowState> decode_meta(const Table& table, std::string_view meta, const std::vector<Value>& values) {
  ensure(values.size() == table.columns.size(), "a row has one value a column");
  return decoding([&] {
    ByteReader in(meta);
    const auto value_of = [&](ColumnId column) -> const Value* {
      const int at = table.position(column);
      return at < 0 ? nullptr : &values[static_cast<std::size_t>(at)];
    };
    return with_values(table, read_meta(in, value_of), values);
  });
}

Result<Birth> decode_birth(std::string_view meta) {
  return decoding([&] {
    ByteReader in(meta);
    Birth birth{};
    read_head(in, birth);
    return birth;
  });
}

std::optional<Version> sole_version(std::string_view meta) {
  const auto version = decoding([&]() -> std::optional<Version> {
    ByteReader in(meta);
    Birth birth{};
    const std::uint8_t flags = read_head(in, birth);
    if ((flags & (kManyVersions | kHasExceptions | kHasDeaths)) != 0) return std::nullopt;
    const Version sole = read_compact_version(in, flags);
    in.finish();
    return sole;
  });
  return version ? *version : std::nullopt;
}

std::optional<Version> plain_version(std::string_view meta) {
  if (meta.size() < 2 || meta[0] != kMetaFormat || meta[1] != 0) return std::nullopt;
  return sole_version(meta);
}

std::string plain_meta(const Version& version) {
  std::string bytes;
  ByteWriter out(bytes);
  out.byte(kMetaFormat);
  out.byte(0);
  write_name(out, version.name);
  write_stamp(out, version.stamp);
  return bytes;
}

std::string encode_row(const RowState& row) {
  std::string bytes;
  ByteWriter out(bytes);
  WriteContext context;
  out.byte(kRowFormat);
  out.varint(raw(row.birth));
  out.varint(row.cells.size());
  for (const Cell& cell : row.cells) write_cell(out, cell, context);
  write_deaths(out, row.deaths);
  out.varint(row.losers.size());
  for (const Loser& loser : row.losers) write_loser(out, loser, context);
  return bytes;
}

Result<RowState> decode_row(std::string_view bytes) {
  return decoding([&] {
    ByteReader in(bytes);
    return read_row(in);
  });
}

std::vector<Value> values_of(const Table& table, const RowState& row) {
  std::vector<Value> values(table.columns.size());
  for (const Cell& cell : row.cells) {
    const int at = table.position(cell.column);
    if (at >= 0) values[static_cast<std::size_t>(at)] = cell.value;
  }
  return values;
}

}  // namespace doorstep::wire
