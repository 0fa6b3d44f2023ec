"""Who does what in a street: stewards, grid workers, staff, party members; the reserves; and who was trained when."""

from dataclasses import dataclass

from kit.people import Leader, person_name, phone_number

# What a reserve is, as the pack's choices say it in Chinese, and what each may be good at.
CATEGORIES = ("两代表一委员", "退休党员", "流动党员", "小组长", "能工巧匠", "志愿者")
SKILLS = ("调解", "水电", "书法", "理发", "护理", "木工", "法律", "文艺", "电脑手机")

SKILL_COURSES = ("劝导与沟通", "消防安全", "矛盾调解", "老人照护", "手机登记", "环境整治", "政策宣讲", "急救常识")
TIERS = ("初级", "中级", "高级")


@dataclass(frozen=True)
class Post:
    holder: Leader
    place: object
    role: str
    starts: object
    ends: object = None
    ended_why: str = ""


@dataclass(frozen=True)
class Reserve:
    name: str
    phone: str
    place: object
    categories: tuple
    skills: tuple


@dataclass(frozen=True)
class Session:
    title: str
    kind: str
    tier: str
    day: object
    hour: int
    trainer: str
    attended: tuple  # (person, came, passed)


class Staff:
    """The people of one street. Of two stewards who share an alley the second is in `second_at`."""

    def __init__(self, street, chance, month, phones):
        self.street, self.chance, self.month, self.phones = street, chance, month, phones
        plan, alleys = street.plan, street.alleys
        self.last_alley = alleys[-1]  # whose post is filled again, or falls empty
        self.stewards, self.steward_at, self.second_at, self.posts = [], {}, {}, []
        for alley in alleys:
            if not (plan.released_before and alley is self.last_alley):
                self.steward_at[alley] = self._appoint("leader", alley)
                self.stewards.append(self.steward_at[alley])
        for alley in alleys[: plan.stewards - len(self.stewards)]:
            self.second_at[alley] = self._appoint("leader", alley)
            self.stewards.append(self.second_at[alley])
        self.grid_worker_at = {grid: self._appoint("grid_leader", grid) for grid in street.grids}
        self.worker_at = {community: self._appoint("community_worker", community) for community in street.communities}
        count = len(street.communities)
        self.party_member_at = {alley: self._appoint("party_member", alley) for alley in alleys[count : 2 * count]}
        self.station_steward = {}
        for at, station in enumerate(street.stations):
            steward = self.steward_at[alleys[count * 2 + at]]
            self.station_steward[station] = steward
            self.posts.append(Post(steward, station, "leader", month.day(-180)))
        self.with_phones = [*self.stewards, *self.grid_worker_at.values(), *self.worker_at.values()]
        self.with_phones += self.party_member_at.values()
        self.trainees = list(self.with_phones)
        self.former = None
        if plan.released_before:
            self.former = self._person("leader", self.last_alley)
            left = month.day(-25)
            self.posts.append(Post(self.former, self.last_alley, "leader", month.day(-310), left, "考评不称职"))
            self.trainees.append(self.former)
        self.reserves = self._make_reserves()
        self.sessions = self._make_sessions()

    def _person(self, role, place):
        phone = phone_number(self.chance)
        while phone in self.phones:
            phone = phone_number(self.chance)
        self.phones.add(phone)
        return Leader(person_name(self.chance, self.chance.random() < 0.6), phone, role, place)

    def _appoint(self, role, place):
        who = self._person(role, place)
        self.posts.append(Post(who, place, role, self.month.day(-self.chance.randrange(200, 310))))
        return who

    def community_of(self, place):
        return place.above("community")

    def worker_of(self, place):
        return self.worker_at[self.community_of(place)]

    def grid_worker_of(self, place):
        return self.grid_worker_at[self.street.grid_of[place]]

    def _make_reserves(self):
        """The first one, of the community of the last alley, is who will be found suitable."""
        out = []
        for number in range(self.street.plan.reserves):
            community = self.chance.choice(self.street.communities)
            categories = tuple(self.chance.sample(CATEGORIES, self.chance.choice((1, 1, 1, 2))))
            skills = tuple(self.chance.sample(SKILLS, self.chance.choice((1, 2, 2, 3))))
            if number == 0:
                community, categories, skills = self.community_of(self.last_alley), ("退休党员",), ("调解", "水电")
            who = self._person("leader", community)
            out.append(Reserve(who.name, who.phone, community, categories, skills))
        return out

    def _make_sessions(self):
        """Two inductions before anybody began, then a session now and then until the day before yesterday."""
        plan, number = self.street.plan, self.street.number
        count, rows = plan.sessions, plan.attendances
        sessions = []
        for at in range(2):
            there = tuple((who, True, True) for who in self.trainees[at::2])
            day = self.month.day(-330 + 7 * at)
            sessions.append(Session(f"{plan.zh}岗前培训第{at + 1}期", "岗前培训", "初级", day, 14, "街道党校", there))
        rest = rows - len(self.trainees)
        for at in range(count - 2):
            size = rest // (count - 2) + (1 if at < rest % (count - 2) else 0)
            there = []
            for who in self.chance.sample(self.with_phones, min(size, len(self.with_phones))):
                came = self.chance.random() < 0.94
                there.append((who, came, came and self.chance.random() < 0.85))
            course = SKILL_COURSES[(at + number) % len(SKILL_COURSES)]
            kind = "安全培训" if course in ("消防安全", "急救常识") else "业务培训"
            day = self.month.day(-300 + at * 298 // (count - 2))
            title = f"{plan.zh}{course}第{at + 1}期"
            sessions.append(Session(title, kind, TIERS[at % 3], day, 9, "区社工学院", tuple(there)))
        return sessions
