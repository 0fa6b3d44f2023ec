#pragma once

#include <doorstep/error.hpp>
#include <memory>
#include <string_view>
#include <vector>

#include "schema/pack.hpp"
#include "schema/rights.hpp"

namespace doorstep::server {

struct TablePlan;

/// Rows of `table` name the row that they lend places to, or get places from, in `column`.
struct PlaceLink {
  const TablePlan* table = nullptr;
  std::size_t position = 0;  ///< Of the column in `table`'s columns.
};

/// What the pipeline asks of a table again and again, answered once.
struct TablePlan {
  const Table* table = nullptr;
  /// The table as updates are validated against: nothing is required, and nothing depends on another column.
  Table partial;
  bool is_place = false;
  bool is_overlay = false;
  bool is_assignment = false;

  /// PlaceRule::column: the column, and the table it refers to.
  std::size_t place_position = 0;
  const TablePlan* place_target = nullptr;
  /// PlaceRule::children: the rows that lend this one their places.
  PlaceLink children;
  /// Tables whose rows get places from the rows of this one through PlaceRule::children.
  struct Parent {
    const TablePlan* table = nullptr;
    std::size_t position = 0;  ///< Of the reference, in this table's columns.
  };
  std::vector<Parent> parents;
  /// Tables with PlaceRule::column whose column refers to this table (and this table is not the places').
  std::vector<PlaceLink> dependents;

  /// Columns that mask others.
  struct MaskLink {
    std::size_t position = 0;
    std::size_t source = 0;
  };
  std::vector<MaskLink> masks;

  bool many_places = false;        ///< A row may stand at several places.
  bool has_personal = false;       ///< Some column is personal.
  bool has_claimed_times = false;  ///< max or min over times: claims from the future are not taken.
  const Column& column(std::size_t position) const { return table->columns[position]; }
};

/// Where the columns stand that the pipeline itself reads.
struct AssignmentColumns {
  std::size_t person = 0, place = 0, role = 0, starts = 0, ends = 0;
  bool has_starts = false, has_ends = false;
};

/// Of the table of overlays: which place lies beneath which.
struct OverlayColumns {
  std::size_t place = 0, overlay = 0, active = 0;
};

/// A pack, compiled for the pipeline. Immutable; shared between threads.
class PackPlan {
 public:
  /// Fails (`pack_invalid`) on a pack without the tables the engine relies on.
  static Result<std::shared_ptr<const PackPlan>> make(Pack pack);
  PackPlan(const PackPlan&) = delete;
  PackPlan& operator=(const PackPlan&) = delete;

  const Pack& pack() const { return pack_; }
  const Rights& rights() const { return rights_; }
  const TablePlan* find(TableId id) const;
  const TablePlan* find(std::string_view name) const;
  const std::vector<TablePlan>& tables() const { return tables_; }

  const TablePlan& places() const { return *places_; }
  std::size_t place_parent() const { return place_parent_; }
  /// nullptr where the pack has no overlays.
  const TablePlan* overlays() const { return overlays_; }
  const OverlayColumns& overlay() const { return overlay_; }
  const TablePlan& persons() const { return *persons_; }
  std::size_t person_name() const { return person_name_; }
  const TablePlan& assignments() const { return *assignments_; }
  const AssignmentColumns& assignment() const { return assignment_; }

 private:
  explicit PackPlan(Pack pack) : pack_(std::move(pack)), rights_(pack_) {}
  bool compile();
  bool link(TablePlan& plan);
  void spread_many_places();
  TablePlan* plan_of(TableId id);

  Pack pack_;
  Rights rights_;
  std::vector<TablePlan> tables_;
  const TablePlan* places_ = nullptr;
  const TablePlan* overlays_ = nullptr;
  OverlayColumns overlay_;
  const TablePlan* persons_ = nullptr;
  const TablePlan* assignments_ = nullptr;
  std::size_t place_parent_ = 0;
  std::size_t person_name_ = 0;
  AssignmentColumns assignment_;
};

}  // namespace doorstep::server
