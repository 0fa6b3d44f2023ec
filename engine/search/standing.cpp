#include "search/standing.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "schema/ddl.hpp"

namespace doorstep {

std::string not_over(const Table& table, int parameter) {
  if (!table.ends) return {};
  const std::string ends = quote_name(table.find(*table.ends)->name);
  return " AND (" + ends + " IS NULL OR " + ends + " >= ?" + std::to_string(parameter) + ")";
}

Result<Standing::Places> Standing::of(const Table& table, const RowId& row) {
  Places places;
  DOORSTEP_CHECK(add(table, to_text(row), places));
  const auto code = [&](int at) -> const std::string& {
    return tree_.places()[static_cast<std::size_t>(at)].code;
  };
  std::sort(places.known.begin(), places.known.end(),
            [&](int a, int b) { return code(a) != code(b) ? code(a) < code(b) : a < b; });
  places.known.erase(std::unique(places.known.begin(), places.known.end()), places.known.end());
  return places;
}

Status Standing::add(const Table& table, const std::string& row, Places& out) {
  if (table.place_rule == PlaceRule::children) return add_through_children(table, row, out);
  if (table.place_rule == PlaceRule::self) {
    const auto id = parse_row_id(row);
    const int at = id ? tree_.position(*id) : -1;
    if (at >= 0) out.known.push_back(at);
    return {};
  }
  const Column& way = *table.find(table.place_column);
  DOORSTEP_TRY(select, connection_.cached("SELECT " + quote_name(way.name) + " FROM " +
                                          quote_name(table.name) + " WHERE id = ?1"));
  select->bind_text(1, row);
  DOORSTEP_TRY(found, select->step());
  if (!found || select->is_null(0)) return {};
  return add(*pack_.find(*way.target), std::string(select->text(0)), out);
}

Status Standing::add_through_children(const Table& table, const std::string& row, Places& out) {
  const Table& child = *pack_.find(table.place_table);
  const std::string reference = quote_name(child.find(table.place_column)->name);
  const std::string open = child.ends ? not_over(child, 2).substr(5) : "1";
  DOORSTEP_TRY(all, members(table, row));
  DOORSTEP_TRY(select, connection_.cached("SELECT id, " + open + " FROM " + quote_name(child.name) +
                                          " WHERE " + reference + " = ?1"));
  bool any = false;
  bool any_open = false;
  for (const std::string& member : all) {
    select->bind_text(1, member);
    if (child.ends) select->bind_text(2, today_);
    for (;;) {
      DOORSTEP_TRY(more, select->step());
      if (!more) break;
      any = true;
      if (select->integer(1) == 0) continue;
      any_open = true;
      DOORSTEP_CHECK(add(child, std::string(select->text(0)), out));
    }
    select->reset();
  }
  if (any && !any_open) out.over = true;
  return {};
}

Result<std::vector<std::string>> Standing::members(const Table& table, const std::string& row) {
  std::vector<std::string> all{row};
  if (!table.mergeable) return all;
  DOORSTEP_TRY(select, connection_.cached("SELECT row FROM doorstep_same WHERE tbl = ?1 AND root = ?2"));
  select->bind(1, std::int64_t{raw(table.id)}).bind_text(2, row);
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) break;
    if (select->text(0) != row) all.emplace_back(select->text(0));
  }
  return all;
}

}  // namespace doorstep
