"""The files of an office: Chinese headers, as Excel saves them."""

import random

from kit.people import make_households
from kit.tables import GB18030, pack_words, write_households, write_invited, write_places, write_residents, write_table

from .layout import Community
from .posts import Posts

LEVELS, ROLES = pack_words("furong", "levels"), pack_words("furong", "roles")
ROUND = "六月敲门行动"
PROPERTY, POLICE, FIRE = "芙蓉物业", "反诈中心", "消防救援大队"
POST_HEADERS = ("人员", "人员.联系电话", "负责地点", "岗位", "任职日期", "卸任日期", "卸任原因")
PEOPLE_HEADERS = ("姓名", "联系电话", "职责", "同意上公示牌", "同意上牌日期")


class Roster:
    """Everything there is on the ground on the first day."""

    def __init__(self, plan, seed):
        chance = random.Random(f"furong {seed}")
        self.community = Community(plan)
        every_door = make_households(chance, self.community.doors, plan.residents)
        self.homes = [home for home in every_door if home.residents]
        self.posts = Posts(chance, self.community)

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self._write_places(folder)
        self._write_homes(folder)
        everybody = self.posts.leaders + self.posts.workers
        # Older versions of Excel save CSV in this encoding.
        people = (person_row(who, "2026-06-01") for who in everybody)
        write_table(folder / "people.csv", PEOPLE_HEADERS, people, GB18030)
        write_table(folder / "posts.csv", POST_HEADERS, (post_row(who, "2026-06-01") for who in everybody))
        write_invited(folder / "leaders.csv", everybody, ROLES)

    def _write_places(self, folder):
        write_places(folder, self.community.places(), LEVELS)
        write_table(
            folder / "overlays.csv",
            ("地点", "归入", "有效"),
            ((place.code, overlay.code, "是") for place, overlay in self.community.overlays),
        )
        community = self.community.root.code
        write_table(
            folder / "organisations.csv",
            ("地点", "名称", "类别"),
            ((community, PROPERTY, "物业企业"), (community, POLICE, "热线"), (community, FIRE, "职能部门")),
        )
        write_table(
            folder / "campaign.csv",
            ("地点", "类别", "标题", "工作要求", "开始时间", "截止时间"),
            [(community, "敲门行动", ROUND, "先亮证自我介绍,再登记,再问需求", "2026-06-06 09:00", "2026-06-07 21:00")],
        )

    def _write_homes(self, folder):
        write_households(folder, self.homes)
        write_residents(folder, self.homes)


def person_row(who, day):
    return who.name, who.phone, who.duties, "是" if who.consents else "否", day


def post_row(who, starts, ends="", why="", place=None):
    return who.name, who.phone, (place or who.place).code, ROLES[who.role], starts, ends, why
