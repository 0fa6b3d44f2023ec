"""A corridor without a leader: the call, nomination, vetting, public notice, appointment, induction."""

import csv

from kit.telling import Check

from . import days
from .stage import add, edit

STAGES = {
    "call": ("招募", "call"),
    "nomination": ("提名", "nomination"),
    "vetting": ("走访考察", "vetting"),
    "notice": ("公示", "public notice"),
    "approval": ("审批", "approval"),
}


class Becoming:
    def __init__(self, stage):
        self.stage = stage
        self.people = stage.people
        self.place = stage.people.vacant
        self.worker = stage.month.community_worker_at(self.place)
        self.neighbour = stage.month.estate_leader_at(self.place)
        self.street = stage.people.street_worker
        self.told, self.day = [], days.CALL

    def play(self):
        stage, new = self.stage, self.people.candidate
        stage.turn_to(days.CALL, "09:00")
        stage.office.serve(stage.port)
        stage.begin([stage.of[who] for who in (self.worker, self.neighbour, self.street)])
        self._call()
        stage.teller.heading("一 一位楼道长是怎样来的", "1  How somebody becomes a corridor leader")
        stage.say(
            f"{stage.place(self.place)}没有楼道长。每一步都记在经办人自己的手机上,街道和社区随时看得到进展:",
            f"{stage.place(self.place)} has no leader. Each step is recorded on the phone of whoever does it; office "
            "and "
            "community see how far it is:",
        )
        self._select()
        self._appoint()
        stage.table(
            (("日期", "Day", False), ("谁", "Who", False), ("做了什么", "What was done", False), ("进行到", "Stage", False),
             ("提名", "Named", True), ("未答复异议", "Objections", True)),
            self.told,
        )  # fmt: skip
        stage.say(
            f"{stage.name(new)}{days.APPOINTED:%m月%d日}上任,手机上已有她要管的{self.fetched}户。",
            f"{stage.name(new)} takes office on {days.APPOINTED:%d %B}; her phone has the {self.fetched} homes she "
            "answers for.",
        )

    def _call(self):
        stage = self.stage
        place = self.place.code
        dates = {"opened": str(days.CALL), "due": "2026-10-20"}
        dates |= {"notice_from": "2026-10-08", "notice_until": "2026-10-12"}
        text = "愿意为邻居跑腿的,请在小区群里报名,或告诉小区长。"
        self.selection, _ = stage.do(
            self.worker,
            add("selection", place=place, role="leader", **dates),
            add("announcement", place=place, kind="notice", title="招募楼道长", text=text),
        )
        self._after(self.worker, "在小区群里招募", "calls for volunteers in the estate's chat group")

    def _after(self, who, zh, en):
        """The office hears of it; how it stands there."""
        stage = self.stage
        stage.contact(who)
        self.rows = stage.office.view("selection_progress")
        row = self.rows[0] if self.rows else {"stage": None, "nominated": "", "objections": ""}
        shown = stage.teller.pick(*STAGES.get(row["stage"], ("已任用", "appointed")))
        what = stage.teller.pick(zh, en)
        self.told.append((f"{self.day:%m-%d}", stage.name(who), what, shown, row["nominated"], row["objections"]))

    def _go_to(self, state):
        self.stage.do(self.worker, edit("selection", self.selection, state=state))

    def _step(self, day, who, kind, candidate, zh, en, state=None, **values):
        self.day = days.CALL.replace(day=day)
        self.stage.turn_to(self.day, "10:00")
        if state:
            self._go_to(state)
            self.stage.contact(self.worker)
        self.stage.contact(who)
        self.stage.do(who, add("selection_step", selection=self.selection, candidate=candidate, kind=kind, **values))
        self._after(who, zh, en)

    def _select(self):
        stage, new = self.stage, self.people.candidate
        stage.turn_to(days.CALL.replace(day=4), "10:00")
        place = self.place.code
        first, second = stage.do(
            self.neighbour,
            add("candidate", place=place, name=new.name, source="neighbours", state="nominated", skills=["退休教师"]),
            add("candidate", place=place, name="邵文", source="call", state="nominated"),
        )
        self.candidate = first
        name = stage.name(new)
        self._step(4, self.neighbour, "nomination", first, f"邻居提名{name}", f"neighbours name {name}", "nomination")
        self._step(4, self.neighbour, "nomination", second, "又一人报名,一并提名", "another who came forward is named, too")
        self.two_named = self.rows[0]["nominated"]
        self._step(7, self.worker, "vetting", first, f"上门走访{name}", f"visits {name} at home",
                   "vetting", note="愿意干,邻里口碑好")  # fmt: skip
        self._step(7, self.worker, "refusal", second, "另一人常年在外,不合适", "the other one is away most of the year")
        self._step(8, self.neighbour, "objection", first, "公示:有人说她不住本楼", "public notice: she is said to live elsewhere",
                   "notice", note="她不住在本楼")  # fmt: skip
        self.objected = self.rows[0]["objections"]
        self._step(9, self.worker, "objection_answered", first, "核实住址,答复", "checks the address, answers",
                   note="已核实,住本楼")  # fmt: skip
        self.objections_left = self.rows[0]["objections"]
        # It is not for a volunteer to say how far a selection is.
        stage.contact(self.neighbour)
        self.refused = stage.refused(self.neighbour, edit("selection", self.selection, state="approval"))
        self.at_refusal = stage.office.view("selection_progress")[0]["stage"]
        self._step(13, self.street, "approval", first, "街道同意任用", "the street approves", "approval")

    def _appoint(self):
        stage, new = self.stage, self.people.candidate
        self.day = days.CALL.replace(day=14)
        stage.turn_to(self.day, "14:00")
        path = stage.folder / "tables" / "new-leader.csv"
        path.write_text(f"姓名,联系电话,岗位,负责地点\n{new.name},{new.phone},楼道长,{self.place.code}\n", encoding="utf-8-sig")
        stage.invite(path)
        stage.learn_ids()
        start_post(stage, new, days.APPOINTED)
        first_day = {"on_date": str(days.APPOINTED)}
        rows = stage.office.view("posts_without_induction", **first_day)
        self.untrained = [stage.leader_by_id.get(row["person"]) for row in rows]
        stage.load("training", ("地点", "名称", "类别", "开始时间", "讲师"),
                   [(stage.town.street.code, "新任楼道长培训", "岗前培训", days.typed(self.day, "14:00"), "社区")])  # fmt: skip
        stage.load("attendance", ("培训", "人员", "人员.联系电话", "已参加", "合格"), [("新任楼道长培训", new.name, new.phone, "是", "是")])
        self.untrained_then = stage.office.view("posts_without_induction", **first_day)
        stage.contact(self.worker)
        stage.do(
            self.worker,
            edit("selection", self.selection, state="appointed", assignment=stage.post_of(new)),
            edit("candidate", self.candidate, state="appointed", person=stage.id_of(new)),
        )
        self._after(self.worker, "参加岗前培训,办好任用", "induction held, appointment written")
        stage.turn_to(days.APPOINTED, "08:00")
        # An invitation holds for 14 days; everybody else joins on the day of the instruction.
        stage.invite(stage.folder / "rosters" / "leaders.csv")
        stage.begin([stage.of[new]])
        self.fetched = stage.of[new].query("SELECT COUNT(*) AS n FROM place WHERE level = 'door'")[0]["n"]

    def judge(self):
        stage, new = self.stage, self.people.candidate
        doors = sum(door.code not in stage.roster.missing for door in stage.town.doors_of(self.place))
        posts = stage.office.query(f"SELECT starts FROM assignment WHERE id = '{stage.post_of(new)}'")
        yield Check(
            (self.two_named, self.objected, self.objections_left, posts) == (2, 1, 0, [{"starts": str(days.APPOINTED)}])
            and not self.rows and self.fetched == doors,
            "招募、提名、考察、公示、审批一步不少,异议先答复后任用;新楼道长一上任就有她的每一户",
            "call, nomination, vetting, notice, approval: no step was left out, the objection was answered first; the "
            "new leader has her every home from the first day",
        )
        yield Check(
            self.at_refusal == "notice" and "您的岗位不改动这类记录" in self.refused,
            "小区长想自己把进度改成“审批”:她的手机当场告诉她,这由社区来改",
            "the estate leader wanted to move the stage on herself: her phone told her at once whose that is",
        )
        yield Check(
            self.untrained == [new] and self.untrained_then == [],
            "没培训先上任的会被列出来:培训前列着她一个,培训后没有人",
            "a post without induction stands out: hers before it, nobody's after",
        )


def start_post(stage, leader, day):
    change_posts(stage, {stage.post_of(leader): {"任职日期": str(day)}})


def change_posts(stage, changes):
    """The clerk exports the posts, fills in a cell or two, and imports them again."""
    path = stage.folder / "tables" / "posts.csv"
    stage.office.command("export", "assignment", str(path))
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [row | changes[row["记录编号"]] for row in csv.DictReader(file) if row["记录编号"] in changes]
    stage.load("assignment", tuple(rows[0]), [tuple(row.values()) for row in rows])
