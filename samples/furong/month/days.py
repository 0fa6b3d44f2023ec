"""The month as it goes, day by day: the calendar is turned, the office serves, phones record and are heard."""

import datetime
import json

from kit import fleet
from kit.clocks import Calendar
from kit.network import BadNetwork
from kit.programs import Office, Phone, free_port
from kit.tables import write_invited, write_table

from ..town import tables
from . import dates
from .plan import add
from .portraits import portrait
from .tables import called

# What a phone knows of the rows that an errand names.
KNOWN_ROWS = """
SELECT '<household ' || place.code || '/' || household.number || '>' AS token, household.id AS id
FROM household JOIN place ON place.id = household.place
UNION ALL SELECT '<residency ' || place.code || ' ' || resident.name || '>', residency.id FROM residency
JOIN household ON household.id = residency.household JOIN place ON place.id = household.place
JOIN resident ON resident.id = residency.resident
UNION ALL SELECT '<hazard ' || place.code || '>', hazard.id FROM hazard JOIN place ON place.id = hazard.place
WHERE hazard.recurrence_of IS NULL
UNION ALL SELECT '<matter ' || place.code || ' ' || matter.title || '>', matter.id
FROM matter JOIN place ON place.id = matter.place
"""
OFFICE, SINCE = "南路街道", "2026-06-01"
# In the addresses that QR codes on plates open; nobody has this host.
OFFICE_HOST = "office.example"
LATER_THAT_DAY = datetime.timedelta(hours=2)


class Days:
    def __init__(self, folder, roster, month, teller, seed):
        self.folder, self.roster, self.month, self.teller, self.seed = folder, roster, month, teller, seed
        self.posts, self.community = roster.posts, roster.community
        self.calendar = Calendar()
        self.office = Office(folder, "furong")
        holders = self.posts.leaders + self.posts.workers
        self.phones = [Phone(folder, who, number) for number, who in enumerate(holders, 1)]
        self.phone_of = {phone.leader: phone for phone in self.phones}
        self.port, self.office_port = free_port(), free_port()
        self.network = None
        self.seen = {}  # what was looked at on its day, for the report and the checks

    def phone(self, who):
        return self.phone_of[who]

    def turn_to(self, moment):
        """The office serves on that day."""
        self.office.stop()
        self.calendar.turn_to(moment)
        self.office.serve(self.office_port)

    def start(self):
        """The office is made, its rosters loaded, everybody invited; the phones join and fetch."""
        teller, rosters = self.teller, self.folder / "rosters"
        self.roster.write(rosters)
        self.calendar.turn_to(dates.JOINS)
        self.office.create(OFFICE)
        files = (
            ("places", "places"), ("place_overlay", "overlays"), ("organisation", "organisations"),
            ("people", "people"), ("assignment", "posts"), ("households", "households"),
            ("residents", "residents"), ("campaign", "campaign"),
        )  # fmt: skip
        loaded = {table: self.office.load(table, rosters / f"{file}.csv")["new"] for table, file in files}
        invited = self.folder / "invitations.csv"
        links = self.office.invite(rosters / "leaders.csv", invited, f"127.0.0.1:{self.port}")
        teller.step(
            f"街道建好,导入花名册:地点{loaded['places']:,}、归入{loaded['place_overlay']}、住户{loaded['households']:,}、"
            f"居民{loaded['residents']:,}、岗位{loaded['assignment']}(含社区{len(self.posts.workers)})",
            f"The office is made; rosters loaded: {loaded['places']:,} places, {loaded['place_overlay']} "
            f"overlays, {loaded['households']:,} households, {loaded['residents']:,} residents, "
            f"{loaded['assignment']} posts",
        )
        self.office.serve(self.port)
        pulled = fleet.join(self.phones, links)
        teller.step(
            f"{len(self.phones)}部手机加密加入({len(self.posts.leaders)}个岗位一人一部,社区{len(self.posts.workers)}部),"
            f"各取各管的门,共{pulled:,}行",
            f"{len(self.phones)} phones join over TLS (one for each of {len(self.posts.leaders)} posts, "
            f"{len(self.posts.workers)} of the community) and fetch their own doors, {pulled:,} rows",
        )

    def live(self):
        """The whole month. What was looked at on its day stays in `seen`."""
        self.start()
        self.portraits()
        with self.bad_network() as self.network:
            self.knock()
            self.knock_again()
            self.replies()
            self.recheck()
            self.council()
            self.orders()
            self.hand_over()
            self.come_too_late()
            self.spend(dates.ANSWERS)
            self.step(dates.ANSWERS, "社区答复提案:采纳的说做了什么,没采纳的说为什么", "the community answers the proposals")
            self.spend(dates.SECOND_ROUND)
            self.step(dates.SECOND_ROUND, "第二次安全巡查,有的隐患又回来了", "second safety round; some hazards are back")
            self.end()

    def step(self, day, zh, en):
        self.teller.step(f"{day.month}月{day.day}日 {zh}", f"{day:%-d %B}: {en}")

    def view(self, name, **parameters):
        return self.office.view(name, **parameters)

    def portraits(self):
        """Who agreed to be on a plate takes her picture."""
        sitters = [who for who in self.posts.leaders if who.consents and who.role != "delegate"]
        for who in sitters:
            self.month.record(dates.JOINS, who, add("photo", place=who.place.code, **portrait(who)))
        self.record(dates.JOINS)
        self.contact([self.phone(who) for who in sitters])
        self.seen["ids"] = {row["name"]: row["id"] for row in self.office.query("SELECT name, id FROM person")}
        self.seen["plates on the first"] = self.view("service_plate")
        self.seen["printed"] = self.office.print_plates(self.office.data.parent / "plates.pdf", OFFICE_HOST)
        self.step(
            dates.JOINS,
            f"同意上牌的{len(sitters)}人拍了照,公示牌排好",
            f"the {len(sitters)} who agree take their picture; the service plates are ready",
        )

    def record(self, day):
        """Everybody with errands on that day enters them, without signal or with."""
        fleet.each(lambda item: self._enter(*item), self.month.errands[day].items())

    def _enter(self, who, errands):
        phone, ids = self.phone(who), {}
        if any(errand.names_rows() for errand in errands):
            ids = {row["token"]: row["id"] for row in phone.query(KNOWN_ROWS)}
        phone.batch([line for errand in errands for line in errand.lines(ids)])

    def contact(self, phones):
        """Each uploads what it has and fetches what there is."""
        fleet.each(fleet.sync_through, phones, at_a_time=len(phones))

    def spend(self, day):
        """A day with signal: who has errands fetches, enters them and uploads."""
        self.turn_to(day)
        phones = [self.phone(who) for who in self.month.errands[day]]
        self.contact(phones)
        self.record(day)
        self.contact(phones)

    def bad_network(self):
        """Where the phones know the office there is from now on a proxy that loses, cuts, delays and repeats."""
        self.office.stop()
        return BadNetwork(self.port, self.office_port, self.office.tls_files, self.seed)

    def knock(self):
        """No signal in the stairs: everybody records; in the evening all upload at once."""
        self.calendar.turn_to(dates.KNOCKS)
        self.record(dates.KNOCKS)
        saves = sum(len(errands) for errands in self.month.errands[dates.KNOCKS].values())
        visits = sum(visit.day == dates.KNOCKS for visit in self.month.visits)
        self.step(
            dates.KNOCKS,
            f"楼道里没有信号:敲门{visits:,}户,安全检查{len(self.community.units) * 2}次,保存{saves:,}次",
            f"no signal in the stairs: {visits:,} doors, {len(self.community.units) * 2} safety checks, "
            f"{saves:,} saves",
        )
        first = self.phone(self.posts.unit_leaders[0])
        self.teller.quote(called(self.teller, first.leader.name), first.status()["sentences"][:1])
        self.seen["card at the door"] = first.view("leader_card")
        self.turn_to(dates.EVENING)
        rounds = fleet.sync_until_quiet(self.phones)
        self.step(
            dates.EVENING,
            f"回到家,{len(self.phones)}部手机同时上传;网络时断时续,{rounds}轮之后谁都没有新东西了",
            f"at home {len(self.phones)} phones send at once, over a bad network; after {rounds} rounds nobody has "
            "anything new",
        )
        self.seen["areas in the evening"] = self.view("campaign_by_unit", campaign=tables.ROUND, level="area")
        building = self.posts.ill.place.parent.code
        self.seen["elevation"] = self.view("building_elevation", building=building, since="2026-06-06")
        self.seen["units in the evening"] = self.view("campaign_by_unit", campaign=tables.ROUND)

    def knock_again(self):
        """The evening after: where nobody was home, and the unit whose leader is ill."""
        self.calendar.turn_to(dates.KNOCKS_AGAIN)
        self.record(dates.KNOCKS_AGAIN)
        self.turn_to(dates.KNOCKS_AGAIN + LATER_THAT_DAY)
        self.contact([self.phone(who) for who in self.month.errands[dates.KNOCKS_AGAIN]])
        visits = sum(visit.day == dates.KNOCKS_AGAIN for visit in self.month.visits)
        self.step(dates.KNOCKS_AGAIN, f"再敲{visits}户,一户不漏", f"{visits} doors once more; not one is missed")

    def replies(self):
        """The police have replied; somebody takes her consent back, somebody gives notice."""
        self.spend(dates.REPLIES)
        self._take_consent_back()
        self._name_successor()
        self.seen["plates on the tenth"] = self.view("service_plate")
        gone, leaving = self.posts.withdraws, self.posts.leaving
        self.step(
            dates.REPLIES,
            f"{gone.name}收回上牌的同意;{leaving.name}月中搬走,接替的人定了",
            f"{called(self.teller, gone.name)} takes the consent back; {called(self.teller, leaving.name)} will move "
            "away, a successor is named",
        )

    def recheck(self):
        self.spend(dates.RECHECKS)
        self.contact([self.phone(self.posts.leaving)])
        rechecked = sum(hazard.fate not in ("later", "unchecked") for hazard in self.month.hazards)
        self.step(dates.RECHECKS, f"到期复查{rechecked}处隐患", f"{rechecked} hazards are looked at again")

    def council(self):
        self.spend(dates.COUNCIL)
        self.seen["overdue before the orders"] = self.view("overdue_hazards", on_date=dates.ORDERS.date())
        self.seen["waiting on the community"] = self.phone(self.posts.workers[0]).view("matters_waiting_on_me")
        number = len(self.month.council)
        self.step(dates.COUNCIL, f"小巷回声议事会,{number}件需求上会", f"the council of the lanes takes up {number} needs")

    def orders(self):
        """What is overdue shows; for some of it the fire brigade writes an order."""
        self.spend(dates.ORDERS)
        self.spend(dates.ORDERS_CHECKED)
        number = sum(hazard.fate == "ordered" for hazard in self.month.hazards)
        self.step(
            dates.ORDERS_CHECKED,
            f"逾期的有{number}处由消防下了责令(有文号),今天复查都改好了",
            f"the fire brigade ordered {number} of the overdue, with a number; today all of these are put right",
        )

    def end(self):
        self.turn_to(dates.MONTH_ENDS)
        self.contact(self.phones)
        self.seen["returned"] = self.phone(self.posts.leaving).status()["sentences"][-1]
        self.step(
            dates.MONTH_ENDS,
            f"月末,{len(self.phones)}部手机都再连一次",
            f"the month ends; all {len(self.phones)} phones are in touch once more",
        )

    def _take_consent_back(self):
        who = self.posts.withdraws
        rows = [(who.name, who.phone, who.duties, "否", dates.REPLIES.date().isoformat())]
        write_table(self.folder / "rosters" / "consent.csv", tables.PEOPLE_HEADERS, rows)
        self.office.load("people", self.folder / "rosters" / "consent.csv")

    def _name_successor(self):
        """The old post gets a last day, the building leader stands in for a week, then comes somebody new."""
        posts, folder = self.posts, self.folder / "rosters"
        leaving, successor = posts.leaving, posts.successor
        write_table(folder / "successor.csv", tables.PEOPLE_HEADERS, [tables.person_row(successor, "2026-06-10")])
        self.office.load("people", folder / "successor.csv")
        substitute = posts.of_place[leaving.place.parent]
        lines = [
            tables.post_row(leaving, "2026-06-01", dates.LAST_DAY, "搬离"),
            (substitute.name, substitute.phone, leaving.place.code, tables.ROLES["unit_leader"],
             dates.SUBSTITUTE_FROM, dates.SUBSTITUTE_UNTIL, ""),
            tables.post_row(successor, dates.SUCCESSOR_FROM),
        ]  # fmt: skip
        write_table(folder / "handover.csv", tables.POST_HEADERS, lines)
        self.office.load("assignment", folder / "handover.csv")

    def hand_over(self):
        """The successor's phone joins on her first day."""
        self.turn_to(dates.HANDOVER)
        leader, folder = self.posts.successor, self.folder
        write_invited(folder / "rosters" / "invited.csv", [leader], tables.ROLES)
        links = self.office.invite(folder / "rosters" / "invited.csv", folder / "invited.csv", f"127.0.0.1:{self.port}")
        phone = Phone(folder, leader, len(self.phones) + 1)
        for _ in range(fleet.MOST_TRIES):
            if phone.run("join", links[leader.name, leader.phone], allowed=(0, 3)).returncode == 0:
                break
        fleet.sync_through(phone)
        self.phones.append(phone)
        self.phone_of[leader] = phone
        ledgers = ("matter_ledger", "hazard_ledger")
        self.seen["heard by the successor"] = [phone.view(ledger, since=SINCE) for ledger in ledgers]
        self.seen["card of the successor"] = phone.view("leader_card")
        self.step(
            dates.HANDOVER,
            f"{leader.name}接任,手机一加入,单元里的事项和隐患都在",
            f"{called(self.teller, leader.name)} takes over; her phone has the unit's matters and hazards at once",
        )

    def come_too_late(self):
        """The former leader, who has not been in touch since, still notes a visit; then her phone hears of it all."""
        leaving = self.posts.leaving
        phone, door = self.phone(leaving), leaving.place.under("door")[0]
        self.turn_to(dates.TOO_LATE)
        self.seen["card of the former"] = phone.view("leader_card")
        self.seen["homes before"] = phone.query("SELECT COUNT(*) AS n FROM household")[0]["n"]
        phone.batch([json.dumps(add("visit", place=door.code, outcome="met"))])
        self.contact([phone])
        self.seen["homes after"] = phone.query("SELECT COUNT(*) AS n FROM household")[0]["n"]
        self.seen["held"] = json.loads(self.office.command("held", "--json").stdout)
        for group in self.seen["held"]:
            note = f"请{self.posts.successor.name}去看看"
            self.office.command("held", "return", group["group"], "--by", self.posts.workers[0].name, "--note", note)
        self.step(
            dates.TOO_LATE,
            f"{leaving.name}卸任后又记了一户:没有入账,退了回去;她手机里的{self.seen['homes before']}户住户资料移走了",
            f"{called(self.teller, leaving.name)}, no longer in office, notes a visit: it does not count; the "
            f"{self.seen['homes before']} homes on her phone are gone",
        )
