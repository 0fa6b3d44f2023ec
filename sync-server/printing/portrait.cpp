#include "printing/portrait.hpp"

namespace doorstep::server::printing {

void draw_portrait(Page& page, const Box& box, std::string_view picture) {
  if (!picture.empty() && page.picture(box, picture)) return;
  page.fill(box, Colour::pale);
  const double head = box.width * 0.36;
  page.ellipse({box.x + (box.width - head) / 2, box.y + box.height * 0.2, head, head * 1.2}, Colour::white);
  const double shoulders = box.width * 0.72;
  const double top = box.y + box.height * 0.66;
  page.ellipse({box.x + (box.width - shoulders) / 2, top, shoulders, box.height * 0.3}, Colour::white);
  page.frame(box, 0.2, Colour::grey);
}

}  // namespace doorstep::server::printing
