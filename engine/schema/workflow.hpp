#pragma once

#include "schema/pack.hpp"

/// Questions about a column of merge kind `workflow`, answered from its declared states and moves.
namespace doorstep {

/// How far along a state is: 1 for the first; 0 for null and for a state that this pack does not know.
int rank_of(const Column& column, const Value& state);

/// Whether one may go from `from` (null: nobody wrote it yet) to `to`.
bool may_move(const Column& column, const Value& from, const Value& to);

/// A move that does not lead further along begins the next round: a hazard that came back.
bool reopens(const Column& column, const Value& from, const Value& to);

}  // namespace doorstep
