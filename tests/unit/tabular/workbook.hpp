#pragma once

#include <minizip/zip.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

/// Workbooks by hand, honest and otherwise.
namespace doorstep::server::tabular {

inline std::string file_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A file in a folder that goes with it.
struct TemporaryFile {
  TemporaryFile() {
    char folder[] = "/tmp/doorstep-tabular-XXXXXX";
    REQUIRE(mkdtemp(folder) != nullptr);
    path = std::filesystem::path(folder) / "file.xlsx";
  }
  ~TemporaryFile() { std::filesystem::remove_all(path.parent_path()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::filesystem::path path;
};

using Parts = std::vector<std::pair<std::string, std::string>>;

inline std::string zipped(const Parts& parts) {
  const TemporaryFile file;
  zipFile zip = zipOpen64(file.path.c_str(), APPEND_STATUS_CREATE);
  REQUIRE(zip != nullptr);
  for (const auto& [name, text] : parts) {
    zip_fileinfo info{};
    REQUIRE(zipOpenNewFileInZip(zip, name.c_str(), &info, nullptr, 0, nullptr, 0, nullptr, Z_DEFLATED, 6) ==
            ZIP_OK);
    REQUIRE(zipWriteInFileInZip(zip, text.data(), static_cast<unsigned>(text.size())) == ZIP_OK);
    REQUIRE(zipCloseFileInZip(zip) == ZIP_OK);
  }
  REQUIRE(zipClose(zip, nullptr) == ZIP_OK);
  return file_bytes(file.path);
}

/// One sheet of a workbook by hand.
struct HandSheet {
  std::string name;
  std::string rows;   ///< What is in <sheetData>.
  std::string after;  ///< What follows it.
  std::string state = "visible";
};

struct HandWorkbook {
  std::vector<HandSheet> sheets;
  std::string shared;      ///< What is in <sst>.
  std::string styles;      ///< What is in <styleSheet>.
  std::string properties;  ///< Of <workbookPr>.

  Parts parts() const {
    const std::string type = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
    const std::string open = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    std::string list;
    std::string relations = "<Relationship Id=\"s\" Type=\"" + type +
                            "sharedStrings\" Target=\"sharedStrings.xml\"/>" +
                            "<Relationship Id=\"f\" Type=\"" + type + "styles\" Target=\"/xl/styles.xml\"/>";
    Parts parts;
    for (std::size_t i = 0; i < sheets.size(); ++i) {
      const std::string number = std::to_string(i + 1);
      list += "<sheet name=\"" + sheets[i].name + "\" sheetId=\"" + number + "\" state=\"" + sheets[i].state +
              "\" r:id=\"r" + number + "\"/>";
      relations += "<Relationship Id=\"r" + number + "\" Type=\"" + type +
                   "worksheet\" Target=\"worksheets/sheet" + number + ".xml\"/>";
      parts.emplace_back("xl/worksheets/sheet" + number + ".xml", open + "<worksheet><sheetData>" +
                                                                      sheets[i].rows + "</sheetData>" +
                                                                      sheets[i].after + "</worksheet>");
    }
    parts.emplace_back("_rels/.rels", open + "<Relationships><Relationship Id=\"w\" Type=\"" + type +
                                          "officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
    parts.emplace_back("xl/workbook.xml", open + "<workbook xmlns:r=\"x\"><workbookPr " + properties +
                                              "/><sheets>" + list + "</sheets></workbook>");
    parts.emplace_back("xl/_rels/workbook.xml.rels",
                       open + "<Relationships>" + relations + "</Relationships>");
    parts.emplace_back("xl/sharedStrings.xml", open + "<sst>" + shared + "</sst>");
    parts.emplace_back("xl/styles.xml", open + "<styleSheet>" + styles + "</styleSheet>");
    return parts;
  }

  std::string bytes() const { return zipped(parts()); }
};

/// A workbook of one sheet.
inline HandWorkbook of_rows(const std::string& rows, const std::string& after = {}) {
  HandWorkbook book;
  book.sheets.push_back({"表", rows, after});
  return book;
}

}  // namespace doorstep::server::tabular
