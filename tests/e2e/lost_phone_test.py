"""A phone is lost, or wiped without signal: its work reaches the office, nothing stays on it; the log tells no secret."""

import json
import re
import subprocess
import unittest

from office import DOORS, SERVER, UNIT, OfficeTest, Phone


class LostPhone(OfficeTest):
    def setUp(self):
        super().setUp()
        self.log = open(self.folder / "server.log", "w+", encoding="utf-8")
        self.addCleanup(self.log.close)

    def serve(self):
        """As Office.serve(), with everything that the server can be made to say."""
        office = self.office
        office.process = subprocess.Popen(
            [SERVER, "serve", "--data", str(office.data), "--listen", f"127.0.0.1:{office.port}", "--verbose"],
            stdout=subprocess.PIPE, stderr=self.log, text=True,
        )  # fmt: skip
        self.assertIn("listening on", office.process.stdout.readline())

    def visit(self, phone, note):
        phone.run("add", "visit", f"place={DOORS[0]}", "outcome=见到人", f"note={note}")

    def device(self, person):
        return [one for one in self.office.json("devices") if one["person"] == person]

    def notes(self):
        return sorted(row["note"] for row in self.office.query("SELECT note FROM visit WHERE note IS NOT NULL"))

    def test_revoked_phone_hands_over_and_goes(self):
        self.serve()
        wang = self.phone("王芳")
        li = self.phone("李军")
        self.visit(wang, "还没交的")
        (listed,) = self.device("王芳")
        self.assertEqual(listed["state"], "active")
        number = str(listed["actor"])
        self.office.run("devices", "rename", number, "王芳的手机")
        told = self.office.run("devices", "revoke", number, "--reason", "手机丢了").stdout
        self.assertIn("已收回", told)
        self.assertIn("Revoked", told)

        error = wang.error("sync", code=4)
        self.assertEqual(error["code"], "wiped")
        self.assertFalse(wang.db.exists())
        self.assertEqual(self.notes(), ["还没交的"])
        (listed,) = self.device("王芳")
        self.assertEqual(listed["state"], "wiped")
        self.assertEqual(listed["reason"], "手机丢了")
        self.assertEqual(listed["device"], "王芳的手机")
        self.assertIn("王芳的手机", self.office.run("devices", "--csv").stdout)
        li.run("sync")
        self.phone("王芳").run("status")
        self.assertEqual([one["state"] for one in self.device("王芳")], ["wiped", "active"])
        self.office.run("devices", "revoke", "7", "--reason", "x", code=1)
        self.office.run("devices", "revoke", number, "--reason", "x", "--since", "gestern", code=(1, 2))
        self.office.run("verify")

    def test_wiped_without_signal_leaves_a_sealed_file(self):
        self.serve()
        wang = self.phone("王芳")
        self.office.stop()
        self.visit(wang, "在山里记的")
        self.assertIn("只有街道打得开", wang.run("wipe", "--yes").stdout)
        self.assertFalse(wang.db.exists())
        sealed = wang.db.with_name(wang.db.name + ".sealed")
        self.assertNotIn("在山里记的".encode(), sealed.read_bytes())
        self.assertEqual(self.office.json("open-sealed", str(sealed))["new"], 1)
        self.assertEqual(self.office.json("open-sealed", str(sealed))["new"], 0)
        self.assertEqual(self.notes(), ["在山里记的"])
        damaged = bytearray(sealed.read_bytes())
        damaged[-1] ^= 1
        sealed.write_bytes(damaged)
        self.assertEqual(self.office.error("open-sealed", str(sealed), code=1)["code"], "unauthorized")
        self.office.run("verify")

    def test_log_holds_no_secrets_and_used_links_open_nothing(self):
        self.serve()
        url = self.office.invite("王芳", UNIT)
        pictures = self.folder / "qr.png"
        wang = Phone(self.folder / "wang.db")
        wang.run("join", url)
        wang.run("sync")
        self.visit(wang, "秘密的备注")
        wang.run("sync")
        thief = Phone(self.folder / "thief.db")
        self.assertEqual(thief.error("join", url, code=4)["code"], "invitation_invalid")
        self.office.run(
            "invite", "--person", "李军", "--role", "unit_leader", "--place", UNIT, "--qr-png", str(pictures)
        )
        self.assertEqual(pictures.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(pictures.stat().st_mode & 0o077, 0)
        (row,) = wang.query("SELECT token, hex(signing_secret) AS secret FROM doorstep_phone")
        number = str(self.device("王芳")[0]["actor"])
        self.office.run("devices", "revoke", number, "--reason", "旧手机")
        wang.error("sync", code=4)
        self.office.stop()
        self.log.seek(0)
        log = self.log.read()
        self.assertIn("device_wiped", log)
        code = re.search(r"#([\w-]+)\.", url).group(1)
        for secret in (row["token"], row["secret"], code, "秘密的备注", "王芳"):
            self.assertTrue(secret)
            self.assertNotIn(secret.lower(), log.lower())
        # The office keeps hashes of both, and nothing of them in the clear.
        stored = b"".join(path.read_bytes() for path in self.office.data.glob("office.db*"))
        self.assertNotIn(code.encode(), stored)
        self.assertNotIn(row["token"].encode(), stored)
        self.assertEqual(json.loads(self.office.run("devices", "--json").stdout)[0]["state"], "wiped")


if __name__ == "__main__":
    unittest.main()
