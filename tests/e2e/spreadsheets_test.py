"""Spreadsheets in and out, by people who use Excel: forms, exports that are edited, files with mistakes."""

import csv
import datetime
import json
import subprocess
import sys
import unittest
import zipfile

from office import DOORS, PATIENCE_S, ROOT, SERVER, UNIT, OfficeTest

sys.path.append("/usr/lib/python3/dist-packages")  # python3-openpyxl, whichever Python runs this
import openpyxl  # noqa: E402

FAULTS = "填写问题"


def headings(sheet):
    return [cell.value for cell in sheet[1]]


def column(sheet, heading):
    return headings(sheet).index(heading) + 1


class Spreadsheets(OfficeTest):
    def counts(self, *words):
        found = self.office.json("import", *words)
        return found["new"], found["changed"], found["unchanged"]

    def test_an_export_is_edited_in_a_workbook_and_imported_again(self):
        file = str(self.folder / "households.xlsx")
        self.office.run("export", "households", file)
        self.assertEqual(self.counts("households", file), (0, 0, 4))
        self.assertIn("没有改变", self.office.run("import", "households", file).stdout)

        book = openpyxl.load_workbook(file)
        sheet = book.active
        self.assertEqual((sheet.title, sheet.freeze_panes), ("住户", "A2"))
        self.assertEqual(sheet.cell(2, column(sheet, "户门")).number_format, "@")
        sheet.cell(2, column(sheet, "备注")).value = "=不是公式"
        sheet.cell(2, column(sheet, "备注")).data_type = "s"
        sheet.cell(3, column(sheet, "联系电话")).value = 13800138000  # a number, as who types it into a cell of no format
        book.save(file)
        self.assertEqual(self.counts("households", file), (0, 2, 2))
        self.assertEqual(self.counts("households", file), (0, 0, 4))
        self.assertEqual(
            self.office.query("SELECT note FROM household WHERE phone = '13800138000' OR note LIKE '=%' ORDER BY note"),
            [{"note": "=不是公式"}, {"note": "原来的备注"}],
        )
        self.office.run("export", "households", file)
        sheet = openpyxl.load_workbook(file).active
        notes = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value == "=不是公式"]
        self.assertEqual([cell.data_type for cell in notes], ["s"])

    def test_a_form_is_filled_in_dates_as_dates_and_imported(self):
        file = str(self.folder / "posts.xlsx")
        self.office.run("template", "assignments", file)
        book = openpyxl.load_workbook(file)
        form = book.worksheets[0]
        self.assertEqual(headings(form)[0], "人员")
        self.assertIn("必填", form.cell(1, 1).comment.text)
        lists = [rule for rule in form.data_validations.dataValidation if rule.type == "list"]
        chosen = [cell.value for cell in book["选项"]["A"] if cell.value]
        self.assertEqual(chosen[:3], ["岗位", "社区工作者", "楼道长"])
        self.assertIn("单元长", chosen)
        self.assertTrue(lists and all("选项" in rule.formula1 for rule in lists))
        for heading, value in (
            ("人员", "王芳"), ("负责地点", UNIT), ("岗位", "单元长"), ("任职日期", datetime.date(2026, 11, 22)),
        ):  # fmt: skip
            form.cell(2, column(form, heading)).value = value
        book.save(file)
        self.assertEqual(self.counts("assignments", file), (1, 0, 0))
        self.assertEqual(self.office.query("SELECT role, starts FROM assignment"), [{"role": "unit_leader", "starts": "2026-11-22"}])
        self.assertEqual(self.counts("assignments", file), (0, 0, 1))

    def test_mistakes_are_told_by_cell_and_corrected_in_a_copy(self):
        file, fixed = self.folder / "bad.xlsx", str(self.folder / "fixed.xlsx")
        book = openpyxl.Workbook()
        book.active.title = "说明"
        book.active["A1"] = "请各社区周五前填好"
        sheet = book.create_sheet("名单")
        sheet.append(["户门", "户主姓名", "联系电话"])
        sheet.append([DOORS[0], "甲", "12"])
        sheet.append([None, None, None])
        sheet.append([DOORS[1], "乙", "13800138001"])
        sheet.append(["没有的门", "丙", 1.38001380001e17])
        book.save(file)
        checked = self.office.run("import", "households", str(file), "--dry-run", "--fixed", fixed, code=1)
        for part in ("工作表“名单”", "第2行 C列“联系电话”:", "第5行 A列“户门”:", "Row 5, column A (户门): ", "科学计数", fixed):
            self.assertIn(part, checked.stderr)
        told = json.loads(self.office.run("import", "households", str(file), "--json", code=1).stdout)["problems"]
        self.assertEqual([(one["row"], one["letter"]) for one in told], [(2, "C"), (5, "C"), (5, "A")])

        book = openpyxl.load_workbook(fixed)
        sheet = book.active
        self.assertEqual(headings(sheet), [FAULTS, "户门", "户主姓名", "联系电话"])
        self.assertEqual([bool(row[0].value) for row in sheet.iter_rows(min_row=2)], [True, False, True])
        coloured = [cell.coordinate for row in sheet.iter_rows(min_row=2) for cell in row if cell.fill.fill_type == "solid"]
        self.assertEqual(coloured, ["A2", "D2", "A4", "B4", "D4"])
        sheet["D2"], sheet["B4"], sheet["D4"] = "13800138000", DOORS[2], "13800138002"
        book.save(fixed)
        self.assertEqual(self.counts("households", fixed), (0, 3, 0))
        self.assertEqual(self.counts("households", fixed), (0, 0, 3))

        only_bad = str(self.folder / "bad.csv")
        self.office.run("import", "households", str(file), "--sheet", "名单", "--fixed", only_bad, "--only-bad", code=1)
        with open(only_bad, encoding="utf-8-sig", newline="") as text:
            self.assertEqual([row[2] for row in csv.reader(text)], ["户主姓名", "甲", "丙"])

    def test_files_that_are_no_tables_are_refused_with_what_to_do(self):
        file = self.folder / "bad.xlsx"
        good = self.folder / "good.xlsx"
        self.office.run("export", "places", str(good))

        def refused(*words):
            return self.office.error("import", "places", str(file), *words, code=(1, 2))["zh"]

        def with_part(name, data):
            with zipfile.ZipFile(good) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
                for part in old.namelist():
                    new.writestr(part, data if part == name else old.read(part))

        sheet = "xl/worksheets/sheet1.xml"
        with_part(sheet, b"<worksheet>" + b" " * 300_000_000 + b"</worksheet>")
        self.assertIn("太大", refused())
        with_part(sheet, b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>')
        self.assertIn("损坏", refused())
        file.write_bytes(good.read_bytes()[:-100])
        self.assertIn("损坏", refused())
        file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"))
        self.assertIn("密码", refused())
        file.write_bytes(good.read_bytes())
        self.assertIn("没有“花名册”这个工作表", refused("--sheet", "花名册"))
        for words in (
            ("export", "people", str(self.folder / "people.geojson")),
            ("export", "places", str(self.folder / "places.doc")),
            ("template", "places", str(self.folder / "places.geojson")),
            ("import", "places", str(file), "--fixed", str(file)),
            ("import", "places", str(file), "--only-bad"),
        ):
            self.office.run(*words, code=2)
        self.assertEqual(file.read_bytes(), good.read_bytes())

    def test_a_ledger_is_printed_with_a_column_to_sign_in(self):
        file = str(self.folder / "ledger.xlsx")
        self.office.run("view", "unvisited_doors", "--out", file, "--sign-off")
        sheet = openpyxl.load_workbook(file).active
        self.assertEqual(headings(sheet)[-1], "签字、日期 / Signature, date")
        self.assertEqual({sheet.cell(row, sheet.max_column).value for row in range(2, sheet.max_row + 1)}, {None})
        self.assertEqual(sheet.max_row, 1 + len(DOORS))
        self.assertEqual((sheet.page_setup.orientation, sheet.print_title_rows), ("landscape", "$1:$1"))
        self.assertIn(".xlsx", self.office.run("view", "unvisited_doors", "--out", file[:-5] + ".csv", "--sign-off", code=2).stderr)

    def test_the_brief_of_a_day_is_one_workbook_to_sign(self):
        leader = (("人员", "负责地点", "岗位"), [("王芳", UNIT, "单元长")])
        self.office.load("assignment", *leader)
        today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
        yesterday = today - datetime.timedelta(days=1)
        hazards = [(DOORS[0], "楼道堵塞", str(yesterday), f"{yesterday} 09:00"), (DOORS[1], "应急照明损坏", str(today), f"{today} 00:00")]
        self.office.load("hazard", ("隐患地点", "隐患类别", "整改期限", "发现时间"), hazards)
        file = str(self.folder / "brief.xlsx")
        told = self.office.json("brief", "--out", file)
        book = openpyxl.load_workbook(file)
        self.assertEqual(book.sheetnames, [sheet["name"] for sheet in told["sheets"]])
        self.assertEqual((told["day"], book.sheetnames[0], len(book.sheetnames)), (str(today), "每日简报", 10))
        for sheet, rows in zip(book, told["sheets"]):
            with self.subTest(sheet=sheet.title):
                self.assertEqual(headings(sheet)[-1], "签字、日期 / Signature, date")
                self.assertEqual(sheet.cell(2, sheet.max_column).border.left.style, "thin")
                self.assertEqual(sheet.oddHeader.left.text, f"&A  {rows and told['day']}")
                self.assertEqual((sheet.page_setup.orientation, sheet.print_title_rows), ("landscape", "$1:$1"))
                self.assertEqual(sheet.max_row, 1 + max(rows["rows"], 1))

        def line(book, item):
            return next(row[3] for row in book["每日简报"].iter_rows(min_row=2, values_only=True) if row[1] == item)

        self.assertEqual((line(book, "新发现隐患"), line(book, "逾期隐患")), (1, 1))
        self.assertEqual(book["逾期未整改的隐患"].cell(2, column(book["逾期未整改的隐患"], "隐患类别")).value, "楼道堵塞")
        self.assertEqual(self.office.json("brief", "--out", file, "--on", str(yesterday))["day"], str(yesterday))
        book = openpyxl.load_workbook(file)
        self.assertEqual((line(book, "新发现隐患"), line(book, "逾期隐患")), (1, 0))
        self.assertEqual(book["逾期未整改的隐患"].max_row, 2)  # Nothing but a line to sign.
        for words in (("--out", file, "--on", "昨天"), ("--out", file, "--on", str(today + datetime.timedelta(days=1)))):
            self.office.run("brief", *words, code=2)
        self.assertIn(".xlsx", self.office.run("brief", "--out", file[:-5] + ".csv", code=2).stderr)
        self.assertIn(f"brief {today}", self.office.json("audit", "--what", "exported")[0]["subject"])

    def county(self, *words, code=0):
        done = subprocess.run([SERVER, *words], capture_output=True, text=True, timeout=PATIENCE_S)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr

    def test_a_county_adds_up_what_its_offices_count(self):
        files = []
        for name, communities in (("东街", 1), ("西街", 2)):
            data = str(self.folder / name)
            self.county("init", "--data", data, "--pack", str(ROOT / "schemas" / "gutian"), "--office", name)
            places = self.folder / f"places of {name}.csv"
            rows = "".join(f"C{number},S,社区,{name}{number}社区\n" for number in range(communities))
            places.write_text("编码,上级,层级,名称\nS,,街道,街道\n" + rows, encoding="utf-8")
            self.county("import", "places", str(places), "--data", data)
            files.append(str(self.folder / (name + (".csv" if communities == 1 else ".xlsx"))))
            self.county("view", "county_counts", "--data", data, "--out", files[-1])
        total = str(self.folder / "county.xlsx")
        self.county("rollup", *files, "--out", total)
        sheet = openpyxl.load_workbook(total).active
        self.assertEqual(headings(sheet)[-3:], ["东街", "西街", "合计 / Total"])
        lines = {row[0]: row[-3:] for row in sheet.iter_rows(min_row=2, values_only=True)}
        self.assertEqual(lines["communities"], (1, 2, 3))
        self.assertEqual(lines["residents"], (0, 0, 0))
        self.assertIn("改名", self.county("rollup", files[0], files[0], code=2))
        self.assertIn("不是汇总数字", self.county("rollup", files[0], str(places), code=2))


if __name__ == "__main__":
    unittest.main()
