#include "auth/secrets.hpp"

#include <array>

namespace doorstep::server::auth {
namespace {

template <std::size_t N>
std::string make_secret() {
  std::array<std::uint8_t, N> bytes;
  fill_random(bytes.data(), bytes.size());
  return to_base64url(view(bytes));
}

}  // namespace

std::string make_invitation_code() { return make_secret<16>(); }

std::string make_device_token() { return make_secret<32>(); }

Digest secret_hash(std::string_view secret) { return sha256(secret); }

}  // namespace doorstep::server::auth
