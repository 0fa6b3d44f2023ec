#include "app/output_file.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/roster_export.hpp"
#include "unit/app/roster_fixture.hpp"

using namespace doorstep;
using namespace doorstep::server;

TEST_CASE("output: the extension: says what is written") {
  CHECK(*output_kind("a/b.XLSX") == OutputKind::xlsx);
  CHECK(*output_kind("b.csv") == OutputKind::csv);
  CHECK(*output_kind("b.geojson") == OutputKind::geojson);
  for (const char* other : {"b", "b.xls", "b.json", ".csv"}) CHECK_FALSE(output_kind(other).has_value());
}

TEST_CASE("output: rows with coordinates: points in a FeatureCollection, longitude first") {
  tabular::Sheet sheet;
  sheet.columns = {{"树", {}, {}, {}}, {"纬度", {}, {}, {}}, {"经度", {}, {}, {}}, {"层", {}, {}, {}}};
  sheet.rows = {{Value("古树\""), Value(43.8), Value(125.3), Value(std::int64_t{2})},
                {Value(), Value(43.8), Value(), Value()},
                {Value("x\xFF"), Value(91.0), Value(std::int64_t{125}), Value()},
                {Value("y"), Value(std::int64_t{-90}), Value(std::int64_t{180}), Value()},
                {Value("z"), Value(std::nan("")), Value(1.0), Value()}};
  const auto json = nlohmann::json::parse(to_geojson(sheet, {2, 1}));
  CHECK(json["type"] == "FeatureCollection");
  REQUIRE(json["features"].size() == 5);
  const auto& first = json["features"][0];
  CHECK(first["type"] == "Feature");
  CHECK(first["geometry"] == nlohmann::json{{"type", "Point"}, {"coordinates", {125.3, 43.8}}});
  CHECK(first["properties"] == nlohmann::json{{"树", "古树\""}, {"层", 2}});
  CHECK(json["features"][1]["geometry"].is_null());
  CHECK(json["features"][2]["geometry"].is_null());
  CHECK(json["features"][3]["geometry"]["coordinates"] == nlohmann::json{180.0, -90.0});
  CHECK(json["features"][4]["geometry"].is_null());
  CHECK(nlohmann::json::parse(to_geojson({}, {}))["features"].empty());
}

TEST_CASE("output: .geojson without coordinates: is refused") {
  const Status written = write_output("/nowhere/a.geojson", {{}, std::nullopt});
  REQUIRE_FALSE(written);
  CHECK(written.error().domain == ErrorDomain::usage);
}

TEST_CASE_METHOD(RosterFixture, "export: longitude and latitude in one cell: are coordinates") {
  Table trees = *pack_.find("household");
  Column longitude;
  longitude.id = ColumnId{900};
  longitude.name = "longitude";
  longitude.label = {"经度", "Longitude"};
  longitude.type = ColumnType::real;
  longitude.cell = longitude.id;
  Column latitude = longitude;
  latitude.id = ColumnId{901};
  latitude.name = "latitude";
  trees.columns.push_back(longitude);
  trees.columns.push_back(latitude);
  const auto output = export_table(pack_, office_, trees, *this);
  REQUIRE(output);
  REQUIRE(output->coordinates.has_value());
  CHECK(output->sheet.columns[output->coordinates->longitude].heading == "经度");
  CHECK(output->coordinates->latitude == output->coordinates->longitude + 1);

  trees.columns.back().cell = latitude.id;  // two facts, not one place
  CHECK_FALSE(export_table(pack_, office_, trees, *this)->coordinates.has_value());
  CHECK_FALSE(export_table(pack_, office_, *pack_.find("household"), *this)->coordinates.has_value());
}
