"""The life of a post: what residents ask of a steward, how content they are, who is released, who comes next."""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from gutian.town.days import moment, sheet_moment
from gutian.town.people import Post, Session
from gutian.town.tables import write_training_sessions
from kit.people import Leader
from kit.tables import write_table

from .book import Ref, person

ASKS = ("帮忙换个灯泡", "陪着去交水费", "把快递拿上楼", "教视频通话", "帮看孩子半小时")
EXCELLENT, COMPETENT = 85, 60


def grade(total):
    """As the street's rules say."""
    return "excellent" if total >= EXCELLENT else "competent" if total >= COMPETENT else "not_competent"


@dataclass
class Rating:
    """What the records say of one post; satisfaction weighs half, the other parts a quarter each."""

    owed: int = 0
    in_time: int = 0
    hazards: int = 0
    verified: int = 0
    scores: tuple = ()

    def parts(self):
        return (
            self.in_time * 100 // self.owed if self.owed else None,
            self.verified * 100 // self.hazards if self.hazards else None,
            sum(self.scores) * 20 // len(self.scores) if self.scores else None,
        )

    def total(self):
        known = [(part, weight) for part, weight in zip(self.parts(), (1, 1, 2)) if part is not None]
        return sum(part * weight for part, weight in known) // sum(weight for _, weight in known) if known else None


class Posts:
    def __init__(self, roster, chance, book):
        self.roster, self.chance, self.book = roster, chance, book
        self.street, self.staff, self.month = roster.street, roster.staff, roster.month
        self.last_alley = self.staff.last_alley
        self.failing = None if roster.plan.released_before else self.staff.steward_at[self.last_alley]
        self.asks = {}  # steward -> (owed, in time)
        self.ask_count = 0
        for steward in self.staff.stewards:
            self._ask(steward)
        self.scores = {steward: self._scores_of(steward) for steward in self.staff.stewards}
        self.successor = self.induction = None
        if roster.plan.released_before:
            self._find_successor()
            self._select()

    def _ask(self, steward):
        """Residents ask for small things at the door, until a day; most are done by then."""
        bad = steward is self.failing
        owed = 4 if bad else self.chance.choice((1, 2, 2, 3))
        in_time = 0
        for _ in range(owed):
            day = self.chance.choice(self.month.days[:24])
            due = self.month.day((day - self.month.today).days + 2)
            late = bad or (owed > 1 and in_time == owed - 1 and self.chance.random() < 0.3)
            done = self.month.day((day - self.month.today).days + (5 if late else 1))
            self.book.add(
                steward, day, "matter", place=steward.place.code, kind="need", channel="door",
                title=self.chance.choice(ASKS), reported_at=moment(day, 17), due=due.isoformat(), state="closed",
                outcome="other", answered_how="in_person", answered_at=moment(done, 17),
            )  # fmt: skip
            in_time += not late
        self.ask_count += owed
        self.asks[steward] = (owed, in_time)

    def _scores_of(self, steward):
        """What three households say when they are called or seen: score, door, how they were asked."""
        usual = ((1, 2), (1, 2), (1, 2)) if steward is self.failing else ((3, 4, 5), (4, 5, 5), (4, 5, 5))
        doors = self.chance.sample(steward.place.under("door"), 3)
        asked = zip(usual, doors, ("call", "call", "review"))
        return [(self.chance.choice(scores), door, how) for scores, door, how in asked]

    def ratings(self, canteens):
        """Rating by post, as (holder, place)."""
        hazards = {station: 1 for station, found in canteens if found}
        out = defaultdict(Rating)
        for post in self.staff.posts:
            if post.role == "leader" and post.holder is self.staff.former:
                out[post.holder, post.place] = Rating()
            elif post.role == "leader":
                owed, in_time = self.asks[post.holder]
                found = hazards.get(post.place, 0)
                scores = ()
                if post.place.level == "alley":
                    scores = tuple(score for score, _, _ in self.scores[post.holder])
                out[post.holder, post.place] = Rating(owed, in_time, found, found, scores)
        return out

    # --- The post that stands empty ---

    def _find_successor(self):
        """From the reserves: a retired party member of that community who knows how to mediate."""
        reserve = self.staff.reserves[0]
        self.reserve = reserve
        holder = Leader(reserve.name, reserve.phone, "leader", self.last_alley)
        self.successor = Post(holder, self.last_alley, "leader", self.month.today)
        title = f"{self.roster.plan.zh}岗前培训补训"
        self.induction = Session(title, "岗前培训", "初级", self.month.day(-6), 14, "街道党校", ((holder, True, True),))

    def suitable(self):
        """Names of the reserves who are retired party members and know how to mediate."""
        fits = [r for r in self.staff.reserves if "退休党员" in r.categories and "调解" in r.skills]
        return sorted(r.name for r in fits)

    def _select(self):
        """Nominated and vetted by the community; made public for a week; a neighbour objects."""
        community = self.staff.community_of(self.last_alley)
        worker = self.staff.worker_at[community]
        day = self.month.day
        candidate, selection = Ref("candidate", self.reserve.phone), Ref("selection", self.last_alley.code)
        steps = (
            (-21, "nomination", "nomination", "邻里推荐,本人愿意"),
            (-18, "vetting", "vetting", "走访了六户,都说热心"),
        )
        for offset, kind, state, note in steps:
            self.book.edit(worker, day(offset), "selection", selection, state=state)
            values = {"selection": selection, "candidate": candidate, "kind": kind, "note": note}
            self.book.add(worker, day(offset), "selection_step", **values, at=moment(day(offset), 10))
        self.book.edit(worker, day(-14), "selection", selection, state="notice")
        self.book.add(
            worker, day(-14), "announcement", place=community.code, kind="public", title="小巷管家人选公示",
            text=f"{self.last_alley.name}拟任用{self.reserve.name},公示七天,有意见请找社区",
            starts=day(-14).isoformat(), ends=day(-7).isoformat(),
        )  # fmt: skip
        self.book.add(
            self.staff.grid_worker_of(self.last_alley), day(-9), "selection_step", selection=selection,
            kind="objection",
            note="有居民问:她住得远不远", at=moment(day(-9), 20),
        )  # fmt: skip
        self.book.add(
            worker, day(-6), "selection_step", selection=selection, candidate=candidate, kind="objection_answered",
            note="住在巷内十二年,已向提意见的人说明", at=moment(day(-6), 10),
        )  # fmt: skip
        self.book.edit(worker, day(-5), "selection", selection, state="approval")

    def write_selection(self, path, vacated):
        """The post to be filled again, by the id of the one that ended."""
        left = next(post for post in self.staff.posts if post.holder is self.staff.former)
        due = left.ends + datetime.timedelta(days=30)
        day = self.month.day
        write_table(
            path,
            ("地点", "岗位", "类别", "空出的任职", "选出期限", "公示开始", "公示结束", "阶段", "开始日期"),
            [(self.last_alley.code, "leader", "补选", vacated, due, day(-14), day(-7), "招募", day(-23))],
        )

    def write_induction(self, path, street_code):
        write_training_sessions(path, street_code, [self.induction])

    def write_approval(self, path, ids):
        """The street's word, entered at its own desk."""
        write_table(
            path,
            ("选任", "人选", "类别", "备注", "时间"),
            [(ids["selection", self.last_alley.code], ids["candidate", self.reserve.phone], "同意任用", "街道会议研究同意",
              sheet_moment(self.month.day(-1), 15))],
        )

    def appoint(self, book, worker):
        """The community closes the selection; the reserve becomes a steward."""
        today, holder = self.month.today, self.successor.holder
        post = Ref("assignment", f"{self.last_alley.code}/{holder.phone}")
        candidate = Ref("candidate", self.reserve.phone)
        book.edit(worker, self.month.day(-1), "candidate", candidate, state="nominated")
        book.edit(worker, today, "candidate", candidate, state="appointed", person=person(holder))
        selection = Ref("selection", self.last_alley.code)
        book.edit(worker, today, "selection", selection, state="appointed", assignment=post)

    def call(self, book, worker):
        """A new selection for the post that fell empty yesterday."""
        today = self.month.today
        due = self.month.day(29)
        vacated = Ref("assignment", f"{self.last_alley.code}/{self.failing.phone}")
        book.add(
            worker, today, "selection", place=self.last_alley.code, role="leader", kind="refill", vacated=vacated,
            due=due.isoformat(), opened=today.isoformat(),
        )  # fmt: skip
