#!/usr/bin/env python3
"""Fails when an include crosses a wall between rooms (the tables below are the walls).

Usage: walls.py [ROOT]
"""

import re
import sys
from pathlib import Path

# What each room may include besides itself and the public vocabulary. An entry is a room or a single header.
ENGINE_CORE = {"engine/base", "engine/clock", "engine/schema", "engine/merge", "engine/wire"}
EVERYTHING = {"*"}
ROOMS = {
    "engine/include": set(),
    "engine/base": set(),
    "engine/clock": {"engine/base", "engine/ports"},
    "engine/schema": {"engine/base"},
    "engine/schema/loader": {"engine/base", "engine/schema"},
    "engine/forms": {"engine/base", "engine/schema"},
    "engine/ports": {"engine/base"},
    "engine/merge": {"engine/base", "engine/clock", "engine/schema"},
    "engine/wire": ENGINE_CORE,
    "engine/sql": {"engine/base"},
    "engine/folding": ENGINE_CORE | {"engine/sql"},
    "engine/views": ENGINE_CORE | {"engine/folding", "engine/sql"},
    "engine/search": ENGINE_CORE | {"engine/folding", "engine/sql"},
    "engine/store": ENGINE_CORE | {"engine/folding", "engine/ports", "engine/search", "engine/sql", "engine/views"},
    "engine/store/sync_store.hpp": ENGINE_CORE | {"engine/ports"},
    "engine/sync": ENGINE_CORE | {"engine/ports", "engine/store/sync_store.hpp"},
    "engine/client": ENGINE_CORE | {"engine/ports", "engine/store", "engine/sync"},
    "platform/posix": {"engine/base", "engine/ports"},
    "platform/curl": {"engine/base", "engine/ports"},
    "platform/native": {"engine/base", "engine/ports", "platform/posix", "platform/curl"},
    "sync-server/http": {"engine/base"},
    "sync-server/auth": ENGINE_CORE,
    "sync-server/store": ENGINE_CORE,
    "sync-server/sqlite": ENGINE_CORE
    | {"engine/folding", "engine/search", "engine/sql", "engine/views", "sync-server/store"},
    "sync-server/pipeline": ENGINE_CORE | {"engine/ports", "sync-server/store"},
    "sync-server/duplicates": ENGINE_CORE | {"sync-server/store", "sync-server/pipeline"},
    "sync-server/tabular": {"engine/base"},
    "sync-server/xlsform": {"engine/base", "engine/schema", "engine/forms"},
    "sync-server/paper": {"engine/base", "engine/schema", "engine/forms", "sync-server/tabular"},
    "sync-server/printing": {"engine/base", "engine/schema", "engine/forms"},
    "sync-server/app": ENGINE_CORE
    | {
        "engine/ports",
        "engine/schema/loader",
        "sync-server/http",
        "sync-server/auth",
        "sync-server/store",
        "sync-server/sqlite",
        "sync-server/pipeline",
        "sync-server/duplicates",
        "sync-server/tabular",
        "sync-server/xlsform",
        "sync-server/paper",
        "sync-server/printing",
    },
    "samples/field-cli": set(),
    "tests/unit": EVERYTHING,
    "tests/simulation": EVERYTHING,
    "tests/bench": EVERYTHING,
    "tests/e2e": set(),
}

# Public headers (engine/include/doorstep): these are words that every room speaks; the rest are the SDK, which
# only the rooms that make it and those outside it may include, never the merge code nor the server.
VOCABULARY = {"doorstep/decision.hpp", "doorstep/error.hpp", "doorstep/found.hpp", "doorstep/id.hpp", "doorstep/value.hpp"}
SDK_READERS = ("engine/include", "engine/forms", "engine/store", "engine/sync", "engine/client", "platform/", "samples/", "tests/")

# Which directories may include a vendor's headers; a vendor not named here is free to all but VENDORLESS rooms.
TESTS = ("tests/unit", "tests/simulation", "tests/bench")
VENDOR_HOMES = [
    (r"sqlite3(ext)?\.h$", ("engine/sql", "engine/store", "tests/simulation", "tests/unit/simulation", "tests/bench")),
    (r"curl/", ("platform/curl",)),
    (r"boost/(beast|asio)\b", ("sync-server/http",)),
    (r"openssl/", ("sync-server/auth", "sync-server/http", "tests/unit/auth", "tests/unit/curl", "tests/unit/http")),
    (r"cereal/", ("engine/wire",)),
    (r"zstd\w*\.h$", ("engine/wire",)),
    (r"sodium(/|\.h$)", ("engine/base",)),
    (r"toml\+\+/", ("engine/schema/loader",)),
    (r"utf8proc\.h$", ("engine/schema", "engine/search", "sync-server/app")),
    (r"rapidjson/", ("engine/forms", "engine/wire")),
    (r"pcre2\.h$", ("engine/forms",)),
    (r"(libpq|pqxx|postgres)", ()),
    (r"CLI/", ("sync-server/app", "samples/field-cli", "tests/simulation", "tests/bench")),
    (r"(spdlog|fmt|prometheus)/", ("sync-server/app",)),
    (r"(cairo|pango|turbojpeg|qrencode)", ("sync-server/printing",)),
    (r"png\.h$", ("sync-server/app", "tests/unit/app")),
    (r"csv\.h$", ("sync-server/tabular",)),
    (r"(minizip/|pugixml|xlsxwriter)", ("sync-server/tabular", "tests/unit/tabular")),
    (r"nlohmann/", ("sync-server/app", "samples/field-cli") + TESTS),
    (r"(catch2/|rapidcheck)", TESTS),
]
# An embedder's compiler reads these: every vendor they name must come with the installed package.
EMBEDDER_VENDORS = re.compile(r"(tl/expected\.hpp|boost/uuid/uuid\.hpp)$")
VENDORLESS = ("engine/include",)

# Lives beside the engine, runs at the office only: the two rules below do not bind it.
SERVER_SIDE = ("engine/schema/loader/",)

# The engine decides without threads, files, sockets or real time; platforms and stores bring those.
PURE = ("engine/base", "engine/clock", "engine/schema", "engine/forms", "engine/ports", "engine/merge",
        "engine/wire", "engine/sync")
IMPURE_HEADERS = re.compile(
    r"(thread|mutex|shared_mutex|condition_variable|future|fstream|filesystem|iostream|unistd\.h|fcntl\.h|poll\.h|"
    r"pthread\.h|netdb\.h|sys/.*|netinet/.*|arpa/.*)$"
)
IMPURE_CODE = re.compile(r"(system|steady|high_resolution)_clock::now|\brandom_device\b|\bsleep_(for|until)\b")

# Old phone and web toolchains lack these, and compile engine and platform.
OLD_TOOLCHAIN = ("engine/", "platform/")
NEW_HEADERS = re.compile(r"(ranges|coroutine|source_location|memory_resource|format|stop_token)$")
NEW_CODE = re.compile(r"\bstd::(bit_cast|jthread|ranges|views|pmr|format|source_location)\b")

INCLUDE_ROOTS = ("engine/include", "engine", "platform", "sync-server", "tests")
# Programs of one directory: here "file.hpp" beside the including file is fine.
NEIGHBOURLY = ("samples/", "tests/")
SOURCE_SUFFIXES = {".cpp", ".hpp", ".h", ".c"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
COMMENT = re.compile(r"//.*$")


def room_of(path):
    """The innermost room that holds the file, or None."""
    best = None
    for room in ROOMS:
        if (path == room or path.startswith(room + "/")) and (best is None or len(room) > len(best)):
            best = room
    return best


def allowed(room, target_room):
    # A right to a room is a right to the headers in it that have rules of their own, not the other way round.
    holder = target_room.rsplit("/", 1)[0] if target_room.endswith(".hpp") else target_room
    return ROOMS[room] == EVERYTHING or bool({target_room, holder} & (ROOMS[room] | {room}))


def check_project_include(root, path, room, name, quoted):
    """A complaint, or None; False when the name is no project file."""
    roots = INCLUDE_ROOTS
    if quoted and path.startswith(NEIGHBOURLY):
        roots += (path.rsplit("/", 1)[0],)
    candidates = [f"{base}/{name}" for base in roots if (root / base / name).is_file()]
    if len(candidates) > 1:
        return f"<{name}> could be any of {', '.join(candidates)}: rename one"
    if not candidates:
        if quoted:
            return f'"{name}" is in no room; includes are written from the parent of the room, "room/file.hpp"'
        return False
    target = candidates[0]
    if target.startswith("engine/include/"):
        if name not in VOCABULARY and not path.startswith(SDK_READERS):
            return f"{room} may not include the SDK header <{name}>, only {', '.join(sorted(VOCABULARY))}"
        return None
    if not quoted:
        return f'project headers are included as "{name}"'
    target_room = room_of(target)
    if target_room is None or not allowed(room, target_room):
        return f"{room} may not know {target}"
    return None


def check_vendor_include(path, room, name):
    if room in VENDORLESS and ("/" in name or name.endswith(".h")) and not EMBEDDER_VENDORS.match(name):
        return f"{room} may not include <{name}>: embedders would need it"
    for pattern, homes in VENDOR_HOMES:
        if re.match(pattern, name):
            if not any(path.startswith(home + "/") for home in homes):
                return f"<{name}> belongs in {', '.join(homes) or 'no room yet'}, not in {room}"
            return None
    if room == "samples/field-cli" and name.startswith("boost/"):
        return f"{room} may include <doorstep/...> only"
    return None


def check_line(root, path, room, line):
    pure = path.startswith(PURE) and not path.startswith(SERVER_SIDE)
    old = path.startswith(OLD_TOOLCHAIN) and not path.startswith(SERVER_SIDE)
    match = INCLUDE.match(line)
    if not match:
        code = COMMENT.sub("", line)
        if pure and IMPURE_CODE.search(code):
            return "the engine's core takes time and chance through ports or arguments"
        if old and NEW_CODE.search(code):
            return "not in the old toolchains that compile engine and platform"
        return None
    quoted, name = match.group(1) == '"', match.group(2)
    if ".." in name.split("/"):
        return f"no '..' in includes: {name}"
    verdict = check_project_include(root, path, room, name, quoted)
    if verdict is not False:
        return verdict
    if pure and IMPURE_HEADERS.match(name):
        return f"<{name}>: the engine's core knows no threads, files, sockets or real time"
    if old and NEW_HEADERS.match(name):
        return f"<{name}> is not in the old toolchains that compile engine and platform"
    return check_vendor_include(path, room, name)


def violations(root):
    root = Path(root)
    found = []
    for top in ("engine", "platform", "sync-server", "samples", "tests"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in SOURCE_SUFFIXES:
                continue
            path = file.relative_to(root).as_posix()
            room = room_of(path)
            if room is None:
                found.append(f"{path}: in no room that tests/tidy/walls.py knows")
                continue
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                complaint = check_line(root, path, room, line)
                if complaint:
                    found.append(f"{path}:{number}: {complaint}")
    return found


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    found = violations(root)
    print("\n".join(found) if found else "walls: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
