#pragma once

#include <string>
#include <vector>

#include "app/roster.hpp"
#include "tabular/csv.hpp"

namespace doorstep::server {

/// Whom to invite, as somebody wrote it.
struct Invitee {
  std::size_t row = 0;
  std::string name;
  std::string phone;  ///< Empty where the name is enough.
  std::string role;   ///< Its value or label.
  std::string place;  ///< A place's code.
};

/// Reads a list with the columns name, phone, role and place, by these names or their Chinese ones. All
/// faults of the heading are added to `problems`.
std::vector<Invitee> read_invitees(const Pack& pack, const std::vector<tabular::Row>& file,
                                   std::vector<RosterProblem>& problems);

/// Who an invitee is.
struct Invited {
  std::size_t row = 0;
  RowId person;
  RowId place;
  std::string role;  ///< Its stored value.
};

struct InvitePlan {
  std::vector<PlannedRow> rows;  ///< People and posts that are missing.
  std::vector<RosterProblem> problems;
  std::vector<Invited> invited;  ///< In the list's order, when there are no problems.
};

/// Finds everybody, and says which people and posts have to be added first.
Result<InvitePlan> plan_invitations(const Pack& pack, const RowId& office,
                                    const std::vector<Invitee>& invitees, RowSource& source,
                                    std::int64_t now_ms);

}  // namespace doorstep::server
