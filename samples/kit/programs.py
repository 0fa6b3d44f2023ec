"""The two programs as processes: the office's server, and one `doorstep` a phone with a database of its own."""

import csv
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Failed(Exception):
    """A program did not do what the sample needs of it."""


def find_program(name, variable):
    """From $DOORSTEP or $DOORSTEP_SERVER, the folder $DOORSTEP_BIN, or the release build."""
    given = os.environ.get(variable)
    folder = pathlib.Path(os.environ.get("DOORSTEP_BIN") or ROOT / "build" / "release" / "bin")
    path = pathlib.Path(given) if given else folder / name
    if not os.access(path, os.X_OK):
        raise Failed(f"没有找到 {path},请先运行 scripts/build release\nThere is no {path}. Build it: scripts/build release")
    return str(path)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(command, allowed=(0,), **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **options)
    if done.returncode not in allowed:
        words = [word if len(word) < 60 else word[:57] + "..." for word in map(str, command)]
        raise Failed(f"{' '.join(words)}\n-> {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done


def words_of(parameters):
    return [f"{name}={value}" for name, value in parameters.items()]


class Office:
    """An office in `folder`/office with the pack schemas/`pack`."""

    def __init__(self, folder, pack):
        self.pack = ROOT / "schemas" / pack
        self.program = find_program("doorstep-server", "DOORSTEP_SERVER")
        self.data = folder / "office"
        self.log = open(folder / "office.log", "ab")
        self.process = None

    def command(self, name, *words):
        return run([self.program, name, *words, "--data", str(self.data)])

    def create(self, name):
        return run([self.program, "init", "--data", str(self.data), "--pack", str(self.pack), "--office", name])

    def load(self, table, file):
        return json.loads(self.command("import", table, str(file), "--json").stdout)

    def invite(self, leaders, out, host):
        """Name and phone of every leader, with the link."""
        self.command("invite", "--file", str(leaders), "--out", str(out), "--host", host)
        with open(out, encoding="utf-8-sig", newline="") as file:
            return {(row["姓名"], row["联系电话"]): row["url"] for row in csv.DictReader(file)}

    def serve(self, port):
        self.process = subprocess.Popen(
            [self.program, "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{port}"],
            stdout=subprocess.PIPE, stderr=self.log, text=True,
        )  # fmt: skip
        line = self.process.stdout.readline()
        if "listening on" not in line:
            raise Failed(f"the server did not start: {line}")

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.process = None
        if code != 0:
            raise Failed(f"the server ended with {code} when told to stop")

    def query(self, sql):
        return json.loads(self.command("query", "--json", sql).stdout)

    def view(self, name, **parameters):
        """The rows of a view, values by column."""
        return json.loads(self.command("view", name, "--json", *words_of(parameters)).stdout)

    def sample(self, round, role, each, file):
        """Draws homes of each holder of a post to call; how many, and the rows of the list."""
        words = ("--round", round, "--role", role, "--each-leader", str(each), "--out", str(file), "--json")
        told = json.loads(self.command("sample", *words).stdout)
        with open(file, encoding="utf-8-sig", newline="") as listed:
            return told["drawn"], list(csv.DictReader(listed))

    def print_plates(self, file, host):
        """A page of service plates for each unit; where each hangs, and who is on it."""
        done = self.command("print", "plates", "--out", str(file), "--host", host, "--json")
        return json.loads(done.stdout)["plates"]

    def conflicts(self):
        return json.loads(self.command("conflicts", "--json").stdout)

    def duplicates(self):
        return json.loads(self.command("duplicates", "--json").stdout)

    def accept_duplicates(self, least):
        """Declares everything of this score and more one thing; how many."""
        return json.loads(self.command("duplicates", "accept", "--all", "--min-score", str(least), "--json").stdout)["accepted"]

    def count(self, table, where="1"):
        return self.query(f"SELECT COUNT(*) AS n FROM {table} WHERE {where}")[0]["n"]

    @property
    def tls_files(self):
        return self.data / "keys" / "tls.crt", self.data / "keys" / "tls.key"


class Phone:
    """`wrong_by_s` is how far its clock is off, made by faketime; time since boot runs on as it does on a phone."""

    def __init__(self, folder, leader, number):
        self.leader = leader
        self.db = str(folder / f"phone-{number:02}.db")
        self.program = find_program("doorstep", "DOORSTEP")
        self.wrong_by_s = 0
        self.reports = []

    def words(self, *words):
        clock = ["faketime", "-f", f"{self.wrong_by_s:+d}s"] if self.wrong_by_s else []
        return [*clock, self.program, "--db", self.db, *words]

    def environment(self):
        return {**os.environ, "FAKETIME_DONT_FAKE_MONOTONIC": "1"} if self.wrong_by_s else None

    def run(self, *words, **options):
        return run(self.words(*words), env=self.environment(), **options)

    def join(self, url):
        return self.run("join", url, "--device", f"phone of {self.leader.name}")

    def query(self, sql):
        return json.loads(self.run("--json", "query", sql).stdout)

    def view(self, name, **parameters):
        return json.loads(self.run("--json", "view", name, *words_of(parameters)).stdout)

    def find(self, text):
        return json.loads(self.run("--json", "find", text).stdout)

    def status(self):
        return json.loads(self.run("--json", "status").stdout)

    def sync(self):
        """The report, or None when the office could not be reached or was cut off."""
        done = self.run("--json", "sync", allowed=(0, 3))
        if done.returncode == 3:
            return None
        self.reports.append(json.loads(done.stdout))
        return self.reports[-1]

    def batch(self, lines, **options):
        return self.run("--json", "batch", "-", input="\n".join(lines) + "\n", **options)

    def households(self):
        """The household behind each door, as this phone knows them."""
        rows = self.query("SELECT place.code, household.id FROM household JOIN place ON place.id = household.place")
        return {row["code"]: row["id"] for row in rows}

    def batch_until_killed(self, lines, after):
        """Feeds the lines, kills the process outright after `after` acknowledgements, returns all that came."""
        process = subprocess.Popen(
            self.words("--json", "batch", "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=self.environment(),
        )  # fmt: skip
        with process:
            process.stdin.write("\n".join(lines) + "\n")
            process.stdin.flush()
            heard = [process.stdout.readline() for _ in range(after)]
            process.kill()
            heard += process.stdout.readlines()
        if process.returncode != -signal.SIGKILL:
            raise Failed("the batch was over before it could be killed")
        # What the pipe held of an unfinished line was never acknowledged.
        return [json.loads(line) for line in heard if line.endswith("\n")]


def need_faketime():
    if shutil.which("faketime") is None:
        raise Failed("没有faketime:请安装它,或加 --true-clocks\nThere is no faketime: install it, or add --true-clocks")
