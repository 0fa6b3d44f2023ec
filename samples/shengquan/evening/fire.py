"""A kitchen burns: floor cards and the roll call without signal, the door that did not answer, the timeline."""

import json
from collections import Counter

from kit import fleet
from kit.telling import padded

from ..town.layout import floors_of
from .columns import print_table
from .evening import now
from .plan import ENGLISH, Errand, add

RESULTS = {
    "out": ("已撤出", "out"), "safe_inside": ("在家平安", "safe inside"), "no_answer": ("无人应答", "no answer"),
    "needs_help": ("需要帮助", "needs help"), None: ("还没点到", "not called yet"),
}  # fmt: skip
MARKS = {"no_answer": "?", "needs_help": "!", None: "o"}
TITLE = ("二层厨房起火", "kitchen on floor 2 on fire")
EVENTS = (("拨打119,楼长到场", "119 called"), ("消防车到达", "fire engine arrives"), ("明火扑灭", "fire put out"))
CARRIED = ("邻居把老人背下楼", "neighbours carry the old lady down")


class RollCall:
    """Who says what at each door, first floor by floor, then once more where nobody answered."""

    def __init__(self, evening):
        chance, plan = evening.chance, evening.plan
        self.tower = evening.posts.towers[0]
        self.doors = self.tower.under("door")
        # The door that will not answer, with an elder behind it: the registration of the same evening says so.
        upper = [floor for floor in floors_of(self.tower)[3:]]
        elders = [door for floor in upper for door in floor.children if plan.homes[door.code].elders]
        self.silent = chance.choice(elders)
        others = [door for door in self.doors if door is not self.silent]
        few = max(2, len(others) // 60)
        chosen = chance.sample(others, 4 * few)
        self.word = {door: "out" for door in others}
        self.word |= {door: "safe_inside" for door in chosen[:few]} | {door: "needs_help" for door in chosen[few : 2 * few]}
        self.word |= {door: "no_answer" for door in chosen[2 * few : 3 * few]} | {self.silent: "no_answer"}
        self.uncalled = set(chosen[3 * few :])
        for door in self.uncalled:
            del self.word[door]
        self.first = dict(self.word)

    def missing(self, doors, called=None):
        """As `roll_call_missing` should have it where the calls of these doors are known (all, by default)."""
        known = self.word if called is None else {door: self.word.get(door) for door in called}
        return {(d.code, known.get(d)) for d in doors if known.get(d) in (None, "no_answer", "needs_help")}


def call(incident, door, result, **more):
    return Errand([add("roll_call", incident=incident, place=door.code, result=result, **more)])


def note(incident, words):
    return Errand([add("incident_event", incident=incident, what=words[0])])


def lines(errands):
    return [line for errand in errands for line in errand.lines()]


def tell_fire(evening):
    teller, office, posts = evening.teller, evening.office, evening.posts
    roll = RollCall(evening)
    tower = roll.tower
    commander = evening.phone_of(posts.grid_workers[evening.town.grid_of(tower)])
    runner = evening.phone_of(posts.part_time[tower])
    leaders = {floor: evening.phone_of(evening.plan.leader_of[floor]) for floor in floors_of(tower)}
    teller.heading("三 一栋楼着火", "3  A tower on fire")
    where, who = evening.say(tower), commander.leader.name
    begin = add("incident", "fire", place=tower.code, kind="fire", title=TITLE[0])
    told = [Errand([begin]), note("@fire", EVENTS[0])]
    incident = json.loads(commander.batch(lines(told)).stdout.splitlines()[0])["id"]
    evening.send(commander)
    fleet.each(evening.send, [*leaders.values(), runner])
    teller.step(
        f"{where}{TITLE[0]},专职网格员{who}发出通知;全楼{len(leaders)}位微网格长收到",
        f"{where}: {TITLE[1]};\n          grid worker {who} tells the tower's {len(leaders)} leaders",
    )
    office.stop()
    _tell_card(evening, leaders[roll.silent.parent], roll.silent)

    def record(floor):
        calls = [call(incident, door, roll.word[door]) for door in floor.children if door in roll.word]
        leaders[floor].batch(lines(calls))
        return {(row["code"], row["result"]) for row in leaders[floor].view("roll_call_missing", incident=incident)}

    seen = fleet.each(record, list(leaders))
    commander.batch(lines([note(incident, EVENTS[1])]))
    # Who wears two hats sees another floor as well, whose calls she has not heard yet.
    offline = all(
        found == roll.missing(evening.homes_of(phone.leader), floor.children)
        for (floor, phone), found in zip(leaders.items(), seen)
    )
    teller.step("楼梯间没有信号,各层挨门点名", "No signal in the stairwells; each floor calls its doors")
    office.serve(evening.port)
    fleet.sync_until_quiet([commander, runner, *leaders.values()], at_a_time=fleet.AT_A_TIME)

    counts = Counter(roll.word.get(door) for door in roll.doors)
    heads = teller.pick(("点名", "户"), ("roll call", "doors"))
    print_table(heads, [(teller.pick(*RESULTS[result]), counts[result]) for result in RESULTS], indent=4)
    rows = office.view("roll_call_missing", incident=incident)
    first = {(row["code"], row["result"]) for row in rows}
    expected = roll.missing(roll.doors)
    evening.expect(
        offline and first == expected == {(r["code"], r["result"]) for r in commander.view("roll_call_missing", incident=incident)},
        f"点名 {len(roll.word)} 户后,没点到、没应答、要帮助的 {len(first)} 户,各层手机、网格员和街道看到的一样,一户不差",
        f"after {len(roll.word)} calls the {len(first)} doors not called, silent or in need are the same on each floor's phone,\n"
        "  the grid worker's and at the street",
    )
    _draw(evening, roll.tower, {row["code"]: row["result"] for row in rows})
    silent = next(row for row in rows if row["code"] == roll.silent.code)
    home = evening.plan.homes[roll.silent.code]
    teller.line(
        f"  其中{evening.say(roll.silent)}无人应答;户主{silent['head_name']},今晚登记:老人{home.elders}。先去这一户。",
        f"  One of them: {evening.say(roll.silent)} did not answer; {silent['head_name']}'s;\n"
        f"  registered tonight: elders {home.elders}. Go there first.",
    )
    evening.expect(
        silent["head_name"] == home.head_name,
        "没应答的那户,户主是谁、家里有没有老人,点名单上当场查得到",
        "the list says whose door it is that did not answer",
    )
    calls = _second_round(evening, roll, incident, runner, commander)
    _tell_end(evening, roll, incident, commander, runner, len(roll.first) + calls)


def _draw(evening, tower, missing):
    """The tower from the top, those floors that have a door without a good word."""
    evening.teller.line(
        "  哪一户(?无人应答,!需要帮助,o还没点到,.有下落;别的楼层全有下落):",
        "  Which doors (? no answer, ! needs help, o not called, . accounted for; the other floors all are):",
    )
    for floor in reversed(floors_of(tower)):
        marks = [MARKS[missing[door.code]] if door.code in missing else "." for door in floor.children]
        if set(marks) != {"."}:
            name = evening.teller.pick(floor.name, f"floor {floor.name.removesuffix('层')}")
            print(f"    {padded(name, 10)}" + " ".join(marks))


def _tell_card(evening, phone, door):
    teller = evening.teller
    card = phone.query(f"SELECT floor_card.* FROM floor_card JOIN place ON place.id = floor_card.place WHERE code = '{door.parent.code}'")
    planned = evening.plan.cards.get(door.parent)
    knocks = teller.pick("、", ", ").join(json.loads(card[0]["knocks"]))
    teller.line(
        f"  没有信号,楼层卡照样打得开({phone.leader.name}的手机,{evening.say(door.parent)}):",
        f"  The floor card opens without signal ({phone.leader.name}'s phone, {evening.say(door.parent)}):",
    )
    for zh, en, text in (
        ("谁敲谁的门", "who knocks where", knocks), ("灭火器", "extinguisher", card[0]["extinguisher"]),
        ("出口", "ways out", card[0]["exits"]), ("集合点", "meeting point", card[0]["meeting_point"]),
    ):  # fmt: skip
        print(f"    {teller.pick(zh, en)}{teller.pick(':', ': ')}{teller.pick(text, ENGLISH.get(text, text))}")
    evening.expect(
        planned and card[0]["extinguisher"] == planned["extinguisher"] and json.loads(card[0]["knocks"]) == sorted(planned["knocks"]),
        "断网时手机上的楼层卡,和登记的一样",
        "the floor card on a phone without signal is the one that was written",
    )


def _second_round(evening, roll, incident, runner, commander):
    """Nobody leaves before every door has a word."""
    calls = []
    for door in roll.doors:
        if roll.word.get(door) in (None, "no_answer", "needs_help"):
            if door is roll.silent:
                calls.append(call(incident, door, "needs_help", note="敲门不开,听见呼救"))
            else:
                calls.append(call(incident, door, "out", note="电话联系上,人在外面" if door in roll.uncalled else None))
                roll.word[door] = "out"
    roll.word[roll.silent] = "needs_help"
    runner.batch(lines(calls))
    runner_sees = {(row["code"], row["result"]) for row in runner.view("roll_call_missing", incident=incident)}
    evening.send(runner, commander)
    rows = evening.office.view("roll_call_missing", incident=incident)
    evening.expect(
        runner_sees == {(row["code"], row["result"]) for row in rows} == {(roll.silent.code, "needs_help")},
        "再找一遍之后,名单上只剩那一户",
        "after the second round only that door is left on the list",
    )
    evening.teller.step(
        f"兼职网格员{runner.leader.name}再找{len(calls)}户:{len(calls) - 1}户有了下落,只剩{evening.say(roll.silent)},里面有人呼救",
        f"Part-time worker {runner.leader.name} goes to {len(calls)} doors: {len(calls) - 1} are accounted for; left is\n"
        f"          {evening.say(roll.silent)}, where somebody calls for help",
    )
    return len(calls)


def _tell_end(evening, roll, incident, commander, runner, calls):
    teller, office = evening.teller, evening.office
    runner.batch(lines([note(incident, CARRIED), call(incident, roll.silent, "out", people=1)]))
    evening.send(runner)
    commander.batch(lines([note(incident, EVENTS[2])]))
    commander.batch([json.dumps({"edit": "incident", "id": incident, "values": {"state": "over", "ended_at": now()}})])
    evening.send(commander)
    line = office.view("incident_timeline", incident=incident)
    people = {row["id"]: row["name"] for row in office.query("SELECT id, name FROM person")}
    codes = {row["id"]: row["code"] for row in office.query("SELECT place.id, code FROM place JOIN roll_call ON roll_call.place = place.id")}
    english = {zh: en for zh, en in (TITLE, *EVENTS, CARRIED)}
    teller.line(f"  经过(共{len(line)}条,点名的只列那一户):", f"  The timeline ({len(line)} entries; of the roll call only that door):")
    for row in line:
        if row["result"] and codes.get(row["place"]) != roll.silent.code:
            continue
        said = row["what"] if teller.chinese else english.get(row["what"], "")
        if row["result"]:
            said = evening.say(roll.silent) + " " + teller.pick(*RESULTS[row["result"]])
        elif row["kind"] == "over":
            said = teller.pick("结束,全楼有下落", "over; everybody in the tower accounted for")
        print(f"    {china_time(row['at'])}  {said}{teller.pick('(', ' (')}{people[row['by']]}{teller.pick(')', ')')}")
    times = [row["at"] for row in line]
    words = [row["result"] for row in line if codes.get(row["place"]) == roll.silent.code and row["result"]]
    evening.expect(
        len(line) == calls + 1 + len(EVENTS) + 1 + 2 and times == sorted(times) and words == ["no_answer", "needs_help", "out"]
        and line[0]["what"] == TITLE[0] and [r["what"] for r in line if r["what"] in english][1:] == [zh for zh, _ in (*EVENTS[:2], CARRIED, EVENTS[2])],
        f"经过 {len(line)} 条,一条不少,按时间排好;那一户:无人应答 → 需要帮助 → 已撤出",
        f"the timeline has all {len(line)} entries in order; that door: no answer, needs help, out",
    )
    evening.expect(
        not office.view("roll_call_missing", incident=incident),
        f"{len(roll.doors)} 户最后都有下落",
        f"in the end all {len(roll.doors)} doors are accounted for",
    )


def china_time(at):
    """The hour in China of a time as the programs write it."""
    return f"{(int(at[11:13]) + 8) % 24:02}{at[13:19]}"
