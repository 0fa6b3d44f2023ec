#pragma once

#include <string>
#include <vector>

namespace doorstep::simulation {

/// One questionnaire as the office has it, state after state: definitions (docs/forms.md). Between them
/// questions come, go, change their type and lose a choice, so that drafts fit, and do not.
const std::vector<std::string>& questionnaires();

}  // namespace doorstep::simulation
