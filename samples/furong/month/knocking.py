"""The knock-on-doors round: introduce, register, ask. Who moved in and out, what people need, who called them."""

import datetime

from kit.people import person_name, phone_number

from ..town.tables import POLICE, ROUND
from .dates import KNOCKS, KNOCKS_AGAIN
from .needs import CALLS, TO_THE_COUNCIL, AT_ONCE, solved_at_once, suspicious_call, to_the_council
from .plan import Matter, Move, Visit, add, edit

ADVICE = (["told"], ["told", "app_helped"], ["told", "app_declined"], [])
ANSWER_OF = {
    "met": "answered",
    "nobody_home": "nobody_home",
    "refused": "refused",
    "vacant": "vacant",
    "moved": "vacant",
}


def household(door, number=1):
    return f"<household {door.code}/{number}>"


def no_namesakes(home):
    return len({person.name for person in home.residents}) == len(home.residents)


class Round:
    def __init__(self, month):
        self.month, self.random = month, month.random
        self.plan_of_community = month.community.plan
        self._choose_homes()

    def _choose_homes(self):
        """Homes where there is something besides the ordinary; somebody opens at each."""
        plan, posts = self.plan_of_community, self.month.posts
        homes = [home for home in self.month.roster.homes if no_namesakes(home)]
        self.random.shuffle(homes)
        # So that there is an open matter to hand over; and somebody stays at home when one of two leaves.
        homes.sort(key=lambda home: home.door.above("unit") is not posts.leaving.place)
        council, homes = homes[:1], homes[1:]
        self.random.shuffle(homes)
        together = [home for home in homes if len(home.residents) > 1]
        leaves = together[: plan.people_moved // 3]
        rest = iter([home for home in homes if home not in leaves])
        self.leaves = {home.door for home in leaves}
        self.joined = {next(rest).door for _ in range(plan.people_moved - len(leaves))}
        gone = plan.families_moved // 4
        self.gone = {next(rest).door for _ in range(gone)}
        self.replaced = {next(rest).door for _ in range(plan.families_moved - gone)}
        self.solved = {next(rest).door: AT_ONCE[n % len(AT_ONCE)] for n in range(plan.solved_at_once)}
        doors = [home.door for home in council] + [next(rest).door for _ in range(plan.to_the_council - 1)]
        self.council = {door: TO_THE_COUNCIL[n % len(TO_THE_COUNCIL)] for n, door in enumerate(doors)}
        self.calls = {next(rest).door: CALLS[n % len(CALLS)] for n in range(plan.suspicious_calls)}
        self.special = {
            *self.leaves, *self.joined, *self.gone, *self.replaced, *self.solved, *self.council, *self.calls,
        }  # fmt: skip

    def plan(self):
        for door in self.month.community.doors:
            floor, unit = door.parent, door.above("unit")
            who, day = self.month.posts.of_place.get(floor), KNOCKS
            if who is None:
                who = self.month.unit_leader(unit, KNOCKS)
                if who is self.month.posts.ill:
                    # The building leader goes there the day after.
                    who, day = self.month.posts.of_place[unit.parent], KNOCKS_AGAIN
            outcome = self._outcome(door)
            self._knock(day, who, door, outcome)
            if outcome == "nobody_home" and day == KNOCKS:
                self._knock(KNOCKS_AGAIN, who, door, self.random.choices(("met", "nobody_home"), (7, 3))[0])
        self._warn()

    def _outcome(self, door):
        if door in self.gone:
            return "moved"
        if door in self.special:
            return "met"
        if door not in self.month.homes:
            return "vacant"
        return self.random.choices(("met", "nobody_home", "refused"), (82, 15, 3))[0]

    def _knock(self, day, who, door, outcome):
        self.month.visits.append(Visit(day, door, outcome, ANSWER_OF[outcome], who))
        changes, home = self._moves(door), household(door)
        if door in self.replaced:
            home = "@home"
        here = {} if outcome == "vacant" else {"household": home}
        changes.append(add("visit", place=door.code, outcome=outcome, **here))
        changes.append(add("answer", campaign=ROUND, place=door.code, outcome=ANSWER_OF[outcome], **here))
        if outcome == "met":
            changes += self._register(door, home) + self._advise(door, home) + self._ask(day, who, door, home)
        self.month.record(day, who, *changes)

    def _register(self, door, home):
        if door in self.replaced or self.random.random() > 0.2:
            return []
        phone = phone_number(self.random)
        self.month.registered[door] = phone
        return [edit("household", home, phone=phone)]

    def _advise(self, door, home):
        outcome = self.random.choices(ADVICE, (55, 25, 15, 5))[0]
        if door in self.calls:
            outcome = ["told", "helped"] if len(self.month.calls) % 5 == 0 else ["told"]
        if not outcome:
            return []
        self.month.advice[door] = set(outcome)
        return [add("fraud_advice", place=door.code, household=home, outcome=outcome)]

    def _ask(self, day, who, door, home):
        reporter = self.month.homes[door].head_name
        if door in self.solved:
            title, answer = self.solved[door]
            self.month.solved.append(Matter(door, title, who, "solved_on_spot", answer))
            return solved_at_once(self.month.solved[-1], reporter, home, day)
        if door in self.council:
            title, opinion, ending, answer = self.council[door]
            self.month.council.append(Matter(door, title, who, ending, answer, opinion))
            return to_the_council(self.month.council[-1], reporter, home)
        if door in self.calls:
            number = len(self.month.calls) + 1
            # Of every five one stays without a reply.
            ending = "no_reply" if number % 5 == 3 else "replied"
            self.month.calls.append(Matter(door, self.calls[door], who, ending))
            return suspicious_call(self.month.calls[-1], reporter, home, POLICE, number)
        return []

    def _moves(self, door):
        """What the people at the door, or a neighbour, say of who came and who left."""
        changes = []
        if door in self.gone or door in self.replaced:
            day = self._day()
            for person in self.month.homes[door].residents:
                changes.append(self._leave(door, person, day))
            changes.append(edit("household", household(door), status="moved_out"))
            if door in self.replaced:
                changes += self._new_family(door, day)
        if door in self.leaves:
            changes.append(self._leave(door, self.month.homes[door].residents[-1], self._day()))
        if door in self.joined:
            name = person_name(self.random, True)
            changes += self._come(door, household(door), "person", name, "registered", self._day())
        return changes

    def _day(self):
        return datetime.date(2026, 5, 8) + datetime.timedelta(days=self.random.randrange(24))

    def _leave(self, door, person, day):
        kinds = {"户籍": "registered", "流动": "floating", "空挂": "registered_only", "外出": "away", "境外": "overseas"}
        self.month.moves.append(Move("out", day.isoformat(), door, kinds[person.kind]))
        return edit("residency", f"<residency {door.code} {person.name}>", moved_out=day.isoformat())

    def _new_family(self, door, day):
        """A new household behind the same door; it begins blank."""
        came = day + datetime.timedelta(days=3)
        names = [person_name(self.random, woman) for woman in (True, False)][: self.random.choice((1, 2))]
        facts = {"head_name": names[0], "phone": phone_number(self.random), "status": "rented"}
        changes = [add("household", "home", place=door.code, number=2, **facts)]
        for number, name in enumerate(names):
            changes += self._come(door, "@home", f"person{number}", name, "floating", came)
        return changes

    def _come(self, door, home, label, name, kind, day):
        self.month.moves.append(Move("in", day.isoformat(), door, kind))
        return [
            add("resident", label, name=name, kind=kind),
            add("residency", resident=f"@{label}", household=home, moved_in=day.isoformat()),
        ]

    def _warn(self):
        """What people said of calls goes round at once: one notice an area."""
        for who in self.month.posts.area_leaders:
            text = "自称公检法、要您转账的,都是骗子。拿不准先问单元长,或拨96110。"
            notice = add("announcement", place=who.place.code, kind="notice", title="反诈提醒", text=text)
            self.month.record(KNOCKS_AGAIN, who, notice)
