"""The days of the month on which something happens; the calendar is turned from one to the next."""

from datetime import datetime

JOINS = datetime(2026, 6, 1, 9)
KNOCKS = datetime(2026, 6, 6, 9, 30)  # no signal
EVENING = datetime(2026, 6, 6, 20)
KNOCKS_AGAIN = datetime(2026, 6, 7, 19)
REPLIES = datetime(2026, 6, 10, 10)  # of the police; and somebody takes her consent back
RECHECKS = datetime(2026, 6, 14, 10)
COUNCIL = datetime(2026, 6, 15, 19)
ORDERS = datetime(2026, 6, 16, 10)
ORDERS_CHECKED = datetime(2026, 6, 21, 10)
HANDOVER = datetime(2026, 6, 22, 9)
TOO_LATE = datetime(2026, 6, 23, 16)  # the former leader is at a door once more
ANSWERS = datetime(2026, 6, 25, 15)
SECOND_ROUND = datetime(2026, 6, 28, 10)
MONTH_ENDS = datetime(2026, 6, 30, 18)

LAST_DAY, SUBSTITUTE_FROM, SUBSTITUTE_UNTIL, SUCCESSOR_FROM = "2026-06-14", "2026-06-15", "2026-06-21", "2026-06-22"
# No resident of the rosters moved after the second of May (kit.people): what is found from then on was found now.
MOVES_SINCE = "2026-05-03"
