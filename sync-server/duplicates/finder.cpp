#include "duplicates/finder.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "duplicates/rules.hpp"
#include "pipeline/territory.hpp"

namespace doorstep::server {
namespace {

/// Each further rule that finds a pair makes it this much likelier.
constexpr int kAgreement = 4;
constexpr std::size_t kCodeCharacters = 8;

using Pair = std::tuple<std::string, RowId, RowId>;

Pair pair_of(const std::string& table, const RowId& a, const RowId& b) {
  return {table, std::min(a, b), std::max(a, b)};
}

Result<std::set<Pair>> rejected_pairs(ReadSnapshot& snapshot, const PackPlan& plan) {
  std::set<Pair> out;
  const TablePlan* rejections = plan.find(kNotSameTable);
  if (rejections == nullptr) return out;
  const Table& table = *rejections->table;
  const auto at = [&](const char* name) {
    return static_cast<std::size_t>(table.find(name) - table.columns.data());
  };
  std::vector<Value> values;
  DOORSTEP_CHECK(snapshot.each_row(table, [&](const RowId&, const RowView& row) {
    values.clear();
    row.append_values(values);
    const auto* kind = std::get_if<std::string>(&values[at("kind")]);
    const auto one = reference_in(values[at("one")]);
    const auto other = reference_in(values[at("other")]);
    if (kind != nullptr && one && other) out.insert(pair_of(*kind, *one, *other));
    return true;
  }));
  return out;
}

}  // namespace

Result<std::vector<Proposal>> find_duplicates(ReadSnapshot& snapshot, const PackPlan& plan,
                                              std::string_view key) {
  DOORSTEP_TRY(census, take_census(snapshot, plan, key));
  DOORSTEP_TRY(rejected, rejected_pairs(snapshot, plan));
  std::map<Pair, Proposal> by_pair;
  const auto collect = [&](const char* table) -> Found {
    return [&by_pair, &rejected = rejected, table](const RowId& a, const RowId& b, int score, Label reason) {
      const Pair pair = pair_of(table, a, b);
      if (rejected.count(pair) != 0) return;
      Proposal& proposal = by_pair[pair];
      // Ids of events grow with time: what was registered first stays.
      proposal.table = table;
      proposal.row = std::max(a, b);
      proposal.other = std::min(a, b);
      const bool first = proposal.reasons.empty();
      proposal.score = std::min(100, std::max(proposal.score, score) + (first ? 0 : kAgreement));
      proposal.reasons.push_back(std::move(reason));
    };
  };
  find_equal_id_numbers(census, collect("resident"));
  find_equal_names_at_home(census, collect("resident"));
  find_equal_phones_nearby(census, collect("resident"));
  find_homes_at_one_door(census, collect("household"));
  std::vector<Proposal> out;
  out.reserve(by_pair.size());
  for (auto& [unused, proposal] : by_pair) out.push_back(std::move(proposal));
  std::stable_sort(out.begin(), out.end(),
                   [](const Proposal& a, const Proposal& b) { return a.score > b.score; });
  return out;
}

std::string code_of(const Proposal& proposal) {
  const auto [table, one, other] = pair_of(proposal.table, proposal.row, proposal.other);
  return to_hex(view(sha256(table + to_text(one), to_text(other)))).substr(0, kCodeCharacters);
}

}  // namespace doorstep::server
