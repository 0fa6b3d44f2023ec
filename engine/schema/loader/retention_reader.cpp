#include <algorithm>
#include <charconv>
#include <sstream>

#include "schema/loader/draft.hpp"

// Whose rows are personal, and how long that is kept: `personal`, `subject`, `retain`.
namespace doorstep {
namespace {

/// A hundred years.
constexpr std::uint32_t kMostDays = 36'525;

void check_personal(const TableDraft& table, const ColumnDraft& draft) {
  const Column& column = draft.column;
  if (!column.personal) return;
  const auto wrong = [&](const std::string& zh, const std::string& en) {
    refuse(draft.where, "列 " + column.name + ":" + zh, "column '" + column.name + "': " + en);
  };
  const auto& key = table.table.natural_key;
  if (std::find(key.begin(), key.end(), column.id) != key.end())
    wrong("自然键不能是个人信息,请删去 personal。", "a natural key is nothing personal; remove 'personal'.");
  if (column.type == ColumnType::reference)
    wrong("引用不算个人信息,请把被引用的表里的列标为 personal。",
          "a reference is nothing personal; mark columns of the table that it refers to.");
  if (column.merge == MergeKind::counter || column.merge == MergeKind::workflow)
    wrong("counter 和 workflow 列不能是 personal:删除后数目和状态还要留着。",
          "a counter or a workflow cannot be 'personal': counts and states stay when a person is erased.");
  if (column.mask != Mask::none)
    wrong("遮盖列不用写 personal:原列删除后它也就空了。",
          "a mask needs no 'personal': it is empty once its source is erased.");
  for (const ColumnDraft& other : table.columns)
    if (other.column.cell == column.cell && !other.column.personal)
      wrong("与它同组的列 " + other.column.name + " 也要写 personal = true。",
            "'" + other.column.name + "' is of the same cell and needs personal = true, too.");
}

[[noreturn]] void refuse_form(const Named& retain) {
  refuse(retain.where,
         "retain 看不懂“" + retain.text +
             "”。请写成 \"400 days after at\"(本表的日期或时间列),或 \"30 days after "
             "residency.moved_out\"(引用本表的另一张表的列)。",
         "'retain' cannot be read: '" + retain.text +
             "'. Write \"400 days after at\" (a date or time column of this table) or \"30 days after "
             "residency.moved_out\" (a column of a table that refers to this one).");
}

void need_time(const Named& retain, const Column& column) {
  if (column.type != ColumnType::date && column.type != ColumnType::time)
    refuse(retain.where, "retain 要从一个日期或时间算起,列 " + column.name + " 不是。",
           "'retain' counts from a date or a time; the column '" + column.name + "' is neither.");
}

/// The one column of `other` that refers to `table`.
const ColumnDraft& reference_to(const TableDraft& table, const TableDraft& other, const Named& retain) {
  const ColumnDraft* found = nullptr;
  for (const ColumnDraft& draft : other.columns) {
    if (draft.target.text != table.table.name) continue;
    if (found != nullptr)
      refuse(retain.where, "表 " + other.table.name + " 有多列引用 " + table.table.name + ",分不清用哪一列。",
             "the table '" + other.table.name + "' refers to '" + table.table.name +
                 "' in several columns; it is not clear which one counts.");
    found = &draft;
  }
  if (found == nullptr)
    refuse(retain.where, "表 " + other.table.name + " 没有引用 " + table.table.name + " 的列。",
           "the table '" + other.table.name + "' does not refer to '" + table.table.name + "'.");
  return *found;
}

Retention read_retention(PackDraft& pack, TableDraft& table) {
  const Named& retain = table.retain;
  std::istringstream words(retain.text);
  std::string count, days, after, column, more;
  words >> count >> days >> after >> column;
  if (column.empty() || (words >> more) || days != "days" || after != "after") refuse_form(retain);
  Retention out;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), out.days);
  if (error != std::errc{} || end != count.data() + count.size() || out.days == 0 || out.days > kMostDays)
    refuse_form(retain);
  const std::size_t dot = column.find('.');
  if (dot == std::string::npos) {
    const Column& own = need_column(table, {column, retain.where}).column;
    need_time(retain, own);
    out.table = table.table.id;
    out.column = own.id;
    return out;
  }
  TableDraft& other = need_table(pack, {column.substr(0, dot), retain.where});
  const Column& theirs = need_column(other, {column.substr(dot + 1), retain.where}).column;
  need_time(retain, theirs);
  out.table = other.table.id;
  out.column = theirs.id;
  out.reference = reference_to(table, other, retain).column.id;
  return out;
}

}  // namespace

void resolve_retention(PackDraft& pack, TableDraft& table) {
  bool any = false;
  for (const ColumnDraft& column : table.columns) {
    check_personal(table, column);
    any |= column.column.personal;
  }
  for (const Named* key : {&table.subject, &table.retain})
    if (key->given() && !any)
      refuse(key->where, "表 " + table.table.name + " 没有 personal 的列,删不了什么。请先标出个人信息的列。",
             "the table '" + table.table.name +
                 "' has no 'personal' column, so there is nothing to erase. Mark what is personal first.");
  if (table.subject.given()) {
    const Column& column = need_column(table, table.subject).column;
    if (column.type != ColumnType::reference)
      refuse(table.subject.where, "subject 要写一个引用列," + column.name + " 不是。",
             "'subject' names a reference; '" + column.name + "' is none.");
    table.table.subject = column.id;
  }
  if (table.retain.given()) table.table.retention = read_retention(pack, table);
}

}  // namespace doorstep
