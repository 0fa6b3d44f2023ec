"""The CSV files an office imports, with the words its pack uses."""

import csv
import tomllib

from .programs import ROOT


def pack_words(pack, key):
    """Chinese words by name: `levels` or `roles` of a pack and those it extends."""
    folder = ROOT / "schemas" / pack
    declared = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8"))
    words = pack_words((folder / declared["extends"]).resolve().name, key) if "extends" in declared else {}
    return words | {item["name"]: item["zh"] for item in declared.get(key, ())}


def write_table(path, headers, rows):
    """With a byte order mark, for Excel."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        writer.writerows(rows)
