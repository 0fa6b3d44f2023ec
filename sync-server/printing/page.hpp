#pragma once

#include <cstdint>
#include <string_view>

/// A sheet of paper to draw on, whatever file it ends up in. Lengths are millimetres from the upper left
/// corner.
namespace doorstep::server::printing {

struct PageSize {
  double width = 0;
  double height = 0;
};
inline constexpr PageSize kA4{210, 297};
inline constexpr PageSize kA4Landscape{297, 210};

struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

enum class Colour : std::uint8_t { black, grey, pale, red, white };
enum class Align : std::uint8_t { left, centre, right };
/// Which end of a text goes when it does not fit.
enum class Cut : std::uint8_t { end, start };

struct TextStyle {
  double size = 4;  ///< Of a Chinese character.
  int lines = 1;    ///< At most; 0: as many as it takes.
  Align align = Align::left;
  Colour colour = Colour::black;
  Cut cut = Cut::end;
  /// Gets smaller to fit one line, before it takes several or is cut; a single line always does.
  bool shrinks = false;
};

class Page {
 public:
  virtual ~Page() = default;

  virtual PageSize size() const = 0;

  /// Writes UTF-8 from the box's top, broken at its width; the box's height does not count. Returns the
  /// height that it took.
  virtual double write(const Box& box, std::string_view text, const TextStyle& style) = 0;
  virtual double height_of(double width, std::string_view text, const TextStyle& style) = 0;
  /// Of one line, at the style's size.
  virtual double width_of(std::string_view text, const TextStyle& style) = 0;

  virtual void line(double x1, double y1, double x2, double y2, double thickness) = 0;
  virtual void frame(const Box& box, double thickness, Colour colour = Colour::black) = 0;
  virtual void fill(const Box& box, Colour colour) = 0;
  virtual void ellipse(const Box& box, Colour colour) = 0;
  /// A JPEG or PNG, as large as the box takes, in its middle. False, and nothing is drawn, when it is neither
  /// or is damaged.
  virtual bool picture(const Box& box, std::string_view bytes) = 0;
  /// With its quiet zone within the box, which is square. False when the text is too long.
  virtual bool qr_code(const Box& box, std::string_view text) = 0;
};

}  // namespace doorstep::server::printing
