"""Posts and people are counted apart; a floor without a leader elects one, and her phone has the floor at once."""

import json
from collections import Counter, defaultdict

from kit.programs import Phone

from ..town.tables import ROLES
from .columns import print_table
from .plan import add

ENGLISH = {
    "leader": "micro-grid leader", "grid_leader": "full-time grid worker", "part_time_grid_worker": "part-time grid worker",
    "party_group_head": "party-group head", "party_member": "double-reporting party member", "volunteer": "volunteer",
    "community_worker": "community worker",
}  # fmt: skip


def tell_hats(evening):
    teller, posts = evening.teller, evening.posts
    teller.heading("八 一个人几顶帽子,选出一位新的", "8  Several hats, and an election")
    rows = evening.office.view("posts_by_role", on_date=evening.today)
    heads = teller.pick(("岗位", "任职", "人"), ("post", "posts", "people"))
    table = [(teller.pick(ROLES[row["role"]], ENGLISH[row["role"]]), row["posts"], row["people"]) for row in rows]
    print_table(heads, sorted(table, key=lambda row: -row[1]), indent=4, first=32, other=8)
    held = Counter(who.role for who in posts.held())
    people = {role: {(who.name, who.phone) for who in posts.held() if who.role == role} for role in held}
    by_person = defaultdict(list)
    for who in posts.held():
        by_person[who.name, who.phone].append(who)
    several = sum(len(hats) > 1 for hats in by_person.values())
    driver = posts.driver
    phone = evening.phone_of(driver)
    doors = phone.query("SELECT COUNT(*) AS n FROM place WHERE level = 'door'")[0]["n"]
    hats = by_person[driver.name, driver.phone]
    names = teller.pick("、", ", ").join(teller.pick(ROLES[hat.role], ENGLISH[hat.role]) for hat in hats)
    teller.line(
        f"  任职共{sum(row['posts'] for row in rows):,}个,人{len(by_person):,}位,{several}位身兼几职。"
        f"{driver.name}一人{len(hats)}职({names}),一部手机,看得到两层{doors}户。",
        f"  {sum(row['posts'] for row in rows):,} posts, {len(by_person):,} people, {several} with several.\n"
        f"  {driver.name} holds {len(hats)} ({names}): one phone, which has {doors} doors on two floors.",
    )
    count = "SELECT COUNT(*) AS n FROM (SELECT person FROM assignment WHERE ends IS NULL GROUP BY person HAVING COUNT(*) > 1)"
    evening.expect(
        {row["role"]: (row["posts"], row["people"]) for row in rows} == {role: (held[role], len(people[role])) for role in held}
        and evening.office.query(count)[0]["n"] == several,
        f"各岗位的任职数和人数都对,{several} 位身兼几职的各算一个人",
        f"posts and people of each role are right; each of the {several} with several posts is one person",
    )
    evening.expect(
        doors == len(evening.homes_of(driver)) and len(hats) == 3,
        f"{driver.name}的手机上正好是那两层的 {doors} 户",
        f"{driver.name}'s phone has exactly the {doors} doors of those two floors",
    )


def tell_election(evening):
    teller, office, posts = evening.teller, evening.office, evening.posts
    place, tower = posts.vacant, posts.towers[-1]
    floor = evening.town.overlays_of[place][0]
    elected, rival = posts.candidates()
    grid = evening.phone_of(posts.grid_workers[evening.town.grid_of(tower)])
    part_time = evening.phone_of(posts.part_time[tower])
    refill = office.view("posts_to_refill", on_date=evening.today)
    vacancy = refill[0]
    homes = len(evening.town.doors_of(place))
    votes = {elected.name: 8, rival.name: 3}
    opened = [add("selection", "s", place=place.code, role="leader", kind="refill", vacated=vacancy["assignment"],
                  due=vacancy["due"], state="nomination", opened=evening.today.isoformat())]  # fmt: skip
    opened += [add("candidate", f"c{at}", place=tower.code, name=name, source="neighbours") for at, name in enumerate(votes)]
    opened += [add("selection_step", selection="@s", candidate=f"@c{at}", kind="nomination") for at in range(len(votes))]
    answers = grid.batch([json.dumps(line) for line in opened]).stdout.splitlines()
    ids = [json.loads(answer)["id"] for answer in answers]
    selection, candidates = ids[0], dict(zip(votes, ids[1:3]))
    grid.batch(
        json.dumps(line) for line in (
            stage_of(selection, "vetting"),
            *(add("selection_step", selection=selection, candidate=row, kind="vetting") for row in candidates.values()),
            stage_of(selection, "notice", notice_from=evening.today.isoformat(), notice_until=evening.today.isoformat()),
            stage_of(selection, "vote"),
        )
    )  # fmt: skip
    evening.send(grid, part_time)
    cast = sum(votes.values())
    part_time.batch(
        json.dumps(add("selection_step", selection=selection, candidate=candidates[name], kind="vote", votes_for=number,
                       votes_against=cast - number, votes_cast=cast))
        for name, number in votes.items()
    )  # fmt: skip
    evening.send(part_time, grid)
    votes_of = {row["candidate"]: row for row in office.view("selection_progress") if row["selection"] == selection}
    counted = {name: votes_of[row]["votes_for"] for name, row in candidates.items()}
    progress = votes_of[candidates[elected.name]]
    steps = office.query(f"SELECT kind FROM selection_step WHERE selection = '{selection}'")
    winner = max(counted, key=counted.get)
    teller.line(
        f"  {evening.say(floor)}的微网格长搬走了,要在{vacancy['due']}前补上。{homes}户里{cast}户投票:"
        + ",".join(f"{name}{number}票" for name, number in counted.items()) + f"。{winner}当选。",
        f"  The leader of {evening.say(floor)} moved away; the post is to be filled by {vacancy['due']}.\n"
        f"  {cast} of {homes} homes vote: " + ", ".join(f"{name} {number}" for name, number in counted.items()) + f". {winner} is elected.",
    )
    evening.expect(
        [row["place"] for row in refill] == [progress["place"]] and (progress["stage"], progress["nominated"]) == ("vote", 2)
        and Counter(row["kind"] for row in steps) == {"nomination": 2, "vetting": 2, "vote": 2}
        and progress["notice_until"] == evening.today.isoformat() and counted == votes and winner == elected.name,
        f"补选一步步都在账上:提名 2 人、走访考察、公示、{cast} 户投票,票数和投的一样",
        f"the election is on record step by step: 2 nominated, vetting, notice, {cast} votes, as they were cast",
    )
    _appoint(evening, elected, grid, selection)


def stage_of(selection, state, **more):
    return {"edit": "selection", "id": selection, "values": {"state": state, **more}}


def _appoint(evening, elected, grid, selection):
    """The office invites who was elected; she joins, and her floor is on her phone."""
    teller, office = evening.teller, evening.office
    host = f"127.0.0.1:{evening.port}"
    words = ("--person", elected.name, "--phone", elected.phone, "--role", "leader", "--place", elected.place.code)
    url = json.loads(office.command("invite", *words, "--host", host, "--json").stdout)["url"]
    phone = Phone(evening.folder, elected, len(evening.phones) + 1)
    phone.join(url)
    evening.send(phone)
    grid.batch([json.dumps(stage_of(selection, "appointed"))])
    evening.send(grid)
    seen = phone.query("SELECT code, head_name FROM household JOIN place ON place.id = household.place ORDER BY code")
    floor = evening.town.overlays_of[elected.place][0]
    wanted = [{"code": door.code, "head_name": evening.plan.homes[door.code].head_name} for door in floor.children]
    teller.line(
        f"  街道发出邀请,新的微网格长手机一加入就有本层{len(seen)}户今晚的登记。{len(evening.town.micro_grids):,}个微网格都有人了。",
        f"  The street invites the new leader, whose phone has, as it joins, tonight's registration of all {len(seen)} homes.\n"
        f"  All {len(evening.town.micro_grids):,} micro-grids have a leader.",
    )
    leaders = {row["role"]: row for row in office.view("posts_by_role", on_date=evening.today)}["leader"]
    evening.expect(
        seen == wanted and not office.view("posts_to_refill", on_date=evening.today) and not office.view("selection_progress")
        and leaders["posts"] == leaders["people"] == len(evening.town.micro_grids),
        f"新当选的手机上正好是本层 {len(wanted)} 户;待补的岗位没有了,{leaders['posts']:,} 个微网格 {leaders['people']:,} 位长",
        f"the new leader's phone has exactly the floor's {len(wanted)} homes; no post is vacant, {leaders['posts']:,} micro-grids have "
        f"{leaders['people']:,} leaders",
    )
