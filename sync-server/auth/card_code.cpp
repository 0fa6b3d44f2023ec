#include "auth/card_code.hpp"

#include <algorithm>

#include "base/keyed_digest.hpp"

namespace doorstep::server::auth {
namespace {

constexpr std::string_view kPurpose = "doorstep-card-1";
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kSubjectBytes = 1 + kIdBytes;
/// Of an Ed25519 secret key the rest is public.
constexpr std::size_t kSeedBytes = 32;

void append(std::string& text, const RowId& id) {
  text.append(reinterpret_cast<const char*>(id.bytes.data), kIdBytes);
}

std::string tag_of(std::string_view subject, const RowId& office, const SecretKey& key) {
  std::string text(kPurpose);
  append(text, office);
  text += subject;
  return std::string(view(keyed_digest(view(key).substr(0, kSeedBytes), text)));
}

}  // namespace

std::string make_card_code(const CardSubject& subject, const RowId& office, const SecretKey& key) {
  std::string bytes(1, static_cast<char>(subject.kind));
  append(bytes, subject.row);
  return to_base64url(bytes + tag_of(bytes, office, key));
}

std::optional<CardSubject> read_card_code(std::string_view code, const RowId& office, const SecretKey& key) {
  const auto bytes = from_base64url(code);
  if (!bytes || bytes->size() != kSubjectBytes + KeyedDigest().size()) return std::nullopt;
  const std::string_view subject = std::string_view(*bytes).substr(0, kSubjectBytes);
  if (!equal_secrets(std::string_view(*bytes).substr(kSubjectBytes), tag_of(subject, office, key)))
    return std::nullopt;
  CardSubject read;
  read.kind = static_cast<CardSubject::Kind>(subject[0]);
  if (read.kind != CardSubject::Kind::card && read.kind != CardSubject::Kind::plate) return std::nullopt;
  std::copy_n(subject.data() + 1, kIdBytes, reinterpret_cast<char*>(read.row.bytes.data));
  return read;
}

}  // namespace doorstep::server::auth
