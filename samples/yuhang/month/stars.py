"""The month is over: stars from outcomes, with the records behind them; an appeal, a reward, a release."""

import json
from collections import Counter

from kit import fleet
from kit.scope import compare
from kit.telling import Check

from . import days
from .becoming import change_posts
from .plan import CALLS
from .stage import add, edit, group

PERIOD = {"from_date": str(days.FIRST), "until_date": str(days.LAST)}
FROM_TOTAL = ((90, 5), (80, 4), (70, 3), (60, 2))
PARTS = ("obligations_part", "hazards_part", "satisfaction_part")
ROUND = "十月回访"
NUMBERS = ("owed", "in_time", "hazards", "verified", "calls", *PARTS, "total")


def stars_for(total):
    """The street's rule."""
    return next((stars for least, stars in FROM_TOTAL if total >= least), 1)


class Stars:
    def __init__(self, stage, alliance):
        self.stage, self.month, self.people, self.alliance = stage, stage.month, stage.people, alliance
        self.appealing, self.failing = stage.month.appealing, stage.month.failing

    def draw(self):
        """On the month's last morning the office draws the homes to call: nobody chooses them."""
        stage = self.stage
        stage.turn_to(days.LAST, "06:30")
        file = stage.folder / "tables" / "calls.csv"
        self.drawn, rows = stage.office.sample(ROUND, "leader", CALLS, file)
        self.to_call = {}
        for row in rows:
            self.to_call.setdefault(row["任职"], []).append(row["户门"].strip())

    def play(self):
        stage, teller = self.stage, self.stage.teller
        stage.turn_to(days.AFTER, "09:00")
        teller.heading("七 月底:评星、申诉、奖励、离任", "7  The month's end: stars, an appeal, a reward, a release")
        self._look_again()
        self._rate()
        self._confirm()
        self._appeal()
        self._reward_and_release()
        self._everybody_reads()

    def _look_again(self):
        """Estate leaders look at hazards said to be put right; communities call the homes that were drawn."""
        stage = self.stage
        fleet.each(self._recheck, [stage.of[who] for who in self.people.estate_leaders])
        fleet.each(self._call_homes, [stage.of[who] for who in self.people.community_workers])
        fleet.each(fleet.sync_through, stage.upper_phones)
        fleet.each(fleet.sync_through, [stage.of[who] for who in self.people.community_workers])

    def _recheck(self, phone):
        skipped = tuple(who.place.code for who in (self.appealing, self.failing))
        rows = phone.query(
            "SELECT hazard.id, place.code FROM hazard JOIN place ON place.id = hazard.place WHERE hazard.state = "
            "'fixed'"
        )
        found = [row["id"] for row in rows if not row["code"].startswith(skipped)]
        self.stage.record(phone, [self._found_gone(hazard) for hazard in found])

    @staticmethod
    def _found_gone(hazard):
        return group(add("recheck", hazard=hazard, found="gone"), edit("hazard", hazard, state="verified"))

    def _call_homes(self, phone):
        groups = []
        for leader in self._leaders_of(phone.leader):
            post = self.stage.post_of(leader)
            for door, score in zip(self.to_call[post], self.month.work[leader].calls):
                said = {"assignment": post, "door": door, "score": score}
                groups.append(group(add("satisfaction", **said, at=days.cell(days.LAST, "15:00"))))
        self.stage.record(phone, groups)

    def _leaders_of(self, worker):
        return [leader for leader in self.month.leaders if leader.place.above("community") is worker.place]

    def _rating(self, source):
        rows = source.view("leader_rating", **PERIOD)
        return {self.stage.leader_by_id[row["person"]]: {name: row[name] for name in NUMBERS} for row in rows}

    def _rate(self):
        self.first = self._rating(self.stage.office)

    def _confirm(self):
        """A named community worker confirms each, from what her own phone works out."""
        stage = self.stage

        def confirm(phone):
            rating = self._rating(phone)
            self.on_phones |= rating
            worker = phone.leader
            stage.record(phone, [self._assessment(worker, who, rating[who]) for who in self._leaders_of(worker)])

        self.on_phones = {}
        fleet.each(confirm, [stage.of[who] for who in self.people.community_workers])
        fleet.each(fleet.sync_through, [stage.of[who] for who in self.people.community_workers])
        self._tell_stars()

    def _assessment(self, worker, leader, rating):
        stars = stars_for(rating["total"])
        parts = {name: rating[name] for name in PARTS if rating[name] is not None}
        grade = "excellent" if stars == 5 else "competent" if stars > 1 else "not_competent"
        return group(add(
            "assessment", assignment=self.stage.post_of(leader),
            period_starts=str(days.FIRST), period_ends=str(days.LAST), kind="daily",
            **parts, grade=grade, stars=stars, state="confirmed", confirmed_by=self.stage.id_of(worker),
            confirmed_on=str(days.AFTER),
        ))  # fmt: skip

    def _tell_stars(self):
        stage, teller = self.stage, self.stage.teller
        stage.say(
            "星级由结果算出:按时办到的、消除了的隐患、住户抽样回访(占一半)。不看登录,不排名,社区的人署名确认:",
            "Stars follow from outcomes: what was done in time, hazards gone, what sampled homes said (half the "
            "weight). "
            "No log-ins count, nobody is ranked, a named community worker confirms:",
        )
        counts = Counter(stars_for(rating["total"]) for rating in self.first.values())
        teller.line(
            "    " + "  ".join(f"{'★' * stars} {counts[stars]}人" for stars in range(5, 0, -1)),
            "    " + "  ".join(f"{'★' * stars} {counts[stars]}" for stars in range(5, 0, -1)),
        )
        chosen = [self.people.candidate, self.month.watcher, self.appealing, self.failing]
        stage.table(
            (("楼道长", "Leader", False), ("楼道", "Corridor", False), ("按时办到", "In time", True),
             ("隐患消除", "Hazards gone", True), ("回访分", "Homes say", True), ("总分", "Total", True), ("星级", "Stars", False)),
            [self._line(leader, self.first[leader]) for leader in chosen],
        )  # fmt: skip

    def _line(self, leader, rating):
        percent = [f"{rating[part]}%" if rating[part] is not None else "-" for part in PARTS]
        in_time = f"{rating['in_time']}/{rating['owed']} {percent[0]}"
        gone = f"{rating['verified']}/{rating['hazards']} {percent[1]}" if rating["hazards"] else "-"
        stars = "★" * stars_for(rating["total"])
        names = (self.stage.name(leader), self.stage.place(leader.place))
        return [*names, in_time, gone, percent[2], rating["total"], stars]

    def _appeal(self):
        """She reads the records behind her stars; one counts against her, and it is looked at again."""
        stage, teller, leader = self.stage, self.stage.teller, self.appealing
        phone, worker = stage.of[leader], self.month.community_worker_at(leader.place)
        stage.contact(leader)
        mine = phone.query("SELECT id, stars FROM assessment")
        records = phone.view("leader_rating_records", assignment=stage.post_of(leader), **PERIOD)
        self.records = Counter()
        for row in records:
            self.records[row["part"], "n"] += 1
            self.records[row["part"], "sum"] += row["value"]
        self.own_stars = [row["stars"] for row in mine]
        hazard = next(row["record"] for row in records if row["part"] == "hazard" and row["value"] == 0)
        assessment = mine[0]["id"]
        # The stars are not hers to write; what she thinks of them is.
        self.refused = stage.refused(leader, edit("assessment", assessment, stars=5))
        stage.do(leader, edit("assessment", assessment, appeal="那处隐患当场就清了,没有人来复查"))
        stage.contact(leader)
        self.appeals = [row["assessment"] for row in stage.office.view("assessments_open")] == [assessment]
        stage.turn_to(days.AFTER, "15:00")
        stage.contact(worker)
        stage.record(stage.of[worker], [self._found_gone(hazard)])
        self.second = self._rating(stage.of[worker])[leader]
        stars = stars_for(self.second["total"])
        stage.do(
            worker,
            edit("assessment", assessment, hazards_part=self.second["hazards_part"], stars=stars,
                 grade="excellent" if stars == 5 else "competent", state="settled", appeal_answer="已到现场复查,隐患确已消除,星级改正"),
        )  # fmt: skip
        stage.contact(worker, leader)
        self.after = phone.query("SELECT stars, state FROM assessment")
        self.open_after = stage.office.view("assessments_open")
        stage.say(
            f"{stage.name(leader)}在自己手机上看到算进去的{len(records)}条记录,有一处隐患没人复查。她申诉;{stage.name(worker)}到现场看过,"
            f"隐患已消除:{self.own_stars[0]}星改为{stars}星。",
            f"{stage.name(leader)} reads the {len(records)} records behind her stars on her own phone: one hazard "
            "nobody looked at "
            f"again. She appeals; {stage.name(worker)} goes there, it is gone: {self.own_stars[0]} stars become "
            f"{stars}.",
        )

    def _reward_and_release(self):
        stage, teller = self.stage, self.stage.teller
        stage.turn_to(days.AFTER, "16:30")
        totals = self._rating(stage.office)
        best = [leader for leader in self.month.leaders if stars_for(totals[leader]["total"]) == 5]
        stage.load(
            "honour",
            ("人员", "人员.联系电话", "荣誉名称", "授予日期", "授予单位", "事由"),
            [(who.name, who.phone, "五星楼道长", str(days.AFTER), stage.town.street.name, "十月星级评定") for who in best],
        )
        self.best = best
        change_posts(stage, {stage.post_of(self.failing): {"卸任日期": str(days.LAST), "卸任原因": "考评不称职"}})
        self.refill = stage.office.view("posts_to_refill")
        phone = stage.of[self.failing]
        self.doors_before = self._doors_on(phone)
        said = phone.run("--lang", "zh" if teller.chinese else "en", "sync").stdout.splitlines()
        self.doors_after = self._doors_on(phone)
        stage.say(
            f"五星的{len(best)}位,街道授予“五星楼道长”。{stage.place(self.failing.place)}的{stage.name(self.failing)}卸任,"
            f"街道要在{(self.refill or [{}])[0].get('due', '')}前补选。她的手机一连上,住户资料就移走了:",
            f"The street honours the {len(best)} with five stars. {stage.name(self.failing)} of "
            f"{stage.place(self.failing.place)} is "
            f"released; a successor is due by {(self.refill or [{}])[0].get('due', '')}. With her next contact the "
            "homes leave her phone:",
        )
        removed = next((line for line in said if "移走" in line or "gone from here" in line), "")
        teller.quote(stage.name(self.failing), [{"zh": removed, "en": removed}])

    @staticmethod
    def _doors_on(phone):
        return phone.query("SELECT COUNT(*) AS n FROM household")[0]["n"]

    def _everybody_reads(self):
        """Everybody is in contact once more; each reads her stars, and every phone is compared with the office."""
        stage = self.stage
        fleet.each(fleet.sync_through, stage.phones)
        stage.office.stop()
        stage.teller.step(
            f"最后{len(stage.phones)}部手机都连上一次,各自看到自己的星级",
            f"At the end all {len(stage.phones)} phones are in contact once more, and each leader reads her stars",
        )
        self.reports = [phone.reports[-1] for phone in stage.phones]
        self.undecided = json.loads(stage.office.command("held", "--json").stdout)
        estate = self.failing.place.parent
        self.looked_at = [who for who in self.month.leaders if who.place.parent is estate or who is self.appealing]
        self.looked_at.remove(self.failing)
        sql = "SELECT assignment, stars FROM assessment"
        self.read = {leader: stage.of[leader].query(sql) for leader in self.looked_at}
        self.confirmed = {row["assignment"]: row["stars"] for row in stage.office.query(sql)}
        self.honoured = {row["person"] for row in stage.office.query("SELECT person FROM honour")}
        self.comparison = compare(stage.office, stage.phones, "yuhang", str(days.AFTER))

    # What has to be so.

    def wanted(self, leader):
        """The rating of a leader, from the plan alone."""
        work = self.month.work[leader]
        doors = len(self.stage.town.doors_of(leader.place))
        told = sum(told.clock <= days.INSTRUCTION_DUE for told in work.told)
        swept = sum(visit.day < days.SWEEP[-1] or visit.clock <= days.SWEEP_DUE for visit in work.sweep)
        helped = sum(bool(help.answered) and help.answered <= days.cell(help.due, "23:59") for help in work.helps)
        late_call = leader is self.alliance.leader  # The health code at a quarter to eleven.
        owed, in_time = 2 * doors + len(work.helps) + late_call, told + swept + helped + late_call
        verified = sum(danger.gone for danger in work.dangers)
        scores = work.calls
        hazards_part = verified * 100 // len(work.dangers) if work.dangers else None
        parts = (in_time * 100 // owed, hazards_part, sum(scores) * 20 // len(scores))
        weights = (1, hazards_part is not None, 2)
        total = sum((part or 0) * weight for part, weight in zip(parts, weights)) // sum(weights)
        return dict(zip(NUMBERS, (owed, in_time, len(work.dangers), verified, len(scores), *parts, total)))

    def judge(self):
        month, stage = self.month, self.stage
        wanted = {leader: self.wanted(leader) for leader in month.leaders}
        yield Check(
            self.first == wanted and self.on_phones == wanted,
            f"{len(wanted)} 位楼道长的每一分都从记录里算得出来,社区的手机不连网算出的也一样",
            f"each part of the stars of {len(wanted)} leaders follows from the records; the communities' phones work "
            "out the same",
        )
        asked = stage.office.view("sample_calls", round=ROUND)
        of_each = Counter(row["assignment"] for row in asked if row["drawn_at"] and row["called_at"])
        yield Check(
            self.drawn == len(asked) == len({row["door"] for row in asked})
            and of_each == {stage.post_of(leader): CALLS for leader in month.leaders},
            f"回访的 {len(asked)} 户都是抽中的,每位楼道长 {CALLS} 户,一户不多,一户不少",
            f"the {len(asked)} homes that were called are those that were drawn, {CALLS} of each corridor leader",
        )
        hers = wanted[self.appealing]
        obligations = [sum(self.records[part, what] for part in ("campaign", "matter")) for what in ("n", "sum")]
        hazards = [self.records["hazard", what] for what in ("n", "sum")]
        found = [*obligations, *hazards, self.records["satisfaction", "n"]]
        repaired = hers | {"verified": hers["hazards"], "hazards_part": 100}
        repaired["total"] = (hers["obligations_part"] + 100 + 2 * hers["satisfaction_part"]) // 4
        yield Check(
            found == [hers[name] for name in NUMBERS[:5]] and self.own_stars == [stars_for(hers["total"])]
            and self.appeals and not self.open_after and self.second == repaired
            and self.after == [{"stars": stars_for(repaired["total"]), "state": "settled"}],
            "申诉的那位:手机上逐条的记录加起来正好是她的分;复查以后重算,星级改正,申诉有了答复",
            "the one who appealed: the records on her phone add up to her parts; looked at again, worked out anew, "
            "answered",
        )
        yield Check(
            "不由您的岗位填写" in self.refused,
            "她想自己改星级:手机当场告诉她,这一项不由她填写",
            "she tried to write her stars herself: her phone told her at once that they are not hers to write",
        )
        totals = wanted | {self.appealing: repaired}
        best = [leader for leader in month.leaders if stars_for(totals[leader]["total"]) == 5]
        stars = {leader: stars_for(totals[leader]["total"]) for leader in month.leaders}
        own = {leader: [{"assignment": stage.post_of(leader), "stars": stars[leader]}] for leader in self.looked_at}
        yield Check(
            self.confirmed == {stage.post_of(leader): count for leader, count in stars.items()} and self.read == own
            and self.best == best and self.honoured == {stage.id_of(leader) for leader in best},
            f"{len(stars)} 位的星级都对,五星的 {len(best)} 位都有荣誉;打开 {len(own)} 部手机看,各自只有自己的星级",
            f"the stars of all {len(stars)} are right, the {len(best)} with five are honoured; {len(own)} phones "
            "looked at have "
            "their own leader's alone",
        )
        due = str(days.before(-30))
        yield Check(
            self.doors_before > 0 and self.doors_after == 0 and [row["due"] for row in self.refill] == [due]
            and stars_for(wanted[self.failing]["total"]) == 1,
            f"卸任的手机上住户资料从 {self.doors_before} 户变成 0 户;补选的期限是 {due}",
            f"the released leader's phone had {self.doors_before} homes and now has none; the post is to be refilled "
            f"by {due}",
        )
        left = sum(report["waiting_groups"] for report in self.reports) + len(self.undecided)
        yield Check(
            left == 0,
            f"{len(self.reports)} 部手机上没送到的、街道还没入账的记录:{left} 条",
            f"on {len(self.reports)} phones {left} records are unsent, or kept by the office without effect",
        )
        same = self.comparison
        for phone, table, row in same.different[:5]:
            print(f"    {phone.db}: {table} {row}")
        yield Check(
            not same.different and same.rows > 0,
            f"每部手机各自该有的 {same.rows:,} 行、{same.cells:,} 格,和街道一模一样;不该看的 {same.hidden:,} 格都没有",
            f"the phones equal the office in all {same.rows:,} rows and {same.cells:,} cells of their scope, without "
            "the "
            f"{same.hidden:,} that they must not have",
        )
