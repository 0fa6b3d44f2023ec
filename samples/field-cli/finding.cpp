#include "commands.hpp"
#include "table_text.hpp"

/// `find`: rows by what people type.
namespace field {
namespace {

/// What a table is called; its name where the catalogue has none.
doorstep::Sentence label_of_table(const Json& catalogue, const std::string& name) {
  for (const Json& table : catalogue.at("tables"))
    if (table.at("name") == name)
      return {table.at("label").at("zh").get<std::string>(), table.at("label").at("en").get<std::string>()};
  return {name, name};
}

Json to_json(const doorstep::Found& found) {
  Json json{{"table", found.table},   {"id", doorstep::to_text(found.row)},
            {"column", found.column}, {"text", found.text},
            {"said", found.said},     {"place", nullptr},
            {"code", nullptr},        {"address", nullptr}};
  if (!found.place) return json;
  json["place"] = doorstep::to_text(*found.place);
  json["code"] = found.place_code;
  json["address"] = found.address;
  return json;
}

}  // namespace

int find(const Phone& phone, const std::string& text, std::size_t limit) {
  const auto found = phone.engine.find(text, limit);
  if (!found) return phone.speaker.fail(found.error());
  if (phone.speaker.json()) {
    Json rows = Json::array();
    for (const doorstep::Found& row : *found) rows.push_back(to_json(row));
    phone.speaker.line(rows);
    return kDone;
  }
  if (found->empty()) {
    phone.speaker.say(
        {"这部手机里没有找到“" + text + "”。可以只写姓或门牌号;拼音只写每个字的第一个字母,如 wsf。",
         "Nothing on this phone fits \"" + text +
             "\". Try the surname or the door alone; of pinyin the first letter of each character."});
    return kDone;
  }
  const auto catalogue_text = phone.engine.catalogue();
  if (!catalogue_text) return phone.speaker.fail(catalogue_text.error());
  const Json catalogue = Json::parse(*catalogue_text);
  doorstep::ResultSet rows;
  for (const doorstep::Sentence& label :
       {doorstep::Sentence{"地址", "Where"}, {"编码", "Code"}, {"是什么", "What"}, {"内容", "Says"}})
    rows.columns.push_back(phone.speaker.heading(label));
  for (const doorstep::Found& row : *found)
    rows.rows.push_back(
        {row.address, row.place_code, phone.speaker.word(label_of_table(catalogue, row.table)), row.said});
  std::string out = table_text(rows);
  out.pop_back();
  phone.speaker.line(out);
  if (found->size() == limit)
    phone.speaker.say({"只列出最合适的" + std::to_string(limit) + "条,多写几个字可以找得更准。",
                       "These are the best " + std::to_string(limit) + "; write more to narrow it down."});
  return kDone;
}

}  // namespace field
