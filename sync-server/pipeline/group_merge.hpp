#pragma once

#include <doorstep/error.hpp>
#include <optional>
#include <string>
#include <vector>

#include "merge/folding.hpp"
#include "pipeline/office.hpp"
#include "pipeline/work_row.hpp"

namespace doorstep::server {

/// Whose group it is.
struct Author {
  ActorId actor{};
  RowId person;      ///< Nil for the office.
  Stamp last_stamp;  ///< The largest admitted from this actor before this group.
  bool is_office = false;
  bool scope_waived = false;  ///< The office's word stands for the assignment that the author lacks.
  std::optional<std::int64_t> lost_ms;  ///< Since when the device may have been in other hands.
};

/// What the office made of a group.
struct Admission {
  wire::VerdictKind verdict = wire::VerdictKind::effective;
  wire::HoldReason reason = wire::HoldReason::none;
  std::string detail;
  Stamp stamp;  ///< Under which it was admitted; the claimed one while it is held.
  std::optional<RowKey> awaited = std::nullopt;  ///< While it is held: the row that has to change first.
};

/// Why a group cannot be applied.
struct Hold {
  wire::HoldReason reason = wire::HoldReason::none;
  std::string detail;
  std::optional<RowKey> awaited = std::nullopt;
};

/// Admits one group in a write transaction: decides everything in memory first, then writes, so that a held
/// group leaves no trace in the rows. One object serves one group.
class GroupMerge {
 public:
  /// `received_ms`: when the office got the group. It is judged as of then, also when that is long ago.
  GroupMerge(OfficeTransaction& work, const Author& author, std::int64_t received_ms)
      : work_(work), author_(author), received_ms_(received_ms) {}

  /// `written_under` is the pack version that the group names. Errors are the store's alone; after one the
  /// transaction must be given up.
  Result<Admission> admit(Group group, const PackPlan& written_under);

 private:
  using Check = Result<std::optional<Hold>>;

  // group_checks.cpp
  Check check_ops(const PackPlan& written_under);
  Check check_op(const Op& op, const TablePlan& plan);
  Check check_values(const Op& op, const TablePlan& plan);
  std::optional<Hold> check_keys_kept() const;
  std::optional<Hold> check_key_kept(const WorkRow& row, const Op& op) const;
  std::optional<Hold> check_forgotten() const;
  Hold hold(wire::HoldReason reason, const Table& table, const Op& op, const Column* column = nullptr) const;

  // group_rounds.cpp
  struct ReadCell {
    Value value;
    std::uint32_t round = 0;
  };
  Check check_rounds(const PackPlan& written_under);
  Check check_round(const WorkRow& row, const Table& table, const Op& op, const CellWrite& write,
                    const Column& column);
  struct ReadCells {
    std::vector<ReadCell> cells;
    bool is_cut = false;  ///< Some were read so long ago that the office no longer has them.
  };
  Result<ReadCells> read_by(const WorkRow& row, const CellWrite& write);
  bool may_decide(const WorkRow& row) const;
  std::int64_t recorded_ms() const;

  // group_rights.cpp
  std::optional<Hold> check_rights_anywhere() const;
  Check check_rights_before();
  Check check_rights_after();
  Check check_rights(const WorkRow& row, const Op& op, RoleSet roles);
  Hold not_permitted(const Op& op, RoleSet roles, Verb change) const;
  RoleSet roles_before(const WorkRow& row) const;
  RoleSet roles_in(const std::vector<RowId>& places) const;
  Result<bool> is_registrar(const WorkRow& row);
  Result<bool> is_authors(ActorId actor);

  /// A declaration that the group's author had surely read.
  struct ReadDeclaration {
    TableId table{};
    SameDeclaration same;
  };

  // group_scope.cpp
  Check check_scope_before();
  Check check_lent_places(const WorkRow& row, const Op& op);
  Check check_reach(const TablePlan& plan, const RowId& row, const Op& op);
  Check check_scope_after();
  std::optional<Hold> reshape_territory();
  bool reshape(const WorkRow& row);
  std::optional<Hold> check_shape() const;
  void restore_territory();
  Scope scope_as_recorded() const;
  bool covers(const std::vector<RowId>& places) const;
  Result<bool> is_authors_own(const std::vector<FeedEntry>& feed);

  // group_same.cpp
  Check check_declarations();
  Check check_declaration(const WorkRow& row, const Op& op, std::vector<ReadDeclaration>& read);
  Result<std::vector<ReadDeclaration>> read_declarations();
  void forget_rewritten(std::vector<ReadDeclaration>& read) const;

  // group_merge.cpp
  Status load_rows();
  Stamp admitted_stamp() const;
  bool drop_future_claims();
  std::optional<Hold> merge_ops();
  Status find_places();
  Status store_rows();
  Status store_row(WorkRow& row);
  Status log_territory();

  // ledger_update.cpp
  Status store_ledger(const WorkRow& row, std::vector<RowId>& touched);
  Status open_entry(const WorkRow& row, const Loser& loser, std::vector<RowId>& touched);
  Status close_entry(const WorkRow& row, const Loser& loser, std::vector<RowId>& touched);
  Status describe_shown(const RowState& row, LedgerRecord& record);
  bool is_decision(const WorkRow& row, const Loser& loser) const;
  Status resolve_base(wire::LedgerItem& item);

  OfficeTransaction& work_;
  const Author& author_;
  const std::int64_t received_ms_;

  Group group_;
  Stamp stamp_;
  Scope scope_;
  std::vector<WorkRow> rows_;  ///< One an op, in their order.

  /// How the territory was, for a group that turns out to be held.
  struct OldPlace {
    RowId id;
    bool known = false;  ///< Something hung beneath it or it was a place.
    std::optional<RowId> parent;
    std::optional<RowId> new_parent;
  };
  struct OverlayChange {
    RowId place;
    RowId overlay;
    bool added = false;
  };
  struct OldAssignment {
    RowId id;
    std::optional<Assignment> assignment;
  };
  std::vector<OldPlace> old_places_;
  std::vector<OverlayChange> overlay_changes_;
  std::vector<OldAssignment> old_assignments_;
};

}  // namespace doorstep::server
