"""Every sample at its small size: it has to hold, and to say so in words that a leader understands."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from office import PATIENCE_S, ROOT, SANITIZED

SAMPLES = ("changchun", "furong", "gutian", "shengquan", "yuhang")
# Sanitizers and faketime both want to be loaded first, and these have no story without faketime.
NEEDS_FAKETIME = ("furong",)
NEVER_SAID = ("同步", "冲突", "错误码")


def run_demo(name, *words):
    words += ("--true-clocks",) if SANITIZED and name in ("changchun", "gutian", "shengquan") else ()
    return subprocess.run(
        [sys.executable, str(ROOT / "samples" / name / "demo"), "--small", *words],
        capture_output=True, text=True, timeout=3 * PATIENCE_S,
    )  # fmt: skip


class Demos(unittest.TestCase):
    def test_every_sample_is_here(self):
        self.assertEqual(SAMPLES, tuple(sorted(path.parent.name for path in (ROOT / "samples").glob("*/demo"))))

    def test_in_chinese(self):
        for name in SAMPLES:
            if SANITIZED and name in NEEDS_FAKETIME:
                continue
            with self.subTest(sample=name):
                done = run_demo(name)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn("以上句句属实", done.stdout)
                self.assertNotRegex(done.stdout, r"(?m)^✗")
                for word in NEVER_SAID:
                    self.assertNotIn(word, done.stdout)

    def test_in_english_with_another_seed_and_what_it_leaves(self):
        with tempfile.TemporaryDirectory() as folder:
            kept = pathlib.Path(folder) / "kept"
            done = run_demo("changchun", "--lang", "en", "--seed", "7", "--all", "--keep", str(kept))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("All of this is true", done.stdout)
            self.assertTrue((kept / "office" / "office.db").exists())


class Roster(unittest.TestCase):
    def test_changchun_has_the_reported_size_and_is_the_same_for_the_same_seed(self):
        with tempfile.TemporaryDirectory() as folder:
            texts = []
            for name in ("first", "second"):
                out = pathlib.Path(folder) / name
                generate = ROOT / "samples" / "changchun" / "generate"
                subprocess.run([sys.executable, str(generate), str(out)], check=True, capture_output=True)
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
