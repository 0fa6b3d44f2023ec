#pragma once

#include <string>
#include <vector>

#include "base/random.hpp"
#include "simulation/sim_phone.hpp"

namespace doorstep::simulation {

/// What a leader does with her phone: registers, visits, edits, deletes, opens forms and saves them later,
/// tries what she may not. Draws from small pools of doors, names and values, so that leaders meet.
class Workload {
 public:
  Workload(SimPhone& phone, std::uint64_t seed, RowId outside_door)
      : phone_(phone), random_(seed), outside_door_(outside_door) {}

  /// One recording.
  void act();
  /// The app was ended: its open forms are gone.
  void close_forms() { forms_.clear(); }
  /// Registers a resident who will be erased, or writes about one.
  void mark(SeededRandom& random);
  /// Takes a resident, a residency or a hazard out of the books, or edits one: rows that have
  /// no natural key, and that nobody registers again.
  void take_out(SeededRandom& random);

 private:
  std::string pick(const std::string& sql);
  std::string pick_door();
  std::string small_text();
  Value phone_number();
  bool record(const std::string& what, const std::function<Status(PhoneStore&)>& work);

  void visit();
  void register_household();
  void edit_household();
  void remove_household();
  void open_form();
  void save_form();
  void register_resident();
  void edit_resident();
  void register_door();
  void check_safety();
  void follow_hazard();
  void tag_household();
  void count_leaflets();
  void post_notice();
  void change_notice();
  void decide();
  void declare_same();
  void change_declaration();
  void write_outside();
  void plain_sql();
  void read_meter();
  bool knows(const std::string& table, const std::string& column);
  bool may_write(const std::string& table, const std::string& column);
  void leave_out_hidden(const std::string& table, std::vector<NamedValue>& values);
  void fill_extras(std::vector<NamedValue>& values);
  void take_up_returned();

  SimPhone& phone_;
  SeededRandom random_;
  RowId outside_door_;
  std::vector<Draft> forms_;
};

}  // namespace doorstep::simulation
