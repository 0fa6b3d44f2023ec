#include <algorithm>
#include <sstream>
#include <vector>

#include "schema/loader/limits.hpp"
#include "sqlite/layout.hpp"
#include "unit/schema/refusal.hpp"

using namespace doorstep;
using doorstep::test::check_refused;
using doorstep::test::Fault;
using doorstep::test::PackFolder;

// What a pack's author is told when several things are wrong at once, and of what only a database can judge.
namespace {

constexpr const char* kTree = "base/tables/tree.toml";
constexpr const char* kPerson = "base/tables/person.toml";
constexpr const char* kView = "base/views/old_trees.toml";

/// The lines of the refusal, in English.
std::vector<std::string> faults_of(const PackFolder& folder, bool on_tables = false) {
  folder.write();
  const auto loaded =
      on_tables ? load_pack(folder.path("base"), server::try_views) : load_pack(folder.path("base"));
  std::vector<std::string> lines;
  if (loaded) return lines;
  CHECK(std::count(loaded.error().zh.begin(), loaded.error().zh.end(), '\n') ==
        std::count(loaded.error().en.begin(), loaded.error().en.end(), '\n'));
  std::istringstream text(loaded.error().en);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

/// So many lines below the one where `text` stands.
std::string at(const PackFolder& folder, const char* file, const std::string& text, unsigned below = 0) {
  return folder.path(file).string() + ':' + std::to_string(folder.line_of(file, text) + below) + ": ";
}

/// The one line that the view's file is refused with once its SQL reads so.
std::string view_fault(const std::string& old_text, const std::string& new_text, const std::string& stands_at,
                       unsigned below = 0) {
  PackFolder folder;
  folder.spoil(kView, old_text, new_text);
  const auto lines = faults_of(folder, true);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Catch::StartsWith(at(folder, kView, stands_at, below)));
  return lines[0];
}

}  // namespace

TEST_CASE("loader: faults that do not hang together: are all told, by file and line") {
  PackFolder folder;
  folder.spoil(kTree, "type = \"real\"", "type = \"float\"");
  folder.spoil(kTree, "merge = \"max\"", "merge = \"maxx\"");
  folder.spoil(kPerson, "names = [\"name\"]", "name_s = [\"name\"]");
  folder.spoil(kView, "type = \"integer\"", "type = \"int\"");
  const auto lines = faults_of(folder);
  REQUIRE(lines.size() == 4);
  CHECK_THAT(lines[0], Catch::StartsWith(at(folder, kPerson, "name_s")) && Catch::Contains("'names'"));
  CHECK_THAT(lines[1], Catch::StartsWith(at(folder, kTree, "maxx")));
  CHECK_THAT(lines[2],
             Catch::StartsWith(at(folder, kTree, "float")) && Catch::Contains("Did you mean 'real'?"));
  CHECK_THAT(lines[3],
             Catch::StartsWith(at(folder, kView, "\"int\"")) && Catch::Contains("Did you mean 'integer'?"));
}

TEST_CASE("loader: words that mean nothing: are told of every table and column at once") {
  PackFolder folder;
  folder.spoil(kTree, "target = \"place\"", "target = \"plaice\"");
  folder.spoil(kTree, "cell = \"latitude\"", "cell = \"lattitude\"");
  folder.spoil("base/tables/assignment.toml", "target = \"place\"", "target = \"places\"");
  const auto lines = faults_of(folder);
  REQUIRE(lines.size() == 3);
  CHECK_THAT(lines[0], Catch::StartsWith(at(folder, "base/tables/assignment.toml", "places")));
  CHECK_THAT(lines[1], Catch::StartsWith(at(folder, kTree, "plaice")));
  CHECK_THAT(lines[2], Catch::StartsWith(at(folder, kTree, "lattitude")));
}

TEST_CASE("loader: more faults than anybody reads: the first are told, and how many more there are") {
  PackFolder folder;
  const std::size_t more = 3;
  for (std::size_t i = 0; i < limits::kPackFaults + more; ++i)
    folder.file(kTree) += "\n[[columns]]\nid = 0\nname = \"c" + std::to_string(i) + "\"\n";
  const auto lines = faults_of(folder);
  REQUIRE(lines.size() == limits::kPackFaults + 1);
  CHECK(lines.back() == "There are 3 more; correct these first.");
}

TEST_CASE("loader: a file's own key below the first [[columns]]: is told to stand above it") {
  const Fault faults[] = {
      {kView, "\n[[parameters]]\nname = \"since\"", "\n[[parameters]]\nsql = \"x\"\nname = \"since\"",
       "sql = \"x\"", "'sql' stands above the first [[...]]", "sql 要写在文件里第一个 [[...]] 之前"},
      {kTree, "check_when = {", "natural_key = [\"place\"]\ncheck_when = {",
       "natural_key = [\"place\"]\ncheck_when", "'natural_key' stands above", "natural_key 要写在"},
  };
  for (const Fault& fault : faults) check_refused("base", fault);

  PackFolder below;
  const std::string sql = below.file(kView).substr(below.file(kView).find("sql = "));
  const std::string text = sql.substr(0, sql.find("\n\n") + 1);
  below.spoil(kView, text, "");
  below.file(kView) += text;
  const auto lines = faults_of(below);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Catch::StartsWith(at(below, kView, "sql = ")) && Catch::Contains("stands above"));
}

TEST_CASE("loader: a sensitive column that volunteers were to fill in: is told at its own line") {
  const auto refusal = [](const std::string& spoilt, const std::string& stands_at) {
    PackFolder folder;
    folder.spoil("base/pack.toml", "en = \"Warden\" }", "en = \"Warden\", volunteer = true }");
    folder.spoil(kTree, "check = \"cn_resident_id\"",
                 "sensitive = true\n" + spoilt + "\ncheck = \"cn_resident_id\"");
    const auto lines = faults_of(folder);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], Catch::StartsWith(at(folder, kTree, stands_at)));
    return lines[0];
  };
  const std::string required = refusal("required = true # here", "required = true # here");
  CHECK_THAT(required, Catch::Contains("'owner_id' is sensitive") && Catch::Contains("'warden'") &&
                           Catch::Contains("Remove 'required'") && Catch::Contains("shown = [\"owner_id\"]"));
  CHECK_THAT(refusal("default = \"11010519491231002X\"", "default = \"1101"),
             Catch::Contains("Remove 'default'"));
  PackFolder shown;
  shown.spoil("base/pack.toml", "en = \"Warden\" }", "en = \"Warden\", volunteer = true }");
  shown.spoil(kTree, "check = \"cn_resident_id\"",
              "sensitive = true\nrequired = true\ncheck = \"cn_resident_id\"");
  shown.file(kTree) += "\n[[rights]]\nroles = [\"warden\"]\nshown = [\"owner_id\"]\n";
  CHECK(faults_of(shown).empty());
}

TEST_CASE("view loader: SQL that does not fit the tables: is told in its line, in words") {
  CHECK(faults_of(PackFolder(), true).empty());
  CHECK_THAT(view_fault("tree.kind AS kind", "tree.knd AS kind", "tree.knd"),
             Catch::Contains("no such column: tree.knd"));
  CHECK_THAT(view_fault("FROM tree", "FROM trees", "FROM trees"), Catch::Contains("no such table: trees"));
  CHECK_THAT(view_fault("COUNT(*)", "COUNTS(*)", "COUNTS"), Catch::Contains("no such function: COUNTS"));
  CHECK_THAT(view_fault("FROM tree", "FORM tree", "FORM tree"), Catch::Contains("syntax error"));
  CHECK_THAT(view_fault("FROM tree", "FROM tree JOIN doorstep_actor", "FROM tree JOIN"),
             Catch::Contains("doorstep_actor"));
  CHECK_THAT(view_fault("tree.kind AS kind", "tree.kind AS kinds", "[[columns]]\nname = \"kind\"", 1),
             Catch::Contains("write AS kind"));

  PackFolder folder;
  folder.spoil(kView, "FROM tree", "FROM trees");
  folder.write();
  const auto loaded = load_pack(folder.path("base"), server::try_views);
  REQUIRE_FALSE(loaded);
  CHECK_THAT(loaded.error().zh, Catch::Contains("SQL 写错了:没有表 trees。"));
}

TEST_CASE("view loader: the type of a column: is that of the table's column which it shows") {
  const char* at_kind = "[[columns]]\nname = \"kind\"";
  const char* text = "type = \"text\"\nchoices_of = \"tree.kind\"";
  CHECK_THAT(view_fault(text, "type = \"integer\"", at_kind, 1),
             Catch::Contains("the column 'kind' says integer, and tree.kind that the SQL gives is text"));
  CHECK_THAT(view_fault("type = \"reference\"\ntarget = \"tree\"", "type = \"reference\"\ntarget = \"place\"",
                        "name = \"tree\""),
             Catch::Contains("says reference (target = \"place\")") &&
                 Catch::Contains("tree.id that the SQL gives is reference (target = \"tree\")"));

  const auto passes = [](const std::string& sql, const std::string& type) {
    PackFolder folder;
    folder.spoil(kView, "tree.kind AS kind", sql + " AS kind");
    folder.spoil(kView, "type = \"text\"\nchoices_of = \"tree.kind\"", type);
    return faults_of(folder, true).empty();
  };
  CHECK(passes("tree.measured", "type = \"time\""));
  CHECK(passes("tree.measured", "type = \"text\""));
  CHECK_FALSE(passes("tree.measured", "type = \"date\""));
  CHECK(passes("tree.number", "type = \"real\""));
  CHECK_FALSE(passes("tree.latitude", "type = \"integer\""));
  CHECK_FALSE(passes("tree.number", "type = \"boolean\""));
  CHECK(passes("tree.number || ''", "type = \"date\""));  // Computed: nobody can tell.
  CHECK(passes("(SELECT kind FROM each_tree AS other WHERE other.id = tree.id)", "type = \"text\""));
  CHECK_FALSE(
      passes("(SELECT place FROM each_tree AS other WHERE other.id = tree.id)", "type = \"integer\""));
}
