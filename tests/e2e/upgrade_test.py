"""The office takes a newer pack into use while it serves; phones that recorded offline under the older one follow."""

import shutil
import unittest

from office import DOORS, ROOT, OfficeTest

PETS = """
extends = "household"

[[columns]]
id = 1000
name = "pets"
zh = "宠物"
en = "Pets"
type = "text"
choices = [{ value = "cat", zh = "猫", en = "Cat" }, { value = "dog", zh = "狗", en = "Dog" }]
"""


class Upgrade(OfficeTest):
    def setUp(self):
        super().setUp()
        for name in ("neighbourhood", "changchun"):
            shutil.copytree(ROOT / "schemas" / name, self.folder / "schemas" / name)
        self.pack = self.folder / "schemas" / "changchun"
        self.office.serve()
        self.wang, self.li = self.phone("王芳"), self.phone("李军")
        self.home = self.wang.household(DOORS[0])

    def edit_pack(self, version, old="", new="", file="pack.toml"):
        head = self.pack / "pack.toml"
        head.write_text(head.read_text().replace("version = 1\n", f"version = {version}\n"))
        path = self.pack / file
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))

    def add_pets(self):
        (self.pack / "tables").mkdir(exist_ok=True)
        (self.pack / "tables" / "household.toml").write_text(PETS)
        self.edit_pack(2)

    def upgrade(self, *words):
        return self.office.json("upgrade", "--pack", str(self.pack), *words)

    def pets(self, program):
        return program.query(f"SELECT pets FROM household WHERE id = '{self.home}'")[0]["pets"]

    def test_a_new_column_comes_to_the_office_and_its_phones(self):
        # Recorded under the older pack, handed over after the upgrade.
        self.wang.run("edit", "household", self.home, "note=升级前写的")
        made = self.li.json("add", "visit", f"place={DOORS[1]}", "outcome=met")
        self.add_pets()
        planned = self.upgrade("--dry-run")
        self.assertEqual((planned["from"], planned["to"], planned["upgraded"]), (1, 2, False))
        self.assertEqual([change["en"] for change in planned["changes"]], ["new column: household.pets"])
        self.assertIn("新列:住户·宠物", self.office.run("upgrade", "--pack", str(self.pack), "--dry-run").stdout)
        self.assertTrue(self.upgrade()["upgraded"])

        for phone in (self.wang, self.li):
            report = phone.json("sync")
            self.assertEqual((report["pushed_groups"], report["held"], report["waiting_groups"]), (1, 0, 0))
        self.assertEqual(self.office.query("SELECT id FROM visit"), [{"id": made["id"]}])
        self.assertIsNone(self.pets(self.wang))

        self.wang.run("edit", "household", self.home, "pets=猫")
        self.wang.run("sync")
        self.li.run("sync")
        self.assertEqual([self.pets(program) for program in (self.wang, self.li, self.office)], ["cat"] * 3)
        self.assertEqual(self.li.query(f"SELECT note FROM household WHERE id = '{self.home}'")[0]["note"], "升级前写的")
        zhang = self.phone("张敏")
        self.assertEqual(self.pets(zhang), "cat")
        self.assertEqual(self.office.json("conflicts"), [])
        self.office.load("households", ("户门", "宠物"), [(DOORS[0], "狗")])
        self.wang.run("sync")
        self.assertEqual(self.pets(self.wang), "dog")
        self.office.run("verify")

    def test_there_is_no_way_back(self):
        self.add_pets()
        self.upgrade()
        self.office.error("upgrade", "--pack", str(self.pack), code=1)
        (self.pack / "tables" / "household.toml").unlink()
        self.edit_pack(1, "version = 2\n", "version = 1\n")
        done = self.office.run("upgrade", "--pack", str(self.pack), code=1)
        for word in ("不能退回", "there is no way back", "household.pets", "retired = true", "有2处"):
            self.assertIn(word, done.stderr)

    def test_what_old_phones_could_not_follow_is_refused_with_its_reason(self):
        self.edit_pack(2)
        visit = self.folder / "schemas" / "neighbourhood" / "tables" / "visit.toml"
        visit.write_text(visit.read_text().replace('deletes = "append_only"', 'deletes = "edit_beats_delete"'))
        error = self.office.error("upgrade", "--pack", str(self.pack), code=1)
        self.assertEqual(error["code"], "pack_invalid")
        told = self.office.run("upgrade", "--pack", str(self.pack), code=1).stderr
        self.assertIn("表 visit:deletes 不能改", told)
        self.assertIn("'deletes' cannot change", told)
        self.wang.run("edit", "household", self.home, "note=照旧")
        self.assertEqual(self.wang.json("sync")["effective"], 1)
        self.assertEqual(self.office.query("SELECT version FROM doorstep_pack"), [{"version": 1}])


if __name__ == "__main__":
    unittest.main()
