#include "app/roster_identity.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/crypto.hpp"
#include "base/ensure.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "schema/natural_key.hpp"
#include "schema/validation.hpp"

namespace doorstep::server {
namespace {

Error fault(std::string zh, std::string en) {
  return {ErrorDomain::usage, ErrorCode::validation_failed, Retry::never, std::move(zh), std::move(en)};
}

std::string text_of(const Value* value) {
  return value == nullptr ? std::string{} : canonical_key_text(*value);
}

/// Values joined so that different ones cannot look alike.
void append_key(std::string& key, const Value* value) {
  const std::string text = text_of(value);
  key += std::to_string(text.size());
  key += ':';
  key += text;
}

/// A row of the office that a row of the file may be.
struct Candidate {
  RowId id;
  std::vector<Value> values;
};

/// Finds candidates by the values of some columns, different ones for different rows, in one pass over a
/// table.
class Lookup {
 public:
  explicit Lookup(const Table& table) : table_(table) {}

  void want(std::size_t row, const std::vector<ColumnId>& columns, const RosterRow& from) {
    std::string key;
    for (const ColumnId id : columns) append_key(key, from.cell(table_, id));
    wanted_[columns][key].push_back(row);
  }
  void want(std::size_t row, const RowId& id) { by_id_[id].push_back(row); }

  /// `found(row, candidate)` for every match.
  template <typename Found>
  Status run(RowSource& source, Found found) {
    return source.each_row(table_, all_columns(table_), [&](const RowId& id, std::vector<Value>& values) {
      if (const auto rows = by_id_.find(id); rows != by_id_.end())
        for (const std::size_t row : rows->second) found(row, Candidate{id, values});
      for (const auto& [columns, keys] : wanted_) {
        std::string key;
        for (const ColumnId column : columns)
          append_key(key, &values[static_cast<std::size_t>(table_.position(column))]);
        if (const auto rows = keys.find(key); rows != keys.end())
          for (const std::size_t row : rows->second) found(row, Candidate{id, values});
      }
    });
  }

 private:
  const Table& table_;
  std::map<std::vector<ColumnId>, std::unordered_map<std::string, std::vector<std::size_t>>> wanted_;
  std::unordered_map<RowId, std::vector<std::size_t>> by_id_;
};

class Identifier {
 public:
  Identifier(const IdentityInput& input, std::vector<RosterRow>& rows, std::vector<RosterProblem>& problems)
      : input_(input),
        table_(input.table),
        residency_(residency_tables(input.pack, input.table)),
        rows_(rows),
        problems_(problems),
        found_(rows.size()),
        candidates_(rows.size()) {}

  Result<std::vector<Identity>> run() {
    if (residency_) DOORSTEP_CHECK(load_homes());
    Lookup lookup(table_);
    for (std::size_t i = 0; i < rows_.size(); ++i) want(lookup, i);
    DOORSTEP_CHECK(lookup.run(input_.source, [&](std::size_t row, Candidate candidate) {
      auto& known = candidates_[row];
      const bool again =
          std::any_of(known.begin(), known.end(), [&](const Candidate& c) { return c.id == candidate.id; });
      if (!again) known.push_back(std::move(candidate));
    }));
    for (std::size_t i = 0; i < rows_.size(); ++i) settle(i);
    refuse_repetitions();
    return std::move(found_);
  }

 private:
  void problem(std::size_t row, const std::string& column, Error error) {
    problems_.push_back({rows_[row].row, column, std::move(error)});
    rows_[row].bad = true;
  }

  const Value* cell(std::size_t row, std::string_view column) const {
    return rows_[row].cell(table_, column);
  }

  void want(Lookup& lookup, std::size_t i) {
    const RosterRow& row = rows_[i];
    if (!table_.natural_key.empty()) {
      if (const auto id = natural_key_id(input_.office, table_, new_row_values(table_, row, input_.now)))
        lookup.want(i, found_[i].id = *id);
      return;
    }
    if (row.given_id) {
      lookup.want(i, *row.given_id);
    } else if (table_.name == kPersonTable) {
      want_columns(lookup, i, {"name"});
    } else if (residency_) {
      if (cell(i, "id_number") != nullptr) want_columns(lookup, i, {"id_number"});
      if (row.household) want_columns(lookup, i, {"name"});
    } else if (table_.name == kAssignmentTable) {
      want_columns(lookup, i, {"person", "place", "role"});
    } else {
      std::vector<ColumnId> given;
      for (std::size_t at = 0; at < row.cells.size(); ++at)
        if (row.cells[at]) given.push_back(table_.columns[at].id);
      lookup.want(i, given, row);
    }
  }

  void want_columns(Lookup& lookup, std::size_t i, const std::vector<std::string_view>& names) {
    std::vector<ColumnId> columns;
    for (const std::string_view name : names) {
      if (cell(i, name) == nullptr) return;  // A required cell is missing: told by validation.
      columns.push_back(table_.find(name)->id);
    }
    lookup.want(i, columns, rows_[i]);
  }

  // --- Homes of residents ---

  Status load_homes() {
    std::unordered_set<std::string> wanted;
    for (const RosterRow& row : rows_)
      if (row.household) wanted.insert(to_text(*row.household));
    return input_.source.each_row(
        *residency_->residency,
        {residency_->resident->id, residency_->home->id, residency_->moved_in->id, residency_->moved_out->id},
        [&](const RowId& id, std::vector<Value>& values) {
          const auto* resident = std::get_if<std::string>(&values[0]);
          const auto* home = std::get_if<std::string>(&values[1]);
          if (resident == nullptr || home == nullptr || wanted.count(*home) == 0 || !is_null(values[3]))
            return;
          homes_.emplace(*resident + *home, Home{id, std::move(values[2])});
        });
  }

  struct Home {
    RowId residency;
    Value moved_in;
  };
  const Home* home_of(const RowId& resident, const RosterRow& row) const {
    if (!row.household) return nullptr;
    const auto found = homes_.find(to_text(resident) + to_text(*row.household));
    return found == homes_.end() ? nullptr : &found->second;
  }

  // --- Choosing among candidates ---

  void settle(std::size_t i) {
    const RosterRow& row = rows_[i];
    std::vector<Candidate>& candidates = candidates_[i];
    if (!table_.natural_key.empty()) {
      if (row.given_id && *row.given_id != found_[i].id)
        problem(i, "id",
                fault("记录编号和这一行的内容对不上,请核对,或把记录编号留空。",
                      "The id does not belong to this row's key. Check it, or leave the id empty."));
    } else if (row.given_id) {
      if (candidates.empty())
        problem(i, "id",
                fault("没有这个编号的记录。新增的记录请把编号留空。",
                      "There is no row with this id. Leave the id empty for a new row."));
    } else if (table_.name == kPersonTable) {
      keep_persons(i);
    } else if (residency_) {
      keep_residents(i);
    } else if (table_.name == kAssignmentTable) {
      keep_assignments(i);
    }
    // Rows that are alike in all the file says: any of them will do, always the same one.
    std::sort(candidates.begin(), candidates.end(),
              [](const Candidate& a, const Candidate& b) { return a.id < b.id; });
    take(i);
  }

  void take(std::size_t i) {
    Identity& found = found_[i];
    if (!candidates_[i].empty()) {
      found.id = candidates_[i].front().id;
      found.existing = std::move(candidates_[i].front().values);
      if (const Home* home = home_of(found.id, rows_[i])) {
        found.residency = home->residency;
        found.moved_in = home->moved_in;
      }
    } else if (table_.natural_key.empty()) {
      found.id = make_row_id(input_.now);
    }
    candidates_[i].clear();
  }

  template <typename Keep>
  void keep_if(std::size_t i, Keep keep) {
    auto& all = candidates_[i];
    all.erase(std::remove_if(all.begin(), all.end(), [&](const Candidate& c) { return !keep(c); }),
              all.end());
  }
  const Value& value(const Candidate& candidate, std::string_view column) const {
    const Column* found = table_.find(column);
    ensure(found != nullptr, "the pack has the columns that identify a row");
    return candidate.values[static_cast<std::size_t>(table_.position(found->id))];
  }

  /// Same name and same phone; or same name while one of the two has no phone yet, if that leaves one.
  void keep_persons(std::size_t i) {
    const Value* phone = cell(i, "phone");
    if (phone != nullptr) {
      const auto& all = candidates_[i];
      const bool exact = std::any_of(all.begin(), all.end(),
                                     [&](const Candidate& c) { return value(c, "phone") == *phone; });
      keep_if(i, [&](const Candidate& c) {
        return exact ? value(c, "phone") == *phone : is_null(value(c, "phone"));
      });
    }
    if (candidates_[i].size() > 1)
      problem(i, "name",
              fault("有" + std::to_string(candidates_[i].size()) + "个人叫这个名字,请填联系电话来区分。",
                    std::to_string(candidates_[i].size()) +
                        " people have this name. Fill in the phone to tell them apart."));
  }

  /// The ID number decides; without one, the name within the home.
  void keep_residents(std::size_t i) {
    const RosterRow& row = rows_[i];
    const Value* number = cell(i, "id_number");
    if (number == nullptr && !row.household) {
      const Column* column = table_.find("id_number");
      // A number that is there, and was told to be wrong, is not missing.
      if (column != nullptr && row.faulty[static_cast<std::size_t>(table_.position(column->id))]) return;
      problem(i, "id_number",
              fault("请填身份证号或户门,否则无法知道这是谁,重复导入时会重复登记。",
                    "Fill in the ID number or the door: otherwise a second import would register "
                    "this person twice."));
      return;
    }
    const auto same_number = [&](const Candidate& c) {
      return number != nullptr && value(c, "id_number") == *number;
    };
    const auto& all = candidates_[i];
    const bool by_number = std::any_of(all.begin(), all.end(), same_number);
    keep_if(i, [&](const Candidate& c) {
      if (by_number) return same_number(c);
      return home_of(c.id, row) != nullptr && (number == nullptr || is_null(value(c, "id_number")));
    });
    const auto at_home = [&](const Candidate& c) { return home_of(c.id, row) != nullptr; };
    if (all.size() > 1 && std::any_of(all.begin(), all.end(), at_home)) keep_if(i, at_home);
    if (candidates_[i].size() > 1)
      problem(i, "name",
              fault("有" + std::to_string(candidates_[i].size()) + "位居民都符合这一行,请填记录编号来区分。",
                    std::to_string(candidates_[i].size()) +
                        " residents fit this row. Tell them apart by their id."));
  }

  /// A post that has ended is not the one that begins again, unless the file repeats its dates.
  void keep_assignments(std::size_t i) {
    const Value* starts = cell(i, "starts");
    keep_if(i, [&](const Candidate& c) {
      const auto* ends = std::get_if<std::string>(&value(c, "ends"));
      return ends == nullptr || *ends >= input_.today || (starts != nullptr && value(c, "starts") == *starts);
    });
  }

  // --- Rows of the file that mean the same ---

  void refuse_repetitions() {
    std::unordered_map<std::string, std::size_t> first;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const std::string key = own_key(i);
      if (key.empty()) continue;
      const auto [at, is_first] = first.emplace(key, rows_[i].row);
      if (is_first) continue;
      const std::string row = std::to_string(at->second);
      problem(i, {},
              fault("和第" + row + "行是同一条记录,请删掉其中一行。",
                    "This is the same record as row " + row + ". Delete one of the two."));
    }
  }

  /// What two rows of the file share when they mean one record. Empty when that cannot be said.
  std::string own_key(std::size_t i) const {
    const RosterRow& row = rows_[i];
    if (found_[i].existing || !table_.natural_key.empty())
      return found_[i].id == RowId{} ? std::string{} : to_text(found_[i].id);
    std::string key;
    if (residency_ && cell(i, "id_number") != nullptr) {
      append_key(key, cell(i, "id_number"));
    } else if (residency_ && row.household) {
      key = to_text(*row.household);
      append_key(key, cell(i, "name"));
    } else if (table_.name == kPersonTable) {
      append_key(key, cell(i, "name"));
      append_key(key, cell(i, "phone"));
    } else {
      for (const auto& given : row.cells) append_key(key, given ? &*given : nullptr);
    }
    return key;
  }

  const IdentityInput& input_;
  const Table& table_;
  std::optional<ResidencyTables> residency_;
  std::vector<RosterRow>& rows_;
  std::vector<RosterProblem>& problems_;
  std::vector<Identity> found_;
  std::vector<std::vector<Candidate>> candidates_;
  std::unordered_map<std::string, Home> homes_;  ///< By resident and household, both as text.
};

}  // namespace

RowId make_row_id(const std::string& now) {
  std::uint8_t entropy[16];
  fill_random(entropy, sizeof entropy);
  return make_time_ordered_id(static_cast<std::uint64_t>(parse_canonical_time(now).value_or(0)), entropy);
}

Result<std::vector<Identity>> identify(const IdentityInput& input, std::vector<RosterRow>& rows,
                                       std::vector<RosterProblem>& problems) {
  return Identifier(input, rows, problems).run();
}

}  // namespace doorstep::server
