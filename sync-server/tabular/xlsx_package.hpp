#pragma once

#include <map>
#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tabular/number_format.hpp"
#include "tabular/zip_parts.hpp"

/// A workbook's parts apart from the cells: which sheets there are, shared texts, formats.
namespace doorstep::server::tabular {

/// The name of an element or attribute without its namespace prefix: some programs write <x:row>.
std::string_view local_name(const char* name);

/// The first child element of this local name; an empty node when there is none.
pugi::xml_node child_of(pugi::xml_node parent, std::string_view name);

/// The text of a cell or shared string: one run, or several of different looks. Readings (phonetic runs) are
/// no part of it.
std::string rich_text(pugi::xml_node item);

/// `_x000D_` and the like, which stand for characters that XML cannot hold.
std::string without_escapes(std::string_view text);

/// One XML part and the tree over it.
struct XmlPart {
  std::string text;
  pugi::xml_document tree;
};

struct SheetEntry {
  std::string name;
  std::string part;
  bool visible = true;
};

class XlsxPackage {
 public:
  /// `bytes` and `limits` are borrowed. Errors: as read_xlsx().
  static Result<XlsxPackage> open(std::string_view bytes, const Limits& limits);

  /// Sheets of cells (not of charts), in the order of their tabs.
  const std::vector<SheetEntry>& sheets() const { return sheets_; }
  bool from_1904() const { return from_1904_; }
  const std::vector<std::string>& shared_texts() const { return shared_texts_; }
  /// Of a cell's `s`.
  NumberFormat format(std::size_t style) const;
  /// A part that must be there.
  Result<std::unique_ptr<XmlPart>> load(const std::string& part) const;

 private:
  XlsxPackage(ZipParts parts, const Limits& limits) : parts_(std::move(parts)), limits_(&limits) {}

  /// What a part refers to, by id.
  struct Target {
    std::string type;  ///< Its last word.
    std::string part;
  };
  using Targets = std::map<std::string, Target, std::less<>>;

  Result<std::unique_ptr<XmlPart>> load_if_there(const std::string& part) const;
  Result<Targets> targets_of(const std::string& part) const;
  Status read_workbook();
  Status read_shared_texts(const std::string& part);
  Status read_formats(const std::string& part);

  ZipParts parts_;
  const Limits* limits_;
  std::vector<SheetEntry> sheets_;
  std::vector<std::string> shared_texts_;
  std::vector<NumberFormat> formats_;
  bool from_1904_ = false;
};

}  // namespace doorstep::server::tabular
