"""Safety rounds: what is looked at, who has to put it right by when, whether it was, and what came back."""

import hashlib

from kit.clocks import written

from ..town.tables import FIRE, PROPERTY
from .dates import KNOCKS, ORDERS, ORDERS_CHECKED, RECHECKS, SECOND_ROUND
from .plan import Hazard, add, edit

FIRE_ITEMS = ["灭火器", "应急照明", "安全出口标志"]
STAIRS_ITEMS = ["楼道堆物", "易燃物", "电动车进楼", "飞线充电"]

# Kind of hazard: name, whether it is the property company's, what was explained.
KINDS = {
    "blocked_stairs": (("楼道堵塞", "blocked stairs"), False, ("讲了疏散通道要留一米一", "stairs are the way out: keep 1.1 m free")),
    "e_bike_indoors": (("电动车进楼", "e-bike indoors"), False, ("讲了电池起火只要几十秒", "a battery burns within seconds")),
    "extinguisher": (("灭火器失效", "extinguisher"), True, ("提醒每月看一次压力表", "look at the gauge once a month")),
    "wire_charging": (("飞线充电", "flying-wire charging"), False, ("讲了充电桩的位置和价钱", "where to charge, at what price")),
    "flammables": (("易燃物堆放", "flammables"), False, ("讲了纸箱木板不能堆在电表下", "no cartons beneath the meters")),
    "lighting": (("应急灯不亮", "emergency light"), True, ("提醒每月按一次测试键", "press the test button once a month")),
    "exit_sign": (("出口标志缺损", "exit sign"), True, ("提醒标志要看得见", "the sign has to be seen")),
}

# What becomes of them, in turn.
FATES = (
    "on_spot", "agreed", "ignored", "back", "on_spot", "agreed", "later",
    "ordered", "on_spot", "agreed", "unchecked", "anew", "agreed", "on_spot",
)  # fmt: skip
AGREED, LATER, ORDERED, AGAIN = "2026-06-13", "2026-07-10", "2026-06-20", "2026-07-05"
PUT_RIGHT_ON_TIME = ("agreed", "back", "anew", "unchecked")


def picture(hazard, shows):
    """Of a picture the digest goes with the row."""
    digest = hashlib.sha256(f"{hazard.floor.code} {shows}".encode()).hexdigest()
    file = {"digest": digest, "media_type": "image/jpeg", "size_bytes": 180_000}
    return {"place": hazard.floor.code, "shows": shows} | file


class SafetyRounds:
    def __init__(self, month):
        self.month, self.posts = month, month.posts
        chosen = month.random.sample(self._floors(), month.community.plan.hazards)
        # So that there is something to hand over: one that comes back, one not due yet.
        handed_over = month.random.sample(self.posts.leaving.place.children, 2)
        chosen[FATES.index("back")], chosen[FATES.index("later")] = handed_over
        kinds = list(KINDS)
        for number, floor in enumerate(chosen):
            # Every fate meets every kind in the course of time.
            kind = kinds[(number + number // len(FATES)) % len(kinds)]
            party = self._party(floor, kind)
            leader = self.posts.of_place[floor.above("building")]
            month.hazards.append(Hazard(floor, kind, FATES[number % len(FATES)], leader, party))

    def _floors(self):
        units = [unit for unit in self.month.community.units if unit is not self.posts.leaving.place]
        return [floor for unit in units for floor in unit.children]

    def _party(self, floor, kind):
        if KINDS[kind][1]:
            return (PROPERTY, "property company")
        number = floor.name.removesuffix("楼")
        return (f"{floor.name}住户", f"residents of floor {number}")

    def plan(self):
        self._round(KNOCKS, {hazard.floor: hazard for hazard in self.month.hazards})
        self._look_again()
        self._order()
        self._round(SECOND_ROUND, {})
        self._come_back()

    def _round(self, day, found):
        """Every building leader looks at the whole of every unit of hers, twice: equipment, and the stairs."""
        for unit in self.month.community.units:
            leader = self.posts.of_place[unit.parent]
            hazards = [found[floor] for floor in unit.children if floor in found]
            for label, kind, items in (("fire", "fire", FIRE_ITEMS), ("stairs", "escape_route", STAIRS_ITEMS)):
                these = [hazard for hazard in hazards if KINDS[hazard.kind][1] == (label == "fire")]
                outcome = "hazard" if these else "ok"
                changes = [add("safety_check", label, place=unit.code, kind=kind, items=items, outcome=outcome)]
                for number, hazard in enumerate(these):
                    changes += self._find(hazard, f"@{label}", f"hazard{number}")
                self.month.checks += 1
                self.month.record(day, leader, *changes)

    def _find(self, hazard, check, label):
        values = {
            "place": hazard.floor.code, "kind": hazard.kind, "found_in": check, "party": hazard.party[0],
            "education": KINDS[hazard.kind][2][0],
        }  # fmt: skip
        if hazard.party[0] == PROPERTY:
            values["organisation"] = PROPERTY
        if hazard.fate == "on_spot":
            values |= {"state": "fixed", "fixed_how": "on_spot", "fixed_at": written(KNOCKS)}
        else:
            values |= {"state": "deadline", "due": LATER if hazard.fate == "later" else AGREED}
        changes = [add("hazard", label, **values), add("photo", hazard=f"@{label}", **picture(hazard, "before"))]
        if hazard.fate == "on_spot":
            changes.append(add("photo", hazard=f"@{label}", **picture(hazard, "after")))
        return changes

    def _look_again(self):
        for hazard in self.month.hazards:
            who = self.month.unit_leader(hazard.floor.parent, RECHECKS)
            if hazard.fate in PUT_RIGHT_ON_TIME:
                self._fixed(hazard, RECHECKS, who, "neighbours" if hazard.fate == "unchecked" else "agreed")
            if hazard.fate in ("on_spot", "agreed", "back", "anew"):
                self._gone(hazard, RECHECKS, who)
            elif hazard.fate in ("ignored", "ordered"):
                self.month.record(RECHECKS, who, add("recheck", hazard=hazard.token, found="still"))

    def _fixed(self, hazard, day, who, how):
        fixed = edit("hazard", hazard.token, state="fixed", fixed_how=how, fixed_at=written(day))
        self.month.record(day, who, fixed, add("photo", hazard=hazard.token, **picture(hazard, "after")))

    def _gone(self, hazard, day, who):
        self.month.record(day, who, add("recheck", hazard=hazard.token, found="gone"))
        self.month.record(day, who, edit("hazard", hazard.token, state="verified"))

    def _order(self):
        """The fire brigade orders, with a number; the community enters it. A volunteer could not."""
        ordered = [hazard for hazard in self.month.hazards if hazard.fate == "ordered"]
        for number, hazard in enumerate(ordered, 1):
            hazard.order = f"南消改〔2026〕{number}号"
            order = {"order_number": hazard.order, "order_authority": FIRE, "due": ORDERED}
            self.month.record(ORDERS, self.posts.workers[1], edit("hazard", hazard.token, **order))
            who = self.month.unit_leader(hazard.floor.parent, ORDERS_CHECKED)
            self._fixed(hazard, ORDERS_CHECKED, who, "ordered")
            self._gone(hazard, ORDERS_CHECKED, who)

    def _come_back(self):
        for hazard in self.month.hazards:
            if hazard.fate == "back":
                who = self.month.unit_leader(hazard.floor.parent, SECOND_ROUND)
                self.month.record(SECOND_ROUND, who, add("recheck", hazard=hazard.token, found="back"))
                self.month.record(SECOND_ROUND, who, edit("hazard", hazard.token, state="open"))
                self.month.record(SECOND_ROUND, who, edit("hazard", hazard.token, state="deadline", due=AGAIN))
            if hazard.fate == "anew":
                old = {"place": hazard.floor.code, "kind": hazard.kind, "party": hazard.party[0]}
                again = {"recurrence_of": hazard.token, "education": KINDS[hazard.kind][2][0], "note": "又是老问题"}
                new = add("hazard", **old, **again, state="deadline", due=AGAIN)
                self.month.record(SECOND_ROUND, hazard.by, new)
