#include "sqlite/feed_row.hpp"
#include "sqlite/session.hpp"
#include "sqlite/stored_forms.hpp"

// What nobody needs any more: finding it, and taking it away.
namespace doorstep::server {
namespace {

// `kind > 1` is what the partial index doorstep_feed_departed is about.
constexpr char kDeparted[] =
    "SELECT " FEED_COLUMNS
    " FROM doorstep_feed WHERE kind > 1 AND seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3";
constexpr char kClosedBefore[] =
    "SELECT entry FROM doorstep_ledger WHERE closed_ms IS NOT NULL AND closed_ms < ?1 ORDER BY closed_ms, "
    "entry";
constexpr char kOldGroups[] =
    "SELECT number, length(bytes) FROM doorstep_group WHERE actor = ?1 AND verdict <= 3 AND received_ms < ?2 "
    "AND length(bytes) > 0 ORDER BY number";
constexpr char kEraseLedger[] = "DELETE FROM doorstep_ledger WHERE entry = ?1";
constexpr char kSetHorizon[] = "UPDATE doorstep_office SET horizon = max(horizon, ?1)";
constexpr char kErasePlaceChanges[] = "DELETE FROM doorstep_place_change WHERE at <= ?1";
constexpr char kCutGroup[] =
    "UPDATE doorstep_group SET bytes = x'', admitted_stamp = ?3 WHERE actor = ?1 AND number = ?2 AND verdict "
    "<= 3";

}  // namespace

Result<std::vector<FeedEntry>> SqliteSession::departed(FeedPosition after, FeedPosition through,
                                                       std::size_t limit) {
  DOORSTEP_TRY(statement, prepared(kDeparted));
  const ResetAfter reset(*statement);
  statement->bind(1, as_integer(raw(after))).bind(2, as_integer(raw(through)));
  statement->bind(3, static_cast<std::int64_t>(limit));
  std::vector<FeedEntry> entries;
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found) return entries;
    entries.push_back(read_entry(*statement));
  }
}

Result<std::vector<RowId>> SqliteSession::ledger_closed_before(std::int64_t closed_ms) {
  DOORSTEP_TRY(statement, prepared(kClosedBefore));
  const ResetAfter reset(*statement);
  statement->bind(1, closed_ms);
  std::vector<RowId> entries;
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found) return entries;
    entries.push_back(id_from_text(statement->text(0)));
  }
}

Status SqliteSession::each_old_group(ActorId actor, std::int64_t received_before_ms,
                                     const OldGroupVisitor& visit) {
  DOORSTEP_TRY(statement, prepared(kOldGroups));
  const ResetAfter reset(*statement);
  statement->bind(1, as_integer(raw(actor))).bind(2, received_before_ms);
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found) return {};
    const GroupName name{actor, GroupNumber{as_unsigned(statement->integer(0))}};
    if (!visit(name, as_unsigned(statement->integer(1)))) return {};
  }
}

Status SqliteSession::erase_ledger(const RowId& entry) {
  DOORSTEP_TRY(statement, prepared(kEraseLedger));
  return statement->bind_id(1, entry).run();
}

Status SqliteSession::set_horizon(FeedPosition horizon) {
  DOORSTEP_TRY(statement, prepared(kSetHorizon));
  DOORSTEP_CHECK(statement->bind(1, as_integer(raw(horizon))).run());
  DOORSTEP_TRY(erase, prepared(kErasePlaceChanges));
  return erase->bind(1, as_integer(raw(horizon))).run();
}

Status SqliteSession::cut_group(const GroupName& group, Stamp admitted) {
  DOORSTEP_TRY(statement, prepared(kCutGroup));
  statement->bind(1, as_integer(raw(group.actor))).bind(2, as_integer(raw(group.number)));
  return statement->bind(3, as_integer(admitted.bits)).run();
}

}  // namespace doorstep::server
