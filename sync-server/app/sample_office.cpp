#include "app/sample_office.hpp"

#include <cstdio>
#include <cstdlib>

#include "app/create_office.hpp"
#include "app/invitations.hpp"
#include "app/office_writes.hpp"
#include "app/open_office.hpp"
#include "app/qr_code.hpp"
#include "app/roster_plan.hpp"
#include "app/terminal.hpp"
#include "base/error.hpp"
#include "tabular/csv.hpp"

namespace doorstep::server {
namespace {

constexpr const char* kLeader = "王芳";
/// Levels at the bottom of the tree that have this many siblings each; those above have one.
constexpr int kBranchingLevels = 4;
constexpr int kBranches = 2;
constexpr std::int64_t kValidMs = 24LL * 60 * 60 * 1000;
constexpr const char* kSurnames[] = {"赵", "钱", "孙", "李", "周", "吴", "郑", "冯"};

struct SamplePlaces {
  std::string csv = "code,parent,level,name\n";
  std::vector<std::string> doors;
};

/// One place of every level, two of each of the last ones, so that the tree has a few dozen doors at most.
void add_places(const Pack& pack, std::size_t level, const std::string& code, const std::string& parent,
                int number, SamplePlaces& places) {
  const bool last = level + 1 == pack.levels.size();
  places.csv += code + "," + parent + "," + pack.levels[level].name + "," + std::to_string(number) +
                pack.levels[level].label.zh + "\n";
  if (last) {
    places.doors.push_back(code);
    return;
  }
  const int branches = level + 1 + kBranchingLevels >= pack.levels.size() ? kBranches : 1;
  for (int i = 1; i <= branches; ++i)
    add_places(pack, level + 1, code + "-" + std::to_string(i), code, i, places);
}

std::string households_csv(const std::vector<std::string>& doors) {
  std::string csv = "place,head_name\n";
  for (std::size_t i = 0; i < doors.size(); ++i) {
    if (i % 8 == 7) continue;  // Some doors are vacant.
    csv += doors[i] + "," + kSurnames[i % std::size(kSurnames)] + "家\n";
  }
  return csv;
}

Status import_csv(OpenOffice& opened, const Pack& pack, const char* table, const std::string& csv) {
  const Table* found = pack.find(table);
  if (found == nullptr) return {};
  DOORSTEP_TRY(file, tabular::read_csv(csv));
  RosterPlan plan;
  {
    DOORSTEP_TRY(snapshot, opened.store().snapshot());
    SnapshotRows rows(*snapshot);
    DOORSTEP_TRY(planned,
                 plan_import(pack, opened.office().record().office, *found, file, rows, opened.now_ms()));
    plan = std::move(planned);
  }
  if (!plan.problems.empty()) return tl::unexpected(plan.problems.front().error);
  return write_rows(opened.office(), plan.rows);
}

}  // namespace

Result<std::unique_ptr<SampleOffice>> SampleOffice::make(const std::string& pack_name) {
  std::string folder = (std::filesystem::temp_directory_path() / "doorstep-dev-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr)
    return fail_storage(ErrorCode::storage_failed, "no temporary folder can be made");
  std::unique_ptr<SampleOffice> sample(new SampleOffice(folder));
  DOORSTEP_CHECK(make_office(DataFolder(folder), pack_name, "示例街道"));
  DOORSTEP_TRY(opened, OpenOffice::open(folder));
  DOORSTEP_TRY(pack, opened->pack());
  if (pack->levels.empty() || pack->roles.empty())
    return fail_usage("这个表格包没有层级或岗位,不能生成示例。",
                      "This pack has no levels or no roles to make a sample of.");
  SamplePlaces places;
  add_places(*pack, 0, "S", "", 1, places);
  DOORSTEP_CHECK(import_csv(*opened, *pack, "place", places.csv));
  DOORSTEP_CHECK(import_csv(*opened, *pack, "household", households_csv(places.doors)));
  sample->leader_ = kLeader;
  sample->role_ = pack->roles.front().name;
  sample->place_ = "S";
  return sample;
}

SampleOffice::~SampleOffice() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Status SampleOffice::print_invitation(const std::string& host) const {
  DOORSTEP_TRY(opened, OpenOffice::open(folder_));
  DOORSTEP_TRY(address, invite_address(opened->folder(), host));
  std::vector<RosterProblem> problems;
  DOORSTEP_TRY(made,
               make_invitations(*opened, address, {{0, leader_, {}, role_, place_}}, kValidMs, problems));
  if (made.empty()) return tl::unexpected(problems.front().error);
  say("示例街道已启动(数据在临时文件夹,退出即删除)。" + leader_ + "的邀请:",
      "A sample office is being served (its data goes when you stop it). An invitation for " + leader_ + ":");
  std::printf("%s\n", made.front().url.c_str());
  if (const auto code = draw_qr_code(made.front().url)) std::fputs(code->c_str(), stdout);
  say("按 Ctrl-C 停止。数据文件夹:" + folder_.string(), "Ctrl-C stops it. Data folder: " + folder_.string());
  return {};
}

}  // namespace doorstep::server
