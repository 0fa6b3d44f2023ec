#include "sqlite/session.hpp"
#include "sqlite/stored_forms.hpp"

// The audit trail. Triggers of the file keep it append-only (layout.cpp).
namespace doorstep::server {
namespace {

constexpr char kHead[] = "SELECT number, digest FROM doorstep_audit ORDER BY number DESC LIMIT 1";
constexpr char kAll[] =
    "SELECT number, at_ms, kind, who, subject, reason, salt, commitment, digest FROM doorstep_audit ORDER BY "
    "number";
constexpr char kAppend[] =
    "INSERT INTO doorstep_audit(number, at_ms, kind, who, subject, reason, salt, commitment, digest) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

constexpr char kAskedToReveal[] =
    "SELECT count(*) FROM doorstep_audit WHERE kind IN (22, 29) AND who = ? AND at_ms > ?";
constexpr char kRedactReveals[] =
    "UPDATE doorstep_audit SET who = '', subject = '', reason = '', salt = x'' WHERE kind IN (22, 29) AND "
    "subject >= ? AND subject < ?";

AuditEntry read_audit(const sql::Statement& row) {
  AuditEntry entry;
  entry.number = as_unsigned(row.integer(0));
  entry.at_ms = row.integer(1);
  entry.kind = static_cast<AuditKind>(row.integer(2));
  entry.who = row.text(3);
  entry.subject = row.text(4);
  entry.reason = row.text(5);
  entry.salt = row.blob(6);
  entry.commitment = array_from<32>(row.blob(7));
  entry.digest = array_from<32>(row.blob(8));
  return entry;
}

}  // namespace

Result<AuditHead> SqliteSession::audit_head() {
  DOORSTEP_TRY(statement, prepared(kHead));
  const ResetAfter reset(*statement);
  DOORSTEP_TRY(found, statement->step());
  if (!found) return AuditHead{};
  return AuditHead{as_unsigned(statement->integer(0)), array_from<32>(statement->blob(1))};
}

Status SqliteSession::each_audit(const AuditVisitor& visit) {
  DOORSTEP_TRY(statement, prepared(kAll));
  const ResetAfter reset(*statement);
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found || !visit(read_audit(*statement))) return {};
  }
}

Result<std::uint64_t> SqliteSession::asked_to_reveal(std::string_view who, std::int64_t since_ms) {
  DOORSTEP_TRY(statement, prepared(kAskedToReveal));
  const ResetAfter reset(*statement);
  statement->bind_text(1, who).bind(2, since_ms);
  DOORSTEP_TRY(found, statement->step());
  return found ? as_unsigned(statement->integer(0)) : 0;
}

/// Such an entry's subject begins with `table id `; the next character after the space is `!`.
Status SqliteSession::redact_reveals(const Table& table, const RowId& row) {
  DOORSTEP_TRY(statement, prepared(kRedactReveals));
  const std::string what = table.name + ' ' + to_text(row);
  return statement->bind_text(1, what + ' ').bind_text(2, what + '!').run();
}

Status SqliteSession::append_audit(const AuditEntry& entry) {
  DOORSTEP_TRY(statement, prepared(kAppend));
  statement->bind(1, as_integer(entry.number)).bind(2, entry.at_ms);
  statement->bind(3, std::int64_t{static_cast<std::uint8_t>(entry.kind)}).bind_text(4, entry.who);
  statement->bind_text(5, entry.subject).bind_text(6, entry.reason).bind_blob(7, entry.salt);
  return statement->bind_blob(8, view(entry.commitment)).bind_blob(9, view(entry.digest)).run();
}

}  // namespace doorstep::server
