#include "schema/loader/loader.hpp"

#include <catch2/catch.hpp>

#include "unit/schema/pack_folder.hpp"
#include "unit/schema/refusal.hpp"

using namespace doorstep;
using doorstep::test::check_refused;
using doorstep::test::Fault;
using doorstep::test::PackFolder;

namespace {

Pack load(const PackFolder& folder, const std::string& name) {
  folder.write();
  auto pack = load_pack(folder.path(name));
  if (!pack) FAIL(pack.error().en);
  return *pack;
}

constexpr const char* kTree = "base/tables/tree.toml";
constexpr const char* kPlace = "base/tables/place.toml";
constexpr const char* kHead = "base/pack.toml";

}  // namespace

TEST_CASE("loader: a pack folder: becomes tables and columns in id order") {
  PackFolder folder;
  const Pack pack = load(folder, "base");
  CHECK(pack.name == "base");
  CHECK(pack.version == PackVersion{3});
  CHECK(pack.label.zh == "测试");
  REQUIRE(pack.tables.size() == 4);
  CHECK(pack.tables[3].name == "tree");

  const Table& tree = pack.tables[3];
  CHECK(tree.natural_key == std::vector<ColumnId>{ColumnId{1}, ColumnId{2}});
  CHECK(tree.place_rule == PlaceRule::column);
  CHECK(tree.place_column == ColumnId{1});
  CHECK(tree.find("place")->target == TableId{1});
  CHECK(tree.find("place")->indexed);
  CHECK(tree.find("number")->default_value == Value(std::int64_t{1}));
  CHECK(tree.find("kind")->choices.size() == 2);
  CHECK(tree.find("measured")->merge == MergeKind::max);
  CHECK(tree.find("measured")->default_rule == DefaultRule::now);
  CHECK(tree.find("latitude")->cell == ColumnId{5});
  CHECK(tree.find("longitude")->cell == ColumnId{5});
  CHECK(tree.find("owner_id")->check_when == ColumnId{3});
  CHECK(tree.find("owner_id")->check_equals == "oak");

  const Table& person = *pack.find("person");
  CHECK(person.place_rule == PlaceRule::children);
  CHECK(person.place_table == TableId{3});
  CHECK(person.place_column == ColumnId{1});
  CHECK(person.names == std::vector<ColumnId>{ColumnId{1}});
  CHECK(pack.find("place")->find("code")->check == Check::key_text);
}

TEST_CASE("loader: levels and roles: are the choices of place.level and assignment.role") {
  PackFolder folder;
  const Pack pack = load(folder, "base");
  CHECK(pack.find("place")->find("level")->choices[1].value == "house");
  CHECK(pack.find("assignment")->find("role")->choices[0].label.zh == "管家");
}

TEST_CASE("loader: choices_of: gives a column the choices of another, also those that an extension adds") {
  PackFolder folder;
  folder.file(kTree) +=
      "\n[[columns]]\nid = 20\nname = \"neighbour\"\nzh = \"旁边的树\"\nen = \"Beside it\"\ntype = \"text\"\n"
      "choices_of = \"tree.kind\"\n"
      "\n[[columns]]\nid = 21\nname = \"along\"\nzh = \"沿哪级\"\nen = \"Along\"\ntype = \"text\"\n"
      "choices_of = \"place.level\"\n";
  const auto choices = [](const Pack& pack, const char* column) {
    std::string values;
    for (const Choice& choice : pack.find("tree")->find(column)->choices) values += choice.value + ' ';
    return values;
  };
  const Pack base = load(folder, "base");
  CHECK(choices(base, "neighbour") == "elm oak ");
  CHECK(base.find("tree")->find("along")->choices.size() == base.levels.size());
  CHECK(choices(load(folder, "city"), "neighbour") == "elm oak fir ");
}

TEST_CASE("loader: an extending pack: adds tables, columns, choices, roles and labels") {
  PackFolder folder;
  const Pack pack = load(folder, "city");
  CHECK(pack.name == "city");
  CHECK(pack.version == PackVersion{1});
  CHECK(pack.levels.size() == 2);
  REQUIRE(pack.roles.size() == 2);
  CHECK(pack.roles[0].label.zh == "总管家");
  CHECK(pack.roles[1].name == "mayor");
  CHECK(pack.find("assignment")->find("role")->choices.size() == 2);

  const Table& tree = *pack.find("tree");
  CHECK(tree.label.zh == "行道树");
  CHECK(tree.label.en == "Tree");
  CHECK(tree.columns.back().name == "height_m");
  CHECK(tree.columns.back().id == ColumnId{1000});
  const Column& kind = *tree.find("kind");
  CHECK(kind.id == ColumnId{3});
  CHECK(kind.label.zh == "品种");
  REQUIRE(kind.choices.size() == 3);
  CHECK(kind.choices[0].label.zh == "榆树");
  CHECK(kind.choices[2].value == "fir");
  CHECK(pack.tables.back().name == "bench");
}

TEST_CASE("loader: levels in an extending pack: replace those of the base") {
  PackFolder folder;
  folder.spoil("city/pack.toml", "roles = [",
               "levels = [{ name = \"house\", zh = \"房\", en = \"House\" }]\nroles = [");
  const Pack pack = load(folder, "city");
  REQUIRE(pack.levels.size() == 1);
  CHECK(pack.find("place")->find("level")->choices.size() == 1);
}

TEST_CASE("loader: no pack: says where one was looked for") {
  PackFolder folder;
  folder.write();
  const auto loaded = load_pack(folder.path("nowhere"));
  REQUIRE_FALSE(loaded);
  CHECK_THAT(loaded.error().en, Catch::StartsWith(folder.path("nowhere/pack.toml").string() + ":1: "));
  CHECK_THAT(loaded.error().zh, Catch::Contains("没有 pack.toml"));
}

TEST_CASE("loader: TOML that does not parse: is refused where it breaks") {
  const Fault faults[] = {
      {kTree, "type = \"real\"\n", "type = real\n", "type = real", "TOML", "TOML"},
      {kTree, "id = 4", "id = 4\nid = 4", "id = 4\nname", "TOML", "TOML"},
      {kHead, "levels = [", "levels = [ ;", "levels = [ ;", "TOML", "TOML"},
  };
  for (const Fault& fault : faults) check_refused("base", fault);
}

TEST_CASE("loader: unknown words: are refused with the nearest known one") {
  const Fault faults[] = {
      {kHead, "version =", "verson =", "verson", "Did you mean 'version'?", "是不是“version”"},
      {kHead, "zh = \"镇\"", "cn = \"镇\"", "cn =", "no key 'cn'", "“cn”"},
      {kTree, "natural_key", "naturel_key", "naturel_key", "Did you mean 'natural_key'?",
       "是不是“natural_key”"},
      {kTree, "indexed = true", "index = true", "index = true", "Did you mean 'indexed'?", "是不是“indexed”"},
      {kTree, "type = \"integer\"", "type = \"int\"", "\"int\"", "Write one of: text, integer, real",
       "没有“int”这个列类型"},
      {kTree, "merge = \"max\"", "merge = \"maxx\"", "\"maxx\"", "Did you mean 'max'?",
       "没有“maxx”这个合并方式"},
      {kTree, "merge = \"max\"", "merge = \"tally\"", "\"tally\"",
       "Write one of: latest, review, max, min, once", "合并方式"},
      {kTree, "\"now\"", "\"noww\"", "\"noww\"", "Did you mean 'now'?", "默认来源"},
      {kTree, "\"cn_resident_id\"", "\"cn_id\"", "\"cn_id\"", "Write one of: cn_phone, cn_resident_id",
       "检查"},
      {kTree, "target = \"place\"", "target = \"places\"", "\"places\"",
       "no table 'places'. Did you mean 'place'?", "没有“places”这个表"},
      {kTree, "\"number\"]", "\"nummer\"]", "natural_key",
       "no column in 'tree' 'nummer'. Did you mean 'number'?", "没有“nummer”这个列"},
      {kTree, "{ column = \"place\" }", "{ column = \"spot\" }", "\"spot\"", "no column in 'tree' 'spot'",
       "没有“spot”这个列"},
      {kTree, "{ column = \"place\" }", "{ colum = \"place\" }", "colum =", "Did you mean 'column'?",
       "是不是“column”"},
      {kTree, "equals = \"oak\"", "equals = \"oka\"", "\"oka\"", "Did you mean 'oak'?", "没有“oka”这个选项"},
      {kTree, "column = \"kind\"", "column = \"sort\"", "\"sort\"", "no column in 'tree' 'sort'",
       "没有“sort”这个列"},
      {kTree, "indexed = true", "indexed = true\nindex_with = [\"numbr\"]", "\"numbr\"",
       "Did you mean 'number'?", "是不是“number”"},
      {kTree, "indexed = true", "index_with = [\"number\"]", "index_with", "is 'indexed = true'",
       "要写 indexed = true"},
      {kTree, "indexed = true", "indexed = true\nindex_with = [\"place\"]", "index_with",
       "the index has 'place' already", "已经有了"},
      {kTree, "cell = \"latitude\"", "cell = \"lattitude\"", "lattitude", "Did you mean 'latitude'?",
       "是不是“latitude”"},
      {kPlace, "names = [\"code\"]", "names = [\"cod\"]", "\"cod\"", "Did you mean 'code'?", "是不是“code”"},
      {kPlace, "\"self\"", "\"myself\"", "\"myself\"", "there is no place rule 'myself'", "地点规则"},
      {"base/tables/person.toml", "\"assignment\"", "\"assignments\"", "\"assignments\"",
       "Did you mean 'assignment'?", "表"},
  };
  for (const Fault& fault : faults) check_refused("base", fault);
}

TEST_CASE("loader: missing keys and wrong types: are refused with what to write") {
  const Fault faults[] = {
      {kHead, "version = 3\n", "", "# A test pack.", "'version' is missing", "缺少 'version'"},
      {kHead, "version = 3", "version = \"3\"", "version", "a whole number 1–1000000, without quotes",
       "整数"},
      {kHead, "version = 3", "version = 0", "version", "a whole number", "整数"},
      {kHead, "name = \"base\"", "name = \"Base pack\"", "Base pack", "cannot be a name", "不能作名字"},
      {kHead, "name = \"town\"", "name = \"house\"", "name = \"house\", zh = \"房\"", "listed twice",
       "写了两次"},
      {kHead, "zh = \"镇\"", "zh = \"房\"", "levels", "same label", "名称相同"},
      {kTree, "zh = \"树木\"\n", "", "# Trees", "'zh' is missing", "缺少 'zh'"},
      {kTree, "en = \"Kind\"\n", "", "[[columns]]\nid = 3", "'en' is missing", "缺少 'en'"},
      {kTree, "id = 4\nname = \"tree\"", "id = \"4\"\nname = \"tree\"", "id = \"4\"", "a whole number 1–999",
       "1–999"},
      {kTree, "id = 4\nname = \"tree\"", "id = 1000\nname = \"tree\"", "id = 1000", "a whole number 1–999",
       "1–999"},
      {kTree, "required = true", "required = \"yes\"", "\"yes\"", "true or false", "true 或 false"},
      {kTree, "natural_key = [\"place\", \"number\"]", "natural_key = \"place\"", "natural_key",
       "an array of names", "数组"},
      {kTree, "name = \"kind\"", "name = \"\"", "name = \"\"", "text in quotes", "文字"},
      {kTree, "name = \"kind\"", "name = \"Kind\"", "name = \"Kind\"", "lower-case letters", "小写字母"},
      {kTree, "name = \"kind\"", "name = \"_meta\"", "name = \"_meta\"", "lower-case letter", "小写字母"},
      {kTree, "name = \"kind\"", "name = \"id\"", "name = \"id\"", "already has an 'id'", "已有 id 列"},
      {kTree, "name = \"tree\"", "name = \"sqlite_tree\"", "sqlite_tree", "cannot begin with 'sqlite_'",
       "不能以 sqlite_ 开头"},
      {kTree, "place = { column = \"place\" }\n", "", "name = \"tree\"", "'place' is missing", "缺少 place"},
      {kTree, "place = { column = \"place\" }", "place = true", "place = true", "must be a table", "花括号"},
      {kTree, "default = 1", "default = [1]", "default = [1]", "text in quotes, a number", "文字、数字"},
      {kTree, "default = 1", "default = \"many\"", "default = \"many\"", "the default cannot be used",
       "默认值不能用"},
      {kTree, "default_from = \"now\"", "default_from = \"now\"\ndefault = \"2026-01-01\"", "default_from",
       "not both", "只能写一个"},
      {kTree, "target = \"place\"\n", "", "[[columns]]\nid = 1", "a reference needs its table", "引用哪张表"},
      {kTree, "type = \"integer\"", "type = \"integer\"\ntarget = \"place\"",
       "target = \"place\"\nrequired = true\ndefault", "has a 'target'", "才写 target"},
  };
  for (const Fault& fault : faults) check_refused("base", fault);
}

TEST_CASE("loader: ids and names used twice: are refused and the other place is named") {
  const Fault faults[] = {
      {kTree, "id = 4\nname = \"tree\"", "id = 3\nname = \"tree\"", "id = 3",
       "belongs to the table 'assignment'", "已被表 assignment 使用"},
      {kTree, "name = \"tree\"", "name = \"place\"", "name = \"place\"", "there is a table 'place' already",
       "已有表 place"},
      {kTree, "id = 3\nname = \"kind\"", "id = 2\nname = \"kind\"", "[[columns]]\nid = 2\nname = \"kind\"",
       "belongs to 'number'", "已被列 number 使用"},
      {kTree, "name = \"kind\"", "name = \"number\"", "[[columns]]\nid = 3", "'number' is there already",
       "写了两次"},
      {kTree, "value = \"oak\"", "value = \"elm\"", "choices", "the choice 'elm' appears twice",
       "出现了两次"},
      {kTree, "en = \"Oak\"", "en = \"elm\"", "choices", "the choice 'elm' appears twice", "出现了两次"},
      {kTree, "zh = \"树种\"", "zh = \"编号\"", "name = \"tree\"",
       "'number' and 'kind' are both called '编号'", "都叫“编号”"},
  };
  for (const Fault& fault : faults) check_refused("base", fault);
}

TEST_CASE("loader: rules that contradict each other: are refused") {
  const Fault faults[] = {
      {kTree,
       "choices = [\n  { value = \"elm\", zh = \"榆\", en = \"Elm\" },\n  { value = \"oak\", zh = \"橡\", en "
       "= \"Oak\" },\n]",
       "choices = []", "choices = []", "the list of choices is empty", "选项是空的"},
      {kTree, "type = \"text\"\nchoices", "type = \"integer\"\nchoices", "choices",
       "only text and list columns have choices", "才有选项"},
      {kTree, "type = \"time\"", "type = \"text\"", "[[columns]]\nid = 4", "max and min are for numbers",
       "max 和 min"},
      {kTree, "type = \"time\"\nmerge = \"max\"", "type = \"date\"\nmerge = \"max\"", "default_from",
       "'now' is for time columns", "now 只用于"},
      {kTree, "\"now\"", "\"today\"", "\"today\"", "'today' is for date columns", "today 只用于"},
      {kTree, "\"now\"", "\"me\"", "\"me\"", "references to 'person'", "引用 person"},
      {kTree, "\"now\"", "\"clock_doubt\"", "\"clock_doubt\"", "boolean", "boolean"},
      {kTree, "required = true\ndefault", "default", "natural_key", "always has a value", "必须有值"},
      {kTree, "natural_key = [\"place\", \"number\"]", "natural_key = [\"latitude\"]", "natural_key",
       "'latitude' is none", "latitude 不行"},
      {kTree, "[\"place\", \"number\"]", "[\"owner_id\"]", "natural_key", "give 'owner_id' required",
       "owner_id"},
      {kTree, "type = \"text\"\ncheck", "type = \"list\"\ncheck", "[[columns]]\nid = 7",
       "'check' is for text columns", "只用于 text"},
      {kTree, "type = \"text\"\ncheck", "type = \"text\"\nleast = 1\ncheck", "least",
       "'least' and 'most' are for integer and real", "只用于 integer 和 real"},
      {kTree, "type = \"integer\"\n", "type = \"integer\"\nleast = 3\nmost = 2\n", "most",
       "'most' is below 'least'", "most 比 least 小"},
      {kTree, "type = \"integer\"\n", "type = \"integer\"\nleast = 2\n", "default = 1",
       "the default cannot be used", "默认值不能用"},
      {kTree, "type = \"integer\"\n", "type = \"integer\"\nmax_bytes = 2\n", "max_bytes",
       "'max_bytes' is for text columns", "max_bytes 只用于"},
      {kTree, "check = \"cn_resident_id\"\n", "", "check_when", "needs a 'check' beside it", "一起写"},
      {kTree, "type = \"real\"\n\n", "type = \"real\"\nrequired = true\nretired = true\n\n",
       "[[columns]]\nid = 5", "is retired and cannot be required", "已停用"},
      {kTree, "cell = \"latitude\"", "cell = \"longitude\"", "cell", "the first column of the group",
       "同组第一列"},
      {kTree, "type = \"real\"\n\n", "type = \"real\"\nmerge = \"review\"\n\n", "cell", "one merge kind",
       "相同的合并方式"},
      {kTree, "{ column = \"place\" }", "{ column = \"number\" }", "{ column = \"number\" }",
       "goes through references", "必须是引用"},
      {kTree, "{ column = \"place\" }", "\"self\"", "place = \"self\"", "only for it", "只用于 place 表"},
      {kTree, "{ column = \"place\" }", "{ table = \"assignment\", column = \"person\" }", "place = {",
       "should refer to 'tree'", "应引用 tree"},
      {kTree, "target = \"place\"", "target = \"tree\"", "place = {", "goes in a circle", "绕成了圈"},
      {kPlace, "place = \"self\"", "place = { column = \"parent\" }", "place = {", "is for the table 'place'",
       "place 表"},
      {kPlace, "name = \"level\", zh = \"层级\", en = \"Level\", type = \"text\"",
       "name = \"level\", zh = \"层级\", en = \"Level\", type = \"text\", choices = [{ value = \"a\", zh = "
       "\"甲\", en = \"A\" }]",
       "choices", "levels of pack.toml", "pack.toml 的 levels"},
      {kPlace, "names = [\"code\"]", "names = [\"parent\"]", "names", "'parent' is none", "parent 不是"},
      {"base/tables/person.toml", "names = [\"name\"]", "natural_key = [\"phone\"]", "natural_key",
       "always has a value", "必须有值"},
  };
  for (const Fault& fault : faults) check_refused("base", fault);
}

TEST_CASE("loader: search and ends: are for names and numbers, and for a last day") {
  const std::string person = "base/tables/person.toml";
  const std::string phone = "type = \"text\", check = \"cn_phone\"";
  PackFolder folder;
  folder.spoil(person, phone, phone + ", search = true");
  folder.spoil("base/tables/assignment.toml", "place = { column", "ends = \"ends\"\nplace = { column");
  const Pack pack = load(folder, "base");
  CHECK(pack.find("person")->find("phone")->search);
  CHECK_FALSE(pack.find("person")->find("name")->search);
  CHECK(pack.find("assignment")->ends == ColumnId{5});
  CHECK_FALSE(pack.find("person")->ends);

  constexpr const char* kNames = "'search' is for names and numbers";
  constexpr const char* kNamesZh = "search 只用于名称和号码";
  const Fault faults[] = {
      {kTree, "check = \"cn_resident_id\"", "sensitive = true\nsearch = true\ncheck = \"cn_resident_id\"",
       "search = true", "nobody finds people by that; remove 'search'", "敏感信息"},
      {kTree, "default = 1", "search = true\ndefault = 1", "search = true", kNames, kNamesZh},
      {kTree, "choices = [", "search = true\nchoices = [", "search = true", kNames, kNamesZh},
      {kTree, "check = \"cn_resident_id\"", "retired = true\nsearch = true\ncheck = \"cn_resident_id\"",
       "search = true", kNames, kNamesZh},
      {kTree, "check = \"cn_resident_id\"\ncheck_when = { column = \"kind\", equals = \"oak\" }",
       "merge = \"text\"\nsearch = true", "search = true", kNames, kNamesZh},
      {"base/tables/assignment.toml", "place = { column", "ends = \"role\"\nplace = { column",
       "ends =", "'ends' names a date column; 'role' is none", "要写一个 date 列"},
      {"base/tables/assignment.toml", "place = { column", "ends = \"end\"\nplace = { column",
       "ends =", "Did you mean 'ends'?", "ends"},
  };
  for (const Fault& fault : faults) check_refused("base", fault);
}

TEST_CASE("loader: personal data as a natural key: is refused") {
  PackFolder folder;
  const std::string person = "base/tables/person.toml";
  folder.spoil(person, "check = \"cn_phone\" }", "check = \"cn_phone\", required = true }");
  folder.spoil(person, "names = [\"name\"]", "natural_key = [\"phone\"]");
  folder.write();
  const auto loaded = load_pack(folder.path("base"));
  REQUIRE_FALSE(loaded);
  CHECK_THAT(loaded.error().en,
             Catch::Contains("person.toml:5: ") && Catch::Contains("never comes from personal data"));
}

TEST_CASE("loader: tables and columns that the engine relies on: are insisted on") {
  const Fault faults[] = {
      {kPlace, "type = \"reference\", target = \"place\"", "type = \"text\"", "name = \"place\"",
       "'place.parent' must be type = \"reference\", target = \"place\"", "place.parent"},
      {kPlace, "target = \"place\"", "target = \"person\"", "name = \"place\"", "'place.parent' must be",
       "place.parent"},
      {"base/tables/assignment.toml", "name = \"starts\"", "name = \"begins\"", "name = \"assignment\"",
       "'assignment' lacks the column 'starts' (type = \"date\")", "缺少列 starts"},
  };
  for (const Fault& fault : faults) check_refused("base", fault);

  PackFolder folder;
  folder.write();
  std::filesystem::remove(folder.path(kTree));
  std::filesystem::remove(folder.path("base/tables/person.toml"));
  std::filesystem::remove(folder.path("base/tables/assignment.toml"));
  const auto loaded = load_pack(folder.path("base"));
  REQUIRE_FALSE(loaded);
  CHECK_THAT(loaded.error().en, Catch::Contains("pack.toml:2: the pack lacks the table 'person'"));
}

TEST_CASE("loader: an index that has the name of a table: is refused") {
  PackFolder folder;
  folder.spoil("city/tables/bench.toml", "name = \"bench\"", "name = \"tree_place\"");
  folder.write();
  const auto loaded = load_pack(folder.path("city"));
  REQUIRE_FALSE(loaded);
  CHECK_THAT(loaded.error().en, Catch::Contains("base/tables/tree.toml:3: the index of 'tree.place'"));
}

TEST_CASE("loader: choices_of that has no choices to give: is refused") {
  const char* owner = "check = \"cn_resident_id\"\ncheck_when = { column = \"kind\", equals = \"oak\" }\n";
  const Fault faults[] = {
      {kTree, owner, "choices_of = \"kind\"\n", "choices_of", "table.column", "表.列"},
      {kTree, owner, "choices_of = \"tree.colour\"\n", "choices_of", "no column in 'tree' 'colour'",
       "colour"},
      {kTree, owner, "choices_of = \"tree.number\"\n", "choices_of", "has choices", "有选项"},
      {kTree, "type = \"integer\"", "type = \"integer\"\nchoices_of = \"tree.kind\"", "choices_of",
       "the type is text or list", "text 或 list"},
      {kTree, "choices = [", "choices_of = \"place.level\"\nchoices = [", "choices = [", "not both",
       "只能写一个"},
      {kTree, owner,
       "choices_of = \"tree.next\"\n\n[[columns]]\nid = 20\nname = \"next\"\nzh = \"旁边\"\nen = \"Next\"\n"
       "type = \"text\"\nchoices_of = \"tree.kind\"\n",
       "choices_of = \"tree.next\"", "has choices", "有选项"},
      {kTree, owner,
       "\n[[columns]]\nid = 20\nname = \"next\"\nzh = \"旁边\"\nen = \"Next\"\ntype = \"text\"\n"
       "choices_of = \"tree.kind\"\n\n[[columns]]\nid = 21\nname = \"last\"\nzh = \"末尾\"\nen = \"Last\"\n"
       "type = \"text\"\nchoices_of = \"tree.next\"\n",
       "choices_of = \"tree.next\"", "lists the choices itself", "自己列出选项"},
  };
  for (const Fault& fault : faults) check_refused("base", fault);

  PackFolder folder;
  folder.spoil(kTree, owner, "choices_of = \"tree.kind\"\n");
  folder.spoil("city/tables/tree.toml", "name = \"kind\"", "name = \"owner_id\"");
  folder.write();
  const auto refused = load_pack(folder.path("city"));
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().en, Catch::Contains("are those of 'tree.kind'; add them there"));
}

TEST_CASE("loader: an extension that changes its base: is refused") {
  const char* tree = "city/tables/tree.toml";
  const Fault faults[] = {
      {tree, "extends = \"tree\"", "extends = \"tre\"", "extends", "Did you mean 'tree'?", "是不是“tree”"},
      {tree, "extends = \"tree\"", "extends = \"tree\"\noffice_only = true", "office_only",
       "no key 'office_only'", "“office_only”"},
      {tree, "name = \"kind\"", "name = \"kind\"\nid = 1003", "id = 1003", "leave 'id' out", "请删去 id"},
      {tree, "name = \"kind\"", "name = \"kind\"\ntype = \"list\"", "type = \"list\"", "no key 'type'",
       "“type”"},
      {tree, "name = \"kind\"", "name = \"kind\"\nmerge = \"review\"", "merge = \"review\"", "no key 'merge'",
       "“merge”"},
      {tree, "id = 1000", "id = 8", "id = 8", "a whole number 1000–65535", "1000–65535"},
      {tree, "id = 1000\n", "", "[[columns]]\nname = \"height_m\"", "'id' is missing", "缺少 'id'"},
      {tree, "name = \"kind\"", "name = \"owner_id\"", "choices", "is free text in the base", "不能改成选项"},
      {tree, "merge = \"max\"", "cell = \"latitude\"", "cell", "how a column of the base merges", "合并方式"},
      {"city/tables/bench.toml", "id = 1000", "id = 5", "id = 5", "a whole number 1000–65535", "1000–65535"},
      {"city/tables/bench.toml", "name = \"bench\"", "name = \"tree\"", "name = \"tree\"",
       "write 'extends' in place of 'name'", "改写为 extends"},
      {"city/pack.toml", "../base", "../bass", "extends", "there is no pack at", "找不到被扩展的包"},
      {"city/pack.toml", "../base", "../city", "extends", "goes in a circle", "绕成了圈"},
  };
  for (const Fault& fault : faults) check_refused("city", fault);
  // A pack that extends nothing has nothing to add to.
  check_refused("base", {kTree, "name = \"tree\"", "extends = \"place\"", "extends",
                         "this pack extends no other", "没有扩展别的包"});
}

TEST_CASE("loader: personal columns, subject and retain: become what is erased, when and along with what") {
  PackFolder folder;
  folder.spoil("base/tables/tree.toml", "check = \"cn_resident_id\"",
               "personal = true\ncheck = \"cn_resident_id\"");
  folder.spoil("base/tables/tree.toml", "place = { column = \"place\" }",
               "place = { column = \"place\" }\nsubject = \"place\"\nretain = \"30 days after measured\"");
  const Table& tree = *load(folder, "base").find("tree");
  CHECK(tree.find("owner_id")->personal);
  CHECK_FALSE(tree.find("kind")->personal);
  CHECK(tree.subject == ColumnId{1});
  REQUIRE(tree.retention);
  CHECK(tree.retention->days == 30);
  CHECK(tree.retention->table == tree.id);
  CHECK(tree.retention->column == ColumnId{4});

  // A deployment has its own time, and another table may say when the time begins.
  folder.spoil("city/tables/tree.toml", "zh = \"行道树\"",
               "zh = \"行道树\"\nretain = \"7 days after bench.until\"");
  folder.spoil(
      "city/tables/bench.toml", "[[columns]]",
      "[[columns]]\nid = 2\nname = \"until\"\nzh = \"到\"\nen = \"Until\"\ntype = \"date\"\n\n[[columns]]");
  const Pack city = load(folder, "city");
  const Retention retention = *city.find("tree")->retention;
  CHECK(retention.days == 7);
  CHECK(retention.table == city.find("bench")->id);
  CHECK(retention.column == ColumnId{2});
  CHECK(retention.reference == ColumnId{1});
}

TEST_CASE("loader: a sensitive column: is personal") {
  PackFolder folder;
  folder.spoil("base/tables/person.toml", "check = \"cn_phone\" }",
               "check = \"cn_phone\", sensitive = true }");
  CHECK(load(folder, "base").find("person")->find("phone")->personal);
}

TEST_CASE("loader: personal data that could not be erased, and times that say nothing: are refused") {
  const char* kOwner = "check = \"cn_resident_id\"";
  const auto with = [](const char* retain) {
    return std::string("natural_key = [\"place\", \"number\"]\nretain = \"") + retain + '"';
  };
  for (const Fault& fault : std::initializer_list<Fault>{
           {kTree, "name = \"number\"", "name = \"number\"\npersonal = true", "name = \"number\"",
            "a natural key is nothing personal", "自然键不能是个人信息"},
           {kPlace, "type = \"reference\"", "type = \"reference\", personal = true", "name = \"parent\"",
            "a reference is nothing personal", "引用不算个人信息"},
           {kTree, "name = \"latitude\"", "name = \"latitude\"\npersonal = true", "name = \"latitude\"",
            "of the same cell", "同组的列"}}) {
    INFO(fault.new_text);
    PackFolder folder;
    folder.spoil(fault.file, fault.old_text, fault.new_text);
    folder.write();
    const auto loaded = load_pack(folder.path("base"));
    REQUIRE_FALSE(loaded);
    CHECK_THAT(loaded.error().en, Catch::Contains(fault.en));
    CHECK_THAT(loaded.error().zh, Catch::Contains(fault.zh));
  }
  struct Rule {
    const char* retain;
    const char* en;
  };
  for (const Rule& rule : std::initializer_list<Rule>{{"forever", "cannot be read"},
                                                      {"0 days after measured", "cannot be read"},
                                                      {"x days after measured", "cannot be read"},
                                                      {"40000 days after measured", "cannot be read"},
                                                      {"3 days after measured on", "cannot be read"},
                                                      {"3 days after kind", "is neither"},
                                                      {"3 days after mesured", "mesured"},
                                                      {"3 days after person.name", "is neither"},
                                                      {"3 days after assignment.ends", "does not refer"},
                                                      {"3 days after nothing.ends", "nothing"}}) {
    INFO(rule.retain);
    PackFolder folder;
    folder.spoil(kTree, kOwner, std::string("personal = true\n") + kOwner);
    folder.spoil(kTree, "natural_key = [\"place\", \"number\"]", with(rule.retain));
    folder.write();
    const auto loaded = load_pack(folder.path("base"));
    REQUIRE_FALSE(loaded);
    CHECK_THAT(loaded.error().en, Catch::Contains(rule.en));
  }
  PackFolder nothing;
  nothing.spoil(kTree, "natural_key = [\"place\", \"number\"]", with("3 days after measured"));
  nothing.write();
  const auto loaded = load_pack(nothing.path("base"));
  REQUIRE_FALSE(loaded);
  CHECK_THAT(loaded.error().en, Catch::Contains("has no 'personal' column"));
}
