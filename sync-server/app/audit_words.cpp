#include "app/audit_words.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/error.hpp"
#include "schema/unicode_text.hpp"

namespace doorstep::server {
namespace {

constexpr std::size_t kLeastDigits = 8;

struct KindWords {
  AuditKind kind;
  AuditWords words;
};

constexpr KindWords kKinds[] = {
    {AuditKind::created, {"created", "建立街道", "made the office"}},
    {AuditKind::invited, {"invited", "邀请", "invited"}},
    {AuditKind::enrolled, {"enrolled", "手机加入", "enrolled a device"}},
    {AuditKind::rehomed, {"rehomed", "手机另立", "became another device"}},
    {AuditKind::readmitted, {"readmitted", "手机重新登记", "was readmitted"}},
    {AuditKind::queried, {"queried", "用SQL查看", "read with SQL"}},
    {AuditKind::looked, {"looked", "查看", "looked at"}},
    {AuditKind::exported, {"exported", "导出", "exported"}},
    {AuditKind::imported, {"imported", "导入", "imported"}},
    {AuditKind::decided, {"decided", "裁定不同说法", "settled a conflict"}},
    {AuditKind::released, {"released", "放行", "released a held group"}},
    {AuditKind::returned, {"returned", "退回", "returned a held group"}},
    {AuditKind::edited, {"edited", "改后入账", "edited a held group"}},
    {AuditKind::merged, {"merged", "归到一起", "declared the same"}},
    {AuditKind::unmerged, {"unmerged", "撤销归并", "took that back"}},
    {AuditKind::kept_apart, {"kept_apart", "认定不是同一个", "declared not the same"}},
    {AuditKind::split, {"split", "分户", "split a household"}},
    {AuditKind::upgraded, {"upgraded", "换表格包", "upgraded the pack"}},
    {AuditKind::compacted, {"compacted", "清理", "compacted"}},
    {AuditKind::backed_up, {"backed_up", "备份", "backed up"}},
    {AuditKind::restored, {"restored", "恢复", "restored a backup"}},
    {AuditKind::revealed, {"revealed", "查看隐藏内容", "was told a hidden value"}},
    {AuditKind::keys_renewed, {"keys_renewed", "换密钥", "renewed keys"}},
    {AuditKind::revoked, {"revoked", "收回手机", "revoked a device"}},
    {AuditKind::renamed, {"renamed", "改手机名字", "renamed a device"}},
    {AuditKind::opened, {"opened", "收下密封记录", "took sealed records"}},
    {AuditKind::erased, {"erased", "删除个人信息", "erased personal data"}},
    {AuditKind::expired, {"expired", "删除到期信息", "erased what was due"}},
    {AuditKind::not_revealed, {"not_revealed", "查看隐藏内容被拒", "was refused a hidden value"}},
    {AuditKind::drawn, {"drawn", "抽取回访户", "drew homes to call"}},
};

}  // namespace

std::string operator_name() {
  const char* caller = std::getenv("SUDO_USER");
  if (caller != nullptr && *caller != '\0') return caller;
  const passwd* user = ::getpwuid(::getuid());
  return user != nullptr ? user->pw_name : std::to_string(::getuid());
}

AuditAct act_of(AuditKind kind, std::string subject, std::string reason, const std::string& by) {
  const std::string user = operator_name();
  return {kind, by.empty() ? user : by + " (" + user + ")", std::move(subject), std::move(reason)};
}

AuditWords words_of(AuditKind kind) {
  for (const KindWords& known : kKinds)
    if (known.kind == kind) return known.words;
  return {"unknown", "(未知)", "(unknown)"};
}

std::optional<AuditKind> audit_kind(std::string_view name) {
  for (const KindWords& known : kKinds)
    if (name == known.words.name) return known.kind;
  return std::nullopt;
}

std::string audit_names() {
  std::string names;
  for (const KindWords& known : kKinds) names += (names.empty() ? "" : ", ") + std::string(known.words.name);
  return names;
}

std::string head_text(const AuditHead& head) {
  return std::to_string(head.number) + ":" + to_hex(view(head.digest));
}

Result<NotedAuditHead> read_head(const std::string& text) {
  NotedAuditHead noted;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, noted.number);
  if (stop != end)
    noted.digest = to_ascii_lower(std::string_view(stop + 1, static_cast<std::size_t>(end - stop - 1)));
  const bool is_hex = noted.digest.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (error == std::errc() && stop != end && *stop == ':' && noted.number > 0 && is_hex &&
      noted.digest.size() >= kLeastDigits)
    return noted;
  return fail_usage("请照 audit --head 显示的写:序号:摘要,摘要至少8位,例如 12:9f86d081。",
                    "Write it as `audit --head` prints it: NUMBER:DIGEST, at least 8 digits, such as "
                    "12:9f86d081.");
}

}  // namespace doorstep::server
