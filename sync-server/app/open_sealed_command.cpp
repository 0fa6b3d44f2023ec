#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/open_office.hpp"
#include "app/terminal.hpp"
#include "auth/identity.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "pipeline/devices.hpp"
#include "wire/sealed_work.hpp"

// `open-sealed`: what a phone left that was wiped without signal.
namespace doorstep::server {
namespace {

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never, "打不开文件“" + path + "”。",
                "The file " + path + " cannot be read.");
  std::string bytes;
  // One byte past the bound tells that it is too large.
  constexpr std::size_t kMost = doorstep::limits::kSealedWorkBytes + 1;
  std::string piece(1024 * 1024, '\0');
  while (bytes.size() < kMost &&
         file.read(piece.data(), static_cast<std::streamsize>(piece.size())).gcount() > 0)
    bytes.append(piece, 0, static_cast<std::size_t>(file.gcount()));
  return bytes;
}

tl::unexpected<Error> not_ours() {
  return fail(ErrorDomain::usage, ErrorCode::unauthorized, Retry::never,
              "这个文件不是给这个街道封的,或者被改动过;没有收下任何记录。",
              "This file was not sealed for this office, or was changed. Nothing was taken.");
}

Result<std::vector<wire::Push>> open_boxes(const auth::OfficeIdentity& identity, const wire::SealedWork& work,
                                           const PublicKey& device) {
  if (work.office != identity.office()) return not_ours();
  std::vector<wire::Push> pushes;
  for (const std::string& box : work.boxes) {
    const auto content = identity.open(box);
    if (!content) return not_ours();
    auto push = wire::read_sealed_push(work.office, work.actor, *content, device);
    if (!push) return not_ours();
    pushes.push_back(*std::move(push));
  }
  return pushes;
}

}  // namespace

Status run_open_sealed(const OpenSealedOptions& options) {
  DOORSTEP_TRY(bytes, read_file(options.file));
  DOORSTEP_TRY(work, wire::read_sealed_work(bytes));
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  DOORSTEP_TRY(identity, auth::OfficeIdentity::load(opened->folder().path()));
  DOORSTEP_TRY(device, find_device(opened->office(), work.actor));
  DOORSTEP_TRY(pushes, open_boxes(identity, work, device.signing_key));
  Acting acting(opened->office(),
                act_of(AuditKind::opened, std::to_string(raw(work.actor)) + " " + options.file));
  TakenWork taken;
  for (const wire::Push& push : pushes) DOORSTEP_CHECK(take_work(opened->office(), work.actor, push, taken));
  DOORSTEP_CHECK(acting.record());
  if (options.json) {
    const nlohmann::ordered_json out{
        {"actor", raw(work.actor)}, {"groups", taken.groups}, {"new", taken.fresh}, {"held", taken.held}};
    std::printf("%s\n", out.dump().c_str());
    return {};
  }
  say("“" + for_terminal(device.device_name) + "”留下的" + std::to_string(taken.groups) + "条都已收下(新收" +
          std::to_string(taken.fresh) + "条,其中" + std::to_string(taken.held) + "条先留着,看 held)。",
      "Everything that " + for_terminal(device.device_name) +
          " left is in: " + counted(taken.groups, "group") + ", " + std::to_string(taken.fresh) + " new, " +
          std::to_string(taken.held) + " kept without effect (held).");
  return {};
}

}  // namespace doorstep::server
