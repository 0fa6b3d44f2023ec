#include "app/output_file.hpp"

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/data_folder.hpp"
#include "app/terminal.hpp"
#include "base/error.hpp"
#include "schema/unicode_text.hpp"

namespace doorstep::server {
namespace {

/// A coordinate, whichever number it was read as.
std::optional<double> degrees(const Value& value, double most) {
  double number = 0;
  if (const auto* real = std::get_if<double>(&value))
    number = *real;
  else if (const auto* whole = std::get_if<std::int64_t>(&value))
    number = static_cast<double>(*whole);
  else
    return std::nullopt;
  return std::abs(number) <= most ? std::optional(number) : std::nullopt;
}

nlohmann::ordered_json point(const std::vector<Value>& row, const Coordinates& at) {
  const auto longitude = degrees(row[at.longitude], 180);
  const auto latitude = degrees(row[at.latitude], 90);
  if (!longitude || !latitude) return nullptr;
  return {{"type", "Point"}, {"coordinates", {*longitude, *latitude}}};
}

}  // namespace

std::string for_file_name(const std::string& name) {
  std::string safe = for_terminal(name);
  for (char& c : safe)
    if (std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos) c = '_';
  if (safe.empty() || safe.front() == '.') safe.insert(0, 1, '_');
  return safe;
}

Result<OutputKind> output_kind(const std::string& file) {
  const std::string extension = to_ascii_lower(std::filesystem::path(file).extension().string());
  if (extension == ".csv") return OutputKind::csv;
  if (extension == ".xlsx") return OutputKind::xlsx;
  if (extension == ".geojson") return OutputKind::geojson;
  return fail_usage("文件名请以 .csv、.xlsx 或 .geojson 结尾:" + file,
                    "The file's name must end in .csv, .xlsx or .geojson: " + file);
}

Status write_output(const std::string& file, const Output& output) {
  DOORSTEP_TRY(kind, output_kind(file));
  if (kind == OutputKind::csv) return write_file(file, tabular::to_csv(output.sheet));
  if (kind == OutputKind::xlsx) {
    DOORSTEP_TRY(bytes, tabular::to_xlsx(output.sheet));
    return write_file(file, bytes);
  }
  if (!output.coordinates)
    return fail_usage(
        "“" + output.sheet.name + "”没有经度和纬度,不能导出为 .geojson,请用 .xlsx 或 .csv。",
        "'" + output.sheet.name + "' has no longitude and latitude. Export it as .xlsx or .csv.");
  return write_file(file, to_geojson(output.sheet, *output.coordinates));
}

std::string to_geojson(const tabular::Sheet& sheet, const Coordinates& coordinates) {
  std::string text = "{\"type\":\"FeatureCollection\",\"features\":[";
  for (const std::vector<Value>& row : sheet.rows) {
    nlohmann::ordered_json properties = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < row.size(); ++i)
      if (i != coordinates.longitude && i != coordinates.latitude)
        properties[sheet.columns[i].heading] = to_json_value(row[i]);
    const nlohmann::ordered_json feature{
        {"type", "Feature"}, {"geometry", point(row, coordinates)}, {"properties", std::move(properties)}};
    if (&row != &sheet.rows.front()) text += ',';
    text += '\n' + feature.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  }
  return text + "\n]}\n";
}

}  // namespace doorstep::server
