#pragma once

#include "schema/pack.hpp"

namespace doorstep {

/// The value in the form in which a column of this type keeps it: whole numbers as reals in a column that
/// became real, and whole reals as integers for a phone in whose pack it is an integer still. So 5 and 5.0,
/// written under two versions of a pack, are one value. Everything else stays.
Value fitted(const Column& column, Value value);

}  // namespace doorstep
