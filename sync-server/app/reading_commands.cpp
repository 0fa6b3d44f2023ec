#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/open_office.hpp"
#include "app/output_file.hpp"
#include "app/row_names.hpp"
#include "app/terminal.hpp"
#include "app/view_sheet.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "schema/ddl.hpp"
#include "schema/view_arguments.hpp"
#include "sqlite/office_file.hpp"
#include "wire/codec.hpp"

// `query`, `view` and `catalogue`.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

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

ordered_json to_json(const QueryRows& result) {
  ordered_json rows = ordered_json::array();
  for (const auto& row : result.rows) {
    ordered_json object = ordered_json::object();
    for (std::size_t i = 0; i < row.size(); ++i) object[result.columns[i]] = to_json_value(row[i]);
    rows.push_back(std::move(object));
  }
  return rows;
}

void print_json(const ordered_json& json) {
  std::printf("%s\n", json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

void warn_count(const QueryRows& result) {
  const std::string count = std::to_string(result.rows.size());
  warn("共" + count + "行。", counted(result.rows.size(), "row") + ".");
}

std::string both(const Label& label) { return label.zh == label.en ? label.zh : label.zh + " " + label.en; }

void list_views(const Pack& pack, bool json) {
  if (json) return print_json(ordered_json::parse(wire::to_json(pack)).at("views"));
  for (const View& view : pack.views) {
    std::printf("%s  %s\n", view.name.c_str(), both(view.label).c_str());
    for (const ViewParameter& parameter : view.parameters) {
      // The office is no person.
      const bool needed =
          parameter.default_rule == DefaultRule::none || parameter.default_rule == DefaultRule::me;
      std::printf("    %s=  %s%s\n", parameter.name.c_str(), both(parameter.label).c_str(),
                  needed ? "(要写明)(must be given)" : "");
    }
  }
  const std::string count = std::to_string(pack.views.size());
  warn("共" + count + "个视图。", counted(pack.views.size(), "view") + ".");
}

/// `name=value`; what people call a row becomes its id.
Result<std::vector<NamedValue>> read_parameters(const Pack& pack, const View& view, RowNames& names,
                                                const std::vector<std::string>& typed) {
  std::vector<NamedValue> given;
  for (const std::string& text : typed) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail_usage("“" + text + "”看不懂,请写成 参数=值。",
                        "\"" + text + "\" is not understood. Write parameter=value.");
    const std::string name = text.substr(0, equals);
    std::string value = text.substr(equals + 1);
    const ViewParameter* parameter = view.find_parameter(name);
    if (parameter != nullptr && parameter->target && !value.empty()) {
      DOORSTEP_TRY(id, names.find(*pack.find(*parameter->target), value));
      value = to_text(id);
    }
    given.emplace_back(name, std::move(value));
  }
  return given;
}

/// A point a row, where the view tells where.
std::optional<Coordinates> coordinates_of(const View& view) {
  const auto position = [&](const char* name) {
    return static_cast<std::size_t>(
        std::find_if(view.columns.begin(), view.columns.end(),
                     [&](const ViewColumn& column) { return column.name == name; }) -
        view.columns.begin());
  };
  const Coordinates at{position("longitude"), position("latitude")};
  if (at.longitude == view.columns.size() || at.latitude == view.columns.size()) return std::nullopt;
  return at;
}

}  // namespace

Status run_query(const QueryOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_CHECK(record_audit(opened->office(), act_of(AuditKind::queried, options.sql)));
  DOORSTEP_TRY(result, query_office_file(opened->folder().database().string(), options.sql));
  hide_meta(result, options.sql);
  if (options.json) {
    print_json(to_json(result));
    return {};
  }
  if (!result.columns.empty()) std::fputs(format_table(result.columns, result.rows).c_str(), stdout);
  warn_count(result);
  return {};
}

Status run_view(const ViewOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(pack, opened->pack());
  if (options.name.empty()) {
    list_views(*pack, options.json);
    return {};
  }
  DOORSTEP_TRY(view, need_view(*pack, options.name));
  std::string subject = "view " + view->name;
  for (const std::string& parameter : options.parameters) subject += " " + parameter;
  if (!options.file.empty()) {
    DOORSTEP_TRY(kind, output_kind(options.file));
    if (options.to_sign && kind != OutputKind::xlsx)
      return fail_usage("签字栏只用于 .xlsx 文件。", "A column to sign in is for .xlsx files only.");
    subject += " " + options.file;
  }
  DOORSTEP_CHECK(record_audit(opened->office(), act_of(AuditKind::queried, subject)));
  DOORSTEP_TRY(snapshot, opened->store().snapshot());
  const RowId& office = opened->office().record().office;
  RowNames names(*pack, office, *snapshot);
  DOORSTEP_TRY(given, read_parameters(*pack, *view, names, options.parameters));
  DOORSTEP_TRY(arguments, view_arguments(*view, given, {opened->now_ms(), std::nullopt}));
  DOORSTEP_TRY(result, view_office_file(opened->folder().database().string(), *view, arguments));
  if (options.json) {
    print_json(to_json(result));
    return {};
  }
  SnapshotRows rows(*snapshot);
  References references(*pack, office, rows);
  DOORSTEP_TRY(sheet, view_sheet(*pack, references, *view, std::move(result)));
  const std::size_t rows_out = sheet.rows.size();
  const std::string count = std::to_string(rows_out);
  if (!options.file.empty()) {
    sheet.to_sign = options.to_sign;
    DOORSTEP_CHECK(write_output(options.file, {std::move(sheet), coordinates_of(*view)}));
    say("已导出" + view->label.zh + " " + count + " 行到 " + options.file + "。",
        "Exported " + counted(rows_out, "row") + " of " + view->name + " to " + options.file + ".");
    return {};
  }
  std::vector<std::string> headings;
  for (const ViewColumn& column : view->columns) headings.push_back(both(column.label));
  std::fputs(format_table(headings, sheet.rows).c_str(), stdout);
  warn("共" + count + "行。", counted(rows_out, "row") + ".");
  return {};
}

Status run_catalogue(const CatalogueOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(pack, opened->pack());
  print_json(ordered_json::parse(wire::to_json(*pack)));
  return {};
}

}  // namespace doorstep::server
