"""A proposal until it is real, and new neighbours, a film, the lift to hospital."""

import datetime
import json

from ..town.layout import floors_of
from .evening import now
from .plan import ACTIVITY, LIFT, LIFT_WEEKS, add

PROPOSAL = "修好楼前破损的铺装路"
KINDS = {
    "up": ("上报", "passed up"), "accept": ("受理", "accepted"), "progress": ("进展", "progress"),
    "answer": ("答复", "answered"), "check": ("核查", "checked"), "close": ("办结", "closed"),
}  # fmt: skip
LEVELS = {"grid": ("网格", "the grid"), "community": ("社区", "the community")}
WELCOME = {
    "introduced": ("已认识", "introduced"), "registered": ("已登记", "registered"), "guide": ("已发服务指南", "has the guide"),
    "safety": ("已讲安全", "safety explained"),
}

# Who, kind, to which level, the words, and what changes of the matter itself.
STEPS = (
    ("proposer", "up", "grid", ("雨天积水,老人推车过不去", "puddles when it rains; no way through with a pushchair"), {}),
    ("grid", "accept", None, ("列入网格会议,23户到会,21户同意", "on the grid meeting: 23 homes came, 21 agree"), {"level": "grid"}),
    ("grid", "up", "community", ("要用公共收益,请社区定", "needs common funds; the community decides"), {"level": "community"}),
    ("community", "accept", None, ("三家报价已公示", "three quotes are on display"), {"state": "working"}),
    ("community", "progress", None, ("施工队进场", "the workers have come"), {}),
    ("community", "progress", None, ("120块砖换完,勾缝晾干", "120 slabs replaced"), {}),
    ("grid", "check", None, ("雨后看过,不积水", "looked at after rain: no puddles"), {}),
    ("community", "answer", None, ("已贴楼道告示", "by notice in the hall"), {
        "state": "answered", "outcome": "adopted", "answer": "路已修好,多谢提议", "answered_how": "notice"}),
    ("proposer", "close", None, ("推车走了一遍,好走", "tried with a pushchair: fine"), {"state": "closed"}),
)  # fmt: skip


def tell_proposal(evening):
    teller, office, posts = evening.teller, evening.office, evening.posts
    tower = posts.towers[0]
    floors = floors_of(tower)
    proposer = evening.phone_of(evening.plan.leader_of[floors[0]])
    who = {
        "proposer": proposer,
        "grid": evening.phone_of(posts.grid_workers[evening.town.grid_of(tower)]),
        "community": evening.phone_of(posts.community_workers[tower.above("community")]),
    }
    stranger = evening.phone_of(evening.plan.leader_of[floors[1]])
    teller.heading("六 一件提案,办到真的修好", "6  A proposal, until it is real")
    matter = add("matter", place=floors[0].code, kind="proposal", channel="consultation", title=PROPOSAL)
    proposal = json.loads(proposer.batch([json.dumps(matter)]).stdout)["id"]
    evening.send(proposer)
    grid = evening.town.grid_of(tower)
    meeting = add("meeting", "m", place=grid.code, kind="grid", title="网格会议", starts_at=now(), present=23)
    evening.send(who["grid"])
    taken = {"edit": "matter", "id": proposal, "values": {"meeting": "@m"}}
    who["grid"].batch([json.dumps(meeting), json.dumps(taken)])
    teller.line(
        f"  {proposer.leader.name}({evening.say(floors[0])}微网格长)提:“{PROPOSAL}”。\n"
        "  每走一步,提的人手机上都看得到(演示里几步连着走,时间是此刻的):",
        f"  {proposer.leader.name} (leader of {evening.say(floors[0])}) proposes to mend the broken\n"
        "  paving. The proposer sees each step on the phone (here they follow each other at once, so the times are now):",
    )
    seen_all = True
    for at, (actor, kind, level, words, values) in enumerate(STEPS, 1):
        phone = who[actor]
        more = {"level": level} if level else {}
        if "answered_how" in values:
            values = values | {"answered_at": now()}
        if kind == "accept":
            values = values | {"owner": phone.query(f"SELECT id FROM person WHERE phone = '{phone.leader.phone}'")[0]["id"]}
        lines = [json.dumps(add("matter_step", matter=proposal, kind=kind, note=words[0], **more))]
        lines += [json.dumps({"edit": "matter", "id": proposal, "values": values})] if values else []
        phone.batch(["begin", *lines, "commit"])
        following = who[STEPS[at][0]] if at < len(STEPS) else proposer
        evening.send(phone, *dict.fromkeys(p for p in (following, proposer) if p is not phone))
        seen = proposer.view("matter_chain", matter=proposal)
        seen_all &= [(r["kind"], r["note"]) for r in seen] == [(k, w[0]) for _, k, _, w, _ in STEPS[:at]]
        to = teller.pick(*(f"到{LEVELS[level][0]}", f" to {LEVELS[level][1]}")) if level else ""
        what = teller.pick(*KINDS[kind]) + to + teller.pick(":", ": ") + teller.pick(*words)
        print(f"    {at}. {what}{teller.pick('(', ' (')}{phone.leader.name}{teller.pick(')', ')')}")
    chain = proposer.view("matter_chain", matter=proposal)
    topic = next(row for row in office.view("meeting_topics", since=evening.today) if row["matter"] == proposal)
    evening.expect(
        seen_all and chain == office.view("matter_chain", matter=proposal) and len(chain) == len(STEPS),
        f"提案走了 {len(STEPS)} 步,每一步之后提议人手机上都看得到,和街道的一样",
        f"the proposal took {len(STEPS)} steps; after each the proposer saw it, as the street does",
    )
    evening.send(stranger)
    evening.expect(
        (topic["state"], topic["outcome"]) == ("closed", "adopted") and topic["answered_at"]
        and not stranger.view("matter_chain", matter=proposal),
        "会议议题上写着:已采纳、已答复、已办结;别的楼层看不到这件事",
        "the meeting's list says adopted, answered, closed; another floor does not see the matter",
    )


def tell_neighbours(evening):
    teller = evening.teller
    teller.heading("七 新邻居、活动、每周一趟", "7  New neighbours, an activity, a weekly lift")
    _tell_welcome(evening)
    _tell_film(evening)
    _tell_lift(evening)


def _tell_welcome(evening):
    teller, office, plan = evening.teller, evening.office, evening.plan
    met, unmet = plan.newcomers
    leader, runner = plan.leader_of[met.parent], evening.posts.part_time[met.above("building")]
    rows = {row["code"]: row for row in office.view("welcomes_due", from_date=evening.today)}
    done = json.loads(rows[met.code]["done"] or "[]") if met.code in rows else []
    words = teller.pick("、", ", ").join(teller.pick(*WELCOME[item]) for item in WELCOME if item in done)
    left = teller.pick("、", ", ").join(teller.pick(*WELCOME[item]).removeprefix("已") for item in WELCOME if item not in done)
    teller.line(
        f"  今天搬来两家。{evening.say(met)}:{leader.name}和{runner.name}各办了几样,\n  合起来:{words};还差:{left}。",
        f"  Two families moved in today. {evening.say(met)}: {leader.name} and {runner.name} each did some things,\n"
        f"  together: {words}; still to do: {left}.",
    )
    teller.line(f"  {evening.say(unmet)}:还没人去过,名单上看得见。", f"  {evening.say(unmet)}: nobody has been there yet; the list says so.")
    ok = set(done) == {"introduced", "guide", "safety"} and set(rows) == {met.code, unmet.code} and rows[unmet.code]["done"] is None
    phone = evening.phone_of(leader)
    welcome = phone.query("SELECT id FROM welcome")[0]["id"]
    values = {"done": ["introduced", "guide", "safety", "registered"]}
    phone.batch([json.dumps({"edit": "welcome", "id": welcome, "values": values})])
    evening.send(phone)
    after = {row["code"] for row in office.view("welcomes_due", from_date=evening.today)}
    evening.expect(
        ok and after == {unmet.code},
        "迎新清单:两个人各办各的合成一张,办齐就销,没去的那家还在",
        "welcome: what two people did is one list, it goes when all is done, the family nobody met stays on it",
    )


def _tell_film(evening):
    teller, office, plan = evening.teller, evening.office, evening.plan
    asked = sum(people for _, people in plan.sign_ups)
    grid = evening.phone_of(evening.posts.grid_workers[evening.town.grid_of(evening.posts.towers[0])])

    def places():
        return next(row for row in office.view("activity_places", at_time=evening.today) if row["title"] == ACTIVITY)

    first = places()
    # Who comes last waits, until it fits.
    over, waiting = asked - plan.capacity, []
    for door, people in reversed(plan.sign_ups):
        if over > 0:
            waiting.append((door, people))
            over -= people
    rows = {row["code"]: row["id"] for row in grid.query(
        "SELECT sign_up.id, code FROM sign_up JOIN household ON household.id = sign_up.household "
        "JOIN place ON place.id = household.place"
    )}  # fmt: skip
    lines = [json.dumps({"edit": "sign_up", "id": rows[door.code], "values": {"state": "waiting"}}) for door, _ in waiting]
    lines.append(json.dumps({"edit": "activity", "id": first["activity"], "values": {"closed": True}}))
    grid.batch(lines)
    evening.send(grid)
    second = places()
    waits = sum(people for _, people in waiting)
    came, absent = [], []
    for at, (door, people) in enumerate(item for item in plan.sign_ups if item not in waiting):
        (absent if at % 5 == 3 else came).append((door, people))
    states = [(door, "came") for door, _ in came] + [(door, "absent") for door, _ in absent]
    grid.batch([json.dumps({"edit": "sign_up", "id": rows[door.code], "values": {"state": state}}) for door, state in states])
    evening.send(grid)
    third = places()
    attended = sum(people for _, people in came)
    teller.line(
        f"  {ACTIVITY}:名额{plan.capacity}人,各层离线报了{len(plan.sign_ups)}家{asked}人,多出{-first['places_left']}人;"
        f"网格员把最后{len(waiting)}家({waits}人)转候补、截止报名;到场{third['came']}人。",
        f"  An open-air film, {plan.capacity} places: {len(plan.sign_ups)} homes, {asked} people signed up without signal, "
        f"{-first['places_left']} too many;\n  the grid worker lets the last {len(waiting)} homes ({waits} people) wait and "
        f"closes it; {third['came']} came.",
    )
    phone = evening.phone_of(plan.leader_of[plan.sign_ups[0][0].parent])
    evening.send(phone)
    closed = next(row["closed"] for row in phone.view("activity_places", at_time=evening.today) if row["title"] == ACTIVITY)
    evening.expect(
        (first["signed"], first["places_left"]) == (asked, plan.capacity - asked)
        and (second["signed"], second["waiting"]) == (asked - waits, waits) and second["places_left"] >= 0 and closed
        and (third["came"], third["signed"], third["waiting"]) == (attended, attended, waits),
        f"报名 {asked} 人、候补 {waits} 人、到场 {attended} 人,和各家报的一样;手机上也看到已截止",
        f"{asked} signed up, {waits} waiting, {attended} came, as planned; phones see that it is closed",
    )


def _tell_lift(evening):
    teller, plan = evening.teller, evening.plan
    driver = evening.phone_of(evening.posts.driver)
    days = plan.lift_days()
    span = {"kind": "help", "from_date": days[0], "until_date": evening.today - datetime.timedelta(days=1)}
    rows = evening.office.view("patrol_gaps", **span)
    teller.line(
        f"  {LIFT}({evening.say(plan.lift_door)}):志愿者{driver.leader.name}照本子补记,过去{LIFT_WEEKS}周送了"
        f"{LIFT_WEEKS - len(rows)}周;漏的是{'、'.join(row['day'] for row in rows)}那一周。",
        f"  A lift to hospital every week ({evening.say(plan.lift_door)}): the volunteer {driver.leader.name}\n"
        f"  enters it from a notebook; {LIFT_WEEKS - len(rows)} of {LIFT_WEEKS} weeks were driven, missed: the week of "
        f"{', '.join(row['day'] for row in rows)}.",
    )
    wanted = [(plan.lift_door.code, plan.missed_week.isoformat())]
    evening.expect(
        [(row["code"], row["day"]) for row in rows] == wanted
        and [(row["code"], row["day"]) for row in driver.view("patrol_gaps", **span)] == wanted,
        "漏送的正是那一周,街道和司机的手机上一样",
        "the missed lift is the one of that week, at the street and on the driver's phone",
    )
