#include "simulation/damage.hpp"

#include <sqlite3.h>

#include "base/ensure.hpp"
#include "schema/ddl.hpp"
#include "sql/connection.hpp"

namespace doorstep::simulation {
namespace {

template <typename Bytes>
void flip(Bytes& bytes, SeededRandom& random) {
  if (bytes.empty()) return;
  auto& byte = bytes[random.below(bytes.size())];
  byte = static_cast<typename Bytes::value_type>(static_cast<unsigned char>(byte) ^ (1U << random.below(8)));
}

void flip(Value& value, SeededRandom& random) {
  if (auto* text = std::get_if<std::string>(&value)) flip(*text, random);
  if (auto* bytes = std::get_if<Bytes>(&value)) flip(*bytes, random);
  if (auto* integer = std::get_if<std::int64_t>(&value)) *integer ^= std::int64_t{1} << random.below(40);
}

/// A connection that is not the engine's; the guards against foreign writes are off.
class Vandal {
 public:
  Vandal(SimPhone& phone, SeededRandom& random) : pack_(phone.store().pack()), random_(random) {
    sql::OpenOptions how;
    how.vfs = phone.disk().vfs_name();
    auto opened = sql::Connection::open("phone.db", how);
    if (!opened) return;
    file_ = std::move(*opened);
    sqlite3_db_config(file_.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  }

  std::string act() {
    if (!file_) return {};
    if (random_.chance(200)) return flip_beneath();
    const Table& table = pack_->tables[random_.below(pack_->tables.size())];
    const std::vector<std::vector<Value>> rows =
        read("SELECT id, " + column_list(table) + ", _meta FROM " + quote_name(table.name) +
                 " WHERE _meta IS NOT NULL AND id NOT IN (SELECT row FROM doorstep_under WHERE tbl = ?1) "
                 "ORDER BY id",
             {std::int64_t{raw(table.id)}});
    if (rows.empty()) return {};
    std::vector<Value> row = rows[random_.below(rows.size())];
    const Value id = row.front();
    const std::uint64_t dice = random_.below(10);
    if (dice < 2) return run("DELETE FROM " + quote_name(table.name) + " WHERE id = ?1", {id}, "loses a row");
    if (dice < 4) {
      row.front() = strange_id();
      return insert(table, row, "has a row that nobody wrote");
    }
    // Any of its columns, the id and the metadata among them.
    flip(row[random_.below(row.size())], random_);
    if (run("DELETE FROM " + quote_name(table.name) + " WHERE id = ?1", {id}, "-").empty()) return {};
    return insert(table, row, "has a bit flipped in " + table.name);
  }

 private:
  Value strange_id() {
    RowId id;
    for (auto& byte : id.bytes.data) byte = static_cast<std::uint8_t>(random_.next());
    return to_text(id);
  }

  std::string flip_beneath() {
    const auto rows = read("SELECT tbl, row, state FROM doorstep_under ORDER BY tbl, row", {});
    if (rows.empty()) return {};
    std::vector<Value> row = rows[random_.below(rows.size())];
    flip(row.back(), random_);
    return run("UPDATE doorstep_under SET state = ?3 WHERE tbl = ?1 AND row = ?2", row,
               "has a bit flipped beneath own work");
  }

  std::string insert(const Table& table, const std::vector<Value>& row, const std::string& done) {
    std::string sql =
        "INSERT INTO " + quote_name(table.name) + "(id, " + column_list(table) + ", _meta) VALUES(?1";
    for (std::size_t i = 1; i < row.size(); ++i) sql += ", ?" + std::to_string(i + 1);
    return run(sql + ")", row, done);
  }

  std::vector<std::vector<Value>> read(const std::string& sql, const std::vector<Value>& parameters) {
    std::vector<std::vector<Value>> out;
    auto statement = file_.prepare(sql);
    if (!statement) return out;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      statement->bind_value(static_cast<int>(i) + 1, parameters[i]);
    for (;;) {
      const auto more = statement->step();
      if (!more || !*more) return out;
      auto& row = out.emplace_back();
      for (int i = 0; i < statement->column_count(); ++i) row.push_back(statement->value(i));
    }
  }

  std::string run(const std::string& sql, const std::vector<Value>& parameters, const std::string& done) {
    auto statement = file_.prepare(sql);
    if (!statement) return {};
    for (std::size_t i = 0; i < parameters.size(); ++i)
      statement->bind_value(static_cast<int>(i) + 1, parameters[i]);
    return statement->run() ? done : std::string{};
  }

  std::shared_ptr<const Pack> pack_;
  SeededRandom& random_;
  sql::Connection file_;
};

}  // namespace

std::string harm(SimPhone& phone, SeededRandom& random) { return Vandal(phone, random).act(); }

}  // namespace doorstep::simulation
