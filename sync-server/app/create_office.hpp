#pragma once

#include <string>

#include "app/data_folder.hpp"
#include "base/types.hpp"

namespace doorstep::server {

struct MadeOffice {
  RowId office;
  std::string name;
  std::string pack;         ///< Its name.
  std::string fingerprint;  ///< What invitations carry.
};

/// Makes a new office in `folder`, with its keys; everything or nothing. `pack` is a folder or a name, empty
/// for the sample's; `name` is the office's, empty for the pack's. Errors: already_exists, pack_invalid,
/// storage_*.
Result<MadeOffice> make_office(const DataFolder& folder, const std::string& pack, const std::string& name);

}  // namespace doorstep::server
