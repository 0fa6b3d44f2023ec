#pragma once

#include <doorstep/options.hpp>

namespace doorstep {

/// Ports for a POSIX system with libcurl: its clocks, its random source, HTTPS with the office's key pinned.
Ports native_ports();

}  // namespace doorstep
