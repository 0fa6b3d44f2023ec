"""Who looked at what, and who did what: on record before it is given out, and nobody changes it unseen."""

import sqlite3
import unittest

from office import DOORS, UNIT, OfficeTest


class Audit(OfficeTest):
    def entries(self, *words):
        return [(entry["what"], entry["subject"]) for entry in self.office.json("audit", *words)]

    def test_commands_are_on_record_while_the_office_serves(self):
        self.office.serve()
        self.phone("王芳")
        sql = "SELECT head_name FROM household"
        self.office.query(sql)
        self.office.run("export", "household", str(self.folder / "out.csv"))
        self.office.run("why", "place", DOORS[0], "name")
        self.office.run("conflicts")
        entries = self.office.json("audit")
        kinds = [entry["what"] for entry in entries]
        self.assertEqual(kinds[:4], ["created", "imported", "imported", "imported"])
        self.assertEqual(kinds[4:6], ["invited", "enrolled"])
        self.assertEqual(kinds[6:], ["queried", "exported", "looked", "looked", "looked"])
        self.assertEqual(entries[6]["subject"], sql)
        self.assertEqual(entries[5]["who_name"], "王芳")
        self.assertEqual([entry["number"] for entry in entries], list(range(1, len(entries) + 1)))
        self.assertEqual(self.entries("--what", "enrolled", "--who", "王芳"), [("enrolled", entries[5]["subject"])])
        self.assertEqual(self.entries("--since", "2099-01-01"), [])
        self.office.run("audit", "--what", "nonsense", code=2)
        self.assertIn("王芳", self.office.run("audit").stdout)
        self.assertIn("用SQL查看", self.office.run("audit", "--csv").stdout)
        self.assertTrue(self.office.json("verify")["ok"])

    def test_what_cannot_be_put_on_record_is_not_given_out(self):
        other = sqlite3.connect(self.office.data / "office.db", isolation_level=None)
        other.execute("CREATE TRIGGER full BEFORE INSERT ON doorstep_audit BEGIN SELECT raise(ABORT, 'full'); END")
        target = self.folder / "out.csv"
        self.office.run("export", "household", str(target), code=1)
        self.assertFalse(target.exists())
        self.assertNotIn("赵大爷", self.office.run("query", "SELECT * FROM household", code=1).stdout)

    def test_tampering_and_a_cut_end_are_named(self):
        self.office.query("SELECT 1")
        head = self.office.run("audit", "--head").stdout.strip()
        self.assertTrue(self.office.json("verify", "--audit-head", head)["ok"])
        number = int(head.split(":")[0])
        file = sqlite3.connect(self.office.data / "office.db", isolation_level=None)
        with self.assertRaises(sqlite3.IntegrityError):
            file.execute("DELETE FROM doorstep_audit")
        file.execute("DROP TRIGGER doorstep_audit_kept")
        file.execute("DELETE FROM doorstep_audit WHERE number = ?", [number])
        self.assertTrue(self.office.json("verify")["ok"])
        found = self.office.run("verify", "--audit-head", head, code=1).stderr
        self.assertIn(f"it ends with entry {number - 1}", found)
        self.office.run("verify", "--audit-head", "nonsense", code=2)
        file.execute("DROP TRIGGER doorstep_audit_fixed")
        file.execute("UPDATE doorstep_audit SET who = 'somebody else' WHERE number = 2")
        self.assertIn("the texts of entry 2 were changed", self.office.run("verify", code=1).stderr)

    def test_a_backup_keeps_the_trail_and_the_restored_office_says_so(self):
        backup = self.folder / "backup"
        passphrase = self.folder / "passphrase"
        passphrase.write_text("a long passphrase\n")
        self.office.run("backup", str(backup), "--passphrase-file", str(passphrase))
        head = self.office.run("audit", "--head").stdout.strip()
        restored = type(self.office)(self.folder, "restored")
        restored.run("restore", str(backup), "--passphrase-file", str(passphrase))
        kinds = [entry["what"] for entry in restored.json("audit")]
        self.assertEqual(kinds[-3:], ["backed_up", "restored", "looked"])
        self.assertTrue(restored.json("verify", "--audit-head", head)["ok"])

    def test_neither_log_nor_trail_has_secrets_or_what_was_recorded(self):
        log = self.folder / "log"
        with open(log, "w", encoding="utf-8") as stderr:
            self.office.serve(stderr, "--verbose", "--log-json")
        wang = self.phone("王芳", joined=False)
        url = self.office.invite("王芳", UNIT)
        wang.run("join", url)
        wang.run("sync")
        wang.json("add", "visit", f"place={DOORS[0]}", "outcome=met", "note=只有她知道")
        wang.run("sync")
        self.phone("李军", joined=False).run("join", url, code=4)
        code, _ = url.split("#")[1].split(".")
        token = sqlite3.connect(wang.db).execute("SELECT token FROM doorstep_phone").fetchone()[0]
        self.office.stop()
        written = log.read_text(encoding="utf-8") + str(self.office.json("audit"))
        self.assertIn("/v1/sync", written)
        self.assertIn("enrolled", written)
        for secret in (token, code, "只有她知道"):
            self.assertNotIn(secret, written)
        self.assertNotIn("王芳", log.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
