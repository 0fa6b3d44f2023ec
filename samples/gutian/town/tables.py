"""The files of an office: Chinese headers, as they come from Excel and WPS."""

from kit.tables import GB18030, pack_words, write_households, write_invited, write_places, write_residents, write_table

from .days import sheet_moment

LEVELS, ROLES = pack_words("gutian", "levels"), pack_words("gutian", "roles")
YES_NO = {True: "是", False: "否"}
PERSON = ("人员", "人员.联系电话")


def write_base(folder, street, staff, households):
    """Places, people, homes and posts: what an office has whatever happens."""
    write_places(folder, street.root.walk(), LEVELS)
    write_table(
        folder / "place_overlay.csv",
        ("地点", "归入", "有效"),
        ((place.code, grid.code, "是") for place, grid in street.grid_of.items()),
    )
    everybody = [*staff.with_phones, *([staff.former] if staff.former else [])]
    write_table(folder / "people.csv", ("姓名", "联系电话"), ((who.name, who.phone) for who in everybody), GB18030)
    write_households(folder, households)
    write_residents(folder, households)
    write_posts(folder / "assignment.csv", staff.posts)
    write_invited(folder / "leaders.csv", staff.with_phones, ROLES)


def write_posts(path, posts):
    write_table(
        path,
        (*PERSON, "负责地点", "岗位", "任职日期", "卸任日期", "卸任原因"),
        (
            (p.holder.name, p.holder.phone, p.place.code, ROLES[p.role], p.starts, p.ends or "", p.ended_why)
            for p in posts
        ),
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
