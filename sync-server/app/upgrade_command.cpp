#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/open_office.hpp"
#include "app/terminal.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "pipeline/pack_upgrade.hpp"
#include "schema/loader/loader.hpp"
#include "sqlite/layout.hpp"

// `upgrade`.
namespace doorstep::server {
namespace {

nlohmann::ordered_json sentences(const std::vector<Label>& labels) {
  auto list = nlohmann::ordered_json::array();
  for (const Label& label : labels) list.push_back({{"zh", label.zh}, {"en", label.en}});
  return list;
}

void tell(const UpgradeOptions& options, const std::string& name, const PackUpgrade& upgrade, bool written) {
  const nlohmann::ordered_json result{{"pack", name},
                                      {"from", raw(upgrade.from)},
                                      {"to", raw(upgrade.to)},
                                      {"upgraded", written},
                                      {"problems", sentences(upgrade.violations)},
                                      {"changes", sentences(upgrade.changes)}};
  if (options.json) {
    std::printf("%s\n", result.dump(2).c_str());
    return;
  }
  for (const Label& violation : upgrade.violations) warn(violation.zh, violation.en);
  for (const Label& change : upgrade.changes) say(change.zh, change.en);
}

void tell_done(const PackUpgrade& upgrade, bool written) {
  const std::string from = std::to_string(raw(upgrade.from));
  const std::string to = std::to_string(raw(upgrade.to));
  if (!written)
    say("可以从第" + from + "版换到第" + to + "版;这次只检查,没有改动。",
        "Version " + from + " can become version " + to + ". Checked only; nothing was changed.");
  else
    say("已从第" + from + "版换到第" + to + "版。手机下次联系时自动更新,没交上来的记录照旧有效。",
        "Version " + from + " has become version " + to +
            ". Phones follow with their next contact; what they have not handed over stays valid.");
}

}  // namespace

Status run_upgrade(const UpgradeOptions& options) {
  DOORSTEP_TRY(folder, find_pack(options.pack));
  DOORSTEP_TRY(pack, load_pack(folder, try_views));
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  const std::string name = pack.name;
  const std::string subject = name + " " + std::to_string(raw(pack.version));
  const Acting acting(opened->office(), act_of(AuditKind::upgraded, subject));
  DOORSTEP_TRY(upgrade, options.dry_run ? plan_upgrade(opened->office(), pack)
                                        : upgrade_pack(opened->office(), std::move(pack), folder.string()));
  const bool refused = !upgrade.violations.empty();
  const bool written = !refused && !options.dry_run;
  if (!written)
    DOORSTEP_CHECK(record_audit(opened->office(), act_of(AuditKind::looked, "upgrade " + subject)));
  tell(options, name, upgrade, written);
  if (refused)
    return fail(ErrorDomain::usage, ErrorCode::pack_invalid, Retry::never,
                "有" + std::to_string(upgrade.violations.size()) +
                    "处不能这样改,什么都没有换。请改正表格包后再运行。",
                counted(upgrade.violations.size(), "change") +
                    " cannot be made; nothing was changed. Correct the pack and run it again.");
  if (!options.json) tell_done(upgrade, written);
  return {};
}

}  // namespace doorstep::server
