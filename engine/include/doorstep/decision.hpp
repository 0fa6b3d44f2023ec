#pragma once

#include <cstdint>
#include <doorstep/value.hpp>

namespace doorstep {

/// What a person decides where two people wrote different things at the same time.
struct Decision {
  enum class Choice : std::uint8_t {
    shown = 1,  ///< What shows stays. Of a delete that an edit overruled: the row stays.
    other = 2,  ///< The other value shows from now on. Of such a delete: the row goes after all.
    value = 3   ///< Neither: `value` shows.
  };
  Choice choice = Choice::shown;
  Value value;
};

}  // namespace doorstep
