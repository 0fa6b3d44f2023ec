#include <algorithm>
#include <array>

#include "schema/loader/draft.hpp"

// Who may do what with a table, and which columns mask others (docs/rights.md).
namespace doorstep {
namespace {

struct VerbWord {
  std::string_view word;
  bool RoleRights::*right;
};

constexpr std::array<VerbWord, 5> kVerbs{{{"read", &RoleRights::read},
                                          {"add", &RoleRights::add},
                                          {"edit_own", &RoleRights::edit_own},
                                          {"edit", &RoleRights::edit},
                                          {"decide", &RoleRights::decide}}};

/// What names the role counts before what means all volunteers, and the last of either.
const RightsDraft* rights_for(const TableDraft& table, const Role& role) {
  const auto last_of = [&](std::string_view word) {
    const RightsDraft* last = nullptr;
    for (const RightsDraft& draft : table.rights)
      for (const Named& named : draft.roles)
        if (named.text == word) last = &draft;
    return last;
  };
  const RightsDraft* own = last_of(role.name);
  return own != nullptr || !role.volunteer ? own : last_of(kVolunteers);
}

void check_roles(const PackDraft& pack, const TableDraft& table) {
  std::vector<std::string_view> roles;
  for (const Role& role : pack.roles) roles.push_back(role.name);
  roles.push_back(kVolunteers);
  for (const RightsDraft& draft : table.rights)
    for (const Named& named : draft.roles)
      if (std::find(roles.begin(), roles.end(), named.text) == roles.end())
        refuse_word(named.where, "岗位", "role", named.text, roles);
}

void take_verbs(const RightsDraft& draft, RoleRights& rights) {
  for (const VerbWord& verb : kVerbs) rights.*verb.right = false;
  for (const Named& named : draft.may) {
    const auto at = std::find_if(kVerbs.begin(), kVerbs.end(),
                                 [&](const VerbWord& verb) { return verb.word == named.text; });
    if (at == kVerbs.end()) {
      std::vector<std::string_view> words;
      for (const VerbWord& verb : kVerbs) words.push_back(verb.word);
      refuse_word(named.where, "权限", "right", named.text, words);
    }
    rights.*at->right = true;
  }
}

std::vector<ColumnId> columns_of(TableDraft& table, const std::vector<Named>& names) {
  std::vector<ColumnId> columns;
  for (const Named& name : names) columns.push_back(need_column(table, name).column.id);
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

bool lists(const std::vector<Named>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](const Named& one) { return one.text == name; });
}

bool contains(const std::vector<ColumnId>& columns, ColumnId column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

/// Sensitive columns are hidden from volunteers, unless the table shows them.
void hide_sensitive(const TableDraft& table, const std::vector<ColumnId>& shown, RoleRights& rights) {
  for (const ColumnDraft& draft : table.columns) {
    const ColumnId id = draft.column.id;
    if (draft.column.sensitive && !contains(shown, id) && !contains(rights.hidden, id))
      rights.hidden.push_back(id);
  }
  std::sort(rights.hidden.begin(), rights.hidden.end());
}

/// Verbs that make no sense without others.
void check_verbs(const TableDraft& table, const RoleRights& rights, const Where& where) {
  if (!rights.read && (rights.edit || rights.edit_own || rights.decide))
    refuse(where, "岗位 " + rights.role + " 看不到这张表,就不能改、不能定。请给 may 加上 \"read\"。",
           "the role '" + rights.role + "' cannot change or decide what it does not read; add \"read\".");
  if (!rights.read && rights.add && !table.natural_key.empty())
    refuse(where, "有 natural_key 的表不能只给 \"add\":登记被拒就等于告诉她那里已有什么。请加上 \"read\"。",
           "a table with a natural key cannot be added to unread: a refusal would tell what is there. Add "
           "\"read\".");
}

/// Columns without which the others are of no use, or which a registration fills in by itself.
/// `draft_of_role` is nullptr where nothing says what the role may do.
void check_columns(const TableDraft& table, const RoleRights& rights, const RightsDraft* draft_of_role,
                   const Where& where) {
  for (const ColumnDraft& draft : table.columns) {
    const Column& column = draft.column;
    const bool hidden = contains(rights.hidden, column.id);
    const bool kept = hidden || contains(rights.read_only, column.id);
    const auto wrong = [&](const std::string& zh, const std::string& en) {
      refuse(where, "岗位 " + rights.role + ":列 " + column.name + zh,
             "role '" + rights.role + "': the column '" + column.name + "' " + en);
    };
    // Nobody wrote that the column is hidden: it is so by being sensitive.
    const bool by_itself = hidden && column.sensitive &&
                           (draft_of_role == nullptr || !lists(draft_of_role->hidden, column.name));
    const auto not_shown = [&](const Where& at, const std::string& key) {
      refuse(at,
             "列 " + column.name + " 是 sensitive:志愿者岗位 " + rights.role + " 看不到,也就填不了,不能写 " +
                 key + "。请删去 " + key + ",或在这张表的 [[rights]] 里给她写 shown = [\"" + column.name +
                 "\"]。",
             "the column '" + column.name + "' is sensitive: the volunteers' role '" + rights.role +
                 "' does not see it and so cannot fill it in, which rules out '" + key + "'. Remove '" + key +
                 "', or give the role shown = [\"" + column.name + "\"] in the table's [[rights]].");
    };
    if (by_itself && column.required) not_shown(draft.required_where, "required");
    if (by_itself && rights.add && column.default_rule != DefaultRule::none)
      not_shown(draft.default_where,
                column.default_rule == DefaultRule::constant ? "default" : "default_from");
    const bool is_way = table.table.place_rule == PlaceRule::column && table.table.place_column == column.id;
    const bool is_key = contains(table.table.natural_key, column.id);
    if (hidden && (column.required || is_key || is_way))
      wrong(" 必填,或用来找到记录和地点,不能隐藏。",
            "is required, or leads to the row or its place; it "
            "cannot be hidden.");
    if (kept && rights.add && (column.required || column.default_rule != DefaultRule::none))
      wrong(" 在登记时会自动填写或必须填写,不能对能登记的岗位隐藏或只读。",
            "is filled in whenever a row is registered; it cannot be hidden or read-only for a role that "
            "adds rows.");
    const auto split = [&](const ColumnDraft& other) {
      return other.column.cell == column.cell &&
             (contains(rights.hidden, other.column.id) != hidden ||
              contains(rights.read_only, other.column.id) != contains(rights.read_only, column.id));
    };
    if (std::any_of(table.columns.begin(), table.columns.end(), split))
      wrong(" 同组(cell)的列要一起隐藏或只读。", "shares a cell with others: hide or close them together.");
  }
}

/// What may be asked for one by one is what does not come by itself.
void check_reveal(const TableDraft& table, const RoleRights& rights, const Where& where) {
  for (const ColumnDraft& draft : table.columns) {
    const Column& column = draft.column;
    if (!contains(rights.reveal, column.id)) continue;
    if (!rights.read)
      refuse(where, "岗位 " + rights.role + " 看不到这张表,就没有可以查看的。请给 may 加上 \"read\"。",
             "the role '" + rights.role +
                 "' does not read the table, so it has nothing to ask about; add \"read\".");
    if (!contains(rights.hidden, column.id) || column.mask != Mask::none)
      refuse(where,
             "岗位 " + rights.role + ":reveal 里的列 " + column.name + " 本来就看得到。请也写进 hidden。",
             "role '" + rights.role + "': the column '" + column.name +
                 "' in 'reveal' is read anyway; list it in 'hidden' as well.");
  }
}

/// What the role has by itself, when nothing says otherwise.
RoleRights all_rights(const Role& role) {
  RoleRights rights;
  rights.role = role.name;
  rights.decide = role.decides;
  return rights;
}

}  // namespace

void read_rights(const TomlReader& file, const std::vector<std::string_view>& above, TableDraft& table) {
  std::vector<std::string> named_here;
  for (const TomlReader& entry : file.tables("rights")) {
    entry.expect_only({"roles", "may", "hidden", "read_only", "shown", "reveal"}, above);
    RightsDraft draft;
    draft.where = entry.where();
    draft.roles = entry.names("roles");
    draft.says_may = entry.has("may");
    draft.may = entry.names("may");
    draft.hidden = entry.names("hidden");
    draft.read_only = entry.names("read_only");
    draft.shown = entry.names("shown");
    draft.reveal = entry.names("reveal");
    if (draft.roles.empty())
      refuse(draft.where, "请在 roles 里写明是哪些岗位,例如 roles = [\"leader\"]。",
             "say whose rights these are, for example roles = [\"leader\"].");
    for (const Named& role : draft.roles) {
      if (std::find(named_here.begin(), named_here.end(), role.text) != named_here.end())
        refuse(role.where, "岗位 " + role.text + " 在这里写了两次,请合成一条。",
               "the role '" + role.text + "' is listed twice here; write one entry.");
      named_here.push_back(role.text);
    }
    table.rights.push_back(std::move(draft));
  }
}

void resolve_mask(TableDraft& table, ColumnDraft& draft) {
  Column& column = draft.column;
  if (draft.masks.given() != (column.mask != Mask::none))
    refuse(draft.where, "masks 和 mask 要一起写:遮盖哪一列,怎样遮盖。",
           "'masks' and 'mask' go together: which column, and how.");
  if (!draft.masks.given()) return;
  const Column& source = need_column(table, draft.masks).column;
  const ColumnType wanted = column.mask == Mask::age_band ? ColumnType::date : ColumnType::text;
  if (source.type != wanted || source.mask != Mask::none)
    refuse(draft.masks.where, "first_last 遮盖 text 列,age_band 遮盖 date 列,都不能再遮盖一层。",
           "first_last masks a text column and age_band a date; a mask cannot be masked.");
  const bool is_key = std::any_of(table.natural_key.begin(), table.natural_key.end(),
                                  [&](const Named& name) { return name.text == column.name; });
  const bool is_plain = column.type == ColumnType::text && column.merge == MergeKind::latest &&
                        column.choices.empty() && !column.required && !column.retired &&
                        column.check == Check::none && !column.max_bytes &&
                        column.default_rule == DefaultRule::none && !draft.cell.given() && !is_key;
  if (!is_plain)
    refuse(draft.where,
           "遮盖列由街道填写:只写 type = \"text\",不要 merge、choices、required、check、max_bytes、default。",
           "the office fills a mask in: write type = \"text\" and no merge, choices, required, check, "
           "max_bytes or default.");
  column.masks = source.id;
}

void resolve_rights(const PackDraft& pack, TableDraft& table) {
  check_roles(pack, table);
  for (const Role& role : pack.roles) {
    const RightsDraft* draft = rights_for(table, role);
    RoleRights rights = all_rights(role);
    std::vector<ColumnId> shown;
    if (draft != nullptr) {
      if (draft->says_may) take_verbs(*draft, rights);
      rights.hidden = columns_of(table, draft->hidden);
      rights.read_only = columns_of(table, draft->read_only);
      rights.reveal = columns_of(table, draft->reveal);
      shown = columns_of(table, draft->shown);
    }
    if (role.volunteer) hide_sensitive(table, shown, rights);
    const Where& where = draft != nullptr ? draft->where : table.where;
    check_verbs(table, rights, where);
    check_columns(table, rights, draft, where);
    check_reveal(table, rights, where);
    if (draft != nullptr || !rights.hidden.empty()) table.table.rights.push_back(std::move(rights));
  }
}

}  // namespace doorstep
