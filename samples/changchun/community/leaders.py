"""The three leaders of every place, and the doors nobody told the office of."""

from itertools import zip_longest

from kit.people import Leader, person_name, phone_number


def make_leaders(random, community):
    """One for each grid, building and chosen unit. Two of the building leaders have the same name."""
    posts = [("grid_leader", grid) for grid in community.grids]
    posts += [("building_leader", building) for building in community.buildings]
    posts += [("unit_leader", unit) for unit in community.unit_posts]
    leaders, names, phones = [], set(), set()
    namesake_at = len(community.grids) + 1
    for at, (role, place) in enumerate(posts):
        name = leaders[-1].name if at == namesake_at else person_name(random, random.random() < 0.7)
        while name in names and at != namesake_at:
            name = person_name(random, random.random() < 0.7)
        phone = phone_number(random)
        while phone in phones:
            phone = phone_number(random)
        names.add(name)
        phones.add(phone)
        leaders.append(Leader(name, phone, role, place))
    return leaders


def choose_unlisted(random, community, households):
    """Homes that the office's roster lacks: from every grid, one a unit at most, and somebody lives there."""
    by_unit = {}
    for home in households:
        if home.residents:
            by_unit.setdefault(home.door.parent.code, []).append(home)
    per_grid = [random.sample(grid.under("unit"), len(grid.under("unit"))) for grid in community.grids]
    turns = [unit for turn in zip_longest(*per_grid) for unit in turn if unit]
    return [random.choice(by_unit[unit.code]) for unit in turns[: community.plan.unlisted]]
