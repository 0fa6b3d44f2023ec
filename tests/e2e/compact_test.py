"""The office tidies up while it serves: what every phone has heard of goes, and nothing else."""

import unittest

from office import DOORS, OfficeTest


class Compact(OfficeTest):
    def setUp(self):
        super().setUp()
        self.office.serve()
        self.wang, self.li = self.phone("王芳"), self.phone("李军")
        made = self.wang.json("add", "hazard", f"place={DOORS[0]}", "note=电线裸露")
        self.hazard = made["id"]
        for phone in (self.wang, self.li):
            phone.run("sync")

    def compact(self, *words):
        return self.office.json("compact", *words)

    def test_a_deleted_row_goes_once_every_phone_has_heard_of_it(self):
        self.wang.run("remove", "hazard", self.hazard)
        self.wang.run("sync")
        self.wang.json("add", "visit", f"place={DOORS[0]}", "outcome=met")
        self.wang.run("sync")
        self.assertEqual(self.compact()["deleted_rows"], 0)
        for phone in (self.li, self.wang):
            phone.run("sync")
        # Floors of phones that only pulled are the server's own to remember; a push tells every process.
        self.li.json("add", "visit", f"place={DOORS[0]}", "outcome=met")
        for phone in (self.li, self.wang):
            phone.run("sync")
        planned = self.compact("--dry-run")
        self.assertEqual((planned["deleted_rows"], planned["waited_for"], planned["dry_run"]), (1, 2, True))
        self.assertIn("可以清理:已删除的记录1条", self.office.run("compact", "--dry-run").stdout)
        self.assertEqual(self.compact()["deleted_rows"], 1)
        self.assertEqual(self.compact()["deleted_rows"], 0)
        self.assertEqual(self.office.query("SELECT birth, length(state) AS size FROM doorstep_dead"), [{"birth": 1, "size": 0}])
        self.assertTrue(self.office.json("verify")["ok"])
        self.assertEqual(self.li.query("SELECT count(*) AS n FROM hazard"), [{"n": 0}])
        self.assertFalse(self.office.json("why", "place", DOORS[0], "name")["history_cut"])


if __name__ == "__main__":
    unittest.main()
