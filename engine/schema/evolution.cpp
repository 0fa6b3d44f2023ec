#include "schema/evolution.hpp"

#include <algorithm>

#include "schema/workflow.hpp"

namespace doorstep {
namespace {

std::string number(std::uint32_t n) { return std::to_string(n); }

/// The elements of `part` that `whole` lacks; elements are told apart by `key`.
template <typename T, typename Key>
std::vector<const T*> missing(const std::vector<T>& part, const std::vector<T>& whole, Key key) {
  std::vector<const T*> out;
  for (const T& wanted : part)
    if (std::none_of(whole.begin(), whole.end(), [&](const T& other) { return key(other) == key(wanted); }))
      out.push_back(&wanted);
  return out;
}

/// Counters, sets, texts and workflows keep more than a number: only plain cells widen.
bool is_plain(MergeKind kind) { return raw(kind) <= raw(MergeKind::once); }

bool is_key(const Table& table, ColumnId column) {
  return std::find(table.natural_key.begin(), table.natural_key.end(), column) != table.natural_key.end();
}

bool may_widen(const Table& table, const Column& older, const Column& newer) {
  return older.type == ColumnType::integer && newer.type == ColumnType::real && is_plain(older.merge) &&
         !is_key(table, older.id);
}

/// Its choices are the pack's levels or roles, about which the pack itself is asked.
bool takes_choices_from_pack(const Table& table, const Column& column) {
  return (table.name == kPlaceTable && column.name == "level") ||
         (table.name == kAssignmentTable && column.name == "role");
}

class Comparison {
 public:
  Comparison(const Pack& older, const Pack& newer) : older_(older), newer_(newer) {}

  std::vector<Label> run() {
    check_head();
    for (const Table& table : older_.tables) check_table(table);
    return std::move(violations_);
  }

 private:
  void refuse(std::string zh, std::string en) { violations_.push_back({std::move(zh), std::move(en)}); }
  void refuse(const Table& table, const std::string& zh, const std::string& en) {
    refuse("表 " + table.name + ":" + zh, "table '" + table.name + "': " + en);
  }
  void refuse(const Table& table, const Column& column, const std::string& zh, const std::string& en) {
    refuse("列 " + table.name + "." + column.name + ":" + zh,
           "column '" + table.name + "." + column.name + "': " + en);
  }

  void check_head();
  void check_table(const Table& older);
  void check_table_rules(const Table& older, const Table& newer);
  void check_column(const Table& table, const Table& newer_table, const Column& older);
  void check_column_rules(const Table& table, const Column& older, const Column& newer);
  void check_choices(const Table& table, const Column& older, const Column& newer);
  void check_states(const Table& table, const Column& older, const Column& newer);
  void check_checks(const Table& table, const Column& older, const Column& newer);
  void check_new_column(const Table& older, const Table& newer, const Column& column);

  const Pack& older_;
  const Pack& newer_;
  std::vector<Label> violations_;
};

void Comparison::check_head() {
  if (older_.name != newer_.name)
    refuse("这个街道用的包是 " + older_.name + ",不是 " + newer_.name + "。请给出同一个包的新版本。",
           "this office uses the pack '" + older_.name + "', not '" + newer_.name +
               "'. Give a newer version of the same pack.");
  if (newer_.version <= older_.version)
    refuse("已经是第" + number(raw(older_.version)) + "版,给出的是第" + number(raw(newer_.version)) +
               "版,不能退回或重复。请在 pack.toml 里写 version = " + number(raw(older_.version) + 1) +
               " 或更大。",
           "the office has version " + number(raw(older_.version)) + " and this is version " +
               number(raw(newer_.version)) + ": there is no way back. Write version = " +
               number(raw(older_.version) + 1) + " or more in pack.toml.");
  for (const Level* level : missing(older_.levels, newer_.levels, [](const Level& l) { return l.name; }))
    refuse(
        "层级 " + level->name + " 不能删去:已有地点可能用着它。请把它写回 levels。",
        "the level '" + level->name + "' cannot be removed: places may have it. Put it back into 'levels'.");
  for (const Role* role : missing(older_.roles, newer_.roles, [](const Role& r) { return r.name; }))
    refuse("岗位 " + role->name + " 不能删去:已有任职可能用着它。请把它写回 roles,不再派人即可。",
           "the role '" + role->name +
               "' cannot be removed: posts may have it. Put it back into 'roles', and give it to nobody.");
}

void Comparison::check_table(const Table& older) {
  const Table* newer = newer_.find(older.id);
  if (newer == nullptr) {
    if (const Table* moved = newer_.find(older.name))
      refuse(older, "编号从" + number(raw(older.id)) + "改成了" + number(raw(moved->id)) + ",请改回来。",
             "its id changed from " + number(raw(older.id)) + " to " + number(raw(moved->id)) +
                 "; change it back.");
    else
      refuse(older, "不能删去。请把它写回来,并停用(retired)其中不要的列。",
             "it cannot be removed. Put it back, and retire the columns nobody needs.");
    return;
  }
  if (newer->name != older.name) {
    refuse(older,
           "编号" + number(raw(older.id)) + "现在叫 " + newer->name +
               "。编号不能另作他用,表也不能改名;新表请用新编号,要改叫法请改 zh 和 en。",
           "its id " + number(raw(older.id)) + " is now called '" + newer->name +
               "'. Ids are never used again and names never change: give a new table a new id, or change the "
               "labels.");
    return;
  }
  check_table_rules(older, *newer);
  for (const Column& column : older.columns) check_column(older, *newer, column);
  for (const Column& column : newer->columns)
    if (older.find(column.id) == nullptr) check_new_column(older, *newer, column);
}

void Comparison::check_table_rules(const Table& older, const Table& newer) {
  if (older.natural_key != newer.natural_key)
    refuse(older, "natural_key 不能改:记录的编号由它算出。请写回原来的列和次序。",
           "its natural_key cannot change: the rows' ids are made of it. Write the same columns in the same "
           "order.");
  if (older.deletes != newer.deletes)
    refuse(older, "deletes 不能改:旧版本的手机仍按原来的办法删除。请改回来。",
           "'deletes' cannot change: phones with the older version delete by the old rule. Change it back.");
  if (older.place_rule != newer.place_rule || older.place_table != newer.place_table ||
      older.place_column != newer.place_column)
    refuse(
        older, "place 不能改:已有的记录归哪里、谁能看见由它决定。请改回来。",
        "'place' cannot change: it decides where the rows there belong and who sees them. Change it back.");
  const Table* owner = newer.place_rule == PlaceRule::children ? newer_.find(newer.place_table) : &newer;
  const Column* way = owner == nullptr ? nullptr : owner->find(newer.place_column);
  if (way != nullptr && way->retired && newer.place_rule != PlaceRule::self)
    refuse(
        *owner, *way, "不能停用:" + newer.name + " 的记录靠它找到地点。请删去 retired。",
        "it cannot be retired: rows of '" + newer.name + "' find their places through it. Remove 'retired'.");
}

void Comparison::check_column(const Table& table, const Table& newer_table, const Column& older) {
  const Column* newer = newer_table.find(older.id);
  if (newer == nullptr) {
    if (const Column* moved = newer_table.find(older.name))
      refuse(table, older,
             "编号从" + number(raw(older.id)) + "改成了" + number(raw(moved->id)) + ",请改回来。",
             "its id changed from " + number(raw(older.id)) + " to " + number(raw(moved->id)) +
                 "; change it back.");
    else
      refuse(table, older, "不能删去。请把它写回来,并加上 retired = true 停用。",
             "it cannot be removed. Put it back, and retire it with retired = true.");
    return;
  }
  if (newer->name != older.name) {
    refuse(
        table, older,
        "编号" + number(raw(older.id)) + "现在叫 " + newer->name +
            "。编号不能另作他用,列也不能改名;新列请用新编号,要改叫法请改 zh 和 en。",
        "its id " + number(raw(older.id)) + " is now called '" + newer->name +
            "'. Ids are never used again and names never change: give a new column a new id, or change the "
            "labels.");
    return;
  }
  check_column_rules(table, older, *newer);
}

void Comparison::check_column_rules(const Table& table, const Column& older, const Column& newer) {
  if (older.type != newer.type && !may_widen(table, older, newer))
    refuse(
        table, older,
        "类型不能改(只有不在 natural_key 里的 integer 可以改成 real)。请改回来,或停用它,另加一列。",
        "its type cannot change (only an integer outside the natural key may become real). Change it back, "
        "or retire it and add another column.");
  if (older.merge != newer.merge)
    refuse(table, older, "合并方式 merge 不能改:各处已按原来的方式合并。请改回来,或停用它,另加一列。",
           "its merge kind cannot change: what is merged was merged by it. Change it back, or retire it and "
           "add another column.");
  if (older.target != newer.target)
    refuse(
        table, older, "target 不能改:已有的值指向原来的表。请改回来,或停用它,另加一列。",
        "its target cannot change: the values there refer to the old one. Change it back, or retire it and "
        "add another column.");
  if (older.cell != newer.cell)
    refuse(table, older, "cell 不能改:同一组的列总是一起写。请改回来。",
           "'cell' cannot change: columns of one cell are always written together. Change it back.");
  if (older.masks != newer.masks || older.mask != newer.mask)
    refuse(
        table, older, "masks 和 mask 不能改:各处的手机上已是原来的样子。请停用它,另加一列。",
        "what it masks and how cannot change: phones have it as it was. Retire it and add another column.");
  if (!older.required && newer.required)
    refuse(table, older, "不能改成必填:旧版本的手机会留空。请删去 required。",
           "it cannot become required: phones with the older version leave it empty. Remove 'required'.");
  check_choices(table, older, newer);
  check_states(table, older, newer);
  check_checks(table, older, newer);
}

void Comparison::check_choices(const Table& table, const Column& older, const Column& newer) {
  if (takes_choices_from_pack(table, older) || newer.choices.empty()) return;
  if (older.choices.empty()) {
    refuse(table, older, "不能再限定选项:旧版本的手机可以随意填写。请删去 choices,或另加一列。",
           "it cannot be closed to choices: phones with the older version write anything. Remove 'choices', "
           "or add another column.");
    return;
  }
  for (const Choice* choice : missing(older.choices, newer.choices, [](const Choice& c) { return c.value; }))
    refuse(table, older,
           "选项 " + choice->value + " 不能删去:已有的记录可能用着它。请写回来,可以改它的名称。",
           "the choice '" + choice->value +
               "' cannot be removed: rows may have it. Put it back; its labels may change.");
}

/// Concurrent moves show the state further along: phones of both versions must agree which that is.
void Comparison::check_states(const Table& table, const Column& older, const Column& newer) {
  if (older.merge != MergeKind::workflow) return;
  int last = 0;
  for (const Choice& state : older.choices) {
    const int rank = rank_of(newer, state.value);
    if (rank != 0 && rank < last)
      refuse(table, older, "状态 " + state.value + " 的先后不能改,新状态可以插在中间。请改回原来的次序。",
             "the order of its states cannot change ('" + state.value +
                 "' moved); a new state may stand between. Put them back in order.");
    last = std::max(last, rank);
  }
}

void Comparison::check_checks(const Table& table, const Column& older, const Column& newer) {
  if (newer.check == Check::none) return;
  const bool same = older.check == newer.check;
  const bool same_condition =
      older.check_when == newer.check_when && older.check_equals == newer.check_equals;
  if (same && (same_condition || !older.check_when)) return;  // A condition only lets more through.
  refuse(table, older, "检查不能加严:旧版本的手机会写入它不认可的值。请改回来。",
         "its check cannot become stricter: phones with the older version write what it would refuse. Change "
         "it back.");
}

void Comparison::check_new_column(const Table& older, const Table& newer, const Column& column) {
  if (column.required && column.default_rule == DefaultRule::none)
    refuse(newer, column, "新加的必填列要有默认值:旧版本的手机不会填它。请写 default,或删去 required。",
           "a new column that is required needs a default: phones with the older version leave it out. Write "
           "'default', or remove 'required'.");
  if (older.find(column.cell) != nullptr)
    refuse(
        newer, column, "新列不能加入已有列的 cell:旧版本的手机只写原来的列。请另起一组。",
        "a new column cannot join the cell of an old one: phones with the older version write the old ones "
        "alone. Begin a group of its own.");
}

bool same_rights(const std::vector<RoleRights>& a, const std::vector<RoleRights>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const RoleRights& x, const RoleRights& y) {
    return x.role == y.role && x.read == y.read && x.add == y.add && x.edit_own == y.edit_own &&
           x.edit == y.edit && x.decide == y.decide && x.hidden == y.hidden && x.read_only == y.read_only &&
           x.reveal == y.reveal;
  });
}

bool same_retention(const Table& a, const Table& b) {
  if (a.retention.has_value() != b.retention.has_value()) return false;
  return !a.retention ||
         (a.retention->days == b.retention->days && a.retention->table == b.retention->table &&
          a.retention->column == b.retention->column);
}

bool same_view(const View& a, const View& b) {
  const auto same_parameter = [](const ViewParameter& x, const ViewParameter& y) {
    return x.name == y.name && x.type == y.type && x.target == y.target && x.default_rule == y.default_rule &&
           x.default_value == y.default_value && x.default_offset_ms == y.default_offset_ms;
  };
  const auto same_column = [](const ViewColumn& x, const ViewColumn& y) {
    return x.name == y.name && x.type == y.type && x.target == y.target;
  };
  return a.sql == b.sql &&
         std::equal(a.parameters.begin(), a.parameters.end(), b.parameters.begin(), b.parameters.end(),
                    same_parameter) &&
         std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(), same_column);
}

/// Changes in the words of the person at the office's keyboard.
class Description {
 public:
  Description(const Pack& older, const Pack& newer) : older_(older), newer_(newer) {}

  std::vector<Label> run() {
    for (const Role* role : missing(newer_.roles, older_.roles, [](const Role& r) { return r.name; }))
      say("新岗位:" + role->label.zh, "new role: " + role->name);
    for (const Level* level : missing(newer_.levels, older_.levels, [](const Level& l) { return l.name; }))
      say("新层级:" + level->label.zh, "new level: " + level->name);
    for (const Table& table : newer_.tables) {
      const Table* before = older_.find(table.id);
      if (before == nullptr)
        say("新表:" + table.label.zh + "(" + table.name + ")", "new table: " + table.name);
      else
        describe(*before, table);
    }
    describe_views();
    if (relabelled_ > 0) say("改了" + number(relabelled_) + "处名称", number(relabelled_) + " labels change");
    return std::move(changes_);
  }

 private:
  void say(std::string zh, std::string en) { changes_.push_back({std::move(zh), std::move(en)}); }
  void say(const char* zh, const char* en, const Table& table, const Column& column) {
    say(zh + table.label.zh + "·" + column.label.zh + "(" + table.name + "." + column.name + ")",
        en + table.name + "." + column.name);
  }
  void note_label(const Label& before, const Label& after) {
    if (before.zh != after.zh || before.en != after.en) ++relabelled_;
  }

  void describe_views() {
    for (const View& view : newer_.views) {
      const View* before = older_.find_view(view.name);
      if (before == nullptr) {
        say("新视图:" + view.label.zh + "(" + view.name + ")", "new view: " + view.name);
        continue;
      }
      note_label(before->label, view.label);
      if (!same_view(*before, view))
        say("改了视图:" + view.label.zh + "(" + view.name + ")", "another view: " + view.name);
    }
    for (const View* view : missing(older_.views, newer_.views, [](const View& v) { return v.name; }))
      say("不再有视图:" + view->label.zh + "(" + view->name + ")", "view removed: " + view->name);
  }

  void describe(const Table& before, const Table& after) {
    note_label(before.label, after.label);
    if (!same_rights(before.rights, after.rights))
      say("改了各岗位的权限:" + after.label.zh, "other rights of posts: " + after.name);
    if (before.office_only != after.office_only)
      say((after.office_only ? "以后只有街道能写:" : "以后手机也能写:") + after.label.zh,
          (after.office_only ? "only the office writes from now on: " : "phones may write from now on: ") +
              after.name);
    if (before.seen_from_below != after.seen_from_below)
      say((after.seen_from_below ? "以后下级也能看到上级的:" : "以后下级不再看到上级的:") + after.label.zh,
          (after.seen_from_below ? "seen from below from now on: " : "no longer seen from below: ") +
              after.name);
    if (before.mergeable != after.mergeable)
      say((after.mergeable ? "以后两条可以归到一起:" : "以后不再能归到一起:") + after.label.zh,
          (after.mergeable ? "rows can be declared the same from now on: "
                           : "rows can no longer be declared the same: ") +
              after.name);
    if (before.ends != after.ends)
      say("改了哪一列是最后一天:" + after.label.zh, "another column is the last day: " + after.name);
    if (!same_retention(before, after))
      say("改了个人信息保存多久:" + after.label.zh,
          "another time for which personal data is kept: " + after.name);
    for (const Column& column : after.columns) {
      const Column* old = before.find(column.id);
      if (old == nullptr)
        say("新列:", "new column: ", after, column);
      else
        describe(after, *old, column);
    }
  }

  void describe(const Table& table, const Column& before, const Column& after) {
    note_label(before.label, after.label);
    if (before.retired != after.retired)
      say(after.retired ? "停用:" : "重新启用:", after.retired ? "retired: " : "in use again: ", table,
          after);
    if (before.personal != after.personal)
      say(after.personal ? "以后算个人信息:" : "以后不算个人信息:",
          after.personal ? "personal from now on: " : "no longer personal: ", table, after);
    if (before.search != after.search)
      say(after.search ? "以后可以用来查找:" : "以后不用来查找:",
          after.search ? "found by from now on: " : "no longer found by: ", table, after);
    if (before.type != after.type) say("整数改为小数:", "integer becomes real: ", table, after);
    if (before.required && !after.required) say("不再必填:", "no longer required: ", table, after);
    if (before.least != after.least || before.most != after.most || before.max_bytes != after.max_bytes)
      say("以后写的值另有范围:", "other bounds for what is written from now on: ", table, after);
    if (!before.choices.empty() && after.choices.empty())
      say("不再限定选项:", "any value from now on: ", table, after);
    for (const Choice& choice : after.choices) {
      const auto same = [&](const Choice& other) { return other.value == choice.value; };
      const auto old = std::find_if(before.choices.begin(), before.choices.end(), same);
      if (old != before.choices.end())
        note_label(old->label, choice.label);
      else if (!takes_choices_from_pack(table, after))
        say(("新选项“" + choice.label.zh + "”:").c_str(), ("new choice '" + choice.value + "': ").c_str(),
            table, after);
    }
  }

  const Pack& older_;
  const Pack& newer_;
  std::vector<Label> changes_;
  std::uint32_t relabelled_ = 0;
};

}  // namespace

std::vector<Label> check_evolution(const Pack& older, const Pack& newer) {
  return Comparison(older, newer).run();
}

std::vector<Label> describe_changes(const Pack& older, const Pack& newer) {
  return Description(older, newer).run();
}

bool same_layout(const Table& a, const Table& b) {
  return std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(),
                    [](const Column& x, const Column& y) { return x.id == y.id && x.type == y.type; });
}

bool same_layout(const Pack& a, const Pack& b) {
  return std::equal(a.tables.begin(), a.tables.end(), b.tables.begin(), b.tables.end(),
                    [](const Table& x, const Table& y) { return x.id == y.id && same_layout(x, y); });
}

}  // namespace doorstep
