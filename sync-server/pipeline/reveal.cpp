#include "pipeline/reveal.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "pipeline/audit.hpp"
#include "pipeline/enrolment.hpp"
#include "pipeline/limits.hpp"
#include "pipeline/work_row.hpp"
#include "schema/unicode_text.hpp"

namespace doorstep::server {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

tl::unexpected<Error> no_reason() {
  return fail(ErrorDomain::usage, ErrorCode::invalid_argument, Retry::never,
              "请用2到200个字写明为什么要看,会记在街道的查阅记录里。",
              "Say in 2 to 200 characters why; it goes on the office's record.");
}

tl::unexpected<Error> too_often() {
  return fail(ErrorDomain::office, ErrorCode::overloaded, Retry::later,
              "今天查看的次数已满,请明天再查,或请街道代查。",
              "That was as often as one may ask in a day. Ask again tomorrow, or ask the office.");
}

/// The one answer to whatever somebody may not be told.
tl::unexpected<Error> not_told() {
  return fail(
      ErrorDomain::office, ErrorCode::refused, Retry::never,
      "这一项不能查看:要么不在您负责的地方,要么您的岗位不能查看它。确有需要请联系街道。",
      "This cannot be told to you: it is not at your places, or not for your post. Ask the office if you "
      "need it.");
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// `resident 0198... id_number`; what the pack does not have goes by its number.
std::string subject_of(const PackPlan& plan, const wire::RevealRequest& request) {
  const TablePlan* table = plan.find(request.key.table);
  const Column* column = table == nullptr ? nullptr : table->table->find(request.column);
  return (table == nullptr ? std::to_string(raw(request.key.table)) : table->table->name) + ' ' +
         to_text(request.key.row) + ' ' +
         (column == nullptr ? std::to_string(raw(request.column)) : column->name);
}

/// What the person's posts of today allow where the row stands.
Result<bool> may_reveal(OfficeTransaction& work, const RowId& person, const wire::RevealRequest& request) {
  const Rights& rights = work.plan().rights();
  const Scope scope = scope_of(work.territory(), rights, person, day_of(work.office().now_ms()));
  DOORSTEP_TRY(feed, work.tx().feed_of(request.key.table, request.key.row));
  RoleSet roles = 0;
  for (const RowId& place : places_in(feed))
    roles |= scope.roles_at(work.territory(), work.territory().find(place));
  return rights.may_reveal(request.key.table, roles, request.column);
}

/// None when there is no such row any more.
Result<std::optional<Value>> value_of(OfficeTransaction& work, const wire::RevealRequest& request) {
  const Table& table = *work.plan().find(request.key.table)->table;
  DOORSTEP_TRY(row, work.tx().find_row(table, request.key.row));
  if (row == nullptr) return std::nullopt;
  std::vector<Value> values;
  row->append_values(values);
  return std::move(values[static_cast<std::size_t>(table.position(request.column))]);
}

}  // namespace

Result<wire::Revealed> reveal(Office& office, ActorId device, const wire::RevealRequest& request) {
  const std::string reason(trim(request.reason));
  if (characters(reason) < limits::kLeastReasonCharacters ||
      characters(reason) > limits::kMostReasonCharacters)
    return no_reason();
  DOORSTEP_TRY(work, OfficeTransaction::begin(office));
  DOORSTEP_TRY(actor, work.tx().actor(device));
  if (!actor || actor->is_revoked()) return unknown_device();
  const std::string who = to_text(actor->person);
  DOORSTEP_TRY(asked, work.tx().asked_to_reveal(who, office.now_ms() - kDayMs));
  if (asked >= limits::kRevealsADay) return too_often();

  std::optional<Value> value;
  DOORSTEP_TRY(may, may_reveal(work, actor->person, request));
  if (may) {
    DOORSTEP_TRY(found, value_of(work, request));
    value = std::move(found);
  }
  const AuditKind kind = value ? AuditKind::revealed : AuditKind::not_revealed;
  DOORSTEP_CHECK(append_audit(work.tx(), office.entropy(), office.now_ms(),
                              {kind, who, subject_of(work.plan(), request), reason}));
  DOORSTEP_CHECK(work.commit());
  if (!value) return not_told();
  return wire::Revealed{std::move(*value)};
}

}  // namespace doorstep::server
