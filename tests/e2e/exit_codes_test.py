"""What scripts rely on: 0 done, 2 usage, 3 cannot reach the office, 4 refused by the office, 1 anything else."""

import unittest

from office import DOORS, UNIT, Office, OfficeTest


class ExitCodes(OfficeTest):
    def test_2_for_what_cannot_be(self):
        self.office.serve()
        phone = self.phone("王芳")
        for words in (
            (),
            ("frobnicate",),
            ("status", "--lang", "fr"),
            ("add", "visit", "place"),
            ("add", "visit", f"place={DOORS[0]}", "outcome=perhaps"),
            ("add", "nosuchtable", "a=b"),
            ("edit", "household", phone.household(DOORS[0]), "nosuchcolumn=1"),
            ("edit", "household", "nobody-knows-it", "note=1"),
            ("query", "SELECT * FROM nosuchtable"),
            ("query", "DELETE FROM visit"),
            ("join", "https://example.org/"),
            ("join", self.office.invite("王芳", UNIT)),  # it has joined already
        ):
            with self.subTest(words=words):
                error = phone.error(*words, code=2)
                self.assertTrue(error["zh"] and error["en"], error)
        self.assertIn("outcome", phone.error("add", "visit", f"place={DOORS[0]}", "outcome=perhaps", code=2)["en"])
        self.assertEqual(phone.query("SELECT * FROM visit"), [])

    def test_2_for_a_file_that_is_not_there_and_none_is_made(self):
        phone = self.phone("王芳", joined=False)
        self.assertIn(str(phone.db), phone.error("status", code=2)["zh"])
        self.assertFalse(phone.db.exists())

    def test_3_when_the_office_cannot_be_reached_and_work_stays_on_the_phone(self):
        self.office.serve()
        phone = self.phone("王芳")
        self.office.stop()
        phone.run("add", "visit", f"place={DOORS[0]}", "outcome=met")
        error = phone.error("sync", code=3)
        self.assertEqual((error["code"], error["retry"]), ("unreachable", "later"))
        self.assertEqual(phone.json("status")["waiting_groups"], 1)

    def test_3_when_somebody_else_answers_and_nothing_is_sent(self):
        self.office.serve()
        phone = self.phone("王芳", joined=False)
        url = self.office.invite("王芳", UNIT)
        address, secrets = url.split("#")
        code, fingerprint = secrets.split(".")
        another = ("B" if fingerprint[0] == "A" else "A") + fingerprint[1:]
        self.assertEqual(phone.error("join", f"{address}#{code}.{another}", code=3)["code"], "untrusted_office")
        phone.run("join", url)  # the code was not used up

    def test_3_when_the_office_that_phones_pinned_is_replaced_by_another(self):
        self.office.serve()
        phone = self.phone("王芳")
        self.office.stop()
        other = Office(self.folder, "other")
        self.addCleanup(other.end)
        other.create()
        other.port = self.office.port
        other.serve()
        phone.run("add", "visit", f"place={DOORS[0]}", "outcome=met")
        phone.error("sync", code=3)
        self.assertEqual(phone.json("status")["waiting_groups"], 1)
        other.stop()
        self.office.serve()
        self.assertEqual(phone.json("sync")["effective"], 1)

    def test_4_when_the_office_refuses(self):
        self.office.serve()
        first, second = self.phone("王芳", joined=False), self.phone("李军", joined=False)
        url = self.office.invite("王芳", UNIT)
        first.run("join", url)
        self.assertEqual(second.error("join", url, code=4)["code"], "invitation_invalid")

    def test_1_for_a_damaged_file(self):
        phone = self.phone("王芳", joined=False)
        phone.db.write_bytes(b"this is no database, whatever its name says " * 100)
        before = phone.db.read_bytes()
        phone.error("status", code=1)
        self.assertEqual(phone.db.read_bytes(), before)

    def test_errors_are_one_line_in_each_language(self):
        phone = self.phone("王芳", joined=False)
        lines = phone.run("status", code=2).stderr.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertRegex(lines[0], "[一-鿿]")
        self.assertNotRegex(lines[1].replace(str(phone.db), ""), "[一-鿿]")
        self.assertEqual(phone.run("--lang", "en", "status", code=2).stderr.splitlines(), lines[1:])


if __name__ == "__main__":
    unittest.main()
