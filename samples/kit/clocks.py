"""The calendar of a story that spans days: office and phones live on the day it is turned to (libfaketime).

The days are made up, the programs are not: whatever they say of today, of what is overdue and of whose post is over
they work out themselves, on that day.
"""

import datetime
import math
import os
import shutil
import subprocess
import time

from .programs import Failed

CHINA = datetime.timezone(datetime.timedelta(hours=8))


class Calendar:
    """`turn_to` holds for programs that start from then on, also for how long they believe to have been running."""

    def __init__(self):
        if shutil.which("faketime") is None:
            raise Failed("没有faketime,请先安装它\nThere is no faketime: install it")
        printed = subprocess.run(["faketime", "-f", "+0s", "env"], capture_output=True, text=True, check=True).stdout
        named = [line.partition("=")[2] for line in printed.splitlines() if line.startswith("LD_PRELOAD=")]
        self._library = named[0]

    def turn_to(self, moment):
        """To a moment in China; it must not lie before the one that was reached."""
        ahead = math.ceil(moment.replace(tzinfo=CHINA).timestamp() - time.time())
        os.environ |= {"LD_PRELOAD": self._library, "FAKETIME": f"{ahead:+d}s"}


def written(moment):
    """A moment in China as a cell of the type time holds it."""
    return moment.replace(tzinfo=CHINA).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
