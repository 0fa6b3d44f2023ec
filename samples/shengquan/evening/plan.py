"""What everybody writes down this evening, and from it, apart from the programs, what has to come of it."""

import datetime
import json
import random
from collections import defaultdict
from dataclasses import dataclass, field

from kit.people import person_name, phone_number

from ..town.layout import floors_of, micro_grids_of

PETS, MORE_PETS = ("狗", "猫"), ("鸟", "乌龟", "兔子")
TAGS, MORE_TAGS = ("独居", "租户", "困难"), ("党员户", "会修水电", "听力不好")
SIDES = {"东": "east", "西": "west"}

# What is written in Chinese, for who reads the report in English.
ENGLISH = {
    "狗": "dog", "猫": "cat", "鸟": "bird", "乌龟": "turtle", "兔子": "rabbit", "独居": "lives alone", "租户": "tenant",
    "困难": "in need", "党员户": "party member", "会修水电": "mends pipes and wires", "听力不好": "hard of hearing",
    "东、西两部楼梯,火警时不乘电梯": "east and west stairs; no lift in a fire", "中心花园凉亭": "pavilion in the garden",
}  # fmt: skip
ENGLISH |= {
    f"{zh}侧楼梯口消火栓箱,电梯厅另有2具": f"hydrant box at the {en} stairs; two more by the lifts" for zh, en in SIDES.items()
}

ACTIVITY, LIFT, GUIDE = "楼下露天电影", "每周一趟送医院", "圣泉街道居民服务指南"
LIFT_WEEKS = 5

# Kind that a volunteer reads; reason and its basis, which she does not; every so many days.
WATCHES = (
    ("上门看望", "社区矫正", "法定职责", 7),
    ("老人", "独居", "本人同意", 15),
    ("上门看望", "精神障碍", "法定职责", 15),
    ("出院后", "患病", "本人同意", 3),
    ("上门看望", "刑满释放", "法定职责", 30),
)


@dataclass
class Home:
    """What is known of a home once everybody's work has met."""

    door: object
    head_name: str
    elders: int = 0
    children: int = 0
    pets: set = field(default_factory=set)
    tags: set = field(default_factory=set)

    @property
    def is_with(self):
        return self.elders > 0 or self.children > 0 or bool(self.pets)


@dataclass
class Disagreement:
    """The floor's leader wrote one number, later somebody who had not read it another."""

    code: str
    column: str
    first: tuple  # (value, who)
    later: tuple


@dataclass
class Errand:
    """What is saved at once. `door` is the door that it registers, if any."""

    changes: list
    door: str = ""

    def lines(self):
        written = [json.dumps(change, ensure_ascii=False) for change in self.changes]
        return written if len(written) == 1 else ["begin", *written, "commit"]


@dataclass
class Watch:
    door: object
    kind: str
    reason: str
    basis: str
    rhythm_days: int
    days: int  # since it began
    note: str
    is_visited: bool = False


def add(table, label=None, **values):
    return ({"as": label} if label else {}) | {"add": table, "values": values}


class Plan:
    """Errands by who does them: `first` the leaders of floors, `second` those who come by later."""

    def __init__(self, roster, seed, today):
        self.today = today
        self.town, self.posts, self.sizes = roster.town, roster.posts, roster.plan
        self.chance = random.Random(f"evening {seed}")
        self.homes = {door.code: self._home(door) for door in self.town.doors}
        self.first, self.second = defaultdict(list), defaultdict(list)
        self.more = defaultdict(list)  # (who, door's code) -> changes that go with its registration
        self.disagreements, self.twice, self.deck = [], [], []
        self.floors = [floor for tower in self.posts.towers for floor in floors_of(tower)]
        self.leader_of = self._leaders_by_floor()
        self.cards = self._plan_cards()
        self.hazards = self._plan_checks()
        self.watches = self._plan_watches()
        self.newcomers = self._plan_newcomers()
        self.sign_ups = self._plan_sign_ups()
        self.missed_week = self._plan_lift()
        for floor in self.floors:
            self._register(floor)

    def _home(self, door):
        chance = self.chance
        elders = chance.choices((0, 1, 2), (62, 22, 16))[0]
        return Home(
            door,
            person_name(chance, chance.random() < 0.5),
            elders,
            chance.choices((0, 1, 2), (66, 24, 10))[0],
            {pet for pet in PETS if chance.random() < 0.09},
            {tag for tag in TAGS if chance.random() < 0.1},
        )

    def _leaders_by_floor(self):
        """Who registers a floor: its leader, or where there is none the tower's part-time worker."""
        out = {}
        for tower in self.town.towers:
            for floor, micro_grid in zip(floors_of(tower), micro_grids_of(tower)):
                out[floor] = self.posts.leaders.get(micro_grid, self.posts.part_time[tower])
        return out

    # Registering

    def _register(self, floor):
        who, second = self.leader_of[floor], self.posts.part_time[floor.parent]
        twice = self._registered_twice(floor) if self._has_leader(floor) else ()
        for door in floor.children:
            home = self.homes[door.code]
            self._do(floor, self._registration(who, door, self._facts(home)), door.code)
            if door in twice:
                self._again(who, second, home)

    def _registered_twice(self, floor):
        sure = [door for door in floor.children if door is self.newcomers[0]]
        rest = [door for door in floor.children if door not in sure]
        return sure + self.chance.sample(rest, self.sizes.twice_a_floor - len(sure))

    def _registration(self, who, door, facts):
        return [add("household", "home", place=door.code, **facts), *self.more.pop((who, door.code), ())]

    @staticmethod
    def _facts(home):
        facts = {"head_name": home.head_name, "elders": home.elders, "children": home.children}
        facts |= {"pets": sorted(home.pets)} if home.pets else {}
        return facts | ({"tags": sorted(home.tags)} if home.tags else {})

    def _again(self, first, second, home):
        """The tower's part-time worker knows other things of the same home, and sometimes counts otherwise."""
        facts, before = {}, self._facts(home)
        pet, tag = self.chance.choice(MORE_PETS), self.chance.choice(MORE_TAGS)
        if not self.deck:
            self.deck = self.chance.sample(range(12), 12)
        draw = self.deck.pop()
        if draw % 2 == 0:
            facts["pets"] = [pet]
            home.pets.add(pet)
        if draw % 3 != 1 or not facts:
            facts["tags"] = [tag]
            home.tags.add(tag)
        if draw in (3, 4):
            column = ("elders", "children")[draw - 3]
            number = before[column] + 1
            facts[column] = number
            setattr(home, column, number)
            item = Disagreement(home.door.code, column, (before[column], first.name), (number, second.name))
            self.disagreements.append(item)
        elif draw == 5:
            facts["elders"] = home.elders  # The same number twice is no disagreement.
        self.twice.append((home, first, second, before, facts))
        self.second[second].append(Errand(self._registration(second, home.door, facts), home.door.code))

    def registered_elsewhere(self):
        """Homes of the floors without phones: what their leaders would send comes in as a file."""
        here = set(self.floors)
        return [home for home in self.homes.values() if home.door.parent not in here]

    # What else is done on the way

    def _plan_cards(self):
        """Every floor has its card, but for a few; one of those has a leader with a phone."""
        here = set(self.floors)
        elsewhere = [floor for floor in self.town.floors if floor not in here]
        without = {self.floors[-1], *self.chance.sample(elsewhere, min(self.sizes.no_card - 1, len(elsewhere)))}
        cards = {}
        for floor in self.town.floors:
            if floor in without:
                continue
            number = int(floor.code[-2:])
            pairs = [f"{number}{at:02}→{number}{at + 1:02}" for at in range(1, len(floor.children), 2)]
            side = self.chance.choice(tuple(SIDES))
            cards[floor] = {
                "knocks": pairs,
                "extinguisher": f"{side}侧楼梯口消火栓箱,电梯厅另有2具",
                "exits": "东、西两部楼梯,火警时不乘电梯",
                "meeting_point": "中心花园凉亭",
            }
        for floor in self.floors:
            if floor in cards:
                self._do(floor, [add("floor_card", place=floor.code, **cards[floor])])
        return cards

    def _do(self, floor, changes, door=""):
        """By whoever registers the floor."""
        errands = self.first if self._has_leader(floor) else self.second
        errands[self.leader_of[floor]].append(Errand(changes, door))

    def _plan_checks(self):
        """Every floor's ways out and equipment are looked at; where something stands in the way, its owner is talked to."""
        led = self.chance.sample([f for f in self.floors if self._has_leader(f)], max(5, len(self.floors) // 8))
        most = len(led) * 2 // 3
        blocked, self.worn = set(led[:most]), led[most:]
        self.worn_due = self.today + datetime.timedelta(days=3)
        for floor in self.worn:
            # Nobody can mend that on the spot: the property company agrees on a day.
            check = add("safety_check", "check", place=floor.code, kind="fire", outcome="hazard", items=["灭火器", "消火栓"])
            hazard = {"place": floor.code, "kind": "extinguisher", "state": "deadline", "found_in": "@check"}
            more = {"due": self.worn_due.isoformat(), "party": "物业公司", "note": "灭火器压力不足"}
            self._do(floor, [check, add("hazard", **hazard, **more)])
        for floor in self.floors:
            outcome = "hazard" if floor in blocked else "ok"
            check = add("safety_check", "check", place=floor.code, kind="escape_route", outcome=outcome)
            check["values"]["items"] = ["楼梯间", "防火门", "灭火器", "应急灯"]
            changes = [check]
            if floor in blocked:
                what = self.chance.choice(("旧沙发", "纸箱", "婴儿车和鞋柜", "装修剩料"))
                hazard = {"place": floor.code, "kind": "blocked_stairs", "state": "told", "found_in": "@check"}
                words = {"party": "本层住户", "note": f"楼梯间堆着{what}", "education": "火灾时这是逃生的路"}
                changes.append(add("hazard", **hazard, **words))
            self._do(floor, changes)
        return [floor for floor in self.floors if floor in blocked]

    def _has_leader(self, floor):
        return self.leader_of[floor].role == "leader"

    def _plan_watches(self):
        """Somebody to look in on, on every fourth floor: due, or not yet; half of those due are seen tonight."""
        watches = []
        for at, floor in enumerate(self.floors[1::4]):
            door = self.chance.choice(floor.children)
            kind, reason, basis, rhythm_days = WATCHES[at % len(WATCHES)]
            days = rhythm_days + (self.chance.randrange(9) if at % 5 != 3 else -1)
            # Made of chance, so that it is found again in a file only where it was written.
            note = f"内情{self.chance.randrange(16**12):012x}"
            watch = Watch(door, kind, reason, basis, rhythm_days, days, note)
            if watch.days >= rhythm_days and at % 2 == 0:
                watch.is_visited = True
                self.more[self.leader_of[floor], door.code] += [add("visit", place=door.code, outcome="met")]
            watches.append(watch)
        return watches

    def _plan_newcomers(self):
        """Two families that moved in today: who is welcomed by two people, and who has not been welcomed yet."""
        floors = floors_of(self.posts.towers[0])[:2]
        doors = [floor.children[at] for floor, at in zip(floors, (4, 7))]
        for door in doors:
            who = self.leader_of[door.parent]
            person = add("resident", "newcomer", name=person_name(self.chance, True), phone=phone_number(self.chance))
            living = add("residency", resident="@newcomer", household="@home", moved_in=self.today.isoformat())
            self.more[who, door.code] += [person, living]
        welcomers = (self.leader_of[floors[0]], self.posts.part_time[floors[0].parent])
        for who, done in zip(welcomers, (["introduced", "guide"], ["safety"])):
            welcome = add("welcome", household="@home", moved_in=self.today.isoformat(), done=done)
            self.more[who, doors[0].code].append(welcome)
        return doors

    def _plan_sign_ups(self):
        """Homes of the first tower that want to come to the open-air film, with how many people."""
        out = []
        for floor in floors_of(self.posts.towers[0]):
            door = self.chance.choice(floor.children)
            people = self.chance.randrange(2, 6)
            sign_up = add("sign_up", activity=ACTIVITY, household="@home", people=people)
            self.more[self.leader_of[floor], door.code].append(sign_up)
            out.append((door, people))
        # A few people too many.
        self.capacity = (sum(people for _, people in out) - 3) // 5 * 5
        return out

    def lift_days(self):
        first = self.today - datetime.timedelta(days=7 * LIFT_WEEKS)
        return [first + datetime.timedelta(days=7 * week) for week in range(LIFT_WEEKS)]

    def _plan_lift(self):
        """The driver enters from her notebook when she drove; the week without a line is the one that was missed."""
        days = self.lift_days()
        missed = self.chance.choice(days[1:-1])
        self.lift_door = self.chance.choice(floors_of(self.posts.towers[0])[4].children)
        for day in days:
            if day != missed:
                drove = day + datetime.timedelta(days=self.chance.randrange(3))
                done = add("round", schedule=LIFT, place=self.lift_door.code, day=drove.isoformat())
                self.first[self.posts.driver].append(Errand([done]))
        return missed
