"""A small neighbourhood for any pack, drawn from its catalogue: some rows in every table, every choice and every kind
of gap among them, so that views meet nulls, ties, moments either side of midnight in China, and both letter cases."""

import datetime
import itertools
import json
import random

DAY = datetime.timedelta(days=1)
CLERK = "街道办事员"
PEOPLE = ("王芳", "李军", "张敏", "wang fang", "Wang Fang", "赵六", "Zoe", "阿依古丽", "欧阳一", "10号志愿者")
RESIDENTS_PER_HOME = 2
HOURS = (0, 1, 9, 15, 16, 17, 23)  # In UTC; the day in China changes at 16.
GAP = 0.2  # How many of the cells that may be empty are.
EDGES = (-31, -30, -15, -7, -1, 0, 3)  # Days that views are asked about; a fifth of the days and moments fall there.

LEFT_OUT = {"device", "form", "same_as", "not_same"}  # Made by joining, by `form import`, by `same`.
GONE = ("resident", "household", "place")  # Two rows of each are removed at last, though others refer to them.

ROWS = {
    "answer": 400, "attendance": 50, "assignment": 48, "duty": 80, "hazard": 90, "matter": 90, "matter_step": 250,
    "reading": 40, "recheck": 60, "roll_call": 120, "round": 200, "satisfaction": 120, "schedule": 60, "sign_up": 50,
    "visit": 200, "watch": 40, "campaign": 12, "incident": 8, "floor_card": 5, "welcome": 12, "selection_step": 100,
    "photo": 60,
}  # fmt: skip
ROWS_OF_OTHERS = 24

DATES, TIMES = (-45, 20), (-45, 3)  # First and last day, from today.
DAYS = {
    ("reading", "day"): (-1, 0), ("quarantine", "starts"): (-9, 0), ("quarantine", "ends"): (0, 9),
    ("duty", "day"): (-9, 2), ("round", "day"): (-16, 1), ("schedule", "starts"): (-60, -10), ("schedule", "ends"): (-3, 20),
    ("assignment", "starts"): (-60, 3), ("campaign", "starts"): (-45, 3), ("campaign", "due"): (-25, 3),
    ("watch", "starts"): (-40, -1), ("activity", "starts_at"): (-9, 20), ("activity", "ends_at"): (-2, 20),
}  # fmt: skip
NUMBERS = {
    "every_days": (0, 1, 1, 2, 3, 7, 365), "slots": (1, 2, 3, 14), "slot": (1, 2, 3), "rhythm_days": (1, 3, 5, 7, 30),
    "score": (1, 2, 3, 4, 5), "temperature": (36.4, 37.2, 37.3, 38.05), "number": (1, 2),
}  # fmt: skip
WORDS = {
    "skills": ("电工", "Excel", "excel 表格", "first aid"), "role": ("leader", "leader", "leader", "unit_leader", "grid_leader"),
    "preview": ("iVBORw0KGgo=", "/9j/4AAQ"),
}  # fmt: skip
# On which levels the rows of a table stand, in turn.
PLACED = {
    "answer": ("door",), "visit": ("door",), "roll_call": ("door",), "watch": ("door",), "fraud_advice": ("door",),
    "household": ("door",), "floor_card": ("floor",), "round": ("unit", "building"), "duty": ("unit", "building"),
    "incident": ("building", "unit", "community", "overlay"),
    "campaign": ("overlay", "community", "unit", "overlay", "building", "door"),
    "schedule": ("street", "community", "building", "overlay"),
    "assignment": ("street", "community", "building", "unit", "overlay", "door"),
}  # fmt: skip


class Neighbourhood:
    """Draws rows: the same ones for a catalogue, a day and a seed. `known` holds, by table, what a reference may say:
    ids, or labels of the batch that is being made."""

    def __init__(self, catalogue, today, seed):
        self.tables = {table["name"]: table for table in catalogue["tables"]}
        self.names = {table["id"]: table["name"] for table in catalogue["tables"]}
        self.today, self.chance, self.known = today, random.Random(seed), {}
        levels = [level["name"] for level in catalogue["levels"]]
        self.compound = "alley" if "alley" in levels else "estate"
        self.overlay = next((name for name in ("micro_grid", "grid", "area") if name in levels), self.compound)
        self.extra = [name for name in ("station", "desk") if name in levels]

    def day(self, days=0):
        return str(self.today + days * DAY)

    def moment(self, days=0, hour=9):
        return f"{self.day(days)}T{hour:02}:00:00.000Z"

    # Places: units with floors and without, doors beneath each level, a building of doors alone, an empty one; codes
    # of both cases, missing names and numbers.

    def places(self):
        """(code, parent, level, name, sort), parents first."""
        rows = [("S", "", "street", "街道", 1)]
        rows += [("C-1", "S", "community", "社区一", 1), ("c-2", "S", "community", None, None)]
        rows += [("E-1", "C-1", self.compound, "和顺", 2), ("e-2", "c-2", self.compound, None, None)]
        rows += [(f"{level}-{n}", "C-1", level, f"{level} {n}", n) for level in self.extra for n in (1, 2)]
        for building, parent in (("B1", "E-1"), ("b2", "E-1"), ("楼3", "E-1"), ("B10", "e-2")):
            rows.append((building, parent, "building", building if building != "b2" else None, None))
        for building in ("B1", "B10"):
            for unit in ("u1", "U2"):
                rows.append((f"{building}-{unit}", building, "unit", f"{unit} 单元", 1))
            for floor, sort in (("f1", 1), ("F2", 2), ("f3", None), ("F4", None)):
                rows.append((f"{building}-u1-{floor}", f"{building}-u1", "floor", None if floor == "f1" else floor, sort))
        above = [row[0] for row in rows if row[2] in ("unit", "floor")] + ["b2", "b2"]
        for n, parent in enumerate(above * 2):
            rows.append((f"{parent}-{'dD'[n % 2]}{n}", parent, "door", None if n % 5 == 0 else f"{n}室", None))
        rows += [(f"G{n}", "S", self.overlay, f"归入{n}", n) for n in (1, 2, 3)]
        return rows

    def overlays(self):
        """(place, overlay, active): whole buildings, a unit, single doors, two ways to one place, one taken out again."""
        doors = [row[0] for row in self.places() if row[2] == "door"]
        return [
            ("B1", "G1", 1), ("B1-u1", "G1", 1), ("B1-u1", "G2", 1), (doors[0], "G2", 1), (doors[-1], "G2", 1),
            ("B10", "G3", 1), ("b2", "G3", 0),
        ]  # fmt: skip

    def learn_places(self, rows):
        """Rows of `place` as the office has them: with these, references to places go round by level."""
        self.known["place"] = [row["id"] for row in rows]
        self.of_level = {}
        for row in rows:
            self.of_level.setdefault(row["level"], []).append(row["id"])
        self.of_level["overlay"] = self.of_level[self.overlay]
        self.next_of_level = {level: itertools.cycle(ids) for level, ids in self.of_level.items()}
        self.next_level = {table: itertools.cycle(levels) for table, levels in PLACED.items()}

    # Rosters whose rows are told apart by name.

    def people(self):
        return [self.named("person", name) for name in PEOPLE]

    def residents(self, homes):
        """Two to a home, with the headings that move them in; `homes` has the code of each door, and the number."""
        for n in range(RESIDENTS_PER_HOME * len(homes)):
            home = homes[n // RESIDENTS_PER_HOME]
            moved_in = self.day(self.chance.randint(-60, 5)) if self.chance.random() > GAP else None
            row = self.named("resident", f"居民{n}")
            yield {**row, "户门": home["code"], "住户序号": home["number"], "迁入日期": moved_in}

    def named(self, table, name):
        return {**{column["name"]: self.cell(table, column) for column in self.columns(table)}, "name": name}

    # Every other table.

    def columns(self, table):
        return [column for column in self.tables[table]["columns"] if not column["retired"]]

    def target(self, column):
        return self.names[column["target"]] if column["type"] == "reference" else None

    def order(self, wanted):
        """These tables, each after those that it refers to."""
        done = []

        def visit(table):
            for column in self.columns(table):
                target = self.target(column)
                if target in wanted and target != table and target not in done:
                    visit(target)
            if table not in done:
                done.append(table)

        for table in wanted:
            visit(table)
        return done

    def rows(self, table):
        """As many rows of a table as ROWS says, as dicts; no two of one natural key. Each may refer to those before."""
        names = {column["id"]: column["name"] for column in self.columns(table)}
        key = [names[column] for column in self.tables[table]["natural_key"]]
        met = set()
        for _ in range(ROWS.get(table, ROWS_OF_OTHERS)):
            row = {column["name"]: self.cell(table, column) for column in self.columns(table)}
            if key and tuple(row[name] for name in key) in met:
                continue
            met.add(tuple(row[name] for name in key))
            yield row

    def cell(self, table, column):
        name, kind = column["name"], column["type"]
        if not column["required"] and self.chance.random() < GAP:
            return None
        if name == "corrects" and self.chance.random() < 0.7:
            return None
        if column["check"] == "cn_phone":
            return f"138{self.chance.randrange(10**8):08}"
        if column["check"] == "cn_resident_id" or column["mask"] != "none":
            return None
        if kind == "reference":
            target = self.target(column)
            if target == "place" and name == "place" and table in PLACED:
                return next(self.next_of_level[next(self.next_level[table])])
            known = self.known.get(target)
            return self.chance.choice(known) if known else None
        if kind in ("date", "time"):
            first, last = DAYS.get((table, name), DATES if kind == "date" else TIMES)
            edges = [day for day in EDGES if first <= day <= last]
            if edges and self.chance.random() < 0.2:
                day = self.chance.choice(edges)
                return self.day(day) if kind == "date" else self.moment(day, 16)
            days = self.chance.randint(first, last)
            return self.day(days) if kind == "date" else self.moment(days, self.chance.choice(HOURS))
        if kind == "boolean":
            return self.chance.choice((0, 1))
        if kind in ("integer", "real"):
            numbers = NUMBERS.get(name, (0, 1, 2, 5))
            least, most = column.get("least"), column.get("most")
            allowed = [n for n in numbers if (least is None or n >= least) and (most is None or n <= most)]
            return self.chance.choice(allowed)
        words = [choice["value"] for choice in column["choices"] if not column["starts"] or choice["value"] in column["starts"]]
        words = words or list(WORDS.get(name, ("甲", "乙", "beta", "Alpha", "100%")))
        if (table, name) == ("schedule", "level"):
            words = ["unit", "building", self.overlay]
        if kind == "list":
            return json.dumps(self.chance.sample(words, min(len(words), self.chance.randint(1, 4))), ensure_ascii=False)
        return self.chance.choice(words)

    def batch(self, tables):
        """Lines for `doorstep batch`: the rows of these tables, up to three steps along for each workflow, and then a
        few rows that others refer to are gone."""
        steps = []
        for table in self.order(tables):
            flows = [column for column in self.columns(table) if column["merge"] == "workflow"]
            yield "begin"
            for n, row in enumerate(self.rows(table)):
                if n and n % 20 == 0:
                    yield from ("commit", "begin")
                label = f"{table}_{n}"
                yield json.dumps({"add": table, "as": label, "values": row}, ensure_ascii=False)
                self.known.setdefault(table, []).append(f"@{label}")
                steps += [line for flow in flows for line in self.walk(table, label, flow, row[flow["name"]])]
            yield "commit"
        yield from steps
        for table in GONE:
            for row in self.known[table][-2:]:
                yield json.dumps({"remove": table, "id": row})

    def walk(self, table, label, column, state):
        state = state or column["default_value"]
        for _ in range(self.chance.randint(0, 3)):
            ways = [move["to"] for move in column["moves"] if move["from"] == state]
            if not ways or not state:
                return
            state = self.chance.choice(ways[0])
            yield json.dumps({"edit": table, "id": f"@{label}", "values": {column["name"]: state}})
