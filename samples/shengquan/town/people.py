"""Who answers for what. Posts and people are counted apart: one resident may wear several hats."""

import random

from kit.people import Leader, person_name, phone_number

from .layout import micro_grids_of


class Posts:
    """`phones` are the posts whose holders carry a real phone tonight; `hats` are further posts of such people and
    of others; everybody else's first post is in `others`."""

    def __init__(self, town, seed, towers_with_phones):
        self.town = town
        self.chance = random.Random(f"posts {seed}")
        self.taken = set()
        self.towers = town.towers[:towers_with_phones]
        self.leaders = {place: self._new("leader", place) for place in town.micro_grids}
        self.part_time = {tower: self._new("part_time_grid_worker", tower) for tower in town.towers}
        self.grid_workers = {grid: self._new("grid_leader", grid) for grid in town.grids}
        communities = [place for place in town.street.children if place.level == "community"]
        self.community_workers = {place: self._new("community_worker", place) for place in communities}
        # Moved away last month; the neighbours elect somebody tonight.
        self.vacant = micro_grids_of(self.towers[-1])[-2]
        self.moved_away = self.leaders.pop(self.vacant)
        self.phones = self._with_phones()
        carried = set(self.phones)
        everybody = [*self.leaders.values(), *self.part_time.values(), *self.grid_workers.values()]
        everybody += self.community_workers.values()
        self.others = [who for who in everybody if who not in carried]
        self.driver = self.leaders[micro_grids_of(self.towers[0])[2]]
        self.lift_floor = micro_grids_of(self.towers[0])[4]
        self.hats = self._hats()

    def _new(self, role, place):
        name = person_name(self.chance, self.chance.random() < 0.7)
        phone = phone_number(self.chance)
        while phone in self.taken:
            phone = phone_number(self.chance)
        self.taken.add(phone)
        return Leader(name, phone, role, place)

    def _with_phones(self):
        """Everybody of whole towers: each floor's leader, the tower's part-time worker, the grids' workers, and a
        community worker."""
        out = [self.leaders[place] for tower in self.towers for place in micro_grids_of(tower) if place in self.leaders]
        out += [self.part_time[tower] for tower in self.towers]
        grids = dict.fromkeys(self.town.grid_of(tower) for tower in self.towers)
        out += [self.grid_workers[grid] for grid in grids]
        return out + [self.community_workers[self.towers[0].above("community")]]

    def _hats(self):
        """Party members report in where they live as well; some head a group; the driver is a volunteer besides."""
        branches = {branch.parent: branch for branch in self.town.branches}
        hats = [
            Leader(self.driver.name, self.driver.phone, "volunteer", self.lift_floor),
            Leader(self.driver.name, self.driver.phone, "party_group_head", branches[self.towers[0].above("community")]),
        ]
        for at, who in enumerate(self.leaders.values()):
            if who is self.driver:
                continue
            branch = branches[who.place.above("community")]
            if at % 9 == 4:
                hats.append(Leader(who.name, who.phone, "party_member", branch))
            if at % 90 == 58:
                hats.append(Leader(who.name, who.phone, "party_group_head", branch))
        return hats

    def everybody(self):
        """Each person once, by her first post."""
        return [*self.phones, *self.others, self.moved_away]

    def held(self):
        """Every post that somebody holds."""
        return [*self.phones, *self.others, *self.hats]

    def candidates(self):
        """Of the vacant floor; made last, so that nobody else's name depends on them."""
        first, second = self._new("leader", self.vacant), self._new("leader", self.vacant)
        while second.name == first.name:
            second = self._new("leader", self.vacant)
        return first, second
