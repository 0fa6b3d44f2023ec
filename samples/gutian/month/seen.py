"""What the views say: on phones without signal, at the offices when all has arrived, and at the end."""

import csv
import json

from kit.programs import run

from .patrols import REPORTED

COMPARED = """
SELECT 'round' AS tbl, id, place, day AS a, slot AS b, outcome AS c FROM round
UNION ALL SELECT 'matter', id, place, title, state, outcome FROM matter
UNION ALL SELECT 'visit', id, place, at, channel, outcome FROM visit
UNION ALL SELECT 'household', id, place, head_name, phone, note FROM household
"""
AT_ONE_ALLEY = """
SELECT * FROM ({rows}) AS each WHERE place IN (SELECT id FROM place WHERE id = '{alley}' OR parent = '{alley}')
"""
COMPARED_PHONES = 6
FINDS = "SELECT title, COUNT(*) AS n FROM matter WHERE channel = 'inspection' GROUP BY title"
ON_DUTY = """
SELECT assignment.role AS role, COUNT(DISTINCT round.id) AS shifts FROM round
JOIN schedule ON schedule.id = round.schedule AND schedule.kind = 'rota'
JOIN assignment ON assignment.person = round.by GROUP BY assignment.role
"""
OF_QUARANTINE = """
SELECT (SELECT COUNT(*) FROM reading) AS readings, (SELECT COUNT(temperature) FROM reading) AS temperatures,
       (SELECT COUNT(wellbeing) FROM reading) AS feelings, (SELECT COUNT(contact) FROM quarantine) AS contacts
"""
HOLDERS = "SELECT id, claimed_by, state, outcome FROM matter WHERE kind = 'micro_wish'"


def month_of(street):
    days = street.plan.month.days
    return {"from_date": days[0].isoformat(), "until_date": days[-1].isoformat()}


def gaps(rows):
    return sorted((row["code"], row["day"], row["slot"]) for row in rows)


def standing_out(rows):
    """Door code -> what stands out, as `Quarantine.stands_out` says it."""
    out = {}
    for row in rows:
        what = "missing" if row["missing"] else "high" if row["high"] else ""
        out[row["code"]] = (what, row["temperature"], row["supplies"], row["wellbeing"])
    return out


def look_on_phones(street):
    """Without signal: what each steward has missed, who stands out, and what a volunteer may not know."""
    plan, seen = street.plan, {}
    missed = sorted({steward for steward in street.staff.steward_at.values()}, key=lambda s: s.place.code)
    missed = [s for s in missed if plan.patrols.missed(s.place) and s.place not in street.staff.second_at][:3]
    seen["gaps"] = {s: gaps(street.by_leader[s].view("patrol_gaps", **month_of(street))) for s in missed}
    watched = plan.homes.quarantines[1].steward
    seen["watched"] = watched
    seen["quarantine"] = standing_out(street.by_leader[watched].view("quarantine_today"))
    helper = plan.homes.pairings[0].helpers[0]
    asked = "SELECT COUNT(*) AS pairings, COUNT(reason) AS reasons, COUNT(needs) AS needs FROM pairing"
    seen["helper"], seen["pairings"] = helper, street.by_leader[helper].query(asked)[0]
    worker = street.staff.worker_of(plan.homes.quarantines[0].home.door)
    home = street.ids["household", plan.homes.quarantines[0].home.door.code]
    day = plan.month.today.isoformat()
    order = {"household": home, "starts": day, "ends": day, "order_number": "防指0号"}
    seen["refused"] = []
    for left_out in ("order_number", "ends"):
        values = {key: value for key, value in order.items() if key != left_out}
        done = street.by_leader[worker].batch([json.dumps({"add": "quarantine", "values": values})], allowed=(0, 1, 2))
        seen["refused"].append(json.loads(done.stderr)["error"] if done.returncode else None)
    return seen


def look_after(street):
    """At the office, when everything has arrived and the communities have done their part."""
    view, plan, days = street.office.view, street.plan, street.plan.month
    since = days.days[0].isoformat()
    screening = {"kind": "screening", "from_date": days.day(-28).isoformat(), "until_date": days.day(-1).isoformat()}
    reported = next(p for p in plan.patrols.problems if p.way == REPORTED)
    matter = street.ids["matter", reported.page]
    chain = {"matter": matter}
    return {
        "gaps": view("patrol_gaps", **month_of(street)),
        "counts": view("patrol_counts", **month_of(street)),
        "screening": view("patrol_gaps", **screening),
        "screened": view("patrol_counts", **screening),
        "outcomes": view("matter_outcomes", since=since),
        "finds": {row["title"]: row["n"] for row in street.office.query(FINDS)},
        "referred": view("matters_referred"),
        "reported": reported,
        "chain": view("matter_chain", **chain),
        "chain_on_phone": street.by_leader[reported.steward].view("matter_chain", **chain),
        "unseen": view("pairings_unvisited", days=30),
        "quarantine": standing_out(view("quarantine_today")),
        "quarantine_before": standing_out(view("quarantine_today", on_date=days.day(-4).isoformat())),
        "manned": view("patrol_counts", kind="rota", **month_of(street)),
        "desks": view("rota_gaps", **month_of(street)),
        "topics": view("meeting_topics"),
        "hazards": street.office.query("SELECT state FROM hazard"),
        "checks": street.office.query("SELECT kind, outcome FROM safety_check"),
        "ratings": view("leader_rating"),
        "on_duty": {row["role"]: row["shifts"] for row in street.office.query(ON_DUTY)},
        "helpers": street.office.query("SELECT COUNT(*) AS n FROM pairing GROUP BY household"),
    }


def look_at_end(street):
    view, today = street.office.view, street.plan.month.today.isoformat()
    since = month_of(street)["from_date"]
    year = {"from_date": street.plan.month.day(-365).isoformat(), "until_date": today}
    return {
        "to_refill": view("posts_to_refill"),
        "unprepared": view("posts_without_induction"),
        "appeals": view("assessments_open"),
        "unclaimed": view("matters_unclaimed"),
        "wishes": [row for row in view("matter_outcomes", since=since) if row["kind"] == "micro_wish"],
        "open_conflicts": street.office.conflicts(),
        "county": view("county_counts", **year),
        "county_file": counts_for_the_county(street, year),
        "trainings": view("training_attendance"),
        "pool": view("talent_pool"),
        "assessments": street.office.query("SELECT kind, grade, state, appeal_answer FROM assessment"),
        "held": json.loads(street.office.command("held", "--json").stdout),
        "compared": compare(street),
        "holders": {row["id"]: row for row in street.office.query(HOLDERS)},
        "losers": waiting_on_losers(street),
        "public": announced(street),
    }


def counts_for_the_county(street, year):
    """The file that the office sends to the county."""
    file = street.folder.parent / f"{street.street.plan.zh}.csv"
    street.office.command("view", "county_counts", *(f"{name}={day}" for name, day in year.items()), "--out", str(file))
    return file


def added_up(program, files):
    """What the county makes of the files: the sum of each measure."""
    total = files[0].parent / "county.csv"
    run([program, "rollup", *map(str, files), "--out", str(total)])
    with open(total, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    return {row[0]: int(row[-1]) for row in rows[1:]}


def waiting_on_losers(street):
    """Of the wishes that two claimed: those that still wait on the phone of the one who does not hold them."""
    still = []
    for wish in street.plan.homes.wishes:
        if wish.kept_by:
            loser = next(who for who in wish.claimed_by if who is not wish.kept_by)
            row = street.ids["wish", wish.home.door.code]
            if any(each["matter"] == row for each in street.by_leader[loser].view("matters_waiting_on_me")):
                still.append(wish)
    return still


def told_of_quarantine(street, phones):
    """What is left of quarantines: at the office, then on phones."""
    return [each.query(OF_QUARANTINE)[0] for each in (street.office, *phones)]


def announced(street):
    """Public notices on the phones of a steward of each community."""
    out = {}
    for community in street.street.communities:
        steward = street.staff.steward_at[community.under("alley")[0]]
        asked = "SELECT COUNT(*) AS n FROM announcement WHERE kind = 'public'"
        out[community] = street.by_leader[steward].query(asked)[0]["n"]
    return out


def compare(street):
    """Stewards' phones against the office, row by row: how many rows, and which phones differ."""
    stations = set(street.staff.station_steward.values())
    leaving = street.plan.posts.failing
    stewards = [s for s in street.staff.steward_at.values() if s not in stations and s is not leaving]
    rows, different = 0, []
    for steward in stewards[:: max(1, len(stewards) // COMPARED_PHONES)]:
        alley = street.ids["place", steward.place.code]
        here = in_order(street.office.query(AT_ONE_ALLEY.format(rows=COMPARED, alley=alley)))
        there = in_order(street.by_leader[steward].query(COMPARED))
        rows += len(here)
        if here != there:
            different.append(steward)
    return rows, different


def in_order(rows):
    return sorted(map(str, map(sorted, (row.items() for row in rows))))
