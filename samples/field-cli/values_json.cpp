#include "values_json.hpp"

#include "table_text.hpp"

namespace field {
namespace {

Json sentences(const std::vector<doorstep::Sentence>& all) {
  Json out = Json::array();
  for (const auto& sentence : all) out.push_back(to_json(sentence));
  return out;
}

}  // namespace

Json to_json(const doorstep::Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* bytes = std::get_if<doorstep::Bytes>(&value)) return hex(*bytes);
  return nullptr;
}

doorstep::Value from_json(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_boolean()) return std::int64_t{value.get<bool>()};
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  return value.dump();
}

Json to_json(const doorstep::ResultSet& rows) {
  Json out = Json::array();
  for (const auto& row : rows.rows) {
    Json object = Json::object();
    for (std::size_t i = 0; i < rows.columns.size(); ++i) object[rows.columns[i]] = to_json(row[i]);
    out.push_back(std::move(object));
  }
  return out;
}

Json to_json(const doorstep::SyncReport& report) {
  return {{"pushed_groups", report.pushed_groups},
          {"effective", report.effective},
          {"merged", report.merged},
          {"in_review", report.in_review},
          {"held", report.held},
          {"pack_behind", report.pack_behind},
          {"rehomed", report.rehomed},
          {"office_restored", report.office_restored},
          {"sent_again", report.sent_again},
          {"released", report.released},
          {"returned", report.returned},
          {"pulled_rows", report.pulled_rows},
          {"removed_rows", report.removed_rows},
          {"erased_rows", report.erased_rows},
          {"checked_rows", report.checked_rows},
          {"repaired_rows", report.repaired_rows},
          {"unrepaired", report.unrepaired},
          {"conflicts_opened", report.conflicts_opened},
          {"requests", report.requests},
          {"bytes_sent", report.bytes_sent},
          {"bytes_received", report.bytes_received},
          {"duration_ms", report.duration_ms},
          {"waiting_groups", report.waiting_groups}};
}

Json to_json(const doorstep::PhoneStatus& status) {
  Json held = Json::array();
  for (const auto& item : status.held)
    held.push_back({{"group", item.group}, {"reason", to_json(item.reason)}, {"detail", item.detail}});
  return {{"joined", status.joined},
          {"encrypted", status.encrypted},
          {"office_name", status.office_name},
          {"person_name", status.person_name},
          {"role", status.role},
          {"roles", status.roles},
          {"waiting_groups", status.waiting_groups},
          {"received_groups", status.received_groups},
          {"held_groups", status.held_groups},
          {"returned_groups", status.returned_groups},
          {"open_conflicts", status.open_conflicts},
          {"pull_unfinished", status.pull_unfinished},
          {"forked", status.forked},
          {"rehomed", status.rehomed},
          {"left_rows", status.left_rows},
          {"left_ms", status.left_ms ? Json(*status.left_ms) : Json()},
          {"last_contact_ms", status.last_contact_ms ? Json(*status.last_contact_ms) : Json()},
          {"clock_in_doubt", status.clock_in_doubt},
          {"actor", status.actor},
          {"held", std::move(held)},
          {"sentences", sentences(status.sentences)}};
}

Json to_json(const doorstep::HeldGroup& held, const std::vector<doorstep::HeldCell>& content) {
  Json cells = Json::array();
  for (const auto& cell : content)
    cells.push_back({{"table", cell.table},
                     {"row", cell.row},
                     {"change", cell.change},
                     {"column", cell.column},
                     {"value", to_json(cell.value)}});
  return {{"group", held.group},   {"returned", held.returned},          {"recorded_ms", held.recorded_ms},
          {"detail", held.detail}, {"sentence", to_json(held.sentence)}, {"content", std::move(cells)}};
}

Json to_json(const doorstep::Conflict& conflict) {
  return {{"entry", conflict.entry},
          {"table", conflict.table},
          {"row", conflict.row},
          {"row_name", conflict.row_name},
          {"column", conflict.column},
          {"kind", conflict.kind},
          {"decided_here", conflict.decided_here},
          {"shown_value", to_json(conflict.shown_value)},
          {"shown_by", conflict.shown_by},
          {"losing_value", to_json(conflict.losing_value)},
          {"losing_by", conflict.losing_by},
          {"losing_ms", conflict.losing_ms},
          {"base_value", to_json(conflict.base_value)},
          {"sentence", to_json(conflict.sentence)}};
}

Json to_json(const doorstep::Why& why) {
  Json steps = Json::array();
  for (const auto& step : why.steps)
    steps.push_back({{"value", to_json(step.value)},
                     {"person", step.person},
                     {"where", step.where},
                     {"version", step.version},
                     {"stamp", step.stamp},
                     {"written_ms", step.written_ms},
                     {"round", step.round}});
  return {{"table", why.table},        {"row", why.row},
          {"column", why.column},      {"shown", to_json(why.shown)},
          {"rule", why.rule},          {"from", why.from},
          {"steps", std::move(steps)}, {"sentence", to_json(why.sentence)}};
}

const char* name_of(doorstep::RecordState state) {
  switch (state) {
    case doorstep::RecordState::on_this_phone:
      return "on_this_phone";
    case doorstep::RecordState::received:
      return "received";
    case doorstep::RecordState::effective:
      return "effective";
    case doorstep::RecordState::in_question:
      return "in_question";
    case doorstep::RecordState::held:
      return "held";
  }
  return "unknown";
}

}  // namespace field
