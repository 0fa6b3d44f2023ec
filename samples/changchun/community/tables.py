"""The CSV files of an office: Chinese headers, a byte order mark for Excel."""

import random

from kit.people import make_households
from kit.tables import pack_words, write_households, write_invited, write_places, write_residents, write_table

from .layout import Community
from .leaders import choose_unlisted, make_leaders

LEVELS, ROLES = pack_words("changchun", "levels"), pack_words("changchun", "roles")


class Roster:
    """Everything there is on the ground, and which doors of it the office has not heard of."""

    def __init__(self, plan, seed):
        chance = random.Random(f"changchun {seed}")
        self.community = Community(plan)
        self.households = make_households(chance, self.community.doors, plan.residents)
        self.leaders = make_leaders(chance, self.community)
        self.unlisted = choose_unlisted(chance, self.community, self.households)
        missing = {home.door.code for home in self.unlisted}
        self.listed = [home for home in self.households if home.door.code not in missing]

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        missing = {home.door.code for home in self.unlisted}
        places = [place for place in self.community.places() if place.code not in missing]
        write_places(folder, places, LEVELS)
        write_table(folder / "people.csv", ("姓名", "联系电话"), ((who.name, who.phone) for who in self.leaders))
        write_households(folder, self.listed)
        write_residents(folder, self.listed)
        write_invited(folder / "leaders.csv", self.leaders, ROLES)
        write_table(
            folder / "unlisted-doors.csv",
            ("编码", "上级", "层级", "名称"),
            ((h.door.code, h.door.parent.code, LEVELS["door"], h.door.name) for h in self.unlisted),
        )
