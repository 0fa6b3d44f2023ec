"""What is hidden from a post is told one cell at a time, to who says why, and it is on record."""

import unittest

from office import DOORS, OfficeTest

WHY = "高龄津贴表要填出生日期"


class Reveal(OfficeTest):
    def setUp(self):
        super().setUp()
        self.office.load(
            "residents",
            ("姓名", "证件类型", "身份证号", "出生日期", "户门", "迁入日期"),
            [("赵桂兰", "居民身份证", "11010519491231002X", "1949-12-31", DOORS[0], "2001-05-01")],
        )
        self.office.serve()
        self.leader = self.phone("王芳")

    def told(self):
        return [(e["what"], e["who_name"], e["reason"]) for e in self.office.json("audit") if "reveal" in e["what"]]

    def test_a_leader_sees_masks_and_is_told_the_rest_when_she_says_why(self):
        row = self.leader.json("query", "SELECT id, birth_date, age_band, id_number, id_mask FROM resident")[0]
        self.assertEqual((row["birth_date"], row["age_band"]), (None, "1940-1949"))
        self.assertEqual((row["id_number"], row["id_mask"]), (None, "1***X"))
        said = self.leader.run("reveal", "resident", "赵桂兰", "birth_date", "--reason", WHY).stdout
        self.assertEqual(said.splitlines()[0], "1949-12-31")
        self.assertEqual(self.leader.json("reveal", "resident", row["id"], "birth_date", "--reason", WHY),
                         {"value": "1949-12-31"})  # fmt: skip
        self.assertEqual(self.told(), [("revealed", "王芳", WHY)] * 2)
        self.assertNotIn(b"1949-12-31", self.leader.db.read_bytes())
        self.leader.run("sync")
        again = self.leader.json("query", "SELECT birth_date FROM resident")
        self.assertEqual(again, [{"birth_date": None}])

    def test_what_she_may_not_be_told_is_refused_and_on_record(self):
        error = self.leader.error("reveal", "resident", "赵桂兰", "id_number", "--reason", WHY, code=4)
        self.assertEqual(error["code"], "refused")
        self.leader.run("reveal", "resident", "赵桂兰", "birth_date", "--reason", "x", code=2)
        self.leader.run("reveal", "resident", "赵桂兰", "birthday", "--reason", WHY, code=2)
        self.leader.run("reveal", "resident", "赵桂兰", "birth_date", code=2)
        self.assertEqual(self.told(), [("not_revealed", "王芳", WHY)])
        self.office.stop()
        self.leader.run("reveal", "resident", "赵桂兰", "birth_date", "--reason", WHY, code=3)


if __name__ == "__main__":
    unittest.main()
