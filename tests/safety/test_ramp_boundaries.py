"""Both sides of every number in the ramps, one unit apart (SR-11, SR-12)."""

from dataclasses import replace
from typing import Any, Final

import pytest

from tests.safety.builders import (
    CONFIG,
    NOW,
    at_rest,
    cruise,
    cruising,
    inputs,
    run,
    step,
    stopping,
    with_limits,
)
from treadctl.model import Direction, Facing, GatePhase, Reaction
from treadctl.safety import ramp
from treadctl.safety.state import Drive, DriveKind, HeartTrack, KernelConfig, KernelState

FINE: Final = replace(CONFIG, machine_steps=tuple(range(2_001)), min_ckmh=17)
SEVENS: Final = replace(CONFIG, machine_steps=tuple(range(0, 2_001, 7)), min_ckmh=21)
"""A machine that can be told every 0.01 km/h."""


# Up.


def climbing(speed_ckmh: int, goal_ckmh: int, **changes: Any) -> KernelState:
    return cruising(speed_ckmh, **({"setpoint_ckmh": goal_ckmh} | changes))


@pytest.mark.parametrize(
    ("facing", "config", "spacing_ms"),
    [
        pytest.param(Facing.FORWARD, FINE, 500, id="forward, 0.1 at 0.2 a second"),
        pytest.param(Facing.FORWARD, CONFIG, 850, id="forward, 0.17 at 0.2 a second"),
        pytest.param(Facing.BACKWARD, FINE, 1_300, id="backward, a second and a margin at least"),
        pytest.param(Facing.BACKWARD, CONFIG, 1_700, id="backward, 0.17 at 0.1 a second"),
        pytest.param(Facing.UNKNOWN, CONFIG, 1_700, id="unknown counts as backward"),
    ],
)
def test_sr11_an_increase_waits_for_the_one_before_it(
    facing: Facing, config: KernelConfig, spacing_ms: int
) -> None:
    s = climbing(97, 242, facing=facing)
    s.raised_at_ms = s.now_ms - spacing_ms + 1
    assert ramp.raised(s, config) == 97
    s.raised_at_ms = s.now_ms - spacing_ms
    assert ramp.raised(s, config) > 97
    assert s.raised_at_ms == s.now_ms


@pytest.mark.parametrize(
    ("age_ms", "before_ckmh", "rises"),
    [
        pytest.param(5_000, 90, True, id="all that ten seconds allow"),
        pytest.param(5_000, 91, False, id="more than that"),
        pytest.param(10_499, 91, False, id="the last moment that counts"),
        pytest.param(10_500, 91, True, id="forgotten"),
    ],
)
def test_sr11_ten_seconds_and_a_margin_hold_ten_seconds_of_ramp(
    age_ms: int, before_ckmh: int, rises: bool
) -> None:
    s = climbing(150, 242)
    s.increases = ((s.now_ms - age_ms, before_ckmh),)
    assert ramp.raised(s, FINE) == (160 if rises else 150)


@pytest.mark.parametrize(("goal_ckmh", "raised_ckmh"), [(100, 100), (101, 101), (115, 110)])
def test_sr11_a_climb_goes_to_what_was_asked_for_and_no_more_than_a_tenth_at_once(
    goal_ckmh: int, raised_ckmh: int
) -> None:
    assert ramp.raised(climbing(100, goal_ckmh), FINE) == raised_ckmh


def test_sr29_a_climb_goes_on_in_the_tick_in_which_the_unit_is_proved() -> None:
    s = climbing(97, 242, probe="pending")
    assert ramp.raised(s, CONFIG) == 97
    s.probe = "passed"
    assert ramp.raised(s, CONFIG) == 113


def test_sr29_a_ceiling_that_has_come_down_makes_no_room_for_increases() -> None:
    s = climbing(200, 242, probe="pending")
    assert ramp.raised(s, FINE) == 200
    assert (s.base_ckmh, s.increases) == (200, ())


def test_sr11_a_start_begins_the_spacing_and_nothing_was_increased_before_it() -> None:
    s = at_rest(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 5_000, increases=((NOW - 100, 90),))
    step(s, inputs(request_setpoint_ckmh=242))
    assert (s.base_ckmh, s.raised_at_ms, s.increases) == (49, NOW, ())


# Down, as planned.


@pytest.mark.parametrize(
    ("setpoint_ckmh", "changes", "less"),
    [
        pytest.param(242, {}, False, id="what is commanded"),
        pytest.param(241, {}, True, id="less"),
        pytest.param(243, {}, False, id="more"),
        pytest.param(200, {"foreign_ckmh": 242, "foreign_setpoint_ckmh": 200}, False, id="SR-39"),
        pytest.param(199, {"foreign_ckmh": 242, "foreign_setpoint_ckmh": 200}, True, id="SR-39 l"),
        pytest.param(242, {"heart": HeartTrack(lid_ckmh=242)}, False, id="SR-45"),
        pytest.param(242, {"heart": HeartTrack(lid_ckmh=241)}, True, id="SR-45 less"),
    ],
)
def test_sr12_a_belt_is_to_be_slower_where_less_than_what_is_commanded_is_wanted(
    setpoint_ckmh: int, changes: dict[str, Any], less: bool
) -> None:
    assert ramp.wants_less(cruising(242, setpoint_ckmh=setpoint_ckmh, **changes)) is less


@pytest.mark.parametrize(("a_down_ckmh_s", "spacing_ms"), [(30, 566), (10, 1_700), (300, 56)])
def test_sr12_a_planned_step_down_waits_for_the_one_before_it(
    a_down_ckmh_s: int, spacing_ms: int
) -> None:
    config = with_limits(a_down_prog_ckmh_s=a_down_ckmh_s)
    s = cruising(242, setpoint_ckmh=97)
    s.lowered_at_ms = s.now_ms - spacing_ms + 1
    assert ramp.lowered(s, config) == 242
    s.lowered_at_ms = s.now_ms - spacing_ms
    assert ramp.lowered(s, config) == 226
    assert s.lowered_at_ms == s.now_ms


@pytest.mark.parametrize(
    ("config", "from_ckmh", "lowered_ckmh"),
    [
        pytest.param(CONFIG, 242, 226, id="tenths of a mile"),
        pytest.param(FINE, 242, 232, id="hundredths of a kilometre: ten of them"),
        pytest.param(SEVENS, 245, 238, id="0.07: two of them would be more than a planned step"),
        pytest.param(FINE, 100, 97, id="no further than wanted"),
    ],
)
def test_sr12_a_planned_step_down_is_what_fits_of_the_machines_own(
    config: KernelConfig, from_ckmh: int, lowered_ckmh: int
) -> None:
    assert ramp.lowered(cruising(from_ckmh, setpoint_ckmh=97), config) == lowered_ckmh


def test_sr12_a_machine_of_fine_steps_slows_down_as_planned_and_no_slower() -> None:
    s = cruising(242)
    said = run(s, 10_000, FINE, request_setpoint_ckmh=97)
    assert said[-1][1].speed_ckmh == 97
    assert 28 <= (232 - 97) * 1_000 / (said[-1][0] - said[0][0]) <= 30


# Down, in a stop.


@pytest.mark.parametrize(
    ("level", "down_mckmh", "after_mckmh", "speed_ckmh"),
    [
        pytest.param(Reaction.NONE, 242_000, 241_400, 241, id="planned: 0.3 a second"),
        pytest.param(Reaction.SOFT_STOP, 242_000, 241_000, 241, id="soft: 0.5 a second"),
        pytest.param(Reaction.FAST_STOP, 242_000, 238_000, 238, id="fast: 2.0 a second"),
        pytest.param(Reaction.SOFT_STOP, 18_000, 17_000, 17, id="the slowest there is"),
        pytest.param(Reaction.SOFT_STOP, 17_999, 16_999, 0, id="below it"),
        pytest.param(Reaction.FAST_STOP, 4_001, 1, 0, id="almost nothing"),
        pytest.param(Reaction.FAST_STOP, 3_999, 0, 0, id="nothing"),
    ],
)
def test_sr12_a_stop_comes_down_by_its_own_slope_to_zero(
    level: Reaction, down_mckmh: int, after_mckmh: int, speed_ckmh: int
) -> None:
    s = stopping(242, level, down_mckmh=down_mckmh)
    assert ramp.ramped_down(s, FINE, 20) == speed_ckmh
    assert s.down_mckmh == after_mckmh


def test_sr12_a_late_tick_takes_a_slow_belt_to_zero_and_not_round_to_the_fastest() -> None:
    s = stopping(17, Reaction.FAST_STOP, down_mckmh=16_999)
    drive = step(s, cruise(17, now_ms=NOW + 480, request_setpoint_ckmh=0))
    assert drive == Drive(DriveKind.STOP, 0, Direction.FORWARD, True)
