#pragma once

#include <string>
#include <vector>

#include "app/invite_list.hpp"
#include "app/open_office.hpp"

namespace doorstep::server {

/// Where invitations send phones. The notes say what an administrator should know about it; often empty.
struct InviteAddress {
  std::string host;
  std::uint16_t port = 0;
  bool insecure_http = false;
  std::string note_zh;
  std::string note_en;
};

/// From `--host HOST[:PORT]`, or from where the office was served last. Errors: usage.
Result<InviteAddress> invite_address(const DataFolder& folder, const std::string& host);

struct MadeInvitation {
  std::size_t row = 0;
  RowId person;
  RowId place;
  std::string role;
  std::string url;
  std::int64_t expires_ms = 0;
};

/// Adds the people and posts that are missing and makes a one-time link for each person: rows that are the
/// same person get the same link. With `problems` nothing was written.
Result<std::vector<MadeInvitation>> make_invitations(OpenOffice& opened, const InviteAddress& address,
                                                     const std::vector<Invitee>& invitees,
                                                     std::int64_t valid_ms,
                                                     std::vector<RosterProblem>& problems);

}  // namespace doorstep::server
