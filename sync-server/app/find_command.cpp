#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/open_office.hpp"
#include "app/terminal.hpp"
#include "base/error.hpp"
#include "schema/calendar.hpp"
#include "sqlite/office_file.hpp"

// `find`: rows by what people type.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const Found& found) {
  ordered_json json{{"table", found.table}, {"id", to_text(found.row)}, {"column", found.column},
                    {"text", found.text},   {"said", found.said},       {"place", nullptr},
                    {"code", nullptr},      {"address", nullptr}};
  if (!found.place) return json;
  json["place"] = to_text(*found.place);
  json["code"] = found.place_code;
  json["address"] = found.address;
  return json;
}

}  // namespace

Status run_find(const FindOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(pack, opened->pack());
  DOORSTEP_CHECK(record_audit(opened->office(), act_of(AuditKind::queried, "find " + options.text)));
  DOORSTEP_TRY(found, find_in_office_file(opened->folder().database().string(), *pack, options.text,
                                          local_date(opened->now_ms()), options.limit));
  if (options.json) {
    ordered_json rows = ordered_json::array();
    for (const Found& row : found) rows.push_back(to_json(row));
    std::printf("%s\n", rows.dump(1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return {};
  }
  if (found.empty()) {
    say("没有找到“" + options.text + "”。可以只写姓或门牌号;拼音只写每个字的第一个字母,如 wsf。",
        "Nothing fits \"" + options.text +
            "\". Try the surname or the door alone; of pinyin the first letter of each character.");
    return {};
  }
  std::vector<std::vector<Value>> rows;
  for (const Found& row : found)
    rows.push_back({row.address, row.place_code, pack->find(row.table)->label.zh, row.said});
  std::fputs(format_table({"地址 Where", "编码 Code", "是什么 What", "内容 Says"}, rows).c_str(), stdout);
  if (found.size() == options.limit)
    warn("只列出最合适的" + std::to_string(options.limit) + "条,多写几个字可以找得更准。",
         "These are the best " + std::to_string(options.limit) + "; write more to narrow it down.");
  return {};
}

}  // namespace doorstep::server
