"""The files of the office: Chinese headings; one of them as older Excels save it (GB18030)."""

from kit.tables import GB18030, pack_words, write_invited, write_places, write_table

from .layout import Town
from .people import Posts

LEVELS, ROLES = pack_words("shengquan", "levels"), pack_words("shengquan", "roles")


class Roster:
    """The town and its posts, with so many whole towers of phones."""

    def __init__(self, plan, seed, towers_with_phones=None):
        self.plan = plan
        self.town = Town(plan)
        self.posts = Posts(self.town, seed, towers_with_phones or plan.towers_with_phones)

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_places(folder, self.town.places(), LEVELS)
        write_table(
            folder / "place_overlay.csv",
            ("地点", "归入"),
            ((member.code, overlay.code) for member, overlay in self.town.overlays),
        )
        people = ((who.name, who.phone) for who in self.posts.everybody())
        write_table(folder / "people.csv", ("姓名", "联系电话"), people, GB18030)
        write_invited(folder / "leaders.csv", self.posts.phones, ROLES)
        write_table(
            folder / "assignment.csv",
            ("人员", "人员.联系电话", "岗位", "负责地点"),
            ((who.name, who.phone, ROLES[who.role], who.place.code) for who in (*self.posts.others, *self.posts.hats)),
        )
