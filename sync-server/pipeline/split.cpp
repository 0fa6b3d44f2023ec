#include "pipeline/split.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"
#include "merge/writing.hpp"
#include "pipeline/office_writer.hpp"
#include "pipeline/work_row.hpp"
#include "schema/natural_key.hpp"
#include "wire/codec.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::server {
namespace {

constexpr std::int64_t kMostFamilies = 1'000;

tl::unexpected<Error> not_found(const char* zh, const char* en) {
  return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never, zh, en);
}

/// What somebody last wrote to a cell, or, of a set, all that she put in.
struct Said {
  Stamp stamp;
  Value value;
  std::set<std::string> elements;
};
using Words = std::map<ColumnId, Said>;

/// Parts one row; lives for one transaction.
class Split {
 public:
  Split(OfficeTransaction& work, const RowId& household, const RowId& person) : work_(work), person_(person) {
    row_.plan = work.plan().find("household");
    residencies_ = work.plan().find("residency");
    row_.key.row = household;
    out_.old_row = household;
  }

  Result<SplitPlan> run(bool dry_run) {
    if (row_.plan == nullptr || residencies_ == nullptr)
      return not_found("这里没有住户表。", "This office keeps no households.");
    row_.key.table = row_.plan->table->id;
    DOORSTEP_CHECK(load(work_.tx(), row_));
    if (!row_.in_table) return not_found("没有这一户。", "There is no such household.");
    DOORSTEP_CHECK(read_log());
    if (is_history_cut())
      return fail_usage(
          "这一户早先的记录街道已经不再保存,分不清谁写了什么;请直接登记另一户,再改这一户。",
          "The early history of this household is not kept any more, so who wrote what cannot be "
          "told. Register the other household, and correct this one.");
    if (hers_.empty())
      return not_found("这个人没有写过这一户。", "That person wrote nothing to this household.");
    if (others_.empty())
      return fail_usage("这一户只有这一个人写过,不用分。", "Nobody else wrote to this household.");
    DOORSTEP_CHECK(make_row());
    give_back();
    DOORSTEP_CHECK(take_residencies());
    if (!dry_run) {
      DOORSTEP_CHECK(write_office_ops(work_, std::move(ops_)));
      DOORSTEP_CHECK(work_.commit());
    }
    return std::move(out_);
  }

 private:
  const Table& table() const { return *row_.plan->table; }

  bool is_key(ColumnId column) const {
    const auto& key = table().natural_key;
    return std::find(key.begin(), key.end(), column) != key.end();
  }

  Status read_log() {
    DOORSTEP_TRY(actors, work_.tx().actors());
    for (const ActorRecord& actor : actors) {
      const bool is_hers = actor.person == person_ && actor.person != RowId{};
      if (is_hers) her_actors_.insert(actor.actor);
      Status noted;
      DOORSTEP_CHECK(work_.tx().each_group(actor.actor, GroupNumber{1}, actor.admitted_through, true,
                                           [&](const GroupRecord& record) {
                                             noted = note_group(record, is_hers);
                                             return noted.has_value();
                                           }));
      DOORSTEP_CHECK(noted);
    }
    return {};
  }

  Status note_group(const GroupRecord& record, bool is_hers) {
    if (record.verdict == wire::VerdictKind::held) return {};
    if (record.is_cut()) cut_.insert({record.actor, record.number});
    const auto group = work_.log().lineages().read(work_.tx(), record);
    if (!group) return group.error().domain == ErrorDomain::format ? Status{} : tl::unexpected(group.error());
    const Stamp stamp = record.admitted.value_or(group->stamp);
    for (const Op& op : group->ops) {
      if (op.key == row_.key && op.birth == row_.before.birth && op.kind != OpKind::remove)
        note(op, stamp, is_hers ? hers_ : others_);
      if (is_hers && op.key.table == residencies_->table->id && op.kind == OpKind::insert)
        her_residencies_.push_back(op.key.row);
    }
    return {};
  }

  /// Whoever wrote to the row named what she had read there, so what is missing is missed.
  bool is_history_cut() const {
    return std::any_of(bases_.begin(), bases_.end(),
                       [&](const GroupName& base) { return cut_.count(base) != 0; });
  }

  void note(const Op& op, Stamp stamp, Words& words) {
    for (const CellWrite& write : op.cells) {
      for (const VersionName& base : write.bases) bases_.insert({base.actor, base.group});
      const Column* column = table().find(write.column);
      if (column == nullptr || is_key(write.column)) continue;
      Said& said = words[write.column];
      if (column->merge == MergeKind::set) {
        if (const auto change = read_set_change(write.value))
          said.elements.insert(change->added.begin(), change->added.end());
        said.value = set_value({said.elements.begin(), said.elements.end()});
      } else if (is_composite(column->merge)) {
        const Value brought = op.kind == OpKind::insert ? write.value : brought_by(column->merge, write);
        if (!is_null(brought)) said.value = brought;
      } else if (!(stamp < said.stamp)) {
        said.value = write.value;
      }
      said.stamp = std::max(said.stamp, stamp);
    }
  }

  /// The next number at the door that nobody ever had.
  Status make_row() {
    const Column* number = table().find("number");
    const Column* place = table().find("place");
    if (number == nullptr || place == nullptr)
      return not_found("住户没有门牌和序号。", "Households have no door and number here.");
    std::vector<Value> values(table().columns.size());
    const auto at = [&](const Column& column) {
      return static_cast<std::size_t>(table().position(column.id));
    };
    values[at(*place)] = row_.values[at(*place)];
    WorkRow fresh;
    do {
      fresh = {};
      fresh.plan = row_.plan;
      values[at(*number)] = ++out_.number;
      const auto id = natural_key_id(work_.office().record().office, table(), values);
      if (!id || out_.number > kMostFamilies)
        return fail_usage("这个门后面的住户太多了。", "There are too many households behind this door.");
      fresh.key = {table().id, *id};
      DOORSTEP_CHECK(load(work_.tx(), fresh));
    } while (fresh.known());
    out_.new_row = fresh.key.row;
    Op op{OpKind::insert, fresh.key, Birth{1}, {}, {}};
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Column& column = table().columns[i];
      const auto said = hers_.find(column.id);
      if (said != hers_.end() && !column.retired) values[i] = said->second.value;
      if (is_null(values[i])) continue;
      op.cells.push_back(first_write(column, values[i]));
      if (!is_key(column.id)) out_.taken.push_back({&column, values[i], row_.values[i]});
    }
    ops_.push_back(std::move(op));
    return {};
  }

  /// Where hers shows, the others' is decided to show; what she alone put into a list leaves it.
  void give_back() {
    Op op{OpKind::update, row_.key, row_.before.birth, {}, {}};
    for (const auto& [id, said] : hers_) {
      const Column& column = *table().find(id);
      const Cell* cell = row_.before.find(id);
      if (cell == nullptr || column.retired) continue;
      const auto other = others_.find(id);
      const Value theirs = other == others_.end() ? Value{} : other->second.value;
      if (column.merge == MergeKind::set) {
        give_back_set(op, column, *cell, said, other == others_.end() ? Said{} : other->second);
      } else if (is_composite(column.merge)) {
        out_.shared.push_back(&column);
      } else if (her_actors_.count(cell->version.name.actor) != 0 && cell->value != theirs &&
                 !(column.required && is_null(theirs))) {
        std::vector<VersionName> settled;
        for (const Loser& loser : row_.before.losers)
          if (loser.column == id && loser.birth == row_.before.birth)
            settled.push_back(loser.head.version.name);
        op.cells.push_back(decide_over(column, *cell, settled, theirs));
        out_.given_back.push_back({&column, theirs, cell->value});
      }
    }
    if (!op.cells.empty()) ops_.push_back(std::move(op));
  }

  void give_back_set(Op& op, const Column& column, const Cell& cell, const Said& hers, const Said& theirs) {
    std::vector<std::string> kept;
    const auto there = read_set_change(cell.value);
    if (!there) return;
    for (const std::string& element : there->added)
      if (hers.elements.count(element) == 0 || theirs.elements.count(element) != 0) kept.push_back(element);
    if (kept.size() == there->added.size()) return;
    const Value value = set_value(std::move(kept));
    op.cells.push_back(write_over(column, &cell, value));
    out_.given_back.push_back({&column, value, cell.value});
  }

  Status take_residencies() {
    const Column* home = residencies_->table->find("household");
    if (home == nullptr) return {};
    for (const RowId& id : her_residencies_) {
      WorkRow residency;
      residency.plan = residencies_;
      residency.key = {residencies_->table->id, id};
      DOORSTEP_CHECK(load(work_.tx(), residency));
      if (!residency.in_table || reference_in(value_in(residency.before, home->id)) != row_.key.row) continue;
      Op op{OpKind::update, residency.key, residency.before.birth, {}, {}};
      op.cells.push_back(write_over(*home, residency.before.find(home->id), to_text(out_.new_row)));
      ops_.push_back(std::move(op));
      out_.residencies.push_back(id);
    }
    return {};
  }

  OfficeTransaction& work_;
  const RowId person_;
  WorkRow row_;
  const TablePlan* residencies_ = nullptr;
  std::set<ActorId> her_actors_;
  Words hers_;
  Words others_;
  std::vector<RowId> her_residencies_;
  std::set<GroupName> cut_;    ///< Groups whose content is not kept any more.
  std::set<GroupName> bases_;  ///< Those that writes to the row name.
  std::vector<Op> ops_;
  SplitPlan out_;
};

}  // namespace

Result<SplitPlan> split_household(Office& office, const RowId& household, const RowId& person, bool dry_run) {
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  DOORSTEP_TRY(plan, office.newest_plan(work.tx()));
  DOORSTEP_TRY(parted, Split(work, household, person).run(dry_run));
  parted.plan = plan;
  return std::move(parted);
}

}  // namespace doorstep::server
