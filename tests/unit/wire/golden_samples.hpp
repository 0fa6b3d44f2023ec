#pragma once

#include "wire/codec.hpp"
#include "wire/messages.hpp"
#include "wire/row_meta.hpp"

/// What the files of schemas/golden/wire-1 say. They are frozen: never change a value here, add a sample.
namespace doorstep::test {

inline RowId golden_id(std::uint8_t first) {
  RowId id;
  for (std::uint8_t i = 0; i < 16; ++i) id.bytes.data[i] = static_cast<std::uint8_t>(first + i);
  return id;
}

template <std::size_t N>
std::array<std::uint8_t, N> golden_bytes(std::uint8_t first) {
  std::array<std::uint8_t, N> bytes{};
  for (std::size_t i = 0; i < N; ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  return bytes;
}

constexpr std::int64_t kGoldenMs = 1'795'309'323'004;  // 2026-11-22T01:02:03.004Z

inline Version golden_version(std::uint64_t group, std::uint32_t op = 0, std::uint32_t round = 0) {
  return {
      {make_actor(1, 57), GroupNumber{group}, op}, Stamp{(std::uint64_t{kGoldenMs} << 16) + group}, round};
}

/// A leader records a visit.
inline Group golden_visit() {
  Group group;
  group.actor = make_actor(1, 57);
  group.number = GroupNumber{312};
  group.pack = PackVersion{1};
  group.stamp = Stamp::at(kGoldenMs);
  group.office_time_ms = kGoldenMs - 7'200'123;
  group.monotonic_since_ms = 7'200'123;
  Op op;
  op.kind = OpKind::insert;
  op.key = {TableId{7}, *parse_row_id("01a20219-2a7c-7abc-8def-0123456789ab")};
  op.cells.push_back({ColumnId{1}, to_text(golden_id(0x10)), 0, {}});
  op.cells.push_back({ColumnId{4}, std::string("2026-11-22T01:02:03.004Z"), 0, {}});
  op.cells.push_back({ColumnId{5}, std::string("visit"), 0, {}});
  op.cells.push_back({ColumnId{7}, std::string("家里没有人"), 0, {}});
  group.ops.push_back(op);
  return group;
}

/// Everything a group can say.
inline Group golden_mixture() {
  Group group = golden_visit();
  group.number = GroupNumber{313};
  group.pack = PackVersion{3};
  group.rights_epoch = 2;
  group.stamp = Stamp{(std::uint64_t{kGoldenMs} << 16) | 9};
  group.monotonic_since_ms = 5;
  group.clock_in_doubt = true;
  group.depends = {GroupNumber{311}, GroupNumber{312}};
  Op edit;
  edit.kind = OpKind::update;
  edit.key = {TableId{7}, golden_id(0x20)};
  edit.birth = Birth{2};
  const VersionName own{make_actor(1, 57), GroupNumber{312}, 0};
  const VersionName other{make_actor(1, 2), GroupNumber{40}, 3};
  edit.cells.push_back({ColumnId{2}, std::int64_t{100'000}, 1, {own, other}});
  edit.cells.push_back({ColumnId{3}, 2.5, 0, {own}});
  edit.cells.push_back({ColumnId{60}, Bytes{0, 255}, 0, {}});
  edit.cells.push_back({ColumnId{61}, Value{}, 0, {other, own, {make_actor(2, 1), GroupNumber{1}, 0}}});
  edit.cells.push_back({ColumnId{62}, std::string(130, 'n'), 0, {}});
  edit.cells.push_back({ColumnId{63}, std::string("2026-11-25"), 0, {}});
  group.ops.push_back(edit);
  Op removal;
  removal.kind = OpKind::remove;
  removal.key = {TableId{8}, golden_id(0x30)};
  removal.seen = {{make_actor(1, 2), GroupNumber{40}, 0}, other, own};
  group.ops.push_back(removal);
  return group;
}

inline Table golden_table() {
  Table table;
  for (std::uint32_t id = 1; id <= 4; ++id) {
    table.columns.emplace_back();
    table.columns.back().id = ColumnId{id};
  }
  return table;
}

/// Columns 1 and 2 as inserted, 3 edited and contested, 4 agreed upon and emptied; a delete was overruled.
inline RowState golden_row() {
  RowState row;
  row.birth = Birth{2};
  row.cells.resize(4);
  for (std::uint32_t i = 0; i < 4; ++i) {
    row.cells[i].column = ColumnId{i + 1};
    row.cells[i].version = golden_version(312, 1);
    row.cells[i].value = std::int64_t{i};
  }
  row.cells[2].version = golden_version(313, 0, 1);
  row.cells[2].contested = true;
  row.cells[3].value = Value{};
  row.cells[3].agreeing = {golden_version(300)};
  row.deaths = {Death{golden_version(290),
                      {{make_actor(1, 2), GroupNumber{40}, 0}, {make_actor(1, 57), GroupNumber{12}, 2}},
                      true,
                      false}};
  return row;
}

inline Loser golden_loser() {
  Loser loser;
  loser.kind = LoserKind::review;
  loser.birth = Birth{2};
  loser.column = ColumnId{3};
  loser.head.version = golden_version(310);
  loser.head.value = std::string("老王");
  loser.head.bases = {{make_actor(1, 2), GroupNumber{40}, 0}};
  return loser;
}

template <typename Message>
Message golden_message();

template <>
inline wire::KeyList golden_message<wire::KeyList>() {
  wire::KeyList m;
  m.version = 3;
  m.office = golden_id(1);
  m.identity = golden_bytes<32>(2);
  m.tls_pins = {"sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "sha256//next"};
  m.sealing_keys = {golden_bytes<32>(3), golden_bytes<32>(4)};
  m.successions = {{golden_bytes<32>(5), SignatureAlgorithm::ed25519, golden_bytes<64>(6)}};
  m.issued_ms = kGoldenMs;
  m.signature = golden_bytes<64>(5);
  return m;
}

template <>
inline wire::Certificate golden_message<wire::Certificate>() {
  wire::Certificate m;
  m.office = golden_id(1);
  m.actor = make_actor(1, 57);
  m.person = golden_id(8);
  m.person_name = "李秀兰";
  m.role = "unit_leader";
  m.place = golden_id(16);
  m.device_name = "红米 12C";
  m.signing_key = golden_bytes<32>(6);
  m.enrolled_ms = kGoldenMs;
  m.origin = make_actor(1, 56);
  m.first = GroupNumber{86};
  m.previous = golden_bytes<32>(17);
  m.signature = golden_bytes<64>(18);
  return m;
}

template <>
inline wire::RehomeRequest golden_message<wire::RehomeRequest>() {
  return {GroupNumber{86}, golden_bytes<32>(17), "红米 12C", golden_bytes<32>(6)};
}

template <>
inline wire::ReadmitRequest golden_message<wire::ReadmitRequest>() {
  wire::Certificate former = golden_message<wire::Certificate>();
  former.actor = former.origin;
  former.origin = {};
  former.first = GroupNumber{1};
  return {golden_message<wire::Certificate>(), {former}, SignatureAlgorithm::ed25519, golden_bytes<64>(19)};
}

template <>
inline wire::JoinRequest golden_message<wire::JoinRequest>() {
  return {"k7Qm2xR9", "红米 12C", golden_bytes<32>(6), golden_bytes<32>(7)};
}

template <>
inline wire::JoinResponse golden_message<wire::JoinResponse>() {
  return {golden_id(1),
          "和平街道",
          1,
          make_actor(1, 57),
          "token-of-57",
          golden_id(8),
          "李秀兰",
          "unit_leader",
          PackVersion{2},
          golden_message<wire::Certificate>()};
}

inline wire::Cursor golden_cursor() {
  return {1,
          {{golden_id(9), FeedPosition{5'000}}, {golden_id(10), FeedPosition{0}}},
          0x123456789ABCDEF0,
          FeedPosition{4'000},
          true,
          wire::ShiftCursor{FeedPosition{4'500}, golden_id(11), FeedPosition{1'200}}};
}

template <>
inline wire::SyncRequest golden_message<wire::SyncRequest>() {
  wire::SyncRequest m;
  m.actor = make_actor(1, 57);
  m.app = "Gutian 2.3";
  m.engine = "0.4.0";
  m.waiting = 5;
  m.pack = PackVersion{2};
  m.push.emplace();
  m.push->first = GroupNumber{312};
  m.push->previous = golden_bytes<32>(11);
  m.push->groups = {wire::encode_group(golden_visit()), wire::encode_group(golden_mixture()), "not a group"};
  m.push->withdrawn = {GroupNumber{8}, GroupNumber{313}};
  m.cursor = golden_cursor();
  m.included_through = GroupNumber{311};
  m.held = {GroupNumber{7}, GroupNumber{8}, GroupNumber{300}};
  m.check = wire::Bucket{3, 8};
  m.repair = true;
  m.carried = GroupNumber{9};
  return m;
}

template <>
inline wire::Push golden_message<wire::Push>() {
  wire::Push m;
  m.first = GroupNumber{10};
  m.previous = golden_bytes<32>(20);
  m.groups = {wire::encode_group(golden_visit())};
  return m;
}

inline wire::Parcels golden_parcels() {
  wire::Parcels m;
  m.office = make_actor(1, 1);
  m.backed_up_through = GroupNumber{8};
  m.through = GroupNumber{12};
  m.numbers = {GroupNumber{10}, GroupNumber{12}};
  m.sealed = {"sealed", "bytes"};
  return m;
}

template <>
inline wire::HandOver golden_message<wire::HandOver>() {
  return {{golden_parcels(), {make_actor(2, 1), GroupNumber{0}, GroupNumber{3}, {GroupNumber{4}}, {}}}};
}

inline wire::Page golden_page() {
  wire::Page page;
  wire::RowSection visits;
  visits.table = TableId{7};
  visits.columns = {ColumnId{1}, ColumnId{4}, ColumnId{5}};
  for (std::uint8_t i = 0; i < 2; ++i) {
    RowId id = *parse_row_id("01a20219-2a7c-7abc-8def-0123456789ab");
    id.bytes.data[15] = i;
    visits.ids.push_back(id);
    visits.values.push_back(to_text(golden_id(0x10)));
    visits.values.push_back(std::string("2026-11-22T01:02:03.004Z"));
    visits.values.push_back(i == 0 ? Value{std::string("visit")} : Value{});
    RowState row;
    row.birth = Birth{1};
    row.cells.resize(1);
    row.cells[0].column = ColumnId{1};
    row.cells[0].version = golden_version(312u + i);
    row.cells[0].value = std::int64_t{1};
    visits.metas.push_back(wire::encode_meta(golden_table(), row));
  }
  wire::RowSection places;
  places.table = TableId{1};
  places.columns = {ColumnId{1}};
  places.ids = {golden_id(0x10)};
  places.values = {to_text(visits.ids[1])};
  places.metas = {wire::encode_meta(golden_table(), golden_row())};
  page.sections = {visits, places};
  page.gone = {{{TableId{2}, golden_id(12)}, Birth{1}, wire::GoneReason::left_scope}};
  page.own = {{GroupNumber{312}, 0}};
  wire::LedgerItem item;
  item.entry = golden_id(13);
  item.open = false;
  item.key = {TableId{2}, golden_id(14)};
  item.birth = Birth{1};
  item.column = ColumnId{4};
  item.kind = LoserKind::concurrent;
  item.version = golden_version(300);
  item.value = std::string("13800000000");
  item.person = "张建国";
  item.bases = {{make_actor(1, 1), GroupNumber{2}, 17}};
  item.base_value = std::string("13900000000");
  page.ledger = {item};
  page.erased = 1;
  return page;
}

template <>
inline wire::SyncResponse golden_message<wire::SyncResponse>() {
  wire::SyncResponse m;
  m.time = {kGoldenMs, golden_bytes<64>(15)};
  m.push = wire::PushResult::accepted;
  m.admitted_through = GroupNumber{314};
  m.verdicts = {
      {GroupNumber{7}, 1, wire::VerdictKind::returned, wire::HoldReason::outside_scope, "请找李组长", {}},
      {GroupNumber{8}, 1, wire::VerdictKind::replaced, wire::HoldReason::invalid, "", {}},
      {GroupNumber{312}, 1, wire::VerdictKind::effective, wire::HoldReason::none, "", {}},
      {GroupNumber{313}, 1, wire::VerdictKind::held, wire::HoldReason::outside_scope, "household", {}},
      {GroupNumber{314}, 1, wire::VerdictKind::merged, wire::HoldReason::none, "", Stamp::at(kGoldenMs)}};
  m.page = golden_page();
  m.next = golden_cursor();
  m.checkpoint = true;
  m.included_through = GroupNumber{312};
  m.pack = PackVersion{2};
  m.keys_version = 3;
  m.backed_up_through = GroupNumber{200};
  m.checksum = wire::Checksum{{3, 8}, 2, 0xFEDCBA9876543210};
  m.repaired = true;
  m.parcels = golden_parcels();
  m.token = "token";
  m.wipe.emplace();
  m.wipe->asked_ms = kGoldenMs;
  m.wipe->signature = golden_bytes<64>(17);
  m.roles = {"grid_leader", "unit_leader"};
  return m;
}

template <>
inline wire::WipeReport golden_message<wire::WipeReport>() {
  return {make_actor(1, 57), GroupNumber{314}};
}

template <>
inline wire::RevealRequest golden_message<wire::RevealRequest>() {
  return {{TableId{5}, golden_id(0x0C)}, ColumnId{3}, "陪同住院,窗口要登记"};
}

template <>
inline wire::Revealed golden_message<wire::Revealed>() {
  return {Value("11010519491231002X")};
}

template <>
inline Pack golden_message<Pack>() {
  Pack pack;
  pack.name = "neighbourhood";
  pack.version = PackVersion{2};
  pack.label = {"家门口", "Neighbourhood"};
  pack.levels = {{"estate", {"小区", "Estate"}}};
  pack.roles = {{"unit_leader", {"单元长", "Unit leader"}}};
  pack.roles[0].volunteer = true;
  Table table;
  table.id = TableId{2};
  table.name = "household";
  table.label = {"户", "Household"};
  table.natural_key = {ColumnId{1}, ColumnId{2}};
  table.names = {ColumnId{1}};
  table.ends = ColumnId{2};
  table.place_rule = PlaceRule::column;
  table.place_column = ColumnId{1};
  Column place;
  place.id = ColumnId{1};
  place.name = "place";
  place.label = {"住处", "Dwelling"};
  place.type = ColumnType::reference;
  place.target = TableId{1};
  place.required = place.indexed = place.search = true;
  place.index_with = {ColumnId{2}};
  place.cell = ColumnId{1};
  Column number;
  number.id = ColumnId{2};
  number.name = "number";
  number.label = {"户次", "Occupancy"};
  number.type = ColumnType::integer;
  number.merge = MergeKind::once;
  number.choices = {{"1", {"一", "one"}}};
  number.check = Check::cn_phone;
  number.check_when = ColumnId{1};
  number.check_equals = "x";
  number.least = -1;
  number.most = 12;
  number.max_bytes = 9;
  number.sensitive = number.personal = number.retired = true;
  number.default_rule = DefaultRule::constant;
  number.default_value = std::int64_t{1};
  number.cell = ColumnId{2};
  Column mask;
  mask.id = mask.cell = ColumnId{3};
  mask.name = "number_mask";
  mask.label = {"户次(遮盖)", "Occupancy, masked"};
  mask.masks = ColumnId{2};
  mask.mask = Mask::first_last;
  table.columns = {place, number, mask};
  RoleRights rights;
  rights.role = "unit_leader";
  rights.edit = false;
  rights.hidden = {ColumnId{2}};
  rights.read_only = {ColumnId{3}};
  rights.reveal = {ColumnId{2}};
  table.rights = {rights};
  table.subject = ColumnId{1};
  table.retention = Retention{400, TableId{2}, ColumnId{2}, {}};
  pack.tables = {table};
  View view{
      "households", {"住户数", "Households"}, "SELECT place FROM household WHERE number > :above", 2, {}, {}};
  ViewParameter above;
  above.name = "above";
  above.label = {"户次大于", "Occupancy above"};
  above.type = ColumnType::integer;
  above.default_rule = DefaultRule::constant;
  above.default_value = std::int64_t{0};
  ViewParameter since;
  since.name = "since";
  since.label = {"从", "Since"};
  since.type = ColumnType::time;
  since.default_rule = DefaultRule::today;
  since.default_offset_ms = -86'400'000;
  view.parameters = {above, since};
  ViewColumn door;
  door.name = "place";
  door.label = {"住处", "Dwelling"};
  door.type = ColumnType::reference;
  door.target = TableId{1};
  ViewColumn of;
  of.name = "number";
  of.label = {"户次", "Occupancy"};
  of.choices_of = ChoicesOf{TableId{2}, ColumnId{2}};
  ViewColumn how;
  how.name = "how";
  how.label = {"怎样", "How"};
  how.choices = {{"well", {"好", "Well"}}, {"badly", {"不好", "Badly"}}};
  view.columns = {door, of, how};
  pack.views = {view};
  return pack;
}

template <>
inline wire::ErrorMessage golden_message<wire::ErrorMessage>() {
  return {{ErrorDomain::office, ErrorCode::overloaded, Retry::later, "街道正忙,请稍后再试。",
           "The office is busy."}};
}

}  // namespace doorstep::test
