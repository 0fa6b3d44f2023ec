#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simulation/sim_office.hpp"
#include "simulation/sim_phone.hpp"

/// What must hold when everything has gone quiet (DESIGN §7, invariants 1 to 3, and what is declared the
/// same). Each check returns what is wrong, in words; nothing when all is well.
namespace doorstep::simulation {

struct Enrolled {
  SimPhone* phone = nullptr;
  RowId person;
};

/// Rows as bytes, with all their versions.
using RowBytes = std::map<RowKey, std::string>;

struct ExpectedRows {
  RowBytes rows;
  /// An office that was put back does not have the phone's pack: then a phone may or may not have the
  /// versions of columns that it does not know.
  bool guessed = false;
};

/// In the tables and columns of the phone's own pack, which may be behind the office's `pack`: what it must
/// have at a checkpoint that the office answers now, by the posts that its holder has there, and nothing that
/// those may not read.
ExpectedRows rows_in_scope(SimOffice& office, const Pack& pack, const Enrolled& enrolled);

/// An answer on its way, and for some checkpoints what the office had in the phone's scope just then.
struct Answer {
  std::string frame;
  std::optional<wire::Cursor> checkpoint;
  ExpectedRows rows;
  PackVersion pack{};  ///< In whose tables and columns `rows` are.
};

/// (1) The phone's canonical layer is just that, row by row, version by version.
std::vector<std::string> check_equal(const ExpectedRows& expected, const Enrolled& enrolled);

/// Nor does it know of a conflict in a column that they may not read.
std::vector<std::string> check_ledger(SimOffice& office, const Pack& pack, const Enrolled& enrolled);

/// (2) Every group whose commit returned is at the office, byte for byte, with a verdict, under the actor
/// that the phone was when the office took it; the phone keeps only held and returned ones, and the office
/// says the same of them. What was put back may lack groups that had not reached the office.
std::vector<std::string> check_groups(SimOffice& office, const Enrolled& enrolled);

/// What its holder was done with is not part of the rows, unless that was decided later. Of a phone whose
/// file nobody copied: another copy may not know of it.
std::vector<std::string> check_withdrawn(SimOffice& office, const Enrolled& enrolled);

/// Every group that the office has, with its content, also where the office no longer has that.
std::vector<server::GroupRecord> all_groups(const SimOffice& office, server::ReadSnapshot& snapshot);

/// The bytes of every group that the office has.
std::set<std::string> contents_at(SimOffice& office);
/// Whether it has them now: one that was put back may not have again yet what a phone handed over before.
std::function<bool(const std::string& bytes)> held_by(SimOffice& office);

/// A phone that can read the newest pack has it; another works on with what it could read.
std::vector<std::string> check_pack(const Enrolled& enrolled, PackVersion newest);

/// A file that nothing has happened to never differs from the office.
std::vector<std::string> check_compared(const SimPhone& phone);

/// Nothing of a phone that was called back is left but its work, which is at the office.
std::vector<std::string> check_wiped(SimOffice& office, const Enrolled& enrolled, ActorId actor);

/// No group is at the office twice, whichever copies of a phone have brought it. By digest: two copies whose
/// clocks had been ahead may record the same in the same words under one number, each after work of its own.
std::vector<std::string> check_once(SimOffice& office);

/// (3) State and ledger are what a slow model makes of the set of all applied groups: every concurrent loser
/// is there, and nothing else.
std::vector<std::string> check_history(SimOffice& office, const Pack& pack);

/// (5) After a backup and a contact no byte of whoever was erased is in a file of the office or of a phone,
/// but of one on which work about her waits for the office's people.
std::vector<std::string> check_erased(SimOffice& office, const std::vector<Enrolled>& everybody);

/// Rows, versions, feed and ledger of the office's file agree with one another.
std::vector<std::string> check_file(SimOffice& office);

/// (4) What people see on the phone and at the office, kept up to date write by write, is what a slow model
/// makes of the declarations and rows that are there.
std::vector<std::string> check_same(const Enrolled& enrolled);
std::vector<std::string> check_same(SimOffice& office, const Pack& pack);

}  // namespace doorstep::simulation
