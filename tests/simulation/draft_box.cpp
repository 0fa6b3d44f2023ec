#include "simulation/draft_box.hpp"

#include "base/error.hpp"
#include "sql/connection.hpp"

namespace doorstep::simulation {
namespace {

Result<sql::Connection> open(const SimDisk& disk) {
  sql::OpenOptions how;
  how.vfs = disk.vfs_name();
  DOORSTEP_TRY(file, sql::Connection::open("drafts.db", how));
  DOORSTEP_CHECK(file.execute(
      "PRAGMA synchronous = EXTRA;"
      "CREATE TABLE IF NOT EXISTS kept(one INTEGER PRIMARY KEY, draft TEXT, answer TEXT, campaign TEXT, "
      "door TEXT)"));
  return std::move(file);
}

}  // namespace

Status DraftBox::keep(const KeptDraft& kept) {
  DOORSTEP_TRY(file, open(disk_));
  DOORSTEP_TRY(put, file.prepare("INSERT OR REPLACE INTO kept VALUES(1, ?1, ?2, ?3, ?4)"));
  const Value values[] = {kept.draft, to_text(kept.answer), to_text(kept.campaign), to_text(kept.door)};
  for (int i = 0; i < 4; ++i) put.bind_value(i + 1, values[i]);
  return put.run();
}

Status DraftBox::drop() {
  DOORSTEP_TRY(file, open(disk_));
  return file.execute("DELETE FROM kept");
}

Result<std::optional<KeptDraft>> DraftBox::read() const {
  DOORSTEP_TRY(file, open(disk_));
  DOORSTEP_TRY(all, file.prepare("SELECT draft, answer, campaign, door FROM kept"));
  DOORSTEP_TRY(found, all.step());
  if (!found) return std::optional<KeptDraft>();
  const auto text = [&](int at) { return std::get<std::string>(all.value(at)); };
  return KeptDraft{text(0), *parse_row_id(text(1)), *parse_row_id(text(2)), *parse_row_id(text(3))};
}

}  // namespace doorstep::simulation
