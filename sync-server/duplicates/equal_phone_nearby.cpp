#include "duplicates/rules.hpp"

namespace doorstep::server {
namespace {

bool share(const CountedResident& a, const CountedResident& b, RowId Address::*place) {
  for (const Address& x : a.addresses)
    for (const Address& y : b.addresses)
      if (x.*place != RowId{} && x.*place == y.*place) return true;
  return false;
}

}  // namespace

/// Somebody entered at the door beside her own: the phone is hers, the name nearly so. Members of one family
/// share a phone too, but not a name.
void find_equal_phones_nearby(const Census& census, const Found& found) {
  const auto phone = [](const CountedResident& resident) {
    std::vector<std::string> keys;
    if (!resident.phone.empty()) keys.push_back(resident.phone);
    return keys;
  };
  each_pair_within(census.residents, phone, [&](const CountedResident& a, const CountedResident& b) {
    if (!are_similar_names(a.name, b.name)) return;
    const bool floor = share(a, b, &Address::floor);
    if (!floor && !share(a, b, &Address::unit)) return;
    const bool same_name = a.name == b.name;
    found(a.id, b.id, (same_name ? 75 : 60) + (floor ? 5 : 0),
          floor ? Label{"电话相同、姓名相近,住同一层", "one phone and much the same name on one floor"}
                : Label{"电话相同、姓名相近,住同一单元", "one phone and much the same name in one unit"});
  });
}

}  // namespace doorstep::server
