"""What people need and who called them: telling it."""

from collections import Counter

from .tables import called, date_words, say, show

STEPS = {
    "up": ("带上意见,上报社区", "passed up with an opinion"),
    "accept": ("社区受理,上议事会", "taken before the council"),
    "progress": ("进展", "progress"),
    "answer": ("答复", "answered"),
}
# Kind and outcome of what was before the council.
ENDINGS = {
    ("need", "not_adopted"): ("议事会没通过", "declined by the council"),
    ("proposal", "adopted"): ("提案,已采纳", "proposal, adopted"),
    ("proposal", "not_adopted"): ("提案,未采纳", "proposal, not adopted"),
    ("proposal", None): ("提案,还在办", "proposal, under way"),
}


def tell_fraud(days, looks):
    teller, pick = days.teller, days.teller.pick
    teller.heading("五 反诈", "5  Against fraud")
    advice = looks["advice"][0]
    say(
        teller,
        f"  告知{advice['told']:,}户,帮忙装好{advice['app_helped']}户,不愿装{advice['app_declined']}户(不勉强),"
        f"已上当来求助{advice['helped']}户。只记做了什么,没有指标。",
        f"  Told {advice['told']:,} homes; helped {advice['app_helped']} with the app; {advice['app_declined']} "
        f"declined and were left alone; asking for help after a fraud: {advice['helped']}. "
        "Nobody has a number to reach.",
    )
    english = {call.title[0]: call.title[1] for call in days.month.calls}
    counts = Counter((row["title"], bool(row["replied_at"])) for row in looks["referred"])
    what = pick("可疑来电,转反诈中心", "suspicious calls, passed to the police")
    rows = [(what, pick("有回复", "replied"), pick("等回复", "waiting"))]
    for title in dict.fromkeys(row["title"] for row in looks["referred"]):
        rows.append((pick(title, english[title]), counts[title, True], counts[title, False]))
    show(rows, indent=4)
    late = [row for row in looks["referred"] if row["overdue"]]
    for row in late if teller.everything else late[:2]:
        zh, en = days.community.address(looks.place(row))
        number, due = row["document_number"], date_words(teller, row["due"])
        say(
            teller,
            f"    {zh}“{row['title']}”({number}):该在{due}前回复,逾期",
            f"    {en}, \"{english[row['title']]}\" ({number}): the reply was due on {due}",
        )
    teller.rest(len(late), 2)


def tell_council(days, looks):
    teller, pick = days.teller, days.teller.pick
    month = days.month
    teller.heading("六 需求:当场办,或上小巷回声", "6  Needs: solved at once, or before the council of the lanes")
    solved = [row for row in looks["ledger"] if row["outcome"] == "solved_on_spot"]
    english = {matter.title[0]: matter.title[1] for matter in month.solved + month.council}
    examples = [pick(title, english[title]) for title, _ in Counter(row["title"] for row in solved).most_common(3)]
    topics = looks["topics"]
    say(
        teller,
        f"  单元长、户代表当场办好{len(solved)}件({'、'.join(examples)}……)。办不了的{len(topics)}件带着意见上会:",
        f"  Solved at once: {len(solved)} ({'; '.join(examples)}; ...). What a leader could not do went to the council "
        f"with her opinion, {len(topics)} in all:",
    )
    answers = {row["matter"]: row["answer"] for row in looks["ledger"]}
    done = {matter.title[0]: matter.answer for matter in month.council}
    by_title = {}
    for row in topics:
        by_title.setdefault((row["title"], row["kind"], row["outcome"]), []).append(row)
    what = pick("答复", "what was done, or why not")
    rows = [(pick("需求", "need"), pick("件", "homes"), pick("结果", "ending"), what)]
    for (title, kind, outcome), alike in by_title.items():
        told = pick(answers[alike[0]["matter"]] or f"({done[title][0]})", done[title][1])
        rows.append((pick(title, english[title]), len(alike), pick(*ENDINGS[kind, outcome]), told))
    show(rows, indent=4)
    after, still = len(days.seen["waiting on the community"]), len(looks.waiting)
    worker = days.posts.workers[0].name
    say(
        teller,
        f"  社区{worker}的手机上“等我办的事项”:会后{after}件,月底{still}件。",
        f"  On the phone of the community's {called(teller, worker)} \"matters waiting on me\": {after} after the "
        f"council, {still} at the end of the month.",
    )
    tell_chain(days, looks)


def tell_chain(days, looks):
    """One proposal on the phone of the leader who brought it."""
    teller, posts = days.teller, days.posts
    matter = next(each for each in days.month.council if each.ending == "adopted" and each.by is not posts.leaving)
    phone = days.phone(matter.by)
    ledger = phone.view("matter_ledger", since="2026-06-01")
    row = next(row for row in ledger if row["title"] == matter.title[0] and looks.place(row) is matter.door)
    steps = phone.view("matter_chain", matter=row["matter"])
    chain = " → ".join(f"{date_words(teller, step['at'])} {teller.pick(*STEPS[step['kind']])}" for step in steps)
    say(
        teller,
        f"  {matter.by.name}提的“{matter.title[0]}”(意见:{row['opinion']}),没有信号也看得到每一步:{chain}",
        f"  {called(teller, matter.by.name)} brought \"{matter.title[1]}\" (\"{matter.opinion[1]}\") and reads of "
        f"every step, also without signal: {chain}",
    )
