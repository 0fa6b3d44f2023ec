#include <algorithm>

#include "base/error.hpp"
#include "pipeline/limits.hpp"
#include "pipeline/page_builder.hpp"
#include "wire/checksum.hpp"
#include "wire/row_meta.hpp"

// Checksums of a part of a device's rows, and those rows (docs/wire.md, "Checksums"): found through the feed,
// by the rule and in the form by which pages are made.
namespace doorstep::server {
namespace {

/// The same part, or one within it that has at most so many rows.
void narrow(wire::Bucket& bucket, std::vector<RowKey>& keys, std::size_t most) {
  while (keys.size() > most && bucket.of < wire::kMostBuckets) {
    bucket.of *= 2;
    keys.erase(std::remove_if(keys.begin(), keys.end(),
                              [&](const RowKey& key) { return !wire::lies_in(bucket, key.row); }),
               keys.end());
  }
}

void add_to(wire::Checksum& checksum, const Table& table, const wire::RowSection& section) {
  const std::size_t width = section.columns.size();
  for (std::size_t i = 0; i < section.ids.size(); ++i) {
    const auto first = section.values.begin() + static_cast<std::ptrdiff_t>(i * width);
    // As the device reads it. What it cannot read is unlike whatever it has, and `verify` tells the office.
    const auto row =
        wire::decode_meta(table, section.metas[i], {first, first + static_cast<std::ptrdiff_t>(width)});
    ++checksum.rows;
    if (row) checksum.sum += wire::row_sum({table.id, section.ids[i]}, *row);
  }
}

}  // namespace

/// What the page holds already is not added again.
Result<wire::Checksum> PageBuilder::check(wire::Bucket bucket, bool repair) {
  DOORSTEP_TRY(keys, keys_in_scope(bucket));
  std::vector<wire::RowSection> sections;
  for (std::size_t most = limits_.checked_rows;; most = keys.size() / 2) {
    narrow(bucket, keys, most);
    sections.clear();
    const bool divisible = keys.size() > 1 && bucket.of < wire::kMostBuckets;
    DOORSTEP_TRY(whole, read_rows(keys, divisible ? limits::kCheckedBytes : SIZE_MAX, sections));
    if (whole) break;
  }
  wire::Checksum checksum{bucket, 0, 0};
  for (const wire::RowSection& section : sections)
    add_to(checksum, *projection_.find(section.table), section);
  if (repair) add_missing(std::move(sections));
  return checksum;
}

/// The rows of the bucket that stand where the person sees them, in order.
Result<std::vector<RowKey>> PageBuilder::keys_in_scope(const wire::Bucket& bucket) {
  roots_.clear();
  for (const Grant& grant : grants_) roots_.push_back(grant.root);
  std::vector<FeedEntry> found;
  const auto note = [&](const FeedEntry& entry) {
    if (entry.kind == FeedKind::row && entry.table != kLedgerTable && wire::lies_in(bucket, entry.row) &&
        plan_.find(entry.table) != nullptr && projection_.find(entry.table) != nullptr)
      found.push_back(entry);
    return true;
  };
  for (const Territory::Place place : places_in_sight())
    DOORSTEP_CHECK(snapshot_.each_feed_at(territory_.id(place), note));
  DOORSTEP_CHECK(snapshot_.each_feed_at(std::nullopt, note));
  std::vector<RowKey> keys;
  for (const FeedEntry& entry : found) {
    DOORSTEP_TRY(theirs, belongs(entry));
    if (theirs) keys.push_back({entry.table, entry.row});
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

/// Everything at and beneath the person's places, and what lies above them, of which some is seen from below.
std::vector<Territory::Place> PageBuilder::places_in_sight() const {
  std::vector<Territory::Place> places;
  for (const auto& [root, roles] : grants_) {
    const std::vector<Territory::Place> below = territory_.subtree(root);
    places.insert(places.end(), below.begin(), below.end());
    territory_.any_upward(root, [&](Territory::Place at) {
      places.push_back(at);
      return false;
    });
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

/// False when it stopped at more than `most` bytes.
Result<bool> PageBuilder::read_rows(const std::vector<RowKey>& keys, std::size_t most,
                                    std::vector<wire::RowSection>& sections) {
  std::size_t bytes = 0;
  for (const RowKey& key : keys) {
    const TablePlan& plan = *plan_.find(key.table);
    DOORSTEP_TRY(row, snapshot_.find_row(*plan.table, key.row));
    if (row == nullptr) continue;
    RoleSet sight = roles_;
    if (!alike_) {
      DOORSTEP_TRY(roles, sight_of(key.table, key.row));
      sight = roles;
    }
    DOORSTEP_TRY(added, append_row(plan, key.row, *row, sight, sections));
    bytes += added;
    if (bytes > most) return false;
  }
  return true;
}

void PageBuilder::add_missing(std::vector<wire::RowSection> sections) {
  std::unordered_set<RowKey> there;
  for (const wire::RowSection& section : page_.sections)
    for (const RowId& id : section.ids) there.insert({section.table, id});
  for (wire::RowSection& from : sections) {
    wire::RowSection& to = section_of(*projection_.find(from.table), page_.sections);
    const std::size_t width = from.columns.size();
    for (std::size_t i = 0; i < from.ids.size(); ++i) {
      if (there.count({from.table, from.ids[i]}) != 0) continue;
      to.ids.push_back(from.ids[i]);
      to.metas.push_back(std::move(from.metas[i]));
      for (std::size_t c = 0; c < width; ++c) to.values.push_back(std::move(from.values[i * width + c]));
    }
  }
}

}  // namespace doorstep::server
