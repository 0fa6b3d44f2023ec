"""The notebooks of the month: what everybody writes down on her phone, day by day."""

import json
from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Ref:
    """A row that somebody else has made: its id is known once the office has it."""

    kind: str  # as `StreetOffice.ids` has it
    key: object


class Book:
    """One group of changes for each day of each person, saved together."""

    def __init__(self):
        self.days = defaultdict(lambda: defaultdict(list))
        self._labels = 0

    def add(self, who, day, table, /, **values):
        """Records a row; what later rows of the same day may refer to it by."""
        self._labels += 1
        self.days[who][day].append({"as": f"row{self._labels}", "add": table, "values": values})
        return f"@row{self._labels}"

    def edit(self, who, day, table, row, /, **values):
        self.days[who][day].append({"edit": table, "id": row, "values": values})

    def count(self, table):
        """How many rows of a table are written in all notebooks."""
        changes = (change for days in self.days.values() for group in days.values() for change in group)
        return sum(change.get("add") == table for change in changes)

    def lines(self, who, ids):
        """For `doorstep batch`, the days in their order."""
        out = []
        for _, group in sorted(self.days[who].items()):
            out += ["begin", *(json.dumps(fill(change, ids), ensure_ascii=False) for change in group), "commit"]
        return out


def fill(change, ids):
    def known(value):
        return ids[value.kind, value.key] if isinstance(value, Ref) else value

    filled = {key: known(value) for key, value in change.items() if key != "values"}
    return filled | {"values": {key: known(value) for key, value in change["values"].items()}}


def person(who):
    return Ref("person", (who.name, who.phone))
