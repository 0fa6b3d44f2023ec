"""The report of the morning, as a person reads it."""

import datetime

from kit.telling import FATES, bar, padded, size

KINDS = {
    "blocked_stairs": ("楼道堵塞", "blocked stairs"),
    "e_bike_indoors": ("电动车进楼", "e-bike indoors"),
    "wire_charging": ("飞线充电", "charging by a wire from a window"),
    "extinguisher": ("灭火器失效", "extinguisher"),
    "lighting": ("应急照明损坏", "emergency lighting"),
}
COLUMNS = {"phone": ("联系电话", "phone"), "head_name": ("户主姓名", "head of household")}


def tell_doors(teller, community, by_grid):
    teller.heading("一 走到每一户", "1  Every door")
    names = {grid.code: (grid.name, f"Grid {number}") for number, grid in enumerate(community.grids, 1)}
    for row in by_grid:
        zh, en = names[row["code"]]
        numbers = f"{row['visited']:>5,} / {row['doors']:,}"
        print(f"  {padded(teller.pick(zh, en), 12)}{padded(numbers, 16)}{bar(row['visited'], row['doors'])}")


def tell_met(teller, together, total):
    teller.heading("三 花名册上没有的门", "3  Doors that the roster lacked")
    teller.line(
        f"  {total}户花名册上没有,都被两个人各登记了一次,都没见过对方写的:",
        f"  {total} homes were on no roster; two people registered each, neither having seen the other's:",
    )
    for home, first, second, row in together[: len(together) if teller.everything else 3]:
        teller.line(
            f"    {home.door.address()}  {first.name}写了户主、电话和{len(home.residents)}口人,{second.name}写了标签和备注 → 一户,都在",
            f"    {home.door.address()}  {first.name}: head, phone, who lives there; "
            f"{second.name}: tags, note → one home, all of it kept",
        )
    teller.rest(len(together), 3)


def tell_disagreements(teller, listed, door_of):
    teller.heading("四 两个人写得不一样的地方", "4  Where two people wrote different things")
    teller.line("  两种说法都留着,先显示后写的,等街道核对:", "  Both are kept; the later one shows until the office has looked:")
    shown = 8
    for entry in listed[: len(listed) if teller.everything else shown]:
        column = teller.pick(*COLUMNS.get(entry["column"], (entry["column"],) * 2))
        teller.line(
            f"    {door_of(entry)} {column}:{entry['shown_by']}写“{entry['shown_value']}”(显示),"
            f"{entry['losing_by']}写“{entry['losing_value']}”",
            f"    {door_of(entry)} {column}: {entry['shown_by']} \"{entry['shown_value']}\" (shows), "
            f"{entry['losing_by']} \"{entry['losing_value']}\"",
        )
    teller.rest(len(listed), shown)


def tell_hazards(teller, hazards, place_of):
    teller.heading("五 隐患,按期限", "5  Hazards, by deadline")
    today = datetime.date.today()
    groups = {}
    for row in hazards:
        groups.setdefault(row["due"] or row["state"], []).append(row)
    for key in sorted(groups):
        if key == "fixed":
            when = teller.pick("当场改好", "fixed at once")
        elif key == "told":
            when = teller.pick("已告知", "told")
        else:
            days = (datetime.date.fromisoformat(key) - today).days
            when = f"{key[5:]} " + teller.pick(f"({days}天后)", "(tomorrow)" if days == 1 else f"(in {days} days)")
        rows = groups[key]
        places = [f"{place_of(row)} {teller.pick(*KINDS[row['kind']])}" for row in rows]
        few = places if teller.everything else places[:2]
        more = "" if len(few) == len(places) else teller.pick(" ……", ", ...")
        teller.line(
            f"  {padded(when, 18)}{len(rows):>3}处  {'、'.join(few)}{more}",
            f"  {padded(when, 20)}{len(rows):>3}   {', '.join(few)}{more}",
        )


def tell_phones(teller, statuses):
    teller.heading("六 每部手机上还剩什么", "6  What each phone still holds")
    rows = (
        ("waiting_groups", "只在手机里、还没送到", "only on the phone"),
        ("received_groups", "街道收到、还没定下来", "received, not decided"),
        ("held_groups", "街道留着没有入账", "kept without effect"),
        ("pull_unfinished", "没下载完", "downloads unfinished"),
    )
    for field, zh, en in rows:
        total = sum(int(status[field]) for status in statuses)
        print(f"  {padded(teller.pick(zh, en), 26)}{total:>4}")


def tell_network(teller, counts, pushed, pulled, seconds):
    teller.heading("七 路上", "7  The way there")
    harmed = sum(counts[fate] for fate in FATES)
    teller.line(
        f"  {counts['requests']}次请求里有{harmed}次出了岔子:",
        f"  Of {counts['requests']} requests, {harmed} met with trouble:",
    )
    print("    " + teller.pick("、", ", ").join(f"{teller.pick(*words)} {counts[fate]}" for fate, words in FATES.items()))
    teller.line(
        f"  上传 {size(counts['bytes_up'])}({pushed:,}组改动),下载 {size(counts['bytes_down'])};"
        f"从清早算起共取回{pulled:,}行;这一段用了{seconds:.1f}秒",
        f"  {size(counts['bytes_up'])} up ({pushed:,} change groups), {size(counts['bytes_down'])} down; {pulled:,} rows "
        f"fetched since dawn; this part took {seconds:.1f} s",
    )
