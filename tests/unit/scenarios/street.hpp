#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "pipeline/held_desk.hpp"
#include "pipeline/territory.hpp"
#include "unit/store/upgrade_town.hpp"

/// A street with two estates for stories about posts. Its first day is 2027-03-01; days are China's.
///
///     S ─┬─ E1 ─┬─ B1 ── 101, 102
///        │      └─ B2 ── 201
///        └─ E2 ─── B3 ── 301, 302
///
/// Behind each door there is a household whose note is its door's code.
namespace doorstep::test {

class Street : public UpgradeTown {
 public:
  Street() {
    day("2027-03-01");
    place("street", "street");
    place("E1", "estate", "street");
    place("E2", "estate", "street");
    place("B1", "building", "E1");
    place("B2", "building", "E1");
    place("B3", "building", "E2");
    for (const auto& [code, building] :
         {std::pair("101", "B1"), {"102", "B1"}, {"201", "B2"}, {"301", "B3"}, {"302", "B3"}}) {
      place(code, "door", building);
      homes_[code] = put("household", {{"place", to_text(at(code))}, {"note", std::string(code)}});
    }
  }

  /// Noon of that day, at the office and on every phone.
  void day(const std::string& date) {
    constexpr std::int64_t kNoonInChina = 4 * 60 * 60 * 1000;
    const std::int64_t then = *server::day_of_date(date) * 86'400'000 + kNoonInChina;
    phone_clock().monotonic_ms += std::max<std::int64_t>(0, then - phone_clock().wall_ms);
    phone_clock().wall_ms = clock().wall_ms = then;
  }

  RowId place(const std::string& code, const std::string& level, const std::string& parent = {}) {
    std::vector<NamedValue> values{{"code", code}, {"level", level}, {"name", code}};
    if (!parent.empty()) values.push_back({"parent", to_text(at(parent))});
    return places_[code] = put("place", values);
  }
  const RowId& at(const std::string& code) const { return places_.at(code); }
  const RowId& home(const std::string& door) const { return homes_.at(door); }
  void move(const std::string& code, const std::string& parent) {
    put("place", {{"parent", to_text(at(parent))}}, at(code));
  }

  const RowId& person(const std::string& name) {
    const auto known = people_.find(name);
    if (known != people_.end()) return known->second;
    return people_[name] = put("person", {{"name", name}});
  }
  RowId post(const std::string& name, const std::string& where, const std::string& from = {},
             const std::string& to = {}, const std::string& role = "leader") {
    std::vector<NamedValue> values{
        {"person", to_text(person(name))}, {"place", to_text(at(where))}, {"role", role}};
    if (!from.empty()) values.push_back({"starts", from});
    if (!to.empty()) values.push_back({"ends", to});
    return put("assignment", values);
  }
  void end(const RowId& post, const std::string& last_day) { put("assignment", {{"ends", last_day}}, post); }
  void reopen(const RowId& post) { put("assignment", {{"ends", Value{}}}, post); }
  void remove(std::string_view table, const RowId& row) {
    server::OfficeWriter writer(office());
    must(writer.remove(table, row));
    must(writer.commit());
  }

  std::unique_ptr<PhoneStore> phone(const std::string& name, Options options = {}) {
    return join(name, person(name), at("street"), 1, std::move(options));
  }

  /// What became of the phone's group with this number.
  server::GroupRecord group(PhoneStore& phone, std::uint64_t number) {
    const auto found =
        must(must(office().store().snapshot())->group(phone.phone().actor, GroupNumber{number}));
    if (!found) FAIL("The office does not have group " << number << ".");
    return *found;
  }
  std::string office_note(const std::string& door) {
    return text_of(office_value("household", home(door), "note"));
  }

  /// Whether anything in the phone's file or log tells `what`. Closes the phone.
  bool file_tells(std::unique_ptr<PhoneStore> phone, const std::string& name, const std::string& what) const {
    phone.reset();
    REQUIRE(std::filesystem::file_size(path(name + ".db")) > 0);
    for (const char* part : {".db", ".db-wal", ".db-journal"}) {
      std::ifstream file(path(name) + part, std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      if (bytes.find(what) != std::string::npos) return true;
    }
    return false;
  }

  static std::string text_of(const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr ? "" : *text;
  }

 private:
  std::map<std::string, RowId> places_, people_, homes_;
};

/// The first column of what a query finds, in order, with blanks between.
inline std::string list(PhoneStore& phone, const std::string& sql) {
  std::string out;
  for (const auto& row : must(phone.query(sql, {})).rows)
    out += (out.empty() ? "" : " ") + Street::text_of(row.front());
  return out;
}
/// The notes of the households that a phone has.
inline std::string notes(PhoneStore& phone) {
  return list(phone, "SELECT note FROM household ORDER BY note");
}
/// The doors, buildings and estates that it has.
inline std::string places(PhoneStore& phone) { return list(phone, "SELECT code FROM place ORDER BY code"); }

inline void visit(PhoneStore& phone, const std::string& door, const std::string& note = {}) {
  add(phone, "visit", {{"place", door}, {"outcome", std::string("met")}, {"note", note}});
}

}  // namespace doorstep::test
