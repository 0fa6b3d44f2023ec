#include "simulation/slow_sight.hpp"

#include <algorithm>

#include "merge/fit.hpp"
#include "pipeline/work_row.hpp"
#include "schema/validation.hpp"
#include "simulation/sim_office.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::simulation {
namespace {

using server::ReadSnapshot;

bool reads(const Table& table, const Post& post, ColumnId column) {
  const RoleRights rights = rights_of(table, post);
  return rights.read && std::find(rights.hidden.begin(), rights.hidden.end(), column) == rights.hidden.end();
}

std::optional<RowId> reference(const RowState& row, ColumnId column) {
  const Cell* cell = row.find(column);
  const auto* text = cell != nullptr ? std::get_if<std::string>(&cell->value) : nullptr;
  return text == nullptr ? std::nullopt : parse_row_id(*text);
}

std::string text_in(const Table& table, const RowState& row, const char* column) {
  const auto* text = std::get_if<std::string>(&value_in(row, table.find(column)->id));
  return text == nullptr ? std::string() : *text;
}

/// A row without places goes to the devices of whoever wrote it, or brought it about that it stands nowhere:
/// the feed alone says who that is.
bool is_kept_for(ReadSnapshot& snapshot, const RowKey& key, const std::set<ActorId>& devices) {
  const auto author = server::placeless_author(must(snapshot.feed_of(key.table, key.row), "feed"));
  return author && devices.count(*author) != 0;
}

std::set<ActorId> devices_of(ReadSnapshot& snapshot, const RowId& person) {
  std::set<ActorId> devices;
  for (const auto& actor : must(snapshot.actors(), "actors"))
    if (actor.person == person) devices.insert(actor.actor);
  return devices;
}

}  // namespace

OfficeRows read_office(ReadSnapshot& snapshot, const Pack& pack) {
  OfficeRows out;
  for (const Table& table : pack.tables) {
    auto& rows = out[table.id];
    const Status read = snapshot.each_row(table, [&](const RowId& id, const server::RowView& row) {
      std::vector<Value> values;
      row.append_values(values);
      rows[id] = must(wire::decode_meta(table, row.meta(), values), "office row");
      return true;
    });
    ensure(read.has_value(), "the office's rows are readable");
  }
  return out;
}

void add_dead(ReadSnapshot& snapshot, const Pack& pack, OfficeRows& rows) {
  for (const Table& table : pack.tables)
    for (const auto& dead : must(snapshot.dead_rows(table.id), "dead rows")) {
      RowState& row = rows[table.id][dead.key.row];
      if (dead.state.empty()) {  // Only its birth is known: somebody's delete has the last word on it.
        row.birth = dead.birth;
        row.deaths.push_back({{}, {}, true, false});
        continue;
      }
      row = must(wire::decode_row(dead.state), "dead row");
      fit(table, row);
    }
}

RoleRights rights_of(const Table& table, const Post& post) {
  for (const RoleRights& rights : table.rights)
    if (rights.role == post.role) return rights;
  return {};
}

bool any_reads(const Table& table, const std::vector<Post>& posts, ColumnId column) {
  return std::any_of(posts.begin(), posts.end(),
                     [&](const Post& post) { return reads(table, post, column); });
}

std::set<RowId> SlowPlaces::of(const Table& table, const RowId& id, int depth) const {
  const auto row = rows_.at(table.id).find(id);
  if (row == rows_.at(table.id).end() || depth > 8) return {};
  switch (table.place_rule) {
    case PlaceRule::self:
      return {id};
    case PlaceRule::column: {
      const auto target = reference(row->second, table.place_column);
      const TableId to = *table.find(table.place_column)->target;
      if (!target) return {};
      if (pack_.find(to)->name == kPlaceTable) return {*target};
      return of(*pack_.find(to), *target, depth + 1);
    }
    case PlaceRule::children: {
      std::set<RowId> out;
      const Table& children = *pack_.find(table.place_table);
      for (const auto& [child, state] : alive_.at(children.id))
        if (reference(state, table.place_column) == id) out.merge(of(children, child, depth + 1));
      return out;
    }
  }
  return {};
}

bool SlowPlaces::within(const RowId& place, const RowId& root, int depth) const {
  if (place == root) return true;
  if (depth > 40) return false;
  const Table& places = *pack_.find(kPlaceTable);
  const auto row = rows_.at(places.id).find(place);
  if (row != rows_.at(places.id).end()) {
    const auto parent = reference(row->second, places.find("parent")->id);
    if (parent && within(*parent, root, depth + 1)) return true;
  }
  const Table& overlays = *pack_.find(kOverlayTable);
  for (const auto& [id, edge] : alive_.at(overlays.id)) {
    if (reference(edge, overlays.find("place")->id) != place) continue;
    const Cell* active = edge.find(overlays.find("active")->id);
    if (active != nullptr && active->value == Value(std::int64_t{0})) continue;
    const auto overlay = reference(edge, overlays.find("overlay")->id);
    if (overlay && within(*overlay, root, depth + 1)) return true;
  }
  return false;
}

SlowSight::SlowSight(ReadSnapshot& snapshot, const Pack& pack, const RowId& person, const std::string& today)
    : snapshot_(snapshot),
      pack_(pack),
      rows_(read_office(snapshot, pack)),
      with_dead_(with_dead(snapshot, pack, rows_)),
      places_(pack, rows_, with_dead_),
      devices_(devices_of(snapshot, person)) {
  const Table& table = *pack.find(kAssignmentTable);
  for (const auto& [id, row] : rows_.at(table.id)) {
    const std::string starts = text_in(table, row, "starts"), ends = text_in(table, row, "ends");
    if (text_in(table, row, "person") != to_text(person) || starts > today) continue;
    if (!ends.empty() && ends < today) continue;
    posts_.push_back({*parse_row_id(text_in(table, row, "place")), text_in(table, row, "role")});
  }
}

OfficeRows SlowSight::with_dead(ReadSnapshot& snapshot, const Pack& pack, OfficeRows rows) {
  add_dead(snapshot, pack, rows);
  return rows;
}

std::vector<Post> SlowSight::covering(const Table& table, const RowId& id) const {
  const std::set<RowId> at = places_.of(table, id);
  if (at.empty()) return is_kept_for(snapshot_, {table.id, id}, devices_) ? posts_ : std::vector<Post>{};
  std::vector<Post> out;
  for (const Post& post : posts_)
    if (std::any_of(at.begin(), at.end(), [&](const RowId& place) {
          return places_.within(place, post.place) ||
                 (table.seen_from_below && places_.within(post.place, place));
        }))
      out.push_back(post);
  return out;
}

bool SlowSight::may_be_told(const RowKey& key, ColumnId column) const {
  const Table& table = *pack_.find(key.table);
  if (rows_.at(key.table).count(key.row) == 0 || !is_placed(table, key.row)) return false;
  const std::vector<Post> posts = covering(table, key.row);
  return std::any_of(posts.begin(), posts.end(), [&](const Post& post) {
    const std::vector<ColumnId> reveal = rights_of(table, post).reveal;
    return std::find(reveal.begin(), reveal.end(), column) != reveal.end();
  });
}

}  // namespace doorstep::simulation
