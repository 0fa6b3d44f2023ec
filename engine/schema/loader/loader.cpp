#include "schema/loader/loader.hpp"

#include <algorithm>
#include <system_error>

#include "base/ensure.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "schema/loader/draft.hpp"

namespace doorstep {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxExtends = 8;
constexpr std::uint32_t kMaxVersion = 1'000'000;

toml::table parse(const fs::path& path) {
  const std::string name = path.string();
  try {
    return toml::parse_file(name);
  } catch (const toml::parse_error& error) {
    const auto line = static_cast<unsigned>(error.source().begin.line);
    if (line == 0)
      refuse({name, 1}, "文件打不开。请检查路径和权限。",
             "the file cannot be opened. Check its path and permissions.");
    const std::string description(error.description());
    refuse({name, line}, "不是正确的TOML:" + description + "。",
           "this is not valid TOML: " + description + ".");
  }
}

template <typename Entry>
std::vector<Entry> read_entries(const TomlReader& reader, std::string_view key) {
  std::vector<Entry> entries;
  for (const TomlReader& item : reader.tables(key)) {
    constexpr bool kIsRole = std::is_same_v<Entry, Role>;
    if (kIsRole)
      item.expect_only({"name", "zh", "en", "decides", "volunteer"});
    else
      item.expect_only({"name", "zh", "en"});
    Entry entry;
    const Named name = item.identifier("name");
    entry.name = name.text;
    entry.label = item.label();
    if constexpr (kIsRole) {
      if (entry.name == kVolunteers)
        refuse(
            name.where, "岗位不能叫 volunteers:权限表里它指所有志愿者岗位。请换一个名字。",
            "a role cannot be called 'volunteers': in rights that means all volunteers. Take another name.");
      entry.decides = item.flag("decides");
      entry.volunteer = item.flag("volunteer");
    }
    for (const Entry& other : entries)
      if (other.name == entry.name)
        refuse(name.where, "“" + entry.name + "”写了两次,请删去一个。",
               "'" + entry.name + "' is listed twice; remove one.");
    entries.push_back(std::move(entry));
  }
  return entries;
}

/// Labels are typed and imported too: each must mean one entry.
template <typename Entry>
void check_labels(const std::vector<Entry>& entries, const Where& where) {
  for (std::size_t i = 0; i < entries.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (entries[i].label.zh == entries[j].label.zh || entries[i].label.en == entries[j].label.en)
        refuse(where, entries[j].name + " 和 " + entries[i].name + " 的名称相同,请改一个。",
               "'" + entries[j].name + "' and '" + entries[i].name + "' have the same label; change one.");
}

void read_head(const TomlReader& file, PackDraft& pack) {
  file.expect_only({"name", "version", "zh", "en", "extends", "levels", "roles"});
  pack.where = file.where("name");
  pack.name = file.identifier("name").text;
  pack.version = PackVersion{file.number("version", 1, kMaxVersion)};
  pack.label = file.label();

  // Where a level stands in the order is the deployment's choice, so a list of levels replaces the base's.
  auto levels = read_entries<Level>(file, "levels");
  if (!levels.empty()) pack.levels = std::move(levels);
  for (Role& role : read_entries<Role>(file, "roles")) {
    const auto same = [&](const Role& other) { return other.name == role.name; };
    const auto known = std::find_if(pack.roles.begin(), pack.roles.end(), same);
    if (known == pack.roles.end()) {
      pack.roles.push_back(std::move(role));
    } else {
      // Other labels take no right away, and make nobody staff.
      known->label = std::move(role.label);
      known->decides |= role.decides;
      known->volunteer |= role.volunteer;
    }
  }
  check_labels(pack.levels, file.where("levels"));
  check_labels(pack.roles, file.where("roles"));
  if (pack.levels.empty() || pack.roles.empty())
    refuse(pack.where, "请在 levels 里列出地点层级,在 roles 里列出岗位,各至少一个。",
           "list the place levels in 'levels' and the posts in 'roles', at least one of each.");
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".toml") files.push_back(at->path());
  std::sort(files.begin(), files.end());
  return files;
}

/// A view of the base that is named again is replaced.
void read_views(const fs::path& folder, PackDraft& pack, PackFaults& faults) {
  std::vector<ViewDraft> views;
  for (const fs::path& path : files_in(folder))
    faults.gather([&] {
      const toml::table document = parse(path);
      read_view(TomlReader(document, path.string()), views, faults);
    });
  for (ViewDraft& view : views) {
    const auto same = [&](const ViewDraft& other) { return other.view.name == view.view.name; };
    pack.views.erase(std::remove_if(pack.views.begin(), pack.views.end(), same), pack.views.end());
    pack.views.push_back(std::move(view));
    if (pack.views.size() > limits::kViews)
      refuse(pack.views.back().where, "视图最多 " + std::to_string(limits::kViews) + " 个,请删去不用的。",
             "there can be at most " + std::to_string(limits::kViews) + " views; remove what nobody uses.");
  }
}

PackDraft read_folder(const fs::path& folder, int depth, PackFaults& faults) {
  const fs::path head_path = folder / "pack.toml";
  std::error_code error;
  if (!fs::is_regular_file(head_path, error))
    refuse({head_path.string(), 1}, "这里没有 pack.toml。请给出包所在的文件夹,例如 schemas/neighbourhood。",
           "there is no pack.toml here. Name the folder of a pack, for example schemas/neighbourhood.");
  const toml::table document = parse(head_path);
  const TomlReader head(document, head_path.string());

  PackDraft pack;
  const Named extends = head.named("extends");
  if (extends.given()) {
    if (depth == kMaxExtends)
      refuse(extends.where,
             "extends 绕成了圈,或超过" + std::to_string(kMaxExtends) + "层。请改成直接扩展 neighbourhood。",
             "'extends' goes in a circle or more than " + std::to_string(kMaxExtends) +
                 " deep. Extend 'neighbourhood' directly.");
    const fs::path base = (folder / extends.text).lexically_normal();
    if (!fs::is_regular_file(base / "pack.toml", error))
      refuse(extends.where,
             "找不到被扩展的包 " + base.string() + "。请写相对于本文件夹的路径,例如 \"../neighbourhood\"。",
             "there is no pack at " + base.string() +
                 ". Write its path from this folder, for example \"../neighbourhood\".");
    pack = read_folder(base, depth + 1, faults);
  }
  faults.gather([&] { read_head(head, pack); });
  for (const fs::path& path : files_in(folder / "tables"))
    faults.gather([&] {
      const toml::table table = parse(path);
      read_table(TomlReader(table, path.string()), extends.given(), pack, faults);
    });
  faults.gather([&] { read_views(folder / "views", pack, faults); });
  return pack;
}

/// Where in its file a view does not fit the tables.
PackError located(const PackDraft& draft, const ViewFault& fault) {
  const auto view = std::find_if(draft.views.begin(), draft.views.end(),
                                 [&](const ViewDraft& one) { return one.view.name == fault.view; });
  ensure(view != draft.views.end(), "a fault is of one of the pack's views");
  return {
      fault.column ? view->columns.at(*fault.column).where : view->sql_place.at(view->view.sql, fault.sql_at),
      fault.why.zh, fault.why.en};
}

}  // namespace

Result<Pack> load_pack(const fs::path& folder, const ViewTrial& trial) {
  PackFaults faults;
  PackDraft draft;
  Pack pack;
  faults.gather([&] { draft = read_folder(folder, 0, faults); });
  // Each step relies on what those before it found.
  if (faults.empty()) pack = resolve(draft, faults);
  if (faults.empty()) {
    check_whole(draft, pack, faults);
    resolve_views(draft, pack, faults);
  }
  if (faults.empty() && trial) {
    DOORSTEP_TRY(found, trial(pack));
    for (const ViewFault& fault : found) faults.add(located(draft, fault));
  }
  if (!faults.empty()) return tl::unexpected(faults.told());
  return pack;
}

}  // namespace doorstep
