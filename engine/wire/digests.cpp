#include "base/bytes.hpp"
#include "wire/codec.hpp"

// What digests, signatures and the running check of a cursor cover (docs/wire.md, "Digests").
namespace doorstep::wire {
namespace {

constexpr std::string_view kKeysContext = "doorstep-keys-1";
constexpr std::string_view kSuccessionContext = "doorstep-succession-1";
constexpr std::string_view kTimeContext = "doorstep-time-1";
constexpr std::string_view kCertificateContext = "doorstep-certificate-1";
constexpr std::string_view kReadmitContext = "doorstep-readmit-1";
constexpr std::string_view kWipeContext = "doorstep-wipe-1";
constexpr std::string_view kParcelContext = "doorstep-parcel-1";

/// FNV-1a, 64 bits (Fowler, Noll, Vo). Finds slips, not attacks: TLS and signatures are for those.
class RunningCheck {
 public:
  explicit RunningCheck(std::uint64_t state) : state_(state) {}

  void bytes(std::string_view bytes) {
    for (const char c : bytes) byte(static_cast<std::uint8_t>(c));
  }
  void id(const RowId& id) {
    for (const std::uint8_t b : id.bytes.data) byte(b);
  }
  void number(std::uint64_t n) {
    for (int i = 0; i < 8; ++i, n >>= 8) byte(static_cast<std::uint8_t>(n));
  }
  std::uint64_t state() const { return state_; }

 private:
  void byte(std::uint8_t b) { state_ = (state_ ^ b) * 0x100000001B3ULL; }
  std::uint64_t state_;
};

}  // namespace

Digest chain_digest(const Digest& previous, std::string_view group_bytes) {
  return sha256(view(previous), group_bytes);
}

std::string signed_bytes(const KeyList& keys) {
  std::string bytes;
  ByteWriter out(bytes);
  out.text(kKeysContext);
  out.varint(keys.version);
  out.raw(keys.office.bytes.data, 16);
  out.raw(view(keys.identity));
  out.varint(keys.tls_pins.size());
  for (const std::string& pin : keys.tls_pins) out.text(pin);
  out.varint(keys.sealing_keys.size());
  for (const PublicKey& key : keys.sealing_keys) out.raw(view(key));
  out.varint(keys.successions.size());
  for (const Succession& one : keys.successions) {
    out.raw(view(one.identity));
    out.byte(static_cast<std::uint8_t>(one.algorithm));
    out.raw(view(one.signature));
  }
  out.zigzag(keys.issued_ms);
  out.byte(static_cast<std::uint8_t>(keys.algorithm));
  return bytes;
}

std::string signed_bytes(const RowId& office, const PublicKey& former, const PublicKey& next) {
  std::string bytes;
  ByteWriter out(bytes);
  out.text(kSuccessionContext);
  out.raw(office.bytes.data, 16);
  out.raw(view(former));
  out.raw(view(next));
  out.byte(static_cast<std::uint8_t>(SignatureAlgorithm::ed25519));
  return bytes;
}

std::string signed_bytes(const RowId& office, std::int64_t time_ms) {
  std::string bytes;
  ByteWriter out(bytes);
  out.text(kTimeContext);
  out.raw(office.bytes.data, 16);
  out.zigzag(time_ms);
  return bytes;
}

std::string signed_bytes(const Certificate& certificate) {
  std::string bytes;
  ByteWriter out(bytes);
  out.text(kCertificateContext);
  out.raw(certificate.office.bytes.data, 16);
  out.varint(raw(certificate.actor));
  out.raw(certificate.person.bytes.data, 16);
  out.text(certificate.person_name);
  out.text(certificate.role);
  out.raw(certificate.place.bytes.data, 16);
  out.text(certificate.device_name);
  out.raw(view(certificate.signing_key));
  out.zigzag(certificate.enrolled_ms);
  out.varint(raw(certificate.origin));
  out.varint(raw(certificate.first));
  out.raw(view(certificate.previous));
  out.byte(static_cast<std::uint8_t>(certificate.algorithm));
  return bytes;
}

std::string signed_bytes(const RowId& office, ActorId actor) {
  std::string bytes;
  ByteWriter out(bytes);
  out.text(kReadmitContext);
  out.raw(office.bytes.data, 16);
  out.varint(raw(actor));
  return bytes;
}

std::string signed_bytes(const RowId& office, ActorId actor, const WipeOrder& order) {
  std::string bytes;
  ByteWriter out(bytes);
  out.text(kWipeContext);
  out.raw(office.bytes.data, 16);
  out.varint(raw(actor));
  out.zigzag(order.asked_ms);
  out.byte(static_cast<std::uint8_t>(order.algorithm));
  return bytes;
}

std::string parcel_context(const RowId& office, ActorId actor, GroupNumber number) {
  std::string bytes;
  ByteWriter out(bytes);
  out.text(kParcelContext);
  out.raw(office.bytes.data, 16);
  out.varint(raw(actor));
  out.varint(raw(number));
  return bytes;
}

std::uint64_t chain_page(std::uint64_t chain, const Page& page) {
  constexpr std::uint64_t kOffsetBasis = 0xCBF29CE484222325ULL;
  RunningCheck check(chain == 0 ? kOffsetBasis : chain);
  for (const RowSection& rows : page.sections) {
    check.number(raw(rows.table));
    for (std::size_t i = 0; i < rows.ids.size(); ++i) {
      check.id(rows.ids[i]);
      check.bytes(rows.metas[i]);
    }
  }
  for (const GoneRow& row : page.gone) {
    check.number(raw(row.key.table));
    check.id(row.key.row);
    check.number(raw(row.birth));
    check.number(raw(row.reason));
  }
  for (const OwnRow& row : page.own) {
    check.number(raw(row.group));
    check.number(row.op);
  }
  for (const LedgerItem& item : page.ledger) {
    check.id(item.entry);
    check.number(item.open ? 1 : 0);
  }
  return check.state();
}

}  // namespace doorstep::wire
