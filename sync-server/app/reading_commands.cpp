#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/open_office.hpp"
#include "app/terminal.hpp"
#include "base/error.hpp"
#include "schema/ddl.hpp"
#include "sqlite/office_file.hpp"

// `query`.
namespace doorstep::server {
namespace {

/// `SELECT *` also brings the hidden column of versions, which no person reads.
void hide_meta(QueryRows& result, const std::string& sql) {
  if (sql.find(kMetaColumn) != std::string::npos) return;
  for (std::size_t i = result.columns.size(); i-- > 0;) {
    if (result.columns[i] != kMetaColumn) continue;
    const auto at = static_cast<std::ptrdiff_t>(i);
    result.columns.erase(result.columns.begin() + at);
    for (auto& row : result.rows) row.erase(row.begin() + at);
  }
}

nlohmann::ordered_json to_json(const QueryRows& result) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const auto& row : result.rows) {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < row.size(); ++i) object[result.columns[i]] = to_json_value(row[i]);
    rows.push_back(std::move(object));
  }
  return rows;
}

}  // namespace

Status run_query(const QueryOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_CHECK(record_audit(opened->office(), act_of(AuditKind::queried, options.sql)));
  DOORSTEP_TRY(result, query_office_file(opened->folder().database().string(), options.sql));
  hide_meta(result, options.sql);
  if (options.json) {
    std::printf("%s\n",
                to_json(result).dump(1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return {};
  }
  if (!result.columns.empty()) std::fputs(format_table(result.columns, result.rows).c_str(), stdout);
  const std::string count = std::to_string(result.rows.size());
  warn("共" + count + "行。", count + (result.rows.size() == 1 ? " row." : " rows."));
  return {};
}

}  // namespace doorstep::server
