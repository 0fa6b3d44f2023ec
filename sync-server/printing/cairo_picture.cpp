#include "printing/cairo_picture.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/crypto.hpp"
#include "printing/limits.hpp"

namespace doorstep::server::printing {
namespace {

constexpr std::string_view kPngStart = "\x89PNG\r\n\x1a\n";
constexpr std::size_t kPngHeaderBytes = 24;

/// Cairo keeps pixels as native words, 0xXXRRGGBB.
constexpr int kPixelFormat = std::endian::native == std::endian::little ? TJPF_BGRX : TJPF_XRGB;

bool is_size_fair(std::int64_t width, std::int64_t height) {
  return width > 0 && height > 0 && width <= limits::kPortraitPixels && height <= limits::kPortraitPixels;
}

/// Keeps a copy with the surface: as which format it may be embedded, and by which name it is the same again.
bool attach(cairo_surface_t* surface, const char* kind, std::string_view bytes) {
  auto* copy = static_cast<unsigned char*>(std::malloc(bytes.size()));
  if (copy == nullptr) return false;
  std::memcpy(copy, bytes.data(), bytes.size());
  if (cairo_surface_set_mime_data(surface, kind, copy, bytes.size(), &std::free, copy) ==
      CAIRO_STATUS_SUCCESS)
    return true;
  std::free(copy);
  return false;
}

Surface read_jpeg(std::string_view bytes) {
  const std::unique_ptr<void, int (*)(tjhandle)> decoder(tjInitDecompress(), &tjDestroy);
  if (decoder == nullptr) return nullptr;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0;
  int height = 0;
  int sampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(decoder.get(), data, bytes.size(), &width, &height, &sampling, &colours) != 0 ||
      !is_size_fair(width, height))
    return nullptr;
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) return nullptr;
  cairo_surface_flush(surface.get());
  if (tjDecompress2(decoder.get(), data, bytes.size(), cairo_image_surface_get_data(surface.get()), width,
                    cairo_image_surface_get_stride(surface.get()), height, kPixelFormat, 0) != 0)
    return nullptr;
  cairo_surface_mark_dirty(surface.get());
  if (!attach(surface.get(), CAIRO_MIME_TYPE_JPEG, bytes)) return nullptr;
  return surface;
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

Surface read_png(std::string_view bytes) {
  if (bytes.size() < kPngHeaderBytes ||
      !is_size_fair(big_endian(bytes.substr(16, 4)), big_endian(bytes.substr(20, 4))))
    return nullptr;
  const auto read = [](void* left, unsigned char* out, unsigned int size) {
    auto& rest = *static_cast<std::string_view*>(left);
    if (rest.size() < size) return CAIRO_STATUS_READ_ERROR;
    std::copy_n(rest.data(), size, out);
    rest.remove_prefix(size);
    return CAIRO_STATUS_SUCCESS;
  };
  Surface surface(cairo_image_surface_create_from_png_stream(read, &bytes));
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) return nullptr;
  return surface;
}

}  // namespace

Surface read_picture(std::string_view bytes) {
  Surface surface = bytes.substr(0, kPngStart.size()) == kPngStart ? read_png(bytes) : read_jpeg(bytes);
  if (surface != nullptr && !attach(surface.get(), CAIRO_MIME_TYPE_UNIQUE_ID, to_hex(view(sha256(bytes)))))
    return nullptr;
  return surface;
}

}  // namespace doorstep::server::printing
