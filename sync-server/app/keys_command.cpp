#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/data_folder.hpp"
#include "app/open_office.hpp"
#include "app/terminal.hpp"
#include "auth/identity.hpp"
#include "base/error.hpp"

// `keys`: by what phones know the office, and new ones in their place.
namespace doorstep::server {
namespace {

nlohmann::ordered_json to_json(const auth::OfficeIdentity& identity) {
  const wire::KeyList& keys = identity.keys();
  return {{"fingerprint", identity.fingerprint()},
          {"version", keys.version},
          {"issued_ms", keys.issued_ms},
          {"tls_pins", keys.tls_pins},
          {"former_identities", keys.successions.size()}};
}

void tell(const auth::OfficeIdentity& identity) {
  const wire::KeyList& keys = identity.keys();
  const std::string version = std::to_string(keys.version);
  say("街道的身份:" + identity.fingerprint() + "(以前换过 " + std::to_string(keys.successions.size()) +
          " 次)。密钥清单第 " + version + " 版。",
      "The office's identity: " + identity.fingerprint() + ", replaced " +
          std::to_string(keys.successions.size()) + " times. Key list version " + version + ".");
  say("现用:" + keys.tls_pins.front() + ",下一把:" + keys.tls_pins.back(),
      "TLS key in use: " + keys.tls_pins.front() + ", next: " + keys.tls_pins.back());
}

}  // namespace

Status run_keys(const KeysOptions& options) {
  const DataFolder folder(options.data);
  DOORSTEP_CHECK(folder.check_office());
  if (options.identity && options.action.empty())
    return fail_usage("--identity 只和 renew 一起用。", "--identity goes with renew only.");
  if (options.action.empty()) {
    DOORSTEP_TRY(identity, auth::OfficeIdentity::load(folder.path()));
    if (options.json)
      std::printf("%s\n", to_json(identity).dump().c_str());
    else
      tell(identity);
    return {};
  }
  auth::Renewal what;
  what.tls = what.sealing = true;
  what.identity = options.identity;
  {
    // Keys are files: first the entry, so that none is replaced without one.
    DOORSTEP_TRY(opened, OpenOffice::open(options.data));
    const std::string subject = options.identity ? "tls sealing identity" : "tls sealing";
    DOORSTEP_CHECK(record_audit(opened->office(), act_of(AuditKind::keys_renewed, subject)));
  }
  DOORSTEP_TRY(identity, auth::OfficeIdentity::renew(folder.path(), what, SystemClock().read().wall_ms));
  if (options.json) {
    std::printf("%s\n", to_json(identity).dump().c_str());
    return {};
  }
  tell(identity);
  say("已换好。请现在备份(以前的备份里没有新密钥),再重新启动 serve;在那之前用的还是旧密钥。手机会自己跟上,"
      "不用重新邀请。",
      "Done. Back up now (older backups lack the new keys), then start serve again; until then the old keys "
      "are in use. Phones follow by themselves and need no new invitation.");
  return {};
}

}  // namespace doorstep::server
