#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pipeline/office.hpp"

/// The audit trail as commands write and tell it.
namespace doorstep::server {

/// Whom the machine takes for the person at the keyboard: whoever called sudo, else the user. Her own word:
/// who may run the program here may say anything.
std::string operator_name();

/// What the operator does; `by` is how she calls herself, where the command asks.
AuditAct act_of(AuditKind kind, std::string subject, std::string reason = {}, const std::string& by = {});

struct AuditWords {
  const char* name;
  const char* zh;
  const char* en;
};
/// Of a kind that this program does not know: "unknown".
AuditWords words_of(AuditKind kind);
std::optional<AuditKind> audit_kind(std::string_view name);
/// Every name, for --help.
std::string audit_names();

/// `12:9f86d081…`: the head as it is written down.
std::string head_text(const AuditHead& head);
/// Reads that again; eight digits of the digest will do. Errors: usage.
Result<NotedAuditHead> read_head(const std::string& text);

}  // namespace doorstep::server
