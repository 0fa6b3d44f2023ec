#include "base/keyed_digest.hpp"

#include <sodium.h>

#include "base/ensure.hpp"

namespace doorstep {

KeyedDigest keyed_digest(std::string_view key, std::string_view text) {
  const auto bytes = [](std::string_view of) { return reinterpret_cast<const unsigned char*>(of.data()); };
  KeyedDigest out;
  const int done =
      crypto_generichash(out.data(), out.size(), bytes(text), text.size(), bytes(key), key.size());
  ensure(done == 0, "a digest's key has 16 to 64 bytes");
  return out;
}

}  // namespace doorstep
