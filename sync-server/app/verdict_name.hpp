#pragma once

#include "wire/messages.hpp"

namespace doorstep::server {

/// A verdict's name in JSON and metrics.
inline const char* name_of(wire::VerdictKind kind) {
  switch (kind) {
    case wire::VerdictKind::effective:
      return "effective";
    case wire::VerdictKind::merged:
      return "merged";
    case wire::VerdictKind::in_review:
      return "in_review";
    case wire::VerdictKind::held:
      return "held";
    case wire::VerdictKind::returned:
      return "returned";
    case wire::VerdictKind::replaced:
      return "replaced";
  }
  return "unknown";
}

}  // namespace doorstep::server
