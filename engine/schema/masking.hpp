#pragma once

#include "schema/pack.hpp"

namespace doorstep {

/// What a mask shows of its source's value; null of null, and of what the source cannot hold.
Value masked(Mask mask, const Value& source);

}  // namespace doorstep
