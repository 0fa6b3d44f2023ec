#include "base/loopback.hpp"

namespace doorstep {
namespace {

/// Four decimal numbers of at most 255, nothing shortened: "127.1" is for resolvers to read.
bool is_dotted_quad(std::string_view text) {
  int parts = 0;
  while (true) {
    unsigned value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9' && digits < 4)
      value = value * 10 + static_cast<unsigned>(text[digits++] - '0');
    if (digits == 0 || digits > 3 || value > 255) return false;
    ++parts;
    text.remove_prefix(digits);
    if (text.empty()) return parts == 4;
    if (text.front() != '.' || parts == 4) return false;
    text.remove_prefix(1);
  }
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  return host == "localhost" || host == "::1" || (host.substr(0, 4) == "127." && is_dotted_quad(host));
}

}  // namespace doorstep
