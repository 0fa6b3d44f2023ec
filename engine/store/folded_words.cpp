#include <algorithm>

#include "base/error.hpp"
#include "store/phone_store.hpp"
#include "store/words.hpp"
#include "wire/row_meta.hpp"

/// What the phone tells of rows that are declared to be one thing.
namespace doorstep {
namespace {

std::vector<NamedValue> named(const Table& table, const std::vector<Value>& values) {
  std::vector<NamedValue> out;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!table.columns[i].retired) out.emplace_back(table.columns[i].name, values[i]);
  return out;
}

}  // namespace

/// The row's class as far as it is here; none for a row that is nobody else.
Result<std::optional<PhoneStore::PresentClass>> PhoneStore::present_class(const Table& table,
                                                                          const RowId& id) {
  PresentClass out;
  out.same = folding_.class_of({table.id, id});
  if (out.same == nullptr) return std::optional<PresentClass>{};
  out.states.reserve(out.same->members.size());
  for (const RowId& member : out.same->members) {
    DOORSTEP_TRY(state, state_with_recorded(table, member));
    if (state.birth == Birth{0}) continue;
    out.states.push_back(std::move(state));
    out.members.push_back({member, &out.states.back()});
  }
  if (out.members.empty()) return std::optional<PresentClass>{};
  out.root = root_among(*out.same, out.members);
  return std::optional<PresentClass>(std::move(out));
}

Result<Folded> PhoneStore::folded(std::string_view table_name, const RowId& id) {
  const std::lock_guard lock(mutex_);
  return inspect([&]() -> Result<Folded> {
    DOORSTEP_TRY(table, find_table(table_name));
    DOORSTEP_TRY(found, present_class(*table, id));
    Folded out;
    out.table = table->name;
    PresentClass alone;
    if (!found) {
      DOORSTEP_TRY(state, shown_state(*table, id));
      if (!state.alive())
        return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never, "这部手机里没有这条记录。",
                    "That row is not on this phone.");
      alone.root = id;
      alone.states.push_back(std::move(state));
      alone.members.push_back({id, &alone.states.back()});
    }
    const PresentClass& rows = found ? *found : alone;
    for (const Member& member : rows.members)
      out.rows.push_back({to_text(member.id), name_of_row(*table, member.id, 0), true,
                          named(*table, wire::values_of(*table, *member.state))});
    for (std::size_t i = 0; found && i < rows.same->members.size(); ++i) {
      const std::string elsewhere = to_text(rows.same->members[i]);
      const auto is_it = [&](const Folded::Row& row) { return row.id == elsewhere; };
      if (std::none_of(out.rows.begin(), out.rows.end(), is_it))
        out.rows.push_back({elsewhere, {}, false, {}});
    }
    const FoldedRow folded = fold_rows(*table, rows.root, rows.members);
    out.root = to_text(rows.root);
    out.values = named(*table, folded.values);
    for (const Differing& differing : folded.differing) {
      const Column& column = *table->find(differing.column);
      const Value& shown = folded.values[static_cast<std::size_t>(table->position(column.id))];
      const Sentence shows = words::value(&column, shown);
      const Sentence reads = words::value(&column, differing.value);
      out.differing.push_back(
          {column.name,
           to_text(differing.member),
           shown,
           differing.value,
           {"“" + column.label.zh + "”显示“" + shows.zh + "”,另一条写的是“" + reads.zh + "”。",
            column.name + " shows \"" + shows.en + "\"; another row says \"" + reads.en + "\"."}});
    }
    const std::string count = std::to_string(out.rows.size());
    out.sentence =
        out.rows.size() == 1
            ? Sentence{"这条" + table->label.zh + "只登记了一次。", "This " + table->name + " is there once."}
            : Sentence{"这" + count + "条是同一个" + table->label.zh + ",合起来算一个。",
                       "These " + count + " rows are one " + table->name + "."};
    return out;
  });
}

}  // namespace doorstep
