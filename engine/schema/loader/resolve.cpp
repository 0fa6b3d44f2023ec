#include <algorithm>

#include "base/limits.hpp"
#include "schema/loader/draft.hpp"
#include "schema/validation.hpp"

namespace doorstep {

ColumnDraft& need_column(TableDraft& table, const Named& name) {
  if (ColumnDraft* column = table.find(name.text)) return *column;
  std::vector<std::string_view> names;
  for (const ColumnDraft& draft : table.columns) names.push_back(draft.column.name);
  refuse_word(name.where, "列", "column in '" + table.table.name + "'", name.text, names);
}

TableDraft& need_table(PackDraft& pack, const Named& name) {
  if (TableDraft* table = pack.find(name.text)) return *table;
  std::vector<std::string_view> names;
  for (const TableDraft& draft : pack.tables) names.push_back(draft.table.name);
  refuse_word(name.where, "表", "table", name.text, names);
}

ChoicesSource need_choices(PackDraft& pack, const Named& name, ColumnType type) {
  const std::size_t dot = name.text.find('.');
  if (dot == std::string::npos)
    refuse(name.where, "请写成 表.列,例如 choices_of = \"visit.outcome\"。",
           "write table.column, for example choices_of = \"visit.outcome\".");
  TableDraft& table = need_table(pack, {name.text.substr(0, dot), name.where});
  const Column& column = need_column(table, {name.text.substr(dot + 1), name.where}).column;
  if (column.choices.empty() || (type != ColumnType::text && type != ColumnType::list))
    refuse(name.where, "choices_of 要写有选项的列,并且 type 是 text 或 list。",
           "'choices_of' names a column that has choices, and the type is text or list.");
  return {table.table, column};
}

namespace {

void resolve_target(PackDraft& pack, ColumnDraft& draft) {
  const bool is_reference = draft.column.type == ColumnType::reference;
  if (is_reference && !draft.target.given())
    refuse(draft.where, "引用列要写明引用哪张表,例如 target = \"place\"。",
           "a reference needs its table, for example target = \"place\".");
  if (!is_reference && draft.target.given())
    refuse(draft.target.where, "只有 type = \"reference\" 的列才写 target。",
           "only a column of type = \"reference\" has a 'target'.");
  if (is_reference) draft.column.target = need_table(pack, draft.target).table.id;
}

void check_kinds(const ColumnDraft& draft) {
  const Column& column = draft.column;
  const bool ordered = column.type == ColumnType::integer || column.type == ColumnType::real ||
                       column.type == ColumnType::date || column.type == ColumnType::time;
  if (!ordered && (column.merge == MergeKind::max || column.merge == MergeKind::min))
    refuse(draft.where, "列 " + column.name + ":max 和 min 只用于数字、日期和时间,请改用 latest。",
           "column '" + column.name + "': max and min are for numbers, dates and times; use 'latest'.");
  const auto only_for = [&](MergeKind kind, ColumnType type, const std::string& zh, const std::string& en) {
    if (column.merge == kind && column.type != type)
      refuse(draft.where, "列 " + column.name + ":" + zh, "column '" + column.name + "': " + en);
  };
  only_for(MergeKind::counter, ColumnType::integer, "counter 只用于 integer 列。",
           "'counter' is for integer columns.");
  only_for(MergeKind::set, ColumnType::list, "set 只用于 list 列。", "'set' is for list columns.");
  only_for(MergeKind::text, ColumnType::text, "合并方式 text 只用于 text 列。",
           "merge kind 'text' is for text columns.");
  only_for(MergeKind::workflow, ColumnType::text, "workflow 只用于 text 列。",
           "'workflow' is for text columns.");
  if (column.merge == MergeKind::text && !column.choices.empty())
    refuse(draft.choices_where, "列 " + column.name + " 有选项,合并方式请用 latest。",
           "column '" + column.name + "' has choices; use 'latest'.");
  if (!column.choices.empty() && column.type != ColumnType::text && column.type != ColumnType::list)
    refuse(draft.choices_where, "只有 text 和 list 列才有选项,请改写 type。",
           "only text and list columns have choices; change the type.");
  if (column.check != Check::none && column.type != ColumnType::text)
    refuse(draft.where, "列 " + column.name + ":check 只用于 text 列。",
           "column '" + column.name + "': 'check' is for text columns.");
  if (column.required && column.retired)
    refuse(draft.where, "列 " + column.name + " 已停用,不能再要求必填,请删去 required。",
           "column '" + column.name + "' is retired and cannot be required; remove 'required'.");
}

/// Bounds are of plain numbers and plain texts: what is summed up or merged out of pieces keeps none.
void check_bounds(const ColumnDraft& draft) {
  const Column& column = draft.column;
  const bool is_number = column.type == ColumnType::integer || column.type == ColumnType::real;
  const auto check_end = [&](const std::optional<std::int64_t>& end, const Where& where) {
    if (end && (!is_number || column.merge == MergeKind::counter))
      refuse(where,
             "列 " + column.name + ":least 和 most 只用于 integer 和 real 列,而且 merge 不是 counter。",
             "column '" + column.name +
                 "': 'least' and 'most' are for integer and real columns that are no counters.");
  };
  check_end(column.least, draft.least_where);
  check_end(column.most, draft.most_where);
  if (column.least && column.most && *column.most < *column.least)
    refuse(draft.most_where, "列 " + column.name + ":most 比 least 小,什么也填不了。",
           "column '" + column.name + "': 'most' is below 'least', so nothing would fit.");
  const bool is_plain_text =
      column.type == ColumnType::text && column.merge != MergeKind::text && column.choices.empty();
  if (column.max_bytes && !is_plain_text)
    refuse(draft.max_bytes_where,
           "列 " + column.name + ":max_bytes 只用于没有选项的 text 列,而且 merge 不是 text。",
           "column '" + column.name +
               "': 'max_bytes' is for text columns without choices whose merge kind is not 'text'.");
}

/// People find rows by names and numbers that whoever has the row may read.
void check_search(const ColumnDraft& draft) {
  const Column& column = draft.column;
  if (!column.search) return;
  if (column.sensitive)
    refuse(draft.search_where, "列 " + column.name + " 是敏感信息,不能用来查找,请删去 search。",
           "column '" + column.name + "' is sensitive, and nobody finds people by that; remove 'search'.");
  if (column.type != ColumnType::text || column.merge == MergeKind::text || !column.choices.empty() ||
      column.mask != Mask::none || column.retired)
    refuse(draft.search_where,
           "列 " + column.name +
               ":search 只用于名称和号码,也就是没有选项、没有停用、不是遮盖、merge 不是 text 的 text 列。",
           "column '" + column.name +
               "': 'search' is for names and numbers: text columns without choices, in use, that mask "
               "nothing and whose merge kind is not 'text'.");
}

/// Every word of a workflow is one of its states, and there is a way in.
void check_moves(const ColumnDraft& draft) {
  const Column& column = draft.column;
  if (column.merge != MergeKind::workflow) {
    if (!column.starts.empty() || !column.moves.empty())
      refuse(draft.moves_where, "starts 和 moves 只用于 merge = \"workflow\" 的列。",
             "'starts' and 'moves' are for columns of merge = \"workflow\".");
    return;
  }
  if (column.choices.empty() || column.starts.empty())
    refuse(draft.where,
           "workflow 列 " + column.name + " 要用 choices 按先后列出状态,并用 starts 写明从哪个状态开始。",
           "the workflow column '" + column.name +
               "' needs its states in 'choices', further along later, and 'starts', where it may begin.");
  std::vector<std::string_view> states;
  for (const Choice& choice : column.choices) states.push_back(choice.value);
  const auto need_state = [&](const std::string& word) {
    if (std::find(states.begin(), states.end(), word) == states.end())
      refuse_word(draft.moves_where, "状态", "state of '" + column.name + "'", word, states);
  };
  for (const std::string& start : column.starts) need_state(start);
  for (const Move& move : column.moves) {
    need_state(move.from);
    for (const std::string& to : move.to) need_state(to);
  }
}

void check_default(ColumnDraft& draft) {
  Column& column = draft.column;
  const auto wrong = [&](const std::string& zh, const std::string& en) {
    refuse(draft.default_where, "列 " + column.name + ":" + zh, "column '" + column.name + "': " + en);
  };
  switch (column.default_rule) {
    case DefaultRule::none:
      break;
    case DefaultRule::now:
      if (column.type != ColumnType::time) wrong("now 只用于 time 列。", "'now' is for time columns.");
      break;
    case DefaultRule::today:
      if (column.type != ColumnType::date) wrong("today 只用于 date 列。", "'today' is for date columns.");
      break;
    case DefaultRule::me:
      if (column.type != ColumnType::reference || draft.target.text != kPersonTable)
        wrong("me 只用于引用 person 的列。", "'me' is for references to 'person'.");
      break;
    case DefaultRule::clock_doubt:
      if (column.type != ColumnType::boolean)
        wrong("clock_doubt 只用于 boolean 列。", "'clock_doubt' is for boolean columns.");
      break;
    case DefaultRule::constant: {
      auto value = normalize(column, column.default_value);
      if (!value)
        wrong("默认值不能用。" + value.error().zh, "the default cannot be used. " + value.error().en);
      column.default_value = std::move(*value);
      break;
    }
  }
}

void resolve_check_when(TableDraft& table, ColumnDraft& draft) {
  if (!draft.check_when.given()) return;
  const Column& decider = need_column(table, draft.check_when).column;
  draft.column.check_when = decider.id;
  if (decider.type != ColumnType::text)
    refuse(draft.check_when.where, "check_when 的列必须是 text。",
           "the column of 'check_when' must be text.");
  if (decider.choices.empty()) return;
  std::vector<std::string_view> values;
  for (const Choice& choice : decider.choices) values.push_back(choice.value);
  if (std::find(values.begin(), values.end(), draft.column.check_equals) == values.end())
    refuse_word(draft.check_when.where, "选项", "choice of '" + decider.name + "'", draft.column.check_equals,
                values);
}

void resolve_cell(TableDraft& table, ColumnDraft& draft) {
  if (!draft.cell.given()) return;
  const ColumnDraft& first = need_column(table, draft.cell);
  const Column& column = draft.column;
  if (first.cell.given() || first.column.id == column.id)
    refuse(draft.cell.where, "cell 要写同组第一列的名字,而且那一列自己不写 cell。",
           "'cell' names the first column of the group, which has no 'cell' itself.");
  const bool picks_one = column.merge == MergeKind::latest || column.merge == MergeKind::review ||
                         column.merge == MergeKind::once;
  if (first.column.merge != column.merge || !picks_one)
    refuse(draft.cell.where, "同一组的列要用相同的合并方式:latest、review 或 once。",
           "columns of one cell share one merge kind: latest, review or once.");
  if ((raw(first.column.id) < kFirstExtensionId) != (raw(column.id) < kFirstExtensionId))
    refuse(draft.cell.where, "不能改变被扩展的包里一列的合并方式,请另起一组。",
           "this would change how a column of the base merges; begin a group of your own.");
  draft.column.cell = first.column.id;
}

void resolve_index(TableDraft& table, ColumnDraft& draft) {
  if (draft.index_with.empty()) return;
  std::vector<ColumnId>& with = draft.column.index_with;
  const Where& where = draft.index_with.front().where;
  if (!draft.column.indexed)
    refuse(where, "有 index_with 的列要写 indexed = true。",
           "a column with 'index_with' is 'indexed = true'.");
  if (draft.index_with.size() > limits::kIndexColumns)
    refuse(where, "index_with 最多写 " + std::to_string(limits::kIndexColumns) + " 列。",
           "'index_with' names at most " + std::to_string(limits::kIndexColumns) + " columns.");
  for (const Named& name : draft.index_with) {
    const ColumnId id = need_column(table, name).column.id;
    if (id == draft.column.id || std::find(with.begin(), with.end(), id) != with.end())
      refuse(name.where, "这一列在索引里已经有了:" + name.text + "。",
             "the index has '" + name.text + "' already.");
    with.push_back(id);
  }
}

void resolve_natural_key(TableDraft& table) {
  for (const Named& name : table.natural_key) {
    Column& column = need_column(table, name).column;
    const bool keyable = column.type == ColumnType::text || column.type == ColumnType::integer ||
                         column.type == ColumnType::reference || column.type == ColumnType::date;
    if (!keyable)
      refuse(name.where, "自然键只能用 text、integer、date 或 reference 列," + column.name + " 不行。",
             "a natural key is made of text, integer, date and reference columns; '" + column.name +
                 "' is none.");
    if (!column.required || column.retired)
      refuse(name.where, "自然键里的列必须有值,请给 " + column.name + " 写上 required = true。",
             "a natural key column always has a value; give '" + column.name + "' required = true.");
    if (column.type == ColumnType::text) {
      if (column.check != Check::none)
        refuse(name.where, "自然键的列不能再有 check:标识不能来自个人信息。",
               "a natural key column has no 'check': identity never comes from personal data.");
      column.check = Check::key_text;
    }
    table.table.natural_key.push_back(column.id);
  }
}

void resolve_names(TableDraft& table) {
  for (const Named& name : table.names) {
    const Column& column = need_column(table, name).column;
    if (column.type != ColumnType::text)
      refuse(name.where, "names 只能列出 text 列," + column.name + " 不是。",
             "'names' lists text columns; '" + column.name + "' is none.");
    table.table.names.push_back(column.id);
  }
}

void resolve_ends(TableDraft& table) {
  if (!table.ends.given()) return;
  const Column& column = need_column(table, table.ends).column;
  if (column.type != ColumnType::date)
    refuse(table.ends.where, "ends 要写一个 date 列," + column.name + " 不是。",
           "'ends' names a date column; '" + column.name + "' is none.");
  table.table.ends = column.id;
}

void resolve_place(PackDraft& pack, TableDraft& draft) {
  Table& table = draft.table;
  if ((table.place_rule == PlaceRule::self) != (table.name == kPlaceTable))
    refuse(draft.place_where, "place = \"self\" 用于 place 表,也只用于 place 表。",
           "place = \"self\" is for the table 'place', and only for it.");
  if (table.place_rule == PlaceRule::self) return;
  TableDraft& owner = table.place_rule == PlaceRule::children ? need_table(pack, draft.place_table) : draft;
  const Column& column = need_column(owner, draft.place_column).column;
  if (column.type != ColumnType::reference)
    refuse(draft.place_column.where, "通往地点的列必须是引用," + column.name + " 不是。",
           "the way to a place goes through references; '" + column.name + "' is none.");
  if (table.place_rule == PlaceRule::children) {
    if (owner.find(column.name)->target.text != table.name)
      refuse(
          draft.place_column.where,
          "列 " + owner.table.name + "." + column.name + " 应引用 " + table.name + "。",
          "the column '" + owner.table.name + "." + column.name + "' should refer to '" + table.name + "'.");
    table.place_table = owner.table.id;
  }
  table.place_column = column.id;
}

template <typename Entry>
std::vector<Choice> as_choices(const std::vector<Entry>& entries) {
  std::vector<Choice> choices;
  for (const Entry& entry : entries) choices.push_back({entry.name, entry.label});
  return choices;
}

/// Levels and roles are listed once, in pack.toml; the columns that hold them take them as choices.
template <typename Entry>
void fill_choices(PackDraft& pack, std::string_view table_name, std::string_view column_name,
                  const std::vector<Entry>& entries, const std::string& list) {
  TableDraft* table = pack.find(table_name);
  ColumnDraft* column = table == nullptr ? nullptr : table->find(column_name);
  if (column == nullptr) return;
  if (!column->column.choices.empty())
    refuse(column->choices_where, "这一列的选项来自 pack.toml 的 " + list + ",请写在那里。",
           "the choices of this column are the " + list + " of pack.toml; write them there.");
  column->column.choices = as_choices(entries);
}

/// A column may have the choices of another one, which lists them itself.
void take_choices(PackDraft& pack, ColumnDraft& draft) {
  if (!draft.choices_of.given()) return;
  draft.choices_where = draft.choices_of.where;
  const ChoicesSource source = need_choices(pack, draft.choices_of, draft.column.type);
  if (pack.find(source.table.name)->find(source.column.name)->choices_of.given())
    refuse(draft.choices_of.where, "choices_of 要写自己列出选项的那一列。",
           "'choices_of' names the column that lists the choices itself.");
  draft.column.choices = source.column.choices;
}

void check_size(const Where& where, std::size_t size, std::size_t most, const std::string& zh,
                const std::string& en) {
  if (size == 0 || size > most)
    refuse(where, zh + "应有 1 到 " + std::to_string(most) + " 个,现在有 " + std::to_string(size) + " 个。",
           "there must be 1 to " + std::to_string(most) + " " + en + "; there are " + std::to_string(size) +
               ".");
}

}  // namespace

Pack resolve(PackDraft& draft, PackFaults& faults) {
  faults.gather([&] {
    check_size(draft.where, draft.tables.size(), limits::kTables, "表", "tables");
    check_size(draft.where, draft.roles.size(), limits::kRoles, "岗位", "roles");
    fill_choices(draft, kPlaceTable, "level", draft.levels, "levels");
    fill_choices(draft, kAssignmentTable, "role", draft.roles, "roles");
  });
  for (TableDraft& table : draft.tables)
    for (ColumnDraft& column : table.columns) faults.gather([&] { take_choices(draft, column); });

  for (TableDraft& table : draft.tables) {
    const std::size_t before = faults.size();
    faults.gather([&] {
      check_size(table.where, table.columns.size(), limits::kColumns, "列", "columns");
      resolve_natural_key(table);
      resolve_names(table);
      resolve_ends(table);
      resolve_place(draft, table);
    });
    for (ColumnDraft& column : table.columns)
      faults.gather([&] {
        resolve_target(draft, column);
        check_kinds(column);
        check_bounds(column);
        check_moves(column);
        check_default(column);
        resolve_check_when(table, column);
        resolve_cell(table, column);
        resolve_index(table, column);
        resolve_mask(table, column);
        check_search(column);
      });
    // What somebody may do with a table follows from what it is.
    if (faults.size() == before) faults.gather([&] { resolve_rights(draft, table); });
  }
  for (TableDraft& table : draft.tables) faults.gather([&] { resolve_retention(draft, table); });

  Pack pack;
  pack.name = draft.name;
  pack.version = draft.version;
  pack.label = draft.label;
  pack.levels = draft.levels;
  pack.roles = draft.roles;
  for (const TableDraft& table : draft.tables) {
    pack.tables.push_back(table.table);
    auto& columns = pack.tables.back().columns;
    for (const ColumnDraft& column : table.columns) columns.push_back(column.column);
    std::sort(columns.begin(), columns.end(), [](const Column& a, const Column& b) { return a.id < b.id; });
  }
  std::sort(pack.tables.begin(), pack.tables.end(),
            [](const Table& a, const Table& b) { return a.id < b.id; });
  return pack;
}

void resolve_views(PackDraft& draft, Pack& pack, PackFaults& faults) {
  std::size_t sheets = 0;
  for (ViewDraft& view : draft.views)
    faults.gather([&] {
      pack.views.push_back(resolve_view(draft, view));
      sheets += view.view.brief != 0 ? 1 : 0;
      if (sheets > limits::kBriefSheets)
        refuse(view.where, "简报最多 " + std::to_string(limits::kBriefSheets) + " 张表,请去掉几个 brief。",
               "the brief has at most " + std::to_string(limits::kBriefSheets) +
                   " sheets; remove 'brief' from some views.");
    });
  std::sort(pack.views.begin(), pack.views.end(),
            [](const View& a, const View& b) { return a.name < b.name; });
}

}  // namespace doorstep
