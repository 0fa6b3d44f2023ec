"""Who looked at what, and who did what: on record before it is given out, and nobody changes it unseen."""

import shutil
import sqlite3
import unittest

from office import DOORS, ROOT, UNIT, OfficeTest


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

    def test_each_command_leaves_its_entry(self):
        self.office.serve()
        wang, li = self.phone("王芳"), self.phone("李军")
        self.office.load("residents", ("姓名", "户门", "迁入日期"), [("孙奶奶", DOORS[0], "2020-01-01")])
        numbers = {one["person"]: str(one["actor"]) for one in self.office.json("devices")}
        (resident,) = self.office.query("SELECT id FROM resident")
        homes, people, leaders = (str(self.folder / name) for name in ("households.csv", "people.csv", "leaders.csv"))
        shutil.copytree(ROOT / "schemas", self.folder / "schemas")
        pack = self.folder / "schemas" / "changchun"
        head = pack / "pack.toml"
        head.write_text(head.read_text(encoding="utf-8").replace("version = 1\n", "version = 2\n"), encoding="utf-8")
        with open(leaders, "w", encoding="utf-8") as file:
            file.write("姓名,联系电话,岗位,地点\n王芳,15400000001,unit_leader,哪里都不是\n")
        with open(people, "w", encoding="utf-8") as file:
            file.write("姓名,没有这一列\n王芳,1\n")
        li.json("add", "visit", f"place={DOORS[0]}", "outcome=met")
        li.run("wipe", code=2)
        self.assertTrue(li.db.exists())
        li.run("wipe", "--yes")
        sealed = str(li.db) + ".sealed"
        erase = ("erase", "resident", "孙奶奶", "--reason", "本人要求", "--by", "赵科长")
        erased = f"resident {resident['id']}"
        for words, expected, code in (
            (("import", "households", homes, "--dry-run"), ("looked", f"import household {homes}", ""), 0),
            (("import", "households", homes), ("imported", f"household {homes}", ""), 0),
            (("import", "people", people), ("looked", f"import person {people}", ""), 1),
            (("invite", "--file", leaders, "--out", "/dev/null"), ("looked", f"invite {leaders}", ""), 1),
            (("upgrade", "--pack", str(pack), "--dry-run"), ("looked", "upgrade changchun 2", ""), 0),
            (("upgrade", "--pack", str(pack)), ("upgraded", "changchun 2", ""), 0),
            (("upgrade", "--pack", str(pack)), ("looked", "upgrade changchun 2", ""), 1),
            (("compact", "--dry-run"), ("looked", "compact 60/400", ""), 0),
            (("compact",), ("compacted", "60/400", ""), 0),
            (("devices", "rename", numbers["王芳"], "王芳的新手机"), ("renamed", numbers["王芳"], ""), 0),
            (
                ("devices", "revoke", numbers["王芳"], "--reason", "摔坏了", "--lost"),
                ("revoked", numbers["王芳"] + " --lost", "摔坏了"),
                0,
            ),
            (("open-sealed", sealed), ("opened", f"{numbers['李军']} {sealed}", ""), 0),
            (("retention", "--dry-run"), ("looked", "retention", ""), 0),
            (("retention",), ("looked", "retention", ""), 0),
            ((*erase, "--dry-run"), ("looked", f"erase {erased}", "本人要求"), 0),
            (erase, ("erased", erased, "本人要求"), 0),
            (("keys", "renew"), ("keys_renewed", "tls sealing", ""), 0),
            (("keys", "renew", "--identity"), ("keys_renewed", "tls sealing identity", ""), 0),
        ):
            with self.subTest(words=words):
                before = len(self.office.json("audit"))
                self.office.run(*words, code=code)
                new = self.office.json("audit")[before:-1]  # The last one is for this look.
                self.assertEqual([(entry["what"], entry["subject"], entry["reason"]) for entry in new], [expected])
        entries = self.office.json("audit")
        self.assertTrue(next(one for one in entries if one["what"] == "erased")["who"].startswith("赵科长 ("))
        self.assertNotIn("孙奶奶", str(entries))
        self.assertNotIn("王芳的新手机", str(entries))
        self.assertTrue(self.office.json("verify")["ok"])
        self.assertIn("换密钥 / renewed keys", self.office.run("audit", "--what", "keys_renewed").stdout)

    def test_what_cannot_be_put_on_record_is_not_given_out(self):
        other = sqlite3.connect(self.office.data / "office.db", isolation_level=None)
        other.execute("CREATE TRIGGER full BEFORE INSERT ON doorstep_audit BEGIN SELECT raise(ABORT, 'full'); END")
        target = self.folder / "out.csv"
        self.office.run("export", "household", str(target), code=1)
        self.assertFalse(target.exists())
        self.assertNotIn("赵大爷", self.office.run("query", "SELECT * FROM household", code=1).stdout)
        homes = str(self.folder / "households.csv")
        self.assertEqual(self.office.run("import", "households", homes, "--dry-run", code=1).stdout, "")
        keys = self.office.json("keys")
        self.office.run("keys", "renew", code=1)
        self.assertEqual(self.office.json("keys"), keys)
        (home, *_) = other.execute("SELECT id FROM household").fetchone()
        self.office.run("erase", "household", home, "--reason", "x", code=1)
        self.assertEqual(
            other.execute("SELECT head_name FROM household WHERE id = ?", [home]).fetchone(), ("赵大爷",)
        )

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
