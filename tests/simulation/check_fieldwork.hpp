#pragma once

#include <string>
#include <vector>

#include "simulation/checks.hpp"
#include "simulation/fieldwork.hpp"

/// What must hold of questionnaires, matters and views when everything has gone quiet. Each check returns
/// what is wrong, in words.
namespace doorstep::simulation {

/// Every answer, step and round whose commit returned is at the office, and part of the rows at most once. An
/// answer says what was said, names the form that it was given to, and is an answer to that form. Steps of a
/// matter are in an order in which each comes after those that its author knew. `may_lack_forms`: an
/// office that was put back lacks forms of its own that no phone carried, and a phone whose file was harmed
/// may show a form under another id until its rows are compared.
std::vector<std::string> check_fieldwork(SimOffice& office, const Pack& pack,
                                         const std::vector<const Fieldwork*>& work, bool may_lack_forms);

/// Matters that several people claimed, none of whom knew of another's claim: all of these are with the
/// office to settle. `contested` is how many there are.
std::vector<std::string> check_claims(SimOffice& office, const Pack& pack, std::uint64_t& contested);

/// Views on a phone say of its doors and matters what they say at the office. Of a phone on which nothing
/// waits, and a holder with one post: of several posts, she may have doors of a campaign without the places
/// by which they belong to it. `compared` counts rows.
std::vector<std::string> check_views(SimOffice& office, const Pack& pack, const Enrolled& enrolled,
                                     std::uint64_t& compared);

}  // namespace doorstep::simulation
