"""What has to be true at the end, each as a sentence that says so, worked out from the plan apart from the engine."""

import json
from collections import Counter

from kit.telling import Check

from .patrols import CONSULTED, REPORTED, SOLVED
from .posts import grade
from .seen import gaps


def all_checks(story, ends):
    streets = story.streets
    yield check_patrols(streets, story.seen)
    yield check_gaps_on_phones(streets, story.on_phones)
    yield from check_problems(streets, story.seen)
    yield check_pairings(streets, story.seen, story.on_phones)
    yield from check_wishes(streets, ends)
    yield from check_quarantines(story, streets, ends)
    yield check_disputes(streets, story.seen)
    yield check_desks(streets, story.seen)
    yield check_councils(streets, story.seen)
    yield check_trainings(streets, ends)
    yield check_pool(streets, ends)
    yield check_ratings(streets, story.seen)
    yield check_release(story, ends)
    yield from check_refill(story, ends)
    yield from check_county(streets, ends, story.county)
    yield check_phones(streets, ends)
    yield check_network(streets)


def check_patrols(streets, seen):
    missed = sum(len(street.plan.patrols.missed()) for street in streets)
    due = sum(street.plan.patrols.expected for street in streets)
    holds = all(
        gaps(each["gaps"]) == street.plan.patrols.missed()
        and each["counts"][0]["places"] == len(street.street.alleys)
        and each["counts"][0]["expected"] == street.plan.patrols.expected
        and each["counts"][0]["done"] == street.plan.patrols.expected - len(street.plan.patrols.missed())
        for street, each in zip(streets, seen)
    )
    return Check(
        holds,
        f"应巡 {due:,} 趟,漏的正是计划里的 {missed} 趟,哪条巷、哪天、哪一趟都对",
        f"of {due:,} patrols exactly the {missed} planned ones are missed: alley, day and slot",
    )


def check_gaps_on_phones(streets, seen):
    told = [(street, who, rows) for street, each in zip(streets, seen) for who, rows in each["gaps"].items()]
    holds = bool(told) and all(rows == street.plan.patrols.missed(who.place) for street, who, rows in told)
    return Check(
        holds,
        f"没有信号时,{len(told)} 位管家在自己手机上看到的漏巡就已经全对",
        f"without signal {len(told)} stewards already see on their phones what they have missed",
    )


def planned_outcomes(street):
    """Matters of the month by kind, channel and outcome, before contested wishes are fulfilled."""
    plan, out = street.plan, Counter()
    for problem in plan.patrols.problems:
        out[problem.kind, "inspection", problem.way if problem.way in (SOLVED, REPORTED, CONSULTED) else None] += 1
    out["need", "door", "other"] += plan.posts.ask_count
    for kind, count in plan.desks.walk_ins.items():
        out[kind, "station", "other"] += count
    for topic in plan.desks.topics:
        out["topic", "consultation", topic.outcome] += 1
    for wish in plan.homes.wishes:
        out["micro_wish", "door", "fulfilled" if wish.fulfilled and not wish.kept_by else None] += 1
    return out


def check_problems(streets, seen):
    ways = sum((street.plan.patrols.by_way() for street in streets), Counter())
    told = [
        {(row["kind"], row["channel"], row["outcome"]): row["matters"] for row in each["outcomes"]} for each in seen
    ]
    wanted = ("solved", "reported", "consulted")
    sizes = [sum(getattr(street.plan.sizes, name) for street in streets) for name in wanted]
    yield Check(
        told == [dict(planned_outcomes(street)) for street in streets]
        and [each["finds"] for each in seen] == [Counter(p.title for p in s.plan.patrols.problems) for s in streets]
        and [ways[way] for way in (SOLVED, REPORTED, CONSULTED)] == sizes,
        f"问题 {sum(sizes):,} 件:当场解决 {sizes[0]}、上报社区 {sizes[1]}、联合会商 {sizes[2]},分类、渠道也都对",
        f"{sum(sizes):,} problems: {sizes[0]} solved on the spot, {sizes[1]} reported up, {sizes[2]} in consultation",
    )
    chains = [[row["kind"] for row in each["chain"]] for each in seen]
    yield Check(
        all(chain == ["progress", "up", "accept", "answer"] for chain in chains)
        and all(each["chain"] == each["chain_on_phone"] for each in seen),
        "上报的问题,管家手机上看得到社区受理、答复的每一步",
        "of what she reported up, the steward's phone shows each step of the community",
    )


def check_pairings(streets, seen, on_phones):
    told = [[(row["code"], row["helpers"], row["days_since"]) for row in each["unseen"]] for each in seen]
    hidden = all(each["pairings"]["reasons"] == 0 < each["pairings"]["needs"] for each in on_phones)
    count = sum(map(len, told))
    helpers = [Counter(row["n"] for row in each["helpers"]) for each in seen]
    planned = [Counter(len(pairing.helpers) for pairing in street.plan.homes.pairings) for street in streets]
    return Check(
        helpers == planned and told == [street.plan.homes.unseen() for street in streets] and hidden and count > 0,
        f"30天没见面的正是那 {count} 户;帮扶原因从没到过志愿者的手机",
        f"exactly those {count} homes were not seen for 30 days; no volunteer's phone ever had why a home is paired",
    )


def check_wishes(streets, ends):
    contested, settled, fulfilled, unclaimed = 0, True, 0, 0
    for street, end in zip(streets, ends):
        wishes = {street.ids["wish", wish.home.door.code]: wish for wish in street.plan.homes.wishes}
        claims = {
            entry["row"]: {street.key_of[entry[side]] for side in ("shown_value", "losing_value")}
            for entry in street.disputed
        }
        planned = {
            row: {(who.name, who.phone) for who in wish.claimed_by} for row, wish in wishes.items() if wish.kept_by
        }
        contested += len(planned)
        settled = settled and claims == planned and not end["open_conflicts"] and not end["losers"]
        for row, wish in wishes.items():
            holder = wish.kept_by or (wish.claimed_by[0] if wish.claimed_by else None)
            told = end["holders"][row]
            settled = settled and street.key_of.get(told["claimed_by"]) == (holder and (holder.name, holder.phone))
            settled = settled and (told["outcome"] == "fulfilled") == wish.fulfilled
            fulfilled += wish.fulfilled
            unclaimed += not wish.claimed_by
        settled = settled and {row["matter"] for row in end["unclaimed"]} == {
            row for row, wish in wishes.items() if not wish.claimed_by
        }
    yield Check(
        settled and fulfilled > 0,
        f"微心愿实现 {fulfilled} 个,每个只算一次;{contested} 个被两人同时认领,两份都留着,由街道定下的那位办;没人认领的 {unclaimed} 个还列着",
        f"{fulfilled} wishes fulfilled, each once; {contested} claimed by two at once, both kept, done by whom the "
        f"office chose; {unclaimed} still listed",
    )


def check_quarantines(story, streets, ends):
    homes, month = [street.plan.homes for street in streets], story.month
    planned = [home.standing_out(month.today) for home in homes]
    on_phone = all(
        each["quarantine"] == {
            code: what for code, what in street.plan.homes.standing_out(month.today).items()
            if street.plan.homes.roster.home_at[code].door.parent is each["watched"].place
        }
        for street, each in zip(streets, story.on_phones)
    )  # fmt: skip
    highs = sum(what[0] == "high" for each in planned for what in each.values())
    missing = sum(what[0] == "missing" for each in planned for what in each.values())
    yield Check(
        [seen["quarantine"] for seen in story.seen] == planned
        and [seen["quarantine_before"] for seen in story.seen] == [home.standing_out(month.day(-4)) for home in homes]
        and on_phone and highs > 0 and missing > 0,
        f"隔离的 {sum(len(home.quarantines) - len(home.over()) for home in homes)} 户里,发热的 {highs} 户、没报的 {missing} 户当天就看得见",
        f"of the homes in quarantine {highs} with a high and {missing} without a reading stand out the same day",
    )  # fmt: skip
    refused = all(
        None not in each["refused"] and len(each["refused"]) == 2 and len(street.refused) == 6
        for street, each in zip(streets, story.on_phones)
    )
    yield Check(
        refused,
        "没有文号、没有结束日期的隔离,手机和街道都没收",
        "no phone and no office took a quarantine without an order's number or without its last day",
    )
    if story.week:
        yield check_erased(streets)


def check_erased(streets):
    """First everything is there, at the office and on phones of those who care; a week later only that it was."""
    right, erased = True, 0
    for street in streets:
        before, after = street.quarantined
        homes = [street.plan.homes.quarantines]
        homes += [[q for q in homes[0] if q.steward is who] for who in street.carers]
        for planned, here, then in zip(homes, before, after):
            readings = sum(len(q.readings) for q in planned)
            full = {"readings": readings, "temperatures": readings, "feelings": readings, "contacts": len(planned)}
            bare = {"readings": readings, "temperatures": 0, "feelings": 0, "contacts": 0}
            right = right and here == full and then == bare and readings > 0
        erased += before[0]["temperatures"]
    return Check(
        right and erased > 0,
        f"隔离期满后,{erased} 条体温和联系人从街道和管家手机上都抹去了,只留下曾有隔离",
        f"when it was over, {erased} temperatures and the contacts were erased, at the offices and on phones",
    )


def check_disputes(streets, seen):
    left_out = [[(row["code"], row["day"]) for row in each["screening"]] for each in seen]
    today = streets[0].plan.month.today
    right = left_out == [street.plan.desks.screened_left_out for street in streets]
    settled = waiting = overdue = 0
    for street, each in zip(streets, seen):
        told = {
            row["document_number"]: (row["due"], row["replied_at"] is not None, bool(row["overdue"]))
            for row in each["referred"]
        }
        planned = {
            number: (due.isoformat(), replied, not replied and due < today)
            for _, number, due, replied in street.evening.referrals
        }
        right = right and told == planned
        settled += sum(replied for _, replied, _ in planned.values())
        waiting += sum(not replied for _, replied, _ in planned.values())
        overdue += sum(late for _, _, late in planned.values())
    return Check(
        right and overdue > 0,
        f"排查漏掉的那几周、上联合调解室的 {settled + waiting} 件都对;{waiting} 件没有回音,其中 {overdue} 件超期,排在最前",
        f"the weeks without screening and {settled + waiting} disputes at joint desks are right; {waiting} wait, "
        f"{overdue} overdue",
    )


def check_desks(streets, seen):
    told = [
        {(row["name"], row["day"], row["slot"]): (min(row["planned"], 1), row["came"]) for row in each["desks"]}
        for each in seen
    ]
    manned = [sum(row["done"] for row in each["manned"]) for each in seen]
    due = [sum(row["expected"] for row in each["manned"]) for each in seen]
    plans = [street.plan.desks for street in streets]
    empty = sum(len(plan.empty) for plan in plans)
    return Check(
        told == [plan.gaps for plan in plans]
        and manned == [plan.manned for plan in plans]
        and due == [plan.due for plan in plans]
        and [each["on_duty"] for each in seen] == [dict(plan.on_duty) for plan in plans]
        and empty > 0,
        f"坐班 {sum(due):,} 班,空着的正是那 {empty} 班,没排人的、排了没来的都分得清",
        f"of {sum(due):,} shifts exactly those {empty} desks stood empty, planned or not",
    )


def check_councils(streets, seen):
    planned = [Counter((t.title, t.outcome, t.state) for t in street.plan.desks.topics) for street in streets]
    told = [Counter((row["title"], row["outcome"], row["state"]) for row in each["topics"]) for each in seen]
    looks = [Counter("hazard" if found else "ok" for _, found in street.plan.desks.canteens) for street in streets]
    done = [Counter(row["outcome"] for row in each["checks"] if row["kind"] == "canteen") for each in seen]
    verified = all(
        [row["state"] for row in each["hazards"]] == ["verified"] * look["hazard"] for look, each in zip(looks, seen)
    )
    topics = sum(sum(each.values()) for each in planned)
    return Check(
        told == planned and done == looks and verified,
        f"议事会 {topics} 个议题,哪些采纳、哪些在办、哪些没议定都对;食堂的问题都复查过",
        f"{topics} council topics as they were decided; what was wrong in the canteens was checked again",
    )


def sessions_of(street):
    """With the one that was held for the successor alone."""
    induction = street.plan.posts.induction
    return [*street.staff.sessions, *([induction] if induction else [])]


def check_trainings(streets, ends):
    planned = [
        {
            session.title: (sum(came for _, came, _ in session.attended), sum(ok for _, _, ok in session.attended))
            for session in sessions_of(street)
        }
        for street in streets
    ]
    told = [{row["title"]: (row["came"], row["passed"]) for row in end["trainings"]} for end in ends]
    came = sum(count for each in planned for count, _ in each.values())
    sessions = sum(map(len, planned))
    return Check(
        told == planned,
        f"培训 {sessions} 场,每场来了几个、合格几个都对,共 {came} 人次",
        f"{sessions} trainings, for each who came and who passed: {came} attendances",
    )


def check_pool(streets, ends):
    """Who was appointed is still in the list; who left would not be."""
    planned = [sorted((r.name, tuple(sorted(r.skills))) for r in street.staff.reserves) for street in streets]
    told = [sorted((row["name"], tuple(sorted(json.loads(row["skills"])))) for row in end["pool"]) for end in ends]
    appointed = [row["name"] for end in ends for row in end["pool"] if row["state"] == "appointed"]
    successors = [street.plan.posts.reserve.name for street in streets if street.plan.posts.successor]
    waiting = sum(map(len, told)) - len(appointed)
    return Check(
        told == planned and appointed == successors,
        f"后备库 {waiting} 人(另有 {len(appointed)} 人刚上任),每个人的特长都在",
        f"{waiting} reserves, and {len(appointed)} who has just been appointed, each with what she is good at",
    )


def check_ratings(streets, seen):
    right, posts, low = True, 0, []
    for street, each in zip(streets, seen):
        planned = {}
        for (holder, place), rating in street.plan.posts.ratings(street.plan.desks.canteens).items():
            planned[street.ids["assignment", f"{place.code}/{holder.phone}"]] = (*rating.parts(), rating.total())
            if place.level == "alley" and rating.total() is not None:
                right = right and street.grades[holder] == grade(rating.total())
                low += [holder] if grade(rating.total()) == "not_competent" else []
        columns = ("obligations_part", "hazards_part", "satisfaction_part", "total")
        told = {row["assignment"]: tuple(row[name] for name in columns) for row in each["ratings"]}
        right = right and told == planned
        posts += len(planned)
    failing = [street.plan.posts.failing for street in streets if street.plan.posts.failing]
    return Check(
        right and low == failing,
        f"{posts} 个岗位的考评分,按时办结、隐患、满意度(权重最大)各项都和记录对得上;不称职的只有 {len(low)} 位",
        f"the ratings of {posts} posts add up from their records, satisfaction weighing most; "
        f"{len(low)} is not competent",
    )


def check_release(story, ends):
    street, end = story.second, ends[-1]
    failing = street.plan.posts.failing
    homes = len([home for home in street.plan.roster.households if home.door.parent is failing.place])
    left = street.by_leader[failing].query("SELECT COUNT(*) AS n FROM household")[0]["n"]
    row = end["to_refill"][0] if end["to_refill"] else None
    month = story.month
    return Check(
        street.homes_before == homes > 0 and left == 0
        and len(street.appealed) == 1 and not end["appeals"]
        and row is not None and street.key_of[row["place"]] == failing.place.code
        and (row["ended"], row["due"], row["days_left"], row["stage"])
        == (month.day(-1).isoformat(), month.day(29).isoformat(), 29, "call"),
        f"解聘后,{homes} 户的资料已从她手机上收回;补选已开始,期限一个月",
        f"after the release her phone gave up all {homes} homes; the post is to be filled within a month",
    )  # fmt: skip


def check_refill(story, ends):
    street, end, month = story.first, ends[0], story.month
    new, posts = story.successor, street.plan.posts
    homes = len([home for home in street.plan.roster.households if home.door.parent is new.place])
    here = street.by_leader[new].query("SELECT COUNT(*) AS n FROM household")[0]["n"]
    row = street.to_refill[0]
    selection = street.selections[0]
    notices = {
        community: int(community is street.staff.community_of(new.place)) for community in street.street.communities
    }
    yield Check(
        len(street.to_refill) == 1 and (row["ended"], row["due"], row["days_left"], row["stage"])
        == (month.day(-25).isoformat(), month.day(5).isoformat(), 5, "approval")
        and sorted(each["name"] for each in street.suitable) == posts.suitable()
        and (selection["nominated"], selection["objections"]) == (1, 0)
        and end["public"] == notices
        and not end["to_refill"] and here == homes > 0,
        f"空了25天的岗位在一个月内补上:人选出自后备库,公示只有本社区的手机收到,继任者手机上有全部 {homes} 户",
        f"the post that was empty for 25 days is filled within a month, from the reserves, after a public notice "
        f"in its community; the successor has all {homes} homes",
    )  # fmt: skip
    successors = [row for row in street.unprepared if row["person"] == street.ids["person", (new.name, new.phone)]]
    yield Check(
        len(street.unprepared) == len(successors) == 1 and not any(each["unprepared"] for each in ends),
        "没参加岗前培训时,继任者被点出来;补训登记后,没有一个岗位缺岗前培训",
        "before her induction the successor is named; after it no post is held without one",
    )


def planned_counts(street):
    plan, patrols, posts = street.plan, street.plan.patrols, street.plan.posts
    filled, released = int(posts.successor is not None), int(posts.failing is not None)
    ways = patrols.by_way()
    came = sum(came for session in sessions_of(street) for _, came, _ in session.attended)
    return {
        "residents": plan.sizes.residents,
        "communities": len(street.street.communities),
        "alleys": len(street.street.alleys),
        "stations": len(street.street.stations),
        "stewards": len(street.staff.stewards) + filled - released,
        "talent_pool": len(street.staff.reserves) - filled,
        "rounds": patrols.expected - len(patrols.missed()) + len(patrols.doubled),
        "solved_on_spot": ways[SOLVED],
        "reported_up": ways[REPORTED],
        "joint_consultation": ways[CONSULTED],
        "trainings": len(sessions_of(street)),
        "attendances": came,
    }


def check_county(streets, ends, total):
    told = [{row["measure"]: row["number"] for row in end["county"]} for end in ends]
    planned = [planned_counts(street) for street in streets]
    yield Check(
        told == planned and total == {key: sum(each[key] for each in planned) for key in planned[0]},
        f"县里加起来:{total['residents']:,} 人、{total['alleys']} 条街巷、{total['stewards']} 位管家、{total['talent_pool']} 名后备,"
        "每个数都对",
        f"added up for the county: {total['residents']:,} residents, {total['alleys']} alleys, "
        f"{total['stewards']} stewards, "
        f"{total['talent_pool']} reserves; every number is right",
    )
    persons = set()
    for street in streets:
        for home in street.plan.roster.households:
            persons |= {text for who in home.residents for text in (who.name, who.phone, who.id_number) if text}
        persons |= {text for who in street.staff.with_phones for text in (who.name, who.phone)}
    words = {str(cell) for end in ends for row in end["county"] for cell in row.values()}
    yield Check(
        not words & persons and all(set(row) == {"measure", "zh", "number"} for end in ends for row in end["county"]),
        f"报给县里的每一格里,没有这 {len(persons):,} 个姓名、电话和证件号中的任何一个",
        f"no cell that the county gets is one of the {len(persons):,} names, phones and ID numbers",
    )


def check_phones(streets, ends):
    phones = [phone for street in streets for phone in street.phones]
    quiet = all(phone.reports[-1]["waiting_groups"] == 0 for phone in phones)
    held = sum(len(end["held"]) for end in ends) + sum(report["held"] for phone in phones for report in phone.reports)
    rows = sum(end["compared"][0] for end in ends)
    different = [who.name for end in ends for who in end["compared"][1]]
    return Check(
        quiet and held == 0 and not different and rows > 0,
        f"{len(phones)} 部手机没有一条没送到;抽查 {rows:,} 行,手机和街道一模一样" + (f",不同:{different}" if different else ""),
        f"nothing is left on any of {len(phones)} phones; {rows:,} rows compared are the same on phone and at office"
        + (f", but on {different}" if different else ""),
    )


def check_network(streets):
    counts = sum((street.trouble for street in streets), Counter())
    harmed = [fate for fate in ("dropped", "unanswered", "cut", "repeated", "echoed") if counts[fate]]
    return Check(len(harmed) >= 4, "网络确实断过、丢过、截过、重复过", "the network really did lose, cut and repeat")
