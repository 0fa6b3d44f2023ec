"""The thirty days until yesterday, as China counts them."""

import datetime

CHINA = datetime.timezone(datetime.timedelta(hours=8))
DAYS = 30


class Month:
    def __init__(self):
        self.today = datetime.datetime.now(CHINA).date()
        self.days = [self.day(-back) for back in range(DAYS, 0, -1)]
        self.weekdays = [day for day in self.days if day.weekday() < 5]

    def day(self, offset):
        """A day from today on, or before."""
        return self.today + datetime.timedelta(days=offset)

    def weeks(self):
        """Weekdays of the month by week: the number of the week, its first and last day within the month."""
        weeks = {}
        for day in self.weekdays:
            weeks.setdefault(day.isocalendar()[1], []).append(day)
        return [(number, days[0], days[-1]) for number, days in weeks.items()]


def moment(day, hour, minute=0):
    """As the phones and the office read it."""
    return f"{day.isoformat()}T{hour:02}:{minute:02}:00+08:00"


def sheet_moment(day, hour, minute=0):
    """As it stands in an office's spreadsheet."""
    return f"{day.isoformat()} {hour:02}:{minute:02}"


def on_day(text):
    """The day in China of a moment that a view tells."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(CHINA).date()
