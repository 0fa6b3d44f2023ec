"""What people need and who called them: telling it."""

from collections import Counter

from .needs import WENT_TO_THE_COMMUNITY
from .tables import called, date_words, show

STEPS = {
    "up": ("带上意见,上报社区", "passed up, with her opinion"),
    "accept": ("社区受理,上议事会", "accepted, before the council"),
    "answer": ("答复", "answered"),
    "progress": ("进展", "progress"),
}


def tell_fraud(days, looks):
    teller, pick = days.teller, days.teller.pick
    teller.heading("五 反诈", "5  Against fraud")
    advice = looks["advice"][0]
    teller.line(
        f"  告知{advice['told']:,}户,帮忙装好{advice['app_helped']}户,不愿装{advice['app_declined']}户(不勉强),"
        f"已上当来求助{advice['helped']}户。只记做了什么,没有指标。",
        f"  Told {advice['told']:,} homes; helped {advice['app_helped']} with the app; {advice['app_declined']} declined and "
        f"were left alone; {advice['helped']} asked for help after a fraud. Nobody has a number to reach.",
    )
    english = {call.title[0]: call.title[1] for call in days.month.calls}
    counts = Counter((row["title"], bool(row["replied_at"])) for row in looks["referred"])
    rows = [(pick("可疑来电,转反诈中心", "suspicious calls, passed to the police"), pick("有回复", "replied"), pick("等回复", "waiting"))]
    for title in dict.fromkeys(row["title"] for row in looks["referred"]):
        rows.append((pick(title, english[title]), counts[title, True], counts[title, False]))
    show(rows, indent=4)
    late = [row for row in looks["referred"] if row["overdue"]]
    for row in late if teller.everything else late[:2]:
        where = days.community.address(looks.place(row))
        teller.line(
            f"    {where[0]}“{row['title']}”({row['document_number']}):该在{date_words(teller, row['due'])}前回复,逾期",
            f"    {where[1]}, \"{english[row['title']]}\" ({row['document_number']}): the reply was due on "
            f"{date_words(teller, row['due'])}",
        )
    teller.rest(len(late), 2)


def tell_council(days, looks):
    teller, pick = days.teller, days.teller.pick
    month = days.month
    teller.heading("六 需求:当场办,或上小巷回声", "6  Needs: solved at once, or before the council")
    solved = [row for row in looks["ledger"] if row["outcome"] == "solved_on_spot"]
    english = {matter.title[0]: matter.title[1] for matter in month.solved + month.council}
    kinds = Counter(row["title"] for row in solved).most_common(3)
    examples = pick("、", ", ").join(f"{pick(title, english[title])} {count}" for title, count in kinds)
    teller.line(
        f"  单元长、户代表当场办好{len(solved)}件({examples}……)。办不了的{len(looks['topics'])}件带着意见上会:",
        f"  {len(solved)} were solved at once ({examples}, ...). {len(looks['topics'])} went to the council with her opinion:",
    )
    answers = {row["matter"]: row for row in looks["ledger"]}
    done = {matter.title[0]: matter.answer for matter in month.council}
    by_title = {}
    for row in looks["topics"]:
        by_title.setdefault((row["title"], row["kind"], row["outcome"]), []).append(row)
    fates = {
        ("need", "not_adopted"): ("议事会没通过", "declined by the council"),
        ("proposal", "adopted"): ("提案,已采纳", "proposal, adopted"),
        ("proposal", "not_adopted"): ("提案,未采纳", "proposal, not adopted"),
        ("proposal", None): ("提案,还在办", "proposal, under way"),
    }
    rows = [(pick("需求", "need"), pick("件", "homes"), pick("结果", "ending"), pick("答复", "what was done, or why not"))]
    for (title, kind, outcome), topics in by_title.items():
        told = answers[topics[0]["matter"]]["answer"] or "(" + done[title][0] + ")"
        rows.append((pick(title, english[title]), len(topics), pick(*fates[kind, outcome]), pick(told, done[title][1])))
    show(rows, indent=4)
    tell_chain(days, looks)


def tell_chain(days, looks):
    """One proposal on the phone of the leader who brought it."""
    teller, pick = days.teller, days.teller.pick
    matter = next(each for each in days.month.council if each.ending == WENT_TO_THE_COMMUNITY[0])
    phone = days.phone(matter.by)
    row = next(
        row for row in phone.view("matter_ledger", since="2026-06-01")
        if row["title"] == matter.title[0] and looks.place(row) is matter.door
    )  # fmt: skip
    steps = phone.view("matter_chain", matter=row["matter"])
    chain = " → ".join(f"{date_words(teller, step['at'])} {pick(*STEPS[step['kind']])}" for step in steps)
    teller.line(
        f"  {matter.by.name}没有信号也看得到自己提的“{matter.title[0]}”:{chain}",
        f"  {called(teller, matter.by.name)} reads of her \"{matter.title[1]}\", also without signal: {chain}",
    )
