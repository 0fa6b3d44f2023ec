#include "base/error.hpp"
#include "schema/calendar.hpp"
#include "schema/view_arguments.hpp"
#include "search/finder.hpp"
#include "store/guard.hpp"
#include "store/phone_store.hpp"
#include "views/pack_views.hpp"
#include "wire/codec.hpp"

/// Questions that the pack brings (docs/packs.md, "Views"), and those that people type (docs/search.md).
namespace doorstep {
namespace {

tl::unexpected<Error> not_joined() {
  return fail(ErrorDomain::usage, ErrorCode::not_joined, Retry::never,
              "这部手机还没有加入街道。请先用邀请链接加入。",
              "This phone has not joined an office yet. Join with an invitation first.");
}

}  // namespace

Result<ResultSet> PhoneStore::view(std::string_view name, const std::vector<NamedValue>& parameters) {
  std::shared_ptr<const Pack> pack;
  const View* view = nullptr;
  std::vector<Value> arguments;
  {
    const std::lock_guard lock(mutex_);
    if (wiped_) return tl::unexpected(wiped_error());
    if (!pack_) return not_joined();
    pack = pack_;
    DOORSTEP_TRY(found, need_view(*pack, name));
    view = found;
    std::vector<NamedValue> given = parameters;
    for (auto& [parameter_name, value] : given) {
      const ViewParameter* parameter = view->find_parameter(parameter_name);
      const auto* text = std::get_if<std::string>(&value);
      if (parameter == nullptr || !parameter->target || text == nullptr || text->empty()) continue;
      DOORSTEP_TRY(id, resolve_on(writer_, *pack->find(*parameter->target), *text));
      value = to_text(id);
    }
    DOORSTEP_TRY(values, view_arguments(*view, given, {now().ms, state_.person}));
    arguments = std::move(values);
  }
  const std::lock_guard lock(reader_mutex_);
  DOORSTEP_TRY(statement, read_statement(view->sql));
  const std::vector<Value> values = values_for(*statement, *view, arguments);
  const std::string unfit = UserSql::unfit(statement->handle(), view->sql, values.size(), true);
  if (!unfit.empty())
    return fail_usage("视图 " + view->name + " 用不了:" + unfit + "。",
                      "The view " + view->name + " cannot be used: " + unfit + ".");
  return run_query(*statement, values);
}

Result<std::vector<Found>> PhoneStore::find(std::string_view text, std::size_t limit) {
  std::shared_ptr<const Pack> pack;
  std::string today;
  {
    const std::lock_guard lock(mutex_);
    if (wiped_) return tl::unexpected(wiped_error());
    if (!pack_) return not_joined();
    pack = pack_;
    today = local_date(now().ms);
  }
  const std::lock_guard lock(reader_mutex_);
  DOORSTEP_CHECK(read_statement("SELECT 1"));  // There is a reader, and the phone was not wiped meanwhile.
  return find_rows(reader_, *pack, text, today, limit);
}

Result<std::string> PhoneStore::catalogue() {
  const std::lock_guard lock(mutex_);
  if (wiped_) return tl::unexpected(wiped_error());
  if (!pack_) return not_joined();
  return wire::to_json(*pack_);
}

Result<std::string> PhoneStore::sql_of_view(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (wiped_) return tl::unexpected(wiped_error());
  if (!pack_) return not_joined();
  DOORSTEP_TRY(view, need_view(*pack_, name));
  return view->sql;
}

}  // namespace doorstep
