#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "merge/row.hpp"
#include "merge/text_code.hpp"
#include "unit/merge/text_reference.hpp"

/// The merge of a row, told slowly: keep every op for ever and say what follows from the set, straight from
/// DESIGN §3. It shares no code with engine/merge.
namespace doorstep::test {

/// An op with its identity and its admitted stamp.
struct Written {
  Op op;
  VersionName name;
  Stamp stamp;
  /// Of an op that puts late work aside: all that its writer knew. It knew that a next birth had begun, which
  /// no version that it names can tell.
  std::set<VersionName> after{};
};

/// One version of one cell.
struct CellVersion {
  Version version;
  Value value;
  std::set<VersionName> bases;
};

/// (kind, birth, column, name, value): what a ledger entry says, apart from bases. A text keeps no stamps.
struct ExpectedLoser {
  LoserKind kind;
  Birth birth;
  ColumnId column;
  Version version;
  Value value;
  friend bool operator<(const ExpectedLoser& a, const ExpectedLoser& b) {
    return std::tie(a.kind, a.birth, a.column, a.version.name, a.value) <
           std::tie(b.kind, b.birth, b.column, b.version.name, b.value);
  }
  friend bool operator==(const ExpectedLoser& a, const ExpectedLoser& b) { return !(a < b) && !(b < a); }
};

struct ExpectedCell {
  Version version;
  Value value;
  bool contested = false;
  std::set<VersionName> agreeing;
  std::set<VersionName> heads;  ///< Losers not among them.
  friend bool operator==(const ExpectedCell& a, const ExpectedCell& b) {
    return a.version == b.version && a.value == b.value && a.contested == b.contested &&
           a.agreeing == b.agreeing && a.heads == b.heads;
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
    describe_deaths(row);
    for (std::uint32_t birth = 1; birth < raw(row.birth); ++birth) describe_past(row, Birth{birth});
    return row;
  }

 private:
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

  MergeKind kind_of(ColumnId column) const { return table_.find(column)->merge; }

  static bool is_superseded(MergeKind kind, const CellVersion& version,
                            const std::vector<CellVersion>& versions) {
    return std::any_of(versions.begin(), versions.end(), [&](const CellVersion& later) {
      return later.bases.count(version.version.name) != 0 &&
             (kind != MergeKind::once || version.version.round < later.version.round);
    });
  }

  /// Versions that still speak for the cell, of a kind that shows one of them.
  std::vector<CellVersion> heads_of(Birth birth, ColumnId column) const {
    const std::vector<CellVersion> versions = versions_of(birth, column);
    const MergeKind kind = kind_of(column);
    std::vector<CellVersion> heads;
    if (kind != MergeKind::max && kind != MergeKind::min) {
      for (const CellVersion& version : versions)
        if (!is_superseded(kind, version, versions)) heads.push_back(version);
      return heads;
    }
    std::uint32_t round = 0;
    for (const CellVersion& v : versions) round = std::max(round, v.version.round);
    for (const CellVersion& version : versions)
      if (version.version.round == round && (heads.empty() || beats(kind, version, heads.front())))
        heads = {version};
    return heads;
  }

  /// The values of the histories are integers or null; null is no value.
  static bool beats(MergeKind kind, const CellVersion& a, const CellVersion& b) {
    if (is_null(a.value) != is_null(b.value)) return is_null(b.value);
    if (a.value == b.value) return b.version < a.version;
    return kind == MergeKind::max ? b.value < a.value : a.value < b.value;
  }

  /// Whether `a` shows rather than `b`.
  bool shows(ColumnId column, const CellVersion& a, const CellVersion& b) const {
    if (a.version.round != b.version.round) return b.version.round < a.version.round;
    if (kind_of(column) == MergeKind::once) return a.version < b.version;
    if (kind_of(column) == MergeKind::workflow && a.value != b.value)
      return state(column, b) < state(column, a);
    return b.version < a.version;
  }

  int state(ColumnId column, const CellVersion& version) const {
    const std::vector<Choice>& states = table_.find(column)->choices;
    for (std::size_t i = 0; i < states.size(); ++i)
      if (version.value == Value{states[i].value}) return static_cast<int>(i) + 1;
    return 0;
  }

  static bool by_version(const CellVersion& a, const CellVersion& b) { return a.version < b.version; }

  /// Which version added which element, and nobody who had seen that took it out.
  std::map<std::string, std::vector<Version>> elements_of(Birth birth, ColumnId column) const {
    std::map<std::string, std::vector<Version>> elements;
    const std::vector<CellVersion> versions = versions_of(birth, column);
    const auto is_removed = [&](const std::string& text, const VersionName& name) {
      return std::any_of(versions.begin(), versions.end(), [&](const CellVersion& other) {
        const std::vector<std::string> out = listed(other.value, 1);
        return other.bases.count(name) != 0 && std::find(out.begin(), out.end(), text) != out.end();
      });
    };
    for (const CellVersion& version : versions)
      for (const std::string& text : listed(version.value, 0))
        if (!is_removed(text, version.version.name)) elements[text].push_back(version.version);
    return elements;
  }

  /// The strings of the first or second list of a set's write. None of them has a quote in it.
  static std::vector<std::string> listed(const Value& value, int which) {
    std::vector<std::string> out;
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return out;
    std::size_t at = 0;
    std::size_t end = text->find('\n');
    if (which == 1) {
      if (end == std::string::npos) return out;
      at = end;
      end = std::string::npos;
    }
    for (;;) {
      const std::size_t open = text->find('"', at);
      if (open >= end || open == std::string::npos) return out;
      const std::size_t close = text->find('"', open + 1);
      out.push_back(text->substr(open + 1, close - open - 1));
      at = close + 1;
    }
  }

  static Value list_value(const std::vector<std::string>& items) {
    if (items.empty()) return {};
    std::string text;
    for (const std::string& item : items) text += (text.empty() ? "[\"" : ",\"") + item + '"';
    return text + ']';
  }

  static TextWritten text_written(const CellVersion& version) {
    TextWritten written;
    written.name = version.version.name;
    written.first = !std::holds_alternative<Bytes>(version.value);
    if (const auto* bytes = std::get_if<Bytes>(&version.value))
      written.patch = *decode_patch({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    if (const auto* text = std::get_if<std::string>(&version.value)) written.text = *text;
    return written;
  }

  static std::string brought_to_text(const CellVersion& version) {
    const TextWritten written = text_written(version);
    std::string out = written.text;
    for (const TextPatch::Insert& insert : written.patch.inserts) out += insert.text;
    return out;
  }

  void describe_cell(ExpectedRow& row, ColumnId column) const {
    const MergeKind kind = kind_of(column);
    const std::vector<CellVersion> versions = versions_of(row.birth, column);
    ExpectedCell cell;
    cell.version = std::max_element(versions.begin(), versions.end(), by_version)->version;
    if (kind == MergeKind::set) {
      std::vector<std::string> texts;
      for (const auto& [text, added] : elements_of(row.birth, column)) {
        texts.push_back(text);
        for (const Version& version : added) cell.heads.insert(version.name);
      }
      cell.value = list_value(texts);
    } else if (kind == MergeKind::text) {
      TextReference text;
      for (const CellVersion& version : versions) {
        text.add(text_written(version));
        if (!brought_to_text(version).empty() || text_written(version).first)
          cell.heads.insert(version.version.name);
      }
      if (std::string shown = text.text(); !shown.empty()) cell.value = std::move(shown);
    } else if (kind == MergeKind::counter) {
      std::int64_t sum = 0;
      std::map<ActorId, VersionName> last;
      for (const CellVersion& version : versions) {
        sum += std::get<std::int64_t>(version.value);
        VersionName& name = last[version.version.name.actor];
        name = std::max(name, version.version.name);
      }
      for (const auto& [actor, name] : last) cell.heads.insert(name);
      cell.value = sum;
    } else {
      describe_heads(row, column, cell);
    }
    cell.heads.insert(cell.version.name);
    row.heads.insert(cell.heads.begin(), cell.heads.end());
    row.cells[column] = cell;
  }

  void describe_heads(ExpectedRow& row, ColumnId column, ExpectedCell& cell) const {
    const std::vector<CellVersion> heads = heads_of(row.birth, column);
    const CellVersion shown =
        *std::min_element(heads.begin(), heads.end(),
                          [&](const CellVersion& a, const CellVersion& b) { return shows(column, a, b); });
    cell.version = shown.version;
    cell.value = shown.value;
    for (const CellVersion& head : heads) {
      row.heads.insert(head.version.name);
      if (head.version == shown.version) continue;
      if (head.value == shown.value) {
        cell.agreeing.insert(head.version.name);
        cell.heads.insert(head.version.name);
      } else {
        cell.contested = true;
        const MergeKind kind = kind_of(column);
        const bool review = kind == MergeKind::review || kind == MergeKind::once;
        row.losers.insert({review ? LoserKind::review : LoserKind::concurrent, row.birth, column,
                           head.version, head.value});
      }
    }
  }

  std::vector<const Written*> deaths_of(Birth birth) const {
    std::vector<const Written*> deaths;
    for (const Written& written : ops_)
      if (written.op.kind == OpKind::remove && written.op.birth == birth) deaths.push_back(&written);
    return deaths;
  }

  /// Whether somebody put a delete, or late work, aside.
  bool is_settled(Birth birth, const VersionName& name) const {
    return std::any_of(ops_.begin(), ops_.end(), [&](const Written& written) {
      return written.op.kind == OpKind::update && written.op.birth == birth &&
             std::find(written.op.seen.begin(), written.op.seen.end(), name) != written.op.seen.end();
    });
  }

  std::set<VersionName> seen_by(const std::vector<const Written*>& deaths) const {
    std::set<VersionName> seen;
    for (const Written* death : deaths) seen.insert(death->op.seen.begin(), death->op.seen.end());
    return seen;
  }

  void describe_deaths(ExpectedRow& row) const {
    const std::vector<const Written*> all = deaths_of(row.birth);
    std::vector<const Written*> deaths;
    for (const Written* death : all)
      if (!is_settled(row.birth, death->name)) deaths.push_back(death);
    const std::set<VersionName> seen = seen_by(deaths);
    const bool wins = table_.deletes == DeletePolicy::delete_beats_edit;
    const bool covered = std::includes(seen.begin(), seen.end(), row.heads.begin(), row.heads.end());
    row.alive = row.birth != Birth{0} && (deaths.empty() || (!wins && !covered));
    if (row.alive)
      for (const Written* death : deaths)
        row.losers.insert({LoserKind::kept_alive, row.birth, ColumnId{}, {death->name, death->stamp, 0}, {}});
    else if (wins && row.birth != Birth{0})
      for (const ExpectedLoser& loser : unseen(row.birth, LoserKind::deleted))
        if (!is_open_loser(row, loser)) row.losers.insert(loser);
  }

  static bool is_open_loser(const ExpectedRow& row, const ExpectedLoser& loser) {
    return std::any_of(row.losers.begin(), row.losers.end(), [&](const ExpectedLoser& other) {
      return other.column == loser.column && other.birth == loser.birth && other.version == loser.version;
    });
  }

  /// What still stood in a birth and nobody who deleted the row had seen. Extremes and tallies are no
  /// conflict.
  std::vector<ExpectedLoser> unseen(Birth birth, LoserKind as) const {
    const std::set<VersionName> seen = seen_by(deaths_of(birth));
    std::vector<ExpectedLoser> out;
    for (const ColumnId column : columns_of(birth)) {
      const MergeKind kind = kind_of(column);
      if (kind == MergeKind::max || kind == MergeKind::min || kind == MergeKind::counter) continue;
      if (kind == MergeKind::set) {
        std::map<VersionName, std::pair<Version, std::vector<std::string>>> by_version;
        for (const auto& [text, added] : elements_of(birth, column))
          for (const Version& version : added) {
            by_version[version.name].first = version;
            by_version[version.name].second.push_back(text);
          }
        for (const auto& [name, brought] : by_version)
          if (seen.count(name) == 0)
            out.push_back({as, birth, column, brought.first, list_value(brought.second)});
        continue;
      }
      if (kind == MergeKind::text) {
        for (const CellVersion& version : versions_of(birth, column))
          if (std::string text = brought_to_text(version);
              !text.empty() && seen.count(version.version.name) == 0)
            out.push_back({as, birth, column, version.version, text});
        continue;
      }
      for (const CellVersion& head : heads_of(birth, column))
        if (seen.count(head.version.name) == 0) out.push_back({as, birth, column, head.version, head.value});
    }
    return out;
  }

  void describe_past(ExpectedRow& row, Birth birth) const {
    for (const ExpectedLoser& loser : unseen(birth, LoserKind::late))
      if (!is_settled(birth, loser.version.name)) row.losers.insert(loser);
  }

  const Table& table_;
  std::vector<Written> ops_;
};

/// The real state in the model's terms.
inline ExpectedRow described(const RowState& state) {
  ExpectedRow row;
  row.birth = state.birth;
  row.alive = state.alive();
  for (const Cell& cell : state.cells) {
    ExpectedCell& expected = row.cells[cell.column];
    expected = {cell.version, cell.value, cell.contested, {}, {}};
    for (const Version& version : cell.agreeing) expected.agreeing.insert(version.name);
    cell.each_head([&](const VersionName& name) { expected.heads.insert(name); });
  }
  const std::vector<VersionName> heads = state.heads();
  row.heads.insert(heads.begin(), heads.end());
  for (const Loser& loser : state.losers)
    row.losers.insert({loser.kind, loser.birth, loser.column, loser.head.version, loser.head.value});
  return row;
}

}  // namespace doorstep::test
