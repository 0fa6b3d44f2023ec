#include "paper/entry_columns.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "schema/choices.hpp"

namespace doorstep::server::paper {
namespace {

/// A label as a heading: what answers would stand in is left out.
std::string plain_label(const FormText& label) {
  std::string text;
  for (std::size_t at = 0; at < label.zh.size();) {
    const std::size_t open = label.zh.find("${", at);
    const std::size_t close = open == std::string::npos ? open : label.zh.find('}', open);
    text += label.zh.substr(at, close == std::string::npos ? close : open - at);
    at = close == std::string::npos ? label.zh.size() : close + 1;
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// Questions that a pen answers.
bool is_typed(const forms::CompiledItem& item) {
  return forms::is_asked(item.type()) && !item.source->read_only && !item.calculation;
}

Status check_depth(const forms::CompiledForm& form) {
  for (const forms::Scope& scope : form.scopes)
    if (scope.depth > 1)
      return fail_usage(
          "这份表单的重复组里还有重复组,表格放不下,请在手机上逐份录入。",
          "This form has repeats within repeats, which no sheet holds. Enter its papers on a phone.");
  return {};
}

}  // namespace

Result<std::vector<EntryColumn>> entry_columns(const EntryTarget& target, std::size_t instances) {
  const auto own = [&](const char* name) { return target.answer.find(name); };
  const auto need = {"paper_code", "place", "asked_by", "at", "outcome", "note"};
  const Table* household = target.pack.find("household");
  const Table* person = target.pack.find("person");
  const Column* number = household == nullptr ? nullptr : household->find("number");
  const Column* phone = person == nullptr ? nullptr : person->find("phone");
  if (number == nullptr || phone == nullptr ||
      std::any_of(need.begin(), need.end(), [&](const char* name) { return own(name) == nullptr; }))
    return fail_usage("这个街道的表格包不能录入纸质答卷,请先升级表格包。",
                      "The office's pack has no place for answers on paper: upgrade the pack first.");
  const auto fixed = [](Field field, const Column* column, std::string heading = {}) {
    return EntryColumn{field, heading.empty() ? column->label.zh : heading, column, nullptr, {}, {}, 0};
  };
  std::vector<EntryColumn> columns{
      fixed(Field::code, own("paper_code")),
      fixed(Field::address, own("place")),
      fixed(Field::number, number),
      fixed(Field::asked_by, own("asked_by")),
      fixed(Field::asked_by_phone, phone, own("asked_by")->label.zh + "." + phone->label.zh),
      fixed(Field::at, own("at")),
      fixed(Field::outcome, own("outcome"))};
  if (target.form != nullptr) {
    const forms::CompiledForm& form = target.form->content().compiled;
    DOORSTEP_CHECK(check_depth(form));
    const auto add = [&](const forms::CompiledItem& item, const forms::CompiledItem* repeat, std::size_t n) {
      EntryColumn column;
      column.field = Field::question;
      column.item = &item;
      column.path = item.source->name;
      column.heading = plain_label(item.source->label);
      if (repeat != nullptr) {
        column.repeat = repeat->source->name;
        column.instance = n;
        column.path = column.repeat + "[" + std::to_string(n) + "]/" + column.path;
        column.heading = plain_label(repeat->source->label) + std::to_string(n) + "·" + column.heading;
      }
      columns.push_back(std::move(column));
    };
    for (const forms::CompiledItem& item : form.items) {
      if (item.type() == forms::ItemType::repeat) {
        const std::size_t most = std::min<std::size_t>(form.max_of(item), instances);
        for (std::size_t n = 1; n <= most; ++n)
          for (const forms::CompiledItem& inner : form.items)
            if (is_typed(inner) && inner.scope == item.own_scope) add(inner, &item, n);
      } else if (item.scope == 0 && is_typed(item)) {
        add(item, nullptr, 0);
      }
    }
  }
  columns.push_back(fixed(Field::note, own("note")));
  // Two questions in the same words are told apart by their names.
  std::map<std::string, std::size_t> times;
  for (const EntryColumn& column : columns) ++times[choice_form(column.heading)];
  for (EntryColumn& column : columns)
    if (column.field == Field::question && (column.heading.empty() || times[choice_form(column.heading)] > 1))
      column.heading += "(" + column.path + ")";
  return columns;
}

std::map<std::string, const EntryColumn*> by_heading(const std::vector<EntryColumn>& columns) {
  static const EntryColumn kIgnored;
  std::map<std::string, const EntryColumn*> found;
  for (const EntryColumn& column : columns) found.emplace(choice_form(column.heading), &column);
  for (const EntryColumn& column : columns) {
    if (column.field == Field::question)
      found.emplace(choice_form(column.path), &column);
    else if (column.field != Field::asked_by_phone)
      for (const std::string* word : {&column.column->name, &column.column->label.en})
        found.emplace(choice_form(*word), &column);
  }
  for (const char* word : {"编号", "code"})
    for (const EntryColumn& column : columns)
      if (column.field == Field::code) found.emplace(word, &column);
  for (const char* word : {"序号", "填写问题"}) found.emplace(word, &kIgnored);
  return found;
}

}  // namespace doorstep::server::paper
