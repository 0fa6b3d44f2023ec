"""Small help at any hour; and a matter that two parties of the alliance take on without having heard of each other."""

from collections import Counter

from kit.telling import Check, bar

from . import days
from .plan import HELPS
from .stage import add, edit

BANDS = ((0, 6, "半夜 0–6点", "night, 0 to 6"), (6, 12, "上午 6–12点", "morning, 6 to 12"),
         (12, 18, "下午 12–18点", "afternoon, 12 to 18"), (18, 24, "晚上 18–24点", "evening, 18 to 24"))  # fmt: skip
PERSONAL = ("household", "resident", "residency", "visit", "watch", "answer")
BURST = "水管爆裂,水漫到楼道"


class Alliance:
    def __init__(self, stage):
        self.stage, self.month, self.people = stage, stage.month, stage.people
        estate = stage.town.estates[0]
        self.leader = self.month.helper
        self.property_man, self.owners_man = self.people.property_man, self.people.owners_man
        self.member = self.people.member
        names = {party.kind: party.name for party in stage.roster.parties if party.place is estate}
        self.company, self.volunteers = names["property"], names["volunteers"]
        self.english = {party.name: party.english for party in stage.roster.parties}

    def play(self):
        stage, teller = self.stage, self.stage.teller
        teller.heading("五 随时的小忙", "5  Small help, at any hour")
        self._small_help()
        teller.heading("六 三加一联盟:一件事,两家都认领", "6  The 3+1+X alliance: one matter, claimed by two")
        self._burst()
        self._both_claim()
        self._both_learn()
        self._settle()

    def _small_help(self):
        """A health code, at a quarter to eleven at night; then what there was in the month."""
        stage, teller = self.stage, self.stage.teller
        doors = [door for door in stage.town.doors_of(self.leader.place) if self.month.living[door.code][-1]]
        self.helped, self.burst_at = doors[0], doors[-1]
        stage.turn_to(days.LAST, "22:47")
        self.matter = stage.do(self.leader, add("matter", place=self.helped.code, kind="help", channel="phone",
                                                title=HELPS[0][0], due=str(days.LAST)))[0]  # fmt: skip
        waiting = [row["matter"] for row in stage.of[self.leader].view("matters_waiting_on_me")]
        stage.turn_to(days.LAST, "22:58")
        done = {"state": "answered", "outcome": "solved_on_spot", "answered_how": "in_person"}
        stage.do(self.leader, edit("matter", self.matter, **done, answered_at=days.cell(days.LAST, "22:58")))
        then = [row["matter"] for row in stage.of[self.leader].view("matters_waiting_on_me")]
        self.waited = (self.matter in waiting, self.matter in then)
        stage.contact(self.leader)
        stage.say(
            f"22:47 {stage.place(self.helped)}来电:不会查健康码。22:58 {stage.name(self.leader)}教会了,“等我办的事”里随即没有了这件。",
            f"22:47 a call from {stage.place(self.helped)}: how does one query a health code? 22:58 "
            f"{stage.name(self.leader)} has "
            "shown it; it is gone from what waits on her.",
        )
        ledger = stage.office.view("matter_ledger", since=days.cell(days.FIRST, "00:00"))
        self.helps = [row for row in ledger if row["kind"] == "help"]
        hours = Counter(band_of(hour_in_china(row["reported_at"])) for row in self.helps)
        self.by_band = [hours[at] for at in range(len(BANDS))]
        self.outcomes = Counter((row["title"], row["outcome"]) for row in self.helps)
        done = sum(row["outcome"] == "solved_on_spot" for row in self.helps)
        stage.say(
            f"十月全街道这样的小忙{len(self.helps)}件,办好{done}件,还在办{len(self.helps) - done}件;按来电的钟点:",
            f"In October there were {len(self.helps)} such small helps in the street, {done} done, "
            f"{len(self.helps) - done} under way; "
            "by the hour of the call:",
        )
        most = max(self.by_band)
        bands = [teller.pick(zh, en) for _, _, zh, en in BANDS]
        rows = [(band, count, bar(count, most, 20)) for band, count in zip(bands, self.by_band)]
        stage.table((("", "", False), ("件", "Number", True), ("", "", False)), rows)

    def _burst(self):
        """Half past eleven: whoever can help hears of it, and no more than that needs."""
        stage = self.stage
        home = stage.roster.home[self.burst_at.code]
        stage.turn_to(days.LAST, "23:30")
        self.pipe = stage.do(
            self.leader,
            add("matter", place=self.burst_at.code, kind="help", channel="door", title=BURST, reporter=home.head_name,
                reporter_phone="15400001234"),
        )[0]  # fmt: skip
        helpers = (self.property_man, self.owners_man, self.member)
        stage.contact(self.leader, *helpers)
        self.heard = [
            BURST in {row["title"] for row in stage.of[who].view("matters_unclaimed", kind="help")} for who in helpers
        ]
        stage.office.stop()

    def _claim(self, clock, who, organisation):
        stage, phone = self.stage, self.stage.of[who]
        stage.turn_to(days.LAST, clock)
        row = next(row["id"] for row in phone.query("SELECT id, name FROM organisation") if row["name"] == organisation)
        claim = {"claimed_by": stage.id_of(who), "claimed_for": row, "state": "claimed"}
        stage.do(who, edit("matter", self.pipe, **claim))

    def _both_claim(self):
        self._claim("23:36", self.property_man, self.company)
        self._claim("23:38", self.member, self.volunteers)
        self.stage.turn_to(days.LAST, "23:45")
        self.stage.office.serve(self.stage.port)
        self.stage.contact(self.property_man, self.member, self.property_man, self.leader, self.owners_man)

    def _entries(self, source):
        return [entry for entry in source if entry["row"] == self.pipe]

    def _both_learn(self):
        stage, teller = self.stage, self.stage.teller
        self.known = {}
        for who in (self.property_man, self.member, self.leader, self.owners_man):
            self.known[who] = self._entries(stage.read_of_others(who))
        self.at_office = self._entries(stage.office.conflicts())
        company, volunteers = (teller.pick(name, self.english[name]) for name in (self.company, self.volunteers))
        stage.say(
            f"23:30 {stage.place(self.burst_at)}水管爆裂。都没有信号,两家各自认领:",
            f"23:30 a pipe bursts at {stage.place(self.burst_at)}. Nobody has signal, and two take it on:",
        )
        stage.table(
            (("时间", "When", False), ("谁", "Who", False), ("替哪家", "For", False),
             ("连上以后手机上看到", "Once in contact the phone says", False)),
            [("23:36", stage.name(self.property_man), company, self._sentence(self.property_man)),
             ("23:38", stage.name(self.member), volunteers, self._sentence(self.member))],
        )  # fmt: skip
        self.secrets = self._seen_by_partners()
        stage.say(
            "楼道长和街道也看到两家都认领了。物业的手机只有事由和门牌,没有住户、居民、反映人和电话。",
            "The leader and the office read the same. The company's phone has the matter and the door: no household, "
            "no resident, not who reported it.",
        )

    def _sentence(self, who):
        """What she is told of the claim that is not hers."""
        entry = next(e for e in self.known[who] if e["column"] == "claimed_by")
        other = self.member if who is self.property_man else self.property_man
        shows = entry["shown_by"] == who.name
        return self.stage.teller.pick(
            f"{other.name}也认领了" + ("(先显示您的)" if shows else "(先显示对方的)"),
            f"{self.stage.name(other)} claimed it, too" + (" (yours shows)" if shows else " (the other shows)"),
        )

    def _seen_by_partners(self):
        """How many rows of people, and how many reporters, the company's phone holds."""
        phone = self.stage.of[self.property_man]
        rows = sum(phone.query(f"SELECT COUNT(*) AS n FROM {table}")[0]["n"] for table in PERSONAL)
        sql = "SELECT COUNT(reporter) + COUNT(reporter_phone) + COUNT(household) AS n, COUNT(*) AS matters FROM matter"
        told = phone.query(sql)[0]
        return rows + told["n"], told["matters"]

    def _settle(self):
        """The office gives it to those who have the tools; they mend the pipe."""
        stage, teller = self.stage, self.stage.teller
        while entries := self._entries(stage.office.conflicts()):
            keep = "shown" if entries[0]["shown_by"] == self.property_man.name else "other"
            stage.office.command("decide", entries[0]["entry"], "--keep", keep)
        stage.contact(self.property_man, self.member, self.leader, self.owners_man)
        self.left = [self._entries(stage.read_of_others(who)) for who in (self.property_man, self.member, self.leader)]
        self.waiting = [
            self.pipe in {row["matter"] for row in stage.of[who].view("matters_waiting_on_me")}
            for who in (self.property_man, self.member)
        ]
        stage.turn_to(days.AFTER, "00:25")
        note = {"matter": self.pipe}
        done = {"state": "answered", "outcome": "solved_on_spot", "answered_how": "in_person"}
        stage.do(
            self.property_man,
            add("matter_step", **note, kind="claim"),
            edit("matter", self.pipe, state="working"),
        )
        stage.turn_to(days.AFTER, "01:10")
        stage.do(
            self.property_man,
            add("matter_step", **note, kind="answer", note="关总阀,换了一段管子"),
            edit("matter", self.pipe, **done, answer="已修好", answered_at=days.cell(days.AFTER, "01:10")),
        )
        stage.contact(self.property_man, self.leader)
        self.chain = [row["kind"] for row in stage.of[self.leader].view("matter_chain", matter=self.pipe)]
        self.end = stage.of[self.leader].query(f"SELECT state, claimed_by FROM matter WHERE id = '{self.pipe}'")
        stage.say(
            f"街道定下由{self.company}办,两家手机上都清楚了;01:10修好,楼道长的手机上看得到每一步。",
            f"The office gives it to the {self.english[self.company]}; both phones say so. Mended at 01:10; the "
            "leader's phone has "
            "each step.",
        )

    def judge(self):
        month = self.month
        helps = [help for work in month.work.values() for help in work.helps]
        bands = Counter(band_of(help.minute // 60) for help in helps) + Counter([band_of(22)])
        outcomes = Counter((HELPS[help.what][0], "solved_on_spot" if help.answered else None) for help in helps)
        outcomes[HELPS[0][0], "solved_on_spot"] += 1
        yield Check(
            self.by_band == [bands[at] for at in range(len(BANDS))] and self.outcomes == outcomes
            and self.waited == (True, False),
            f"小忙 {len(helps) + 1} 件,件件有钟点、有结果;办完的不再挂在“等我办的事”里",
            f"{len(helps) + 1} small helps, each with its hour and its end; what is done no longer waits on anybody",
        )
        both = {self.property_man.name, self.member.name}
        told = [entries for entries in (*self.known.values(), self.at_office)]
        yield Check(
            all(self.heard) and all({e["column"] for e in entries} == {"claimed_by", "claimed_for"} for entries in told)
            and all({e["shown_by"], e["losing_by"]} == both for entries in told for e in entries),
            "两家都认领的那一件:两家、楼道长、业委会和街道都看到两个名字,谁的都没有丢",
            "the matter claimed twice: both parties, the leader, the owners' committee and the office read both names",
        )
        yield Check(
            self.left == [[], [], []] and self.waiting == [True, False] and self.chain == ["claim", "answer"]
            and self.end == [{"state": "answered", "claimed_by": self.stage.id_of(self.property_man)}],
            "定下以后只有物业手上还有这件;办完,每一步都在",
            "once decided it waits on the company alone; done, with each step on record",
        )
        rows, matters = self.secrets
        yield Check(
            rows == 0 and matters > 0,
            f"物业的手机上有 {matters} 件事项,住户、居民、反映人的内容 0 条",
            f"the company's phone has {matters} matters, and nothing of households, residents or who reported",
        )


def hour_in_china(at):
    return (int(at[11:13]) + 8) % 24


def band_of(hour):
    return next(at for at, (first, last, *_) in enumerate(BANDS) if first <= hour < last)
