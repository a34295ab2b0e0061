"""Every plan that is shipped, walked to its end: not one refusal (SR-43, ruling 8).

The hardest are walked at their full length. All twenty-four are walked in time lapse on
every machine: the same speeds, turns and rests, with the minutes left out in which nothing
changes, and the bouts after the second.
"""

from dataclasses import replace
from typing import Any, Final

import pytest

from tests.rig import Rig, programme, step
from tests.scenarios.worlds import MACHINES
from treadctl.composition.conditions import effective_limits
from treadctl.core.builtin_plans import builtin_names
from treadctl.core.plans import load_programme, open_plan
from treadctl.core.programme import Programme, Step, StepKind
from treadctl.errors import UserFileError
from treadctl.gate.setup import MachineClass
from treadctl.model import Mode
from treadctl.safety.limits import CLASS_C_REV_MAX_CKMH, Limits

START_HOLD_MS: Final = 10_000
CLIMB_CKMH_S: Final = 10
STEADY_MS: Final = 3_000
LAPSED_MS: Final = {
    StepKind.WARMUP: 40_000,
    StepKind.REST: 6_000,
    StepKind.COOLDOWN: 25_000,
}
MACHINE_STEP_CKMH: Final = 17
"""0.1 mph, rounded up: how far below its plan a machine may walk."""


def time_lapse(plan: Programme) -> Programme:
    """The plan without what only takes time."""
    seen: dict[StepKind, int] = {}
    steps: list[Step] = []
    for each in plan.steps:
        seen[each.kind] = seen.get(each.kind, 0) + 1
        if seen[each.kind] > (2 if each.kind is StepKind.REVERSE else 1):
            continue
        climb_ms = each.peak_ckmh * 1_000 // CLIMB_CKMH_S
        shortest_ms = LAPSED_MS.get(each.kind, START_HOLD_MS + climb_ms + STEADY_MS)
        steps.append(replace(each, duration_ms=min(each.duration_ms, shortest_ms)))
    return replace(plan, steps=tuple(steps))


def walked_as_planned(rig: Rig, finished: dict[str, Any]) -> None:
    plan = rig.programme
    assert (finished["reason"], finished["exit_code"]) == ("completed", 0)
    assert rig.refused() == []
    assert rig.stops() == []
    assert rig.belt_stands()
    for peak, planned in (
        (finished["peak_forward_ckmh"], plan.peak_forward_ckmh),
        (finished["peak_backward_ckmh"], plan.peak_backward_ckmh),
    ):
        assert planned - MACHINE_STEP_CKMH <= peak <= planned
    assert finished["reverse_s"] == pytest.approx(plan.reverse_ms / 1_000, abs=1.0)


@pytest.mark.parametrize(
    ("plan", "machine"),
    [
        ("novice-6", "woodway-us"),
        ("trained-6", "trackmaster"),
    ],
)
def test_sr43_an_accepted_plan_is_walked_to_its_end_without_a_refusal(
    plan: str, machine: str
) -> None:
    rig = Rig(machine, plan)
    walked_as_planned(rig, rig.run())


def permitted_on(machine: str, name: str) -> Limits:
    """What a person walks that plan under, on that machine (SR-54)."""
    machine_class = MachineClass.C if machine == "ftms" else MachineClass.A
    return effective_limits(open_plan(name)[0], Limits(), machine_class)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", builtin_names())
def test_sr43_every_plan_in_time_lapse_meets_no_refusal(name: str, machine: str) -> None:
    plan = load_programme(name, Limits(), Mode.TURN_AROUND)
    limits = permitted_on(machine, name)
    if plan.peak_backward_ckmh > CLASS_C_REV_MAX_CKMH and machine == "ftms":
        with pytest.raises(UserFileError, match=r"1\.5 km/h"):
            load_programme(name, limits, Mode.TURN_AROUND)
        return
    rig = Rig(machine, time_lapse(plan), limits=limits)
    walked_as_planned(rig, rig.run())


@pytest.mark.parametrize("name", ["novice-4", "knee-6", "older-6", "trained-2"])
def test_sr55_plans_within_its_limits_are_walked_on_a_belt_that_runs_in_reverse(name: str) -> None:
    plan = load_programme(name, Limits(), Mode.BELT_REVERSE)
    rig = Rig("woodway-us", time_lapse(plan), mode=Mode.BELT_REVERSE, limits=Rig.limits_of(name))
    walked_as_planned(rig, rig.run())
    assert {line["facing"] for line in rig.truth} == {"forward"}
    assert {line["belt_direction"] for line in rig.truth} == {"forward", "reverse"}


def test_sr55_a_long_bout_in_reverse_is_walked_by_somebody_who_shows_to_be_there() -> None:
    plan = programme(step(StepKind.WARMUP, 20, 80), step(StepKind.REVERSE, 150, 80))
    rig = Rig("woodway-us", plan, mode=Mode.BELT_REVERSE)
    walked_as_planned(rig, rig.run())


@pytest.mark.parametrize("name", ["novice-5", "novice-6", "trained-3", "trained-6"])
def test_ruling_8_a_plan_too_fast_for_a_reversed_belt_is_refused_not_reshaped(name: str) -> None:
    with pytest.raises(UserFileError, match=r"2\.0 km/h"):
        load_programme(name, Limits(), Mode.BELT_REVERSE)
