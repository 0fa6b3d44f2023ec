"""A pile of filled-in questionnaires and the clerk who enters it."""

import json
import sys
import unittest

from office import DOORS, ESTATE, OfficeTest

sys.path.append("/usr/lib/python3/dist-packages")  # python3-openpyxl, whichever Python runs this
import openpyxl  # noqa: E402

FORM = """survey,type,name,label::中文(zh),label::English(en),relevant,constraint,required
,select_one yes_no,consent,您愿意回答吗?,May we ask?,,,yes
,integer,people,家里几口人?,How many people?,${consent} = 'yes',. > 0 and . < 20,yes
,select_multiple needs,needs,有什么需要?,What is needed?,${consent} = 'yes',,
,begin_repeat,member,家里的人,People at home,${consent} = 'yes',,
,text,called,姓名,Name,,,yes
,integer,age,年龄,Age,,,
,end_repeat,,,,,,
choices,list_name,name,label::中文(zh),label::English(en)
,yes_no,yes,是,Yes
,yes_no,no,否,No
,needs,lift,加装电梯,A lift
,needs,light,楼道照明,Lights
settings,form_title,form_id,version
,入户问卷,visit,1
"""
TITLE = "二季度入户问卷"


class Paper(OfficeTest):
    def setUp(self):
        super().setUp()
        form = self.folder / "visit.csv"
        form.write_text(FORM, encoding="utf-8")
        self.office.run("form", "import", str(form), "--place", ESTATE)
        self.office.load("campaign", ("地点", "标题", "表单"), [(ESTATE, TITLE, self.office.query("SELECT digest FROM form")[0]["digest"])])
        self.file = str(self.folder / "entry.xlsx")
        self.office.run("paper", "template", TITLE, self.file)
        self.book = openpyxl.load_workbook(self.file)
        self.sheet = self.book.worksheets[0]
        self.headings = [cell.value for cell in self.sheet[1]]

    def fill(self, row, **cells):
        names = {
            "who": "询问人", "at": "询问时间", "outcome": "结果", "consent": "您愿意回答吗?", "people": "家里几口人?",
            "needs": "有什么需要?", "name1": "家里的人1·姓名", "age1": "家里的人1·年龄", "name2": "家里的人2·姓名",
        }  # fmt: skip
        for name, value in cells.items():
            self.sheet.cell(row, self.headings.index(names[name]) + 1).value = value
        self.book.save(self.file)

    def enter(self, *words, code=0):
        done = self.office.run("paper", "enter", TITLE, self.file, "--entered-by", "李军", "--json", *words, code=code)
        return json.loads(done.stdout)

    def counts(self, *words, code=0):
        found = self.enter(*words, code=code)
        return found["new"], found["replaced"], found["unchanged"], found["empty"]

    def answers(self):
        return self.office.query(
            "SELECT place.code AS door, outcome, answers, asker.name AS asked_by, clerk.name AS entered_by, at, on_paper, paper_code, "
            "household, corrects, form FROM answer JOIN place ON place.id = answer.place LEFT JOIN person AS asker ON asker.id = asked_by "
            "JOIN person AS clerk ON clerk.id = entered_by ORDER BY place.code, corrects IS NOT NULL"
        )

    def test_a_pile_is_entered_once(self):
        self.assertEqual(self.headings[:2], ["纸质编号", "户门"])
        codes = [self.sheet.cell(row, 1).value for row in range(2, 6)]
        self.assertEqual(self.sheet.cell(2, 2).value, "和顺家园1号楼1单元101室")
        self.assertEqual([rule.type for rule in self.sheet.data_validations.dataValidation], ["list"] * 2)
        self.fill(2, who="王芳", at="2026-11-20", consent="是", people=2, needs="楼道照明、加装电梯", name1="张三", age1=71, name2="李四")
        self.fill(3, who="王芳", at="2026-11-20", outcome="家中无人")
        self.sheet.cell(4, 1).value = codes[2].lower().replace("-", " ")
        self.fill(4, who="王芳", at="2026-11-20", consent="No")
        self.assertEqual(self.counts("--dry-run"), (3, 0, 0, 1))
        self.assertEqual(self.answers(), [])
        self.assertEqual(self.counts(), (3, 0, 0, 1))
        self.assertEqual(self.counts(), (0, 0, 3, 1))
        first, second, third = self.answers()
        self.assertEqual(
            json.loads(first["answers"])["answers"],
            {"consent": "yes", "people": 2, "needs": ["lift", "light"], "member": [{"called": "张三", "age": 71}, {"called": "李四"}]},
        )
        self.assertEqual(
            (first["door"], first["outcome"], first["asked_by"], first["entered_by"], first["on_paper"], first["paper_code"]),
            (DOORS[0], "answered", "王芳", "李军", 1, codes[0]),
        )
        self.assertIsNotNone(first["household"])
        self.assertEqual(first["at"], "2026-11-19T16:00:00.000Z")
        self.assertEqual((second["outcome"], second["answers"], second["form"]), ("nobody_home", None, None))
        self.assertEqual(json.loads(third["answers"])["answers"], {"consent": "no"})

        missing = openpyxl.load_workbook(self.template()).worksheets[0]
        self.assertEqual([missing.cell(2, 1).value, missing.max_row], [codes[3], 2])
        found = self.office.json("paper", "code", codes[0].lower())
        self.assertEqual([(one["door"], one["title"], one["outcome"]) for one in found], [(DOORS[0], TITLE, "answered")])
        self.assertEqual(self.office.json("paper", "code", codes[3])[0]["outcome"], "")
        wrong = codes[0][:-1] + ("0" if codes[0][-1] != "0" else "2")
        self.assertIn("校验位", self.office.error("paper", "code", wrong, code=1)["zh"])

    def template(self):
        file = str(self.folder / "again.xlsx")
        self.office.run("paper", "template", TITLE, file)
        return file

    def test_another_paper_of_a_door_corrects_only_when_told(self):
        self.fill(2, who="王芳", at="2026-11-20", consent="否")
        self.assertEqual(self.counts(), (1, 0, 0, 3))
        self.fill(2, consent="是", people=3)
        told = self.enter(code=1)
        self.assertEqual((told["entered"], [(one["row"], one["letter"]) for one in told["problems"]]), (False, [(2, "A")]))
        self.assertIn("2026-11-20 00:00 王芳", told["problems"][0]["zh"])
        self.assertEqual(self.counts("--replace"), (0, 1, 0, 3))
        self.assertEqual(self.counts("--replace"), (0, 0, 1, 3))
        old, new = self.answers()
        self.assertIsNone(old["corrects"])
        self.assertEqual(self.office.query("SELECT id FROM answer WHERE corrects IS NULL")[0]["id"], new["corrects"])

    def enter_csv(self, rows, *words, title=TITLE, clerk="李军", code=0, encoding="utf-8"):
        """Rows of cells by heading, entered as a CSV file."""
        headings = list(dict.fromkeys(heading for row in rows for heading in row))
        file = self.folder / "entry.csv"
        lines = [headings] + [[row.get(heading, "") for heading in headings] for row in rows]
        file.write_bytes("".join(",".join(line) + "\r\n" for line in lines).encode(encoding))
        done = self.office.run("paper", "enter", title, str(file), "--entered-by", clerk, "--json", *words, code=code)
        return json.loads(done.stdout)

    def code(self, row):
        return self.sheet.cell(row, 1).value

    def test_two_clerks_enter_one_paper(self):
        row = {"纸质编号": self.code(2), "询问人": "王芳", "询问时间": "2026-11-20", "您愿意回答吗?": "是", "家里几口人?": "2"}
        self.assertEqual(self.enter_csv([row])["new"], 1)
        self.assertEqual(self.enter_csv([row], clerk="张敏", encoding="gb18030")["unchanged"], 1)
        other = {**row, "家里几口人?": "3"}
        told = self.enter_csv([other], clerk="张敏", code=1)
        self.assertEqual((told["entered"], [one["row"] for one in told["problems"]]), (False, [2]))
        self.assertIn("已有另一份答卷", told["problems"][0]["zh"])
        self.assertEqual([one["entered_by"] for one in self.answers()], ["李军"])
        self.assertEqual(self.enter_csv([other], "--replace", clerk="张敏")["replaced"], 1)
        self.assertEqual([(one["entered_by"], one["corrects"] is None) for one in self.answers()], [("李军", True), ("张敏", False)])
        # What was corrected does not come back with the first clerk's pile.
        self.assertIn("已有另一份答卷", self.enter_csv([row], code=1)["problems"][0]["zh"])
        twice = self.enter_csv([row, row], "--replace", code=1)
        self.assertIn("和第2行是同一户", twice["problems"][0]["zh"])

    def test_two_families_behind_one_door_answer_apart(self):
        self.office.load("households", ("户门", "住户序号", "户主姓名"), [(DOORS[0], "2", "钱大妈")])
        row = {"纸质编号": self.code(2), "询问时间": "2026-11-20", "您愿意回答吗?": "否"}
        told = self.enter_csv([row], code=1)
        self.assertIn("有2户", told["problems"][0]["zh"])
        told = self.enter_csv([{**row, "住户序号": "3"}], code=1)
        self.assertIn("没有第3户", told["problems"][0]["zh"])
        first, second = {**row, "住户序号": "1"}, {**row, "住户序号": "2", "您愿意回答吗?": "是", "家里几口人?": "1"}
        self.assertEqual(self.enter_csv([first])["new"], 1)
        told = self.enter_csv([first, second])
        self.assertEqual((told["new"], told["unchanged"]), (1, 1))
        numbers = self.office.query("SELECT number FROM answer JOIN household ON household.id = answer.household ORDER BY number")
        self.assertEqual([one["number"] for one in numbers], [1, 2])

    def test_a_paper_of_another_campaign_is_told_and_skipped(self):
        digest = self.office.query("SELECT digest FROM form")[0]["digest"]
        self.office.load("campaign", ("地点", "标题", "表单"), [(ESTATE, "三季度入户问卷", digest)])
        rows = [{"纸质编号": self.code(row), "您愿意回答吗?": "否"} for row in (2, 3)]
        told = self.enter_csv(rows, title="三季度入户问卷", code=1)
        self.assertEqual(len(told["problems"]), 2)
        self.assertIn("不是这次行动的", told["problems"][0]["zh"])
        self.assertEqual(self.office.json("paper", "code", self.code(2))[0]["title"], TITLE)
        told = self.enter_csv([rows[0], {"纸质编号": "6EF2V-4X98C", "您愿意回答吗?": "否"}], "--skip-bad")
        self.assertEqual((told["new"], told["bad"], told["entered"]), (1, 1, True))
        self.assertEqual([one["door"] for one in self.answers()], [DOORS[0]])

    def test_with_a_wrong_heading_nothing_is_skipped_and_nothing_entered(self):
        row = {"纸质编号": self.code(2), "您愿意吗": "否"}
        told = self.enter_csv([row], "--skip-bad", code=1)
        self.assertFalse(told["entered"])
        self.assertIn("不是这次行动的题目", told["problems"][0]["zh"])
        self.assertEqual(self.answers(), [])

    def test_every_mistake_is_told_by_cell_and_corrected_in_a_copy(self):
        code = self.sheet.cell(2, 1).value
        self.fill(2, who="没有这个人", consent="是", people=2)
        self.fill(3, who="王芳", consent="是", people=99)
        self.fill(4, who="王芳", consent="否", people=2)
        self.fill(5, who="王芳", consent="也许")
        for row, cells in ((6, {"people": 3}), (7, {"outcome": "拒答"}), (8, {"outcome": "拒答"}), (9, {"outcome": "拒答", "consent": "是"})):
            self.fill(row, **cells)
        self.sheet.cell(7, 1).value = code[1] + code[0] + code[2:] if code[0] != code[1] else code[:-1] + "U"
        self.sheet.cell(8, 1).value = "00000-00000"
        self.sheet.cell(9, 1).value = self.sheet.cell(5, 1).value
        self.book.save(self.file)
        fixed = str(self.folder / "fixed.xlsx")
        told = self.enter("--fixed", fixed, "--only-bad", code=1)
        letters = {name: openpyxl.utils.get_column_letter(self.headings.index(name) + 1) for name in self.headings}
        self.assertEqual(
            [(one["row"], one["letter"] or None) for one in told["problems"] if one["row"] < 6],
            [(2, letters["询问人"]), (3, letters["家里几口人?"]), (4, letters["家里几口人?"]), (5, letters["您愿意回答吗?"])],
        )
        by_row = {row: "".join(one["zh"] for one in told["problems"] if one["row"] == row) for row in range(2, 10)}
        for row, part in ((4, "不该问"), (5, "没有“也许”这个选项"), (6, "没有填纸质编号"), (7, "编号"), (8, "不是这次行动的"), (9, "却填了答案")):
            self.assertIn(part, by_row[row])
        self.assertEqual(self.answers(), [])
        copy = openpyxl.load_workbook(fixed).active
        self.assertEqual((copy.cell(1, 1).value, copy.max_row), ("填写问题", 9))
        self.sheet.cell(1, len(self.headings) + 1).value = "不认识的题"
        self.sheet.cell(2, len(self.headings) + 1).value = "x"
        self.book.save(self.file)
        self.assertIn("不是这次行动的题目", self.enter(code=1)["problems"][0]["zh"])


if __name__ == "__main__":
    unittest.main()
