"""Elders living alone: a rhythm, an alert after five days of silence, a worry at once; all of it without signal."""

import datetime

from kit.romanise import initials
from kit.telling import Check

from . import days
from .stage import add
from .sweep import Homes, contact_group

SILENT_DAYS = 5
BEGIN = days.before(5)  # from this day on the rule holds
WATCHED = (days.before(4), days.before(3), days.before(2), days.before(1))

MET = """
SELECT channel, COUNT(DISTINCT place) AS n FROM visit
WHERE outcome = 'met' AND at >= '{}' AND place IN (SELECT place FROM watch) GROUP BY channel
"""


class Elders:
    def __init__(self, stage):
        self.stage, self.month = stage, stage.month
        self.watcher = stage.month.watcher
        self.phone = stage.of[self.watcher]
        self.silent, self.worried = stage.month.fallen_silent, stage.month.worried_about
        self.daily = []

    def order(self):
        """The office's list: everybody of 65 and more who lives alone; some are just home from hospital."""
        rows = []
        for home in self.stage.roster.elders:
            after_hospital = home in self.month.discharged
            kind, reason = ("出院后", "患病") if after_hospital else ("老人", "独居")
            ends = str(days.LAST + datetime.timedelta(days=25)) if after_hospital else ""
            rhythm, code = self.month.rhythm(home), home.door.code
            rows.append((code, f"{code}/1", kind, reason, "本人同意", rhythm, str(BEGIN), ends, "禾街办〔2026〕12号"))
        heads = ("户门", "住户", "类别", "关注原因", "法律依据", "每几天看望", "开始日期", "结束日期", "依据文件")
        self.stage.load("watch", heads, rows)

    def begin(self):
        """Day by day, on a phone that hears of nobody."""
        stage, phone = self.stage, self.phone
        self.homes = Homes(phone)
        for day in (BEGIN, *WATCHED):
            stage.turn_to(day, "19:00")
            contacts = self.month.work[self.watcher].contacts
            seen = [contact for contact in contacts if contact.day == day or contact.day < day == BEGIN]
            if seen:
                stage.record(phone, [contact_group(contact, self.homes) for contact in seen])
            self.daily.append((day, self._asked()))

    def _asked(self):
        """What her phone says today: alerts by cause and door, and who has not been seen for how many days."""
        alerts = [(row["cause"], row["code"]) for row in self.phone.view("alerts")]
        waiting = {row["code"]: row["days"] for row in self.phone.view("elders_not_seen")}
        return alerts, waiting

    def play(self):
        stage, teller = self.stage, self.stage.teller
        stage.office.stop()
        teller.heading("四 独居老人", "4  Elders who live alone")
        stage.say(
            f"{len(stage.roster.elders)}位独居老人三天见一次;刚出院的{len(self.month.discharged)}位每天一次。走访、电话、碰面都算。",
            f"{len(stage.roster.elders)} elders live alone: seen every three days; daily the "
            f"{len(self.month.discharged)} just home "
            "from hospital. A visit, a call, a sighting: any will do.",
        )
        door = stage.place(self.silent.door)
        stage.say(
            f"{stage.name(self.watcher)}的手机六天没有信号。{door}的老人刚出院:",
            f"{stage.name(self.watcher)}'s phone has had no signal for six days. The elder at {door} is just home "
            "from hospital:",
        )
        self._morning()
        stage.table(
            (("时间", "When", False), ("发生了什么", "What happened", False), ("她的手机", "Her phone says", False)), self._days()
        )
        stage.turn_to(days.LAST, "08:30")
        stage.office.serve(stage.port)
        stage.contact(self.watcher, self.month.community_worker_at(self.watcher.place))
        self._whole_street()

    def _morning(self):
        stage = self.stage
        stage.turn_to(days.LAST, "07:00")
        self.steps = [("07:00", "五天没有她的消息", "five days without a word of her", self._asked())]
        worried = self.worried.door.code
        # The neighbour knows them by name, not by their door.
        self.typed = initials(self.worried.residents[0].name)
        self.found = self.phone.find(self.typed)
        title = "邻居说两天没见老两口出门"
        self._step("07:30", f"邻居担心另一户:两天没见人出门(按{self.typed}找到门牌)",
                   f"a neighbour worries about another home ('{self.typed}' finds the door)",
                   add("matter", place=worried, kind="worry", channel="neighbour", title=title))  # fmt: skip
        home = {"place": worried, "household": self.homes.household[worried]}
        self._step("07:45", "去敲门,没人应", "knocks there, nobody answers", add("visit", **home, outcome="nobody_home"))
        elder = {"place": self.silent.door.code, "household": self.homes.household[self.silent.door.code]}
        self._step("08:05", "给老人打电话,通了", "rings the elder, she answers",
                   add("visit", **elder, outcome="met", channel="call"))  # fmt: skip
        self._step("08:20", "在菜场碰见那一户", "meets those two at the market",
                   add("visit", **home, outcome="met", channel="sighting"))  # fmt: skip

    def _step(self, clock, zh, en, change):
        self.stage.turn_to(days.LAST, clock)
        self.stage.do(self.watcher, change)
        self.steps.append((clock, zh, en, self._asked()))

    def _days(self):
        """Rows of the table: the days, then the morning."""
        pick, code = self.stage.teller.pick, self.silent.door.code
        rows = []
        for number, (day, (alerts, waiting)) in enumerate(self.daily):
            what = pick(f"没有消息,第{number}天", f"no word of her, day {number}")
            what = what if number else pick("去看过老人", "the elder was seen")
            says = pick("该去看了", "is to be seen") if code in waiting else "-"
            rows.append((f"{day:%m-%d}", what, says if (("silence", code) not in alerts) else "!"))
        for clock, zh, en, (alerts, _) in self.steps:
            words = {"silence": pick("五天没消息", "five days' silence"), "worry": pick("邻居担心", "neighbour's worry")}
            causes = pick("、", ", ").join(words[cause] for cause, _ in alerts)
            says = pick("马上去看:", "Look now: ") + causes if alerts else "-"
            rows.append((f"{days.LAST:%m-%d} {clock}", pick(zh, en), says))
        return rows

    def _whole_street(self):
        stage, teller, office = self.stage, self.stage.teller, self.stage.office
        worker = stage.of[self.month.community_worker_at(self.watcher.place)]
        self.alerts = [(row["cause"], row["code"]) for row in office.view("alerts")]
        self.waiting = {row["code"]: row["days"] for row in office.view("elders_not_seen")}
        self.reasons = [
            phone.query("SELECT COUNT(*) AS n, COUNT(reason) AS told FROM watch")[0] for phone in (self.phone, worker)
        ]
        since = days.cell(days.before(4), "00:00")
        by_channel = {row["channel"]: row["n"] for row in office.query(MET.format(since))}
        stage.say(
            f"全街道这五天:走访见到{by_channel.get('visit', 0)}位、电话{by_channel.get('call', 0)}位、"
            f"碰面{by_channel.get('sighting', 0)}位。"
            f"五天没有消息的{len(self.alerts)}位,社区马上去看:",
            f"In the whole street, these five days: {by_channel.get('visit', 0)} visited, {by_channel.get('call', 0)} "
            "rung up, "
            f"{by_channel.get('sighting', 0)} met outside. {len(self.alerts)} silent for five days, to be looked at "
            "now:",
        )
        doors, last = {door.code: door for door in stage.town.doors}, self.month.last_seen
        stage.table(
            (("户", "Door", False), ("楼道长", "Corridor leader", False), ("最后见到", "Last seen", False)),
            [
                (stage.place(doors[code]), stage.name(self.month.leader_at(doors[code])), f"{last[code]:%m-%d}")
                for _, code in self.alerts
            ],
        )

    # What has to be so.

    def _wanted(self, day, homes, until=None):
        """Alerts and waiting days on a day, from the planned contacts of these homes up to it."""
        alerts, waiting = [], {}
        for home in homes:
            code = home.door.code
            last = max((at for at in self._contacts(home) if at <= (until or day)), default=None)
            silent = (day - (last or BEGIN)).days
            if silent >= SILENT_DAYS:
                alerts.append(("silence", code))
            if silent >= self.month.rhythm(home):
                waiting[code] = silent
        return sorted(alerts), waiting

    def _contacts(self, home):
        work = self.month.work[self.month.leader_at(home.door)]
        swept = [visit.day for visit in work.sweep if visit.elder_met and visit.door is home.door]
        return [contact.day for contact in work.contacts if contact.door is home.door] + swept

    def judge(self):
        stage, month = self.stage, self.month
        hers = [home for home in stage.roster.elders if month.leader_at(home.door) is self.watcher]
        swept = {visit.door.code for visit in month.work[self.watcher].sweep if visit.elder_met}
        by_day = [(day, self._without_sweep(day, hers, swept)) for day, _ in self.daily]
        silence, worry = ("silence", self.silent.door.code), ("worry", self.worried.door.code)
        morning = [[silence], [worry, silence], [worry, silence], [worry], []]
        yield Check(
            [(day, (sorted(alerts), waiting)) for day, (alerts, waiting) in self.daily] == by_day
            and [alerts for *_, (alerts, _) in self.steps] == morning,
            "没有信号的手机自己算:第五天报警,邻居一说马上报警,敲门没人应不算,电话和碰面都能解除",
            "a phone without signal worked it out itself: an alert on the fifth day, at once for a worry; a knock "
            "unanswered "
            "changes nothing, a call and a sighting do",
        )
        yield Check(
            self.worried.door.code in [row["code"] for row in self.found]
            and all(self.typed in initials(row["text"]) for row in self.found if row["table"] == "resident"),
            f"邻居说得出名字,说不出门牌:没有信号的手机按首字母 {self.typed} 找到了",
            f"a neighbour knew the name, not the door: the phone without signal found it by '{self.typed}'",
        )
        alerts, waiting = self._wanted(days.LAST, [home for home in stage.roster.elders if home is not self.silent])
        yield Check(
            sorted(self.alerts) == alerts and self.waiting == waiting and len(alerts) == len(month.silent),
            f"街道的名单也一样:{len(alerts)} 位五天没有消息,{len(waiting)} 位到了该看的日子,不多不少",
            f"the office's list is right: {len(alerts)} silent for five days, {len(waiting)} due to be seen, no more "
            "and no less",
        )
        leader, worker = self.reasons
        yield Check(
            leader["n"] == len(hers) and leader["told"] == 0 and worker["told"] == worker["n"] > 0,
            "为什么关注,只有社区看得到;楼道长只看到该去看谁、几天一次",
            "why somebody is watched the community reads; the leader reads whom to see, and how often",
        )

    def _without_sweep(self, day, hers, swept):
        """She wrote the sweep down on its last evening, after these were asked."""
        alerts, waiting = [], {}
        for home in hers:
            code = home.door.code
            contacts = [c.day for c in self.month.work[self.watcher].contacts if c.door is home.door and c.day <= day]
            silent = (day - max(contacts, default=BEGIN)).days
            if silent >= SILENT_DAYS:
                alerts.append(("silence", code))
            if silent >= self.month.rhythm(home):
                waiting[code] = silent
        return sorted(alerts), waiting
