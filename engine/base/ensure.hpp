#pragma once

#include <stdexcept>

namespace doorstep {

/// A broken invariant. Caught at one barrier (the SDK facade, a request handler), which stops the work
/// before bad state is written and never takes the host application down.
class InvariantBroken : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Stays on in release builds. `what` names the invariant, not the symptom.
inline void ensure(bool holds, const char* what) {
  if (!holds) throw InvariantBroken(what);
}

}  // namespace doorstep
