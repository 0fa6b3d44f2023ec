#include "pipeline/erasure.hpp"

#include "pipeline/parcels.hpp"
#include "simulation/sim_disk.hpp"
#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

Value text(const char* words) { return std::string(words); }

/// A resident who lives behind door 1-1, registered and edited by a phone.
RowId resident(Town& town, Phone& phone) {
  const RowId home = phone.insert("household", {{"place", to_text(town.place_id("1-1"))}});
  const RowId row = phone.insert("resident", {{"name", text("canary-name")}});
  phone.insert("residency", {{"resident", to_text(row)}, {"household", to_text(home)}});
  phone.sync();
  phone.update("resident", row, {{"name", text("canary-again")}, {"birth_date", text("1938-05-17")}});
  phone.sync();
  return row;
}

}  // namespace

TEST_CASE("erasure: stopped at any write: is there or not, and the next one does the rest") {
  bool finished = false;
  std::size_t not_there = 0, half = 0;
  for (std::uint64_t at = 1; !finished; ++at) {
    simulation::SimDisk disk(at, [] { return std::int64_t{1'800'000'000'000}; });
    Town town(disk.vfs_name());
    Phone li = town.leader("Li", "1");
    const RowId row = resident(town, li);
    const ErasureRequest request{{town.table("resident").id, row}, "clerk", "asked for", false};
    disk.crash_at_write(at);
    const auto done = erase(town.office(), request);
    const auto swept = done ? sweep(town.office()) : tl::unexpected(done.error());
    finished = !disk.stopped();
    disk.crash_at_write(0);
    disk.crash();
    town.reopen();
    INFO("stopped at " << at);
    town.check_sound();
    const bool is_erased = town.value("resident", row, "name") == Value{};
    if (done) CHECK(is_erased);
    if (!is_erased) {
      ++not_there;
      CHECK(town.value("resident", row, "name") == text("canary-again"));
      must(erase(town.office(), request));
    } else if (!swept) {
      ++half;
    }
    CHECK(must(sweep(town.office())).is_done);
    CHECK_FALSE(disk.tells("canary"));
    CHECK_FALSE(disk.tells("1938-05-17"));
    town.check_sound();
    li.sync();
    CHECK(li.value("resident", row, "name") == Value{});
  }
  CHECK(not_there > 1);
  CHECK(half > 10);
}

TEST_CASE("erasure: the office's own groups: are not carried until a backup has them") {
  Town town;
  const RowId row = town.put("resident", {{"name", text("canary-name")}});
  const ErasureRequest request{{town.table("resident").id, row}, "clerk", "asked for", false};
  must(erase(town.office(), request));
  must(sweep(town.office()));
  town.put("resident", {{"name", text("somebody else")}});
  town.reopen();
  const ActorId own = town.office().actor();
  auto snapshot = must(town.store().snapshot());
  const ParcelSeal seal(town.office().record().office, make_key_pair().secret_key, {});
  ParcelShelf shelf(seal, ParcelLimits{});
  const auto given = must(shelf.give(*snapshot, own, make_actor(1, 7), GroupNumber{}));
  const GroupNumber last = must(snapshot->actor(own))->admitted_through;
  CHECK(shelf.is_full());
  REQUIRE(given);
  CHECK(raw(given->through) == raw(last) - 2);
}

TEST_CASE("erasure: the office writes to an erased row: what is personal is left out") {
  Town town;
  Phone li = town.leader("Li", "1");
  const RowId row = resident(town, li);
  must(erase(town.office(), {{town.table("resident").id, row}, "clerk", "asked for", false}));
  town.put("resident", {{"name", text("canary-back")}, {"kind", text("away")}}, row);
  CHECK(town.value("resident", row, "name") == Value{});
  CHECK(town.value("resident", row, "kind") == text("away"));
  must(sweep(town.office()));
  town.check_sound();
}
