#include "base/sealed_box.hpp"

#include <sodium.h>

#include "base/ensure.hpp"

namespace doorstep {
namespace {

const unsigned char* data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* data(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

std::string seal_box(std::string_view content, const PublicKey& recipient) {
  ensure(sodium_init() >= 0, "libsodium initialises");
  std::string box(content.size() + crypto_box_SEALBYTES, '\0');
  const int done = crypto_box_seal(data(box), data(content), content.size(), recipient.data());
  ensure(done == 0, "a box can be sealed for a public key");
  return box;
}

std::optional<std::string> open_box(std::string_view box, const BoxKeys& recipient) {
  if (box.size() < crypto_box_SEALBYTES) return std::nullopt;
  std::string content(box.size() - crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal_open(data(content), data(box), box.size(), recipient.public_key.data(),
                           recipient.secret_key.data()) != 0)
    return std::nullopt;
  return content;
}

}  // namespace doorstep
