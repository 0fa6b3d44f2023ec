"""What the office does while it serves: query, import, back up, check; and a backup that another folder takes up."""

import csv
import json
import unittest

from office import DOORS, ESTATE, UNIT, Office, OfficeTest


class WhileServing(OfficeTest):
    def setUp(self):
        super().setUp()
        self.office.serve()
        self.phone_of_wang = self.phone("王芳")

    def visit(self, note):
        self.phone_of_wang.run("add", "visit", f"place={DOORS[0]}", "outcome=met", f"note={note}")
        self.phone_of_wang.run("sync")

    def test_query_sees_what_was_just_synced_and_writes_nothing(self):
        self.visit("刚记的")
        self.assertEqual(self.office.query("SELECT note FROM visit"), [{"note": "刚记的"}])
        self.office.run("query", "DELETE FROM visit", code=(1, 2))
        self.assertEqual(len(self.office.query("SELECT id FROM visit")), 1)

    def test_what_the_office_imports_reaches_phones_and_what_it_exports_comes_back(self):
        self.office.load("places", ("编码", "上级", "层级", "名称"), [(f"{UNIT}-0901", UNIT, "户门", "901室")])
        self.phone_of_wang.run("sync")
        self.assertEqual(self.phone_of_wang.query(f"SELECT name FROM place WHERE code = '{UNIT}-0901'"), [{"name": "901室"}])
        out = self.folder / "out.csv"
        self.office.run("export", "places", str(out))
        with open(out, encoding="utf-8-sig", newline="") as file:
            self.assertIn("901室", [cell for row in csv.reader(file) for cell in row])
        self.assertIn("0", self.office.run("import", "places", str(out), "--dry-run").stdout)
        self.assertEqual(self.office.json("import", "places", str(out))["changed"], 0)

    def test_a_view_says_the_same_at_the_office_and_on_a_phone_in_the_packs_words(self):
        self.visit("刚记的")
        phone = self.phone_of_wang
        here, there = phone.json("view", "unvisited_doors"), self.office.json("view", "unvisited_doors")
        self.assertEqual(here, there)
        self.assertEqual([row["code"] for row in here], DOORS[1:])
        self.assertEqual(len(phone.json("view", "unvisited_doors", "since=2000-01-01")), 3)
        (building,) = self.office.json("view", "coverage_by_building")
        self.assertEqual((building["doors"], building["visited"], building["met"]), (4, 1, 1))

        phone.run("add", "hazard", f"place={DOORS[0]}", "kind=lighting", "state=deadline", "due=2026-01-05")
        phone.run("sync")
        for told in (phone.run("view", "overdue_hazards", "--lang", "zh"), self.office.run("view", "overdue_hazards")):
            for word in ("隐患类别", "应急照明损坏", "约定期限", DOORS[0]):
                self.assertIn(word, told.stdout)
        days = {program.json("view", "overdue_hazards", "on_date=2026-01-08")[0]["days_overdue"] for program in (phone, self.office)}
        self.assertEqual(days, {3})

        out = self.folder / "doors.csv"
        self.office.run("view", "unvisited_doors", "--out", str(out))
        with open(out, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        self.assertEqual(rows[0], ["户门", "编码", "名称", "户主姓名", "上次走访"])
        self.assertEqual([row[1].strip() for row in rows[1:]], DOORS[1:])
        printed = list(csv.reader(phone.run("view", "unvisited_doors", "--csv", "--lang", "zh").stdout.lstrip("\ufeff").splitlines()))
        self.assertEqual([[cell.strip() for cell in row] for row in printed], [[cell.strip() for cell in row] for row in rows])

        self.assertIn("还没走访的户", phone.run("view").stdout)
        self.assertIn("since=", self.office.run("view").stdout)
        self.assertIn("since", phone.error("view", "unvisited_doors", "until=x", code=2)["en"])
        self.assertIn("overdue_hazards", self.office.run("view", "nothing", code=1).stderr)
        asked = [entry["subject"] for entry in self.office.json("audit") if entry["what"] == "queried"]
        self.assertIn("view overdue_hazards on_date=2026-01-08", asked)
        self.assertEqual(phone.json("catalogue"), json.loads(self.office.run("catalogue").stdout))
        self.assertIn("unvisited_doors", [view["name"] for view in phone.json("catalogue")["views"]])

    def test_what_is_held_can_be_released_returned_and_recorded_again(self):
        outside = self.office.query(f"SELECT id FROM place WHERE code = '{ESTATE}'")[0]["id"]
        phone = self.phone_of_wang
        for note in ("一", "二", "三"):
            phone.run("add", "visit", f"place={outside}", "outcome=met", f"note={note}")
        self.assertEqual(phone.json("sync")["held"], 3)
        listed = self.office.json("held")
        self.assertEqual([item["owner"] for item in listed], ["王芳"] * 3)
        names = [item["group"] for item in listed]
        self.assertIn("三", self.office.run("held", "show", names[2]).stdout)
        self.assertEqual(self.office.json("held", "release", names[0], "--by", "张书记")["verdict"], "effective")
        self.office.json("held", "return", names[1], "--note", "请找李军")
        self.office.json("held", "edit", names[2], "--set", "visit.note=改过")
        self.assertEqual(self.office.json("held"), [])
        self.assertEqual(self.office.run("held", "release", names[1], code=1).stdout, "")
        report = phone.json("sync")
        self.assertEqual((report["released"], report["returned"]), (2, 1))
        self.assertEqual(self.office.query("SELECT note FROM visit ORDER BY note"), [{"note": "一"}, {"note": "改过"}])
        (back,) = phone.json("held")
        self.assertTrue(back["returned"])
        self.assertIn("请找李军", back["sentence"]["zh"])
        self.assertEqual({cell["column"]: cell["value"] for cell in back["content"]}["note"], "二")
        phone.run("retry", str(back["group"]))
        self.assertEqual(phone.json("sync")["held"], 1)
        self.office.json("held", "return", self.office.json("held")[0]["group"])
        phone.run("sync")
        phone.run("dismiss", str(phone.json("held")[0]["group"]))
        self.assertEqual(phone.json("held"), [])
        self.office.run("verify")

    def test_what_is_sensitive_in_a_held_record_is_shown_to_who_says_why(self):
        number, why = "11010519491231002X", "核对是不是同一个人"
        # Her post ends while she records without signal.
        phone = self.phone("张敏", role="community_worker")
        phone.run("sync")
        household = phone.household(DOORS[0])
        post = self.office.query("SELECT id FROM assignment WHERE role = 'community_worker'")[0]["id"]
        self.office.load("assignment", ("id", "卸任日期"), [(post, "2020-01-01")])
        resident = phone.json("add", "resident", "name=赵桂兰", f"id_number={number}")["id"]
        phone.run("add", "residency", f"resident={resident}", f"household={household}")
        phone.run("sync")
        for listed in (self.office.run("held"), self.office.run("held", "--json")):
            self.assertIn("赵桂兰", listed.stdout)
            self.assertNotIn(number, listed.stdout)
        group = next(item["group"] for item in self.office.json("held") if "赵桂兰" in json.dumps(item, ensure_ascii=False))
        (change,) = self.office.json("held", "show", group)[0]["changes"]
        self.assertEqual((change["cells"]["id_number"], change["hidden"]), (None, ["id_number"]))
        self.assertIn("身份证号=***", self.office.run("held", "show", group).stdout)
        self.office.run("held", "show", group, "--reveal", code=2)
        self.assertIn(number, self.office.run("held", "show", group, "--reveal", "--reason", why, "--by", "张书记").stdout)
        (told,) = [entry for entry in self.office.json("audit") if entry["what"] == "revealed"]
        self.assertEqual((told["subject"], told["reason"]), (f"held {group}", why))
        self.assertNotIn(number, json.dumps(self.office.json("audit")))

    def test_a_phone_that_gave_up_rows_goes_on_saying_so(self):
        phone = self.phone_of_wang
        self.assertNotIn("不再归您管", phone.run("status").stdout)
        post = self.office.query("SELECT id FROM assignment WHERE role = 'unit_leader'")[0]["id"]
        self.office.load("assignment", ("id", "卸任日期"), [(post, "2020-01-01")])
        removed = phone.json("sync")["removed_rows"]
        self.assertGreater(removed, 4)
        self.assertEqual(phone.json("status")["left_rows"], removed)
        phone.run("sync")
        self.assertIn(f"有{removed}条已注销或不再归您管", phone.run("status").stdout)

    def test_a_view_that_finds_nothing_says_so(self):
        told = self.phone_of_wang.run("view", "overdue_hazards", "on_date=2020-01-01")
        self.assertIn("共0行。\n0 rows.\n", told.stdout)
        self.assertIn("0 rows.", self.office.run("view", "overdue_hazards", "on_date=2020-01-01").stderr)

    def test_a_backup_made_while_serving_restores_to_an_office_that_phones_know(self):
        self.visit("备份之前")
        secret = self.folder / "passphrase"
        secret.write_text("一句只有街道知道的话\n")
        secret.chmod(0o600)
        backup = self.folder / "office.backup"
        self.office.run("backup", str(backup), "--passphrase-file", str(secret))
        self.visit("备份之后")
        self.office.run("verify")
        self.office.stop()

        restored = Office(self.folder, "restored")
        self.addCleanup(restored.end)
        restored.port = self.office.port
        restored.run("restore", str(backup), "--passphrase-file", str(secret))
        restored.run("verify")
        self.assertEqual(restored.query("SELECT note FROM visit"), [{"note": "备份之前"}])
        restored.serve()
        newcomer = self.folder / "newcomer.db"
        phone = type(self.phone_of_wang)(newcomer)
        phone.run("join", restored.invite("李军", UNIT))
        phone.run("sync")
        self.assertEqual(phone.query("SELECT note FROM visit"), [{"note": "备份之前"}])


if __name__ == "__main__":
    unittest.main()
