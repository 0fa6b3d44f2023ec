"""A phone's file is copied: it runs on two phones, or is put back from last week. Nothing is lost or counted twice."""

import shutil
import unittest

from office import DOORS, OfficeTest, Phone

TOLD = "街道已把它另登记为一部手机,记录一条没少"


class CopiedFile(OfficeTest):
    def setUp(self):
        super().setUp()
        self.office.serve()
        self.wang = self.phone("王芳")
        self.home = self.wang.household(DOORS[0])

    def copy(self, phone, name):
        """The file as `cp` copies it while no program has it open."""
        shutil.copyfile(phone.db, self.folder / name)
        return Phone(self.folder / name)

    def visit(self, phone, note):
        phone.run("add", "visit", f"place={DOORS[0]}", "outcome=见到人", f"note={note}")

    def notes(self, program):
        return sorted(row["note"] for row in program.query("SELECT note FROM visit"))

    def test_one_file_on_two_phones_and_then_put_back(self):
        self.visit(self.wang, "复制前")
        copy = self.copy(self.wang, "copy.db")
        backup = self.copy(self.wang, "backup.db")
        self.visit(self.wang, "原来的手机")
        self.visit(copy, "复制的手机")
        copy.run("edit", "household", self.home, "phone=15411111111")

        self.assertFalse(self.wang.json("sync")["rehomed"])
        told = copy.run("sync").stdout
        self.assertIn(TOLD, told)
        self.assertIn("not one record is missing", told)
        self.assertNotIn("同步", told)
        self.assertIn(TOLD, copy.run("status").stdout)
        self.assertFalse(copy.json("sync")["rehomed"])
        self.wang.run("sync")
        everything = ["原来的手机", "复制前", "复制的手机"]
        for program in (self.office, self.wang, copy):
            self.assertEqual(self.notes(program), sorted(everything))
            (row,) = program.query(f"SELECT phone FROM household WHERE id = '{self.home}'")
            self.assertEqual(row["phone"], "15411111111")
        self.assertEqual(self.office.json("conflicts"), [])

        # Last week's file comes back to the first phone.
        shutil.copyfile(backup.db, self.wang.db)
        self.assertEqual(self.notes(self.wang), ["复制前"])
        self.visit(self.wang, "恢复之后")
        self.assertIn(TOLD, self.wang.run("sync").stdout)
        copy.run("sync")
        for program in (self.office, self.wang, copy):
            self.assertEqual(self.notes(program), sorted([*everything, "恢复之后"]))
        for phone in (self.wang, copy):
            status = phone.json("status")
            self.assertEqual((status["waiting_groups"], status["forked"]), (0, False))

        first, second, third = self.office.json("devices")
        self.assertNotIn("copy_of", first)
        for device in (second, third):
            self.assertEqual((device["copy_of"], device["person"]), (first["actor"], "王芳"))
            self.assertEqual(device["first_group"], 2)
        self.assertEqual([device["received_groups"] for device in (first, second, third)], [2, 2, 1])
        listed = self.office.run("devices").stdout
        self.assertIn("旧文件副本,自第2条起另记", listed)
        self.assertIn("from group 2 on", listed)
        self.office.run("verify")


if __name__ == "__main__":
    unittest.main()
