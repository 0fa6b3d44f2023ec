#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// The neighbourhood that the peers were measured with, byte for byte what
/// `../shared/bench/peers/generate.mjs` makes: 3,996 households, 9,996 residents, visits on demand.
namespace doorstep::bench {

struct Household {
  std::string id, grid, building;
  int unit = 0;
  std::string door, address, phone;
  std::string tags;  ///< JSON array of strings.
  std::string note, updated;
};

struct Resident {
  std::string id, household, name;
  int birth_year = 0;
  std::string flags;  ///< JSON array of strings.
  std::string moved_in;
};

struct Visit {
  std::string id, household, leader, at, kind, outcome, note;
};

inline constexpr int kHouseholds = 3'996;
inline constexpr int kResidents = 9'996;
inline constexpr int kVisits = 20'000;
inline constexpr int kGrids = 12;
/// The day that W2 asks about.
inline constexpr const char* kToday = "2026-01-12";

std::vector<Household> make_households(std::int32_t seed = 1);
std::vector<Resident> make_residents(std::int32_t seed = 2);
std::vector<Visit> make_visits(int count = kVisits, std::int32_t seed = 3, const std::string& prefix = "v");

/// One JSON line a row, as generate.mjs prints it (without its final newline a line).
std::string json_line(const Household& row);
std::string json_line(const Resident& row);
std::string json_line(const Visit& row);

}  // namespace doorstep::bench
