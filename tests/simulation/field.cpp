#include "simulation/field.hpp"

#include "base/error.hpp"
#include "pipeline/decide.hpp"
#include "pipeline/history.hpp"
#include "pipeline/office_writer.hpp"
#include "pipeline/retention.hpp"
#include "pipeline/verify.hpp"
#include "schema/calendar.hpp"
#include "schema/loader/loader.hpp"
#include "schema/unicode_text.hpp"
#include "schema/view_arguments.hpp"
#include "simulation/checks.hpp"
#include "sql/connection.hpp"
#include "views/pack_views.hpp"
#include "wire/codec.hpp"
#include "wire/iso_time.hpp"

namespace doorstep::simulation {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr int kStormyRounds = 12;
constexpr int kQuietRounds = 6;
constexpr int kContactRounds = 3;

std::string in_words(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&value)) {
    std::string text = std::to_string(*real);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
  }
  return {};
}

/// In China, however it is typed.
std::int64_t moment(const std::string& when) {
  const auto canonical = read_time(plain_form(when));
  ensure(canonical.has_value(), "a moment in time");
  return *wire::parse_time(*canonical);
}

}  // namespace

// --- Leader ---

RowId Leader::add(const std::string& table, const std::vector<NamedValue>& values) {
  RowId row{};
  const bool done = phone_->write(name_ + " adds to " + table, [&]() -> Status {
    DOORSTEP_TRY(added, phone_->store().add(table, values));
    row = added;
    return {};
  });
  if (!done) throw InvariantBroken(name_ + " cannot add to " + table + ": " + phone_->refused().en);
  return row;
}

std::string Leader::refusal(const std::string& table, const std::vector<NamedValue>& values) {
  const bool done = phone_->write(name_ + " tries to add to " + table, [&]() -> Status {
    DOORSTEP_TRY(added, phone_->store().add(table, values));
    static_cast<void>(added);
    return {};
  });
  return done ? std::string{} : phone_->refused().en;
}

std::string Leader::refusal(const std::string& table, const RowId& row,
                            const std::vector<NamedValue>& values) {
  const bool done = phone_->write(name_ + " tries to edit " + table,
                                  [&] { return phone_->store().edit(table, row, values); });
  return done ? std::string{} : phone_->refused().en;
}

void Leader::edit(const std::string& table, const RowId& row, const std::vector<NamedValue>& values) {
  const bool done =
      phone_->write(name_ + " edits " + table, [&] { return phone_->store().edit(table, row, values); });
  if (!done) throw InvariantBroken(name_ + " cannot edit " + table + ": " + phone_->refused().en);
}

void Leader::remove(const std::string& table, const RowId& row) {
  const bool done =
      phone_->write(name_ + " removes from " + table, [&] { return phone_->store().remove(table, row); });
  if (!done) throw InvariantBroken(name_ + " cannot remove from " + table);
}

AnswerRows Leader::ask(const std::string& view, const std::vector<NamedValue>& parameters) {
  const ResultSet found = must(phone_->store().view(view, parameters), view.c_str());
  return field_.answer(found.columns, found.rows);
}

AnswerRows Leader::query(const std::string& sql) {
  const ResultSet found = must(phone_->store().query(sql, {}), sql.c_str());
  return field_.answer(found.columns, found.rows);
}

bool Leader::phone_tells(const std::string& text) { return phone_->disk().tells(text); }

std::vector<Conflict> Leader::conflicts() { return must(phone_->store().conflicts(), "conflicts"); }

std::size_t Leader::held() { return must(phone_->store().held(), "held groups").size(); }

void Leader::contact() {
  for (int round = 0; round < kContactRounds; ++round) {
    phone_->start_sync();
    field_.pass_minutes(1);
  }
}

// --- Field ---

Pack Field::load(const std::string& name) {
  return must(load_pack(std::string(DOORSTEP_SOURCE_DIR) + "/schemas/" + name), "a pack");
}

Field::Field(const std::string& pack, std::uint64_t seed)
    : pack_(load(pack)),
      trace_(false),
      random_(seed),
      network_(scheduler_, seed + 1),
      office_(seed + 2, 0, {}, scheduler_, trace_) {
  office_.create(pack_);
}

Field::~Field() = default;

void Field::until(const std::string& when) {
  const std::int64_t virtual_ms = moment(when) - kEpochMs;
  ensure(virtual_ms >= scheduler_.now_ms(), "time goes on, not back");
  scheduler_.run_until(virtual_ms);
}

void Field::pass_minutes(std::int64_t minutes) {
  scheduler_.run_until(scheduler_.now_ms() + minutes * kMinuteMs);
}

std::string Field::day(int from_today) {
  return local_date(kEpochMs + scheduler_.now_ms() + from_today * wire::kDayMs);
}

std::string Field::now(std::int64_t minutes_from_now) {
  return wire::time_text(kEpochMs + scheduler_.now_ms() + minutes_from_now * kMinuteMs);
}

RowId Field::place(const std::string& code, const std::string& parent, const std::string& level,
                   const std::string& name) {
  std::vector<NamedValue> values{{"code", code}, {"level", level}, {"name", name.empty() ? code : name}};
  if (!parent.empty()) values.emplace_back("parent", parent);
  return put("place", values);
}

void Field::overlay(const std::string& place, const std::string& overlay) {
  put("place_overlay", {{"place", place}, {"overlay", overlay}});
}

Leader& Field::leader(const std::string& name, const std::string& role, const std::string& place) {
  leaders_.push_back(Leader(*this, name));
  Leader& leader = leaders_.back();
  connect(leader, 100 + leaders_.size());
  const wire::JoinResponse joined =
      office_.enrol(name, role, places_.at(place), leader.phone_->key().public_key);
  leader.person_ = joined.person;
  people_[name] = joined.person;
  called_[to_text(joined.person)] = name;
  leader.phone_->join(joined, office_.keys(), pack_);
  return leader;
}

RowId Field::post(const Leader& leader, const std::string& role, const std::string& place) {
  return put("assignment", {{"person", leader.id()}, {"place", place}, {"role", role}});
}

/// References to places and people by what they are called.
std::vector<NamedValue> Field::with_ids(const std::string& table, std::vector<NamedValue> values) const {
  const Table* of = pack_.find(table);
  ensure(of != nullptr, "a table of the pack");
  for (auto& [name, value] : values) {
    const Column* column = of->find(name);
    const auto* text = std::get_if<std::string>(&value);
    if (column == nullptr || !column->target || text == nullptr) continue;
    const std::string target = pack_.find(*column->target)->name;
    const auto& known = target == kPlaceTable ? places_ : people_;
    const auto at = known.find(*text);
    if ((target == kPlaceTable || target == kPersonTable) && at != known.end()) value = to_text(at->second);
  }
  return values;
}

RowId Field::put(const std::string& table, const std::vector<NamedValue>& values,
                 const std::optional<RowId>& row) {
  server::OfficeWriter writer(office_.pipeline().office());
  const RowId id = must(writer.put(table, with_ids(table, values), row), table.c_str());
  must(writer.commit(), table.c_str());
  for (const auto& [name, value] : values) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) continue;
    if (table == kPlaceTable && name == "code") {
      places_[*text] = id;
      called_[to_text(id)] = *text;
    }
    if (table == kPersonTable && name == "name") {
      people_[*text] = id;
      called_[to_text(id)] = *text;
    }
  }
  return id;
}

void Field::put_all(const std::string& table, const std::vector<std::vector<NamedValue>>& rows) {
  server::OfficeWriter writer(office_.pipeline().office());
  for (const auto& values : rows) {
    const RowId id = must(writer.put(table, with_ids(table, values)), table.c_str());
    for (const auto& [name, value] : values) {
      if (table != kPlaceTable || name != "code") continue;
      places_[std::get<std::string>(value)] = id;
      called_[to_text(id)] = std::get<std::string>(value);
    }
  }
  must(writer.commit(), table.c_str());
}

void Field::remove(const std::string& table, const RowId& row) {
  server::OfficeWriter writer(office_.pipeline().office());
  must(writer.remove(table, row), table.c_str());
  must(writer.commit(), table.c_str());
}

AnswerRows Field::answer(const std::vector<std::string>& columns,
                         const std::vector<std::vector<Value>>& rows) const {
  AnswerRows out;
  for (const auto& row : rows) {
    auto& line = out.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string text = in_words(row[i]);
      const auto called = called_.find(text);
      line[columns[i]] = called == called_.end() ? text : called->second;
    }
  }
  return out;
}

AnswerRows Field::read(const std::string& sql, const View* view, const std::vector<Value>& arguments) {
  sql::OpenOptions options;
  options.vfs = office_.disk().vfs_name();
  auto connection = must(sql::Connection::open("office.db", options), "the office's file");
  auto statement = must(connection.prepare(sql), sql.c_str());
  const std::vector<Value> values = view == nullptr ? arguments : values_for(statement, *view, arguments);
  for (std::size_t i = 0; i < values.size(); ++i) statement.bind_value(static_cast<int>(i) + 1, values[i]);
  std::vector<std::string> columns;
  for (int i = 0; i < statement.column_count(); ++i) columns.emplace_back(statement.column_name(i));
  std::vector<std::vector<Value>> rows;
  while (must(statement.step(), sql.c_str())) {
    auto& row = rows.emplace_back();
    for (int i = 0; i < statement.column_count(); ++i) row.push_back(statement.value(i));
  }
  return answer(columns, rows);
}

AnswerRows Field::query(const std::string& sql) { return read(sql, nullptr, {}); }

AnswerRows Field::ask(const std::string& name, const std::vector<NamedValue>& parameters) {
  const View* view = must(need_view(pack_, name), name.c_str());
  std::vector<NamedValue> given = parameters;
  for (auto& [parameter_name, value] : given) {
    const ViewParameter* parameter = view->find_parameter(parameter_name);
    const auto* text = std::get_if<std::string>(&value);
    if (parameter == nullptr || !parameter->target || text == nullptr) continue;
    const auto& known = pack_.find(*parameter->target)->name == kPlaceTable ? places_ : people_;
    if (const auto at = known.find(*text); at != known.end()) value = to_text(at->second);
  }
  const auto arguments =
      must(view_arguments(*view, given, {kEpochMs + scheduler_.now_ms(), std::nullopt}), name.c_str());
  return read(view->sql, view, arguments);
}

std::size_t Field::open_conflicts() {
  return must(server::conflicts(office_.pipeline().office(), true), "conflicts").entries.size();
}

void Field::decide(const RowId& row, bool other) {
  const auto found = must(server::conflicts(office_.pipeline().office(), true), "conflicts");
  for (const auto& entry : found.entries) {
    if (entry.record.item.key.row != row) continue;
    Decision decision;
    decision.choice = other ? Decision::Choice::other : Decision::Choice::shown;
    return must(server::decide(office_.pipeline().office(), entry.record.item.entry, decision), "a decision");
  }
  throw InvariantBroken("there is no open conflict about the row");
}

void Field::retain() {
  must(server::enforce_retention(office_.pipeline().office(), false, "night"), "retention");
}

/// A question and its answer, each on its way as the network will have it.
void Field::carry(std::function<std::optional<std::string>()> office,
                  std::function<void(const std::string&)> phone) {
  network_.carry([this, office = std::move(office), phone = std::move(phone)] {
    auto answer = office();
    if (!answer) return;
    network_.carry([phone, text = std::move(*answer)] { phone(text); });
  });
}

void Field::connect(Leader& leader, std::uint64_t seed) {
  Leader* const who = &leader;
  leader.phone_ = std::make_unique<SimPhone>(
      leader.name_, seed, scheduler_, trace_,
      [this, who](std::uint64_t request, const std::string& frame) {
        const std::string token = who->phone_->store().phone().token;
        network_.carry([this, who, request, frame, token] {
          office_.receive(token, frame, [this, who, request](const std::string& answer) {
            network_.carry([who, request, answer] { who->phone_->on_answer(request, answer); });
          });
        });
      },
      [this, who](std::uint64_t request, PackVersion version) {
        carry([this, version] { return office_.pack_frame(version); },
              [who, request](const std::string& answer) { who->phone_->on_pack(request, answer); });
      },
      [this, who](std::uint64_t request, const std::string& frame) {
        const std::string token = who->phone_->store().phone().token;
        carry([this, token, frame] { return office_.rehome(token, frame); },
              [who, request](const std::string& answer) { who->phone_->on_rehomed(request, answer); });
      },
      [this, who](std::uint64_t request, const std::string& frame) {
        carry([this, frame] { return office_.readmit(frame); },
              [who, request](const std::string& answer) { who->phone_->on_readmitted(request, answer); });
      },
      [this, who](std::uint64_t request, const std::string& frame) {
        carry([this, frame] { return office_.hand_over(frame); },
              [who, request](const std::string& answer) { who->phone_->on_handed_over(request, answer); });
      },
      [this, who](std::uint64_t request, const std::string& frame) {
        const std::string token = who->phone_->store().phone().token;
        carry([this, token, frame] { return office_.wiped(token, frame); },
              [who, request](const std::string& answer) { who->phone_->on_wiped(request, answer); });
      });
}

void Field::exchange() {
  if (stormy_) {
    network_.set({100, 100, 5, 2'000});
    for (int round = 0; round < kStormyRounds; ++round) {
      for (Leader& leader : leaders_) {
        if (random_.chance(100)) leader.phone_->doom(1 + random_.below(60));
        leader.phone_->start_sync();
      }
      if (random_.chance(200)) office_.doom(1 + random_.below(60));
      pass_minutes(1);
    }
    for (Leader& leader : leaders_) leader.phone_->doom(0);
    office_.steady();
    network_.set({});
    pass_minutes(1);
  }
  for (int round = 0; round < kQuietRounds; ++round) {
    bool even = round > 1;
    for (Leader& leader : leaders_) {
      even = even && leader.phone_->idle();
      leader.phone_->start_sync();
    }
    pass_minutes(1);
    if (even) return;
  }
}

std::vector<std::string> Field::wrong() {
  std::vector<std::string> out = check_file(office_);
  const auto add = [&](const std::vector<std::string>& more) {
    out.insert(out.end(), more.begin(), more.end());
  };
  for (Leader& leader : leaders_) {
    const Enrolled enrolled{leader.phone_.get(), leader.person_};
    if (leader.phone_->is_wiped()) continue;
    add(check_groups(office_, enrolled));
    add(check_equal(rows_in_scope(office_, pack_, enrolled), enrolled));
  }
  return out;
}

}  // namespace doorstep::simulation
