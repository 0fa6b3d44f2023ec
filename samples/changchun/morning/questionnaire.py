"""The questionnaire of the day: sent out by the office in the morning, asked at every door during the round, complete
by the afternoon. What the round left out the grid leaders see by unit and door, and enter from paper."""

import datetime
import json
from collections import Counter

from kit import fleet
from kit.tables import write_table
from kit.telling import Check, bar

TITLE = "冬季供暖和社区活动问卷"
OUTCOMES = ("answered", "nobody_home", "refused", "vacant", "missing")


class Questionnaire:
    def __init__(self, day):
        self.day, self.morning = day, day.morning
        self.community = day.roster.community

    def dispatch(self):
        """One line that the office's clerk types; the phones have it with their first contact."""
        today = datetime.date.today()
        path = self.day.folder / "rosters" / "campaign.csv"
        write_table(
            path,
            ("地点", "类别", "标题", "工作要求", "开始时间", "截止时间"),
            [(self.community.root.code, "问卷", TITLE, "暖气热不热,想不想参加社区活动", f"{today} 07:00", f"{today} 16:00")],
        )
        self.day.office.load("campaign", path)
        self.campaign = self.day.office.query("SELECT id FROM campaign")[0]["id"]

    def _grid_phones(self):
        return [phone for phone in self.day.phones if phone.leader.role == "grid_leader"]

    def _count(self, source, level):
        rows = source.view("campaign_by_unit", campaign=self.campaign, level=level)
        return {row["code"]: {name: row[name] for name in OUTCOMES} for row in rows}

    def _missing(self, source):
        return [row["code"] for row in source.view("campaign_by_door", campaign=self.campaign, missing_only="1")]

    def complete(self):
        """Each grid leader reads on her own phone what is missing, and enters it from paper."""
        office = self.day.office
        self.noon, self.noon_missing = self._count(office, "grid"), self._missing(office)
        self.by_grid = {phone.leader: (self._count(phone, "unit"), self._missing(phone)) for phone in self._grid_phones()}
        people = office.query("SELECT id, name, phone FROM person")
        self.people = {(row["name"], row["phone"]): row["id"] for row in people}
        fleet.each(self._enter_from_paper, self._grid_phones())
        codes = {door.code for door in self.morning.forgotten}
        concerned = [phone for phone in self.day.phones if codes & {door.code for door in phone.leader.place.under("door")}]
        fleet.each(fleet.sync_through, concerned)
        self.afternoon, self.left = self._count(office, "grid"), self._missing(office)
        self.day.teller.step(
            f"下午:网格长的手机上看得到缺哪一户,补录纸质问卷{len(self.noon_missing)}份,还缺{len(self.left)}户",
            f"Afternoon: the grid leaders' phones name each missing door; {len(self.noon_missing)} entered from paper, "
            f"{len(self.left)} left",
        )

    def _asker(self, door):
        """Who asks at a door: the unit's leader where there is one, else the building's."""
        by_place = {who.place: who for who in self.day.roster.leaders}
        return by_place.get(door.parent) or by_place[door.above("building")]

    def _enter_from_paper(self, phone):
        doors = {door.code: door for door in self.community.doors}
        lines = []
        for code in self.by_grid[phone.leader][1]:
            asker = self._asker(doors[code])
            values = {"campaign": self.campaign, "place": code, "outcome": "answered", "on_paper": True}
            values |= {"paper_code": f"W{code[-10:]}", "asked_by": self.people[asker.name, asker.phone]}
            lines.append(json.dumps({"add": "answer", "values": values}))
        if lines:
            phone.batch(lines)
            fleet.sync_through(phone)

    def tell(self, teller):
        teller.heading("二 问卷", "2  The questionnaire")
        teller.line("  清早由街道发出,上门时当面问;到中午:", "  Sent out at dawn, asked at the door; by noon:")
        for number, grid in enumerate(self.community.grids, 1):
            count = self.noon[grid.code]
            doors = sum(count.values())
            asked = doors - count["missing"]
            teller.line(
                f"  {grid.name}  {bar(asked, doors, 16)}  已答{count['answered']:>4}  没人{count['nobody_home']:>4}  "
                f"拒答{count['refused']:>3}  空置{count['vacant']:>3}  还缺{count['missing']:>3}",
                f"  Grid {number}  {bar(asked, doors, 16)}  answered {count['answered']:>4}  "
                f"not in {count['nobody_home']:>4}  refused {count['refused']:>3}  vacant {count['vacant']:>3}  "
                f"missing {count['missing']:>3}",
            )
        leader, (units, missing) = max(self.by_grid.items(), key=lambda item: len(item[1][1]))
        doors = {door.code: door.address() for door in self.community.doors}
        places = {unit.code: unit.address() for unit in self.community.root.under("unit")}
        few = [f"{places[code]} {count['missing']}" for code, count in units.items() if count["missing"]][:3]
        teller.line(
            f"  网格长{leader.name}的手机:缺在 {'、'.join(few)};头一户是{doors[missing[0]]}",
            f"  On the phone of grid leader {leader.name}: missing in {', '.join(few)}; "
            f"the first door is {doors[missing[0]]}",
        )
        total = sum(count["missing"] for count in self.afternoon.values())
        teller.line(
            f"  下午由网格长补录纸质问卷(写明谁问的、谁录的),还缺{total}户。",
            f"  In the afternoon the grid leaders enter these from paper (who asked, who entered); {total} are missing.",
        )

    def judge(self, here):
        """Counts by grid and the missing doors, from the plan alone."""
        wanted = {}
        for grid in self.community.grids:
            outcomes = Counter(self.morning.answers.get(door.code, "missing") for door in grid.under("door"))
            wanted[grid.code] = {name: outcomes[name] for name in OUTCOMES}
        forgotten = sorted(door.code for door in self.morning.forgotten)
        on_phones = sorted(code for _, missing in self.by_grid.values() for code in missing)
        by_units = sum(count["missing"] for units, _ in self.by_grid.values() for count in units.values())
        yield Check(
            self.noon == wanted and self.noon_missing == forgotten == on_phones and by_units == len(forgotten),
            f"问卷:中午缺的 {len(forgotten)} 户,街道和网格长的手机点名点得一样,按网格的数都对",
            f"questionnaire: the {len(forgotten)} doors missing at noon are the same at the office and on the grid "
            "leaders' phones",
        )
        then = {
            code: count | {"answered": count["answered"] + count["missing"], "missing": 0}
            for code, count in wanted.items()
        }
        doors = {row: cells["code"] for row, cells in here.of("place").items()}
        papers = [cells for cells in here.of("answer").values() if cells["on_paper"]]
        paper = {doors[cells["place"]]: (cells["asked_by"], cells["entered_by"]) for cells in papers}
        signed = {}
        for door in self.morning.forgotten:
            grid = next(who for who in self.day.roster.leaders if who.place is door.above("grid"))
            signed[door.code] = tuple(self.people[who.name, who.phone] for who in (self._asker(door), grid))
        total = sum(sum(count.values()) for count in then.values())
        yield Check(
            self.afternoon == then and self.left == [] and paper == signed,
            f"问卷:下午 {total:,} 户齐了;纸质的 {len(paper)} 份写着谁问的、谁录的",
            f"questionnaire: by the afternoon none is missing; the {len(paper)} from paper say who asked and who "
            "entered",
        )
