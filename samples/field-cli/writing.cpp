#include "writing.hpp"

#include <algorithm>

#include "values_json.hpp"

namespace field {
namespace {

using doorstep::Result;
using doorstep::RowId;
using doorstep::Status;

constexpr const char* kVerbs[] = {"add", "edit", "remove"};

std::optional<Verb> verb_of(std::string_view word) {
  for (const Verb verb : {Verb::add, Verb::edit, Verb::remove})
    if (word == kVerbs[static_cast<int>(verb)]) return verb;
  return std::nullopt;
}

/// The label in `@label`, or nullopt: a note may begin with @ and somebody's name all the same.
std::optional<std::string> label_in(std::string_view text) {
  if (text.size() < 2 || text[0] != '@') return std::nullopt;
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (!std::all_of(text.begin() + 1, text.end(), plain)) return std::nullopt;
  return std::string(text.substr(1));
}

Result<RowId> labelled(const Labels& labels, const std::string& label) {
  const auto at = labels.find(label);
  if (at == labels.end())
    return refuse("前面没有哪一行叫“" + label + "”。请先写“" + label + ": add …”。",
                  "No line above is labelled \"" + label + "\". Write \"" + label + ": add ...\" first.");
  return at->second;
}

bool is_label(const std::string& word) {
  return word.size() > 1 && word.back() == ':' && label_in("@" + word.substr(0, word.size() - 1)).has_value();
}

}  // namespace

doorstep::Error usage_error(std::string zh, std::string en) {
  return {doorstep::ErrorDomain::usage, doorstep::ErrorCode::invalid_argument, doorstep::Retry::never,
          std::move(zh), std::move(en)};
}

tl::unexpected<doorstep::Error> refuse(std::string zh, std::string en) {
  return tl::unexpected(usage_error(std::move(zh), std::move(en)));
}

Result<Change> read_change(const std::vector<std::string>& words) {
  Change change;
  std::size_t at = 0;
  if (!words.empty() && is_label(words[0])) change.label = words[at++].substr(0, words[0].size() - 1);
  const auto verb = at < words.size() ? verb_of(words[at]) : std::nullopt;
  const std::size_t needed = verb == Verb::add ? 2 : 3;
  if (!verb || words.size() < at + needed)
    return refuse("看不懂这一行。请写:add 表 栏目=值 …;edit 表 编号 栏目=值 …;remove 表 编号。",
                  "This is no change. Write: add TABLE column=value ...; edit TABLE ID column=value ...; "
                  "remove TABLE ID.");
  change.verb = *verb;
  change.table = words[at + 1];
  if (*verb != Verb::add) change.row = words[at + 2];
  for (at += needed; at < words.size(); ++at) {
    const std::string& word = words[at];
    const std::size_t equals = word.find('=');
    if (*verb == Verb::remove || equals == std::string::npos || equals == 0)
      return refuse("“" + word + "”不是“栏目=值”的写法。", "\"" + word + "\" is not column=value.");
    const std::string text = word.substr(equals + 1);
    change.values.emplace_back(word.substr(0, equals),
                               text.empty() ? doorstep::Value() : doorstep::Value(text));
  }
  if (*verb == Verb::edit && change.values.empty())
    return refuse("没有写要改哪个栏目。请在后面加上 栏目=值。", "Nothing to change. Add column=value.");
  return change;
}

Result<Change> read_change(const Json& object) {
  const auto refused = [] {
    return refuse(
        "看不懂这一行JSON。请写:{\"add\":表,\"values\":{…}};{\"edit\":表,\"id\":编号,"
        "\"values\":{…}};{\"remove\":表,\"id\":编号}。",
        "This JSON is no change. Write {\"add\": TABLE, \"values\": {...}}, {\"edit\": TABLE, \"id\": "
        "ROW, \"values\": {...}} or {\"remove\": TABLE, \"id\": ROW}.");
  };
  Change change;
  bool found = false;
  for (const auto& [key, value] : object.items()) {
    if (const auto verb = verb_of(key)) {
      if (found || !value.is_string()) return refused();
      found = true;
      change.verb = *verb;
      change.table = value.get<std::string>();
    } else if (key == "id" && value.is_string()) {
      change.row = value.get<std::string>();
    } else if (key == "as" && value.is_string() && label_in("@" + value.get<std::string>())) {
      change.label = value.get<std::string>();
    } else if (key == "values" && value.is_object()) {
      for (const auto& [column, cell] : value.items()) change.values.emplace_back(column, from_json(cell));
    } else {
      return refused();
    }
  }
  const bool names_row = !change.row.empty();
  if (!found || names_row != (change.verb != Verb::add) ||
      (change.verb == Verb::remove && !change.values.empty()) ||
      (change.verb == Verb::edit && change.values.empty()))
    return refused();
  return change;
}

Result<std::vector<std::string>> split_words(std::string_view line) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\r')) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (quote == 0 && (c == '\'' || c == '"'))
      quote = c;
    else if (quote != 0 && c == quote)
      quote = 0;
    else if (c == '\\' && quote != '\'' && at + 1 < line.size())
      words.back() += line[++at];
    else
      words.back() += c;
  }
  if (quote != 0)
    return refuse(std::string("引号 ") + quote + " 没有配对。",
                  std::string("A quote (") + quote + ") is not closed.");
  return words;
}

Status resolve(doorstep::Engine& engine, Change& change) {
  if (change.verb == Verb::add || label_in(change.row)) return {};
  auto id = engine.resolve(change.table, change.row);
  if (!id) return tl::unexpected(std::move(id).error());
  change.row = doorstep::to_text(*id);
  return {};
}

Result<Applied> apply(doorstep::Transaction& transaction, const Change& change, Labels& labels) {
  std::vector<doorstep::NamedValue> values = change.values;
  for (auto& [column, value] : values) {
    const auto* text = std::get_if<std::string>(&value);
    const auto label = text != nullptr ? label_in(*text) : std::nullopt;
    if (!label) continue;
    auto id = labelled(labels, *label);
    if (!id) return tl::unexpected(std::move(id).error());
    value = doorstep::to_text(*id);
  }
  Result<RowId> id = RowId{};
  if (change.verb == Verb::add) {
    id = transaction.add(change.table, values);
  } else if (const auto label = label_in(change.row)) {
    id = labelled(labels, *label);
  } else if (const auto parsed = doorstep::parse_row_id(change.row)) {
    id = *parsed;
  } else {
    id = refuse("“" + change.row + "”不是记录的编号。", "\"" + change.row + "\" is not a row's id.");
  }
  if (!id) return tl::unexpected(std::move(id).error());
  Status done;
  if (change.verb == Verb::edit) done = transaction.edit(change.table, *id, values);
  if (change.verb == Verb::remove) done = transaction.remove(change.table, *id);
  if (!done) return tl::unexpected(std::move(done).error());
  if (!change.label.empty()) labels[change.label] = *id;
  return Applied{*id, change.verb};
}

}  // namespace field
