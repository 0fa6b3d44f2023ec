#include "store/phone_store.hpp"

// The phone's file does not grow with what has gone.
namespace doorstep {
namespace {

/// A file is left as it is while no more than an eighth of it is free: the next visits need that room.
constexpr std::int64_t kFreeShare = 8;
constexpr std::int64_t kFewPages = 32;
/// What one checkpoint gives back, a quarter of a second's work on a slow phone.
constexpr const char* kVacuumSome = "PRAGMA incremental_vacuum(128)";

Result<std::int64_t> number(sql::Connection& connection, std::string_view pragma) {
  DOORSTEP_TRY(statement, connection.cached(pragma));
  DOORSTEP_TRY(found, statement->step());
  return found ? statement->integer(0) : 0;
}

}  // namespace

/// Of a row with a natural key the birth is needed when it is registered again; of any row, that it left the
/// scope while own work on it waits.
Status PhoneStore::forget_needless_gone(const Table& table, const RowKey& key) {
  DOORSTEP_TRY(
      erase, writer_.cached("DELETE FROM doorstep_gone WHERE tbl = ?1 AND row = ?2 AND (left_scope OR ?3)"));
  erase->bind(1, std::int64_t{raw(key.table)}).bind_id(2, key.row);
  return erase->bind(3, std::int64_t{table.natural_key.empty()}).run();
}

/// Pages as they were before rows left lie in the WAL until it is written anew. While somebody reads, another
/// time.
void PhoneStore::empty_wal() { static_cast<void>(writer_.execute("PRAGMA wal_checkpoint(TRUNCATE)")); }

/// After a checkpoint, in a small transaction of its own. What fails here is given back another time.
void PhoneStore::give_room_back() {
  const auto pages = number(writer_, "PRAGMA page_count");
  const auto free = number(writer_, "PRAGMA freelist_count");
  if (!pages || !free || *free < kFewPages || *free * kFreeShare < *pages) return;
  static_cast<void>(writer_.execute(kVacuumSome));
}

}  // namespace doorstep
