"""One street office with its server and the phones of its people, as real processes."""

import os
import subprocess

from kit import fleet
from kit.network import BadNetwork
from kit.programs import Failed, Office, Phone, free_port, run

from .book import Book

BEFORE_THE_MONTH = (
    "places", "place_overlay", "people", "assignment", "households", "residents", "training", "attendance", "candidate",
    "organisation", "schedule", "duty", "pairing", "matter", "quarantine",
)  # fmt: skip

IDS = """
SELECT 'household' AS kind, place.code AS key, household.id AS id
FROM household JOIN place ON place.id = household.place WHERE place.code IN ({doors})
UNION ALL SELECT 'person', name || '/' || phone, id FROM person
UNION ALL SELECT 'place', code, id FROM place WHERE level <> 'door'
UNION ALL SELECT 'candidate', phone, id FROM candidate
UNION ALL SELECT 'quarantine', order_number, id FROM quarantine
UNION ALL SELECT 'wish', place.code, matter.id FROM matter JOIN place ON place.id = matter.place
  WHERE matter.kind = 'micro_wish'
UNION ALL SELECT 'selection', place.code, selection.id FROM selection JOIN place ON place.id = selection.place
UNION ALL SELECT 'hazard', place.code, hazard.id FROM hazard JOIN place ON place.id = hazard.place
UNION ALL SELECT 'matter', note, id FROM matter WHERE note IS NOT NULL
UNION ALL SELECT 'assignment', place.code || '/' || person.phone, assignment.id FROM assignment
  JOIN place ON place.id = assignment.place JOIN person ON person.id = assignment.person
"""


class DatedOffice(Office):
    """An office whose clock can be put on, to see what a later night does."""

    clock = {}

    def put_on(self, seconds):
        """What faketime would put into the environment; behind its own process the server would not hear SIGTERM."""
        told = run(["faketime", "-f", f"+{seconds}s", "env"]).stdout.splitlines()
        self.clock = dict(line.split("=", 1) for line in told if line.startswith(("FAKETIME=", "LD_PRELOAD=")))
        self.clock["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"

    def command(self, name, *words):
        return run([self.program, name, *words, "--data", str(self.data)], env=os.environ | self.clock)

    def serve(self, port):
        self.process = subprocess.Popen(
            [self.program, "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{port}"],
            stdout=subprocess.PIPE, stderr=self.log, text=True, env=os.environ | self.clock,
        )  # fmt: skip
        line = self.process.stdout.readline()
        if "listening on" not in line:
            raise Failed(f"the server did not start: {line}")


class StreetOffice:
    def __init__(self, folder, plan, seed):
        self.folder = folder / "office" / str(plan.street.number)
        self.folder.mkdir(parents=True)
        self.plan, self.seed = plan, seed
        self.staff, self.street = plan.staff, plan.street
        self.office = DatedOffice(self.folder, "gutian")
        self.phones = [Phone(self.folder, who, number) for number, who in enumerate(self.staff.with_phones, 1)]
        self.by_leader = {phone.leader: phone for phone in self.phones}
        self.port = free_port()
        self.network = None
        self.ids = {}

    # --- Before the month ---

    def open(self):
        """The office is made and its rosters are in; new rows by table."""
        rosters = self.folder / "rosters"
        self.plan.write(rosters)
        self.office.create(self.street.plan.zh)
        loaded = {}
        for table in BEFORE_THE_MONTH:
            if table == "quarantine":
                self.refused = self._refused(rosters / "quarantine-without-order.csv")
            loaded[table] = self.office.load(table, rosters / f"{table}.csv")["new"]
        self.find_ids()
        if self.staff.former:
            file = rosters / "selection.csv"
            self.plan.posts.write_selection(file, self.ids["assignment", self._post_key(self.staff.former)])
            self.office.load("selection", file)
            self.find_ids()
        # After a large import, so that the phones need not carry it for the office until the next one.
        self.office.command("backup", str(self.folder / "before-the-month.backup"))
        host = f"127.0.0.1:{self.port}"
        self.links = self.office.invite(rosters / "leaders.csv", self.folder / "invitations.csv", host)
        return loaded

    def _refused(self, file):
        """What the office is told of a file in which nothing is in order; nothing of it is taken."""
        words = (self.office.program, "import", "quarantine", str(file), "--data", str(self.office.data))
        return run(words, allowed=(1,)).stderr.splitlines()

    @staticmethod
    def _post_key(who):
        return f"{who.place.code}/{who.phone}"

    def find_ids(self):
        homes = [item.home for item in (*self.plan.homes.pairings, *self.plan.homes.quarantines)]
        doors = ", ".join(f"'{home.door.code}'" for home in homes)
        for row in self.office.query(IDS.format(doors=doors)):
            key = tuple(row["key"].split("/")) if row["kind"] == "person" else row["key"]
            self.ids[row["kind"], key] = row["id"]
        self.key_of = {identity: key for (_, key), identity in self.ids.items()}

    def join(self):
        """Every phone joins and fetches what its holder answers for; how many rows in all."""
        self.office.serve(self.port)
        pulled = fleet.join(self.phones, self.links)
        self.office.stop()
        return pulled

    # --- Notebooks ---

    def record(self, book):
        """Everybody writes down what the book has for her, on her own phone."""
        fleet.each(lambda phone: self.record_one(book, phone), [p for p in self.phones if p.leader in book.days])

    def record_one(self, book, phone):
        phone.batch(book.lines(phone.leader, self.ids))

    def note(self, who, change):
        """One thing on one phone, by a function that writes it into a book of its own."""
        book = Book()
        change(book)
        self.record_one(book, self.by_leader[who])

    # --- The way there ---

    def open_network(self):
        """The server is back behind a bad network."""
        port = free_port()
        self.office.serve(port)
        self.network = BadNetwork(self.port, port, self.office.tls_files, f"{self.seed} {self.street.number}")
        self.network.__enter__()
        self.trouble = self.network.counts

    def close(self):
        if self.network:
            self.network.__exit__()
            self.network = None
        self.office.stop()

    def send(self, people, at_a_time=12):
        """They send what they have and fetch what is new, all at the same time."""
        fleet.each(fleet.sync_through, [self.by_leader[who] for who in people], at_a_time)

    def everybody_but(self, people):
        return [phone.leader for phone in self.phones if phone.leader not in people]

    def add_phone(self, who, links):
        """Somebody new joins through the bad network: she tries until she is in."""
        phone = Phone(self.folder, who, len(self.phones) + 1)
        for _ in range(fleet.MOST_TRIES):
            words = ("join", links[who.name, who.phone], "--device", f"phone of {who.name}")
            if phone.run(*words, allowed=(0, 3)).returncode == 0:
                break
        fleet.sync_through(phone)
        self.phones.append(phone)
        self.by_leader[who] = phone
        return phone
