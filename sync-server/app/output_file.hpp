#pragma once

#include <cstddef>
#include <doorstep/error.hpp>
#include <optional>
#include <string>

#include "tabular/sheet_writer.hpp"

/// Files for people to open: tables, and whatever else has headings and rows.
namespace doorstep::server {

/// Positions of the columns that say where a row is, WGS-84 in degrees.
struct Coordinates {
  std::size_t longitude = 0;
  std::size_t latitude = 0;
};

struct Output {
  tabular::Sheet sheet;
  std::optional<Coordinates> coordinates;  ///< Where the rows have them.
};

/// What a person or a place is called, as a file's name.
std::string for_file_name(const std::string& name);

enum class OutputKind { csv, xlsx, geojson };

/// By the extension. Errors: usage, with the extensions there are.
Result<OutputKind> output_kind(const std::string& file);

/// Errors: usage for .geojson without coordinates; too_large; those of writing a file.
Status write_output(const std::string& file, const Output& output);

/// A FeatureCollection (RFC 7946): a point a row, the other columns as properties by their headings. Rows
/// without both coordinates, or with impossible ones, have no geometry.
std::string to_geojson(const tabular::Sheet& sheet, const Coordinates& coordinates);

}  // namespace doorstep::server
