#pragma once

#include <doorstep/error.hpp>
#include <optional>
#include <string>

#include "base/id.hpp"
#include "simulation/sim_disk.hpp"

namespace doorstep::simulation {

/// A questionnaire under way: its draft, and the id that its answer will have.
struct KeptDraft {
  std::string draft;
  RowId answer{};
  RowId campaign{};
  RowId door{};

  friend bool operator==(const KeptDraft& a, const KeptDraft& b) {
    return a.draft == b.draft && a.answer == b.answer && a.campaign == b.campaign && a.door == b.door;
  }
};

/// An app's own file beside the engine's, with at most one draft in it: what it says is kept survives.
class DraftBox {
 public:
  explicit DraftBox(SimDisk& disk) : disk_(disk) {}

  Status keep(const KeptDraft& kept);
  Status drop();
  Result<std::optional<KeptDraft>> read() const;

 private:
  SimDisk& disk_;
};

}  // namespace doorstep::simulation
