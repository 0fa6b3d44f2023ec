#pragma once

#include <string_view>

#include "printing/page.hpp"

namespace doorstep::server::printing {

/// The picture, else a neutral outline of head and shoulders in a frame.
void draw_portrait(Page& page, const Box& box, std::string_view picture);

}  // namespace doorstep::server::printing
