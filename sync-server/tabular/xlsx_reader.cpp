#include "tabular/xlsx_reader.hpp"

#include <algorithm>
#include <charconv>

#include "tabular/sheet_errors.hpp"
#include "tabular/spreadsheet_text.hpp"
#include "tabular/xlsx_package.hpp"

namespace doorstep::server::tabular {
namespace {

/// Where a cell is, from 1.
struct Position {
  std::size_t row = 0;
  std::size_t column = 0;
};

/// `C12`; also with $, as absolute references are written. nullopt when it is none.
std::optional<Position> read_position(std::string_view text) {
  Position position;
  std::size_t i = 0;
  const auto skip = [&] {
    if (i < text.size() && text[i] == '$') ++i;
  };
  skip();
  for (; i < text.size() && text[i] >= 'A' && text[i] <= 'Z'; ++i) {
    position.column = position.column * 26 + static_cast<std::size_t>(text[i] - 'A' + 1);
    if (position.column > 16'384) return std::nullopt;
  }
  skip();
  const auto read = std::from_chars(text.data() + i, text.data() + text.size(), position.row);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  if (position.column == 0 || position.row == 0) return std::nullopt;
  return position;
}

std::optional<std::size_t> read_number(std::string_view text) {
  std::size_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Reads the cells of one sheet.
class CellReader {
 public:
  CellReader(const XlsxPackage& package, const Limits& limits) : package_(package), limits_(limits) {}

  Result<std::vector<Row>> read(pugi::xml_node sheet) {
    for (const pugi::xml_node row : child_of(sheet, "sheetData").children()) {
      if (local_name(row.name()) != "row") continue;
      DOORSTEP_CHECK(read_row(row));
    }
    DOORSTEP_CHECK(fill_merged(child_of(sheet, "mergeCells")));
    return std::move(rows_);
  }

 private:
  Status read_row(pugi::xml_node node) {
    at_ = {at_.row + 1, 0};
    if (const pugi::xml_attribute number = node.attribute("r")) {
      const auto row = read_number(number.value());
      if (!row || *row < at_.row || *row > 0x7FFF'FFFF) return fail_cell();
      at_.row = *row;
    }
    Row row;
    row.row = at_.row;
    for (const pugi::xml_node cell : node.children()) {
      if (local_name(cell.name()) != "c") continue;
      DOORSTEP_CHECK(read_cell(row, cell));
    }
    if (row.cells.empty()) return {};
    if (row.row > limits_.rows || rows_.size() >= limits_.rows) return fail_row_count(limits_);
    rows_.push_back(std::move(row));
    return {};
  }

  Status read_cell(Row& row, pugi::xml_node cell) {
    ++at_.column;
    if (const pugi::xml_attribute name = cell.attribute("r")) {
      const auto position = read_position(name.value());
      if (!position || position->row != at_.row || position->column < at_.column) return fail_cell();
      at_.column = position->column;
    }
    DOORSTEP_TRY(text, text_of(cell));
    if (text.empty()) return {};
    if (at_.column > limits_.cells)
      return fail_too_large(where_zh() + ":超过" + std::to_string(limits_.cells) + "列,请删掉多余的列。",
                            where_en() + ": more than " + std::to_string(limits_.cells) +
                                " columns. Delete those that are not needed.");
    cells_ += at_.column - row.cells.size();
    row.cells.resize(at_.column);
    return put(row.cells.back(), text);
  }

  Status put(std::string& cell, const std::string& text) {
    if (text.size() > limits_.cell_bytes)
      return fail_too_large(where_zh() + ":文字太长,请缩短。",
                            where_en() + ": the text is too long. Shorten it.");
    text_bytes_ += text.size();
    if (cells_ > limits_.all_cells || text_bytes_ > limits_.text_bytes) return fail_row_count(limits_);
    cell = text;
    return {};
  }

  Result<std::string> text_of(pugi::xml_node cell) const {
    const std::string_view type = cell.attribute("t").value();
    if (type == "inlineStr") return rich_text(child_of(cell, "is"));
    const pugi::xml_node stored = child_of(cell, "v");
    const std::string_view value = stored.text().get();
    if (value.empty()) {
      // A program that does not calculate wrote it: empty would be wrong.
      if (type != "str" && !child_of(cell, "f").empty())
        return fail_malformed(
            where_zh() + "的公式还没有算出结果。请在Excel或WPS中打开这个文件,保存后再导入。",
            where_en() +
                ": this formula has no result yet. Open the file in Excel or WPS, save it, "
                "and import it again.");
      return std::string{};
    }
    if (type == "s") {
      const auto index = read_number(value);
      if (!index || *index >= package_.shared_texts().size()) return fail_cell();
      return package_.shared_texts()[*index];
    }
    if (type == "b") return std::string(value == "1" ? "TRUE" : "FALSE");
    if (type == "str") return without_escapes(value);
    if (type == "d") return iso_text(value);
    if (type == "e") return std::string(value);
    auto text = number_text(value, package_.format(read_number(cell.attribute("s").value()).value_or(0)),
                            package_.from_1904());
    if (!text) return fail_cell();
    return std::move(*text);
  }

  /// `2026-11-22T09:01:02` as other dates read.
  static std::string iso_text(std::string_view value) {
    std::string text(value);
    if (text.size() > 10 && text[10] == 'T') text[10] = ' ';
    return text;
  }

  /// What Excel shows over several rows stands in the first of them.
  Status fill_merged(pugi::xml_node ranges) {
    struct Range {
      std::size_t column, top, bottom;
    };
    std::vector<Range> found;
    for (const pugi::xml_node merged : ranges.children()) {
      const std::string_view text = merged.attribute("ref").value();
      const std::size_t colon = text.find(':');
      const auto first = read_position(text.substr(0, colon));
      const auto last = colon == std::string_view::npos ? first : read_position(text.substr(colon + 1));
      if (!first || !last || found.size() >= limits_.merged) return fail_cell();
      if (last->row > first->row) found.push_back({first->column, first->row, last->row});
    }
    // Honest ranges do not overlap; with those that do left out, each cell is filled once at most.
    std::sort(found.begin(), found.end(), [](const Range& a, const Range& b) {
      return std::pair(a.column, a.top) < std::pair(b.column, b.top);
    });
    const Range* before = nullptr;
    for (const Range& range : found) {
      if (before != nullptr && before->column == range.column && before->bottom >= range.top) continue;
      before = &range;
      DOORSTEP_CHECK(fill_down(range.column, range.top, range.bottom));
    }
    return {};
  }

  Status fill_down(std::size_t column, std::size_t top, std::size_t bottom) {
    const auto by_row = [](const Row& row, std::size_t number) { return row.row < number; };
    auto row = std::lower_bound(rows_.begin(), rows_.end(), top, by_row);
    if (row == rows_.end() || row->row != top || row->cells.size() < column) return {};
    const std::string text = row->cells[column - 1];
    for (++row; row != rows_.end() && row->row <= bottom; ++row) {
      at_ = {row->row, column};
      if (row->cells.size() < column) {
        cells_ += column - row->cells.size();
        row->cells.resize(column);
      }
      if (row->cells[column - 1].empty()) DOORSTEP_CHECK(put(row->cells[column - 1], text));
    }
    return {};
  }

  std::string where_zh() const {
    return "第" + std::to_string(at_.row) + "行" + column_letters(std::max<std::size_t>(at_.column, 1)) +
           "列";
  }
  std::string where_en() const {
    return "Row " + std::to_string(at_.row) + ", column " +
           column_letters(std::max<std::size_t>(at_.column, 1));
  }
  tl::unexpected<Error> fail_cell() const {
    return fail_malformed(where_zh() + "附近已损坏,请在Excel中打开这个文件,另存后再导入。",
                          where_en() +
                              ": the workbook is damaged near here. Open it in Excel, save it anew, and "
                              "import that.");
  }

  const XlsxPackage& package_;
  const Limits& limits_;
  Position at_;
  std::size_t cells_ = 0;
  std::size_t text_bytes_ = 0;
  std::vector<Row> rows_;
};

Result<SheetRows> read_entry(const XlsxPackage& package, const SheetEntry& entry, const Limits& limits) {
  DOORSTEP_TRY(xml, package.load(entry.part));
  DOORSTEP_TRY(rows, CellReader(package, limits).read(child_of(xml->tree, "worksheet")));
  return SheetRows{entry.name, std::move(rows)};
}

tl::unexpected<Error> fail_no_such_sheet(const std::string& name, const std::vector<SheetEntry>& sheets) {
  std::string zh;
  std::string en;
  for (const SheetEntry& sheet : sheets) {
    zh += (zh.empty() ? "" : "、") + sheet.name;
    en += (en.empty() ? "" : ", ") + sheet.name;
  }
  return fail_usage("工作簿里没有“" + name + "”这个工作表。有:" + zh + "。",
                    "The workbook has no sheet '" + name + "'. There are: " + en + ".");
}

}  // namespace

Result<SheetRows> read_xlsx(std::string_view bytes, const SheetChoice& choice, const Limits& limits) {
  DOORSTEP_TRY(package, XlsxPackage::open(bytes, limits));
  if (!choice.name.empty()) {
    for (const SheetEntry& entry : package.sheets())
      if (entry.name == choice.name) return read_entry(package, entry, limits);
    return fail_no_such_sheet(choice.name, package.sheets());
  }
  SheetRows first;
  std::size_t looked_at = 0;
  for (const SheetEntry& entry : package.sheets()) {
    if (!entry.visible) continue;
    if (++looked_at > limits.sheets) break;
    DOORSTEP_TRY(sheet, read_entry(package, entry, limits));
    if (sheet.rows.empty()) continue;
    if (!choice.fits || choice.fits(sheet.rows.front())) return std::move(sheet);
    if (first.rows.empty()) first = std::move(sheet);
  }
  return first;
}

}  // namespace doorstep::server::tabular
