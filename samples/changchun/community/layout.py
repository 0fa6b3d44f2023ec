"""Places from the street down to the door.

Codes begin with the 12 digits of the community; grid, estate, building, unit and door append to their parent's.
The area code 220199 is not in use, so that no code here is a real place's.
"""

from dataclasses import dataclass

from kit.places import Place

STREET_CODE = "220199001"
COMMUNITY_CODE = STREET_CODE + "001"


@dataclass(frozen=True)
class Block:
    """Some buildings alike. `unit_posts` of them have a leader for every unit besides the building leader."""

    buildings: int
    units: int
    floors: int
    doors_a_floor: int
    unit_posts: int = 0


@dataclass(frozen=True)
class Plan:
    """Estates by grid, and how much happens there in the sample morning."""

    grids: tuple
    residents: int
    unlisted: int  # doors that the roster lacks
    edited_twice: int  # households that two leaders edit at once
    checks: int


# 10 estates in 6 grids, 3,996 doors, 43 buildings, 11 units with a leader of their own.
FULL = Plan(
    grids=(
        {"和顺家园": [Block(5, 5, 6, 2), Block(1, 4, 6, 2)]},  # the grid of 348
        {"春城花园": [Block(4, 5, 6, 3)], "光明小区": [Block(5, 6, 6, 2)]},
        {"朝阳名邸": [Block(3, 2, 18, 4)], "桂林新村": [Block(4, 4, 7, 3)]},
        {"永昌里": [Block(3, 8, 6, 3)], "湖西雅居": [Block(1, 3, 11, 2, unit_posts=1), Block(3, 3, 11, 2)]},
        {"净月广场": [Block(4, 1, 27, 4)], "建设家属院": [Block(4, 6, 6, 2)]},
        {"南湖世纪城": [Block(4, 2, 18, 4, unit_posts=4), Block(2, 4, 7, 3)]},
    ),
    residents=9_996,
    unlisted=40,
    edited_twice=300,
    checks=120,
)

# The same story in a few seconds, for tests.
SMALL = Plan(
    grids=(
        {"和顺家园": [Block(2, 3, 6, 2)]},
        {"春城花园": [Block(1, 2, 6, 3, unit_posts=1)], "光明小区": [Block(2, 2, 6, 2)]},
    ),
    residents=390,
    unlisted=6,
    edited_twice=24,
    checks=12,
)

DIGITS = "零一二三四五六七八九十"


class Community:
    """The place tree of a plan, with the leaders' posts on it."""

    def __init__(self, plan):
        self.plan = plan
        self.street = Place(STREET_CODE, "street", "永春街道")
        self.root = self.street.add(COMMUNITY_CODE, "community", "永春社区")
        self.unit_posts = []
        for grid_number, estates in enumerate(plan.grids, 1):
            grid = self.root.add(f"{COMMUNITY_CODE}{grid_number:02}", "grid", f"第{DIGITS[grid_number]}网格")
            for estate_number, (name, blocks) in enumerate(estates.items(), 1):
                self._add_estate(grid, estate_number, name, blocks)
        self.doors = self.root.under("door")
        self.grids = self.root.under("grid")
        self.buildings = self.root.under("building")

    def _add_estate(self, grid, number, name, blocks):
        estate = grid.add(f"{grid.code}{number:02}", "estate", name)
        for block in blocks:
            for index in range(block.buildings):
                building = self._add_building(estate, len(estate.children) + 1, block)
                if index < block.unit_posts:
                    self.unit_posts += building.children

    def _add_building(self, estate, number, block):
        building = estate.add(f"{estate.code}{number:02}", "building", f"{number}号楼")
        for unit_number in range(1, block.units + 1):
            unit = building.add(f"{building.code}{unit_number:02}", "unit", f"{unit_number}单元")
            for floor in range(1, block.floors + 1):
                for door in range(1, block.doors_a_floor + 1):
                    unit.add(f"{unit.code}{floor:02}{door:02}", "door", f"{floor}{door:02}室")
        return building

    def places(self):
        """Every place, parents before children."""
        return list(self.street.walk())
