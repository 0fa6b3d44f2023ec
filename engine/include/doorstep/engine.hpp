#pragma once

#include <doorstep/decision.hpp>
#include <doorstep/error.hpp>
#include <doorstep/found.hpp>
#include <doorstep/id.hpp>
#include <doorstep/options.hpp>
#include <doorstep/report.hpp>
#include <doorstep/result_set.hpp>
#include <doorstep/value.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace doorstep {

class Engine;
class PhoneStore;

/// A row as it was read, for a form that stays open. Saving writes only the cells that were set, and says
/// which versions its user had before her eyes; a pull that lands meanwhile changes neither. Copyable;
/// outlives transactions.
class Draft {
 public:
  /// The value as read, or as set since. Null for an unknown column.
  Value get(std::string_view column) const;
  void set(std::string_view column, Value value);
  const RowId& id() const;

  struct Content;
  explicit Draft(std::shared_ptr<Content> content) : content_(std::move(content)) {}
  const Content& content() const { return *content_; }

 private:
  std::shared_ptr<Content> content_;
};

/// One change group in the making. Lives inside Engine::write; use it on that thread only.
///
/// Writes through add/edit/save/remove and plain SQL are captured alike: data, versions and outbox commit
/// together or not at all. References may be given as ids or by what people call the row (a place's code, a
/// person's name).
class Transaction {
 public:
  /// Registers a row and returns its id. Columns left out take the pack's defaults. A row with a natural key
  /// that is already here is edited instead: the same door is the same row. Errors: unknown table or column,
  /// a value that fails the pack's checks (`validation_failed`).
  Result<RowId> add(std::string_view table, const std::vector<NamedValue>& values);

  /// Changes the given cells of a row. Errors: `not_found`; `validation_failed`; an append-only table.
  Status edit(std::string_view table, const RowId& id, const std::vector<NamedValue>& values);

  /// Saves what was set on a draft, with the versions it was read with. A row that was deleted meanwhile
  /// comes back: an edit beats a delete that did not know of it.
  Status save(const Draft& draft);

  Status remove(std::string_view table, const RowId& id);

  /// Plain SQL on synced tables (INSERT, UPDATE, DELETE) or on tables of the app's own; returns rows changed.
  /// A failing statement leaves the transaction usable, without its effect; when the disk itself fails, every
  /// further call and the write() fail, and nothing of it is left.
  Result<std::int64_t> execute(std::string_view sql, const std::vector<Value>& parameters = {});

  /// Reads inside the transaction; sees its writes.
  Result<ResultSet> query(std::string_view sql, const std::vector<Value>& parameters = {});

 private:
  friend class Engine;
  explicit Transaction(PhoneStore& store) : store_(store) {}
  PhoneStore& store_;
};

/// Cancels an observation when destroyed.
class Observation {
 public:
  Observation() = default;
  explicit Observation(std::shared_ptr<void> registration) : registration_(std::move(registration)) {}

 private:
  std::shared_ptr<void> registration_;
};

/// Doorstep on one phone: one SQLite file that the app reads with SQL, writes through transactions, and
/// that exchanges with the office when there is signal.
///
/// Threads: every method may be called from any thread; writes wait for one another. Reads and a running sync
/// do not block recording, except for the moment in which a finished download is installed. Inside write(),
/// use its Transaction; resolve() and query() work there too. Crash: what write() returned from is on disk;
/// everything else never was. Nothing is recorded before the phone has joined an office (there is no pack to
/// record under).
class Engine {
 public:
  /// Opens or creates the file. Errors: `storage_busy` (another process has it open for writing),
  /// `storage_damaged`, `newer_format` (made by a newer engine: update the app; nothing was touched),
  /// `wrong_key` (encrypted with another key; nothing was touched).
  static Result<std::unique_ptr<Engine>> open(Options options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Joins an office with an invitation URL (one use): checks the office's identity against the URL, pins its
  /// keys, enrols this device, fetches the pack. Errors: `unreachable`, `untrusted_office`,
  /// `invitation_invalid`, `already_exists` (already joined).
  Status join(std::string_view invitation_url);

  /// Runs `work` in one transaction and commits it as one change group when it returns success.
  Status write(const std::function<Status(Transaction&)>& work);

  Result<ResultSet> query(std::string_view sql, const std::vector<Value>& parameters = {});

  /// Asks a view of the pack (docs/packs.md, "Views"). Parameters that are left out take its defaults, by
  /// corrected time and for the person at this phone; references may be ids or what people call the row.
  /// Columns and their order are the pack's. Errors: `not_found` (names the views there are);
  /// `invalid_argument` (a parameter that is missing or unknown: names those there are); `validation_failed`;
  /// `not_joined`.
  Result<ResultSet> view(std::string_view name, const std::vector<NamedValue>& parameters = {});

  /// Finds rows of this phone by what people type: names, their pinyin initials, door numbers, phones
  /// (docs/search.md). Best first, at most `limit` (1 to 100). Quick enough to ask with every key. Errors:
  /// `invalid_argument` (nothing to look for, more than 256 bytes or 8 words, the limit); `not_joined`.
  Result<std::vector<Found>> find(std::string_view text, std::size_t limit = 20);

  /// The pack of this phone as JSON, with labels, choices and views: docs/packs.md, "Catalogue".
  Result<std::string> catalogue();

  /// Opens a row for a form. `not_found` when there is no such row.
  Result<Draft> draft(std::string_view table, const RowId& id);

  /// Turns what people call a row (an id, a place's code, a person's name) into its id.
  Result<RowId> resolve(std::string_view table, std::string_view text);

  /// One round of exchange: sends what is waiting, takes the verdicts, fetches what changed, until both
  /// sides are even. Safe to repeat at any time. Errors: network errors leave everything safe on the phone;
  /// `wiped`: the office has revoked this phone, its work is handed over and its file deleted. Then destroy
  /// the key, and open anew to join again. Every other call says so too from then on.
  Result<SyncReport> sync();

  /// How long to wait before the next sync() after `failures` failures in a row: exponential with jitter,
  /// never sooner than the office asked for.
  std::int64_t retry_delay_ms(unsigned failures) const;

  /// Encrypts the file with another key (32 bytes). When the phone dies meanwhile, the file has the old key
  /// or the new one, whole: keep the old one in the keystore until this returns, and open with the other if
  /// one is `wrong_key`. Errors: `storage_busy` (another process or query uses the file), `invalid_argument`.
  Status rekey(const std::string& key);

  /// Deletes this phone's file, without the office: for a phone that is given away, or a device manager.
  /// What the office does not have yet is first sealed for it into `PATH.sealed`, which stays
  /// (docs/office.md, "Lost phone"); to have none, sync() before. Every later call fails with `wiped`. Cut
  /// off half-way, it is called again, or the next contact goes on. Errors: `not_joined` (there is no office
  /// to seal it for), `storage_*`: nothing is deleted before the sealed file is on disk.
  Status wipe();

  /// Asks the office for the plain value of one cell whose column is hidden from this post, where the post
  /// may (`reveal` in the pack's rights). The office records who asked, for what and why, and tells: nothing
  /// of it is stored here. `reason`: 2 to 200 characters. Online; not within write(). Errors:
  /// `invalid_argument` (no such table or column; the reason), `refused` (not at her places, not for her
  /// post, no such row: not told apart), `overloaded` (too often today), those of sync().
  Result<Value> reveal(std::string_view table, const RowId& id, std::string_view column,
                       std::string_view reason);

  PhoneStatus status();
  Result<RecordReport> record(std::string_view table, const RowId& id);
  Result<std::vector<Conflict>> conflicts();

  /// Settles an open entry (Conflict::entry): an ordinary change group, which travels, takes effect at once
  /// on this phone, closes the entry everywhere when the office has it, and can meet another's decision like
  /// any two writes. Errors: `not_found` (settled meanwhile), `invalid_argument` (this post does not decide;
  /// there is nothing to choose), `validation_failed`.
  Status decide(std::string_view entry, const Decision& decision);
  Result<Why> why(std::string_view table, const RowId& id, std::string_view column);

  /// What the office keeps unapplied or has returned, in the order it was recorded.
  Result<std::vector<HeldGroup>> held();
  /// What such a group wrote. Errors: `not_found` for a group that is not in the list.
  Result<std::vector<HeldCell>> content(std::uint64_t group);
  /// Records a returned group's content again, on today's rows, as one new group, and takes the old one off
  /// the list; all or nothing. Errors: `not_found`; `refused` while the office still keeps it; those of
  /// write() when the content does not fit today's rows: then copy what is right into a new record.
  Status retry(std::uint64_t group);
  /// Takes a returned group off the list for good. Errors: as retry().
  Status dismiss(std::uint64_t group);

  /// Declares that two rows of a `mergeable` table are one thing: `row` is folded into `other`. Nothing is
  /// moved and nothing is lost; the views `each_...` show one row with what both say. An ordinary change,
  /// which travels and can be undone. Returns the declaration's id. Errors: `not_found`; `already_exists`
  /// (they are one already); `invalid_argument` (not such a table; rows that stand nowhere).
  Result<RowId> same(std::string_view table, const RowId& row, const RowId& other,
                     std::string_view note = {});

  /// Takes back that `row` is the same as another: what was written to either since stays with that one.
  /// Errors: `not_found` when nothing is declared of it, `invalid_argument` when several rows are folded into
  /// it (name one of those).
  Status undo_same(std::string_view table, const RowId& row);

  /// The rows that are declared the same as this one, with their own values, and what people see instead.
  Result<Folded> folded(std::string_view table, const RowId& id);

  /// Calls `changed` (on the thread that committed, after the commit) whenever a commit through this Engine
  /// may have changed the result of `sql`, as far as it reads synced tables. It must return quickly and may
  /// not write; a call that is running when the Observation is destroyed on another thread still ends.
  /// Errors: SQL that does not prepare.
  Result<Observation> observe(std::string_view sql, std::function<void()> changed);

  /// The same of a view of the pack. When a newer pack changes the view, begin anew. Errors: `not_found`.
  Result<Observation> observe_view(std::string_view name, std::function<void()> changed);

 private:
  struct Parts;
  explicit Engine(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace doorstep
