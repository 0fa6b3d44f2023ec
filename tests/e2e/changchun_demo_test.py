"""The sample morning at a small size: it has to hold, in both languages, and to say so."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from office import PATIENCE_S, ROOT, SANITIZED

SAMPLE = ROOT / "samples" / "changchun"


class Demo(unittest.TestCase):
    def run_demo(self, *words):
        # Sanitizers and faketime both want to be loaded first.
        words += ("--true-clocks",) if SANITIZED else ()
        done = subprocess.run(
            [sys.executable, str(SAMPLE / "demo"), "--small", *words], capture_output=True, text=True, timeout=2 * PATIENCE_S
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotIn("✗", done.stdout)
        return done.stdout

    def test_in_chinese(self):
        told = self.run_demo()
        self.assertIn("以上句句属实", told)
        for word in ("同步", "冲突", "错误码"):
            self.assertNotIn(word, told)

    def test_in_english_with_another_seed_and_what_it_leaves(self):
        with tempfile.TemporaryDirectory() as folder:
            told = self.run_demo("--lang", "en", "--seed", "7", "--all", "--keep", str(pathlib.Path(folder) / "kept"))
            self.assertIn("All of this is true", told)
            self.assertTrue((pathlib.Path(folder) / "kept" / "office" / "office.db").exists())


class Roster(unittest.TestCase):
    def test_the_full_community_has_the_reported_size_and_is_the_same_for_the_same_seed(self):
        with tempfile.TemporaryDirectory() as folder:
            texts = []
            for name in ("first", "second"):
                out = pathlib.Path(folder) / name
                subprocess.run([sys.executable, str(SAMPLE / "generate"), str(out)], check=True, capture_output=True)
                texts.append({file.name: file.read_text(encoding="utf-8-sig") for file in out.iterdir()})
            self.assertEqual(texts[0], texts[1])
            lines = {name: len(text.splitlines()) - 1 for name, text in texts[0].items()}
            self.assertEqual(lines["households.csv"] + lines["unlisted-doors.csv"], 3996)
            self.assertEqual((lines["unlisted-doors.csv"], lines["leaders.csv"]), (40, 60))
            grid = [row for row in texts[0]["households.csv"].splitlines() if row.startswith("22019900100101")]
            unlisted = [row for row in texts[0]["unlisted-doors.csv"].splitlines() if row.startswith("22019900100101")]
            self.assertEqual(len(grid) + len(unlisted), 348)


if __name__ == "__main__":
    unittest.main()
