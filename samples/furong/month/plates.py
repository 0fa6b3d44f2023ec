"""Service plates and leader cards: what hangs at a unit's door, and what a leader shows there.

`doorstep-server print` makes the pages from the same two views, `service_plate` and `leader_card`; `to_make_anew` says
which plates to print again.
"""

from kit.telling import padded

from ..town.posts import DUTIES_IN_ENGLISH, ROLES
from . import dates
from .tables import called, date_words, say

PLATE_WIDTH = 60


def lines_by_unit(rows):
    units = {}
    for row in rows:
        units.setdefault(row["code"], []).append(row)
    return units


def on_the_plate(rows):
    """What is written on each plate: one that says something else is made anew."""
    return {
        code: frozenset((row["role"], row["name"], row["phone"], row["duties"]) for row in lines)
        for code, lines in lines_by_unit(rows).items()
    }


def to_make_anew(before, after):
    old, new = on_the_plate(before), on_the_plate(after)
    return sorted(code for code in old.keys() | new.keys() if old.get(code) != new.get(code))


def duties(teller, row):
    return teller.pick(row["duties"], DUTIES_IN_ENGLISH[row["role"]])


def draw(teller, title, rows):
    """One plate, as it hangs at the door."""
    order = ("area_leader", "building_leader", "unit_leader")
    lines = [title]
    for row in sorted(rows, key=lambda row: order.index(row["role"])):
        picture = "▣" if row["photo"] else "□"
        role = padded(teller.pick(*ROLES[row["role"]]), 18)
        name = padded(called(teller, row["name"]), 16)
        lines += [f"{picture} {role}{name}{row['phone']}", f"    {duties(teller, row)}"]
    print("    ┌" + "─" * PLATE_WIDTH + "┐")
    for line in lines:
        print("    │" + padded("  " + line, PLATE_WIDTH) + "│")
    print("    └" + "─" * PLATE_WIDTH + "┘")


def tell_plates(days, looks):
    teller, pick = days.teller, days.teller.pick
    teller.heading("二 公示牌和工作证", "2  Service plates and leader cards")
    first = days.seen["plates on the first"]
    units = lines_by_unit(first)
    example = max(units, key=lambda code: len(units[code]))
    silent = sum(not who.consents for who in days.posts.leaders if who.role != "delegate")
    say(
        teller,
        f"  6月1日给{len(units)}个单元排了牌,共{len(first)}个名字;{silent}人没同意,哪块牌上都没有。其中一块(▣是照片):",
        f"  On 1 June there are plates for {len(units)} units with {len(first)} names; who did not agree ({silent}) "
        "stands on none. One of them (▣ is a picture):",
    )
    draw(teller, pick(*days.community.address(looks.places[example])), units[example])
    gone = days.posts.withdraws
    anew = to_make_anew(first, days.seen["plates on the tenth"])
    zh, en = days.community.address(gone.place)
    say(
        teller,
        f"  6月10日{zh}楼栋长{gone.name}收回同意:要换的正是她那栋的{len(anew)}块牌。",
        f"  On 10 June {called(teller, gone.name)}, building leader of {en}, takes the consent back: {len(anew)} "
        "plates, those of that building, are to be made anew.",
    )
    card = days.seen["card at the door"][0]
    place = days.community.address(days.posts.unit_leaders[0].place)
    say(
        teller,
        f"  敲门时被当成推销的,亮出工作证:{card['name']},{place[0]}单元长,有效 ✓",
        f"  Taken for a salesperson, she shows her card: {called(teller, card['name'])}, unit leader of {place[1]}, "
        "valid ✓",
    )


def tell_handover(days, looks):
    teller, posts = days.teller, days.posts
    unit = posts.leaving.place
    zh, en = days.community.address(unit)
    teller.heading("八 交接", "8  Handover")
    say(teller, f"  {zh}公示牌上的单元长:", f"  Who stands on the plate of {en} as its unit leader:")
    before = None
    notes = {
        dates.LAST_DAY: ("(最后一天)", "(her last day)"),
        dates.SUBSTITUTE_FROM: ("(楼栋长代管一周)", "(the building leader, for a week)"),
        dates.SUCCESSOR_FROM: ("(接任第一天)", "(the successor's first day)"),
    }
    for day, note in notes.items():
        plates = looks[f"plates {day}"]
        rows = [row for row in plates if row["code"] == unit.code and row["role"] == "unit_leader"]
        name = padded(called(teller, rows[0]["name"]) if rows else teller.pick("(没同意上牌)", "(did not agree)"), 14)
        number = sum(row["posts"] for row in looks[f"posts {day}"] if row["role"] != "community_worker")
        anew = len(to_make_anew(before, plates)) if before else 0
        before = plates
        when = padded(date_words(teller, day), 9)
        say(
            teller,
            f"    {when}{name}{padded(note[0], 18)}在岗{number}个岗位,要换的牌{anew}块",
            f"    {when}{name}{padded(note[1], 35)}{number} posts held, plates to make anew: {anew}",
        )
    matters, hazards = days.seen["heard by the successor"]
    former = days.seen["card of the former"][0]
    ends = date_words(teller, former["ends"])
    say(
        teller,
        f"  {posts.successor.name}第一天手机里就有单元的{len(matters)}件事项、{len(hazards)}处隐患,经过都在。",
        f"  On the first day {called(teller, posts.successor.name)}'s phone has the unit's {len(matters)} matters and "
        f"{len(hazards)} hazards, with what was done.",
    )
    say(
        teller,
        f"  {former['name']}的工作证:{ends}止,{'有效' if former['valid'] else '已失效 ✗'}",
        f"  {called(teller, former['name'])}'s card: until {ends}, {'valid' if former['valid'] else 'expired ✗'}",
    )
    for held in days.seen["held"]:
        say(
            teller,
            f"  6月23日她又记了一户,没有入账。她的手机说:“{held['reason_zh']}”",
            f"  On 23 June she noted one more door; it does not count. Her phone says: \"{held['reason_en']}\"",
        )
    returned = days.seen["returned"]
    say(teller, f"  月底说:“{returned['zh']}”", f"  At the end of the month: \"{returned['en']}\"")
