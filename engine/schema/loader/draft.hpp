#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schema/loader/toml_reader.hpp"
#include "schema/pack.hpp"

/// A pack as its files say it: names are not yet looked up, and every word remembers where it stands.
namespace doorstep {

struct ColumnDraft {
  Column column;
  Where where;
  Named target;
  Named check_when;
  Named cell;
  Named masks;
  std::vector<Named> index_with;
  Named choices_of;
  Where required_where;
  Where choices_where;
  Where moves_where;
  Where default_where;
  Where least_where;
  Where most_where;
  Where max_bytes_where;
  Where search_where;
};

/// In `roles`: every role that is a volunteer's and that no other entry names.
inline constexpr std::string_view kVolunteers = "volunteers";

/// One entry of `[[rights]]`.
struct RightsDraft {
  Where where;
  std::vector<Named> roles;
  std::vector<Named> may;
  bool says_may = false;
  std::vector<Named> hidden;
  std::vector<Named> read_only;
  std::vector<Named> shown;
  std::vector<Named> reveal;
};

struct TableDraft {
  Table table;
  Where where;
  Where place_where;
  std::vector<ColumnDraft> columns;
  std::vector<Named> natural_key;
  std::vector<Named> names;
  Named ends;
  Named place_table;
  Named place_column;
  Named subject;
  Named retain;
  std::vector<RightsDraft> rights;  ///< Of a role the last one that names it counts.

  ColumnDraft* find(std::string_view column_name) {
    for (ColumnDraft& draft : columns)
      if (draft.column.name == column_name) return &draft;
    return nullptr;
  }
};

struct ViewParameterDraft {
  ViewParameter parameter;
  Where where;
  Where default_where;
  Named target;
};

struct ViewColumnDraft {
  ViewColumn column;
  Where where;
  Named target;
  Named choices_of;
};

struct ViewDraft {
  View view;  ///< Without parameters and columns, which are resolved from these:
  Where where;
  TextPlace sql_place;
  std::vector<ViewParameterDraft> parameters;
  std::vector<ViewColumnDraft> columns;
};

struct PackDraft {
  std::string name;
  PackVersion version{1};
  Label label;
  Where where;
  std::vector<Level> levels;
  std::vector<Role> roles;
  std::vector<TableDraft> tables;
  std::vector<ViewDraft> views;

  TableDraft* find(std::string_view table_name) {
    for (TableDraft& draft : tables)
      if (draft.table.name == table_name) return &draft;
    return nullptr;
  }
};

/// A pack numbers its own tables and their columns below this, and what it adds to a base (tables, and
/// columns of the base's tables) from here.
inline constexpr std::uint32_t kFirstExtensionId = 1000;
inline constexpr std::uint32_t kLastId = 65'535;

/// Reads one file of `tables/` and adds what it says to `pack`, which holds the base when `extending`.
void read_table(const TomlReader& file, bool extending, PackDraft& pack, PackFaults& faults);

/// The `type` of a column or a parameter.
ColumnType read_type(const TomlReader& reader);

/// The `choices` of a column, of a table or a view; one typed word means one of them.
std::vector<Choice> read_choices(const TomlReader& reader);

/// Reads one file of `views/`; `views` are those of the same folder.
void read_view(const TomlReader& file, std::vector<ViewDraft>& views, PackFaults& faults);

/// Reads the `[[rights]]` of one file; `above` are the file's own keys.
void read_rights(const TomlReader& file, const std::vector<std::string_view>& above, TableDraft& table);

/// The column, or the table, that a word stands for; refuses any other word.
ColumnDraft& need_column(TableDraft& table, const Named& name);
TableDraft& need_table(PackDraft& pack, const Named& name);

/// The column whose choices a `choices_of` names, `visit.outcome`; `type` is that of the column that says so.
struct ChoicesSource {
  const Table& table;
  const Column& column;
};
ChoicesSource need_choices(PackDraft& pack, const Named& name, ColumnType type);

/// What a column masks, once types are known.
void resolve_mask(TableDraft& table, ColumnDraft& column);

/// What is personal, whom rows are about and how long that is kept, once all columns are known.
void resolve_retention(PackDraft& pack, TableDraft& table);

/// What every role may do with the table, once its columns are known.
void resolve_rights(const PackDraft& pack, TableDraft& table);

/// Looks up what a view names, once tables and choices are known.
View resolve_view(PackDraft& pack, ViewDraft& draft);

/// Looks up every name and checks every table by itself. Without views. The pack is whole where there is no
/// fault.
Pack resolve(PackDraft& draft, PackFaults& faults);
void resolve_views(PackDraft& draft, Pack& pack, PackFaults& faults);

/// Rules that span tables: what the engine relies on, paths to places, names that would collide.
void check_whole(const PackDraft& draft, const Pack& pack, PackFaults& faults);

}  // namespace doorstep
