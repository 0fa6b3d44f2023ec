#include "simulation/workload.hpp"

#include <algorithm>

#include "schema/rights.hpp"
#include "simulation/sim_office.hpp"

namespace doorstep::simulation {
namespace {

constexpr std::size_t kOpenForms = 3;

Value text(std::string value) { return value; }

template <typename T>
Status status_of(const Result<T>& result) {
  if (result) return {};
  return tl::unexpected(result.error());
}

}  // namespace

void Workload::act() {
  const std::uint64_t dice = random_.below(100);
  if (dice < 9)
    visit();
  else if (dice < 12)
    declare_same();
  else if (dice < 14)
    change_declaration();
  else if (dice < 24)
    register_household();
  else if (dice < 40)
    edit_household();
  else if (dice < 44)
    tag_household();
  else if (dice < 47)
    count_leaflets();
  else if (dice < 50)
    post_notice();
  else if (dice < 54)
    change_notice();
  else if (dice < 56)
    decide();
  else if (dice < 60)
    remove_household();
  else if (dice < 66)
    open_form();
  else if (dice < 72)
    save_form();
  else if (dice < 78)
    register_resident();
  else if (dice < 84)
    edit_resident();
  else if (dice < 88)
    register_door();
  else if (dice < 92)
    check_safety();
  else if (dice < 95)
    follow_hazard();
  else if (dice < 96)
    write_outside();
  else if (dice < 97)
    read_meter();
  else if (dice < 99)
    plain_sql();
  else
    take_up_returned();
}

void Workload::mark(SeededRandom& random) {
  const auto words = [&] { return text(kCanary + std::to_string(random.below(4))); };
  const auto marked = phone_.store().query(
      "SELECT id FROM resident WHERE name LIKE '" + std::string(kCanary) + "%' ORDER BY id", {});
  const auto homes = phone_.store().query("SELECT id FROM household ORDER BY id", {});
  if (!marked || !homes) return;
  if (marked->rows.empty() || random.chance(300)) {
    if (homes->rows.empty()) return;
    const Value household = homes->rows[random.below(homes->rows.size())][0];
    record("marked resident", [&](PhoneStore& store) -> Status {
      const auto id = store.add("resident", {{"name", words()}});
      if (!id) return tl::unexpected(id.error());
      return status_of(store.add("residency", {{"resident", to_text(*id)}, {"household", household}}));
    });
    return;
  }
  const RowId id = *parse_row_id(std::get<std::string>(marked->rows[random.below(marked->rows.size())][0]));
  std::vector<NamedValue> values;
  if (random.chance(500)) values.emplace_back("name", words());
  if (random.chance(500)) values.emplace_back("flags", words());
  if (random.chance(300)) values.emplace_back("kind", text(random.chance(500) ? "away" : "floating"));
  if (values.empty()) return;
  leave_out_hidden("resident", values);
  record("edit marked resident", [&](PhoneStore& store) { return store.edit("resident", id, values); });
}

void Workload::take_out(SeededRandom& random) {
  const char* tables[] = {"hazard", "residency", "resident"};
  const std::string table = tables[random.below(3)];
  const auto rows = phone_.store().query("SELECT id FROM " + table + " ORDER BY id", {});
  if (!rows || rows->rows.empty()) return;
  const RowId row = *parse_row_id(std::get<std::string>(rows->rows[random.below(rows->rows.size())][0]));
  if (random.chance(600)) {
    record("take out " + table, [&](PhoneStore& store) { return store.remove(table, row); });
    return;
  }
  const std::string words = "词" + std::to_string(random.below(4));
  const NamedValue change = table == "residency" ? NamedValue{"moved_in", text("2026-01-02")}
                            : table == "hazard"  ? NamedValue{"note", text(words)}
                                                 : NamedValue{"name", text(words)};
  record("edit " + table, [&](PhoneStore& store) { return store.edit(table, row, {change}); });
}

/// A random id out of a query's first column, "" when there is none.
std::string Workload::pick(const std::string& sql) {
  const auto rows = phone_.store().query(sql, {});
  if (!rows || rows->rows.empty()) return {};
  return std::get<std::string>(rows->rows[random_.below(rows->rows.size())][0]);
}

std::string Workload::pick_door() { return pick("SELECT id FROM place WHERE level = 'door' ORDER BY id"); }

std::string Workload::small_text() { return "词" + std::to_string(random_.below(4)); }

Value Workload::phone_number() { return text("1390000000" + std::to_string(random_.below(4))); }

bool Workload::record(const std::string& what, const std::function<Status(PhoneStore&)>& work) {
  return phone_.write(what, [&] { return work(phone_.store()); });
}

void Workload::visit() {
  const std::string door = pick_door();
  if (door.empty()) return;
  const char* outcomes[] = {"met", "nobody_home", "refused", "vacant"};
  const Value outcome = text(outcomes[random_.below(4)]);
  std::vector<NamedValue> values{{"place", door}, {"outcome", outcome}, {"note", text(small_text())}};
  if (knows("visit", "mood") && random_.chance(500)) values.emplace_back("mood", text(small_text()));
  record("visit", [&](PhoneStore& store) { return status_of(store.add("visit", values)); });
}

void Workload::register_household() {
  const std::string door = pick_door();
  if (door.empty()) return;
  std::vector<NamedValue> values{{"place", door}};
  if (random_.chance(700)) values.emplace_back("phone", phone_number());
  if (random_.chance(700)) values.emplace_back("head_name", text(small_text()));
  if (random_.chance(300)) values.emplace_back("note", text(small_text()));
  fill_extras(values);
  leave_out_hidden("household", values);
  record("household", [&](PhoneStore& store) { return status_of(store.add("household", values)); });
}

void Workload::edit_household() {
  const std::string id = pick("SELECT id FROM household ORDER BY id");
  if (id.empty()) return;
  std::vector<NamedValue> values;
  if (random_.chance(500)) values.emplace_back("phone", phone_number());
  if (random_.chance(400)) values.emplace_back("note", text(small_text()));
  if (random_.chance(300)) values.emplace_back("head_name", text(small_text()));
  if (random_.chance(300))
    values.emplace_back("last_visited", text("2027-01-" + std::to_string(10 + random_.below(9)) + " 09:00"));
  if (random_.chance(50)) values.emplace_back("note", Value{});
  fill_extras(values);
  leave_out_hidden("household", values);
  record("edit household",
         [&](PhoneStore& store) { return store.edit("household", *parse_row_id(id), values); });
}

void Workload::remove_household() {
  const std::string id = pick("SELECT id FROM household ORDER BY id");
  if (id.empty()) return;
  record("remove household", [&](PhoneStore& store) { return store.remove("household", *parse_row_id(id)); });
}

void Workload::open_form() {
  const std::string id = pick("SELECT id FROM household ORDER BY id");
  if (id.empty() || forms_.size() >= kOpenForms) return;
  if (auto draft = phone_.store().draft("household", *parse_row_id(id))) forms_.push_back(std::move(*draft));
}

void Workload::save_form() {
  if (forms_.empty()) return;
  Draft form = forms_.front();
  forms_.erase(forms_.begin());
  form.set("phone", phone_number());
  if (may_write("household", "note") && random_.chance(500)) form.set("note", text(small_text()));
  if (random_.chance(300)) form.set("doorbell", text(small_text()));
  if (random_.chance(300)) form.set("rooms", static_cast<std::int64_t>(random_.below(4)));
  record("save form", [&](PhoneStore& store) { return store.save(form.content()); });
}

void Workload::register_resident() {
  const std::string household = pick("SELECT id FROM household ORDER BY id");
  if (household.empty()) return;
  std::string resident;
  const auto add_resident = [&](PhoneStore& store) -> Status {
    auto id = store.add("resident", {{"name", text(small_text())}});
    if (id) resident = to_text(*id);
    return status_of(id);
  };
  const auto add_residency = [&](PhoneStore& store) {
    return status_of(store.add("residency", {{"resident", resident}, {"household", household}}));
  };
  if (random_.chance(500)) {
    record("resident with residency", [&](PhoneStore& store) -> Status {
      const Status first = add_resident(store);
      return first ? add_residency(store) : first;
    });
  } else if (record("resident", add_resident)) {
    record("residency", add_residency);
  }
}

void Workload::edit_resident() {
  const std::string id = pick("SELECT id FROM resident ORDER BY id");
  if (id.empty()) return;
  std::vector<NamedValue> values;
  if (random_.chance(500))
    values.emplace_back("birth_date", text("1950-01-0" + std::to_string(1 + random_.below(3))));
  if (random_.chance(300)) values.emplace_back("phone", phone_number());
  if (random_.chance(300)) {
    values.emplace_back("id_type", text("passport"));
    values.emplace_back("id_number", text("E1234567" + std::to_string(random_.below(3))));
  }
  leave_out_hidden("resident", values);
  record("edit resident",
         [&](PhoneStore& store) { return store.edit("resident", *parse_row_id(id), values); });
}

void Workload::register_door() {
  const auto units = phone_.store().query("SELECT id, code FROM place WHERE level = 'unit' ORDER BY id", {});
  if (!units || units->rows.empty()) return;
  const auto& unit = units->rows[random_.below(units->rows.size())];
  const std::string room = std::to_string(900 + random_.below(4));
  record("door", [&](PhoneStore& store) {
    return status_of(store.add("place", {{"code", std::get<std::string>(unit[1]) + "-" + room},
                                         {"parent", unit[0]},
                                         {"level", text("door")},
                                         {"name", room + small_text()}}));
  });
}

void Workload::check_safety() {
  const std::string door = pick_door();
  if (door.empty()) return;
  record("safety check with hazard", [&](PhoneStore& store) -> Status {
    auto check = store.add("safety_check", {{"place", door}, {"outcome", text("hazard")}});
    if (!check) return status_of(check);
    return status_of(store.add("hazard", {{"place", door}, {"found_in", to_text(*check)}}));
  });
}

void Workload::follow_hazard() {
  const std::string id = pick("SELECT id FROM hazard ORDER BY id");
  if (id.empty()) return;
  const char* states[] = {"open", "told", "deadline", "fixed", "verified"};
  const Value state = text(states[random_.below(5)]);
  record("hazard", [&](PhoneStore& store) {
    return store.edit("hazard", *parse_row_id(id), {{"state", state}});
  });
}

void Workload::tag_household() {
  const std::string id = pick("SELECT id FROM household ORDER BY id");
  if (id.empty() || !may_write("household", "tags")) return;
  std::string tags;
  for (const char* tag : {"独居老人", "宠物", "出租", "行动不便"})
    if (random_.chance(400)) tags += std::string(tag) + ",";
  record("tag household", [&](PhoneStore& store) {
    return store.edit("household", *parse_row_id(id), {{"tags", text(tags)}});
  });
}

void Workload::count_leaflets() {
  const std::string id = pick("SELECT id FROM household ORDER BY id");
  if (id.empty()) return;
  const auto more = static_cast<std::int64_t>(random_.below(5)) - 1;
  record("leaflets", [&](PhoneStore& store) {
    return status_of(store.execute("UPDATE household SET leaflets = coalesce(leaflets, 0) + ?2 WHERE id = ?1",
                                   {text(id), more}));
  });
}

void Workload::post_notice() {
  const std::string unit = pick("SELECT id FROM place WHERE level = 'unit' ORDER BY id");
  if (unit.empty()) return;
  record("post notice", [&](PhoneStore& store) {
    return status_of(store.add("notice", {{"place", unit},
                                          {"kind", text(small_text())},
                                          {"words", text(small_text())},
                                          {"topics", text(small_text() + "," + small_text())}}));
  });
}

void Workload::change_notice() {
  const std::string id = pick("SELECT id FROM notice ORDER BY id");
  if (id.empty()) return;
  record("change notice", [&](PhoneStore& store) -> Status {
    if (random_.chance(350)) return store.remove("notice", *parse_row_id(id));
    return store.edit("notice", *parse_row_id(id),
                      {{"words", text(small_text())}, {"topics", text(small_text())}});
  });
}

/// Settles something that people wrote differently, if this leader's post lets her.
void Workload::decide() {
  const auto open = phone_.store().conflicts();
  if (!open || open->empty()) return;
  const Conflict& conflict = (*open)[random_.below(open->size())];
  Decision decision;
  decision.choice = static_cast<Decision::Choice>(1 + random_.below(3));
  if (decision.choice == Decision::Choice::value) decision.value = conflict.losing_value;
  phone_.run("decide", [&](PhoneStore& store) { return store.decide(conflict.entry, decision); });
}

/// Two rows at random are one: of the folded ones others go on editing theirs.
void Workload::declare_same() {
  const std::string table = random_.chance(500) ? "household" : "resident";
  const std::string one = pick("SELECT id FROM " + table + " ORDER BY id");
  const std::string other = pick("SELECT id FROM " + table + " ORDER BY id");
  if (one.empty()) return;
  phone_.run("same " + table, [&](PhoneStore& store) {
    return status_of(store.same(table, *parse_row_id(one), *parse_row_id(other), small_text()));
  });
}

/// Takes one back, or makes it point elsewhere.
void Workload::change_declaration() {
  // Of one that a put-back office no longer has, only her own edit may be left.
  const auto rows = phone_.store().query(
      "SELECT id, kind, folded, \"into\" FROM same_as WHERE folded IS NOT NULL ORDER BY id", {});
  if (!rows || rows->rows.empty()) return;
  const auto& row = rows->rows[random_.below(rows->rows.size())];
  const RowId id = *parse_row_id(std::get<std::string>(row[0]));
  const std::string table = std::get<std::string>(row[1]);
  if (random_.chance(400)) {
    const RowId folded = *parse_row_id(std::get<std::string>(row[2]));
    phone_.run("undo same", [&](PhoneStore& store) { return store.undo_same(table, folded); });
    return;
  }
  const std::string into = pick("SELECT id FROM " + table + " ORDER BY id");
  if (into.empty()) return;
  record("change declaration", [&](PhoneStore& store) {
    return store.edit("same_as", id, {{"into", into}, {"active", std::int64_t{random_.chance(700)}}});
  });
}

/// The office must hold this, and what builds on it.
void Workload::write_outside() {
  record("household outside", [&](PhoneStore& store) {
    return status_of(store.add("household", {{"place", to_text(outside_door_)}, {"phone", phone_number()}}));
  });
}

/// Whether this phone's pack has the column, in use.
bool Workload::knows(const std::string& table, const std::string& column) {
  const auto pack = phone_.store().pack();
  const Table* known = pack->find(table);
  const Column* wanted = known == nullptr ? nullptr : known->find(column);
  return wanted != nullptr && !wanted->retired;
}

/// By the post that she has joined with.
bool Workload::may_write(const std::string& table, const std::string& column) {
  const auto pack = phone_.store().pack();
  const Rights rights(*pack);
  const Table& known = *pack->find(table);
  return rights.may_write(known.id, rights.role(phone_.store().phone().role), Verb::edit,
                          known.find(column)->id);
}

/// An app does not ask for what a post does not fill in; now and then this one does.
void Workload::leave_out_hidden(const std::string& table, std::vector<NamedValue>& values) {
  const auto is_hidden = [&](const NamedValue& value) {
    return !may_write(table, value.first) && !random_.chance(30);
  };
  values.erase(std::remove_if(values.begin(), values.end(), is_hidden), values.end());
}

/// What the versions of the pack add to a household (pack_versions.hpp).
void Workload::fill_extras(std::vector<NamedValue>& values) {
  const auto number = [&](const char* column) {
    const bool real = phone_.store().pack()->find("household")->find(column)->type == ColumnType::real &&
                      random_.chance(300);
    const auto whole = static_cast<std::int64_t>(1 + random_.below(4));
    values.emplace_back(column, real ? Value(static_cast<double>(whole) + 0.5) : Value(whole));
  };
  const auto word = [&](const char* column) {
    if (knows("household", column) && random_.chance(250)) values.emplace_back(column, text(small_text()));
  };
  if (random_.chance(300)) number("rooms");
  if (random_.chance(200)) number("floors");
  word("doorbell");
  word("bell_code");
  word("car");
  if (knows("household", "pets") && random_.chance(250))
    values.emplace_back("pets", text(random_.chance(500) ? "cat" : "dog"));
  if (knows("household", "bell_code") && random_.chance(150)) values.emplace_back("status", text("shop"));
}

void Workload::read_meter() {
  const std::string door = pick_door();
  if (door.empty() || !knows("meter", "reading")) return;
  std::vector<NamedValue> values{{"place", door}, {"reading", static_cast<double>(random_.below(50)) / 4}};
  if (random_.chance(300)) values.emplace_back("note", text(small_text()));
  if (knows("meter", "seal")) values.emplace_back("seal", text(small_text()));
  record("meter", [&](PhoneStore& store) { return status_of(store.add("meter", values)); });
}

void Workload::plain_sql() {
  if (!may_write("household", "note") || !may_write("household", "head_name")) return;
  const Value note = text(small_text());
  record("plain SQL", [&](PhoneStore& store) -> Status {
    auto done = store.execute("UPDATE household SET note = ?1 WHERE phone = '13900000001'", {note});
    if (!done) return status_of(done);
    // A statement that fails on its second row, and a savepoint that is taken back: neither may leave a
    // trace.
    static_cast<void>(
        store.execute("INSERT INTO visit(id, place, outcome) SELECT '00000000-0000-7000-8000-000000000001', "
                      "id, 'met' FROM place WHERE level = 'door' LIMIT 2",
                      {}));
    if (random_.chance(300)) {
      auto replaced = store.execute(
          "INSERT OR REPLACE INTO household(id, place, number, head_name, first_registered) "
          "SELECT id, place, number, ?1, first_registered FROM household WHERE phone = '13900000002'",
          {note});
      if (!replaced) return status_of(replaced);
    }
    if (!store.execute("SAVEPOINT s", {})) return {};
    static_cast<void>(store.execute("UPDATE household SET head_name = 'ghost'", {}));
    auto back = store.execute("ROLLBACK TO s", {});
    if (!back) return status_of(back);
    return status_of(store.execute("RELEASE s", {}));
  });
}

/// What the office has returned is recorded again, or put away.
void Workload::take_up_returned() {
  const auto listed = phone_.store().held();
  if (!listed) return;
  for (const HeldGroup& item : *listed) {
    if (!item.returned) continue;
    const GroupNumber group{item.group};
    if (random_.chance(600))
      phone_.run("retry " + std::to_string(item.group),
                 [&](PhoneStore& store) { return store.retry(group); });
    else
      phone_.run("dismiss " + std::to_string(item.group),
                 [&](PhoneStore& store) { return store.dismiss(group); });
    return;
  }
}

}  // namespace doorstep::simulation
