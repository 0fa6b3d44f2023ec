#include "duplicates/rules.hpp"

namespace doorstep::server {

/// One ID number is one person, whatever name and home were written beside it; a slip of the pen that makes a
/// valid number of somebody else's is rare, but happens.
void find_equal_id_numbers(const Census& census, const Found& found) {
  const auto digest = [](const CountedResident& resident) { return resident.id_digest; };
  each_pair_within(census.residents, digest, [&](const CountedResident& a, const CountedResident& b) {
    const bool similar = are_similar_names(a.name, b.name);
    found(a.id, b.id, similar ? 98 : 80,
          similar ? Label{"身份证号相同,姓名相同或只差一个字", "one ID number and much the same name"}
                  : Label{"身份证号相同,姓名不同,请核对", "one ID number under two names; please check"});
  });
}

}  // namespace doorstep::server
