"""Homes that are looked after: paired ones, wishes, and those in quarantine."""

import datetime
from dataclasses import dataclass, field

from gutian.town.days import moment, sheet_moment
from kit.tables import write_table

from .book import Ref, person

REASONS = ("失独家庭", "孤寡", "残疾老人", "困难家庭")
NEEDS = ("每周看望一次", "陪着看病取药", "代买米面油", "教用手机")
WISHES = (
    "想要一副老花镜", "想修好收音机", "想吃一次家乡的线面", "想要一台血压计", "想给孙子买套练习册",
    "想照一张全家福", "想要一根新拐杖", "想把窗户修好", "想去看看新公园", "想要一床厚被子",
)  # fmt: skip
FEVER = 37.3

UNSEEN = ("never", "nobody_home", "by_others", "mistaken", "long_ago")


@dataclass
class Pairing:
    home: object
    helpers: list
    reason: str
    needs: str
    starts: datetime.date
    met: datetime.date = None  # the last time by a helper
    why_unseen: str = ""


@dataclass
class Wish:
    home: object
    title: str
    day: datetime.date
    claimed_by: list  # nobody, one, or two at once
    kept_by: object = None  # whom the office decides for, where there are two
    fulfilled: bool = False


@dataclass
class Quarantine:
    home: object
    steward: object
    number: str
    starts: datetime.date
    ends: datetime.date
    contact: str
    phone: str
    readings: list = field(default_factory=list)  # (day, temperature, supplies, wellbeing)

    def stands_out(self, day):
        """What a clerk must see on a day: missing, highest temperature, supplies, wellbeing; or None."""
        told = [reading for reading in self.readings if reading[0] == day]
        if not self.starts <= day <= self.ends:
            return None
        if not told:
            return ("missing", None, None, None)
        highest = max(temperature for _, temperature, _, _ in told)
        supplies = max((s for _, _, s, _ in told if s), default=None)
        wellbeing = min(feels for _, _, _, feels in told)
        if highest < FEVER and supplies is None and wellbeing == "well":
            return None
        return ("high" if highest >= FEVER else "", highest, supplies, wellbeing)


class Homes:
    def __init__(self, roster, chance, book):
        self.roster, self.chance, self.book = roster, chance, book
        self.staff, self.month, self.plan = roster.staff, roster.month, roster.plan
        elders = [
            home for home in roster.households
            if home.door.parent in self.staff.steward_at and any(person.age >= 65 for person in home.residents)
        ]  # fmt: skip
        self.elders = chance.sample(elders, len(elders))
        self.used = set()
        self.pairings = [self._pair(at) for at in range(self.plan.pairings)]
        self.wishes = self._make_wishes()
        active = 6 if self.plan.communities > 1 else 4
        self.quarantines = [self._quarantine(at, at >= active) for at in range(active + (2 if active > 4 else 1))]

    def _next_home(self, alley=None):
        for home in self.elders:
            if home.door.code not in self.used and alley in (None, home.door.parent):
                self.used.add(home.door.code)
                return home
        raise ValueError("there are not enough homes with elders")

    # --- Paired help ---

    def _pair(self, at):
        home = self._next_home()
        alley = home.door.parent
        helpers = [self.staff.steward_at[alley]]
        if at % 3 == 2:
            helpers.append(self.staff.worker_of(alley))
            if at % 2:
                helpers.append(self.staff.second_at.get(alley) or self.staff.grid_worker_of(alley))
        starts = self.month.day(-self.chance.randrange(45, 120))
        pairing = Pairing(home, helpers, REASONS[at % 4], self.chance.choice(NEEDS), starts)
        if at < self.plan.unseen:
            self._leave_unseen(pairing, UNSEEN[at % len(UNSEEN)])
        else:
            for _ in range(self.chance.choice((1, 2, 3))):
                day = self.chance.choice(self.month.days[1:])
                self._visit(pairing, self.chance.choice(helpers), day, "met")
                pairing.met = max(day, pairing.met or day)
        return pairing

    def _leave_unseen(self, pairing, why):
        pairing.why_unseen = why
        day = self.month.days[10]
        helper = pairing.helpers[0]
        if why == "nobody_home":
            self._visit(pairing, helper, day, "nobody_home")
        elif why == "by_others":
            others = self.staff.grid_worker_of(pairing.home.door.parent)
            pairing.helpers = [who for who in pairing.helpers if who is not others]
            self._visit(pairing, others, day, "met")
        elif why == "mistaken":
            visit = self._visit(pairing, helper, day, "met")
            self._visit(pairing, helper, day, "mistaken", corrects=visit)
        elif why == "long_ago":
            pairing.met = self.month.day(-41)
            self._visit(pairing, helper, pairing.met, "met")

    def _visit(self, pairing, who, day, outcome, **more):
        door = pairing.home.door.code
        more |= {"household": Ref("household", door), "at": moment(day, 16)}
        return self.book.add(who, day, "visit", place=door, outcome=outcome, **more)

    def unseen(self, days=30):
        """Door, number of helpers, days since: the longest ago first."""
        out = []
        for pairing in self.pairings:
            since = (self.month.today - (pairing.met or pairing.starts)).days
            if since >= days:
                out.append((pairing.home.door.code, len(pairing.helpers), since))
        return sorted(out, key=lambda row: (-row[2], row[0]))

    # --- Wishes ---

    def _make_wishes(self):
        """One in each alley of a party member is claimed by her and the steward at once."""
        contested = list(self.staff.party_member_at.items())
        wishes = []
        for at in range(self.plan.wishes):
            alley, member = contested[at] if at < len(contested) else (None, None)
            home = self._next_home(alley)
            steward = self.staff.steward_at[home.door.parent]
            wish = Wish(home, WISHES[at % len(WISHES)], self.month.days[2 + at % 5], [steward])
            if member:
                wish.claimed_by = [steward, member]
                wish.kept_by = wish.claimed_by[at % 2]
            elif at < len(contested) + self.plan.wishes_open:
                wish.claimed_by = []
            wish.fulfilled = bool(wish.claimed_by) and at % 9 != 8
            for who in wish.claimed_by:
                self._claim(wish, who)
            wishes.append(wish)
        return wishes

    def _claim(self, wish, who):
        day, row = self.month.days[9], Ref("wish", wish.home.door.code)
        self.book.edit(who, day, "matter", row, claimed_by=person(who), state="claimed")
        self.book.add(who, day, "matter_step", matter=row, kind="claim", at=moment(day, 18))
        if wish.fulfilled and not wish.kept_by:
            self.fulfil(self.book, wish, who, self.month.days[20])

    @staticmethod
    def fulfil(book, wish, who, day, hour=17):
        row = Ref("wish", wish.home.door.code)
        done = {"state": "closed", "outcome": "fulfilled", "answered_how": "in_person"}
        book.edit(who, day, "matter", row, **done, answered_at=moment(day, hour))
        book.add(who, day, "matter_step", matter=row, kind="close", note="已送到家里", at=moment(day, hour))

    # --- Quarantine ---

    def _quarantine(self, at, over):
        """Ten days until four days from now; those that are over ended three days ago."""
        home, month = self._next_home(), self.month
        starts, ends = (month.day(-16), month.day(-3)) if over else (month.day(-9), month.day(4))
        number = f"防指〔{month.today.year}〕{self.roster.street.number}{at + 1:02}号"
        steward = self.staff.steward_at[home.door.parent]
        contact = home.residents[0]
        out = Quarantine(home, steward, number, starts, ends, contact.name, f"154{at:04}{self.roster.street.number:04}")
        days = [starts + datetime.timedelta(days=n) for n in range((min(ends, month.today) - starts).days + 1)]
        for day in days:
            for reading in self._readings(at, over, day):
                out.readings.append((day, *reading))
                temperature, supplies, wellbeing = reading
                values = {"temperature": temperature, "supplies": supplies, "wellbeing": wellbeing}
                values = {key: value for key, value in values.items() if value is not None}
                row = Ref("quarantine", number)
                self.book.add(steward, day, "reading", quarantine=row, day=day.isoformat(), **values)
        return out

    def _readings(self, at, over, day):
        usual = (36.2 + (at + day.day) % 6 / 10, None, "well")
        if over:
            return [usual]
        if day == self.month.today:
            return ([], [(38.1, None, "unwell"), (36.9, None, "well")], [(36.5, "降压药、大米", "well")],
                    [(36.4, None, "low")])[at] if at < 4 else [usual]  # fmt: skip
        return [] if at == 1 and day == self.month.day(-4) else [usual]

    def standing_out(self, day):
        """Door code -> what stands out."""
        return {q.home.door.code: out for q in self.quarantines if (out := q.stands_out(day))}

    def over(self):
        return [q for q in self.quarantines if q.ends < self.month.today]

    # --- The office's files ---

    def write(self, folder):
        write_table(
            folder / "pairing.csv",
            ("住户", "帮扶人", "帮扶人.联系电话", "帮扶原因", "帮扶内容", "开始日期"),
            (
                (p.home.door.code, who.name, who.phone, p.reason, p.needs, p.starts)
                for p in self.pairings
                for who in p.helpers
            ),
        )
        write_table(
            folder / "matter.csv",
            ("地点", "类别", "渠道", "事由", "住户", "登记时间"),
            ((w.home.door.code, "微心愿", "上门", w.title, w.home.door.code, sheet_moment(w.day, 9)) for w in self.wishes),
        )
        headers = ("住户", "文号", "开始日期", "结束日期", "联系人", "联系电话")
        rows = [(q.home.door.code, q.number, q.starts, q.ends, q.contact, q.phone) for q in self.quarantines]
        write_table(folder / "quarantine.csv", headers, rows)
        first, second = rows[0], rows[1]
        faulty = [(first[0], "", *first[2:]), (*second[:3], "", *second[4:])]
        write_table(folder / "quarantine-without-order.csv", headers, faulty)
