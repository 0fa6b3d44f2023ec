#include "pipeline/audit.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "pipeline/cut_text.hpp"
#include "pipeline/limits.hpp"

namespace doorstep::server {
namespace {

constexpr std::string_view kCommitmentContext = "doorstep-audit-text-1";
constexpr std::string_view kEntryContext = "doorstep-audit-1";
constexpr std::size_t kSaltBytes = 16;

}  // namespace

Digest audit_commitment(const AuditEntry& entry) {
  std::string bytes;
  ByteWriter out(bytes);
  out.text(kCommitmentContext);
  out.text(entry.salt);
  out.text(entry.who);
  out.text(entry.subject);
  out.text(entry.reason);
  return sha256(bytes);
}

Digest audit_digest(const Digest& previous, const AuditEntry& entry) {
  std::string bytes;
  ByteWriter out(bytes);
  out.text(kEntryContext);
  out.raw(view(previous));
  out.varint(entry.number);
  out.zigzag(entry.at_ms);
  out.byte(static_cast<std::uint8_t>(entry.kind));
  out.raw(view(entry.commitment));
  return sha256(bytes);
}

Status append_audit(WriteTransaction& tx, EntropyPort& entropy, std::int64_t now_ms, const AuditAct& act) {
  DOORSTEP_TRY(head, tx.audit_head());
  AuditEntry entry;
  entry.number = head.number + 1;
  entry.at_ms = now_ms;
  entry.kind = act.kind;
  entry.who = cut_text(act.who, limits::kAuditTextBytes);
  entry.subject = cut_text(act.subject, limits::kAuditTextBytes);
  entry.reason = cut_text(act.reason, limits::kAuditTextBytes);
  entry.salt.resize(kSaltBytes);
  entropy.fill(entry.salt.data(), entry.salt.size());
  entry.commitment = audit_commitment(entry);
  entry.digest = audit_digest(head.digest, entry);
  return tx.append_audit(entry);
}

}  // namespace doorstep::server
