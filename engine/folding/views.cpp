#include "folding/views.hpp"

#include "schema/ddl.hpp"

namespace doorstep {
namespace {

/// The columns of `table` as its view has them: who was folded is called by the root.
std::string each_columns(const Pack& pack, const Table& table) {
  std::string list = "id";
  for (const Column& column : table.columns) {
    const std::string name = quote_name(column.name);
    const Table* target = column.target ? pack.find(*column.target) : nullptr;
    if (target == nullptr || !target->mergeable)
      list += ", " + name;
    else
      list += ", COALESCE((SELECT root FROM doorstep_same WHERE tbl = " + std::to_string(raw(target->id)) +
              " AND row = own." + name + "), own." + name + ") AS " + name;
  }
  return list;
}

/// Of a row that the office has not decided about there is no `_meta`; of one that was changed here since,
/// `doorstep_under` keeps what lies beneath.
std::string is_pending(const Table& table, const std::string& row) {
  return "(" + row + "." + quote_name(kMetaColumn) +
         " IS NULL OR EXISTS (SELECT 1 FROM doorstep_under WHERE tbl = " + std::to_string(raw(table.id)) +
         " AND row = " + row + ".id))";
}

std::string is_any_pending(const Table& table) {
  return "EXISTS (SELECT 1 FROM doorstep_same AS same JOIN " + quote_name(table.name) +
         " AS part ON part.id = same.row WHERE same.tbl = " + std::to_string(raw(table.id)) +
         " AND same.root = own.id AND " + is_pending(table, "part") + ")";
}

std::string create_view(const Pack& pack, const Table& table, Holder holder) {
  const std::string columns = each_columns(pack, table);
  const auto pending = [&](const std::string& on_phone) {
    return ", " + (holder == Holder::phone ? on_phone : "0") + " AS " + quote_name(kPendingColumn);
  };
  std::string sql = "CREATE VIEW " + quote_name(each_view(table)) + " AS SELECT " + columns +
                    pending(is_pending(table, "own")) + " FROM " + quote_name(table.name) + " AS own";
  if (!table.mergeable) return sql;
  return sql +
         " WHERE id NOT IN (SELECT row FROM doorstep_same WHERE tbl = " + std::to_string(raw(table.id)) +
         ") UNION ALL SELECT " + columns + pending(is_any_pending(table)) + " FROM " +
         quote_name(folded_table(table)) + " AS own";
}

}  // namespace

std::string each_view(const Table& table) { return "each_" + table.name; }

std::string folded_table(const Table& table) { return "doorstep_folded_" + table.name; }

std::vector<std::string> drop_folding_statements(const Pack& pack) {
  std::vector<std::string> out;
  for (const Table& table : pack.tables) out.push_back("DROP VIEW IF EXISTS " + quote_name(each_view(table)));
  for (const Table& table : pack.tables)
    out.push_back("DROP TABLE IF EXISTS " + quote_name(folded_table(table)));
  out.emplace_back("DROP TABLE IF EXISTS doorstep_same");
  return out;
}

std::vector<std::string> create_folding_statements(const Pack& pack, Holder holder) {
  std::vector<std::string> out{
      "CREATE TABLE doorstep_same(tbl INTEGER NOT NULL, row TEXT NOT NULL, root TEXT NOT NULL, "
      "PRIMARY KEY(tbl, row)) WITHOUT ROWID"};
  for (const Table& table : pack.tables)
    if (table.mergeable) out.push_back(create_table_statement(table, folded_table(table)));
  for (const Table& table : pack.tables) out.push_back(create_view(pack, table, holder));
  return out;
}

}  // namespace doorstep
