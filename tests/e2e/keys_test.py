"""The office replaces its keys; phones that were away follow, and nobody else can pose as it."""

import shutil
import signal
import unittest

from office import DOORS, UNIT, Office, OfficeTest, Phone


class Keys(OfficeTest):
    def setUp(self):
        super().setUp()
        self.office.serve()

    def restart(self):
        self.office.stop()
        self.office.serve()

    def renew(self, times, *flags):
        """Each time after a restart, so that every one of the keys was in use."""
        for _ in range(times):
            keys = self.office.json("keys", "renew", *flags)
            self.restart()
        return keys

    def assert_works(self, phone, note):
        phone.run("add", "visit", f"place={DOORS[0]}", "outcome=met", f"note={note}")
        phone.run("sync")
        self.assertEqual(len(self.office.query(f"SELECT id FROM visit WHERE note = '{note}'")), 1)

    def test_tls_keys_change_several_times_while_a_phone_is_away(self):
        wang, li = self.phone("王芳"), self.phone("李军")
        before = self.office.json("keys")
        for _ in range(3):
            self.renew(1)
            self.assert_works(wang, f"with key {self.office.json('keys')['version']}")
        after = self.office.json("keys")
        self.assertEqual(before["fingerprint"], after["fingerprint"])
        self.assertFalse(set(before["tls_pins"]) & set(after["tls_pins"]))
        self.assertGreater(after["version"], before["version"])
        self.assert_works(li, "away for a year")
        self.assert_works(li, "and again")

    def test_the_identity_changes_twice_while_a_phone_is_away(self):
        wang, li = self.phone("王芳"), self.phone("李军")
        before = self.office.json("keys")["fingerprint"]
        early = self.office.invite("张敏", UNIT)
        self.renew(1, "--identity")
        self.assert_works(wang, "after one")
        keys = self.renew(1, "--identity")
        self.assertNotEqual(keys["fingerprint"], before)
        self.assertEqual(keys["former_identities"], 2)
        self.assert_works(li, "after two")
        self.assert_works(wang, "after the second")
        zhang = Phone(self.folder / "zhang.db")
        zhang.run("join", early)  # An invitation from before.
        zhang.run("sync")
        self.assert_works(zhang, "invited before")
        self.assert_works(self.phone("李军"), "invited after")

    def test_an_office_put_back_to_before_its_keys_changed(self):
        backup, passphrase = str(self.folder / "backup"), self.folder / "passphrase"
        passphrase.write_text("a long passphrase\n")
        wang, li = self.phone("王芳"), self.phone("李军")
        self.office.run("backup", backup, "--passphrase-file", str(passphrase))
        self.renew(2)
        self.assert_works(wang, "with the newest keys")
        self.office.stop(signal.SIGKILL)
        shutil.rmtree(self.office.data)
        port, self.office = self.office.port, Office(self.folder, "restored")
        self.office.port = port
        self.addCleanup(self.office.end)
        self.office.run("restore", backup, "--passphrase-file", str(passphrase))
        self.office.serve()
        self.assert_works(wang, "with the old ones again")
        self.assert_works(li, "never saw the new ones")

    def test_somebody_else_at_the_offices_address_gets_nothing(self):
        wang = self.phone("王芳")
        self.office.stop()
        stranger = Office(self.folder, "stranger")
        stranger.create()
        stranger.port = self.office.port
        stranger.serve()
        self.addCleanup(stranger.end)
        wang.run("add", "visit", f"place={DOORS[0]}", "outcome=met", "note=secret")
        error = wang.error("sync", code=(1, 3, 4, 5, 6))
        self.assertEqual(error["code"], "untrusted_office")
        self.assertEqual(stranger.query("SELECT id FROM visit"), [])
        stranger.json("keys", "renew", "--identity")
        stranger.stop()
        stranger.serve()
        self.assertEqual(wang.error("sync", code=(1, 3, 4, 5, 6))["code"], "untrusted_office")
        stranger.stop()
        self.office.serve()
        wang.run("sync")
        self.assertEqual(len(self.office.query("SELECT id FROM visit WHERE note = 'secret'")), 1)


if __name__ == "__main__":
    unittest.main()
