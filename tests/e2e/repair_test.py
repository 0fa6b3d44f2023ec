"""A phone's file is damaged behind the program's back: the next sync finds it, puts it right, and says so."""

import sqlite3
import unittest

from office import DOORS, OfficeTest


class Repair(OfficeTest):
    def setUp(self):
        super().setUp()
        self.office.serve()
        self.wang = self.phone("王芳")
        self.wang.run("sync")
        self.home = self.wang.household(DOORS[0])

    def harm(self, sql):
        """As a bad disk would: nothing guards the file against it."""
        file = sqlite3.connect(self.wang.db)
        for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            file.execute(f'DROP TRIGGER "{name}"')
        file.execute(sql)
        file.commit()
        file.close()

    def test_a_changed_value_and_a_lost_row_are_put_right_beneath_waiting_work(self):
        before = self.wang.query("SELECT id, place, head_name, phone, note FROM household ORDER BY id")
        self.wang.run("edit", "household", self.wang.household(DOORS[1]), "phone=15411111111")
        self.harm(f"UPDATE household SET head_name = '赵大椰' WHERE id = '{self.home}'")
        self.harm(f"DELETE FROM household WHERE id = '{self.wang.household(DOORS[2])}'")

        told = self.wang.run("sync", "--lang", "zh").stdout
        self.assertIn("手机里有2条与街道的不一样,已经改正;您记的都没有动。", told)
        report = self.wang.json("sync")
        self.assertEqual((report["repaired_rows"], report["unrepaired"]), (0, False))
        self.assertGreater(report["checked_rows"], 8)
        after = self.wang.query("SELECT id, place, head_name, phone, note FROM household ORDER BY id")
        self.assertEqual([row["phone"] for row in after if row["phone"]], ["15411111111"])
        self.assertEqual([{**row, "phone": None} for row in after], before)
        self.assertEqual(self.office.query("SELECT COUNT(*) AS n FROM household WHERE phone = '15411111111'"), [{"n": 1}])


if __name__ == "__main__":
    unittest.main()
