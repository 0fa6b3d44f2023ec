#include "folding/folded_tables.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "folding/views.hpp"
#include "schema/ddl.hpp"

namespace doorstep {
namespace {

std::string insert_folded(const Table& table) {
  std::string sql = "INSERT OR REPLACE INTO " + quote_name(folded_table(table)) + "(id, " +
                    column_list(table) + ") VALUES(?1";
  for (std::size_t i = 0; i < table.columns.size(); ++i) sql += ", ?" + std::to_string(i + 2);
  return sql + ")";
}

using Classes = std::map<TableId, std::vector<SameClass>>;

bool holds(const Classes& in, TableId table, const SameClass& same) {
  const auto of_table = in.find(table);
  if (of_table == in.end()) return false;
  const std::vector<SameClass>& classes = of_table->second;
  const auto at = std::lower_bound(
      classes.begin(), classes.end(), same,
      [](const SameClass& a, const SameClass& b) { return a.members.front() < b.members.front(); });
  return at != classes.end() && *at == same;
}

/// Members of classes that `after` has not, or has otherwise.
void add_changed(const Classes& before, const Classes& after, std::set<RowKey>& out) {
  for (const auto& [table, classes] : before)
    for (const SameClass& same : classes)
      if (!holds(after, table, same))
        for (const RowId& member : same.members) out.insert({table, member});
}

}  // namespace

RowId root_among(const SameClass& same, const std::vector<Member>& present) {
  for (const Member& member : present)
    if (member.id == same.root) return member.id;
  return present.front().id;
}

Status FoldedTables::create(sql::Connection& connection, const Pack& pack) {
  for (const std::string& statement : drop_folding_statements(pack))
    DOORSTEP_CHECK(connection.execute(statement));
  for (const std::string& statement : create_folding_statements(pack, holder_))
    DOORSTEP_CHECK(connection.execute(statement));
  DOORSTEP_CHECK(load(connection, pack));
  all_ = true;
  return {};
}

Status FoldedTables::load(sql::Connection& connection, const Pack& pack) {
  forget();
  pack_ = &pack;
  DOORSTEP_CHECK(read_declarations(connection));
  index_classes();
  return {};
}

void FoldedTables::forget() {
  touched_.clear();
  declared_ = all_ = false;
}

Status FoldedTables::read_declarations(sql::Connection& connection) {
  declarations_.clear();
  if (pack_->find(kSameTable) == nullptr) return {};
  DOORSTEP_TRY(select, connection.cached(R"(SELECT kind, folded, "into" FROM same_as WHERE active = 1)"));
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) return {};
    const Table* table = pack_->find(select->text(0));
    const auto folded = parse_row_id(select->text(1));
    const auto into = parse_row_id(select->text(2));
    if (table != nullptr && table->mergeable && folded && into)
      declarations_[table->id].push_back({*folded, *into});
  }
}

void FoldedTables::index_classes() {
  classes_.clear();
  class_of_.clear();
  for (const auto& [table, declarations] : declarations_) {
    std::vector<SameClass>& classes = classes_[table];
    classes = same_classes(declarations);
    for (std::size_t i = 0; i < classes.size(); ++i)
      for (const RowId& member : classes[i].members) class_of_[{table, member}] = {table, i};
  }
}

const SameClass* FoldedTables::class_of(const RowKey& key) const {
  const auto at = class_of_.find(key);
  return at == class_of_.end() ? nullptr : &classes_.at(at->second.first)[at->second.second];
}

const std::vector<SameDeclaration>& FoldedTables::declarations(TableId table) const {
  static const std::vector<SameDeclaration> none;
  const auto at = declarations_.find(table);
  return at == declarations_.end() ? none : at->second;
}

Status FoldedTables::settle(sql::Connection& connection, const ReadRow& read,
                            std::set<std::string>& changed) {
  if (!declared_ && !all_ && touched_.empty()) return {};
  std::set<RowKey> stale;
  stale.swap(touched_);
  if (declared_ || all_) {
    const Classes before = std::move(classes_);
    DOORSTEP_CHECK(read_declarations(connection));
    index_classes();
    add_changed(before, all_ ? Classes{} : classes_, stale);
    add_changed(classes_, all_ ? Classes{} : before, stale);
  }
  forget();
  return redo(connection, read, stale, changed);
}

/// Clears what is said of the rows in `stale`, and writes the classes anew that they belong to.
Status FoldedTables::redo(sql::Connection& connection, const ReadRow& read, const std::set<RowKey>& stale,
                          std::set<std::string>& changed) {
  std::map<TableId, std::set<std::size_t>> classes;
  for (const RowKey& key : stale) {
    const Table* table = pack_->find(key.table);
    if (table == nullptr) continue;
    changed.insert("doorstep_same");
    changed.insert(folded_table(*table));
    const auto at = class_of_.find(key);
    if (at == class_of_.end())
      DOORSTEP_CHECK(clear_row(connection, *table, key.row));
    else
      classes[key.table].insert(at->second.second);
  }
  for (const auto& [table_id, indexes] : classes)
    for (const std::size_t index : indexes)
      DOORSTEP_CHECK(write_class(connection, read, *pack_->find(table_id), classes_.at(table_id)[index]));
  return {};
}

Status FoldedTables::clear_row(sql::Connection& connection, const Table& table, const RowId& id) {
  DOORSTEP_TRY(same, connection.cached("DELETE FROM doorstep_same WHERE tbl = ?1 AND row = ?2"));
  DOORSTEP_CHECK(same->bind(1, std::int64_t{raw(table.id)}).bind_id(2, id).run());
  DOORSTEP_TRY(folded,
               connection.cached("DELETE FROM " + quote_name(folded_table(table)) + " WHERE id = ?1"));
  return folded->bind_id(1, id).run();
}

Status FoldedTables::write_class(sql::Connection& connection, const ReadRow& read, const Table& table,
                                 const SameClass& same) {
  std::vector<RowState> states(same.members.size());
  std::vector<Member> present;
  for (std::size_t i = 0; i < states.size(); ++i) {
    DOORSTEP_CHECK(clear_row(connection, table, same.members[i]));
    DOORSTEP_TRY(state, read(table, same.members[i]));
    states[i] = std::move(state);
    if (states[i].birth != Birth{0}) present.push_back({same.members[i], &states[i]});
  }
  if (present.empty()) return {};
  const RowId root = root_among(same, present);
  DOORSTEP_TRY(insert, connection.cached("INSERT INTO doorstep_same(tbl, row, root) VALUES(?1, ?2, ?3)"));
  for (const RowId& member : same.members)
    DOORSTEP_CHECK(insert->bind(1, std::int64_t{raw(table.id)}).bind_id(2, member).bind_id(3, root).run());
  const FoldedRow folded = fold_rows(table, root, present);
  DOORSTEP_TRY(row, connection.cached(insert_folded(table)));
  row->bind_id(1, root);
  for (std::size_t i = 0; i < folded.values.size(); ++i)
    row->bind_value(static_cast<int>(i) + 2, folded.values[i]);
  return row->run();
}

}  // namespace doorstep
