#include <ctime>
#include <map>

#include "commands.hpp"
#include "table_text.hpp"
#include "values_json.hpp"

/// `view` and `catalogue`: questions that the office's pack brings, with its words for columns and choices.
namespace field {
namespace {

using doorstep::Value;

doorstep::Sentence label_of(const Json& object) {
  return {object.at("label").at("zh").get<std::string>(), object.at("label").at("en").get<std::string>()};
}

const Json* find(const Json& list, const char* key, const Json& wanted) {
  for (const Json& item : list)
    if (item.at(key) == wanted) return &item;
  return nullptr;
}

/// `2026-11-22 07:30`, where the pack's offices are; other text as it is.
std::string local_minute(const std::string& utc) {
  std::tm parts{};
  char end = 0;
  if (std::sscanf(utc.c_str(), "%d-%d-%dT%d:%d:%d.%*d%c", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                  &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &end) != 7 ||
      end != 'Z')
    return utc;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  parts.tm_hour += 8;
  const std::time_t seconds = timegm(&parts);
  std::tm local{};
  gmtime_r(&seconds, &local);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local);
  return text;
}

/// Turns the values of one column into words.
class ColumnWords {
 public:
  ColumnWords(const Phone& phone, const Json& catalogue, const Json& column)
      : phone_(phone), type_(column.at("type").get<std::string>()) {
    take_choices(column.at("choices"));
    if (column.contains("choices_of")) {
      const Json& of = column.at("choices_of");
      const Json* table = find(catalogue.at("tables"), "id", of.at("table"));
      const Json* source = table == nullptr ? nullptr : find(table->at("columns"), "id", of.at("column"));
      if (source != nullptr) take_choices(source->at("choices"));
    }
    if (!column.contains("target")) return;
    const Json* table = find(catalogue.at("tables"), "id", column.at("target"));
    if (table == nullptr || table->at("names").empty()) return;
    const Json* name = find(table->at("columns"), "id", table->at("names").at(0));
    if (name == nullptr) return;
    name_sql_ = "SELECT \"" + name->at("name").get<std::string>() + "\" FROM \"" +
                table->at("name").get<std::string>() + "\" WHERE id = ?1";
  }

  Value of(const Value& value) {
    if (type_ == "boolean" && !doorstep::is_null(value))
      return phone_.speaker.word(value == Value(std::int64_t{0}) ? doorstep::Sentence{"否", "no"}
                                                                 : doorstep::Sentence{"是", "yes"});
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return value;
    if (type_ == "time") return local_minute(*text);
    if (type_ == "list") return items(*text);
    if (!name_sql_.empty()) return name_of(*text);
    return word(*text);
  }

 private:
  void take_choices(const Json& choices) {
    for (const Json& choice : choices)
      choices_[choice.at("value").get<std::string>()] = phone_.speaker.word(label_of(choice));
  }

  std::string word(const std::string& choice) const {
    const auto at = choices_.find(choice);
    return at == choices_.end() ? choice : at->second;
  }

  std::string items(const std::string& list) const {
    const Json read = Json::parse(list, nullptr, false);
    if (!read.is_array()) return list;
    std::string all;
    for (const Json& item : read)
      all += (all.empty() ? "" : "、") + (item.is_string() ? word(item.get<std::string>()) : item.dump());
    return all;
  }

  std::string name_of(const std::string& id) {
    const auto [at, fresh] = names_.emplace(id, id);
    if (fresh) {
      const auto rows = phone_.engine.query(name_sql_, {id});
      const auto* name = rows && !rows->rows.empty() ? std::get_if<std::string>(&rows->rows[0][0]) : nullptr;
      if (name != nullptr) at->second = *name;
    }
    return at->second;
  }

  const Phone& phone_;
  std::string type_;
  std::map<std::string, std::string> choices_;
  std::string name_sql_;
  std::map<std::string, std::string> names_;
};

/// What a spreadsheet would run gets an apostrophe before it, and what it would recalculate (codes, phone
/// numbers, dates) an invisible tab, as in the office's exports.
std::string csv_cell(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return text_of(value);
  std::string guarded = *text;
  if (!text->empty() && std::string_view("=+-@\t\r\n").find(text->front()) != std::string_view::npos)
    guarded = "'" + guarded;
  else if (!text->empty() && text->front() >= '0' && text->front() <= '9')
    guarded = "\t" + guarded;
  std::string quoted = "\"";
  for (const char c : guarded) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string csv_text(const doorstep::ResultSet& rows) {
  std::string out = "\xEF\xBB\xBF";
  const auto append = [&](const std::vector<Value>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) out += (i == 0 ? "" : ",") + csv_cell(cells[i]);
    out += "\r\n";
  };
  append({rows.columns.begin(), rows.columns.end()});
  for (const auto& row : rows.rows) append(row);
  return out;
}

void put_into_words(const Phone& phone, const Json& catalogue, const Json& view, doorstep::ResultSet& rows) {
  const Json& columns = view.at("columns");
  for (std::size_t i = 0; i < rows.columns.size() && i < columns.size(); ++i) {
    rows.columns[i] = phone.speaker.heading(label_of(columns[i]));
    ColumnWords words(phone, catalogue, columns[i]);
    for (auto& row : rows.rows) row[i] = words.of(row[i]);
  }
}

int list(const Phone& phone, const Json& catalogue) {
  const Json& views = catalogue.at("views");
  if (phone.speaker.json()) {
    phone.speaker.line(views);
    return kDone;
  }
  if (views.empty())
    phone.speaker.say({"这个街道的表格包里没有视图。", "The pack of this office has no views."});
  for (const Json& view : views) {
    phone.speaker.line(view.at("name").get<std::string>() + "  " + phone.speaker.heading(label_of(view)));
    for (const Json& parameter : view.at("parameters"))
      phone.speaker.line("    " + parameter.at("name").get<std::string>() + "=  " +
                         phone.speaker.heading(label_of(parameter)) +
                         (parameter.at("default_rule") == "none"
                              ? phone.speaker.heading({"(要写明)", "(must be given)"})
                              : std::string()));
  }
  return kDone;
}

}  // namespace

int view(const Phone& phone, const std::string& name, const std::vector<std::string>& parameters, bool csv) {
  auto text = phone.engine.catalogue();
  if (!text) return phone.speaker.fail(text.error());
  const Json catalogue = Json::parse(*text);
  if (name.empty()) return list(phone, catalogue);
  std::vector<doorstep::NamedValue> given;
  for (const std::string& parameter : parameters) {
    const std::size_t equals = parameter.find('=');
    if (equals == std::string::npos || equals == 0)
      return phone.speaker.fail(
          usage_error("“" + parameter + "”看不懂,请写成 参数=值。",
                      "\"" + parameter + "\" is not understood. Write parameter=value."));
    given.emplace_back(parameter.substr(0, equals), parameter.substr(equals + 1));
  }
  auto rows = phone.engine.view(name, given);
  if (!rows) return phone.speaker.fail(rows.error());
  if (phone.speaker.json()) {
    phone.speaker.line(to_json(*rows));
    return kDone;
  }
  if (const Json* asked = find(catalogue.at("views"), "name", name))
    put_into_words(phone, catalogue, *asked, *rows);
  std::string out = csv ? csv_text(*rows) : table_text(*rows);
  out.pop_back();
  if (csv) out.pop_back();  // line() ends the last one.
  phone.speaker.line(csv ? out + '\r' : out);
  if (csv) return kDone;
  const std::size_t count = rows->rows.size();
  phone.speaker.say({"共" + std::to_string(count) + "行。", counted(count, "row") + "."});
  return kDone;
}

int catalogue(const Phone& phone) {
  const auto text = phone.engine.catalogue();
  if (!text) return phone.speaker.fail(text.error());
  phone.speaker.line(Json::parse(*text).dump(1));
  return kDone;
}

}  // namespace field
