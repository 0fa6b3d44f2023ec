#include "pipeline/backup.hpp"
#include "sqlite/office_file.hpp"
#include "unit/pipeline/town.hpp"

using namespace doorstep;
using namespace doorstep::server;
using namespace doorstep::server::test;

namespace {

void visit(Town& town, Phone& phone) {
  phone.insert(
      "visit",
      {{"place", to_text(town.place_id("1-1"))}, {"at", "2026-11-22T00:30:00.000Z"}, {"outcome", "met"}});
}

CopiedOffice copy_of(Town& town, const std::string& name) {
  const TemporaryFolder folder;
  must(copy_office_file(town.path(), folder.file(name)));
  return must(read_copy(folder.file(name)));
}

}  // namespace

TEST_CASE("backup: what it holds of each device: is told with every answer") {
  Town town;
  Phone phone = town.leader("Li", "1");
  visit(town, phone);
  phone.sync();
  const CopiedOffice copy = copy_of(town, "copy");
  visit(town, phone);
  CHECK(phone.exchange(phone.request()).backed_up_through == GroupNumber{0});
  must(note_backup(town.store(), copy));
  CHECK(phone.exchange(phone.request()).backed_up_through == GroupNumber{1});
}

TEST_CASE("backup: an older copy, one of another incarnation, one that is ahead: say nothing new") {
  Town town;
  Phone phone = town.leader("Li", "1");
  const CopiedOffice empty = copy_of(town, "copy");
  visit(town, phone);
  phone.sync();
  CopiedOffice copy = copy_of(town, "copy");
  copy.incarnation += 1;
  must(note_backup(town.store(), copy));
  CHECK(phone.exchange(phone.request()).backed_up_through == GroupNumber{0});
  copy.incarnation -= 1;
  for (GroupName& last : copy.admitted) last.number = GroupNumber{raw(last.number) + 7};
  must(note_backup(town.store(), copy));
  CHECK(phone.exchange(phone.request()).backed_up_through == GroupNumber{1});
  must(note_backup(town.store(), empty));
  CHECK(phone.exchange(phone.request()).backed_up_through == GroupNumber{1});
}
