#pragma once

#include <string>
#include <vector>

#include "base/types.hpp"
#include "bench/community.hpp"
#include "schema/pack.hpp"
#include "wire/messages.hpp"

/// The workload's community as rows of the bench pack.
namespace doorstep::bench {

struct Row {
  RowId id;
  std::vector<Value> values;  ///< In the table's column order.
};

struct TableRows {
  std::string table;
  std::vector<Row> rows;
};

/// One place above twelve grids, one worker who answers for all of it.
inline constexpr const char* kRootPlace = "root";
inline constexpr const char* kWorker = "员工";
inline constexpr const char* kRole = "worker";

extern const RowId kOffice;

/// `tests/bench/pack`. Throws when it does not load.
Pack bench_pack();

/// Every table in the order in which rows refer to one another: place, person, assignment, household,
/// resident, visit. Ids follow from the workload's: name-based where there is a natural key, else
/// time-ordered.
std::vector<TableRows> make_roster(const Pack& pack, int visits);

/// Rows of the visit table for visits made by make_visits().
std::vector<Row> visit_rows(const Pack& pack, const std::vector<Visit>& visits, std::int64_t first_ms);

/// What an office with this roster answers to a new device: pages within the wire's limits, the last one a
/// checkpoint.
std::vector<wire::SyncResponse> bootstrap_pages(const Pack& pack, const std::vector<TableRows>& roster);

}  // namespace doorstep::bench
