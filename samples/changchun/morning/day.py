"""The morning as it goes: dawn with signal, the doors without, and then everybody at once."""

import datetime
import json
import time
from collections import Counter

from kit import fleet
from kit.network import BadNetwork
from kit.programs import Office, Phone, free_port, need_faketime

from .questionnaire import Questionnaire

# A proposal of this score and more is taken as checked: one home and one name, or more.
SURE = 85

DONE_ON_PHONE = """
SELECT 'visit' AS what, place.code, NULL AS kind FROM visit JOIN place ON place.id = visit.place
UNION ALL SELECT 'check', place.code, safety_check.kind FROM safety_check JOIN place ON place.id = safety_check.place
"""


class Day:
    def __init__(self, folder, roster, morning, teller, arguments):
        self.folder, self.roster, self.morning, self.teller = folder, roster, morning, teller
        self.seed = arguments.seed
        self.office = Office(folder, "changchun")
        self.phones = [Phone(folder, leader, number) for number, leader in enumerate(roster.leaders, 1)]
        self.by_leader = {phone.leader: phone for phone in self.phones}
        self.port = free_port()
        self.acknowledged = []
        self.questionnaire = Questionnaire(self)
        self._choose_unlucky(arguments.true_clocks)

    def _choose_unlucky(self, true_clocks):
        """The longest round is the one whose phone dies; two others have wrong clocks."""
        names = Counter(phone.leader.name for phone in self.phones)
        leaves = [p for p in self.phones if p.leader.role != "grid_leader" and names[p.leader.name] == 1]
        leaves.sort(key=lambda phone: len(self.morning.errands[phone.leader]), reverse=True)
        disputed = {who for item in self.morning.disagreements for who in item.writers.values()}
        others = sorted(leaves[1:], key=lambda phone: phone.leader not in disputed)
        self.killed, self.future, self.past = leaves[0], others[0], others[1]
        if not true_clocks:
            need_faketime()
            now = time.time()
            self.future.wrong_by_s = round(datetime.datetime(2031, 5, 1, 9).timestamp() - now)
            self.past.wrong_by_s = round(datetime.datetime(1970, 1, 1, 12).timestamp() - now)

    def dawn(self):
        """The office is made, its rosters loaded, its leaders invited; their phones join and fetch."""
        teller = self.teller
        rosters = self.folder / "rosters"
        self.roster.write(rosters)
        self.office.create("永春街道")
        loaded = {table: self.office.load(table, rosters / f"{table}.csv") for table in ("places", "people", "households", "residents")}
        links = self.office.invite(rosters / "leaders.csv", self.folder / "invitations.csv", f"127.0.0.1:{self.port}")
        self.questionnaire.dispatch()
        numbers = [loaded[table]["new"] for table in ("places", "people", "households", "residents")]
        teller.step(
            "街道建好,导入花名册:地点{:,}、人员{:,}、住户{:,}、居民{:,},发出邀请{}份".format(*numbers, len(links)),
            "The office is made; rosters loaded: {:,} places, {:,} people, {:,} households, {:,} residents; {} invited".format(
                *numbers, len(links)
            ),
        )
        self.office.serve(self.port)
        pulled = fleet.join(self.phones, links)
        clocks = any(phone.wrong_by_s for phone in self.phones)
        teller.step(
            f"{len(self.phones)}部手机加密加入,各取各管的门,共{pulled:,}行"
            + (f"({self.future.leader.name}的手机以为是2031年,{self.past.leader.name}的以为是1970年)" if clocks else ""),
            f"{len(self.phones)} phones join over TLS and fetch their own doors, {pulled:,} rows"
            + (f" ({self.future.leader.name}'s believes it is 2031, {self.past.leader.name}'s 1970)" if clocks else ""),
        )

    def doors(self):
        """No signal: everybody records, one phone dies in the middle and goes on."""
        self.office.stop()
        if self.phones[0].run("sync", allowed=(3,)).returncode == 3:
            self.teller.step("街道的服务停了,手机没有信号,三长们照样上门", "The server stops. No signal; the leaders knock all the same")
        fleet.each(self._record, [phone for phone in self.phones if phone is not self.killed])
        self._record_and_die(self.killed)
        groups = sum(len(errands) for errands in self.morning.errands.values())
        self.teller.step(
            f"一个上午:{groups:,}次保存,{self.morning.edited_twice}户被两个人同时改,"
            f"{len(self.morning.met)}户新登记两遍,检查{self.roster.community.plan.checks}处",
            f"One morning: {groups:,} saves, {self.morning.edited_twice} homes edited by two at once, "
            f"{len(self.morning.met)} registered twice, {self.roster.community.plan.checks} safety checks",
        )
        phone = self.phones[-1]
        self.teller.quote(phone.leader.name, phone.status()["sentences"][:1])

    def _lines(self, phone, errands):
        households = phone.households()
        return [line for errand in errands for line in errand.lines(households.get, self.questionnaire.campaign)]

    def _record(self, phone):
        phone.batch(self._lines(phone, self.morning.errands[phone.leader]))

    def _record_and_die(self, phone):
        errands = self.morning.errands[phone.leader]
        lines = self._lines(phone, errands)
        heard = phone.batch_until_killed(lines, after=len(errands) // 3)
        self.acknowledged = [
            (json.loads(lines[answer["line"] - 1]).get("add"), answer["id"]) for answer in heard
        ]
        done = {(row["what"], row["code"], row["kind"])[: 2 if row["what"] == "visit" else 3] for row in phone.query(DONE_ON_PHONE)}
        rest = [errand for errand in errands if errand.mark not in done]
        phone.batch(self._lines(phone, rest))
        self.teller.step(
            f"{phone.leader.name}的手机写到一半被强行关掉(kill -9):{len(errands)}件事里已存{len(errands) - len(rest)}件,"
            f"打开后接着做完其余{len(rest)}件",
            f"{phone.leader.name}'s phone is killed in mid-write (kill -9): {len(errands) - len(rest)} of {len(errands)} "
            f"errands were saved; it goes on with the other {len(rest)}",
        )

    def everybody_at_once(self):
        """The server is back, behind a bad network; everybody syncs until nobody has anything new."""
        office_port = free_port()
        self.office.serve(office_port)
        began = time.monotonic()
        with BadNetwork(self.port, office_port, self.office.tls_files, self.seed) as network:
            rounds = fleet.sync_until_quiet(self.phones, self._everything_has_arrived)
            counts = network.counts
        seconds = time.monotonic() - began
        reports = [report for phone in self.phones for report in phone.reports]
        self.sent = sum(report["pushed_groups"] for report in reports)
        self.fetched = sum(report["pulled_rows"] for report in reports)
        self.teller.step(f"{rounds}轮之后谁都没有新东西了", f"After {rounds} rounds nobody has anything new")
        return counts, seconds

    def afternoon(self):
        """With signal again; what the questionnaire still lacks is brought in on paper."""
        self.office.stop()
        self.office.serve(self.port)
        self.questionnaire.complete()

    def _everything_has_arrived(self):
        self.teller.step(
            f"服务又开了,{len(self.phones)}部手机同时上传",
            f"The server is back; {len(self.phones)} phones send at the same time",
        )
        self._find_people_entered_twice()

    def _find_people_entered_twice(self):
        """Before the phones fetch the day, the office goes through its proposals."""
        self.counted = [self.office.count("each_resident")]
        self.proposed = self.office.duplicates()
        self.accepted = self.office.accept_duplicates(SURE)
        self.counted.append(self.office.count("each_resident"))
        self.teller.step(
            f"街道数出{self.counted[0]:,}人,多了;查出{len(self.proposed)}人像是登记了两遍,核对后归并{self.accepted}人,"
            f"现在{self.counted[1]:,}人",
            f"The office counts {self.counted[0]:,} residents, too many; {len(self.proposed)} look registered twice, "
            f"{self.accepted} are accepted, now there are {self.counted[1]:,}",
        )
