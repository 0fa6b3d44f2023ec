#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <doorstep/value.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "base/types.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace doorstep::sql {

/// Who keeps the bytes of a bound text or blob.
enum class Lifetime : std::uint8_t {
  borrowed,  ///< The caller, until the statement was reset or the parameter bound again. Nothing is copied.
  copied     ///< SQLite takes a copy.
};

/// One prepared statement. Move-only; used by one thread at a time. Parameters count from 1, columns from 0.
/// A failed bind is remembered and comes back from the next step().
class Statement {
 public:
  Statement() = default;
  /// Takes ownership.
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  explicit operator bool() const { return handle_ != nullptr; }
  sqlite3_stmt* handle() const { return handle_.get(); }

  Statement& bind_null(int parameter);
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind_real(int parameter, double value);
  Statement& bind_text(int parameter, std::string_view text, Lifetime lifetime = Lifetime::borrowed);
  Statement& bind_blob(int parameter, std::string_view bytes, Lifetime lifetime = Lifetime::borrowed);
  Statement& bind_value(int parameter, const Value& value, Lifetime lifetime = Lifetime::borrowed);
  /// As canonical text, copied.
  Statement& bind_id(int parameter, const RowId& id);

  /// True while there is a row to read. After an Error the statement is reset.
  Result<bool> step();
  /// Steps to the end, then resets: for statements whose rows do not matter.
  Status run();
  /// Ends the read. Bindings stay until they are bound again or cleared.
  void reset();
  void clear_bindings();

  /// Whether it changes nothing.
  bool only_reads() const;
  int parameter_count() const;
  /// `:since`; empty for a parameter without a name. Valid while the statement lives.
  std::string_view parameter_name(int parameter) const;

  int column_count() const;
  /// As the SQL names it; valid while the statement lives.
  std::string_view column_name(int column) const;
  /// The table's column that a column of the answer is, also through views; empty where it is computed. Valid
  /// while the statement lives.
  struct Origin {
    std::string_view table;
    std::string_view column;
  };
  Origin origin(int column) const;
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  /// Valid until the next step or reset; empty for NULL.
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  Value value(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };

  Statement& remember(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int bind_code_ = 0;
};

/// The Error for a SQLite result code: full, busy and damaged have codes of their own. `database` (for its
/// message) may be null.
tl::unexpected<Error> fail_sqlite(int code, sqlite3* database);

}  // namespace doorstep::sql
