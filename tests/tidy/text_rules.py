#!/usr/bin/env python3
"""Fails on source files over 600 lines, and on marks of unfinished work.

Usage: text_rules.py [ROOT]
"""

import re
import sys
from pathlib import Path

MAX_LINES = 600
ROOTS = (".ci", "cmake", "engine", "platform", "samples", "schemas", "scripts", "sync-server", "tests")
SOURCE_SUFFIXES = {"", ".c", ".cmake", ".cpp", ".h", ".hpp", ".in", ".md", ".py", ".sh", ".toml", ".txt"}
# Written in two parts so that this file passes its own test.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b")


def violations(root):
    root = Path(root)
    files = [file for top in ROOTS for file in sorted((root / top).rglob("*"))]
    files += sorted(root.glob("*.md")) + sorted(root.glob("CMake*"))
    found = []
    for file in files:
        if not file.is_file() or file.suffix not in SOURCE_SUFFIXES or "__pycache__" in file.parts:
            continue
        path = file.relative_to(root).as_posix()
        lines = file.read_text(encoding="utf-8").splitlines()
        if len(lines) > MAX_LINES and file.suffix not in {".md", ".toml"}:
            found.append(f"{path}: {len(lines)} lines are two ideas: split by topic (at most {MAX_LINES})")
        for number, line in enumerate(lines, 1):
            if UNFINISHED.search(line):
                found.append(f"{path}:{number}: finish it, or open an issue")
    return found


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    found = violations(root)
    print("\n".join(found) if found else "text rules: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
