#include "simulation/curious.hpp"

#include "base/ensure.hpp"
#include "schema/calendar.hpp"
#include "simulation/slow_sight.hpp"

namespace doorstep::simulation {
namespace {

constexpr std::string_view kAbout = "resident";

/// A resident whom the office has, and the birth date that stands there.
struct Target {
  RowId row;
  Value value;
};

Target pick(SimOffice& office, const Table& table, SeededRandom& random) {
  Target target;
  const auto snapshot = office.store().snapshot();
  ensure(snapshot.has_value(), "the office is readable");
  std::uint64_t seen = 0;
  const auto column = static_cast<std::size_t>(table.position(table.find("birth_date")->id));
  const Status read = (*snapshot)->each_row(table, [&](const RowId& id, const server::RowView& row) {
    if (random.below(++seen) != 0) return true;
    std::vector<Value> values;
    row.append_values(values);
    target = {id, values[column]};
    return true;
  });
  ensure(read.has_value(), "the office is readable");
  return target;
}

}  // namespace

std::vector<std::string> Curious::ask(SimOffice& office, const Pack& pack, const Enrolled& enrolled,
                                      SeededRandom& random) {
  const Table& table = *pack.find(kAbout);
  const Target target = pick(office, table, random);
  const bool is_there = target.row != RowId{};
  const wire::RevealRequest request{
      {table.id, is_there ? target.row : *parse_row_id("00000000-0000-4000-8000-000000000001")},
      table.find("birth_date")->id,
      "窗口登记要用"};
  const bool may = is_there && [&] {
    const auto snapshot = must(office.store().snapshot(), "snapshot");
    return SlowSight(*snapshot, pack, enrolled.person, local_date(office.pipeline().office().now_ms()))
        .may_be_told(request.key, request.column);
  }();
  ++asked_;
  const auto answer = office.reveal(enrolled.phone->store().phone().token, request);
  if (!answer) return {};
  const std::string who = enrolled.phone->name();
  if (!*answer) {
    if (answer->error().code != ErrorCode::refused) return {};  // Too often; or the office does not know her.
    ++refused_;
    if (may) return {who + " was refused what she may be told"};
    return {};
  }
  ++told_;
  if (!may) return {who + " was told what she may not be"};
  if ((*answer)->value != target.value) return {who + " was told something else than what stands there"};
  return {};
}

std::vector<std::string> Curious::check(SimOffice& office) const {
  std::uint64_t revealed = 0, not_revealed = 0;
  const auto snapshot = office.store().snapshot();
  ensure(snapshot.has_value(), "the office is readable");
  const Status read = (*snapshot)->each_audit([&](const server::AuditEntry& entry) {
    revealed += entry.kind == server::AuditKind::revealed ? 1 : 0;
    not_revealed += entry.kind == server::AuditKind::not_revealed ? 1 : 0;
    return true;
  });
  ensure(read.has_value(), "the audit trail can be read");
  const bool lost_some = office.former().has_value();
  if (!lost_some && (revealed < told_ || not_revealed < refused_))
    return {"somebody asked for a hidden value, and it is not on record"};
  if (revealed + not_revealed > asked_) return {"the audit trail has reveals that nobody asked for"};
  return {};
}

}  // namespace doorstep::simulation
