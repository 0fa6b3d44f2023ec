#include <algorithm>

#include "base/limits.hpp"
#include "schema/choices.hpp"
#include "schema/column_type.hpp"
#include "schema/loader/draft.hpp"

namespace doorstep {
namespace {

using Keys = std::vector<std::string_view>;

const Keys kTableKeys{
    "id",          "name",  "zh",   "en",    "deletes", "office_only", "seen_from_below", "mergeable",
    "natural_key", "names", "ends", "place", "subject", "retain",      "columns",         "rights"};
const Keys kExtensionKeys{"extends", "zh", "en", "retain", "columns", "rights"};

/// One typed word must mean one choice.
void check_choices(const std::vector<Choice>& choices, const Where& where) {
  const auto means = [](const Choice& choice, const std::string& word) {
    return choice_form(choice.value) == word || choice_form(choice.label.zh) == word ||
           choice_form(choice.label.en) == word;
  };
  for (std::size_t i = 0; i < choices.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      for (const std::string& word : {choices[i].value, choices[i].label.zh, choices[i].label.en})
        if (means(choices[j], choice_form(word)))
          refuse(where, "选项“" + word + "”出现了两次,请让每个选项的值和名称都不相同。",
                 "the choice '" + word + "' appears twice; give every choice a value and labels of its own.");
}

void read_default(const TomlReader& reader, ColumnDraft& draft) {
  if (reader.has("default") && reader.has("default_from"))
    refuse(reader.where("default_from"), "default 和 default_from 只能写一个。",
           "write either 'default' or 'default_from', not both.");
  draft.column.default_rule = reader.one_of<DefaultRule>("default_from", "默认来源", "default_from",
                                                         {{"now", DefaultRule::now},
                                                          {"today", DefaultRule::today},
                                                          {"me", DefaultRule::me},
                                                          {"clock_doubt", DefaultRule::clock_doubt}},
                                                         DefaultRule::none);
  draft.default_where = reader.where("default_from");
  if (reader.has("default")) {
    draft.column.default_rule = DefaultRule::constant;
    draft.column.default_value = reader.constant("default");
    draft.default_where = reader.where("default");
  }
}

void read_check(const TomlReader& reader, ColumnDraft& draft) {
  draft.column.check = reader.one_of<Check>(
      "check", "检查", "check",
      {{"cn_phone", Check::cn_phone}, {"cn_resident_id", Check::cn_resident_id}, {"base64", Check::base64}},
      Check::none);
  if (const auto when = reader.table("check_when")) {
    when->expect_only({"column", "equals"});
    draft.check_when = {when->text("column"), when->where("column")};
    draft.column.check_equals = when->text("equals");
    if (draft.column.check == Check::none)
      refuse(reader.where("check_when"), "check_when 要和 check 一起写。",
             "'check_when' needs a 'check' beside it.");
  }
}

void read_bounds(const TomlReader& reader, ColumnDraft& draft) {
  draft.least_where = reader.where("least");
  draft.most_where = reader.where("most");
  draft.max_bytes_where = reader.where("max_bytes");
  draft.column.least = reader.whole_number("least");
  draft.column.most = reader.whole_number("most");
  if (reader.has("max_bytes")) draft.column.max_bytes = reader.number("max_bytes", 1, limits::kValueBytes);
}

std::vector<std::string> read_states(const TomlReader& reader, std::string_view key) {
  std::vector<std::string> states;
  for (const Named& state : reader.names(key)) states.push_back(state.text);
  return states;
}

void read_moves(const TomlReader& reader, ColumnDraft& draft) {
  draft.moves_where = reader.where(reader.has("moves") ? "moves" : "starts");
  draft.column.starts = read_states(reader, "starts");
  for (const TomlReader& move : reader.tables("moves")) {
    move.expect_only({"from", "to"});
    draft.column.moves.push_back({move.text("from"), read_states(move, "to")});
  }
}

/// `above` are the keys of the file itself.
ColumnDraft read_column(const TomlReader& reader, const Keys& above, std::uint32_t least_id,
                        std::uint32_t most_id) {
  reader.expect_only(
      {"id",      "name",     "zh",         "en",       "type",         "target",     "merge",
       "choices", "starts",   "moves",      "required", "indexed",      "index_with", "sensitive",
       "retired", "check",    "check_when", "default",  "default_from", "cell",       "masks",
       "mask",    "personal", "least",      "most",     "max_bytes",    "search",     "choices_of"},
      above);
  ColumnDraft draft;
  draft.where = reader.where();
  Column& column = draft.column;
  column.id = ColumnId{reader.number("id", least_id, most_id)};
  column.cell = column.id;
  column.name = reader.identifier("name").text;
  if (column.name == "id")
    refuse(reader.where("name"), "每张表都已有 id 列,请换一个名字。",
           "every table already has an 'id'; use another name.");
  if (column.name == "pending")
    refuse(reader.where("name"), "视图用 pending 说明哪些行还没有上传,请换一个名字。",
           "'pending' is how views say which rows are only on a phone; use another name.");
  column.label = reader.label();
  column.type = read_type(reader);
  column.merge = reader.one_of<MergeKind>("merge", "合并方式", "merge kind",
                                          {{"latest", MergeKind::latest},
                                           {"review", MergeKind::review},
                                           {"max", MergeKind::max},
                                           {"min", MergeKind::min},
                                           {"once", MergeKind::once},
                                           {"counter", MergeKind::counter},
                                           {"set", MergeKind::set},
                                           {"text", MergeKind::text},
                                           {"workflow", MergeKind::workflow}},
                                          MergeKind::latest);
  read_moves(reader, draft);
  draft.target = reader.named("target");
  column.choices = read_choices(reader);
  draft.choices_of = reader.named("choices_of");
  draft.choices_where = reader.where("choices");
  if (!column.choices.empty() && draft.choices_of.given())
    refuse(draft.choices_where, "choices 和 choices_of 只能写一个。",
           "write either 'choices' or 'choices_of', not both.");
  column.required = reader.flag("required");
  draft.required_where = reader.where("required");
  column.indexed = reader.flag("indexed");
  draft.index_with = reader.names("index_with");
  column.search = reader.flag("search");
  draft.search_where = reader.where("search");
  column.sensitive = reader.flag("sensitive");
  column.personal = column.sensitive || reader.flag("personal");
  column.retired = reader.flag("retired");
  read_check(reader, draft);
  read_bounds(reader, draft);
  read_default(reader, draft);
  draft.cell = reader.named("cell");
  draft.masks = reader.named("masks");
  column.mask =
      reader.one_of<Mask>("mask", "遮盖方式", "mask",
                          {{"first_last", Mask::first_last}, {"age_band", Mask::age_band}}, Mask::none);
  return draft;
}

/// A column of the base named again: other labels, more choices.
void amend_column(const TomlReader& reader, ColumnDraft& draft) {
  if (reader.has("id"))
    refuse(reader.where("id"),
           "被扩展的包已有列 " + draft.column.name + "(" + to_text(draft.where) +
               ")。要改名称或加选项,请删去 id;要加新列,请换名字。",
           "the base already has a column '" + draft.column.name + "' (" + to_text(draft.where) +
               "). To change its labels or add choices leave 'id' out; for a new column use another name.");
  reader.expect_only({"name", "zh", "en", "choices"}, kExtensionKeys);
  if (reader.has("zh")) draft.column.label.zh = reader.text("zh");
  if (reader.has("en")) draft.column.label.en = reader.text("en");
  if (!reader.has("choices")) return;
  if (draft.choices_of.given())
    refuse(reader.where("choices"),
           "列 " + draft.column.name + " 的选项就是 " + draft.choices_of.text + " 的选项,请加在那里。",
           "the choices of '" + draft.column.name + "' are those of '" + draft.choices_of.text +
               "'; add them there.");
  if (draft.column.choices.empty())
    refuse(reader.where("choices"), "列 " + draft.column.name + " 可以自由填写,不能改成选项。",
           "the column '" + draft.column.name +
               "' is free text in the base; choices would refuse its old values.");
  for (Choice& choice : read_choices(reader)) {
    auto& all = draft.column.choices;
    const auto known =
        std::find_if(all.begin(), all.end(), [&](const Choice& c) { return c.value == choice.value; });
    if (known == all.end())
      all.push_back(std::move(choice));
    else
      known->label = std::move(choice.label);
  }
  draft.choices_where = reader.where("choices");
  check_choices(draft.column.choices, draft.choices_where);
}

void read_place_rule(const TomlReader& reader, TableDraft& draft) {
  draft.place_where = reader.where("place");
  if (reader.is_text("place")) {
    reader.one_of<PlaceRule>("place", "地点规则", "place rule", {{"self", PlaceRule::self}}, PlaceRule::self);
    draft.table.place_rule = PlaceRule::self;
    return;
  }
  const auto rule = reader.table("place");
  if (!rule)
    refuse(draft.where, "缺少 place:请写 place = { column = \"...\" },说明每一行属于哪个地点。",
           "the key 'place' is missing: write place = { column = \"...\" } to say which place a row belongs "
           "to.");
  rule->expect_only({"column", "table"});
  draft.place_column = {rule->text("column"), rule->where("column")};
  draft.place_table = rule->named("table");
  draft.table.place_rule = draft.place_table.given() ? PlaceRule::children : PlaceRule::column;
}

void read_new_table(const TomlReader& reader, bool extending, PackDraft& pack) {
  reader.expect_only(kTableKeys);
  TableDraft draft;
  draft.where = reader.where("name");
  Table& table = draft.table;
  const Named name = reader.identifier("name");
  table.name = name.text;
  if (const TableDraft* other = pack.find(table.name))
    refuse(name.where,
           "已有表 " + table.name + "(" + to_text(other->where) + ")。要给它加列,请把 name 改写为 extends。",
           "there is a table '" + table.name + "' already (" + to_text(other->where) +
               "). To add columns to it write 'extends' in place of 'name'.");
  for (const std::string_view prefix : {"sqlite_", "doorstep_", "each_"})
    if (table.name.rfind(prefix, 0) == 0)
      refuse(name.where, "表名不能以 " + std::string(prefix) + " 开头。",
             "a table name cannot begin with '" + std::string(prefix) + "'.");
  table.id = TableId{extending ? reader.number("id", kFirstExtensionId, kLastId)
                               : reader.number("id", 1, kFirstExtensionId - 1)};
  for (const TableDraft& other : pack.tables)
    if (other.table.id == table.id)
      refuse(reader.where("id"),
             "编号 " + std::to_string(raw(table.id)) + " 已被表 " + other.table.name + " 使用(" +
                 to_text(other.where) + "),请换一个没用过的。",
             "the id " + std::to_string(raw(table.id)) + " belongs to the table '" + other.table.name +
                 "' (" + to_text(other.where) + "); take one that was never used.");
  table.label = reader.label();
  table.deletes = reader.one_of<DeletePolicy>("deletes", "删除规则", "delete policy",
                                              {{"append_only", DeletePolicy::append_only},
                                               {"edit_beats_delete", DeletePolicy::edit_beats_delete},
                                               {"delete_beats_edit", DeletePolicy::delete_beats_edit}},
                                              DeletePolicy::edit_beats_delete);
  table.office_only = reader.flag("office_only");
  table.seen_from_below = reader.flag("seen_from_below");
  table.mergeable = reader.flag("mergeable");
  draft.natural_key = reader.names("natural_key");
  draft.names = reader.names("names");
  draft.ends = reader.named("ends");
  draft.subject = reader.named("subject");
  draft.retain = reader.named("retain");
  read_place_rule(reader, draft);
  pack.tables.push_back(std::move(draft));
}

void add_column(TableDraft& table, ColumnDraft draft) {
  const Column& column = draft.column;
  for (const ColumnDraft& other : table.columns) {
    if (other.column.name == column.name)
      refuse(draft.where,
             "列 " + column.name + " 写了两次(" + to_text(other.where) + ")。请删去一个,或改名。",
             "the column '" + column.name + "' is there already (" + to_text(other.where) +
                 "). Remove or rename one.");
    if (other.column.id == column.id)
      refuse(draft.where,
             "列编号 " + std::to_string(raw(column.id)) + " 已被列 " + other.column.name + " 使用(" +
                 to_text(other.where) + "),请换一个没用过的。",
             "the column id " + std::to_string(raw(column.id)) + " belongs to '" + other.column.name + "' (" +
                 to_text(other.where) + "); take one that was never used.");
  }
  table.columns.push_back(std::move(draft));
}

/// Words of other programs for our types.
std::string_view meant_type(std::string_view word) {
  static constexpr std::pair<std::string_view, std::string_view> kForeign[] = {
      {"string", "text"}, {"enum", "text"},  {"number", "real"},   {"decimal", "real"},  {"float", "real"},
      {"double", "real"}, {"array", "list"}, {"datetime", "time"}, {"timestamp", "time"}};
  for (const auto& [foreign, ours] : kForeign)
    if (foreign == word) return ours;
  return {};
}

void read_own_table(const TomlReader& file, bool extending, PackDraft& pack, PackFaults& faults) {
  std::vector<ColumnDraft> columns;
  for (const TomlReader& column : file.tables("columns"))
    faults.gather([&] { columns.push_back(read_column(column, kTableKeys, 1, kFirstExtensionId - 1)); });
  read_new_table(file, extending, pack);
  TableDraft& table = pack.tables.back();
  for (ColumnDraft& column : columns) faults.gather([&] { add_column(table, std::move(column)); });
  faults.gather([&] { read_rights(file, kTableKeys, table); });
}

void read_extension(const TomlReader& file, bool extending, PackDraft& pack, PackFaults& faults) {
  const Named base{file.text("extends"), file.where("extends")};
  TableDraft* table = pack.find(base.text);
  if (!extending)
    refuse(base.where,
           "这个包没有扩展别的包,不能给表 " + base.text + " 加列。请写 name,或在 pack.toml 里写 extends。",
           "this pack extends no other, so there is no table '" + base.text +
               "' to add to. Write 'name', or 'extends' in pack.toml.");
  if (table == nullptr) {
    std::vector<std::string_view> names;
    for (const TableDraft& draft : pack.tables) names.push_back(draft.table.name);
    refuse_word(base.where, "可扩展的表", "table to extend", base.text, names);
  }
  file.expect_only(kExtensionKeys);
  if (file.has("retain")) table->retain = file.named("retain");
  if (file.has("zh")) table->table.label.zh = file.text("zh");
  if (file.has("en")) table->table.label.en = file.text("en");
  for (const TomlReader& column : file.tables("columns"))
    faults.gather([&] {
      if (ColumnDraft* known = table->find(column.text("name")))
        amend_column(column, *known);
      else
        add_column(*table, read_column(column, kExtensionKeys, kFirstExtensionId, kLastId));
    });
  faults.gather([&] { read_rights(file, kExtensionKeys, *table); });
}

}  // namespace

std::vector<Choice> read_choices(const TomlReader& reader) {
  std::vector<Choice> choices;
  for (const TomlReader& item : reader.tables("choices")) {
    item.expect_only({"value", "zh", "en"});
    Choice choice;
    choice.value = item.identifier("value").text;
    choice.label = item.label();
    choices.push_back(std::move(choice));
  }
  if (reader.has("choices") && choices.empty())
    refuse(reader.where("choices"), "选项是空的。请列出选项,或删去 choices。",
           "the list of choices is empty. List the choices, or leave 'choices' out.");
  check_choices(choices, reader.where("choices"));
  return choices;
}

ColumnType read_type(const TomlReader& reader) {
  const std::string word = reader.text("type");
  if (const auto type = column_type_of(word)) return *type;
  refuse_word(reader.where("type"), "列类型", "column type", word, column_type_words(), meant_type(word));
}

void read_table(const TomlReader& file, bool extending, PackDraft& pack, PackFaults& faults) {
  if (file.has("extends"))
    read_extension(file, extending, pack, faults);
  else
    read_own_table(file, extending, pack, faults);
}

}  // namespace doorstep
