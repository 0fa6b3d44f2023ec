"""Three patrols a day on every alley, what they find, and how it ends."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from gutian.town.days import moment

PATROL = "每日三巡"
SLOTS = 3
HOURS = (8, 13, 20)
NEVER, NOT_POSSIBLE, MISTAKEN = "never", "not_possible", "mistaken"

# Kind of matter, what is found, what the steward says or does.
FINDS = (
    ("environment", "巷口乱堆旧家具", "找到主人,当面劝说搬走"),
    ("environment", "三轮车占道乱停", "联系车主挪车"),
    ("environment", "楼上私拉电线充电", "上门讲清危险,请他收线"),
    ("environment", "垃圾没有分类投放", "带着居民一起分好"),
    ("need", "路灯不亮", "打电话报修,守到修好"),
    ("need", "下水井盖松动", "先围起来,再报修"),
)
DISPUTES = ("楼上漏水起争执", "装修噪声吵了架", "门口停车互相堵", "公用院子晒衣争地方")

SOLVED, REPORTED, CONSULTED, AT_COURT = "solved_on_spot", "reported_up", "joint_consultation", "waiting"


@dataclass(frozen=True)
class Problem:
    number: int  # in the street's patrol books
    alley: object
    day: object
    slot: int
    steward: object
    kind: str
    title: str
    talk: str
    way: str

    @property
    def page(self):
        return f"巡查本第{self.number:04}条"

    @property
    def dispute(self):
        return self.kind == "dispute"


class Patrols:
    def __init__(self, roster, chance, book):
        self.roster, self.chance, self.book = roster, chance, book
        self.staff, self.month, self.plan = roster.staff, roster.month, roster.plan
        self.empty_alley = self.staff.last_alley if self.plan.released_before else None
        slots = range(1, SLOTS + 1)
        due = [(alley, day, slot) for alley in roster.street.alleys for day in self.month.days for slot in slots]
        self.expected = len(due)
        self.fates = {(a, d, s): NEVER for a, d, s in due if a is self.empty_alley and s == SLOTS}
        self._decide_fates([key for key in due if key[0] is not self.empty_alley])
        self.problems = self._find_problems([key for key in due if key not in self.fates])
        self.found_at = defaultdict(list)
        for problem in self.problems:
            self.found_at[problem.alley, problem.day, problem.slot].append(problem)
        for key in due:
            self._walk(key)

    def _decide_fates(self, due):
        plan = self.plan
        fates = [NEVER] * plan.missed + [NOT_POSSIBLE] * plan.not_possible + [MISTAKEN] * plan.mistaken
        self.fates |= zip(self.chance.sample(due, len(fates)), fates)
        shared = [key for key in due if key[0] in self.staff.second_at and key not in self.fates]
        self.doubled = set(self.chance.sample(shared, plan.doubled))

    def walker(self, alley, day, other=False):
        """Two who share an alley take turns by day; where nobody has the post, the grid worker stands in."""
        if alley is self.empty_alley:
            return self.staff.grid_worker_of(alley)
        second = self.staff.second_at.get(alley)
        return second if second and (day.toordinal() % 2 == 0) != other else self.staff.steward_at[alley]

    def _find_problems(self, done):
        plan = self.plan
        ways = [(SOLVED, n < plan.disputes_settled) for n in range(plan.solved)]
        ways += [(REPORTED, False)] * plan.reported
        ways += [(CONSULTED, n < plan.disputes_at_desk) for n in range(plan.consulted)]
        ways += [(AT_COURT, True)] * plan.waiting_at_court
        self.chance.shuffle(ways)
        usual = [key for key in done if key[0] is not self.empty_alley]
        # What others have to see to was found early enough for them to have done so.
        early = [key for key in usual if key[1] in self.month.days[:12]]
        before = [key for key in usual if key[1] in self.month.days[:-1]]
        among = {SOLVED: usual, REPORTED: before, CONSULTED: early, AT_COURT: early}
        problems = []
        for number, (way, dispute) in enumerate(ways, 1):
            alley, day, slot = self.chance.choice(among[way])
            kind, title, talk = self.chance.choice(FINDS)
            if dispute:
                kind, title, talk = "dispute", self.chance.choice(DISPUTES), "先到两家听,再一起坐下谈"
            problems.append(Problem(number, alley, day, slot, self.walker(alley, day), kind, title, talk, way))
        return problems

    def _walk(self, key):
        alley, day, slot = key
        fate = self.fates.get(key)
        if fate == NEVER:
            return
        who, write = self.walker(alley, day), self.book.add
        found = self.found_at[key]
        values = {"schedule": PATROL, "place": alley.code, "day": day.isoformat(), "slot": slot}
        if fate == NOT_POSSIBLE:
            write(who, day, "round", **values, outcome="not_possible", note="大雨积水,没走成")
            return
        outcome = {"outcome": "problem", "findings": [p.title for p in found]} if found else {"outcome": "done"}
        walked = write(who, day, "round", **values, **outcome)
        if fate == MISTAKEN:
            write(who, day, "round", **values, outcome="mistaken", corrects=walked)
        if key in self.doubled:
            write(self.walker(alley, day, other=True), day, "round", **values, outcome="done")
        for problem in found:
            self._record(problem, walked)

    def _record(self, problem, walked):
        """Found, talked to, solved; or handed on."""
        who, day, hour = problem.steward, problem.day, HOURS[problem.slot - 1]
        values = {
            "place": problem.alley.code, "kind": problem.kind, "channel": "inspection", "title": problem.title,
            "note": problem.page, "round": walked, "reported_at": moment(day, hour, 10),
        }  # fmt: skip
        if problem.way == SOLVED:
            values |= {"state": "closed", "outcome": SOLVED, "answered_how": "in_person"}
            values |= {"answered_at": moment(day, hour, 40)}
        else:
            values |= {"level": "community"}
            values |= {"outcome": REPORTED} if problem.way == REPORTED else {}
        matter = self.book.add(who, day, "matter", **values)
        step = {"matter": matter, "kind": "progress", "note": problem.talk, "at": moment(day, hour, 20)}
        self.book.add(who, day, "matter_step", **step)
        last = {"kind": "close"} if problem.way == SOLVED else {"kind": "up", "level": "community"}
        self.book.add(who, day, "matter_step", matter=matter, at=moment(day, hour, 40), **last)

    def missed(self, alley=None):
        """What the calendar owes and nobody did: code, day, slot."""
        return sorted((a.code, d.isoformat(), s) for a, d, s in self.fates if alley in (None, a))

    def by_way(self):
        return Counter(problem.way for problem in self.problems)
