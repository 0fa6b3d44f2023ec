"""What has to be true at the end, each as a sentence that says so."""

import json
from collections import Counter

from kit import fleet
from kit.programs import run
from kit.scope import compare
from kit.telling import Check

from . import dates, facts
from .looks import HELD_DAYS, PLATE_DAYS
from .plates import on_the_plate, to_make_anew

HOMES = "SELECT place.code, household.phone FROM household JOIN place ON place.id = household.place WHERE number = 1"
NOTICES = "SELECT place.code FROM announcement JOIN place ON place.id = announcement.place"
HAZARD_COLUMNS = ("kind", "state", "due", "party", "order_number")
HARMS = ("dropped", "unanswered", "cut", "repeated", "echoed")


def every_check(days, looks):
    yield from check_posts(days, looks)
    yield from check_overlays(days, looks)
    yield check_own_homes(days, looks)
    yield from check_plates(days, looks)
    yield from check_cards(days, looks)
    yield from check_round(days, looks)
    yield from check_moves(days, looks)
    yield from check_fraud(days, looks)
    yield from check_matters(days, looks)
    yield check_waiting(days, looks)
    yield from check_hazards(days, looks)
    yield from check_handover(days, looks)
    yield from check_phones(days, looks)
    yield check_books(days)
    yield check_network(days)


def check_posts(days, looks):
    wrong = []
    for day in HELD_DAYS:
        held = facts.posts_on(days.month, day)
        posts = Counter(role for role, _, _ in held)
        people = {role: len({who for other, who, _ in held if other == role}) for role in posts}
        said = {row["role"]: (row["posts"], row["people"]) for row in looks[f"posts {day}"]}
        del said["community_worker"]
        if said != {role: (posts[role], people[role]) for role in posts}:
            wrong.append(day)
    number = len(days.posts.leaders)
    everybody = len({who for _, who, _ in facts.posts_on(days.month, dates.SUBSTITUTE_FROM)})
    yield Check(
        not wrong,
        f"交接前、代管中、接任后,都是{number}个岗位一个不空;代管那一周是{everybody}个人",
        f"{number} posts are held on every day of the handover, in the substitute's week by {everybody} people",
    )


def check_overlays(days, looks):
    community = days.community
    low, high = community.plan.homes_an_area
    areas = {
        area.code: sum(len(unit.under("door")) for unit in units) for area, units in community.units_of_area.items()
    }
    said = {row["code"]: row["doors"] for row in looks["area"]}
    yield Check(
        said == areas and all(low <= doors <= high for doors in said.values()),
        f"{len(areas)}个片区各{min(said.values())}至{max(said.values())}户,都在{low}到{high}户之间",
        f"{len(areas)} areas have {min(said.values())} to {max(said.values())} homes each, between {low} and {high}",
    )
    plan = community.plan
    wanted = {"grid": plan.grids, "micro_grid": plan.micro_grids, "unit_grid": len(community.units)}
    sums = {level: sum(row["doors"] for row in looks[level]) for level in wanted}
    yield Check(
        all(len(looks[level]) == count and sums[level] == len(community.doors) for level, count in wanted.items()),
        f"{wanted['grid']}个网格、{wanted['micro_grid']}个微网格、{wanted['unit_grid']}个单元网格,"
        f"加起来都正好{len(community.doors):,}户",
        f"{wanted['grid']} grids, {wanted['micro_grid']} micro-grids, {wanted['unit_grid']} unit-grids: "
        f"each sums up to {len(community.doors):,} homes",
    )


def check_own_homes(days, looks):
    """Each counts by herself, without signal, the homes of her area or building."""
    units = days.community.units_of_area
    wanted = [
        sum(len(unit.under("door")) for unit in units.get(who.place) or who.place.under("unit"))
        for who, _ in looks.own_homes
    ]
    said = [[(row["doors"], row["missing"]) for row in rows] for _, rows in looks.own_homes]
    return Check(
        said == [[(doors, 0)] for doors in wanted],
        f"{len(said)}位片长、楼栋长的手机各自数自己管的户,户数都对,一户不缺",
        f"the phones of {len(said)} area and building leaders count their own homes right, none missing",
    )


def lines_of(rows):
    return {(r["code"], r["role"], r["name"], r["phone"], r["duties"], bool(r["photo"])) for r in rows}


def check_plates(days, looks):
    month = days.month
    first, tenth = days.seen["plates on the first"], days.seen["plates on the tenth"]
    seen = {("2026-06-01", False): first, ("2026-06-10", True): tenth}
    seen |= {(day, True): looks[f"plates {day}"] for day in PLATE_DAYS}
    wrong = [key for key, rows in seen.items() if lines_of(rows) != facts.plates_on(month, *key)]
    yield Check(
        not wrong,
        f"{len(seen)}个日子的公示牌,每块牌上的名字、电话、职责、照片都对;没同意的一个也不在上面",
        f"the plates of {len(seen)} days: every name, number, duty and picture is right, and nobody who did not agree",
    )
    printed = {(plate["place"], name) for plate in days.seen["printed"] for name in plate["leaders"]}
    yield Check(
        printed == {(row["code"], row["name"]) for row in first},
        f"印出来的{len(days.seen['printed'])}块牌(plates.pdf),每块上的人都对,各有一个查验的二维码",
        f"the {len(days.seen['printed'])} plates that were printed (plates.pdf) name whom they should, each with a QR code",
    )
    buildings = [unit.code for unit in days.posts.withdraws.place.under("unit")]
    around = [looks[f"plates {day}"] for day in (dates.LAST_DAY, dates.SUBSTITUTE_FROM, dates.SUCCESSOR_FROM)]
    unit = [days.posts.leaving.place.code]
    handover = [to_make_anew(before, after) for before, after in zip(around, around[1:])]
    yield Check(
        to_make_anew(first, tenth) == buildings and handover == [unit, unit],
        f"要换的牌一块不多、一块不少:收回同意换{len(buildings)}块,交接两次各换1块",
        f"the right plates are made anew: {len(buildings)} for the consent, one at each step of the handover",
    )
    today = looks["plates 2026-06-30"]
    leaders = [days.phone(days.month.unit_leader(unit, dates.MONTH_ENDS)) for unit in days.community.units]
    shown = fleet.each(lambda phone: on_the_plate(phone.view("service_plate")), leaders)
    office = on_the_plate(today)
    codes = [unit.code for unit in days.community.units]
    same = [lines == {code: office[code] for code in {code} & office.keys()} for code, lines in zip(codes, shown)]
    yield Check(
        all(same),
        f"{len(same)}位单元长在手机上看到的自家那块牌,名字、电话、职责和街道的一样",
        f"{len(same)} unit leaders read the names, numbers and duties of their plate on their phones as the office "
        "has them",
    )


def check_cards(days, looks):
    cards = ("card at the door", "card of the successor", "card of the former")
    valid = [days.seen[card][0]["valid"] for card in cards]
    former = [row["valid"] for row in looks["former"]]
    yield Check(
        valid == [1, 1, 0] and former == [0],
        "在任的工作证有效,接任的当天就有效,卸任的在街道和她自己手机上都失效",
        "cards: valid in office, valid from the successor's first day, expired for the former, on her own phone too",
    )


def check_round(days, looks):
    month, community = days.month, days.community
    evening = {row["code"]: row for row in days.seen["units in the evening"]}
    at_night = {unit.code: facts.progress(month, unit.under("door"), dates.KNOCKS) for unit in community.units}
    same = all(all(evening[code][name] == count for name, count in counts.items()) for code, counts in at_night.items())
    missing = sum(counts["missing"] for counts in at_night.values())
    yield Check(
        same and missing > 0,
        f"6日晚上{len(at_night)}个单元的进度都对,还缺的正是病了的单元长那{missing}户",
        f"on the evening of the 6th the progress of {len(at_night)} units is right; missing are the {missing} "
        "of the leader who is ill",
    )
    yield check_elevation(days)
    newest = {door.code: answer for door, answer in facts.newest_answers(month).items()}
    said = {row["code"]: row["outcome"] for row in looks["doors"]}
    yield Check(
        said == newest and len(said) == len(community.doors) and not looks["unvisited"],
        f"最后{len(said):,}户,户户有结果,不漏一户",
        f"in the end {len(said):,} homes, each with its result, not one missed",
    )
    visited, met = Counter(), Counter()
    for building in community.buildings:
        doors = [visit for visit in month.visits if visit.door.above("building") is building]
        visited[building.code] = len({visit.door for visit in doors})
        met[building.code] = len({visit.door for visit in doors if visit.outcome == "met"})
    counted = {row["code"]: (row["visited"], row["met"]) for row in looks["coverage"]}
    visits = days.office.count("visit")
    yield Check(
        counted == {code: (visited[code], met[code]) for code in visited} and visits == len(month.visits),
        f"走访{visits:,}次,每次只记了一遍;{len(counted)}栋楼走了多少户、见到多少户都对",
        f"{visits:,} visits, each recorded once; the coverage of {len(counted)} buildings is right",
    )
    phones = {row["code"]: row["phone"] for row in days.office.query(HOMES)}
    registered = {door.code: phone for door, phone in month.registered.items()}
    yield Check(
        registered and all(phones[code] == phone for code, phone in registered.items()),
        f"登记时更新的{len(registered)}户联系电话,都是新的",
        f"{len(registered)} homes gave a new number when registered; the office has it",
    )


def check_elevation(days):
    """The front of the building where the leader is ill, as it was in the evening."""
    building = days.posts.ill.place.parent
    seen = {visit.door: visit.outcome for visit in days.month.visits if visit.day == dates.KNOCKS}
    wanted = [
        (door.name, int(door in seen), int(seen.get(door) == "met"))
        for unit in building.children for floor in reversed(unit.children) for door in floor.children
    ]  # fmt: skip
    drawn = [(row["name"], row["visited"], row["met"]) for row in days.seen["elevation"]]
    return Check(
        drawn == wanted,
        f"{building.name}的立面图,{len(drawn)}扇门一扇不错",
        f"the front of building {building.code[-2:]} is drawn right, door by door ({len(drawn)})",
    )


def check_moves(days, looks):
    month = days.month
    said = Counter((row["direction"], row["day"], row["code"], row["kind"]) for row in looks["moves"])
    wanted = facts.moves(month)
    newborn = wanted.total() - len(month.moves)
    yield Check(
        said == wanted,
        f"搬进搬出{said.total()}人,日期、户门、类别都对(其中{newborn}人是花名册上的新生儿)",
        f"{said.total()} people came or left: day, door and kind are right ({newborn} are newborn, from the roster)",
    )
    living = Counter()
    for row in looks["residents"]:
        living[row["code"]] += row["residents"]
    wrong = [door for door in days.community.doors if living[door.code] != facts.living_at(month, door)]
    yield Check(
        not wrong,
        f"现住{living.total():,}人,{len(days.community.doors):,}户每户几口人都对",
        f"{living.total():,} people live here; the number at each of {len(days.community.doors):,} homes is right",
    )


def check_fraud(days, looks):
    advice, counts = days.month.advice, looks["advice"][0]
    wanted = {"doors": len(advice)}
    for outcome in ("told", "app_helped", "app_declined", "helped"):
        wanted[outcome] = sum(outcome in given for given in advice.values())
    tables = json.loads(days.office.command("catalogue").stdout)["tables"]
    columns = {column["name"] for table in tables for column in table["columns"]}
    measures = [name for name in columns if any(word in name for word in ("target", "quota", "goal", "rank"))]
    yield Check(
        {name: counts[name] for name in wanted} == wanted and not measures,
        f"反诈告知{wanted['told']:,}户、协助{wanted['app_helped']}户、不愿{wanted['app_declined']}户,数得对;"
        f"{len(columns)}种栏目里没有指标和排名",
        f"fraud advice is counted right ({wanted['told']:,}, {wanted['app_helped']}, {wanted['app_declined']}); of "
        f"{len(columns)} columns none holds a target or a rank",
    )
    calls = {(call.door.code, call.title[0], call.document, call.ending == "no_reply") for call in days.month.calls}
    said = {
        (looks.place(row).code, row["title"], row["document_number"], bool(row["overdue"]))
        for row in looks["referred"] if row["overdue"] == (row["replied_at"] is None)
    }  # fmt: skip
    late = sum(call.ending == "no_reply" for call in days.month.calls)
    yield Check(
        said == calls,
        f"可疑来电{len(calls)}件都转出去了,有文号;没回复的{late}件显示逾期",
        f"{len(calls)} suspicious calls are passed on with a number; the {late} without a reply show as overdue",
    )
    asked = [phone for phone in days.phones if phone.leader.role != "delegate"]
    notices = fleet.each(lambda phone: {row["code"] for row in phone.query(NOTICES)}, asked)
    wanted = [areas_heard(days, phone.leader) for phone in asked]
    yield Check(
        notices == wanted,
        "片长发的反诈提醒,每位单元长的手机上正好有自己片的那一份",
        "the area leaders' notice against fraud: each unit leader's phone has that of her area and no other",
    )


def areas_heard(days, who):
    """Whose notices reach her. What stands at an area does not concern those above its units."""
    if who.role == "community_worker":
        return {area.code for area in days.community.areas}
    if who is days.posts.leaving or who.role == "building_leader":
        return set()
    return {who.place.code if who.role == "area_leader" else days.community.area_of[who.place].code}


def check_matters(days, looks):
    month = days.month
    wanted = facts.matter_ends(month)
    said = {
        (looks.place(row).code, row["title"]): (row["kind"], row["state"], row["outcome"], row["answer"])
        for row in looks["ledger"]
    }
    yield Check(
        said == wanted and len(looks["ledger"]) == len(wanted),
        f"事项{len(wanted)}件,当场办好{len(month.solved)}件、上会{len(month.council)}件、可疑来电{len(month.calls)}件,"
        "结果和答复都对",
        f"{len(wanted)} matters ({len(month.solved)} solved at once, {len(month.council)} before the council, "
        f"{len(month.calls)} calls): ending and answer are right",
    )
    topics = {(looks.place(row).code, row["title"]): row["outcome"] for row in looks["topics"]}
    council = {matter.key: wanted[matter.key][2] for matter in month.council}
    opinions = {(looks.place(row).code, row["title"]): row["opinion"] for row in looks["ledger"]}
    by = {}
    for matter in month.council:
        who = days.posts.successor if matter.by is days.posts.leaving else matter.by
        by.setdefault(who, []).append(matter)
    told = fleet.each(lambda who: {
        (looks.place(row).code, row["title"]): row["answer"]
        for row in days.phone(who).view("matter_ledger", since="2026-06-01")
    }, by)  # fmt: skip
    heard = [
        ledger[matter.key] == wanted[matter.key][3] and opinions[matter.key] == matter.opinion[0]
        for matters, ledger in zip(by.values(), told) for matter in matters
    ]  # fmt: skip
    yield Check(
        topics == council and all(heard),
        f"上会的{len(council)}件,意见都在,采纳不采纳都对;提的人在自己手机上都读到答复",
        f"{len(council)} before the council: opinion and ending are right, and whoever brought it "
        "reads so on her phone",
    )


def check_waiting(days, looks):
    """What the community's worker owns and has not answered."""
    council = days.month.council
    after = {matter.key for matter in council if matter.ending != "council_refused"}
    still = {matter.key for matter in council if matter.ending == "under_way"}
    said = [
        {(looks.place(row).code, row["title"]) for row in rows}
        for rows in (days.seen["waiting on the community"], looks.waiting)
    ]
    return Check(
        said == [after, still] and after > still,
        f"等社区办的:会后正是{len(after)}件提案,月底正是还没办完的{len(still)}件",
        f"waiting on the community: after the council {len(after)} proposals, at the end the {len(still)} under way",
    )


def check_hazards(days, looks):
    month = days.month
    anew = {row["hazard"]: row for row in looks["recurred"] if row["recurrence_of"]}
    said = {
        (looks.place(row).code, row["hazard"] in anew): tuple(row[column] for column in HAZARD_COLUMNS)
        for row in looks["hazards"]
    }
    wanted = facts.hazard_ends(month)
    taught = all(row["education"] and row["party"] for row in looks["hazards"])
    pictures = Counter((row["before"], row["after"]) for row in looks["hazards"])
    fixed = sum(hazard.fate not in ("ignored", "later") for hazard in month.hazards)
    yield Check(
        said == wanted and taught and pictures[1, 1] == fixed,
        f"隐患{len(month.hazards)}处,状态、期限、责任方、文号、教育都对;改好的{fixed}处前后照片都在",
        f"{len(month.hazards)} hazards: state, deadline, party, order and education are right; the {fixed} put "
        "right have pictures before and after",
    )
    late = {h.floor.code for h in month.hazards if h.fate in ("ignored", "ordered")}
    before = {looks.place(row).code: row["days_overdue"] for row in days.seen["overdue before the orders"]}
    still = {h.floor.code: 17 for h in month.hazards if h.fate == "ignored"}
    after = {looks.place(row).code: row["days_overdue"] for row in looks["overdue"]}
    yield Check(
        before == {code: 3 for code in late} and after == still,
        f"逾期的一处不漏:16日{len(before)}处(过期3天),月底{len(after)}处(过期17天)",
        f"every overdue hazard shows: {len(before)} on the 16th (3 days), {len(after)} at the end (17 days)",
    )
    back = {(h.floor.code, 1, None) for h in month.hazards if h.fate == "back"}
    back |= {(h.floor.code, 0, h.floor.code) for h in month.hazards if h.fate == "anew"}
    place_of = {row["hazard"]: looks.place(row).code for row in looks["hazards"]}
    shown = {(looks.place(row).code, row["times"], place_of.get(row["recurrence_of"])) for row in looks["recurred"]}
    unchecked = {h.floor.code for h in month.hazards if h.fate == "unchecked"}
    yield Check(
        shown == back and {looks.place(row).code for row in looks["rechecks"]} == unchecked,
        f"回潮{len(back)}处,每处都接着原来那条;没人复查的{len(unchecked)}处也列着",
        f"{len(back)} came back, each tied to the old one; the {len(unchecked)} that nobody looked at are listed",
    )
    checks = days.office.count("safety_check")
    yield Check(
        checks == len(days.community.units) * 4 == month.checks,
        f"两轮安全检查{checks}次,一个单元不漏",
        f"{checks} safety checks in two rounds, not one unit missed",
    )


def check_handover(days, looks):
    unit = days.posts.leaving.place
    matters, hazards = days.seen["heard by the successor"]
    wanted = [end for (code, _), end in facts.matter_ends(days.month).items() if code.startswith(unit.code)]
    dangers = [hazard for hazard in days.month.hazards if hazard.floor.parent is unit]
    yield Check(
        len(matters) == len(wanted) > 0 and len(hazards) == len(dangers),
        f"接任者第一天手机里就有单元的{len(matters)}件事项、{len(hazards)}处隐患",
        f"on her first day the successor has all {len(matters)} matters and {len(hazards)} hazards of the unit",
    )
    late = [group["changes"][0]["table"] for group in days.seen["held"]]
    homes = days.seen["homes before"], days.seen["homes after"]
    yield Check(
        late == ["visit"] and homes[0] > 0 == homes[1],
        f"卸任后记的那一户没有入账;她手机里的{homes[0]}户资料一户不剩",
        f"what the former leader noted afterwards does not count; of {homes[0]} homes none is left on her phone",
    )


def check_phones(days, looks):
    waits = ("waiting_groups", "received_groups", "held_groups", "pull_unfinished", "forked", "open_conflicts")
    unclean = [phone for phone, status in looks.statuses.items() if any(status[name] for name in waits)]
    returned = [phone.leader for phone, status in looks.statuses.items() if status["returned_groups"]]
    yield Check(
        not unclean and returned == [days.posts.leaving] and not looks.conflicts,
        f"{len(looks.statuses)}部手机该送的都送到了,也没有两个人写得不一样的地方",
        f"no phone of {len(looks.statuses)} still holds anything, and no two people wrote different things",
    )
    compared = compare(days.office, days.phones, "furong", dates.MONTH_ENDS.date().isoformat())
    for phone, table, row in compared.different[:5]:
        print(f"    {phone.db}: {table} {row}")
    yield Check(
        not compared.different and compared.rows > 0,
        f"{len(days.phones)}部手机各自管的{compared.rows:,}行、{compared.cells:,}格,和街道一模一样",
        f"{len(days.phones)} phones equal the office in all {compared.rows:,} rows and {compared.cells:,} "
        "cells that are theirs",
    )
    yield Check(
        compared.hidden > 0 and not compared.different,
        f"居民的身份证号、出生日期{compared.hidden:,}格,志愿者的手机上一格也没有",
        f"of the residents' {compared.hidden:,} ID numbers and birth dates not one is on a volunteer's phone",
    )


def check_books(days):
    """The office's own look at its rows, their history and who did what."""
    command = [days.office.program, "verify", "--data", str(days.office.data), "--json"]
    return Check(
        run(command, allowed=(0, 1)).returncode == 0,
        "街道自查:数据和来历、留痕都完好",
        "the office's own check finds its data, their history and the audit trail sound",
    )


def check_network(days):
    counts = days.network.counts
    return Check(
        sum(counts[harm] > 0 for harm in HARMS) >= 4,
        "网络确实断过、丢过、截过、重复过",
        "the network really did lose, cut and repeat",
    )
