#include <algorithm>

#include "base/error.hpp"
#include "merge/fit.hpp"
#include "schema/ddl.hpp"
#include "store/installation.hpp"
#include "store/part_rows.hpp"
#include "store/phone_store.hpp"
#include "wire/checksum.hpp"
#include "wire/row_meta.hpp"

/// Comparing the canonical rows with the office's, part by part, and putting right what differs
/// (docs/store.md, "Comparing with the office"). Own waiting work lies above these rows and is not touched.
namespace doorstep {
namespace {

constexpr const char* kUnderTable = "doorstep_under";

wire::Bucket bucket_in(std::uint32_t stored) {
  wire::Bucket bucket{0, 1};
  while (bucket.of <= stored / 2 && bucket.of < wire::kMostBuckets) bucket.of *= 2;
  bucket.number = (stored - bucket.of) % bucket.of;
  return bucket;
}

/// How many parts of about `wanted` rows, at least.
std::uint32_t parts_of(std::uint64_t rows, std::uint64_t wanted) {
  std::uint32_t parts = 1;
  while (parts < wire::kMostBuckets && rows > wanted * parts) parts *= 2;
  return parts;
}

std::uint64_t sum_of(const std::map<RowKey, std::uint64_t>& sums) {
  std::uint64_t total = 0;
  for (const auto& [key, sum] : sums) total += sum;
  return total;
}

/// Rows that only one of both has, or that differ.
std::set<RowKey> differing_rows(const std::map<RowKey, std::uint64_t>& before,
                                const std::map<RowKey, std::uint64_t>& after) {
  std::set<RowKey> out;
  const auto add_missing_in = [&](const auto& other, const auto& from) {
    for (const auto& [key, sum] : from) {
      const auto at = other.find(key);
      if (at == other.end() || at->second != sum) out.insert(key);
    }
  };
  add_missing_in(after, before);
  add_missing_in(before, after);
  return out;
}

Result<bool> is_there(sql::Connection& file, const Table& table, const RowId& id) {
  DOORSTEP_TRY(select, file.cached("SELECT 1 FROM " + quote_name(table.name) + " WHERE id = ?1"));
  return select->bind_id(1, id).step();
}

/// Whether `doorstep_same` says that these are one, under one of them; if none of them is here, nothing.
Result<bool> is_told(sql::Connection& file, const Table& table, const SameClass& same) {
  std::set<std::string> roots;
  std::size_t told = 0;
  bool any_here = false;
  DOORSTEP_TRY(select, file.cached("SELECT root FROM doorstep_same WHERE tbl = ?1 AND row = ?2"));
  for (const RowId& member : same.members) {
    DOORSTEP_TRY(here, is_there(file, table, member));
    any_here = any_here || here;
    select->reset();
    DOORSTEP_TRY(found, select->bind(1, std::int64_t{raw(table.id)}).bind_id(2, member).step());
    if (!found) continue;
    ++told;
    roots.emplace(select->text(0));
  }
  if (told == 0) return !any_here;
  const auto is_member = [&](const RowId& member) { return to_text(member) == *roots.begin(); };
  return told == same.members.size() && roots.size() == 1 &&
         std::any_of(same.members.begin(), same.members.end(), is_member);
}

/// Whether the side tables say what is declared. After damage to a declaration they may not, though it is
/// right again: what they are brought up to date from is the difference to what was read of it.
Result<bool> tells_sameness(sql::Connection& file, const FoldedTables& folding, const Pack& pack) {
  if (pack.find(kSameTable) == nullptr) return true;
  DOORSTEP_TRY(select, file.cached("SELECT tbl, row FROM doorstep_same"));
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) break;
    const TableId table{static_cast<std::uint32_t>(select->integer(0))};
    if (folding.class_of({table, parse_row_id(select->text(1)).value_or(RowId{})}) == nullptr) return false;
  }
  for (const Table& table : pack.tables)
    for (const SameDeclaration& declared : folding.declarations(table.id)) {
      const SameClass* same = folding.class_of({table.id, declared.folded});
      DOORSTEP_TRY(told, same == nullptr ? Result<bool>(true) : is_told(file, table, *same));
      if (!told) return false;
    }
  return true;
}

}  // namespace

bool PhoneStore::differs() {
  const std::lock_guard lock(mutex_);
  return differing_.has_value();
}

/// Not on a copy of another phone's file, and not before there is a whole state to compare.
bool PhoneStore::may_compare() const {
  return !state_.forked && !state_.cursor.slices.empty() && !state_.cursor.whole;
}

std::optional<wire::Bucket> PhoneStore::part_to_compare() {
  if (!may_compare() || state_.check_bucket == 0) return std::nullopt;
  return differing_ ? *differing_ : bucket_in(state_.check_bucket);
}

/// Goes on to the part after `compared`. On the way parts only become smaller, since rows come or the office
/// divides further: then the ones before lie within parts that had their turn. After the last, `rows` are
/// divided anew.
void PhoneStore::divide(std::uint64_t rows, const wire::Bucket& compared) {
  const std::uint32_t wanted = parts_of(rows, options_.compared_rows);
  const bool last = compared.number + 1 == compared.of;
  if (last)
    state_.check_bucket = wanted;
  else
    state_.check_bucket = std::max(compared.of, wanted) + compared.number + 1;
}

Result<PhoneStore::PartRows> PhoneStore::rows_of_part(const wire::Bucket& bucket) {
  PartRows part;
  for (const Table& table : pack_->tables) {
    std::set<RowId> covered;
    DOORSTEP_CHECK(add_covered(table, bucket, covered, part));
    DOORSTEP_CHECK(add_uncovered(table, bucket, covered, part));
  }
  return part;
}

Status PhoneStore::add_covered(const Table& table, const wire::Bucket& bucket, std::set<RowId>& covered,
                               PartRows& part) {
  DOORSTEP_TRY(select, writer_.cached("SELECT row, state FROM doorstep_under WHERE tbl = ?1"));
  select->bind(1, std::int64_t{raw(table.id)});
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) return {};
    const auto id = parse_row_id(select->text(0));
    if (!id) {
      part.damaged = true;
      part.nameless.emplace_back(kUnderTable, select->text(0));
      continue;
    }
    covered.insert(*id);
    if (!wire::lies_in(bucket, *id)) continue;
    const RowKey key{table.id, *id};
    part.covered.insert(key);
    DOORSTEP_TRY(left, has_left(key));
    if (left) continue;
    auto row = wire::decode_row(select->blob(1));
    if (row) fit(table, *row);
    const auto alive = row ? lives(key, *row) : true;
    if (!alive) return tl::unexpected(alive.error());
    if (!*alive) continue;
    part.damaged = part.damaged || !row;
    part.sums[key] = row ? wire::row_sum(key, *row) : PartRows::kUnreadable;
  }
}

Status PhoneStore::add_uncovered(const Table& table, const wire::Bucket& bucket,
                                 const std::set<RowId>& covered, PartRows& part) {
  std::vector<RowId> ids;
  {
    DOORSTEP_TRY(select, writer_.cached("SELECT id, _meta IS NULL FROM " + quote_name(table.name)));
    for (;;) {
      DOORSTEP_TRY(more, select->step());
      if (!more) break;
      ++part.rows_here;
      const auto id = parse_row_id(select->text(0));
      if (!id) {
        part.damaged = true;
        part.nameless.emplace_back(table.name, select->text(0));
      } else if (wire::lies_in(bucket, *id) && select->integer(1) == 0 && covered.count(*id) == 0) {
        ids.push_back(*id);
      }
    }
  }
  for (const RowId& id : ids) {
    const RowKey key{table.id, id};
    const auto row = read_row(table, id);
    if (!row && !is_damage(row.error())) return tl::unexpected(row.error());
    part.damaged = part.damaged || !row;
    part.sums[key] = row && *row ? wire::row_sum(key, **row) : PartRows::kUnreadable;
  }
  return {};
}

/// Own work keeps a row in sight that has left the scope.
Result<bool> PhoneStore::has_left(const RowKey& key) {
  if (!any_gone_) return false;
  DOORSTEP_TRY(select, writer_.cached("SELECT left_scope FROM doorstep_gone WHERE tbl = ?1 AND row = ?2"));
  DOORSTEP_TRY(found, select->bind(1, std::int64_t{raw(key.table)}).bind_id(2, key.row).step());
  return found && select->integer(0) != 0;
}

/// `page` names every row of the part: others are none of this phone's. What own work covers is shown anew.
Status PhoneStore::drop_strangers(const wire::Page& page, const wire::Bucket& bucket, Installation& work) {
  std::set<RowKey> named;
  for (const wire::RowSection& section : page.sections)
    for (const RowId& id : section.ids) named.insert({section.table, id});
  DOORSTEP_TRY(here, rows_of_part(bucket));
  for (const auto& [key, sum] : here.sums)
    if (named.count(key) == 0) DOORSTEP_CHECK(forget_row(*pack_->find(key.table), key, work));
  for (const RowKey& key : here.covered) {
    if (pending_.on(key).empty())
      DOORSTEP_CHECK(clear_under(key));
    else
      work.dirty.insert(key);
  }
  for (const auto& [table, text] : here.nameless) {
    const std::string column = table == kUnderTable ? "row" : "id";
    DOORSTEP_TRY(erase, writer_.prepare("DELETE FROM " + quote_name(table) + " WHERE CAST(" + column +
                                        " AS TEXT) = ?1"));
    DOORSTEP_CHECK(erase.bind_text(1, text).run());
    changed_tables_.insert(table);
    if (const Table* shown = pack_->find(table)) folding_.touch(*shown, {});
  }
  return {};
}

/// The rows are those of the checkpoint that has just been installed, as are the office's.
Status PhoneStore::compare_part(const wire::SyncResponse& response, const Installation& work,
                                SyncReport& report) {
  const bool first = state_.check_bucket == 0;
  if (!response.checksum || !wire::is_sound(response.checksum->bucket)) {
    differing_.reset();
    if (!first || !may_compare()) return {};
    DOORSTEP_TRY(rows, rows_of_part({wire::kMostBuckets - 1, wire::kMostBuckets}));
    divide(rows.rows_here, {0, 1});  // From the first one on.
    return {};
  }
  const wire::Checksum& office = *response.checksum;
  DOORSTEP_TRY(told, tells_sameness(writer_, folding_, *pack_));
  if (!told) DOORSTEP_CHECK(folding_.create(writer_, *pack_));  // accept() has it filled.
  DOORSTEP_TRY(here, rows_of_part(office.bucket));
  report.checked_rows += here.sums.size();
  if (work.before_repair) {
    report.repaired_rows += work.before_repair->nameless.size();
    for (const RowKey& key : differing_rows(work.before_repair->sums, here.sums))
      if (work.released_ops.count(key) == 0) ++report.repaired_rows;
  }
  if (here.damaged || here.sums.size() != office.rows || sum_of(here.sums) != office.sum) {
    ++report.differing_parts;
    differing_ = office.bucket;
    return {};
  }
  differing_.reset();
  divide(here.rows_here, office.bucket);
  return {};
}

}  // namespace doorstep
