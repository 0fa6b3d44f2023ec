#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "merge/row.hpp"

/// The merge of a row, told slowly: keep every op for ever and say what follows from the set, straight from
/// DESIGN §3. It shares no code with engine/merge.
namespace doorstep::test {

/// An op with its identity and its admitted stamp.
struct Written {
  Op op;
  VersionName name;
  Stamp stamp;
};

/// One version of one cell.
struct CellVersion {
  Version version;
  Value value;
  std::set<VersionName> bases;
};

/// (kind, birth, column, version, value): what a ledger entry says, apart from bases.
struct ExpectedLoser {
  LoserKind kind;
  Birth birth;
  ColumnId column;
  Version version;
  Value value;
  friend bool operator<(const ExpectedLoser& a, const ExpectedLoser& b) {
    return std::tie(a.kind, a.birth, a.column, a.version, a.value) <
           std::tie(b.kind, b.birth, b.column, b.version, b.value);
  }
  friend bool operator==(const ExpectedLoser& a, const ExpectedLoser& b) { return !(a < b) && !(b < a); }
};

struct ExpectedCell {
  Version version;
  Value value;
  bool contested = false;
  std::set<VersionName> agreeing;
  friend bool operator==(const ExpectedCell& a, const ExpectedCell& b) {
    return a.version == b.version && a.value == b.value && a.contested == b.contested &&
           a.agreeing == b.agreeing;
  }
};

struct ExpectedRow {
  Birth birth{0};
  bool alive = false;
  std::map<ColumnId, ExpectedCell> cells;
  std::set<VersionName> heads;
  std::set<ExpectedLoser> losers;
};

class ReferenceModel {
 public:
  explicit ReferenceModel(const Table& table) : table_(table) {}

  void add(const Written& written) { ops_.push_back(written); }

  ExpectedRow row() const {
    ExpectedRow row;
    for (const Written& written : ops_) row.birth = std::max(row.birth, written.op.birth);
    for (const ColumnId column : columns_of(row.birth)) describe_cell(row, column);
    const Death death = deaths(row.birth);
    row.alive = row.birth != Birth{0} && (!death.any || !std::includes(death.seen.begin(), death.seen.end(),
                                                                       row.heads.begin(), row.heads.end()));
    if (death.any && row.alive)
      row.losers.insert({LoserKind::kept_alive, row.birth, ColumnId{}, death.largest, Value{}});
    for (std::uint32_t birth = 1; birth < raw(row.birth); ++birth) describe_past(row, Birth{birth});
    return row;
  }

 private:
  struct Death {
    bool any = false;
    Version largest;
    std::set<VersionName> seen;
  };

  std::set<ColumnId> columns_of(Birth birth) const {
    std::set<ColumnId> columns;
    for (const Written& written : ops_)
      for (const CellWrite& cell : written.op.cells)
        if (written.op.birth == birth) columns.insert(cell.column);
    return columns;
  }

  std::vector<CellVersion> versions_of(Birth birth, ColumnId column) const {
    std::vector<CellVersion> versions;
    for (const Written& written : ops_)
      for (const CellWrite& cell : written.op.cells)
        if (written.op.birth == birth && cell.column == column)
          versions.push_back({{written.name, written.stamp, cell.round},
                              cell.value,
                              {cell.bases.begin(), cell.bases.end()}});
    return versions;
  }

  static bool is_superseded(const CellVersion& version, const std::vector<CellVersion>& versions) {
    return std::any_of(versions.begin(), versions.end(), [&](const CellVersion& later) {
      return later.bases.count(version.version.name) != 0;
    });
  }

  static std::vector<CellVersion> of_last_round(const std::vector<CellVersion>& versions) {
    std::uint32_t round = 0;
    for (const CellVersion& v : versions) round = std::max(round, v.version.round);
    std::vector<CellVersion> last;
    std::copy_if(versions.begin(), versions.end(), std::back_inserter(last),
                 [&](const CellVersion& v) { return v.version.round == round; });
    return last;
  }

  /// Versions that still speak for the cell.
  std::vector<CellVersion> heads_of(Birth birth, ColumnId column) const {
    const std::vector<CellVersion> versions = versions_of(birth, column);
    const MergeKind kind = table_.find(column)->merge;
    if (kind == MergeKind::once) return of_last_round(versions);
    std::vector<CellVersion> heads;
    if (kind == MergeKind::latest || kind == MergeKind::review) {
      for (const CellVersion& version : versions)
        if (!is_superseded(version, versions)) heads.push_back(version);
      return heads;
    }
    for (const CellVersion& version : of_last_round(versions))
      if (heads.empty() || beats(kind, version, heads.front())) heads = {version};
    return heads;
  }

  /// The values of the histories are integers or null; null is no value.
  static bool beats(MergeKind kind, const CellVersion& a, const CellVersion& b) {
    if (is_null(a.value) != is_null(b.value)) return is_null(b.value);
    if (a.value == b.value) return b.version < a.version;
    return kind == MergeKind::max ? b.value < a.value : a.value < b.value;
  }

  void describe_cell(ExpectedRow& row, ColumnId column) const {
    const MergeKind kind = table_.find(column)->merge;
    const std::vector<CellVersion> heads = heads_of(row.birth, column);
    const auto by_version = [](const CellVersion& a, const CellVersion& b) { return a.version < b.version; };
    const CellVersion shown = kind == MergeKind::once
                                  ? *std::min_element(heads.begin(), heads.end(), by_version)
                                  : *std::max_element(heads.begin(), heads.end(), by_version);
    ExpectedCell cell{shown.version, shown.value, false, {}};
    for (const CellVersion& head : heads) {
      row.heads.insert(head.version.name);
      if (head.version == shown.version) continue;
      if (head.value == shown.value) {
        cell.agreeing.insert(head.version.name);
      } else {
        cell.contested = true;
        const bool review = kind == MergeKind::review || kind == MergeKind::once;
        row.losers.insert({review ? LoserKind::review : LoserKind::concurrent, row.birth, column,
                           head.version, head.value});
      }
    }
    row.cells[column] = cell;
  }

  Death deaths(Birth birth) const {
    Death death;
    for (const Written& written : ops_) {
      if (written.op.kind != OpKind::remove || written.op.birth != birth) continue;
      const Version version{written.name, written.stamp, 0};
      if (!death.any || death.largest < version) death.largest = version;
      death.any = true;
      death.seen.insert(written.op.seen.begin(), written.op.seen.end());
    }
    return death;
  }

  /// A birth that is over leaves in the ledger what nobody who ended it had seen. Extremes are no conflict.
  void describe_past(ExpectedRow& row, Birth birth) const {
    const Death death = deaths(birth);
    for (const ColumnId column : columns_of(birth)) {
      const MergeKind kind = table_.find(column)->merge;
      if (kind == MergeKind::max || kind == MergeKind::min) continue;
      for (const CellVersion& head : heads_of(birth, column))
        if (death.seen.count(head.version.name) == 0)
          row.losers.insert({LoserKind::late, birth, column, head.version, head.value});
    }
  }

  const Table& table_;
  std::vector<Written> ops_;
};

}  // namespace doorstep::test
