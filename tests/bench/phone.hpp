#pragma once

#include <doorstep/engine.hpp>
#include <memory>
#include <string>
#include <vector>

#include "bench/roster.hpp"
#include "store/phone_store.hpp"

namespace doorstep::bench {

/// The value, or an exception with the error's sentence: a benchmark has nothing better to do.
template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().en);
  return std::move(*result);
}
inline void must(Status status) {
  if (!status) throw std::runtime_error(status.error().en);
}

Options phone_options(const std::string& path, Durability durability = Durability::full);

/// A phone's store that has joined kOffice, without a server.
std::unique_ptr<PhoneStore> make_joined_store(const std::string& path, const Pack& pack,
                                              Durability durability = Durability::full);

/// Takes pages as a sync does: staged, and installed with the last one.
void take_pages(PhoneStore& store, const std::vector<wire::SyncResponse>& pages);

}  // namespace doorstep::bench
