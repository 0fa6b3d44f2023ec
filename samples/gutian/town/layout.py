"""Places of a town with two street offices: communities, alleys, doors; stations, desks and grids beside them.

Codes begin with the nine digits of the street. The area code 220199 is not in use, so that no code here is a real
place's.
"""

from dataclasses import dataclass

from kit.places import Place

AREA_CODE = "220199"


@dataclass(frozen=True)
class StreetPlan:
    """What one office has, and how much happens there in the month."""

    zh: str
    en: str
    communities: int
    alleys: int
    stewards: int
    stations: int
    residents: int
    reserves: int
    released_before: bool  # a post stood empty when the month began; else somebody is found not competent at its end
    solved: int  # problems by the way in which they end
    reported: int
    consulted: int
    disputes_settled: int  # among those solved
    disputes_at_desk: int  # among those consulted on
    waiting_at_court: int  # disputes that are not settled yet
    missed: int  # patrols
    not_possible: int
    mistaken: int
    doubled: int
    pairings: int
    unseen: int
    wishes: int
    wishes_open: int
    sessions: int
    attendances: int


FULL = (
    StreetPlan(
        "东街街道", "East Street", communities=5, alleys=98, stewards=102, stations=13, residents=38_000, reserves=77,
        released_before=True, solved=410, reported=154, consulted=77, disputes_settled=31, disputes_at_desk=20,
        waiting_at_court=2, missed=255, not_possible=10, mistaken=5, doubled=50, pairings=31, unseen=4, wishes=31,
        wishes_open=2, sessions=18, attendances=394,
    ),
    StreetPlan(
        "西街街道", "West Street", communities=5, alleys=94, stewards=98, stations=13, residents=36_479, reserves=74,
        released_before=False, solved=390, reported=146, consulted=73, disputes_settled=29, disputes_at_desk=20,
        waiting_at_court=1, missed=245, not_possible=10, mistaken=5, doubled=50, pairings=29, unseen=3, wishes=29,
        wishes_open=2, sessions=18, attendances=375,
    ),
)  # fmt: skip

# The same story in a few seconds, for tests.
SMALL = (
    StreetPlan(
        "东街街道", "East Street", communities=1, alleys=6, stewards=6, stations=2, residents=420, reserves=9,
        released_before=True, solved=20, reported=8, consulted=5, disputes_settled=3, disputes_at_desk=2,
        waiting_at_court=1, missed=12, not_possible=2, mistaken=1, doubled=4, pairings=5, unseen=3, wishes=6,
        wishes_open=1, sessions=5, attendances=36,
    ),
    StreetPlan(
        "西街街道", "West Street", communities=1, alleys=5, stewards=6, stations=2, residents=390, reserves=8,
        released_before=False, solved=16, reported=6, consulted=4, disputes_settled=2, disputes_at_desk=2,
        waiting_at_court=1, missed=10, not_possible=2, mistaken=1, doubled=4, pairings=5, unseen=3, wishes=6,
        wishes_open=1, sessions=5, attendances=34,
    ),
)  # fmt: skip

COMMUNITIES = (
    ("和平", "Heping"), ("新民", "Xinmin"), ("文昌", "Wenchang"), ("建设", "Jianshe"), ("东门", "Dongmen"),
    ("解放", "Jiefang"), ("胜利", "Shengli"), ("桥头", "Qiaotou"), ("南山", "Nanshan"), ("西门", "Ximen"),
)  # fmt: skip
FIRST = (
    ("柳", "Liu"), ("槐", "Huai"), ("桂", "Gui"), ("竹", "Zhu"), ("松", "Song"), ("梅", "Mei"), ("榕", "Rong"),
    ("枫", "Feng"), ("石", "Shi"), ("井", "Jing"), ("塔", "Ta"), ("米", "Mi"), ("盐", "Yan"), ("茶", "Cha"),
    ("书", "Shu"), ("织", "Zhi"),
)  # fmt: skip
SECOND = (
    ("荫", "yin"), ("园", "yuan"), ("溪", "xi"), ("坊", "fang"), ("塘", "tang"), ("坡", "po"), ("岭", "ling"),
    ("桥", "qiao"), ("仓", "cang"), ("台", "tai"), ("洲", "zhou"), ("湾", "wan"), ("亭", "ting"),
)  # fmt: skip

GRIDS_A_COMMUNITY = 2


class Street:
    """The places of one office. `english` has a name for each of them."""

    def __init__(self, number, plan, chance, used_communities, alley_names):
        self.number, self.plan = number, plan
        self.code = f"{AREA_CODE}{number + 1:03}"
        self.root = Place(self.code, "street", plan.zh)
        self.english = {self.code: plan.en}
        self.grid_of = {}  # alley or station -> grid, beside its place in the community
        for at in range(plan.communities):
            self._add_community(at, COMMUNITIES[used_communities + at])
        self.communities = self.root.under("community")
        for at in range(plan.alleys):
            self._add_alley(at, alley_names[at], chance)
        for at in range(plan.stations):
            self._add_station(at)
        self.alleys, self.stations = self.root.under("alley"), self.root.under("station")
        self.desks, self.grids = self.root.under("desk"), self.root.under("grid")
        self.doors = self.root.under("door")

    def _named(self, place, english):
        self.english[place.code] = english
        return place

    def _add_community(self, at, name):
        zh, en = name
        community = self._named(self.root.add(f"{self.code}{at + 1:03}", "community", f"{zh}社区"), en)
        self._named(community.add(f"{community.code}T", "desk", f"{zh}联合调解室"), f"joint desk of {en}")
        for number in range(1, GRIDS_A_COMMUNITY + 1):
            grid = community.add(f"{community.code}G{number}", "grid", f"{zh}第{'一二'[number - 1]}网格")
            self._named(grid, f"{en} grid {number}")

    def _add_alley(self, at, name, chance):
        community = self.communities[at % len(self.communities)]
        number = at // len(self.communities) + 1
        alley = self._named(community.add(f"{community.code}{number:02}", "alley", name[0]), name[1])
        self.grid_of[alley] = community.under("grid")[number % GRIDS_A_COMMUNITY]
        size = self.plan.residents / self.plan.alleys / 2.45
        for door in range(1, round(size * chance.uniform(0.7, 1.3)) + 1):
            alley.add(f"{alley.code}{door:03}", "door", f"{door}号")

    def _add_station(self, at):
        community = self.communities[at % len(self.communities)]
        number = at // len(self.communities) + 1
        zh, en = community.name.removesuffix("社区"), self.english[community.code]
        station = community.add(f"{community.code}S{number}", "station", f"{zh}{number}号服务站")
        self._named(station, f"{en} station {number}")
        self.grid_of[station] = community.under("grid")[number % GRIDS_A_COMMUNITY]

    def en(self, place):
        """The English name of a place; a door's is its number and alley."""
        if place.level == "door":
            return f"{place.name.removesuffix('号')} {self.english[place.parent.code]}"
        return self.english[place.code]

    @staticmethod
    def zh(place):
        return place.parent.name + place.name if place.level == "door" else place.name


def make_streets(plans, chance):
    """The offices of the town; no two alleys have the same name."""
    names = [(f"{a}{b}巷", f"{pa}{pb} Alley") for a, pa in FIRST for b, pb in SECOND]
    chance.shuffle(names)
    streets, communities = [], 0
    for number, plan in enumerate(plans, 1):
        streets.append(Street(number, plan, chance, communities, names))
        names = names[plan.alleys :]
        communities += plan.communities
    return streets
