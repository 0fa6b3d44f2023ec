#include "app/invite_list.hpp"

#include <array>
#include <set>

#include "app/roster_overlay.hpp"
#include "app/roster_plan.hpp"
#include "app/roster_references.hpp"
#include "base/error.hpp"
#include "schema/choices.hpp"
#include "schema/unicode_text.hpp"
#include "schema/validation.hpp"

namespace doorstep::server {
namespace {

Error fault(std::string zh, std::string en) {
  return {ErrorDomain::usage, ErrorCode::validation_failed, Retry::never, std::move(zh), std::move(en)};
}

/// What the list's columns may be called besides what the pack calls them.
struct Field {
  std::string Invitee::*text;
  const char* table;
  const char* column;
  const char* zh;
  std::array<const char*, 4> names;
};
constexpr std::array<Field, 4> kFields{{
    {&Invitee::name, "person", "name", "姓名", {"name", "person", "姓名", "人员"}},
    {&Invitee::phone, "person", "phone", "联系电话", {"phone", "电话", "手机", "手机号"}},
    {&Invitee::role, "assignment", "role", "岗位", {"role", "岗位", "职务", "角色"}},
    {&Invitee::place, "assignment", "place", "地点", {"place", "地点", "地点编码", "place_code"}},
}};

std::string Invitee::*field_of(const Pack& pack, const std::string& heading) {
  const std::string form = choice_form(heading);
  for (const Field& field : kFields) {
    for (const char* name : field.names)
      if (choice_form(name) == form) return field.text;
    const Table* table = pack.find(field.table);
    const Column* column = table == nullptr ? nullptr : table->find(field.column);
    if (column != nullptr && (choice_form(column->label.zh) == form || choice_form(column->label.en) == form))
      return field.text;
  }
  return nullptr;
}

tabular::Row csv_row(std::size_t row, std::vector<std::string> cells) { return {row, std::move(cells)}; }

/// Everybody once: somebody with two posts stands in the list twice.
std::vector<tabular::Row> people_of(const std::vector<Invitee>& invitees) {
  std::vector<tabular::Row> file{csv_row(0, {"name", "phone"})};
  std::set<std::pair<std::string, std::string>> known;
  for (const Invitee& one : invitees)
    if (known.emplace(plain_form(one.name), plain_form(one.phone)).second)
      file.push_back(csv_row(one.row, {one.name, one.phone}));
  return file;
}

std::vector<tabular::Row> posts_of(const std::vector<Invitee>& invitees) {
  std::vector<tabular::Row> file{csv_row(0, {"person", "person.phone", "place", "role"})};
  for (const Invitee& one : invitees)
    file.push_back(csv_row(one.row, {one.name, one.phone, one.place, one.role}));
  return file;
}

Result<std::vector<Invited>> resolve(const Pack& pack, const RowId& office,
                                     const std::vector<Invitee>& invitees, RowSource& source) {
  const Table& assignment = *pack.find(kAssignmentTable);
  const Table& person = *pack.find(kPersonTable);
  const Column& phone = *person.find("phone");
  References references(pack, office, source);
  DOORSTEP_CHECK(references.load(person, {&phone}));
  DOORSTEP_CHECK(references.load(*pack.find(kPlaceTable)));
  std::vector<Invited> found;
  for (const Invitee& one : invitees) {
    References::Details details;
    if (!one.phone.empty()) {
      DOORSTEP_TRY(digits, normalize(phone, one.phone));
      details.emplace_back(&phone, digits);
    }
    DOORSTEP_TRY(who, references.find(*assignment.find("person"), one.name, details));
    DOORSTEP_TRY(where, references.find(*assignment.find("place"), one.place));
    DOORSTEP_TRY(role, normalize(*assignment.find("role"), one.role));
    found.push_back({one.row, who, where, std::get<std::string>(role)});
  }
  return found;
}

}  // namespace

std::vector<Invitee> read_invitees(const Pack& pack, const std::vector<tabular::Row>& file,
                                   std::vector<RosterProblem>& problems) {
  std::vector<Invitee> invitees;
  if (file.empty()) {
    problems.push_back({1, {}, fault("名单是空的。", "The list is empty.")});
    return invitees;
  }
  std::vector<std::string Invitee::*> fields;
  for (const std::string& heading : file.front().cells) {
    std::string Invitee::*field = field_of(pack, plain_form(without_invisible(heading)));
    for (std::string Invitee::*known : fields)
      if (field != nullptr && known == field)
        problems.push_back(
            {file.front().row, heading,
             fault("表头“" + heading + "”重复了。", "The heading '" + heading + "' appears twice.")});
    fields.push_back(field);
  }
  for (const Field& field : kFields) {
    bool present = field.text == &Invitee::phone;
    for (std::string Invitee::*known : fields) present = present || known == field.text;
    if (!present)
      problems.push_back(
          {file.front().row, field.column,
           fault(std::string("名单缺少“") + field.zh + "”一列。需要:姓名、联系电话、岗位、地点。",
                 std::string("The list lacks the column '") + field.names[0] +
                     "'. It needs name, phone, role and place.")});
  }
  if (!problems.empty()) return invitees;
  for (auto line = file.begin() + 1; line != file.end(); ++line) {
    Invitee one;
    one.row = line->row;
    for (std::size_t i = 0; i < line->cells.size() && i < fields.size(); ++i)
      if (fields[i] != nullptr) one.*fields[i] = plain_form(without_invisible(line->cells[i]));
    invitees.push_back(std::move(one));
  }
  return invitees;
}

Result<InvitePlan> plan_invitations(const Pack& pack, const RowId& office,
                                    const std::vector<Invitee>& invitees, RowSource& source,
                                    std::int64_t now_ms) {
  InvitePlan plan;
  OverlayRows after(source);
  DOORSTEP_TRY(people,
               plan_import(pack, office, *pack.find(kPersonTable), people_of(invitees), source, now_ms));
  after.add(people.rows);
  plan.problems = std::move(people.problems);
  if (!plan.problems.empty()) return plan;
  DOORSTEP_TRY(posts,
               plan_import(pack, office, *pack.find(kAssignmentTable), posts_of(invitees), after, now_ms));
  plan.problems = std::move(posts.problems);
  if (!plan.problems.empty()) return plan;
  DOORSTEP_TRY(invited, resolve(pack, office, invitees, after));
  plan.invited = std::move(invited);
  plan.rows = std::move(people.rows);
  for (PlannedRow& row : posts.rows) plan.rows.push_back(std::move(row));
  return plan;
}

}  // namespace doorstep::server
