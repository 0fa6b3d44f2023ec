#pragma once

#include "merge/group.hpp"
#include "merge/row.hpp"

/// Taking out what is personal (docs/erasure.md). Values go; versions stay, so that whatever comes later
/// merges as it would have.
namespace doorstep {

/// Of a row as it stands. Heads that differed agree then, so their losers go.
void erase_personal(const Table& table, RowState& row);

/// Of what somebody writes. False when there was nothing.
bool erase_personal(const Table& table, Op& op);

/// Whether the group writes something personal.
bool writes_personal(const Pack& pack, const Group& group);

}  // namespace doorstep
