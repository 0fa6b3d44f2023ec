"""What follows when the notebooks are in: the communities answer, mediate, hold their councils, ask residents."""

import datetime

from gutian.town.days import moment

from .book import Ref, person
from .patrols import AT_COURT, CONSULTED, REPORTED


class Evening:
    """What the community workers write, each on her own phone, into `book`."""

    def __init__(self, plan, book):
        self.plan, self.book = plan, book
        self.staff, self.month, self.today = plan.staff, plan.month, plan.month.today
        self.referrals = []  # (problem, document number, due, replied)
        for problem in plan.patrols.problems:
            if problem.way == REPORTED:
                self._answer(problem)
            elif problem.way == CONSULTED and not problem.dispute:
                self._consult(problem)
            elif problem.way in (CONSULTED, AT_COURT):
                self._mediate(problem)
        self._hold_councils()
        self._look_at_canteens_again()
        self._ask_residents()
        if self.staff.former:
            self._assess_former()

    def _after(self, problem, days):
        return min(problem.day + datetime.timedelta(days=days), self.month.day(-1))

    def _step(self, problem, days, hour, kind, **values):
        row = Ref("matter", problem.page)
        at = moment(self._after(problem, days), hour)
        worker = self.staff.worker_of(problem.alley)
        self.book.add(worker, self.today, "matter_step", matter=row, kind=kind, at=at, **values)

    def _edit(self, problem, **values):
        worker = self.staff.worker_of(problem.alley)
        self.book.edit(worker, self.today, "matter", Ref("matter", problem.page), **values)

    def _answer(self, problem):
        """Reported up: the community takes it over, deals with it, and tells who reported it."""
        self._step(problem, 0, 21, "accept")
        self._step(problem, 1, 16, "answer", note="已处理,回电话告知")
        done = {"state": "closed", "answered_how": "phone", "answered_at": moment(self._after(problem, 1), 16)}
        self._edit(problem, owner=person(self.staff.worker_of(problem.alley)), **done)

    def _consult(self, problem):
        self._step(problem, 2, 19, "progress", note="社区、物业、住户一起商量")
        self._step(problem, 3, 10, "close")
        self._edit(problem, outcome=CONSULTED, state="closed", answered_how="in_person")

    def _mediate(self, problem):
        """What was not settled at source goes to the joint desk with a judge."""
        court = self.plan.desks.court_of(self.staff.community_of(problem.alley))
        number = f"{self.month.today.year}调字{self.plan.street.number}{len(self.referrals) + 1:02}号"
        replied = problem.way == CONSULTED
        late = not replied and not any(not each[3] for each in self.referrals)
        due = self._after(problem, 7) if replied else self.month.day(-2 if late else 5)
        refer = {"organisation": court, "document_number": number, "due": due.isoformat(), "level": "outside"}
        self._step(problem, 1, 9, "refer", **refer)
        self.referrals.append((problem, number, due, replied))
        if not replied:
            self._edit(problem, level="outside", state="working")
            return
        self._step(problem, 4, 15, "reply", note="法官到联合调解室,双方签了调解书")
        self._step(problem, 5, 9, "close")
        self._edit(problem, level="community", outcome=CONSULTED, state="closed", answered_how="in_person")

    def _hold_councils(self):
        """One meeting a community takes up the topics that its stewards have collected."""
        day = self.month.day(-12)
        meetings = {}
        for topic in self.plan.desks.topics:
            community = self.staff.community_of(topic.alley)
            worker = self.staff.worker_at[community]
            if community not in meetings:
                meetings[community] = self.book.add(
                    worker, self.today, "meeting", place=community.code, kind="council",
                    title=f"{community.name}议事会", starts_at=moment(day, 19), present=15,
                )  # fmt: skip
            values = {"outcome": topic.outcome, "state": topic.state, "answer": topic.answer}
            values["meeting"] = meetings[community]
            if topic.answer:
                values |= {"answered_how": "notice", "answered_at": moment(self.month.day(-4), 10)}
            values = {key: value for key, value in values.items() if value is not None}
            row = Ref("matter", topic.page)
            self.book.edit(worker, self.today, "matter", row, **values)
            step = {"matter": row, "kind": "progress", "note": "议事会上议过", "at": moment(day, 20)}
            self.book.add(worker, self.today, "matter_step", **step)
            if topic.answer:
                told = moment(self.month.day(-4), 10)
                self.book.add(worker, self.today, "matter_step", matter=row, kind="answer", at=told)

    def _look_at_canteens_again(self):
        for station, found in self.plan.desks.canteens:
            if found:
                worker, hazard = self.staff.worker_of(station), Ref("hazard", station.code)
                seen = moment(self.month.day(-8), 11)
                self.book.add(worker, self.today, "recheck", hazard=hazard, found="gone", at=seen)
                self.book.edit(worker, self.today, "hazard", hazard, state="verified")

    def _ask_residents(self):
        for steward, said in self.plan.posts.scores.items():
            worker = self.staff.worker_of(steward.place)
            for score, door, how in said:
                post = Ref("assignment", f"{steward.place.code}/{steward.phone}")
                values = {"assignment": post, "door": door.code, "score": score, "channel": how}
                self.book.add(worker, self.today, "satisfaction", **values)

    def _assess_former(self):
        """The yearly assessment by which the post of the last alley fell empty."""
        former = self.staff.former
        worker = self.staff.worker_of(former.place)
        ended = self.month.day(-27)
        self.book.add(
            worker, self.today, "assessment", assignment=Ref("assignment", f"{former.place.code}/{former.phone}"),
            period_starts=self.month.day(-310).isoformat(), period_ends=ended.isoformat(), kind="yearly",
            satisfaction_part=38, grade="not_competent", state="confirmed", confirmed_by=person(worker),
            confirmed_on=self.month.day(-26).isoformat(),
        )  # fmt: skip
