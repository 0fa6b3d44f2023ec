"""What the office and the phones say at the end of the month, asked once for the report and the checks."""

from kit import fleet

from ..town.tables import ROUND
from . import dates

PEOPLE_AND_PLACES = "SELECT id, code AS name FROM place UNION ALL SELECT id, name FROM person"
OVERLAYS = ("area", "grid", "micro_grid", "unit_grid")
HELD_DAYS = ("2026-06-01", dates.LAST_DAY, dates.SUBSTITUTE_FROM, dates.SUBSTITUTE_UNTIL, dates.SUCCESSOR_FROM)

PLATE_DAYS = (*HELD_DAYS[1:], "2026-06-30")


class Looks:
    def __init__(self, days):
        office, since = days.office, "2026-06-01"
        self.names = {row["id"]: row["name"] for row in office.query(PEOPLE_AND_PLACES)}
        self.places = {place.code: place for place in days.community.places()}
        views = {
            "doors": ("campaign_by_door", {"campaign": ROUND}),
            "residents": ("residents_by_door", {}),
            "moves": ("mobility", {"from_date": dates.MOVES_SINCE}),
            "coverage": ("coverage_by_building", {"since": since}),
            "unvisited": ("unvisited_doors", {"since": since}),
            "advice": ("fraud_advice_counts", {"since": since}),
            "referred": ("matters_referred", {}),
            "ledger": ("matter_ledger", {"since": since}),
            "topics": ("meeting_topics", {"since": since}),
            "hazards": ("hazard_ledger", {"since": since}),
            "overdue": ("overdue_hazards", {}),
            "rechecks": ("rechecks_due", {}),
            "recurred": ("hazards_recurred", {"since": since}),
            "former": ("leader_card", {"person": days.seen["ids"][days.posts.leaving.name]}),
        }
        views |= {level: ("campaign_by_unit", {"campaign": ROUND, "level": level}) for level in OVERLAYS}
        views |= {f"posts {day}": ("posts_by_role", {"on_date": day}) for day in HELD_DAYS}
        views |= {f"plates {day}": ("service_plate", {"on_date": day}) for day in PLATE_DAYS}
        rows = fleet.each(lambda item: office.view(item[0], **item[1]), views.values())
        self.of = dict(zip(views, rows))
        self.waiting = days.phone(days.posts.workers[0]).view("matters_waiting_on_me")
        heads = days.posts.area_leaders + days.posts.building_leaders
        self.own_homes = fleet.each(lambda who: (who, days.phone(who).view("campaigns_open")), heads)
        self.conflicts = office.conflicts()
        self.statuses = dict(zip(days.phones, fleet.each(lambda phone: phone.status(), days.phones)))

    def __getitem__(self, name):
        return self.of[name]

    def place(self, row, column="place"):
        """The place that a row of a view names by its id."""
        return self.places[self.names[row[column]]]
