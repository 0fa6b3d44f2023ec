"""The office and the phones of the story, and short words for what acts do with them."""

import json
import re

from kit import fleet
from kit.clocks import Calendar
from kit.network import BadNetwork
from kit.programs import Office, Phone, free_port
from kit.romanise import romanised
from kit.tables import write_table
from kit.telling import padded, width

from . import days


LINE = 110  # columns


class Stage:
    def __init__(self, folder, roster, month, teller, arguments):
        self.folder, self.roster, self.month, self.teller = folder, roster, month, teller
        self.town, self.people = roster.town, roster.people
        self.seed = arguments.seed
        self.calendar = Calendar()
        self.office = Office(folder, "yuhang")
        everybody = [*self.people.invited_first, self.people.candidate]
        self.phones = [Phone(folder, leader, number) for number, leader in enumerate(everybody, 1)]
        self.of = {phone.leader: phone for phone in self.phones}
        self.corridor_phones = [self.of[leader] for leader in month.leaders]
        upper = (*self.people.estate_leaders, *self.people.community_workers, self.people.street_worker)
        self.upper_phones = [self.of[who] for who in upper]
        self.port = free_port()
        self.links = {}
        self.loaded, self.now = 0, None

    # What the clerk does.

    def turn_to(self, day, clock):
        """Whoever is at work goes on at that time; the server, too."""
        if (day, clock) == self.now:
            return
        self.now = (day, clock)
        serving = self.office.process is not None
        if serving:
            self.office.stop()
        self.calendar.turn_to(days.moment(day, clock))
        if serving:
            self.office.serve(self.port)

    def load(self, table, headers, rows):
        """Imports a table that the office has typed."""
        self.loaded += 1
        path = self.folder / "tables" / f"{self.loaded:02}-{table}.csv"
        path.parent.mkdir(exist_ok=True)
        write_table(path, headers, rows)
        return self.office.load(table, path)

    def invite(self, table):
        out = self.folder / f"invitations-{len(self.links)}.csv"
        links = self.office.invite(table, out, f"127.0.0.1:{self.port}")
        self.links |= links
        return links

    def learn_ids(self):
        """People and places by their ids, as views name them."""
        self.person_id = {
            (row["name"], row["phone"]): row["id"] for row in self.office.query("SELECT id, name, phone FROM person")
        }
        self.leader_by_id = {
            self.person_id[phone.leader.name, phone.leader.phone]: phone.leader
            for phone in self.phones
            if (phone.leader.name, phone.leader.phone) in self.person_id
        }
        places = {place.code: place for place in self.town.places()}
        self.place_id = {row["code"]: row["id"] for row in self.office.query("SELECT id, code FROM place")}
        self.place_by_id = {row: places[code] for code, row in self.place_id.items()}
        self.post_id = {row["person"]: row["id"] for row in self.office.query("SELECT id, person FROM assignment")}

    def id_of(self, leader):
        return self.person_id[leader.name, leader.phone]

    def post_of(self, leader):
        return self.post_id[self.id_of(leader)]

    # What phones do.

    def begin(self, phones):
        """They join and fetch; how many rows."""
        return fleet.join(phones, self.links)

    def do(self, leader, *changes):
        """One leader records these, as one; their ids."""
        return self.record(self.of[leader], [group(*changes)])

    def refused(self, leader, *changes):
        """What her phone says to changes that are not hers to make."""
        done = self.of[leader].batch(group(*changes), allowed=(2,))
        return json.loads(done.stderr)["error"]["zh"]

    def read_of_others(self, leader):
        """Where her phone says that somebody else wrote something different."""
        return json.loads(self.of[leader].run("--json", "conflicts").stdout)

    @staticmethod
    def record(phone, groups):
        """Groups of lines; the ids of all changes, in order."""
        said = phone.batch([line for lines in groups for line in lines]).stdout
        return [json.loads(line)["id"] for line in said.splitlines()]

    def contact(self, *leaders):
        """These phones reach the office, one after the other."""
        for leader in leaders:
            fleet.sync_through(self.of[leader])

    def through_bad_network(self):
        """Everybody sends at once through a network that loses and repeats; who leads others goes on until nothing
        is new. What the network did, and the phones' reports."""
        office_port = free_port()
        self.office.serve(office_port)
        with BadNetwork(self.port, office_port, self.office.tls_files, self.seed) as network:
            sent = fleet.each(fleet.sync_through, self.phones, at_a_time=len(self.phones))
            fleet.sync_until_quiet(self.upper_phones)
            counts = network.counts
        self.office.stop()
        return counts, sent

    # How it is told.

    def say(self, zh, en):
        """A sentence or two, broken where a line is full."""
        parts = re.findall(r"[^,。;:]*[,。;:]?", zh) if self.teller.chinese else re.findall(r"\S+\s*", en)
        lines = ["  "]
        for part in parts:
            if width(lines[-1] + part.rstrip()) > LINE:
                lines.append("  ")
            lines[-1] += part
        print("\n".join(line.rstrip() for line in lines), flush=True)

    def name(self, leader):
        return self.teller.pick(leader.name, romanised(leader.name))

    def place(self, place):
        return self.town.name(place, self.teller.chinese)

    def table(self, columns, rows):
        """Columns as (Chinese heading, English heading, right-aligned); a row is a list of texts."""
        heads = [self.teller.pick(zh, en) for zh, en, _ in columns]
        rows = [[str(cell) for cell in row] for row in rows]
        widths = [max(width(row[at]) for row in [heads, *rows]) for at in range(len(heads))]
        for row in [heads, *rows]:
            cells = [
                " " * (wide - width(text)) + text if right else padded(text, wide)
                for text, wide, (_, _, right) in zip(row, widths, columns)
            ]
            print(("    " + "  ".join(cells)).rstrip(), flush=True)


def add(table, label=None, **values):
    change = {"add": table, "values": values}
    return change | {"as": label} if label else change


def edit(table, row, **values):
    return {"edit": table, "id": row, "values": values}


def group(*changes):
    """Lines for `doorstep batch`, saved together."""
    written = [json.dumps(change, ensure_ascii=False) for change in changes]
    return written if len(written) == 1 else ["begin", *written, "commit"]
