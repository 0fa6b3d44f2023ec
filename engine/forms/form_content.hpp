#pragma once

#include <doorstep/form.hpp>

#include "forms/compiled.hpp"

namespace doorstep {

/// What copies of a Form share.
struct Form::Content {
  forms::CompiledForm compiled;
  std::string json;
  std::string digest;
};

}  // namespace doorstep
