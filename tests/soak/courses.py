"""Every built-in plan on every machine, both ways, in an order that a number decides."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from simulator.options import MachineOptions
from tests.rig import Rig
from treadctl.core.builtin_plans import builtin_names
from treadctl.core.plans import load_programme
from treadctl.errors import UserFileError
from treadctl.model import Mode

MACHINES: Final = ("woodway-us", "trackmaster", "ftms")
QUIRKS: Final = {"ftms": ("stops-on-link-loss",)}
"""Class B: on one of class C the faster plans are refused (SR-54)."""


@dataclass(frozen=True, slots=True)
class Course:
    machine: str
    mode: Mode
    plan: str

    @property
    def name(self) -> str:
        return f"{self.machine}/{self.mode.value}/{self.plan}"


@cache
def courses() -> tuple[Course, ...]:
    """All that are accepted. Plans too fast for a belt that reverses are refused, not walked."""
    walked = [
        Course(machine, Mode.TURN_AROUND, plan) for plan in builtin_names() for machine in MACHINES
    ]
    reversed_belts = [
        Course("woodway-us", Mode.BELT_REVERSE, plan)
        for plan in builtin_names()
        if _accepted(plan, Mode.BELT_REVERSE)
    ]
    return (*walked, *reversed_belts)


def course(number: int) -> Course:
    """The *number*th session's. Neighbours differ in plan, machine and mode."""
    every = courses()
    return every[number * _STRIDE % len(every)]


_STRIDE: Final = 37
"""Prime, and no divisor of how many courses there are: every course comes once in a round."""


def rig(number: int, seed: int, options: MachineOptions) -> Rig:
    chosen = course(number)
    walking = Rig(chosen.machine, chosen.plan, mode=chosen.mode, options=options, seed=seed)
    Rig.made.remove(walking)  # judged by the soak
    return walking


def _accepted(plan: str, mode: Mode) -> bool:
    try:
        load_programme(plan, Rig.limits_of(plan), mode)
    except UserFileError:
        return False
    return True
