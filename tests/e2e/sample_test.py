"""Drawing homes to call about their leaders, calling them, and what comes of it."""

import csv
import sys
import unittest

from office import UNIT, OfficeTest

sys.path.append("/usr/lib/python3/dist-packages")  # python3-openpyxl, whichever Python runs this
import openpyxl  # noqa: E402

SECOND = "S1-1-2"
ROUND = "2026年第四季度"
TO_DRAW = ("sample", "--role", "单元长")
DRAW = (*TO_DRAW, "--round", ROUND)
LEADERS = {"王芳": UNIT, "李军": SECOND}


class Sample(OfficeTest):
    def setUp(self):
        super().setUp()
        doors = [f"{SECOND}-{number:04}" for number in range(101, 107)]
        self.office.load("places", ("编码", "上级", "层级", "名称"), [(SECOND, "S1-1", "单元", "2单元")]
                         + [(door, SECOND, "户门", door[-3:]) for door in doors])  # fmt: skip
        homes = [(door, "钱阿姨", f"1380000{door[-4:]}", "") for door in doors[:5]]
        self.office.load("households", ("户门", "户主姓名", "联系电话", "居住情况"), [*homes, (doors[5], "", "", "空置")])
        posts = [(name, place, "单元长") for name, place in LEADERS.items()]
        self.office.load("assignment", ("人员", "负责地点", "岗位"), posts)
        self.list = self.folder / "calls.csv"

    def calls(self):
        with open(self.list, encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def fill(self, scores):
        """Writes the list again with these scores, by door."""
        rows = self.calls()
        for row in rows:
            row["评分"] = scores.get(row["户门"].strip(), "")
        with open(self.list, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)

    def drawn(self):
        return self.office.query(
            "SELECT place.code AS door, seed FROM sample JOIN place ON place.id = sample.door ORDER BY place.code"
        )

    def test_homes_are_drawn_called_and_counted(self):
        count = self.office.json(*DRAW, "--each-leader", "2", "--homes", "6", "--dry-run")
        # Of ten doors one is empty.
        self.assertEqual(count, {"doors": 9, "called": 0, "drawn": 0, "left": 9, "leaders": 2, "to_draw": 6})
        self.assertEqual(self.drawn(), [])
        told = self.office.json(*DRAW, "--each-leader", "2", "--homes", "6", "--out", str(self.list))
        self.assertEqual((told["drawn"], told["listed"]), (6, 6))
        rows = self.calls()
        self.assertEqual({row["※被评人"] for row in rows}, set(LEADERS))
        self.assertTrue(all(sum(row["※被评人"] == name for row in rows) >= 2 for name in LEADERS))
        self.assertEqual({(row["回访方式"], bool(row["※联系电话"])) for row in rows}, {("上门", False), ("电话", True)})
        self.assertEqual([row["door"] for row in self.drawn()], sorted(row["户门"].strip() for row in rows))
        self.assertEqual({row["seed"] for row in self.drawn()}, {told["seed"]})

        # The trail says by which seed and of how many; nobody draws again until it pleases.
        trail = self.office.json("audit", "--what", "drawn")
        self.assertEqual(len(trail), 1)
        for word in (f"seed={told['seed']}", f"round={ROUND}", "of=9", "homes=6"):
            self.assertIn(word, trail[0]["subject"])
        more = self.office.json(*DRAW, "--homes", "3", "--out", str(self.list))
        self.assertEqual((more["drawn"], more["listed"]), (3, 9))
        self.assertEqual(len({row["door"] for row in self.drawn()}), 9)
        self.office.run(*DRAW, "--homes", "1", "--out", str(self.list), code=2)

        # All but one are reached; what has no score is left out, and stays on the list.
        doors = [row["door"] for row in self.drawn()]
        scores = {door: 4 if door.startswith(UNIT + "-") else 5 for door in doors[1:]}
        self.fill(scores)
        self.office.run("import", "satisfaction", str(self.list), code=1)
        self.assertEqual(self.office.json("import", "satisfaction", str(self.list), "--skip-bad")["new"], 8)
        self.assertEqual(self.office.json("import", "satisfaction", str(self.list), "--skip-bad")["new"], 0)
        left = self.office.json("sample", "--round", ROUND, "--out", str(self.list))
        self.assertEqual((left["drawn"], left["listed"]), (0, 1))
        self.assertEqual([row["户门"].strip() for row in self.calls()], doors[:1])
        people = {row["id"]: row["name"] for row in self.office.query("SELECT id, name FROM person")}
        rating = self.office.json("view", "leader_rating", "role=unit_leader")
        found = {people[row["person"]]: (row["calls"], row["satisfaction_part"]) for row in rating}
        self.assertEqual(found, {"王芳": (3, 80), "李军": (5, 100)})

        # Another round leaves out who was called; a call to a door that nobody drew stands out.
        count = self.office.json("sample", "--round", "下一批", "--role", "unit_leader", "--homes", "1", "--dry-run")
        self.assertEqual((count["called"], count["drawn"], count["left"]), (8, 0, 1))
        empty = f"{SECOND}-0106"
        post = self.office.query("SELECT a.id FROM assignment a JOIN person p ON p.id = a.person WHERE p.name = '李军'")
        self.office.load("satisfaction", ("户门", "任职", "评分"), [(empty, post[0]["id"], 5)])
        asked = self.office.json("view", "sample_calls", f"round={ROUND}")
        self.assertEqual([row["code"] for row in asked if row["drawn_at"] is None], [empty])

    def test_a_seed_draws_the_same_homes(self):
        def doors(name, seed):
            told = self.office.json(*TO_DRAW, "--homes", "4", "--seed", seed, "--round", name, "--out", str(self.list))
            self.assertEqual((told["drawn"], told["seed"]), (4, seed))
            return [row["户门"] for row in self.calls()]

        first = doors("甲", "开奖号码 07 12 23")
        self.assertEqual(doors("乙", "开奖号码 07 12 23"), first)
        self.assertNotEqual(doors("丙", "开奖号码 07 12 24"), first)

    def test_a_workbook_goes_there_and_back(self):
        book = str(self.folder / "calls.xlsx")
        self.office.run(*DRAW, "--each-leader", "1", "--out", book)
        filled = openpyxl.load_workbook(book)
        sheet = filled.active
        headings = [cell.value for cell in sheet[1]]
        self.assertEqual(headings[:5], ["户门", "※户主姓名", "※联系电话", "※被评人", "※负责地点"])
        for row in (2, 3):
            sheet.cell(row, headings.index("评分") + 1).value = 5
            sheet.cell(row, headings.index("备注") + 1).value = "很好"
        filled.save(book)
        self.assertEqual(self.office.json("import", "satisfaction", book)["new"], 2)
        self.assertEqual(self.office.query("SELECT COUNT(*) AS n FROM satisfaction WHERE door IS NOT NULL"), [{"n": 2}])

    def test_what_cannot_be_drawn_is_said(self):
        out = ("--out", str(self.list))
        for words, part in (
            ((*DRAW, "--homes", "10", *out), "只剩9户可抽"),
            ((*DRAW, "--homes", "3", "--each-leader", "2", *out), "多于 --homes 3"),
            ((*DRAW, "--homes", "3"), "--out"),
            (("sample", "--round", ROUND, "--homes", "3", *out), "--role"),
            (("sample", "--round", " ", "--role", "单元长", "--homes", "3", *out), "--round"),
            (("sample", "--round", ROUND, "--role", "楼道长", "--homes", "3", *out), "没有可抽的户"),
            ((*DRAW, "--homes", "3", "--place", "NOWHERE", *out), "NOWHERE"),
            ((*DRAW, "--homes", "3", "--out", str(self.folder / "calls.doc")), ".xlsx"),
        ):
            with self.subTest(words=words):
                self.assertIn(part, self.office.run(*words, code=(1, 2)).stderr)
        self.assertEqual(self.drawn(), [])
        # Beneath one place only.
        self.assertEqual(self.office.json(*DRAW, "--homes", "1", "--place", UNIT, "--dry-run")["doors"], 4)


if __name__ == "__main__":
    unittest.main()
