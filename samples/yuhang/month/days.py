"""The days of the story. Office and phones live on them (kit.clocks); nothing here is the day it is run on."""

import datetime

from kit.clocks import written

LAST = datetime.date(2026, 10, 31)
FIRST = LAST.replace(day=1)  # the month that is rated

CALL = datetime.date(2026, 10, 2)  # a corridor looks for a leader
APPOINTED = datetime.date(2026, 10, 15)
INSTRUCTION = datetime.date(2026, 10, 20)
SWEEP = (datetime.date(2026, 10, 28), datetime.date(2026, 10, 29), datetime.date(2026, 10, 30))
AFTER = datetime.date(2026, 11, 1)  # the month is over
INSTRUCTION_DUE = "18:00"
SWEEP_DUE = "20:00"


def before(days):
    """So many days before the last one."""
    return LAST - datetime.timedelta(days=days)


def moment(day, clock):
    """A time of day in China, such as "07:30"."""
    return datetime.datetime.combine(day, datetime.time.fromisoformat(clock))


def cell(day, clock):
    """As records on phones hold it."""
    return written(moment(day, clock))


def typed(day, clock):
    """As a clerk types it into a table."""
    return f"{day} {clock}"


def clock_of(minutes):
    return f"{minutes // 60:02}:{minutes % 60:02}"
