"""Small tables and long sentences for a report."""

from kit.romanise import romanised
from kit.telling import padded, width

PAGE_WIDTH = 100
FARTHEST_BACK = 30
MARKS = ",。:;、)”?!"


def show(rows, indent=2, gap=3):
    """Columns as wide as they need; numbers stand to the right."""
    texts = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    widths = [max(width(row[at]) for row in texts) for at in range(len(texts[0]))]
    numeric = [all(isinstance(row[at], int) for row in rows[1:]) for at in range(len(texts[0]))]
    for row in texts:
        cells = [
            " " * (wide - width(cell)) + cell if right else padded(cell, wide)
            for cell, wide, right in zip(row, widths, numeric)
        ]
        print((" " * indent + (" " * gap).join(cells)).rstrip())


def say(teller, zh, en):
    """A sentence, folded where it would be wider than a page, after a mark or a blank where one is near; what is
    folded stands further in."""
    text = teller.pick(zh, en)
    indent = len(text) - len(text.lstrip())
    hanging, line = indent + 2, ""
    for character in text.lstrip():
        if width(line + character) > PAGE_WIDTH - indent and character not in MARKS:
            near = max(line.rfind(mark) for mark in MARKS + " ") + 1
            cut = near if width(line[near:]) < FARTHEST_BACK else len(line)
            print(" " * indent + line[:cut].rstrip())
            line, indent = line[cut:], hanging
        line += character
    print(" " * indent + line.rstrip(), flush=True)


def called(teller, name):
    return teller.pick(name, romanised(name))


def date_words(teller, day):
    """A day of the form 2026-06-13, short."""
    month, number = int(day[5:7]), int(day[8:10])
    return teller.pick(f"{month}月{number}日", f"{number} {('May', 'June', 'July')[month - 5]}")
