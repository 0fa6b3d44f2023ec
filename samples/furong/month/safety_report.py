"""Hazards: telling them."""

from collections import Counter

from .safety import KINDS
from .tables import date_words, say, show

HOW = {
    "on_spot": ("当场", "at once"),
    "agreed": ("按约定", "as agreed"),
    "ordered": ("责令后", "by order"),
    "neighbours": ("邻居一起", "with neighbours"),
}


def tell_safety(days, looks):
    teller = days.teller
    teller.heading("七 安全巡查", "7  Safety rounds")
    anew = {row["hazard"] for row in looks["recurred"] if row["recurrence_of"]}
    ledger = [row for row in looks["hazards"] if row["hazard"] not in anew]
    say(
        teller,
        f"  {len(days.community.buildings)}位楼栋长两轮共查{days.month.checks}次,发现隐患{len(ledger)}处,各是怎么改好的(回潮另列):",
        f"  {len(days.community.buildings)} building leaders looked {days.month.checks} times in two rounds and found "
        f"{len(ledger)} hazards; how they were put right (what came back is below):",
    )
    tell_kinds(teller, ledger)
    tell_examples(days, looks, ledger)
    tell_overdue(days, looks, ledger)
    tell_recurred(days, looks)
    waiting = len(looks["rechecks"])
    say(teller, f"  说改好了、还没人去复查的:{waiting}处。", f"  Said to be put right, and nobody has looked yet: {waiting}.")


def tell_kinds(teller, ledger):
    pick = teller.pick
    found = Counter(row["kind"] for row in ledger)
    fixed = Counter((row["kind"], row["fixed_how"]) for row in ledger)
    rows = [(pick("隐患", "hazard"), pick("处", "found"), *(pick(*word) for word in HOW.values()), pick("还没好", "not yet"))]
    for kind, (name, _, _) in KINDS.items():
        counts = [fixed[kind, how] for how in HOW]
        rows.append((pick(*name), found[kind], *counts, found[kind] - sum(counts)))
    show(rows, indent=4)


def tell_examples(days, looks, ledger):
    """One put right at once, one by an agreed day, with who had to and what was explained."""
    teller = days.teller
    english = {hazard.party[0]: hazard.party[1] for hazard in days.month.hazards}
    for how in ("on_spot", "agreed"):
        row = next(row for row in ledger if row["fixed_how"] == how)
        zh, en = days.community.address(looks.place(row))
        name, _, told = KINDS[row["kind"]]
        due = date_words(teller, row["due"]) if row["due"] else ""
        say(
            teller,
            f"    {zh}{name[0]}:责任方{row['party']};{told[0]};" + (f"约定{due}前改,按期改好" if due else "当场改好"),
            f"    {en}, {name[1]}: {english[row['party']]}; explained: {told[1]}; "
            + (f"agreed on {due}, put right in time" if due else "put right at once"),
        )


def tell_overdue(days, looks, ledger):
    teller = days.teller
    before = days.seen["overdue before the orders"]
    ordered = [row for row in ledger if row["order_number"]]
    numbers = sorted(row["order_number"] for row in ordered)
    say(
        teller,
        f"  志愿者只劝导、约期限。到6月16日逾期{len(before)}处;消防责令{len(ordered)}处"
        f"(文号从{numbers[0]}起),21日复查都好了。",
        f"  A volunteer persuades and agrees a day. By 16 June {len(before)} were overdue; the fire brigade ordered "
        f"{len(ordered)} put right (numbers from {numbers[0]} on); by the 21st they were.",
    )
    english = {hazard.party[0]: hazard.party[1] for hazard in days.month.hazards}
    say(teller, "  月底还逾期的:", "  Overdue at the end of the month:")
    for row in looks["overdue"]:
        zh, en = days.community.address(looks.place(row))
        name, due = KINDS[row["kind"]][0], date_words(teller, row["due"])
        say(
            teller,
            f"    {zh}{name[0]}  责任方{row['party']},约定{due},已过{row['days_overdue']}天",
            f"    {en}, {name[1]}: {english[row['party']]}, agreed on {due}, {row['days_overdue']} days ago",
        )


def tell_recurred(days, looks):
    teller = days.teller
    old = {row["hazard"]: row for row in looks["hazards"]}
    say(teller, "  回潮的(都接着原来那条):", "  Came back (each tied to the old one):")
    for row in looks["recurred"]:
        zh, en = days.community.address(looks.place(row))
        name = KINDS[row["kind"]][0]
        if row["recurrence_of"]:
            again, first = (date_words(teller, at) for at in (row["found_at"], old[row["recurrence_of"]]["found_at"]))
            say(
                teller,
                f"    {zh}{name[0]}  {again}又登记一条,注明是{first}那条回潮",
                f"    {en}, {name[1]}: registered again on {again}, as a recurrence of the one of {first}",
            )
        else:
            back = date_words(teller, row["last_back"])
            say(
                teller,
                f"    {zh}{name[0]}  {back}复查又有了,原来那条重新打开(第{row['times']}次回潮)",
                f"    {en}, {name[1]}: back on {back}; the old one is open again (recurrence {row['times']})",
            )
