#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <numbers>

#include "base/ensure.hpp"
#include "base/error.hpp"
#include "printing/cairo_picture.hpp"
#include "printing/document.hpp"
#include "printing/limits.hpp"
#include "printing/qr_modules.hpp"

namespace doorstep::server::printing {
namespace {

constexpr double kPointsPerMm = 72.0 / 25.4;
/// Whatever Chinese font there is; sans-serif stands for those that are not named.
constexpr const char* kFonts =
    "Noto Sans CJK SC,Source Han Sans SC,WenQuanYi Micro Hei,Droid Sans Fallback,sans-serif";
constexpr const char* kSample = "家门口公示牌有效";
/// How much smaller a line gets before it is cut.
constexpr double kLeastScale = 0.6;

double points(double mm) { return mm * kPointsPerMm; }
double millimetres(int pango_units) { return pango_units / double(PANGO_SCALE) / kPointsPerMm; }

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Context = std::unique_ptr<cairo_t, FreeWith<cairo_destroy>>;
using Layout = std::unique_ptr<PangoLayout, FreeWith<g_object_unref>>;
using FontDescription = std::unique_ptr<PangoFontDescription, FreeWith<pango_font_description_free>>;
using FontOptions = std::unique_ptr<cairo_font_options_t, FreeWith<cairo_font_options_destroy>>;

PangoAlignment pango_align(Align align) {
  if (align == Align::centre) return PANGO_ALIGN_CENTER;
  return align == Align::right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
}

class CairoDocument final : public Document, public Page {
 public:
  CairoDocument(Format format, PageSize size, const std::string& title, Sink sink)
      : size_(size), is_svg_(format == Format::svg), sink_(std::move(sink)) {
    const auto create = is_svg_ ? cairo_svg_surface_create_for_stream : cairo_pdf_surface_create_for_stream;
    surface_.reset(create(&CairoDocument::take, this, points(size.width), points(size.height)));
    if (!is_svg_) cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE, title.c_str());
    context_.reset(cairo_create(surface_.get()));
    layout_.reset(pango_cairo_create_layout(context_.get()));
    PangoContext* pango = pango_layout_get_context(layout_.get());
    pango_context_set_language(pango, pango_language_from_string("zh-cn"));
    pango_context_set_round_glyph_positions(pango, FALSE);
    const FontOptions options(cairo_font_options_create());
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(pango, options.get());
    font_.reset(pango_font_description_from_string(kFonts));
  }

  bool has_chinese() {
    set_text(kSample, TextStyle{}, 1);
    return pango_layout_get_unknown_glyphs_count(layout_.get()) == 0;
  }

  Page& page() override { return *this; }

  void next_page() override {
    ensure(!is_svg_, "an SVG has one page");
    cairo_show_page(context_.get());
  }

  Status finish() override {
    cairo_show_page(context_.get());
    const cairo_status_t drawn = cairo_status(context_.get());
    cairo_surface_finish(surface_.get());
    const cairo_status_t written = cairo_surface_status(surface_.get());
    const cairo_status_t failed = drawn != CAIRO_STATUS_SUCCESS ? drawn : written;
    if (failed == CAIRO_STATUS_SUCCESS) return {};
    return fail_storage(ErrorCode::storage_failed, cairo_status_to_string(failed));
  }

  const std::vector<std::string>& unprintable() const override { return unprintable_; }

  PageSize size() const override { return size_; }

  double write(const Box& box, std::string_view text, const TextStyle& style) override {
    if (text.empty()) return 0;
    lay_out(box.width, text, style);
    set_colour(style.colour);
    cairo_move_to(context_.get(), points(box.x), points(box.y));
    pango_cairo_show_layout(context_.get(), layout_.get());
    const double height = laid_out_height();
    if (pango_layout_get_unknown_glyphs_count(layout_.get()) > 0) note_unprintable(text);
    return height;
  }

  double height_of(double width, std::string_view text, const TextStyle& style) override {
    if (text.empty()) return 0;
    lay_out(width, text, style);
    return laid_out_height();
  }

  double width_of(std::string_view text, const TextStyle& style) override {
    set_text(text, style, 1);
    int width = 0;
    pango_layout_get_size(layout_.get(), &width, nullptr);
    return millimetres(width);
  }

  void line(double x1, double y1, double x2, double y2, double thickness) override {
    set_colour(Colour::black);
    cairo_set_line_width(context_.get(), points(thickness));
    cairo_move_to(context_.get(), points(x1), points(y1));
    cairo_line_to(context_.get(), points(x2), points(y2));
    cairo_stroke(context_.get());
  }

  void frame(const Box& box, double thickness, Colour colour) override {
    set_colour(colour);
    cairo_set_line_width(context_.get(), points(thickness));
    outline(box);
    cairo_stroke(context_.get());
  }

  void fill(const Box& box, Colour colour) override {
    set_colour(colour);
    outline(box);
    cairo_fill(context_.get());
  }

  void ellipse(const Box& box, Colour colour) override {
    set_colour(colour);
    cairo_save(context_.get());
    cairo_translate(context_.get(), points(box.x + box.width / 2), points(box.y + box.height / 2));
    cairo_scale(context_.get(), points(box.width / 2), points(box.height / 2));
    cairo_arc(context_.get(), 0, 0, 1, 0, 2 * std::numbers::pi);
    cairo_restore(context_.get());
    cairo_fill(context_.get());
  }

  bool picture(const Box& box, std::string_view bytes) override {
    const Surface image = read_picture(bytes);
    if (image == nullptr) return false;
    const double width = cairo_image_surface_get_width(image.get());
    const double height = cairo_image_surface_get_height(image.get());
    const double scale = std::min(points(box.width) / width, points(box.height) / height);
    cairo_save(context_.get());
    cairo_translate(context_.get(), points(box.x) + (points(box.width) - width * scale) / 2,
                    points(box.y) + (points(box.height) - height * scale) / 2);
    cairo_scale(context_.get(), scale, scale);
    cairo_set_source_surface(context_.get(), image.get(), 0, 0);
    cairo_paint(context_.get());
    cairo_restore(context_.get());
    return true;
  }

  bool qr_code(const Box& box, std::string_view text) override {
    const QrModules code(std::string(text), QrCorrection::medium);
    if (!code) return false;
    const double module = points(box.width) / (code.width() + 2 * kQuietZone);
    const double left = points(box.x) + kQuietZone * module;
    const double top = points(box.y) + kQuietZone * module;
    set_colour(Colour::black);
    for (int y = 0; y < code.width(); ++y)
      for (int x = 0; x < code.width();) {
        int end = x;
        while (code.is_dark(end, y)) ++end;
        if (end > x)
          cairo_rectangle(context_.get(), left + x * module, top + y * module, (end - x) * module, module);
        x = end + 1;
      }
    cairo_fill(context_.get());
    return true;
  }

 private:
  static cairo_status_t take(void* self, const unsigned char* bytes, unsigned int size) {
    const bool taken = static_cast<CairoDocument*>(self)->sink_({reinterpret_cast<const char*>(bytes), size});
    return taken ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
  }

  void set_colour(Colour colour) {
    double red = 0;
    double green = 0;
    double blue = 0;
    if (colour == Colour::grey) red = green = blue = 0.42;
    if (colour == Colour::pale) red = green = blue = 0.93;
    if (colour == Colour::white) red = green = blue = 1;
    if (colour == Colour::red) red = 0.72, green = 0.08, blue = 0.08;
    cairo_set_source_rgb(context_.get(), red, green, blue);
  }

  void outline(const Box& box) {
    cairo_rectangle(context_.get(), points(box.x), points(box.y), points(box.width), points(box.height));
  }

  /// On one line, or as many as the text has, as long as they are.
  void set_text(std::string_view text, const TextStyle& style, double scale) {
    PangoLayout* layout = layout_.get();
    pango_font_description_set_absolute_size(font_.get(), points(style.size) * scale * PANGO_SCALE);
    pango_layout_set_font_description(layout, font_.get());
    pango_layout_set_single_paragraph_mode(layout, style.lines == 1 ? TRUE : FALSE);
    pango_layout_set_width(layout, -1);
    pango_layout_set_height(layout, -1);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_NONE);
    gchar* valid = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
    pango_layout_set_text(layout, valid, -1);
    g_free(valid);
  }

  void lay_out(double width, std::string_view text, const TextStyle& style) {
    set_text(text, style, 1);
    PangoLayout* layout = layout_.get();
    if (style.lines == 1 || style.shrinks) {
      int natural = 0;
      pango_layout_get_size(layout, &natural, nullptr);
      if (millimetres(natural) > width)
        set_text(text, style, std::max(kLeastScale, 0.995 * width / millimetres(natural)));
    }
    pango_layout_set_width(layout, static_cast<int>(points(width) * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, pango_align(style.align));
    if (style.lines == 0) return;
    if (style.lines > 1) pango_layout_set_height(layout, -style.lines);
    pango_layout_set_ellipsize(layout, style.cut == Cut::start ? PANGO_ELLIPSIZE_START : PANGO_ELLIPSIZE_END);
  }

  double laid_out_height() {
    int height = 0;
    pango_layout_get_size(layout_.get(), nullptr, &height);
    return millimetres(height);
  }

  void note_unprintable(std::string_view text) {
    const std::string all(text);
    for (const char* at = all.c_str(); *at != '\0' && unprintable_.size() < limits::kUnprintable;) {
      const char* next = g_utf8_find_next_char(at, nullptr);
      const std::string character(at, next);
      at = next;
      set_text(character, TextStyle{}, 1);
      if (pango_layout_get_unknown_glyphs_count(layout_.get()) == 0) continue;
      if (std::find(unprintable_.begin(), unprintable_.end(), character) == unprintable_.end())
        unprintable_.push_back(character);
    }
  }

  const PageSize size_;
  const bool is_svg_;
  const Sink sink_;
  Surface surface_;
  Context context_;
  Layout layout_;
  FontDescription font_;
  std::vector<std::string> unprintable_;
};

}  // namespace

Result<std::unique_ptr<Document>> Document::open(Format format, PageSize size, const std::string& title,
                                                 Sink sink) {
  auto document = std::make_unique<CairoDocument>(format, size, title, std::move(sink));
  if (!document->has_chinese())
    return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
                "这台电脑没有装中文字体,印不出来。请先安装:apt install fonts-wqy-microhei",
                "No Chinese font is installed on this machine, so nothing can be printed. Install one first: "
                "apt install fonts-wqy-microhei");
  return document;
}

}  // namespace doorstep::server::printing

#ifdef __SANITIZE_ADDRESS__
/// Fontconfig keeps what it has read for the life of the process.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }
#endif
