#include <algorithm>

#include "base/error.hpp"
#include "schema/ddl.hpp"
#include "store/part_rows.hpp"
#include "store/phone_store.hpp"
#include "wire/row_meta.hpp"

/// Two rows that are one thing: declaring it, taking it back, and keeping what follows from it up to date.
namespace doorstep {
namespace {

/// Place trees are a handful of levels deep; deeper is a ring.
constexpr std::size_t kPlaceLevels = 64;
/// Rows that lend places to rows that lend places...: deeper is a ring.
constexpr int kPlaceLending = 8;

tl::unexpected<Error> not_here(const Table& table) {
  return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
              "这部手机里没有这条" + table.label.zh + "记录。",
              "There is no such " + table.name + " on this phone.");
}

tl::unexpected<Error> same_already(const Table& table) {
  return fail(ErrorDomain::usage, ErrorCode::already_exists, Retry::never,
              "这两条" + table.label.zh + "已经归在一起了,不用再归。",
              "These two " + table.name + " rows are one already.");
}

const Value& value_of(const TouchedRow& row, std::string_view column) {
  const auto at = static_cast<std::size_t>(row.table->find(column) - row.table->columns.data());
  return row.new_values[at];
}

std::string text_in(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string{} : *text;
}

}  // namespace

Status PhoneStore::settle_folding() {
  return folding_.settle(
      writer_, [this](const Table& table, const RowId& id) { return state_with_recorded(table, id); },
      changed_tables_);
}

/// The row as its table shows it, with the group that the running transaction has just recorded. Only the
/// table tells whether it is there: held work on a row that was deleted or left has cells to show, and no
/// row.
Result<RowState> PhoneStore::state_with_recorded(const Table& table, const RowId& id) {
  DOORSTEP_TRY(here, is_here(table, id));
  if (!here) return RowState{};
  auto shown = shown_state(table, id);
  if (!shown && is_damage(shown.error())) return RowState{};  // Until it is repaired.
  DOORSTEP_TRY(state, std::move(shown));
  if (!recorded_) return state;
  for (std::size_t i = 0; i < recorded_->ops.size(); ++i) {
    const Op& op = recorded_->ops[i];
    if (op.key.table != table.id || op.key.row != id) continue;
    const Version version = recorded_->version_of(i);
    overlay(table, state, op, version.name, version.stamp);
  }
  return state;
}

Result<const Table*> PhoneStore::find_mergeable(std::string_view name) const {
  DOORSTEP_TRY(table, find_table(name));
  if (table->mergeable && pack_->find(kSameTable) != nullptr) return table;
  return fail_usage("“" + table->label.zh + "”不能归并。",
                    "Rows of \"" + table->name + "\" cannot be merged.");
}

RowId PhoneStore::root_of(const RowKey& key) const {
  const SameClass* same = folding_.class_of(key);
  return same == nullptr ? key.row : same->root;
}

Result<bool> PhoneStore::is_here(const Table& table, const RowId& id) {
  DOORSTEP_TRY(select, writer_.cached("SELECT 1 FROM " + quote_name(table.name) + " WHERE id = ?1"));
  return select->bind_id(1, id).step();
}

/// Whoever is one with somebody already brings all of them along: roots are folded, so that a declaration
/// never takes the place of another.
Result<RowId> PhoneStore::same(std::string_view table_name, const RowId& row, const RowId& other,
                               std::string_view note) {
  RowId declaration;
  const Status written = write([&]() -> Status {
    DOORSTEP_TRY(table, find_mergeable(table_name));
    for (const RowId& id : {row, other}) {
      DOORSTEP_TRY(here, is_here(*table, id));
      if (!here) return not_here(*table);
    }
    const RowId folded = root_of({table->id, row});
    const RowId into = root_of({table->id, other});
    if (folded == into) return same_already(*table);
    DOORSTEP_TRY(place, common_place(*table, row, other));
    if (!place)
      return fail_usage(
          "不知道这两条在什么地方,请先登记好住处,或联系街道。",
          "It is not known where these two are. Register their place first, or ask the office.");
    std::vector<NamedValue> values{{"kind", table->name},
                                   {"folded", to_text(folded)},
                                   {"into", to_text(into)},
                                   {"place", to_text(*place)},
                                   {"active", std::int64_t{1}}};
    if (!note.empty()) values.emplace_back("note", std::string(note));
    DOORSTEP_TRY(id, add(kSameTable, values));
    declaration = id;
    return {};
  });
  if (!written) return tl::unexpected(written.error());
  return declaration;
}

Status PhoneStore::undo_same(std::string_view table_name, const RowId& row) {
  return write([&]() -> Status {
    DOORSTEP_TRY(table, find_mergeable(table_name));
    std::vector<RowId> found;
    // Its own declaration, else the ones that fold others into it.
    for (const char* column : {"folded", "\"into\""}) {
      if (!found.empty()) break;
      DOORSTEP_TRY(select, writer_.cached(std::string("SELECT id FROM same_as WHERE kind = ?1 AND ") +
                                          column + " = ?2 AND active = 1"));
      select->bind_text(1, table->name).bind_id(2, row);
      for (;;) {
        DOORSTEP_TRY(more, select->step());
        if (!more) break;
        if (const auto id = parse_row_id(select->text(0))) found.push_back(*id);
      }
    }
    if (found.empty())
      return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
                  "这条" + table->label.zh + "没有归到别的一条。",
                  "Nothing is declared of this " + table->name + ".");
    if (found.size() > 1)
      return fail_usage("有几条归到了它这里,请写明撤销哪一条。",
                        "Several rows are folded into this one; name the one to take out.");
    return edit(kSameTable, found.front(), {{"active", std::int64_t{0}}});
  });
}

/// What a declaration says must make sense to the phone that writes it, in plain SQL too.
Status PhoneStore::check_declaration(const TouchedRow& row) {
  const auto wrong = [&](const char* zh, const char* en) {
    return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never, zh, en);
  };
  if (value_of(row, "active") != Value{std::int64_t{1}}) return {};
  const std::string kind = text_in(value_of(row, "kind"));
  const auto folded = parse_row_id(text_in(value_of(row, "folded")));
  const auto into = parse_row_id(text_in(value_of(row, "into")));
  if (!folded || !into) return wrong("归并要写两条记录的编号(id)。", "A merge names two rows by their ids.");
  DOORSTEP_TRY(table, find_mergeable(kind));
  if (*folded == *into) return same_already(*table);
  DOORSTEP_TRY(select, writer_.cached("SELECT folded, \"into\" FROM same_as WHERE kind = ?1 AND active = 1"));
  select->bind_text(1, kind);
  std::vector<SameDeclaration> known;
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) break;
    const auto a = parse_row_id(select->text(0));
    const auto b = parse_row_id(select->text(1));
    if (a && b) known.push_back({*a, *b});
  }
  const auto says_the_same = [&](const SameDeclaration& d) { return d == SameDeclaration{*folded, *into}; };
  const std::vector<SameDeclaration>& before = folding_.declarations(table->id);
  const bool said_before = std::any_of(before.begin(), before.end(), says_the_same);
  return said_before || !closes_ring(known, {*folded, *into}) ? Status{} : same_already(*table);
}

/// The lowest place that both rows lie beneath, as far as this phone knows.
Result<std::optional<RowId>> PhoneStore::common_place(const Table& table, const RowId& a, const RowId& b) {
  std::vector<RowId> places;
  DOORSTEP_CHECK(add_places(table, a, 0, places));
  DOORSTEP_CHECK(add_places(table, b, 0, places));
  if (places.empty()) return std::optional<RowId>{};
  DOORSTEP_TRY(common, way_down_to(places.front()));
  for (const RowId& place : places) {
    DOORSTEP_TRY(way, way_down_to(place));
    const auto parted = std::mismatch(common.begin(), common.end(), way.begin(), way.end());
    common.erase(parted.first, common.end());
  }
  return common.empty() ? std::optional<RowId>{} : std::optional<RowId>{common.back()};
}

/// From the top of the tree to `place`.
Result<std::vector<RowId>> PhoneStore::way_down_to(const RowId& place) {
  std::vector<RowId> way{place};
  DOORSTEP_TRY(select, writer_.cached("SELECT parent FROM place WHERE id = ?1"));
  while (way.size() < kPlaceLevels) {
    DOORSTEP_TRY(found, select->bind_id(1, way.back()).step());
    const auto parent = found ? parse_row_id(select->text(0)) : std::nullopt;
    select->reset();
    if (!parent) break;
    way.push_back(*parent);
  }
  std::reverse(way.begin(), way.end());
  return way;
}

Status PhoneStore::add_places(const Table& table, const RowId& id, int depth, std::vector<RowId>& out) {
  if (depth > kPlaceLending) return {};
  if (table.place_rule == PlaceRule::self) {
    out.push_back(id);
    return {};
  }
  const bool lent = table.place_rule == PlaceRule::children;
  const Table* source = lent ? pack_->find(table.place_table) : &table;
  const Column* column = source == nullptr ? nullptr : source->find(table.place_column);
  if (column == nullptr) return {};
  const Table* next = lent ? source : column->target ? pack_->find(*column->target) : nullptr;
  if (next == nullptr) return {};
  const std::string name = quote_name(column->name);
  DOORSTEP_TRY(select, writer_.cached(
                           lent ? "SELECT id FROM " + quote_name(source->name) + " WHERE " + name + " = ?1"
                                : "SELECT " + name + " FROM " + quote_name(source->name) + " WHERE id = ?1"));
  select->bind_id(1, id);
  std::vector<RowId> found;
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) break;
    if (const auto there = parse_row_id(select->text(0))) found.push_back(*there);
  }
  for (const RowId& there : found) DOORSTEP_CHECK(add_places(*next, there, depth + 1, out));
  return {};
}

}  // namespace doorstep
