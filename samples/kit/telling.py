"""A report as a person reads it: Chinese unless English is asked for."""

import sys
import time
import unicodedata
from dataclasses import dataclass

# What befell a request on the way (network.py).
FATES = {
    "dropped": ("没送到就断了", "lost on the way"),
    "unanswered": ("送到了,回音丢了", "arrived, answer lost"),
    "cut": ("回音只到一半", "answer cut in half"),
    "repeated": ("同时送到两份", "arrived twice at once"),
    "echoed": ("旧的一份后来又到", "an old copy arrived later"),
    "slow": ("耽搁了", "delayed"),
}
WIDTH = 78


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text, columns):
    return text + " " * max(0, columns - width(text))


def bar(done, of, columns=24):
    full = columns * done // of
    return "█" * full + "░" * (columns - full)


@dataclass
class Check:
    """What has to be true, as a sentence that says so."""

    holds: bool
    zh: str
    en: str


class Teller:
    def __init__(self, language, everything):
        self.chinese = language == "zh"
        self.everything = everything
        self.began = time.monotonic()
        self.colour = sys.stdout.isatty()

    def pick(self, zh, en):
        return zh if self.chinese else en

    def line(self, zh="", en=""):
        print(self.pick(zh, en), flush=True)

    def title(self, zh, en):
        print("━" * WIDTH)
        self.line("  " + zh, "  " + en)
        print("━" * WIDTH, flush=True)

    def heading(self, zh, en):
        text = self.pick(zh, en)
        print(f"\n\033[1m{text}\033[0m" if self.colour else f"\n{text}", flush=True)

    def step(self, zh, en):
        """Something that has just been done, with the time since the beginning."""
        print(f"[{time.monotonic() - self.began:5.1f}{self.pick('秒', ' s')}] {self.pick(zh, en)}", flush=True)

    def quote(self, who, sentences):
        for sentence in sentences:
            self.line(f"            {who}的手机:“{sentence['zh']}”", f"            {who}'s phone: \"{sentence['en']}\"")

    def check(self, check):
        mark, colour = ("✓", 32) if check.holds else ("✗", 31)
        text = f"{mark} {self.pick(check.zh, check.en)}"
        print(f"\033[{colour}m{text}\033[0m" if self.colour else text, flush=True)

    def rest(self, total, shown):
        """After the first few of a list."""
        if total > shown and not self.everything:
            self.line(f"    ……还有{total - shown}处(加 --all 全列)", f"    ... and {total - shown} more (--all lists them)")


def size(count):
    return f"{count / 1024:.0f} KB" if count < 1024 * 1024 else f"{count / (1024 * 1024):.1f} MB"
