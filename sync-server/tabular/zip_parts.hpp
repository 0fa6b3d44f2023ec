#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tabular/sheet.hpp"

namespace doorstep::server::tabular {

/// The files in a ZIP archive in memory, by name; names differ in more than case (OPC).
class ZipParts {
 public:
  /// `bytes` and `limits` are borrowed.
  static Result<ZipParts> open(std::string_view bytes, const Limits& limits);

  ZipParts(ZipParts&&) noexcept;
  ZipParts& operator=(ZipParts&&) noexcept;
  ~ZipParts();

  /// nullopt when there is none. Errors (format): malformed when it is damaged or has a password, too_large
  /// past limits.part_bytes, or when it unpacks to more than honest files do.
  Result<std::optional<std::string>> read(std::string_view name) const;

 private:
  struct Archive;
  explicit ZipParts(std::unique_ptr<Archive> archive);
  std::unique_ptr<Archive> archive_;
};

}  // namespace doorstep::server::tabular
