"""What must be true of the month, worked out from the plan alone."""

from collections import Counter

from . import dates
from .needs import OUTCOME
from .safety import AGAIN, AGREED, LATER

# As campaign_by_unit takes the best of several answers.
BEST = ("answered", "refused", "vacant", "nobody_home")
KINDS = {"户籍": "registered", "流动": "floating", "空挂": "registered_only", "外出": "away", "境外": "overseas"}


def best_answers(month, until):
    """Door -> what counts of the answers it gave up to a moment."""
    best = {}
    for visit in month.visits:
        if visit.day <= until:
            before = best.get(visit.door)
            best[visit.door] = min(filter(None, (before, visit.answer)), key=BEST.index)
    return best


def newest_answers(month):
    return {visit.door: visit.answer for visit in sorted(month.visits, key=lambda visit: visit.day)}


def progress(month, doors, until):
    """The numbers of a place in campaign_by_unit."""
    best = best_answers(month, until)
    counts = Counter(best.get(door, "missing") for door in doors)
    return {"doors": len(doors)} | {name: counts[name] for name in (*BEST, "missing")}


def moves(month):
    """With those on the rosters who came since: the newborn."""
    found = Counter((move.direction, move.day, move.door.code, move.kind) for move in month.moves)
    for home in month.roster.homes:
        for person in home.residents:
            day = person.moved_in.isoformat()
            if day >= dates.MOVES_SINCE:
                found["in", day, home.door.code, KINDS[person.kind]] += 1
    return found


def posts_on(month, day):
    """(role, person, place) of everybody in office on a day of the month."""
    posts = month.posts
    held = [(who.role, who, who.place) for who in posts.leaders if who is not posts.leaving or day <= dates.LAST_DAY]
    if dates.SUBSTITUTE_FROM <= day <= dates.SUBSTITUTE_UNTIL:
        held.append(("unit_leader", posts.of_place[posts.leaving.place.parent], posts.leaving.place))
    if day >= dates.SUCCESSOR_FROM:
        held.append(("unit_leader", posts.successor, posts.leaving.place))
    return held


def plates_on(month, day, withdrawn):
    """(unit, role, name, phone, duties, whether there is a picture) for everybody who agreed."""
    posts, lines = month.posts, set()
    for role, who, place in posts_on(month, day):
        if not who.consents or (withdrawn and who is posts.withdraws) or role == "delegate":
            continue
        units = month.community.units_of_area.get(place) or place.under("unit")
        for unit in units:
            lines.add((unit.code, role, who.name, who.phone, who.duties, who is not posts.successor))
    return lines


def matter_ends(month):
    """(door, title) -> (kind, state, outcome, what was answered)."""
    ends = {}
    for matter in month.solved:
        ends[matter.key] = ("need", "answered", "solved_on_spot", matter.answer[0])
    for matter in month.council:
        kind = "need" if matter.ending == "council_refused" else "proposal"
        end = (kind, "answered", OUTCOME.get(matter.ending), matter.answer[0])
        if matter.ending == "under_way":
            end = (kind, "working", None, None)
        ends[matter.key] = end
    for call in month.calls:
        end = ("answered", "other", call.answer[0]) if call.ending == "replied" else ("working", None, None)
        ends[call.key] = ("fraud_report", *end)
    return ends


# Fate -> state and deadline at the end of the month.
STATE = {
    "on_spot": ("verified", None), "agreed": ("verified", AGREED), "anew": ("verified", AGREED),
    "ordered": ("verified", "2026-06-20"), "ignored": ("deadline", AGREED), "later": ("deadline", LATER),
    "unchecked": ("fixed", AGREED), "back": ("deadline", AGAIN),
}  # fmt: skip


def hazard_ends(month):
    """(floor, whether it was registered anew) -> kind, state, deadline, party, order."""
    ends = {}
    for hazard in month.hazards:
        state, due = STATE[hazard.fate]
        ends[hazard.floor.code, False] = (hazard.kind, state, due, hazard.party[0], hazard.order)
        if hazard.fate == "anew":
            ends[hazard.floor.code, True] = (hazard.kind, "deadline", AGAIN, hazard.party[0], None)
    return ends


def living_at(month, door):
    """How many live there at the end, by the plan."""
    home = month.homes.get(door)
    came = sum(move.door is door and move.direction == "in" for move in month.moves)
    left = sum(move.door is door and move.direction == "out" for move in month.moves)
    return (len(home.residents) if home else 0) + came - left
