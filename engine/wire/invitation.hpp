#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <string>
#include <string_view>

namespace doorstep::wire {

/// What an invitation's URL carries:
///
///   https://HOST:PORT/join#CODE.OFFICE
///
/// CODE (secret, one use) and OFFICE (office_fingerprint() of trust.hpp) are 22 characters of base64url, 128
/// bits each. They stand in the fragment, which a browser or a chat's link preview does not send anywhere,
/// and the URL has no character that a shell or a chat program reads in its own way. http:// names loopback
/// addresses only.
struct Invitation {
  std::string host;  ///< A name or an address; IPv6 without brackets.
  std::uint16_t port = 0;
  bool insecure_http = false;
  std::string code;
  std::string office;
};

/// Characters of `code` and of `office`.
inline constexpr std::size_t kInvitationSecretChars = 22;

std::string to_url(const Invitation& invitation);

/// The beginning of all requests' URLs, without a slash at its end: `https://HOST:PORT`.
std::string office_url(const Invitation& invitation);

/// Finds the invitation in what a person pasted: the URL, or a message with the URL in it. A missing port is
/// the scheme's own. Errors (usage, invitation_invalid) say what is wrong with it.
Result<Invitation> parse_invitation(std::string_view text);

}  // namespace doorstep::wire
