"""The 182 posts: who answers for what, with which duties, and who agreed to stand on a plate."""

from dataclasses import dataclass

from kit.people import Leader, person_name, phone_number

DUTIES = {
    "area_leader": "片区联络、反诈宣传、小巷回声",
    "building_leader": "楼栋消防安全巡查、隐患复查",
    "unit_leader": "敲门走访、收集需求、邻里联络",
    "delegate": "本楼层走访、代邻居反映意见",
    "community_worker": "社区受理与答复",
}
DUTIES_IN_ENGLISH = {
    "area_leader": "keeps the area together, fraud, the council",
    "building_leader": "safety rounds, looking again",
    "unit_leader": "knocks on doors, hears what people need",
}
ROLES = {
    "area_leader": ("片长", "area leader"),
    "building_leader": ("楼栋长", "building leader"),
    "unit_leader": ("单元长", "unit leader"),
    "delegate": ("户代表", "delegate"),
    "community_worker": ("社区工作者", "community worker"),
}


@dataclass(frozen=True)
class Neighbour(Leader):
    duties: str
    consents: bool  # to her name, number, duties and picture on the plate of a unit


class Posts:
    """Everybody with a post on the first day, a successor, and two workers of the community."""

    def __init__(self, random, community):
        self.random = random
        self.taken = set()
        self.area_leaders = [self._appoint("area_leader", area) for area in community.areas]
        self.building_leaders = [self._appoint("building_leader", building) for building in community.buildings]
        self.unit_leaders = [self._appoint("unit_leader", unit) for unit in community.units]
        self.delegates = [self._appoint("delegate", floor) for floor in self._floors(community)]
        self.workers = [self._appoint("community_worker", community.root, consents=False) for _ in range(2)]
        self.leaders = self.area_leaders + self.building_leaders + self.unit_leaders + self.delegates
        self.of_place = {leader.place: leader for leader in self.leaders}
        agreed = [leader for leader in self.building_leaders if leader.consents]
        self.withdraws = agreed[0]
        # One moves away in the middle of the month, and her building leader stands in: both are on a plate.
        buildings = [leader.place for leader in agreed if leader is not self.withdraws]
        on_plates = [leader for leader in self.unit_leaders if leader.consents and leader.place.parent in buildings]
        self.leaving = on_plates[len(on_plates) // 2]
        self.successor = self._appoint("unit_leader", self.leaving.place, consents=True)
        self.ill = next(leader for leader in reversed(self.unit_leaders) if leader is not self.leaving)

    def _floors(self, community):
        """Of every unit two floors or three, so that there are as many as there are delegates."""
        few, more = divmod(community.plan.delegates, len(community.units))
        for number, unit in enumerate(community.units):
            floors = self.random.sample(unit.children, few + (number < more))
            yield from sorted(floors, key=lambda floor: floor.code)

    def _appoint(self, role, place, consents=None):
        name = phone = None
        while name is None or name in self.taken:
            name = person_name(self.random, self.random.random() < 0.7)
        while phone is None or phone in self.taken:
            phone = phone_number(self.random)
        self.taken |= {name, phone}
        # So that there is a whole plate to show, a consent to take back, and a building leader to stand in.
        first = place.code.endswith(("01", "B02"))
        agrees = (first or self.random.random() < 0.85) if consents is None else consents
        return Neighbour(name, phone, role, place, DUTIES[role], agrees)
