#include "app/open_office.hpp"

#include <chrono>

#include "base/crypto.hpp"
#include "base/error.hpp"

namespace doorstep::server {

ClockReading SystemClock::read() {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  ClockReading reading;
  reading.wall_ms = duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  reading.monotonic_ms =
      duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  return reading;
}

void SystemEntropy::fill(void* bytes, std::size_t size) { fill_random(bytes, size); }

Result<std::unique_ptr<OpenOffice>> OpenOffice::open(const std::filesystem::path& data) {
  std::unique_ptr<OpenOffice> opened(new OpenOffice(DataFolder(data)));
  DOORSTEP_CHECK(opened->folder_.check_office());
  DOORSTEP_TRY(store, SqliteStore::open(opened->folder_.database().string()));
  opened->store_ = std::move(store);
  DOORSTEP_TRY(office, Office::open(*opened->store_, opened->clock_, opened->entropy_));
  opened->office_ = std::move(office);
  return opened;
}

Result<const Pack*> OpenOffice::pack() {
  if (plan_ == nullptr) {
    DOORSTEP_TRY(snapshot, store_->snapshot());
    DOORSTEP_TRY(plan, office_->newest_plan(*snapshot));
    plan_ = plan;
  }
  return &plan_->pack();
}

Status SnapshotRows::each_row(const Table& table, const std::vector<ColumnId>& columns,
                              const Visitor& visit) {
  std::vector<std::size_t> positions;
  positions.reserve(columns.size());
  for (const ColumnId column : columns) positions.push_back(static_cast<std::size_t>(table.position(column)));
  std::vector<Value> all;
  std::vector<Value> wanted;
  return snapshot_.each_row(table, [&](const RowId& id, const RowView& row) {
    all.clear();
    wanted.clear();
    row.append_values(all);
    for (const std::size_t position : positions) wanted.push_back(all[position]);
    visit(id, wanted);
    return true;
  });
}

}  // namespace doorstep::server
