#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <doorstep/id.hpp>
#include <doorstep/value.hpp>
#include <optional>
#include <string>
#include <vector>

/// What the engine tells: about one record, one sync, one cell, the whole phone.
namespace doorstep {

/// Where a record stands, as its author would ask.
enum class RecordState {
  on_this_phone,  ///< Only here. Goes up by itself when there is signal.
  received,       ///< The office has it; the decision is on its way back.
  effective,      ///< In the office's books as written.
  in_question,    ///< In the books, but somebody wrote something else at the same time.
  held            ///< The office keeps it unapplied, and says why.
};

/// A sentence in both languages, ready to show.
struct Sentence {
  std::string zh;
  std::string en;
};

struct RecordReport {
  RecordState state = RecordState::effective;
  Sentence sentence;
};

/// One group the office keeps unapplied.
struct HeldReport {
  std::uint64_t group = 0;
  Sentence reason;
  std::string detail;
};

/// One group that the office keeps unapplied, or has returned to its holder.
struct HeldGroup {
  std::uint64_t group = 0;
  bool returned = false;  ///< It will not take effect: record it again, or put it away.
  Sentence sentence;      ///< What, why, and what to do.
  Sentence content;       ///< Which records, by table.
  std::string detail;     ///< Which row and column; of a returned one, the office's note if it wrote any.
  std::int64_t recorded_ms = 0;
};

/// One value that such a group wrote; a removal has no column.
struct HeldCell {
  std::string table, row;
  std::string change;  ///< add, edit, remove
  std::string column;
  Value value;
  Sentence words;  ///< The value as people read it.
};

struct SyncReport {
  std::uint64_t pushed_groups = 0;
  std::uint64_t effective = 0, merged = 0, in_review = 0, held = 0;
  std::uint64_t released = 0;  ///< Held until now, decided for: as recorded, or as the office edited it.
  std::uint64_t returned = 0;  ///< Will not take effect; see Engine::held().
  /// The office has been put back to a backup since the last exchange: rows are fetched afresh, and what it
  /// lost of this phone's is handed over once more.
  bool office_restored = false;
  std::uint64_t sent_again = 0;  ///< Of the pushed groups: those that it had had before.
  std::uint64_t pulled_rows = 0;
  std::uint64_t removed_rows = 0;
  std::uint64_t erased_rows = 0;  ///< Of the pulled ones: what was personal in them was erased at the office.
  std::uint64_t conflicts_opened = 0;
  std::uint64_t checked_rows = 0;     ///< Compared with the office's, in its books' state.
  std::uint64_t repaired_rows = 0;    ///< Differed, and are right now. Own work was not touched.
  std::uint64_t differing_parts = 0;  ///< Comparisons that found a difference.
  bool unrepaired = false;            ///< The last one still did; the next sync goes on with it.
  std::uint64_t requests = 0;
  std::uint64_t bytes_sent = 0, bytes_received = 0;
  std::int64_t duration_ms = 0;
  std::uint64_t waiting_groups = 0;  ///< Still only on this phone after this sync.
  /// The office has a newer pack that could not be taken here: no signal for it, no room, or an app too old
  /// to read it. Recording and exchange go on as before; when it stays so, the app wants an update.
  bool pack_behind = false;
  /// This phone's data had been restored or copied; the office has registered it as another phone now.
  bool rehomed = false;
};

struct PhoneStatus {
  bool joined = false;
  bool encrypted = false;  ///< The file cannot be read without its key.
  std::string office_name, person_name;
  std::string role;  ///< That she joined with.
  std::vector<std::string>
      roles;  ///< Of her posts, as the office last said: rights in the catalogue name them.
  std::uint64_t waiting_groups = 0;   ///< Only on this phone.
  std::uint64_t received_groups = 0;  ///< At the office, not yet decided or not yet fetched back.
  std::uint64_t held_groups = 0;
  std::uint64_t returned_groups = 0;
  std::uint64_t open_conflicts = 0;
  bool pull_unfinished = false;
  bool forked = false;   ///< This file is a copy; the next contact registers it as another phone.
  bool rehomed = false;  ///< That happened within the last day.
  bool wiped = false;    ///< The office has revoked this phone, and nothing is in its file any more.
  /// Rows that were taken away with the last contact that took any, within a week: deleted at the office, or
  /// no longer hers, since a post or a place changed.
  std::uint64_t left_rows = 0;
  std::optional<std::int64_t> left_ms;          ///< When that was, by the office's time.
  std::optional<std::int64_t> last_contact_ms;  ///< Office time of the last answer, since 1970.
  bool clock_in_doubt = true;
  std::uint64_t actor = 0;
  std::vector<HeldReport> held;
  std::vector<Sentence> sentences;  ///< What to tell the holder, most important first.
};

/// One open entry of the conflict ledger, as this phone knows it.
struct Conflict {
  std::string entry, table, row, column;
  std::string row_name;  ///< What people call the row, as far as this phone knows: its door, its name.
  std::string kind;      ///< concurrent, review, late, kept_alive, deleted
  Value shown_value, losing_value, base_value;
  std::string shown_by, losing_by;
  std::int64_t losing_ms = 0;
  bool decided_here = false;  ///< A decision about it waits on this phone.
  Sentence sentence;
};

/// Why a cell reads as it does.
struct Why {
  std::string table, row, column;
  Value shown;
  struct Step {
    Value value;
    std::string person;
    std::string where;  ///< office, pending, held, losing
    std::string version, stamp;
    std::int64_t written_ms = 0;
    std::uint32_t round = 0;
  };
  std::vector<Step> steps;  ///< What shows first, then what lies beneath or lost.
  std::string rule;
  Sentence sentence;
  std::string from;  ///< Of a row that people see folded from several: the id of the one whose value shows.
};

/// Rows that are declared to be one thing, and the one that people see in their place.
struct Folded {
  struct Row {
    std::string id, name;
    bool here = true;  ///< Known on this phone; the values of others are not told.
    std::vector<NamedValue> values;
  };
  struct Difference {
    std::string column, row;  ///< `row`: the id of the one that reads otherwise.
    Value shown, value;
    Sentence sentence;
  };

  std::string table;
  std::string root;       ///< The id under which all of them are counted.
  std::vector<Row> rows;  ///< One: the row is nobody else.
  std::vector<NamedValue> values;
  std::vector<Difference> differing;
  Sentence sentence;
};

}  // namespace doorstep
