#include <charconv>
#include <cstdio>
#include <filesystem>
#include <map>

#include "app/commands.hpp"
#include "app/output_file.hpp"
#include "app/terminal.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "tabular/sheet.hpp"

// `rollup`: a county sees what its offices count, and nobody behind the counts.
namespace doorstep::server {
namespace {

constexpr std::size_t kMostOffices = 1'000;
constexpr std::size_t kMostMeasures = 1'000;
/// What is counted, in one or two languages, and the count. A list of people has more columns.
constexpr std::size_t kMostColumns = 3;

struct Counts {
  std::string office;  ///< The file's name without its extension.
  std::vector<std::string> headings;
  std::map<std::vector<std::string>, std::int64_t> numbers;  ///< By all columns but the last.
};

tl::unexpected<Error> not_counts(const std::string& file, const std::string& zh, const std::string& en) {
  return fail_usage(file + "不是汇总数字的文件:" + zh + "请用 view county_counts --out 重新导出。",
                    file + " is no file of counts: " + en + " Write it again with view county_counts --out.");
}

Result<Counts> read_counts(const std::string& file) {
  DOORSTEP_TRY(sheet, tabular::read_sheet_file(file));
  if (sheet.rows.empty()) return not_counts(file, "是空的。", "it is empty.");
  Counts counts{std::filesystem::path(file).stem().string(), sheet.rows.front().cells, {}};
  const std::size_t columns = counts.headings.size();
  if (columns < 2 || columns > kMostColumns || sheet.rows.size() > kMostMeasures + 1)
    return not_counts(file, "应有项目和数字,最多3列、1000行。",
                      "it should have measures and numbers, at most 3 columns and 1,000 rows.");
  for (std::size_t i = 1; i < sheet.rows.size(); ++i) {
    std::vector<std::string> key = sheet.rows[i].cells;
    key.resize(columns);
    const std::string text = std::move(key.back());
    key.pop_back();
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string row = std::to_string(sheet.rows[i].row);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size())
      return not_counts(file, "第" + row + "行最后一格不是整数。",
                        "the last cell of row " + row + " is no whole number.");
    if (!counts.numbers.emplace(std::move(key), number).second)
      return not_counts(file, "第" + row + "行的项目写了两遍。",
                        "the measure of row " + row + " is there twice.");
  }
  return counts;
}

/// A line a measure: each office's number, then the sum. What an office does not count stays empty.
tabular::Sheet add_up(const std::vector<Counts>& offices) {
  using Format = tabular::SheetColumn::Format;
  tabular::Sheet sheet{"汇总", {}, {}, {}};
  const std::vector<std::string>& headings = offices.front().headings;
  for (std::size_t i = 0; i + 1 < headings.size(); ++i)
    sheet.columns.push_back({headings[i], Format::text, {}, {}});
  for (const Counts& office : offices) sheet.columns.push_back({office.office, Format::number, {}, {}});
  sheet.columns.push_back({"合计 / Total", Format::number, {}, {}});
  std::map<std::vector<std::string>, std::int64_t> totals;
  for (const Counts& office : offices)
    for (const auto& [key, number] : office.numbers) totals[key] += number;
  for (const auto& [key, total] : totals) {
    std::vector<Value> row(key.begin(), key.end());
    for (const Counts& office : offices) {
      const auto found = office.numbers.find(key);
      row.emplace_back();  // Not counted there.
      if (found != office.numbers.end()) row.back() = found->second;
    }
    row.push_back(total);
    sheet.rows.push_back(std::move(row));
  }
  return sheet;
}

}  // namespace

Status run_rollup(const RollupOptions& options) {
  if (options.files.size() > kMostOffices)
    return fail_usage("一次最多加1000个文件。", "At most 1,000 files are added up at once.");
  std::vector<Counts> offices;
  for (const std::string& file : options.files) {
    DOORSTEP_TRY(counts, read_counts(file));
    if (!offices.empty() && counts.headings != offices.front().headings)
      return not_counts(file, "列和" + options.files.front() + "的不一样。",
                        "its columns are not those of " + options.files.front() + ".");
    for (const Counts& other : offices)
      if (other.office == counts.office)
        return fail_usage("有两个文件都叫" + counts.office + ",会把一个街道加两遍。请改名,或去掉一个。",
                          "Two files are called " + counts.office +
                              ": an office would count twice. Rename one, or leave it out.");
    offices.push_back(std::move(counts));
  }
  tabular::Sheet sheet = add_up(offices);
  const std::string count = std::to_string(offices.size());
  if (!options.out.empty()) {
    DOORSTEP_CHECK(write_output(options.out, {std::move(sheet), std::nullopt}));
    say("已把" + count + "个街道的数字加到 " + options.out + "。",
        "Added up the counts of " + counted(offices.size(), "office") + " into " + options.out + ".");
    return {};
  }
  std::vector<std::string> headings;
  for (const tabular::SheetColumn& column : sheet.columns) headings.push_back(column.heading);
  std::fputs(format_table(headings, sheet.rows).c_str(), stdout);
  return {};
}

}  // namespace doorstep::server
