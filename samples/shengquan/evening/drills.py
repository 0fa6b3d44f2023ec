"""Every tower drills at least once a year: when each did, from what the office has on paper."""

import datetime
import random
from itertools import chain

DRILL, EVERY_DAYS = "每栋楼每年至少演练一次", 365


class Drills:
    """`last` is the day of each tower's last drill. A real fire is no drill."""

    def __init__(self, town, slow, seed, today, tonight):
        """`tonight` is the tower that drills this evening; until then it is among the `slow` ones."""
        chance = random.Random(f"drills {seed}")
        self.rows, self.last = [], {}
        others = [tower for tower in town.towers if tower is not tonight]
        late = {*chance.sample(others, slow - 1), tonight}
        never = {tonight, *chance.sample(sorted(late - {tonight}, key=lambda tower: tower.code), (slow - 1) // 2)}
        # One year to the day is due, one day less is not.
        late_days = chain((EVERY_DAYS,), iter(lambda: chance.randrange(EVERY_DAYS + 1, 700), None))
        timely_days = chain((EVERY_DAYS - 1,), iter(lambda: chance.randrange(20, EVERY_DAYS - 1), None))
        for tower in town.towers:
            if tower in never:
                self._enter(tower, today - datetime.timedelta(days=chance.randrange(5, 300)), "否")
            else:
                days = next(late_days if tower in late else timely_days)
                self.last[tower.code] = today - datetime.timedelta(days=days)
                self._enter(tower, self.last[tower.code], "是")
        self.towers, self.today = town.towers, today

    def _enter(self, tower, day, drill):
        self.rows.append((tower.code, "火灾", drill, "消防演练" if drill == "是" else "厨房起火", "已结束", f"{day} 09:30"))

    def due(self):
        """Codes of the towers that have not drilled for a year."""
        return {
            tower.code for tower in self.towers
            if tower.code not in self.last or (self.today - self.last[tower.code]).days >= EVERY_DAYS
        }  # fmt: skip
