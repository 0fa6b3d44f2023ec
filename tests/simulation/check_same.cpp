#include <functional>
#include <map>
#include <set>

#include "base/ensure.hpp"
#include "folding/views.hpp"
#include "pipeline/sameness.hpp"
#include "schema/ddl.hpp"
#include "simulation/checks.hpp"
#include "sql/connection.hpp"
#include "unit/merge/folding_reference.hpp"

namespace doorstep::simulation {
namespace {

using Lines = std::vector<std::vector<Value>>;
using Query = std::function<Lines(const std::string& sql)>;

std::string text_in(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string{} : *text;
}

std::set<RowId> ids_of(const Query& query, const std::string& from) {
  std::set<RowId> out;
  for (const auto& line : query("SELECT id FROM " + from)) out.insert(*parse_row_id(text_in(line[0])));
  return out;
}

std::map<RowId, RowId> declared_roots(const Query& query, const Table& table) {
  std::vector<SameDeclaration> declared;
  for (const auto& line :
       query("SELECT folded, \"into\" FROM same_as WHERE active = 1 AND kind = '" + table.name + "'"))
    declared.push_back({*parse_row_id(text_in(line[0])), *parse_row_id(text_in(line[1]))});
  return test::slow_roots(declared);
}

/// Of each row that is one with others, who stands for it among those that are here.
std::map<RowId, RowId> roots_here(const std::map<RowId, RowId>& declared, const std::set<RowId>& here) {
  std::map<RowId, RowId> standing;
  for (const auto& [row, root] : declared)
    if (here.count(row) != 0) standing.emplace(root, here.count(root) != 0 ? root : row);
  std::map<RowId, RowId> out;
  for (const auto& [row, root] : declared)
    if (standing.count(root) != 0) out.emplace(row, standing.at(root));
  return out;
}

using Fold = std::function<std::vector<Value>(const Table& table, const RowId& root)>;

std::vector<std::string> compare(const std::string& who, const Pack& pack, const Query& query,
                                 const Fold& fold) {
  std::vector<std::string> wrong;
  for (const Table& table : pack.tables) {
    const std::set<RowId> here = ids_of(query, quote_name(table.name));
    std::map<RowId, RowId> expected;
    if (table.mergeable) expected = roots_here(declared_roots(query, table), here);
    std::map<RowId, RowId> kept;
    for (const auto& line :
         query("SELECT row, root FROM doorstep_same WHERE tbl = " + std::to_string(raw(table.id))))
      kept.emplace(*parse_row_id(text_in(line[0])), *parse_row_id(text_in(line[1])));
    if (kept != expected) wrong.push_back(who + ": " + table.name + " has other roots than were declared");
    std::set<RowId> seen;
    for (const RowId& id : here) seen.insert(expected.count(id) != 0 ? expected.at(id) : id);
    if (ids_of(query, each_view(table)) != seen)
      wrong.push_back(who + ": " + each_view(table) + " shows other rows than there are");
    std::set<RowId> roots;
    for (const auto& [row, root] : expected) roots.insert(root);
    for (const RowId& root : roots) {
      const Lines lines = query("SELECT " + column_list(table) + " FROM " + folded_table(table) +
                                " WHERE id = '" + to_text(root) + "'");
      if (lines.size() != 1 || lines[0] != fold(table, root))
        wrong.push_back(who + ": " + table.name + " " + to_text(root) + " is not folded from its rows");
    }
  }
  return wrong;
}

}  // namespace

std::vector<std::string> check_same(const Enrolled& enrolled) {
  PhoneStore& store = enrolled.phone->store();
  const auto query = [&](const std::string& sql) {
    auto rows = store.query(sql, {});
    ensure(rows.has_value(), "a phone reads its own views");
    return rows->rows;
  };
  const auto fold = [&](const Table& table, const RowId& root) {
    auto folded = store.folded(table.name, root);
    ensure(folded.has_value(), "a folded row can be told of");
    std::vector<Value> values(table.columns.size());
    for (const auto& [name, value] : folded->values)
      values[static_cast<std::size_t>(table.find(name) - table.columns.data())] = value;
    // Retired columns are not told.
    const auto rows = query("SELECT " + column_list(table) + " FROM " + folded_table(table) +
                            " WHERE id = '" + to_text(root) + "'");
    for (std::size_t i = 0; i < values.size(); ++i)
      if (table.columns[i].retired && rows.size() == 1) values[i] = rows[0][i];
    return values;
  };
  return compare(enrolled.phone->name(), *store.pack(), query, fold);
}

std::vector<std::string> check_same(SimOffice& office, const Pack& pack) {
  sql::OpenOptions how;
  how.read_only = true;
  how.vfs = office.disk().vfs_name();
  auto connection = sql::Connection::open("office.db", how);
  ensure(connection.has_value(), "the office's file is readable");
  const auto query = [&](const std::string& sql) {
    Lines out;
    auto statement = connection->prepare(sql);
    ensure(statement.has_value(), "the office's views are readable");
    for (auto more = statement->step(); more && *more; more = statement->step()) {
      std::vector<Value>& line = out.emplace_back();
      for (int i = 0; i < statement->column_count(); ++i) line.push_back(statement->value(i));
    }
    return out;
  };
  auto snapshot = office.store().snapshot();
  ensure(snapshot.has_value(), "the office is readable");
  auto plan = office.pipeline().office().newest_plan(**snapshot);
  ensure(plan.has_value(), "the office has a pack");
  const auto fold = [&](const Table& table, const RowId& root) {
    auto rows = server::class_rows(**snapshot, **plan, {table.id, root});
    ensure(rows.has_value(), "the rows of a class are readable");
    return fold_rows(table, rows->root, rows->members()).values;
  };
  return compare("office", pack, query, fold);
}

}  // namespace doorstep::simulation
