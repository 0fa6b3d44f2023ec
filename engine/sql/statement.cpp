#include "sql/statement.hpp"

#include <sqlite3.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/id.hpp"

namespace doorstep::sql {
namespace {

sqlite3_destructor_type destructor_of(Lifetime lifetime) {
  return lifetime == Lifetime::copied ? SQLITE_TRANSIENT : SQLITE_STATIC;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

Statement& Statement::remember(int code) {
  if (code != SQLITE_OK && bind_code_ == SQLITE_OK) bind_code_ = code;
  return *this;
}

Statement& Statement::bind_null(int parameter) { return remember(sqlite3_bind_null(handle(), parameter)); }

Statement& Statement::bind(int parameter, std::int64_t value) {
  return remember(sqlite3_bind_int64(handle(), parameter, value));
}

Statement& Statement::bind_real(int parameter, double value) {
  return remember(sqlite3_bind_double(handle(), parameter, value));
}

Statement& Statement::bind_text(int parameter, std::string_view text, Lifetime lifetime) {
  // A null pointer would bind NULL, not an empty text.
  const char* data = text.data() == nullptr ? "" : text.data();
  return remember(
      sqlite3_bind_text64(handle(), parameter, data, text.size(), destructor_of(lifetime), SQLITE_UTF8));
}

Statement& Statement::bind_blob(int parameter, std::string_view bytes, Lifetime lifetime) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  return remember(sqlite3_bind_blob64(handle(), parameter, data, bytes.size(), destructor_of(lifetime)));
}

Statement& Statement::bind_id(int parameter, const RowId& id) {
  char text[36];
  write_text(id, text);
  return bind_text(parameter, {text, sizeof text}, Lifetime::copied);
}

Statement& Statement::bind_value(int parameter, const Value& value, Lifetime lifetime) {
  switch (value.index()) {
    case 1:
      return bind(parameter, std::get<std::int64_t>(value));
    case 2:
      return bind_real(parameter, std::get<double>(value));
    case 3:
      return bind_text(parameter, std::get<std::string>(value), lifetime);
    case 4: {
      const Bytes& bytes = std::get<Bytes>(value);
      return bind_blob(parameter, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, lifetime);
    }
    default:
      return bind_null(parameter);
  }
}

Result<bool> Statement::step() {
  if (bind_code_ != SQLITE_OK) {
    const int code = bind_code_;
    bind_code_ = SQLITE_OK;
    return fail_sqlite(code, nullptr);
  }
  const int code = sqlite3_step(handle());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  auto failure = fail_sqlite(code, sqlite3_db_handle(handle()));
  sqlite3_reset(handle());
  return failure;
}

Status Statement::run() {
  for (;;) {
    const Result<bool> row = step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) break;
  }
  reset();
  return {};
}

void Statement::reset() { sqlite3_reset(handle()); }

void Statement::clear_bindings() {
  sqlite3_clear_bindings(handle());
  bind_code_ = SQLITE_OK;
}

std::string_view Statement::column_name(int column) const {
  const char* name = sqlite3_column_name(handle(), column);
  return name == nullptr ? std::string_view{} : std::string_view(name);
}

Statement::Origin Statement::origin(int column) const {
  const char* table = sqlite3_column_table_name(handle(), column);
  const char* name = sqlite3_column_origin_name(handle(), column);
  if (table == nullptr || name == nullptr) return {};
  return {table, name};
}

bool Statement::only_reads() const { return sqlite3_stmt_readonly(handle()) != 0; }

int Statement::parameter_count() const { return sqlite3_bind_parameter_count(handle()); }

std::string_view Statement::parameter_name(int parameter) const {
  const char* name = sqlite3_bind_parameter_name(handle(), parameter);
  return name == nullptr ? std::string_view{} : std::string_view(name);
}

int Statement::column_count() const { return sqlite3_column_count(handle()); }

bool Statement::is_null(int column) const { return sqlite3_column_type(handle(), column) == SQLITE_NULL; }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle(), column); }

double Statement::real(int column) const { return sqlite3_column_double(handle(), column); }

std::string_view Statement::text(int column) const {
  const unsigned char* data = sqlite3_column_text(handle(), column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(handle(), column))};
}

std::string_view Statement::blob(int column) const {
  const void* data = sqlite3_column_blob(handle(), column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(handle(), column))};
}

Value Statement::value(int column) const {
  switch (sqlite3_column_type(handle(), column)) {
    case SQLITE_INTEGER:
      return integer(column);
    case SQLITE_FLOAT:
      return real(column);
    case SQLITE_TEXT:
      return Value(std::in_place_type<std::string>, text(column));
    case SQLITE_BLOB: {
      const std::string_view bytes = blob(column);
      const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
      return Value(std::in_place_type<Bytes>, data, data + bytes.size());
    }
    default:
      return {};
  }
}

tl::unexpected<Error> fail_sqlite(int code, sqlite3* database) {
  std::string detail = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  detail += " [" + std::to_string(code) + "]";
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return fail_storage(ErrorCode::storage_full, std::move(detail));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail_storage(ErrorCode::storage_busy, std::move(detail));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail_storage(ErrorCode::storage_damaged, std::move(detail));
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      // The wal-index and new files report a full disk under these names.
      if (database != nullptr && sqlite3_system_errno(database) == ENOSPC)
        return fail_storage(ErrorCode::storage_full, std::move(detail));
      [[fallthrough]];
    default:
      return fail_storage(ErrorCode::storage_failed, std::move(detail));
  }
}

}  // namespace doorstep::sql
