#pragma once

#include <doorstep/error.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/office.hpp"

/// What people at the office do with held groups; also while another process serves.
namespace doorstep::server {

/// A held group with what a person needs to decide about it.
struct HeldGroup {
  GroupRecord record;
  std::optional<Group> content;  ///< None when the bytes do not decode.
  std::string person;
  std::string device;
  std::vector<GroupName> dependents;  ///< Held because of this one, directly.
};

struct HeldGroups {
  std::shared_ptr<const PackPlan> plan;  ///< The newest: for names of tables and columns.
  std::vector<HeldGroup> groups;
};

/// In order of admission.
Result<HeldGroups> held_groups(Office& office);

/// Who decides, in the office's words, and what the holder is to read.
struct Decider {
  std::string by;
  std::string note;
};

/// What became of a group, and of those that depend on it.
struct Decided {
  GroupRecord record;
  std::vector<GroupRecord> dependents;
};

/// Applies the original bytes, with their names, bases and claimed stamp. The office's word stands for the
/// scope that the author lacks; whatever else speaks against the group still holds it, and is its reason
/// then. Dependents are tried next. Errors: `not_found` unless the group is held.
Result<Decided> release_group(Office& office, const GroupName& name, const Decider& decider);

/// Gives the group back to its holder for good, and what builds on it. Errors: as release_group().
Result<Decided> return_group(Office& office, const GroupName& name, const Decider& decider);

/// A value in place of the group's, or one more.
struct HeldEdit {
  TableId table{};
  std::optional<RowId> row;  ///< Needed where the group writes several rows of the table.
  ColumnId column{};
  Value value;
};

/// Applies the edited content as a group of the office's own against today's rows; the original becomes
/// `replaced`. A natural key that changes gives the row another id, also where the group refers to it.
/// Errors: as release_group(), and `validation_failed`, `invalid_argument`; then nothing was changed.
Result<Decided> edit_group(Office& office, const GroupName& name, const std::vector<HeldEdit>& edits,
                           const Decider& decider);

}  // namespace doorstep::server
