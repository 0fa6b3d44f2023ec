#include "app/qr_code.hpp"

#include <png.h>

#include <catch2/catch.hpp>
#include <vector>

using namespace doorstep::server;

namespace {

using Modules = std::vector<std::vector<bool>>;  ///< Dark ones, by row.

/// Of what a terminal shows.
Modules drawn_modules(const std::string& drawing) {
  Modules modules;
  std::size_t at = 0;
  while (at < drawing.size()) {
    at = drawing.find('m', at) + 1;
    std::vector<bool> upper;
    std::vector<bool> lower;
    while (drawing[at] != '\x1b') {
      const std::string half = drawing.substr(at, drawing[at] == ' ' ? 1 : 3);
      upper.push_back(half == "█" || half == "▀");
      lower.push_back(half == "█" || half == "▄");
      at += half.size();
    }
    modules.push_back(upper);
    modules.push_back(lower);
    at = drawing.find('\n', at) + 1;
  }
  return modules;
}

/// Of a picture; every pixel of a module has to be alike.
Modules pictured_modules(const std::string& png) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, png.data(), png.size()) != 0);
  image.format = PNG_FORMAT_GRAY;
  std::vector<png_byte> pixels(PNG_IMAGE_SIZE(image));
  REQUIRE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0);
  REQUIRE(image.width == image.height);
  REQUIRE(image.width % kQrModulePixels == 0);
  const std::size_t side = image.width / kQrModulePixels;
  Modules modules(side, std::vector<bool>(side));
  std::size_t odd = 0;
  for (std::size_t y = 0; y < image.height; ++y)
    for (std::size_t x = 0; x < image.width; ++x) {
      const bool is_dark = pixels[y * image.width + x] == 0;
      if (x % kQrModulePixels == 0 && y % kQrModulePixels == 0)
        modules[y / kQrModulePixels][x / kQrModulePixels] = is_dark;
      odd += modules[y / kQrModulePixels][x / kQrModulePixels] != is_dark;
    }
  CHECK(odd == 0);
  return modules;
}

}  // namespace

TEST_CASE("QR code: as a picture: the same modules as in the terminal, with a quiet zone") {
  const std::string url = "https://office.example.cn:8443/join#abcdefghijklmnopqrstuv.ABCDEFGHIJKLMNOPQRSTUV";
  Modules drawn = drawn_modules(*draw_qr_code(url));
  const Modules pictured = pictured_modules(*qr_code_png(url));
  drawn.resize(pictured.size());  // Two rows a line: the last one may be half empty.
  CHECK(pictured == drawn);
  for (std::size_t i = 0; i < 4; ++i) CHECK(pictured[i] == std::vector<bool>(pictured.size()));
  CHECK(pictured[4][4]);  // A finder pattern begins.
}

TEST_CASE("QR code: a text that no code can hold: neither a drawing nor a picture") {
  CHECK_FALSE(draw_qr_code(std::string(3'000, 'x')));
  CHECK_FALSE(qr_code_png(std::string(3'000, 'x')));
}
