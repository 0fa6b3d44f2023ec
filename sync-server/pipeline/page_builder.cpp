#include "pipeline/page_builder.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"
#include "pipeline/limits.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::server {
namespace {

std::size_t size_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text->size() + 2;
  if (const auto* bytes = std::get_if<Bytes>(&value)) return bytes->size() + 2;
  return is_null(value) ? 1 : 8;
}

}  // namespace

RowId slice_id(const RowId& assignment, const RowId& place, const Digest& layout) {
  return make_name_based_id(assignment, "slice/" + to_text(place) + '/' + std::string(view(layout)));
}

Digest layout_of(const Digest& projected, const Rights& rights, const std::vector<Assignment>& posts) {
  std::vector<std::string> sights;
  bool alike = true;
  for (const Assignment& post : posts) {
    const std::string& sight = rights.sight(rights.role(post.role));
    alike = alike && sight == rights.sight(rights.role(posts.front().role));
    sights.push_back('/' + to_text(post.place) + '/' + sight);
  }
  // Which rows are seen how depends on where the posts lie, unless all see alike.
  if (alike && !posts.empty()) sights = {rights.sight(rights.role(posts.front().role))};
  std::sort(sights.begin(), sights.end());
  std::string text;
  for (const std::string& sight : sights) text += sight;
  return sha256(view(projected), text);
}

void PageBuilder::take_grants(const std::vector<Slice>& slices) {
  grants_.clear();
  roles_ = 0;
  for (const Slice& slice : slices)
    if (slice.root != Territory::kNowhere) grants_.push_back({slice.root, slice.roles});
  for (const Grant& grant : grants_) {
    roles_ |= grant.roles;
    alike_ = alike_ && rights().sight(grant.roles) == rights().sight(grants_.front().roles);
  }
}

Result<bool> PageBuilder::build(std::vector<Slice>& slices, Shift& shift) {
  DOORSTEP_TRY(head, snapshot_.feed_head());
  take_grants(slices);
  DOORSTEP_CHECK(read_again(shift, head));
  if (shift.position < head && !shift.places.empty()) return false;
  for (;;) {
    FeedPosition lowest = head;
    for (const Slice& slice : slices)
      if (slice.root != Territory::kNowhere) lowest = std::min(lowest, slice.position);
    if (lowest == head) return true;
    if (full()) return false;
    // The slices that are furthest behind read on until they meet the next ones.
    FeedPosition through = head;
    roots_.clear();
    above_.clear();
    for (const Slice& slice : slices) {
      if (slice.root == Territory::kNowhere) continue;  // Its place is yet to come: then it begins at 0.
      if (slice.position != lowest) {
        through = std::min(through, slice.position);
        continue;
      }
      roots_.push_back(slice.root);
      territory_.any_upward(slice.root, [&](Territory::Place at) {
        above_.push_back(at);
        return false;
      });
    }
    FeedPosition reached = lowest;
    DOORSTEP_CHECK(read_range(lowest, through, reached));
    for (Slice& slice : slices)
      if (slice.root != Territory::kNowhere && slice.position == lowest) slice.position = reached;
    if (reached == lowest) return false;
  }
}

/// Everything that was ever said of the rows at these places is gone over: they come, or they leave.
Status PageBuilder::read_again(Shift& shift, FeedPosition head) {
  if (shift.places.empty()) return {};
  reads_again_ = true;
  for (const Grant& grant : grants_) roots_.push_back(grant.root);
  std::vector<std::pair<FeedPosition, bool>> found;
  std::vector<FeedPosition> positions;
  for (const ShiftedPlace& at : shift.places) {
    positions.clear();
    DOORSTEP_CHECK(snapshot_.feed_positions(territory_.id(at.place), shift.position, head,
                                            doorstep::limits::kPageRows, positions));
    for (const FeedPosition position : positions) found.emplace_back(position, at.only_from_below);
  }
  std::sort(found.begin(), found.end());
  const bool cut = found.size() > doorstep::limits::kPageRows;
  if (cut) found.resize(doorstep::limits::kPageRows);
  for (const auto& [position, only_from_below] : found) {
    DOORSTEP_TRY(entry, snapshot_.feed_entry(position));
    if (entry) DOORSTEP_CHECK(review(*entry, only_from_below));
    shift.position = position;
    if (full()) return {};
  }
  if (!cut) shift.position = head;
  return {};
}

Status PageBuilder::review(const FeedEntry& entry, bool only_from_below) {
  const TablePlan* plan = entry.table == kLedgerTable ? nullptr : plan_.find(entry.table);
  if (only_from_below && (plan == nullptr || !plan->table->seen_from_below)) return {};
  DOORSTEP_TRY(theirs, belongs(entry));
  if (theirs) return add(entry);
  // What the ledger says of a row goes with it.
  if (plan == nullptr || projection_.find(entry.table) == nullptr) return {};
  return add_left(plan, entry);
}

bool PageBuilder::full() const { return rows_ >= limits_.rows || bytes_ >= limits_.bytes; }

Status PageBuilder::read_range(FeedPosition after, FeedPosition through, FeedPosition& reached) {
  const auto places = few_places(after, through);
  return places ? look_up(*places, after, through, reached) : scan(after, through, reached);
}

/// The places to look up when that is cheaper than scanning a long tail.
std::optional<std::vector<Territory::Place>> PageBuilder::few_places(FeedPosition after,
                                                                     FeedPosition through) const {
  const std::uint64_t tail = raw(through) - raw(after);
  if (tail <= limits::kShortTail) return std::nullopt;
  const std::size_t worthwhile = tail / limits::kEntriesPerPlaceLookup;
  std::vector<Territory::Place> places = above_;
  for (const Territory::Place root : roots_) {
    const std::vector<Territory::Place> below = territory_.subtree(root, worthwhile + 1);
    places.insert(places.end(), below.begin(), below.end());
    if (places.size() > worthwhile) return std::nullopt;
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

Status PageBuilder::scan(FeedPosition after, FeedPosition through, FeedPosition& reached) {
  Status added;
  bool stopped = false;
  DOORSTEP_CHECK(snapshot_.each_feed(after, through, [&](const FeedEntry& entry) {
    const Result<bool> theirs = belongs(entry);
    if (!theirs) added = tl::unexpected(theirs.error());
    if (theirs && *theirs) added = add(entry);
    if (!added) return false;
    reached = entry.seq;
    stopped = full();
    return !stopped;
  }));
  if (!added) return added;
  if (!stopped) reached = through;
  return {};
}

Status PageBuilder::look_up(const std::vector<Territory::Place>& places, FeedPosition after,
                            FeedPosition through, FeedPosition& reached) {
  // Each place gives as many entries as a page may have, so what follows a place's last one is not needed.
  constexpr std::size_t kLimit = doorstep::limits::kPageRows;
  std::vector<FeedPosition> positions;
  DOORSTEP_CHECK(snapshot_.feed_positions(std::nullopt, after, through, SIZE_MAX >> 1, positions));
  for (const Territory::Place place : places)
    DOORSTEP_CHECK(snapshot_.feed_positions(territory_.id(place), after, through, kLimit, positions));
  std::sort(positions.begin(), positions.end());
  const bool cut = positions.size() > kLimit;
  if (cut) positions.resize(kLimit);
  for (const FeedPosition position : positions) {
    DOORSTEP_TRY(entry, snapshot_.feed_entry(position));
    if (entry) {
      DOORSTEP_TRY(theirs, belongs(*entry));
      if (theirs) DOORSTEP_CHECK(add(*entry));
    }
    reached = position;
    if (full()) return {};
  }
  if (!cut) reached = through;
  return {};
}

bool PageBuilder::sees(Territory::Place root, Territory::Place place, bool seen_from_below) const {
  return territory_.within(place, root) || (seen_from_below && territory_.within(root, place));
}

bool PageBuilder::lies_in(Territory::Place place, bool seen_from_below) const {
  return std::any_of(roots_.begin(), roots_.end(),
                     [&](Territory::Place root) { return sees(root, place, seen_from_below); });
}

/// The person's roles where an entry with a place stands; none when it lies outside.
RoleSet PageBuilder::roles_at(const FeedEntry& entry, bool seen_from_below) const {
  const Territory::Place place = territory_.find(*entry.place);
  RoleSet roles = 0;
  for (const Grant& grant : grants_)
    if (place != Territory::kNowhere && sees(grant.root, place, seen_from_below)) roles |= grant.roles;
  return roles;
}

/// Roles by which the person reads a row: of her posts that cover one of the places where it stands.
Result<RoleSet> PageBuilder::sight_of(TableId table, const RowId& row) {
  const TablePlan* plan = table == kLedgerTable ? nullptr : plan_.find(table);
  const bool seen_from_below = plan != nullptr && plan->table->seen_from_below;
  DOORSTEP_TRY(feed, snapshot_.feed_of(table, row));
  RoleSet roles = 0;
  for (const FeedEntry& entry : feed) {
    if (entry.kind == FeedKind::left) continue;
    if (entry.place) {
      roles |= roles_at(entry, seen_from_below);
      continue;
    }
    DOORSTEP_TRY(theirs, is_readers(entry.author));
    if (theirs) roles |= roles_;
  }
  return roles;
}

/// A row without a place goes to the devices of the person who wrote it.
Result<bool> PageBuilder::is_readers(ActorId author) {
  if (author == reader_.actor) return true;
  const auto known = readers_.find(raw(author));
  if (known != readers_.end()) return known->second;
  DOORSTEP_TRY(device, snapshot_.actor(author));
  const bool is = device && device->person == reader_.person && reader_.person != RowId{};
  readers_.emplace(raw(author), is);
  return is;
}

Result<bool> PageBuilder::belongs(const FeedEntry& entry) {
  const bool is_ledger = entry.table == kLedgerTable;
  const TablePlan* plan = is_ledger ? nullptr : plan_.find(entry.table);
  const bool seen_from_below = plan != nullptr && plan->table->seen_from_below;
  RoleSet roles = roles_;
  if (entry.place) {
    const Territory::Place place = territory_.find(*entry.place);
    if (place == Territory::kNowhere || !lies_in(place, seen_from_below)) return false;
    if (!alike_) roles = roles_at(entry, seen_from_below);
  } else {
    DOORSTEP_TRY(theirs, is_readers(entry.author));
    if (!theirs) return false;
  }
  return is_ledger || rights().may(entry.table, roles, Verb::read);
}

Status PageBuilder::add(const FeedEntry& entry) {
  if (entry.table == kLedgerTable) {
    const bool may_differ = entry.kind == FeedKind::left && !alike_;
    return entry.kind == FeedKind::row || may_differ ? add_ledger(entry) : Status{};
  }
  const TablePlan* plan = plan_.find(entry.table);
  if (plan == nullptr || projection_.find(entry.table) == nullptr) return {};
  switch (entry.kind) {
    case FeedKind::row:
      return add_row(*plan, entry);
    case FeedKind::gone:
      return add_gone(entry);
    case FeedKind::left:
      return add_left(plan, entry);
  }
  return {};
}

Status PageBuilder::add_row(const TablePlan& plan, const FeedEntry& entry) {
  DOORSTEP_TRY(row, snapshot_.find_row(*plan.table, entry.row));
  if (row == nullptr) return {};
  const bool may_repeat = plan.many_places || !alike_ || reads_again_;
  if (may_repeat && !told_.insert({entry.table, entry.row}).second) return {};
  RoleSet sight = roles_;
  if (!alike_) {
    DOORSTEP_TRY(roles, sight_of(entry.table, entry.row));
    sight = roles;
  }
  ++rows_;
  DOORSTEP_TRY(erased, is_erased(plan, entry.row));
  if (erased) {
    ++page_.erased;
  } else {
    DOORSTEP_TRY(own, add_own(plan, *row, sight));
    if (own) return {};
  }
  DOORSTEP_TRY(bytes, append_row(plan, entry.row, *row, sight, page_.sections));
  bytes_ += bytes;
  return {};
}

/// Such a row does not stand as anybody wrote it.
Result<bool> PageBuilder::is_erased(const TablePlan& plan, const RowId& row) {
  if (!plan.has_personal) return false;
  DOORSTEP_TRY(erasure, snapshot_.erasure({plan.table->id, row}));
  return erasure.has_value();
}

/// Returns about how many bytes it takes.
Result<std::size_t> PageBuilder::append_row(const TablePlan& plan, const RowId& id, const RowView& row,
                                            RoleSet sight, std::vector<wire::RowSection>& sections) {
  wire::RowSection& section = section_of(*projection_.find(plan.table->id), sections);
  section.ids.push_back(id);
  const std::size_t first = section.values.size();
  DOORSTEP_CHECK(projection_.append(plan, row, rights().hidden(plan.table->id, sight), section));
  std::size_t bytes = 17 + section.metas.back().size();
  for (std::size_t i = first; i < section.values.size(); ++i) bytes += size_of(section.values[i]);
  return bytes;
}

/// A row that stands as one op of this device wrote it, whole, is named, not sent.
Result<bool> PageBuilder::add_own(const TablePlan& plan, const RowView& row, RoleSet sight) {
  if (reader_.doubts_its_rows || reader_.verdict_through <= reader_.included_through) return false;
  const std::optional<Version> sole = wire::sole_version(row.meta());
  if (!sole || sole->name.actor != reader_.actor || sole->round != 0) return false;
  const GroupNumber group = sole->name.group;
  if (group <= reader_.included_through || reader_.verdict_through < group) return false;
  if (Projection::alters(plan, row, rights().hidden(plan.table->id, sight))) return false;
  DOORSTEP_TRY(birth, wire::decode_birth(row.meta()));
  if (birth != Birth{1}) return false;
  DOORSTEP_TRY(nameable, stands_as_pushed(plan, group));
  if (!nameable) return false;
  page_.own.push_back({group, sole->name.op});
  bytes_ += 4;
  return true;
}

/// Whether the device has the rows just so: the group was applied when it came (of a later release the device
/// may not know yet), and as it was written (not without a claim from the future).
Result<bool> PageBuilder::stands_as_pushed(const TablePlan& plan, GroupNumber group) {
  if (!exceptions_) {
    exceptions_.emplace();
    const GroupNumber first{raw(reader_.included_through) + 1};
    DOORSTEP_CHECK(snapshot_.each_group(reader_.actor, first, reader_.verdict_through, false,
                                        [&](const GroupRecord& record) {
                                          if (record.decision)
                                            (*exceptions_)[raw(record.number)] = Exception::decided_later;
                                          else if (record.verdict != wire::VerdictKind::effective)
                                            (*exceptions_)[raw(record.number)] = Exception::perhaps_altered;
                                          return true;
                                        }));
  }
  const auto at = exceptions_->find(raw(group));
  if (at == exceptions_->end()) return true;
  return at->second == Exception::perhaps_altered && !plan.has_claimed_times;
}

Status PageBuilder::add_gone(const FeedEntry& entry) {
  if (!told_.insert({entry.table, entry.row}).second) return {};
  DOORSTEP_TRY(dead, snapshot_.dead({entry.table, entry.row}));
  if (!dead) return {};
  page_.gone.push_back({dead->key, dead->birth, wire::GoneReason::deleted});
  ++rows_;
  bytes_ += 20;
  return {};
}

/// A row that the person sees elsewhere is not gone; but she may read less of it there.
Status PageBuilder::add_left(const TablePlan* plan, const FeedEntry& entry) {
  DOORSTEP_TRY(sight, sight_of(entry.table, entry.row));
  const bool still_there = rights().may(entry.table, sight, Verb::read);
  if (still_there) return alike_ ? Status{} : add_row(*plan, entry);
  if (!told_.insert({entry.table, entry.row}).second) return {};
  Birth birth{};
  DOORSTEP_TRY(row, snapshot_.find_row(*plan->table, entry.row));
  if (row != nullptr) {
    DOORSTEP_TRY(stored, wire::decode_birth(row->meta()));
    birth = stored;
  } else {
    DOORSTEP_TRY(dead, snapshot_.dead({entry.table, entry.row}));
    if (dead) birth = dead->birth;
  }
  page_.gone.push_back({{entry.table, entry.row}, birth, wire::GoneReason::left_scope});
  ++rows_;
  bytes_ += 20;
  return {};
}

Status PageBuilder::add_ledger(const FeedEntry& entry) {
  if (!told_.insert({kLedgerTable, entry.row}).second) return {};
  DOORSTEP_TRY(record, snapshot_.ledger_entry(entry.row));
  const Table* known = record ? projection_.find(record->item.key.table) : nullptr;
  if (known == nullptr) return {};
  DOORSTEP_TRY(sight, sight_of(kLedgerTable, entry.row));
  if (!may_read(record->item, sight)) return close_unread(entry.row);
  bytes_ += 80 + size_of(record->item.value) + size_of(record->item.base_value) + record->item.person.size();
  page_.ledger.push_back(std::move(record->item));
  ++rows_;
  return {};
}

/// Who reads some places more than others may have read it until its row left those: she hears that it is
/// closed, and nothing else of it.
Status PageBuilder::close_unread(const RowId& entry) {
  if (alike_) return {};
  wire::LedgerItem closed;
  closed.entry = entry;
  closed.open = false;
  page_.ledger.push_back(std::move(closed));
  bytes_ += 40;
  ++rows_;
  return {};
}

/// An entry without a column is about the row as a whole.
bool PageBuilder::may_read(const wire::LedgerItem& item, RoleSet sight) const {
  const TableId table = item.key.table;
  const TablePlan* plan = plan_.find(table);
  if (plan == nullptr || !rights().may(table, sight, Verb::read)) return false;
  const int at = plan->table->position(item.column);
  return at < 0 || !rights().hidden(table, sight)[static_cast<std::size_t>(at)];
}

wire::RowSection& PageBuilder::section_of(const Table& table, std::vector<wire::RowSection>& sections) {
  for (wire::RowSection& section : sections)
    if (section.table == table.id) return section;
  wire::RowSection& section = sections.emplace_back();
  section.table = table.id;
  for (const Column& column : table.columns) section.columns.push_back(column.id);
  return section;
}

}  // namespace doorstep::server
