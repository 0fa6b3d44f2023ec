#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/types.hpp"
#include "schema/pack.hpp"

struct sqlite3;

namespace doorstep {

/// A row that the running transaction touched: how it was before the first touch, how it is now.
struct TouchedRow {
  const Table* table = nullptr;
  RowId id;
  bool existed = false;
  bool exists = false;
  std::vector<Value> old_values;        ///< In `table->columns` order; empty unless `existed`.
  std::vector<Value> new_values;        ///< Empty unless `exists`.
  std::optional<std::string> old_meta;  ///< nullopt: the office has decided nothing about the row.
  bool meta_moved = false;              ///< `_meta` is not what it was (REPLACE leaves it out).
};

/// Collects what a transaction changes in synced tables, through SQLite's preupdate hook. The hook also
/// reports rows of a statement that then fails and of savepoints that are rolled back; such a transaction
/// is `uncertain`, and its touched rows must be read again before they are believed.
class Capture {
 public:
  Capture() = default;
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  /// Installs the hook. `pack` must outlive its use; call again when the pack changes.
  void attach(sqlite3* connection, const Pack& pack);

  /// Before the connection is closed.
  void detach();

  void start();
  void stop() { active_ = false; }
  void doubt() { uncertain_ = true; }

  bool uncertain() const { return uncertain_; }
  /// A change that cannot be captured (an id that is no id, or that changes); empty when none.
  const std::string& complaint() const { return complaint_; }
  std::vector<TouchedRow>& rows() { return rows_; }

  /// A change could not be noted (no memory): the transaction must not commit.
  void fail() { failed_ = true; }
  bool failed() const { return failed_; }

  /// For the hook only.
  void on_change(sqlite3* connection, int operation, const char* table);

 private:
  const Table* find_table(const char* name);
  TouchedRow& touch(const Table& table, const RowId& id, bool& first);

  sqlite3* connection_ = nullptr;
  std::unordered_map<std::string_view, const Table*> tables_;
  std::pair<std::string, const Table*> last_table_;
  std::vector<TouchedRow> rows_;
  std::unordered_map<RowKey, std::size_t> by_key_;
  std::string complaint_;
  bool active_ = false;
  bool uncertain_ = false;
  bool failed_ = false;
};

}  // namespace doorstep
