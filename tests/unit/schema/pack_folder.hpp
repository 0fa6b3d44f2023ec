#pragma once

#include <unistd.h>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

namespace doorstep::test {

/// A small valid pack in memory, to be spoilt by a test, and written to a temporary folder.
class PackFolder {
 public:
  PackFolder() {
    static std::atomic<int> serial{0};
    root_ = std::filesystem::temp_directory_path() /
            ("doorstep-pack-" + std::to_string(::getpid()) + '-' + std::to_string(serial++));
  }
  ~PackFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  PackFolder(const PackFolder&) = delete;
  PackFolder& operator=(const PackFolder&) = delete;

  std::filesystem::path path(const std::string& name) const { return root_ / name; }

  std::string& file(const std::string& name) { return files_[name]; }

  /// Replaces the first `old_text` of a file.
  void spoil(const std::string& name, const std::string& old_text, const std::string& new_text) {
    std::string& text = files_.at(name);
    const std::size_t at = text.find(old_text);
    if (at == std::string::npos) throw std::logic_error("not in " + name + ": " + old_text);
    text.replace(at, old_text.size(), new_text);
  }

  /// The line of the first `text` in a file, from 1.
  unsigned line_of(const std::string& name, const std::string& text) const {
    const std::string& all = files_.at(name);
    const std::size_t at = all.find(text);
    if (at == std::string::npos) throw std::logic_error("not in " + name + ": " + text);
    unsigned line = 1;
    for (std::size_t i = 0; i < at; ++i) line += all[i] == '\n' ? 1 : 0;
    return line;
  }

  void write() const {
    for (const auto& [name, text] : files_) {
      std::filesystem::create_directories(path(name).parent_path());
      std::ofstream(path(name), std::ios::binary) << text;
    }
  }

 private:
  std::filesystem::path root_;
  std::map<std::string, std::string> files_ = {
      {"base/pack.toml", R"(# A test pack.
name = "base"
version = 3
zh = "测试"
en = "Test"
levels = [
  { name = "town", zh = "镇", en = "Town" },
  { name = "house", zh = "房", en = "House" },
]
roles = [
  { name = "warden", zh = "管家", en = "Warden" },
]
)"},
      {"base/tables/place.toml", R"(id = 1
name = "place"
zh = "地点"
en = "Place"
natural_key = ["code"]
names = ["code"]
place = "self"
columns = [
  { id = 1, name = "code", zh = "编码", en = "Code", type = "text", required = true },
  { id = 2, name = "parent", zh = "上级", en = "Parent", type = "reference", target = "place" },
  { id = 3, name = "level", zh = "层级", en = "Level", type = "text" },
  { id = 4, name = "name", zh = "名称", en = "Name", type = "text" },
]
)"},
      {"base/tables/person.toml", R"(id = 2
name = "person"
zh = "人员"
en = "Person"
names = ["name"]
place = { table = "assignment", column = "person" }
columns = [
  { id = 1, name = "name", zh = "姓名", en = "Name", type = "text" },
  { id = 2, name = "phone", zh = "电话", en = "Phone", type = "text", check = "cn_phone" },
]
)"},
      {"base/tables/assignment.toml", R"(id = 3
name = "assignment"
zh = "任职"
en = "Assignment"
place = { column = "place" }
columns = [
  { id = 1, name = "person", zh = "人员", en = "Person", type = "reference", target = "person" },
  { id = 2, name = "place", zh = "地点", en = "Place", type = "reference", target = "place" },
  { id = 3, name = "role", zh = "岗位", en = "Role", type = "text" },
  { id = 4, name = "starts", zh = "开始", en = "Starts", type = "date" },
  { id = 5, name = "ends", zh = "结束", en = "Ends", type = "date" },
]
)"},
      {"base/tables/tree.toml", R"(# Trees in the street.
id = 4
name = "tree"
zh = "树木"
en = "Tree"
natural_key = ["place", "number"]
place = { column = "place" }

[[columns]]
id = 1
name = "place"
zh = "地点"
en = "Place"
type = "reference"
target = "place"
required = true
indexed = true

[[columns]]
id = 2
name = "number"
zh = "编号"
en = "Number"
type = "integer"
required = true
default = 1

[[columns]]
id = 3
name = "kind"
zh = "树种"
en = "Kind"
type = "text"
choices = [
  { value = "elm", zh = "榆", en = "Elm" },
  { value = "oak", zh = "橡", en = "Oak" },
]

[[columns]]
id = 4
name = "measured"
zh = "测量时间"
en = "Measured"
type = "time"
merge = "max"
default_from = "now"

[[columns]]
id = 5
name = "latitude"
zh = "纬度"
en = "Latitude"
type = "real"

[[columns]]
id = 6
name = "longitude"
zh = "经度"
en = "Longitude"
type = "real"
cell = "latitude"

[[columns]]
id = 7
name = "owner_id"
zh = "业主证件"
en = "Owner document"
type = "text"
check = "cn_resident_id"
check_when = { column = "kind", equals = "oak" }
)"},
      {"base/views/old_trees.toml", R"(# What nobody has measured lately.
name = "old_trees"
zh = "待测的树"
en = "Trees to measure"
sql = '''
SELECT tree.id AS tree,
       tree.kind AS kind,
       COUNT(*) AS trees -- one :each; not date('now')
FROM tree
WHERE tree.measured < :since
  AND tree.kind = :kind
GROUP BY tree.id, tree.kind
'''

[[parameters]]
name = "since"
zh = "从"
en = "Since"
type = "time"
default = "today - 30"

[[parameters]]
name = "kind"
zh = "树种"
en = "Kind"
type = "text"

[[columns]]
name = "tree"
zh = "树"
en = "Tree"
type = "reference"
target = "tree"

[[columns]]
name = "kind"
zh = "树种"
en = "Kind"
type = "text"
choices_of = "tree.kind"

[[columns]]
name = "trees"
zh = "棵数"
en = "Trees"
type = "integer"
)"},
      {"city/pack.toml", R"(name = "city"
version = 1
zh = "城市"
en = "City"
extends = "../base"
roles = [
  { name = "mayor", zh = "市长", en = "Mayor" },
  { name = "warden", zh = "总管家", en = "Head warden" },
]
)"},
      {"city/tables/tree.toml", R"(extends = "tree"
zh = "行道树"

[[columns]]
name = "kind"
zh = "品种"
choices = [
  { value = "fir", zh = "杉", en = "Fir" },
  { value = "elm", zh = "榆树", en = "Elm" },
]

[[columns]]
id = 1000
name = "height_m"
zh = "高度"
en = "Height"
type = "real"
merge = "max"
)"},
      {"city/tables/bench.toml", R"(id = 1000
name = "bench"
zh = "长椅"
en = "Bench"
place = { column = "tree" }

[[columns]]
id = 1
name = "tree"
zh = "树"
en = "Tree"
type = "reference"
target = "tree"
)"}};
};

}  // namespace doorstep::test
