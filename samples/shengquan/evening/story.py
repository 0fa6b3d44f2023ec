"""The story in its order."""

from .homes import tell_homes, tell_visits


def tell(evening):
    evening.prepare()
    evening.register()
    evening.everybody_at_once()
    tell_homes(evening)
    tell_visits(evening)
    teller = evening.teller
    teller.heading("对不对得上", "Does it add up")
    for check in evening.checks:
        teller.check(check)
    return all(check.holds for check in evening.checks)
