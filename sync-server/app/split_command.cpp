#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/roster.hpp"
#include "app/row_names.hpp"
#include "app/terminal.hpp"
#include "base/error.hpp"
#include "pipeline/split.hpp"

// `split`.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

std::string in_words(const Value& value) {
  return is_null(value) ? "(空)" : for_terminal(display_text(value));
}

ordered_json to_json(const std::vector<MovedCell>& cells) {
  ordered_json out = ordered_json::array();
  for (const MovedCell& cell : cells)
    out.push_back({{"column", cell.column->name},
                   {"value", to_json_value(cell.value)},
                   {"before", to_json_value(cell.before)}});
  return out;
}

void tell(const SplitPlan& found, bool dry_run) {
  const std::string number = std::to_string(found.number);
  say((dry_run ? "会分出第" : "分出了第") + number + "户:",
      (dry_run ? "Would make household number " : "Made household number ") + number + ":");
  for (const MovedCell& cell : found.taken)
    say("  " + cell.column->label.zh + ":" + in_words(cell.value),
        "  " + cell.column->name + ": " + in_words(cell.value));
  const std::string people = std::to_string(found.residencies.size());
  say("  跟着过去的居民:" + people + "人。", "  Residents who go along: " + people + ".");
  for (const MovedCell& cell : found.given_back)
    say("  原来那户的“" + cell.column->label.zh + "”从“" + in_words(cell.before) + "”改回“" +
            in_words(cell.value) + "”。",
        "  In the old one " + cell.column->name + " goes back from '" + in_words(cell.before) + "' to '" +
            in_words(cell.value) + "'.");
  for (const Column* column : found.shared)
    say("  原来那户的“" + column->label.zh + "”里两家写的都在,请看一看。",
        "  In the old one " + column->name + " still has the words of both; please look at it.");
}

}  // namespace

Status run_split(const SplitOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(pack, opened->pack());
  RowId household, person;
  {
    DOORSTEP_TRY(snapshot, opened->store().snapshot());
    RowNames names(*pack, opened->office().record().office, *snapshot);
    DOORSTEP_TRY(homes, find_table(*pack, options.table));
    DOORSTEP_TRY(people, find_table(*pack, std::string(kPersonTable)));
    DOORSTEP_TRY(home, names.find(*homes, options.row));
    DOORSTEP_TRY(who, names.find(*people, options.person));
    household = home;
    person = who;
  }
  const AuditKind kind = options.dry_run ? AuditKind::looked : AuditKind::split;
  const AuditAct act =
      act_of(kind, "split " + options.table + " " + to_text(household) + " " + to_text(person));
  if (options.dry_run) DOORSTEP_CHECK(record_audit(opened->office(), act));
  const Acting acting(opened->office(), act);
  DOORSTEP_TRY(found, split_household(opened->office(), household, person, options.dry_run));
  if (!options.json) {
    tell(found, options.dry_run);
    return {};
  }
  ordered_json residencies = ordered_json::array();
  for (const RowId& id : found.residencies) residencies.push_back(to_text(id));
  const ordered_json report{{"dry_run", options.dry_run},           {"old", to_text(found.old_row)},
                            {"new", to_text(found.new_row)},        {"number", found.number},
                            {"taken", to_json(found.taken)},        {"given_back", to_json(found.given_back)},
                            {"residencies", std::move(residencies)}};
  std::printf("%s\n", report.dump(1, ' ', false, ordered_json::error_handler_t::replace).c_str());
  return {};
}

}  // namespace doorstep::server
