"""The report of the month, as a person reads it."""

import json
from collections import Counter

from kit.telling import FATES, bar, padded, size, width

from gutian.town.days import on_day

from .patrols import CONSULTED, REPORTED, SOLVED

WAYS = (
    (SOLVED, "当场解决", "solved on the spot"),
    (REPORTED, "上报社区办结", "reported up to the community"),
    (CONSULTED, "联合会商解决", "solved in joint consultation"),
)
SLOT_NAMES = (("早", "morning"), ("中午", "noon"), ("晚", "evening"))
DESK_SLOTS = (("上午", "morning"), ("下午", "afternoon"))
UNSEEN = {
    "never": ("一次也没有去过", "nobody has been there"),
    "nobody_home": ("去过,家里没人", "they came, nobody was in"),
    "by_others": ("见到人的不是帮扶人", "who met them is no helper of theirs"),
    "mistaken": ("记错了门,已更正", "another door, since corrected"),
    "long_ago": ("上次见面太久了", "the last time is too long ago"),
}
FINDS_EN = {
    "巷口乱堆旧家具": "furniture dumped", "三轮车占道乱停": "a tricycle in the way", "楼上私拉电线充电": "charging by a wire",
    "垃圾没有分类投放": "waste not sorted", "路灯不亮": "a lamp out", "下水井盖松动": "a loose drain cover",
}  # fmt: skip
STEPS = {
    "progress": ("劝导", "talked to"), "up": ("上报社区", "reported up"), "accept": ("社区受理", "accepted"),
    "answer": ("答复", "answered"), "close": ("办结", "closed"),
}  # fmt: skip
TOPIC_STATES = {
    ("adopted", "closed"): ("采纳,已落实", "adopted, done"),
    ("adopted", "working"): ("采纳,正在办", "adopted, under way"),
    ("not_adopted", "closed"): ("没有采纳,已说明", "not adopted, explained"),
    (None, "open"): ("还没有议定", "not decided yet"),
}
TOPICS_EN = {
    "巷口加装扶手": "a handrail at the alley's steps", "老年食堂周末也开": "the elders' canteen open at weekends",
    "空地划成停车位": "parking on the free ground", "文化墙画什么": "what to paint on the wall",
}  # fmt: skip
ON_DUTY = {
    "leader": ("小巷管家", "stewards"), "grid_leader": ("网格员", "grid workers"),
    "community_worker": ("社区工作者", "community workers"),
}  # fmt: skip
CATEGORIES = {
    "delegate": ("两代表一委员", "delegates"), "retired_party_member": ("退休党员", "retired party members"),
    "mobile_member": ("流动党员", "mobile members"), "group_head": ("小组长", "heads of groups"),
    "tradesperson": ("能工巧匠", "tradespeople"), "volunteer": ("志愿者", "volunteers"),
}  # fmt: skip
SKILLS_EN = {
    "调解": "mediation", "水电": "plumbing and wiring", "书法": "calligraphy", "理发": "cutting hair", "护理": "nursing",
    "木工": "carpentry", "法律": "law", "文艺": "music and dance", "电脑手机": "computers and phones",
}  # fmt: skip
GRADES = (("excellent", "优秀", "excellent"), ("competent", "称职", "competent"), ("not_competent", "不称职", "not competent"))
COUNTY = (
    ("residents", "居民", "residents"), ("communities", "社区", "communities"), ("alleys", "街巷", "alleys"),
    ("stations", "服务站", "service stations"), ("stewards", "小巷管家", "alley stewards"),
    ("talent_pool", "后备人选", "reserves"), ("rounds", "巡查次数", "patrols made"),
    ("solved_on_spot", "当场解决", "solved on the spot"), ("reported_up", "上报社区", "reported up"),
    ("joint_consultation", "联合会商解决", "joint consultation"), ("trainings", "培训场次", "trainings"),
    ("attendances", "参训人次", "attendances"),
)  # fmt: skip


def table(rows, numbers_from=1):
    """Columns as wide as they need; what stands from a column on is a number, to the right."""
    rows = [[f"{cell:,}" if isinstance(cell, int) else cell for cell in row] for row in rows]
    widths = [max(width(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [
            padded(cell, wide) if at < numbers_from else " " * (wide - width(cell)) + cell
            for at, (cell, wide) in enumerate(zip(row, widths))
        ]
        print("  " + "   ".join(cells).rstrip())


class Report:
    """`streets`, and what was seen of each: on phones, after the month, at the end."""

    def __init__(self, story, ends):
        self.story, self.teller, self.streets = story, story.teller, story.streets
        self.pick = self.teller.pick
        self.seen, self.on_phones, self.ends = story.seen, story.on_phones, ends

    def name(self, street):
        return self.pick(street.street.plan.zh, street.street.plan.en)

    def place(self, street, place):
        return self.pick(street.street.zh(place), street.street.en(place))

    def place_by_code(self, street, code):
        return self.place(street, next(place for place in street.street.root.walk() if place.code == code))

    def few(self, rows, count=3):
        return rows if self.teller.everything else rows[:count]

    def tell(self):
        self.patrols()
        self.problems()
        self.pairs()
        self.quarantines()
        self.disputes()
        self.desks()
        self.councils()
        self.posts()
        self.county()
        self.network()

    def patrols(self):
        self.teller.heading("一 每条巷,每天三趟", "1  Every alley, three times a day")
        header = (("街道", "office"), ("街巷", "alleys"), ("应巡", "due"), ("已巡", "made"), ("漏巡", "missed"))
        rows = [[self.pick(*words) for words in header]]
        for street, seen in zip(self.streets, self.seen):
            counted = seen["counts"][0]
            rows.append([self.name(street), counted["places"], counted["expected"], counted["done"], len(seen["gaps"])])
        if len(rows) > 2:
            rows.append([self.pick("合计", "together"), *(sum(row[at] for row in rows[1:]) for at in range(1, 5))])
        table(rows)
        for street, seen in zip(self.streets, self.seen):
            by_community = Counter(self._community(street, row["code"]) for row in seen["gaps"])
            told = self.pick("、", ", ").join(f"{name} {count}" for name, count in sorted(by_community.items()))
            self.teller.line(f"  {self.name(street)}漏巡:{told}", f"  Missed in {self.name(street)}: {told}")
            alley, missed = Counter(row["code"] for row in seen["gaps"]).most_common(1)[0]
            name = self.place_by_code(street, alley)
            empty = street.plan.patrols.empty_alley
            if empty and empty.code == alley:
                self.teller.line(
                    f"    最多的是{name},{missed}次:这条巷没有管家,早、中由网格员代巡,晚上没人走",
                    f"    most of all {name}, {missed}: it has no steward; a grid worker walks, but not in the evening",
                )
            rest = [row for row in seen["gaps"] if not empty or row["code"] != empty.code]
            for row in self.few(rest, 2):
                name = padded(self.place_by_code(street, row["code"]), 18)
                print(f"    {name}{row['day'][5:]} {self.pick(*SLOT_NAMES[row['slot'] - 1])}")
            self.teller.rest(len(rest), 2)

    def problems(self):
        self.teller.heading("二 发现的问题怎么了结", "2  How problems end")
        counts = [self._by_way(seen) for seen in self.seen]
        total = Counter()
        for each in counts:
            total += each
        most = max(total.values())
        for way, zh, en in WAYS:
            print(f"  {padded(self.pick(zh, en), 30)}{total[way]:>5}  {bar(total[way], most, 32)}")
        finds = Counter()
        for seen in self.seen:
            finds.update(seen["finds"])
        told = [f"{self.pick(title, FINDS_EN[title])} {finds[title]}" for title in FINDS_EN if title in finds]
        self.teller.line(f"  看到的:{'、'.join(told[:3])}、", f"  Found: {', '.join(told[:3])},")
        self.teller.line(f"    {'、'.join(told[3:])},纠纷另见五", f"    {', '.join(told[3:])}; disputes in 5")
        waiting = sum(street.plan.sizes.waiting_at_court for street in self.streets)
        self.teller.line(f"  另有{waiting}件还在联合调解室等法官", f"  {waiting} more wait at a joint desk for the judge")
        street, seen = self.streets[0], self.seen[0]
        problem = seen["reported"]
        title = self.pick(f"“{problem.title}”", "one of them")
        steps = [f"{on_day(row['at']).strftime('%m-%d')} {self.pick(*STEPS[row['kind']])}" for row in seen["chain"]]
        self.teller.line(
            f"  举一件:{self.place(street, problem.alley)}{title}:{' → '.join(steps)}",
            f"  {self.place(street, problem.alley)}, {title}: {' → '.join(steps)}",
        )

    def _community(self, street, code):
        alley = next(alley for alley in street.street.alleys if alley.code == code)
        return self.place(street, alley.above("community"))

    @staticmethod
    def _by_way(seen):
        counted = Counter()
        for row in seen["outcomes"]:
            counted[row["outcome"]] += row["matters"]
        return Counter({way: counted[way] for way, _, _ in WAYS})

    def pairs(self):
        self.teller.heading("三 结对帮扶和微心愿", "3  Paired help and micro-wishes")
        pairings = sum(len(street.plan.homes.pairings) for street in self.streets)
        unseen = [(street, row) for street, seen in zip(self.streets, self.seen) for row in seen["unseen"]]
        alone = sum(row["n"] == 1 for seen in self.seen for row in seen["helpers"])
        self.teller.line(
            f"  结对{pairings}户(一对一{alone}户,几人帮一户{pairings - alone}户),其中{len(unseen)}户30天没有帮扶人见过面:",
            f"  {pairings} paired homes ({alone} with one helper, {pairings - alone} with more); {len(unseen)} where "
            "no helper has met anybody for 30 days:",
        )
        for street, row in self.few(unseen, 7):
            pairing = next(p for p in street.plan.homes.pairings if p.home.door.code == row["code"])
            door = self.place(street, pairing.home.door)
            self.teller.line(
                f"    {padded(door, 16)}{row['helpers']}人结对,{row['days_since']:>3}天  {UNSEEN[pairing.why_unseen][0]}",
                f"    {padded(door, 22)}{row['helpers']} helping, {row['days_since']:>3} days  "
                f"{UNSEEN[pairing.why_unseen][1]}",
            )
        wishes = Counter()
        for end in self.ends:
            for row in end["wishes"]:
                wishes[row["outcome"]] += row["matters"]
        unclaimed = sum(len(end["unclaimed"]) for end in self.ends)
        disputed = sum(len(street.disputed) for street in self.streets)
        total = sum(wishes.values())
        self.teller.line(
            f"  微心愿{total}个:已实现{wishes['fulfilled']}个,认领了在办{wishes[None] - unclaimed}个,还没人认领{unclaimed}个",
            f"  {total} wishes: {wishes['fulfilled']} fulfilled, {wishes[None] - unclaimed} claimed, "
            f"{unclaimed} not claimed yet",
        )
        self.teller.line(
            f"  {disputed}个被管家和党员同时认领,都没见过对方的;街道定下由谁来办,另一位的手机也知道了",
            f"  {disputed} were claimed by a steward and a party member at once; the office decides, and both know",
        )

    def quarantines(self):
        self.teller.heading("四 居家隔离", "4  Home quarantine")
        for street, seen in zip(self.streets, self.seen):
            for code, (what, temperature, supplies, wellbeing) in seen["quarantine"].items():
                said = self.pick("今天还没有报体温", "no reading today") if what == "missing" else f"{temperature:.1f} ℃"
                said += self.pick(",偏高", ", high") if what == "high" else ""
                said += self.pick(f",要{supplies}", ", needs medicine and rice") if supplies else ""
                said += self.pick(",情绪低落", ", feels low") if wellbeing == "low" else ""
                print(f"    {padded(self.place_by_code(street, code), 22)}{said}")
        active = sum(q.ends >= self.story.month.today for s in self.streets for q in s.plan.homes.quarantines)
        self.teller.line(
            f"  {active}户隔离中,只列出今天要留意的。没有文号或结束日期的,手机和街道都不收:",
            f"  {active} homes in all; only those that need a look are listed. Without an order's number or last day:",
        )
        refusal = self.on_phones[0]["refused"]
        self.teller.line(f"    手机:{refusal[0]['zh']}", f"    a phone: {refusal[0]['en']}")
        lines = [line.strip() for line in self.streets[0].refused]
        self.teller.line(f"    街道:{lines[2]}", f"    the office: {lines[3]}")
        if self.story.week:
            before, after = (sum(s.quarantined[at][0]["temperatures"] for s in self.streets) for at in (0, 1))
            self.teller.line(
                f"  一周后都已期满:体温记录原有{before}条,夜里抹去,剩{after}条",
                f"  A week later all of it is over: of {before} temperatures, erased at night, {after} are left",
            )

    def disputes(self):
        self.teller.heading("五 纠纷:先排查、就地调,再上联合调解室", "5  Disputes: screened, settled at source, or at a joint desk")
        due, done = (sum(seen["screened"][0][key] for seen in self.seen) for key in ("expected", "done"))
        left = [(s, row) for s, seen in zip(self.streets, self.seen) for row in seen["screening"]]
        weeks = [(self.place_by_code(street, row["code"]), row["day"][5:]) for street, row in left]
        self.teller.line(
            f"  每周排查应做{due}次,做了{done}次;少了:" + "、".join(f"{name}({day}那一周)" for name, day in weeks),
            f"  Screenings: {done} of {due}; left out: "
            + ", ".join(f"{name} (the week of {day})" for name, day in weeks),
        )
        problems = [p for street in self.streets for p in street.plan.patrols.problems if p.dispute]
        settled = sum(p.way == SOLVED for p in problems)
        referred = [(s, row) for s, seen in zip(self.streets, self.seen) for row in seen["referred"]]
        waiting = [(s, row) for s, row in referred if row["replied_at"] is None]
        desks = sum(len(street.street.desks) for street in self.streets)
        self.teller.line(
            f"  纠纷{len(problems)}件:管家就地调成{settled}件,上{desks}个联合调解室{len(referred)}件,"
            f"法官已调成{len(referred) - len(waiting)}件;还在等的:",
            f"  {len(problems)} disputes: {settled} settled by stewards, {len(referred)} at the {desks} joint desks, "
            f"{len(referred) - len(waiting)} settled there; still waiting:",
        )
        for street, row in waiting:
            late = self.pick(" 超期", " overdue") if row["overdue"] else ""
            place = self.place(street, self._place_by_id(street, row["place"]))
            number = row["document_number"].replace("调字", "-").replace("号", "")
            self.teller.line(
                f"    {padded(place, 14)}{padded(row['title'], 20)}{row['document_number']}  "
                f"{row['due'][5:]}前要回音{late}",
                f"    {padded(place, 18)}No. {number}, reply due {row['due'][5:]}{late}",
            )

    @staticmethod
    def _place_by_id(street, identity):
        code = street.key_of[identity]
        return next(place for place in street.street.root.walk() if place.code == code)

    def desks(self):
        self.teller.heading("六 服务站轮流坐班", "6  Stations and their rota")
        plans = [street.plan.desks for street in self.streets]
        due = sum(plan.due for plan in plans)
        gaps = [(street, row) for street, seen in zip(self.streets, self.seen) for row in seen["desks"]]
        empty = [(street, row) for street, row in gaps if not row["came"]]
        stations = sum(len(street.street.stations) for street in self.streets)
        self.teller.line(
            f"  {stations}个站,一个月应坐班{due:,}班,空着{len(empty)}班:",
            f"  {stations} stations, {due:,} shifts in the month; {len(empty)} desks stood empty:",
        )
        for street, row in self.few(empty):
            why = self.pick("排了班没来", "planned, nobody came") if row["planned"] else self.pick("没有排人", "nobody planned")
            station = self.place(street, self._place_by_id(street, row["place"]))
            print(f"    {padded(station, 22)}{row['day'][5:]} {self.pick(*DESK_SLOTS[row['slot'] - 1])}  {why}")
        self.teller.rest(len(empty), 3)
        shifts = Counter()
        for seen in self.seen:
            shifts.update(seen["on_duty"])
        told = [f"{self.pick(*ON_DUTY[role])} {count}" for role, count in sorted(shifts.items())]
        told = self.pick("、", ", ").join(told)
        self.teller.line(f"  谁坐的班:{told}", f"  Who sat there: {told}")
        walked = Counter()
        for seen in self.seen:
            for row in seen["outcomes"]:
                if row["channel"] == "station":
                    walked[row["kind"]] += row["matters"]
        self.teller.line(
            f"  来访{sum(walked.values())}人次:办事咨询{walked['need']},求帮忙{walked['help']}",
            f"  {sum(walked.values())} people walked in: {walked['need']} with a need, {walked['help']} for help",
        )

    def councils(self):
        self.teller.heading("七 议事会和食堂监督", "7  Councils, and a look at the canteens")
        topics = Counter()
        for seen in self.seen:
            for row in seen["topics"]:
                topics[row["title"], row["outcome"], row["state"]] += 1
        for (title, outcome, state), count in topics.items():
            self.teller.line(
                f"    {padded(title, 20)}{count:>3}个社区  {TOPIC_STATES[outcome, state][0]}",
                f"    {padded(TOPICS_EN[title], 40)}{count:>3}   {TOPIC_STATES[outcome, state][1]}",
            )
        checks = sum(row["kind"] == "canteen" for seen in self.seen for row in seen["checks"])
        hazards = sum(len(seen["hazards"]) for seen in self.seen)
        self.teller.line(
            f"  老年食堂看了{checks}家(采购、卫生、安全),{hazards}家冰箱生熟不分,约定期限改好,已复查",
            f"  {checks} elders' canteens seen (purchasing, hygiene, safety); {hazards} kept raw and cooked food "
            "together: put right, checked again",
        )

    def posts(self):
        self.teller.heading("八 培训、考评、补选", "8  Training, assessment, a post filled again")
        sessions = sum(len(end["trainings"]) for end in self.ends)
        came = sum(row["came"] for end in self.ends for row in end["trainings"])
        self.teller.line(f"  培训{sessions}场,参训{came}人次", f"  {sessions} trainings, {came} attendances")
        waiting = [row for end in self.ends for row in end["pool"] if row["state"] == "pool"]
        kinds = Counter(kind for row in waiting for kind in json.loads(row["categories"]))
        parts = self.pick("、", ", ").join(f"{self.pick(*words)} {kinds[kind]}" for kind, words in CATEGORIES.items())
        self.teller.line(f"  后备库{len(waiting)}人(可兼):{parts}", f"  {len(waiting)} reserves, some of two kinds: {parts}")
        skills = Counter(skill for row in waiting for skill in json.loads(row["skills"])).most_common(6)
        self.teller.line(
            f"    各有所长:{'、'.join(f'{skill} {count}' for skill, count in skills)}……",
            f"    what they are good at: {', '.join(f'{SKILLS_EN[skill]} {count}' for skill, count in skills)}, ...",
        )
        grades = Counter(grade for street in self.streets for grade in street.grades.values())
        parts = self.pick("、", ", ").join(f"{self.pick(zh, en)} {grades[key]}" for key, zh, en in GRADES)
        self.teller.line(f"  日常考评(居民满意度占一半):{parts}", f"  Assessed, satisfaction weighing half: {parts}")
        first, second = self.streets[0], self.streets[-1]
        alley = self.place(first, first.staff.last_alley)
        left, due = first.to_refill[0]["ended"], first.to_refill[0]["due"]
        fits = len(first.suitable)
        self.teller.line(
            f"  {alley}:{left[5:]}解聘 → 后备里找退休党员、会调解的,{fits}人合适 → 提名、走访、公示七天、异议已答复",
            f"  {alley}: released {left[5:]} → retired party members among the reserves who can mediate: {fits}",
        )
        self.teller.line(
            f"    → 街道同意 → {self.story.successor.name}参加岗前培训后今天上任,{due[5:]}前补上",
            "    → nominated, vetted, public for a week, an objection answered → approved by the street\n"
            f"    → {self.story.successor.name}, inducted, begins today; due by {due[5:]}",
        )
        row = self.ends[-1]["to_refill"][0]
        alley = self.place(second, second.staff.last_alley)
        self.teller.line(
            f"  {alley}:{self.story.released.name}不称职,申诉复核后解聘,手机上{second.homes_before}户的资料已收回;"
            f"{row['due'][5:]}前要补上,还有{row['days_left']}天",
            f"  {alley}: {self.story.released.name} not competent, released after her appeal; her phone gave up "
            f"{second.homes_before} homes; to be filled by {row['due'][5:]}, {row['days_left']} days left",
        )

    def county(self):
        self.teller.heading("九 县里看到的:只有数,没有人", "9  What the county sees: numbers, no persons")
        said = [{row["measure"]: row["number"] for row in end["county"]} for end in self.ends]
        header = ["", *(self.name(street) for street in self.streets), self.pick("全县城", "the town")]
        rows = []
        for key, zh, en in COUNTY:
            numbers = [each[key] for each in said]
            rows.append([self.pick(zh, en), *numbers, self.story.county[key]])
        table([header, *rows])

    def network(self):
        self.teller.heading("十 路上", "10  The way there")
        counts = sum((street.trouble for street in self.streets), Counter())
        harmed = sum(counts[fate] for fate in FATES)
        told = self.pick("、", ", ").join(f"{self.pick(*words)} {counts[fate]}" for fate, words in FATES.items())
        self.teller.line(
            f"  {counts['requests']}次请求里有{harmed}次出了岔子:{told}",
            f"  Of {counts['requests']} requests, {harmed} met with trouble: {told}",
        )
        self.teller.line(f"  上传{size(counts['bytes_up'])},下载{size(counts['bytes_down'])}",
                         f"  {size(counts['bytes_up'])} up, {size(counts['bytes_down'])} down")  # fmt: skip
