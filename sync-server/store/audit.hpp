#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/crypto.hpp"

/// The audit trail: who read, exported, decided, administered what (docs/store.md, "The audit trail").
namespace doorstep::server {

/// What was done. Numbers are for ever: they are hashed into the chain.
enum class AuditKind : std::uint8_t {
  created = 1,        ///< The office was made.
  invited = 2,        ///< An invitation.
  enrolled = 3,       ///< A device, by one.
  rehomed = 4,        ///< A device whose file was put back or copied.
  readmitted = 5,     ///< A device, by its certificate.
  queried = 6,        ///< Read with SQL.
  looked = 7,         ///< Read a list or a record.
  exported = 8,       ///< A table, to a file.
  imported = 9,       ///< Rows, from a file.
  decided = 10,       ///< A conflict.
  released = 11,      ///< A held group, as it was recorded;
  returned = 12,      ///< to its holder;
  edited = 13,        ///< with other values.
  merged = 14,        ///< Rows were declared one,
  unmerged = 15,      ///< or that was taken back,
  kept_apart = 16,    ///< or denied.
  split = 17,         ///< A household.
  upgraded = 18,      ///< The pack.
  compacted = 19,     ///< Old content was taken away.
  backed_up = 20,     ///< The office's file was copied,
  restored = 21,      ///< or came from a backup.
  revealed = 22,      ///< A hidden value was told to a device's holder, or of a held group at the office.
  keys_renewed = 23,  ///< By which phones know the office.
  revoked = 24,       ///< A device;
  renamed = 25,       ///< or it got another name.
  opened = 26,        ///< What a device left sealed was taken.
  erased = 27,        ///< What is personal in a row and in those about it, on request,
  expired = 28,       ///< or because its time was over.
  not_revealed = 29,  ///< A hidden value was asked for, and not told.
  drawn = 30,         ///< Homes to be called, by a seed.
};

/// One entry. Never a value of a record, never a secret: `subject` names what it was done to.
struct AuditEntry {
  std::uint64_t number = 0;  ///< From 1, without a gap.
  std::int64_t at_ms = 0;
  AuditKind kind{};
  std::string
      who;  ///< A person's row id, for what a device did; else as the office's people call themselves.
  std::string subject;
  std::string reason;
  std::string salt;     ///< Empty once the three texts are erased.
  Digest commitment{};  ///< To the salt and the texts.
  Digest digest{};      ///< Of this entry and, through the one before, of all.
};

/// The last entry; number 0 when there is none.
struct AuditHead {
  std::uint64_t number = 0;
  Digest digest{};
};

/// Returns false to stop.
using AuditVisitor = std::function<bool(const AuditEntry& entry)>;

}  // namespace doorstep::server
