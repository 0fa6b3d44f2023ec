#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "simulation/checks.hpp"
#include "simulation/network.hpp"
#include "simulation/workload.hpp"

namespace doorstep::simulation {

struct Outcome {
  std::uint64_t hash = 0;             ///< Of the trace and every disk: same seed, same hash.
  std::vector<std::string> failures;  ///< What is wrong, in words.
  std::int64_t virtual_ms = 0;
  std::uint64_t groups = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t held = 0;
  std::uint64_t power_cycles = 0;
  std::uint64_t acts = 0;          ///< Of people at the office, each seen in the audit trail.
  std::uint64_t restores = 0;      ///< Of the office, from a backup.
  std::uint64_t sent_again = 0;    ///< Groups that phones had handed over before one.
  std::uint64_t returned = 0;      ///< Groups of the office's own that phones had carried, of those after
  std::uint64_t unreturned = 0;    ///< the backup; the others of these.
  std::uint64_t readmissions = 0;  ///< Of devices enrolled after the backup.
  std::uint64_t cut = 0;           ///< Groups whose content the office dropped.
  std::uint64_t forgotten = 0;     ///< Deleted rows of which it kept only the birth.
  std::uint64_t erased = 0;        ///< Residents of whom nothing personal is left anywhere.
  std::uint64_t checkpoints = 0;   ///< Compared with the office as they were installed.
  std::uint64_t damages = 0;       ///< Done to phones' files behind the engine's back.
  std::uint64_t compared_rows = 0;
  std::uint64_t repaired_rows = 0;
  std::uint64_t copies = 0;         ///< Phones that went on from a copy of a file.
  std::uint64_t rehomed = 0;        ///< Phones that became another one,
  std::uint64_t rehomed_again = 0;  ///< those that did more than once.
  std::uint64_t twins = 0;          ///< Devices that brought what another copy had brought first.
  std::uint64_t wiped = 0;          ///< Phones that were called back.
  std::uint64_t revealed = 0;       ///< Hidden values that the office told.
  std::uint64_t answers = 0;        ///< To questionnaires,
  std::uint64_t reopened = 0;       ///< whose drafts were opened again
  std::uint64_t migrated = 0;       ///< or moved to another form.
  std::uint64_t steps = 0;          ///< Of matters.
  std::uint64_t contested = 0;      ///< Matters that several people claimed at once.
  std::uint64_t view_rows = 0;      ///< Compared with the office's.
  std::uint64_t withdrawn = 0;      ///< Returned groups that their holders were done with.
};

/// What is counted, in words.
struct Count {
  const char* name;
  std::uint64_t Outcome::*number;
};
inline constexpr Count kCounts[] = {
    {"groups", &Outcome::groups},
    {"conflicts", &Outcome::conflicts},
    {"held", &Outcome::held},
    {"power cycles", &Outcome::power_cycles},
    {"checkpoints compared", &Outcome::checkpoints},
    {"damages", &Outcome::damages},
    {"rows compared", &Outcome::compared_rows},
    {"rows repaired", &Outcome::repaired_rows},
    {"copied files", &Outcome::copies},
    {"re-homed", &Outcome::rehomed},
    {"more than once", &Outcome::rehomed_again},
    {"twins", &Outcome::twins},
    {"put away", &Outcome::withdrawn},
    {"wiped", &Outcome::wiped},
    {"answers", &Outcome::answers},
    {"drafts reopened", &Outcome::reopened},
    {"drafts moved", &Outcome::migrated},
    {"steps", &Outcome::steps},
    {"contested claims", &Outcome::contested},
    {"rows of views compared", &Outcome::view_rows},
    {"groups cut", &Outcome::cut},
    {"rows forgotten", &Outcome::forgotten},
    {"acts on record", &Outcome::acts},
    {"residents erased", &Outcome::erased},
    {"values revealed", &Outcome::revealed},
    {"restores", &Outcome::restores},
    {"groups sent again", &Outcome::sent_again},
    {"office groups returned", &Outcome::returned},
    {"not returned", &Outcome::unreturned},
    {"readmissions", &Outcome::readmissions},
};

/// One office and a handful of phones over some virtual hours, everything drawn from one seed: what people
/// do, what the network, disks and clocks do. Then faults end, everyone syncs until nothing moves, and the
/// checks speak.
Outcome run_world(std::uint64_t seed, const Pack& pack, bool print);

}  // namespace doorstep::simulation
