#include "base/error.hpp"
#include "schema/ddl.hpp"
#include "sqlite/session.hpp"
#include "wire/codec.hpp"
#include "wire/row_meta.hpp"

// Rows that are declared the same, kept up to date in the transaction that changes them.
namespace doorstep::server {

/// Another process may have declared something, or brought a pack, since this one wrote last.
Status SqliteSession::refresh_folding() {
  DOORSTEP_TRY(pragma, connection_.cached("PRAGMA data_version"));
  DOORSTEP_TRY(found, pragma->step());
  const std::int64_t version = found ? pragma->integer(0) : 0;
  pragma->reset();
  if (version == folding_as_of_) return {};
  DOORSTEP_TRY(newest, newest_pack());
  if (!newest) return {};
  if (folding_pack_ == nullptr || folding_pack_->version != *newest) {
    DOORSTEP_TRY(record, pack(*newest));
    DOORSTEP_TRY(decoded, wire::from_frame<Pack>(record->frame));
    folding_pack_ = std::make_shared<const Pack>(std::move(decoded));
  }
  DOORSTEP_CHECK(folding_.load(connection_, *folding_pack_));
  folding_as_of_ = version;
  return {};
}

Status SqliteSession::create_folding(const Pack& pack) {
  folding_pack_ = std::make_shared<const Pack>(pack);
  return folding_.create(connection_, *folding_pack_);
}

Status SqliteSession::settle_folding() {
  std::set<std::string> changed;
  return folding_.settle(
      connection_, [this](const Table& table, const RowId& id) { return read_state(table, id); }, changed);
}

Result<RowState> SqliteSession::read_state(const Table& table, const RowId& id) {
  DOORSTEP_TRY(select, connection_.cached("SELECT " + column_list(table) + ", " + quote_name(kMetaColumn) +
                                          " FROM " + quote_name(table.name) + " WHERE id = ?1"));
  DOORSTEP_TRY(found, select->bind_id(1, id).step());
  if (!found) return RowState{};
  const int columns = static_cast<int>(table.columns.size());
  std::vector<Value> values;
  for (int i = 0; i < columns; ++i) values.push_back(select->value(i));
  return wire::decode_meta(table, select->blob(columns), values);
}

}  // namespace doorstep::server
