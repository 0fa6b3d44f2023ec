#include "pipeline/decide.hpp"

#include "base/error.hpp"
#include "merge/deciding.hpp"
#include "pipeline/office_writer.hpp"
#include "pipeline/work_row.hpp"
#include "schema/validation.hpp"

namespace doorstep::server {
namespace {

tl::unexpected<Error> cannot_decide(Undecidable why) {
  if (why == Undecidable::no_value)
    return fail_usage("这里只能选保留(shown)或注销(other),不能另写内容。",
                      "Here one chooses between the two; there is no value to write.");
  return fail_usage("那条记录已经不在了,没有可以写的地方。",
                    "The row is gone: there is nothing that the value could stand in.");
}

Result<LedgerRecord> open_record(ReadSnapshot& snapshot, const RowId& entry) {
  DOORSTEP_TRY(record, snapshot.ledger_entry(entry));
  if (!record)
    return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
                "没有这一处,请用 conflicts 查看编号。", "There is no such entry. See `conflicts`.");
  if (!record->item.open)
    return fail(ErrorDomain::usage, ErrorCode::already_exists, Retry::never, "这一处已经定过了。",
                "This entry was settled already.");
  return *std::move(record);
}

Loser loser_of(const wire::LedgerItem& item) {
  return {item.kind, item.birth, item.column, {item.version, item.value, item.bases}};
}

}  // namespace

Status decide(Office& office, const RowId& entry, const Decision& decision) {
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  DOORSTEP_TRY(record, open_record(work.tx(), entry));
  WorkRow row;
  row.key = record.item.key;
  row.plan = work.plan().find(row.key.table);
  if (row.plan == nullptr) return cannot_decide(Undecidable::row_gone);
  DOORSTEP_CHECK(load(work.tx(), row));
  Decision clean = decision;
  const Column* column = row.plan->table->find(record.item.column);
  if (decision.choice == Decision::Choice::value && column != nullptr) {
    DOORSTEP_TRY(value, normalize(*column, decision.value));
    clean.value = std::move(value);
  }
  auto ops = doorstep::decide(*row.plan->table, row.key, row.before, loser_of(record.item), clean);
  if (!ops) return cannot_decide(ops.error());
  for (Op& op : *ops) DOORSTEP_CHECK(write_office_ops(work, {std::move(op)}));
  return work.commit();
}

}  // namespace doorstep::server
