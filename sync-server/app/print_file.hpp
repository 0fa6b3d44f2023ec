#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/data_folder.hpp"
#include "printing/document.hpp"

namespace doorstep::server {

/// Where pages go, by the name that was given: `.pdf` takes all, `.svg` one, a folder (ends in `/`) an SVG
/// each.
class PrintFile {
 public:
  /// Errors: usage for another name, for no page, and for too many.
  static Result<PrintFile> begin(const std::string& out, printing::PageSize size, std::string title,
                                 std::size_t pages);
  /// Whether the name is one at all, or that of a PDF. Errors: usage.
  static Status check(const std::string& out);
  static Status check_pdf(const std::string& out);

  /// The next page to draw on; `name` is its file's in a folder. Errors: those of writing files, and of
  /// opening a document.
  Result<printing::Page*> next(const std::string& name);
  /// On disk when it returns.
  Status finish();

  std::uint64_t bytes() const { return bytes_; }
  /// Characters that no font has.
  const std::vector<std::string>& unprintable() const { return unprintable_; }

 private:
  PrintFile(std::string out, printing::PageSize size, std::string title)
      : out_(std::move(out)), size_(size), title_(std::move(title)) {}
  Status open(const std::string& file, printing::Format format);

  std::string out_;
  printing::PageSize size_;
  std::string title_;
  std::unique_ptr<FileWriter> writer_;  ///< Outlives the document, which writes to it.
  std::unique_ptr<printing::Document> document_;
  std::uint64_t bytes_ = 0;
  std::vector<std::string> unprintable_;
};

}  // namespace doorstep::server
