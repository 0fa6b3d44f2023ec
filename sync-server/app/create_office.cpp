#include "app/create_office.hpp"

#include "app/audit_words.hpp"
#include "app/open_office.hpp"
#include "auth/identity.hpp"
#include "base/error.hpp"
#include "pipeline/enrolment.hpp"
#include "schema/loader/loader.hpp"
#include "sqlite/layout.hpp"

namespace doorstep::server {
namespace {

Result<MadeOffice> fill_folder(const DataFolder& folder, Pack pack, const std::string& source,
                               const std::string& name) {
  MadeOffice made;
  made.name = name.empty() ? pack.label.zh : name;
  made.pack = pack.name;
  SystemClock clock;
  SystemEntropy entropy;
  DOORSTEP_TRY(store, SqliteStore::open(folder.database().string()));
  DOORSTEP_CHECK(create_office(*store, clock, entropy, made.name, std::move(pack), source));
  DOORSTEP_TRY(office, Office::open(*store, clock, entropy));
  DOORSTEP_CHECK(record_audit(*office, act_of(AuditKind::created, made.pack)));
  made.office = office->record().office;
  DOORSTEP_TRY(identity, auth::OfficeIdentity::create(folder.path(), made.office, clock.read().wall_ms));
  made.fingerprint = identity.fingerprint();
  return made;
}

}  // namespace

Result<MadeOffice> make_office(const DataFolder& folder, const std::string& pack, const std::string& name) {
  DOORSTEP_TRY(source, find_pack(pack));
  DOORSTEP_TRY(loaded, load_pack(source, try_views));
  DOORSTEP_CHECK(folder.create());
  auto made = fill_folder(folder, std::move(loaded), source.string(), name);
  if (!made) folder.remove();
  return made;
}

}  // namespace doorstep::server
