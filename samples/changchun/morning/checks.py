"""What has to be true at the end, each as a sentence that says so."""

from dataclasses import dataclass

from kit import fleet

from .scope import Rows, Scopes, all_rows_sql, read_tables, read_volunteers

DOORS_BY_GRID = """
WITH RECURSIVE under(door, place) AS (
  SELECT id, id FROM place WHERE level = 'door'
  UNION ALL SELECT under.door, place.parent FROM under JOIN place ON place.id = under.place WHERE place.level <> 'grid'
)
SELECT grid.code, COUNT(*) AS doors, SUM(EXISTS(SELECT 1 FROM visit WHERE visit.place = under.door)) AS visited
FROM under JOIN place AS grid ON grid.id = under.place AND grid.level = 'grid'
GROUP BY grid.code ORDER BY grid.code
"""

HAZARDS = """
SELECT hazard.state, hazard.due, hazard.kind, hazard.party, place.code FROM hazard
JOIN place ON place.id = hazard.place ORDER BY hazard.due, place.code, hazard.kind
"""


@dataclass
class Comparison:
    rows: int = 0
    cells: int = 0
    different: list = None  # (phone, table, row)


def compare(office, phones):
    """Every phone's rows against those of the office that it should have, column by column."""
    tables, volunteers = read_tables(), read_volunteers()
    sql = all_rows_sql(tables)
    here = Rows(tables, office.query(sql))
    scopes = Scopes(here)
    posts = {}
    for assignment in here.of("assignment").values():
        posts.setdefault(assignment["person"], []).append(assignment["place"])
    ids = {(cells["name"], cells["phone"]): row for row, cells in here.of("person").items()}
    result = Comparison(different=[])

    def look(phone):
        there = Rows(tables, phone.query(sql))
        wanted = scopes.visible(posts[ids[phone.leader.name, phone.leader.phone]])
        is_volunteer = phone.leader.role in volunteers
        differing = [key for key in wanted | there.rows.keys() if not same(key, wanted, here, there, is_volunteer)]
        return phone, len(wanted), sum(len(tables[table].columns) + 1 for table, _ in wanted), differing

    for phone, rows, cells, differing in fleet.each(look, phones):
        result.rows += rows
        result.cells += cells
        result.different += [(phone, *key) for key in sorted(differing)]
    return here, result


def same(key, wanted, here, there, is_volunteer):
    if key not in wanted or key not in there.rows:
        return False
    return there.cells(*key) == (here.without_sensitive(*key) if is_volunteer else here.cells(*key))


def match_disagreements(expected, listed, here):
    """Expected and listed entries that have no counterpart: both values and both people count."""
    doors = {row: cells["code"] for row, cells in here.of("place").items()}
    names = {row: cells["place"] for row, cells in here.of("household").items()}
    found = {}
    for entry in listed:
        door = doors.get(names.get(entry["row"]))
        values = frozenset(
            ((entry["shown_value"], entry["shown_by"]), (entry["losing_value"], entry["losing_by"]))
        )
        found[door, entry["column"], values] = entry
    wanted = {
        (item.door.code, item.column, frozenset((value, who.name) for value, who in item.writers.items())): item
        for item in expected
    }
    missing = [item for key, item in wanted.items() if key not in found]
    surplus = [entry for key, entry in found.items() if key not in wanted]
    return missing, surplus


def doors_met(morning, here):
    """Of the doors registered twice, those that are one household with the facts of both leaders."""
    doors = {cells["code"]: row for row, cells in here.of("place").items()}
    homes = {}
    for row, cells in here.of("household").items():
        homes.setdefault(cells["place"], []).append(cells)
    together = []
    for home, first, second in morning.met:
        rows = homes.get(doors.get(home.door.code), [])
        if len(rows) == 1 and all(rows[0][column] for column in ("head_name", "phone", "status", "tags", "note")):
            together.append((home, first, second, rows[0]))
    return together
