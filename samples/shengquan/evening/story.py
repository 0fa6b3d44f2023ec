"""The story in its order, and at its end whether all of it is true."""

from kit.telling import FATES, size

from .fire import tell_fire
from .hats import tell_election, tell_hats
from .homes import tell_homes, tell_visits
from .matters import tell_neighbours, tell_proposal
from .safety import tell_drills, tell_routes

def tell(evening):
    """Plays and tells; True when all of it holds."""
    evening.prepare()
    evening.register()
    evening.everybody_at_once()
    for chapter in (
        tell_homes, tell_visits, tell_fire, tell_drills, tell_routes, tell_proposal, tell_neighbours, tell_hats, tell_election,
        tell_network,
    ):  # fmt: skip
        chapter(evening)
    evening.teller.heading("十 对不对得上", "10  Does it add up")
    for check in evening.checks:
        evening.teller.check(check)
    return all(check.holds for check in evening.checks)


def tell_network(evening):
    teller, counts = evening.teller, evening.network
    teller.heading("九 那一次一齐上传,路上", "9  On the way, when all sent at once")
    harmed = sum(counts[fate] for fate in FATES)
    teller.line(f"  {counts['requests']:,}次请求里有{harmed:,}次出了岔子:", f"  Of {counts['requests']:,} requests {harmed:,} met with trouble:")
    for group in (("dropped", "unanswered", "cut"), ("repeated", "echoed", "slow")):
        print("    " + teller.pick("、", ", ").join(f"{teller.pick(*FATES[fate])} {counts[fate]:,}" for fate in group))
    teller.line(
        f"  上传 {size(counts['bytes_up'])},下载 {size(counts['bytes_down'])},用了{evening.network_seconds:.1f}秒",
        f"  {size(counts['bytes_up'])} up, {size(counts['bytes_down'])} down, in {evening.network_seconds:.1f} s",
    )
    evening.expect(
        sum(counts[fate] > 0 for fate in FATES) >= 5,
        "路上确实断过、丢过、截过、重复过",
        "the network really did lose, cut and repeat",
    )
