"""The whole month, planned before any program runs."""

from .knocking import Round
from .needs import plan_council, plan_replies
from .plan import Month
from .safety import SafetyRounds


def plan_month(roster, seed):
    month = Month(roster, seed)
    Round(month).plan()
    SafetyRounds(month).plan()
    plan_replies(month)
    plan_council(month)
    return month
