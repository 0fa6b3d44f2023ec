"""Which of the office's rows a phone has to hold, and which cells of them, worked out from the pack's own files
apart from the engine, and compared with what it holds.

Places lie beneath their parents and beneath their overlays; posts count from their first day to their last. Where
somebody holds posts of several roles she is taken to read with all of them everywhere.
"""

import json
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field

from . import fleet
from .programs import ROOT


class Table:
    def __init__(self, declared):
        self.name, self.place = declared["name"], declared["place"]
        self.seen_from_below = declared.get("seen_from_below", False)
        self.columns, self.sensitive, self.targets, self.rights = [], set(), {}, []
        self.extend(declared)

    def extend(self, declared):
        # What masks another column is made as it is sent, and stored nowhere.
        for column in declared.get("columns", ()):
            if "masks" not in column:
                self.columns.append(column["name"])
            if column.get("sensitive"):
                self.sensitive.add(column["name"])
            if "target" in column:
                self.targets[column["name"]] = column["target"]
        self.rights += declared.get("rights", ())

    def right_of(self, role, volunteer):
        """The last entry that names the role, or else that of all volunteers."""
        named = [right for right in self.rights if role in right["roles"]]
        named = named or [right for right in self.rights if volunteer and "volunteers" in right["roles"]]
        return named[-1] if named else {}

    def readable(self, role, volunteer):
        return "read" in self.right_of(role, volunteer).get("may", ("read",))

    def hidden(self, role, volunteer):
        """Columns that the role does not read."""
        right = self.right_of(role, volunteer)
        hidden = set(right.get("hidden", ()))
        return hidden | self.sensitive - set(right.get("shown", ())) if volunteer else hidden


class Pack:
    def __init__(self, name):
        self.tables, self.volunteers = {}, set()
        self._read(ROOT / "schemas" / name)

    def any_reads(self, roles, table):
        return any(self.tables[table].readable(role, role in self.volunteers) for role in roles)

    def _read(self, folder):
        declared = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8"))
        if "extends" in declared:
            self._read((folder / declared["extends"]).resolve())
        self.volunteers |= {role["name"] for role in declared.get("roles", ()) if role.get("volunteer")}
        for path in sorted((folder / "tables").glob("*.toml")):
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            if "extends" in table:
                self.tables[table["extends"]].extend(table)
            else:
                self.tables[table["name"]] = Table(table)

    def all_rows_sql(self):
        """Every column of every row of every table, in one query."""
        each = []
        for table in self.tables.values():
            columns = ", ".join(f'"{name}"' for name in table.columns)
            each.append(f"SELECT '{table.name}' AS tbl, id, json_array({columns}) AS cells FROM \"{table.name}\"")
        return " UNION ALL ".join(each)


class Rows:
    """Rows by table and id, as `all_rows_sql` brings them."""

    def __init__(self, pack, found):
        self.pack = pack
        self.texts = {(row["tbl"], row["id"]): row["cells"] for row in found}
        self._cells = {}

    def cells(self, key):
        if key not in self._cells and key in self.texts:
            self._cells[key] = dict(zip(self.pack.tables[key[0]].columns, json.loads(self.texts[key])))
        return self._cells.get(key)

    def of(self, table):
        return {row: self.cells((table, row)) for name, row in self.texts if name == table}


class Scopes:
    """Where each of the office's rows belongs, and what follows for somebody with posts."""

    def __init__(self, office):
        self.office, self.tables = office, office.pack.tables
        self._above = defaultdict(list)
        for row, cells in office.of("place").items():
            self._above[row] += [cells["parent"]] if cells["parent"] else []
        for cells in office.of("place_overlay").values():
            self._above[cells["place"]] += [cells["overlay"]] if cells["active"] else []
        self._up = {place: self._climb(place) for place in office.of("place")}
        self._children = defaultdict(list)  # (table, column, target) -> keys
        for table in self.tables.values():
            if isinstance(table.place, dict) and "table" in table.place:
                child, column = table.place["table"], table.place["column"]
                for row, cells in office.of(child).items():
                    self._children[child, column, cells[column]].append((child, row))
        self._places = {}
        self.by_place = defaultdict(set)
        for key in office.texts:
            for place in self.places(key):
                self.by_place[place].add(key)

    def _climb(self, place):
        """The place and all above it, by any way."""
        found, ways = {place}, [place]
        while ways:
            fresh = [above for above in self._above[ways.pop()] if above not in found]
            found.update(fresh)
            ways += fresh
        return found

    def places(self, key):
        """Where a row stands."""
        if key not in self._places:
            self._places[key] = self._find_places(self.tables[key[0]], key)
        return self._places[key]

    def _find_places(self, table, key):
        if table.place == "self":
            return {key[1]}
        column = table.place["column"]
        if "table" in table.place:
            children = self._children[table.place["table"], column, key[1]]
            return {place for child in children for place in self.places(child)}
        value, target = self.office.cells(key)[column], table.targets[column]
        if self.office.cells((target, value)) is None:
            return set()
        return {value} if target == "place" else self.places((target, value))

    def visible(self, posts):
        """Keys of the rows for somebody who answers for these places."""
        posts = set(posts)
        found = {key for place, up in self._up.items() if up & posts for key in self.by_place[place]}
        for place in {above for post in posts for above in self._up[post]}:
            found |= {key for key in self.by_place[place] if self.tables[key[0]].seen_from_below}
        return found


@dataclass
class Comparison:
    office: Rows
    rows: int = 0
    cells: int = 0
    hidden: int = 0  # cells that the office has and the phone must not
    different: list = field(default_factory=list)  # (phone, table, row)


def compare(office, phones, pack_name, today):
    """Every phone's rows against those that it should have on a day, cell by cell."""
    pack = Pack(pack_name)
    sql = pack.all_rows_sql()
    here = Rows(pack, office.query(sql))
    scopes = Scopes(here)
    posts = defaultdict(list)
    for cells in here.of("assignment").values():
        if (cells["starts"] or today) <= today <= (cells["ends"] or today):
            posts[cells["person"]].append(cells)
    ids = {(cells["name"], cells["phone"]): row for row, cells in here.of("person").items()}
    result = Comparison(here)

    def look(phone):
        there = Rows(pack, phone.query(sql))
        held = posts[ids[phone.leader.name, phone.leader.phone]]
        roles = {cells["role"] for cells in held}
        wanted = scopes.visible(cells["place"] for cells in held)
        wanted = {key for key in wanted if pack.any_reads(roles, key[0])}
        return phone, there, wanted, roles

    for phone, there, wanted, roles in fleet.each(look, phones):
        hidden = {
            name: set.intersection(*(table.hidden(role, role in pack.volunteers) for role in roles)) if roles else set()
            for name, table in pack.tables.items()
        }
        for key in wanted | there.texts.keys():
            if key in wanted:
                result.rows += 1
                result.cells += len(pack.tables[key[0]].columns)
            if not _same(key, wanted, here, there, hidden[key[0]], result):
                result.different.append((phone, *key))
    return result


def _same(key, wanted, here, there, hidden, result):
    if key not in wanted or key not in there.texts:
        return False
    if not hidden:
        return here.texts[key] == there.texts[key]
    cells = dict(here.cells(key))
    for name in hidden:
        result.hidden += cells[name] is not None
        cells[name] = None
    return cells == there.cells(key)
