#include "xlsform/headings.hpp"

#include <algorithm>

#include "schema/unicode_text.hpp"

namespace doorstep::server::xlsform {
namespace {

/// `zh`, `en`, or nothing for a language that is neither.
std::string language_of(std::string_view name) {
  const std::string plain = to_ascii_lower(plain_form(name));
  for (const char* zh : {"(zh", "中文", "汉语", "chinese"})
    if (plain.find(zh) != std::string::npos) return "zh";
  for (const char* en : {"(en", "英文", "英语", "english"})
    if (plain.find(en) != std::string::npos) return "en";
  return plain == "zh" || plain == "en" ? plain : "";
}

bool contains(const std::vector<std::string_view>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

std::string cell_at(const Row& row, std::size_t column) {
  return column < row.cells.size() ? std::string(trim(row.cells[column])) : std::string();
}

std::string plain_heading(std::string_view heading) {
  std::string plain = to_ascii_lower(trim(heading));
  std::replace(plain.begin(), plain.end(), ' ', '_');
  return plain;
}

Headings::Headings(const Sheet& sheet, const std::vector<std::string_view>& known,
                   const std::vector<std::string_view>& texts)
    : first_column_(sheet.first_column) {
  if (sheet.rows.empty()) return;
  const Row& headings = sheet.rows.front();
  for (std::size_t i = 0; i < headings.cells.size(); ++i) {
    const std::string written(trim(headings.cells[i]));
    std::string heading = plain_heading(written);
    if (heading.empty() || heading[0] == '#' || heading == "notes") continue;
    const std::size_t colons = heading.find("::");
    if (colons != std::string::npos && contains(texts, heading.substr(0, colons))) {
      const std::string language = language_of(written.substr(colons + 2));
      if (language.empty()) {
        others_.push_back({i, written});
        continue;
      }
      heading = heading.substr(0, colons) + ":" + language;
    } else if (!contains(known, heading) && !contains(texts, heading)) {
      others_.push_back({i, written});
      continue;
    }
    if (!columns_.emplace(heading, i).second) repeated_.push_back({i, written});
  }
}

std::optional<std::size_t> Headings::column(std::string_view heading) const {
  const auto found = columns_.find(heading);
  return found == columns_.end() ? std::nullopt : std::optional(found->second);
}

std::string Headings::cell(const Row& row, std::string_view heading) const {
  const auto at = column(heading);
  return at ? cell_at(row, *at) : std::string();
}

FormText Headings::text(const Row& row, std::string_view heading) const {
  const std::string name(heading);
  const std::string plain = cell(row, name);
  FormText text{cell(row, name + ":zh"), cell(row, name + ":en")};
  if (text.zh.empty()) text.zh = plain.empty() ? text.en : plain;
  if (text.en.empty()) text.en = plain;
  if (text.en == text.zh) text.en.clear();
  return text;
}

bool Headings::has(std::string_view heading) const { return column(heading).has_value(); }

std::string Headings::letter(std::string_view heading) const {
  const std::string name(heading);
  for (const std::string& one : {name + ":zh", name, name + ":en"})
    if (const auto at = column(one)) return letter(*at);
  return {};
}

std::string Headings::letter(std::size_t column) const {
  std::string letters;
  for (std::size_t number = column + first_column_ + 1; number > 0; number = (number - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('A' + (number - 1) % 26));
  return letters;
}

}  // namespace doorstep::server::xlsform
