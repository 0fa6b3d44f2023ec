#include "wire/trust.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "wire/codec.hpp"

namespace doorstep::wire {
namespace {

constexpr std::size_t kFingerprintBytes = 16;

tl::unexpected<Error> fail_trust(std::string zh, std::string en) {
  return fail(ErrorDomain::network, ErrorCode::untrusted_office, Retry::later, std::move(zh), std::move(en));
}

/// Whether the list's identity is the one with this fingerprint, or its rightful successor.
bool descends(const KeyList& keys, std::string_view fingerprint) {
  bool known = false;
  for (std::size_t i = 0; i < keys.successions.size(); ++i) {
    const Succession& one = keys.successions[i];
    known = known || office_fingerprint(one.identity) == fingerprint;
    if (!known) continue;
    const bool is_last = i + 1 == keys.successions.size();
    const PublicKey& next = is_last ? keys.identity : keys.successions[i + 1].identity;
    if (one.algorithm != SignatureAlgorithm::ed25519 ||
        !verify(signed_bytes(keys.office, one.identity, next), one.signature, one.identity))
      return false;
  }
  return known || office_fingerprint(keys.identity) == fingerprint;
}

}  // namespace

std::string office_fingerprint(const PublicKey& identity) {
  return to_base64url(view(sha256(view(identity))).substr(0, kFingerprintBytes));
}

Result<KeyList> check_keys(KeyList keys, std::string_view fingerprint, std::uint32_t known_version) {
  if (!descends(keys, fingerprint))
    return fail_trust(
        "对方不是邀请您的街道,没有发送任何内容。请换一个网络再试,或向街道要新的邀请链接。",
        "This is not the office that invited you; nothing was sent. Try another network, or ask the "
        "office for a new invitation.");
  if (keys.algorithm != SignatureAlgorithm::ed25519 ||
      !verify(signed_bytes(keys), keys.signature, keys.identity))
    return fail_trust(
        "街道服务器的密钥清单签名不对,没有发送任何内容。请换一个网络再试,并告诉街道。",
        "The office's list of keys is not signed by the office; nothing was sent. Try another network, "
        "and tell the office.");
  if (keys.version < known_version)
    return fail_trust(
        "街道服务器给出了过期的密钥清单,没有发送任何内容。请换一个网络再试,并告诉街道。",
        "The office's list of keys is older than the one this phone has; nothing was sent. Try another "
        "network, and tell the office.");
  if (keys.tls_pins.empty())
    return fail_trust("街道服务器的密钥清单是空的,请告诉街道。",
                      "The office's list of keys names no TLS key; tell the office.");
  return keys;
}

Status check_certificate(const Certificate& certificate, const KeyList& keys) {
  if (certificate.office == keys.office && certificate.algorithm == SignatureAlgorithm::ed25519 &&
      verify(signed_bytes(certificate), certificate.signature, keys.identity))
    return {};
  return fail_trust("街道给这部手机的登记凭证签名不对,没有加入。请告诉街道。",
                    "The certificate for this phone is not signed by the office; it has not joined. Tell "
                    "the office.");
}

}  // namespace doorstep::wire
