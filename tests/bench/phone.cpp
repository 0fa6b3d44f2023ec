#include "bench/phone.hpp"

#include <stdexcept>

#include "posix/posix.hpp"
#include "wire/codec.hpp"

namespace doorstep::bench {

Options phone_options(const std::string& path, Durability durability) {
  Options options;
  options.path = path;
  options.ports.clock = make_posix_clock();
  options.ports.entropy = make_posix_entropy();
  options.durability = durability;
  return options;
}

std::unique_ptr<PhoneStore> make_joined_store(const std::string& path, const Pack& pack,
                                              Durability durability) {
  std::unique_ptr<PhoneStore> store = must(PhoneStore::open(phone_options(path, durability)));
  must(store->install_identity([](PhoneState& state) {
    state.office = kOffice;
    state.office_name = "bench";
    state.actor = make_actor(1, 2);
    state.person_name = kWorker;
    state.role = kRole;
    state.roles = {kRole};
    state.joined = true;
  }));
  must(store->install_pack(pack));
  return store;
}

void take_pages(PhoneStore& store, const std::vector<wire::SyncResponse>& pages) {
  SyncReport report;
  for (const wire::SyncResponse& page : pages) {
    must(store.next_request());  // A page is the answer to a request, or its rows are not taken.
    must(store.accept(page, wire::to_frame(page), 0, report));
  }
}

}  // namespace doorstep::bench
