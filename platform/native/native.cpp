#include <doorstep/native.hpp>

#include "curl/curl_http.hpp"
#include "posix/posix.hpp"

namespace doorstep {

Ports native_ports() {
  Ports ports;
  ports.clock = make_posix_clock();
  ports.entropy = make_posix_entropy();
  ports.http = make_curl_http();
  return ports;
}

}  // namespace doorstep
