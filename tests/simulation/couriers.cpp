#include "simulation/couriers.hpp"

#include "base/ensure.hpp"

namespace doorstep::simulation {
namespace {

server::ActorRecord record_of(SimOffice& office, ActorId actor) {
  auto snapshot = must(office.store().snapshot(), "snapshot");
  const auto record = must(snapshot->actor(actor), "actor");
  ensure(record.has_value(), "an office that was put back knows the one before");
  return *record;
}

GroupNumber admitted_of(SimOffice& office, ActorId actor) {
  return record_of(office, actor).admitted_through;
}

}  // namespace

void Couriers::note(SimOffice& office, const std::vector<Enrolled>& everybody) {
  for (const Enrolled& enrolled : everybody) {
    SimPhone& phone = *enrolled.phone;
    if (phone.disk().stopped()) phone.power_cycle();
    couriers_.push_back({enrolled, phone.starts(), phone.carried(office.former()->actor)});
  }
}

std::vector<std::string> Couriers::check(SimOffice& office) const {
  std::vector<std::string> wrong;
  if (!office.former()) return wrong;
  const SimOffice::Former& former = *office.former();
  const GroupNumber backed_up = record_of(office, former.actor).backed_up_through;
  std::set<GroupNumber> carried;
  for (const Courier& courier : couriers_) {
    SimPhone& phone = *courier.enrolled.phone;
    std::set<GroupNumber> now = phone.carried(former.actor);
    // What the backup has it may have heard of only then.
    for (const GroupNumber number : courier.carried)
      if (phone.starts() == courier.starts && backed_up < number && now.count(number) == 0)
        wrong.push_back(phone.name() + " no longer carries group " + std::to_string(raw(number)) +
                        " of the office before");
    carried.merge(now);
  }
  auto snapshot = must(office.store().snapshot(), "snapshot");
  bool unbroken = true;
  for (const auto& [number, bytes] : former.groups) {
    const std::string name = "group " + std::to_string(raw(number)) + " of the office before";
    const auto group = must(snapshot->group(former.actor, number), "group");
    if (group && office.content(*group) != bytes) wrong.push_back(name + " differs");
    if (group || number <= former.backed_up_through) continue;
    unbroken = unbroken && carried.count(number) != 0;
    if (unbroken) wrong.push_back(name + " was carried, and is lost");
  }
  return wrong;
}

std::uint64_t Couriers::returned(SimOffice& office) const {
  if (!office.former()) return 0;
  return raw(admitted_of(office, office.former()->actor)) - raw(office.former()->backed_up_through);
}

std::uint64_t Couriers::unreturned(SimOffice& office) const {
  if (!office.former()) return 0;
  return office.former()->groups.size() - raw(admitted_of(office, office.former()->actor));
}

}  // namespace doorstep::simulation
