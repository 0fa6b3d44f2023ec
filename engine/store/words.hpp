#pragma once

#include <cstdint>
#include <doorstep/report.hpp>
#include <doorstep/value.hpp>
#include <string>

#include "merge/row.hpp"
#include "schema/pack.hpp"

/// The sentences a leader reads. She never meets sync, conflict or an error code here.
namespace doorstep::words {

/// A value as shown to a person: `(空)` for null, choices by their label.
Sentence value(const Column* column, const Value& value);

/// `今天14:20` or `11月22日14:20`, China time (UTC+8, no daylight saving).
Sentence moment(std::int64_t ms, std::int64_t now_ms);

/// For whoever holds a phone whose file was put back or copied.
Sentence rehomed();
std::vector<Sentence> status(const PhoneStatus& status, std::int64_t now_ms);
Sentence record(RecordState state);

/// Which records a group wrote, by table: `走访1条、住户1条`.
Sentence content(const Group& group, const Pack& pack);
/// What is kept or returned, why, and what its holder can do.
Sentence held(const HeldGroup& item, const Sentence& reason, std::int64_t now_ms);

/// About which row, who wrote what, which shows, why.
Sentence conflict(const Table& table, const Column* column, LoserKind kind, const Conflict& conflict,
                  std::int64_t now_ms);

}  // namespace doorstep::words
