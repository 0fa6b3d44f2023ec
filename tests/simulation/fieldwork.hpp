#pragma once

#include <doorstep/form.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "simulation/draft_box.hpp"
#include "simulation/sim_phone.hpp"

namespace doorstep::simulation {

/// What a leader does besides (workload.hpp): fills in questionnaires, a few answers at a time, takes matters
/// from one step to the next, makes her rounds.
class Fieldwork {
 public:
  Fieldwork(SimPhone& phone, std::uint64_t seed) : phone_(phone), random_(seed), box_(phone.disk()) {}

  void act();
  /// The phone goes on from a copy of its disk: what it did since is another phone's, or gone.
  void go_back();
  /// The draft under way is still there.
  void look_again() { open_again(); }

  struct Answer {
    std::string form;  ///< Digest.
    std::string answers;
  };
  struct Step {
    RowId id;
    RowId matter;
    std::vector<RowId> seen;  ///< Steps of the matter that its author knew.
  };
  /// Rows that must be at the office, once each.
  const std::vector<RowKey>& recorded() const { return recorded_; }
  const std::map<RowId, Answer>& answers() const { return answers_; }
  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<std::string>& wrong() const { return wrong_; }
  std::uint64_t reopened() const { return reopened_; }
  std::uint64_t migrated() const { return migrated_; }

 private:
  std::string pick(const std::string& sql);
  std::vector<RowId> steps_of(const std::string& matter);
  bool record(const std::string& what, const std::function<Status(PhoneStore&)>& work);
  void note(const char* table, const RowId& row);
  RowId new_id();
  FormTime time() const { return {phone_.clock().wall_ms()}; }

  void fill_in();
  void begin();
  bool open_again();
  void follow_form();
  void answer_next();
  std::string typed(const FormStep& step);
  void finish();
  void submit(const std::string& answers);
  bool is_submitted() const;
  bool keep(std::optional<KeptDraft> next);
  std::optional<Form> form_of(const std::string& where, const std::string& value);

  void report();
  void take_step();
  void claim();
  void make_round();

  SimPhone& phone_;
  SeededRandom random_;
  DraftBox box_;
  std::map<std::string, Form> forms_;  ///< By definition.
  std::optional<FormSession> session_;
  std::optional<KeptDraft> kept_;
  /// What was to be kept as the phone died: it is, or what was before.
  std::optional<std::optional<KeptDraft>> attempted_;
  bool is_known_ = true;  ///< Whether `kept_` is what must be there.
  std::uint64_t starts_ = 0;
  std::vector<RowKey> recorded_;
  std::map<RowId, Answer> answers_;
  std::vector<Step> steps_;
  std::vector<std::string> wrong_;
  std::uint64_t reopened_ = 0;
  std::uint64_t migrated_ = 0;
};

}  // namespace doorstep::simulation
