#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "simulation/network.hpp"
#include "simulation/sim_office.hpp"
#include "simulation/sim_phone.hpp"

/// A street with one of the packs in `schemas/`, for scenarios that people can read: its office, its leaders'
/// phones, and time by the calendar.
namespace doorstep::simulation {

/// What a view answers: each row by column; null is empty text, a reference to a place its code, one to a
/// person the name.
using AnswerRows = std::vector<std::map<std::string, std::string>>;

class Field;

/// A person with a post and a phone. Everything is recorded without signal, until contact().
class Leader {
 public:
  const std::string& name() const { return name_; }
  const RowId& person() const { return person_; }
  /// For values that refer to her.
  std::string id() const { return to_text(person_); }
  SimPhone& phone() { return *phone_; }

  /// Records; must succeed. References to places and people may be written as people call them.
  RowId add(const std::string& table, const std::vector<NamedValue>& values);
  void edit(const std::string& table, const RowId& row, const std::vector<NamedValue>& values);
  void remove(const std::string& table, const RowId& row);
  /// What is wrong with it, in English: it is not recorded.
  std::string refusal(const std::string& table, const std::vector<NamedValue>& values);
  std::string refusal(const std::string& table, const RowId& row, const std::vector<NamedValue>& values);

  /// Without signal, of what is on the phone.
  AnswerRows ask(const std::string& view, const std::vector<NamedValue>& parameters = {});
  AnswerRows query(const std::string& sql);
  /// Whether any byte of her phone's files says this.
  bool phone_tells(const std::string& text);
  std::vector<Conflict> conflicts();
  /// How many of her groups the office keeps without effect.
  std::size_t held();

  /// Once in touch with the office, until both sides are even.
  void contact();

 private:
  friend class Field;
  Leader(Field& field, std::string name) : field_(field), name_(std::move(name)) {}

  Field& field_;
  std::string name_;
  RowId person_;
  std::unique_ptr<SimPhone> phone_;
};

/// It begins on Friday, 15 January 2027 at 16:00 in China.
class Field {
 public:
  explicit Field(const std::string& pack, std::uint64_t seed = 1);
  ~Field();

  // --- Time ---
  /// Goes on to a moment in China: `2027-02-01 09:00`.
  void until(const std::string& when);
  void pass_minutes(std::int64_t minutes);
  /// The day in China, `2027-02-01`, so many days from today.
  std::string day(int from_today = 0);
  /// This moment, as a `time` column has it, so many minutes from now.
  std::string now(std::int64_t minutes_from_now = 0);

  // --- Places and people ---
  RowId place(const std::string& code, const std::string& parent, const std::string& level,
              const std::string& name = {});
  const RowId& place_id(const std::string& code) const { return places_.at(code); }
  /// The place lies in this one besides.
  void overlay(const std::string& place, const std::string& overlay);
  /// A person with a post and a phone that has joined, and has her rows once she was in contact.
  Leader& leader(const std::string& name, const std::string& role, const std::string& place);
  /// A post for somebody who has one already.
  RowId post(const Leader& leader, const std::string& role, const std::string& place);
  std::deque<Leader>& leaders() { return leaders_; }

  // --- The office ---
  /// As a clerk does: a new row, or the cells that differ. Must succeed.
  RowId put(const std::string& table, const std::vector<NamedValue>& values,
            const std::optional<RowId>& row = std::nullopt);
  /// The same of many rows, in few commits.
  void put_all(const std::string& table, const std::vector<std::vector<NamedValue>>& rows);
  void remove(const std::string& table, const RowId& row);
  AnswerRows ask(const std::string& view, const std::vector<NamedValue>& parameters = {});
  AnswerRows query(const std::string& sql);
  std::size_t open_conflicts();
  /// Settles the open conflict about a cell of this row in what the loser wrote (`other`), or in what shows.
  void decide(const RowId& row, bool other);
  /// What retention takes away today.
  void retain();
  SimOffice& office() { return office_; }

  // --- Exchange ---
  /// From now on messages are lost, doubled and late, and phones and the office die while they exchange.
  void storm() { stormy_ = true; }
  /// Everybody is in contact until all sides are even; the storm, if there is one, blows through most of it.
  void exchange();
  /// What is wrong: the office's file, or a phone that does not have what it should. Empty.
  std::vector<std::string> wrong();

 private:
  friend class Leader;
  static Pack load(const std::string& name);
  std::vector<NamedValue> with_ids(const std::string& table, std::vector<NamedValue> values) const;
  AnswerRows read(const std::string& sql, const View* view, const std::vector<Value>& arguments);
  AnswerRows answer(const std::vector<std::string>& columns,
                    const std::vector<std::vector<Value>>& rows) const;
  void connect(Leader& leader, std::uint64_t seed);
  void carry(std::function<std::optional<std::string>()> office,
             std::function<void(const std::string&)> phone);

  const Pack pack_;
  Scheduler scheduler_;
  Trace trace_;
  SeededRandom random_;
  Network network_;
  SimOffice office_;
  std::map<std::string, RowId> places_;
  std::map<std::string, std::string> called_;  ///< Codes of places and names of people, by id.
  std::map<std::string, RowId> people_;
  std::deque<Leader> leaders_;
  bool stormy_ = false;
};

}  // namespace doorstep::simulation
