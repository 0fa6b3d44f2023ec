#pragma once

#include <string_view>

namespace doorstep {

/// Whether `host` (no port, no brackets) can only mean this machine: `localhost`, 127.0.0.0/8 written out, or
/// `::1`. Plain HTTP is allowed nowhere else. Names are not resolved: what a resolver says may change.
[[nodiscard]] bool is_loopback_host(std::string_view host);

}  // namespace doorstep
