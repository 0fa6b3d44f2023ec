#include "schema/rights.hpp"

#include <catch2/catch.hpp>

#include "schema/loader/loader.hpp"
#include "schema/masking.hpp"
#include "unit/schema/pack_folder.hpp"

using namespace doorstep;
using doorstep::test::PackFolder;

namespace {

constexpr const char* kTree = "base/tables/tree.toml";
constexpr const char* kHead = "base/pack.toml";
constexpr const char* kPerson = "base/tables/person.toml";

/// warden, and neighbour, who is a volunteer.
void add_neighbour(PackFolder& folder) {
  folder.spoil(kHead, "en = \"Warden\" },",
               "en = \"Warden\" },\n"
               "  { name = \"neighbour\", zh = \"邻居\", en = \"Neighbour\", volunteer = true },");
}

Pack load(const PackFolder& folder) {
  folder.write();
  auto pack = load_pack(folder.path("base"));
  if (!pack) FAIL(pack.error().en);
  return *pack;
}

std::string refusal(const std::string& rights, bool volunteer_hides_phone = false) {
  PackFolder folder;
  add_neighbour(folder);
  if (volunteer_hides_phone)
    folder.spoil(kPerson, "check = \"cn_phone\" }", "check = \"cn_phone\", sensitive = true }");
  folder.file(kTree) += rights;
  folder.write();
  const auto loaded = load_pack(folder.path("base"));
  if (loaded) return {};
  CHECK_THAT(loaded.error().zh, Catch::Contains(":"));
  return loaded.error().en;
}

ColumnSet only(const Table& table, std::string_view column) {
  ColumnSet set;
  set.set(static_cast<std::size_t>(table.position(table.find(column)->id)));
  return set;
}

}  // namespace

TEST_CASE("rights: nothing said: everybody may everything, and decide as the role says") {
  PackFolder folder;
  const Pack pack = load(folder);
  const Rights rights(pack);
  const Table& tree = *pack.find("tree");
  CHECK(tree.rights.empty());
  const RoleSet warden = rights.role("warden");
  for (const Verb verb : {Verb::read, Verb::add, Verb::edit_own, Verb::edit})
    CHECK(rights.may(tree.id, warden, verb));
  CHECK_FALSE(rights.may(tree.id, warden, Verb::decide));
  CHECK(rights.hidden(tree.id, warden).none());
  CHECK(rights.sight(warden).empty());
  CHECK_FALSE(rights.may(tree.id, 0, Verb::read));
  CHECK_FALSE(rights.may(TableId{99}, warden, Verb::read));
}

TEST_CASE("rights: a sensitive column: is hidden from volunteers, unless the table shows it") {
  PackFolder folder;
  add_neighbour(folder);
  folder.spoil(kPerson, "check = \"cn_phone\" }", "check = \"cn_phone\", sensitive = true }");
  const bool shown = GENERATE(false, true);
  if (shown) folder.file(kPerson) += "\n[[rights]]\nroles = [\"neighbour\"]\nshown = [\"phone\"]\n";
  const Pack pack = load(folder);
  const Rights rights(pack);
  const Table& person = *pack.find("person");
  CHECK(rights.hidden(person.id, rights.role("warden")).none());
  const RoleSet neighbour = rights.role("neighbour");
  CHECK(rights.hidden(person.id, neighbour) == (shown ? ColumnSet() : only(person, "phone")));
  CHECK(rights.may_write(person.id, neighbour, Verb::edit, person.find("phone")->id) == shown);
  // Both posts together read what either does; a role nobody knows, what everybody does.
  CHECK(rights.hidden(person.id, neighbour | rights.role("warden")).none());
  CHECK(rights.hidden(person.id, rights.role("chief")) == rights.hidden(person.id, neighbour));
}

TEST_CASE("rights: volunteers: are all such roles but those that an entry names, wherever it stands") {
  PackFolder folder;
  add_neighbour(folder);
  folder.spoil(kHead, "en = \"Neighbour\", volunteer = true },",
               "en = \"Neighbour\", volunteer = true },\n"
               "  { name = \"friend\", zh = \"朋友\", en = \"Friend\", volunteer = true },");
  folder.file(kTree) +=
      "\n[[rights]]\nroles = [\"friend\"]\nmay = []\n"
      "\n[[rights]]\nroles = [\"volunteers\"]\nmay = [\"read\"]\nread_only = [\"kind\"]\n";
  const Pack pack = load(folder);
  const Rights rights(pack);
  const Table& tree = *pack.find("tree");
  CHECK(rights.may(tree.id, rights.role("warden"), Verb::edit));
  CHECK(rights.may(tree.id, rights.role("neighbour"), Verb::read));
  CHECK_FALSE(rights.may(tree.id, rights.role("neighbour"), Verb::add));
  CHECK_FALSE(rights.may(tree.id, rights.role("friend"), Verb::read));
}

TEST_CASE("rights: a role called volunteers: is refused") {
  PackFolder folder;
  folder.spoil(kHead, "name = \"warden\"", "name = \"volunteers\"");
  folder.write();
  const auto loaded = load_pack(folder.path("base"));
  REQUIRE_FALSE(loaded);
  CHECK_THAT(loaded.error().en, Catch::Contains("a role cannot be called 'volunteers'"));
}

TEST_CASE("rights: verbs and columns: count together, within one role") {
  PackFolder folder;
  add_neighbour(folder);
  folder.file(kTree) +=
      "\n[[rights]]\nroles = [\"warden\"]\nmay = [\"read\", \"decide\"]\n"
      "\n[[rights]]\nroles = [\"neighbour\"]\nmay = [\"read\", \"add\", \"edit_own\"]\nhidden = [\"kind\"]\n";
  const Pack pack = load(folder);
  const Rights rights(pack);
  const Table& tree = *pack.find("tree");
  const ColumnId kind = tree.find("kind")->id;
  const RoleSet both = rights.role("warden") | rights.role("neighbour");
  CHECK(rights.hidden(tree.id, both).none());
  CHECK(rights.may(tree.id, both, Verb::add));
  // The one who may add does not see it, the one who sees it may not add.
  CHECK_FALSE(rights.may_write(tree.id, both, Verb::add, kind));
  CHECK(rights.may_write(tree.id, both, Verb::decide, kind));
  CHECK_FALSE(rights.may(tree.id, both, Verb::edit));
  CHECK(rights.sight(rights.role("neighbour")) == "4:3,;");
}

TEST_CASE("rights: what cannot work: is refused") {
  using Catch::Contains;
  const std::string entry = "\n[[rights]]\nroles = [\"neighbour\"]\n";
  CHECK(refusal(entry + "may = [\"read\"]\n").empty());
  CHECK_THAT(refusal(entry + "hidden = [\"place\"]\n"), Contains("cannot be hidden"));
  CHECK_THAT(refusal(entry + "hidden = [\"measured\"]\n"), Contains("filled in"));
  CHECK(refusal(entry + "may = [\"read\"]\nhidden = [\"measured\"]\n").empty());
  CHECK_THAT(refusal(entry + "hidden = [\"latitude\"]\n"), Contains("cell"));
  CHECK_THAT(refusal(entry + "may = [\"edit\"]\n"), Contains("does not read"));
  CHECK_THAT(refusal(entry + "may = [\"add\"]\n"), Contains("natural key"));
  CHECK_THAT(refusal(entry + "may = [\"raed\"]\n"), Contains("Did you mean 'read'"));
  CHECK_THAT(refusal(entry + "hidden = [\"kidn\"]\n"), Contains("Did you mean 'kind'"));
  CHECK_THAT(refusal("\n[[rights]]\nroles = [\"neighbor\"]\n"), Contains("Did you mean 'neighbour'"));
  CHECK_THAT(refusal("\n[[rights]]\nmay = [\"read\"]\n"), Contains("whose rights"));
  CHECK_THAT(refusal(entry + entry), Contains("twice"));
  CHECK_THAT(refusal(entry + "reveal = [\"kind\"]\n"), Contains("list it in 'hidden'"));
  CHECK_THAT(refusal(entry + "may = []\nhidden = [\"kind\"]\nreveal = [\"kind\"]\n"),
             Contains("nothing to ask"));
}

TEST_CASE("rights: reveal: of hidden columns alone, role by role") {
  PackFolder folder;
  add_neighbour(folder);
  folder.file(kTree) += "\n[[rights]]\nroles = [\"neighbour\"]\nhidden = [\"kind\"]\nreveal = [\"kind\"]\n";
  const Pack pack = load(folder);
  const Rights rights(pack);
  const Table& tree = *pack.find("tree");
  const ColumnId kind = tree.find("kind")->id;
  CHECK(rights.may_reveal(tree.id, rights.role("neighbour"), kind));
  CHECK(rights.may_reveal(tree.id, rights.role("neighbour") | rights.role("warden"), kind));
  CHECK_FALSE(rights.may_reveal(tree.id, rights.role("warden"), kind));
  CHECK_FALSE(rights.may_reveal(tree.id, rights.role("chief"), kind));
  CHECK_FALSE(rights.may_reveal(tree.id, 0, kind));
  CHECK_FALSE(rights.may_reveal(tree.id, rights.role("neighbour"), tree.find("place")->id));
  CHECK_FALSE(rights.may_reveal(TableId{99}, rights.role("neighbour"), kind));
  CHECK(rights.hidden(tree.id, rights.role("neighbour")) == only(tree, "kind"));
}

TEST_CASE("masks: a column: names its source and how, and nothing else") {
  using Catch::Contains;
  const auto with = [](const std::string& rest) {
    return refusal(
        "\n[[columns]]\nid = 20\nname = \"shadow\"\nzh = \"影\"\nen = \"Shadow\"\ntype = \"text\"\n" + rest);
  };
  CHECK(with("masks = \"owner_id\"\nmask = \"first_last\"\n").empty());
  CHECK_THAT(with("masks = \"owner_id\"\n"), Contains("go together"));
  CHECK_THAT(with("masks = \"measured\"\nmask = \"age_band\"\n"), Contains("age_band a date"));
  CHECK_THAT(with("masks = \"owner_id\"\nmask = \"first_last\"\nrequired = true\n"),
             Contains("fills a mask in"));
  CHECK_THAT(with("masks = \"shadow\"\nmask = \"first_last\"\n"), Contains("cannot be masked"));
}

TEST_CASE("masks: values: keep the ends of long texts, and ten years of birth") {
  const auto mask = [](Mask kind, const char* text) { return masked(kind, std::string(text)); };
  CHECK(mask(Mask::first_last, "11010519491231002X") == Value("1***X"));
  CHECK(mask(Mask::first_last, "E12345678") == Value("E***8"));
  CHECK(mask(Mask::first_last, "长春市宽城区一心街道") == Value("长***道"));
  CHECK(mask(Mask::first_last, "1234567") == Value("***"));
  CHECK(mask(Mask::first_last, "王小明") == Value("***"));
  CHECK(mask(Mask::first_last, "") == Value("***"));
  CHECK(masked(Mask::first_last, Value{}) == Value{});
  CHECK(mask(Mask::age_band, "1949-12-31") == Value("1940-1949"));
  CHECK(mask(Mask::age_band, "1950-01-01") == Value("1950-1959"));
  CHECK(mask(Mask::age_band, "soon") == Value{});
}
