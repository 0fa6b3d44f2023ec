#pragma once

#include "sqlite/stored_forms.hpp"
#include "store/records.hpp"

/// How a change group stands in the office's file.
namespace doorstep::server {

/// What read_group() reads; `bytes` may follow.
#define GROUP_COLUMNS                                                                                     \
  "actor, number, digest, received_ms, verdict, reason, detail, admitted_stamp, decided_ms, decided_by, " \
  "note, replaced_by, redacted"

inline GroupRecord read_group(const sql::Statement& row) {
  GroupRecord group;
  group.actor = ActorId{as_unsigned(row.integer(0))};
  group.number = GroupNumber{as_unsigned(row.integer(1))};
  group.digest = array_from<32>(row.blob(2));
  group.received_ms = row.integer(3);
  group.verdict = static_cast<wire::VerdictKind>(row.integer(4));
  group.reason = static_cast<wire::HoldReason>(row.integer(5));
  group.detail = row.text(6);
  if (!row.is_null(7)) group.admitted = Stamp{as_unsigned(row.integer(7))};
  if (!row.is_null(8))
    group.decision = Ruling{row.integer(8), std::string(row.text(9)), std::string(row.text(10)),
                            GroupNumber{as_unsigned(row.integer(11))}};
  group.redacted = row.integer(12) != 0;
  if (row.column_count() > 13) group.bytes = row.blob(13);
  return group;
}

}  // namespace doorstep::server
