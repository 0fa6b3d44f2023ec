#pragma once

#include <cairo.h>

#include <memory>
#include <string_view>

/// Inside the printing room only.
namespace doorstep::server::printing {

struct SurfaceDestroy {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, SurfaceDestroy>;

/// A JPEG or PNG, decoded; nullptr when it is neither, damaged, or larger than a portrait may be. A JPEG goes
/// into files as it is, once however often it is drawn.
Surface read_picture(std::string_view bytes);

}  // namespace doorstep::server::printing
