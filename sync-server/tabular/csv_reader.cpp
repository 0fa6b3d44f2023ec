#include <csv.h>

#include <exception>
#include <fstream>
#include <new>

#include "base/ensure.hpp"
#include "base/error.hpp"
#include "tabular/csv.hpp"
#include "tabular/spreadsheet_text.hpp"
#include "tabular/text_encoding.hpp"

namespace doorstep::server::tabular {
namespace {

tl::unexpected<Error> fail_csv(ErrorCode code, std::string zh, std::string en) {
  return fail(ErrorDomain::format, code, Retry::never, std::move(zh), std::move(en));
}

tl::unexpected<Error> fail_file_size(const CsvLimits& limits) {
  const std::string mebibytes = std::to_string(limits.file_bytes / (1024 * 1024));
  return fail_csv(ErrorCode::too_large, "文件超过" + mebibytes + "MB,请分成几个文件导入。",
                  "The file is larger than " + mebibytes + " MB; import it in several parts.");
}

/// Feeds libcsv line by line, because it does not count lines itself.
class CsvParser {
 public:
  explicit CsvParser(const CsvLimits& limits) : limits_(limits) {
    ensure(csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) == 0, "libcsv initialises");
    csv_set_space_func(&parser_, [](unsigned char) { return 0; });  // blanks belong to the cell
  }
  ~CsvParser() { csv_free(&parser_); }
  CsvParser(const CsvParser&) = delete;
  CsvParser& operator=(const CsvParser&) = delete;

  Result<std::vector<CsvRow>> parse(std::string_view text) {
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
      row_.line = number;
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
      if (rows_.size() >= limits_.rows) {
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
      return fail_csv(ErrorCode::too_large, where_zh() + "超过" + std::to_string(limits_.cells) + "列。",
                      where_en() + " has more than " + std::to_string(limits_.cells) + " columns.");
    if (too_long_cell_ != 0)
      return fail_csv(
          ErrorCode::too_large,
          where_zh() + "第" + std::to_string(too_long_cell_) + "列的文字太长,或者它的引号没有成对,请检查。",
          where_en() + ": column " + std::to_string(too_long_cell_) +
              " is too long, or its quotation marks do not pair.");
    if (too_many_rows_)
      return fail_csv(
          ErrorCode::too_large, "文件超过" + std::to_string(limits_.rows) + "行,请分成几个文件导入。",
          "The file has more than " + std::to_string(limits_.rows) + " rows; import it in several parts.");
    return {};
  }

  tl::unexpected<Error> fail_quotes() const {
    return fail_csv(ErrorCode::malformed,
                    where_zh() + "的引号没有成对。含引号的内容要整格放进引号里,其中的引号写两遍。",
                    where_en() +
                        " has quotation marks that do not pair. Quote the whole cell, and double the "
                        "quotation marks inside it.");
  }

  std::string where_zh() const {
    return "第" + std::to_string(row_.row) + "行(文件第" + std::to_string(row_.line) + "行)";
  }
  std::string where_en() const {
    return "Row " + std::to_string(row_.row) + " (line " + std::to_string(row_.line) + " of the file)";
  }

  const CsvLimits& limits_;
  csv_parser parser_{};
  std::vector<CsvRow> rows_;
  CsvRow row_;
  std::exception_ptr thrown_;
  bool in_row_ = false;
  bool blank_ = true;
  bool too_many_cells_ = false;
  bool too_many_rows_ = false;
  std::size_t too_long_cell_ = 0;  ///< Its column, from 1.
};

}  // namespace

Result<std::vector<CsvRow>> read_csv(std::string_view bytes, const CsvLimits& limits) {
  if (bytes.size() > limits.file_bytes) return fail_file_size(limits);
  DOORSTEP_TRY(text, decode_text(bytes));
  return CsvParser(limits).parse(text);
}

Result<std::vector<CsvRow>> read_csv_file(const std::filesystem::path& file, const CsvLimits& limits) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes;
  std::string block(64 * 1024, '\0');
  while (in && bytes.size() <= limits.file_bytes) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    bytes.append(block, 0, static_cast<std::size_t>(in.gcount()));
  }
  if (bytes.size() <= limits.file_bytes && !in.eof())
    return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
                "无法读取文件" + file.string() + ",请检查文件名和权限。",
                "Cannot read " + file.string() + "; check its name and permissions.");
  return read_csv(bytes, limits);
}

}  // namespace doorstep::server::tabular
