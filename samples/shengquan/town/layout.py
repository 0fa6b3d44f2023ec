"""Places from the street down to the door: towers of 25 floors, each floor a micro-grid of twelve homes.

The area code 220199 is not in use, so that no code here is a real place's.
"""

from dataclasses import dataclass

from kit.places import Place

STREET_CODE = "220199003"
COMMUNITIES = ("泉兴", "泉安", "泉和", "泉景", "泉秀", "泉宁", "泉丰", "泉盛", "泉怡", "泉明")
SPRINGS = ("碧泉", "听泉", "望泉", "清泉", "映泉", "甘泉", "流泉", "鸣泉", "玉泉", "涌泉")  # by community
ESTATES = ("苑", "居", "里", "湾", "台", "坊", "庭")
ENGLISH = dict(
    zip(
        COMMUNITIES + SPRINGS + ESTATES,
        ("Quanxing", "Quan'an", "Quanhe", "Quanjing", "Quanxiu", "Quanning", "Quanfeng", "Quansheng", "Quanyi", "Quanming",
         "Jade", "Quiet", "Far", "Clear", "Mirror", "Sweet", "Running", "Singing", "Crystal", "Leaping",
         "Court", "Homes", "Lane", "Bay", "Terrace", "Yard", "Garden"),
    )
)  # fmt: skip
TOWERS_AN_ESTATE = 2
DOORS_A_FLOOR = 12
FLOORS = 25


@dataclass(frozen=True)
class Plan:
    """How many estates each community has (every estate is a grid of two towers), and how much happens."""

    estates: tuple  # by community
    floors: int
    towers_with_phones: int
    twice_a_floor: int  # doors that two people register
    slow_towers: int  # that have not drilled for a year
    no_card: int  # floors for which nobody has written a card


# 10 communities, 67 grids, 134 towers, 3,350 floors, 40,200 homes.
FULL = Plan((7, 7, 7, 7, 7, 7, 7, 6, 6, 6), FLOORS, 8, 3, 17, 46)

# The same story in a few seconds: 6 towers of six floors.
SMALL = Plan((2, 1), 6, 2, 3, 2, 5)

DIGITS = "零一二三四五六七八九十"


class Town:
    """The tree of places, and the overlays: a floor in its micro-grid, a tower in its grid."""

    def __init__(self, plan):
        self.plan = plan
        self.street = Place(STREET_CODE, "street", "圣泉街道")
        self.overlays = []  # (member, overlay)
        self.branches, self.grids, self.towers, self.micro_grids = [], [], [], []
        for number, estates in enumerate(plan.estates, 1):
            self._add_community(number, estates)
        self.floors = [floor for tower in self.towers for floor in floors_of(tower)]
        self.overlays_of = {}
        for member, overlay in self.overlays:
            self.overlays_of.setdefault(overlay, []).append(member)
        self.doors = [door for floor in self.floors for door in floor.children]

    def _add_community(self, number, estates):
        community = self.street.add(f"{STREET_CODE}{number:03}", "community", f"{COMMUNITIES[number - 1]}社区")
        # A party branch is a place without homes: its posts are seen, nobody's door comes with them.
        self.branches.append(community.add(f"{community.code}B", "branch", f"{COMMUNITIES[number - 1]}党支部"))
        for at in range(1, estates + 1):
            grid = community.add(f"{community.code}G{at:02}", "grid", f"第{DIGITS[at]}网格")
            estate = community.add(f"{community.code}{at:02}", "estate", SPRINGS[number - 1] + ESTATES[at - 1])
            self.grids.append(grid)
            for tower in range(1, TOWERS_AN_ESTATE + 1):
                self.overlays.append((self._add_tower(estate, tower), grid))

    def _add_tower(self, estate, number):
        tower = estate.add(f"{estate.code}{number:02}", "building", f"{number}号楼")
        for floor_number in range(1, self.plan.floors + 1):
            floor = tower.add(f"{tower.code}{floor_number:02}", "floor", f"{floor_number}层")
            # Beneath the tower as well, so that its leader hears of what happens there.
            micro_grid = tower.add(f"{tower.code}W{floor_number:02}", "micro_grid", f"{floor_number}层微网格")
            self.overlays.append((floor, micro_grid))
            self.micro_grids.append(micro_grid)
            for door in range(1, DOORS_A_FLOOR + 1):
                floor.add(f"{floor.code}{door:02}", "door", f"{floor_number}{door:02}室")
        self.towers.append(tower)
        return tower

    def places(self):
        """Every place, parents before children."""
        return list(self.street.walk())

    def doors_of(self, place):
        """The doors that a post at a place covers: beneath it, or in what lies in it."""
        return place.under("door") + [door for member in self.overlays_of.get(place, ()) for door in self.doors_of(member)]

    def grid_of(self, tower):
        return next(overlay for member, overlay in self.overlays if member is tower)


def floors_of(tower):
    return [place for place in tower.children if place.level == "floor"]


def micro_grids_of(tower):
    return [place for place in tower.children if place.level == "micro_grid"]


def said(place):
    """As people say it: the estate, the tower, and the door or the floor."""
    if place.level == "door":
        return said(place.parent.parent) + place.name
    if place.level in ("floor", "micro_grid"):
        return said(place.parent) + place.name
    return place.parent.name + place.name if place.level == "building" else place.name


def said_in_english(place):
    if place.level == "community":
        return ENGLISH[place.name.removesuffix("社区")]
    tower = place.above("building")
    spring, estate = tower.parent.name[:2], tower.parent.name[2:]
    text = f"{ENGLISH[spring]} Spring {ENGLISH[estate]} tower {tower.name.removesuffix('号楼')}"
    if place.level == "door":
        return f"{text} room {place.name.removesuffix('室')}"
    return text if place is tower else f"{text} floor {int(place.code[-2:])}"
