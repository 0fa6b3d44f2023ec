#include <doorstep/form.hpp>
#include <map>

#include "base/ensure.hpp"
#include "pipeline/decide.hpp"
#include "pipeline/held_desk.hpp"
#include "pipeline/office_writer.hpp"
#include "pipeline/sameness.hpp"
#include "simulation/sim_office.hpp"

/// What people at the simulated office do, and the trail that it leaves.
namespace doorstep::simulation {
namespace {

bool tells(const Value& value, const char* what) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && text->find(what) != std::string::npos;
}

/// As the import of a form writes it.
std::vector<NamedValue> form_row(const std::string& definition, const RowId& place) {
  const Form form = must(Form::parse(definition), "a form");
  return {{"place", to_text(place)},  {"digest", form.digest()},
          {"name", form.name()},      {"version", static_cast<std::int64_t>(form.version())},
          {"title", form.title().zh}, {"definition", form.json()}};
}

}  // namespace

void SimOffice::note_audit() {
  const auto snapshot = store_->snapshot();
  const auto head = snapshot ? (*snapshot)->audit_head() : tl::unexpected(snapshot.error());
  if (head && head->number > 0) audit_heads_[head->number] = head->digest;
}

/// What a clerk has done is on record when she is told so.
void SimOffice::act(server::AuditKind kind, const std::string& subject, const std::function<Status()>& work) {
  note_audit();
  const std::size_t before = audit_heads_.size();
  const Status done = [&] {
    const server::Acting acting(pipeline_->office(), {kind, "clerk", subject, {}});
    return work();
  }();
  trace_.say(scheduler_.now_ms(), "office", subject + (done ? "" : ": cannot: " + done.error().en));
  if (!done) {
    if (died(done.error())) power_cycle();
    return;
  }
  note_audit();
  if (disk_.stopped()) return;
  ensure(audit_heads_.size() == before + 1, "an act is on record once");
  ++acts_;
}

std::vector<std::string> SimOffice::check_audit() {
  std::vector<std::string> wrong;
  const auto snapshot = store_->snapshot();
  ensure(snapshot.has_value(), "the office is readable");
  auto expected = audit_heads_.begin();
  const Status read = (*snapshot)->each_audit([&](const server::AuditEntry& entry) {
    if (expected == audit_heads_.end() || expected->first != entry.number) return true;
    if (expected->second != entry.digest)
      wrong.push_back("entry " + std::to_string(entry.number) + " of the audit trail is another one");
    ++expected;
    return true;
  });
  ensure(read.has_value(), "the audit trail can be read");
  if (expected != audit_heads_.end())
    wrong.push_back("the audit trail has lost entry " + std::to_string(expected->first));
  return wrong;
}

void SimOffice::decide(SeededRandom& random) {
  const auto found = server::conflicts(pipeline_->office(), true);
  if (!found || found->entries.empty()) return;
  const auto& item = found->entries[random.below(found->entries.size())].record.item;
  Decision decision;
  decision.choice = static_cast<Decision::Choice>(1 + random.below(3));
  if (decision.choice == Decision::Choice::value) decision.value = item.value;
  act(server::AuditKind::decided, "decides",
      [&] { return server::decide(pipeline_->office(), item.entry, decision); });
}

std::vector<RowId> SimOffice::households() {
  std::vector<RowId> homes;
  auto snapshot = store_->snapshot();
  if (!snapshot) return homes;
  const auto plan = pipeline_->office().newest_plan(**snapshot);
  if (!plan) return homes;
  static_cast<void>(
      (*snapshot)->each_row(*(*plan)->find("household")->table, [&](const RowId& id, const server::RowView&) {
        homes.push_back(id);
        return true;
      }));
  return homes;
}

void SimOffice::edit(SeededRandom& random) {
  const std::vector<RowId> homes = households();
  if (homes.empty()) return;
  const RowId home = homes[random.below(homes.size())];
  const Value note = "街道记" + std::to_string(random.below(100));
  act(server::AuditKind::imported, "edits", [&]() -> Status {
    server::OfficeWriter writer(pipeline_->office());
    const auto put = writer.put("household", {{"note", note}}, home);
    return put ? writer.commit() : tl::unexpected(put.error());
  });
}

RowId SimOffice::establish(const std::string& table, const std::vector<NamedValue>& values) {
  server::OfficeWriter writer(pipeline_->office());
  const RowId row = must(writer.put(table, values), "a row is written");
  must(writer.commit(), "a row is written");
  return row;
}

RowId SimOffice::publish(const std::string& definition, const RowId& place) {
  return establish("form", form_row(definition, place));
}

void SimOffice::change_form(const RowId& campaign, const std::string& definition, const RowId& place) {
  act(server::AuditKind::imported, "changes a form", [&]() -> Status {
    server::OfficeWriter writer(pipeline_->office());
    const auto form = writer.put("form", form_row(definition, place));
    if (!form) return tl::unexpected(form.error());
    const auto given = writer.put("campaign", {{"form", to_text(*form)}}, campaign);
    return given ? writer.commit() : tl::unexpected(given.error());
  });
}

void SimOffice::fold(SeededRandom& random) {
  server::Office& office = pipeline_->office();
  const std::vector<RowId> homes = households();
  std::shared_ptr<const server::PackPlan> plan;
  {
    auto snapshot = store_->snapshot();
    if (!snapshot) return;
    const auto newest = office.newest_plan(**snapshot);
    if (!newest) return;
    plan = *newest;
  }
  if (homes.empty()) return;
  const RowId one = homes[random.below(homes.size())];
  const RowId other = homes[random.below(homes.size())];
  const auto failed = [&]() -> std::optional<Error> {
    if (random.chance(400)) {
      const Status undone = server::undo_same(office, "household", one);
      return undone ? std::nullopt : std::optional(undone.error());
    }
    const auto declared = server::declare_same(office, {{plan->find("household"), one, other, {}}});
    return declared ? std::nullopt : std::optional(declared.error());
  }();
  trace_.say(scheduler_.now_ms(), "office", failed ? "cannot fold: " + failed->en : "folds");
  if (failed && died(*failed)) power_cycle();
}

void SimOffice::add_post(const RowId& person, const std::string& role, const RowId& place) {
  server::OfficeWriter writer(pipeline_->office());
  const auto post =
      writer.put("assignment", {{"person", to_text(person)}, {"place", to_text(place)}, {"role", role}});
  ensure(post.has_value() && writer.commit().has_value(), "an assignment is written");
  second_posts_.push_back(*post);
}

void SimOffice::change_role(SeededRandom& random) {
  std::vector<RowId> posts = all_posts();
  if (posts.empty()) return;
  const std::string role = random.chance(500) ? "leader" : "community_worker";
  change_post(posts[random.below(posts.size())], "role", role);
}

void SimOffice::end_post(SeededRandom& random) {
  if (second_posts_.empty()) return;
  const bool ends = random.chance(700);
  const RowId& post = second_posts_[random.below(second_posts_.size())];
  if (ends && random.chance(100)) {
    server::OfficeWriter writer(pipeline_->office());
    finish(writer, writer.remove("assignment", post), "deletes a post");
    return;
  }
  change_post(post, "ends", ends ? kOver : "2099-01-01");
}

void SimOffice::reshape(SeededRandom& random, const std::vector<RowId>& places,
                        const std::vector<RowId>& overlays) {
  const auto any = [&](const std::vector<RowId>& of) { return of[random.below(of.size())]; };
  const auto done = [](const Result<RowId>& put) -> Status {
    if (put) return {};
    return tl::unexpected(put.error());
  };
  server::OfficeWriter writer(pipeline_->office());
  const std::uint64_t dice = random.below(100);
  if (dice < 35) {
    const RowId place = any(places);
    finish(writer, done(writer.put("place", {{"parent", to_text(any(places))}}, place)), "moves a place");
  } else if (dice < 75 || overlay_rows_.empty()) {
    const RowId member = random.chance(150) ? any(overlays) : any(places);
    const auto row = writer.put(
        "place_overlay",
        {{"place", to_text(member)}, {"overlay", to_text(any(overlays))}, {"active", std::int64_t{1}}});
    if (finish(writer, done(row), "puts a place into an overlay")) overlay_rows_.push_back(*row);
  } else {
    const std::size_t at = random.below(overlay_rows_.size());
    const RowId row = overlay_rows_[at];
    overlay_rows_.erase(overlay_rows_.begin() + static_cast<std::ptrdiff_t>(at));
    const Status taken = random.chance(500)
                             ? writer.remove("place_overlay", row)
                             : done(writer.put("place_overlay", {{"active", std::int64_t{0}}}, row));
    finish(writer, taken, "takes a place out of an overlay");
  }
}

bool SimOffice::finish(server::OfficeWriter& writer, const Status& put, const std::string& what) {
  const Status done = put ? writer.commit() : put;
  trace_.say(scheduler_.now_ms(), "office", done ? what : "cannot (" + what + "): " + done.error().en);
  if (!done && died(done.error())) power_cycle();
  return done.has_value();
}

std::vector<RowId> SimOffice::all_posts() {
  std::vector<RowId> posts;
  {
    const auto snapshot = store_->snapshot();
    const auto plan =
        snapshot ? pipeline_->office().newest_plan(**snapshot) : tl::unexpected(snapshot.error());
    if (!plan) return posts;
    static_cast<void>(
        (*snapshot)->each_row(*(*plan)->assignments().table, [&](const RowId& id, const server::RowView&) {
          posts.push_back(id);
          return true;
        }));
  }
  return posts;
}

void SimOffice::change_post(const RowId& post, const std::string& column, const std::string& value) {
  server::OfficeWriter writer(pipeline_->office());
  const auto written = writer.put("assignment", {{column, value}}, post);
  const Status done = written ? writer.commit() : tl::unexpected(written.error());
  trace_.say(scheduler_.now_ms(), "office",
             done ? "changes a post: " + column + " " + value : "cannot: " + done.error().en);
  if (!done && died(done.error())) power_cycle();
}

void SimOffice::decide_about_held(SeededRandom& random) {
  const auto listed = server::held_groups(pipeline_->office());
  if (!listed || listed->groups.empty()) return;
  const server::GroupRecord& record = listed->groups[random.below(listed->groups.size())].record;
  const server::GroupName name{record.actor, record.number};
  const server::Decider clerk{"clerk", "note"};
  const std::uint64_t dice = random.below(10);
  act(dice < 4   ? server::AuditKind::released
      : dice < 8 ? server::AuditKind::returned
                 : server::AuditKind::edited,
      "decides about " + std::to_string(serial_of(name.actor)) + "/" + std::to_string(raw(name.number)),
      [&]() -> Status {
        const auto decided = dice < 4   ? server::release_group(pipeline_->office(), name, clerk)
                             : dice < 8 ? server::return_group(pipeline_->office(), name, clerk)
                                        : server::edit_group(pipeline_->office(), name, {}, clerk);
        return decided ? Status{} : tl::unexpected(decided.error());
      });
}

void SimOffice::erase_marked(SeededRandom& random) {
  std::vector<RowKey> marked;
  {
    const auto snapshot = store_->snapshot();
    const auto plan =
        snapshot ? pipeline_->office().newest_plan(**snapshot) : tl::unexpected(snapshot.error());
    if (!plan) return;
    const server::TablePlan& residents = *(*plan)->find("resident");
    const auto name = static_cast<std::size_t>(residents.table->position(residents.table->find("name")->id));
    std::vector<Value> values;
    static_cast<void>(
        (*snapshot)->each_row(*residents.table, [&](const RowId& id, const server::RowView& row) {
          values.clear();
          row.append_values(values);
          if (tells(values[name], kCanary)) marked.push_back({residents.table->id, id});
          return true;
        }));
  }
  if (marked.empty()) return;
  remember_contents();
  const RowKey key = marked[random.below(marked.size())];
  const auto done = server::erase(pipeline_->office(), {key, "clerk", "asked for", false});
  const auto swept = done ? server::sweep(pipeline_->office()) : tl::unexpected(done.error());
  trace_.say(scheduler_.now_ms(), "office",
             swept ? "erases " + std::to_string(done->rows.size()) + " residents, out of " +
                         std::to_string(swept->groups) + " groups"
                   : "cannot erase: " + swept.error().en);
  if (!swept && died(swept.error())) power_cycle();
}

}  // namespace doorstep::simulation
