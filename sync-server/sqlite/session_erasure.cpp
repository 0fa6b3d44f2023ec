#include "sqlite/session.hpp"
#include "sqlite/stored_forms.hpp"

// Rows of which nothing personal is kept.
namespace doorstep::server {
namespace {

#define ERASURE_COLUMNS "tbl, row, birth, at_ms, cause, asked_by, reason, swept"
constexpr char kErasure[] = "SELECT " ERASURE_COLUMNS " FROM doorstep_erasure WHERE tbl = ?1 AND row = ?2";
constexpr char kErasures[] = "SELECT " ERASURE_COLUMNS " FROM doorstep_erasure ORDER BY at_ms, tbl, row";
// `swept = 0` is what the partial index doorstep_erasure_unswept is about.
constexpr char kUnswept[] =
    "SELECT " ERASURE_COLUMNS " FROM doorstep_erasure WHERE swept = 0 ORDER BY at_ms, tbl, row";
constexpr char kPutErasure[] =
    "REPLACE INTO doorstep_erasure(" ERASURE_COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
#undef ERASURE_COLUMNS
constexpr char kAnyErasure[] = "SELECT EXISTS(SELECT 1 FROM doorstep_erasure)";
constexpr char kRedactGroup[] =
    "UPDATE doorstep_group SET bytes = ?3, redacted = 1, detail = NULL, note = NULL WHERE actor = ?1 AND "
    "number = ?2";

ErasureRecord read_erasure(const sql::Statement& row) {
  ErasureRecord erasure;
  erasure.key = {TableId{static_cast<std::uint32_t>(row.integer(0))}, id_from_bytes(row.blob(1))};
  erasure.birth = Birth{static_cast<std::uint32_t>(row.integer(2))};
  erasure.at_ms = row.integer(3);
  erasure.cause = static_cast<ErasureCause>(row.integer(4));
  erasure.by = row.text(5);
  erasure.reason = row.text(6);
  erasure.swept = row.integer(7) != 0;
  return erasure;
}

}  // namespace

/// Every write asks for its row's erasure, and few offices have erased anybody yet.
Result<bool> SqliteSession::any_erasure() {
  if (any_erasure_) return *any_erasure_;
  DOORSTEP_TRY(statement, prepared(kAnyErasure));
  const ResetAfter reset(*statement);
  DOORSTEP_CHECK(statement->step());
  any_erasure_ = statement->integer(0) != 0;
  return *any_erasure_;
}

Result<std::optional<ErasureRecord>> SqliteSession::erasure(const RowKey& key) {
  DOORSTEP_TRY(any, any_erasure());
  if (!any) return std::nullopt;
  DOORSTEP_TRY(statement, prepared(kErasure));
  const ResetAfter reset(*statement);
  statement->bind(1, raw(key.table)).bind_blob(2, id_bytes(key.row));
  DOORSTEP_TRY(found, statement->step());
  if (!found) return std::nullopt;
  return read_erasure(*statement);
}

Status SqliteSession::each_erasure(bool unswept_only, const ErasureVisitor& visit) {
  DOORSTEP_TRY(statement, prepared(unswept_only ? kUnswept : kErasures));
  const ResetAfter reset(*statement);
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found || !visit(read_erasure(*statement))) return {};
  }
}

Status SqliteSession::put_erasure(const ErasureRecord& erasure) {
  any_erasure_.reset();
  DOORSTEP_TRY(statement, prepared(kPutErasure));
  statement->bind(1, raw(erasure.key.table)).bind_blob(2, id_bytes(erasure.key.row));
  statement->bind(3, raw(erasure.birth)).bind(4, erasure.at_ms);
  statement->bind(5, static_cast<std::int64_t>(erasure.cause)).bind_text(6, erasure.by);
  return statement->bind_text(7, erasure.reason).bind(8, erasure.swept ? 1 : 0).run();
}

Status SqliteSession::redact_group(const GroupName& group, std::string_view bytes) {
  DOORSTEP_TRY(statement, prepared(kRedactGroup));
  statement->bind(1, as_integer(raw(group.actor))).bind(2, as_integer(raw(group.number)));
  return statement->bind_blob(3, bytes).run();
}

}  // namespace doorstep::server
