#include "commands.hpp"
#include "table_text.hpp"
#include "values_json.hpp"

// Rows that are one thing: same, undo-same, folded.
namespace field {
namespace {

Json values_json(const std::vector<doorstep::NamedValue>& values) {
  Json out = Json::object();
  for (const auto& [name, value] : values) out[name] = to_json(value);
  return out;
}

Json folded_json(const doorstep::Folded& folded) {
  Json rows = Json::array();
  for (const auto& row : folded.rows)
    rows.push_back(
        {{"id", row.id}, {"name", row.name}, {"here", row.here}, {"values", values_json(row.values)}});
  Json differing = Json::array();
  for (const auto& one : folded.differing)
    differing.push_back({{"column", one.column},
                         {"row", one.row},
                         {"shown", to_json(one.shown)},
                         {"value", to_json(one.value)},
                         {"sentence", to_json(one.sentence)}});
  return {{"table", folded.table},
          {"root", folded.root},
          {"rows", std::move(rows)},
          {"values", values_json(folded.values)},
          {"differing", std::move(differing)},
          {"sentence", to_json(folded.sentence)}};
}

void tell_values(const doorstep::Folded& folded) {
  doorstep::ResultSet table{{"column", "shown"}, {}};
  for (const auto& row : folded.rows) table.columns.push_back(row.name.empty() ? row.id : row.name);
  for (std::size_t i = 0; i < folded.values.size(); ++i) {
    std::vector<doorstep::Value> line{folded.values[i].first, folded.values[i].second};
    for (const auto& row : folded.rows) line.push_back(row.here ? row.values[i].second : doorstep::Value{});
    table.rows.push_back(std::move(line));
  }
  std::printf("%s", table_text(table).c_str());
}

}  // namespace

int same(const Phone& phone, const std::string& table, const std::string& row, const std::string& other,
         const std::string& note) {
  const auto folded = phone.engine.resolve(table, row);
  if (!folded) return phone.speaker.fail(folded.error());
  const auto into = phone.engine.resolve(table, other);
  if (!into) return phone.speaker.fail(into.error());
  const auto declared = phone.engine.same(table, *folded, *into, note);
  if (!declared) return phone.speaker.fail(declared.error());
  if (phone.speaker.json())
    phone.speaker.line(Json{{"id", doorstep::to_text(*declared)}});
  else
    phone.speaker.say({"归在一起了,以后算一个。要撤销:doorstep undo-same " + table + " " + row,
                       "These are one now. To take it back: doorstep undo-same " + table + " " + row});
  return kDone;
}

int undo_same(const Phone& phone, const std::string& table, const std::string& row) {
  const auto id = phone.engine.resolve(table, row);
  if (!id) return phone.speaker.fail(id.error());
  const auto undone = phone.engine.undo_same(table, *id);
  if (!undone) return phone.speaker.fail(undone.error());
  if (phone.speaker.json())
    phone.speaker.line(Json{{"id", doorstep::to_text(*id)}, {"undone", true}});
  else
    phone.speaker.say({"撤销了,又各算各的,各自写的都在。", "Taken back. Each is counted by itself again."});
  return kDone;
}

int folded(const Phone& phone, const std::string& table, const std::string& row) {
  const auto id = phone.engine.resolve(table, row);
  if (!id) return phone.speaker.fail(id.error());
  const auto found = phone.engine.folded(table, *id);
  if (!found) return phone.speaker.fail(found.error());
  if (phone.speaker.json()) {
    phone.speaker.line(folded_json(*found));
    return kDone;
  }
  phone.speaker.say(found->sentence);
  for (const auto& one : found->differing) phone.speaker.say(one.sentence);
  tell_values(*found);
  return kDone;
}

}  // namespace field
