#pragma once

#include <doorstep/error.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "printing/page.hpp"

namespace doorstep::server::printing {

enum class Format : std::uint8_t { pdf, svg };

/// Takes a file's bytes as they come; false when they cannot be written.
using Sink = std::function<bool(std::string_view bytes)>;

/// A file of pages of one size. A finished page is written before the next is begun; what stays in memory is
/// the fonts' used glyphs and the pictures. Used by one thread.
class Document {
 public:
  /// A PDF, or an SVG of one page. Errors: not_found without a Chinese font, naming the package.
  static Result<std::unique_ptr<Document>> open(Format format, PageSize size, const std::string& title,
                                                Sink sink);
  virtual ~Document() = default;

  /// The page that is being drawn; there is one from the beginning.
  virtual Page& page() = 0;
  /// Writes it and begins the next. Not of an SVG.
  virtual void next_page() = 0;
  /// Writes the rest. Errors: storage_failed when the sink refused something.
  virtual Status finish() = 0;

  /// Characters that no installed font has, each once, a bounded number of them.
  virtual const std::vector<std::string>& unprintable() const = 0;
};

}  // namespace doorstep::server::printing
