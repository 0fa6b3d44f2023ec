"""A small office and its phones as real processes, for the tests beside this file."""

import atexit
import csv
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOORSTEP = os.environ["DOORSTEP"]
SERVER = os.environ["DOORSTEP_SERVER"]
SANITIZED = bool(os.environ.get("DOORSTEP_SANITIZE"))
PATIENCE_S = 120

ESTATE, UNIT = "S1", "S1-1-1"
DOORS = [f"{UNIT}-{number:04}" for number in (101, 102, 201, 202)]
PEOPLE = {"王芳": "15400000001", "李军": "15400000002", "张敏": "15400000003"}


class OfficeTest(unittest.TestCase):
    """Each test gets a folder, an office with four doors, and phones on demand."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="doorstep-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.office = Office(self.folder)
        self.addCleanup(self.office.end)
        self.office.create()

    def phone(self, person, place=UNIT, joined=True, role="unit_leader"):
        """A phone of this person, who answers for this place; with its doors on it when `joined`."""
        phone = Phone(self.folder / f"{person}-{len(list(self.folder.glob('*.db')))}.db")
        if joined:
            phone.run("join", self.office.invite(person, place, role))
            phone.run("sync")
        return phone


class Program:
    """Runs one program; `code` is the exit code that the test expects, or several that it accepts."""

    def run(self, *words, code=0, **options):
        done = subprocess.run(self.words(*words), capture_output=True, text=True, timeout=PATIENCE_S, **options)
        if done.returncode not in (code if isinstance(code, tuple) else (code,)):
            raise AssertionError(f"{words} ended with {done.returncode}, not {code}:\n{done.stdout}{done.stderr}")
        return done

    def json(self, *words, **options):
        return json.loads(self.run(*words, "--json", **options).stdout)

    def error(self, *words, code, **options):
        """The error of a command that must fail, as --json tells it."""
        return json.loads(self.run(*words, "--json", code=code, **options).stderr.splitlines()[-1])["error"]


class Office(Program):
    def __init__(self, folder, name="office"):
        self.folder, self.data, self.process = folder, folder / name, None
        self.port = free_port()

    def words(self, name, *words):
        return [SERVER, name, *words, "--data", str(self.data)]

    def create(self):
        self.run("init", "--pack", str(ROOT / "schemas" / "changchun"), "--office", "永春街道")
        places = [(ESTATE, "", "小区", "和顺家园"), ("S1-1", ESTATE, "楼栋", "1号楼"), (UNIT, "S1-1", "单元", "1单元")]
        places += [(code, UNIT, "户门", f"{code[-3:]}室") for code in DOORS]
        self.load("places", ("编码", "上级", "层级", "名称"), places)
        self.load("people", ("姓名", "联系电话"), PEOPLE.items())
        self.load("households", ("户门", "户主姓名", "备注"), [(code, "赵大爷", "原来的备注") for code in DOORS])

    def load(self, table, headers, rows):
        path = self.folder / f"{table}.csv"
        with open(path, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(headers)
            writer.writerows(rows)
        return self.run("import", table, str(path))

    def invite(self, person, place, role="unit_leader"):
        found = self.json(
            "invite", "--person", person, "--role", role, "--place", place, "--host", f"127.0.0.1:{self.port}"
        )
        return found["url"]

    def serve(self, log=subprocess.DEVNULL, *words):
        self.process = subprocess.Popen(
            self.words("serve", "--listen", f"127.0.0.1:{self.port}", *words),
            stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        line = self.process.stdout.readline()
        if "listening on" not in line:
            raise AssertionError(f"the server did not start: {line!r}, {self.process.wait()}")

    def stop(self, how=signal.SIGTERM):
        """Ends the server and returns its exit code."""
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        self.process = None
        return code

    def end(self):
        if self.process is not None:
            self.stop(signal.SIGKILL)

    def query(self, sql):
        return self.json("query", sql)


class Phone(Program):
    def __init__(self, db):
        self.db = db

    def words(self, *words):
        return [DOORSTEP, "--db", str(self.db), *words]

    def query(self, sql):
        return self.json("query", sql)

    def batch(self, *lines, **options):
        return self.run("batch", "-", input="\n".join(lines) + "\n", **options)

    def household(self, door):
        sql = f"SELECT household.id FROM household JOIN place ON place.id = household.place WHERE place.code = '{door}'"
        return self.query(sql)[0]["id"]

    def start(self, *words, **options):
        """A process that the test ends itself."""
        process = subprocess.Popen(self.words(*words), text=True, **options)
        atexit.register(process.kill)
        return process


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
