#include <algorithm>
#include <set>

#include "base/ensure.hpp"
#include "simulation/checks.hpp"
#include "wire/codec.hpp"

/// What phones may hold and have been, besides their rows.
namespace doorstep::simulation {

std::vector<std::string> check_compared(const SimPhone& phone) {
  if (phone.was_damaged() || phone.differences() == 0) return {};
  return {phone.name() + " found its rows to differ from the office's " +
          std::to_string(phone.differences()) + " times"};
}

std::vector<std::string> check_erased(SimOffice& office, const std::vector<Enrolled>& everybody) {
  std::vector<std::string> wrong;
  std::set<RowKey> erased;
  for (const server::ErasureRecord& erasure : office.erasures()) erased.insert(erasure.key);
  if (erased.empty()) return wrong;
  if (office.disk().tells(kCanary)) wrong.push_back("the office still tells of somebody who was erased");
  for (const Enrolled& enrolled : everybody) {
    const auto outbox = enrolled.phone->store().query("SELECT bytes FROM doorstep_outbox", {});
    ensure(outbox.has_value() || enrolled.phone->is_wiped(), "a phone reads its outbox");
    const bool is_waiting =
        outbox && std::any_of(outbox->rows.begin(), outbox->rows.end(), [&](const auto& row) {
          const Bytes& bytes = std::get<Bytes>(row[0]);
          const auto group = wire::decode_group({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
          return group && std::any_of(group->ops.begin(), group->ops.end(),
                                      [&](const Op& op) { return erased.count(op.key) != 0; });
        });
    if (!is_waiting && enrolled.phone->disk().tells(kCanary))
      wrong.push_back(enrolled.phone->name() + " still tells of somebody who was erased");
  }
  return wrong;
}

std::function<bool(const std::string& bytes)> held_by(SimOffice& office) {
  return [there = contents_at(office)](const std::string& bytes) { return there.count(bytes) != 0; };
}

std::vector<std::string> check_pack(const Enrolled& enrolled, PackVersion newest) {
  const PackVersion has = enrolled.phone->store().pack_version();
  const PackVersion limit = enrolled.phone->newest_readable();
  if (newest <= limit ? has == newest : has <= limit) return {};
  return {enrolled.phone->name() + " has pack " + std::to_string(raw(has))};
}

}  // namespace doorstep::simulation
