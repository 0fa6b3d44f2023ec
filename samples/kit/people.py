"""Households, residents and leaders. Every name, number and phone is made up from the seed.

The area code of the ID numbers (220199) and the phone prefix (154) are not in use, so that none of them is
anybody's; their form is that of real ones, check character included.
"""

import datetime
from dataclasses import dataclass, field

# The day the roster was made: the same community for the same seed, whenever it is generated.
TODAY = datetime.date(2026, 6, 1)

SURNAMES = ("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗" * 3) + "梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN_MEN = "伟强磊军洋勇杰涛超明刚平辉鹏飞波斌宇浩凯健俊帆博建国志海德成永庆"
GIVEN_WOMEN = "芳娜秀敏静丽艳娟霞玲桂英梅兰凤琴云洁雪颖慧婷倩蕾琳玉淑珍春华红"

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK = "10X98765432"


@dataclass
class Resident:
    name: str
    birth: datetime.date
    id_type: str
    id_number: str
    phone: str
    kind: str
    flags: str
    moved_in: datetime.date

    @property
    def age(self):
        return (TODAY - self.birth).days // 365


@dataclass
class Household:
    door: object
    head_name: str
    phone: str
    tags: str
    note: str
    status: str
    residents: list = field(default_factory=list)


@dataclass(frozen=True)
class Leader:
    name: str
    phone: str
    role: str  # as in the pack
    place: object


def person_name(random, woman):
    given = GIVEN_WOMEN if woman else GIVEN_MEN
    return random.choice(SURNAMES) + "".join(random.sample(given, random.choice((1, 2, 2))))


def phone_number(random):
    return f"154{random.randrange(10**8):08}"


def id_number(random, birth, woman, taken):
    """GB 11643: area, birth date, order (odd for men), ISO 7064 MOD 11-2 check character. Nobody has another's."""
    body = ""
    while not body or body in taken:
        order = random.randrange(0, 998, 2) + (0 if woman else 1)
        body = f"220199{birth:%Y%m%d}{order:03}"
    taken.add(body)
    return body + ID_CHECK[sum(int(digit) * weight for digit, weight in zip(body, ID_WEIGHTS)) % 11]


def household_sizes(random, doors, residents):
    """One size a door, adding up to `residents`; a few doors stand empty."""
    sizes = random.choices((0, 1, 2, 3, 4, 5), (2, 21, 31, 29, 12, 5), k=doors)
    while sum(sizes) != residents:
        at = random.randrange(doors)
        step = 1 if sum(sizes) < residents else -1
        if 1 <= sizes[at] and 1 <= sizes[at] + step <= 6:
            sizes[at] += step
    return sizes


def birth_of(random, age):
    return TODAY - datetime.timedelta(days=age * 365 + random.randrange(365))


def ages_of(random, size):
    """The people of one home: a couple or somebody alone, then children, then a parent of theirs."""
    first = random.choices((26, 38, 52, 66, 78), (16, 26, 22, 24, 12))[0] + random.randrange(-5, 9)
    ages = [first, max(20, first + random.randrange(-5, 5))]
    ages += [max(0, first - random.randrange(24, 34)) for _ in range(random.choice((1, 1, 2)))]
    ages += [first + random.randrange(22, 30)] if first < 62 else [max(0, first - 52)]
    ages += [max(0, first - random.randrange(24, 34)) for _ in range(4)]
    return [min(age, 99) for age in ages[:size]]


def make_resident(random, age, alone, taken):
    woman = random.random() < 0.51
    birth = birth_of(random, age)
    kind = random.choices(("户籍", "流动", "外出", "空挂", "境外"), (760, 205, 18, 14, 3))[0]
    passport = kind == "境外"
    flags = []
    if age >= 80:
        flags.append("高龄老人")
    if alone and age >= 65:
        flags.append("独居老人")
    if age <= 6:
        flags.append("学龄前儿童")
    return Resident(
        name=person_name(random, woman),
        birth=birth,
        id_type="护照" if passport else "居民身份证",
        id_number=f"E{random.randrange(10**8):08}" if passport else id_number(random, birth, woman, taken),
        phone=phone_number(random) if 12 <= age <= 84 else "",
        kind=kind,
        flags="、".join(flags),
        moved_in=max(birth, TODAY - datetime.timedelta(days=random.randrange(30, 9000))),
    )


def make_household(random, door, size, taken):
    residents = [make_resident(random, age, size == 1, taken) for age in ages_of(random, size)]
    if not residents:
        return Household(door, "", "", "", "", "空置")
    head = residents[0]
    tags = ["有老人"] if any(person.age >= 65 for person in residents) else []
    tags += ["有儿童"] if any(person.age <= 12 for person in residents) else []
    tags += ["有宠物"] if random.random() < 0.12 else []
    tenants = sum(person.kind == "流动" for person in residents) * 2 > size
    note = random.choice(("白天上班,晚上在家", "门铃坏了,请敲门", "老人耳背,多敲几下", "")) if random.random() < 0.2 else ""
    return Household(door, head.name, head.phone, "、".join(tags), note, "出租" if tenants else "自住", residents)


def make_households(random, doors, residents):
    """One a door, with so many residents in all."""
    taken = set()
    return [make_household(random, door, size, taken) for door, size in zip(doors, household_sizes(random, len(doors), residents))]
