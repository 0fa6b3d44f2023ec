"""Three days: who lives behind each door today, rented flats first; that no door and no person was missed."""

from collections import Counter

from kit import fleet
from kit.telling import Check, bar

from . import days
from .instruction import danger_group, help_group
from .stage import add, edit, group

TITLE = "出租房流动人口核查"

HOMES = """
SELECT place.code, household.id AS household, residency.id AS residency, resident.id AS resident, resident.name
FROM household JOIN place ON place.id = household.place
LEFT JOIN residency ON residency.household = household.id LEFT JOIN resident ON resident.id = residency.resident
"""


class Homes:
    """Who lives behind the doors of a phone, with the ids that she edits by."""

    def __init__(self, phone):
        self.household, self.people = {}, {}
        for row in phone.query(HOMES):
            self.household[row["code"]] = row["household"]
            if row["residency"]:
                self.people.setdefault(row["code"], []).append((row["name"], row["residency"], row["resident"]))

    def named(self, door, name):
        return next((residency, resident) for known, residency, resident in self.people[door.code] if known == name)


class SweepAct:
    def __init__(self, stage):
        self.stage, self.month, self.town = stage, stage.month, stage.town

    def order(self):
        """The office orders it with the evening contact a week before."""
        self.stage.load(
            "campaign",
            ("地点", "类别", "标题", "工作要求", "开始时间", "截止时间"),
            [(self.town.street.code, "流动人口核查", TITLE, "每一户现在住着谁,谁搬来、谁搬走;出租房先走",
              days.typed(days.SWEEP[0], "08:00"), days.typed(days.SWEEP[-1], days.SWEEP_DUE))],
        )  # fmt: skip
        self.campaign = self.stage.office.query(f"SELECT id FROM campaign WHERE title = '{TITLE}'")[0]["id"]

    def play(self):
        stage, teller = self.stage, self.stage.teller
        stage.turn_to(days.SWEEP[-1], "21:00")
        teller.heading("三 三天:每一户今天住着谁", "3  Three days: who lives behind each door today")
        to_confirm = stage.office.view("homes_to_confirm")
        rented = sum(row["status"] == "rented" for row in to_confirm)
        stage.say(
            f"名册上{len(to_confirm):,}户要重新核实,出租房{rented:,}户排在最前。没有信号,三天走完:",
            f"{len(to_confirm):,} homes on the lists are to be confirmed, {rented:,} rented flats first. Three days, "
            "no signal:",
        )
        fleet.each(self._sweep, stage.corridor_phones)
        self._hear_of_moves()
        visits = [visit for work in self.month.work.values() for visit in work.sweep]
        kinds = Counter(visit.change for visit in visits)
        teller.step(
            f"走了{len(visits):,}户:整户换人{kinds['changed']}、空房住进人{kinds['filled']}、搬空{kinds['emptied']}、"
            f"多了人{kinds['came']}、少了人{kinds['left']}、楼内换房{kinds['shifted']}、名册上没有的{kinds['unlisted']}",
            f"{len(visits):,} doors: new tenants {kinds['changed']}, vacant flats let {kinds['filled']}, emptied "
            f"{kinds['emptied']}, one more {kinds['came']}, one less {kinds['left']}, moved within the corridor "
            f"{kinds['shifted']}, on no list {kinds['unlisted']}",
        )
        self.network, sent = stage.through_bad_network()
        groups = sum(report["pushed_groups"] for report in sent)
        teller.step(
            f"晚上一有信号,{len(stage.phones)}部手机同时上传{groups:,}组记录,网络时断时续",
            f"In the evening {len(stage.phones)} phones send {groups:,} groups of records at the same time, over a "
            "bad network",
        )
        self._look()
        self._go_back()
        self._show()

    # At the door.

    def _sweep(self, phone):
        homes, work = Homes(phone), self.month.work[phone.leader]
        groups = [self._visit(visit, homes) for visit in work.sweep]
        if phone.leader is not self.month.watcher:  # Who has written hers down day by day.
            groups += [contact_group(contact, homes) for contact in work.contacts]
        groups += [help_group(help) for help in work.helps if help.day > days.INSTRUCTION]
        groups += [danger_group(danger) for danger in work.dangers if danger.day > days.INSTRUCTION]
        self.stage.record(phone, groups)

    def _visit(self, visit, homes):
        """One door, saved as one: the answer, who came and who went, that it is confirmed."""
        code, at = visit.door.code, days.cell(visit.day, visit.clock)
        answer = {"campaign": self.campaign, "place": code, "outcome": visit.outcome, "at": at}
        if visit.change == "unlisted":
            return self._register(visit, answer)
        household = homes.household[code]
        changes = [add("answer", **answer, household=household)]
        if visit.outcome == "nobody_home":
            return group(*changes)
        if visit.elder_met:
            changes.append(add("visit", place=code, household=household, outcome="met", at=at))
        changes += self._moved_out(visit, homes) + self._moved_in(visit, homes)
        home = {"confirmed_at": at}
        if visit.change == "changed":
            home["status"] = "moved_out"
        elif visit.change == "emptied":
            home["status"] = "vacant"
        else:
            home |= self._let_by(visit)
        return group(*changes, edit("household", household, **home))

    @staticmethod
    def _let_by(visit):
        home = {}
        if visit.landlord:
            home = {"landlord": visit.landlord[0], "landlord_phone": visit.landlord[1]}
        if visit.change == "filled":
            home |= {"status": "rented", "head_name": visit.people[0].name}
        return home

    def _register(self, visit, answer):
        """A flat that no list had: the door, the family, everybody in it."""
        door = visit.door
        home = {"place": door.code, "head_name": visit.people[0].name, "status": "rented", "confirmed_at": answer["at"]}
        place = add("place", code=door.code, parent=door.parent.code, level="door", name=door.name)
        changes = [place, add("household", "home", **home, **self._let_by(visit))]
        changes += self._residents(visit.people, "@home", None)
        return group(*changes, add("answer", **answer, household="@home"))

    @staticmethod
    def _residents(people, household, moved):
        """Rows for newcomers; who lived there before anybody asked has the day she says."""
        changes = []
        for number, person in enumerate(people):
            # A volunteer asks for no birthday and no ID number.
            row = {"name": person.name, "kind": "floating" if person.kind == "流动" else "registered"}
            changes.append(add("resident", f"new{number}", **row))
            day = str(moved or person.moved_in)
            changes.append(add("residency", resident=f"@new{number}", household=household, moved_in=day))
        return changes

    def _moved_out(self, visit, homes):
        if visit.change in ("changed", "emptied"):
            family = homes.people[visit.door.code]
            return [edit("residency", residency, moved_out=str(visit.moved)) for _, residency, _ in family]
        if visit.change in ("left", "shifted"):
            residency, _ = homes.named(visit.door, visit.gone)
            return [edit("residency", residency, moved_out=str(visit.moved))]
        return []

    def _moved_in(self, visit, homes):
        code = visit.door.code
        if visit.change == "shifted":
            _, resident = homes.named(visit.door, visit.gone)
            there = homes.household[visit.to.code]
            return [add("residency", resident=resident, household=there, moved_in=str(visit.moved))]
        if visit.change == "changed":
            home = {"place": code, "number": 2, "head_name": visit.people[0].name, "status": "rented"}
            home |= {"confirmed_at": days.cell(visit.day, visit.clock)} | self._let_by(visit)
            return [add("household", "next", **home), *self._residents(visit.people, "@next", visit.moved)]
        if visit.change in ("came", "filled"):
            return self._residents(visit.people, homes.household[code], visit.moved)
        return []

    def _hear_of_moves(self):
        """Estate leaders heard of some moves too, and of another day."""
        doors = {door.code: door for door in self.town.doors}
        for code, (_, other_day, name) in self.month.two_days.items():
            leader = self.month.estate_leader_at(doors[code])
            residency, _ = Homes(self.stage.of[leader]).named(doors[code], name)
            self.stage.do(leader, edit("residency", residency, moved_out=str(other_day)))

    # What the office sees.

    def _look(self):
        office, campaign = self.stage.office, self.campaign
        missing = office.view("campaign_by_door", campaign=campaign, missing_only="1")
        self.missing_first = {row["code"] for row in missing}
        self.by_community_first = office.view("campaign_by_unit", campaign=campaign, level="community")

    def _go_back(self):
        """The doors that stood out are asked in the late evening."""
        stage = self.stage
        stage.turn_to(days.SWEEP[-1], "21:45")
        again = [phone for phone in stage.corridor_phones if self.month.work[phone.leader].late]

        def record(phone):
            homes = Homes(phone)
            stage.record(phone, [self._visit(visit, homes) for visit in self.month.work[phone.leader].late])

        fleet.each(record, again)
        stage.office.serve(stage.port)
        fleet.each(fleet.sync_through, again)
        fleet.each(fleet.sync_through, stage.upper_phones)
        office = stage.office
        self.left = office.view("campaign_by_door", campaign=self.campaign, missing_only="1")
        self.by_unit = office.view("campaign_by_unit", campaign=self.campaign, level="community")
        self.by_street = office.view("campaign_by_unit", campaign=self.campaign, level="street")[0]
        self.living = {}
        for row in office.view("residents_by_door"):
            self.living.setdefault(row["code"], []).append(row["residents"])
        period = {"from_date": str(days.before(30)), "until_date": str(days.LAST)}
        self.moves = Counter((row["direction"], row["day"], row["code"]) for row in office.view("mobility", **period))
        self.open = office.view("homes_to_confirm", before=days.cell(days.SWEEP[0], "00:00"))
        self.residency_conflicts = [entry for entry in office.conflicts() if entry["column"] == "moved_out"]
        self.leaders_again = len(again)

    def _show(self):
        stage, teller = self.stage, self.stage.teller
        after = {row["code"]: row for row in self.by_unit}
        rows = []
        for row in self.by_community_first:
            place = next(place for place in self.town.communities if place.code == row["code"])
            asked = row["doors"] - row["missing"]
            then = after[row["code"]]
            share = f"{asked:,}/{row['doors']:,}"
            rows.append((stage.place(place), share, bar(asked, row["doors"], 16), row["missing"], then["missing"]))
        stage.say("街道的电脑上,走到的户:", "On the street's computer, doors asked:")
        stage.table(
            (("社区", "Community", False), ("走到/应走", "Asked/owed", True), ("", "", False),
             ("还缺", "Missing", True), ("当晚补后", "That night", True)),
            rows,
        )  # fmt: skip
        doors = {door.code: door for door in self.town.doors}
        few = [stage.place(doors[code]) for code in sorted(self.missing_first)[:3]]
        comma = teller.pick("、", "; ")
        stage.say(
            f"漏掉的{len(self.missing_first)}户逐户列了出来({comma.join(few)}……),{self.leaders_again}位楼道长当晚补上,现在一户不缺。",
            f"The {len(self.missing_first)} missing doors stood out ({comma.join(few)}; ...); {self.leaders_again} "
            "leaders went back; now none is.",
        )
        came, went = (sum(n for key, n in self.moves.items() if key[0] == way) for way in ("in", "out"))
        people = sum(sum(counts) for counts in self.living.values())
        stage.say(
            f"一个月搬进{came:,}人、搬出{went:,}人,今天住着{people:,}人。",
            f"{came:,} people moved in this month, {went:,} out; {people:,} live here today.",
        )
        rented = sum(row["status"] == "rented" for row in self.open)
        stage.say(
            f"敲了门没见到人、还要再核实的{len(self.open)}户,出租房{rented}户排在前面:",
            f"Nobody was in at {len(self.open)} doors; they stay to be confirmed, {rented} rented flats first:",
        )
        shown = self.open if teller.everything else self.open[:3]
        stage.table(
            (("户", "Door", False), ("居住", "Lived in by", False), ("上次核实", "Last confirmed", False)),
            [
                (stage.place(doors[row["code"]]), teller.pick(*STATUS[row["status"]]), row["confirmed_at"][:10])
                for row in shown
            ],
        )  # fmt: skip
        teller.rest(len(self.open), 3)

    def judge(self):
        month, stage = self.month, self.stage
        total = len(self.town.doors)
        yield Check(
            self.missing_first == month.missed and self.left == []
            and (self.by_street["doors"], self.by_street["missing"]) == (total, 0),
            f"核查:第一遍缺的正是那 {len(month.missed)} 户;补完 {total:,} 户一户不缺,连名册上没有的 {len(stage.roster.missing)} 户也在内",
            f"sweep: exactly the {len(month.missed)} skipped doors were missing; then not one of {total:,}, the "
            f"{len(stage.roster.missing)} on no list included",
        )
        people = sum(sum(counts) for counts in month.living.values())
        yield Check(
            self.living == month.living,
            f"不漏一人:{total:,} 户逐户的人数都对,一共 {people:,} 人",
            f"no person missed: the number of people is right behind each of {total:,} doors, {people:,} in all",
        )
        yield Check(
            self.moves == month.moves and len(self.moves) > 0,
            f"谁哪天搬进搬出,{sum(month.moves.values()):,} 人次都对得上",
            f"all {sum(month.moves.values()):,} moves in and out are there, each with its door and day",
        )
        lines = {entry["row"]: {entry["shown_value"], entry["losing_value"]} for entry in self.residency_conflicts}
        wanted = sorted(sorted(map(str, (first, second))) for first, second, _ in month.two_days.values())
        if wanted:
            yield Check(
                sorted(sorted(values) for values in lines.values()) == wanted,
                f"同一次搬走写了两个日子的 {len(wanted)} 处:只算搬走一次,两个日子都留着",
                f"{len(wanted)} moves with two different days: each counts once, both days are kept",
            )
        codes = [row["code"] for row in self.open]
        order = [row["status"] == "rented" for row in self.open]
        yield Check(
            set(codes) == month.unconfirmed and len(codes) == len(month.unconfirmed)
            and order == sorted(order, reverse=True),
            f"没见到人的 {len(codes)} 户一户不少地还挂着,出租房在前",
            f"the {len(codes)} doors where nobody was in stay on the list, rented flats first",
        )
        harmed = [fate for fate in ("dropped", "unanswered", "cut", "repeated", "echoed") if self.network[fate]]
        yield Check(
            len(harmed) >= 4,
            f"那晚 {self.network['requests']} 次往来,网络确实断过、丢过、截过、重复过",
            f"of {self.network['requests']} requests that evening the network really did lose, cut and repeat some",
        )


STATUS = {"owner": ("自住", "owner"), "rented": ("出租", "tenants"), "vacant": ("空置", "nobody")}


def contact_group(contact, homes):
    """An elder was seen, heard or visited."""
    code = contact.door.code
    values = {"place": code, "household": homes.household[code], "channel": contact.channel, "outcome": "met"}
    return group(add("visit", **values, at=days.cell(contact.day, contact.clock)))
