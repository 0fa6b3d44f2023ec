#include "store/capture.hpp"

#include <sqlite3.h>

namespace doorstep {
namespace {

void hook(void* context, sqlite3* connection, int operation, const char* database, const char* table,
          sqlite3_int64 /*old_rowid*/, sqlite3_int64 /*new_rowid*/) {
  if (std::string_view(database) != "main") return;
  // SQLite is C: nothing may be thrown through it.
  try {
    static_cast<Capture*>(context)->on_change(connection, operation, table);
  } catch (...) {
    static_cast<Capture*>(context)->fail();
  }
}

/// The bytes of a blob, and of a text too: sqlite3_value_text() would copy each text to end it with a zero.
/// (The phone's file is UTF-8.)
std::string_view bytes_of(sqlite3_value* value) {
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
  return bytes == nullptr ? std::string_view{}
                          : std::string_view{bytes, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

Value value_of(sqlite3_value* value, ColumnType type) {
  if (value == nullptr) return std::monostate{};
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      // SQLite keeps 45.0 as an integer and tells the hook so.
      if (type == ColumnType::real) return sqlite3_value_double(value);
      return static_cast<std::int64_t>(sqlite3_value_int64(value));
    case SQLITE_FLOAT:
      return sqlite3_value_double(value);
    case SQLITE_TEXT:
      return std::string(bytes_of(value));
    case SQLITE_BLOB: {
      const std::string_view bytes = bytes_of(value);
      return Bytes(bytes.begin(), bytes.end());
    }
    default:
      return std::monostate{};
  }
}

using Side = int (*)(sqlite3*, int, sqlite3_value**);

std::optional<RowId> read_id(sqlite3* connection, Side side) {
  sqlite3_value* value = nullptr;
  if (side(connection, 0, &value) != SQLITE_OK || sqlite3_value_type(value) != SQLITE_TEXT)
    return std::nullopt;
  return parse_row_id(bytes_of(value));
}

void read_values(sqlite3* connection, Side side, const Table& table, std::vector<Value>& out) {
  out.resize(table.columns.size());
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    sqlite3_value* value = nullptr;
    side(connection, static_cast<int>(i) + 1, &value);
    out[i] = value_of(value, table.columns[i].type);
  }
}

/// nullopt for NULL.
std::optional<std::string> read_meta(sqlite3* connection, Side side, const Table& table) {
  sqlite3_value* value = nullptr;
  side(connection, static_cast<int>(table.columns.size()) + 1, &value);
  if (value == nullptr || sqlite3_value_type(value) == SQLITE_NULL) return std::nullopt;
  return std::string(bytes_of(value));
}

}  // namespace

Capture::~Capture() { detach(); }

void Capture::detach() {
  if (connection_ != nullptr) sqlite3_preupdate_hook(connection_, nullptr, nullptr);
  connection_ = nullptr;
}

void Capture::attach(sqlite3* connection, const Pack& pack) {
  connection_ = connection;
  tables_.clear();
  last_table_ = {};
  for (const Table& table : pack.tables) tables_.emplace(table.name, &table);
  sqlite3_preupdate_hook(connection, hook, this);
}

void Capture::start() {
  rows_.clear();
  by_key_.clear();
  complaint_.clear();
  uncertain_ = failed_ = false;
  active_ = true;
}

const Table* Capture::find_table(const char* name) {
  if (last_table_.first != name) {
    const auto at = tables_.find(name);
    last_table_ = {name, at == tables_.end() ? nullptr : at->second};
  }
  return last_table_.second;
}

TouchedRow& Capture::touch(const Table& table, const RowId& id, bool& first) {
  const auto [at, inserted] = by_key_.try_emplace(RowKey{table.id, id}, rows_.size());
  first = inserted;
  if (inserted) {
    TouchedRow& row = rows_.emplace_back();
    row.table = &table;
    row.id = id;
  }
  return rows_[at->second];
}

void Capture::on_change(sqlite3* connection, int operation, const char* name) {
  if (!active_) return;
  const Table* table = find_table(name);
  if (table == nullptr) return;
  const auto id =
      read_id(connection, operation == SQLITE_INSERT ? sqlite3_preupdate_new : sqlite3_preupdate_old);
  if (!id || (operation == SQLITE_UPDATE && read_id(connection, sqlite3_preupdate_new) != id)) {
    complaint_ = table->name;
    return;
  }
  bool first = false;
  TouchedRow& row = touch(*table, *id, first);
  if (first && operation != SQLITE_INSERT) {
    row.existed = true;
    read_values(connection, sqlite3_preupdate_old, *table, row.old_values);
    row.old_meta = read_meta(connection, sqlite3_preupdate_old, *table);
  }
  row.exists = operation != SQLITE_DELETE;
  if (row.exists) {
    read_values(connection, sqlite3_preupdate_new, *table, row.new_values);
    row.meta_moved = read_meta(connection, sqlite3_preupdate_new, *table) != row.old_meta;
  } else {
    row.new_values.clear();
    row.meta_moved = row.existed;
  }
}

}  // namespace doorstep
