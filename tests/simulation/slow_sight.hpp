#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "merge/row.hpp"
#include "schema/pack.hpp"
#include "simulation/machine.hpp"
#include "store/store.hpp"

/// What somebody may read by her posts, worked out the slow way from the pack's words and the office's rows:
/// the model that the office's answers are held against.
namespace doorstep::simulation {

using OfficeRows = std::map<TableId, std::map<RowId, RowState>>;

OfficeRows read_office(server::ReadSnapshot& snapshot, const Pack& pack);
void add_dead(server::ReadSnapshot& snapshot, const Pack& pack, OfficeRows& rows);

/// A post of a leader.
struct Post {
  RowId place;
  std::string role;
};

/// What its role may do with a table, as the pack has it written.
RoleRights rights_of(const Table& table, const Post& post);
bool any_reads(const Table& table, const std::vector<Post>& posts, ColumnId column);

/// Places of rows, by the pack's rules. Deleted rows still lend their places: what stands in a household that
/// was deleted stays with those who answer for its door. A deleted residency makes nobody live anywhere.
class SlowPlaces {
 public:
  SlowPlaces(const Pack& pack, const OfficeRows& alive, const OfficeRows& with_dead)
      : pack_(pack), alive_(alive), rows_(with_dead) {}

  std::set<RowId> of(const Table& table, const RowId& id, int depth = 0) const;
  bool within(const RowId& place, const RowId& root, int depth = 0) const;

 private:
  const Pack& pack_;
  const OfficeRows& alive_;
  const OfficeRows& rows_;
};

/// Where a leader's posts are, and which of them cover a row.
class SlowSight {
 public:
  /// `today`: a post that has not begun or is over shows nothing.
  SlowSight(server::ReadSnapshot& snapshot, const Pack& pack, const RowId& person, const std::string& today);

  const OfficeRows& rows() const { return rows_; }
  const std::vector<Post>& posts() const { return posts_; }
  bool is_placed(const Table& table, const RowId& id) const { return !places_.of(table, id).empty(); }
  std::vector<Post> covering(const Table& table, const RowId& id) const;
  /// Whether she may be told the plain value of a cell that is hidden from her.
  bool may_be_told(const RowKey& key, ColumnId column) const;

 private:
  static OfficeRows with_dead(server::ReadSnapshot& snapshot, const Pack& pack, OfficeRows rows);

  server::ReadSnapshot& snapshot_;
  const Pack& pack_;
  const OfficeRows rows_;
  const OfficeRows with_dead_;
  const SlowPlaces places_;
  const std::set<ActorId> devices_;
  std::vector<Post> posts_;
};

}  // namespace doorstep::simulation
