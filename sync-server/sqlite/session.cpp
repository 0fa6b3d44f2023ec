#include "sqlite/session.hpp"

#include "base/ensure.hpp"
#include "base/error.hpp"

namespace doorstep::server {

Status SqliteSession::begin(sql::Begin kind) {
  ensure(!transaction_, "a session is lent to one user at a time");
  head_.reset();
  any_waiting_.reset();
  any_erasure_.reset();
  DOORSTEP_TRY(transaction, sql::Transaction::begin(connection_, kind));
  transaction_.emplace(std::move(transaction));
  if (kind == sql::Begin::deferred) return {};
  Status fresh = refresh_folding();
  if (!fresh) end();
  return fresh;
}

void SqliteSession::end() {
  if (found_.statement != nullptr) found_.statement->reset();
  found_.statement = nullptr;
  if (transaction_) folding_as_of_ = -1;  // Given up: what was noted of it never was.
  transaction_.reset();
}

Status SqliteSession::commit() {
  ensure(transaction_.has_value(), "a transaction is committed once");
  DOORSTEP_CHECK(settle_folding());
  const Status done = transaction_->commit();
  if (!done) folding_as_of_ = -1;
  transaction_.reset();
  return done;
}

Result<sql::Statement*> SqliteSession::prepared(const char* sql) {
  sql::Statement& statement = prepared_[sql];
  if (!statement) {
    DOORSTEP_TRY(fresh, connection_.prepare(sql));
    statement = std::move(fresh);
  }
  return &statement;
}

}  // namespace doorstep::server
