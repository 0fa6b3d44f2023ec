#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/office_time.hpp"
#include "app/open_office.hpp"
#include "app/row_names.hpp"
#include "app/terminal.hpp"
#include "base/error.hpp"
#include "pipeline/still_held.hpp"
#include "wire/iso_time.hpp"

// `devices`: whom the office knows, and which of them are copies of others.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

struct Device {
  ActorRecord record;
  std::string person;
  std::string copied;  ///< What the device is called whose file this is a copy of.
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

Result<std::vector<Device>> read_devices(Office& office) {
  DOORSTEP_TRY(snapshot, office.store().snapshot());
  DOORSTEP_TRY(plan, office.newest_plan(*snapshot));
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
    device.record = std::move(actor);
    DOORSTEP_CHECK(read_held(office, *snapshot, *plan, names, device));
    devices.push_back(std::move(device));
  }
  return devices;
}

ordered_json to_json(const Device& device) {
  const ActorRecord& record = device.record;
  ordered_json out{{"actor", raw(record.actor)},          {"person", device.person},
                   {"device", record.device_name},        {"enrolled_ms", record.enrolled_ms},
                   {"last_seen_ms", record.last_seen_ms}, {"received_groups", device.received()}};
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
  return out;
}

void tell(const Device& device) {
  const ActorRecord& record = device.record;
  const std::string received = std::to_string(device.received());
  const std::string first = std::to_string(raw(record.left_at));
  std::string zh = for_terminal(device.person) + "(" + for_terminal(record.device_name) +
                   "):" + office_minute(record.enrolled_ms) + "登记,最近" +
                   office_minute(record.last_seen_ms) + "连上,收到" + received + "条。";
  std::string en = for_terminal(device.person) + " (" + for_terminal(record.device_name) + "): enrolled " +
                   office_minute(record.enrolled_ms) + ", last seen " + office_minute(record.last_seen_ms) +
                   ", " + received + " groups received.";
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
}

}  // namespace

Status run_devices(const DevicesOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_CHECK(record_audit(opened->office(), act_of(AuditKind::looked, "devices")));
  DOORSTEP_TRY(devices, read_devices(opened->office()));
  if (options.json) {
    ordered_json out = ordered_json::array();
    for (const Device& device : devices) out.push_back(to_json(device));
    std::printf("%s\n", out.dump(1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return {};
  }
  for (const Device& device : devices) tell(device);
  const std::string count = std::to_string(devices.size());
  say("共" + count + "部。", count + (devices.size() == 1 ? " device." : " devices."));
  return {};
}

}  // namespace doorstep::server
