#include "app/roster_headers.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "schema/choices.hpp"
#include "schema/unicode_text.hpp"

namespace doorstep::server {
namespace {

/// Every heading that this table's files may have, in the form in which headings are compared. The first
/// meaning of a heading counts: a table's own columns come before what belongs to others.
class Headings {
 public:
  Headings(const Pack& pack, const Table& table) {
    for (const Column& column : table.columns)
      if (!column.retired) add({HeaderUse::Kind::cell, &column, nullptr}, column);
    add_word({HeaderUse::Kind::row_id, nullptr, nullptr}, "id");
    add_word({HeaderUse::Kind::row_id, nullptr, nullptr}, kRowIdHeader);
    // Rosters begin with a running number more often than not.
    for (const char* word : {"序号", "No.", "#", kFaultHeader}) add_word({}, word);
    if (const auto residency = residency_tables(pack, table))
      for (const Column* column : {residency->place, residency->number, residency->moved_in})
        add({HeaderUse::Kind::residency, column, nullptr}, *column);
    add_details(pack, table);
  }

  const HeaderUse* find(std::string_view heading) const {
    static const HeaderUse for_reading;
    if (heading.substr(0, std::string_view(kForReading).size()) == kForReading) return &for_reading;
    const auto found = uses_.find(choice_form(heading));
    return found == uses_.end() ? nullptr : &found->second;
  }

 private:
  void add_word(const HeaderUse& use, std::string_view word) { uses_.emplace(choice_form(word), use); }

  void add(const HeaderUse& use, const Column& column) {
    for (const std::string* word : {&column.name, &column.label.zh, &column.label.en}) add_word(use, *word);
  }

  /// `person.phone` and 人员.联系电话 always; a bare `phone` where it can mean one thing only.
  void add_details(const Pack& pack, const Table& table) {
    std::map<std::string, std::vector<HeaderUse>> bare;
    for (const Column& column : table.columns) {
      const Table* target = column.target ? pack.find(*column.target) : nullptr;
      if (target == nullptr || target->names.empty() || column.retired) continue;
      for (const Column& detail : target->columns) {
        if (detail.retired || detail.id == target->names.front() || detail.type == ColumnType::reference)
          continue;
        const HeaderUse use{HeaderUse::Kind::detail, &column, &detail};
        add_word(use, column.name + "." + detail.name);
        add_word(use, column.label.zh + "." + detail.label.zh);
        add_word(use, column.label.en + "." + detail.label.en);
        // Places have codes; nobody needs telling apart there, and `name` or `level` would be a slip.
        if (!target->natural_key.empty()) continue;
        for (const std::string* word : {&detail.name, &detail.label.zh, &detail.label.en})
          bare[choice_form(*word)].push_back(use);
      }
    }
    for (const auto& entry : bare) {
      const std::vector<HeaderUse>& meanings = entry.second;
      const bool one = std::all_of(meanings.begin(), meanings.end(), [&](const HeaderUse& use) {
        return use.column == meanings.front().column && use.detail == meanings.front().detail;
      });
      if (one) uses_.emplace(entry.first, meanings.front());
    }
  }

  std::map<std::string, HeaderUse> uses_;
};

std::string headings_zh(const Pack& pack, const Table& table) {
  std::string text;
  for (const FormColumn& column : form_columns(pack, table))
    text += (text.empty() ? "" : "、") + column.heading;
  return text;
}

Error unknown_heading(const Pack& pack, const Table& table, const std::string& heading) {
  std::string names;
  for (const Column& column : table.columns)
    if (!column.retired) names += (names.empty() ? "" : ", ") + column.name;
  return {ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
          "表头“" + heading + "”不认识。“" + table.label.zh + "”可以用的表头有:" + headings_zh(pack, table) +
              "。请改成其中之一,或删掉这一列。",
          "The heading '" + heading + "' is unknown. A file of " + table.name + " may have: " + names +
              ". Rename the column or delete it."};
}

Error repeated_heading(const std::string& heading) {
  return {ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
          "表头“" + heading + "”出现了两次,请删掉其中一列。",
          "The heading '" + heading + "' appears twice. Delete one of the two columns."};
}

bool same_use(const HeaderUse& a, const HeaderUse& b) {
  return a.kind == b.kind && a.column == b.column && a.detail == b.detail;
}

}  // namespace

std::vector<HeaderUse> read_headers(const Pack& pack, const Table& table, const tabular::Row& first,
                                    std::vector<RosterProblem>& problems) {
  const Headings headings(pack, table);
  std::vector<HeaderUse> uses;
  for (const std::string& cell : first.cells) {
    const std::string heading = plain_form(without_invisible(cell));
    HeaderUse use;
    if (!heading.empty()) {
      if (const HeaderUse* known = headings.find(heading)) {
        use = *known;
        const bool again =
            use.kind != HeaderUse::Kind::ignored &&
            std::any_of(uses.begin(), uses.end(), [&](const HeaderUse& u) { return same_use(u, use); });
        if (again)
          problems.push_back({first.row, use.column != nullptr ? use.column->name : "id",
                              repeated_heading(heading), uses.size() + 1, heading});
      } else {
        problems.push_back(
            {first.row, heading, unknown_heading(pack, table, heading), uses.size() + 1, heading});
      }
    }
    uses.push_back(use);
  }
  return uses;
}

bool is_heading(const Pack& pack, const Table& table, const tabular::Row& first) {
  const Headings headings(pack, table);
  std::size_t known = 0;
  std::size_t unknown = 0;
  for (const std::string& cell : first.cells) {
    const std::string heading = plain_form(without_invisible(cell));
    if (!heading.empty()) ++(headings.find(heading) != nullptr ? known : unknown);
  }
  return known > unknown;
}

void locate_problems(const Pack& pack, const Table& table, const tabular::Row& first,
                     std::vector<RosterProblem>& problems) {
  std::vector<RosterProblem> told_already;
  const std::vector<HeaderUse> uses = read_headers(pack, table, first, told_already);
  // A column of the table comes before one of another table that has the same name.
  std::map<std::string, std::size_t> cells;
  for (const HeaderUse::Kind kind :
       {HeaderUse::Kind::cell, HeaderUse::Kind::residency, HeaderUse::Kind::row_id})
    for (std::size_t i = 0; i < uses.size(); ++i)
      if (uses[i].kind == kind)
        cells.emplace(kind == HeaderUse::Kind::row_id ? "id" : uses[i].column->name, i);
  for (RosterProblem& problem : problems) {
    const auto found = cells.find(problem.column);
    if (problem.cell != 0 || found == cells.end()) continue;
    problem.cell = found->second + 1;
    problem.heading = plain_form(without_invisible(first.cells[found->second]));
  }
}

std::vector<FormColumn> form_columns(const Pack& pack, const Table& table) {
  std::vector<FormColumn> columns;
  for (const Column& column : table.columns) {
    if (column.retired || column.mask != Mask::none || column.default_rule == DefaultRule::clock_doubt)
      continue;
    columns.push_back(
        {column.label.zh, &column, column.required && column.default_rule == DefaultRule::none});
    const Table* target = column.target ? pack.find(*column.target) : nullptr;
    if (target == nullptr || target->name != kPersonTable) continue;
    if (const Column* phone = target->find("phone"))
      columns.push_back({column.label.zh + "." + phone->label.zh, phone, false});
  }
  if (const auto residency = residency_tables(pack, table))
    for (const Column* column : {residency->place, residency->number, residency->moved_in})
      columns.push_back({column->label.zh, column, false});
  return columns;
}

}  // namespace doorstep::server
