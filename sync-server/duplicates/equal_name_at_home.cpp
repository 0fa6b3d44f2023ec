#include "duplicates/rules.hpp"

namespace doorstep::server {

/// Two people of one household seldom share a name; one person registered by two leaders always does. Two
/// different ID numbers say that they are two after all.
void find_equal_names_at_home(const Census& census, const Found& found) {
  const auto name_and_home = [](const CountedResident& resident) {
    std::vector<std::pair<RowId, std::string>> keys;
    if (!resident.name.empty())
      for (const Address& address : resident.addresses) keys.emplace_back(address.household, resident.name);
    return keys;
  };
  each_pair_within(census.residents, name_and_home, [&](const CountedResident& a, const CountedResident& b) {
    const bool two_numbers = !a.id_digest.empty() && !b.id_digest.empty() && a.id_digest != b.id_digest;
    found(a.id, b.id, two_numbers ? 40 : 90,
          two_numbers
              ? Label{"同一户、同一个姓名,但身份证号不同", "one home and one name, but two ID numbers"}
              : Label{"同一户、同一个姓名", "one home and one name"});
  });
}

}  // namespace doorstep::server
