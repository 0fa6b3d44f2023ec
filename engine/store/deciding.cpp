#include <algorithm>

#include "base/error.hpp"
#include "merge/deciding.hpp"
#include "schema/ddl.hpp"
#include "schema/validation.hpp"
#include "store/phone_store.hpp"

/// A leader settles what two people wrote differently: an ordinary change like any other.
namespace doorstep {
namespace {

tl::unexpected<Error> cannot_decide(Undecidable why) {
  switch (why) {
    case Undecidable::row_gone:
      return fail_usage("那条记录已经不在了,这一处请街道来定。",
                        "The row is no longer here; ask the office to decide this one.");
    case Undecidable::no_value:
      return fail_usage("这里只能选保留或注销,不能另写内容。",
                        "Here one chooses between keeping and removing; there is no value to write.");
    case Undecidable::not_known:
      break;
  }
  return fail_usage("这一处请街道来定。", "Ask the office to decide this one.");
}

}  // namespace

Status PhoneStore::may_decide(const Table& table) const {
  const auto roles = roles_of_posts();
  if (!roles || rights_.may(table.id, *roles, Verb::decide)) return {};
  return fail_usage("写得不一样的地方由网格长、社区或街道来定。您可以把情况告诉他们。",
                    "Your post does not settle what others wrote. Tell somebody whose post does.");
}

/// The row as this phone shows it with all losers it knows, and which of them `entry` is.
Result<PhoneStore::OpenEntry> PhoneStore::open_entry(std::string_view entry) {
  DOORSTEP_TRY(select,
               writer_.cached("SELECT tbl, row, birth, col, kind, actor, grp, op FROM doorstep_ledger "
                              "WHERE entry = ?1"));
  DOORSTEP_TRY(found, select->bind_text(1, entry).step());
  const auto id = found ? parse_row_id(select->text(1)) : std::nullopt;
  const Table* table = found ? pack_->find(TableId{static_cast<std::uint32_t>(select->integer(0))}) : nullptr;
  if (table == nullptr || !id)
    return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never, "没有这一处,或者已经定过了。",
                "There is no such open entry; it may have been settled.");
  OpenEntry open;
  open.table = table;
  open.key = {table->id, *id};
  const Birth birth{static_cast<std::uint32_t>(select->integer(2))};
  const ColumnId column{static_cast<std::uint32_t>(select->integer(3))};
  const auto kind = static_cast<LoserKind>(select->integer(4));
  const VersionName name{ActorId{static_cast<std::uint64_t>(select->integer(5))},
                         GroupNumber{static_cast<std::uint64_t>(select->integer(6))},
                         static_cast<std::uint32_t>(select->integer(7))};
  DOORSTEP_TRY(state, shown_state(*table, *id));
  open.state = std::move(state);
  DOORSTEP_CHECK(add_known_losers(open.key, open.state));
  for (const Loser& loser : open.state.losers)
    if (loser.kind == kind && loser.birth == birth && loser.column == column &&
        loser.head.version.name == name)
      open.loser = loser;
  return open;
}

Status PhoneStore::decide(std::string_view entry, const Decision& decision) {
  Decision clean = decision;
  std::vector<Op> ops;
  ActorId reader{};
  {
    const std::lock_guard lock(mutex_);
    const Status prepared = inspect([&]() -> Status {
      if (!pack_)
        return fail(ErrorDomain::usage, ErrorCode::not_joined, Retry::never, "这部手机还没有加入街道。",
                    "This phone has not joined an office yet.");
      reader = state_.actor;
      DOORSTEP_TRY(open, open_entry(entry));
      DOORSTEP_CHECK(may_decide(*open.table));
      const Column* column = open.table->find(open.loser.column);
      if (decision.choice == Decision::Choice::value && column != nullptr) {
        DOORSTEP_TRY(value, normalize(*column, decision.value));
        clean.value = std::move(value);
      }
      auto made = doorstep::decide(*open.table, open.key, open.state, open.loser, clean);
      if (!made) return cannot_decide(made.error());
      ops = *std::move(made);
      return {};
    });
    DOORSTEP_CHECK(prepared);
  }
  for (Op& op : ops)
    DOORSTEP_CHECK(write([&] {
      lineage_.rename(op, reader);
      return record_op(op);
    }));
  return {};
}

/// Makes the running transaction's group contain `op`, and the table show it.
Status PhoneStore::record_op(const Op& op) {
  const Table& table = *pack_->find(op.key.table);
  if (op.kind == OpKind::remove) return remove(table.name, op.key.row);
  DraftOp& draft = draft_ops_[op.key];
  draft.birth = op.birth;
  draft.seen = op.seen;
  std::vector<Value> values(table.columns.size());
  std::vector<bool> given(table.columns.size(), false);
  for (const CellWrite& write : op.cells) {
    DraftCell cell{write, write.value};
    const auto at = static_cast<std::size_t>(table.position(write.column));
    if (is_composite(table.columns[at].merge)) DOORSTEP_CHECK(add_to_shown(table, op.key.row, cell));
    values[at] = cell.shown;
    given[at] = true;
    draft.cells[write.column] = std::move(cell);
  }
  if (!op.cells.empty()) return update_cells(table, op.key.row, values, given);
  // Nothing shows otherwise than before, but the row is touched.
  const std::string column = quote_name(table.columns.front().name);
  DOORSTEP_TRY(touch, writer_.cached("UPDATE " + quote_name(table.name) + " SET " + column + " = " + column +
                                     " WHERE id = ?1"));
  touch->bind_id(1, op.key.row);
  DOORSTEP_CHECK(run_write(*touch));
  return writer_.changes() == 0 ? cannot_decide(Undecidable::row_gone) : Status{};
}

}  // namespace doorstep
