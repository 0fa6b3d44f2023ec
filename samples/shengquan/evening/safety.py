"""Drills, of which every tower owes one a year, and ways out that are cleared with the neighbours."""

import datetime
import json

from kit import fleet

from .columns import print_table
from .evening import CHINA, now
from .plan import add

STATES = {
    "told": ("已告知,还没清", "told, not cleared yet"), "fixed": ("清了,待复查", "cleared, to be looked at again"),
    "verified": ("清了,复查没有了", "cleared, looked at again: gone"), "open": ("复查又堆上了", "looked at again: back"),
}  # fmt: skip


def tell_drills(evening):
    teller, office, drills = evening.teller, evening.office, evening.drills
    teller.heading("四 一年一次的演练", "4  A drill a year")
    rows = office.view("drills_due", on_date=evening.today)
    done = len(evening.town.towers) - len(rows)
    teller.line(
        f"  {len(evening.town.towers)}栋楼,{done}栋一年内演练过,{len(rows)}栋没有(从没演练过的排最前):",
        f"  Of {len(evening.town.towers)} towers {done} drilled within a year, {len(rows)} did not (those that never did first):",
    )
    shown = len(rows) if teller.everything else 8
    heads = teller.pick(("楼栋", "上次演练", "过了几天"), ("tower", "last drill", "days ago"))
    table = [
        (evening.say(row["code"]), china_day(row["last_at"]) or teller.pick("从来没有", "never"), row["days"] or "")
        for row in rows[:shown]
    ]
    print_table(heads, table, indent=4, first=24, other=14)
    teller.rest(len(rows), shown)
    expected = drills.due()
    evening.expect(
        {row["code"] for row in rows} == expected
        and all(drills.last.get(row["code"]) == (row["days"] and evening.today - datetime.timedelta(days=row["days"])) for row in rows),
        f"一年没演练的 {len(rows)} 栋,连日子都对得上;差一天满一年的不算,真着过火不顶演练",
        f"the {len(rows)} towers without a drill for a year, to the day; a real fire is no drill",
    )
    tower = evening.posts.towers[-1]
    phone = evening.phone_of(evening.posts.part_time[tower])
    phone.batch([json.dumps(add("incident", place=tower.code, kind="fire", drill=True, title="消防演练"))])
    offline = {row["code"] for row in phone.view("drills_due", on_date=evening.today)}
    evening.send(phone)
    after = {row["code"] for row in office.view("drills_due", on_date=evening.today)}
    teller.line(
        f"  {evening.say(tower)}今晚演练了一次,{phone.leader.name}的手机上当场销掉;街道名单还剩{len(after)}栋。",
        f"  {evening.say(tower)} drills tonight and is off {phone.leader.name}'s list at once;\n  the street's has {len(after)} left.",
    )
    evening.expect(
        not offline and after == expected - {tower.code},
        f"今晚演练过的那栋从名单上销了,其余 {len(after)} 栋还在",
        f"the tower that drilled tonight is off the list, the other {len(after)} are on it",
    )


def china_day(at):
    if at is None:
        return ""
    return datetime.datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(CHINA).strftime("%Y-%m-%d")


def tell_routes(evening):
    """Found and told on the round; one is left as it is, one comes back, the others are cleared and seen to be."""
    teller, office, plan = evening.teller, evening.office, evening.plan
    teller.heading("五 逃生通道", "5  Ways out")
    blocked = plan.hazards
    checks = office.query("SELECT outcome, COUNT(*) AS n FROM safety_check WHERE kind = 'escape_route' GROUP BY outcome")
    counted = {row["outcome"]: row["n"] for row in checks}
    left, back = blocked[0], blocked[-1]
    cleared = [floor for floor in blocked if floor is not left]
    found = {row["code"]: row for row in office.query(
        "SELECT hazard.id, code, hazard.note FROM hazard JOIN place ON place.id = hazard.place WHERE hazard.kind = 'blocked_stairs'"
    )}  # fmt: skip

    def clear(floor):
        phone = evening.phone_of(plan.leader_of[floor])
        fixed = {"state": "fixed", "fixed_how": "neighbours", "fixed_at": now()}
        phone.batch([json.dumps({"edit": "hazard", "id": found[floor.code]["id"], "values": fixed})])
        evening.send(phone)

    fleet.each(clear, cleared)
    due = {row["hazard"] for row in office.view("rechecks_due")}
    by_tower = {}
    for floor in cleared:
        by_tower.setdefault(floor.parent, []).append(floor)

    def look(tower):
        phone = evening.phone_of(evening.posts.part_time[tower])
        evening.send(phone)
        lines = []
        for floor in by_tower[tower]:
            hazard = found[floor.code]["id"]
            lines.append(json.dumps(add("recheck", hazard=hazard, found="back" if floor is back else "gone")))
            state = {"state": "open" if floor is back else "verified"}
            lines.append(json.dumps({"edit": "hazard", "id": hazard, "values": state}))
        phone.batch(lines)
        evening.send(phone)

    fleet.each(look, list(by_tower))
    ledger = {row["hazard"]: row for row in office.view("hazard_ledger")}
    teller.line(
        f"  今晚看了{counted.get('ok', 0) + counted.get('hazard', 0)}层的楼梯间,{counted.get('hazard', 0)}层堵着。"
        "劝导、和邻居一起清、再由另一个人去看:",
        f"  {counted.get('ok', 0) + counted.get('hazard', 0)} stairwells were looked at, {counted.get('hazard', 0)} were blocked:\n"
        "  talked about, cleared with the neighbours, looked at again by somebody else:",
    )
    states = {code: ledger[row["id"]]["state"] for code, row in found.items()}
    for state, words in STATES.items():
        floors = [floor for floor in blocked if states[floor.code] == state]
        if not floors:
            continue
        shown = floors if teller.everything else floors[:2]
        places = teller.pick("、", ", ").join(evening.say(floor) for floor in shown)
        more = "" if len(shown) == len(floors) else teller.pick(" ……", ", ...")
        count = teller.pick(f"{len(floors)}处", str(len(floors)))
        print_table((teller.pick(*words), count), [], indent=4, first=32, other=6)
        print(f"      {places}{more}")
    evening.expect(
        counted == {"ok": len(plan.floors) - len(blocked), "hazard": len(blocked)} and set(found) == {f.code for f in blocked},
        f"{len(plan.floors)} 层都看过,堵着的 {len(blocked)} 层一处不漏",
        f"all {len(plan.floors)} floors were looked at; the {len(blocked)} blocked ones are all on record",
    )
    _tell_worn(evening)
    wanted = {floor.code: "verified" for floor in cleared} | {left.code: "told", back.code: "open"}
    ways = {row["fixed_how"] for row in ledger.values()}
    evening.expect(
        due == {found[floor.code]["id"] for floor in cleared} and states == wanted and ways == {"neighbours", None}
        and not office.view("rechecks_due"),
        f"清了的 {len(cleared)} 处都等过复查、都复查了;没清的 1 处、又堆上的 1 处单独列着",
        f"all {len(cleared)} that were cleared waited for a second look and had it; one not cleared and one back are told apart",
    )


def _tell_worn(evening):
    """Equipment that somebody else has to put right by a day; the day after, what is left stands out."""
    teller, plan = evening.teller, evening.plan
    after = plan.worn_due + datetime.timedelta(days=1)
    rows = evening.office.view("overdue_hazards", on_date=after)
    codes = evening.office.query("SELECT hazard.id, code FROM hazard JOIN place ON place.id = hazard.place WHERE due IS NOT NULL")
    code_of = {row["id"]: row["code"] for row in codes}
    teller.line(
        f"  另有{len(codes)}处灭火器压力不足,物业约定{plan.worn_due}前换;到期第二天还没换的,街道名单上就会列出来({len(rows)}处)。",
        f"  {len(codes)} extinguishers are low; the property company agreed to change them by {plan.worn_due}.\n"
        f"  If none is changed, {len(rows)} stand on the street's list the day after.",
    )
    evening.expect(
        not evening.office.view("overdue_hazards", on_date=plan.worn_due)
        and {code_of[row["hazard"]] for row in rows} == {floor.code for floor in plan.worn},
        f"约定期限的 {len(plan.worn)} 处灭火器:期限当天不算逾期,第二天一处不漏",
        f"the {len(plan.worn)} extinguishers: not overdue on the agreed day, all of them the day after",
    )
