#pragma once

#include <cereal/cereal.hpp>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "wire/messages.hpp"

/// The fields of every message, once, for the binary and the JSON archives alike: order is the binary
/// layout, names are the JSON keys (docs/wire.md). Private to the room.
namespace doorstep::wire {

/// An enumeration of which a decoder must know every value. Others (reasons, error codes) are only shown to
/// people: an unknown one passes, so that the office may add to them.
template <typename E>
struct Closed {
  E& value;
  E first;
  E last;
  void set(std::underlying_type_t<E> number) {
    if (number < raw(first) || number > raw(last)) malformed("unknown kind");
    value = static_cast<E>(number);
  }
};
template <typename E>
Closed<E> closed(E& value, E first, E last) {
  return {value, first, last};
}

/// An enumeration that is just a number with a type.
template <typename E>
struct Open {
  E& value;
};

/// What an archive is given for `value`: cereal's own way with enumerations makes g++ 12 warn.
template <typename T>
decltype(auto) archivable(T&& value) {
  if constexpr (std::is_enum_v<std::remove_reference_t<T>>)
    return Open<std::remove_reference_t<T>>{value};
  else
    return std::forward<T>(value);
}

/// A sequence with its limit.
template <typename T>
struct Bounded {
  std::vector<T>& items;
  std::size_t limit;
};
template <typename T>
Bounded<T> bounded(std::vector<T>& items, std::size_t limit) {
  return {items, limit};
}

/// Group numbers that ascend, with their limit.
struct Ascending {
  std::vector<GroupNumber>& numbers;
  std::size_t limit;
  /// Appends the next one; `step` is its distance from the one before.
  void append(std::uint64_t step) {
    const std::uint64_t last = numbers.empty() ? 0 : raw(numbers.back());
    if (step == 0 || step > UINT64_MAX - last) malformed("numbers that do not ascend");
    numbers.push_back(GroupNumber{last + step});
  }
};

/// Change groups in their immutable bytes, plain or sealed.
struct GroupList {
  std::vector<std::string>& groups;
};

template <typename T>
auto field(const char* name, T&& value) {
  return cereal::make_nvp(name, archivable(std::forward<T>(value)));
}

// --- Trust and joining ---------------------------------------------------------------------------------

template <typename Archive>
void serialize(Archive& archive, Succession& m) {
  archive(field("identity", m.identity),
          field("algorithm", closed(m.algorithm, SignatureAlgorithm::ed25519, SignatureAlgorithm::ed25519)),
          field("signature", m.signature));
}

template <typename Archive>
void serialize(Archive& archive, KeyList& m) {
  archive(field("version", m.version), field("office", m.office), field("identity", m.identity),
          field("tls_pins", bounded(m.tls_pins, 16)), field("sealing_keys", bounded(m.sealing_keys, 16)),
          field("successions", bounded(m.successions, kSuccessions)), field("issued_ms", m.issued_ms),
          field("algorithm", closed(m.algorithm, SignatureAlgorithm::ed25519, SignatureAlgorithm::ed25519)),
          field("signature", m.signature));
}

template <typename Archive>
void serialize(Archive& archive, Certificate& m) {
  archive(field("office", m.office), field("actor", m.actor), field("person", m.person),
          field("person_name", m.person_name), field("role", m.role), field("place", m.place),
          field("device_name", m.device_name), field("signing_key", m.signing_key),
          field("enrolled_ms", m.enrolled_ms), field("origin", m.origin), field("first", m.first),
          field("previous", m.previous),
          field("algorithm", closed(m.algorithm, SignatureAlgorithm::ed25519, SignatureAlgorithm::ed25519)),
          field("signature", m.signature));
}

template <typename Archive>
void serialize(Archive& archive, JoinRequest& m) {
  archive(field("code", m.code), field("device_name", m.device_name), field("signing_key", m.signing_key),
          field("sealing_key", m.sealing_key));
}

template <typename Archive>
void serialize(Archive& archive, JoinResponse& m) {
  archive(field("office", m.office), field("office_name", m.office_name), field("incarnation", m.incarnation),
          field("actor", m.actor), field("token", m.token), field("person", m.person),
          field("person_name", m.person_name), field("role", m.role), field("pack", m.pack),
          field("certificate", m.certificate));
}

template <typename Archive>
void serialize(Archive& archive, RehomeRequest& m) {
  archive(field("first", m.first), field("previous", m.previous), field("device_name", m.device_name),
          field("signing_key", m.signing_key));
}

template <typename Archive>
void serialize(Archive& archive, ReadmitRequest& m) {
  archive(field("certificate", m.certificate),
          field("former", bounded(m.former, limits::kFormerCertificates)),
          field("algorithm", closed(m.algorithm, SignatureAlgorithm::ed25519, SignatureAlgorithm::ed25519)),
          field("signature", m.signature));
}

// --- Sync -----------------------------------------------------------------------------------------------

template <typename Archive>
void serialize(Archive& archive, SliceCursor& m) {
  archive(field("slice", m.slice), field("position", m.position));
}

template <typename Archive>
void serialize(Archive& archive, ShiftCursor& m) {
  archive(field("seen", m.seen), field("reading", m.reading), field("position", m.position));
}

template <typename Archive>
void serialize(Archive& archive, Cursor& m) {
  archive(field("incarnation", m.incarnation), field("slices", bounded(m.slices, limits::kSlices)),
          field("chain", m.chain), field("floor", m.floor), field("whole", m.whole), field("shift", m.shift));
}

template <typename Archive>
void serialize(Archive& archive, SignedTime& m) {
  archive(field("ms", m.ms), field("signature", m.signature));
}

template <typename Archive>
void serialize(Archive& archive, Push& m) {
  archive(field("first", m.first),
          field("algorithm", closed(m.algorithm, HashAlgorithm::sha256, HashAlgorithm::sha256)),
          field("previous", m.previous), field("groups", GroupList{m.groups}),
          field("withdrawn", Ascending{m.withdrawn, limits::kWithdrawnTold}));
}

template <typename Archive>
void serialize(Archive& archive, Parcels& m) {
  archive(field("office", m.office), field("backed_up_through", m.backed_up_through),
          field("through", m.through), field("numbers", Ascending{m.numbers, limits::kCarriedGroups}),
          field("sealed", GroupList{m.sealed}));
}

template <typename Archive>
void serialize(Archive& archive, HandOver& m) {
  archive(field("offices", bounded(m.offices, limits::kFormerOffices)));
}

template <typename Archive>
void serialize(Archive& archive, Bucket& m) {
  archive(field("number", m.number), field("of", m.of));
}

template <typename Archive>
void serialize(Archive& archive, Checksum& m) {
  archive(field("bucket", m.bucket), field("rows", m.rows), field("sum", m.sum));
}

template <typename Archive>
void serialize(Archive& archive, SyncRequest& m) {
  archive(field("actor", m.actor), field("app", m.app), field("engine", m.engine),
          field("waiting", m.waiting), field("pack", m.pack), field("push", m.push), field("pull", m.pull),
          field("cursor", m.cursor), field("included_through", m.included_through),
          field("held", Ascending{m.held, limits::kHeldAsked}), field("check", m.check),
          field("repair", m.repair), field("carried", m.carried));
}

template <typename Archive>
void serialize(Archive& archive, WipeOrder& m) {
  archive(field("asked_ms", m.asked_ms),
          field("algorithm", closed(m.algorithm, SignatureAlgorithm::ed25519, SignatureAlgorithm::ed25519)),
          field("signature", m.signature));
}

template <typename Archive>
void serialize(Archive& archive, WipeReport& m) {
  archive(field("actor", m.actor), field("through", m.through));
}

template <typename Archive>
void serialize(Archive& archive, RevealRequest& m) {
  archive(field("key", m.key), field("column", m.column), field("reason", m.reason));
}

template <typename Archive>
void serialize(Archive& archive, Revealed& m) {
  archive(field("value", m.value));
}

template <typename Archive>
void serialize(Archive& archive, Verdict& m) {
  archive(field("first", m.first), field("count", m.count),
          field("kind", closed(m.kind, VerdictKind::effective, VerdictKind::replaced)),
          field("reason", m.reason), field("detail", m.detail), field("admitted", m.admitted));
}

template <typename Archive>
void serialize(Archive& archive, GoneRow& m) {
  archive(field("key", m.key), field("birth", m.birth),
          field("reason", closed(m.reason, GoneReason::deleted, GoneReason::left_scope)));
}

template <typename Archive>
void serialize(Archive& archive, OwnRow& m) {
  archive(field("group", m.group), field("op", m.op));
}

template <typename Archive>
void serialize(Archive& archive, LedgerItem& m) {
  archive(field("entry", m.entry), field("open", m.open), field("key", m.key), field("birth", m.birth),
          field("column", m.column), field("kind", closed(m.kind, LoserKind::concurrent, LoserKind::deleted)),
          field("version", m.version), field("value", m.value), field("person", m.person),
          field("bases", bounded(m.bases, limits::kSeenVersions)), field("base_value", m.base_value));
}

template <typename Archive>
void serialize(Archive& archive, Page& m) {
  archive(field("sections", bounded(m.sections, limits::kTables)),
          field("gone", bounded(m.gone, limits::kSequence)), field("own", bounded(m.own, limits::kSequence)),
          field("ledger", bounded(m.ledger, limits::kSequence)), field("erased", m.erased));
}

template <typename Archive>
void serialize(Archive& archive, SyncResponse& m) {
  archive(field("time", m.time), field("push", closed(m.push, PushResult::none, PushResult::forked)),
          field("admitted_through", m.admitted_through),
          field("verdicts", bounded(m.verdicts, limits::kPushGroups + limits::kHeldAsked)),
          field("page", m.page), field("next", m.next), field("checkpoint", m.checkpoint),
          field("included_through", m.included_through), field("pack", m.pack),
          field("keys_version", m.keys_version), field("backed_up_through", m.backed_up_through),
          field("checksum", m.checksum), field("repaired", m.repaired), field("parcels", m.parcels),
          field("token", m.token), field("wipe", m.wipe), field("roles", bounded(m.roles, limits::kRoles)));
}

}  // namespace doorstep::wire

// --- Types of other rooms, found by their own namespace -------------------------------------------------

namespace doorstep {

template <typename Archive>
void serialize(Archive& archive, VersionName& m) {
  using wire::field;
  archive(field("actor", m.actor), field("group", m.group), field("op", m.op));
}

template <typename Archive>
void serialize(Archive& archive, Version& m) {
  using wire::field;
  archive(field("name", m.name), field("stamp", m.stamp), field("round", m.round));
}

template <typename Archive>
void serialize(Archive& archive, RowKey& m) {
  using wire::field;
  archive(field("table", m.table), field("row", m.row));
}

template <typename Archive>
void serialize(Archive& archive, Label& m) {
  using wire::field;
  archive(field("zh", m.zh), field("en", m.en));
}

template <typename Archive>
void serialize(Archive& archive, Choice& m) {
  using wire::field;
  archive(field("value", m.value), field("label", m.label));
}

template <typename Archive>
void serialize(Archive& archive, Move& m) {
  using wire::bounded, wire::field;
  archive(field("from", m.from), field("to", bounded(m.to, limits::kSequence)));
}

template <typename Archive>
void serialize(Archive& archive, Column& m) {
  using wire::bounded, wire::closed, wire::field;
  archive(field("id", m.id), field("name", m.name), field("label", m.label),
          field("type", closed(m.type, ColumnType::text, ColumnType::list)),
          field("merge", closed(m.merge, MergeKind::latest, MergeKind::workflow)), field("target", m.target),
          field("choices", bounded(m.choices, limits::kSequence)),
          field("starts", bounded(m.starts, limits::kSequence)),
          field("moves", bounded(m.moves, limits::kSequence)), field("required", m.required),
          field("indexed", m.indexed), field("index_with", bounded(m.index_with, limits::kIndexColumns)),
          field("search", m.search), field("sensitive", m.sensitive), field("personal", m.personal),
          field("retired", m.retired), field("check", closed(m.check, Check::none, Check::base64)),
          field("check_when", m.check_when), field("check_equals", m.check_equals), field("least", m.least),
          field("most", m.most), field("max_bytes", m.max_bytes),
          field("default_rule", closed(m.default_rule, DefaultRule::none, DefaultRule::today)),
          field("default_value", m.default_value), field("masks", m.masks),
          field("mask", closed(m.mask, Mask::none, Mask::age_band)), field("cell", m.cell));
}

template <typename Archive>
void serialize(Archive& archive, RoleRights& m) {
  using wire::bounded, wire::field;
  archive(field("role", m.role), field("read", m.read), field("add", m.add), field("edit_own", m.edit_own),
          field("edit", m.edit), field("decide", m.decide),
          field("hidden", bounded(m.hidden, limits::kColumns)),
          field("read_only", bounded(m.read_only, limits::kColumns)),
          field("reveal", bounded(m.reveal, limits::kColumns)));
}

template <typename Archive>
void serialize(Archive& archive, Retention& m) {
  using wire::field;
  archive(field("days", m.days), field("table", m.table), field("column", m.column),
          field("reference", m.reference));
}

template <typename Archive>
void serialize(Archive& archive, Table& m) {
  using wire::bounded, wire::closed, wire::field;
  archive(field("id", m.id), field("name", m.name), field("label", m.label),
          field("deletes", closed(m.deletes, DeletePolicy::append_only, DeletePolicy::delete_beats_edit)),
          field("office_only", m.office_only), field("seen_from_below", m.seen_from_below),
          field("mergeable", m.mergeable), field("natural_key", bounded(m.natural_key, limits::kColumns)),
          field("names", bounded(m.names, limits::kColumns)), field("ends", m.ends),
          field("place_rule", closed(m.place_rule, PlaceRule::self, PlaceRule::children)),
          field("place_table", m.place_table), field("place_column", m.place_column),
          field("columns", bounded(m.columns, limits::kColumns)), field("subject", m.subject),
          field("retention", m.retention), field("rights", bounded(m.rights, limits::kRoles)));
}

template <typename Archive>
void serialize(Archive& archive, Role& m) {
  using wire::field;
  archive(field("name", m.name), field("label", m.label), field("decides", m.decides),
          field("volunteer", m.volunteer));
}

template <typename Archive>
void serialize(Archive& archive, Level& m) {
  using wire::field;
  archive(field("name", m.name), field("label", m.label));
}

template <typename Archive>
void serialize(Archive& archive, ViewParameter& m) {
  using wire::closed, wire::field;
  archive(field("name", m.name), field("label", m.label),
          field("type", closed(m.type, ColumnType::text, ColumnType::list)), field("target", m.target),
          field("default_rule", closed(m.default_rule, DefaultRule::none, DefaultRule::today)),
          field("default_value", m.default_value), field("default_offset_ms", m.default_offset_ms));
}

template <typename Archive>
void serialize(Archive& archive, ChoicesOf& m) {
  using wire::field;
  archive(field("table", m.table), field("column", m.column));
}

template <typename Archive>
void serialize(Archive& archive, ViewColumn& m) {
  using wire::bounded, wire::closed, wire::field;
  archive(field("name", m.name), field("label", m.label),
          field("type", closed(m.type, ColumnType::text, ColumnType::list)), field("target", m.target),
          field("choices_of", m.choices_of), field("choices", bounded(m.choices, limits::kSequence)));
}

template <typename Archive>
void serialize(Archive& archive, View& m) {
  using wire::bounded, wire::field;
  archive(field("name", m.name), field("label", m.label), field("sql", m.sql), field("brief", m.brief),
          field("parameters", bounded(m.parameters, limits::kViewParameters)),
          field("columns", bounded(m.columns, limits::kColumns)));
}

template <typename Archive>
void serialize(Archive& archive, Pack& m) {
  using wire::bounded, wire::field;
  archive(
      field("name", m.name), field("version", m.version), field("label", m.label),
      field("levels", bounded(m.levels, limits::kColumns)), field("roles", bounded(m.roles, limits::kRoles)),
      field("tables", bounded(m.tables, limits::kTables)), field("views", bounded(m.views, limits::kViews)));
}

template <typename Archive>
void serialize(Archive& archive, Error& m) {
  using wire::field;
  archive(field("domain", m.domain), field("code", m.code), field("retry", m.retry), field("zh", m.zh),
          field("en", m.en));
}

}  // namespace doorstep

namespace doorstep::wire {

template <typename Archive>
void serialize(Archive& archive, ErrorMessage& m) {
  archive(field("error", m.error));
}

}  // namespace doorstep::wire
