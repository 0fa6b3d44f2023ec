#include "paper/entry_sheet.hpp"

#include "base/error.hpp"
#include "base/limits.hpp"
#include "paper/entry_columns.hpp"
#include "paper/limits.hpp"

namespace doorstep::server::paper {
namespace {

using Format = tabular::SheetColumn::Format;

std::string note_of(const EntryColumn& column) {
  switch (column.field) {
    case Field::code:
      return "必填。纸面上的编号,不分大小写。\nRequired: the code on the paper.";
    case Field::address:
      return "只供核对,不会读入。\nFor comparing only; not read.";
    case Field::number:
      return "一个门里有几户时才填。\nOnly where several families share the door.";
    case Field::asked_by:
      return "入户询问的人的姓名。\nWho asked, by name.";
    case Field::asked_by_phone:
      return "有同名的人时才填。\nOnly where two people share the name.";
    case Field::at:
      return "询问的日期,如 2026-11-22。\nWhen it was asked.";
    case Field::outcome:
      return "从列表中选;填了答案时可以不填。\nOne of the list; may be left out where answers stand.";
    case Field::question:
      break;
    default:
      return {};
  }
  std::string zh = "文字";
  std::string en = "text";
  switch (column.item->type()) {
    case forms::ItemType::integer:
      zh = "整数", en = "whole number";
      break;
    case forms::ItemType::decimal:
      zh = "数字", en = "number";
      break;
    case forms::ItemType::date:
      zh = "日期,如 2026-11-22", en = "date";
      break;
    case forms::ItemType::time:
      zh = "时间,如 9:30", en = "time";
      break;
    case forms::ItemType::select_one:
      zh = "从列表中选", en = "one of the list";
      break;
    case forms::ItemType::select_multiple:
      zh = "可填多项,用、隔开", en = "several, with 、 between them";
      break;
    case forms::ItemType::acknowledge:
      zh = "确认填 OK", en = "OK, or nothing";
      break;
    default:
      break;
  }
  return zh + "。(" + column.path + ")\n" + en;
}

}  // namespace

Result<tabular::Sheet> entry_sheet(const EntryTarget& target, const std::vector<ExpectedPaper>& expected) {
  DOORSTEP_TRY(columns, entry_columns(target, limits::kInstancesOffered));
  if (columns.size() > doorstep::limits::kColumns)
    return fail_usage("这份表单的题目太多,一张表格放不下,请在手机上逐份录入。",
                      "This form has more questions than a sheet has columns. Enter its papers on a phone.");
  tabular::Sheet sheet;
  sheet.name = "纸质录入";
  for (const EntryColumn& column : columns) {
    tabular::SheetColumn& heading = sheet.columns.emplace_back();
    heading.heading = column.heading;
    heading.note = note_of(column);
    if (column.field == Field::outcome)
      for (const Choice& choice : column.column->choices)
        if (choice.value != "mistaken") heading.choices.push_back(choice.label.zh);
    if (column.field == Field::question && column.item->type() == forms::ItemType::select_one)
      for (const forms::Choice& choice : target.form->content().compiled.list_of(*column.item).choices)
        heading.choices.push_back(choice.label.zh);
  }
  for (const ExpectedPaper& paper : expected) {
    std::vector<Value>& row = sheet.rows.emplace_back(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].field == Field::code) row[i] = paper.code;
      if (columns[i].field == Field::address) row[i] = paper.address;
    }
  }
  return sheet;
}

}  // namespace doorstep::server::paper
