"""SR-22: where a belt should be by now, and what somebody else's speed does to that (SR-39)."""

from dataclasses import replace
from typing import Final

import pytest

from tests.safety.builders import CONFIG, NOW, cruise, cruising, step
from treadctl.causes import Cause
from treadctl.model import BeltState, Reaction
from treadctl.safety import observe
from treadctl.safety.state import DriveKind, Finding, KernelConfig

SLOW_TO_START: Final = replace(CONFIG, start_grace_ms=1_000, reads_drive_state=False)
"""Machines that take their time to start, and do not say whether their drive is on."""


@pytest.mark.parametrize(
    ("expected_mckmh", "after_mckmh"),
    [
        pytest.param(0, 600, id="it speeds up"),
        pytest.param(241_399, 241_999, id="nearly there"),
        pytest.param(241_900, 242_000, id="not beyond what is commanded"),
        pytest.param(242_000, 242_000, id="it is there"),
        pytest.param(242_100, 242_000, id="not below what is commanded"),
        pytest.param(300_000, 299_400, id="it slows down"),
    ],
)
def test_sr22_a_belt_is_expected_to_ramp_to_what_is_commanded(
    expected_mckmh: int, after_mckmh: int
) -> None:
    s = cruising(242, expected_mckmh=expected_mckmh, expected_peak_mckmh=expected_mckmh)
    observe.expected(s, cruise(), CONFIG, 20)
    assert s.expected_mckmh == after_mckmh
    assert s.expected_peak_mckmh == max(expected_mckmh, after_mckmh)


@pytest.mark.parametrize(
    ("belt", "moved", "started_ms", "config", "rises"),
    [
        pytest.param(BeltState.ENGAGED, False, 0, CONFIG, True, id="its drive is on"),
        pytest.param(BeltState.STOPPED, True, 9_000, CONFIG, False, id="its drive is off"),
        pytest.param(BeltState.STOPPED, True, 999, SLOW_TO_START, True, id="it moves already"),
        pytest.param(BeltState.STOPPED, False, 999, SLOW_TO_START, False, id="it has its time"),
        pytest.param(BeltState.STOPPED, False, 1_000, SLOW_TO_START, True, id="which is over"),
    ],
)
def test_sr22_a_belt_is_expected_to_rise_once_it_can(
    belt: BeltState, moved: bool, started_ms: int, config: KernelConfig, rises: bool
) -> None:
    s = cruising(50, expected_mckmh=30_000, moved=moved, started_at_ms=NOW - started_ms)
    observe.expected(s, cruise(30, belt=belt), config, 20)
    assert s.expected_mckmh == (30_600 if rises else 30_000)
    s.commanded_ckmh = 0
    observe.expected(s, cruise(30, belt=belt), config, 20)
    assert s.expected_mckmh == (30_000 if rises else 29_400), "down it may always go"


@pytest.mark.parametrize(
    ("moved", "config", "expected_mckmh"),
    [
        pytest.param(False, SLOW_TO_START, 40_000, id="where it is found"),
        pytest.param(True, SLOW_TO_START, 20_000, id="it has moved before"),
        pytest.param(False, CONFIG, 20_000, id="a machine that starts at once"),
    ],
)
def test_sr22_only_the_first_motion_of_a_machine_that_takes_its_time_says_where_it_is(
    moved: bool, config: KernelConfig, expected_mckmh: int
) -> None:
    s = cruising(50, moved=moved, expected_mckmh=20_000)
    observe.sample(s, cruise(40, sample_seq=101), config)
    assert (s.expected_mckmh, s.moved) == (expected_mckmh, True)


def test_sr19_a_belt_that_should_have_moved_by_now_is_not_proved_to_stand_by_a_zero() -> None:
    s = cruising(49, moved=False, expected_mckmh=39_600, expected_peak_mckmh=39_600)
    observe.expected(s, cruise(0), CONFIG, 20)
    s.commanded_ckmh, s.zero_samples = 0, 9
    s.zero_since_ms, s.zero_at_ms = NOW - 9_000, NOW
    standing = cruise(0, belt=BeltState.STOPPED)
    assert not observe.is_standstill(s, standing, CONFIG)
    s.expected_peak_mckmh = 39_999
    assert observe.is_standstill(s, standing, CONFIG)


# SR-39: a speed that somebody else has set.


def test_sr39_a_speed_above_the_cap_is_not_followed_on_the_way_to_its_stop() -> None:
    s = cruising(242)
    drive = step(s, cruise(300, foreign_ckmh=306))
    assert s.latch == Finding(Reaction.FAST_STOP, Cause.CONSOLE_SPEED)
    assert (drive.kind, drive.speed_ckmh) == (DriveKind.SPEED, 226)


def test_sr39_what_was_agreed_on_is_what_was_asked_for_at_the_first_turn_of_the_knob() -> None:
    s = cruising(145)
    step(s, cruise(145, foreign_ckmh=242, request_setpoint_ckmh=145))
    for later_ms in (20, 40):
        s.lowered_at_ms = NOW - 60_000
        again = cruise(242, now_ms=NOW + later_ms, foreign_ckmh=242, request_setpoint_ckmh=129)
        assert step(s, again).speed_ckmh == 226
