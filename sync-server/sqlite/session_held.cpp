#include "sqlite/group_row.hpp"
#include "sqlite/session.hpp"

// Groups that are not part of the rows, and what they wait for.
namespace doorstep::server {
namespace {

// `verdict > 3` is what the partial index doorstep_group_unapplied is about.
constexpr char kUnapplied[] =
    "SELECT number, verdict FROM doorstep_group WHERE actor = ?1 AND verdict > 3 ORDER BY number";
constexpr char kEachHeld[] =
    "SELECT " GROUP_COLUMNS
    ", bytes FROM doorstep_group WHERE verdict > 3 AND verdict = 4 ORDER BY admission";
constexpr char kAppliedBefore[] =
    "SELECT " GROUP_COLUMNS
    ", bytes FROM doorstep_group WHERE actor = ?1 AND number < ?2 AND verdict <= 3 "
    "ORDER BY number DESC LIMIT 1";
constexpr char kDecide[] =
    "UPDATE doorstep_group SET verdict = ?3, reason = ?4, detail = ?5, admitted_stamp = ?6, decided_ms = ?7, "
    "decided_by = ?8, note = ?9, replaced_by = ?10 WHERE actor = ?1 AND number = ?2";

constexpr char kWaitingFor[] =
    "SELECT w.actor, w.number FROM doorstep_waiting w JOIN doorstep_group g ON g.actor = w.actor AND "
    "g.number = w.number WHERE w.for_actor = ?1 AND w.for_number = ?2 ORDER BY g.admission";
constexpr char kAnyWaiting[] = "SELECT EXISTS(SELECT 1 FROM doorstep_waiting)";
constexpr char kFirstReady[] =
    "SELECT w.actor, w.number FROM doorstep_waiting w JOIN doorstep_group g ON g.actor = w.actor AND "
    "g.number = w.number WHERE w.ready = 1 ORDER BY g.admission LIMIT 1";
constexpr char kForgetWait[] = "DELETE FROM doorstep_waiting WHERE actor = ?1 AND number = ?2";
constexpr char kSetWait[] = "REPLACE INTO doorstep_waiting VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0)";
constexpr char kWakeGroup[] =
    "UPDATE doorstep_waiting SET ready = 1 WHERE for_actor = ?1 AND for_number = ?2 AND ready = 0";
constexpr char kWakeRow[] =
    "UPDATE doorstep_waiting SET ready = 1 WHERE for_tbl = ?1 AND for_row = ?2 AND ready = 0";

GroupName read_name(const sql::Statement& row) {
  return {ActorId{as_unsigned(row.integer(0))}, GroupNumber{as_unsigned(row.integer(1))}};
}

sql::Statement& bind_name(sql::Statement& statement, const GroupName& name) {
  return statement.bind(1, as_integer(raw(name.actor))).bind(2, as_integer(raw(name.number)));
}

}  // namespace

Result<std::vector<UnappliedGroup>> SqliteSession::unapplied_groups(ActorId actor) {
  DOORSTEP_TRY(statement, prepared(kUnapplied));
  const ResetAfter reset(*statement);
  statement->bind(1, as_integer(raw(actor)));
  std::vector<UnappliedGroup> groups;
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found) return groups;
    groups.push_back({GroupNumber{as_unsigned(statement->integer(0))},
                      static_cast<wire::VerdictKind>(statement->integer(1))});
  }
}

Status SqliteSession::each_held(const GroupVisitor& visit) {
  DOORSTEP_TRY(statement, prepared(kEachHeld));
  const ResetAfter reset(*statement);
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found || !visit(read_group(*statement))) return {};
  }
}

Result<std::optional<GroupRecord>> SqliteSession::applied_before(ActorId actor, GroupNumber number) {
  DOORSTEP_TRY(statement, prepared(kAppliedBefore));
  const ResetAfter reset(*statement);
  bind_name(*statement, {actor, number});
  DOORSTEP_TRY(found, statement->step());
  if (!found) return std::nullopt;
  return read_group(*statement);
}

Status SqliteSession::decide_group(const GroupRecord& group) {
  DOORSTEP_TRY(statement, prepared(kDecide));
  bind_name(*statement, {group.actor, group.number});
  statement->bind(3, raw(group.verdict)).bind(4, raw(group.reason)).bind_text(5, group.detail);
  if (group.admitted)
    statement->bind(6, as_integer(group.admitted->bits));
  else
    statement->bind_null(6);
  const Ruling decision = group.decision.value_or(Ruling{});
  if (group.decision)
    statement->bind(7, decision.decided_ms);
  else
    statement->bind_null(7);
  statement->bind_text(8, decision.by).bind_text(9, decision.note);
  statement->bind(10, as_integer(raw(decision.replaced_by)));
  return statement->run();
}

Result<std::vector<GroupName>> SqliteSession::waiting_for(const GroupName& group) {
  DOORSTEP_TRY(statement, prepared(kWaitingFor));
  const ResetAfter reset(*statement);
  bind_name(*statement, group);
  std::vector<GroupName> names;
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found) return names;
    names.push_back(read_name(*statement));
  }
}

Result<bool> SqliteSession::any_waiting() {
  if (any_waiting_) return *any_waiting_;
  DOORSTEP_TRY(statement, prepared(kAnyWaiting));
  const ResetAfter reset(*statement);
  DOORSTEP_CHECK(statement->step());
  any_waiting_ = statement->integer(0) != 0;
  return *any_waiting_;
}

Result<std::optional<GroupName>> SqliteSession::first_ready() {
  DOORSTEP_TRY(statement, prepared(kFirstReady));
  const ResetAfter reset(*statement);
  DOORSTEP_TRY(found, statement->step());
  if (!found) return std::nullopt;
  return read_name(*statement);
}

Status SqliteSession::set_wait(const GroupName& group, const Awaited& awaited) {
  const bool waits = awaited.group || awaited.row;
  any_waiting_.reset();
  DOORSTEP_TRY(statement, prepared(waits ? kSetWait : kForgetWait));
  bind_name(*statement, group);
  if (!waits) return statement->run();
  for (int parameter = 3; parameter <= 6; ++parameter) statement->bind_null(parameter);
  if (awaited.group)
    statement->bind(3, as_integer(raw(awaited.group->actor))).bind(4, as_integer(raw(awaited.group->number)));
  if (awaited.row) statement->bind(5, raw(awaited.row->table)).bind_blob(6, id_bytes(awaited.row->row));
  return statement->run();
}

Status SqliteSession::wake(const GroupName& awaited) {
  DOORSTEP_TRY(statement, prepared(kWakeGroup));
  return bind_name(*statement, awaited).run();
}

Status SqliteSession::wake(const RowKey& awaited) {
  DOORSTEP_TRY(statement, prepared(kWakeRow));
  return statement->bind(1, raw(awaited.table)).bind_blob(2, id_bytes(awaited.row)).run();
}

}  // namespace doorstep::server
