#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <string>

#include "ports/entropy.hpp"
#include "store/store.hpp"

/// The audit trail's chain (docs/store.md, "The audit trail").
namespace doorstep::server {

/// Something to be put on record. Texts are cut to what the trail keeps.
struct AuditAct {
  AuditKind kind{};
  std::string who;
  std::string subject;
  std::string reason;
};

/// What an entry's salt and texts are bound to.
Digest audit_commitment(const AuditEntry& entry);
/// What binds the entry to the one before, whose digest is `previous` (zeros before the first).
Digest audit_digest(const Digest& previous, const AuditEntry& entry);

/// Appends the act in the transaction in which it is done.
Status append_audit(WriteTransaction& tx, EntropyPort& entropy, std::int64_t now_ms, const AuditAct& act);

/// An entry as somebody wrote it down outside the office: its number and the beginning of its digest in hex.
struct NotedAuditHead {
  std::uint64_t number = 0;
  std::string digest;
};

}  // namespace doorstep::server
