"""`doorstep batch`: quoting, labels, groups that are saved whole or not at all, and where a bad line is."""

import json
import unittest

from office import DOORS, OfficeTest


class Batch(OfficeTest):
    def setUp(self):
        super().setUp()
        self.office.serve()
        self.wang = self.phone("王芳")
        self.office.stop()

    def notes(self):
        return [row["note"] for row in self.wang.query("SELECT note FROM visit")]

    def groups(self):
        return self.wang.json("status")["waiting_groups"]

    def test_words_are_split_as_a_shell_would(self):
        self.wang.batch(
            f"add visit place={DOORS[0]} outcome=met note='两个 词'",
            f'add visit place={DOORS[0]} outcome=met "note=a \\"b\\" c"',
            f"add visit place={DOORS[0]} outcome=met note=a\\ b'='c",
            "# a remark, and an empty line",
            "",
            json.dumps({"add": "visit", "values": {"place": DOORS[0], "outcome": "met", "note": "JSON “行”"}}),
        )
        self.assertCountEqual(self.notes(), ["两个 词", 'a "b" c', "a b=c", "JSON “行”"])
        self.assertEqual(self.groups(), 4)

    def test_labels_join_the_rows_of_a_group(self):
        done = self.wang.batch(
            "begin",
            f"c: add safety_check place={DOORS[0]} outcome=hazard items=灭火器,楼道",
            f"add hazard place={DOORS[0]} found_in=@c kind=飞线充电 due=2026-12-01",
            "commit",
        )
        check, hazard = done.stdout.split()
        self.assertEqual(
            self.wang.query("SELECT id, found_in, kind FROM hazard"),
            [{"id": hazard, "found_in": check, "kind": "wire_charging"}],
        )
        self.assertEqual(self.groups(), 1)
        self.wang.batch("edit household @nobody note=1", code=2)

    def test_a_group_with_a_bad_line_is_not_saved_at_all(self):
        done = self.wang.batch(
            f"add visit place={DOORS[0]} outcome=met note=first",
            "begin",
            f"add visit place={DOORS[0]} outcome=met note=second",
            f"add visit place={DOORS[0]} outcome=nonsense",
            "commit",
            f"add visit place={DOORS[0]} outcome=met note=third",
            code=2,
        )
        self.assertEqual(self.notes(), ["first"])
        self.assertIn("第4行", done.stderr)
        self.assertIn("Line 4:", done.stderr)

    def test_keep_going_saves_what_is_good_and_still_fails(self):
        done = self.wang.run(
            "batch", "-", "--keep-going", code=2,
            input=f"add visit\nbegin\nfoo\nadd visit place={DOORS[0]} outcome=met note=spoiled\ncommit\n"
            f"add visit place={DOORS[0]} outcome=met note=good\n",
        )  # fmt: skip
        self.assertEqual(self.notes(), ["good"])
        self.assertEqual(len(done.stdout.split()), 1)
        self.assertIn("Line 1:", done.stderr)
        self.assertIn("Line 3:", done.stderr)

    def test_what_is_never_committed_is_not_saved(self):
        done = self.wang.batch("begin", f"add visit place={DOORS[0]} outcome=met", code=2)
        self.assertIn("Line 1:", done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.notes(), [])

    def test_acknowledgements_name_their_line(self):
        file = self.folder / "changes"
        file.write_text(f"\nadd visit place={DOORS[0]} outcome=met\nedit household {self.wang.household(DOORS[0])} note=x\n")
        answers = [json.loads(line) for line in self.wang.run("batch", str(file), "--json").stdout.splitlines()]
        self.assertEqual([answer["line"] for answer in answers], [2, 3])
        self.assertEqual(answers[0]["id"], self.wang.query("SELECT id FROM visit")[0]["id"])
        self.assertEqual(self.wang.run("batch", str(file), "--quiet").stdout, "")


if __name__ == "__main__":
    unittest.main()
