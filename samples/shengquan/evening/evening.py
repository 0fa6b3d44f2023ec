"""The evening as it goes: rosters and phones, floors without signal, and then everybody at once."""

import datetime
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor

from kit import fleet
from kit.network import BadNetwork
from kit.programs import Office, Phone, free_port, need_faketime
from kit.tables import write_table
from kit.telling import Check

from ..town.layout import said, said_in_english
from .drills import DRILL, EVERY_DAYS, Drills
from .plan import ACTIVITY, GUIDE, LIFT

# More processes at the same time than this are for a larger machine.
MOST_AT_ONCE = 250
CHINA = datetime.timezone(datetime.timedelta(hours=8))


def now():
    """As the programs write a time."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Evening:
    def __init__(self, folder, roster, plan, teller, arguments):
        self.folder, self.roster, self.plan, self.teller = folder, roster, plan, teller
        self.town, self.posts = roster.town, roster.posts
        self.seed, self.today = arguments.seed, plan.today
        self.chance = random.Random(f"tonight {arguments.seed}")
        self.office = Office(folder, "shengquan")
        self.phones = [Phone(folder, leader, number) for number, leader in enumerate(self.posts.phones, 1)]
        self.by_leader = {phone.leader: phone for phone in self.phones}
        self.drills = Drills(
            self.town, roster.plan.slow_towers, arguments.seed, self.today, tonight=self.posts.towers[-1]
        )
        self.port = free_port()
        self.checks = []
        self.by_code = {place.code: place for place in self.town.places()}
        self.killed = self.phone_of(self.posts.part_time[self.posts.towers[0]])
        self.future = self.phone_of(plan.leader_of[self._first_dispute(self.posts.towers[1])])
        self.past = self.phone_of(self.posts.part_time[self.posts.towers[1]])
        self.true_clocks = arguments.true_clocks
        if not self.true_clocks:
            need_faketime()
            self.future.wrong_by_s = round(datetime.datetime(2031, 5, 1, 9).timestamp() - time.time())
            self.past.wrong_by_s = round(datetime.datetime(1970, 1, 1, 12).timestamp() - time.time())

    def _first_dispute(self, tower):
        """A floor of the tower where two people counted differently."""
        code = next(item.code for item in self.plan.disagreements if item.code.startswith(tower.code))
        return self.by_code[code].parent

    def homes_of(self, who):
        """The doors of all her posts."""
        places = [post.place for post in self.posts.held() if (post.name, post.phone) == (who.name, who.phone)]
        return [door for place in dict.fromkeys(places) for door in self.town.doors_of(place)]

    def phone_of(self, who):
        return self.by_leader[who]

    def say(self, place):
        """A place, or one by its code, as people say it."""
        if isinstance(place, str):
            place = self.by_code[place]
        return self.teller.pick(said(place), said_in_english(place))

    def expect(self, holds, zh, en):
        self.checks.append(Check(bool(holds), zh, en))

    # Before the evening

    def prepare(self):
        """The office is made, its rosters loaded, people invited; their phones join and fetch."""
        teller, rosters = self.teller, self.folder / "rosters"
        self.roster.write(rosters)
        self._write_plans(rosters)
        self.office.create("圣泉街道")
        new = {}
        for table, file in (
            ("places", "places"), ("place_overlay", "place_overlay"), ("people", "people"), ("assignment", "assignment"),
            ("assignment", "former"), ("incident", "drills"), ("schedule", "schedules"), ("watch", "watches"),
            ("activity", "activities"), ("announcement", "announcements"),
        ):  # fmt: skip
            new[file] = self.office.load(table, rosters / f"{file}.csv")["new"]
        self._back_up()
        teller.step(
            f"街道建好,导入花名册:地点{new['places']:,}(其中住户的门{len(self.town.doors):,}扇)、人员{new['people']:,}、"
            f"任职{new['assignment'] + new['former']:,}",
            f"The office is made, its rosters loaded: {new['places']:,} places ({len(self.town.doors):,} front doors),\n"
            f"          {new['people']:,} people, {new['assignment'] + new['former']:,} posts",
        )
        host = f"127.0.0.1:{self.port}"
        links = self.office.invite(rosters / "leaders.csv", self.folder / "invitations.csv", host)
        self.office.serve(self.port)
        pulled = fleet.join(self.phones, links)
        teller.step(
            f"{len(self.phones)}部手机用邀请链接加入,各取各管的地方,共{pulled:,}行",
            f"{len(self.phones)} phones join by invitation and fetch what they answer for, {pulled:,} rows",
        )
        if not self.true_clocks:
            teller.line(
                f"         ({self.future.leader.name}的手机以为是2031年,{self.past.leader.name}的以为是1970年)",
                f"         ({self.future.leader.name}'s phone believes it is 2031, {self.past.leader.name}'s 1970)",
            )

    def _write_plans(self, folder):
        street, tower = self.town.street.code, self.posts.towers[0]
        who = self.posts.moved_away
        last_day = self.today - datetime.timedelta(days=6)
        write_table(
            folder / "former.csv",
            ("人员", "人员.联系电话", "岗位", "负责地点", "任职日期", "卸任日期", "卸任原因"),
            [(who.name, who.phone, "微网格长", who.place.code, "2025-01-10", last_day, "搬离")],
        )
        write_table(folder / "drills.csv", ("地点", "类别", "演练", "标题", "状态", "开始时间"), self.drills.rows)
        write_table(
            folder / "schedules.csv",
            ("范围", "类别", "名称", "地点层级", "每几天一次", "开始日期", "依据"),
            [
                (street, "演练", DRILL, "building", EVERY_DAYS, "2025-01-01", "本街道楼栋消防演练制度"),
                (self.plan.lift_door.code, "定期帮扶", LIFT, "", 7, self.plan.lift_days()[0], ""),
            ],
        )
        write_table(
            folder / "watches.csv",
            ("户门", "类别", "关注原因", "法律依据", "每几天看望", "开始日期", "备注"),
            (
                (w.door.code, w.kind, w.reason, w.basis, w.rhythm_days, self.today - datetime.timedelta(days=w.days), w.note)
                for w in self.plan.watches
            ),
        )
        write_table(
            folder / "activities.csv",
            ("地点", "名称", "类别", "开始时间", "结束时间", "活动地点", "名额"),
            [(tower.code, ACTIVITY, "文体", f"{self.today} 19:30", f"{self.today} 21:30", "楼下小广场", self.plan.capacity)],
        )
        write_table(
            folder / "announcements.csv",
            ("地点", "类别", "标题", "正文"),
            [(street, "服务指南", GUIDE, "办事窗口、物业电话、垃圾投放时间、电动车停放点、孩子入学登记")],
        )
        homes = self.plan.registered_elsewhere()
        write_table(
            folder / "other-floors.csv",
            ("户门", "住户序号", "户主姓名", "老人数", "儿童数", "宠物", "标签"),
            (
                (h.door.code, 1, h.head_name, h.elders, h.children, "、".join(sorted(h.pets)), "、".join(sorted(h.tags)))
                for h in homes
            ),
        )
        here = set(self.plan.floors)
        write_table(
            folder / "other-cards.csv",
            ("楼层", "谁去敲门", "灭火器位置", "疏散通道", "集合点"),
            (
                (floor.code, "、".join(card["knocks"]), card["extinguisher"], card["exits"], card["meeting_point"])
                for floor, card in self.plan.cards.items() if floor not in here
            ),
        )  # fmt: skip

    # The floors

    def register(self):
        """No signal: everybody records; meanwhile the office loads what the other floors' leaders have sent in."""
        self.office.stop()
        if self.phones[0].run("sync", allowed=(3,)).returncode == 3:
            self.teller.step("街道的服务停了,楼道里没有信号,照样登记", "The server stops; no signal on the floors; they register all the same")
        with ThreadPoolExecutor(1) as pool:
            files = pool.submit(self._load_other_floors)
            fleet.each(self._record_first, [phone for phone in self.phones if self.plan.first[phone.leader]])
            others = [phone for phone in self.phones if self.plan.second[phone.leader] and phone is not self.killed]
            fleet.each(self._record_second, others)
            self._record_and_die(self.killed)
            loaded, cards = files.result()
        homes = sum(len(floor.children) for floor in self.plan.floors)
        self.teller.step(
            f"{len(self.plan.floors)}层{homes:,}户在手机上登记完;{len(self.plan.twice)}户又被第二个人登记了一遍,"
            f"两人都没见过对方写的",
            f"{homes:,} homes on {len(self.plan.floors)} floors are registered on phones, {len(self.plan.twice)} of them again\n"
            "          by somebody who had not seen the first",
        )
        floors = len(self.town.floors) - len(self.plan.floors)
        if floors:
            self.teller.step(
                f"其余{floors:,}层不用手机演:各层该交的登记由街道一次导入,{loaded:,}户、楼层卡{cards:,}张",
                f"The other {floors:,} floors have no phones here: what their leaders would send, the office\n"
                f"          imports: {loaded:,} homes, {cards:,} floor cards",
            )
        phone = self.phone_of(self.plan.leader_of[self.plan.floors[0]])
        self.teller.quote(phone.leader.name, phone.status()["sentences"][:1])

    def _load_other_floors(self):
        rosters = self.folder / "rosters"
        loaded = self.office.load("households", rosters / "other-floors.csv")["new"]
        cards = self.office.load("floor_card", rosters / "other-cards.csv")["new"]
        self._back_up()
        return loaded, cards

    def _back_up(self):
        """As the manual says, after every large import: what is in a backup need not travel along on the phones."""
        path = self.folder / "office.backup"
        path.unlink(missing_ok=True)
        self.office.command("backup", str(path))

    @staticmethod
    def _lines(errands):
        return [line for errand in errands for line in errand.lines()]

    def _record_first(self, phone):
        phone.batch(self._lines(self.plan.first[phone.leader]))

    def _record_second(self, phone):
        phone.batch(self._lines(self.plan.second[phone.leader]))

    def _record_and_die(self, phone):
        errands = self.plan.second[phone.leader]
        lines = self._lines(errands)
        heard = phone.batch_until_killed(lines, after=len(errands) // 3)
        self.acknowledged = [
            (json.loads(lines[answer["line"] - 1])["add"], answer["id"]) for answer in heard
        ]
        done = phone.households()
        rest = [errand for errand in errands if errand.door not in done]
        phone.batch(self._lines(rest))
        self.teller.step(
            f"{phone.leader.name}的手机写到一半被强行关掉:{len(errands)}户里已存好{len(errands) - len(rest)}户,打开接着登记其余{len(rest)}户",
            f"{phone.leader.name}'s phone is killed in mid-write: {len(errands) - len(rest)} of {len(errands)} homes were\n"
            f"          saved; it goes on with the other {len(rest)}",
        )

    def everybody_at_once(self):
        """The server is back, behind a bad network; everybody sends until nobody has anything new."""
        office_port = free_port()
        self.office.serve(office_port)
        began = time.monotonic()
        with BadNetwork(self.port, office_port, self.office.tls_files, self.seed) as network:
            rounds = fleet.sync_until_quiet(self.phones, at_a_time=MOST_AT_ONCE if len(self.phones) > MOST_AT_ONCE else None)
            self.network = network.counts
        self.network_seconds = time.monotonic() - began
        self.office.stop()
        self.office.serve(self.port)
        self.teller.step(
            f"服务又开了,{len(self.phones)}部手机同时上传,路上时断时续;{rounds}轮之后谁都没有新东西了",
            f"The server is back; {len(self.phones)} phones send at once over a bad line; after {rounds} rounds\n"
            "          nobody has anything new",
        )

    def send(self, *phones):
        """With signal: each sends what it has and fetches what is new."""
        for phone in phones:
            fleet.sync_through(phone)
