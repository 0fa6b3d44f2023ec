#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/types.hpp"

/// The model of a schema pack: what `schemas/` declares, the server compiles and serves, phones store.
/// Plain data; once loaded it is not changed and may be shared between threads.
namespace doorstep {

struct Label {
  std::string zh;
  std::string en;
};

/// Stable numbers: they travel on the wire.
enum class ColumnType : std::uint8_t {
  text = 1,
  integer = 2,
  real = 3,
  boolean = 4,    ///< 0 or 1
  date = 5,       ///< `2026-11-22`
  time = 6,       ///< `2026-11-22T01:02:03.004Z`, UTC
  reference = 7,  ///< id of a row of `target`
  list = 8        ///< JSON array of strings, `["独居老人","宠物"]`
};

/// How concurrent writes of one cell merge (docs/merge.md).
enum class MergeKind : std::uint8_t {
  latest = 1,
  review = 2,
  max = 3,
  min = 4,
  once = 5,
  counter = 6,
  set = 7,
  text = 8,
  workflow = 9
};

enum class DeletePolicy : std::uint8_t {
  append_only = 1,        ///< Rows are never edited or deleted; a correction is a new row.
  edit_beats_delete = 2,  ///< A delete concurrent with an edit leaves the row alive, and notes it.
  delete_beats_edit = 3   ///< A delete takes the row away, and edits it had not seen are noted.
};

/// How a row gets the places that decide who receives it and who may write it.
enum class PlaceRule : std::uint8_t {
  self = 1,      ///< The row is a place.
  column = 2,    ///< `column` refers to a place, or to a row that has places itself.
  children = 3,  ///< Rows of `table` that refer here through `column` lend it their places.
};

/// What fills a column that a typed insert leaves out, or a parameter that a question leaves out.
enum class DefaultRule : std::uint8_t {
  none = 0,
  constant = 1,
  now = 2,
  me = 3,
  clock_doubt = 4,
  today = 5  ///< The date at +08:00.
};

enum class Check : std::uint8_t {
  none = 0,
  cn_phone = 1,
  cn_resident_id = 2,
  key_text =
      3,  ///< Stored in the canonical form of a natural key. The loader gives it to every text key column.
  base64 = 4
};

/// How a column shows another one that not everybody may read (docs/rights.md).
enum class Mask : std::uint8_t {
  none = 0,
  first_last = 1,  ///< `2***X`
  age_band = 2     ///< `1950-1959`, the years of birth
};

struct Choice {
  std::string value;
  Label label;
};

/// From which state of a workflow to which others one may go.
struct Move {
  std::string from;
  std::vector<std::string> to;
};

struct Column {
  ColumnId id{};
  std::string name;
  Label label;
  ColumnType type = ColumnType::text;
  MergeKind merge = MergeKind::latest;
  std::optional<TableId> target;  ///< For `reference`.
  std::vector<Choice>
      choices;  ///< Closed list when not empty; of a workflow the states, further along later.
  std::vector<std::string> starts;  ///< States of a workflow in which it may begin.
  std::vector<Move> moves;
  bool required = false;
  bool indexed = false;
  /// Further columns of its index: what views read of the rows that they find by this one.
  std::vector<ColumnId> index_with;
  bool search = false;     ///< People find rows by it (docs/search.md).
  bool sensitive = false;  ///< Personal data beyond a name: exports and logs treat it with care.
  bool personal = false;   ///< About a person: goes when she, or the row's time, is over (docs/erasure.md).
  bool retired = false;    ///< Kept for old rows; no longer written.
  Check check = Check::none;
  /// The check applies only in rows whose `check_when` column equals `check_equals` or is empty.
  std::optional<ColumnId> check_when;
  std::string check_equals;
  /// Of a number: whole numbers that it lies between.
  std::optional<std::int64_t> least;
  std::optional<std::int64_t> most;
  std::optional<std::uint32_t> max_bytes;  ///< Of a text in UTF-8, less than limits::kValueBytes.
  DefaultRule default_rule = DefaultRule::none;
  Value default_value;
  /// Of a mask: the column it shows, and how. Nobody writes it; the office fills it in as it sends rows.
  std::optional<ColumnId> masks;
  Mask mask = Mask::none;
  /// Columns with one `cell` are written and merged together (latitude with longitude). Its own id if alone.
  ColumnId cell{};
};

/// What the holders of a role may do with a table (docs/rights.md).
struct RoleRights {
  std::string role;
  bool read = true;                 ///< Its rows reach their phones.
  bool add = true;                  ///< Register rows.
  bool edit_own = true;             ///< Change and delete rows that they registered themselves.
  bool edit = true;                 ///< The same of any row.
  bool decide = false;              ///< Settle what people wrote differently.
  std::vector<ColumnId> hidden;     ///< Neither read nor written. In id order, as are the other lists.
  std::vector<ColumnId> read_only;  ///< Read, not written.
  std::vector<ColumnId> reveal;     ///< Of the hidden ones: told online, one cell at a time, to who says why.
};

/// How long what is personal in a row is kept (docs/erasure.md).
struct Retention {
  std::uint32_t days = 0;
  /// After which date: of the row itself, or the last one of the rows of another table that refer to it in
  /// `reference`, once none of those is open.
  TableId table{};
  ColumnId column{};
  ColumnId reference{};
};

struct Table {
  TableId id{};
  std::string name;
  Label label;
  DeletePolicy deletes = DeletePolicy::edit_beats_delete;
  bool office_only = false;      ///< Only the office writes it.
  bool seen_from_below = false;  ///< Also sent to those whose places lie beneath the row's place.
  bool mergeable = false;        ///< Two rows can be declared the same thing (docs/merge.md).
  std::vector<ColumnId> natural_key;
  std::vector<ColumnId> names;  ///< What people call a row by, in order: a place's code, a person's name.
  std::optional<ColumnId>
      ends;  ///< Its last day: a row that is over is not found, nor by what it lent a place.
  PlaceRule place_rule = PlaceRule::self;
  TableId place_table{};               ///< For `children`.
  ColumnId place_column{};             ///< For `column` (of this table) and `children` (of that table).
  std::vector<Column> columns;         ///< In id order; `id` itself is not among them.
  std::optional<ColumnId> subject;     ///< Refers to the row this one is about: it is erased along with it.
  std::optional<Retention> retention;  ///< None: for ever.
  /// Of roles with less than all rights, each once. The others may do everything, and decide as they may.
  std::vector<RoleRights> rights;

  const Column* find(std::string_view name) const;
  const Column* find(ColumnId id) const;
  /// Position in `columns`, or -1.
  int position(ColumnId id) const;
};

struct Role {
  std::string name;
  Label label;
  bool decides = false;  ///< Its holders settle what people wrote differently.
  bool volunteer =
      false;  ///< Not staff: sensitive columns are hidden from them, unless a table says otherwise.
};

struct Level {
  std::string name;
  Label label;
};

/// What a view asks for before it answers.
struct ViewParameter {
  std::string name;  ///< `:name` in the SQL.
  Label label;
  ColumnType type = ColumnType::text;            ///< Not `list`.
  std::optional<TableId> target;                 ///< For `reference`.
  DefaultRule default_rule = DefaultRule::none;  ///< `none`: it must be given. Not `clock_doubt`.
  Value default_value;
  std::int64_t default_offset_ms = 0;  ///< Added to `today` and `now`.
};

/// The column whose choices a column of a view shows.
struct ChoicesOf {
  TableId table{};
  ColumnId column{};
};

struct ViewColumn {
  std::string name;
  Label label;
  ColumnType type = ColumnType::text;
  std::optional<TableId> target;  ///< For `reference`.
  std::optional<ChoicesOf> choices_of;
  std::vector<Choice> choices;  ///< What its values mean, where no column of a table says so.
};

/// A named question in portable SQL, which phones and the office answer alike (docs/packs.md, "Views").
struct View {
  std::string name;
  Label label;
  std::string sql;
  std::uint32_t brief = 0;  ///< Its place among the sheets of the office's brief; 0: it is none.
  std::vector<ViewParameter> parameters;
  std::vector<ViewColumn> columns;  ///< What it answers with, in order.

  const ViewParameter* find_parameter(std::string_view name) const;
};

struct Pack {
  std::string name;
  PackVersion version{1};
  Label label;
  std::vector<Level> levels;  ///< Names of place levels, top down.
  std::vector<Role> roles;
  std::vector<Table> tables;  ///< In id order.
  std::vector<View> views;    ///< In name order.

  const Table* find(std::string_view name) const;
  const Table* find(TableId id) const;
  const View* find_view(std::string_view name) const;
  /// The column's own, or those of the column it names. Empty for none.
  const std::vector<Choice>& choices_of(const ViewColumn& column) const;
};

/// Well-known table names that the engine itself relies on; the loader insists on them.
inline constexpr std::string_view kPlaceTable = "place";
inline constexpr std::string_view kPersonTable = "person";
inline constexpr std::string_view kAssignmentTable = "assignment";

/// Tables that the engine knows by name where a pack has them: which places lie beneath others besides their
/// parent, which rows are one thing, and which are not.
inline constexpr std::string_view kOverlayTable = "place_overlay";
inline constexpr std::string_view kSameTable = "same_as";
inline constexpr std::string_view kNotSameTable = "not_same";

}  // namespace doorstep
