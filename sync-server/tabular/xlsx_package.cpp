#include "tabular/xlsx_package.hpp"

#include <new>

#include "tabular/sheet_errors.hpp"

namespace doorstep::server::tabular {
namespace {

tl::unexpected<Error> fail_no_workbook() {
  return fail_malformed(
      "这不是Excel工作簿(.xlsx)。请在Excel或WPS中打开,选择“另存为 → Excel工作簿(.xlsx)”,再导入。",
      "This is no Excel workbook (.xlsx). Open it in Excel or WPS and save it as \"Excel Workbook "
      "(.xlsx)\" first.");
}

tl::unexpected<Error> fail_xml(const std::string& part) {
  return fail_malformed(
      "这个工作簿已损坏(" + part + ")。请在Excel中打开后另存一次,再导入。",
      "This workbook is damaged (" + part + "). Open it in Excel, save it anew, and import that.");
}

/// The last word of a type's address; the two variants of the standard differ before it.
std::string last_word(std::string_view address) {
  return std::string(address.substr(address.rfind('/') + 1));
}

std::string folder_of(std::string_view part) {
  const std::size_t slash = part.rfind('/');
  return slash == std::string_view::npos ? std::string{} : std::string(part.substr(0, slash + 1));
}

/// `target` as written in the relations of a part in `folder`.
std::string resolved(const std::string& folder, std::string_view target) {
  if (!target.empty() && target.front() == '/') return std::string(target.substr(1));
  std::string base = folder;
  while (target.substr(0, 3) == "../") {
    target.remove_prefix(3);
    if (!base.empty()) base.pop_back();
    base = folder_of(base);
  }
  return base + std::string(target);
}

std::string relations_of(const std::string& part) {
  const std::string folder = folder_of(part);
  return folder + "_rels/" + part.substr(folder.size()) + ".rels";
}

std::string_view attribute(pugi::xml_node node, std::string_view name) {
  for (const pugi::xml_attribute one : node.attributes())
    if (local_name(one.name()) == name) return one.value();
  return {};
}

bool is_true(std::string_view value) { return value == "1" || value == "true"; }

}  // namespace

std::string_view local_name(const char* name) {
  const std::string_view all(name);
  return all.substr(all.find(':') + 1);
}

pugi::xml_node child_of(pugi::xml_node parent, std::string_view name) {
  for (const pugi::xml_node child : parent.children())
    if (local_name(child.name()) == name) return child;
  return {};
}

std::string rich_text(pugi::xml_node item) {
  std::string text;
  for (const pugi::xml_node child : item.children()) {
    const std::string_view name = local_name(child.name());
    if (name == "t") text += child.text().get();
    if (name == "r") text += child_of(child, "t").text().get();
  }
  return without_escapes(text);
}

std::string without_escapes(std::string_view text) {
  std::string plain;
  for (std::size_t at = text.find("_x"); at != std::string_view::npos; at = text.find("_x")) {
    plain += text.substr(0, at);
    text.remove_prefix(at);
    const std::string_view digits = text.substr(0, 7).substr(2).substr(0, 4);
    const bool escape = text.size() >= 7 && text[6] == '_' &&
                        digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    const auto code = escape ? static_cast<unsigned>(std::stoul(std::string(digits), nullptr, 16)) : 0U;
    // Only what is written so: the underscore itself and control characters.
    if (code != 0 && code < 0x80) {
      plain += static_cast<char>(code);
      text.remove_prefix(7);
    } else {
      plain += text.substr(0, 2);
      text.remove_prefix(2);
    }
  }
  return plain += text;
}

Result<XlsxPackage> XlsxPackage::open(std::string_view bytes, const Limits& limits) {
  DOORSTEP_TRY(parts, ZipParts::open(bytes, limits));
  XlsxPackage package(std::move(parts), limits);
  DOORSTEP_CHECK(package.read_workbook());
  return package;
}

Result<std::unique_ptr<XmlPart>> XlsxPackage::load_if_there(const std::string& part) const {
  DOORSTEP_TRY(text, parts_.read(part));
  if (!text) return std::unique_ptr<XmlPart>{};
  auto xml = std::make_unique<XmlPart>();
  xml->text = std::move(*text);
  // No document type: it could declare entities, and no spreadsheet writes one.
  constexpr unsigned kParse = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol |
                              pugi::parse_wconv_attribute | pugi::parse_ws_pcdata_single |
                              pugi::parse_embed_pcdata | pugi::parse_doctype;
  const pugi::xml_parse_result parsed =
      xml->tree.load_buffer_inplace(xml->text.data(), xml->text.size(), kParse);
  if (parsed.status == pugi::status_out_of_memory) throw std::bad_alloc();
  if (!parsed) return fail_xml(part);
  for (const pugi::xml_node node : xml->tree.children())
    if (node.type() == pugi::node_doctype) return fail_xml(part);
  return xml;
}

Result<std::unique_ptr<XmlPart>> XlsxPackage::load(const std::string& part) const {
  DOORSTEP_TRY(xml, load_if_there(part));
  if (xml == nullptr) return fail_xml(part);
  return std::move(xml);
}

Result<XlsxPackage::Targets> XlsxPackage::targets_of(const std::string& part) const {
  Targets targets;
  DOORSTEP_TRY(xml, load_if_there(relations_of(part)));
  if (xml == nullptr) return targets;
  const std::string folder = folder_of(part);
  for (const pugi::xml_node relation : child_of(xml->tree, "Relationships").children()) {
    if (attribute(relation, "TargetMode") == "External") continue;
    targets[std::string(attribute(relation, "Id"))] = {last_word(attribute(relation, "Type")),
                                                       resolved(folder, attribute(relation, "Target"))};
  }
  return targets;
}

Status XlsxPackage::read_workbook() {
  DOORSTEP_TRY(package, targets_of(""));
  std::string workbook;
  for (const auto& [id, target] : package)
    if (target.type == "officeDocument") workbook = target.part;
  DOORSTEP_TRY(xml, load_if_there(workbook));
  const pugi::xml_node root = xml == nullptr ? pugi::xml_node{} : child_of(xml->tree, "workbook");
  if (root.empty()) return fail_no_workbook();  // of Word, or of LibreOffice, or .xlsb
  from_1904_ = is_true(attribute(child_of(root, "workbookPr"), "date1904"));

  DOORSTEP_TRY(targets, targets_of(workbook));
  for (const auto& [id, target] : targets) {
    if (target.type == "sharedStrings") DOORSTEP_CHECK(read_shared_texts(target.part));
    if (target.type == "styles") DOORSTEP_CHECK(read_formats(target.part));
  }
  for (const pugi::xml_node sheet : child_of(root, "sheets").children()) {
    // <sheet sheetId="1" r:id="rId1">: the latter, whatever its prefix.
    const auto target = targets.find(attribute(sheet, "id"));
    if (target == targets.end()) return fail_xml(workbook);
    if (target->second.type != "worksheet") continue;
    const std::string_view state = attribute(sheet, "state");
    sheets_.push_back(
        {std::string(attribute(sheet, "name")), target->second.part, state.empty() || state == "visible"});
  }
  return {};
}

Status XlsxPackage::read_shared_texts(const std::string& part) {
  DOORSTEP_TRY(xml, load(part));
  std::size_t bytes = 0;
  for (const pugi::xml_node item : child_of(xml->tree, "sst").children()) {
    if (local_name(item.name()) != "si") continue;
    if (shared_texts_.size() >= limits_->all_cells) return fail_row_count(*limits_);
    shared_texts_.push_back(rich_text(item));
    bytes += shared_texts_.back().size();
    if (bytes > limits_->text_bytes) return fail_row_count(*limits_);
  }
  return {};
}

Status XlsxPackage::read_formats(const std::string& part) {
  DOORSTEP_TRY(xml, load(part));
  const pugi::xml_node styles = child_of(xml->tree, "styleSheet");
  std::map<unsigned, NumberFormat> own;
  for (const pugi::xml_node format : child_of(styles, "numFmts").children()) {
    if (own.size() >= limits_->formats) return fail_xml(part);
    own[format.attribute("numFmtId").as_uint()] = read_format(format.attribute("formatCode").value());
  }
  for (const pugi::xml_node format : child_of(styles, "cellXfs").children()) {
    if (local_name(format.name()) != "xf") continue;
    if (formats_.size() >= limits_->formats) return fail_xml(part);
    const unsigned id = format.attribute("numFmtId").as_uint();
    const auto known = own.find(id);
    formats_.push_back(known == own.end() ? built_in_format(id) : known->second);
  }
  return {};
}

NumberFormat XlsxPackage::format(std::size_t style) const {
  return style < formats_.size() ? formats_[style] : NumberFormat{};
}

}  // namespace doorstep::server::tabular
