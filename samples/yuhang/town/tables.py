"""The CSV files of the office: Chinese headers, a byte order mark for Excel; one as an older program saves it."""

import datetime
import random

from kit.people import TODAY, make_households, person_name, phone_number
from kit.tables import GB18030, pack_words, write_invited, write_places, write_residents, write_table

from .layout import Town
from .leaders import People, make_parties

LEVELS, ROLES = pack_words("yuhang", "levels"), pack_words("yuhang", "roles")
PARTY_KINDS = {
    "party_branch": "党支部",
    "property": "物业企业",
    "owners": "业委会",
    "volunteers": "志愿队伍",
    "trades": "能工巧匠",
}


class Roster:
    """Everything there is on the ground at the beginning, and which doors of it the office has not heard of."""

    def __init__(self, plan, seed):
        chance = random.Random(f"yuhang {seed}")
        self.town = Town(plan)
        self.households = make_households(chance, self.town.doors, plan.residents)
        self.home = {home.door.code: home for home in self.households}
        self.landlord = {}  # door -> (name, phone)
        self.confirmed = {}  # door -> the day somebody was last told who lives there
        for home in self.households:
            self._let_out(chance, home)
        self.people = People(chance, self.town)
        self.parties = make_parties(self.town)
        lived_in = [home for home in self.households if home.residents and home.status == "出租"]
        self.unlisted = chance.sample(lived_in, plan.unlisted)
        self.missing = {home.door.code for home in self.unlisted}
        self.listed = [home for home in self.households if home.door.code not in self.missing]
        self.elders = [home for home in self.listed if is_elder_alone(home)]

    def _let_out(self, chance, home):
        """Whether a home is let goes by its estate; then everybody in it is from elsewhere."""
        estate = home.door.above("estate")
        if not home.residents:
            return
        home.status = "自住"
        if not is_elder_alone(home) and chance.randrange(100) < self.town.rented[estate]:
            home.status = "出租"
            self.landlord[home.door.code] = (person_name(chance, chance.random() < 0.5), phone_number(chance))
        for person in home.residents:
            if person.kind in ("户籍", "流动"):
                person.kind = "流动" if home.status == "出租" else "户籍"
        self.confirmed[home.door.code] = TODAY - datetime.timedelta(days=chance.randrange(20, 200))

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self._write_places(folder)
        self._write_homes(folder)
        write_invited(folder / "leaders.csv", self.people.invited_first, ROLES, GB18030)
        write_table(
            folder / "organisation.csv",
            ("地点", "名称", "类别", "服务清单"),
            ((p.place.code, p.name, PARTY_KINDS[p.kind], p.services) for p in self.parties),
        )

    def _write_places(self, folder):
        write_places(folder, (p for p in self.town.places() if p.code not in self.missing), LEVELS)
        write_table(
            folder / "place_overlay.csv",
            ("地点", "归入", "有效"),
            ((b.code, area.code, "是") for area, buildings in self.town.areas.items() for b in buildings),
        )

    def _write_homes(self, folder):
        write_table(
            folder / "households.csv",
            ("户门", "住户序号", "户主姓名", "联系电话", "标签", "备注", "居住情况", "房东", "房东电话", "最近核实"),
            (
                (h.door.code, 1, h.head_name, h.phone, h.tags, h.note, h.status)
                + (self.landlord.get(h.door.code, ("", "")) + (f"{self.confirmed.get(h.door.code, TODAY)} 10:00",))
                for h in self.listed
            ),
        )
        write_residents(folder, self.listed)


def is_elder_alone(home):
    return len(home.residents) == 1 and home.residents[0].age >= 65
