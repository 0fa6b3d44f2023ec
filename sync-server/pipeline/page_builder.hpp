#pragma once

#include <doorstep/error.hpp>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/limits.hpp"
#include "pipeline/office.hpp"
#include "pipeline/projection.hpp"
#include "pipeline/shift.hpp"
#include "wire/messages.hpp"

namespace doorstep::server {

/// The id of the slice that an assignment grants. It names the place and the layout of what is sent as well,
/// the reader's sight included: an assignment that is given another place, a device that has learnt new
/// columns, and a person who may read others get another slice, which starts at 0 by itself.
RowId slice_id(const RowId& assignment, const RowId& place, const Digest& layout);

/// The layout of what a person with these posts is sent: `projected`, and her sight.
Digest layout_of(const Digest& projected, const Rights& rights, const std::vector<Assignment>& posts);

/// What a device reads again before it reads on.
struct Shift {
  std::vector<ShiftedPlace> places;
  FeedPosition position{};  ///< How far.
};

/// When a page is closed, and what one check takes on.
struct PageLimits {
  std::size_t rows = doorstep::limits::kPageRows;
  std::size_t bytes = doorstep::limits::kPageBytes;
  std::size_t checked_rows = 1'024;  ///< A part that has more is divided further: a page's worth of a repair.
};

/// Makes the next page of a device's pull from a read snapshot.
class PageBuilder {
 public:
  struct Reader {
    ActorId actor{};
    GroupNumber included_through{};  ///< Own groups in the device's canonical state.
    GroupNumber verdict_through{};   ///< Own groups it has verdicts of.
    RowId person;
    bool doubts_its_rows = false;  ///< Then its own ones are sent too, not named.
  };

  PageBuilder(ReadSnapshot& snapshot, const Projection& projection, const Territory& territory,
              const Reader& reader, const PageLimits& limits)
      : snapshot_(snapshot),
        projection_(projection),
        plan_(projection.newest()),
        territory_(territory),
        reader_(reader),
        limits_(limits) {}

  /// Fills the page and moves `shift` on to the feed's head, then the slices. True at a checkpoint: every
  /// slice stands there.
  Result<bool> build(std::vector<Slice>& slices, Shift& shift);
  /// At a checkpoint, of the same moment: what the device's rows in `bucket`, or in a finer one within it
  /// when that has too many, sum up to. With `repair` the page gets all of them.
  Result<wire::Checksum> check(wire::Bucket bucket, bool repair);
  wire::Page take_page() { return std::move(page_); }

 private:
  Status read_range(FeedPosition after, FeedPosition through, FeedPosition& reached);
  Status scan(FeedPosition after, FeedPosition through, FeedPosition& reached);
  Status look_up(const std::vector<Territory::Place>& places, FeedPosition after, FeedPosition through,
                 FeedPosition& reached);
  Status read_again(Shift& shift, FeedPosition head);
  Status review(const FeedEntry& entry, bool only_from_below);
  std::optional<std::vector<Territory::Place>> few_places(FeedPosition after, FeedPosition through) const;

  Result<bool> belongs(const FeedEntry& entry);
  Result<bool> is_readers(ActorId author);
  bool lies_in(Territory::Place place, bool seen_from_below) const;
  bool sees(Territory::Place root, Territory::Place place, bool seen_from_below) const;
  const Rights& rights() const { return plan_.rights(); }
  Status add(const FeedEntry& entry);
  Status add_row(const TablePlan& plan, const FeedEntry& entry);
  bool may_read(const wire::LedgerItem& item, RoleSet sight) const;
  Status add_gone(const FeedEntry& entry);
  Status add_left(const TablePlan* plan, const FeedEntry& entry);
  Status add_ledger(const FeedEntry& entry);
  Status close_unread(const RowId& entry);
  RoleSet roles_at(const FeedEntry& entry, bool seen_from_below) const;
  Result<RoleSet> sight_of(TableId table, const RowId& row);
  Result<bool> is_erased(const TablePlan& plan, const RowId& row);
  Result<bool> add_own(const TablePlan& plan, const RowView& row, RoleSet sight);
  void take_grants(const std::vector<Slice>& slices);
  Result<bool> stands_as_pushed(const TablePlan& plan, GroupNumber group);
  Result<std::size_t> append_row(const TablePlan& plan, const RowId& id, const RowView& row, RoleSet sight,
                                 std::vector<wire::RowSection>& sections);
  static wire::RowSection& section_of(const Table& table, std::vector<wire::RowSection>& sections);
  bool full() const;

  // page_check.cpp
  Result<std::vector<RowKey>> keys_in_scope(const wire::Bucket& bucket);
  std::vector<Territory::Place> places_in_sight() const;
  Result<bool> read_rows(const std::vector<RowKey>& keys, std::size_t most,
                         std::vector<wire::RowSection>& sections);
  void add_missing(std::vector<wire::RowSection> sections);

  ReadSnapshot& snapshot_;
  const Projection& projection_;
  const PackPlan& plan_;
  const Territory& territory_;
  const Reader reader_;
  const PageLimits limits_;

  std::vector<Grant> grants_;            ///< Every slice of the person.
  RoleSet roles_ = 0;                    ///< Of all of them.
  bool alike_ = true;                    ///< They all read the same.
  std::vector<Territory::Place> roots_;  ///< Of the slices being read.
  std::vector<Territory::Place> above_;  ///< What they lie beneath, for what is seen from below.
  bool reads_again_ = false;             ///< Rows may be met twice.

  wire::Page page_;
  std::size_t rows_ = 0;
  std::size_t bytes_ = 0;
  std::unordered_map<std::uint64_t, bool> readers_;  ///< Authors of rows without a place, asked for.
  std::unordered_set<RowKey> told_;                  ///< Of rows that may stand at several places.
  /// Own groups of this pull whose rows may not be named, in some or all tables.
  enum class Exception : std::uint8_t { perhaps_altered, decided_later };
  std::optional<std::unordered_map<std::uint64_t, Exception>> exceptions_;
};

}  // namespace doorstep::server
