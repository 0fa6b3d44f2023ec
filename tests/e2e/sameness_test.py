"""The same person registered twice, two families behind one door, and a leader who settles what two wrote."""

import unittest

from office import DOORS, ESTATE, OfficeTest


class Sameness(OfficeTest):
    def setUp(self):
        super().setUp()
        self.office.serve()
        self.wang = self.phone("王芳")
        self.zhang = self.phone("张敏", ESTATE, role="community_worker")
        self.home = self.wang.household(DOORS[0])

    def exchange(self):
        for phone in (self.wang, self.zhang, self.wang):
            phone.run("sync")

    def resident(self, by, name, *values):
        """A resident who lives in the household, recorded on this phone."""
        made = by.json("add", "resident", f"name={name}", *values)["id"]
        by.run("add", "residency", f"resident={made}", f"household={self.home}")
        return made

    def count(self, program, table):
        return program.query(f"SELECT count(*) AS n FROM {table}")[0]["n"]

    def test_one_person_registered_by_two_leaders_is_one_until_somebody_takes_it_back(self):
        first = self.resident(self.wang, "陈秀英", "phone=15411111111")
        second = self.resident(self.zhang, "陈秀瑛", "birth_date=1947-05-01")
        self.exchange()
        self.assertEqual(self.count(self.office, "each_resident"), 2)

        self.assertEqual(self.office.stop(), 0)
        self.zhang.run("same", "resident", second, first, "--note", "同一位老人")
        self.assertEqual(self.count(self.zhang, "each_resident"), 1)
        # Who does not know yet goes on with what she has.
        self.wang.run("edit", "resident", second, "phone=15422222222")
        self.office.serve()
        self.exchange()
        for program in (self.office, self.wang, self.zhang):
            self.assertEqual(self.count(program, "each_resident"), 1)
            self.assertEqual(self.count(program, "resident"), 2)
            (shown,) = program.query("SELECT phone, birth_date FROM each_resident")
            self.assertEqual(shown["birth_date"], "1947-05-01")
            self.assertIn(shown["phone"], ("15411111111", "15422222222"))
        told = self.wang.json("folded", "resident", first)
        self.assertEqual({row["id"] for row in told["rows"]}, {first, second})
        self.office.run("verify")

        self.office.run("undo-same", "resident", second)
        self.exchange()
        for program in (self.office, self.wang, self.zhang):
            self.assertEqual(self.count(program, "each_resident"), 2)
        (later,) = self.wang.query(f"SELECT phone FROM each_resident WHERE id = '{second}'")
        self.assertEqual(later["phone"], "15422222222")
        self.office.run("verify")

    def test_the_office_is_shown_who_may_be_one_and_what_it_rejects_does_not_come_back(self):
        for phone in (self.wang, self.zhang):
            self.resident(phone, "陈秀英")
        self.exchange()
        (proposal,) = self.office.json("duplicates")
        self.assertEqual(proposal["table"], "resident")
        self.office.run("duplicates", "reject", proposal["entry"])
        self.assertEqual(self.office.json("duplicates"), [])
        self.assertEqual(self.count(self.office, "each_resident"), 2)

    def test_two_families_that_met_in_one_row_are_parted(self):
        self.assertEqual(self.office.stop(), 0)
        self.wang.run("edit", "household", self.home, "head_name=赵淑芬", "phone=15411111111")
        mine = self.resident(self.wang, "赵淑芬")
        self.zhang.run("edit", "household", self.home, "head_name=钱建国")
        theirs = self.resident(self.zhang, "钱建国")
        self.office.serve()
        self.exchange()
        before = self.office.query("SELECT * FROM household ORDER BY id")
        tried = self.office.json("split", "household", f"{DOORS[0]}", "--person", "张敏", "--dry-run")
        self.assertTrue(tried["dry_run"])
        self.assertEqual(self.office.query("SELECT * FROM household ORDER BY id"), before)
        done = self.office.json("split", "household", f"{DOORS[0]}", "--person", "张敏")
        self.exchange()
        for program in (self.office, self.wang, self.zhang):
            names = program.query(f"SELECT id, head_name FROM household WHERE id IN ('{self.home}', '{done['new']}')")
            self.assertEqual({row["id"]: row["head_name"] for row in names}, {self.home: "赵淑芬", done["new"]: "钱建国"})
            homes = program.query(f"SELECT resident, household FROM residency WHERE resident IN ('{mine}', '{theirs}')")
            self.assertEqual({row["resident"]: row["household"] for row in homes}, {mine: self.home, theirs: done["new"]})
        self.office.run("verify")

    def test_a_leader_who_may_settles_what_two_wrote_and_one_who_may_not_is_told_so(self):
        self.assertEqual(self.office.stop(), 0)
        self.wang.run("edit", "household", self.home, "head_name=赵淑芬")
        self.zhang.run("edit", "household", self.home, "head_name=赵素芬")
        self.office.serve()
        self.exchange()
        (conflict,) = self.zhang.json("conflicts")
        self.assertIn("社区", self.wang.run("decide", conflict["entry"], "--keep", "other", code=(1, 2)).stderr)
        self.zhang.run("decide", conflict["entry"], "--value", "赵淑芬(身份证)")
        self.exchange()
        for program in (self.wang, self.zhang, self.office):
            self.assertEqual(program.json("conflicts"), [])
            self.assertEqual(
                program.query(f"SELECT head_name FROM household WHERE id = '{self.home}'"), [{"head_name": "赵淑芬(身份证)"}]
            )
        (settled,) = self.office.json("conflicts", "--all")
        self.assertEqual(settled["closed_by"], "张敏")


if __name__ == "__main__":
    unittest.main()
