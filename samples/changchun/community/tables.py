"""The CSV files of an office: Chinese headers, a byte order mark for Excel."""

import random

from kit.people import make_households
from kit.tables import pack_words, write_table

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
        write_table(
            folder / "places.csv",
            ("编码", "上级", "层级", "名称"),
            ((p.code, p.parent.code if p.parent else "", LEVELS[p.level], p.name) for p in places),
        )
        write_table(folder / "people.csv", ("姓名", "联系电话"), ((who.name, who.phone) for who in self.leaders))
        write_table(
            folder / "households.csv",
            ("户门", "住户序号", "户主姓名", "联系电话", "标签", "备注", "居住情况"),
            ((h.door.code, 1, h.head_name, h.phone, h.tags, h.note, h.status) for h in self.listed),
        )
        write_table(
            folder / "residents.csv",
            ("姓名", "证件类型", "身份证号", "出生日期", "联系电话", "人口类别", "关注标记", "户门", "住户序号", "迁入日期"),
            (
                (r.name, r.id_type, r.id_number, r.birth, r.phone, r.kind, r.flags, home.door.code, 1, r.moved_in)
                for home in self.listed
                for r in home.residents
            ),
        )
        write_table(
            folder / "leaders.csv",
            ("姓名", "联系电话", "岗位", "负责地点"),
            ((who.name, who.phone, ROLES[who.role], who.place.code) for who in self.leaders),
        )
        write_table(
            folder / "unlisted-doors.csv",
            ("编码", "上级", "层级", "名称"),
            ((h.door.code, h.door.parent.code, LEVELS["door"], h.door.name) for h in self.unlisted),
        )
