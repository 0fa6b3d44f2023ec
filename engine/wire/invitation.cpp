#include "wire/invitation.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/loopback.hpp"

namespace doorstep::wire {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kPath = "/join";
constexpr std::size_t kHostChars = 253;  // RFC 1035 §2.3.4, as text

tl::unexpected<Error> fail_invitation(std::string zh, std::string en) {
  return fail(ErrorDomain::usage, ErrorCode::invitation_invalid, Retry::never, std::move(zh), std::move(en));
}

tl::unexpected<Error> fail_incomplete() {
  return fail_invitation(
      "邀请链接不完整,请重新复制整条链接,或请街道再发一次。",
      "The invitation link is incomplete. Copy the whole link again, or ask the office to send it "
      "once more.");
}

tl::unexpected<Error> fail_address(std::string_view address) {
  return fail_invitation("邀请链接中的地址“" + std::string(address) + "”不对,请重新复制整条链接。",
                         "The address \"" + std::string(address) +
                             "\" in the invitation link is not valid. Copy the whole link again.");
}

/// From the scheme to the first character that no URL has: people paste whole chat messages.
std::string_view find_url(std::string_view text) {
  const std::size_t start = std::min(text.find(kHttps), text.find(kHttp));
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start);
  const auto outside = [](char c) { return c <= ' ' || c >= '\x7F' || c == '"' || c == '<' || c == '>'; };
  return text.substr(
      0, static_cast<std::size_t>(std::find_if(text.begin(), text.end(), outside) - text.begin()));
}

bool is_host_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
         c == '_';
}

bool is_ipv6_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

bool parse_port(std::string_view text, std::uint16_t& port) {
  if (text.empty() || text.size() > 5) return false;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  port = static_cast<std::uint16_t>(value);
  return value >= 1 && value <= 65'535;
}

/// HOST, HOST:PORT, [IPV6] or [IPV6]:PORT. `port` keeps its value where none is given.
bool parse_address(std::string_view address, std::string& host, std::uint16_t& port) {
  std::string_view rest;
  if (!address.empty() && address.front() == '[') {
    const std::size_t end = address.find(']');
    if (end == std::string_view::npos) return false;
    host = address.substr(1, end - 1);
    rest = address.substr(end + 1);
    if (!std::all_of(host.begin(), host.end(), is_ipv6_char)) return false;
  } else {
    const std::size_t end = std::min(address.find(':'), address.size());
    host = address.substr(0, end);
    rest = address.substr(end);
    if (!std::all_of(host.begin(), host.end(), is_host_char)) return false;
  }
  if (host.empty() || host.size() > kHostChars) return false;
  return rest.empty() || (rest.front() == ':' && parse_port(rest.substr(1), port));
}

bool is_secret(std::string_view text) {
  return text.size() == kInvitationSecretChars && from_base64url(text).has_value();
}

}  // namespace

std::string office_url(const Invitation& invitation) {
  const bool ipv6 = invitation.host.find(':') != std::string::npos;
  std::string url(invitation.insecure_http ? kHttp : kHttps);
  url += ipv6 ? "[" + invitation.host + "]" : invitation.host;
  return url + ":" + std::to_string(invitation.port);
}

std::string to_url(const Invitation& invitation) {
  return office_url(invitation) + std::string(kPath) + "#" + invitation.code + "." + invitation.office;
}

Result<Invitation> parse_invitation(std::string_view text) {
  std::string_view url = find_url(text);
  if (url.empty())
    return fail_invitation(
        "这里没有邀请链接。邀请链接以“https://”开头,请从街道发来的消息中复制。",
        "There is no invitation link here. It begins with \"https://\"; copy it from the office's "
        "message.");
  Invitation invitation;
  invitation.insecure_http = url.substr(0, kHttp.size()) == kHttp;
  invitation.port = invitation.insecure_http ? 80 : 443;
  url.remove_prefix(invitation.insecure_http ? kHttp.size() : kHttps.size());

  const std::string_view address = url.substr(0, std::min(url.find_first_of("/?#"), url.size()));
  if (!parse_address(address, invitation.host, invitation.port)) return fail_address(address);
  if (invitation.insecure_http && !is_loopback_host(invitation.host))
    return fail_invitation(
        "这个邀请链接没有加密(http://),只能在本机测试时使用。请向街道要以“https://”开头的链接。",
        "This invitation link is not encrypted (http://), which is for tests on one machine only. "
        "Ask the office for a link that begins with \"https://\".");
  url.remove_prefix(address.size());

  const std::size_t hash = url.find('#');
  const std::string_view path = url.substr(0, hash);
  if (hash == std::string_view::npos && kPath.substr(0, path.size()) == path) return fail_incomplete();
  if (hash == std::string_view::npos || path != kPath)
    return fail_invitation("这不是邀请链接,请从街道发来的消息中复制邀请链接。",
                           "This link is no invitation. Copy the invitation link from the office's message.");
  const std::string_view secrets = url.substr(hash + 1, 2 * kInvitationSecretChars + 1);
  const std::size_t dot = secrets.find('.');
  if (dot == std::string_view::npos || !is_secret(secrets.substr(0, dot)) ||
      !is_secret(secrets.substr(dot + 1)))
    return fail_incomplete();
  invitation.code = secrets.substr(0, dot);
  invitation.office = secrets.substr(dot + 1);
  return invitation;
}

}  // namespace doorstep::wire
