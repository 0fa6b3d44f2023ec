"""What has to be true at the end, each as a sentence that says so."""

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
