"""Who does what this morning: an errand is what a leader does at one place, saved as one change group."""

import datetime
import json
import random
from collections import Counter
from dataclasses import dataclass, field

VISIT_NOTES = {
    "met": ("", "", "", "", "一切都好", "叮嘱睡前关好燃气", "加了微信,方便联系", "想报名社区合唱队", "厨房水管有点渗水"),
    "nobody_home": ("", "", "晚上再来", "贴了联系卡"),
    "refused": ("", "改天再来"),
    "vacant": ("", "门上有中介的钥匙盒"),
}

# What is looked at, what can be wrong there, who has to put it right.
CHECKS = (
    ("fire", ("灭火器", "消火栓"), "extinguisher", "物业公司", "灭火器压力不足"),
    ("escape_route", ("楼道", "安全出口"), "blocked_stairs", "住户", "楼道堆着纸箱和旧家具"),
    ("e_bike", ("单元门厅", "楼道"), "e_bike_indoors", "住户", "电动车停在门厅里充电"),
    ("electricity", ("电表箱", "外墙"), "wire_charging", "住户", "从三楼窗户拉线下来充电"),
    ("general", ("应急照明", "疏散标志"), "lighting", "物业公司", "二楼应急灯不亮"),
)


@dataclass
class Errand:
    mark: tuple  # ("visit", code) or ("check", code, kind): how to see in a database that it was done
    changes: list
    household_of: str = ""  # the door whose household these changes edit or name

    def lines(self, household_id, campaign):
        """Lines for `doorstep batch`. `household_id` finds the household behind a door on this phone."""
        found = household_id(self.household_of) if self.household_of else None
        written = [json.dumps(fill(change, found, campaign), ensure_ascii=False) for change in self.changes]
        return written if len(written) == 1 else ["begin", *written, "commit"]


THEIR_HOUSEHOLD = "<household>"
THE_CAMPAIGN = "<campaign>"

# What came of the questionnaire at a door, by what came of the visit.
ANSWERS = {"met": "answered", "nobody_home": "nobody_home", "refused": "refused", "vacant": "vacant"}


def fill(change, household, campaign):
    if change.get("values", {}).get("campaign") == THE_CAMPAIGN:
        change = change | {"values": change["values"] | {"campaign": campaign}}
    change = {key: household if value == THEIR_HOUSEHOLD else value for key, value in change.items()}
    values = change.get("values", {})
    if household is None:
        # Vacant and unlisted doors have no household to name.
        change["values"] = {key: value for key, value in values.items() if value != THEIR_HOUSEHOLD}
    else:
        change["values"] = {key: household if value == THEIR_HOUSEHOLD else value for key, value in values.items()}
    return change


@dataclass
class Disagreement:
    """Two leaders wrote different values into one cell, neither having read the other's."""

    door: object
    column: str
    writers: dict  # value -> leader


@dataclass
class Morning:
    errands: dict  # leader -> [Errand]
    disagreements: list = field(default_factory=list)
    met: list = field(default_factory=list)  # households registered twice: (household, first leader, second leader)
    hazards: Counter = field(default_factory=Counter)  # deadline, or what became of it at once -> how many
    edited_twice: int = 0
    answers: dict = field(default_factory=dict)  # door -> what came of the questionnaire there by noon
    forgotten: list = field(default_factory=list)  # doors where nobody asked it
    residents_met: int = 0
    residents_again: int = 0  # of them, entered by the second leader too


class Planner:
    def __init__(self, roster, seed):
        self.roster = roster
        self.random = random.Random(f"morning {seed}")
        self.homes = {home.door.code: home for home in roster.households}
        self.by_place = {leader.place.code: leader for leader in roster.leaders}
        self.morning = Morning({leader: [] for leader in roster.leaders})

    def plan(self):
        unlisted = {home.door.code for home in self.roster.unlisted}
        lived_in = [home for home in self.roster.listed if home.residents]
        twice = self.random.sample(lived_in, self.roster.community.plan.edited_twice)
        edits = {home.door.code: pair for home, pair in zip(twice, self._pairs_of_edits(twice))}
        self.morning.edited_twice = len(edits)
        self.morning.forgotten = self.random.sample([home.door for home in lived_in], max(3, len(lived_in) // 160))
        for door in self.roster.community.doors:
            if door.code in unlisted:
                self._register_twice(self.homes[door.code])
            else:
                self._visit(door, edits.get(door.code))
        self._check_buildings()
        return self.morning

    def first_leader(self, door):
        """The unit's leader where there is one, else the building's."""
        return self.by_place.get(door.parent.code) or self.by_place[door.above("building").code]

    def grid_leader(self, door):
        return self.by_place[door.above("grid").code]

    def _pairs_of_edits(self, homes):
        """What the two leaders of each home write: mostly different fields; a sixth the same, some of it alike."""
        alike, same = len(homes) // 30, len(homes) // 6
        for at, home in enumerate(homes):
            note = f"家里{len(home.residents)}口人"
            if at < alike:
                yield {"note": note}, {"note": note}
            elif at < alike + same:
                column = ("phone", "head_name")[at % 2]
                pair = self._two_values(home, column)
                self._expect_disagreement(home.door, column, pair)
                yield {column: pair[0]}, {column: pair[1]}
            else:
                yield {"phone": self._phone()}, {"note": note, "tags": "、".join(filter(None, (home.tags, "已加群")))}

    def _two_values(self, home, column):
        if column == "phone":
            return self._phone(), self._phone()
        return home.residents[-1].name + "(代)", self._heard_differently(home.head_name)

    def _expect_disagreement(self, door, column, pair):
        writers = {pair[0]: self.first_leader(door), pair[1]: self.grid_leader(door)}
        self.morning.disagreements.append(Disagreement(door, column, writers))

    def _phone(self):
        return f"154{self.random.randrange(10**8):08}"

    def _heard_differently(self, name):
        return name[:-1] + self.random.choice([c for c in "玮薇巍维" if c != name[-1]])

    def _outcome(self, home):
        if not home.residents:
            return "vacant"
        return self.random.choices(("met", "nobody_home", "refused"), (84, 14, 2))[0]

    def _visit_values(self, door, outcome, **more):
        values = {"place": door.code, "outcome": outcome, **more}
        note = self.random.choice(VISIT_NOTES[outcome])
        return values | {"note": note} if note else values

    def _visit(self, door, edits):
        home = self.homes[door.code]
        outcome = "met" if edits else self._outcome(home)
        household = {} if outcome == "vacant" else {"household": THEIR_HOUSEHOLD}
        changes = [{"add": "visit", "values": self._visit_values(door, outcome, **household)}]
        changes += self._answer(door, outcome, household)
        if edits:
            changes.append({"edit": "household", "id": THEIR_HOUSEHOLD, "values": edits[0]})
            # The grid leader rings up the same home, and has not heard of that visit.
            call = {"add": "visit", "values": self._visit_values(door, "met", channel="call", **household)}
            edit = {"edit": "household", "id": THEIR_HOUSEHOLD, "values": edits[1]}
            self._do(self.grid_leader(door), Errand(("visit", door.code), [call, edit], door.code))
        self._do(self.first_leader(door), Errand(("visit", door.code), changes, door.code if household else ""))

    def _answer(self, door, outcome, household):
        """The questionnaire, unless the leader forgot it at this door."""
        if door in self.morning.forgotten:
            return []
        self.morning.answers[door.code] = ANSWERS[outcome]
        answer = {"campaign": THE_CAMPAIGN, "place": door.code, "outcome": ANSWERS[outcome]}
        if outcome == "met":
            heating, choir = self.random.choice(("暖", "一般", "不热")), self.random.choice(("想", "不想"))
            answer["answers"] = json.dumps({"暖气": heating, "社区活动": choir}, ensure_ascii=False)
        return [{"add": "answer", "values": answer | household}]

    def _register_twice(self, home):
        """One leader writes who lives there, the other what is to know about the home. The first is a volunteer
        and asks for no ID numbers."""
        door = home.door
        first, second = self.first_leader(door), self.grid_leader(door)
        place = {"code": door.code, "parent": door.parent.code, "level": "door", "name": door.name}
        facts = {"head_name": home.head_name, "phone": home.phone or self._phone(), "status": "owner"}
        visit = {"add": "visit", "values": self._visit_values(door, "met", household="@home")}
        changes = [{"add": "place", "values": place}, {"as": "home", "add": "household", "values": {"place": door.code} | facts}]
        for number, person in enumerate(home.residents):
            row = {"name": person.name, "birth_date": person.birth.isoformat(), "kind": person.kind, "flags": person.flags}
            changes.append({"as": f"person{number}", "add": "resident", "values": row})
            changes.append({"add": "residency", "values": {"resident": f"@person{number}", "household": "@home"}})
        self.morning.residents_met += len(home.residents)
        answer = self._answer(door, "met", {"household": "@home"})
        self._do(first, Errand(("visit", door.code), changes + [visit, *answer]))

        other = {"tags": home.tags or "新登记", "note": "花名册上没有,请街道补录"}
        if len(self.morning.met) % 8 == 0:
            other["head_name"] = self._heard_differently(home.head_name)
            self._expect_disagreement(door, "head_name", (home.head_name, other["head_name"]))
        call = {"add": "visit", "values": self._visit_values(door, "met", channel="sighting", household="@home")}
        changes = [{"add": "place", "values": place}, {"as": "home", "add": "household", "values": {"place": door.code} | other}]
        self._do(second, Errand(("visit", door.code), changes + self._residents_again(home) + [call]))
        self.morning.met.append((home, first, second))

    @staticmethod
    def _id_card(person):
        return {"id_type": person.id_type, "id_number": person.id_number}

    def _residents_again(self, home):
        """At every other home the second leader enters the people too, some with their ID numbers."""
        names = [person.name for person in home.residents]
        if len(self.morning.met) % 2 or len(set(names)) < len(names):
            return []
        changes = []
        for number, person in enumerate(home.residents):
            row = {"name": person.name, "phone": person.phone or self._phone()}
            row |= self._id_card(person) if number % 2 == 0 else {}
            changes.append({"as": f"again{number}", "add": "resident", "values": row})
            changes.append({"add": "residency", "values": {"resident": f"@again{number}", "household": "@home"}})
        self.morning.residents_again += len(names)
        return changes

    def _check_buildings(self):
        leaders = [leader for leader in self.roster.leaders if leader.role != "grid_leader"]
        today = datetime.date.today()
        for number in range(self.roster.community.plan.checks):
            turn, at = divmod(number, len(leaders))
            leader = leaders[at]
            units = leader.place.under("unit")
            unit = units[turn % len(units)]
            kind, items, danger, party, what = CHECKS[(at + turn) % len(CHECKS)]
            found = self.random.random() < 0.4
            check = {"place": unit.code, "kind": kind, "items": list(items), "outcome": "hazard" if found else "ok"}
            changes = [{"as": "check", "add": "safety_check", "values": check}]
            if found:
                hazard = {"place": unit.code, "kind": danger, "party": party, "note": what, "found_in": "@check"}
                changes.append({"add": "hazard", "values": hazard | self._deadline(today)})
            self._do(leader, Errand(("check", unit.code, kind), changes))

    def _deadline(self, today):
        state = self.random.choices(("deadline", "fixed", "told"), (75, 15, 10))[0]
        if state != "deadline":
            self.morning.hazards[state] += 1
            return {"state": state}
        due = (today + datetime.timedelta(days=self.random.choice((1, 3, 7, 14)))).isoformat()
        self.morning.hazards[due] += 1
        return {"state": state, "due": due}

    def _do(self, leader, errand):
        self.morning.errands[leader].append(errand)
