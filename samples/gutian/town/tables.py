"""The files of an office: Chinese headers, as they come from Excel and WPS."""

import csv

from kit.tables import pack_words, write_table

from .days import sheet_moment

LEVELS, ROLES = pack_words("gutian", "levels"), pack_words("gutian", "roles")
YES_NO = {True: "是", False: "否"}
PERSON = ("人员", "人员.联系电话")


def write_gb18030(path, headers, rows):
    """As older programs of offices save it."""
    with open(path, "w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        writer.writerows(rows)


def write_base(folder, street, staff, households):
    """Places, people, homes and posts: what an office has whatever happens."""
    write_table(
        folder / "places.csv",
        ("编码", "上级", "层级", "名称"),
        ((p.code, p.parent.code if p.parent else "", LEVELS[p.level], p.name) for p in street.root.walk()),
    )
    write_table(
        folder / "place_overlay.csv",
        ("地点", "归入", "有效"),
        ((place.code, grid.code, "是") for place, grid in street.grid_of.items()),
    )
    everybody = [*staff.with_phones, *([staff.former] if staff.former else [])]
    write_gb18030(folder / "people.csv", ("姓名", "联系电话"), ((who.name, who.phone) for who in everybody))
    write_table(
        folder / "households.csv",
        ("户门", "住户序号", "户主姓名", "联系电话", "标签", "备注", "居住情况"),
        ((h.door.code, 1, h.head_name, h.phone, h.tags, h.note, h.status) for h in households),
    )
    write_table(
        folder / "residents.csv",
        ("姓名", "证件类型", "身份证号", "出生日期", "联系电话", "人口类别", "关注标记", "户门", "住户序号", "迁入日期"),
        (
            (r.name, r.id_type, r.id_number, r.birth, r.phone, r.kind, r.flags, home.door.code, 1, r.moved_in)
            for home in households
            for r in home.residents
        ),
    )
    write_posts(folder / "assignment.csv", staff.posts)
    write_leaders(folder / "leaders.csv", staff.with_phones)


def write_posts(path, posts):
    write_table(
        path,
        (*PERSON, "负责地点", "岗位", "任职日期", "卸任日期", "卸任原因"),
        (
            (p.holder.name, p.holder.phone, p.place.code, ROLES[p.role], p.starts, p.ends or "", p.ended_why)
            for p in posts
        ),
    )


def write_leaders(path, people):
    """One line for each phone."""
    write_table(
        path,
        ("姓名", "联系电话", "岗位", "负责地点"),
        ((who.name, who.phone, ROLES[who.role], who.place.code) for who in people),
    )


def write_training(folder, street, staff):
    write_training_sessions(folder / "training.csv", street.code, staff.sessions)
    write_attendance(folder / "attendance.csv", staff.sessions)


def write_training_sessions(path, street_code, sessions):
    write_table(
        path,
        ("地点", "名称", "类别", "层级", "开始时间", "学时", "讲师"),
        ((street_code, s.title, s.kind, s.tier, sheet_moment(s.day, s.hour), 3, s.trainer) for s in sessions),
    )


def write_attendance(path, sessions):
    write_table(
        path,
        ("培训", *PERSON, "已参加", "合格"),
        (
            (s.title, who.name, who.phone, YES_NO[came], YES_NO[passed])
            for s in sessions
            for who, came, passed in s.attended
        ),
    )


def write_reserves(folder, staff, month):
    write_table(
        folder / "candidate.csv",
        ("地点", "姓名", "联系电话", "来源", "类别", "特长", "状态", "入库时间"),
        (
            (r.place.code, r.name, r.phone, "公开招募", "、".join(r.categories), "、".join(r.skills), "在库",
             sheet_moment(month.day(-100), 10))
            for r in staff.reserves
        ),
    )  # fmt: skip
