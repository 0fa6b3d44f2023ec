#pragma once

#include <doorstep/error.hpp>
#include <memory>
#include <vector>

#include "base/crypto.hpp"
#include "pipeline/pack_plan.hpp"
#include "store/store.hpp"
#include "wire/messages.hpp"

namespace doorstep::server {

/// How the office's rows, which are of its newest pack, look to a device that speaks another version: the
/// tables and columns of that version, values in its types. Versions of cells that the device does not know
/// travel without their values, so that its deletes can say that they have seen them. What its holder may not
/// read does not travel at all (docs/rights.md). Immutable; shared between threads.
class Projection {
 public:
  /// `guessed`: what the device speaks is not known here, `spoken` stands for it.
  Projection(std::shared_ptr<const PackPlan> newest, std::shared_ptr<const PackPlan> spoken, bool guessed);

  const PackPlan& newest() const { return *newest_; }

  /// The table as the device knows it; nullptr when it does not.
  const Table* find(TableId table) const { return spoken_->pack().find(table); }

  /// Appends the row's values in the columns of find(table), and its metadata for them, without the cells of
  /// `hidden` columns and with its masks filled in.
  Status append(const TablePlan& plan, const RowView& row, const ColumnSet& hidden,
                wire::RowSection& section) const;
  /// Of a row that one op wrote whole: whether the reader is sent anything else.
  static bool alters(const TablePlan& plan, const RowView& row, const ColumnSet& hidden);

  /// Says which rows and columns a device has that holds everything it may: when it changes, the device must
  /// be sent everything again. Labels, choices and rules are not in it.
  const Digest& layout() const { return layout_; }

 private:
  std::shared_ptr<const PackPlan> newest_;
  std::shared_ptr<const PackPlan> spoken_;
  std::vector<TableId> verbatim_;  ///< Tables that are the same in both; sorted.
  Digest layout_{};
};

}  // namespace doorstep::server
