"""At the end: the report, and whether what the views say is what was planned."""

from . import checks
from .telling import Report


def judge(story):
    """Prints the report; True when all of it holds."""
    ends = story.ends
    Report(story, ends).tell()
    story.teller.heading("十一 对不对得上", "11  Does it add up")
    all_checks = list(checks.all_checks(story, ends))
    for check in all_checks:
        story.teller.check(check)
    return all(check.holds for check in all_checks)
