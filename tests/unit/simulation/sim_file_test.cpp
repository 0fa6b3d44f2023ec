#include "simulation/sim_file.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

namespace {

using doorstep::SeededRandom;
using doorstep::simulation::SimFile;

constexpr unsigned kKeepNone = 0;
constexpr unsigned kKeepHalf = 4;
constexpr unsigned kKeepAll = 8;
constexpr std::uint64_t kSeeds = 200;

void write(SimFile& file, std::uint64_t offset, const std::string& text) {
  file.write(offset, text.data(), text.size());
}

std::string text(const SimFile& file) { return {file.bytes().begin(), file.bytes().end()}; }

TEST_CASE("sim file: power fails: synced bytes stay and only unsynced sectors change") {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimFile file;
    write(file, 0, std::string(2048, 'a'));
    file.mark_synced();
    write(file, 700, std::string(900, 'b'));  // sectors 1, 2 and 3, the outer two in part
    SeededRandom random(seed);
    file.lose_unsynced(random, kKeepHalf);
    outcomes.insert(text(file));
  }
  std::set<std::string> expected;
  for (unsigned sectors = 0; sectors < 8; ++sectors) {
    std::string bytes(2048, 'a');
    if ((sectors & 1U) != 0) bytes.replace(700, 324, 324, 'b');
    if ((sectors & 2U) != 0) bytes.replace(1024, 512, 512, 'b');
    if ((sectors & 4U) != 0) bytes.replace(1536, 64, 64, 'b');
    expected.insert(bytes);
  }
  CHECK(outcomes == expected);
}

TEST_CASE("sim file: power fails with everything kept: nothing changes") {
  SimFile file;
  write(file, 0, "one two three");
  file.mark_synced();
  write(file, 4, "TWO");
  file.truncate(7);
  write(file, 10, "late");
  file.truncate(20);
  write(file, 2, "x");
  const std::string before = text(file);
  SeededRandom random(1);
  file.lose_unsynced(random, kKeepAll);
  CHECK(text(file) == before);
  CHECK(before == std::string("onx TWO\0\0\0late\0\0\0\0\0\0", 20));
}

TEST_CASE("sim file: power fails with truncates and overlapping writes lost: the synced bytes return") {
  bool seen = false;
  for (std::uint64_t seed = 0; seed < kSeeds && !seen; ++seed) {
    SimFile file;
    write(file, 0, "one two three");
    file.mark_synced();
    file.truncate(3);
    write(file, 1, "1234567");
    write(file, 5, "--------------");
    file.truncate(6);
    file.truncate(40);
    SeededRandom random(seed);
    file.lose_unsynced(random, kKeepNone);
    seen = text(file) == "one two three";
  }
  CHECK(seen);
}

TEST_CASE("sim file: power fails twice: what the first crash left is durable") {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimFile file;
    write(file, 0, std::string(5000, 'a'));
    SeededRandom random(seed);
    file.lose_unsynced(random, kKeepHalf);
    const std::string left = text(file);
    file.lose_unsynced(random, kKeepNone);
    REQUIRE(text(file) == left);
  }
}

}  // namespace
