#!/usr/bin/env python3
"""Proves that walls.py and text_rules.py catch what they are for, and leave the rest alone."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import text_rules
import walls

# Headers that includes in the cases below may lead to.
TREE = [
    "engine/include/doorstep/error.hpp",
    "engine/include/doorstep/engine.hpp",
    "engine/base/id.hpp",
    "engine/clock/stamp.hpp",
    "engine/merge/cell.hpp",
    "engine/ports/http.hpp",
    "engine/schema/loader/loader.hpp",
    "engine/sql/database.hpp",
    "engine/store/rows.hpp",
    "engine/store/sync_store.hpp",
    "engine/store/twin.hpp",
    "engine/sync/session.hpp",
    "engine/wire/frame.hpp",
    "platform/curl/transport.hpp",
    "samples/field-cli/output.hpp",
    "sync-server/http/listener.hpp",
    "sync-server/store/server_store.hpp",
    "sync-server/store/twin.hpp",
]

ALLOWED = [
    ("engine/base/id.cpp", "#include <sodium.h>"),
    ("engine/base/id.cpp", "#include <doorstep/error.hpp>"),
    ("engine/clock/stamp.cpp", '#include "base/id.hpp"'),
    ("engine/clock/stamp.cpp", "// std::ranges::sort would do, were it everywhere"),
    ("engine/sync/session.cpp", '#include "store/sync_store.hpp"'),
    ("engine/store/rows.cpp", '#include "store/sync_store.hpp"'),
    ("engine/store/rows.cpp", '#include "sql/database.hpp"'),
    ("engine/client/engine.cpp", "#include <doorstep/engine.hpp>"),
    ("engine/client/engine.cpp", '#include "store/sync_store.hpp"'),
    ("engine/schema/loader/loader.cpp", "#include <toml++/toml.h>"),
    ("engine/wire/frame.cpp", "#include <cereal/cereal.hpp>"),
    ("platform/curl/transport.cpp", "#include <curl/curl.h>"),
    ("platform/curl/transport.cpp", '#include "curl/transport.hpp"'),
    ("platform/curl/transport.cpp", "#include <thread>"),
    ("sync-server/sqlite/store.cpp", '#include "sql/database.hpp"'),
    ("sync-server/http/listener.cpp", "#include <boost/beast/core.hpp>"),
    ("sync-server/app/main.cpp", '#include "schema/loader/loader.hpp"'),
    ("samples/field-cli/main.cpp", "#include <doorstep/engine.hpp>"),
    ("samples/field-cli/main.cpp", '#include "output.hpp"'),
    ("engine/schema/loader/loader.cpp", "#include <fstream>"),
    ("tests/unit/merge/cell_test.cpp", '#include "merge/cell.hpp"'),
    ("tests/simulation/disk.cpp", "#include <sqlite3.h>"),
    ("tests/unit/http/tls_test.cpp", "#include <openssl/ssl.h>"),
]

FORBIDDEN = [
    ("engine/base/id.cpp", '#include "clock/stamp.hpp"', "may not know"),
    ("engine/clock/stamp.cpp", '#include "merge/cell.hpp"', "may not know"),
    ("engine/merge/cell.cpp", '#include "wire/frame.hpp"', "may not know"),
    ("engine/schema/pack.cpp", '#include "schema/loader/loader.hpp"', "may not know"),
    ("engine/sync/session.cpp", '#include "store/rows.hpp"', "may not know"),
    ("engine/store/sync_store.hpp", '#include "sql/database.hpp"', "may not know"),
    ("engine/client/engine.cpp", '#include "sql/database.hpp"', "may not know"),
    ("platform/posix/files.cpp", '#include "wire/frame.hpp"', "may not know"),
    ("sync-server/pipeline/commit.cpp", '#include "http/listener.hpp"', "may not know"),
    ("sync-server/app/main.cpp", '#include "sync/session.hpp"', "may not know"),
    ("sync-server/sqlite/store.cpp", '#include "store/rows.hpp"', "may not know"),
    ("samples/field-cli/main.cpp", '#include "base/id.hpp"', "may not know"),
    ("engine/sync/session.cpp", "#include <sqlite3.h>", "belongs in engine/sql"),
    ("sync-server/app/main.cpp", "#include <boost/asio/io_context.hpp>", "belongs in sync-server/http"),
    ("engine/client/engine.cpp", "#include <curl/curl.h>", "belongs in platform/curl"),
    ("engine/merge/cell.cpp", "#include <cereal/cereal.hpp>", "belongs in engine/wire"),
    ("engine/store/rows.cpp", "#include <zstd.h>", "belongs in engine/wire"),
    ("tests/unit/store/rows_test.cpp", "#include <sqlite3.h>", "belongs in engine/sql"),
    ("engine/wire/frame.cpp", "#include <sodium.h>", "belongs in engine/base"),
    ("sync-server/pipeline/commit.cpp", "#  include <openssl/evp.h>", "belongs in"),
    ("sync-server/sqlite/store.cpp", "#include <libpq-fe.h>", "no room yet"),
    ("engine/include/doorstep/engine.hpp", "#include <boost/container/small_vector.hpp>", "embedders"),
    ("sync-server/pipeline/commit.cpp", "#include <doorstep/engine.hpp>", "SDK header"),
    ("engine/sync/session.cpp", "#include <thread>", "no threads"),
    ("engine/clock/stamp.cpp", "auto t = std::chrono::system_clock::now();", "through ports"),
    ("engine/store/rows.cpp", "#include <ranges>", "old toolchains"),
    ("platform/posix/files.cpp", "return std::bit_cast<int>(x);", "old toolchains"),
    ("engine/merge/cell.cpp", '#include "../base/id.hpp"', "'..'"),
    ("engine/merge/cell.cpp", "#include <base/id.hpp>", 'included as "base/id.hpp"'),
    ("engine/merge/cell.cpp", '#include "cell.hpp"', "in no room"),
    ("sync-server/app/main.cpp", '#include "store/twin.hpp"', "could be any of"),
    ("engine/attic/old.cpp", "int x;", "no room that"),
]


class Tree(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name)
        for path in TREE:
            self.write(path, "#pragma once\n")

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text() if file.exists() else None
        file.write_text(text)
        return before

    def restore(self, path, before):
        if before is None:
            (self.root / path).unlink()
        else:
            (self.root / path).write_text(before)


class Walls(Tree):
    def test_allowed_includes_pass(self):
        for path, line in ALLOWED:
            with self.subTest(path=path, line=line):
                before = self.write(path, line + "\n")
                self.assertEqual(walls.violations(self.root), [])
                self.restore(path, before)

    def test_forbidden_includes_are_named(self):
        for path, line, words in FORBIDDEN:
            with self.subTest(path=path, line=line):
                before = self.write(path, line + "\n")
                found = walls.violations(self.root)
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(path), found)
                self.assertIn(words, found[0])
                self.restore(path, before)


class TextRules(Tree):
    def test_long_files_and_unfinished_work_are_named(self):
        self.write("engine/base/long.cpp", "int x;\n" * 601)
        self.write("scripts/later", "# TO" + "DO write this\n")
        self.write("tests/e2e/fix.py", "# FIX" + "ME\n")
        found = text_rules.violations(self.root)
        self.assertEqual([line.split(":")[0] for line in found],
                         ["engine/base/long.cpp", "scripts/later", "tests/e2e/fix.py"])

    def test_ordinary_files_pass(self):
        self.write("engine/base/fits.cpp", "int x;\n" * 600)
        self.assertEqual(text_rules.violations(self.root), [])


if __name__ == "__main__":
    unittest.main()
