#include "pipeline/held_desk.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "pipeline/held_retries.hpp"
#include "pipeline/judge.hpp"
#include "pipeline/office_writer.hpp"
#include "schema/natural_key.hpp"
#include "schema/validation.hpp"
#include "wire/codec.hpp"

namespace doorstep::server {
namespace {

Result<GroupRecord> find_held(ReadSnapshot& snapshot, const GroupName& name) {
  DOORSTEP_TRY(record, snapshot.group(name.actor, name.number));
  if (record && record->verdict == wire::VerdictKind::held) return *std::move(record);
  return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
              "没有这一条,或者它已经不在待处理之列;请用 held 看一看现在的清单。",
              "There is no such group, or it is not held any more. See the list: held.");
}

/// The groups that build on this one, and those that build on them, in order of admission.
Result<std::vector<GroupName>> all_dependents(ReadSnapshot& snapshot, const GroupName& name) {
  std::vector<GroupName> found{name};
  for (std::size_t at = 0; at < found.size(); ++at) {
    DOORSTEP_TRY(waiting, snapshot.waiting_for(found[at]));
    for (const GroupName& dependent : waiting)
      if (std::find(found.begin(), found.end(), dependent) == found.end()) found.push_back(dependent);
  }
  found.erase(found.begin());
  return found;
}

Ruling ruling_of(Office& office, const Decider& decider) {
  return {office.now_ms(), decider.by, decider.note, {}};
}

/// How the group and its dependents stand once everything that can be tried has been.
Result<Decided> tell(Office& office, const GroupName& name, const std::vector<GroupName>& dependents) {
  DOORSTEP_CHECK(retry_held_groups(office));
  DOORSTEP_TRY(snapshot, office.store().snapshot());
  Decided decided;
  DOORSTEP_TRY(record, snapshot->group(name.actor, name.number));
  if (record) decided.record = *std::move(record);
  for (const GroupName& dependent : dependents) {
    DOORSTEP_TRY(theirs, snapshot->group(dependent.actor, dependent.number));
    if (theirs) decided.dependents.push_back(*std::move(theirs));
  }
  return decided;
}

tl::unexpected<Error> wrong_edit(const std::string& zh, const std::string& en) {
  return fail(ErrorDomain::usage, ErrorCode::invalid_argument, Retry::never, zh, en);
}

/// A held group's content as the office would write it.
class EditedContent {
 public:
  explicit EditedContent(const PackPlan& plan) : plan_(plan) {}

  Status take(const Group& group) {
    for (const Op& op : group.ops) {
      OfficeWrite write;
      write.plan = plan_.find(op.key.table);
      if (write.plan == nullptr)
        return wrong_edit("这一条写的是街道没有的表,不能改。",
                          "The group writes a table the office does not have.");
      write.row = op.key.row;
      write.remove = op.kind == OpKind::remove;
      for (const CellWrite& cell : op.cells) {
        if (write.plan->table->find(cell.column) == nullptr)
          return wrong_edit("这一条写的是街道没有的列,不能改。",
                            "The group writes a column the office does not have.");
        set(write, cell.column, cell.value);
      }
      kinds_.push_back(op.kind);
      writes_.push_back(std::move(write));
    }
    return {};
  }

  Status apply(const HeldEdit& edit) {
    OfficeWrite* target = nullptr;
    for (OfficeWrite& write : writes_) {
      if (write.plan->table->id != edit.table || (edit.row && *edit.row != write.row)) continue;
      if (target != nullptr)
        return wrong_edit("这一条里有好几条同一张表的记录,请写明是哪一条:表/编号.列=值。",
                          "The group writes several rows of that table. Name one: table/ID.column=value.");
      target = &write;
    }
    const Column* column = target == nullptr ? nullptr : target->plan->table->find(edit.column);
    if (column == nullptr || target->remove)
      return wrong_edit("这一条里没有要改的那张表或那条记录。",
                        "The group does not write that table or row.");
    DOORSTEP_TRY(value, normalize(*column, edit.value));
    set(*target, column->id, std::move(value));
    return {};
  }

  /// New rows get the id that their edited natural key makes, also where the group refers to them.
  void renew_ids(const RowId& office) {
    std::map<std::string, std::string> renamed;
    for (std::size_t i = 0; i < writes_.size(); ++i) {
      if (kinds_[i] != OpKind::insert) continue;
      const Table& table = *writes_[i].plan->table;
      std::vector<Value> values(table.columns.size());
      for (const auto& [position, value] : writes_[i].values) values[position] = value;
      const auto id = natural_key_id(office, table, values);
      if (!id || *id == writes_[i].row) continue;
      renamed[to_text(writes_[i].row)] = to_text(*id);
      writes_[i].row = *id;
    }
    for (OfficeWrite& write : writes_)
      for (auto& [position, value] : write.values)
        if (auto* text = std::get_if<std::string>(&value); text != nullptr && renamed.count(*text) != 0)
          *text = renamed[*text];
  }

  const std::vector<OfficeWrite>& writes() const { return writes_; }

 private:
  static void set(OfficeWrite& write, ColumnId column, Value value) {
    const auto position = static_cast<std::size_t>(write.plan->table->position(column));
    for (auto& [at, known] : write.values)
      if (at == position) {
        known = std::move(value);
        return;
      }
    write.values.emplace_back(position, std::move(value));
  }

  const PackPlan& plan_;
  std::vector<OpKind> kinds_;
  std::vector<OfficeWrite> writes_;
};

Result<EditedContent> edited(OfficeTransaction& work, const GroupRecord& record,
                             const std::vector<HeldEdit>& edits) {
  DOORSTEP_TRY(group, work.log().lineages().read(work.tx(), record));
  EditedContent content(work.plan());
  DOORSTEP_CHECK(content.take(group));
  for (const HeldEdit& edit : edits) DOORSTEP_CHECK(content.apply(edit));
  content.renew_ids(work.office().record().office);
  return content;
}

}  // namespace

Result<HeldGroups> held_groups(Office& office) {
  DOORSTEP_TRY(snapshot, office.store().snapshot());
  HeldGroups held;
  DOORSTEP_TRY(plan, office.newest_plan(*snapshot));
  held.plan = plan;
  DOORSTEP_CHECK(snapshot->each_held([&](const GroupRecord& record) {
    held.groups.push_back({record, std::nullopt, {}, {}, {}});
    return true;
  }));
  Lineages lineages;
  for (HeldGroup& group : held.groups) {
    if (Result<Group> content = lineages.read(*snapshot, group.record)) group.content = *std::move(content);
    DOORSTEP_TRY(person, author_name(*snapshot, office, *plan, group.record.actor));
    group.person = std::move(person);
    DOORSTEP_TRY(actor, snapshot->actor(group.record.actor));
    if (actor) group.device = actor->device_name;
    DOORSTEP_TRY(dependents, snapshot->waiting_for({group.record.actor, group.record.number}));
    group.dependents = std::move(dependents);
  }
  return held;
}

Result<Decided> release_group(Office& office, const GroupName& name, const Decider& decider) {
  std::vector<GroupName> dependents;
  {
    DOORSTEP_TRY(work, OfficeTransaction::begin(office));
    DOORSTEP_TRY(record, find_held(work.tx(), name));
    DOORSTEP_TRY(waiting, all_dependents(work.tx(), name));
    dependents = std::move(waiting);
    DOORSTEP_TRY(actor, work.tx().actor(name.actor));
    if (!actor) return fail_storage(ErrorCode::storage_damaged, "a held group's device is not on record");
    DOORSTEP_CHECK(Judge(work).decide_again(record, *actor, ruling_of(office, decider), true));
    DOORSTEP_CHECK(work.tx().save_progress(*actor));
    DOORSTEP_CHECK(work.commit());
  }
  return tell(office, name, dependents);
}

Result<Decided> return_group(Office& office, const GroupName& name, const Decider& decider) {
  std::vector<GroupName> dependents;
  {
    DOORSTEP_TRY(work, OfficeTransaction::begin(office));
    DOORSTEP_TRY(record, find_held(work.tx(), name));
    DOORSTEP_TRY(waiting, all_dependents(work.tx(), name));
    dependents = std::move(waiting);
    Judge judge(work);
    const Ruling decision = ruling_of(office, decider);
    DOORSTEP_CHECK(judge.close(record, wire::VerdictKind::returned, decision));
    for (const GroupName& dependent : dependents) {
      DOORSTEP_TRY(theirs, work.tx().group(dependent.actor, dependent.number));
      if (theirs) DOORSTEP_CHECK(judge.close(*theirs, wire::VerdictKind::returned, decision));
    }
    DOORSTEP_CHECK(work.commit());
  }
  return tell(office, name, dependents);
}

Result<Decided> edit_group(Office& office, const GroupName& name, const std::vector<HeldEdit>& edits,
                           const Decider& decider) {
  std::vector<GroupName> dependents;
  {
    DOORSTEP_TRY(work, OfficeTransaction::begin(office));
    DOORSTEP_TRY(record, find_held(work.tx(), name));
    DOORSTEP_TRY(waiting, all_dependents(work.tx(), name));
    dependents = std::move(waiting);
    DOORSTEP_TRY(content, edited(work, record, edits));
    DOORSTEP_TRY(before, work.tx().actor(office.actor()));
    DOORSTEP_CHECK(write_office_group(work, content.writes()));
    DOORSTEP_TRY(after, work.tx().actor(office.actor()));
    Ruling decision = ruling_of(office, decider);
    if (after && (!before || before->admitted_through < after->admitted_through))
      decision.replaced_by = after->admitted_through;
    DOORSTEP_CHECK(Judge(work).close(record, wire::VerdictKind::replaced, std::move(decision)));
    DOORSTEP_CHECK(work.commit());
  }
  return tell(office, name, dependents);
}

}  // namespace doorstep::server
