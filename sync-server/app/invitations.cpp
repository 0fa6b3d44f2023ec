#include "app/invitations.hpp"

#include <map>

#include "app/listen_address.hpp"
#include "app/office_writes.hpp"
#include "auth/identity.hpp"
#include "base/error.hpp"
#include "base/loopback.hpp"
#include "pipeline/enrolment.hpp"
#include "wire/invitation.hpp"

namespace doorstep::server {
namespace {

constexpr std::string_view kSecure = "https://";
constexpr std::string_view kInsecure = "http://";

/// What serve left in the data folder.
struct ServedAt {
  ListenAddress address;
  bool insecure_http = false;
};
Result<ServedAt> served_at(const DataFolder& folder) {
  const std::string url = folder.served_at().value_or(std::string(kSecure) + std::string(kDefaultListen));
  const bool insecure = url.rfind(kInsecure, 0) == 0;
  DOORSTEP_TRY(address, parse_listen_address(
                            std::string_view(url).substr(insecure ? kInsecure.size() : kSecure.size())));
  return ServedAt{std::move(address), insecure};
}

/// HOST, HOST:PORT, [V6] or [V6]:PORT.
Result<ListenAddress> read_host(const std::string& typed, std::uint16_t port) {
  const bool has_port =
      !typed.empty() && typed.back() != ']' && typed.find(':', typed.rfind(']') + 1) != std::string::npos;
  return parse_listen_address(has_port ? typed : typed + ":" + std::to_string(port));
}

}  // namespace

Result<InviteAddress> invite_address(const DataFolder& folder, const std::string& host) {
  DOORSTEP_TRY(served, served_at(folder));
  InviteAddress result{served.address.host, served.address.port, served.insecure_http, {}, {}};
  if (!host.empty()) {
    DOORSTEP_TRY(given, read_host(host, served.address.port));
    result.host = given.host;
    result.port = given.port;
  } else if (served.address.wildcard()) {
    result.host = outward_address();
    result.note_zh = "链接里用的是本机地址 " + result.host + "。如果手机要用别的地址访问,请加 --host。";
    result.note_en = "The link names this machine's address " + result.host +
                     ". If phones reach it by another, say --host.";
  } else if (is_loopback_host(result.host)) {
    result.note_zh = "注意:链接里是 " + result.host + ",只有本机能用。手机用的话请加 --host。";
    result.note_en =
        "Note: the link names " + result.host + ", which works on this machine only. For phones, say --host.";
  }
  // Plain HTTP never leaves the machine, whatever host was named.
  if (!is_loopback_host(result.host)) result.insecure_http = false;
  return result;
}

Result<std::vector<MadeInvitation>> make_invitations(OpenOffice& opened, const InviteAddress& address,
                                                     const std::vector<Invitee>& invitees,
                                                     std::int64_t valid_ms,
                                                     std::vector<RosterProblem>& problems) {
  DOORSTEP_TRY(pack, opened.pack());
  DOORSTEP_TRY(identity, auth::OfficeIdentity::load(opened.folder().path()));
  InvitePlan plan;
  {
    DOORSTEP_TRY(snapshot, opened.store().snapshot());
    SnapshotRows rows(*snapshot);
    DOORSTEP_TRY(planned,
                 plan_invitations(*pack, opened.office().record().office, invitees, rows, opened.now_ms()));
    plan = std::move(planned);
  }
  problems = std::move(plan.problems);
  if (!problems.empty()) return std::vector<MadeInvitation>{};
  DOORSTEP_CHECK(write_rows(opened.office(), plan.rows));

  std::vector<InvitationOffer> offers;
  std::map<RowId, std::size_t> offer_of;
  for (const Invited& one : plan.invited)
    if (offer_of.emplace(one.person, offers.size()).second)
      offers.push_back({one.person, one.role, one.place, valid_ms});
  const std::int64_t expires_ms = opened.now_ms() + valid_ms;
  DOORSTEP_TRY(codes, invite(opened.office(), offers));

  std::vector<MadeInvitation> made;
  for (const Invited& one : plan.invited) {
    const wire::Invitation invitation{address.host, address.port, address.insecure_http,
                                      codes[offer_of[one.person]], identity.fingerprint()};
    made.push_back({one.row, one.person, one.place, one.role, wire::to_url(invitation), expires_ms});
  }
  return made;
}

}  // namespace doorstep::server
