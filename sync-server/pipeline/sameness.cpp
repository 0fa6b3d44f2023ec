#include "pipeline/sameness.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/error.hpp"
#include "pipeline/limits.hpp"
#include "pipeline/office_writer.hpp"
#include "pipeline/work_row.hpp"
#include "schema/natural_key.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::server {
namespace {

tl::unexpected<Error> cannot_merge(const std::string& table) {
  return fail_usage("“" + table + "”不能归并,只能归并住户、居民、人员。",
                    "Rows of \"" + table + "\" cannot be declared the same.");
}

std::vector<std::pair<std::size_t, Value>> values_of(const Table& table,
                                                     const std::vector<NamedValue>& named) {
  std::vector<std::pair<std::size_t, Value>> out;
  for (const auto& [name, value] : named)
    if (const Column* column = table.find(name))
      out.emplace_back(static_cast<std::size_t>(column - table.columns.data()), value);
  return out;
}

/// A row of a table whose natural key is among `named`.
Result<OfficeWrite> keyed_write(OfficeTransaction& work, std::string_view name,
                                const std::vector<NamedValue>& named) {
  OfficeWrite write;
  write.plan = work.plan().find(name);
  if (write.plan == nullptr) return cannot_merge(std::string(name));
  write.values = values_of(*write.plan->table, named);
  std::vector<Value> values(write.plan->table->columns.size());
  for (const auto& [position, value] : write.values) values[position] = value;
  const auto id = natural_key_id(work.office().record().office, *write.plan->table, values);
  if (!id) return cannot_merge(std::string(name));
  write.row = *id;
  return write;
}

/// Who stands for whom, as declared so far and by this transaction.
class Roots {
 public:
  explicit Roots(const std::map<TableId, std::vector<SameClass>>& classes) {
    for (const auto& [table, of_table] : classes)
      for (const SameClass& same : of_table)
        for (const RowId& member : same.members)
          if (member != same.root) into_[{table, member}] = same.root;
  }
  RowId of(const RowKey& key) const {
    RowId at = key.row;
    for (auto next = into_.find(key); next != into_.end(); next = into_.find({key.table, at}))
      at = next->second;
    return at;
  }
  void fold(TableId table, const RowId& row, const RowId& into) { into_[{table, row}] = into; }

 private:
  std::unordered_map<RowKey, RowId> into_;
};

}  // namespace

Status each_declaration(ReadSnapshot& snapshot, const PackPlan& plan,
                        const std::function<void(const Declared&)>& visit) {
  const TablePlan* declarations = plan.find(kSameTable);
  if (declarations == nullptr) return {};
  const Table& table = *declarations->table;
  const auto at = [&](const char* name) {
    const Column* column = table.find(name);
    return column == nullptr ? std::size_t{0} : static_cast<std::size_t>(column - table.columns.data());
  };
  const std::size_t kind = at("kind"), folded = at("folded"), into = at("into"), active = at("active");
  Status damaged;
  std::vector<Value> values;
  DOORSTEP_CHECK(snapshot.each_row(table, [&](const RowId& id, const RowView& row) {
    values.clear();
    row.append_values(values);
    const auto* name = std::get_if<std::string>(&values[kind]);
    const TablePlan* of = name == nullptr ? nullptr : plan.find(*name);
    const auto a = reference_in(values[folded]);
    const auto b = reference_in(values[into]);
    if (of == nullptr || !of->table->mergeable || !a || !b) return true;
    const auto state = wire::decode_meta(table, row.meta(), values);
    if (!state) {
      damaged = tl::unexpected(state.error());
      return false;
    }
    const Cell* said = state->find(table.columns[into].id);
    visit({id,
           of->table,
           {*a, *b},
           values[active] == Value{std::int64_t{1}},
           said == nullptr ? ActorId{} : said->version.name.actor});
    return true;
  }));
  return damaged;
}

Result<std::map<TableId, std::vector<SameClass>>> classes_of(ReadSnapshot& snapshot, const PackPlan& plan) {
  std::map<TableId, std::vector<SameDeclaration>> declared;
  DOORSTEP_CHECK(each_declaration(snapshot, plan, [&](const Declared& one) {
    if (one.active) declared[one.table->id].push_back(one.same);
  }));
  std::map<TableId, std::vector<SameClass>> out;
  for (const auto& [table, declarations] : declared) out[table] = same_classes(declarations);
  return out;
}

std::vector<Member> ClassRows::members() const {
  std::vector<Member> out;
  for (std::size_t i = 0; i < ids.size(); ++i) out.push_back({ids[i], &states[i]});
  return out;
}

Result<ClassRows> class_rows(ReadSnapshot& snapshot, const PackPlan& plan, const RowKey& key) {
  DOORSTEP_TRY(classes, classes_of(snapshot, plan));
  ClassRows out;
  for (const SameClass& same : classes[key.table]) {
    if (!std::binary_search(same.members.begin(), same.members.end(), key.row)) continue;
    for (const RowId& member : same.members) {
      WorkRow row;
      row.plan = plan.find(key.table);
      row.key = {key.table, member};
      DOORSTEP_CHECK(load(snapshot, row));
      if (!row.in_table) continue;
      if (member == same.root || out.ids.empty()) out.root = member;
      out.ids.push_back(member);
      out.states.push_back(std::move(row.before));
    }
  }
  return out;
}

Result<std::optional<RowId>> common_place(OfficeTransaction& work, const TablePlan& table,
                                          const std::vector<RowId>& rows) {
  const Territory& territory = work.territory();
  Territory::Place common = Territory::kNowhere;
  for (const RowId& row : rows) {
    DOORSTEP_TRY(feed, work.tx().feed_of(table.table->id, row));
    for (const RowId& id : places_in(feed)) {
      const Territory::Place place = territory.find(id);
      if (place == Territory::kNowhere) continue;
      if (common == Territory::kNowhere) common = place;
      while (common != Territory::kNowhere && !territory.within(place, common))
        common = territory.parent(common);
      if (common == Territory::kNowhere) return std::optional<RowId>{};
    }
  }
  return common == Territory::kNowhere ? std::optional<RowId>{} : std::optional<RowId>{territory.id(common)};
}

Result<std::size_t> declare_same(Office& office, const std::vector<SamePair>& pairs) {
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  DOORSTEP_TRY(classes, classes_of(work.tx(), work.plan()));
  Roots roots(classes);
  std::vector<OfficeWrite> writes;
  std::size_t declared = 0;
  const auto flush = [&]() -> Status {
    declared += writes.size();
    DOORSTEP_CHECK(write_office_group(work, writes));
    writes.clear();
    return {};
  };
  for (const SamePair& pair : pairs) {
    const Table& table = *pair.table->table;
    if (!table.mergeable) return cannot_merge(table.name);
    const RowId folded = roots.of({table.id, pair.row});
    const RowId into = roots.of({table.id, pair.other});
    if (folded == into) continue;
    DOORSTEP_TRY(place, common_place(work, *pair.table, {pair.row, pair.other}));
    if (!place)
      return fail_usage("不知道这两条在什么地方,请先登记好住处。",
                        "It is not known where these two rows are. Register their place first.");
    std::vector<NamedValue> values{{"kind", table.name},
                                   {"folded", to_text(folded)},
                                   {"into", to_text(into)},
                                   {"place", to_text(*place)},
                                   {"active", std::int64_t{1}}};
    if (!pair.note.empty()) values.emplace_back("note", pair.note);
    DOORSTEP_TRY(write, keyed_write(work, kSameTable, values));
    writes.push_back(std::move(write));
    roots.fold(table.id, folded, into);
    if (writes.size() == limits::kOfficeGroupOps) DOORSTEP_CHECK(flush());
  }
  if (!writes.empty()) DOORSTEP_CHECK(flush());
  DOORSTEP_CHECK(work.commit());
  return declared;
}

Status undo_same(Office& office, std::string_view name, const RowId& row) {
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  std::vector<RowId> own, others;
  DOORSTEP_CHECK(each_declaration(work.tx(), work.plan(), [&](const Declared& one) {
    if (!one.active || one.table->name != name) return;
    if (one.same.folded == row) own.push_back(one.id);
    if (one.same.into == row) others.push_back(one.id);
  }));
  const std::vector<RowId>& found = own.empty() ? others : own;
  if (found.empty())
    return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never, "这条没有归到别的一条。",
                "Nothing is declared of this row.");
  if (found.size() > 1)
    return fail_usage("有几条归到了它这里,请写明撤销哪一条。",
                      "Several rows are folded into this one; name the one to take out.");
  OfficeWrite write;
  write.plan = work.plan().find(kSameTable);
  write.row = found.front();
  write.values = values_of(*write.plan->table, {{"active", std::int64_t{0}}});
  DOORSTEP_CHECK(write_office_group(work, {write}));
  return work.commit();
}

Status declare_not_same(Office& office, const SamePair& pair) {
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  DOORSTEP_TRY(place, common_place(work, *pair.table, {pair.row, pair.other}));
  std::vector<NamedValue> values{{"kind", pair.table->table->name},
                                 {"one", to_text(std::min(pair.row, pair.other))},
                                 {"other", to_text(std::max(pair.row, pair.other))}};
  if (place) values.emplace_back("place", to_text(*place));
  DOORSTEP_TRY(write, keyed_write(work, kNotSameTable, values));
  DOORSTEP_CHECK(write_office_group(work, {write}));
  return work.commit();
}

}  // namespace doorstep::server
