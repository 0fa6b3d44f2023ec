"""`doorstep-server form`: a questionnaire from a spreadsheet into the office, or every mistake in it."""

import json
import shutil
import subprocess
import unittest

from office import DOORS, ESTATE, ROOT, SERVER, UNIT, OfficeTest

SAMPLES = ROOT / "tests" / "unit" / "forms" / "forms"
FORM_TABLE = """
id = 17
name = "form"
zh = "表单"
en = "Form"
natural_key = ["digest"]
names = ["name"]
place = { column = "place" }
office_only = true
seen_from_below = true

[[columns]]
id = 1
name = "place"
zh = "地点"
en = "Place"
type = "reference"
target = "place"
required = true
indexed = true
"""
TEXT_COLUMNS = [(2, "digest", "text"), (3, "name", "text"), (4, "version", "integer"), (5, "title", "text"),
                (6, "title_en", "text"), (7, "definition", "text")]


def check(*words, code=0):
    done = subprocess.run([SERVER, "form", "check", *map(str, words)], capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr
    return done


class Forms(OfficeTest):
    def setUp(self):
        super().setUp()
        schemas = self.folder / "schemas"
        shutil.copytree(ROOT / "schemas", schemas)
        table = schemas / "neighbourhood" / "tables" / "form.toml"
        if table.exists():
            return
        self.assertIn("表格包", self.office.error("form", "import", str(SAMPLES / "household.csv"), "--place", UNIT,
                                                code=2)["zh"])
        columns = [f'\n[[columns]]\nid = {id}\nname = "{name}"\nzh = "{name}"\nen = "{name}"\ntype = "{type}"\n'
                   for id, name, type in TEXT_COLUMNS]
        columns[0] += "required = true\n"
        table.write_text(FORM_TABLE + "".join(columns), encoding="utf-8")
        pack = schemas / "changchun" / "pack.toml"
        lines = pack.read_text(encoding="utf-8").splitlines()
        lines = ["version = 1000" if line.startswith("version") else line for line in lines]
        pack.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.office.run("upgrade", "--pack", str(schemas / "changchun"))

    def forms(self):
        return self.office.json("query", "SELECT name, version, title, digest, definition FROM form ORDER BY name")

    def test_imported_once_whatever_is_repeated(self):
        for sample in sorted(SAMPLES.glob("*.csv")):
            told = self.office.json("form", "import", str(sample), "--place", UNIT)
            self.assertEqual((told["imported"], told["problems"]), (True, []), sample.name)
        rows = self.forms()
        self.assertEqual(len(rows), 11)
        again = self.office.json("form", "import", str(SAMPLES / "household.csv"), "--place", UNIT)
        self.assertFalse(again["imported"])
        self.assertIn("早已导入", self.office.run("form", "import", str(SAMPLES / "score.csv"), "--place", UNIT).stdout)
        self.assertEqual(self.forms(), rows)
        household = next(row for row in rows if row["name"] == "household")
        self.assertEqual((household["version"], household["title"]), (2026112201, "入户登记"))
        self.assertEqual(household["digest"], again["digest"])
        self.assertEqual(json.loads(household["definition"])["items"][0]["name"], "home")

    def test_a_form_with_mistakes_leaves_nothing(self):
        bad = self.folder / "visit.csv"
        text = (SAMPLES / "household.csv").read_text(encoding="utf-8")
        bad.write_text(text.replace("${use} = 'rented'", "${usage} = 'rented'").replace("integer,people", "audio,people"),
                       encoding="utf-8")
        done = self.office.run("form", "import", str(bad), "--place", ESTATE, code=1)
        self.assertIn("survey 表第7行 B列:不支持“audio”这种题目。", done.stderr)
        told = json.loads(check(bad, "--json", code=1).stdout)
        self.assertEqual([(one["sheet"], one["row"], one["column"]) for one in told["problems"]], [("survey", 7, "B")])
        bad.write_text(text.replace("${use} = 'rented'", "${usage} = 'rented'"), encoding="utf-8")
        self.assertIn("survey 表第6行 G列:第1个字符:没有叫 ${usage} 的题目。", check(bad, code=1).stderr)
        self.assertEqual(self.forms(), [])

    def test_an_unknown_place_is_said(self):
        self.office.error("form", "import", str(SAMPLES / "household.csv"), "--place", "nowhere", code=1)
        self.assertEqual(self.forms(), [])

    def test_a_phone_asks_a_form_line_by_line(self):
        self.office.run("form", "import", str(SAMPLES / "household.csv"), "--place", ESTATE)
        self.office.load("campaign", ("地点", "标题"), [(ESTATE, "入户登记")])
        self.office.serve()
        phone = self.phone("王芳")
        self.assertIn("household  入户登记  (2026112201)\n共1份表单。", phone.run("form").stdout)
        self.assertEqual([one["name"] for one in phone.json("form")], ["household"])
        phone.run("form", "nothing", code=2)

        lines = ["3-2", "3-2-1501", "自住", "<", "出租", "yes", "30", "", "电梯、drain"]
        told = phone.run("form", "household", input="".join(f"{line}\n" for line in lines), code=2)
        self.assertIn("门牌写成 3-2-1501 的样子。\nWrite the door like 3-2-1501.", told.stdout)
        self.assertIn("人数要在1到20之间。", told.stdout)
        self.assertNotIn("别的需要", told.stdout)
        self.assertIn("还没有填完(people)", told.stderr)
        told = phone.run("form", "household", input="".join(f"{line}\n" for line in lines + ["3"]))
        answers = {"door": "3-2-1501", "use": "rented", "contract": "yes", "people": 3, "needs": ["drain", "lift"]}
        self.assertEqual(json.loads(told.stdout.splitlines()[-1])["answers"], answers)

        draft = self.folder / "draft.json"
        answer = (f"place={DOORS[0]}", f"campaign={phone.query('SELECT id FROM campaign')[0]['id']}", "--draft", str(draft))
        phone.run("form", "household", *answer, input="3-2-1501\nrented\n", code=2)
        self.assertTrue(draft.exists())
        row = phone.run("form", "household", *answer, input="\n\nno\n2\n").stdout.splitlines()[-1]
        self.assertFalse(draft.exists())
        (kept,) = phone.query(f"SELECT id, outcome, answers FROM answer WHERE id = '{row}'")
        self.assertEqual(kept["outcome"], "answered")
        self.assertEqual(json.loads(kept["answers"])["answers"]["people"], 2)

    def test_check_needs_no_office(self):
        self.assertIn("没有问题", check(SAMPLES / "safety.csv").stdout)
        check(self.folder / "none.csv", code=1)


if __name__ == "__main__":
    unittest.main()
