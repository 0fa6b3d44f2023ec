"""Which of the office's rows a phone has to hold, worked out from the pack's own files, apart from the engine."""

import json
import tomllib
from collections import defaultdict

from kit.programs import ROOT


class Table:
    def __init__(self, path):
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
        self.name = declared["name"]
        self.place = declared.get("place")
        self.seen_from_below = declared.get("seen_from_below", False)
        self.columns = [column["name"] for column in declared["columns"]]
        self.sensitive = [column["name"] for column in declared["columns"] if column.get("sensitive")]
        self.targets = {column["name"]: column["target"] for column in declared["columns"] if "target" in column}


def read_tables():
    tables = [Table(path) for path in sorted((ROOT / "schemas" / "neighbourhood" / "tables").glob("*.toml"))]
    return {table.name: table for table in tables}


def read_volunteers():
    """Roles whose holders do not receive sensitive columns."""
    packs = [tomllib.loads((ROOT / "schemas" / name / "pack.toml").read_text(encoding="utf-8")) for name in ("neighbourhood", "changchun")]
    return {role["name"] for pack in packs for role in pack["roles"] if role.get("volunteer")}


def all_rows_sql(tables):
    """Every column of every row of every table, in one query."""
    each = [
        f"SELECT '{table.name}' AS tbl, id, json_array({', '.join(quoted(table.columns))}) AS cells FROM \"{table.name}\""
        for table in tables.values()
    ]
    return " UNION ALL ".join(each)


def quoted(names):
    return [f'"{name}"' for name in names]


class Rows:
    """Rows by table and id, as `all_rows_sql` brings them."""

    def __init__(self, tables, found):
        self.tables = tables
        self.rows = {(row["tbl"], row["id"]): row["cells"] for row in found}
        self._cells = {}

    def cells(self, table, row):
        key = (table, row)
        if key not in self._cells and key in self.rows:
            self._cells[key] = dict(zip(self.tables[table].columns, json.loads(self.rows[key])))
        return self._cells.get(key)

    def without_sensitive(self, table, row):
        """The row's cells as a volunteer receives them."""
        return {name: None if name in self.tables[table].sensitive else value for name, value in self.cells(table, row).items()}

    def of(self, table):
        return {row: self.cells(table, row) for name, row in self.rows if name == table}


class Scopes:
    """Where each of the office's rows belongs, and what follows for somebody with posts."""

    def __init__(self, office):
        self.office, self.tables = office, office.tables
        self.parent = {row: cells["parent"] for row, cells in office.of("place").items()}
        self.by_reference = defaultdict(list)  # (table, column, target) -> rows
        self._places = {}
        for table in self.tables.values():
            rule = table.place
            if isinstance(rule, dict) and "table" in rule:
                for row, cells in office.of(rule["table"]).items():
                    self.by_reference[rule["table"], rule["column"], cells[rule["column"]]].append(row)
        self.place_sets = {key: self.places(*key) for key in office.rows}

    def places(self, table, row):
        key = (table, row)
        if key not in self._places:
            self._places[key] = self._find_places(self.tables[table], row)
        return self._places[key]

    def _find_places(self, table, row):
        if table.place == "self":
            return {row}
        column = table.place["column"]
        if "table" in table.place:
            child = table.place["table"]
            return {place for found in self.by_reference[child, column, row] for place in self.places(child, found)}
        value, target = self.office.cells(table.name, row)[column], table.targets[column]
        if self.office.cells(target, value) is None:
            return set()
        return {value} if target == "place" else self.places(target, value)

    def chain(self, place):
        """The place and all above it."""
        out = []
        while place is not None:
            out.append(place)
            place = self.parent.get(place)
        return out

    def visible(self, posts):
        """Keys of the rows for somebody who answers for these places."""
        above = {up for post in posts for up in self.chain(post)}
        under = {place for place in self.parent if set(self.chain(place)) & set(posts)}
        return {
            (table, row)
            for (table, row), places in self.place_sets.items()
            if places & under or (self.tables[table].seen_from_below and places & above)
        }
