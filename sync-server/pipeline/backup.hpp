#pragma once

#include <doorstep/error.hpp>

#include "store/store.hpp"

/// What an office remembers of its backups, and how one becomes an office again. Copying files is for others.
namespace doorstep::server {

/// Says in the office that `copy` is a backup of it, complete and safe on its disk: devices need not keep
/// what is in there any longer. A copy of another incarnation says nothing about this one.
Status note_backup(Store& office, const CopiedOffice& copy);

/// Takes a copy of an office into use whose file has got its new incarnation: the office's own actor, and
/// that all of it is in a backup, the one it comes from. Errors: `storage_damaged` when it holds no office.
Result<OfficeRecord> take_into_use(Store& restored, std::int64_t now_ms);

}  // namespace doorstep::server
