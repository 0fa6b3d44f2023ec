#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "app/roster.hpp"

namespace doorstep::server {

/// The office's rows as they will be once planned ones are written. Borrows the source beneath.
class OverlayRows final : public RowSource {
 public:
  explicit OverlayRows(RowSource& beneath) : beneath_(beneath) {}

  void add(const std::vector<PlannedRow>& rows);
  Status each_row(const Table& table, const std::vector<ColumnId>& columns, const Visitor& visit) override;

 private:
  struct Planned {
    bool is_new = false;
    std::map<ColumnId, Value> cells;
  };

  RowSource& beneath_;
  std::map<TableId, std::unordered_map<RowId, Planned>> planned_;
};

}  // namespace doorstep::server
