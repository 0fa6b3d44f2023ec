"""Who records what on which day: an errand is what a leader does at one place, saved as one change group."""

import json
import random
from dataclasses import dataclass, field

from .dates import HANDOVER, RECHECKS


@dataclass
class Errand:
    """Changes as `doorstep batch` takes them. A text `<household CODE/1>` stands for the id of that row, which the
    phone finds when she is there (days.KNOWN_ROWS)."""

    changes: list

    def names_rows(self):
        return any('"<' in json.dumps(change) for change in self.changes)

    def lines(self, ids):
        written = [json.dumps(fill(change, ids), ensure_ascii=False) for change in self.changes]
        return written if len(written) == 1 else ["begin", *written, "commit"]


def fill(value, ids):
    if isinstance(value, dict):
        return {key: fill(inner, ids) for key, inner in value.items()}
    if isinstance(value, str) and value.startswith("<"):
        return ids[value]
    return value


def add(table, label=None, **values):
    return ({"as": label} if label else {}) | {"add": table, "values": values}


def edit(table, row, **values):
    return {"edit": table, "id": row, "values": values}


@dataclass(frozen=True)
class Visit:
    day: object
    door: object
    outcome: str  # of the visit
    answer: str  # of the campaign
    by: object


@dataclass(frozen=True)
class Move:
    direction: str  # in or out
    day: str
    door: object
    kind: str  # as in `resident.kind`


@dataclass(eq=False)
class Matter:
    door: object
    title: tuple  # Chinese, English
    by: object  # the leader who heard of it
    ending: str
    answer: tuple = ("", "")
    opinion: tuple = ("", "")  # the leader's own
    document: str = ""  # of a referral

    @property
    def key(self):
        return self.door.code, self.title[0]

    @property
    def token(self):
        return f"<matter {self.door.code} {self.title[0]}>"


@dataclass
class Hazard:
    floor: object
    kind: str
    fate: str
    by: object
    party: tuple
    order: str | None = None  # its number

    @property
    def token(self):
        return f"<hazard {self.floor.code}>"


@dataclass
class Month:
    """Errands by day and leader, and beside them what must be true at the end."""

    roster: object
    seed: int
    errands: dict = field(default_factory=dict)
    visits: list = field(default_factory=list)
    moves: list = field(default_factory=list)
    registered: dict = field(default_factory=dict)  # door -> phone
    advice: dict = field(default_factory=dict)  # door -> outcomes
    solved: list = field(default_factory=list)
    council: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    hazards: list = field(default_factory=list)
    checks: int = 0

    def __post_init__(self):
        self.random = random.Random(f"month {self.seed}")
        self.community, self.posts = self.roster.community, self.roster.posts
        self.homes = {home.door: home for home in self.roster.homes}

    def record(self, day, who, *changes):
        self.errands.setdefault(day, {}).setdefault(who, []).append(Errand(list(changes)))

    def unit_leader(self, unit, day):
        """Who answers for a unit on a day."""
        if unit is not self.posts.leaving.place or day <= RECHECKS:
            return self.posts.of_place[unit]
        return self.posts.successor if day >= HANDOVER else self.posts.of_place[unit.parent]

