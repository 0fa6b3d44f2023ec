#include "simulation/check_fieldwork.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/ensure.hpp"
#include "forms/json.hpp"
#include "schema/calendar.hpp"
#include "schema/view_arguments.hpp"
#include "simulation/slow_sight.hpp"
#include "sql/connection.hpp"
#include "views/pack_views.hpp"
#include "wire/codec.hpp"

namespace doorstep::simulation {
namespace {

using server::GroupRecord;

std::string text_of(const forms::Json& json) {
  if (json.IsString()) return std::string(forms::text_of(json));
  if (json.IsInt64()) return std::to_string(json.GetInt64());
  if (json.IsDouble()) {
    std::string text = std::to_string(json.GetDouble());
    return text.substr(0, text.find_last_not_of('0') + 1);
  }
  std::string values;
  if (json.IsArray())
    for (const auto& value : json.GetArray())
      values += (values.empty() ? "" : " ") + std::string(forms::text_of(value));
  return values;
}

/// The answers by path, and how many instances a repeat has.
void flatten(const forms::Json& answers, const std::string& above, std::map<std::string, std::string>& out,
             std::map<std::string, std::size_t>& instances) {
  for (const auto& member : answers.GetObject()) {
    const std::string path = above + std::string(forms::text_of(member.name));
    const auto& value = member.value;
    const bool is_repeat = value.IsArray() && !value.Empty() && value[0].IsObject();
    if (!is_repeat) {
      out[path] = text_of(value);
      continue;
    }
    instances[path] = value.Size();
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
      flatten(value[i], path + "[" + std::to_string(i + 1) + "]/", out, instances);
  }
}

/// The answers as they come out when they are typed into the form anew.
std::string typed_again(const Form& form, const std::string& answers) {
  const auto json = forms::parse_json(answers, 1 << 16, "", "");
  if (!json || !json->IsObject() || !json->HasMember("answers")) return "no answers";
  std::map<std::string, std::string> given;
  std::map<std::string, std::size_t> instances;
  flatten((*json)["answers"], {}, given, instances);
  auto session = must(FormSession::begin(form, {kEpochMs}), "a form is begun");
  for (auto step = session.first(); step; step = session.next()) {
    if (step->kind == FormStep::Kind::repeat) {
      if (step->instances < instances[step->path] && !session.add(step->path))
        return "too many " + step->path;
    } else if (!step->read_only && given.count(step->path) != 0) {
      const auto set = session.set(step->path, given[step->path]);
      if (!set) return step->path + ": " + set.error().en;
    }
  }
  const FormResult result = session.finish();
  return result.problems.empty() ? result.answers : "not complete: " + result.problems[0].path;
}

/// Without what did not fit into the form.
std::string without_aside(const std::string& answers) {
  const std::size_t at = answers.find(",\"aside\":[");
  return at == std::string::npos ? answers : answers.substr(0, at) + "}";
}

struct Registered {
  int groups = 0;
  int applied = 0;
  bool decided = false;
};

const Cell* cell_of(const Table& table, const RowState& row, const char* column) {
  return row.find(table.find(column)->id);
}

std::string text_in(const Table& table, const RowState& row, const char* column) {
  const Cell* cell = cell_of(table, row, column);
  const auto* text = cell == nullptr ? nullptr : std::get_if<std::string>(&cell->value);
  return text == nullptr ? std::string() : *text;
}

class FieldworkCheck {
 public:
  FieldworkCheck(SimOffice& office, const Pack& pack, bool may_lack_forms)
      : snapshot_(must(office.store().snapshot(), "snapshot")),
        pack_(pack),
        may_lack_forms_(may_lack_forms),
        rows_(read_office(*snapshot_, pack)) {
    for (const GroupRecord& record : all_groups(office, *snapshot_)) {
      const auto group = wire::decode_group(record.bytes);
      if (!group) continue;
      for (const Op& op : group->ops) {
        if (op.kind != OpKind::insert) continue;
        Registered& row = registered_[op.key];
        ++row.groups;
        row.applied += wire::is_applied(record.verdict) ? 1 : 0;
        row.decided |= record.decision.has_value();
      }
    }
  }

  std::vector<std::string> run(const Fieldwork& work) {
    for (const RowKey& key : work.recorded()) check_there(key);
    for (const auto& [id, answer] : work.answers()) check_answer(id, answer);
    for (const Fieldwork::Step& step : work.steps()) check_order(step);
    return std::move(wrong_);
  }

 private:
  const RowState* find(const char* table, const RowId& id) const {
    const auto& rows = rows_.at(pack_.find(table)->id);
    const auto at = rows.find(id);
    return at == rows.end() ? nullptr : &at->second;
  }

  void check_there(const RowKey& key) {
    const std::string name = pack_.find(key.table)->name + " " + to_text(key.row);
    const Registered& found = registered_[key];
    if (found.groups == 0) wrong_.push_back(name + " is lost");
    if (found.applied > 1) wrong_.push_back(name + " is there more than once");
    if (found.applied == 1 && rows_.at(key.table).count(key.row) == 0)
      wrong_.push_back(name + " was taken and is not there");
  }

  void check_answer(const RowId& id, const Fieldwork::Answer& answer) {
    const RowState* row = find("answer", id);
    if (row == nullptr) return;
    const Table& table = *pack_.find("answer");
    const std::string name = "answer " + to_text(id);
    const std::string said = text_in(table, *row, "answers");
    if (said != answer.answers) wrong_.push_back(name + " says something else than was answered");
    const auto form_id = parse_row_id(text_in(table, *row, "form"));
    const RowState* form_row = form_id ? find("form", *form_id) : nullptr;
    if (form_row == nullptr) {
      if (!form_id || !may_lack_forms_) wrong_.push_back(name + " is to a form that is not there");
      return;
    }
    const auto form = Form::parse(text_in(*pack_.find("form"), *form_row, "definition"));
    if (!form || form->digest() != answer.form ||
        said.find("\"form\":\"" + answer.form + "\"") == std::string::npos)
      return wrong_.push_back(name + " is not pinned to the form that was filled in");
    const std::string again = typed_again(*form, said);
    if (again != without_aside(said))
      wrong_.push_back(name + " is no answer to its form: " + said + " becomes " + again);
  }

  /// What people at the office released has the place in the order that it had; what they applied in the
  /// office's name is later.
  void check_order(const Fieldwork::Step& step) {
    const RowState* later = find("matter_step", step.id);
    if (later == nullptr) return;
    const Table& table = *pack_.find("matter_step");
    const auto stamp = [&](const RowState& row) { return cell_of(table, row, "matter")->version.stamp; };
    for (const RowId& id : step.seen) {
      const RowState* earlier = find("matter_step", id);
      if (earlier == nullptr || registered_[{table.id, id}].decided) continue;
      if (!(stamp(*earlier) < stamp(*later)))
        wrong_.push_back("step " + to_text(step.id) + " comes before " + to_text(id) +
                         ", which its author knew");
    }
  }

  server::Lease<server::ReadSnapshot> snapshot_;
  const Pack& pack_;
  const bool may_lack_forms_;
  const OfficeRows rows_;
  std::map<RowKey, Registered> registered_;
  std::vector<std::string> wrong_;
};

using Lines = std::vector<std::vector<Value>>;

/// A view as the office answers it.
Lines asked_at(SimOffice& office, const Pack& pack, const std::string& name, const NamedValue& parameter) {
  sql::OpenOptions how;
  how.read_only = true;
  how.vfs = office.disk().vfs_name();
  auto file = must(sql::Connection::open("office.db", how), "the office's file");
  const View& view = *pack.find_view(name);
  const auto arguments =
      must(view_arguments(view, {parameter}, {office.pipeline().office().now_ms(), {}}), "arguments");
  auto statement = must(file.prepare(view.sql), "a view");
  const std::vector<Value> values = values_for(statement, view, arguments);
  for (std::size_t i = 0; i < values.size(); ++i) statement.bind_value(static_cast<int>(i) + 1, values[i]);
  Lines lines;
  while (must(statement.step(), "a view")) {
    auto& line = lines.emplace_back();
    for (int i = 0; i < statement.column_count(); ++i) line.push_back(statement.value(i));
  }
  return lines;
}

}  // namespace

std::vector<std::string> check_fieldwork(SimOffice& office, const Pack& pack,
                                         const std::vector<const Fieldwork*>& work, bool may_lack_forms) {
  std::vector<std::string> wrong;
  FieldworkCheck check(office, pack, may_lack_forms);
  for (const Fieldwork* one : work) {
    wrong.insert(wrong.end(), one->wrong().begin(), one->wrong().end());
    for (std::string& more : check.run(*one)) wrong.push_back(std::move(more));
  }
  return wrong;
}

std::vector<std::string> check_claims(SimOffice& office, const Pack& pack, std::uint64_t& contested) {
  std::vector<std::string> wrong;
  const auto snapshot = must(office.store().snapshot(), "snapshot");
  const Table& matter = *pack.find("matter");
  const ColumnId claimed_by = matter.find("claimed_by")->id;
  struct Claims {
    std::set<std::string> people;
    bool is_first = true;  ///< All of them: nobody had read another's, and nobody has decided.
  };
  std::map<RowKey, Claims> claims;
  for (const GroupRecord& record : all_groups(office, *snapshot)) {
    if (!wire::is_applied(record.verdict)) continue;
    for (const Op& op : must(wire::decode_group(record.bytes), "a group").ops)
      for (const CellWrite& write : op.cells) {
        if (op.key.table != matter.id || write.column != claimed_by) continue;
        Claims& of = claims[op.key];
        if (const auto* person = std::get_if<std::string>(&write.value)) of.people.insert(*person);
        of.is_first &= write.bases.empty() && write.round == 0;
      }
  }
  for (const auto& [key, of] : claims) {
    if (!of.is_first || of.people.size() < 2) continue;
    ++contested;
    std::set<std::string> known;
    for (const auto& entry : must(snapshot->ledger_of(key, true), "ledger")) {
      if (entry.item.column != claimed_by) continue;
      if (const auto* person = std::get_if<std::string>(&entry.item.value)) known.insert(*person);
      if (const auto* person = std::get_if<std::string>(&entry.shown_value)) known.insert(*person);
    }
    if (known != of.people)
      wrong.push_back("matter " + to_text(key.row) + " was claimed by " + std::to_string(of.people.size()) +
                      " people, and " + std::to_string(known.size()) + " of them are known");
  }
  return wrong;
}

std::vector<std::string> check_views(SimOffice& office, const Pack& pack, const Enrolled& enrolled,
                                     std::uint64_t& compared) {
  std::vector<std::string> wrong;
  PhoneStore& store = enrolled.phone->store();
  const auto ask = [&](const std::string& sql) { return must(store.query(sql, {}), "a phone reads").rows; };
  {
    const auto snapshot = must(office.store().snapshot(), "snapshot");
    const SlowSight sight(*snapshot, pack, enrolled.person, local_date(office.pipeline().office().now_ms()));
    if (sight.posts().size() != 1 || !ask("SELECT number FROM doorstep_outbox").empty()) return wrong;
  }
  const auto differs = [&](const std::string& view) {
    wrong.push_back(enrolled.phone->name() + ": the view " + view + " says something else than the office's");
  };
  std::set<Value> doors;
  for (auto& line : ask("SELECT id FROM place WHERE level = 'door'")) doors.insert(std::move(line[0]));
  std::map<Value, std::pair<std::int64_t, std::int64_t>> tallies;
  for (const auto& line : must(store.view("campaigns_open", {}), "a view").rows)
    tallies[line[0]] = {std::get<std::int64_t>(line[4]), std::get<std::int64_t>(line[5])};
  for (const auto& campaign : ask("SELECT id FROM campaign ORDER BY id")) {
    const NamedValue parameter{"campaign", campaign[0]};
    Lines here = must(store.view("campaign_by_door", {parameter}), "a view").rows;
    Lines there = asked_at(office, pack, "campaign_by_door", parameter);
    there.erase(std::remove_if(there.begin(), there.end(),
                               [&](const auto& line) { return doors.count(line[0]) == 0; }),
                there.end());
    if (here != there) differs("campaign_by_door");
    compared += here.size();
    const auto missing = std::count_if(here.begin(), here.end(), [](const auto& l) { return is_null(l[3]); });
    if (!here.empty() && tallies[campaign[0]] != std::make_pair(std::int64_t(here.size()), missing))
      differs("campaigns_open");
  }
  for (const auto& matter : ask("SELECT id FROM matter ORDER BY id LIMIT 5")) {
    const NamedValue parameter{"matter", matter[0]};
    Lines here = must(store.view("matter_chain", {parameter}), "a view").rows;
    if (here != asked_at(office, pack, "matter_chain", parameter)) differs("matter_chain");
    compared += here.size();
  }
  return wrong;
}

}  // namespace doorstep::simulation
