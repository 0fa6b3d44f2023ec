#include "sqlite/session.hpp"

#include "base/ensure.hpp"
#include "base/error.hpp"

namespace doorstep::server {

Status SqliteSession::begin(sql::Begin kind) {
  ensure(!transaction_, "a session is lent to one user at a time");
  head_.reset();
  DOORSTEP_TRY(transaction, sql::Transaction::begin(connection_, kind));
  transaction_.emplace(std::move(transaction));
  return {};
}

void SqliteSession::end() {
  if (found_.statement != nullptr) found_.statement->reset();
  found_.statement = nullptr;
  transaction_.reset();
}

Status SqliteSession::commit() {
  ensure(transaction_.has_value(), "a transaction is committed once");
  const Status done = transaction_->commit();
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
