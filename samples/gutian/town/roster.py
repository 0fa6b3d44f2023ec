"""Everything that is known of a street when the month begins."""

import random

from kit.people import make_households

from . import tables
from .days import Month
from .layout import make_streets
from .people import Staff


class Roster:
    """One office: its places, its people, its homes."""

    def __init__(self, street, chance, month, phones):
        self.street, self.plan, self.month = street, street.plan, month
        self.households = make_households(chance, street.doors, street.plan.residents)
        self.home_at = {home.door.code: home for home in self.households}
        self.staff = Staff(street, chance, month, phones)

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        tables.write_base(folder, self.street, self.staff, self.households)
        tables.write_training(folder, self.street, self.staff)
        tables.write_reserves(folder, self.staff, self.month)


def make_town(plans, seed):
    """The offices of the town, the same ones for the same seed."""
    chance = random.Random(f"gutian {seed}")
    month, phones = Month(), set()
    return [Roster(street, chance, month, phones) for street in make_streets(plans, chance)]
