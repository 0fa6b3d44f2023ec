"""The office's disk dies; yesterday's backup comes onto another one; the phones bring what it lacks."""

import shutil
import signal
import unittest

from office import DOORS, ESTATE, Office, OfficeTest


class Restored(OfficeTest):
    def setUp(self):
        super().setUp()
        self.backup = str(self.folder / "backup")
        self.passphrase = self.folder / "passphrase"
        self.passphrase.write_text("a long passphrase\n")
        self.office.serve()
        self.written = []

    def visit(self, phone, door, note):
        phone.run("add", "visit", f"place={door}", "outcome=met", f"note={note}")
        self.written.append(note)

    def make_backup(self):
        self.office.run("backup", self.backup, "--passphrase-file", str(self.passphrase))

    def lose_and_restore(self):
        """The folder is gone; the same port serves what the backup has."""
        self.office.stop(signal.SIGKILL)
        shutil.rmtree(self.office.data)
        port = self.office.port
        self.office = Office(self.folder, "restored")
        self.office.port = port
        self.addCleanup(self.office.end)
        said = self.office.run("restore", self.backup, "--passphrase-file", str(self.passphrase)).stdout
        self.assertIn("自动再交一遍", said)
        self.office.serve()

    def assert_everything_is_there_once(self, *phones):
        for program in (self.office, *phones):
            notes = [row["note"] for row in program.query("SELECT note FROM visit")]
            self.assertEqual(sorted(notes), sorted(self.written))
        self.assertEqual(self.office.run("verify").returncode, 0)
        for phone in phones:
            status = phone.json("status")
            self.assertEqual((status["waiting_groups"], status["received_groups"], status["held_groups"]), (0, 0, 0))

    def test_what_came_after_the_backup_comes_again(self):
        wang, li = self.phone("王芳"), self.phone("李军")
        home = wang.household(DOORS[0])
        self.visit(wang, DOORS[0], "before")
        wang.run("sync")
        li.run("sync")
        self.make_backup()
        wang.run("sync")

        self.visit(wang, DOORS[1], "after the backup")
        wang.run("edit", "household", home, "phone=15411111111")
        wang.run("sync")
        li.run("sync")
        li.run("edit", "household", home, "phone=15422222222")
        self.visit(li, DOORS[2], "also after it")
        li.run("sync")
        zhang = self.phone("张敏", ESTATE)  # Joined after the backup.
        self.visit(zhang, DOORS[3], "by one who came later")
        zhang.run("sync")
        self.visit(li, DOORS[3], "on the way when it happened")

        self.lose_and_restore()
        self.assertEqual(len(self.office.query("SELECT id FROM visit")), 1)
        report = li.json("sync")
        self.assertEqual((report["office_restored"], report["sent_again"]), (True, 2))
        said = wang.run("sync").stdout
        self.assertIn("街道换了电脑,从备份恢复过:这部手机把留底的2条又交了一遍,街道已有的不会记两次。", said)
        zhang.run("sync")
        for phone in (li, wang, zhang, li, wang):
            self.assertNotIn("又交了一遍", phone.run("sync").stdout)
        self.assert_everything_is_there_once(wang, li, zhang)
        for program in (self.office, wang, li, zhang):
            (row,) = program.query(f"SELECT phone FROM household WHERE id = '{home}'")
            self.assertEqual(row["phone"], "15422222222")
        self.assertEqual(self.office.json("conflicts"), [])

    def test_a_phone_that_has_lost_nothing_fetches_afresh(self):
        wang = self.phone("王芳")
        self.visit(wang, DOORS[0], "before")
        wang.run("sync")
        self.make_backup()
        wang.run("sync")  # Now it knows of the backup.
        self.lose_and_restore()
        self.assertIn("这部手机交过的街道都有", wang.run("sync").stdout)
        self.assert_everything_is_there_once(wang)

    def test_what_the_office_did_after_the_backup_comes_back(self):
        wang, li = self.phone("王芳"), self.phone("李军")
        home = wang.household(DOORS[0])
        self.make_backup()
        for phone in (wang, li):
            phone.run("sync")
            phone.run("edit", "household", home, f"head_name={phone.db.stem[:2]}家")
        for phone in (wang, li):
            phone.run("sync")
        (conflict,) = self.office.json("conflicts")
        self.office.run("decide", conflict["entry"][:8], "--value", "赵家")
        self.office.load("people", ("姓名", "联系电话"), [("新来的", "15400000009")])
        self.office.load("households", ("户门", "备注"), [(DOORS[1], "街道改过的备注")])
        wang.run("sync")
        wang.run("edit", "household", home, "head_name=赵家(新)")  # On top of the decision.
        wang.run("sync")

        self.lose_and_restore()
        self.assertEqual(self.office.query("SELECT id FROM person WHERE name = '新来的'"), [])
        for phone in (li, wang, li, wang):  # Li carries nothing of it: what he brings is not decided yet.
            phone.run("sync")
        self.assertEqual(len(self.office.query("SELECT id FROM person WHERE name = '新来的'")), 1)
        for program in (self.office, wang, li):
            (row,) = program.query(f"SELECT head_name FROM household WHERE id = '{home}'")
            self.assertEqual(row["head_name"], "赵家(新)")
            (row,) = program.query(f"SELECT note FROM household WHERE id = '{wang.household(DOORS[1])}'")
            self.assertEqual(row["note"], "街道改过的备注")
        self.assertEqual(self.office.json("conflicts"), [])
        self.assert_everything_is_there_once(wang, li)

    def test_a_copy_of_a_readmitted_phones_file_becomes_a_phone_of_its_own(self):
        self.make_backup()
        wang = self.phone("王芳")
        shutil.copy(wang.db, self.folder / "copy.db")
        self.lose_and_restore()
        wang.run("sync")
        wang.run("add", "visit", f"place={DOORS[0]}", "outcome=met")
        wang.run("sync")
        # The copy's token is the old one; its key speaks for it, and then it is found to be a copy.
        copy = type(wang)(self.folder / "copy.db")
        copy.run("add", "visit", f"place={DOORS[1]}", "outcome=met")
        self.assertTrue(copy.json("sync")["rehomed"])
        self.assertEqual(self.office.query("SELECT count(*) AS n FROM visit"), [{"n": 2}])


if __name__ == "__main__":
    unittest.main()
