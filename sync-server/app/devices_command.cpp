#include <algorithm>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/office_time.hpp"
#include "app/open_office.hpp"
#include "app/row_names.hpp"
#include "app/terminal.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "pipeline/devices.hpp"
#include "pipeline/still_held.hpp"
#include "pipeline/territory.hpp"
#include "tabular/csv.hpp"
#include "wire/iso_time.hpp"

// `devices`: whom the office knows, where each stands, and which are revoked.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 24 * 60 * kMinuteMs;
constexpr std::int64_t kChinaMs = 8 * 60 * kMinuteMs;

struct Device {
  ActorRecord record;
  std::string person;
  std::string copied;          ///< What the device is called whose file this is a copy of.
  std::uint64_t behind = 0;    ///< Changes at the office since its last checkpoint.
  std::int64_t days_away = 0;  ///< Whole days since it was heard of.
  struct Post {
    RowId id;
    std::string place;
    std::string role;
    std::string last_day;  ///< Empty when the post was deleted.
  };
  std::vector<Post> posts;      ///< That are over, and whose rows it may still hold.
  std::size_t left_places = 0;  ///< Of which the same is true.

  bool is_copy() const { return record.origin != ActorId{}; }
  /// Groups of its own: those before its first are the other device's.
  std::uint64_t received() const { return raw(record.admitted_through) - raw(record.first) + 1; }
  const char* state() const {
    if (record.wiped_ms != 0) return "wiped";
    if (!record.is_revoked()) return "active";
    return record.has_handed_over() ? "handed_over" : "revoked";
  }
};

/// A role as people call it.
std::string role_name(const Pack& pack, const std::string& role) {
  for (const Role& known : pack.roles)
    if (known.name == role) return known.label.zh;
  return role;
}

Status read_held(Office& office, ReadSnapshot& snapshot, const PackPlan& plan, RowNames& names,
                 Device& device) {
  DOORSTEP_TRY(held, still_held(office, snapshot, device.record));
  device.left_places = held.places;
  for (const Assignment& post : held.posts) {
    DOORSTEP_TRY(place, names.name_of(*plan.places().table, post.place));
    device.posts.push_back({post.id, place, role_name(plan.pack(), post.role),
                            post.is_deleted ? std::string() : wire::date_text(post.last_day)});
  }
  return {};
}

Result<std::vector<Device>> read_devices(OpenOffice& opened) {
  Office& office = opened.office();
  DOORSTEP_TRY(snapshot, office.store().snapshot());
  DOORSTEP_TRY(plan, office.newest_plan(*snapshot));
  DOORSTEP_TRY(head, snapshot->feed_head());
  RowNames names(plan->pack(), office.record().office, *snapshot);
  DOORSTEP_TRY(actors, snapshot->actors());
  std::vector<Device> devices;
  for (ActorRecord& actor : actors) {
    if (serial_of(actor.actor) == kOfficeSerial) continue;
    Device device;
    DOORSTEP_TRY(person, person_name(*snapshot, *plan, actor.person));
    device.person = std::move(person);
    if (actor.origin != ActorId{}) {
      DOORSTEP_TRY(origin, snapshot->actor(actor.origin));
      if (origin) device.copied = origin->device_name;
    }
    device.behind = raw(head) - std::min(raw(head), raw(actor.checkpoint));
    device.days_away = std::max<std::int64_t>(0, opened.now_ms() - actor.last_seen_ms) / kDayMs;
    device.record = std::move(actor);
    DOORSTEP_CHECK(read_held(office, *snapshot, *plan, names, device));
    devices.push_back(std::move(device));
  }
  return devices;
}

ordered_json to_json(const Device& device) {
  const ActorRecord& record = device.record;
  ordered_json out{{"actor", raw(record.actor)},
                   {"person", device.person},
                   {"device", record.device_name},
                   {"state", device.state()},
                   {"enrolled_ms", record.enrolled_ms},
                   {"last_seen_ms", record.last_seen_ms},
                   {"days_away", device.days_away},
                   {"waiting_groups", record.waiting},
                   {"received_groups", device.received()},
                   {"checkpoint_ms", record.checkpoint_ms},
                   {"changes_behind", device.behind},
                   {"app", record.app},
                   {"engine", record.engine},
                   {"pack", raw(record.pack)}};
  if (device.is_copy()) {
    out["copy_of"] = raw(record.origin);
    out["first_group"] = raw(record.left_at);
  }
  out["confirmed_ms"] = record.confirmed_ms;
  out["may_still_hold"] = {{"posts", ordered_json::array()}, {"places", device.left_places}};
  for (const Device::Post& post : device.posts) {
    ordered_json over{{"id", to_text(post.id)}, {"place", post.place}, {"role", post.role}};
    if (!post.last_day.empty()) over["last_day"] = post.last_day;
    out["may_still_hold"]["posts"].push_back(std::move(over));
  }
  if (record.is_revoked()) {
    out["revoked_ms"] = record.revoked_ms;
    out["reason"] = record.revoke_reason;
    if (record.lost_ms) out["lost_ms"] = *record.lost_ms;
  }
  if (record.wiped_ms != 0) out["wiped_ms"] = record.wiped_ms;
  return out;
}

/// What became of a device that was revoked or wiped itself.
void tell_fate(const Device& device) {
  const ActorRecord& record = device.record;
  if (record.is_revoked())
    say("  " + office_minute(record.revoked_ms) + "收回:" + for_terminal(record.revoke_reason) + "。",
        "  Revoked " + office_minute(record.revoked_ms) + ": " + for_terminal(record.revoke_reason));
  if (record.wiped_ms != 0)
    say("  " + office_minute(record.wiped_ms) + "手机里的资料已清除。",
        "  Its data was deleted " + office_minute(record.wiped_ms) + ".");
  else if (record.has_handed_over())
    say("  记录已全部交到街道,还没说资料已清除。",
        "  It has brought everything, and has not yet said that its data is deleted.");
  else if (record.is_revoked())
    say("  还没连上:下次连上时交出记录,再清除资料。",
        "  Not yet in contact: with its next one it brings what it has, and is wiped.");
}

void tell(const Device& device) {
  const ActorRecord& record = device.record;
  const std::string received = std::to_string(device.received());
  const std::string waiting = std::to_string(record.waiting);
  const std::string behind = std::to_string(device.behind);
  const std::string days = std::to_string(device.days_away);
  const std::string first = std::to_string(raw(record.left_at));
  const std::string number = std::to_string(raw(record.actor));
  std::string zh = for_terminal(device.person) + "(" + for_terminal(record.device_name) + ",编号" + number +
                   "):" + office_minute(record.enrolled_ms) + "登记,最近" +
                   office_minute(record.last_seen_ms) + "连上(" + days + "天前),收到" + received +
                   "条,当时还有" + waiting + "条没交;此后街道有" + behind + "处改动。";
  std::string en = for_terminal(device.person) + " (" + for_terminal(record.device_name) + ", number " +
                   number + "): enrolled " + office_minute(record.enrolled_ms) + ", last seen " +
                   office_minute(record.last_seen_ms) + " (" +
                   counted(static_cast<std::uint64_t>(device.days_away), "day") + " ago), " +
                   counted(device.received(), "group") + " received, " + waiting + " still to come then; " +
                   counted(device.behind, "change") + " at the office since.";
  if (!record.engine.empty()) {
    const std::string app = record.app.empty() ? "" : for_terminal(record.app) + " / ";
    const std::string pack = std::to_string(raw(record.pack));
    zh += "程序" + app + for_terminal(record.engine) + ",表格版本" + pack + "。";
    en += " Software " + app + for_terminal(record.engine) + ", pack " + pack + ".";
  }
  if (device.is_copy()) {
    zh += "旧文件副本,自第" + first + "条起另记。";
    en += " Copy of " + for_terminal(device.copied) + ", from group " + first + " on.";
  }
  say("● " + zh, "  " + en);
  for (const Device::Post& post : device.posts) {
    const std::string what = for_terminal(post.place) + "(" + for_terminal(post.role) + ")";
    say("  可能还留着:" + what + ",任职" + (post.last_day.empty() ? "已删除" : "到" + post.last_day) + "。",
        "    May still hold: " + what + ", a post that " +
            (post.last_day.empty() ? "was deleted." : "ended on " + post.last_day + "."));
  }
  if (device.left_places > 0) {
    const std::string count = std::to_string(device.left_places);
    say("  可能还留着不再归其负责的地点" + count + "处。",
        "    May still hold places that are not its holder's any more: " + count + ".");
  }
  tell_fate(device);
}

const char* state_zh(const Device& device) {
  if (device.record.wiped_ms != 0) return "已清除";
  if (!device.record.is_revoked()) return "在用";
  return device.record.has_handed_over() ? "已收回,记录已交" : "已收回,还没连上";
}

std::string to_csv(const std::vector<Device>& devices) {
  std::string csv(tabular::kCsvStart);
  tabular::append_csv_row(csv, {"编号", "人员", "手机", "状态", "登记", "最近连上", "几天前", "还没交的",
                                "收到的", "落后的改动", "应用", "引擎", "表格版本", "收回的原因"});
  for (const Device& device : devices) {
    const ActorRecord& record = device.record;
    tabular::append_csv_row(
        csv, {std::to_string(raw(record.actor)), device.person, record.device_name, state_zh(device),
              office_minute(record.enrolled_ms), office_minute(record.last_seen_ms),
              std::to_string(device.days_away), std::to_string(record.waiting),
              std::to_string(device.received()), std::to_string(device.behind), record.app, record.engine,
              std::to_string(raw(record.pack)), record.revoke_reason});
  }
  return csv;
}

/// `2026-11-22` or `2026-11-22 09:01`, as the office's clock shows it.
Result<std::int64_t> read_moment(const std::string& text) {
  const auto wrong = [&] {
    return fail_usage("“" + text + "”不是时间。请写成 2026-11-22 或 2026-11-22 09:01。",
                      "\"" + text + "\" is no time. Write 2026-11-22 or 2026-11-22 09:01.");
  };
  constexpr std::size_t kDateSize = 10;
  constexpr std::size_t kMinuteSize = 16;
  const auto day = day_of_date(text.substr(0, kDateSize));
  if (!day || (text.size() != kDateSize && text.size() != kMinuteSize)) return wrong();
  std::int64_t ms = *day * kDayMs - kChinaMs;
  if (text.size() == kDateSize) return ms;
  const auto number = [&](std::size_t at, int most) -> std::optional<int> {
    int value = -1;
    const char* end = text.data() + at + 2;
    const auto [stop, error] = std::from_chars(text.data() + at, end, value);
    if (error != std::errc() || stop != end || value < 0 || value > most) return std::nullopt;
    return value;
  };
  const auto hour = number(11, 23);
  const auto minute = number(14, 59);
  if (text[10] != ' ' || text[13] != ':' || !hour || !minute) return wrong();
  return ms + (*hour * 60 + *minute) * kMinuteMs;
}

Result<ActorId> read_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && stop == end && number != 0) return ActorId{number};
  return fail_usage("手机的编号是一个数,请看:doorstep-server devices",
                    "A device is named by its number; see: doorstep-server devices");
}

}  // namespace

Status run_devices(const DevicesOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_CHECK(record_audit(opened->office(), act_of(AuditKind::looked, "devices")));
  DOORSTEP_TRY(devices, read_devices(*opened));
  if (options.csv) {
    std::fputs(to_csv(devices).c_str(), stdout);
    return {};
  }
  if (options.json) {
    ordered_json out = ordered_json::array();
    for (const Device& device : devices) out.push_back(to_json(device));
    std::printf("%s\n", out.dump(1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return {};
  }
  for (const Device& device : devices) tell(device);
  const std::string count = std::to_string(devices.size());
  say("共" + count + "部。", counted(devices.size(), "device") + ".");
  return {};
}

Status run_revoke_device(const RevokeDeviceOptions& options) {
  Revocation revocation{options.reason, std::nullopt};
  if (!options.since.empty()) {
    DOORSTEP_TRY(since, read_moment(options.since));
    revocation.lost_ms = since;
  } else if (options.lost) {
    revocation.lost_ms = 0;
  }
  DOORSTEP_TRY(number, read_number(options.device));
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  const std::string loss = options.lost            ? " --lost"
                           : options.since.empty() ? ""
                                                   : " --since " + options.since;
  const Acting acting(opened->office(),
                      act_of(AuditKind::revoked, std::to_string(raw(number)) + loss, options.reason));
  DOORSTEP_TRY(record, revoke_device(opened->office(), number, revocation));
  if (options.json) {
    ordered_json out{{"actor", raw(record.actor)}, {"revoked_ms", record.revoked_ms}};
    if (record.lost_ms) out["lost_ms"] = *record.lost_ms;
    std::printf("%s\n", out.dump().c_str());
    return {};
  }
  say("已收回“" + for_terminal(record.device_name) +
          "”:它不能再取资料;下次连上时先交出没交的记录,再清除资料。",
      "Revoked " + for_terminal(record.device_name) +
          ": it gets no more data. With its next contact it brings what it still has, and is wiped.");
  if (revocation.lost_ms)
    say(options.since.empty()
            ? "它此后交来的都先留着,不生效,由街道核对(held)。"
            : "它在" + office_minute(*revocation.lost_ms) + "以后记的都先留着,不生效,由街道核对(held)。",
        options.since.empty()
            ? "What it brings from now on is kept without effect until somebody decides (held)."
            : "What it recorded from " + office_minute(*revocation.lost_ms) +
                  " on is kept without effect until somebody decides (held).");
  return {};
}

Status run_rename_device(const RenameDeviceOptions& options) {
  DOORSTEP_TRY(number, read_number(options.device));
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  const Acting acting(opened->office(), act_of(AuditKind::renamed, std::to_string(raw(number))));
  DOORSTEP_CHECK(rename_device(opened->office(), number, options.name));
  say("已改名。", "Renamed.");
  return {};
}

}  // namespace doorstep::server
