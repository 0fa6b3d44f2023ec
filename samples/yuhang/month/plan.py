"""What everybody does in the month, worked out before anything runs; what has to come out is counted from it."""

import datetime
import random
from collections import Counter
from dataclasses import dataclass, field

from kit.people import make_resident, person_name

from . import days

HELPS = (  # why somebody rang, how often
    ("不会查健康码,教她查", "showing somebody how to query a health code", 40),
    ("教用手机交电费", "paying the electricity bill by phone", 15),
    ("代取药", "fetching medicine", 12),
    ("门锁坏了,找锁匠", "a broken lock, finding a locksmith", 10),
    ("抬轮椅下楼", "carrying a wheelchair downstairs", 10),
    ("突然停电,看电闸", "the light went out, looking at the fuses", 13),
)
HOURS = ((7, 9, 12), (9, 12, 24), (12, 18, 26), (18, 22, 26), (22, 24, 8), (0, 5, 4))  # from, until, how often
CALLS = 3  # homes of each leader that are drawn and called
DANGERS = ("blocked_stairs", "e_bike_indoors", "wire_charging", "extinguisher", "lighting")


@dataclass
class Told:
    """What a door answered to the instruction of the day."""

    door: object
    outcome: str
    clock: str


@dataclass
class Sweep:
    """What a leader found at one door, and wrote down as one."""

    door: object
    day: datetime.date
    clock: str
    outcome: str  # answered, vacant, nobody_home
    elder_met: bool = False
    change: str = ""  # changed, filled, emptied, came, left, shifted, unlisted
    people: list = field(default_factory=list)  # who moved in
    landlord: tuple = ()  # written down at the door
    gone: str = ""  # who moved out, alone
    to: object = None  # the door in the same corridor that she moved to
    moved: datetime.date = None


@dataclass
class Contact:
    door: object
    day: datetime.date
    clock: str
    channel: str


@dataclass
class Help:
    door: object
    what: int  # in HELPS
    day: datetime.date
    minute: int
    answered: str = ""  # when, as a cell
    due: datetime.date = None


@dataclass
class Danger:
    place: object
    kind: str
    day: datetime.date
    state: str
    gone: bool  # so it is found when somebody looks again


@dataclass
class Work:
    """One corridor leader's month."""

    told: list = field(default_factory=list)
    sweep: list = field(default_factory=list)
    late: list = field(default_factory=list)  # doors of the sweep that were missed at first
    contacts: list = field(default_factory=list)
    helps: list = field(default_factory=list)
    dangers: list = field(default_factory=list)
    calls: list = field(default_factory=list)  # scores that households give, whichever are drawn


class Month:
    """`living` is how many live behind each door in the end, family by family."""

    def __init__(self, roster, seed):
        self.roster, self.town, self.people = roster, roster.town, roster.people
        self.chance = random.Random(f"yuhang month {seed}")
        self.leader_of = {who.place: who for who in [*self.people.corridor_leaders, self.people.candidate]}
        self.leaders = [self.leader_of[place] for place in self.town.corridors]
        self.work = {leader: Work() for leader in self.leaders}
        self.moves = Counter()  # (direction, day, door)
        self.two_days = {}  # door -> (day one leader wrote, day the other wrote) of one move
        self.unconfirmed = set()
        self.living = {home.door.code: [len(home.residents)] for home in roster.households}
        self.rented = {home.door.code for home in roster.households if home.status == "出租"}
        self._taken = {person.id_number for home in roster.households for person in home.residents}
        self._choose_people()
        self._plan_instruction()
        self._plan_sweep()
        self._plan_contacts()
        for leader in self.leaders:
            self._plan_helps(leader)
            self._plan_dangers(leader)
            self._plan_calls(leader)

    def leader_at(self, door):
        return self.leader_of[self.town.corridor_of(door)]

    def estate_leader_at(self, place):
        estate = self.town.estate_of(place)
        return next(who for who in self.people.estate_leaders if who.place is estate)

    def community_worker_at(self, place):
        community = place.above("community")
        return next(who for who in self.people.community_workers if who.place is community)

    def _choose_people(self):
        """Who has which part in the story: the helper has the night's calls; the watcher has an elder who came home
        from hospital; one leader appeals, one has a bad month."""
        self.helper = self.leader_of[self.town.corridors[0]]
        not_hers = (self.helper, self.people.candidate)
        elders = self.roster.elders
        self.alone = {home.door.code for home in elders}
        self.fallen_silent = self.chance.choice([home for home in elders if self.leader_at(home.door) not in not_hers])
        self.watcher = self.leader_at(self.fallen_silent.door)
        others = [home for home in elders if self.leader_at(home.door) is not self.watcher]
        self.discharged = [self.fallen_silent, *self.chance.sample(others, self.town.plan.discharged - 1)]
        rest = [home for home in others if home not in self.discharged]
        self.silent = self.chance.sample(rest, min(5, len(rest) // 2))
        self.last_seen = {}
        free = [who for who in self.leaders if who not in (self.watcher, *not_hers)]
        self.appealing, self.failing = self.chance.sample([who for who in free if who.place.level == "building"], 2)
        # An old couple, where there is one.
        near = [self.roster.home[door.code] for door in self.town.doors_of(self.watcher.place)]
        near = [home for home in near if home.residents and home.door.code not in {*self.alone, *self.roster.missing}]
        self.worried_about = max(near, key=lambda home: (len(home.residents) == 2, home.status == "自住"))

    def _draw(self, *choices):
        """One of pairs of a value and its weight."""
        return self.chance.choices([value for value, _ in choices], [weight for _, weight in choices])[0]

    def _plan_instruction(self):
        for leader in self.leaders:
            failing = leader is self.failing
            for door in self.town.doors_of(leader.place):
                if door.code in self.roster.missing or self.chance.random() < (0.7 if failing else 0.006):
                    continue
                lived_in = bool(self.roster.home[door.code].residents)
                outcome = self._draw(("answered", 88), ("nobody_home", 12)) if lived_in else "vacant"
                late = self.chance.random() < (0.5 if failing else 0.03)
                start, end = (1085, 1170) if late else (570, 1075)
                self.work[leader].told.append(Told(door, outcome, days.clock_of(self.chance.randrange(start, end))))
        asked = [told for work in self.work.values() for told in work.told if told.outcome == "nobody_home"]
        self.asked_twice = self.chance.sample(asked, self.town.plan.asked_twice)

    def _plan_sweep(self):
        # The doors that nobody got to at first: somebody lives there, and no elder alone.
        ordinary = [home.door for home in self.roster.listed if home.residents and home.door.code not in self.alone]
        self.missed = {door.code for door in self.chance.sample(ordinary, self.town.plan.missed)}
        self.not_at_home = {home.door.code for home in [self.fallen_silent, *self.silent]}
        for leader in self.leaders:
            doors = self.town.doors_of(leader.place)
            for at, door in enumerate(doors):
                day = days.SWEEP[at * 3 // len(doors)]
                late = leader is self.failing and at * 3 // len(doors) == 2
                minute = self.chance.randrange(1205, 1260) if late else self.chance.randrange(540, 1195)
                visit = self._visit(door, day, days.clock_of(minute))
                if door.code in self.missed:
                    visit.day, visit.clock = days.SWEEP[-1], days.clock_of(self.chance.randrange(1265, 1300))
                    self.work[leader].late.append(visit)
                else:
                    self.work[leader].sweep.append(visit)
            self._shift_one(leader)
        self._two_leaders_write_one_move()

    def _visit(self, door, day, clock):
        home = self.roster.home[door.code]
        visit = Sweep(door, day, clock, "answered" if home.residents else "vacant")
        if door.code in self.roster.missing:
            visit.change, visit.people = "unlisted", home.residents
            visit.landlord = self.roster.landlord[door.code]
            return visit
        rented = home.status == "出租"
        if door.code in self.not_at_home or (
            door.code not in self.missed and home.residents and self.chance.random() < (0.06 if rented else 0.02)
        ):
            visit.outcome = "nobody_home"
            self.unconfirmed.add(door.code)
            return visit
        if door.code in self.missed:
            return visit
        if door.code in self.alone:
            visit.elder_met = True
            return visit
        self._move(visit, home, rented)
        if rented and visit.change not in ("emptied", "changed") and self.chance.random() < 0.2:
            visit.landlord = self.roster.landlord[door.code]
        return visit

    def _move(self, visit, home, rented):
        """Who came and who went since somebody last asked."""
        if not home.residents:
            visit.change = self._draw(("", 88), ("filled", 12))
        elif rented:
            visit.change = self._draw(("", 84), ("changed", 5), ("came", 5), ("left", 4), ("emptied", 2))
        else:
            visit.change = self._draw(("", 992), ("came", 4), ("left", 4))
        if visit.change == "left" and len(home.residents) == 1:
            visit.change = ""
        if not visit.change:
            return
        code, living = visit.door.code, self.living[visit.door.code]
        visit.moved = days.before(self.chance.randrange(5, 27))
        if visit.change in ("changed", "emptied"):
            self.moves["out", visit.moved.isoformat(), code] += len(home.residents)
            living[0] = 0
        if visit.change in ("changed", "filled", "came"):
            count = 1 if visit.change == "came" else self._draw((1, 3), (2, 4), (3, 2))
            visit.people = [self._newcomer(rented or visit.change == "filled") for _ in range(count)]
            self.moves["in", visit.moved.isoformat(), code] += count
            if visit.change == "changed":
                living.append(count)
            else:
                living[0] += count
        if visit.change in ("changed", "filled"):
            visit.landlord = (person_name(self.chance, self.chance.random() < 0.5), self._phone())
            self.rented.add(code)
        if visit.change == "emptied":
            visit.outcome = "vacant"
            self.rented.discard(code)
        if visit.change == "left":
            visit.gone = home.residents[-1].name
            self.moves["out", visit.moved.isoformat(), code] += 1
            living[0] -= 1

    def _newcomer(self, tenant):
        person = make_resident(self.chance, self.chance.randrange(19, 58), False, self._taken)
        person.kind = "流动" if tenant else "户籍"
        return person

    def _phone(self):
        return f"154{self.chance.randrange(10**8):08}"

    def _shift_one(self, leader):
        """In some corridors somebody moved from one rented flat to another."""
        if self.chance.random() > 0.1:
            return
        quiet = [
            visit for visit in self.work[leader].sweep
            if visit.outcome == "answered" and not visit.change and visit.door.code in self.rented
            and self._names_differ(self.roster.home[visit.door.code])
        ]  # fmt: skip
        if len(quiet) < 2 or len(self.roster.home[quiet[0].door.code].residents) < 2:
            return
        visit, other = quiet[0], quiet[-1]
        visit.change, visit.to, visit.moved = "shifted", other.door, days.before(self.chance.randrange(5, 20))
        visit.gone = self.roster.home[visit.door.code].residents[-1].name
        self.moves["out", visit.moved.isoformat(), visit.door.code] += 1
        self.moves["in", visit.moved.isoformat(), other.door.code] += 1
        self.living[visit.door.code][0] -= 1
        self.living[other.door.code][0] += 1

    @staticmethod
    def _names_differ(home):
        names = [person.name for person in home.residents]
        return len(names) == len(set(names))

    def _two_leaders_write_one_move(self):
        """The estate leader heard of some moves as well, and of another day."""
        left = [
            visit for work in self.work.values() for visit in work.sweep
            if visit.change == "left" and self._names_differ(self.roster.home[visit.door.code])
        ]  # fmt: skip
        for visit in left[:: max(1, len(left) // 6)][:6]:
            code, other = visit.door.code, visit.moved - datetime.timedelta(days=1)
            self.two_days[code] = (visit.moved, other, visit.gone)
            # What was written last shows until somebody decides.
            self.moves["out", visit.moved.isoformat(), code] -= 1
            self.moves["out", other.isoformat(), code] += 1
        self.moves = +self.moves

    def _plan_contacts(self):
        """Every elder is seen, heard or visited some time before the sweep; those at risk daily; some fall silent."""
        visited = {visit.door.code: visit for work in self.work.values() for visit in work.sweep if visit.elder_met}
        silent = {home.door.code for home in self.silent}
        risky = {home.door.code for home in self.discharged}
        for home in self.roster.elders:
            code = home.door.code
            if code == self.fallen_silent.door.code or code in silent:
                offsets = [5 if code == self.fallen_silent.door.code else self.chance.choice((5, 6, 7))]
            elif code in risky:
                offsets = [5, 4, 3, 2, 1]
            else:
                offsets = [self.chance.choice((4, 5, 6))]
                offsets += [self.chance.choice((1, 2))] if code not in visited else []
            self.last_seen[code] = days.before(min(offsets))
            if code in visited:
                self.last_seen[code] = max(self.last_seen[code], visited[code].day)
            for offset in offsets:
                channel = self._draw(("call", 40), ("sighting", 35), ("visit", 25))
                clock = days.clock_of(self.chance.randrange(500, 1130))
                contact = Contact(home.door, days.before(offset), clock, channel)
                self.work[self.leader_at(home.door)].contacts.append(contact)

    def rhythm(self, home):
        return 1 if home in self.discharged else 3

    def _lived_in(self, leader):
        return [door for door in self.town.doors_of(leader.place) if door.code not in self.roster.missing
                and self.living[door.code][-1]]  # fmt: skip

    def _plan_helps(self, leader):
        for _ in range(self._draw((0, 30), (1, 40), (2, 30))):
            door = self.chance.choice(self._lived_in(leader))
            what = self.chance.choices(range(len(HELPS)), [weight for _, _, weight in HELPS])[0]
            first, last, _ = self.chance.choices(HOURS, [weight for _, _, weight in HOURS])[0]
            day = days.before(self.chance.randrange(4, 29))
            minute = self.chance.randrange(first * 60, last * 60)
            due = day + datetime.timedelta(days=1)
            fate = self._draw(("prompt", 93), ("late", 4), ("open", 3)) if leader is not self.failing else "open"
            answered = ""
            if fate == "prompt":
                taken = datetime.timedelta(minutes=self._draw((9, 3), (18, 3), (40, 1)))
                answered = days.written(days.moment(day, days.clock_of(minute)) + taken)
            elif fate == "late":
                answered = days.cell(due + datetime.timedelta(days=1), "10:20")
            self.work[leader].helps.append(Help(door, what, day, minute, answered, due))

    def _plan_dangers(self, leader):
        if leader is self.appealing:
            found = [("fixed", False)]
        elif leader is self.failing:
            found = [("open", False), ("fixed", False)]
        else:
            often = self._draw((0, 35), (1, 40), (2, 25))
            found = [self._draw((("fixed", True), 88), (("open", False), 12)) for _ in range(often)]
        for state, gone in found:
            place = self.chance.choice(self.town.doors_of(leader.place)).above("unit")
            kind, day = self.chance.choice(DANGERS), days.before(self.chance.randrange(4, 29))
            self.work[leader].dangers.append(Danger(place, kind, day, state, gone))

    def _plan_calls(self, leader):
        weights = ((2, 2), (1, 1)) if leader is self.failing else ((5, 40), (4, 41), (3, 15), (2, 4))
        weights = ((5, 1),) if leader is self.appealing else weights
        self.work[leader].calls = [self._draw(*weights) for _ in range(CALLS)]
