#!/usr/bin/env python3
"""Makes the table of pinyin initials from Unihan_Readings.txt.bz2 (docs/search.md, "Readings").

Usage: initials.py READINGS OUT.cpp
"""

import bz2
import re
import sys
import unicodedata

# The first of them that has a character decides: the national table of characters in use (通用规范汉字表), with
# surnames' readings, or a dictionary of today's language. In historical dictionaries they drown in archaic
# readings.
DICTIONARIES = ("kTGHZ2013", "kXHC1983")
COMMON = "kMandarin"
DENSE = range(0x3400, 0xA000)


def initials(syllables):
    """`["zhāng", "ér"]` as a set of bits, a lowest."""
    bits = 0
    for syllable in syllables:
        letter = unicodedata.normalize("NFD", syllable)[0]
        if not "a" <= letter <= "z":
            sys.exit(f"initials.py: a reading that does not begin with a letter: {syllable}")
        bits |= 1 << (ord(letter) - ord("a"))
    return bits


def read(path):
    """Bits by character."""
    fields = {}
    with bz2.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            parts = line.rstrip("\n").split("\t")
            if len(parts) == 3 and parts[1] in (*DICTIONARIES, COMMON):
                fields.setdefault(int(parts[0][2:], 16), {})[parts[1]] = parts[2]
    table = {}
    for character, found in fields.items():
        bits = initials(found.get(COMMON, "").split())
        for dictionary in DICTIONARIES:
            if dictionary in found:
                # `0207.100,0207.110:dān 0999.090:shàn`
                bits |= initials(s for entry in found[dictionary].split() for s in re.split("[:,]", entry) if s[0].isalpha())
                break
        table[character] = bits
    return table


def rows(numbers):
    numbers = [str(number) for number in numbers]
    return ",\n".join(", ".join(numbers[i : i + 24]) for i in range(0, len(numbers), 24))


def main(readings, out):
    table = read(readings)
    if len(table) < 40_000:
        sys.exit(f"initials.py: only {len(table)} characters in {readings}; is it Unihan_Readings.txt.bz2?")
    sets = [0, *sorted(set(table.values()))]
    if len(sets) > 256:
        sys.exit(f"initials.py: {len(sets)} sets of initials do not fit into a byte")
    index = {bits: i for i, bits in enumerate(sets)}
    others = sorted(character for character in table if character not in DENSE)
    with open(out, "w", encoding="utf-8") as file:
        file.write(
            "// Made by engine/search/initials.py from the Unihan database.\n"
            "// Unicode Data Files, Copyright 1991-2022 Unicode, Inc. and others; https://www.unicode.org/copyright.html\n"
            '#include "search/initials_table.hpp"\n\nnamespace doorstep {\n\n'
            f"const std::uint32_t kInitialSets[{len(sets)}] = {{\n{rows(sets)}}};\n\n"
            f"const std::uint8_t kDenseInitials[{len(DENSE)}] = {{\n"
            f"{rows(index[table.get(character, 0)] for character in DENSE)}}};\n\n"
            f"const std::uint32_t kOtherInitials[{len(others)}] = {{\n"
            f"{rows(character << 8 | index[table[character]] for character in others)}}};\n"
            f"const std::size_t kOtherInitialCount = {len(others)};\n\n}}  // namespace doorstep\n"
        )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
