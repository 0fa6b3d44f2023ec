"""Places from the street down to the door.

Codes begin with the 12 digits of the community; estate, building, unit and door append to their parent's, an area
appends P and a digit to its community's. The area code 330199 is not in use, so that no code here is a real place's.
"""

from dataclasses import dataclass

from kit.places import Place

STREET_CODE = "330199001"
STREET = ("禾塘街道", "Hetang Street")


@dataclass(frozen=True)
class Block:
    """Some buildings alike; with `areas`, a corridor leader answers for an area of several, else for each building."""

    buildings: int
    units: int
    floors: int
    doors_a_floor: int
    areas: int = 0


@dataclass(frozen=True)
class Estate:
    name: str
    english: str
    rented: int  # percent of the homes that are let
    blocks: tuple


@dataclass(frozen=True)
class Plan:
    """Communities with their estates, and how much happens there in the sample month."""

    communities: tuple  # (name, English name, estates)
    residents: int
    missed: int  # doors the sweep did not get to
    unlisted: int  # doors that no list had
    asked_twice: int  # doors that answered two leaders on the day of the instruction
    discharged: int  # people who came home from hospital


OLD_STREET = (Block(16, 1, 4, 3, areas=4),)
WALK_UP = (Block(10, 2, 6, 4),)  # 48 doors a building
MIDDLE = (Block(11, 1, 13, 4),)  # 52
SLAB = (Block(10, 2, 5, 5),)  # 50
TOWER = (Block(10, 1, 25, 2),)  # 50
WIDE = (Block(12, 2, 5, 5),)  # 50

# 5 communities, 20 estates, 200 corridors (196 buildings, 4 areas of four small buildings each), 10,000 doors.
FULL = Plan(
    communities=(
        ("和塘社区", "Hetang", (
            Estate("溪畔人家", "Brookside", 18, WALK_UP),
            Estate("桂语里", "Osmanthus Lane", 22, MIDDLE),
            Estate("云栖苑", "Cloud Court", 15, SLAB),
            Estate("金禾公寓", "Golden Rice Flats", 62, TOWER),
        )),
        ("荷院社区", "Heyuan", (
            Estate("荷风雅苑", "Lotus Court", 12, WALK_UP),
            Estate("莲桥新村", "Lotus Bridge", 30, MIDDLE),
            Estate("南渠花园", "South Canal", 20, SLAB),
            Estate("荷塘老街", "Old Street", 45, OLD_STREET),
        )),
        ("梧桐社区", "Wutong", (
            Estate("梧桐里", "Plane Tree Lane", 16, WALK_UP),
            Estate("青枫苑", "Maple Court", 24, MIDDLE),
            Estate("创客公寓", "Makers' Flats", 78, TOWER),
            Estate("学府名邸", "College Gardens", 35, SLAB),
        )),
        ("双桥社区", "Shuangqiao", (
            Estate("双桥家园", "Two Bridges", 14, WALK_UP),
            Estate("运河湾", "Canal Bend", 20, MIDDLE),
            Estate("水杉苑", "Metasequoia Court", 17, SLAB),
            Estate("稻香里", "Ricefield Lane", 26, WIDE),
        )),
        ("星桥社区", "Xingqiao", (
            Estate("星河苑", "Milky Way Court", 28, SLAB),
            Estate("望宸公馆", "Wangchen House", 33, TOWER),
            Estate("西溪里", "West Brook Lane", 19, SLAB),
            Estate("枫林渡", "Maple Ferry", 21, SLAB),
        )),
    ),
    residents=26_400,
    missed=40,
    unlisted=6,
    asked_twice=30,
    discharged=24,
)  # fmt: skip

# The same story in a few seconds, for tests.
SMALL = Plan(
    communities=(
        ("和塘社区", "Hetang", (
            Estate("溪畔人家", "Brookside", 20, (Block(2, 1, 6, 4),)),
            Estate("金禾公寓", "Golden Rice Flats", 62, (Block(2, 1, 10, 2),)),
        )),
        ("荷院社区", "Heyuan", (
            Estate("荷风雅苑", "Lotus Court", 25, (Block(2, 1, 6, 3),)),
            Estate("荷塘老街", "Old Street", 45, (Block(4, 1, 3, 2, areas=2),)),
        )),
    ),
    residents=390,
    missed=5,
    unlisted=1,
    asked_twice=4,
    discharged=2,
)  # fmt: skip


class Town:
    """The place tree of a plan, and the places that a corridor leader answers for."""

    def __init__(self, plan):
        self.plan = plan
        self.street = Place(STREET_CODE, "street", STREET[0])
        self.english = {STREET_CODE: STREET[1]}
        self.rented = {}  # estate -> percent
        self.corridors = []  # buildings and areas
        self.areas = {}  # area -> its buildings
        for number, (name, english, estates) in enumerate(plan.communities, 1):
            community = self.street.add(f"{STREET_CODE}{number:03}", "community", name)
            self.english[community.code] = english
            for estate_number, estate in enumerate(estates, 1):
                self._add_estate(community, estate_number, estate)
        self.communities = self.street.children
        self.estates = self.street.under("estate")
        self.doors = self.street.under("door")
        self._corridor_of = {door.code: corridor for corridor in self.corridors for door in self.doors_of(corridor)}

    def _add_estate(self, community, number, plan):
        estate = community.add(f"{community.code}{number:02}", "estate", plan.name)
        self.english[estate.code] = plan.english
        self.rented[estate] = plan.rented
        for block in plan.blocks:
            buildings = [self._add_building(estate, block) for _ in range(block.buildings)]
            if not block.areas:
                self.corridors += buildings
                continue
            each = block.buildings // block.areas
            for at in range(block.areas):
                area = Place(f"{community.code}P{at + 1}", "area", f"{plan.name}{'东南西北'[at]}片", community)
                self.english[area.code] = f"{plan.english}, {('east', 'south', 'west', 'north')[at]}"
                self.areas[area] = buildings[at * each : (at + 1) * each]
                self.corridors.append(area)

    def _add_building(self, estate, block):
        number = len(estate.children) + 1
        building = estate.add(f"{estate.code}{number:02}", "building", f"{number}幢")
        for unit_number in range(1, block.units + 1):
            unit = building.add(f"{building.code}{unit_number:02}", "unit", f"{unit_number}单元")
            for floor in range(1, block.floors + 1):
                for door in range(1, block.doors_a_floor + 1):
                    unit.add(f"{unit.code}{floor:02}{door:02}", "door", f"{floor}{door:02}室")
        return building

    def doors_of(self, place):
        """Doors in a place, also in an area."""
        return [door for building in self.areas.get(place, [place]) for door in building.under("door")]

    def corridor_of(self, door):
        return self._corridor_of[door.code]

    def estate_of(self, place):
        """The estate that a place lies in, also an area."""
        return self.areas[place][0].above("estate") if place in self.areas else place.above("estate")

    def places(self):
        """Every place, parents before children; areas after what is above them."""
        return [*self.street.walk(), *self.areas]

    def name(self, place, chinese):
        """As people say it: from the estate down."""
        if place.level in ("street", "community", "estate", "area"):
            return place.name if chinese else self.english[place.code]
        if chinese:
            return place.address()
        words = {"building": "bldg", "unit": "unit"}
        names, at = [], place
        while at.level != "estate":
            number = "".join(c for c in at.name if c.isdigit())
            names.append(f"{words[at.level]} {number}" if at.level in words else f"no. {number}")
            at = at.parent
        return ", ".join([self.english[at.code], *reversed(names)])
