"""Many phones at once: joining, recording, and syncing until nobody has anything new."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from .programs import Failed

# Starting processes keeps two cores busy with four at a time; what waits on the network takes everybody at once.
AT_A_TIME = 4
MOST_ROUNDS = 8
MOST_TRIES = 60


def each(work, items, at_a_time=AT_A_TIME):
    with ThreadPoolExecutor(at_a_time) as pool:
        return list(pool.map(work, items))


def join(phones, links):
    """Every phone joins by its leader's link and fetches; how many rows in all."""

    def begin(phone):
        phone.join(links[phone.leader.name, phone.leader.phone])
        if phone.sync() is None:
            raise Failed(f"{phone.leader.name} could not reach the office")
        return phone.reports[-1]["pulled_rows"]

    return sum(each(begin, phones))


def sync_through(phone):
    """Tries until the office has been reached; the report."""
    for attempt in range(MOST_TRIES):
        report = phone.sync()
        if report is not None:
            return report
        time.sleep(min(0.05 * (attempt + 1), 0.5))
    raise Failed(f"{phone.leader.name} did not get through in {MOST_TRIES} tries")


def sync_until_quiet(phones, after_first=None, at_a_time=None):
    """All start together, unless only so many at a time; who sent early has not seen what came later, so there are
    rounds, until nobody has anything new. How many. `after_first` is called when everything has arrived."""
    uneven, rounds = phones, 0
    while uneven and rounds < MOST_ROUNDS:
        rounds += 1
        together = threading.Barrier(min(len(uneven), at_a_time or len(uneven)))

        def once(phone, together=together):
            if at_a_time is None:
                together.wait(30)
            return sync_through(phone)

        reports = each(once, uneven, at_a_time=at_a_time or len(uneven))
        if rounds == 1 and after_first:
            after_first()
        uneven = [p for p, r in zip(uneven, reports) if rounds == 1 or r["pulled_rows"] + r["pushed_groups"] > 0]
    return rounds
