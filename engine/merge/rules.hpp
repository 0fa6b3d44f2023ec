#pragma once

#include <optional>
#include <string>

#include "merge/row.hpp"

/// The rules of merge in words: what each kind does, in the sentence that people read.
namespace doorstep {

/// The name of a merge kind or a kind of ledger entry, as packs and JSON have it.
const char* name_of(MergeKind kind);
const char* name_of(LoserKind kind);

/// What a kind does with concurrent writes, without a full stop.
Label rule_of(MergeKind kind);

/// How an edit of a set or a text reads; nothing for a value that is one.
std::optional<std::string> change_in_words(MergeKind kind, const Value& value);

}  // namespace doorstep
