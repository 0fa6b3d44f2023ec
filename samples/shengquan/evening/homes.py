"""What came of the registration, and of the visits: told, and held against the plan."""

import json
import pathlib
import re

from kit import fleet

from .columns import print_table
from .plan import ENGLISH, GUIDE

COLUMNS = {"elders": ("老人", "elders"), "children": ("儿童", "children")}
KINDS = {
    "visit": ("上门看望", "to be visited"), "elder": ("老人", "elder"), "child": ("儿童", "child"),
    "disabled": ("残疾人", "disabled"), "discharged": ("出院后", "after hospital"),
}  # fmt: skip

REASONS = {"community_corrections": ("社区矫正", "community corrections"), "alone": ("独居", "lives alone")}
WRITTEN = "SELECT code, elders, children, pets, tags FROM household JOIN place ON place.id = household.place"
DOORS_A_QUESTION = 2000  # A command line holds no more than 128 KB.
NOTE = re.compile("内情[0-9a-f]{12}".encode())


def known(home):
    """Of a home as `homes_with` should have it."""
    return home.elders, home.children, frozenset(home.pets)


def homes_with(rows):
    return {row["code"]: (row["elders"], row["children"], frozenset(json.loads(row["pets"] or "[]"))) for row in rows}


def tell_homes(evening):
    teller, plan = evening.teller, evening.plan
    teller.heading("一 一户一户登记", "1  Registered door by door")
    teller.line(
        "  只记邻里要照应的:老人、孩子、宠物、谁要搭把手。不抄身份证。",
        "  Only what neighbours need to know: elders, children, pets, who needs a hand. No ID numbers.",
    )
    rows = homes_with(evening.office.view("homes_with"))
    places = [place for place in evening.town.street.children if place.level == "community"]
    shown = places if teller.everything else places[:3]
    table = [
        (evening.say(place), len(place.under("door")), *count([v for c, v in rows.items() if c.startswith(place.code)]))
        for place in shown
    ]
    table.append((teller.pick("全街道", "the street"), len(evening.town.doors), *count(list(rows.values()))))
    heads = teller.pick(("社区", "户", "有老人", "有儿童", "有宠物"), ("community", "homes", "elders", "children", "pets"))
    print_table(heads, table)
    teller.rest(len(places), len(shown))
    _tell_twice(evening)
    entries = evening.office.conflicts()
    listed = [entry for entry in entries if entry["table"] == "household"]
    _tell_disagreements(evening, listed)

    expected = {code: known(home) for code, home in plan.homes.items() if home.is_with}
    evening.expect(
        rows == expected,
        f"有老人、儿童、宠物的 {len(rows):,} 家,一家一家对过,和各层登记的一样",
        f"all {len(rows):,} homes with elders, children or pets are as they were registered, each compared",
    )
    homes = evening.office.query("SELECT COUNT(*) AS n, COUNT(DISTINCT place) AS doors FROM household")[0]
    evening.expect(
        homes["n"] == homes["doors"] == len(evening.town.doors),
        f"{len(evening.town.doors):,} 扇门,正好 {homes['n']:,} 户,不漏一户、不多一户",
        f"{len(evening.town.doors):,} doors, exactly {homes['n']:,} households",
    )
    _check_twice(evening)
    _check_disagreements(evening, listed, entries)
    _check_phones(evening, expected)
    missing = {row["code"] for row in evening.office.view("floor_cards_missing")}
    without = {floor.code for floor in evening.town.floors if floor not in plan.cards}
    evening.expect(
        missing == without,
        f"缺楼层卡的正好是那 {len(missing)} 层",
        f"the floors without a card are the {len(missing)} that nobody wrote one for",
    )


def count(values):
    return sum(v[0] > 0 for v in values), sum(v[1] > 0 for v in values), sum(bool(v[2]) for v in values)


def _facts(evening, facts):
    """What somebody wrote of a home, in words."""
    teller, words = evening.teller, []
    if facts.get("elders"):
        words.append(teller.pick(f"老人{facts['elders']}", f"elders {facts['elders']}"))
    if facts.get("children"):
        words.append(teller.pick(f"儿童{facts['children']}", f"children {facts['children']}"))
    words += [teller.pick(word, ENGLISH[word]) for word in facts.get("pets", []) + facts.get("tags", [])]
    return teller.pick("、", ", ").join(words)


def _tell_twice(evening):
    teller, plan = evening.teller, evening.plan
    total = len(plan.twice)
    teller.line(
        f"  {total}户被两个人各登记了一遍(本层的微网格长,和走遍全楼的兼职网格员),各写各的:",
        f"  {total} homes were registered twice (by the floor's leader, and the tower's part-time worker),\n"
        "  with different facts:",
    )
    codes, evening.twice = [home.door.code for home, *_ in plan.twice], {}
    for at in range(0, total, DOORS_A_QUESTION):
        wanted = ", ".join(f"'{code}'" for code in codes[at : at + DOORS_A_QUESTION])
        rows = evening.office.query(f"{WRITTEN} WHERE code IN ({wanted})")
        evening.twice |= {row["code"]: row for row in rows}
    telling = [item for item in plan.twice if item[3].get("elders") and item[4].get("pets")]
    for home, first, second, before, later in plan.twice if teller.everything else telling[:3]:
        row = evening.twice[home.door.code]
        now = {name: json.loads(row[name] or "[]") for name in ("pets", "tags")}
        now |= {name: row[name] for name in ("elders", "children")}
        print(f"    {evening.say(home.door)}")
        for who, facts in ((first.name, before), (second.name, later), (teller.pick("合成一户", "one home"), now)):
            print(f"      {who}{teller.pick(':', ': ')}{_facts(evening, facts)}")
    teller.rest(total, 3)


def _tell_disagreements(evening, listed):
    teller = evening.teller
    teller.line(
        f"  数得不一样的{len(listed)}处:两种说法都留着,先显示后写的,等核对:",
        f"  {len(listed)} numbers differ: both are kept, the later one shows until somebody has looked:",
    )
    for entry in listed[: len(listed) if teller.everything else 3]:
        zh, en = COLUMNS[entry["column"]]
        where = evening.say(entry["row_name"])
        teller.line(
            f"    {where} {zh}:{entry['shown_by']}写{entry['shown_value']}(显示),{entry['losing_by']}写{entry['losing_value']}",
            f"    {where}, {en}: {entry['shown_by']} {entry['shown_value']} (shows), "
            f"{entry['losing_by']} {entry['losing_value']}",
        )
    teller.rest(len(listed), 3)


def _check_twice(evening):
    whole = [
        home for home, *_ in evening.plan.twice
        if set(json.loads(evening.twice[home.door.code]["pets"] or "[]")) == home.pets
        and set(json.loads(evening.twice[home.door.code]["tags"] or "[]")) == home.tags
    ]  # fmt: skip
    evening.expect(
        len(whole) == len(evening.plan.twice) == len(evening.twice) > 0,
        f"登记了两遍的 {len(evening.plan.twice)} 户,{len(whole)} 户合成一户,两个人写的都在",
        f"{len(whole)} of {len(evening.plan.twice)} homes registered twice are one home with the facts of both",
    )


def _check_disagreements(evening, listed, entries):
    found = {
        (e["row_name"], e["column"], e["shown_value"], e["shown_by"], e["losing_value"], e["losing_by"]) for e in listed
    }
    others = {(entry["table"], entry["column"]) for entry in entries}
    wanted = {(d.code, d.column, *d.later, *d.first) for d in evening.plan.disagreements}
    evening.expect(
        # One more: two people welcomed the same new neighbour, and each is named as who did.
        found == wanted and len(listed) == len(wanted) == len(entries) - 1 and ("welcome", "by") in others,
        f"数得不一样的 {len(wanted)} 处,账上 {len(listed)} 处,谁写了什么、谁写在后,都对得上",
        f"{len(listed)} disagreements on record for the {len(wanted)} there were, with who wrote what, and who later",
    )
    wrong = {phone.leader.name for phone in (evening.future, evening.past) if phone.wrong_by_s}
    if wrong:
        theirs = [entry for entry in listed if {entry["shown_by"], entry["losing_by"]} & wrong]
        evening.expect(
            theirs and all(entry["shown_by"] != evening.future.leader.name for entry in theirs),
            f"以为是2031年、1970年的两部手机,牵涉到的 {len(theirs)} 处都按真实的先后",
            f"the {len(theirs)} that the phones of 2031 and 1970 took part in are in their true order",
        )
    held = {row["id"] for row in evening.office.query("SELECT id FROM household")}
    kept = [row for table, row in evening.acknowledged if table == "household"]
    evening.expect(
        kept and set(kept) <= held,
        f"被强行关掉的手机,关掉之前存好的 {len(kept)} 户一户没丢",
        f"all {len(kept)} homes that the killed phone had saved are with the office",
    )


def _check_phones(evening, expected):
    """What each phone shows of its own homes; that none holds anything back; that they have the guide."""

    def looks(phone):
        mine = {door.code: expected[door.code] for door in evening.homes_of(phone.leader) if door.code in expected}
        status = phone.status()
        waiting = status["waiting_groups"] + status["received_groups"] + status["held_groups"] + status["pull_unfinished"]
        return homes_with(phone.view("homes_with")) == mine, not waiting

    found = fleet.each(looks, evening.phones)
    evening.expect(
        all(is_same for is_same, _ in found),
        f"{len(found)} 部手机上,各自那几户的老人、儿童、宠物都和街道一样",
        f"all {len(found)} phones show of their homes what the office does",
    )
    evening.expect(all(is_clean for _, is_clean in found), "每部手机上都没有没送到的东西", "no phone still holds anything")
    asked = evening.phones[::8]
    guides = fleet.each(lambda phone: phone.query(f"SELECT 1 FROM announcement WHERE title = '{GUIDE}'"), asked)
    evening.expect(
        all(len(rows) == 1 for rows in guides),
        f"抽看的 {len(asked)} 部手机上都有街道的服务指南",
        f"each of {len(asked)} phones looked at has the street's service guide",
    )


def tell_visits(evening):
    """Key people: whoever goes there knows that and how often, never why."""
    teller, plan, office = evening.teller, evening.plan, evening.office
    teller.heading("二 该去看望的人", "2  People to look in on")
    teller.line(
        "  街道登记了为什么;上门的志愿者只看到去哪家、多久一次:",
        "  The street has entered why; the volunteer who goes there reads only where and how often:",
    )
    due = {w.door.code for w in plan.watches if w.days >= w.rhythm_days and not w.is_visited}
    waiting = [w for w in plan.watches if w.door.code in due]
    one = next((w for w in waiting if w.reason == "社区矫正"), waiting[0])
    phone = evening.phone_of(plan.leader_of[one.door.parent])
    task = next(row for row in phone.view("elders_not_seen", on_date=evening.today) if row["code"] == one.door.code)
    kind = teller.pick(*KINDS[task["kind"]])
    teller.line(
        f"    {phone.leader.name}的手机:{evening.say(task['code'])} {kind},每{task['rhythm_days']}天一次,已{task['days']}天没见到",
        f"    {phone.leader.name}'s phone: {evening.say(task['code'])}, {kind}, every {task['rhythm_days']} days, not seen "
        f"for {task['days']}",
    )
    grid = evening.phone_of(evening.posts.grid_workers[evening.town.grid_of(one.door.above("building"))])
    asked = f"SELECT reason, reason_basis, note FROM watch JOIN place ON place.id = watch.place WHERE code = '{one.door.code}'"
    hidden, told = phone.query(asked)[0], grid.query(asked)[0]
    reason = teller.pick(*REASONS[told["reason"]])
    teller.line(
        f"    专职网格员{grid.leader.name}的手机,同一户,另有一栏原因:{reason}(这个人是编出来的)",
        f"    grid worker {grid.leader.name}'s phone, the same door, also says why: {reason} (all of it is made up)",
    )
    evening.expect(
        not any(hidden.values()) and told["note"] == one.note and REASONS[told["reason"]][0] == one.reason,
        "同一户:志愿者手机上原因、依据、备注三栏都是空的,专职网格员手机上都有",
        "of one door, reason, basis and note are empty on the volunteer's phone and there on the grid worker's",
    )
    rows = office.view("elders_not_seen", on_date=evening.today)
    seen = office.query("SELECT DISTINCT place.code FROM visit JOIN place ON place.id = visit.place WHERE outcome = 'met'")
    teller.line(
        f"  今晚看望了{len(seen)}家;到了日子还没去的{len(rows)}家,街道看得见。",
        f"  Seen tonight: {len(seen)}; due and not seen yet, as the street knows: {len(rows)}.",
    )
    evening.expect(
        {(row["code"], row["days"]) for row in rows} == {(w.door.code, w.days) for w in plan.watches if w.door.code in due}
        and {row["code"] for row in seen} == {w.door.code for w in plan.watches if w.is_visited},
        f"该去还没去的 {len(rows)} 家和天数,一家不差;看望过的 {len(seen)} 家不再列",
        f"the {len(rows)} that are due stand there with their days, the {len(seen)} that were seen do not",
    )
    _check_secrets(evening)


def _check_secrets(evening):
    """The words of the reasons, as bytes in the phones' files: at the grid workers', at nobody's else."""
    notes = {w.note: w.door for w in evening.plan.watches}
    told, volunteers, staff = [], 0, 0
    for phone in evening.phones:
        files = pathlib.Path(phone.db).parent.glob(pathlib.Path(phone.db).name + "*")
        written = {note.decode() for path in files for note in NOTE.findall(path.read_bytes())} & set(notes)
        if phone.leader.role in ("grid_leader", "community_worker"):
            staff += len(written)
        else:
            volunteers += 1
            told += written
    grids = {evening.town.grid_of(tower) for tower in evening.posts.towers}
    wanted = sum(evening.town.grid_of(door.above("building")) in grids for door in notes.values())
    community = evening.posts.towers[0].above("community")
    wanted += sum(door.above("community") is community for door in notes.values())
    evening.teller.line(
        f"  为什么去,志愿者的{volunteers}部手机里一个字也没有(逐个文件按字节找过);专职网格员和社区的手机上有。",
        f"  Why is on none of the volunteers' {volunteers} phones (searched file by file, byte by byte);\n"
        "  it is on the grid workers' and the community's.",
    )
    evening.expect(
        not told and staff == wanted > 0,
        f"关注原因:志愿者的 {volunteers} 部手机文件里找到 {len(told)} 处,工作人员的找到 {staff} 处(该有 {wanted} 处)",
        f"reasons found in the files of {volunteers} volunteers' phones: {len(told)}; of the staff's: {staff} of {wanted}",
    )
