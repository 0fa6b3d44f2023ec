"""What people need, and what becomes of it: solved at once, or the council, a proposal, an answer."""

from kit.clocks import written

from .dates import ANSWERS, COUNCIL, REPLIES
from .plan import add, edit

# What a leader can do herself: title, what she did.
AT_ONCE = (
    (("楼道灯不亮", "light in the stairwell is out"), ("换了灯泡", "changed the bulb")),
    (("门禁卡失灵", "entry card fails"), ("帮着到物业重新写卡", "had it written anew at the property office")),
    (("不会用手机缴电费", "cannot pay the electricity by phone"), ("当面教会了", "showed how")),
    (("家门口积水", "water stands at the door"), ("通了地漏", "cleared the drain")),
    (("快递堆在过道", "parcels pile up in the passage"), ("和快递员说好放柜里", "agreed with the courier on the lockers")),
    (("老人要人陪去医院", "an elder needs company to hospital"), ("周三陪去了", "went along on Wednesday")),
    (("单元门关门太响", "the unit's door slams"), ("装了缓冲垫", "put in a damper")),
    (("油烟道倒烟", "smoke comes back through the flue"), ("联系物业装了止回阀", "had a check valve fitted")),
)

# What she takes to the council: title, her opinion, how it ends, what was done or why not.
TO_THE_COUNCIL = (
    (("加装电梯", "a lift"), ("全单元都同意,愿意出钱", "the whole unit agrees and will pay"), "adopted",
     ("列入三季度加装计划,方案已公示", "planned for summer; drawings on show")),
    (("后院加围栏", "a fence round the yard"), ("消防车会进不来", "fire engines could not get in"), "council_refused",
     ("占用消防通道,不能建", "it would block the fire lane")),
    (("建电动车充电棚", "a shed for charging e-bikes"), ("有了棚子就没人飞线了", "then nobody hangs wires out"), "adopted",
     ("东门空地已建好20个车位", "20 places are built at the east gate")),
    (("楼道加装扶手", "handrails in the stairs"), ("老人多,早该装", "many elders; long overdue"), "adopted",
     ("六楼以下已装好", "fitted up to the sixth floor")),
    (("儿童滑梯换新", "a new slide for the children"), ("现在的滑梯有裂缝", "the old one is cracked"), "adopted",
     ("旧滑梯已拆,新的已装", "the new one stands")),
    (("取消楼下垃圾桶", "no more bins below the windows"),
     ("味道大,但是挪远了老人不方便", "they smell, but elders cannot walk far"), "community_refused",
     ("改为每天清两次、加盖,不取消", "with lids now, emptied twice a day")),
    (("晚上广场舞太吵", "dancing in the square is loud"), ("约定时间就行", "let us agree on an hour"), "adopted",
     ("约定晚8点半结束,公约已张贴", "agreed: until half past eight; posted")),
    (("小区西门重新开放", "open the west gate again"), ("进出方便,但要有人守", "handy, if somebody minds it"), "under_way",
     ("等物业报价", "waiting for a price")),
)  # fmt: skip

CALLS = (
    ("自称公检法来电", "a caller said he was from the police"),
    ("冒充客服要退款", "a caller offered a refund"),
    ("拉群荐股", "an invitation to a share-tip group"),
    ("孙子出事要钱", "a caller said a grandson was in trouble"),
)

OUTCOME = {"adopted": "adopted", "council_refused": "not_adopted", "community_refused": "not_adopted"}


def solved_at_once(matter, reporter, home, day):
    values = {"place": matter.door.code, "household": home, "title": matter.title[0], "reporter": reporter}
    ended = {"state": "answered", "outcome": "solved_on_spot", "answer": matter.answer[0], "answered_how": "in_person"}
    return [add("matter", **values, **ended, answered_at=written(day))]


def to_the_council(matter, reporter, home):
    values = {"place": matter.door.code, "household": home, "title": matter.title[0], "reporter": reporter}
    passed = {"opinion": matter.opinion[0], "level": "community", "state": "working"}
    return [
        add("matter", "matter", **values, **passed),
        add("matter_step", matter="@matter", kind="up", level="community"),
    ]


def suspicious_call(matter, reporter, home, police, number):
    values = {"place": matter.door.code, "household": home, "title": matter.title[0], "reporter": reporter}
    matter.document = f"反诈线索2026-06{number:03}"
    sent = {"organisation": police, "document_number": matter.document, "due": REPLIES.date().isoformat()}
    return [
        add("matter", "call", **values, kind="fraud_report", level="outside", state="working"),
        add("matter_step", matter="@call", kind="refer", **sent),
    ]


def plan_replies(month):
    """The community enters what the police wrote back."""
    worker = month.posts.workers[0]
    for call in month.calls:
        if call.ending == "replied":
            answer = ("已核实为诈骗电话,号码已封", "it was fraud; the number is blocked")
            call.answer = answer
            step = add("matter_step", matter=call.token, kind="reply", note=answer[0])
            told = {"state": "answered", "outcome": "other", "answer": answer[0], "answered_how": "phone"}
            month.record(REPLIES, worker, step, edit("matter", call.token, **told, answered_at=written(REPLIES)))


def plan_council(month):
    """The council takes up everything; some it carries to the community as a proposal, some it declines."""
    worker = month.posts.workers[0]
    meeting = {"place": month.community.root.code, "kind": "council", "title": "小巷回声 六月", "present": 31}
    month.record(COUNCIL, worker, add("meeting", "council", **meeting, starts_at=written(COUNCIL)))
    for matter in month.council:
        month.record(
            COUNCIL, worker,
            edit("matter", matter.token, meeting="@council", owner=worker.name),
            add("matter_step", matter=matter.token, kind="accept", level="community"),
        )  # fmt: skip
        if matter.ending == "council_refused":
            answer(month, matter, COUNCIL, "phone")
        else:
            month.record(COUNCIL, worker, edit("matter", matter.token, kind="proposal"))
    for matter in month.council:
        if matter.ending in ("adopted", "community_refused"):
            answer(month, matter, ANSWERS, "notice")
        elif matter.ending == "under_way":
            step = add("matter_step", matter=matter.token, kind="progress", note=matter.answer[0])
            month.record(ANSWERS, worker, step)


def answer(month, matter, day, how):
    ended = {"outcome": OUTCOME[matter.ending], "state": "answered", "answer": matter.answer[0], "answered_how": how}
    worker = month.posts.workers[0]
    month.record(
        day, worker,
        edit("matter", matter.token, **ended, answered_at=written(day)),
        add("matter_step", matter=matter.token, kind="answer"),
    )  # fmt: skip
