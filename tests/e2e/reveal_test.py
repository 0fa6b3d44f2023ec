"""What is hidden from a post is told one cell at a time, to who says why, and it is on record."""

import unittest

from office import DOORS, OfficeTest

WHY = "陪同住院,窗口要登记证件号"
NUMBER = "11010519491231002X"


class Reveal(OfficeTest):
    def setUp(self):
        super().setUp()
        self.office.load(
            "residents",
            ("姓名", "证件类型", "身份证号", "出生日期", "户门", "迁入日期"),
            [("赵桂兰", "居民身份证", "11010519491231002X", "1949-12-31", DOORS[0], "2001-05-01")],
        )
        self.office.serve()
        self.leader = self.phone("王芳", "S1-1", role="building_leader")

    def told(self):
        return [(e["what"], e["who_name"], e["reason"]) for e in self.office.json("audit") if "reveal" in e["what"]]

    def test_a_leader_is_told_what_is_hidden_when_she_says_why(self):
        row = self.leader.json("query", "SELECT id, birth_date, id_number FROM resident")[0]
        self.assertEqual((row["birth_date"], row["id_number"]), ("1949-12-31", None))
        said = self.leader.run("reveal", "resident", "赵桂兰", "id_number", "--reason", WHY).stdout
        self.assertEqual(said.splitlines()[0], NUMBER)
        told = self.leader.json("reveal", "resident", row["id"], "id_number", "--reason", WHY)
        self.assertEqual(told, {"value": NUMBER})
        self.assertEqual(self.told(), [("revealed", "王芳", WHY)] * 2)
        self.assertNotIn(NUMBER.encode(), self.leader.db.read_bytes())
        self.leader.run("sync")
        self.assertEqual(self.leader.json("query", "SELECT id_number FROM resident"), [{"id_number": None}])

    def test_what_she_may_not_be_told_is_refused_and_on_record(self):
        error = self.leader.error("reveal", "resident", "赵桂兰", "birth_date", "--reason", WHY, code=4)
        self.assertEqual(error["code"], "refused")
        self.leader.run("reveal", "resident", "赵桂兰", "id_number", "--reason", "x", code=2)
        self.leader.run("reveal", "resident", "赵桂兰", "birthday", "--reason", WHY, code=2)
        self.leader.run("reveal", "resident", "赵桂兰", "id_number", code=2)
        self.assertEqual(self.told(), [("not_revealed", "王芳", WHY)])
        self.office.stop()
        self.leader.run("reveal", "resident", "赵桂兰", "id_number", "--reason", WHY, code=3)


if __name__ == "__main__":
    unittest.main()
