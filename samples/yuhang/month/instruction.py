"""A day: an instruction goes down four levels, and its count comes back at every level."""

from collections import Counter

from kit import fleet
from kit.telling import Check

from . import days
from .plan import HELPS
from .stage import add, group

COLUMNS = ("doors", "answered", "refused", "vacant", "nobody_home", "missing")
LEVELS = ("street", "community", "estate", "corridor")
TITLE = "停水前逐户告知"


class Instruction:
    def __init__(self, stage, evening):
        """`evening` are orders of the office that reach the phones with that evening's contact."""
        self.stage, self.month, self.town, self.evening = stage, stage.month, stage.town, evening

    def play(self):
        stage = self.stage
        stage.turn_to(days.INSTRUCTION, "08:00")
        self._give()
        early = [phone for phone in stage.phones if phone.reports]
        pulled = stage.begin([phone for phone in stage.phones if not phone.reports])
        stage.contact(*(phone.leader for phone in early))
        stage.office.stop()
        stage.teller.heading(
            "二 一天:一条要求下去四级,数字一级一级回来", "2  A day: an instruction goes down four levels, its count comes back"
        )
        stage.say(
            f"{days.INSTRUCTION:%m月%d日}早上八点:“明早停水检修,今天18:00前告知到每一户。”"
            f"{len(stage.phones)}部手机都收到了(加入时共取回{pulled:,}行)。",
            f"{days.INSTRUCTION:%d %B}, eight in the morning: \"No water tomorrow morning. Tell every home by 18:"
            "00.\" All "
            f"{len(stage.phones)} phones have it ({pulled:,} rows fetched as they joined).",
        )
        stage.turn_to(days.INSTRUCTION, "20:00")
        own = fleet.each(self._tell_doors, stage.corridor_phones)
        self.own = dict(zip(self.month.leaders, own))
        recorded = sum(len(work.told) for work in self.month.work.values()) + len(self.month.asked_twice)
        stage.teller.step(
            f"没有信号的楼道里告知了{recorded:,}次;每位楼道长不连网就看得到自己还缺哪一户",
            f"{recorded:,} doors told in stairwells without signal; each leader sees, offline, which of hers is "
            "missing",
        )
        self._remind()
        self._tell_again()
        stage.turn_to(days.INSTRUCTION, "20:30")
        for order in self.evening:
            order()
        stage.office.serve(stage.port)
        fleet.each(fleet.sync_through, stage.corridor_phones)
        estates = len(self.town.estates)
        fleet.each(fleet.sync_through, stage.upper_phones[:estates])
        fleet.each(fleet.sync_through, stage.upper_phones[estates:])
        stage.office.stop()
        self._count()
        self._show()

    def _give(self):
        """The street's clerk writes it once, for the whole street."""
        stage, street = self.stage, self.town.street.code
        text = "明天6:00–12:00停水检修。今天18:00前告知到每一户,行动不便的记下来,帮着存水。"
        stage.load("announcement", ("地点", "类别", "标题", "正文", "开始日期"),
                   [(street, "工作要求", TITLE, text, str(days.INSTRUCTION))])  # fmt: skip
        stage.load("campaign", ("地点", "类别", "标题", "工作要求", "开始时间", "截止时间"),
                   [(street, "敲门行动", TITLE, text, days.typed(days.INSTRUCTION, "08:00"),
                     days.typed(days.INSTRUCTION, days.INSTRUCTION_DUE))])  # fmt: skip
        self.campaign = stage.office.query(f"SELECT id FROM campaign WHERE title = '{TITLE}'")[0]["id"]

    def _answer(self, told, outcome, clock):
        values = {"campaign": self.campaign, "place": told.door.code, "outcome": outcome}
        return group(add("answer", **values, at=days.cell(days.INSTRUCTION, clock)))

    def _tell_doors(self, phone):
        """Records a leader's day, then asks her own phone how far she is; it has heard of nobody else."""
        work = self.month.work[phone.leader]
        groups = [self._answer(told, told.outcome, told.clock) for told in work.told]
        groups += [help_group(help) for help in work.helps if help.day <= days.INSTRUCTION]
        groups += [danger_group(danger) for danger in work.dangers if danger.day <= days.INSTRUCTION]
        self.stage.record(phone, groups)
        return self._ask(phone, phone.leader.place.level)

    def _remind(self):
        """What her phone says in the stairwell to somebody who skipped a door."""
        self.reminded = next(who for who in self.month.leaders if self.own[who][who.place.code]["missing"])
        rows = self.stage.of[self.reminded].view("reminders")
        self.reminders = [(row["kind"], row["number"], row["urgent"]) for row in rows if row["what"] == TITLE]
        number = self.own[self.reminded][self.reminded.place.code]["missing"]
        self.stage.teller.step(
            f"今日提醒:{self.stage.name(self.reminded)}的手机说,“{TITLE}”还缺{number}户,今天到期",
            f"{self.stage.name(self.reminded)}'s phone reminds her: {number} of her doors are missing, due today",
        )

    def _ask(self, who, level):
        rows = who.view("campaign_by_unit", campaign=self.campaign, level=level)
        return {row["code"]: {column: row[column] for column in COLUMNS} for row in rows}

    def _tell_again(self):
        """In the evening the estate leaders met some of those who had not been at home."""
        by_leader = {}
        for told in self.month.asked_twice:
            by_leader.setdefault(self.month.estate_leader_at(told.door), []).append(told)

        def record(leader):
            groups = [self._answer(told, "answered", "19:20") for told in by_leader[leader]]
            self.stage.record(self.stage.of[leader], groups)

        fleet.each(record, by_leader)

    def _count(self):
        """What every level says, the office and the phone of whoever leads it."""
        stage = self.stage
        levels = ("street", "community", "estate", "building", "area")
        self.office_says = {level: self._ask(stage.office, level) for level in levels}
        self.phones_say = {}
        for phone in stage.upper_phones:
            self.phones_say[phone.leader] = self._ask(phone, phone.leader.place.level)
        missing = stage.office.view("campaign_by_door", campaign=self.campaign, missing_only="1")
        self.missing = {row["code"] for row in missing}

    def wanted(self, place, by_estate_leaders=True):
        """The count of a place as it follows from the plan."""
        told = self._told(by_estate_leaders)
        doors = [door.code for door in self.town.doors_of(place) if door.code not in self.stage.roster.missing]
        counts = Counter(told.get(code, "missing") for code in doors)
        return {"doors": len(doors)} | {column: counts[column] for column in COLUMNS[1:]}

    def _told(self, by_estate_leaders):
        told = {told.door.code: told.outcome for work in self.month.work.values() for told in work.told}
        return told | {told.door.code: "answered" for told in self.month.asked_twice if by_estate_leaders}

    def _show(self):
        stage, month = self.stage, self.month
        corridor = next(leader for leader in month.leaders if self.own[leader][leader.place.code]["missing"])
        estate = month.estate_leader_at(corridor.place)
        community = month.community_worker_at(corridor.place)
        rows = []
        for level, leader in zip(LEVELS, (self.stage.people.street_worker, community, estate, corridor)):
            said = self.own if leader is corridor else self.phones_say
            count = said[leader][leader.place.code]
            named = {"street": ("街道", "street"), "community": ("社区", "community"), "estate": ("小区", "estate"),
                     "corridor": ("楼道", "corridor")}[level]  # fmt: skip
            numbers = [f"{count[column]:,}" for column in ("doors", "answered", "nobody_home", "vacant", "missing")]
            rows.append((stage.teller.pick(*named), stage.place(leader.place), stage.name(leader), *numbers))
        stage.say("当晚,四级各自手机上的数:", "That evening, on the phones of the four levels:")
        stage.table(
            (("级", "Level", False), ("地点", "Place", False), ("谁的手机", "Whose phone", False), ("户", "Homes", True),
             ("已告知", "Told", True), ("家中无人", "Not in", True), ("空置", "Vacant", True), ("还缺", "Missing", True)),
            rows,
        )  # fmt: skip
        by_community, few = self.office_says["community"], ("doors", "answered", "missing")
        rows = [
            (stage.place(place), *(f"{by_community[place.code][column]:,}" for column in few))
            for place in self.town.communities
        ]
        stage.say("街道的电脑上,按社区:", "On the street's computer, by community:")
        stage.table(
            (("社区", "Community", False), ("户", "Homes", True), ("已告知", "Told", True), ("还缺", "Missing", True)), rows
        )

    def judge(self):
        town, stage, month = self.town, self.stage, self.month
        alone = [
            leader for leader in month.leaders
            if self.own[leader] == {leader.place.code: self.wanted(leader.place, by_estate_leaders=False)}
        ]  # fmt: skip
        yield Check(
            len(alone) == len(month.leaders),
            f"{len(alone)} 位楼道长的手机没有信号时各自数出的户数,和计划的一户不差",
            f"the phones of {len(alone)} corridor leaders counted their own doors offline, right to the door",
        )
        wanted = {
            "street": [town.street], "community": town.communities, "estate": town.estates,
            "building": town.street.under("building"), "area": list(town.areas),
        }  # fmt: skip
        by_office = {level: {place.code: self.wanted(place) for place in places} for level, places in wanted.items()}
        upper = [phone.leader for phone in stage.upper_phones]
        by_phones = {leader: {leader.place.code: self.wanted(leader.place)} for leader in upper}
        total = self.office_says["street"][town.street.code]
        yield Check(
            self.office_says == by_office and self.phones_say == by_phones,
            f"四级层层相加都是 {total['doors']:,} 户,缺 {total['missing']} 户;小区长、社区、街道的 {len(by_phones)} 部手机与街道电脑说的一样",
            f"at all four levels it adds up to {total['doors']:,} homes, {total['missing']} missing; {len(by_phones)} "
            "phones of "
            "estates, communities and the street say what the office says",
        )
        missing = self.own[self.reminded][self.reminded.place.code]["missing"]
        yield Check(
            missing > 0 and self.reminders == [("campaign", missing, 1)],
            f"提醒里缺的户数和她自己数的一样,是 {missing} 户",
            f"the reminder has the number of doors that her phone counts, {missing}",
        )
        told = self._told(True)
        lacking = {door.code for door in town.doors if door.code not in told and door.code not in stage.roster.missing}
        yield Check(
            self.missing == lacking,
            f"缺的 {len(lacking)} 户,街道逐户点得出门牌;两个人都问过的 {len(month.asked_twice)} 户只算一户",
            f"the {len(lacking)} missing doors are named one by one; the {len(month.asked_twice)} that two people "
            "asked count once",
        )


def help_group(help):
    """Small help as the leader wrote it down: what, at what hour, when it was done."""
    values = {
        "place": help.door.code, "kind": "help", "channel": "phone", "title": HELPS[help.what][0],
        "reported_at": days.cell(help.day, days.clock_of(help.minute)), "due": str(help.due),
    }  # fmt: skip
    if help.answered:
        values |= {"state": "answered", "outcome": "solved_on_spot"}
        values |= {"answered_how": "in_person", "answered_at": help.answered}
    return group(add("matter", **values))


def danger_group(danger):
    values = {"place": danger.place.code, "kind": danger.kind, "state": danger.state}
    values |= {"found_at": days.cell(danger.day, "16:30"), "education": "当面说明危险"}
    if danger.state == "fixed":
        values |= {"fixed_how": "on_spot", "fixed_at": days.cell(danger.day, "16:50")}
    return group(add("hazard", **values))
