#include <catch2/catch.hpp>

#include "base/limits.hpp"
#include "unit/schema/refusal.hpp"

using namespace doorstep;
using doorstep::test::check_refused;
using doorstep::test::Fault;
using doorstep::test::PackFolder;

namespace {

constexpr const char* kView = "base/views/old_trees.toml";
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;

Pack load(const PackFolder& folder, const std::string& name) {
  folder.write();
  auto pack = load_pack(folder.path(name));
  if (!pack) FAIL(pack.error().en);
  return *pack;
}

/// The parameter `since` with this line for its default.
ViewParameter since_with(const std::string& type, const std::string& line) {
  PackFolder folder;
  folder.spoil(kView, "type = \"time\"\ndefault = \"today - 30\"", "type = \"" + type + "\"\n" + line);
  return load(folder, "base").views.at(0).parameters.at(0);
}

/// The SQL with this in place of its comparison of times.
void refuses_sql(const char* sql, const char* en, const char* zh) {
  check_refused("base", {kView, "tree.measured < :since", sql, sql, en, zh});
}

}  // namespace

TEST_CASE("view loader: a file of views/: becomes a view with parameters and columns") {
  const Pack pack = load(PackFolder(), "base");
  REQUIRE(pack.views.size() == 1);
  const View& view = pack.views[0];
  CHECK(view.name == "old_trees");
  CHECK(view.label.zh == "待测的树");
  CHECK(view.sql.rfind("SELECT tree.id AS tree,\n", 0) == 0);
  REQUIRE(view.parameters.size() == 2);
  CHECK(view.parameters[0].type == ColumnType::time);
  CHECK(view.parameters[0].default_rule == DefaultRule::today);
  CHECK(view.parameters[0].default_offset_ms == -30 * kDayMs);
  CHECK(view.parameters[1].default_rule == DefaultRule::none);
  REQUIRE(view.columns.size() == 3);
  CHECK(view.columns[0].target == TableId{4});
  REQUIRE(view.columns[1].choices_of);
  CHECK(view.columns[1].choices_of->table == TableId{4});
  CHECK(pack.choices_of(view.columns[1])[1].value == "oak");
  CHECK(pack.choices_of(view.columns[2]).empty());
  CHECK(pack.find_view("old_trees") == &view);
  CHECK(pack.find_view("tree") == nullptr);
}

TEST_CASE("view loader: an extending pack: adds views, and replaces one by naming it again") {
  PackFolder folder;
  const std::string base = folder.file(kView);
  folder.file("city/views/a.toml") = base;
  folder.spoil("city/views/a.toml", "zh = \"待测的树\"", "zh = \"行道树待测\"");
  folder.file("city/views/b.toml") = base;
  folder.spoil("city/views/b.toml", "name = \"old_trees\"", "name = \"any_trees\"");
  const Pack pack = load(folder, "city");
  REQUIRE(pack.views.size() == 2);
  CHECK(pack.views[0].name == "any_trees");
  CHECK(pack.views[1].label.zh == "行道树待测");
  CHECK(pack.choices_of(pack.views[1].columns[1]).size() == 3);  // The extended table's.
}

TEST_CASE("view loader: a column's own choices: are what its values mean") {
  PackFolder folder;
  folder.spoil(kView, "choices_of = \"tree.kind\"",
               "choices = [{ value = \"oak\", zh = \"老橡树\", en = \"Old oak\" }]");
  const Pack pack = load(folder, "base");
  const ViewColumn& kind = pack.views[0].columns[1];
  CHECK_FALSE(kind.choices_of);
  REQUIRE(pack.choices_of(kind).size() == 1);
  CHECK(pack.choices_of(kind)[0].label.zh == "老橡树");
}

TEST_CASE("view loader: a sheet of the brief: has a place, and parameters that nobody has to give") {
  PackFolder folder;
  folder.spoil(kView, "\n[[parameters]]", "brief = 3\n\n[[parameters]]");
  folder.spoil(kView, "en = \"Kind\"\ntype = \"text\"", "en = \"Kind\"\ntype = \"text\"\ndefault = \"oak\"");
  CHECK(load(folder, "base").views[0].brief == 3);

  const std::string whole = folder.file(kView);
  for (std::size_t i = 0; i < limits::kBriefSheets; ++i) {
    const std::string name = "trees_" + std::to_string(i);
    folder.file("base/views/" + name + ".toml") = whole;
    folder.spoil("base/views/" + name + ".toml", "name = \"old_trees\"", "name = \"" + name + "\"");
  }
  folder.write();
  const auto refused = load_pack(folder.path("base"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().en.find("at most 32 sheets") != std::string::npos);
}

TEST_CASE("view loader: a default: is a constant, a day, a moment, or the person") {
  CHECK(since_with("time", "").default_rule == DefaultRule::none);
  CHECK(since_with("date", "default = \"today\"").default_offset_ms == 0);
  CHECK(since_with("date", "default = \"today + 7\"").default_offset_ms == 7 * kDayMs);
  const ViewParameter hours = since_with("time", "default = \"now - 2 hours\"");
  CHECK(hours.default_rule == DefaultRule::now);
  CHECK(hours.default_offset_ms == -2 * kHourMs);
  CHECK(since_with("time", "default = \"now\"").default_rule == DefaultRule::now);
  CHECK(since_with("date", "default = \"2026年1月5日\"").default_value == Value("2026-01-05"));
  CHECK(since_with("text", "default = \"today\"").default_value == Value("today"));
  CHECK(since_with("boolean", "default = true").default_value == Value(std::int64_t{1}));
  CHECK(since_with("reference", "target = \"person\"\ndefault = \"me\"").default_rule == DefaultRule::me);
}

TEST_CASE("view loader: what is no view: is refused where it stands") {
  const Fault faults[] = {
      {kView, "type = \"time\"", "type = \"moment\"", "type = \"moment\"", "no column type 'moment'",
       "列类型"},
      {kView, "type = \"time\"", "type = \"list\"", "type = \"list\"", "cannot be a list", "不能是 list"},
      {kView, "name = \"old_trees\"", "name = \"tree\"", "name = \"tree\"", "a table of that name",
       "同名的表"},
      {kView, "name = \"kind\"", "name = \"since\"", "name = \"since\"\nzh = \"树种\"", "listed twice",
       "写了两次"},
      {kView, "zh = \"树种\"\nen = \"Kind\"\ntype = \"text\"\nchoices_of",
       "zh = \"树种\"\ntype = \"text\"\nchoices_of", "[[columns]]\nname = \"kind\"", "'en'", "'en'"},
      {kView, "target = \"tree\"", "", "name = \"tree\"", "a reference needs its table", "引用哪张表"},
      {kView, "type = \"integer\"", "type = \"integer\"\ntarget = \"bush\"", "target = \"bush\"", "only type",
       "只有 type"},
      {kView, "target = \"tree\"", "target = \"bush\"", "target = \"bush\"", "no table 'bush'", "bush"},
      {kView, "\"tree.kind\"", "\"tree\"", "choices_of", "table.column", "表.列"},
      {kView, "\"tree.kind\"", "\"tree.colour\"", "choices_of", "colour", "colour"},
      {kView, "\"tree.kind\"", "\"tree.number\"", "choices_of", "has choices", "有选项"},
      {kView, "choices_of = \"tree.kind\"",
       "choices_of = \"tree.kind\"\nchoices = [{ value = \"oak\", zh = \"橡\", en = \"Oak\" }]",
       "choices = ", "not both", "只能写一个"},
      {kView, "en = \"Trees\"\ntype = \"integer\"",
       "en = \"Trees\"\ntype = \"integer\"\nchoices = [{ value = \"one\", zh = \"一\", en = \"One\" }]",
       "choices = ", "only text columns", "只有 text"},
      {kView, "\n[[parameters]]", "brief = 0\n\n[[parameters]]", "brief = 0", "1", "1"},
      {kView, "\n[[parameters]]", "brief = 1\n\n[[parameters]]", "name = \"kind\"", "nobody gives a view",
       "没有人给参数"},
      {kView, "\"today - 30\"", "\"today - x\"", "\"today - x\"", "\"now - 2 hours\"", "\"now - 2 hours\""},
      {kView, "\"today - 30\"", "\"today - 2 hours\"", "\"today - 2", "\"today - 30\"", "\"today - 30\""},
      {kView, "\"today - 30\"", "\"now - 99999999 days\"", "\"now - 9", "\"now\"", "\"now\""},
      {kView, "\"today - 30\"", "\"soon\"", "\"soon\"", "default cannot be used", "默认值不能用"},
      {kView, "type = \"time\"\ndefault = \"today - 30\"", "type = \"date\"\ndefault = \"now\"",
       "default = \"now\"", "\"today\"", "\"today\""},
      {kView, "type = \"time\"\ndefault = \"today - 30\"",
       "type = \"reference\"\ntarget = \"tree\"\ndefault = \"me\"", "default = \"me\"", "'me'", "me"},
      {kView, "  AND tree.kind = :kind\n", "", "name = \"kind\"", "does not use the parameter 'kind'",
       "没有用到参数 kind"},
      {kView, "tree.kind = :kind", "tree.kind = :kinds", ":kinds", "Did you mean 'kind'", "kind"},
      {kView, "[[parameters]]\nname = \"since\"", "[[parameters]]\nsql = \"x\"\nname = \"since\"",
       "sql = \"x\"", "above the first", "之前"},
      {kView, "SELECT tree.id", "WITH each_tree AS (SELECT 1) SELECT tree.id", "WITH each_tree",
       "are the engine's", "是程序的"},
      {kView, "SELECT tree.id", "WITH \"each_tree\"(a) AS (SELECT 1) SELECT tree.id", "WITH \"each_tree",
       "are the engine's", "是程序的"},
      {kView, "SELECT tree.id", "DELETE tree.id", "DELETE", "begins with SELECT", "SELECT"},
      {kView, "GROUP BY tree.id, tree.kind", ";\nSELECT 1", "SELECT 1", "one SELECT", "一条 SELECT"},
      {kView, "GROUP BY tree.id, tree.kind", "/* never", "/* never", "comment", "注释"},
      {kView, "GROUP BY tree.id, tree.kind", "AND 'never", "AND 'never", "quote", "引号"},
  };
  for (const Fault& fault : faults) check_refused("base", fault);
}

TEST_CASE("view loader: SQL that is not portable: is refused in its line, with what to write") {
  refuses_sql("julianday(tree.measured) < :since", "doorstep_calendar", "doorstep_calendar");
  refuses_sql("strftime('%d', tree.measured) < :since", "doorstep_calendar", "doorstep_calendar");
  refuses_sql("tree.measured < datetime ( :since )", "doorstep_calendar", "doorstep_calendar");
  refuses_sql("tree.measured < DATE(:since)", "doorstep_calendar", "doorstep_calendar");
  refuses_sql("tree.measured < current_timestamp OR :since", "parameter", "参数");
  refuses_sql("IFNULL(tree.measured, '') < :since", "COALESCE", "COALESCE");
  refuses_sql("iif(1, 1, 0) < :since", "CASE WHEN", "CASE WHEN");
  refuses_sql("group_concat(tree.id) < :since", "a row for each", "自成一行");
  refuses_sql("random() < :since", "the same every time", "都应一样");
  refuses_sql("json_each(tree.id) < :since", "PostgreSQL", "PostgreSQL");
  refuses_sql("tree.id GLOB :since", "LIKE", "LIKE");
  refuses_sql("max(tree.measured, :since) < ''", "CASE WHEN", "CASE WHEN");
  refuses_sql("tree.measured == :since", "write =", "请写 =");
  refuses_sql("tree.measured < :since AND ?", ":name", ":名字");
  refuses_sql("tree.measured::text < :since", "CAST", "CAST");
  refuses_sql("[tree].measured < :since", "double quotes", "双引号");
  refuses_sql("tree.rowid < :since AND rowid > 1", "PostgreSQL", "PostgreSQL");
}

TEST_CASE("view loader: portable SQL: passes") {
  for (const std::string sql :
       {"tree.measured || 'x' < :since", "COALESCE(MAX(tree.measured), '') < :since", "'date(' < :since;",
        "\"tree\".\"date\" < :since", "tree.date < :since", "1 <= /* ? */ 2 AND tree.measured < :since"}) {
    INFO(sql);
    PackFolder folder;
    folder.spoil(kView, "tree.measured < :since\n  AND tree.kind = :kind\nGROUP BY tree.id, tree.kind",
                 "tree.kind = :kind AND " + sql);
    CHECK(load(folder, "base").views[0].sql.find(sql) != std::string::npos);
  }
}

TEST_CASE("view loader: a name twice in one folder, SQL past its bound, too many views: are refused") {
  PackFolder twice;
  twice.file("base/views/z.toml") = twice.file(kView);
  twice.write();
  const auto again = load_pack(twice.path("base"));
  REQUIRE_FALSE(again);
  CHECK_THAT(again.error().en, Catch::StartsWith(twice.path("base/views/z.toml").string() + ":2: ") &&
                                   Catch::Contains(twice.path(kView).string() + ":2"));

  PackFolder long_sql;
  long_sql.spoil(kView, "FROM tree", "FROM tree -- " + std::string(limits::kViewSqlBytes, 'x'));
  long_sql.write();
  const auto too_long = load_pack(long_sql.path("base"));
  REQUIRE_FALSE(too_long);
  CHECK_THAT(too_long.error().en, Catch::Contains("longer than"));

  PackFolder many;
  for (std::size_t i = 0; i < limits::kViews; ++i) {
    const std::string name = "base/views/v" + std::to_string(i) + ".toml";
    many.file(name) = many.file(kView);
    many.spoil(name, "old_trees", "v" + std::to_string(i));
  }
  many.write();
  const auto too_many = load_pack(many.path("base"));
  REQUIRE_FALSE(too_many);
  CHECK_THAT(too_many.error().en, Catch::Contains("at most 256 views"));
}
