#include "base/ensure.hpp"
#include "sqlite/feed_row.hpp"
#include "sqlite/group_row.hpp"
#include "sqlite/session.hpp"
#include "sqlite/stored_forms.hpp"

// The group log and the feed.
namespace doorstep::server {
namespace {

constexpr char kGroup[] =
    "SELECT " GROUP_COLUMNS ", bytes FROM doorstep_group WHERE actor = ?1 AND number = ?2";
constexpr char kGroups[] =
    "SELECT " GROUP_COLUMNS
    ", bytes FROM doorstep_group WHERE actor = ?1 AND number BETWEEN ?2 AND ?3 ORDER BY number";
constexpr char kGroupHeads[] =
    "SELECT " GROUP_COLUMNS
    " FROM doorstep_group WHERE actor = ?1 AND number BETWEEN ?2 AND ?3 ORDER BY number";
constexpr char kAddGroup[] =
    "INSERT INTO doorstep_group(actor, number, digest, received_ms, verdict, reason, detail, admitted_stamp, "
    "bytes, redacted) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
constexpr char kHeldGroups[] =
    "SELECT number FROM doorstep_group WHERE actor = ?1 AND verdict > 3 AND verdict = 4 ORDER BY number";

constexpr char kFeedHead[] = "SELECT max(seq) FROM doorstep_feed";
constexpr char kFeed[] =
    "SELECT " FEED_COLUMNS " FROM doorstep_feed WHERE seq > ?1 AND seq <= ?2 ORDER BY seq";
constexpr char kFeedAt[] = "SELECT " FEED_COLUMNS " FROM doorstep_feed WHERE place = ?1";
constexpr char kFeedNowhere[] = "SELECT " FEED_COLUMNS " FROM doorstep_feed WHERE place IS NULL";
constexpr char kFeedEntry[] = "SELECT " FEED_COLUMNS " FROM doorstep_feed WHERE seq = ?1";
constexpr char kFeedOf[] =
    "SELECT " FEED_COLUMNS " FROM doorstep_feed WHERE tbl = ?1 AND row = ?2 ORDER BY seq";
constexpr char kPlacePositions[] =
    "SELECT seq FROM doorstep_feed WHERE place = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4";
constexpr char kPlacelessPositions[] =
    "SELECT seq FROM doorstep_feed WHERE place IS NULL AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4";
constexpr char kAppendFeed[] = "INSERT INTO doorstep_feed(" FEED_COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
constexpr char kMoveFeed[] = "UPDATE doorstep_feed SET seq = ?1, author = ?2, kind = ?3 WHERE seq = ?4";
constexpr char kEraseFeed[] = "DELETE FROM doorstep_feed WHERE seq = ?1";
constexpr char kPlaceChanges[] = "SELECT at, place, above, added FROM doorstep_place_change ORDER BY change";
constexpr char kAddPlaceChange[] =
    "INSERT INTO doorstep_place_change(at, place, above, added) VALUES(?1, ?2, ?3, ?4)";

}  // namespace

Result<std::optional<GroupRecord>> SqliteSession::group(ActorId actor, GroupNumber number) {
  DOORSTEP_TRY(statement, prepared(kGroup));
  const ResetAfter reset(*statement);
  statement->bind(1, as_integer(raw(actor))).bind(2, as_integer(raw(number)));
  DOORSTEP_TRY(found, statement->step());
  if (!found) return std::nullopt;
  return read_group(*statement);
}

Status SqliteSession::each_group(ActorId actor, GroupNumber first, GroupNumber last, bool with_bytes,
                                 const GroupVisitor& visit) {
  DOORSTEP_TRY(statement, prepared(with_bytes ? kGroups : kGroupHeads));
  const ResetAfter reset(*statement);
  statement->bind(1, as_integer(raw(actor)));
  statement->bind(2, as_integer(raw(first))).bind(3, as_integer(raw(last)));
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found || !visit(read_group(*statement))) return {};
  }
}

Result<std::vector<GroupNumber>> SqliteSession::held_groups(ActorId actor) {
  DOORSTEP_TRY(statement, prepared(kHeldGroups));
  const ResetAfter reset(*statement);
  statement->bind(1, as_integer(raw(actor)));
  std::vector<GroupNumber> numbers;
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found) return numbers;
    numbers.push_back(GroupNumber{as_unsigned(statement->integer(0))});
  }
}

Status SqliteSession::add_group(const GroupRecord& group) {
  DOORSTEP_TRY(statement, prepared(kAddGroup));
  statement->bind(1, as_integer(raw(group.actor))).bind(2, as_integer(raw(group.number)));
  statement->bind_blob(3, view(group.digest)).bind(4, group.received_ms);
  statement->bind(5, raw(group.verdict)).bind(6, raw(group.reason));
  if (group.detail.empty())
    statement->bind_null(7);
  else
    statement->bind_text(7, group.detail);
  if (group.admitted)
    statement->bind(8, as_integer(group.admitted->bits));
  else
    statement->bind_null(8);
  return statement->bind_blob(9, group.bytes).bind(10, group.redacted ? 1 : 0).run();
}

Result<FeedPosition> SqliteSession::feed_head() {
  if (head_) return FeedPosition{*head_};
  DOORSTEP_TRY(statement, prepared(kFeedHead));
  const ResetAfter reset(*statement);
  DOORSTEP_CHECK(statement->step());
  head_ = as_unsigned(statement->integer(0));
  return FeedPosition{*head_};
}

Status SqliteSession::each_feed(FeedPosition after, FeedPosition through, const FeedVisitor& visit) {
  DOORSTEP_TRY(statement, prepared(kFeed));
  const ResetAfter reset(*statement);
  statement->bind(1, as_integer(raw(after))).bind(2, as_integer(raw(through)));
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found || !visit(read_entry(*statement))) return {};
  }
}

Status SqliteSession::feed_positions(const std::optional<RowId>& place, FeedPosition after,
                                     FeedPosition through, std::size_t limit,
                                     std::vector<FeedPosition>& out) {
  DOORSTEP_TRY(statement, prepared(place ? kPlacePositions : kPlacelessPositions));
  const ResetAfter reset(*statement);
  if (place) statement->bind_blob(1, id_bytes(*place));
  statement->bind(2, as_integer(raw(after))).bind(3, as_integer(raw(through)));
  statement->bind(4, static_cast<std::int64_t>(limit));
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found) return {};
    out.push_back(FeedPosition{as_unsigned(statement->integer(0))});
  }
}

Status SqliteSession::each_feed_at(const std::optional<RowId>& place, const FeedVisitor& visit) {
  DOORSTEP_TRY(statement, prepared(place ? kFeedAt : kFeedNowhere));
  const ResetAfter reset(*statement);
  if (place) statement->bind_blob(1, id_bytes(*place));
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found || !visit(read_entry(*statement))) return {};
  }
}

Result<std::optional<FeedEntry>> SqliteSession::feed_entry(FeedPosition seq) {
  DOORSTEP_TRY(statement, prepared(kFeedEntry));
  const ResetAfter reset(*statement);
  statement->bind(1, as_integer(raw(seq)));
  DOORSTEP_TRY(found, statement->step());
  if (!found) return std::nullopt;
  return read_entry(*statement);
}

Result<std::vector<FeedEntry>> SqliteSession::feed_of(TableId table, const RowId& row) {
  DOORSTEP_TRY(statement, prepared(kFeedOf));
  const ResetAfter reset(*statement);
  statement->bind(1, raw(table)).bind_blob(2, id_bytes(row));
  std::vector<FeedEntry> entries;
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found) return entries;
    entries.push_back(read_entry(*statement));
  }
}

Result<FeedPosition> SqliteSession::append_feed(const FeedEntry& entry) {
  DOORSTEP_TRY(head, feed_head());
  const std::uint64_t seq = raw(head) + 1;
  if (entry.seq != FeedPosition{}) {
    DOORSTEP_TRY(move, prepared(kMoveFeed));
    move->bind(1, as_integer(seq)).bind(2, as_integer(raw(entry.author))).bind(3, raw(entry.kind));
    move->bind(4, as_integer(raw(entry.seq)));
    DOORSTEP_CHECK(move->run());
    ensure(connection_.changes() == 1, "a feed entry that moves exists");
  } else {
    DOORSTEP_TRY(append, prepared(kAppendFeed));
    append->bind(1, as_integer(seq)).bind(2, raw(entry.table)).bind_blob(3, id_bytes(entry.row));
    if (entry.place)
      append->bind_blob(4, id_bytes(*entry.place));
    else
      append->bind_null(4);
    append->bind(5, as_integer(raw(entry.author))).bind(6, raw(entry.kind));
    DOORSTEP_CHECK(append->run());
  }
  head_ = seq;
  return FeedPosition{seq};
}

Status SqliteSession::erase_feed(FeedPosition seq) {
  DOORSTEP_CHECK(feed_head());  // Before anything is erased: positions are never given twice.
  DOORSTEP_TRY(statement, prepared(kEraseFeed));
  statement->bind(1, as_integer(raw(seq)));
  return statement->run();
}

Result<std::vector<PlaceChange>> SqliteSession::place_changes() {
  DOORSTEP_TRY(statement, prepared(kPlaceChanges));
  const ResetAfter reset(*statement);
  std::vector<PlaceChange> changes;
  for (;;) {
    DOORSTEP_TRY(found, statement->step());
    if (!found) return changes;
    changes.push_back({FeedPosition{as_unsigned(statement->integer(0))}, id_from_bytes(statement->blob(1)),
                       id_from_bytes(statement->blob(2)), statement->integer(3) != 0});
  }
}

Status SqliteSession::add_place_change(const PlaceChange& change) {
  DOORSTEP_TRY(statement, prepared(kAddPlaceChange));
  statement->bind(1, as_integer(raw(change.at))).bind_blob(2, id_bytes(change.place));
  return statement->bind_blob(3, id_bytes(change.above)).bind(4, std::int64_t{change.added}).run();
}

}  // namespace doorstep::server
