"""Machines that report once a second, obey one program at a time and tell what others do.

FTMS treadmills, in kernel terms: slower telemetry (safety.md 4.2), a clock of their own (SR-19),
control that can be lost (SR-38) and speeds that somebody else sets (SR-39).
"""

from dataclasses import replace
from typing import Any, Final

import pytest

from tests.safety.builders import (
    CONFIG,
    NOW,
    armed,
    at_rest,
    cruise,
    cruising,
    inputs,
    phase,
    refusals,
    step,
    stopping,
)
from treadctl.causes import Cause
from treadctl.model import BeltState, Facing, GatePhase, Reaction
from treadctl.safety import interlocks, kernel
from treadctl.safety.limits import Limits, problems
from treadctl.safety.observe import is_standstill
from treadctl.safety.state import DriveKind, Finding, KernelConfig

STEPS: Final = (0, *range(50, 1_610, 10))
"""0.5 to 16 km/h by 0.1: what a machine without a reverse and without digits below 0.5 says."""
FTMS: Final = replace(
    CONFIG,
    machine_steps=STEPS,
    min_ckmh=50,
    can_reverse=False,
    reads_direction=False,
    reads_drive_state=False,
    pushes_readings=True,
    start_grace_ms=1_000,
)
GRACE: Final = 1_000


def ftms_cruise(speed_ckmh: int = 240, **changes: Any) -> Any:
    return cruise(speed_ckmh, **({"belt": BeltState.UNKNOWN} | changes))


# What its facts are worth.


def test_the_jump_to_the_slowest_speed_is_no_step() -> None:
    assert (FTMS.step_ckmh, FTMS.finest_ckmh, FTMS.reading_step_ckmh) == (10, 10, 10)
    assert FTMS.v_start_ckmh == 50


@pytest.mark.parametrize(
    ("steps", "from_ckmh"),
    [
        pytest.param(STEPS, 50, id="five steps are the slowest speed"),
        pytest.param((0, 80, 90, 100), 80, id="the slowest speed is more than five steps"),
        pytest.param((0, 96, 128, 160), 160, id="five coarse steps"),
        pytest.param((0, 50), 50, id="one speed and no step"),
        pytest.param(CONFIG.machine_steps, 81, id="digits from zero on"),
    ],
)
def test_sr29_a_unit_is_judged_from_five_reporting_steps_on(
    steps: tuple[int, ...], from_ckmh: int
) -> None:
    assert replace(FTMS, machine_steps=steps).probe_from_ckmh == from_ckmh


@pytest.mark.parametrize(
    ("config", "hold_ms", "stop_ms", "progress_ms"),
    [(CONFIG, 500, 1_000, 2_000), (FTMS, 1_500, 2_500, 3_000)],
)
def test_sr19_how_old_a_reading_may_be_depends_on_who_has_to_ask_for_it(
    config: KernelConfig, hold_ms: int, stop_ms: int, progress_ms: int
) -> None:
    ages = (config.telemetry_hold_ms, config.telemetry_stop_ms, config.stop_progress_ms)
    assert ages == (hold_ms, stop_ms, progress_ms)


@pytest.mark.parametrize(
    ("age_ms", "finding"),
    [
        (1_500, None),
        (1_501, Finding(Reaction.HOLD, Cause.TELEMETRY_STALE)),
        (2_500, Finding(Reaction.HOLD, Cause.TELEMETRY_STALE)),
        (2_501, Finding(Reaction.FAST_STOP, Cause.TELEMETRY_STALE)),
    ],
)
def test_sr19_a_reading_a_second_is_fresh_and_two_missing_are_not(
    age_ms: int, finding: Finding | None
) -> None:
    i = ftms_cruise(measured_at_ms=NOW - age_ms)
    assert interlocks.telemetry(cruising(240), i, FTMS) == finding


@pytest.mark.parametrize(("since_ms", "stops"), [(3_000, False), (3_001, True)])
def test_sr35_a_stop_has_three_seconds_to_show_in_readings_of_one_a_second(
    since_ms: int, stops: bool
) -> None:
    s = stopping(240, Reaction.SOFT_STOP, progress_at_ms=NOW - since_ms)
    found = interlocks.not_stopping(s, ftms_cruise(), FTMS)
    assert (found is not None) is stops


@pytest.mark.parametrize(("age_ms", "stands"), [(1_500, True), (1_501, False)])
def test_sr24_standstill_needs_a_reading_that_is_fresh_for_this_machine(
    age_ms: int, stands: bool
) -> None:
    s = at_rest(zero_samples=4, zero_since_ms=NOW - 3_000 - age_ms, zero_at_ms=NOW - age_ms)
    i = inputs(measured_at_ms=NOW - age_ms, belt=BeltState.UNKNOWN)
    assert is_standstill(s, i, FTMS) is stands


def test_sr22_a_machine_that_takes_its_time_to_start_is_not_expected_to_run_meanwhile() -> None:
    s = cruising(50, phase=GatePhase.STARTING, moved=False, expected_mckmh=0, zero_samples=5)
    s.started_at_ms = NOW - GRACE + 1
    step(s, ftms_cruise(0, request_setpoint_ckmh=50), FTMS)
    assert s.expected_mckmh == 0
    step(s, ftms_cruise(0, now_ms=NOW + 20, request_setpoint_ckmh=50), FTMS)
    assert s.expected_mckmh > 0


def test_sr22_the_first_motion_is_expected_where_it_was_read_and_not_above_the_command() -> None:
    for measured_ckmh, expected_ckmh in ((40, 40), (90, 50)):
        s = cruising(50, phase=GatePhase.STARTING, moved=False, expected_mckmh=0)
        s.started_at_ms = NOW - 500
        step(s, ftms_cruise(measured_ckmh, sample_seq=101), FTMS)
        assert s.expected_mckmh == expected_ckmh * 1_000
        assert s.moved


# SR-22: a reading that comes once a second is an old one for most of its life.


@pytest.mark.parametrize(
    ("measured_ckmh", "config", "deviates"),
    [
        pytest.param(240, FTMS, False, id="what was expected before"),
        pytest.param(150, FTMS, False, id="what is expected now"),
        pytest.param(276, FTMS, False, id="15 % above the higher"),
        pytest.param(271, FTMS, True, id="0.3 km/h above the higher and a little"),
        pytest.param(119, FTMS, True, id="0.3 km/h below the lower and a little"),
        pytest.param(240, CONFIG, True, id="a machine that is asked knows better"),
    ],
)
def test_sr22_a_reading_is_held_against_all_that_was_expected_since_the_one_before_it(
    measured_ckmh: int, config: KernelConfig, deviates: bool
) -> None:
    if measured_ckmh == 276:
        s = cruising(240, expected_before_mckmh=240_000)
    else:
        s = cruising(150, expected_before_mckmh=240_000)
    step(s, ftms_cruise(measured_ckmh, request_setpoint_ckmh=s.setpoint_ckmh), config)
    assert (s.deviation_ms > 0) is deviates


def test_sr22_two_readings_later_an_old_expectation_excuses_nothing() -> None:
    s = cruising(150, expected_read_mckmh=240_000, expected_before_mckmh=240_000)
    for seq in (101, 102):
        step(s, ftms_cruise(150, sample_seq=seq, request_setpoint_ckmh=150), FTMS)
    assert s.expected_before_mckmh == 150_000


def test_sr22_a_start_remembers_nothing_of_the_motion_before_it() -> None:
    s = armed(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 6_000, setpoint_ckmh=100)
    s.expected_read_mckmh = s.expected_before_mckmh = 240_000
    step(s, inputs(request_setpoint_ckmh=100, request_arm=True), FTMS)
    assert (s.expected_read_mckmh, s.expected_before_mckmh) == (0, 0)


# SR-08: the second reading of an unexpected motion would come too late.


@pytest.mark.parametrize("connected_before", [False, True])
def test_sr08_where_a_reading_comes_once_a_second_the_first_one_stops_and_latches(
    connected_before: bool,
) -> None:
    s = at_rest(quarantined=not connected_before, connected_before=connected_before)
    drive = step(s, inputs(measured_ckmh=60, sample_seq=101), FTMS)
    assert drive.kind is DriveKind.STRONGEST_STOP
    assert s.latch is not None
    cause = Cause.RECONNECT_MOVING if connected_before else Cause.UNEXPECTED_MOTION
    assert s.latch == Finding(Reaction.E_STOP, cause)


@pytest.mark.parametrize("phase_now", [GatePhase.IDLE, GatePhase.ARMED, GatePhase.TURNING])
@pytest.mark.parametrize("new_zero", [False, True])
def test_sr08_a_start_that_is_told_stops_and_latches_before_it_can_be_read(
    phase_now: GatePhase, new_zero: bool
) -> None:
    s = armed(phase=phase_now)
    i = inputs(started_by_others=True, request_arm=True, sample_seq=101 if new_zero else 100)
    drive = step(s, i, FTMS)
    assert drive.kind is DriveKind.STRONGEST_STOP
    assert s.latch == Finding(Reaction.E_STOP, Cause.UNEXPECTED_MOTION)
    assert not is_standstill(s, i, FTMS)


def test_sr08_a_start_that_is_told_ends_a_countdown() -> None:
    s = armed(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 1_000, setpoint_ckmh=100)
    drive = step(s, inputs(started_by_others=True, request_setpoint_ckmh=100), FTMS)
    assert drive.kind is DriveKind.STRONGEST_STOP
    assert s.latch == Finding(Reaction.E_STOP, Cause.UNEXPECTED_MOTION)


def test_sr08_a_start_that_is_told_while_the_belt_runs_or_is_stopped_is_nothing_new() -> None:
    for s in (cruising(240), stopping(240, Reaction.SOFT_STOP)):
        step(s, ftms_cruise(started_by_others=True), FTMS)
        assert (s.latch, s.unexpected_samples) == (None, 0)


@pytest.mark.parametrize("told", [False, True])
def test_sr24_no_zero_from_before_a_start_that_is_told_proves_standstill(told: bool) -> None:
    s = stopping(0, Reaction.E_STOP, zero_samples=9, moved=True)
    s.zero_since_ms, s.zero_at_ms = NOW - 9_000, NOW
    i = ftms_cruise(0, request_setpoint_ckmh=0, started_by_others=told)
    step(s, i, FTMS)
    assert is_standstill(s, i, FTMS) is not told


# SR-19: its clock.


@pytest.mark.parametrize(
    ("changes", "stops"),
    [
        pytest.param({"clock_at_ms": NOW - 3_000}, False, id="three seconds"),
        pytest.param({"clock_at_ms": NOW - 3_001}, True, id="a millisecond more"),
        pytest.param({"clock_at_ms": None}, False, id="it has no clock"),
        pytest.param({"clock_at_ms": NOW - 9_000, "measured_ckmh": 0}, False, id="it stands"),
    ],
)
def test_sr19_a_machine_whose_clock_stands_while_its_belt_moves_is_not_believed(
    changes: dict[str, Any], stops: bool
) -> None:
    found = interlocks.frozen(cruising(240), ftms_cruise(**changes), FTMS)
    assert found == (Finding(Reaction.FAST_STOP, Cause.TELEMETRY_FROZEN) if stops else None)


def test_sr19_a_clock_that_paused_before_the_start_has_its_time_to_go_on() -> None:
    i = ftms_cruise(clock_at_ms=NOW - 60_000)
    for since_ms, stops in ((3_000 + GRACE, False), (3_001 + GRACE, True)):
        s = cruising(240, started_at_ms=NOW - since_ms)
        assert (interlocks.frozen(s, i, FTMS) is not None) is stops


def test_sr19_a_clock_may_stand_while_the_belt_is_being_stopped() -> None:
    i = ftms_cruise(clock_at_ms=NOW - 9_000)
    assert interlocks.frozen(stopping(240), i, FTMS) is None


# SR-38: control.


def test_sr38_lost_control_is_a_soft_stop_without_a_ramp_that_nobody_would_obey() -> None:
    s = cruising(240)
    drive = step(s, ftms_cruise(in_control=False), FTMS)
    assert drive.kind is DriveKind.STOP
    assert (phase(s), s.stop_level, s.latch) == (GatePhase.STOPPING, Reaction.SOFT_STOP, None)
    assert s.commanded_ckmh == 0


def test_sr38_control_lost_in_the_countdown_is_simply_not_starting() -> None:
    s = armed(phase=GatePhase.COUNTDOWN, setpoint_ckmh=100)
    step(s, inputs(in_control=False, request_setpoint_ckmh=100, request_arm=True), FTMS)
    assert (phase(s), s.latch, s.commanded_ckmh) == (GatePhase.IDLE, None, 0)


@pytest.mark.parametrize(("answers", "cause"), [(True, "control_missing"), (False, "no_answer")])
def test_sr38_without_control_nothing_is_armed(answers: bool, cause: str) -> None:
    s = at_rest()
    step(s, inputs(in_control=False, answers=answers, request_arm=True), FTMS)
    assert (phase(s), refusals(s)) == (GatePhase.IDLE, [cause])


def test_sr38_control_that_was_lost_for_want_of_an_answer_is_called_that() -> None:
    s = cruising(240)
    step(s, ftms_cruise(in_control=False, answers=False), FTMS)
    assert s.worst == Finding(Reaction.SOFT_STOP, Cause.NO_ANSWER)


def test_a_machine_that_does_not_answer_may_be_obeyed_by_the_belt_for_all_that_is_known() -> None:
    s = cruising(240)
    step(s, ftms_cruise(answers=False), FTMS)
    assert s.worst is None


def test_sr38_control_that_comes_back_by_itself_starts_nothing() -> None:
    s = cruising(240)
    step(s, ftms_cruise(in_control=False), FTMS)
    drive = step(s, ftms_cruise(now_ms=NOW + 20), FTMS)
    assert drive.kind is not DriveKind.SPEED
    assert phase(s) is GatePhase.STOPPING


# SR-39: somebody at the console.


def test_sr39_a_lower_speed_at_the_console_is_followed_and_held() -> None:
    s = cruising(240, setpoint_ckmh=250, raised_at_ms=NOW - 60_000)
    step(s, ftms_cruise(foreign_ckmh=180, request_setpoint_ckmh=250), FTMS)
    assert (s.commanded_ckmh, s.base_ckmh) == (180, 180)
    assert s.worst == Finding(Reaction.HOLD, Cause.CONSOLE_TOOK_OVER)
    for tick in range(1, 1_000):
        tick_ms = NOW + 20 * tick
        i = ftms_cruise(180, now_ms=tick_ms, sample_seq=100 + tick, request_setpoint_ckmh=250)
        assert step(s, i, FTMS).kind is DriveKind.NOTHING
    assert phase(s) is GatePhase.MOVING


def test_sr39_after_the_console_took_over_the_programme_may_still_go_down() -> None:
    s = cruising(240, lowered_at_ms=NOW - 60_000)
    step(s, ftms_cruise(foreign_ckmh=180), FTMS)
    drive = step(s, ftms_cruise(180, now_ms=NOW + 20, request_setpoint_ckmh=100), FTMS)
    assert (drive.kind, drive.speed_ckmh) == (DriveKind.SPEED, 170)


@pytest.mark.parametrize(("foreign_ckmh", "stops"), [(250, False), (251, True)])
def test_sr39_a_higher_speed_at_the_console_is_held_up_to_the_cap_and_stopped_above(
    foreign_ckmh: int, stops: bool
) -> None:
    s = cruising(240, facing=Facing.BACKWARD, setpoint_ckmh=250)
    step(s, ftms_cruise(foreign_ckmh=foreign_ckmh, request_setpoint_ckmh=250), FTMS)
    if stops:
        assert s.latch == Finding(Reaction.FAST_STOP, Cause.CONSOLE_SPEED)
        assert phase(s) is GatePhase.STOPPING
    else:
        assert s.worst == Finding(Reaction.HOLD, Cause.CONSOLE_TOOK_OVER)
        assert s.commanded_ckmh == 250


def test_sr39_a_speed_set_while_the_belt_is_being_stopped_changes_nothing() -> None:
    s = stopping(240, Reaction.FAST_STOP)
    step(s, ftms_cruise(foreign_ckmh=100, request_setpoint_ckmh=0), FTMS)
    assert s.foreign_ckmh is None
    assert phase(s) is GatePhase.STOPPING


def raised_at_the_console(measured_ckmh: int = 150) -> Any:
    """Walking ahead by the plan at 1.5 km/h; somebody has just set 4.0."""
    s = cruising(150, facing=Facing.FORWARD, lowered_at_ms=NOW - 60_000)
    step(s, ftms_cruise(measured_ckmh, foreign_ckmh=400, request_setpoint_ckmh=150), FTMS)
    assert s.commanded_ckmh == 400
    return s


@pytest.mark.parametrize(
    ("setpoint_ckmh", "said"),
    [
        pytest.param(150, DriveKind.NOTHING, id="what was agreed on"),
        pytest.param(200, DriveKind.NOTHING, id="more than that"),
        pytest.param(149, DriveKind.SPEED, id="less than that"),
    ],
)
def test_sr39_a_raised_speed_is_kept_until_the_plan_asks_for_less_than_it_did(
    setpoint_ckmh: int, said: DriveKind
) -> None:
    s = raised_at_the_console()
    i = ftms_cruise(400, now_ms=NOW + 20, request_setpoint_ckmh=setpoint_ckmh)
    assert step(s, i, FTMS).kind is said


def test_sr39_sr45_a_heart_that_does_not_bear_a_raised_speed_lowers_it() -> None:
    s = raised_at_the_console()
    for lid_ckmh, said in ((400, DriveKind.NOTHING), (399, DriveKind.SPEED)):
        s.heart.lid_ckmh = lid_ckmh
        i = ftms_cruise(400, now_ms=NOW + 20, request_setpoint_ckmh=150)
        assert step(s, i, FTMS).kind is said


def test_sr39_a_second_turn_of_the_knob_agrees_on_nothing_new() -> None:
    s = raised_at_the_console()
    i = ftms_cruise(400, now_ms=NOW + 20, foreign_ckmh=450, request_setpoint_ckmh=120)
    assert step(s, i, FTMS).kind is DriveKind.SPEED


@pytest.mark.parametrize(
    ("measured_ckmh", "said_ckmh"),
    [
        pytest.param(240, 190, id="it is there: one step down from it"),
        pytest.param(195, 190, id="between two steps"),
        pytest.param(120, 120, id="it is on its way: no further"),
        pytest.param(40, 50, id="below its slowest"),
    ],
)
def test_sr39_slower_begins_at_the_speed_there_is_and_not_at_the_one_that_was_set(
    measured_ckmh: int, said_ckmh: int
) -> None:
    s = cruising(110, lowered_at_ms=NOW - 60_000)
    step(s, ftms_cruise(110, foreign_ckmh=200, request_setpoint_ckmh=110), FTMS)
    i = ftms_cruise(measured_ckmh, now_ms=NOW + 20, sample_seq=101, request_setpoint_ckmh=100)
    drive = step(s, i, FTMS)
    assert (drive.kind, drive.speed_ckmh) == (DriveKind.SPEED, said_ckmh)
    assert s.commanded_ckmh == said_ckmh


@pytest.mark.parametrize(("measured_ckmh", "from_ckmh"), [(150, 150), (390, 390), (0, 50)])
def test_sr39_a_stop_takes_the_belt_no_further_on_its_way_up(
    measured_ckmh: int, from_ckmh: int
) -> None:
    s = raised_at_the_console()
    i = ftms_cruise(measured_ckmh, now_ms=NOW + 20, request_setpoint_ckmh=0)
    drive = step(s, i, FTMS)
    assert drive.speed_ckmh < from_ckmh
    assert s.down_mckmh == from_ckmh * 1_000 - 1


@pytest.mark.parametrize(("foreign_ckmh", "followed"), [(49, False), (50, True)])
def test_sr39_a_speed_below_the_slowest_is_a_ramp_that_is_told_and_nobodys_wish(
    foreign_ckmh: int, followed: bool
) -> None:
    s = cruising(240)
    step(s, ftms_cruise(foreign_ckmh=foreign_ckmh), FTMS)
    assert (s.foreign_ckmh is not None, s.commanded_ckmh == 50) == (followed, followed)


def test_sr39_what_was_set_at_the_console_ends_with_the_motion_it_was_set_in() -> None:
    s = stopping(0, Reaction.SOFT_STOP, stop_cause=Cause.OPERATOR_SOFT_STOP, foreign_ckmh=180)
    s.zero_samples, s.zero_since_ms, s.zero_at_ms = 5, NOW - 4_000, NOW
    s.told_zero_ms = NOW - 4_000
    step(s, ftms_cruise(0, request_setpoint_ckmh=0), FTMS)
    assert phase(s) is GatePhase.IDLE
    assert (s.foreign_ckmh, s.worst) == (None, None)


def test_sr39_the_next_start_is_the_programmes_again() -> None:
    s = armed(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 6_000, setpoint_ckmh=100)
    s.foreign_ckmh = 180
    drive = step(s, inputs(request_setpoint_ckmh=100, request_arm=True), FTMS)
    assert drive.kind is DriveKind.START
    assert s.foreign_ckmh is None


# What the machine says for itself.


def test_a_pulled_machine_key_is_the_strongest_stop_at_once_and_latches() -> None:
    s = cruising(240)
    drive = step(s, ftms_cruise(machine_fault=Cause.SAFETY_KEY), FTMS)
    assert drive.kind is DriveKind.STRONGEST_STOP
    assert s.latch == Finding(Reaction.E_STOP, Cause.SAFETY_KEY)


def test_a_machine_that_refuses_to_start_is_told_to_stop_and_nothing_latches() -> None:
    s = cruising(50, phase=GatePhase.STARTING, moved=False, expected_mckmh=0, zero_samples=9)
    s.expected_peak_mckmh = 0
    drive = step(s, ftms_cruise(0, machine_fault=Cause.START_REFUSED), FTMS)
    assert drive.kind is DriveKind.STOP
    assert (s.stop_level, s.stop_cause) == (Reaction.SOFT_STOP, Cause.START_REFUSED)
    assert s.latch is None


@pytest.mark.parametrize("unfit", [Cause.PROFILE_AMBIGUOUS, Cause.NO_SPEED_RANGE])
def test_an_unfit_machine_is_never_armed_and_the_reason_is_said(unfit: Cause) -> None:
    s = at_rest()
    step(s, inputs(request_arm=True), replace(FTMS, unfit=unfit))
    assert (phase(s), refusals(s)) == (GatePhase.IDLE, [unfit.value])


def test_the_limits_of_notifying_machines_are_ordered() -> None:
    wrong = replace(Limits(), notify_hold_ms=2_500, notify_stop_ms=2_500)
    assert [problem.key for problem in problems(wrong)] == ["notify_hold_ms"]


def test_a_machine_that_is_asked_has_no_such_worries() -> None:
    s = cruising(242)
    assert kernel.step(s, cruise(), CONFIG).kind is DriveKind.NOTHING
    assert s.worst is None
