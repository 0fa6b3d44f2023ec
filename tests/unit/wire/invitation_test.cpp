#include "wire/invitation.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace doorstep;
using namespace doorstep::wire;

namespace {

const std::string kCode = "AAECAwQFBgcICQoLDA0ODw";
const std::string kOffice = "_-7dzLuqmYh3ZlVEMyIRAA";

Invitation invitation_to(const std::string& host, std::uint16_t port, bool insecure_http = false) {
  return {host, port, insecure_http, kCode, kOffice};
}

void check_refused(const std::string& text, const char* en) {
  INFO(text);
  const auto refused = parse_invitation(text);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::invitation_invalid);
  CHECK(refused.error().domain == ErrorDomain::usage);
  CHECK(refused.error().retry == Retry::never);
  CHECK_FALSE(refused.error().zh.empty());
  INFO(refused.error().en);
  CHECK(refused.error().en.find(en) != std::string::npos);
}

}  // namespace

TEST_CASE("invitation: every kind of address: comes back from its URL") {
  for (const Invitation& sent : {invitation_to("office.example.org", 8443),
                                 invitation_to("192.168.1.10", 443), invitation_to("fe80::1", 65535),
                                 invitation_to("127.0.0.1", 1, true), invitation_to("::1", 8080, true)}) {
    INFO(to_url(sent));
    const auto read = parse_invitation(to_url(sent));
    REQUIRE(read.has_value());
    CHECK(read->host == sent.host);
    CHECK(read->port == sent.port);
    CHECK(read->insecure_http == sent.insecure_http);
    CHECK(read->code == kCode);
    CHECK(read->office == kOffice);
  }
}

TEST_CASE("invitation: URL: has the documented form") {
  CHECK(to_url(invitation_to("office.example.org", 8443)) ==
        "https://office.example.org:8443/join#" + kCode + "." + kOffice);
  CHECK(office_url(invitation_to("::1", 8080, true)) == "http://[::1]:8080");
}

TEST_CASE("invitation: a pasted chat message: is searched for the link") {
  const std::string url = to_url(invitation_to("10.0.0.7", 8443));
  for (const std::string& text :
       {"  " + url + "\n", "王姐,请点" + url + ",今天就能用", "\"" + url + "\"", url + "."}) {
    INFO(text);
    const auto read = parse_invitation(text);
    REQUIRE(read.has_value());
    CHECK(read->host == "10.0.0.7");
    CHECK(read->office == kOffice);
  }
}

TEST_CASE("invitation: no port: is the scheme's own") {
  const std::string rest = "/join#" + kCode + "." + kOffice;
  CHECK(parse_invitation("https://office.example.org" + rest)->port == 443);
  CHECK(parse_invitation("https://[fe80::1]" + rest)->port == 443);
  CHECK(parse_invitation("http://localhost" + rest)->port == 80);
}

TEST_CASE("invitation: a link cut off anywhere: is incomplete or has no valid address") {
  const std::string url = to_url(invitation_to("office.example.org", 8443));
  for (std::size_t size = url.find(":8443") + 5; size < url.size(); ++size)
    check_refused(url.substr(0, size), "incomplete");
  for (std::size_t size = 0; size < url.size(); ++size) CHECK_FALSE(parse_invitation(url.substr(0, size)));
}

TEST_CASE("invitation: texts that are none: are refused with the reason") {
  const std::string rest = "/join#" + kCode + "." + kOffice;
  check_refused("", "no invitation link");
  check_refused("doorstep://office/join", "no invitation link");
  check_refused("https://office.example.org/news#today", "no invitation");
  check_refused("https://office.example.org/join/us", "no invitation");
  for (const char* address : {"", ":8443", "office:0", "office:65536", "office:84x",
                              "office:", "a@evil.example.org", "[::1", "[::1]x", "[zz]", "a%41"})
    check_refused("https://" + std::string(address) + rest, "address");
  check_refused("http://office.example.org" + rest, "not encrypted");
  check_refused("http://127.0.0.1.evil.example.org" + rest, "not encrypted");
  check_refused("https://office/join#" + kCode + "." + kCode.substr(1) + "!", "incomplete");
  check_refused("https://office/join#" + kCode + kOffice, "incomplete");
}
