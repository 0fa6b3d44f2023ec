"""The report of the month, by what was done."""

from collections import Counter

from kit.telling import FATES, padded

from ..town.posts import ROLES
from .checks import every_check
from .council import tell_council, tell_fraud
from .looks import Looks
from .plates import tell_handover, tell_plates
from .safety_report import tell_safety
from .tables import called, date_words, say, show

ANSWERS_FOR = {
    "area_leader": ("一个片区", "an area"),
    "building_leader": ("一栋楼", "a building"),
    "unit_leader": ("一个单元", "a unit"),
    "delegate": ("一层楼", "a floor"),
}
RESULTS = {
    "answered": ("见到人", "answered"),
    "nobody_home": ("没人在家", "nobody home"),
    "refused": ("拒答", "refused"),
    "vacant": ("空置", "vacant"),
    "missing": ("还没去", "not been"),
}


def tell(days):
    """Prints the report; True when all of it holds."""
    looks, teller = Looks(days), days.teller
    tell_places(days, looks)
    tell_plates(days, looks)
    tell_round(days, looks)
    tell_moves(days, looks)
    tell_fraud(days, looks)
    tell_council(days, looks)
    tell_safety(days, looks)
    tell_handover(days, looks)
    tell_network(days)
    teller.heading("十 对不对得上", "10  Does it add up")
    holds = True
    for check in every_check(days, looks):
        teller.check(check)
        holds = holds and check.holds
    return holds


def area_name(teller, row):
    return teller.pick(row["name"], f"Area {int(row['code'][-2:])}")


def tell_places(days, looks):
    teller, pick = days.teller, days.teller.pick
    posts = {row["role"]: row for row in looks["posts 2026-06-01"]}
    number = len(days.posts.leaders)
    teller.heading(f"一 {number}个岗位,几张网", f"1  {number} posts, and several nets over the same homes")
    table = [(pick("岗位", "post"), pick("个", "posts"), pick("人", "people"), pick("管什么", "answers for"))]
    for role, what in ANSWERS_FOR.items():
        table.append((pick(*ROLES[role]), posts[role]["posts"], posts[role]["people"], pick(*what)))
    show(table)
    grids = {level: len(looks[level]) for level in ("grid", "micro_grid", "unit_grid")}
    homes = sum(row["doors"] for row in looks["grid"])
    say(
        teller,
        f"  同样这{homes:,}户,又归{grids['grid']}个网格、{grids['micro_grid']}个微网格、{grids['unit_grid']}个单元网格,"
        f"还归{len(looks['area'])}个片区:",
        f"  The same {homes:,} homes lie in {grids['grid']} grids, {grids['micro_grid']} micro-grids and "
        f"{grids['unit_grid']} unit-grids, and in {len(looks['area'])} areas:",
    )
    leaders = {leader.place.code: leader for leader in days.posts.area_leaders}
    rows = [(pick("片区", "area"), pick("片长", "leader"), pick("单元", "units"), pick("户", "homes"), pick("在哪几栋", "in"))]
    for row in looks["area"]:
        units = days.community.units_of_area[looks.places[row["code"]]]
        numbers = list(dict.fromkeys(unit.parent.name.removesuffix("号楼") for unit in units))
        where = pick("、".join(numbers) + "号楼", "building " + ", ".join(numbers))
        name = called(teller, leaders[row["code"]].name)
        rows.append((area_name(teller, row), name, len(units), row["doors"], where))
    show(rows)


def tell_round(days, looks):
    teller, pick = days.teller, days.teller.pick
    teller.heading("三 敲门行动:亮证、登记、问需求", "3  The knock-on-doors round: introduce, register, ask")
    ill = days.posts.ill
    instead = days.posts.of_place[ill.place.parent]
    for words, rows in (
        (("6月6日晚上:", "The evening of 6 June:"), days.seen["areas in the evening"]),
        (("6月7日又敲一遍之后:", "After the second knock on 7 June:"), looks["area"]),
    ):
        say(teller, "  " + words[0], "  " + words[1])
        table = [(pick("片区", "area"), pick("户", "homes"), *(pick(*result) for result in RESULTS.values()))]
        for row in rows:
            table.append((area_name(teller, row), row["doors"], *(row[name] for name in RESULTS)))
        show(table, indent=4)
    for row in days.seen["units in the evening"]:
        if row["missing"]:
            zh, en = days.community.address(looks.places[row["code"]])
            say(
                teller,
                f"  6日还缺的{row['missing']}户都在{zh}:单元长{ill.name}病了,7日楼栋长{instead.name}替她敲完。",
                f"  The {row['missing']} missing on the 6th are all in {en}: its leader {called(teller, ill.name)} was "
                f"ill; the building leader {called(teller, instead.name)} went on the 7th.",
            )
    draw_front(days)


def draw_front(days):
    """The building of the leader who is ill, floors from the top, as the office saw it in the evening."""
    teller = days.teller
    building = days.posts.ill.place.parent
    zh, en = days.community.address(building)
    floors = {}
    for row in days.seen["elevation"]:
        mark = "●" if row["met"] else "○" if row["visited"] else "·"
        floors.setdefault(row["floor_name"], {}).setdefault(row["unit"], []).append(mark)
    say(
        teller,
        f"  6日晚上的{zh}(●见到人 ○没见到 ·没去):",
        f"  {en} on the evening of the 6th (● met, ○ not met, · nobody has been there):",
    )
    heads = [teller.pick(unit.name, f"unit {number}") for number, unit in enumerate(building.children, 1)]
    lines = [("", heads)] + [
        (teller.pick(floor, floor.removesuffix("楼")), [" ".join(doors) for doors in units.values()])
        for floor, units in floors.items()
    ]
    for floor, cells in lines:
        print(("      " + padded(floor, 6) + "".join(padded(cell, 10) for cell in cells)).rstrip())


def tell_moves(days, looks):
    teller = days.teller
    teller.heading("四 谁搬来了,谁搬走了", "4  Who moved in, who moved out")
    ways = Counter((row["direction"], row["kind"]) for row in looks["moves"])
    people = {way: sum(count for (direction, _), count in ways.items() if direction == way) for way in ("in", "out")}
    homes = {way: len({row["code"] for row in looks["moves"] if row["direction"] == way}) for way in ("in", "out")}
    say(
        teller,
        f"  5月3日以来,新来{people['in']}人({homes['in']}户,其中流动人口{ways['in', 'floating']}人),"
        f"搬走{people['out']}人({homes['out']}户)。换了一家的:",
        f"  Since 3 May {people['in']} people came ({homes['in']} homes; {ways['in', 'floating']} of them from "
        f"elsewhere) and {people['out']} left ({homes['out']} homes). Where a new family came:",
    )
    by_door = {}
    for row in sorted(looks["moves"], key=lambda row: row["day"]):
        by_door.setdefault(row["code"], {"in": [], "out": []})[row["direction"]].append(row)
    changed = [code for code, ways in by_door.items() if ways["in"] and ways["out"]]
    for code in changed if teller.everything else changed[:3]:
        zh, en = days.community.address(looks.places[code])
        left, came = by_door[code]["out"], by_door[code]["in"]
        on = [date_words(teller, rows[0]["day"]) for rows in (left, came)]
        say(
            teller,
            f"    {zh}  {on[0]}搬走{len(left)}人,{on[1]}新来{len(came)}人;新住户另立一页,从头记起",
            f"    {en}: {len(left)} left on {on[0]}, {len(came)} came on {on[1]}, with a page of their own",
        )
    teller.rest(len(changed), 3)


def tell_network(days):
    teller, counts = days.teller, days.network.counts
    teller.heading("九 路上", "9  The way there")
    harmed = sum(counts[fate] for fate in FATES)
    say(
        teller,
        f"  6月6日起{counts['requests']:,}次请求,{harmed:,}次出了岔子:",
        f"  {counts['requests']:,} requests since 6 June, {harmed:,} met with trouble:",
    )
    told = [f"{teller.pick(*words)} {counts[fate]}" for fate, words in FATES.items()]
    say(teller, "    " + "、".join(told), "    " + "; ".join(told))
