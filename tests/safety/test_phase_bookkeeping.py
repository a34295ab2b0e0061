"""What a change of phase leaves behind, and what exactly is said with it."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

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
    run,
    step,
    stopping,
)
from treadctl.causes import Cause
from treadctl.model import BeltState, Direction, Facing, GatePhase, Gesture, Reaction, StrapState
from treadctl.safety import phases, ramp
from treadctl.safety.limits import RESET_LOCKOUT_MS, STALL_LOCKOUT_MS
from treadctl.safety.state import NOTHING, Drive, DriveKind, Finding, GestureTrack

FINE = replace(CONFIG, machine_steps=tuple(range(2_001)), min_ckmh=17)
E_STOP = Finding(Reaction.E_STOP, Cause.OVERSPEED)


# What is refused is refused once, when it is asked for.

ASKED_IN_VAIN = [
    pytest.param(GatePhase.QUARANTINE, {"quarantined": False}, Cause.QUARANTINE, id="quarantine"),
    pytest.param(GatePhase.LATCHED, {"latch": E_STOP}, Cause.LATCHED, id="latched"),
    pytest.param(GatePhase.LOCKED, {"latch": E_STOP}, Cause.RESETS_USED, id="locked"),
]


@pytest.mark.parametrize(("where", "state", "cause"), ASKED_IN_VAIN)
def test_sr34_arming_in_vain_is_refused_once_however_long_it_is_held(
    where: GatePhase, state: dict[str, Any], cause: Cause
) -> None:
    s = at_rest(phase=where, quarantine_zero_ms=None, **({"connected": True} | state))
    proved = {"proved": False}
    step(s, inputs(**proved))
    assert refusals(s) == []
    step(s, inputs(now_ms=NOW + 20, request_arm=True, **proved))
    step(s, inputs(now_ms=NOW + 40, request_arm=True, **proved))
    assert refusals(s) == [cause.value]


def test_sr02_a_start_without_arming_is_refused_once_however_long_it_is_held() -> None:
    s = at_rest()
    step(s, inputs())
    assert refusals(s) == []
    for later_ms in (20, 40, 60):
        step(s, inputs(now_ms=NOW + later_ms, request_start=Gesture.PRESSED))
    assert refusals(s) == [Cause.NOT_ARMED.value]


def test_sr02_a_confirmation_that_nobody_pressed_for_is_not_even_refused_at_rest() -> None:
    s = at_rest()
    step(s, inputs(request_start=Gesture.CONFIRMED))
    assert refusals(s) == []


# Into and out of rest.


def test_sr06_a_quarantine_that_is_over_ends_in_idle() -> None:
    s = at_rest(phase=GatePhase.QUARANTINE)
    step(s, inputs())
    assert s.phase is GatePhase.IDLE


def test_sr20_an_idle_machine_whose_link_is_down_is_in_quarantine_whatever_was_proved() -> None:
    s = at_rest(connected=False)
    step(s, inputs(link_up=False))
    assert s.phase is GatePhase.QUARANTINE


@pytest.mark.parametrize("track", ["start", "turn_confirm", "reset"])
@pytest.mark.parametrize("entered", GatePhase)
def test_sr02_a_press_is_forgotten_with_the_phase_in_which_it_began(
    entered: GatePhase, track: str
) -> None:
    s = at_rest(**{track: GestureTrack(Gesture.PRESSED, NOW - 900)})
    phases.enter(s, entered)
    assert getattr(s, track) == GestureTrack(Gesture.PRESSED, None)
    assert (s.phase, s.phase_at_ms) == (entered, s.now_ms)


# A start.


def counting(**changes: Any) -> Any:
    base = {"phase": GatePhase.COUNTDOWN, "phase_at_ms": NOW - 5_000, "setpoint_ckmh": 242}
    return at_rest(**(base | {"arm_level": True, "facing": Facing.BACKWARD} | changes))


def test_sr25_nothing_is_said_during_a_countdown() -> None:
    s = counting(phase_at_ms=NOW - 4_999)
    assert step(s, inputs(request_setpoint_ckmh=242, request_arm=True)) == NOTHING
    assert phase(s) is GatePhase.COUNTDOWN


@pytest.mark.parametrize(
    "tick",
    [
        pytest.param({"request_setpoint_ckmh": 0}, id="no speed is wanted any more"),
        pytest.param({"request_direction": Direction.REVERSE}, id="another direction is"),
        pytest.param({"belt": BeltState.ENGAGED}, id="its end finds a drive that is on"),
    ],
)
def test_sr25_a_countdown_that_comes_to_nothing_says_nothing(tick: dict[str, Any]) -> None:
    s = counting()
    assert step(s, inputs(**{"request_setpoint_ckmh": 242} | tick)) == NOTHING
    assert phase(s) is GatePhase.IDLE


def test_sr04_a_start_says_the_slow_speed_and_forgets_the_motion_before_it() -> None:
    s = counting(on_belt=True, bout_ms=9_000, stop_level=Reaction.SOFT_STOP)
    s.stop_cause = Cause.OPERATOR_SOFT_STOP
    drive = step(s, inputs(request_setpoint_ckmh=242, request_arm=True))
    assert drive == Drive(DriveKind.START, 49, Direction.FORWARD, False)
    assert (s.phase, s.commanded_ckmh, s.started_at_ms) == (GatePhase.STARTING, 49, NOW)
    assert (s.on_belt, s.bout_ms, s.checklist_used) == (False, 0, True)
    assert (s.stop_level, s.stop_cause) == (Reaction.NONE, None)
    assert s.session_at_ms == NOW


def test_sr44_a_second_start_does_not_begin_the_session_anew() -> None:
    s = counting(session_at_ms=NOW - 600_000)
    step(s, inputs(request_setpoint_ckmh=242, request_arm=True))
    assert s.session_at_ms == NOW - 600_000


def starting(**changes: Any) -> Any:
    base = {"phase": GatePhase.STARTING, "started_at_ms": NOW - 2_000, "on_belt": False}
    return cruising(49, **(base | changes))


def test_sr12_a_start_that_is_no_longer_wanted_is_stopped_before_anybody_steps_on() -> None:
    s = starting()
    drive = step(s, cruise(49, request_setpoint_ckmh=0, request_on_belt=False))
    assert drive == Drive(DriveKind.SPEED, 33, Direction.FORWARD, True)
    assert (phase(s), s.stop_level) == (GatePhase.STOPPING, Reaction.NONE)


def test_sr04_after_the_slow_start_the_belt_moves_as_planned() -> None:
    s = starting(started_at_ms=NOW - 10_000, on_belt=True, setpoint_ckmh=242)
    step(s, cruise(49, request_setpoint_ckmh=242))
    assert phase(s) is GatePhase.MOVING


# Moving.


def test_sr12_a_planned_lowering_goes_down_from_what_was_commanded() -> None:
    s = cruising(setpoint_ckmh=178)
    drive = step(s, cruise(129, request_setpoint_ckmh=178))
    assert drive == Drive(DriveKind.SPEED, 226, Direction.FORWARD, False)
    assert (s.commanded_ckmh, s.base_ckmh) == (226, 226)


def test_sr29_until_the_unit_is_proved_no_step_however_fine_goes_beyond_one_kilometre_an_hour() -> (
    None
):
    s = cruising(95, probe="pending", setpoint_ckmh=242)
    assert ramp.raised(s, FINE) == 100
    s = cruising(100, probe="pending", setpoint_ckmh=242)
    assert ramp.raised(s, FINE) == 100


def test_sr19_any_finding_that_does_not_stop_the_belt_holds_it() -> None:
    s = cruising(178, setpoint_ckmh=242)
    hold = cruise(178, request_setpoint_ckmh=242, measured_at_ms=NOW - 501)
    assert step(s, hold) == NOTHING
    assert s.worst == Finding(Reaction.HOLD, Cause.TELEMETRY_STALE)


# Stopping.


def test_sr12_the_first_frame_of_a_stop_is_just_below_the_last_speed() -> None:
    s = cruising()
    drive = step(s, cruise(request_stop=Reaction.FAST_STOP), FINE)
    assert drive == Drive(DriveKind.SPEED, 241, Direction.FORWARD, True)


def test_sr12_a_stop_begins_at_what_was_commanded_whatever_was_read() -> None:
    s = cruising()
    drive = step(s, cruise(129, request_stop=Reaction.FAST_STOP))
    assert drive == Drive(DriveKind.SPEED, 226, Direction.FORWARD, True)


def test_sr53_a_stop_that_becomes_stronger_says_less_at_once() -> None:
    s = stopping(242, Reaction.SOFT_STOP)
    drive = step(s, cruise(request_stop=Reaction.FAST_STOP, request_setpoint_ckmh=0))
    assert drive == Drive(DriveKind.SPEED, 226, Direction.FORWARD, True)
    assert s.stop_level is Reaction.FAST_STOP


def test_sr53_a_stop_that_becomes_stronger_is_still_the_stop_that_was_begun() -> None:
    s = stopping(242, Reaction.SOFT_STOP)
    step(s, cruise(request_stop=Reaction.FAST_STOP, request_setpoint_ckmh=0))
    assert (phase(s), s.phase_at_ms) == (GatePhase.STOPPING, NOW - 500)


def test_sr16_the_strongest_stop_has_no_ramp() -> None:
    s = cruising()
    drive = step(s, cruise(strap=StrapState.RELEASED))
    assert drive == Drive(DriveKind.STRONGEST_STOP, 0, Direction.FORWARD, True)
    assert s.commanded_ckmh == 0


@pytest.mark.parametrize("cause", [Cause.CONSOLE_STOP, Cause.MACHINE_TIMEOUT, Cause.SAFETY_KEY])
def test_sr36_a_machine_that_stopped_by_itself_is_told_no_speed_in_the_middle_of_a_ramp(
    cause: Cause,
) -> None:
    s = stopping(242, Reaction.FAST_STOP, stop_sent_at_ms=NOW - 20)
    drive = step(s, cruise(request_setpoint_ckmh=0, machine_fault=cause))
    assert drive.kind in (DriveKind.STOP, DriveKind.STRONGEST_STOP)
    assert (drive.speed_ckmh, drive.urgent, s.commanded_ckmh) == (0, True, 0)


def test_sr35_a_stop_that_says_nothing_new_is_repeated_every_hundred_ms() -> None:
    s = stopping(17, Reaction.SOFT_STOP, commanded_ckmh=0, down_mckmh=0, stop_sent_at_ms=NOW - 100)
    s.now_ms = NOW - 20
    said = run(s, 400, obeys=False, measured_ckmh=17, belt=BeltState.ENGAGED)
    assert [at - NOW for at, _ in said] == [0, 100, 200, 300]
    assert {drive for _, drive in said} == {Drive(DriveKind.STOP, 0, Direction.FORWARD, True)}


@pytest.mark.parametrize("fault", [Cause.MACHINE_TIMEOUT, Cause.SAFETY_KEY])
def test_sr35_so_is_one_after_the_machines_own(fault: Cause) -> None:
    s = stopping(17, Reaction.FAST_STOP, commanded_ckmh=0, down_mckmh=0, stop_sent_at_ms=NOW - 100)
    said = run(s, 400, obeys=False, measured_ckmh=0, machine_fault=fault)
    assert [at - NOW for at, _ in said] == [0, 100, 200, 300]


def test_sr12_a_ramp_says_each_step_when_it_is_reached() -> None:
    s = cruising(242)
    step(s, cruise(request_stop=Reaction.SOFT_STOP))  # 226
    said = run(s, 1_000, request_setpoint_ckmh=0)
    steps = [drive.speed_ckmh for _, drive in said]
    fresh_at_ms = [
        at - NOW
        for (at, d), before in zip(said, [226, *steps], strict=False)
        if d.speed_ckmh != before
    ]
    # 0.5 km/h per second from 2.41999: below 2.26 at 320 ms, below 2.10 at 640, 1.94 at 960.
    assert fresh_at_ms == [320, 640, 960]
    assert max(b - a for (a, _), (b, _) in pairwise(said)) <= 100


def test_sr24_a_belt_that_stands_leaves_nothing_of_its_stop() -> None:
    s = stopping(0, Reaction.SOFT_STOP, moved=True, setpoint_ckmh=0, expected_mckmh=0)
    s.stop_cause, s.zero_samples = Cause.OPERATOR_SOFT_STOP, 10
    s.worst = Finding(Reaction.SOFT_STOP, Cause.OPERATOR_SOFT_STOP)
    s.expected_peak_mckmh, s.foreign_ckmh = 242_000, 200
    s.zero_since_ms = NOW - 4_000
    assert step(s, inputs(request_setpoint_ckmh=200)) == NOTHING
    assert phase(s) is GatePhase.IDLE
    left = [s.stop_level, s.stop_cause, s.setpoint_ckmh, s.expected_peak_mckmh]
    assert left == [Reaction.NONE, None, 0, 0]
    assert [s.worst, s.foreign_ckmh] == [None, None]


# The latch.


@pytest.mark.parametrize("reaction", [Reaction.FAST_STOP, Reaction.E_STOP])
def test_sr34_a_latch_gives_way_to_a_worse_one_only(reaction: Reaction) -> None:
    s = at_rest(latch=E_STOP, first_cause=E_STOP.cause, lockout_until_ms=NOW + 1)
    phases.latch(s, Finding(reaction, Cause.STALL))
    assert (s.latch, s.first_cause, s.lockout_until_ms) == (E_STOP, E_STOP.cause, NOW + 1)


@pytest.mark.parametrize(
    ("cause", "lockout_ms"), [(Cause.STALL, STALL_LOCKOUT_MS), (Cause.SURGE, None)]
)
def test_sr34_a_worse_one_keeps_the_first_name_and_a_stall_its_lock_out(
    cause: Cause, lockout_ms: int | None
) -> None:
    lease = Finding(Reaction.FAST_STOP, Cause.LEASE_EXPIRED)
    s = at_rest(latch=lease, first_cause=lease.cause, lockout_until_ms=NOW + RESET_LOCKOUT_MS)
    phases.latch(s, Finding(Reaction.E_STOP, cause))
    assert (s.latch, s.first_cause) == (Finding(Reaction.E_STOP, cause), Cause.LEASE_EXPIRED)
    until_ms = NOW + RESET_LOCKOUT_MS if lockout_ms is None else s.now_ms + lockout_ms
    assert s.lockout_until_ms == until_ms


# Gestures that last, and stops that come together with them.


@pytest.mark.parametrize(
    ("gesture", "state", "tick", "after"),
    [
        pytest.param(
            "start",
            {"phase": GatePhase.ARMED, "phase_at_ms": NOW - 20, "arm_level": True},
            {"request_arm": True, "request_setpoint_ckmh": 200},
            GatePhase.COUNTDOWN,
            id="start",
        ),
        pytest.param(
            "turn_confirm",
            {"phase": GatePhase.TURNING, "turn_target": Facing.BACKWARD},
            {"request_turn": Facing.BACKWARD},
            GatePhase.IDLE,
            id="turned",
        ),
        pytest.param(
            "reset", {"phase": GatePhase.LATCHED, "latch": E_STOP}, {}, GatePhase.IDLE, id="reset"
        ),
    ],
)
def test_sr02_a_key_that_is_held_for_a_second_is_one_press(
    gesture: str, state: dict[str, Any], tick: dict[str, Any], after: GatePhase
) -> None:
    s = at_rest(**state)
    run(s, 1_000, obeys=False, **(tick | {f"request_{gesture}": Gesture.PRESSED}))
    assert phase(s) is state["phase"]
    run(s, 20, obeys=False, **(tick | {f"request_{gesture}": Gesture.CONFIRMED}))
    assert phase(s) is after


@pytest.mark.parametrize(
    "stop",
    [{"request_stop": Reaction.SOFT_STOP}, {"stop": Reaction.SOFT_STOP}],
    ids=["asked for", "by a signal"],
)
def test_sr02_the_softest_stop_beats_a_start_in_the_same_tick(stop: dict[str, Any]) -> None:
    s = armed()
    tick = {"request_arm": True, "request_start": Gesture.CONFIRMED, "request_setpoint_ckmh": 242}
    step(s, inputs(**tick, **stop))
    assert phase(s) is GatePhase.IDLE
    assert refusals(s)[0] == Cause.STOP_WINS.value


ON_BELT = [
    pytest.param(GatePhase.STARTING, False, True, True, id="said while it starts"),
    pytest.param(GatePhase.STARTING, True, True, False, id="a level from before"),
    pytest.param(GatePhase.STARTING, False, False, False, id="not said"),
    pytest.param(GatePhase.COUNTDOWN, False, True, False, id="said too early"),
]


@pytest.mark.parametrize(("where", "before", "now", "counts"), ON_BELT)
def test_sr05_stepping_on_is_said_anew_and_on_a_slow_belt(
    where: GatePhase, before: bool, now: bool, counts: bool
) -> None:
    s = starting(phase=where, phase_at_ms=NOW - 100, on_belt_level=before, arm_level=True)
    step(s, cruise(49, request_setpoint_ckmh=242, request_on_belt=now))
    assert (s.on_belt, s.on_belt_level) == (counts, now)
