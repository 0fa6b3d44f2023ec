"""Every view of every pack means the same in PostgreSQL: an office is filled, its tables are copied, and each view is
asked on both sides with the same parameters. Rows have to agree one by one, in the same order.

A PostgreSQL of its own runs in the test's folder, behind a socket. With DOORSTEP_VIEWS=FOLDER it is asked with the SQL
of the views there, such as the schemas/ of the commit before: so one sees that a view that was rewritten still answers
the same."""

import contextlib
import datetime
import decimal
import glob
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unittest

from office import PATIENCE_S, ROOT, Office, Phone
from view_data import CLERK, LEFT_OUT, PEOPLE, RESIDENTS_PER_HOME, Neighbourhood

sys.path.append("/usr/lib/python3/dist-packages")  # python3-psycopg2
import psycopg2  # noqa: E402
import psycopg2.extras  # noqa: E402

OTHER_VIEWS = os.environ.get("DOORSTEP_VIEWS")
CALENDAR = {"day": "integer", "date": "text", "weekday": "integer"}
TYPES = {"integer": "BIGINT", "boolean": "INTEGER", "real": "DOUBLE PRECISION"}  # Everything else is TEXT.
ROWS_ASKED_ABOUT = {"campaign": 12, "assignment": 10}  # Of a parameter that names a row; of other tables 4.
EARLIER_AND_LATER = (-15, 3)  # Days by which each day and moment is asked about besides.
OTHERWISE = {
    "level": lambda town: ("building", "door", town.overlay, town.compound),
    "round": lambda town: ("甲", "beta"),
    "place": lambda town: ("C-1", "B1-u1"),
    "role": lambda town: ("unit_leader", "grid_leader"),
    "kind": lambda town: ("screening", "drill", "worry", "need"),
    "category": lambda town: ("volunteer",),
    "skill": lambda town: ("EXCEL", "电工"),
    "missing_only": lambda town: (1,),
    "silent_days": lambda town: (1, 30),
    "days": lambda town: (0, 10),
    "fever": lambda town: (37.2,),
}


class Cluster:
    """A PostgreSQL that nobody else sees and that leaves nothing behind."""

    def __init__(self):
        self.programs = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="doorstep-pg-"))
        self.user = {}
        if os.geteuid() == 0:  # It refuses to run as root.
            shutil.chown(self.folder, "postgres", "postgres")
            self.user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        # Text in the order of its bytes, as in SQLite.
        self.run("initdb", "--username=doorstep", "--auth=trust", "--no-locale", "--encoding=UTF8", "--no-sync")
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c jit=off"
        self.run("pg_ctl", "start", "--wait", "--silent", "--log", str(self.folder / "log"), "--options", options)

    def run(self, program, *words):
        words = [str(self.programs / program), *words, "--pgdata", str(self.folder / "data")]
        subprocess.run(words, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE_S, **self.user)

    def connect(self):
        return psycopg2.connect(host=str(self.folder), user="doorstep", dbname="postgres")

    def stop(self):
        self.run("pg_ctl", "stop", "--mode=immediate", "--silent")
        shutil.rmtree(self.folder)


class FilledOffice(Office):
    """An office with a generated neighbourhood: rosters imported, the rest recorded on a clerk's phone."""

    def __init__(self, folder, pack, today):
        super().__init__(folder)
        self.run("init", "--pack", str(ROOT / "schemas" / pack), "--office", pack)
        self.catalogue = json.loads(self.run("catalogue").stdout)
        self.town = Neighbourhood(self.catalogue, today, pack)

    def fill(self):
        town = self.town
        self.load("place", ("code", "parent", "level", "name", "sort"), town.places())
        town.learn_places(self.query("SELECT id, level FROM place ORDER BY code"))
        self.load("place_overlay", ("place", "overlay", "active"), town.overlays())
        self.bring("person", town.people())
        self.bring("household", town.rows("household"))
        homes = self.query("SELECT code, number FROM household JOIN place ON place.id = place ORDER BY code, number")
        self.bring("resident", town.residents(homes))
        brought = {"place", "place_overlay", "person", "household", "resident"}
        others = town.order([table for table in town.tables if table not in brought | LEFT_OUT])
        for table in [table for table in others if town.tables[table]["office_only"]]:
            self.bring(table, town.rows(table))
        self.record([table for table in others if not town.tables[table]["office_only"]])
        for table in ("person", "resident", "household"):
            self.run("same", table, *sorted(town.known[table])[:2])

    def bring(self, table, rows):
        rows = list(rows)
        self.load(table, list(rows[0]), [row.values() for row in rows])
        self.town.known[table] = [row["id"] for row in self.query(f"SELECT id FROM {table} ORDER BY id")]

    def record(self, tables):
        self.serve()
        phone = Phone(self.folder / "clerk.db")
        phone.run("join", self.invite(CLERK, "S", "street_worker"))
        phone.run("sync")
        phone.batch(*self.town.batch(tables))
        phone.run("sync")
        self.stop()
        if self.json("held"):
            raise AssertionError(self.run("held").stdout)

    def copy(self):
        """What views see, by name, in one reading: {name: (columns with their types, rows)}."""
        seen = {"doorstep_calendar": CALENDAR}
        for table in self.catalogue["tables"]:
            seen[table["name"]] = {"id": "text", **{column["name"]: column["type"] for column in table["columns"]}}
            seen["each_" + table["name"]] = {**seen[table["name"]], "pending": "boolean"}
        parts = [
            f"""SELECT '{name}' AS name, json_array({', '.join(f'"{column}"' for column in columns)}) AS cells FROM {name}"""
            for name, columns in seen.items()
        ]
        rows = {name: [] for name in seen}
        for row in self.query(" UNION ALL ".join(parts)):
            rows[row["name"]].append(json.loads(row["cells"]))
        return {name: (columns, rows[name]) for name, columns in seen.items()}


def load(cursor, schema, tables):
    """Copies the tables into a schema of their own, in any order but the office's."""
    cursor.execute(f"CREATE SCHEMA {schema}; SET search_path TO {schema}")
    for name, (columns, rows) in tables.items():
        typed = ", ".join(f'"{column}" {TYPES.get(kind, "TEXT")}' for column, kind in columns.items())
        cursor.execute(f"CREATE TABLE {name} ({typed})")
        random.Random(name).shuffle(rows)
        psycopg2.extras.execute_values(cursor, f"INSERT INTO {name} VALUES %s", rows, page_size=1000)
    cursor.execute("ANALYZE")


def psycopg_sql(sql):
    """:name as psycopg2 writes it, outside of literals."""
    return re.sub(r"('[^']*')|:([a-z_]+)", lambda m: m[1] or f"%({m[2]})s", sql.replace("%", "%%"))


def plain(value):
    """A sum is a numeric there; a quotient that is no whole number stays one and shows."""
    return int(value) if isinstance(value, decimal.Decimal) and value == int(value) else value


def questions(office, view):
    """Parameters to ask a view with: its defaults, then each of them in turn as something else; all of it for each of
    some rows where a parameter names one."""
    town, rows, ways = office.town, [{}], {}
    for parameter in view["parameters"]:
        name, kind = parameter["name"], parameter["type"]
        if kind == "reference":
            rows = [{name: row} for row in rows_to_ask_about(office, name, town.names[parameter["target"]])]
        elif kind in ("date", "time"):
            days = parameter["default_offset_ms"] // 86_400_000
            ways[name] = [town.day(days), *(town.day(days + by) for by in EARLIER_AND_LATER)]
            if kind == "time":
                ways[name] = [f"{day}T16:00:00.000Z" for day in ways[name]]
        else:
            values = [parameter["default_value"], *(OTHERWISE.get(name, lambda town: ()))(town)]
            ways[name] = [value for value in values if value is not None]
    usual = {name: values[0] for name, values in ways.items()}
    for row in rows:
        yield {**row, **usual}
        for name, values in ways.items():
            yield from ({**row, **usual, name: value} for value in values[1:])


def rows_to_ask_about(office, name, table):
    number = ROWS_ASKED_ABOUT.get(table, 4)
    if table == "place":
        return office.town.of_level[name][:number]
    return [row["id"] for row in office.query(f"SELECT id FROM {table} ORDER BY id LIMIT {number}")]


class PostgresViews(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.addClassCleanup(cls.cluster.stop)
        cls.today = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)).date()

    def compare(self, pack, views_of):
        """Fills an office of this pack and asks the views in this folder of schemas/."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="doorstep-e2e-"))
        self.addCleanup(shutil.rmtree, folder)
        office = FilledOffice(folder, pack, self.today)
        self.addCleanup(office.end)
        office.fill()
        names = {path.stem for path in (ROOT / "schemas" / views_of / "views").iterdir()}
        views = [view for view in office.catalogue["views"] if view["name"] in names]
        self.assertEqual(len(views), len(names))
        with contextlib.closing(self.cluster.connect()) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            load(cursor, pack, office.copy())
            for view in views:
                if OTHER_VIEWS:
                    other = pathlib.Path(OTHER_VIEWS) / views_of / "views" / f"{view['name']}.toml"
                    view["sql"] = tomllib.loads(other.read_text())["sql"]
                found = 0
                for parameters in questions(office, view):
                    with self.subTest(view=view["name"], **parameters):
                        found += self.ask(office, cursor, view, parameters)
                with self.subTest(view=view["name"]):
                    self.assertGreater(found, 0, "nothing to compare")

    def ask(self, office, cursor, view, parameters):
        """How many rows both sides have."""
        here = office.json("view", view["name"], *(f"{name}={value}" for name, value in parameters.items()))
        cursor.execute(psycopg_sql(view["sql"]), parameters)
        names = [column.name for column in cursor.description]
        there = [{name: plain(value) for name, value in zip(names, row)} for row in cursor]
        self.assertEqual(here, there)
        return len(here)

    def test_neighbourhood(self):
        self.compare("changchun", "neighbourhood")

    def test_yuhang(self):
        self.compare("yuhang", "yuhang")

    def test_gutian(self):
        self.compare("gutian", "gutian")

    def test_shengquan(self):
        self.compare("shengquan", "shengquan")

    def test_furong(self):
        self.compare("furong", "furong")


if __name__ == "__main__":
    unittest.main()
