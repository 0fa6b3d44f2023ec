#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/id.hpp"
#include "merge/row.hpp"
#include "unit/draw.hpp"
#include "wire/codec.hpp"
#include "wire/messages.hpp"
#include "wire/row_meta.hpp"

/// Random messages, with the edges that formats trip over.
namespace doorstep::test {

inline std::uint64_t some_u64(Draw& draw) {
  const std::uint64_t edges[] = {
      0, 1, 127, 128, 16'383, 16'384, UINT32_MAX, UINT64_MAX, std::uint64_t{1} << 53};
  return draw.chance(40) ? draw.pick(edges) : draw.below(1'000'000);
}
inline std::uint32_t some_u32(Draw& draw) { return static_cast<std::uint32_t>(some_u64(draw)); }
inline std::int64_t some_i64(Draw& draw) {
  const std::int64_t edges[] = {0, -1, 95, 96, -16, -17, INT64_MAX, INT64_MIN, -(std::int64_t{1} << 53)};
  return draw.chance(40) ? draw.pick(edges) : static_cast<std::int64_t>(draw.below(2'000'000)) - 1'000'000;
}
inline RowId some_id(Draw& draw) {
  std::uint8_t entropy[16];
  for (std::uint8_t& byte : entropy) byte = static_cast<std::uint8_t>(draw.below(256));
  if (draw.chance(50)) return make_time_ordered_id(1'795'309'323'004 + draw.below(100'000), entropy);
  RowId id;
  std::copy(entropy, entropy + 16, id.bytes.data);
  return id;
}
template <std::size_t N>
void fill(Draw& draw, std::array<std::uint8_t, N>& bytes) {
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(draw.below(256));
}
inline Stamp some_stamp(Draw& draw) {
  if (draw.chance(10)) return Stamp{some_u64(draw)};
  return Stamp{((1'795'309'323'004 + draw.below(1'000'000)) << 16) +
               (draw.chance(20) ? draw.below(70'000) : 0)};
}
inline std::string some_bytes(Draw& draw, std::size_t longest) {
  std::string bytes(draw.below(longest + 1), '\0');
  for (char& c : bytes) c = static_cast<char>(draw.below(256));
  return bytes;
}
inline std::string some_text(Draw& draw) {
  const char* const texts[] = {"",  "一楼东户", "3栋2单元1501",
                               "a", "emoji 🏠",  "line\nbreak \"quoted\" \\ \t"};
  return draw.pick(texts);
}
/// Text that is, or is nearly, an id, a time or a date.
inline std::string some_lookalike(Draw& draw) {
  std::string text = draw.pick(std::vector<std::string>{
      "018f3a5e-7c3b-7def-8123-456789abcdef", "2026-11-22T01:02:03.004Z", "2026-11-22", "0000-01-01",
      "9999-12-31", "0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "2024-02-29", "2026-02-29",
      "2026-11-22T24:00:00.000Z", "2026-11-22T01:02:03.004z", "018F3A5E-7C3B-7DEF-8123-456789ABCDEF",
      "1900-02-29", "2000-02-29"});
  if (draw.chance(40)) text[draw.below(text.size())] = static_cast<char>(draw.below(128));
  return text;
}
inline Value some_value(Draw& draw) {
  switch (draw.below(8)) {
    case 0:
      return Value{};
    case 1:
      return some_i64(draw);
    case 2: {
      const double edges[] = {
          0.0, -0.0, 1.5, 2.0, 1e300, -1e-300, std::numeric_limits<double>::infinity(), std::nan(""), 0.1};
      return draw.pick(edges);
    }
    case 3:
      return some_text(draw);
    case 4:
      return some_bytes(draw, 200);
    case 5: {
      const std::string bytes = some_bytes(draw, 40);
      return Bytes(bytes.begin(), bytes.end());
    }
    default:
      return some_lookalike(draw);
  }
}

inline VersionName some_name(Draw& draw) {
  return {make_actor(1 + some_u32(draw) % 3, 1 + static_cast<std::uint32_t>(draw.below(4))),
          GroupNumber{draw.chance(10) ? some_u64(draw) : 1 + draw.below(6)},
          draw.chance(30) ? some_u32(draw) : 0};
}
inline std::vector<VersionName> some_names(Draw& draw, std::size_t most) {
  std::vector<VersionName> names(draw.below(most + 1));
  for (VersionName& name : names) name = some_name(draw);
  return names;
}
inline std::vector<VersionName> some_sorted_names(Draw& draw, std::size_t most) {
  std::vector<VersionName> names = some_names(draw, most);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}
inline Version some_version(Draw& draw) {
  return {some_name(draw), some_stamp(draw), draw.chance(20) ? some_u32(draw) : 0};
}

inline Op some_op(Draw& draw) {
  Op op;
  op.kind = static_cast<OpKind>(1 + draw.below(3));
  op.key = {TableId{draw.chance(10) ? some_u32(draw) : static_cast<std::uint32_t>(draw.below(3))},
            some_id(draw)};
  if (draw.chance(20)) op.birth = Birth{some_u32(draw)};
  const bool plain = draw.chance(50);
  std::uint32_t column = 0;
  for (std::uint64_t i = draw.below(9); i > 0; --i) {
    CellWrite cell;
    column += static_cast<std::uint32_t>(draw.chance(10) ? 1 + draw.below(1000) : 1);
    cell.column = ColumnId{column - (plain ? 0 : 1)};
    cell.value = some_value(draw);
    if (!plain) {
      cell.round = draw.chance(20) ? some_u32(draw) : 0;
      cell.bases = some_names(draw, 5);
    }
    op.cells.push_back(cell);
  }
  if (op.kind == OpKind::remove || draw.chance(5)) op.seen = some_sorted_names(draw, 6);
  return op;
}

inline Group some_group(Draw& draw) {
  Group group;
  group.actor = make_actor(1, 1 + static_cast<std::uint32_t>(draw.below(3)));
  group.number = GroupNumber{1 + (draw.chance(10) ? some_u64(draw) : draw.below(500))};
  group.pack = PackVersion{draw.chance(10) ? some_u32(draw) : 1};
  if (draw.chance(20)) group.rights_epoch = some_u32(draw);
  group.stamp = some_stamp(draw);
  if (draw.chance(80)) {
    group.office_time_ms =
        draw.chance(10) ? some_i64(draw) : group.stamp.ms() - static_cast<std::int64_t>(draw.below(100'000));
    const auto age_ms =
        static_cast<std::uint64_t>(group.stamp.ms()) - static_cast<std::uint64_t>(group.office_time_ms);
    group.monotonic_since_ms = draw.chance(50) ? static_cast<std::int64_t>(age_ms) : some_i64(draw);
  } else {
    group.monotonic_since_ms = draw.chance(50) ? -1 : 0;
  }
  group.clock_in_doubt = draw.chance(20);
  for (std::uint64_t i = draw.chance(20) ? draw.below(4) : 0; i > 0; --i)
    group.depends.push_back(GroupNumber{some_u64(draw)});
  for (std::uint64_t i = draw.chance(60) ? 1 : draw.below(5); i > 0; --i) group.ops.push_back(some_op(draw));
  if (draw.chance(20))
    for (std::uint8_t& byte : group.salt.emplace()) byte = static_cast<std::uint8_t>(draw.below(256));
  return group;
}

/// A table with the columns 1 to `width`, and 40.
inline Table some_table(std::uint32_t width) {
  Table table;
  table.id = TableId{3};
  for (std::uint32_t id = 1; id <= width; ++id) {
    table.columns.emplace_back();
    table.columns.back().id = ColumnId{id};
  }
  table.columns.emplace_back();
  table.columns.back().id = ColumnId{40};
  return table;
}

/// A row as merge makes them. A cell of a column that `table` lacks has no value here.
inline RowState some_row(Draw& draw, const Table& table) {
  RowState row;
  row.birth = Birth{draw.chance(80) ? 1 : some_u32(draw)};
  std::vector<Version> versions(1 + draw.below(3));
  for (Version& version : versions) version = some_version(draw);
  for (std::uint32_t id = 1; id <= 41; ++id) {
    const bool known = table.find(ColumnId{id}) != nullptr;
    if (!draw.chance(known ? 70 : 3)) continue;
    Cell cell{ColumnId{id}, draw.pick(versions), known ? some_value(draw) : Value{}, draw.chance(10), {}};
    for (std::uint64_t i = draw.chance(15) ? draw.below(3) : 0; i > 0; --i)
      cell.agreeing.push_back(some_version(draw));
    row.cells.push_back(cell);
  }
  if (draw.chance(20))
    row.deaths = {Death{some_version(draw), some_sorted_names(draw, 5), draw.chance(50), draw.chance(20)}};
  return row;
}

inline std::vector<Loser> some_losers(Draw& draw) {
  std::vector<Loser> losers(draw.below(3));
  for (Loser& loser : losers)
    loser = {static_cast<LoserKind>(1 + draw.below(5)),
             Birth{some_u32(draw)},
             ColumnId{some_u32(draw)},
             {some_version(draw), some_value(draw), some_names(draw, 3)}};
  return losers;
}

// --- Messages -------------------------------------------------------------------------------------------

inline void fill(Draw& draw, wire::KeyList& m) {
  m.version = some_u32(draw);
  m.office = some_id(draw);
  fill(draw, m.identity);
  m.tls_pins.resize(draw.below(3), "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  m.sealing_keys.resize(draw.below(3));
  for (PublicKey& key : m.sealing_keys) fill(draw, key);
  m.successions.resize(draw.below(3));
  for (wire::Succession& one : m.successions) {
    fill(draw, one.identity);
    fill(draw, one.signature);
  }
  m.issued_ms = some_i64(draw);
  fill(draw, m.signature);
}
inline void fill(Draw& draw, wire::JoinRequest& m) {
  m.code = some_text(draw);
  m.device_name = some_text(draw);
  fill(draw, m.signing_key);
  fill(draw, m.sealing_key);
}
inline void fill(Draw& draw, wire::Certificate& m) {
  m.office = some_id(draw);
  m.actor = ActorId{some_u64(draw)};
  m.person = some_id(draw);
  m.person_name = some_text(draw);
  m.role = some_text(draw);
  m.place = some_id(draw);
  m.device_name = some_text(draw);
  fill(draw, m.signing_key);
  m.enrolled_ms = some_i64(draw);
  m.origin = ActorId{some_u64(draw)};
  m.first = GroupNumber{some_u64(draw)};
  fill(draw, m.previous);
  fill(draw, m.signature);
}
inline void fill(Draw& draw, wire::RehomeRequest& m) {
  m.first = GroupNumber{some_u64(draw)};
  fill(draw, m.previous);
  m.device_name = some_text(draw);
  fill(draw, m.signing_key);
}
inline void fill(Draw& draw, wire::ReadmitRequest& m) {
  fill(draw, m.certificate);
  m.former.resize(draw.below(3));
  for (wire::Certificate& one : m.former) fill(draw, one);
  fill(draw, m.signature);
}
inline void fill(Draw& draw, wire::JoinResponse& m) {
  m = {some_id(draw), some_text(draw), some_u32(draw),  ActorId{some_u64(draw)},     some_text(draw),
       some_id(draw), some_text(draw), some_text(draw), PackVersion{some_u32(draw)}, {}};
  fill(draw, m.certificate);
}
inline wire::Cursor some_cursor(Draw& draw) {
  wire::Cursor cursor{some_u32(draw),  {},          some_u64(draw), FeedPosition{some_u64(draw)},
                      draw.chance(30), std::nullopt};
  if (draw.chance(30))
    cursor.shift =
        wire::ShiftCursor{FeedPosition{some_u64(draw)}, some_id(draw), FeedPosition{some_u64(draw)}};
  for (std::uint64_t i = draw.below(4); i > 0; --i)
    cursor.slices.push_back({some_id(draw), FeedPosition{some_u64(draw)}});
  return cursor;
}

/// Groups are any bytes here, some of them a group's.
inline std::string some_group_bytes(Draw& draw) {
  return draw.chance(50) ? wire::encode_group(some_group(draw)) : some_bytes(draw, 60);
}
inline void fill(Draw& draw, wire::Push& m) {
  m.first = GroupNumber{some_u64(draw)};
  fill(draw, m.previous);
  m.groups.resize(draw.below(4));
  for (std::string& group : m.groups) group = some_group_bytes(draw);
}
inline void fill(Draw& draw, wire::Parcels& m) {
  m.office = ActorId{some_u64(draw)};
  m.backed_up_through = GroupNumber{some_u64(draw)};
  m.through = GroupNumber{some_u64(draw)};
  std::uint64_t number = draw.below(1'000);
  for (std::uint64_t i = draw.below(4); i > 0; --i)
    m.numbers.push_back(GroupNumber{number += 1 + draw.below(1'000)});
  m.sealed.resize(draw.below(4));
  for (std::string& parcel : m.sealed) parcel = some_group_bytes(draw);
}
inline void fill(Draw& draw, wire::HandOver& m) {
  m.offices.resize(draw.below(3));
  for (wire::Parcels& parcels : m.offices) fill(draw, parcels);
}
inline void fill(Draw& draw, wire::WipeReport& m) {
  m.actor = ActorId{some_u64(draw)};
  m.through = GroupNumber{some_u64(draw)};
}
inline void fill(Draw& draw, wire::RevealRequest& m) {
  m.key = {TableId{some_u32(draw)}, some_id(draw)};
  m.column = ColumnId{some_u32(draw)};
  m.reason = some_text(draw);
}
inline void fill(Draw& draw, wire::Revealed& m) { m.value = some_value(draw); }
inline void fill(Draw& draw, wire::SyncRequest& m) {
  m.actor = ActorId{some_u64(draw)};
  m.app = some_text(draw);
  m.engine = some_text(draw);
  m.waiting = some_u64(draw);
  m.pack = PackVersion{some_u32(draw)};
  if (draw.chance(70)) fill(draw, m.push.emplace());
  m.pull = draw.chance(50);
  m.cursor = some_cursor(draw);
  m.included_through = GroupNumber{some_u64(draw)};
  std::uint64_t number = draw.below(1'000);
  for (std::uint64_t i = draw.below(4); i > 0; --i)
    m.held.push_back(GroupNumber{number += 1 + draw.below(1'000)});
  if (draw.chance(50)) m.check = wire::Bucket{some_u32(draw), some_u32(draw)};
  m.repair = draw.chance(20);
  m.carried = GroupNumber{some_u64(draw)};
}

/// Rows with what sections have short forms for: time-ordered ids, references to rows, plain metadata.
inline wire::RowSection some_section(Draw& draw, std::size_t most_rows = 6) {
  wire::RowSection rows;
  rows.table = TableId{some_u32(draw)};
  for (std::uint64_t i = draw.below(5); i > 0; --i) rows.columns.push_back(ColumnId{some_u32(draw)});
  const bool time_ordered = draw.chance(50);
  for (std::uint64_t i = draw.below(most_rows + 1); i > 0; --i) {
    RowId id = some_id(draw);
    if (time_ordered) id.bytes.data[6] = static_cast<std::uint8_t>(0x70 | (id.bytes.data[6] & 0x0F));
    rows.ids.push_back(id);
    for (std::size_t c = 0; c < rows.columns.size(); ++c)
      rows.values.push_back(draw.chance(20) ? Value{to_text(draw.pick(rows.ids))} : some_value(draw));
    Version version = some_version(draw);
    version.round = 0;
    RowState row;
    row.birth = Birth{draw.chance(80) ? 1U : 2U};
    row.cells.push_back({ColumnId{1}, version, std::int64_t{1}, draw.chance(10), {}});
    rows.metas.push_back(draw.chance(70) ? wire::encode_meta(some_table(1), row) : some_bytes(draw, 30));
  }
  return rows;
}

inline wire::LedgerItem some_ledger_item(Draw& draw) {
  wire::LedgerItem item;
  item.entry = some_id(draw);
  item.open = draw.chance(50);
  item.key = {TableId{some_u32(draw)}, some_id(draw)};
  item.birth = Birth{some_u32(draw)};
  item.column = ColumnId{some_u32(draw)};
  item.kind = static_cast<LoserKind>(1 + draw.below(5));
  item.version = some_version(draw);
  item.value = some_value(draw);
  item.person = some_text(draw);
  item.bases = some_names(draw, 3);
  item.base_value = some_value(draw);
  return item;
}

inline void fill(Draw& draw, wire::SyncResponse& m) {
  m.time.ms = some_i64(draw);
  fill(draw, m.time.signature);
  m.push = static_cast<wire::PushResult>(draw.below(4));
  m.admitted_through = GroupNumber{some_u64(draw)};
  for (std::uint64_t i = draw.below(4); i > 0; --i) {
    wire::Verdict verdict{GroupNumber{some_u64(draw)},
                          some_u32(draw),
                          static_cast<wire::VerdictKind>(1 + draw.below(6)),
                          static_cast<wire::HoldReason>(draw.below(14)),
                          some_text(draw),
                          std::nullopt};
    if (draw.chance(30)) verdict.admitted = some_stamp(draw);
    m.verdicts.push_back(verdict);
  }
  if (draw.chance(80)) {
    m.page.emplace();
    for (std::uint64_t i = draw.below(3); i > 0; --i) m.page->sections.push_back(some_section(draw));
    for (std::uint64_t i = draw.below(3); i > 0; --i)
      m.page->gone.push_back({{TableId{some_u32(draw)}, some_id(draw)},
                              Birth{some_u32(draw)},
                              static_cast<wire::GoneReason>(1 + draw.below(2))});
    for (std::uint64_t i = draw.below(3); i > 0; --i)
      m.page->own.push_back({GroupNumber{some_u64(draw)}, some_u32(draw)});
    for (std::uint64_t i = draw.below(3); i > 0; --i) m.page->ledger.push_back(some_ledger_item(draw));
    m.page->erased = some_u64(draw);
  }
  m.next = some_cursor(draw);
  m.checkpoint = draw.chance(50);
  m.included_through = GroupNumber{some_u64(draw)};
  m.pack = PackVersion{some_u32(draw)};
  m.keys_version = some_u32(draw);
  m.backed_up_through = GroupNumber{some_u64(draw)};
  if (draw.chance(50))
    m.checksum = wire::Checksum{{some_u32(draw), some_u32(draw)}, some_u64(draw), some_u64(draw)};
  m.repaired = draw.chance(20);
  if (draw.chance(30)) fill(draw, m.parcels.emplace());
  m.token = some_text(draw);
  if (draw.chance(30)) {
    m.wipe.emplace();
    m.wipe->asked_ms = some_i64(draw);
    fill(draw, m.wipe->signature);
  }
  for (std::size_t i = draw.below(4); i > 0; --i) m.roles.push_back(some_text(draw));
}

inline Column some_column(Draw& draw) {
  Column column;
  column.id = ColumnId{some_u32(draw)};
  column.name = some_text(draw);
  column.label = {some_text(draw), some_text(draw)};
  column.type = static_cast<ColumnType>(1 + draw.below(8));
  column.merge = static_cast<MergeKind>(1 + draw.below(9));
  if (draw.chance(30)) column.target = TableId{some_u32(draw)};
  for (std::uint64_t i = draw.below(3); i > 0; --i)
    column.choices.push_back({some_text(draw), {some_text(draw), some_text(draw)}});
  for (std::uint64_t i = draw.below(2); i > 0; --i) column.starts.push_back(some_text(draw));
  for (std::uint64_t i = draw.below(2); i > 0; --i)
    column.moves.push_back({some_text(draw), {some_text(draw), some_text(draw)}});
  column.required = draw.chance(50);
  column.indexed = draw.chance(50);
  for (std::uint64_t i = draw.below(3); i > 0; --i) column.index_with.push_back(ColumnId{some_u32(draw)});
  column.sensitive = draw.chance(50);
  column.personal = draw.chance(50);
  column.retired = draw.chance(50);
  column.check = static_cast<Check>(draw.below(5));
  if (draw.chance(30)) column.least = some_i64(draw);
  if (draw.chance(30)) column.most = some_i64(draw);
  if (draw.chance(30)) column.max_bytes = some_u32(draw);
  if (draw.chance(30)) column.check_when = ColumnId{some_u32(draw)};
  column.check_equals = some_text(draw);
  column.default_rule = static_cast<DefaultRule>(draw.below(6));
  column.default_value = some_value(draw);
  if (draw.chance(30)) column.masks = ColumnId{some_u32(draw)};
  column.mask = static_cast<Mask>(draw.below(3));
  column.cell = ColumnId{some_u32(draw)};
  return column;
}

inline RoleRights some_rights(Draw& draw) {
  RoleRights rights;
  rights.role = some_text(draw);
  for (const auto right :
       {&RoleRights::read, &RoleRights::add, &RoleRights::edit_own, &RoleRights::edit, &RoleRights::decide})
    rights.*right = draw.chance(50);
  for (std::uint64_t c = draw.below(3); c > 0; --c) rights.hidden.push_back(ColumnId{some_u32(draw)});
  for (std::uint64_t c = draw.below(3); c > 0; --c) rights.read_only.push_back(ColumnId{some_u32(draw)});
  for (std::uint64_t c = draw.below(3); c > 0; --c) rights.reveal.push_back(ColumnId{some_u32(draw)});
  return rights;
}

inline View some_view(Draw& draw) {
  View view{some_text(draw), {some_text(draw), some_text(draw)}, some_text(draw), some_u32(draw), {}, {}};
  for (std::uint64_t p = draw.below(3); p > 0; --p) {
    ViewParameter parameter;
    parameter.name = some_text(draw);
    parameter.label = {some_text(draw), some_text(draw)};
    parameter.type = static_cast<ColumnType>(1 + draw.below(8));
    if (draw.chance(30)) parameter.target = TableId{some_u32(draw)};
    parameter.default_rule = static_cast<DefaultRule>(draw.below(6));
    parameter.default_value = some_value(draw);
    parameter.default_offset_ms = some_i64(draw);
    view.parameters.push_back(parameter);
  }
  for (std::uint64_t c = draw.below(3); c > 0; --c) {
    ViewColumn column;
    column.name = some_text(draw);
    column.label = {some_text(draw), some_text(draw)};
    column.type = static_cast<ColumnType>(1 + draw.below(8));
    if (draw.chance(30)) column.target = TableId{some_u32(draw)};
    if (draw.chance(30)) column.choices_of = ChoicesOf{TableId{some_u32(draw)}, ColumnId{some_u32(draw)}};
    for (std::uint64_t k = draw.below(3); k > 0; --k)
      column.choices.push_back({some_text(draw), {some_text(draw), some_text(draw)}});
    view.columns.push_back(column);
  }
  return view;
}

inline void fill(Draw& draw, Pack& m) {
  m.name = some_text(draw);
  m.version = PackVersion{some_u32(draw)};
  m.label = {some_text(draw), some_text(draw)};
  for (std::uint64_t i = draw.below(3); i > 0; --i)
    m.levels.push_back({some_text(draw), {some_text(draw), some_text(draw)}});
  for (std::uint64_t i = draw.below(3); i > 0; --i)
    m.roles.push_back({some_text(draw), {some_text(draw), some_text(draw)}});
  for (std::uint64_t i = draw.below(3); i > 0; --i) {
    Table table;
    table.id = TableId{some_u32(draw)};
    table.name = some_text(draw);
    table.label = {some_text(draw), some_text(draw)};
    table.deletes = static_cast<DeletePolicy>(1 + draw.below(3));
    table.office_only = draw.chance(50);
    table.seen_from_below = draw.chance(50);
    table.mergeable = draw.chance(50);
    for (std::uint64_t k = draw.below(3); k > 0; --k) table.natural_key.push_back(ColumnId{some_u32(draw)});
    for (std::uint64_t k = draw.below(3); k > 0; --k) table.names.push_back(ColumnId{some_u32(draw)});
    table.place_rule = static_cast<PlaceRule>(1 + draw.below(3));
    table.place_table = TableId{some_u32(draw)};
    table.place_column = ColumnId{some_u32(draw)};
    for (std::uint64_t c = draw.below(4); c > 0; --c) table.columns.push_back(some_column(draw));
    if (draw.chance(30)) table.subject = ColumnId{some_u32(draw)};
    if (draw.chance(30))
      table.retention = Retention{some_u32(draw), TableId{some_u32(draw)}, ColumnId{some_u32(draw)},
                                  ColumnId{some_u32(draw)}};
    for (std::uint64_t r = draw.below(3); r > 0; --r) table.rights.push_back(some_rights(draw));
    m.tables.push_back(table);
  }
  for (std::uint64_t i = draw.below(3); i > 0; --i) m.views.push_back(some_view(draw));
}

inline void fill(Draw& draw, wire::ErrorMessage& m) {
  m.error = {static_cast<ErrorDomain>(1 + draw.below(6)), static_cast<ErrorCode>(draw.below(101)),
             static_cast<Retry>(draw.below(3)), some_text(draw), some_text(draw)};
}

template <typename Message>
Message some_message(Draw& draw) {
  Message message;
  fill(draw, message);
  return message;
}

}  // namespace doorstep::test
