"""Small tables: the first column to the left, numbers to the right."""

from kit.telling import padded, width


def print_table(heads, rows, indent=2, first=16, other=10):
    for row in (heads, *rows):
        cells = [f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row]
        print(" " * indent + padded(cells[0], first) + "".join(" " * (other - width(cell)) + cell for cell in cells[1:]))
