#include <csv.h>

#include <exception>
#include <new>

#include "base/ensure.hpp"
#include "tabular/csv.hpp"
#include "tabular/sheet_errors.hpp"
#include "tabular/spreadsheet_text.hpp"
#include "tabular/text_encoding.hpp"

namespace doorstep::server::tabular {
namespace {

/// Feeds libcsv line by line, because it does not count lines itself.
class CsvParser {
 public:
  CsvParser(const Limits& limits, char separator) : limits_(limits) {
    ensure(csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) == 0, "libcsv initialises");
    csv_set_space_func(&parser_, [](unsigned char) { return 0; });  // blanks belong to the cell
    csv_set_delim(&parser_, static_cast<unsigned char>(separator));
  }
  ~CsvParser() { csv_free(&parser_); }
  CsvParser(const CsvParser&) = delete;
  CsvParser& operator=(const CsvParser&) = delete;

  Result<std::vector<Row>> parse(std::string_view text) {
    for (std::size_t line = 1; !text.empty(); ++line) {
      const std::size_t size = line_size(text);
      DOORSTEP_CHECK(feed(text.substr(0, size), line));
      text.remove_prefix(size);
    }
    if (csv_fini(&parser_, &CsvParser::on_cell, &CsvParser::on_row_end, this) != 0) return fail_quotes();
    DOORSTEP_CHECK(check_row());
    return std::move(rows_);
  }

 private:
  static std::size_t line_size(std::string_view text) {
    const std::size_t end = text.find_first_of("\r\n");
    if (end == std::string_view::npos) return text.size();
    return end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
  }

  Status feed(std::string_view line, std::size_t number) {
    if (!in_row_) {
      ++row_.row;
      line_ = number;
      if (line.find_first_not_of("\r\n") == std::string_view::npos) return {};
      in_row_ = true;
    }
    const std::size_t parsed =
        csv_parse(&parser_, line.data(), line.size(), &CsvParser::on_cell, &CsvParser::on_row_end, this);
    if (parsed != line.size()) {
      if (csv_error(&parser_) == CSV_ENOMEM) throw std::bad_alloc();
      return fail_quotes();
    }
    return check_row();
  }

  // C code calls these: what they throw waits for check_row().
  static void on_cell(void* bytes, std::size_t size, void* self) {
    auto* parser = static_cast<CsvParser*>(self);
    try {
      parser->add_cell({static_cast<const char*>(bytes), size});
    } catch (...) {
      parser->thrown_ = std::current_exception();
    }
  }
  static void on_row_end(int, void* self) {
    auto* parser = static_cast<CsvParser*>(self);
    try {
      parser->end_row();
    } catch (...) {
      parser->thrown_ = std::current_exception();
    }
  }

  void add_cell(std::string_view cell) {
    if (row_.cells.size() >= limits_.cells) {
      // Trailing empty cells are a spreadsheet's habit and no fault.
      if (!cell.empty()) too_many_cells_ = true;
    } else if (cell.size() > limits_.cell_bytes) {
      too_long_cell_ = row_.cells.size() + 1;
    } else {
      row_.cells.emplace_back(from_spreadsheet(cell));
    }
    if (!cell.empty()) blank_ = false;
  }

  void end_row() {
    if (!blank_ && too_long_cell_ == 0 && !too_many_cells_) {
      cells_ += row_.cells.size();
      if (rows_.size() >= limits_.rows || cells_ > limits_.all_cells) {
        too_many_rows_ = true;
      } else {
        rows_.push_back(row_);
      }
    }
    row_.cells.clear();
    blank_ = true;
    in_row_ = false;
  }

  Status check_row() const {
    if (thrown_) std::rethrow_exception(thrown_);
    if (too_many_cells_)
      return fail_too_large(where_zh() + "超过" + std::to_string(limits_.cells) + "列。",
                            where_en() + " has more than " + std::to_string(limits_.cells) + " columns.");
    if (too_long_cell_ != 0)
      return fail_too_large(
          where_zh() + "第" + std::to_string(too_long_cell_) + "列的文字太长,或者它的引号没有成对,请检查。",
          where_en() + ": column " + std::to_string(too_long_cell_) +
              " is too long, or its quotation marks do not pair.");
    if (too_many_rows_) return fail_row_count(limits_);
    return {};
  }

  tl::unexpected<Error> fail_quotes() const {
    return fail_malformed(where_zh() + "的引号没有成对。含引号的内容要整格放进引号里,其中的引号写两遍。",
                          where_en() +
                              " has quotation marks that do not pair. Quote the whole cell, and double the "
                              "quotation marks inside it.");
  }

  std::string where_zh() const {
    return "第" + std::to_string(row_.row) + "行(文件第" + std::to_string(line_) + "行)";
  }
  std::string where_en() const {
    return "Row " + std::to_string(row_.row) + " (line " + std::to_string(line_) + " of the file)";
  }

  const Limits& limits_;
  csv_parser parser_{};
  std::vector<Row> rows_;
  Row row_;
  std::size_t line_ = 0;  ///< As a text editor counts, from 1: where the row begins.
  std::size_t cells_ = 0;
  std::exception_ptr thrown_;
  bool in_row_ = false;
  bool blank_ = true;
  bool too_many_cells_ = false;
  bool too_many_rows_ = false;
  std::size_t too_long_cell_ = 0;  ///< Its column, from 1.
};

/// Excel's "Unicode text" is UTF-16 with tabs. In other files a tab before a cell is a mark.
char separator_of(std::string_view bytes, std::string_view text) {
  return is_utf16(bytes) && text.substr(0, text.find_first_of("\r\n")).find('\t') != std::string_view::npos
             ? '\t'
             : ',';
}

}  // namespace

Result<std::vector<Row>> read_csv(std::string_view bytes, const Limits& limits) {
  if (bytes.size() > limits.file_bytes) return fail_file_size(limits);
  DOORSTEP_TRY(text, decode_text(bytes));
  return CsvParser(limits, separator_of(bytes, text)).parse(text);
}

}  // namespace doorstep::server::tabular
