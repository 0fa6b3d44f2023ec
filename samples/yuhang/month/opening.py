"""The office is made, its rosters are imported, its leaders invited."""

import datetime

from . import days


def open_office(stage):
    stage.turn_to(days.CALL - datetime.timedelta(days=1), "15:00")
    rosters = stage.folder / "rosters"
    stage.roster.write(rosters)
    stage.office.create(stage.town.street.name)
    tables = ("places", "place_overlay", "organisation", "households", "residents")
    loaded = {table: stage.office.load(table, rosters / f"{table}.csv")["new"] for table in tables}
    stage.invite(rosters / "leaders.csv")
    _write_down_the_rules(stage)
    _induction(stage)
    leaders = len(stage.people.corridor_leaders)
    stage.teller.step(
        f"街道建好,导入花名册:地点{loaded['places']:,}、住户{loaded['households']:,}、居民{loaded['residents']:,}、"
        f"联盟单位{loaded['organisation']};发出邀请{len(stage.links)}份(楼道长{leaders}人)",
        f"The office is made; rosters loaded: {loaded['places']:,} places, {loaded['households']:,} households, "
        f"{loaded['residents']:,} residents, {loaded['organisation']} partners; {len(stage.links)} invited "
        f"({leaders} corridor leaders)",
    )


def _write_down_the_rules(stage):
    stage.load(
        "rule",
        ("地点", "主题", "规定", "天数", "依据"),
        [
            (stage.town.street.code, "独居老人", "每三天见到一次,走访、电话、碰面都算", 3, "禾街办〔2026〕12号"),
            (stage.town.street.code, "出院老人", "出院一个月内每天联系一次", 1, "禾街办〔2026〕12号"),
        ],
    )


def _induction(stage):
    """Everybody who holds a post was at the induction in spring."""
    title = "楼道长岗前培训"
    stage.load(
        "training",
        ("地点", "名称", "类别", "开始时间", "讲师"),
        [(stage.town.street.code, title, "岗前培训", "2026-03-14 14:00", "街道")],
    )
    stage.load(
        "attendance",
        ("培训", "人员", "人员.联系电话", "已参加", "合格"),
        [(title, who.name, who.phone, "是", "是") for who in stage.people.invited_first],
    )
