#include "simulation/crew.hpp"

#include "simulation/check_fieldwork.hpp"
#include "simulation/questionnaires.hpp"

namespace doorstep::simulation {
namespace {

/// In one world of so many the views are asked: that takes time.
constexpr std::uint64_t kViewedWorlds = 8;

/// After any day's end.
constexpr std::int64_t kNeverMs = 86'400'000;

}  // namespace

Crew::Crew(std::uint64_t seed)
    : random_(seed), changes_forms_(random_.chance(500)), are_views_asked_(seed % kViewedWorlds == 0) {}

void Crew::found(SimOffice& office, const Quarter& quarter) {
  street_ = quarter.street;
  const RowId form = office.publish(questionnaires().front(), street_);
  for (const RowId& place : {street_, quarter.roots.at(1)})
    campaigns_.push_back(office.establish(
        "campaign", {{"place", to_text(place)}, {"title", "入户走访"}, {"form", to_text(form)}}));
  office.establish("schedule", {{"place", to_text(quarter.roots.front())},
                                {"kind", "patrol"},
                                {"title", "巡楼"},
                                {"level", "unit"},
                                {"slots", std::int64_t{2}},
                                {"starts", "2027-01-01"}});
}

void Crew::join(std::size_t index, SimPhone& phone, bool from_copy) {
  Fieldwork& worker = workers_.emplace(index, Fieldwork(phone, random_.next())).first->second;
  if (from_copy) worker.go_back();
}

void Crew::act(std::size_t index) {
  if (random_.chance(300)) workers_.at(index).act();
}

std::int64_t Crew::until_change_ms() {
  return changes_forms_ ? 300'000 + static_cast<std::int64_t>(random_.below(900'000)) : kNeverMs;
}

void Crew::change_form(SimOffice& office) {
  const auto& forms = questionnaires();
  office.change_form(campaigns_[random_.below(campaigns_.size())], forms[random_.below(forms.size())],
                     street_);
}

std::vector<std::string> Crew::check(SimOffice& office, const Pack& pack,
                                     const std::map<std::size_t, Enrolled>& enrolled, Outcome& out) {
  std::vector<const Fieldwork*> all;
  for (auto& [index, worker] : workers_) {
    if (!enrolled.at(index).phone->is_wiped()) worker.look_again();
    all.push_back(&worker);
    out.answers += worker.answers().size();
    out.reopened += worker.reopened();
    out.migrated += worker.migrated();
    out.steps += worker.steps().size();
  }
  bool may_lack_forms = office.former().has_value();
  for (const auto& [index, one] : enrolled) may_lack_forms |= one.phone->was_damaged();
  auto wrong = check_fieldwork(office, pack, all, may_lack_forms);
  for (std::string& more : check_claims(office, pack, out.contested)) wrong.push_back(std::move(more));
  for (const auto& [index, one] : enrolled) {
    if (!are_views_asked_ || one.phone->is_wiped() || one.phone->was_damaged()) continue;
    for (std::string& more : check_views(office, pack, one, out.view_rows)) wrong.push_back(std::move(more));
  }
  return wrong;
}

}  // namespace doorstep::simulation
