"""At the end: what the office has, what every phone has, whether it is what the morning was."""

import datetime
import time

from kit import fleet
from kit.scope import compare
from kit.telling import Check

from . import telling
from .checks import DOORS_BY_GRID, HAZARDS, doors_met, match_disagreements


def judge(day, counts, seconds, began):
    """Prints the report; True when all of it holds."""
    teller, office, plan = day.teller, day.office, day.roster.community.plan
    addresses = {place.code: place.address() for place in day.roster.community.places()}
    statuses = fleet.each(lambda phone: phone.status(), day.phones)
    comparison = compare(office, day.phones, "changchun", datetime.date.today().isoformat())
    here = comparison.office
    by_grid = office.query(DOORS_BY_GRID)
    hazards = office.query(HAZARDS)
    listed = office.conflicts()
    together = doors_met(day.morning, here)
    doors = {row: cells["code"] for row, cells in here.of("place").items()}

    def door_of(entry):
        home = here.cells(("household", entry["row"]))
        return addresses[doors[home["place"]]] if home else entry["row"]

    telling.tell_doors(teller, day.roster.community, by_grid)
    day.questionnaire.tell(teller)
    telling.tell_met(teller, together, len(day.morning.met))
    telling.tell_disagreements(teller, listed, door_of)
    telling.tell_hazards(teller, hazards, lambda row: addresses[row["code"]])
    telling.tell_phones(teller, statuses)
    telling.tell_network(teller, counts, day.sent, day.fetched, seconds)

    teller.heading("八 对不对得上", "8  Does it add up")
    checks = [
        *check_doors(day, by_grid),
        *day.questionnaire.judge(here),
        *check_rows(day, here, plan),
        check_met(day, together),
        *check_disagreements(day, listed, here, began),
        check_hazards(day, hazards),
        *check_unlucky(day, here, began),
        check_phones(statuses),
        check_equal(comparison, len(day.phones)),
        check_network(counts),
    ]
    for check in checks:
        teller.check(check)
    return all(check.holds for check in checks)


def check_doors(day, by_grid):
    doors = len(day.roster.community.doors)
    visited = sum(row["visited"] for row in by_grid)
    planned = {grid.code: len(grid.under("door")) for grid in day.roster.community.grids}
    yield Check(
        visited == doors and {row["code"]: row["doors"] for row in by_grid} == planned,
        f"走到 {visited:,} 户,共 {doors:,} 户,不漏一户",
        f"{visited:,} of {doors:,} doors visited, not one missed",
    )


def check_rows(day, here, plan):
    homes, residents = len(here.of("household")), day.counted[1]
    entered = plan.residents + day.morning.residents_again
    visits = len(here.of("visit"))
    planned = sum(errand.mark[0] == "visit" for errands in day.morning.errands.values() for errand in errands)
    checks = len(here.of("safety_check"))
    yield Check(
        homes == len(day.roster.households) and residents == plan.residents and len(here.of("residency")) == entered,
        f"正好 {homes:,} 户、{residents:,} 人(上午新登记 {len(day.morning.met)} 户、{day.morning.residents_met} 人),不多不少",
        f"exactly {homes:,} households and {residents:,} residents ({len(day.morning.met)} and "
        f"{day.morning.residents_met} of them registered this morning)",
    )
    again = day.morning.residents_again
    grids = [phone for phone in day.phones if phone.leader.role == "grid_leader"]
    seen_by_grids = sum(phone.query("SELECT COUNT(*) AS n FROM each_resident")[0]["n"] for phone in grids)
    yield Check(
        day.counted[0] == entered == len(here.of("resident")) and day.accepted == again > 0 and seen_by_grids == plan.residents,
        f"登记了两遍的 {again} 人,归并后各算一个,两份登记都在;网格长手机上数出来的也一样",
        f"each of the {again} people registered twice is counted once, both records kept; a phone counts the same",
    )
    yield Check(
        visits == planned and checks == plan.checks,
        f"走访 {visits:,} 次、检查 {checks} 次,每次只记了一遍",
        f"{visits:,} visits and {checks} safety checks, each recorded once",
    )


def check_met(day, together):
    total = len(day.morning.met)
    return Check(
        len(together) == total,
        f"登记了两遍的 {total} 户,{len(together)} 户合成一户,两个人写的都在",
        f"{len(together)} of {total} homes registered twice are one home with the facts of both",
    )


def check_disagreements(day, listed, here, began):
    expected = day.morning.disagreements
    missing, surplus = match_disagreements(expected, listed, here)
    yield Check(
        not missing and not surplus and len(listed) == len(expected),
        f"写得不一样的 {len(expected)} 处,账上 {len(listed)} 处,两种说法、两个人都对得上",
        f"{len(listed)} disagreements on record for the {len(expected)} there were, with both values and both people",
    )
    sides = [phone.leader.name for phone in (day.future, day.past) if phone.wrong_by_s]
    disputed = [item for item in expected if {who.name for who in item.writers.values()} & set(sides)]
    if disputed:
        by_clock = [entry for entry in listed if entry["shown_by"] in sides or entry["losing_by"] in sides]
        yield Check(
            len(by_clock) == len(disputed) and all(within(entry["losing_ms"] / 1000, began) for entry in by_clock),
            f"时钟错到2031年和1970年的两部手机,{len(disputed)} 处争议都按真实的时间排先后",
            f"disagreements of the phones of 2031 and 1970 ({len(disputed)}) are ordered by the true time",
        )


def within(moment, began):
    """Whether a time the phones wrote lies in this run."""
    return began - 5 <= moment <= time.time() + 5


def check_hazards(day, hazards):
    found = {}
    for row in hazards:
        key = row["due"] if row["state"] == "deadline" else row["state"]
        found[key] = found.get(key, 0) + 1
    return Check(
        found == dict(day.morning.hazards),
        f"隐患 {len(hazards)} 处,期限都在",
        f"{len(hazards)} hazards, each with its deadline or what was done",
    )


def check_unlucky(day, here, began):
    present = here.texts.keys()
    kept = [key for key in day.acknowledged if key[0] is None or key in present]
    yield Check(
        len(kept) == len(day.acknowledged) > 0,
        f"被强行关掉的手机关掉之前存好的 {len(day.acknowledged)} 条,一条没丢",
        f"all {len(kept)} changes that the killed phone had acknowledged are with the office",
    )
    wrong = [phone.leader for phone in (day.future, day.past) if phone.wrong_by_s]
    if not wrong:
        return
    people = {row: (cells["name"], cells["phone"]) for row, cells in here.of("person").items()}
    theirs = [
        cells["at"] for cells in here.of("visit").values()
        if people.get(cells["visitor"]) in {(leader.name, leader.phone) for leader in wrong}
    ]  # fmt: skip
    moments = [datetime.datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp() for at in theirs]
    yield Check(
        bool(moments) and all(within(moment, began) for moment in moments),
        f"这两部手机记的 {len(moments)} 次走访,写的都是真实的时间",
        f"the {len(moments)} visits of those two phones carry the true time of this morning",
    )


def check_phones(statuses):
    clean = all(
        not (s["waiting_groups"] or s["received_groups"] or s["held_groups"] or s["pull_unfinished"] or s["forked"])
        for s in statuses
    )
    return Check(clean, "每部手机上都没有没送到的东西", "no phone still holds anything")


def check_equal(comparison, phones):
    for phone, table, row in comparison.different[:5]:
        print(f"    {phone.db}: {table} {row}")
    return Check(
        not comparison.different and comparison.rows > 0,
        f"{phones} 部手机各自管的 {comparison.rows:,} 行、{comparison.cells:,} 格,和街道一模一样"
        + (f",不同的 {len(comparison.different)} 行" if comparison.different else ""),
        f"{phones} phones equal the office in all {comparison.rows:,} rows and {comparison.cells:,} cells of their scope"
        + (f", but for {len(comparison.different)} rows" if comparison.different else ""),
    )


def check_network(counts):
    harmed = [fate for fate in ("dropped", "unanswered", "cut", "repeated", "echoed") if counts[fate]]
    return Check(
        len(harmed) >= 4,
        "网络确实断过、丢过、截过、重复过",
        "the network really did lose, cut and repeat",
    )
