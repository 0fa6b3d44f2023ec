"""Two leaders of one unit, without signal and with it: what they wrote meets at the office, and nothing is lost."""

import unittest

from office import DOORS, UNIT, OfficeTest


class TwoPhones(OfficeTest):
    def setUp(self):
        super().setUp()
        self.office.serve()
        self.wang, self.li = self.phone("王芳"), self.phone("李军")
        self.home = self.wang.household(DOORS[0])

    def exchange(self):
        """Until both have what the other wrote."""
        for phone in (self.wang, self.li, self.wang):
            phone.run("sync")

    def offline(self):
        self.assertEqual(self.office.stop(), 0)

    def shown(self, phone, columns="phone, note", row=None):
        return phone.query(f"SELECT {columns} FROM household WHERE id = '{row or self.home}'")[0]

    def test_a_visit_is_only_on_the_phone_until_it_is_in_the_books(self):
        self.offline()
        made = self.wang.json("add", "visit", f"place={DOORS[0]}", "outcome=见到人", "note=张阿姨 在家")
        self.assertEqual(made["state"], "on_this_phone")
        self.assertIn("只在这部手机里", made["sentence"]["zh"])
        self.assertEqual(self.wang.json("status")["waiting_groups"], 1)
        self.assertIn("还有1条只在这部手机里", self.wang.run("status").stdout)
        self.wang.run("sync", code=3)

        self.office.serve()
        report = self.wang.json("sync")
        self.assertEqual((report["pushed_groups"], report["effective"], report["waiting_groups"]), (1, 1, 0))
        self.assertEqual(self.wang.json("status")["waiting_groups"], 0)
        self.li.run("sync")
        there = self.li.query("SELECT visit.id, outcome, note, person.name FROM visit JOIN person ON person.id = visitor")
        self.assertEqual(there, [{"id": made["id"], "outcome": "met", "note": "张阿姨 在家", "name": "王芳"}])

    def test_different_fields_merge_and_the_same_field_keeps_both_values(self):
        self.offline()
        self.wang.run("edit", "household", self.home, "phone=15411111111", "head_name=赵淑芬", "note=原来的备注,腿脚不便")
        self.li.run("edit", "household", self.home, "tags=有老人、有宠物", "head_name=赵素芬", "note=白天没人。原来的备注")
        self.office.serve()
        self.exchange()

        self.assertEqual(self.shown(self.wang, "*"), self.shown(self.li, "*"))
        shown = self.shown(self.li, "phone, tags, note, head_name")
        self.assertEqual((shown["phone"], shown["tags"]), ("15411111111", '["有宠物","有老人"]'))
        self.assertEqual(shown["note"], "白天没人。原来的备注,腿脚不便")
        for program in (self.wang, self.li, self.office):
            (conflict,) = program.json("conflicts")
            self.assertEqual((conflict["table"], conflict["row"], conflict["column"]), ("household", self.home, "head_name"))
            self.assertEqual(
                {(conflict["shown_value"], conflict["shown_by"]), (conflict["losing_value"], conflict["losing_by"])},
                {("赵淑芬", "王芳"), ("赵素芬", "李军")},
            )
            self.assertEqual(conflict["base_value"], "赵大爷")
            self.assertEqual(conflict["shown_value"], shown["head_name"])
        told = self.li.run("conflicts", "--lang", "zh").stdout
        for word in ("赵淑芬", "赵素芬", "户主姓名", DOORS[0]):
            self.assertIn(word, told)

        why = self.wang.json("why", "household", self.home, "head_name")
        self.assertEqual(why["shown"], shown["head_name"])
        self.assertEqual({step["value"] for step in why["steps"]}, {"赵淑芬", "赵素芬"})
        self.assertEqual({step["person"] for step in why["steps"]}, {"王芳", "李军"})
        self.assertEqual(self.wang.json("status")["open_conflicts"], 1)

        # A unit leader does not settle what others wrote; the office does, for everybody.
        entry = conflict["entry"]
        self.assertIn("网格长", self.li.error("decide", entry[:8], "--keep", "other", code=2)["zh"])
        self.office.run("decide", entry[:8], "--value", "赵淑芳")
        self.exchange()
        for phone in (self.wang, self.li):
            self.assertEqual(self.shown(phone, "head_name"), {"head_name": "赵淑芳"})
            self.assertEqual(phone.json("conflicts"), [])
        (settled,) = self.office.json("conflicts", "--all")
        self.assertEqual((settled["open"], settled["decided"], settled["decision"]), (False, True, "赵淑芳"))

    def test_equal_values_and_sequential_edits_are_no_conflicts(self):
        self.offline()
        for phone in (self.wang, self.li):
            phone.run("edit", "household", self.home, "note=写得一样")
        self.office.serve()
        self.exchange()
        self.li.run("edit", "household", self.home, "note=看过之后改的")
        self.li.run("sync")
        self.wang.run("sync")
        self.assertEqual(self.shown(self.wang)["note"], "看过之后改的")
        self.assertEqual(self.office.json("conflicts"), [])

    def test_the_same_door_registered_twice_is_one_household_with_all_the_facts(self):
        self.offline()
        door = f"{UNIT}-0301"
        ids = []
        for phone, facts in ((self.wang, "head_name=钱阿姨"), (self.li, "tags=有老人")):
            done = phone.batch(
                "begin",
                f"add place code={door} parent={UNIT} level=door name=301室",
                f"home: add household place={door} {facts}",
                f"add visit place={door} household=@home outcome=met",
                "commit",
            )
            ids.append(done.stdout.split()[:2])
        self.assertEqual(ids[0], ids[1])
        self.office.serve()
        self.exchange()
        for program in (self.wang, self.li, self.office):
            (row,) = program.query(
                "SELECT household.id, head_name, tags FROM household JOIN place ON place.id = household.place "
                f"WHERE place.code = '{door}'"
            )
            self.assertEqual(row, {"id": ids[0][1], "head_name": "钱阿姨", "tags": '["有老人"]'})
            self.assertEqual(len(program.query("SELECT id FROM visit")), 2)
        self.assertEqual(self.office.json("conflicts"), [])

    def test_an_edit_beats_a_delete_that_did_not_know_of_it(self):
        self.offline()
        self.wang.run("remove", "household", self.home)
        self.assertEqual(self.wang.query(f"SELECT id FROM household WHERE id = '{self.home}'"), [])
        self.li.run("edit", "household", self.home, "phone=15422222222")
        self.office.serve()
        self.exchange()
        self.assertEqual(self.shown(self.wang)["phone"], "15422222222")
        (noted,) = self.office.json("conflicts")
        self.assertEqual((noted["kind"], noted["losing_by"]), ("kept_alive", "王芳"))

    def test_a_place_outside_her_scope_is_not_on_her_phone(self):
        zhang = self.phone("张敏", place=DOORS[3])
        self.assertEqual([row["code"] for row in zhang.query("SELECT code FROM place WHERE level = 'door'")], [DOORS[3]])
        self.assertEqual(len(zhang.query("SELECT id FROM household")), 1)


if __name__ == "__main__":
    unittest.main()
