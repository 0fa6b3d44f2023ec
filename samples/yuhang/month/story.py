"""The acts in their order, and at the end whether all of it is true."""

from .alliance import Alliance
from .becoming import Becoming
from .elders import Elders
from .instruction import Instruction
from .opening import open_office
from .stars import Stars
from .sweep import SweepAct


def tell(stage):
    teller, town = stage.teller, stage.town
    teller.title(
        f"家门口 · {town.street.name}的十月   {len(town.communities)}个社区、{len(town.estates)}个小区、"
        f"{len(town.corridors)}个楼道、{len(town.doors):,}户",
        f"Doorstep · October in Hetang Street   {len(town.communities)} communities, {len(town.estates)} estates, "
        f"{len(town.corridors)} corridors, {len(town.doors):,} homes",
    )
    becoming, sweep, elders = Becoming(stage), SweepAct(stage), Elders(stage)
    alliance = Alliance(stage)
    stars = Stars(stage, alliance)
    instruction = Instruction(stage, evening=[sweep.order, elders.order])
    open_office(stage)
    becoming.play()
    instruction.play()
    elders.begin()
    sweep.play()
    stars.draw()
    elders.play()
    alliance.play()
    stars.play()
    teller.heading("八 对不对得上", "8  Does it add up")
    checks = [check for act in (becoming, instruction, sweep, elders, alliance, stars) for check in act.judge()]
    for check in checks:
        teller.check(check)
    return all(check.holds for check in checks)
