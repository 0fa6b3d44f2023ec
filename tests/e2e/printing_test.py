"""`doorstep-server print`: what hangs at doors says what the office knows, and its QR codes tell the truth later."""

import base64
import csv
import datetime
import re
import shutil
import ssl
import subprocess
import tempfile
import pathlib
import unittest
import urllib.error
import urllib.request
import xml.etree.ElementTree
import zlib

from office import ROOT, Office

FORM = ROOT / "tests" / "unit" / "forms" / "forms" / "household.csv"
LONG_NAME = "欧阳阿依古丽·买买提明·艾合买提江"


def png(width, height):
    """A grey picture."""

    def chunk(kind, data):
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 0, 0, 0, 0])
    rows = b"".join(b"\0" + b"\x99" * width for _ in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def text_of(pdf):
    """As it is drawn, without the ends of lines, so that a name on two lines is found."""
    done = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.replace("\n", "")


class Street(Office):
    """Two units of a building; a building leader, two unit leaders, and one who did not agree to be shown."""

    def create(self):
        self.run("init", "--pack", str(ROOT / "schemas" / "furong"), "--office", "芙蓉路街道")
        places = [("C", "", "社区", "南路社区"), ("B", "C", "楼栋", "1号楼")]
        for unit in ("U1", "U2"):
            places.append((unit, "B", "单元", f"{unit[-1]}单元"))
            places += [(f"{unit}-{n}", unit, "户门", f"{n}室") for n in (101, 102, 201)]
        self.load("places", ("编码", "上级", "层级", "名称"), places)
        people = [("何楼长", "13800000001", "全楼联络,陪同检查消防通道", "是"), (LONG_NAME, "13800000002", "", "是"),
                  ("刘单元长", "", "看望独居老人", "是"), ("不同意", "13800000004", "", "否")]
        self.load("people", ("姓名", "联系电话", "职责", "同意上公示牌", "同意上牌日期"), [(*one, "2026-01-02") for one in people])
        posts = [("何楼长", "楼栋长", "B", ""), (LONG_NAME, "单元长", "U1", "2099-12-31"), ("刘单元长", "单元长", "U2", ""),
                 ("不同意", "单元长", "U1", "")]
        self.load("assignment", ("人员", "岗位", "负责地点", "任职日期", "卸任日期"),
                  [(who, role, where, "2026-01-03", ends) for who, role, where, ends in posts])
        portrait = base64.b64encode(png(60, 80)).decode()
        self.load("photo", ("地点", "内容", "人员", "缩略图"), [("U2", "证件照", "刘单元长", portrait)])

    def print(self, what, *words):
        return self.json("print", what, *words, "--host", f"127.0.0.1:{self.port}")

    def end_post(self, person):
        path = self.folder / "posts.csv"
        self.run("export", "assignment", str(path))
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        yesterday = datetime.date.today() - datetime.timedelta(days=2)
        for row in rows:
            if row["人员"] == person:
                row["卸任日期"] = yesterday.isoformat()
        self.load("assignment", rows[0].keys(), [row.values() for row in rows])


def browse(url):
    """Status and text of a page, as a resident's phone gets it behind a proxy that vouches for it."""
    trusting = ssl._create_unverified_context()
    try:
        with urllib.request.urlopen(url, context=trusting, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


class Printing(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="doorstep-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.office = Street(self.folder)
        self.addCleanup(self.office.end)
        self.office.create()

    def test_plates_and_cards(self):
        pdf = self.folder / "plates.pdf"
        told = self.office.print("plates", "--out", str(pdf))
        self.assertEqual([(one["place"], one["leaders"]) for one in told["plates"]],
                         [("U1", ["何楼长", LONG_NAME]), ("U2", ["何楼长", "刘单元长"])])
        self.assertEqual((told["pages"], told["bytes"], told["unprintable"]), (2, pdf.stat().st_size, []))
        text = text_of(pdf)
        for word in ("芙蓉路街道", "南路社区 1号楼 1单元", "何楼长", "楼栋长", "13800000001", "2026-01-03",
                     "看望独居老人", LONG_NAME):
            self.assertIn(word, text)
        self.assertNotIn("不同意", text)
        self.assertEqual(text.count("\f"), 2)

        only = self.office.print("plates", "--place", "U2", "--out", str(self.folder / "u2.svg"))
        self.assertEqual([one["place"] for one in only["plates"]], ["U2"])
        svg = xml.etree.ElementTree.parse(self.folder / "u2.svg").getroot()
        self.assertEqual(svg.tag, "{http://www.w3.org/2000/svg}svg")
        self.assertTrue(any(part.tag.endswith("image") for part in svg.iter()), "the portrait")
        self.assertIn(".pdf", self.office.error("print", "plates", "--out", str(self.folder / "all.svg"), code=2)["zh"])
        self.office.print("plates", "--out", str(self.folder / "all") + "/")
        self.assertEqual(sorted(one.name for one in (self.folder / "all").iterdir()), ["U1.svg", "U2.svg"])
        self.assertIn("单元", self.office.error("print", "plates", "--level", "tower", "--out", "a.pdf", code=2)["zh"])
        building = self.office.print("plates", "--level", "building", "--out", str(self.folder / "b.pdf"))
        self.assertEqual([one["leaders"] for one in building["plates"]], [["何楼长"]])

        cards = self.office.print("cards", "--out", str(self.folder / "cards.pdf"))
        self.assertEqual([(one["name"], one["role"], one["until"]) for one in cards["cards"]],
                         [("何楼长", "楼栋长", ""), (LONG_NAME, "单元长", "2099-12-31"), ("刘单元长", "单元长", "")])
        text = text_of(self.folder / "cards.pdf")
        self.assertIn("2099-12-31", text)
        self.assertNotIn("不同意", text)
        self.assertIn("同意", self.office.error("print", "cards", "--person", "不同意", "--out",
                                              str(self.folder / "none.pdf"), code=2)["zh"])
        self.assertFalse((self.folder / "none.pdf").exists())
        kinds = [entry["subject"] for entry in self.office.json("audit", "--what", "exported")]
        self.assertTrue(any("print plates" in subject for subject in kinds), kinds)
        self.assertTrue(any("print cards" in subject for subject in kinds), kinds)

    def test_questionnaires(self):
        self.office.run("form", "import", str(FORM), "--place", "C")
        form = self.office.query("SELECT digest FROM form")[0]["digest"]
        self.office.load("campaign", ("地点", "类别", "标题", "表单"), [("C", "问卷", "需求调查", form)])
        pdf = self.folder / "paper.pdf"
        told = self.office.json("print", "questionnaires", "需求调查", "--out", str(pdf))
        self.assertEqual(len(told["doors"]), 6)
        self.assertEqual(told["pages"], 6 * told["pages_each"])
        self.assertEqual(len({one["paper_code"] for one in told["doors"]}), 6)
        text = text_of(pdf)
        self.assertEqual(text.count("\f"), told["pages"])
        for one in told["doors"]:
            self.assertIn(one["paper_code"], text)
        for word in ("芙蓉路街道", "需求调查", "南路社区 1号楼 2单元 201室", "门牌", "第2题是“出租”才答", "下水道堵",
                     "家中无人", "Nobody home", "询问人", "第 1/"):
            self.assertIn(word, text)
        again = self.office.json("print", "questionnaires", "需求调查", "--out", str(pdf), "--place", "U2")
        self.assertEqual([one["door"] for one in again["doors"]], ["U2-101", "U2-102", "U2-201"])
        self.assertEqual(again["doors"], [one for one in told["doors"] if one["door"].startswith("U2")])

        # Whoever has answered is asked no more.
        self.office.load("answer", ("行动", "户门", "结果"), [("需求调查", "U2-102", "已答")])
        left = self.office.json("print", "questionnaires", "需求调查", "--out", str(pdf), "--place", "U2")
        self.assertEqual([one["door"] for one in left["doors"]], ["U2-101", "U2-201"])
        every = self.office.json("print", "questionnaires", "需求调查", "--out", str(pdf), "--place", "U2", "--all")
        self.assertEqual(every["doors"], again["doors"])
        self.assertIn(".pdf", self.office.error("print", "questionnaires", "需求调查", "--out",
                                              str(self.folder / "one.svg"), code=2)["zh"])

    def test_codes_tell_the_truth_later(self):
        cards = {one["name"]: one["url"] for one in
                 self.office.print("cards", "--out", str(self.folder / "cards.pdf"))["cards"]}
        plates = {one["place"]: one["url"] for one in
                  self.office.print("plates", "--out", str(self.folder / "plates.pdf"))["plates"]}
        self.office.serve()
        status, page = browse(cards["刘单元长"])
        self.assertEqual(status, 200)
        for word in ("有效", "刘单元长", "单元长", "南路社区 1号楼 2单元"):
            self.assertIn(word, page)
        self.assertIn("刘单元长", browse(plates["U2"])[1])

        self.office.end_post("刘单元长")
        status, page = browse(cards["刘单元长"])
        self.assertEqual(status, 200)
        self.assertIn("已失效", page)
        self.assertNotIn("刘单元长", page)
        status, page = browse(plates["U2"])
        self.assertIn("何楼长", page)
        self.assertNotIn("刘单元长", page)

        self.assertIn("有效", browse(cards["何楼长"])[1])
        self.office.load("people", ("姓名", "同意上公示牌", "同意上牌日期"), [("何楼长", "否", "2026-02-02")])
        self.assertIn("已失效", browse(cards["何楼长"])[1])

        good = cards[LONG_NAME]
        forged = good[:-2] + ("AA" if good[-2:] != "AA" else "BB")
        status, page = browse(forged)
        self.assertEqual(status, 404)
        self.assertIn("查不到", page)
        for _ in range(40):
            status, page = browse(forged)
        self.assertEqual(status, 429)
        self.assertEqual(browse(good)[0], 200)

    def test_without_a_chinese_font_it_says_so(self):
        nothing = self.folder / "fonts.conf"
        nothing.write_text("<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig></fontconfig>")
        error = self.office.error("print", "plates", "--out", str(self.folder / "a.pdf"), code=1,
                                  env={"FONTCONFIG_FILE": str(nothing), "HOME": str(self.folder), "PATH": ""})
        self.assertIn("fonts-wqy-microhei", error["zh"])
        self.assertFalse((self.folder / "a.pdf").exists())


if __name__ == "__main__":
    unittest.main()
