"""Stations and their rota, who walks in, the canteens, the council and its topics, the weekly screening."""

from collections import Counter
from dataclasses import dataclass

from gutian.town.days import moment
from gutian.town.tables import PERSON, YES_NO
from kit.tables import write_table

SCREENING = "每周纠纷排查"
SCREENING_WEEKS = 4
SLOT_HOURS = {1: 9, 2: 15}

WALK_INS = (
    ("need", "办居住证要带什么"), ("need", "申请高龄补贴"), ("help", "不会用手机缴费"), ("help", "帮写一份申请"),
    ("need", "给孩子登记入学"), ("help", "老人手机收不到验证码"),
)  # fmt: skip

# A topic, and what the council makes of it: still open, adopted and done, adopted and under way, not adopted.
TOPICS = (
    ("巷口加装扶手", "adopted", "closed", "已装好,请大家验收"),
    ("老年食堂周末也开", "adopted", "working", None),
    ("空地划成停车位", "not_adopted", "closed", "是消防通道,不能划;另找了两处"),
    ("文化墙画什么", None, "open", None),
)


@dataclass(frozen=True)
class Topic:
    number: int
    alley: object
    title: str
    outcome: str
    state: str
    answer: str

    @property
    def page(self):
        return f"议题本第{self.number:03}条"


class Desks:
    def __init__(self, roster, chance, book):
        self.roster, self.chance, self.book = roster, chance, book
        self.street, self.staff, self.month = roster.street, roster.staff, roster.month
        self.weeks = self.month.weeks()
        self.duties, self.gaps, self.empty = [], {}, []
        self.manned, self.on_duty, self.walk_ins = 0, Counter(), Counter()
        self._staff_desks()
        self.screened_left_out = self._screen()
        self.topics = self._collect_topics()
        self.canteens = self._look_at_canteens()

    # --- The rota ---

    def week_title(self, day):
        return f"第{day.isocalendar()[1]}周坐班"

    def _on_duty(self, station, at, slot):
        """Stewards, grid workers and staff take turns."""
        turn = (self.street.stations.index(station) + at + slot) % 3
        if turn == 0:
            return self.staff.station_steward[station]
        return self.staff.grid_worker_of(station) if turn == 1 else self.staff.worker_of(station)

    def _staff_desks(self):
        days = range(len(self.month.weekdays))
        slots = [(station, at, slot) for station in self.street.stations for at in days for slot in (1, 2)]
        self.due = len(slots)
        few = max(1, len(slots) // 140)
        odd = self.chance.sample(slots, 5 * few + 1)
        nobody_planned, cancelled, stayed_away = odd[:few], odd[few : 2 * few], odd[2 * few : 5 * few]
        unasked = odd[5 * few]
        for key in slots:
            station, at, slot = key
            day, who = self.month.weekdays[at], self._on_duty(station, at, slot)
            planned = key not in nobody_planned and key != unasked
            if planned:
                self.duties.append((station, day, slot, who, key in cancelled))
            came = key not in nobody_planned + cancelled + stayed_away
            if came:
                self._man(station, day, slot, who)
            if not came or not planned:
                here = int(planned and key not in cancelled)
                self.gaps[station.name, day.isoformat(), slot] = (here, int(came))
            if not came:
                self.empty.append((station, day, slot))

    def _man(self, station, day, slot, who):
        self.manned += 1
        self.on_duty[who.role] += 1
        self.book.add(
            who, day, "round", schedule=self.week_title(day), place=station.code, day=day.isoformat(), slot=slot,
        )  # fmt: skip
        if self.chance.random() < 0.17:
            kind, title = self.chance.choice(WALK_INS)
            came = moment(day, SLOT_HOURS[slot], 30)
            self.walk_ins[kind] += 1
            self.book.add(
                who, day, "matter", place=station.code, kind=kind, channel="station", title=title, reporter="来访居民",
                state="closed", outcome="other", answered_how="in_person", answered_at=came, reported_at=came,
            )  # fmt: skip

    # --- The weekly screening of disputes ---

    def _screen(self):
        """One community leaves out its second week."""
        left_out = (self.street.communities[-1], 1)
        for at, community in enumerate(self.street.communities):
            for week in range(SCREENING_WEEKS):
                if (community, week) != left_out:
                    day = self.month.day(-28 + 7 * week + (at * 2) % 6)
                    who = self.staff.worker_at[community]
                    values = {"schedule": SCREENING, "place": community.code, "day": day.isoformat()}
                    self.book.add(who, day, "round", **values, note="逐巷问过管家,记入排查表")
        return [(left_out[0].code, self.month.day(-28 + 7 * left_out[1]).isoformat())]

    # --- The council and the canteens ---

    def _collect_topics(self):
        topics = []
        for community in self.street.communities:
            alleys = [alley for alley in community.under("alley") if alley in self.staff.steward_at][: len(TOPICS)]
            for alley, (title, outcome, state, answer) in zip(alleys, TOPICS):
                topic = Topic(len(topics) + 1, alley, title, outcome, state, answer)
                topics.append(topic)
                day = self.month.days[5]
                self.book.add(
                    self.staff.steward_at[alley], day, "matter", place=alley.code, kind="topic", note=topic.page,
                    channel="consultation", title=title, reported_at=moment(day, 19), level="community",
                )  # fmt: skip
        return topics

    def _look_at_canteens(self):
        """The first station of each community has one: purchasing, hygiene, safety. Every third finds something."""
        out = []
        for at, community in enumerate(self.street.communities):
            station = community.under("station")[0]
            who, day, found = self.staff.station_steward[station], self.month.days[14], at % 3 == 1 or at == 0
            check = self.book.add(
                who, day, "safety_check", place=station.code, kind="canteen", items=["采购", "卫生", "安全"],
                outcome="hazard" if found else "ok", at=moment(day, 11), note="看了进货单、后厨和灭火器",
            )  # fmt: skip
            if found:
                self.book.add(
                    who, day, "hazard", place=station.code, kind="other", state="fixed", party="食堂承包人",
                    note="冰箱里生熟没有分开", found_in=check, found_at=moment(day, 11), fixed_how="agreed",
                    due=self.month.days[17].isoformat(), fixed_at=moment(self.month.days[16], 10),
                )  # fmt: skip
            out.append((station, found))
        return out

    # --- The office's files ---

    def write(self, folder, patrol):
        headers = ("范围", "类别", "名称", "地点层级", "每次班数", "班次名称", "每几天一次", "开始日期", "结束日期", "依据")
        code, month = self.street.code, self.month
        rows = [
            (code, "巡查", patrol, "alley", 3, "早、中、晚", 1, month.days[0], "", "街巷管家工作规则"),
            (code, "纠纷排查", SCREENING, "community", 1, "", 7, month.day(-28), "", "人民调解法"),
        ]
        for _, first, last in self.weeks:
            rows.append((code, "轮流坐班", self.week_title(first), "station", 2, "上午、下午", 1, first, last, ""))
        write_table(folder / "schedule.csv", headers, rows)
        write_table(
            folder / "duty.csv",
            ("地点", "日期", "班次", "值班人", f"值班人.{PERSON[1].split('.')[1]}", "安排", "已取消"),
            (
                (station.code, day, slot, who.name, who.phone, self.week_title(day), YES_NO[cancelled])
                for station, day, slot, who, cancelled in self.duties
            ),
        )
        write_table(
            folder / "organisation.csv",
            ("地点", "名称", "类别"),
            ((community.code, self.court_of(community), "法院") for community in self.street.communities),
        )

    @staticmethod
    def court_of(community):
        """The station at which a judge joins the desk of a community."""
        return f"{community.name}诉讼服务站"
