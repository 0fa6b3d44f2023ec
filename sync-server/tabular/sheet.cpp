#include "tabular/sheet.hpp"

#include <fstream>

#include "tabular/csv.hpp"
#include "tabular/sheet_errors.hpp"
#include "tabular/xlsx_reader.hpp"

namespace doorstep::server::tabular {
namespace {

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

/// Compound files: workbooks before 2007, and newer ones with a password. The latter have a stream of this
/// name, in UTF-16.
tl::unexpected<Error> fail_compound_file(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.find("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"sv) != std::string_view::npos)
    return fail_malformed("这个工作簿加了密码。请在Excel中取消密码(文件 → 信息 → 保护工作簿),保存后再导入。",
                          "This workbook has a password. Remove it in Excel (File, Info, Protect Workbook), "
                          "save, and import it again.");
  return fail_malformed(
      "这是旧格式的工作簿(.xls)。请在Excel或WPS中选择“另存为 → Excel工作簿(.xlsx)”,再导入。",
      "This is a workbook of the old kind (.xls). Save it as \"Excel Workbook (.xlsx)\" first.");
}

}  // namespace

Result<SheetRows> read_sheet(std::string_view bytes, const SheetChoice& choice, const Limits& limits) {
  if (bytes.size() > limits.file_bytes) return fail_file_size(limits);
  if (starts_with(bytes, "PK\x03\x04")) return read_xlsx(bytes, choice, limits);
  if (starts_with(bytes, "\xD0\xCF\x11\xE0")) return fail_compound_file(bytes);
  if (!choice.name.empty())
    return fail_usage("CSV文件没有工作表,请去掉 --sheet。", "A CSV file has no sheets; leave out --sheet.");
  DOORSTEP_TRY(rows, read_csv(bytes, limits));
  return SheetRows{{}, std::move(rows)};
}

Result<SheetRows> read_sheet_file(const std::filesystem::path& file, const SheetChoice& choice,
                                  const Limits& limits) {
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
  return read_sheet(bytes, choice, limits);
}

}  // namespace doorstep::server::tabular
