"""Places from the street down to the door, and the areas and grids that lie over them.

The area code 220199 is not in use, so that no code here is a real place's. Areas and grids are overlays: they take
whole units, and their borders run through buildings.
"""

from dataclasses import dataclass

from kit.places import Place

STREET_CODE = "220199005"
COMMUNITY_CODE = STREET_CODE + "001"


@dataclass(frozen=True)
class Block:
    """Some buildings alike."""

    buildings: int
    units: int
    floors: int
    doors_a_floor: int


@dataclass(frozen=True)
class Plan:
    """Estates, what lies over them, and how much happens there in the sample month."""

    estates: tuple  # (Chinese, English, blocks)
    areas: int
    micro_grids: int
    grids: int
    delegates: int
    residents: int
    homes_an_area: tuple  # from, to
    families_moved: int
    people_moved: int
    solved_at_once: int
    to_the_council: int
    suspicious_calls: int
    hazards: int


# 10 buildings, 45 units, 1,550 doors.
FULL = Plan(
    estates=(
        ("芙蓉南苑", "Nanyuan", (Block(2, 5, 11, 3), Block(2, 5, 9, 4))),
        ("新竹里", "Xinzhuli", (Block(2, 5, 12, 3),)),
        ("电力宿舍", "Dianli", (Block(2, 4, 8, 4), Block(1, 4, 17, 2), Block(1, 3, 18, 2))),
    ),
    areas=6,
    micro_grids=16,
    grids=6,
    delegates=121,
    residents=3_870,
    homes_an_area=(200, 300),
    families_moved=16,
    people_moved=12,
    solved_at_once=40,
    to_the_council=24,
    suspicious_calls=14,
    hazards=42,
)

# The same story in a few seconds, for tests.
SMALL = Plan(
    estates=(("芙蓉南苑", "Nanyuan", (Block(2, 2, 6, 2),)),),
    areas=2,
    micro_grids=2,
    grids=2,
    delegates=5,
    residents=120,
    homes_an_area=(20, 30),
    families_moved=4,
    people_moved=4,
    solved_at_once=4,
    to_the_council=8,
    suspicious_calls=4,
    hazards=14,
)


class Community:
    """The place tree of a plan. `overlays` are pairs: a place, and what lies over it."""

    def __init__(self, plan):
        self.plan = plan
        self.street = Place(STREET_CODE, "street", "南路街道")
        self.root = self.street.add(COMMUNITY_CODE, "community", "芙蓉南路社区")
        self.english = {}
        self.overlays = []
        for number, (name, english, blocks) in enumerate(plan.estates, 1):
            estate = self.root.add(f"{COMMUNITY_CODE}{number:02}", "estate", name)
            self.english[estate] = english
            for block in blocks:
                for _ in range(block.buildings):
                    self._add_building(estate, len(self.root.under("building")) + 1, block)
        self.buildings, self.units = self.root.under("building"), self.root.under("unit")
        self.doors = self.root.under("door")
        self._lay_over()

    def _add_building(self, estate, number, block):
        building = estate.add(f"{COMMUNITY_CODE}B{number:02}", "building", f"{number}号楼")
        for unit_number in range(1, block.units + 1):
            unit = building.add(f"{building.code}{unit_number:02}", "unit", f"{unit_number}单元")
            for floor_number in range(1, block.floors + 1):
                floor = unit.add(f"{unit.code}{floor_number:02}", "floor", f"{floor_number}楼")
                for door in range(1, block.doors_a_floor + 1):
                    floor.add(f"{floor.code}{door:02}", "door", f"{floor_number}{door:02}室")

    def _lay_over(self):
        """Units into areas; units into unit-grids, these into micro-grids, these into grids."""
        self.areas = self._cover(self.units, "area", "P", "第{}片区", self.plan.areas)
        self.unit_grids = self._cover(self.units, "unit_grid", "X", "第{}单元网格", len(self.units))
        self.micro_grids = self._cover(self.unit_grids, "micro_grid", "M", "第{}微网格", self.plan.micro_grids)
        self.grids = self._cover(self.micro_grids, "grid", "G", "第{}网格", self.plan.grids)
        self.units_of_area = {area: [] for area in self.areas}
        for unit, area in self.overlays[: len(self.units)]:
            self.units_of_area[area].append(unit)
        self.area_of = {unit: area for area, units in self.units_of_area.items() for unit in units}

    def _cover(self, beneath, level, letter, name, count):
        """So many overlays of a level, each over the next few of `beneath`; the first take one more."""
        few, more = divmod(len(beneath), count)
        made, at = [], 0
        for number in range(1, count + 1):
            overlay = self.root.add(f"{COMMUNITY_CODE}{letter}{number:02}", level, name.format(number))
            made.append(overlay)
            taken = few + (number <= more)
            self.overlays += [(place, overlay) for place in beneath[at : at + taken]]
            at += taken
        return made

    def places(self):
        """Every place, parents before children."""
        return list(self.street.walk())

    def address(self, place):
        """As people say it, from the estate down, in Chinese and in English."""
        names, numbers, at = [], [], place
        while at.level not in ("estate", "community", "street"):
            if at.level != "floor" or at is place:
                names.append(at.name)
                numbers.append("".join(character for character in at.name if character.isdigit()))
            at = at.parent
        if at.level != "estate":
            return place.name, f"{place.level} {place.code[-2:]}"
        floor = f", floor {numbers.pop(0)}" if place.level == "floor" else ""
        return at.name + "".join(reversed(names)), f"{self.english[at]} {'-'.join(reversed(numbers))}{floor}"
