#include "merge/lineage.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "merge/text_code.hpp"

using namespace doorstep;

namespace {

constexpr ActorId kA = make_actor(1, 2);
constexpr ActorId kN = make_actor(1, 5);
constexpr ActorId kN2 = make_actor(1, 4);
constexpr ActorId kOther = make_actor(1, 3);

VersionName name(ActorId actor, std::uint64_t group) { return {actor, GroupNumber{group}, 0}; }

/// A was left at 4, N at 6.
Lineage chain() { return {{{kA, GroupNumber{4}}, {kN, GroupNumber{6}}}, kN2}; }

Group group_by(ActorId actor, std::uint64_t number, std::vector<VersionName> names) {
  Group group;
  group.actor = actor;
  group.number = GroupNumber{number};
  Op op;
  op.kind = OpKind::update;
  op.cells.push_back({ColumnId{1}, std::string("x"), 0, names});
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  op.seen = std::move(names);
  group.ops.push_back(std::move(op));
  return group;
}

}  // namespace

TEST_CASE("lineage: a number: belongs to whoever the file was then") {
  const Lineage file = chain();
  CHECK(file.owner(GroupNumber{3}) == kA);
  CHECK(file.owner(GroupNumber{4}) == kN);
  CHECK(file.owner(GroupNumber{5}) == kN);
  CHECK(file.owner(GroupNumber{6}) == kN2);
  CHECK(Lineage{{}, kA}.owner(GroupNumber{9}) == kA);
}

TEST_CASE("lineage: bytes that name a former actor: its numbers from there on are the successors'") {
  Group group = group_by(kA, 7, {name(kA, 3), name(kA, 4), name(kA, 6), name(kOther, 5)});
  REQUIRE(chain().adopt(group));
  CHECK(group.actor == kN2);
  const std::vector<VersionName> meant{name(kA, 3), name(kN, 4), name(kN2, 6), name(kOther, 5)};
  CHECK(group.ops[0].cells[0].bases == meant);
  CHECK(std::is_sorted(group.ops[0].seen.begin(), group.ops[0].seen.end()));
}

TEST_CASE("lineage: bytes of a later actor: a former one's numbers are the other copy's groups") {
  Group group = group_by(kN, 7, {name(kA, 3), name(kA, 4), name(kN, 5), name(kN, 6)});
  REQUIRE(chain().adopt(group));
  CHECK(group.ops[0].cells[0].bases ==
        std::vector<VersionName>{name(kA, 3), name(kA, 4), name(kN, 5), name(kN2, 6)});
}

TEST_CASE("lineage: a number below an actor's first: is that of whoever it was before") {
  Group group = group_by(kN2, 7, {name(kN2, 5), name(kN2, 3), name(kN, 2)});
  REQUIRE(chain().adopt(group));
  CHECK(group.ops[0].cells[0].bases == std::vector<VersionName>{name(kN, 5), name(kA, 3), name(kA, 2)});
}

TEST_CASE("lineage: a group of somebody else: is not taken") {
  Group group = group_by(kOther, 7, {name(kA, 9)});
  CHECK_FALSE(chain().adopt(group));
  CHECK(group.actor == kOther);
  CHECK(group.ops[0].cells[0].bases == std::vector<VersionName>{name(kA, 9)});
}

TEST_CASE("lineage: a text patch: what it stands in and deletes is renamed, and it is canonical again") {
  TextPatch patch;
  patch.tallest = name(kA, 5);
  patch.inserts.push_back({TextPoint{name(kA, 5), 3}, "more"});
  patch.deletes.push_back({name(kA, 5), {0, 2}});
  patch.deletes.push_back({name(kOther, 1), {1, 2}});
  const std::string bytes = encode_patch(patch);
  Group group = group_by(kA, 6, {});
  group.ops[0].cells[0].value = Bytes(bytes.begin(), bytes.end());
  REQUIRE(chain().adopt(group));
  const auto& renamed = std::get<Bytes>(group.ops[0].cells[0].value);
  const auto meant = decode_patch({reinterpret_cast<const char*>(renamed.data()), renamed.size()});
  REQUIRE(meant);
  CHECK(meant->tallest == name(kN, 5));
  CHECK(meant->inserts[0].after == TextPoint{name(kN, 5), 3});
  REQUIRE(meant->deletes.size() == 2);
  CHECK(meant->deletes[0].version == name(kOther, 1));
  CHECK(meant->deletes[1].version == name(kN, 5));
}

TEST_CASE("lineage: any file and group: adopting it twice is adopting it once, and keeps every number") {
  REQUIRE(rc::check([] {
    Lineage file;
    std::uint64_t left_at = 1;
    const int length = *rc::gen::inRange(0, 5);
    for (int i = 0; i < length; ++i) {
      left_at += *rc::gen::inRange<std::uint64_t>(0, 4);
      file.former.push_back({make_actor(1, static_cast<std::uint32_t>(10 - i)), GroupNumber{left_at}});
    }
    file.actor = make_actor(1, 99);
    const auto someone = [&] {
      const int at = *rc::gen::inRange(0, length + 2);
      return at < length    ? file.former[static_cast<std::size_t>(at)].actor
             : at == length ? file.actor
                            : kOther;
    };
    std::vector<VersionName> names;
    for (int i = *rc::gen::inRange(0, 6); i > 0; --i)
      names.push_back(name(someone(), *rc::gen::inRange<std::uint64_t>(1, 20)));
    Group group = group_by(someone(), left_at + *rc::gen::inRange<std::uint64_t>(0, 4), names);
    const bool ours = group.actor != kOther;
    RC_ASSERT(file.adopt(group) == ours);
    if (!ours) return;
    const auto bases = group.ops[0].cells[0].bases;
    for (std::size_t i = 0; i < names.size(); ++i) {
      RC_ASSERT(bases[i].group == names[i].group);
      RC_ASSERT((bases[i].actor == kOther) == (names[i].actor == kOther));
    }
    Group again = group;
    RC_ASSERT(file.adopt(again));
    RC_ASSERT(again.actor == group.actor);
    RC_ASSERT(again.ops[0].cells[0].bases == bases);
    RC_ASSERT(again.ops[0].seen == group.ops[0].seen);
  }));
}
