#include "simulation/checks.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/ensure.hpp"
#include "base/limits.hpp"
#include "merge/fit.hpp"
#include "merge/text_code.hpp"
#include "pipeline/work_row.hpp"
#include "schema/calendar.hpp"
#include "schema/fitted.hpp"
#include "schema/masking.hpp"
#include "schema/validation.hpp"
#include "simulation/slow_sight.hpp"
#include "unit/merge/reference_model.hpp"
#include "wire/codec.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::simulation {
namespace {

using server::GroupRecord;
using server::ReadSnapshot;
using Rows = std::map<RowId, RowState>;

/// What those posts see of a row: nothing of what they may not read, and its masks.
RowState seen_by(const std::vector<Post>& posts, const Table& table, RowState row) {
  const RowState whole = row;
  row.cells.clear();
  for (const Cell& cell : whole.cells)
    if (any_reads(table, posts, cell.column)) row.cells.push_back(cell);
  if (row.cells.size() < whole.cells.size()) row.deaths.clear();
  for (const Column& column : table.columns) {
    const Cell* source = column.masks ? whole.find(*column.masks) : nullptr;
    if (source == nullptr || is_null(source->value) || row.cells.empty()) continue;
    if (!any_reads(table, posts, column.id)) continue;
    Cell mask;
    mask.column = column.id;
    mask.version = row.cells.front().version;
    mask.value = masked(column.mask, source->value);
    row.cells.push_back(mask);
    std::sort(row.cells.begin(), row.cells.end(),
              [](const Cell& a, const Cell& b) { return a.column < b.column; });
  }
  return row;
}

/// What a phone knows of a row whose table it has as `known`.
RowState projected(const Table& known, RowState row) {
  for (Cell& cell : row.cells) {
    const Column* column = known.find(cell.column);
    cell.value = column == nullptr ? Value{} : fitted(*column, std::move(cell.value));
  }
  return row;
}

std::string bytes_of(const Table& known, bool guessed, RowState row) {
  if (guessed)
    row.cells.erase(std::remove_if(row.cells.begin(), row.cells.end(),
                                   [&](const Cell& cell) { return known.find(cell.column) == nullptr; }),
                    row.cells.end());
  return wire::encode_row(row);
}

std::string name_of(const Table& table, const RowId& id) { return table.name + " " + to_text(id); }

bool is_forgotten(const RowState& row) {
  return row.cells.empty() && row.deaths.size() == 1 && row.deaths.front().version == Version{};
}

std::string in_words(const test::ExpectedRow& row) {
  std::string out = "birth " + std::to_string(raw(row.birth)) + (row.alive ? " alive" : " dead");
  const auto name = [](const VersionName& n) {
    return std::to_string(serial_of(n.actor)) + "/" + std::to_string(raw(n.group)) + "/" +
           std::to_string(n.op);
  };
  for (const auto& [column, cell] : row.cells) {
    const auto* text = std::get_if<std::string>(&cell.value);
    out += " c" + std::to_string(raw(column)) + "=" + name(cell.version.name) + (cell.contested ? "!" : "") +
           (is_null(cell.value) ? "(null)"
            : text != nullptr   ? "(" + *text + ")"
                                : "");
    for (const VersionName& agreeing : cell.agreeing) out += "~" + name(agreeing);
  }
  for (const test::ExpectedLoser& loser : row.losers)
    out += " lost(" + std::to_string(static_cast<int>(loser.kind)) + " b" + std::to_string(raw(loser.birth)) +
           " c" + std::to_string(raw(loser.column)) + " " + name(loser.version.name) + ")";
  return out;
}

}  // namespace

std::vector<GroupRecord> all_groups(const SimOffice& office, ReadSnapshot& snapshot) {
  std::vector<GroupRecord> out;
  for (const auto& actor : must(snapshot.actors(), "actors")) {
    const Status read = snapshot.each_group(actor.actor, GroupNumber{1}, GroupNumber{UINT64_MAX >> 1}, true,
                                            [&](const GroupRecord& group) {
                                              out.push_back(group);
                                              out.back().bytes = office.content(group);
                                              return true;
                                            });
    ensure(read.has_value(), "the office's groups are readable");
  }
  return out;
}

ExpectedRows rows_in_scope(SimOffice& office, const Pack& pack, const Enrolled& enrolled) {
  ExpectedRows expected;
  auto snapshot = must(office.store().snapshot(), "snapshot");
  const SlowSight sight(*snapshot, pack, enrolled.person, local_date(office.pipeline().office().now_ms()));
  const auto phone_pack = enrolled.phone->store().pack();
  expected.guessed = !office.has_pack(phone_pack->version);
  for (const Table& table : pack.tables) {
    const Table* known = phone_pack->find(table.id);
    if (known == nullptr) continue;
    for (const auto& [id, state] : sight.rows().at(table.id)) {
      const std::vector<Post> posts = sight.covering(table, id);
      if (std::any_of(posts.begin(), posts.end(),
                      [&](const Post& post) { return rights_of(table, post).read; }))
        expected.rows.emplace(
            RowKey{table.id, id},
            bytes_of(*known, expected.guessed, projected(*known, seen_by(posts, table, state))));
    }
  }
  return expected;
}

std::vector<std::string> check_ledger(SimOffice& office, const Pack& pack, const Enrolled& enrolled) {
  std::vector<std::string> wrong;
  auto snapshot = must(office.store().snapshot(), "snapshot");
  const SlowSight sight(*snapshot, pack, enrolled.person, local_date(office.pipeline().office().now_ms()));
  const auto open =
      must(enrolled.phone->store().query("SELECT tbl, row, col FROM doorstep_ledger", {}), "ledger");
  for (const auto& row : open.rows) {
    const TableId id{static_cast<std::uint32_t>(std::get<std::int64_t>(row[0]))};
    const ColumnId column{static_cast<std::uint32_t>(std::get<std::int64_t>(row[2]))};
    const Table& table = *pack.find(id);
    const RowId key = *parse_row_id(std::get<std::string>(row[1]));
    const std::vector<Post> posts = sight.covering(table, key);
    // Where a row stood that was deleted, and whose one is that stands nowhere, is not always in the tables.
    const bool is_placed = sight.rows().at(id).count(key) != 0 && sight.is_placed(table, key);
    if (!any_reads(table, posts.empty() && !is_placed ? sight.posts() : posts, column))
      wrong.push_back(enrolled.phone->name() + " knows a conflict that she may not read, in " +
                      name_of(table, key) + ", column " + std::to_string(raw(column)));
  }
  return wrong;
}

std::vector<std::string> check_equal(const ExpectedRows& expected, const Enrolled& enrolled) {
  std::vector<std::string> wrong;
  RowBytes actual;
  const auto pack = enrolled.phone->store().pack();
  for (const Table& table : pack->tables)
    for (auto& [id, state] : must(enrolled.phone->store().canonical_rows(table), "phone rows"))
      actual.emplace(RowKey{table.id, id}, bytes_of(table, expected.guessed, std::move(state)));
  const auto name = [&](const RowKey& key) { return name_of(*pack->find(key.table), key.row); };
  for (const auto& [key, bytes] : expected.rows) {
    const auto found = actual.find(key);
    if (found == actual.end())
      wrong.push_back(enrolled.phone->name() + " lacks " + name(key));
    else if (found->second != bytes)
      wrong.push_back(enrolled.phone->name() + " differs in " + name(key) + ": has " +
                      in_words(test::described(must(wire::decode_row(found->second), "a row"))) + ", not " +
                      in_words(test::described(must(wire::decode_row(bytes), "a row"))));
  }
  for (const auto& [key, bytes] : actual)
    if (expected.rows.count(key) == 0)
      wrong.push_back(enrolled.phone->name() + " should not have " + name(key));
  return wrong;
}

std::vector<std::string> check_groups(SimOffice& office, const Enrolled& enrolled) {
  std::vector<std::string> wrong;
  auto snapshot = must(office.store().snapshot(), "snapshot");
  const std::string& name = enrolled.phone->name();
  const ActorId actor = enrolled.phone->store().phone().actor;
  const Lineage file = must(server::Lineages().of(*snapshot, actor), "lineage");
  for (const auto& [number, bytes] : enrolled.phone->committed()) {
    const GroupNumber n{number};
    const auto group = must(snapshot->group(file.owner(n), n), "group");
    if (!group)
      wrong.push_back(name + ": group " + std::to_string(number) + " is lost");
    else if (office.content(*group) != bytes)
      wrong.push_back(name + ": group " + std::to_string(number) + " differs at the office");
  }
  const auto outbox =
      must(enrolled.phone->store().query("SELECT number, verdict FROM doorstep_outbox", {}), "outbox");
  for (const auto& row : outbox.rows) {
    const auto number = static_cast<std::uint64_t>(std::get<std::int64_t>(row[0]));
    const GroupNumber n{number};
    const auto group = must(snapshot->group(file.owner(n), n), "group");
    const bool kept =
        group && (group->verdict == wire::VerdictKind::held || group->verdict == wire::VerdictKind::returned);
    if (!kept || row[1] != Value(static_cast<std::int64_t>(group->verdict)))
      wrong.push_back(name + ": group " + std::to_string(number) + " is still in the outbox");
  }
  std::set<std::string> there;
  if (!enrolled.phone->acknowledged_before().empty()) there = contents_at(office);
  for (const std::string& bytes : enrolled.phone->acknowledged_before())
    if (there.count(bytes) == 0) wrong.push_back(name + ": a group that was acknowledged is lost");
  return wrong;
}

std::vector<std::string> check_withdrawn(SimOffice& office, const Enrolled& enrolled) {
  std::vector<std::string> wrong;
  auto snapshot = must(office.store().snapshot(), "snapshot");
  const ActorId actor = enrolled.phone->store().phone().actor;
  const Lineage file = must(server::Lineages().of(*snapshot, actor), "lineage");
  const auto withdrawn =
      must(enrolled.phone->store().query("SELECT number FROM doorstep_withdrawn", {}), "withdrawn");
  for (const auto& row : withdrawn.rows) {
    const GroupNumber n{static_cast<std::uint64_t>(std::get<std::int64_t>(row[0]))};
    const auto group = must(snapshot->group(file.owner(n), n), "group");
    if (group && wire::is_applied(group->verdict) && !group->decision)
      wrong.push_back(enrolled.phone->name() + ": group " + std::to_string(raw(n)) +
                      " was put away and is applied");
  }
  return wrong;
}

std::vector<std::string> check_wiped(SimOffice& office, const Enrolled& enrolled, ActorId actor) {
  SimPhone& phone = *enrolled.phone;
  if (!phone.is_wiped() || !office.knows_wiped(actor))
    return {phone.name() + " was called back and is not wiped"};
  std::vector<std::string> wrong;
  const std::set<std::string> there = contents_at(office);
  for (const auto& [number, bytes] : phone.committed())
    if (there.count(bytes) == 0)
      wrong.push_back(phone.name() + ": group " + std::to_string(number) + " went with the wiped phone");
  if (phone.store().phone().actor != ActorId{}) wrong.push_back(phone.name() + " still is somebody");
  return wrong;
}

std::set<std::string> contents_at(SimOffice& office) {
  auto snapshot = must(office.store().snapshot(), "snapshot");
  std::set<std::string> contents;
  for (const GroupRecord& group : all_groups(office, *snapshot)) contents.insert(group.bytes);
  return contents;
}

std::vector<std::string> check_once(SimOffice& office) {
  std::vector<std::string> wrong;
  auto snapshot = must(office.store().snapshot(), "snapshot");
  std::map<Digest, GroupRecord> seen;
  for (const GroupRecord& group : all_groups(office, *snapshot)) {
    const auto [first, is_new] = seen.emplace(group.digest, group);
    const auto text = [](const GroupRecord& g) {
      return std::to_string(serial_of(g.actor)) + "/" + std::to_string(raw(g.number));
    };
    if (!is_new) wrong.push_back("groups " + text(first->second) + " and " + text(group) + " are one");
  }
  return wrong;
}

namespace {

/// What groups mean whose bytes name an actor that their file was before: found from the digests alone. The
/// group that a writer called its own number n is the one that its file's chain has there.
class SlowLineage {
 public:
  SlowLineage(const SimOffice& office, ReadSnapshot& snapshot) {
    for (const auto& actor : must(snapshot.actors(), "actors")) actors_.emplace(actor.actor, actor);
    for (const GroupRecord& group : all_groups(office, snapshot)) {
      digests_.emplace(std::make_pair(group.actor, group.number), group.digest);
      by_digest_.emplace(std::make_pair(group.number, group.digest), group.actor);
    }
  }

  Group read(const GroupRecord& record) const {
    Group group = must(wire::decode_group(record.bytes), "stored group");
    const auto mean = [&](VersionName& name) { name = meant(record, group.actor, name); };
    for (Op& op : group.ops) {
      for (VersionName& name : op.seen) mean(name);
      std::sort(op.seen.begin(), op.seen.end());
      for (CellWrite& write : op.cells) {
        for (VersionName& name : write.bases) mean(name);
        if (auto* bytes = std::get_if<Bytes>(&write.value)) *bytes = meant_patch(*bytes, mean);
      }
    }
    group.actor = record.actor;
    return group;
  }

 private:
  VersionName meant(const GroupRecord& record, ActorId author, VersionName name) const {
    const auto named = actors_.find(name.actor);
    const bool is_own = name.actor == author;
    // Nobody has a group below his first, or that an office has lost which was put back.
    if (!is_own && (named == actors_.end() || named->second.first <= name.group)) return name;
    ActorId owner = is_own ? record.actor : name.actor;
    for (GroupNumber at = is_own ? record.number : named->second.first; name.group < at;) {
      at = GroupNumber{raw(at) - 1};
      if (digests_.count({owner, at}) != 0 && actors_.at(owner).first <= at) continue;
      const auto before = by_digest_.find({at, actors_.at(owner).previous});
      if (before == by_digest_.end()) return name;
      owner = before->second;
    }
    return {owner, name.group, name.op};
  }

  template <typename Mean>
  static Bytes meant_patch(const Bytes& bytes, Mean mean) {
    auto patch = decode_patch({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!patch) return bytes;
    if (!patch->inserts.empty()) mean(patch->tallest);
    for (auto& insert : patch->inserts)
      if (insert.after) mean(insert.after->version);
    for (auto& removal : patch->deletes) mean(removal.version);
    const std::string renamed = encode_patch(*patch);
    return {renamed.begin(), renamed.end()};
  }

  std::map<ActorId, server::ActorRecord> actors_;
  std::map<std::pair<ActorId, GroupNumber>, Digest> digests_;
  std::map<std::pair<GroupNumber, Digest>, ActorId> by_digest_;
};

/// The office takes no claimed time from its own future into a max or min cell (DESIGN §3).
void drop_future_claims(const Table& table, Op& op, std::int64_t received_ms) {
  const std::string now = format_time(received_ms + limits::kStampLeadMs);
  const auto from_the_future = [&](const CellWrite& write) {
    const Column& column = *table.find(write.column);
    const auto* text = std::get_if<std::string>(&write.value);
    return column.type == ColumnType::time && text != nullptr && *text > now &&
           (column.merge == MergeKind::max || column.merge == MergeKind::min);
  };
  op.cells.erase(std::remove_if(op.cells.begin(), op.cells.end(), from_the_future), op.cells.end());
}

}  // namespace

std::vector<std::string> check_history(SimOffice& office, const Pack& pack) {
  std::vector<std::string> wrong;
  auto snapshot = must(office.store().snapshot(), "snapshot");
  std::map<RowKey, test::ReferenceModel> model;
  const SlowLineage files(office, *snapshot);
  for (const GroupRecord& record : all_groups(office, *snapshot)) {
    if (!wire::is_applied(record.verdict)) continue;
    Group group = files.read(record);
    fit(pack, group);
    for (std::size_t i = 0; i < group.ops.size(); ++i) {
      const Table* table = pack.find(group.ops[i].key.table);
      drop_future_claims(*table, group.ops[i], record.received_ms);
      const Version version = group.version_of(i);
      model.try_emplace(group.ops[i].key, *table)
          .first->second.add({group.ops[i], version.name, record.admitted.value_or(version.stamp)});
    }
  }
  OfficeRows rows = read_office(*snapshot, pack);
  add_dead(*snapshot, pack, rows);
  for (const auto& record : must(snapshot->ledger(true), "ledger")) {
    Rows& in = rows[record.item.key.table];
    const auto row = in.find(record.item.key.row);
    if (row == in.end()) {
      wrong.push_back("the ledger speaks of a row that is not there: " + to_text(record.item.key.row));
      continue;
    }
    row->second.losers.push_back({record.item.kind,
                                  record.item.birth,
                                  record.item.column,
                                  {record.item.version, record.item.value, record.item.bases}});
  }
  std::size_t known = 0;
  for (auto& [key, reference] : model) {
    const Table& table = *pack.find(key.table);
    const auto row = rows[key.table].find(key.row);
    if (row == rows[key.table].end()) {
      wrong.push_back("the office lost " + name_of(table, key.row));
      continue;
    }
    ++known;
    // What is left of it is for check_file() and check_erased().
    if (must(snapshot->erasure(key), "erasure")) continue;
    const test::ExpectedRow expected = reference.row();
    if (is_forgotten(row->second)) {
      if (expected.alive || expected.birth != row->second.birth || !expected.losers.empty())
        wrong.push_back(name_of(table, key.row) + " is forgotten; its history makes it " +
                        in_words(expected));
      continue;
    }
    const test::ExpectedRow actual = test::described(row->second);
    if (expected.birth != actual.birth || expected.alive != actual.alive || expected.cells != actual.cells)
      wrong.push_back(name_of(table, key.row) + " is " + in_words(actual) + "; its history makes it " +
                      in_words(expected));
    else if (expected.losers != actual.losers)
      wrong.push_back(name_of(table, key.row) + " has in the ledger " + in_words(actual) +
                      "; its history has " + in_words(expected));
  }
  std::size_t total = 0;
  for (const auto& [table, in] : rows) total += in.size();
  if (total != known) wrong.push_back("the office has rows that nobody wrote");
  return wrong;
}

std::vector<std::string> check_file(SimOffice& office) {
  return must(server::verify(office.pipeline().office()), "verification").faults;
}

}  // namespace doorstep::simulation
