#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <new>
#include <optional>

#include "base/ensure.hpp"
#include "tabular/sheet_errors.hpp"
#include "tabular/sheet_writer.hpp"
#include "tabular/spreadsheet_text.hpp"

namespace doorstep::server::tabular {
namespace {

constexpr double kSignatureWidth = 24;
constexpr const char* kSignatureHeading = "签字、日期 / Signature, date";
constexpr std::uint8_t kPaperA4 = 9;        // As Office Open XML numbers them (ECMA-376, paperSize).
constexpr std::size_t kRows = 1'048'576;    ///< Excel's bound, the heading included.
constexpr std::size_t kCellUnits = 32'767;  ///< Of UTF-16, in one cell.
constexpr std::size_t kSheetNameUnits = 31;
constexpr std::size_t kExactDigits = 15;
constexpr double kNarrowest = 8, kWidest = 50;
/// Rows that decide how wide a column is.
constexpr std::size_t kRowsMeasured = 1'000;
constexpr const char* kChoiceSheet = "选项";

std::size_t utf16_units(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    if ((c & 0xC0) != 0x80) ++units;
    if ((c & 0xF8) == 0xF0) ++units;
  }
  return units;
}

/// In memory, because a workbook has personal data. What libxlsxwriter puts aside meanwhile has no name,
/// either.
class MemoryFile {
 public:
  MemoryFile() : file_(memfd_create("workbook", MFD_CLOEXEC)) {
    ensure(file_ >= 0, "memory can be had as a file");
  }
  ~MemoryFile() { close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

  std::string read() const {
    struct stat status {};
    ensure(fstat(file_, &status) == 0, "a file in memory has a size");
    std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t at = 0;
    while (at < bytes.size()) {
      const ssize_t got = pread(file_, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
      ensure(got > 0, "a file in memory can be read");
      at += static_cast<std::size_t>(got);
    }
    return bytes;
  }

 private:
  int file_;
};

/// Columns of a screen; Chinese characters take two.
double display_width(std::string_view text) {
  double width = 0;
  for (const char c : text)
    if ((c & 0x80) == 0)
      ++width;
    else if ((c & 0xC0) == 0xC0)
      width += 2;
  return width;
}

/// Excel refuses some characters in the names of sheets.
std::string sheet_name(const std::string& name) {
  std::string text;
  std::size_t units = 0;
  for (std::size_t i = 0; i < name.size();) {
    std::size_t size = 1;
    while (i + size < name.size() && (name[i + size] & 0xC0) == 0x80) ++size;
    const std::string_view character = std::string_view(name).substr(i, size);
    i += size;
    units += utf16_units(character);
    if (units > kSheetNameUnits) break;
    if (std::string_view("[]:*?/\\'").find(character) == std::string_view::npos) text += character;
  }
  return text.empty() || text == kChoiceSheet ? "Sheet1" : text;
}

std::optional<lxw_datetime> as_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  lxw_datetime date{};
  const auto part = [&](std::size_t at, std::size_t size, int& number) {
    return std::from_chars(text.data() + at, text.data() + at + size, number).ptr == text.data() + at + size;
  };
  if (!part(0, 4, date.year) || !part(5, 2, date.month) || !part(8, 2, date.day)) return std::nullopt;
  using namespace std::chrono;
  const year_month_day real{year{date.year}, month{static_cast<unsigned>(date.month)},
                            day{static_cast<unsigned>(date.day)}};
  if (!real.ok()) return std::nullopt;
  // Before March 1900 spreadsheets count a day that never was.
  if (text < "1900-03-01" || text > "9999-12-31") return std::nullopt;
  return date;
}

/// Whether a spreadsheet, which keeps 15 digits, gives this number back.
std::optional<double> as_number(const Value& value) {
  double number = 0;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    constexpr std::int64_t kBound = 1'000'000'000'000'000;
    if (*whole <= -kBound || *whole >= kBound) return std::nullopt;
    return static_cast<double>(*whole);
  }
  if (const auto* real = std::get_if<double>(&value))
    number = *real;
  else
    return std::nullopt;
  std::array<char, 64> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                 std::chars_format::general, static_cast<int>(kExactDigits));
  if (!std::isfinite(number)) return std::nullopt;
  double read = 0;
  std::from_chars(digits.data(), end.ptr, read);
  return read == number ? std::optional(number) : std::nullopt;
}

/// A text that reads like the escape of a character, `_x000D_`, has its own first underscore escaped; the
/// library does that for control characters only.
std::string escaped(const std::string& text) {
  constexpr std::size_t kEscape = 7;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i, kEscape);
    if (rest.size() == kEscape && rest[0] == '_' && rest[1] == 'x' && rest[6] == '_' &&
        rest.substr(2, 4).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos)
      out += "_x005F";
    out += text[i];
  }
  return out;
}

class XlsxWriter {
 public:
  Result<std::string> run(const std::vector<const Sheet*>& sheets) {
    for (const Sheet* sheet : sheets)
      if (sheet->rows.size() + 1 > kRows)
        return fail_too_large("超过" + std::to_string(kRows) + "行,Excel工作簿放不下,请导出为 .csv。",
                              "These are more than the " + std::to_string(kRows) +
                                  " rows of an Excel workbook. Export them as .csv.");
    const MemoryFile file;
    book_ = workbook_new(file.path().c_str());
    if (book_ == nullptr) throw std::bad_alloc();
    const Status written = write_all(sheets);
    const lxw_error closed = workbook_close(book_);  // also frees it
    if (!written) return tl::unexpected(written.error());
    if (closed != LXW_NO_ERROR)
      return fail(ErrorDomain::storage, ErrorCode::storage_failed, Retry::never,
                  "无法生成工作簿:内存或临时文件夹(/tmp)的空间不够。请腾出空间,或导出为 .csv。",
                  "The workbook cannot be made: memory or the temporary folder (/tmp) is full. Make room, or "
                  "export it "
                  "as .csv.");
    return file.read();
  }

 private:
  Status write_all(const std::vector<const Sheet*>& sheets) {
    make_formats();
    for (const Sheet* sheet : sheets) {
      sheet_ = sheet;
      DOORSTEP_CHECK(write());
    }
    return {};
  }

  Status write() {
    page_ = workbook_add_worksheet(book_, name_of_its_own().c_str());
    ensure(page_ != nullptr, "a workbook takes a sheet of this name");
    for (std::size_t i = 0; i < sheet_->columns.size(); ++i) DOORSTEP_CHECK(write_column(i));
    for (std::size_t row = 0; row < sheet_->rows.size(); ++row)
      for (std::size_t i = 0; i < sheet_->columns.size(); ++i) DOORSTEP_CHECK(write_cell(row, i));
    if (sheet_->to_sign) DOORSTEP_CHECK(write_column_to_sign());
    worksheet_freeze_panes(page_, 1, 0);
    set_up_for_printing();
    return {};
  }

  /// The sheet's name, with a number where an earlier one has it.
  std::string name_of_its_own() {
    const std::string name = sheet_name(sheet_->name);
    std::string own = name;
    for (std::size_t number = 2; workbook_get_worksheet_by_name(book_, own.c_str()) != nullptr; ++number)
      own = sheet_name(std::to_string(number) + " " + name);
    return own;
  }

  /// Ruled, and nothing in it. Who has nothing to tell signs that.
  Status write_column_to_sign() {
    const auto at = static_cast<lxw_col_t>(sheet_->columns.size());
    lxw_format* ruled = workbook_add_format(book_);
    format_set_border(ruled, LXW_BORDER_THIN);
    worksheet_set_column(page_, at, at, kSignatureWidth, nullptr);
    for (std::size_t row = 0; row < std::max<std::size_t>(sheet_->rows.size(), 1); ++row)
      worksheet_write_blank(page_, static_cast<lxw_row_t>(row + 1), at, ruled);
    return write_text(0, sheet_->columns.size(), kSignatureHeading, heading_);
  }

  void set_up_for_printing() {
    worksheet_set_landscape(page_);
    worksheet_set_paper(page_, kPaperA4);
    worksheet_fit_to_pages(page_, 1, 0);
    worksheet_repeat_rows(page_, 0, 0);
    const std::string header = "&L&A" + (sheet_->day.empty() ? "" : "  " + sheet_->day) + "&R&D";
    worksheet_set_header(page_, header.c_str());
    worksheet_set_footer(page_, "&C&P / &N");
  }

  void make_formats() {
    using Format = SheetColumn::Format;
    for (const bool marked : {false, true}) {
      for (const Format kind : {Format::text, Format::number, Format::date}) {
        lxw_format* format = workbook_add_format(book_);
        if (kind == Format::text) format_set_num_format(format, "@");
        if (kind == Format::date) format_set_num_format(format, "yyyy-mm-dd");
        if (marked) format_set_bg_color(format, 0xFFC7CE);
        formats_[marked ? 1 : 0][static_cast<std::size_t>(kind)] = format;
      }
    }
    heading_ = workbook_add_format(book_);
    format_set_bold(heading_);
    format_set_bg_color(heading_, 0xDDEBF7);
    format_set_num_format(heading_, "@");
  }

  lxw_format* format_of(SheetColumn::Format kind, bool marked) const {
    return formats_[marked ? 1 : 0][static_cast<std::size_t>(kind)];
  }

  Status write_column(std::size_t index) {
    const SheetColumn& column = sheet_->columns[index];
    const auto at = static_cast<lxw_col_t>(index);
    double width = display_width(column.heading);
    for (std::size_t row = 0; row < std::min(sheet_->rows.size(), kRowsMeasured); ++row)
      width = std::max(width, display_width(cell_text(sheet_->rows[row][index])));
    worksheet_set_column(page_, at, at, std::clamp(width + 2, kNarrowest, kWidest),
                         format_of(column.format, false));
    DOORSTEP_CHECK(write_text(0, index, column.heading, heading_));
    if (!column.note.empty()) worksheet_write_comment(page_, 0, at, column.note.c_str());
    if (!column.choices.empty()) offer_choices(at, column);
    return {};
  }

  /// The lists stand in a sheet of their own: what fits into a rule is 255 characters.
  void offer_choices(lxw_col_t at, const SheetColumn& column) {
    if (choices_ == nullptr) choices_ = workbook_add_worksheet(book_, kChoiceSheet);
    worksheet_write_string(choices_, 0, next_choices_, column.heading.c_str(), heading_);
    lxw_row_t row = 0;
    for (const std::string& choice : column.choices)
      worksheet_write_string(choices_, ++row, next_choices_, choice.c_str(), nullptr);
    const std::string letters = column_letters(static_cast<std::size_t>(next_choices_) + 1);
    std::string range =
        std::string("='") + kChoiceSheet + "'!$" + letters + "$2:$" + letters + "$" + std::to_string(row + 1);
    ++next_choices_;
    lxw_data_validation rule{};
    rule.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
    rule.ignore_blank = LXW_VALIDATION_ON;
    rule.show_input = LXW_VALIDATION_ON;
    rule.show_error = LXW_VALIDATION_ON;
    rule.dropdown = LXW_VALIDATION_ON;
    rule.error_type = LXW_VALIDATION_ERROR_TYPE_WARNING;
    std::string title = "请从列表中选择";
    std::string message = "列表里没有这一项。This is not in the list.";
    rule.value_formula = range.data();
    rule.error_title = title.data();
    rule.error_message = message.data();
    worksheet_data_validation_range(page_, 1, at, static_cast<lxw_row_t>(kRows - 1), at, &rule);
  }

  Status write_cell(std::size_t row, std::size_t index) {
    const Value& value = sheet_->rows[row][index];
    const SheetColumn::Format kind = sheet_->columns[index].format;
    const bool marked = sheet_->marked.count({row, index}) != 0;
    const auto at_row = static_cast<lxw_row_t>(row + 1);
    const auto at = static_cast<lxw_col_t>(index);
    if (is_null(value) || value == Value(std::string())) {
      if (marked) worksheet_write_blank(page_, at_row, at, format_of(kind, true));
      return {};
    }
    if (const auto number = as_number(value)) {
      worksheet_write_number(page_, at_row, at, *number, format_of(SheetColumn::Format::number, marked));
      return {};
    }
    const std::string text = cell_text(value);
    if (kind == SheetColumn::Format::date)
      if (auto date = as_date(text)) {
        worksheet_write_datetime(page_, at_row, at, &*date, format_of(kind, marked));
        return {};
      }
    return write_text(row + 1, index, text, format_of(SheetColumn::Format::text, marked));
  }

  Status write_text(std::size_t row, std::size_t index, const std::string& value, lxw_format* format) {
    const std::string text = escaped(value);
    if (utf16_units(text) > kCellUnits || text.find('\0') != std::string::npos)
      return fail_too_large("第" + std::to_string(row + 1) + "行" + column_letters(index + 1) +
                                "列的文字超过" + std::to_string(kCellUnits) +
                                "字,Excel的格子放不下,请导出为 .csv。",
                            "Row " + std::to_string(row + 1) + ", column " + column_letters(index + 1) +
                                ": the text is longer than the " + std::to_string(kCellUnits) +
                                " characters of an Excel cell. Export it as .csv.");
    const lxw_error written = worksheet_write_string(page_, static_cast<lxw_row_t>(row),
                                                     static_cast<lxw_col_t>(index), text.c_str(), format);
    ensure(written == LXW_NO_ERROR, "a text within the bounds can be written");
    return {};
  }

  const Sheet* sheet_ = nullptr;
  lxw_workbook* book_ = nullptr;
  lxw_worksheet* page_ = nullptr;
  lxw_worksheet* choices_ = nullptr;
  lxw_col_t next_choices_ = 0;
  std::array<std::array<lxw_format*, 3>, 2> formats_{};
  lxw_format* heading_ = nullptr;
};

}  // namespace

Result<std::string> to_xlsx(const Sheet& sheet) { return XlsxWriter().run({&sheet}); }

Result<std::string> to_xlsx(const std::vector<Sheet>& sheets) {
  std::vector<const Sheet*> each;
  for (const Sheet& sheet : sheets) each.push_back(&sheet);
  return XlsxWriter().run(each);
}

}  // namespace doorstep::server::tabular
