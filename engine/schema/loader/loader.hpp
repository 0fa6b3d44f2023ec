#pragma once

#include <doorstep/error.hpp>
#include <filesystem>
#include <functional>
#include <vector>

#include "schema/pack.hpp"
#include "schema/view_fault.hpp"

namespace doorstep {

/// Asks a database for what is wrong with the SQL of a pack's views, which this room cannot know.
using ViewTrial = std::function<Result<std::vector<ViewFault>>(const Pack&)>;

/// Reads a pack folder (`pack.toml`, and the folder it `extends`). The Error tells every fault that can be
/// told without the others' correction, a line each: file and line, what is wrong, and what to write instead.
/// Without `trial` the SQL of views is taken for right. Used by the server and tools; phones receive packs
/// compiled.
Result<Pack> load_pack(const std::filesystem::path& folder, const ViewTrial& trial = {});

}  // namespace doorstep
