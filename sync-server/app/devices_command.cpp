#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/office_time.hpp"
#include "app/open_office.hpp"
#include "app/terminal.hpp"
#include "base/error.hpp"
#include "pipeline/office.hpp"

// `devices`: whom the office knows, and which of them are copies of others.
namespace doorstep::server {
namespace {

using nlohmann::ordered_json;

struct Device {
  ActorRecord record;
  std::string person;
  std::string copied;  ///< What the device is called whose file this is a copy of.

  bool is_copy() const { return record.origin != ActorId{}; }
  /// Groups of its own: those before its first are the other device's.
  std::uint64_t received() const { return raw(record.admitted_through) - raw(record.first) + 1; }
};

Result<std::vector<Device>> read_devices(Office& office) {
  DOORSTEP_TRY(snapshot, office.store().snapshot());
  DOORSTEP_TRY(plan, office.newest_plan(*snapshot));
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
