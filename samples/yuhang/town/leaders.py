"""Who answers for what, and who in the alliance around an estate takes matters on."""

from dataclasses import dataclass

from kit.people import Leader, person_name, phone_number


@dataclass(frozen=True)
class Party:
    """One of the 3+1+X around an estate."""

    name: str
    english: str
    kind: str  # as in the table organisation
    services: str
    place: object


PARTIES = (
    ("{}党支部", "party branch of {}", "party_branch", "组织议事"),
    ("{}物业公司", "property company of {}", "property", "水电维修、保洁、电梯"),
    ("{}业主委员会", "owners' committee of {}", "owners", "维修资金、停车"),
    ("{}党员志愿队", "member volunteers of {}", "volunteers", "跑腿、陪诊"),
    ("{}能工巧匠队", "tradespeople of {}", "trades", "开锁、修水管"),
)


def make_parties(town):
    return [
        Party(zh.format(estate.name), en.format(town.english[estate.code]), kind, services, estate)
        for estate in town.estates
        for zh, en, kind, services in PARTIES
    ]


class People:
    """Everybody who has a phone of the office; `vacant` is the corridor that nobody answers for at the beginning."""

    def __init__(self, random, town):
        self._random, self._names, self._phones = random, set(), set()
        middle = town.corridors[len(town.corridors) // 2]
        self.vacant = middle
        self.street_worker = self._leader("street_worker", town.street)
        self.community_workers = [self._leader("community_worker", place) for place in town.communities]
        self.estate_leaders = [self._leader("area_leader", place) for place in town.estates]
        self.corridor_leaders = [self._leader("leader", place) for place in town.corridors if place is not middle]
        self.candidate = self._leader("leader", middle)
        helped = town.estates[0]
        self.property_man = self._leader("partner", helped, woman=False)
        self.owners_man = self._leader("partner", helped, woman=False)
        self.member = self._leader("volunteer", helped)
        self.invited_first = [
            self.street_worker,
            *self.community_workers,
            *self.estate_leaders,
            *self.corridor_leaders,
            self.property_man,
            self.owners_man,
            self.member,
        ]

    def _leader(self, role, place, woman=None):
        """Nobody has the name or the phone of somebody else."""
        woman = self._random.random() < 0.7 if woman is None else woman
        name, phone = person_name(self._random, woman), phone_number(self._random)
        while name in self._names or phone in self._phones or len(name) < 2:
            name, phone = person_name(self._random, woman), phone_number(self._random)
        self._names.add(name)
        self._phones.add(phone)
        return Leader(name, phone, role, place)
