"""The month of one street, planned before anything runs: what is written where, and what must come of it."""

import random

from .book import Book
from .desks import Desks
from .homes import Homes
from .patrols import PATROL, Patrols
from .posts import Posts


class MonthPlan:
    def __init__(self, roster, seed):
        chance = random.Random(f"month {seed} {roster.street.number}")
        self.roster, self.street, self.staff = roster, roster.street, roster.staff
        self.month, self.sizes = roster.month, roster.plan
        self.book = Book()
        self.patrols = Patrols(roster, chance, self.book)
        self.homes = Homes(roster, chance, self.book)
        self.desks = Desks(roster, chance, self.book)
        self.posts = Posts(roster, chance, self.book)

    def write(self, folder):
        self.roster.write(folder)
        self.desks.write(folder, PATROL)
        self.homes.write(folder)

