"""The CSV files an office imports, with the words its pack uses."""

import csv
import tomllib

from .programs import ROOT


def pack_words(pack, key):
    """Chinese words by name: `levels` or `roles` of a pack and those it extends."""
    folder = ROOT / "schemas" / pack
    declared = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8"))
    words = pack_words((folder / declared["extends"]).resolve().name, key) if "extends" in declared else {}
    return words | {item["name"]: item["zh"] for item in declared.get(key, ())}


# As older programs of offices save a file.
GB18030 = "gb18030"


def write_table(path, headers, rows, encoding="utf-8-sig"):
    """With a byte order mark, for Excel, unless in another encoding."""
    with open(path, "w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        writer.writerows(rows)


def write_places(folder, places, levels):
    """Parents before children; `levels` by pack_words."""
    write_table(
        folder / "places.csv",
        ("编码", "上级", "层级", "名称"),
        ((p.code, p.parent.code if p.parent else "", levels[p.level], p.name) for p in places),
    )


def write_households(folder, homes):
    write_table(
        folder / "households.csv",
        ("户门", "住户序号", "户主姓名", "联系电话", "标签", "备注", "居住情况"),
        ((h.door.code, 1, h.head_name, h.phone, h.tags, h.note, h.status) for h in homes),
    )


def write_residents(folder, homes):
    write_table(
        folder / "residents.csv",
        ("姓名", "证件类型", "身份证号", "出生日期", "联系电话", "人口类别", "关注标记", "户门", "住户序号", "迁入日期"),
        (
            (r.name, r.id_type, r.id_number, r.birth, r.phone, r.kind, r.flags, home.door.code, 1, r.moved_in)
            for home in homes
            for r in home.residents
        ),
    )


def write_invited(path, people, roles, encoding="utf-8-sig"):
    """Who is invited, one line for each phone; `roles` by pack_words."""
    rows = ((who.name, who.phone, roles[who.role], who.place.code) for who in people)
    write_table(path, ("姓名", "联系电话", "岗位", "负责地点"), rows, encoding)
