#pragma once

#include <doorstep/error.hpp>
#include <filesystem>

#include "schema/pack.hpp"

namespace doorstep {

/// Reads a pack folder (`pack.toml`, and the folder it `extends`). Every error names file and line, what is
/// wrong, and what to write instead. Used by the server and tools; phones receive packs compiled.
Result<Pack> load_pack(const std::filesystem::path& folder);

}  // namespace doorstep
