#pragma once

#include <doorstep/error.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sealed_box.hpp"
#include "wire/messages.hpp"

/// What a phone that is wiped without signal leaves behind for the office (docs/wire.md, "Sealed work").
namespace doorstep::wire {

struct SealedWork {
  RowId office;
  ActorId actor{};
  BoxAlgorithm algorithm = BoxAlgorithm::x25519_xsalsa20_poly1305;
  std::vector<std::string> boxes;  ///< Consecutive pushes, one each.
};

std::string to_bytes(const SealedWork& work);
/// Errors (domain `format`): malformed, too_large, version_unsupported.
Result<SealedWork> read_sealed_work(std::string_view bytes);

/// A push, signed by the device and sealed for the office.
std::string seal_push(const RowId& office, ActorId actor, const Push& push, const SecretKey& device,
                      const PublicKey& sealing_key);
/// The push in what a box held, if `device` signed it. Errors (domain `format`): malformed.
Result<Push> read_sealed_push(const RowId& office, ActorId actor, std::string_view content,
                              const PublicKey& device);

}  // namespace doorstep::wire
