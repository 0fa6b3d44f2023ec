#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/invitations.hpp"
#include "app/invite_list.hpp"
#include "app/office_time.hpp"
#include "app/open_office.hpp"
#include "app/output_file.hpp"
#include "app/qr_code.hpp"
#include "app/roster_report.hpp"
#include "app/terminal.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "schema/validation.hpp"
#include "tabular/csv.hpp"

// `invite`.
namespace doorstep::server {
namespace {

tl::unexpected<Error> fail_list(const std::vector<RosterProblem>& problems) {
  return fail(ErrorDomain::usage, ErrorCode::validation_failed, Retry::never,
              "名单有" + std::to_string(problems.size()) + "处不对,一个也没有邀请。请改正后再来。",
              std::to_string(problems.size()) +
                  " faults in the list; nobody was invited. Correct them and try again.");
}

std::int64_t valid_ms(const InviteOptions& options) {
  return static_cast<std::int64_t>(options.expires_hours * 3'600'000.0);
}

Result<InviteAddress> address_of(const OpenOffice& opened, const InviteOptions& options) {
  DOORSTEP_TRY(address, invite_address(opened.folder(), options.host));
  if (!address.note_en.empty()) warn(address.note_zh, address.note_en);
  return address;
}

Status write_picture(const std::filesystem::path& file, const std::string& url) {
  const auto png = qr_code_png(url);
  if (!png) return fail_usage("链接太长,画不成二维码。", "The link is too long for a QR code.");
  return write_secret_file(file, *png);
}

/// A picture for each link, named by its person; of namesakes the later ones are numbered.
Status write_pictures(const std::string& folder, const std::vector<Invitee>& invitees,
                      const std::vector<MadeInvitation>& made) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed)
    return fail_usage("不能建立文件夹“" + folder + "”。", "The folder " + folder + " cannot be made.");
  std::map<std::string, std::size_t> taken;
  std::set<std::string> pictured;
  for (const MadeInvitation& one : made) {
    if (!pictured.insert(one.url).second) continue;
    const auto invitee = std::find_if(invitees.begin(), invitees.end(),
                                      [&](const Invitee& who) { return who.row == one.row; });
    const std::string name = for_file_name(invitee == invitees.end() ? std::string{} : invitee->name);
    const std::size_t number = ++taken[name];
    const std::string file = number == 1 ? name : name + "-" + std::to_string(number);
    DOORSTEP_CHECK(write_picture(std::filesystem::path(folder) / (file + ".png"), one.url));
  }
  return {};
}

Status invite_one(OpenOffice& opened, const InviteOptions& options) {
  if (options.person.empty() || options.role.empty() || options.place.empty())
    return fail_usage("请写明 --person 姓名、--role 岗位、--place 地点编码(或用 --file 名单)。",
                      "Say --person NAME, --role ROLE and --place CODE (or --file LIST).");
  DOORSTEP_TRY(address, address_of(opened, options));
  std::vector<RosterProblem> problems;
  DOORSTEP_TRY(made, make_invitations(opened, address,
                                      {{0, options.person, options.phone, options.role, options.place}},
                                      valid_ms(options), problems));
  if (!problems.empty())
    return tl::unexpected(problems.front().error);  // The command's own: there is no file.
  const MadeInvitation& invitation = made.front();
  const std::string expires = format_time(invitation.expires_ms);
  if (!options.qr_png.empty()) DOORSTEP_CHECK(write_picture(options.qr_png, invitation.url));
  if (options.json) {
    const nlohmann::ordered_json result{{"url", invitation.url},
                                        {"person", to_text(invitation.person)},
                                        {"place", to_text(invitation.place)},
                                        {"role", invitation.role},
                                        {"expires", expires}};
    std::printf("%s\n", result.dump().c_str());
    return {};
  }
  std::printf("%s\n", invitation.url.c_str());
  if (options.qr)
    if (const auto code = draw_qr_code(invitation.url)) std::fputs(code->c_str(), stdout);
  std::fflush(stdout);
  const std::string until = office_minute(invitation.expires_ms);
  warn("这条链接只能由" + options.person + "用一次,有效到 " + until + ",请不要转发给别人。",
       "For " + options.person + " only: it works once, until " + until + ". Do not pass it on.");
  return {};
}

/// The list as it came, with the link beside each row.
std::string list_with_urls(const std::vector<tabular::Row>& file, const std::vector<MadeInvitation>& made) {
  std::map<std::size_t, const MadeInvitation*> by_row;
  for (const MadeInvitation& one : made) by_row.emplace(one.row, &one);
  std::size_t width = 0;
  for (const tabular::Row& line : file) width = std::max(width, line.cells.size());
  std::string csv(tabular::kCsvStart);
  for (const tabular::Row& line : file) {
    std::vector<std::string> cells = line.cells;
    cells.resize(width);
    const auto one = by_row.find(line.row);
    if (&line == &file.front())
      cells.emplace_back("url");
    else
      cells.push_back(one == by_row.end() ? std::string{} : one->second->url);
    tabular::append_csv_row(csv, cells);
  }
  return csv;
}

Status invite_list(OpenOffice& opened, const InviteOptions& options) {
  if (options.out.empty())
    return fail_usage("请用 --out 写明结果文件。", "Name the file for the result with --out.");
  DOORSTEP_TRY(pack, opened.pack());
  DOORSTEP_TRY(sheet, tabular::read_sheet_file(options.file));
  const std::vector<tabular::Row>& file = sheet.rows;
  std::vector<RosterProblem> problems;
  const std::vector<Invitee> invitees = read_invitees(*pack, file, problems);
  std::vector<MadeInvitation> made;
  if (problems.empty()) {
    DOORSTEP_TRY(address, address_of(opened, options));
    DOORSTEP_TRY(invitations, make_invitations(opened, address, invitees, valid_ms(options), problems));
    made = std::move(invitations);
  }
  if (!problems.empty()) {
    DOORSTEP_CHECK(record_audit(opened.office(), act_of(AuditKind::looked, "invite " + options.file)));
    if (options.json)
      std::printf("%s\n",
                  nlohmann::ordered_json{{"invited", 0}, {"problems", to_json(problems)}}.dump(1).c_str());
    else
      tell_problems(problems);
    return fail_list(problems);
  }
  DOORSTEP_CHECK(write_secret_file(options.out, list_with_urls(file, made)));
  if (!options.qr_png.empty()) DOORSTEP_CHECK(write_pictures(options.qr_png, invitees, made));
  if (options.json)
    std::printf("%s\n",
                nlohmann::ordered_json{{"invited", made.size()}, {"file", options.out}}.dump().c_str());
  else
    say("已为" + std::to_string(made.size()) + "行名单生成邀请链接:" + options.out +
            "。每条链接只能用一次,请分别发给本人。",
        "Invitations for " + counted(made.size(), "row") + ", in " + options.out +
            ". Each link works once; send each to its person only.");
  return {};
}

}  // namespace

Status run_invite(const InviteOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  const std::string subject = options.file.empty() ? options.role + " " + options.place : options.file;
  const Acting acting(opened->office(), act_of(AuditKind::invited, subject));
  return options.file.empty() ? invite_one(*opened, options) : invite_list(*opened, options);
}

}  // namespace doorstep::server
