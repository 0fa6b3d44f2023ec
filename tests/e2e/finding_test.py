"""People find doors and residents by characters, initials and numbers, on a phone without signal and at the office."""

import unittest

from office import DOORS, OfficeTest


class Finding(OfficeTest):
    def setUp(self):
        super().setUp()
        self.office.load(
            "residents",
            ("姓名", "联系电话", "户门", "迁入日期"),
            [
                ("王淑芬", "13800138000", DOORS[1], "2001-05-01"),
                ("单守福", "", DOORS[2], "2001-05-01"),
                ("王守富", "", DOORS[3], "2001-05-01"),
            ],
        )
        self.office.serve()
        self.leader = self.phone("王芳", "S1-1", role="building_leader")
        sql = "SELECT residency.id FROM residency JOIN resident ON resident.id = resident WHERE resident.name = '王守富'"
        self.leader.run("edit", "residency", self.leader.query(sql)[0]["id"], "moved_out=2020-05-01")
        self.leader.run("sync")
        self.office.stop()

    def both(self, text, *words):
        """What both programs find, which is the same, as (table, text, code)."""
        here, there = (program.json("find", text, *words) for program in (self.leader, self.office))
        self.assertEqual(here, there)
        return [(found["table"], found["text"], found["code"]) for found in here]

    def test_a_door_is_found_by_the_initials_of_who_lives_there(self):
        self.assertEqual(self.both("wsf"), [("resident", "王淑芬", DOORS[1])])  # 王守富 has moved away.
        self.assertEqual(self.both("DSF"), [("resident", "单守福", DOORS[2])])
        self.assertEqual(self.both("sf"), [("resident", "王淑芬", DOORS[1]), ("resident", "单守福", DOORS[2])])
        self.assertEqual(self.both("淑f"), [("resident", "王淑芬", DOORS[1])])
        self.assertEqual(self.both("8000"), [("resident", "13800138000", DOORS[1])])
        self.assertEqual(self.both("1号楼 zdy", "--limit", "1"), [("household", "赵大爷", DOORS[0])])
        self.assertEqual(self.both("1hl1dy201"), [("place", "201室", DOORS[2])])
        self.assertEqual(self.both("xyz"), [])

    def test_people_read_where_it_is(self):
        for program in (self.leader, self.office):
            said = program.run("find", "wsf").stdout
            for words in ("和顺家园 1号楼 1单元 102室", DOORS[1], "居民", "王淑芬 13800138000"):
                self.assertIn(words, said)
            self.assertIn("没有找到“xyz”", program.run("find", "xyz").stdout)
            limited = program.run("find", "赵", "--limit", "2")
            self.assertIn("只列出最合适的2条", limited.stdout + limited.stderr)

    def test_what_asks_nothing_is_refused(self):
        for program in (self.leader, self.office):
            for words in (("·",), ("王", "--limit", "0"), ("王" * 100,)):
                self.assertEqual(program.error("find", *words, code=2)["code"], "invalid_argument")

    def test_the_office_has_it_on_record(self):
        self.office.run("find", "wsf")
        self.assertIn("find wsf", [entry.get("subject") for entry in self.office.json("audit")])


if __name__ == "__main__":
    unittest.main()
