#include "simulation/counting.hpp"

#include "pipeline/lineages.hpp"

namespace doorstep::simulation {

void count_phone(const SimPhone& phone, Outcome& out) {
  out.groups += phone.committed().size();
  out.power_cycles += phone.power_cycles();
  out.compared_rows += phone.compared_rows();
  out.repaired_rows += phone.repaired_rows();
  out.sent_again += phone.sent_again();
  out.readmissions += phone.readmissions();
}

void count_office(const SimOffice& office, server::ReadSnapshot& snapshot, Outcome& out) {
  if (const auto ledger = snapshot.ledger(true)) out.conflicts = ledger->size();
  if (const auto actors = snapshot.actors())
    for (const server::ActorRecord& actor : *actors) {
      out.twins += actor.twin != ActorId{};
      if (const auto held = snapshot.held_groups(actor.actor)) out.held += held->size();
    }
  out.power_cycles += office.power_cycles();
  out.acts = office.acts();
  out.cut = office.cut_groups();
  out.forgotten = office.forgotten_rows();
}

void count_copies(server::ReadSnapshot& snapshot, const std::vector<Enrolled>& everybody, Outcome& out) {
  for (const Enrolled& enrolled : everybody) {
    if (enrolled.phone->is_wiped()) continue;
    if (const auto done = enrolled.phone->store().query("SELECT number FROM doorstep_withdrawn", {}))
      out.withdrawn += done->rows.size();
    const auto file = server::Lineages().of(snapshot, enrolled.phone->store().phone().actor);
    if (!file) continue;
    out.rehomed += !file->former.empty();
    out.rehomed_again += file->former.size() > 1;
  }
}

}  // namespace doorstep::simulation
