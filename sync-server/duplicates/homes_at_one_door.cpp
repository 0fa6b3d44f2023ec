#include "duplicates/rules.hpp"

namespace doorstep::server {

/// A door may have several families, each with a number of its own; two that have one head or one phone are
/// likely one family, numbered twice.
void find_homes_at_one_door(const Census& census, const Found& found) {
  const auto door = [](const CountedHousehold& home) { return std::vector<RowId>{home.door}; };
  each_pair_within(census.households, door, [&](const CountedHousehold& a, const CountedHousehold& b) {
    const bool head = !a.head_name.empty() && a.head_name == b.head_name;
    const bool phone = !a.phone.empty() && a.phone == b.phone;
    if (!head && !phone) return;
    found(a.id, b.id,
          head && phone ? 92
          : head        ? 78
                        : 70,
          head && phone ? Label{"同一户门、同一户主、同一电话", "one door, one head, one phone"}
          : head        ? Label{"同一户门、同一户主", "one door and one head"}
                        : Label{"同一户门、同一电话", "one door and one phone"});
  });
}

}  // namespace doorstep::server
