#include "app/roster_form.hpp"

#include <algorithm>
#include <map>

#include "app/roster_headers.hpp"
#include "schema/unicode_text.hpp"

namespace doorstep::server {
namespace {

/// What one cell of the copy says at most: a row that is wrong throughout needs no list.
constexpr std::size_t kFaultBytes = 4'000;

using Format = tabular::SheetColumn::Format;

Format format_of(const Column& column) {
  switch (column.type) {
    case ColumnType::integer:
    case ColumnType::real:
      return Format::number;
    case ColumnType::date:
      return Format::date;
    default:
      return Format::text;
  }
}

std::string note_zh(const Pack& pack, const Column& column) {
  if (column.check == Check::cn_resident_id) return "18位号码,按文本填写";
  if (column.check == Check::cn_phone) return "电话号码,按文本填写";
  switch (column.type) {
    case ColumnType::integer:
      return "整数";
    case ColumnType::real:
      return "数字";
    case ColumnType::boolean:
      return "填 是 或 否";
    case ColumnType::date:
      return "日期,如 2026-11-22";
    case ColumnType::time:
      return "时间,如 2026-11-22 09:30";
    case ColumnType::reference: {
      const Table* target = pack.find(*column.target);
      return "填" + target->label.zh + "的" + (target->natural_key.empty() ? "姓名或名称" : "编码");
    }
    case ColumnType::list:
      return "可填多项,用、隔开";
    default:
      return column.choices.empty() ? "文字" : "从列表中选";
  }
}

std::string note_en(const Pack& pack, const Column& column) {
  if (column.check == Check::cn_resident_id) return "18 characters, as text";
  if (column.check == Check::cn_phone) return "phone number, as text";
  switch (column.type) {
    case ColumnType::integer:
      return "whole number";
    case ColumnType::real:
      return "number";
    case ColumnType::boolean:
      return "是 (yes) or 否 (no)";
    case ColumnType::date:
      return "date like 2026-11-22";
    case ColumnType::time:
      return "time like 2026-11-22 09:30";
    case ColumnType::reference: {
      const Table* target = pack.find(*column.target);
      return (target->natural_key.empty() ? "name of a " : "code of a ") + target->name;
    }
    case ColumnType::list:
      return "several, with 、 between them";
    default:
      return column.choices.empty() ? "text" : "one of the list";
  }
}

std::string note_of(const Pack& pack, const FormColumn& form) {
  std::string zh = form.required ? "必填。" : "";
  std::string en = form.required ? "Required: " : "";
  zh += note_zh(pack, *form.column) + "。";
  en += note_en(pack, *form.column) + ".";
  if (form.column->type == ColumnType::list && !form.column->choices.empty()) {
    zh += "可以填:";
    for (const Choice& choice : form.column->choices)
      zh += (&choice == &form.column->choices.front() ? "" : "、") + choice.label.zh;
    zh += "。";
  }
  return zh + "\n" + en;
}

std::vector<std::string> choices_of(const Column& column) {
  if (column.type == ColumnType::boolean) return {"是", "否"};
  std::vector<std::string> labels;
  if (column.type == ColumnType::text)
    for (const Choice& choice : column.choices) labels.push_back(choice.label.zh);
  return labels;
}

/// Headings, not letters: the copy has a column more.
std::string fault_text(const std::vector<const RosterProblem*>& problems) {
  std::string text;
  for (const RosterProblem* problem : problems) {
    if (text.size() > kFaultBytes) return text + "\n……";
    if (!text.empty()) text += '\n';
    if (!problem->heading.empty()) text += "“" + problem->heading + "”:";
    text += problem->error.zh + " / " + problem->error.en;
  }
  return text;
}

bool is_fault_heading(const std::string& heading) {
  return plain_form(without_invisible(heading)) == kFaultHeader;
}

}  // namespace

tabular::Sheet empty_form(const Pack& pack, const Table& table) {
  tabular::Sheet form;
  form.name = table.label.zh;
  for (const FormColumn& column : form_columns(pack, table))
    form.columns.push_back(
        {column.heading, format_of(*column.column), note_of(pack, column), choices_of(*column.column)});
  return form;
}

tabular::Sheet copy_to_correct(const std::vector<tabular::Row>& file,
                               const std::vector<RosterProblem>& problems, bool only_bad) {
  std::map<std::size_t, std::vector<const RosterProblem*>> by_row;
  for (const RosterProblem& problem : problems) by_row[problem.row].push_back(&problem);
  std::size_t width = 0;
  for (const tabular::Row& row : file) width = std::max(width, row.cells.size());
  const std::vector<std::string>& headings = file.front().cells;

  tabular::Sheet copy;
  copy.columns.push_back({kFaultHeader, Format::text, {}, {}});
  std::vector<std::size_t> kept;  // Columns of the file; not those of an earlier copy's faults.
  for (std::size_t i = 0; i < width; ++i) {
    if (i < headings.size() && is_fault_heading(headings[i])) continue;
    kept.push_back(i);
    copy.columns.push_back({i < headings.size() ? headings[i] : std::string{}, Format::text, {}, {}});
  }
  for (auto row = file.begin() + 1; row != file.end(); ++row) {
    const auto faults = by_row.find(row->row);
    if (faults == by_row.end() && only_bad) continue;
    std::vector<Value>& cells = copy.rows.emplace_back();
    if (faults == by_row.end()) {
      cells.emplace_back();
    } else {
      cells.emplace_back(fault_text(faults->second));
      copy.marked.emplace(copy.rows.size() - 1, 0);
    }
    for (const std::size_t i : kept) {
      if (faults != by_row.end() &&
          std::any_of(faults->second.begin(), faults->second.end(),
                      [&](const RosterProblem* problem) { return problem->cell == i + 1; }))
        copy.marked.emplace(copy.rows.size() - 1, cells.size());
      if (i < row->cells.size())
        cells.emplace_back(row->cells[i]);
      else
        cells.emplace_back();
    }
  }
  return copy;
}

}  // namespace doorstep::server
