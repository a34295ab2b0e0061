"""The gate's own states: who may enter which, and what it takes."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from tests.safety.builders import (
    ALL_ITEMS,
    CONFIG,
    NOW,
    armed,
    at_rest,
    cruise,
    cruising,
    inputs,
    run,
    step,
    stopping,
    with_limits,
)
from treadctl.causes import Cause
from treadctl.model import (
    BeltState,
    Direction,
    Facing,
    GatePhase,
    Gesture,
    Mode,
    Reaction,
    StrapState,
)
from treadctl.safety import kernel
from treadctl.safety.state import DriveKind, Finding, GestureTrack, KernelState

STRAP_OPEN = Finding(Reaction.E_STOP, Cause.STRAP_OPEN)
REST_PHASES = [
    p
    for p in GatePhase
    if p not in (GatePhase.COUNTDOWN, GatePhase.STARTING, GatePhase.MOVING, GatePhase.STOPPING)
]


def phase(s: KernelState) -> GatePhase:
    # A function, so that mypy does not narrow the phase across a tick.
    return s.phase


def refusals(s: KernelState) -> list[str]:
    return [r.cause for r in s.refused]


# Arming


def test_sr07_arming_with_everything_in_place() -> None:
    s = at_rest()
    step(s, inputs(request_arm=True))
    assert (s.phase, s.refused) == (GatePhase.ARMED, [])


ARM_REFUSALS: list[Any] = [
    pytest.param({}, {"request_stop": Reaction.SOFT_STOP}, {}, Cause.STOP_WINS, id="stop held"),
    pytest.param({}, {"stop": Reaction.FAST_STOP}, {}, Cause.STOP_WINS, id="signal"),
    pytest.param({}, {}, {"has_strap": False}, Cause.NO_STRAP_SOURCE, id="SR-16 no source"),
    pytest.param({"zero_samples": 2}, {}, {}, Cause.NOT_STANDING, id="SR-24 two zero samples"),
    pytest.param(
        {"zero_since_ms": NOW - 3_019}, {}, {}, Cause.NOT_STANDING, id="SR-24 not long enough"
    ),
    pytest.param({}, {"measured_at_ms": NOW - 501}, {}, Cause.NOT_STANDING, id="SR-24 stale"),
    pytest.param({}, {"belt": BeltState.ENGAGED}, {}, Cause.NOT_STANDING, id="SR-24 drive on"),
    pytest.param({}, {"belt": BeltState.UNKNOWN}, {}, Cause.NOT_STANDING, id="SR-24 drive unknown"),
    pytest.param(
        {}, {"belt_at_ms": NOW - 60_001}, {}, Cause.NOT_STANDING, id="SR-24 old drive state"
    ),
    pytest.param({"pull_seen_at_ms": None}, {}, {}, Cause.STRAP_PULL_MISSING, id="SR-07 no pull"),
    pytest.param(
        {"pull_seen_at_ms": NOW - 300_001}, {}, {}, Cause.CHECKLIST_INCOMPLETE, id="SR-07 old pull"
    ),
    pytest.param(
        {"checklist_at_ms": [NOW - 300_001] * 12},
        {},
        {},
        Cause.CHECKLIST_INCOMPLETE,
        id="SR-07 old",
    ),
    pytest.param(
        {"strap_since_ms": NOW - 1_999}, {}, {}, Cause.STRAP_NOT_READY, id="SR-25 strap not steady"
    ),
    pytest.param({}, {"strap": StrapState.RELEASED}, {}, Cause.STRAP_NOT_READY, id="SR-16 open"),
    pytest.param(
        {"attended_at_ms": NOW - 60_001},
        {},
        {"attendance_required": True},
        Cause.UNATTENDED,
        id="SR-56",
    ),
    pytest.param(
        {}, {"machine_fault": Cause.MACHINE_FAULT}, {}, Cause.MACHINE_FAULT, id="machine fault"
    ),
    pytest.param({"session_at_ms": NOW - 2_400_001}, {}, {}, Cause.SESSION_LIMIT, id="SR-44"),
    pytest.param(
        {"reverse_ms": 720_000, "facing": Facing.BACKWARD},
        {},
        {},
        Cause.REVERSE_LIMIT,
        id="SR-44 r",
    ),
    pytest.param(
        {"reverse_ms": 720_000, "facing": Facing.UNKNOWN}, {}, {}, Cause.REVERSE_LIMIT, id="SR-44 u"
    ),
    pytest.param({}, {}, {"min_ckmh": 113}, Cause.MACHINE_MINIMUM, id="SR-04 minimum above 1.0"),
    pytest.param(
        {}, {}, {"machine_steps": (0, 17, 68)}, Cause.MACHINE_MINIMUM, id="SR-11 step above 0.50"
    ),
    pytest.param(
        {"facing": Facing.BACKWARD},
        {},
        {"machine_steps": (0, 17, 49, 70)},
        Cause.MACHINE_MINIMUM,
        id="SR-11 step above 0.20 backward",
    ),
    pytest.param(
        {}, {"request_direction": Direction.REVERSE}, {}, Cause.REVERSE_UNAVAILABLE, id="SR-26 mode"
    ),
    pytest.param(
        {},
        {"request_direction": Direction.REVERSE},
        {"mode": Mode.BELT_REVERSE, "can_reverse": False},
        Cause.REVERSE_UNAVAILABLE,
        id="SR-26 no reverse",
    ),
    pytest.param(
        {},
        {"request_direction": Direction.REVERSE},
        {"mode": Mode.BELT_REVERSE, "reads_direction": False},
        Cause.REVERSE_UNAVAILABLE,
        id="SR-26 no read-back",
    ),
    pytest.param(
        {},
        {"request_direction": Direction.REVERSE},
        {"mode": Mode.BELT_REVERSE, "class_c": True},
        Cause.CLASS_C,
        id="SR-54",
    ),
    pytest.param(
        {},
        {"request_direction": Direction.REVERSE},
        {"mode": Mode.BELT_REVERSE, "hold_available": False},
        Cause.HOLD_UNAVAILABLE,
        id="SR-55",
    ),
    pytest.param({"quarantined": False}, {}, {}, None, id="SR-06 back to quarantine"),
]


@pytest.mark.parametrize(("state", "tick", "config", "cause"), ARM_REFUSALS)
def test_sr07_what_is_missing_keeps_the_machine_disarmed(
    state: dict[str, Any], tick: dict[str, Any], config: dict[str, Any], cause: Cause | None
) -> None:
    s = at_rest(**state)
    drive = step(s, inputs(request_arm=True, **tick), replace(CONFIG, **config))
    assert s.phase is (GatePhase.IDLE if cause else GatePhase.QUARANTINE)
    assert refusals(s) == ([cause.value] if cause else [])
    assert drive.kind is DriveKind.NOTHING


@pytest.mark.parametrize("item", range(12))
def test_sr07_each_item_alone_keeps_the_machine_disarmed(item: int) -> None:
    s = at_rest(checklist_level=ALL_ITEMS & ~(1 << item))
    s.checklist_at_ms[item] = None
    step(s, inputs(request_arm=True, request_checklist=ALL_ITEMS & ~(1 << item)))
    assert refusals(s) == ["checklist_incomplete"]


def test_sr07_a_later_bout_needs_no_new_checklist() -> None:
    s = at_rest(checklist_used=True, checklist_at_ms=[NOW - 900_000] * 12)
    s.pull_seen_at_ms = NOW - 900_000
    step(s, inputs(request_arm=True))
    assert s.phase is GatePhase.ARMED


def test_sr07_an_item_is_stamped_when_it_is_confirmed_and_forgotten_when_withdrawn() -> None:
    s = at_rest(checklist_level=0, checklist_at_ms=[None] * 12)
    step(s, inputs(request_checklist=0b101))
    assert s.checklist_at_ms[:3] == [NOW, None, NOW]
    step(s, inputs(request_checklist=0b001, now_ms=NOW + 20))
    assert s.checklist_at_ms[:3] == [NOW, None, None]


def test_sr02_a_held_arm_level_arms_once() -> None:
    s = at_rest(arm_level=True)
    step(s, inputs(request_arm=True))
    assert (s.phase, s.refused) == (GatePhase.IDLE, [])


@pytest.mark.parametrize(("since_ms", "still"), [(10_000, True), (10_001, False)])
def test_sr02_arming_expires(since_ms: int, still: bool) -> None:
    s = armed(phase_at_ms=NOW - since_ms, start=GestureTrack())
    step(s, inputs(request_arm=True))
    assert (s.phase is GatePhase.ARMED) is still


def test_sr02_letting_go_of_arm_disarms() -> None:
    s = armed(start=GestureTrack())
    step(s, inputs(request_arm=False))
    assert s.phase is GatePhase.IDLE


def test_sr16_a_strap_that_opens_while_armed_disarms_and_latches_nothing() -> None:
    s = armed()
    step(s, inputs(request_arm=True, strap=StrapState.RELEASED))
    assert (s.phase, s.latch, refusals(s)) == (GatePhase.IDLE, None, ["strap_not_ready"])


# Starting


START = {
    "request_arm": True,
    "request_start": Gesture.CONFIRMED,
    "request_setpoint_ckmh": 200,
}


def test_sr02_a_start_gesture_begins_the_countdown_and_only_then_moves() -> None:
    s = armed()
    assert step(s, inputs(**START)).kind is DriveKind.NOTHING
    assert phase(s) is GatePhase.COUNTDOWN
    said = run(s, 6_000, request_arm=True, request_setpoint_ckmh=200)
    assert [(t - NOW, d.kind, d.speed_ckmh) for t, d in said] == [(5_000, DriveKind.START, 49)]
    assert phase(s) is GatePhase.STARTING


@pytest.mark.parametrize("countdown_ms", [3_000, 10_000])
def test_sr25_the_countdown_is_as_long_as_configured(countdown_ms: int) -> None:
    s = armed(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 20)
    said = run(
        s,
        12_000,
        with_limits(countdown_ms=countdown_ms),
        request_setpoint_ckmh=200,
    )
    assert said[0][0] - (NOW - 20) == countdown_ms


@pytest.mark.parametrize(("pressed_ms", "accepted"), [(1_000, True), (999, False), (None, False)])
def test_sr02_a_start_counts_only_after_a_second_under_our_eyes(
    pressed_ms: int | None, accepted: bool
) -> None:
    pressed_at = None if pressed_ms is None else NOW - pressed_ms
    s = armed(start=GestureTrack(Gesture.PRESSED, pressed_at))
    step(s, inputs(**START))
    assert (s.phase is GatePhase.COUNTDOWN) is accepted
    assert refusals(s) == ([] if accepted else ["start_too_short"])


@pytest.mark.parametrize("level", [Gesture.NONE, Gesture.CONFIRMED])
def test_sr02_a_confirmation_without_a_press_is_no_start(level: Gesture) -> None:
    s = armed(start=GestureTrack(level, NOW - 5_000))
    step(s, inputs(**START))
    assert s.phase is GatePhase.ARMED
    assert refusals(s) == (["start_too_short"] if level is Gesture.NONE else [])


def test_sr02_a_press_held_since_before_a_confirmation_is_no_new_press() -> None:
    s = armed(start=GestureTrack(Gesture.CONFIRMED, None))
    for tick in range(100):
        step(s, inputs(**START | {"request_start": Gesture.PRESSED}, now_ms=NOW + 20 * tick))
    step(s, inputs(**START, now_ms=NOW + 2_000))
    assert s.phase is GatePhase.ARMED


@pytest.mark.parametrize("stop", [{"request_stop": Reaction.SOFT_STOP}, {"stop": Reaction.E_STOP}])
def test_sr02_a_start_together_with_a_stop_is_discarded(stop: dict[str, Any]) -> None:
    s = armed()
    step(s, inputs(**START, **stop))
    assert s.phase is GatePhase.IDLE
    assert refusals(s)[0] == "stop_wins"


@pytest.mark.parametrize(
    ("setpoint", "causes"),
    [
        (0, ["setpoint_range"]),
        (16, ["setpoint_range", "setpoint_range"]),
        (501, ["above_cap", "setpoint_range"]),
    ],
)
def test_sr03_a_start_without_a_speed_that_may_be_asked_is_refused(
    setpoint: int, causes: list[str]
) -> None:
    s = armed()
    step(s, inputs(**START | {"request_setpoint_ckmh": setpoint}))
    assert (s.phase, refusals(s)) == (GatePhase.IDLE, causes)


def test_sr55_a_reverse_start_needs_the_hold_key_pressed() -> None:
    config = replace(CONFIG, mode=Mode.BELT_REVERSE)
    tick = inputs(**START | {"request_direction": Direction.REVERSE, "request_setpoint_ckmh": 100})
    s = armed()
    step(s, tick, config)
    assert refusals(s) == ["hold_released"]
    s = armed(hold_level=True)
    step(s, tick._replace(request=replace(tick.request, hold_to_run=True)), config)
    assert (s.phase, s.direction) == (GatePhase.COUNTDOWN, Direction.REVERSE)


def test_sr02_a_start_that_was_never_armed_is_refused_once() -> None:
    s = at_rest()
    step(s, inputs(request_start=Gesture.PRESSED))
    step(s, inputs(request_start=Gesture.PRESSED, now_ms=NOW + 20))
    step(s, inputs(request_start=Gesture.CONFIRMED, now_ms=NOW + 2_000))
    assert (s.phase, refusals(s)) == (GatePhase.IDLE, ["not_armed"])


# Countdown


@pytest.mark.parametrize(
    ("change", "phase", "latch"),
    [
        pytest.param({"request_setpoint_ckmh": 0}, GatePhase.IDLE, None, id="no speed wanted"),
        pytest.param(
            {"request_direction": Direction.REVERSE}, GatePhase.IDLE, None, id="direction changed"
        ),
        pytest.param({"request_stop": Reaction.SOFT_STOP}, GatePhase.IDLE, None, id="soft stop"),
        pytest.param(
            {"strap": StrapState.RELEASED}, GatePhase.STOPPING, STRAP_OPEN, id="strap latches"
        ),
    ],
)
def test_sr16_a_countdown_is_asking_for_motion(
    change: dict[str, Any], phase: GatePhase, latch: Finding | None
) -> None:
    s = armed(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 1_000)
    step(s, inputs(**{"request_setpoint_ckmh": 200} | change))
    assert (s.phase, s.latch) == (phase, latch)


def test_sr08_motion_during_the_countdown_is_unexpected() -> None:
    s = armed(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 1_000)
    for tick in (1, 2):
        step(
            s,
            inputs(
                request_setpoint_ckmh=200,
                measured_ckmh=17,
                sample_seq=100 + tick,
                now_ms=NOW + 100 * tick,
            ),
        )
    assert s.latch == Finding(Reaction.E_STOP, Cause.UNEXPECTED_MOTION)


# First motion


def test_sr04_v_start_is_held_ten_seconds_before_any_increase() -> None:
    s = armed(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 5_020)
    said = run(s, 14_000, request_setpoint_ckmh=200, request_on_belt=True)
    assert s.on_belt is False, "a level that was there before the start is no confirmation"
    s = armed(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 5_020)
    said = run(s, 1_000, request_setpoint_ckmh=200)
    said += run(s, 14_000, request_setpoint_ckmh=200, request_on_belt=True)
    start, increase = said[0], said[1]
    assert start[1].speed_ckmh == 49
    assert increase[0] - start[0] == 10_000
    assert increase[1].speed_ckmh == 65


def test_sr05_without_the_second_confirmation_there_is_no_increase() -> None:
    s = armed(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 5_020)
    said = run(s, 45_000, request_setpoint_ckmh=200)
    assert max(d.speed_ckmh for _, d in said) == 49
    assert s.phase is GatePhase.IDLE
    assert s.latch is None


@pytest.mark.parametrize("phase", [GatePhase.STARTING, GatePhase.MOVING])
def test_sr12_a_setpoint_of_zero_is_a_planned_stop(phase: GatePhase) -> None:
    s = cruising(phase=phase)
    drive = step(s, cruise(request_setpoint_ckmh=0))
    assert (drive.kind, drive.speed_ckmh, drive.urgent) == (DriveKind.SPEED, 226, True)
    assert (s.phase, s.stop_level, s.latch) == (GatePhase.STOPPING, Reaction.NONE, None)


# Stopping


def test_sr35_a_stop_ends_only_with_measured_standstill() -> None:
    s = stopping(17)
    said = run(s, 10_000, obeys=False, measured_ckmh=0)
    assert said[0][1].kind is DriveKind.STOP
    gaps = {b[0] - a[0] for a, b in itertools.pairwise(said)}
    assert gaps == {100}
    assert s.phase is GatePhase.IDLE
    assert said[-1][0] - said[0][0] == 2_900, "the last repeat before three seconds of zero"


def test_sr35_a_stop_is_repeated_while_the_belt_moves() -> None:
    s = stopping(17, progress_at_ms=NOW)
    said = run(s, 1_500, obeys=False, measured_ckmh=17)
    assert s.phase is GatePhase.STOPPING
    assert len(said) == 15


def test_sr19_a_zero_that_never_moved_proves_no_standstill() -> None:
    s = stopping(0, moved=False, commanded_ckmh=0, zero_samples=0)
    s.expected_peak_mckmh = 40_000
    run(s, 10_000, obeys=False, measured_ckmh=0)
    assert s.phase is GatePhase.STOPPING
    s = stopping(0, moved=False, commanded_ckmh=0, zero_samples=0)
    s.expected_peak_mckmh = 39_999
    run(s, 10_000, obeys=False, measured_ckmh=0)
    assert s.phase is GatePhase.IDLE


def test_sr34_a_latched_stop_ends_latched() -> None:
    s = cruising()
    step(s, cruise(strap=StrapState.RELEASED))
    run(s, 20_000, strap=StrapState.RELEASED)
    assert (s.phase, s.latch) == (GatePhase.LATCHED, STRAP_OPEN)


@pytest.mark.parametrize(
    ("level", "kind", "speed"),
    [
        (Reaction.SOFT_STOP, DriveKind.SPEED, 226),
        (Reaction.FAST_STOP, DriveKind.SPEED, 226),
        (Reaction.E_STOP, DriveKind.STRONGEST_STOP, 0),
    ],
)
def test_sr18_the_first_frame_of_a_stop_leaves_in_the_same_tick(
    level: Reaction, kind: DriveKind, speed: int
) -> None:
    drive = step(cruising(), cruise(request_stop=level))
    assert (drive.kind, drive.speed_ckmh, drive.urgent) == (kind, speed, True)


def test_sr53_a_worse_stop_interrupts_a_milder_one_and_never_the_reverse() -> None:
    s = cruising()
    step(s, cruise(request_stop=Reaction.SOFT_STOP))
    step(s, cruise(242, request_stop=Reaction.FAST_STOP, now_ms=NOW + 20))
    assert (s.stop_level, s.stop_cause) == (Reaction.FAST_STOP, Cause.OPERATOR_FAST_STOP)
    drive = step(s, cruise(226, strap=StrapState.RELEASED, now_ms=NOW + 40))
    assert drive.kind is DriveKind.STRONGEST_STOP
    step(s, cruise(210, request_stop=Reaction.SOFT_STOP, now_ms=NOW + 60))
    assert s.stop_level is Reaction.E_STOP
    assert s.first_cause is Cause.OPERATOR_FAST_STOP
    assert s.latch == STRAP_OPEN


@pytest.mark.parametrize(
    ("level", "seconds"),
    [(Reaction.NONE, 8.2), (Reaction.SOFT_STOP, 4.9), (Reaction.FAST_STOP, 1.3)],
)
def test_sr12_each_stop_has_its_own_slope(level: Reaction, seconds: float) -> None:
    s = cruising(258)
    change = {"request_stop": level} if level else {"request_setpoint_ckmh": 0}
    said = run(s, 20_000, **change)
    zero_at_ms = next(t for t, d in said if d.kind is DriveKind.STOP)
    assert zero_at_ms - said[0][0] == pytest.approx(seconds * 1_000, abs=200)
    speeds = [d.speed_ckmh for _, d in said]
    assert speeds == sorted(speeds, reverse=True)


# Latch and reset


def latched(**changes: Any) -> KernelState:
    return at_rest(
        **{
            "phase": GatePhase.LATCHED,
            "latch": STRAP_OPEN,
            "first_cause": Cause.STRAP_OPEN,
            "lockout_until_ms": NOW - 1,
            "reset": GestureTrack(Gesture.PRESSED, NOW - 1_500),
        }
        | changes
    )


def test_sr34_a_reset_permits_and_moves_nothing() -> None:
    s = latched()
    drive = step(s, inputs(request_reset=Gesture.CONFIRMED))
    assert drive.kind is DriveKind.NOTHING
    assert (s.phase, s.latch, s.first_cause, s.resets_used) == (GatePhase.IDLE, None, None, 1)
    assert s.checklist_at_ms == [None] * 12, "the whole checklist is to be done again"
    assert s.pull_seen_at_ms is None
    step(s, inputs(request_arm=True, now_ms=NOW + 20))
    assert refusals(s) == ["strap_pull_missing"]


def test_sr06_a_reset_on_an_unproven_connection_goes_back_to_quarantine() -> None:
    s = latched(quarantined=False)
    s.quarantine_zero_ms = NOW
    step(s, inputs(request_reset=Gesture.CONFIRMED))
    assert s.phase is GatePhase.QUARANTINE


@pytest.mark.parametrize(
    ("state", "tick", "cause"),
    [
        ({"lockout_until_ms": NOW + 1}, {}, Cause.LOCKOUT),
        ({"zero_samples": 0}, {}, Cause.NOT_STANDING),
        ({}, {"strap": StrapState.RELEASED}, Cause.STRAP_NOT_READY),
        ({}, {"request_stop": Reaction.SOFT_STOP}, Cause.STOP_WINS),
        ({}, {"stop": Reaction.FAST_STOP}, Cause.STOP_WINS),
        ({}, {"machine_fault": Cause.MACHINE_FAULT}, Cause.MACHINE_FAULT),
    ],
)
def test_sr34_a_reset_is_refused_while_anything_is_wrong(
    state: dict[str, Any], tick: dict[str, Any], cause: Cause
) -> None:
    s = latched(**state)
    step(s, inputs(request_reset=Gesture.CONFIRMED, **tick))
    assert (s.phase, refusals(s)) == (GatePhase.LATCHED, [cause.value])


@pytest.mark.parametrize("pressed_at", [None, NOW - 999])
def test_sr34_a_reset_needs_a_new_press_held_a_second(pressed_at: int | None) -> None:
    s = latched(reset=GestureTrack(Gesture.PRESSED, pressed_at))
    step(s, inputs(request_reset=Gesture.CONFIRMED))
    assert s.phase is GatePhase.LATCHED


def test_sr34_clearing_the_cause_is_no_reset() -> None:
    s = latched(reset=GestureTrack())
    run(s, 60_000, obeys=False)
    assert s.phase is GatePhase.LATCHED


def test_sr34_arming_a_latched_machine_is_refused() -> None:
    s = latched()
    step(s, inputs(request_arm=True))
    assert refusals(s) == ["latched"]


def test_sr34_there_are_three_resets_in_a_session() -> None:
    s = latched(resets_used=2)
    step(s, inputs(request_reset=Gesture.CONFIRMED))
    assert (s.phase, s.resets_used) == (GatePhase.IDLE, 3)
    s = latched(resets_used=3)
    step(s, inputs(request_reset=Gesture.CONFIRMED))
    assert s.phase is GatePhase.LOCKED
    step(s, inputs(request_arm=True, now_ms=NOW + 20))
    assert (s.phase, refusals(s)) == (GatePhase.LOCKED, ["resets_used"])
    run(s, 1_000, obeys=False)
    assert s.phase is GatePhase.LOCKED


def test_sr23_a_stall_locks_out_for_a_minute() -> None:
    s = cruising(stall_ms=1_480)
    step(s, cruise(measured_ckmh=0))
    assert s.lockout_until_ms == NOW + 60_000
    s = cruising()
    step(s, cruise(core_alive=False))
    assert s.lockout_until_ms == NOW + 5_000
    s.stall_ms = 1_600
    s.commanded_ckmh = 226
    step(s, cruise(0, core_alive=False, now_ms=NOW + 20))
    assert s.lockout_until_ms == NOW + 20 + 60_000


def test_sr53_a_later_worse_cause_keeps_the_first_name_and_lockout() -> None:
    s = cruising()
    step(s, cruise(core_alive=False))
    step(s, cruise(226, strap=StrapState.RELEASED, core_alive=False, now_ms=NOW + 20))
    assert (s.first_cause, s.lockout_until_ms) == (Cause.CORE_GONE, NOW + 5_000)


# Turning


def test_sr28_a_turn_makes_the_facing_unknown_until_it_is_confirmed() -> None:
    s = at_rest()
    step(s, inputs(request_turn=Facing.BACKWARD))
    assert (s.phase, s.facing) == (GatePhase.TURNING, Facing.UNKNOWN)
    s.turn_confirm = GestureTrack(Gesture.PRESSED, NOW - 1_000)
    step(
        s,
        inputs(
            request_turn=Facing.BACKWARD, request_turn_confirm=Gesture.CONFIRMED, now_ms=NOW + 20
        ),
    )
    assert (s.phase, s.facing) == (GatePhase.IDLE, Facing.BACKWARD)


def test_sr28_the_strap_may_open_while_turning() -> None:
    s = at_rest(phase=GatePhase.TURNING, facing=Facing.UNKNOWN, turn_target=Facing.BACKWARD)
    run(s, 5_000, obeys=False, strap=StrapState.RELEASED, request_turn=Facing.BACKWARD)
    assert (s.phase, s.latch) == (GatePhase.TURNING, None)


@pytest.mark.parametrize(
    ("state", "tick", "cause"),
    [
        ({"strap_since_ms": NOW - 1_999}, {}, Cause.TURN_INCOMPLETE),
        ({}, {"strap": StrapState.RELEASED}, Cause.TURN_INCOMPLETE),
        ({"zero_samples": 0}, {}, Cause.NOT_STANDING),
        (
            {"turn_target": Facing.UNKNOWN},
            {"request_turn": Facing.UNKNOWN},
            Cause.TURN_INCOMPLETE,
        ),
    ],
)
def test_sr28_a_turn_is_not_complete_before_the_strap_and_the_belt_are(
    state: dict[str, Any], tick: dict[str, Any], cause: Cause
) -> None:
    base = {"phase": GatePhase.TURNING, "facing": Facing.UNKNOWN, "turn_target": Facing.BACKWARD}
    s = at_rest(**base | state, turn_confirm=GestureTrack(Gesture.PRESSED, NOW - 1_000))
    step(
        s,
        inputs(
            **{"request_turn": Facing.BACKWARD, "request_turn_confirm": Gesture.CONFIRMED} | tick
        ),
    )
    assert (s.phase, s.facing, refusals(s)) == (GatePhase.TURNING, Facing.UNKNOWN, [cause.value])


def test_sr28_a_cancelled_turn_leaves_the_facing_unknown_and_the_lower_cap() -> None:
    s = at_rest(phase=GatePhase.TURNING, facing=Facing.UNKNOWN, turn_target=Facing.BACKWARD)
    step(s, inputs())
    assert (s.phase, s.facing) == (GatePhase.IDLE, Facing.UNKNOWN)
    assert CONFIG.cap_ckmh(s.gait, s.direction) == 250


def test_sr28_a_turn_waits_for_standstill_and_goes_nowhere_twice() -> None:
    s = at_rest(zero_samples=0)
    step(s, inputs(request_turn=Facing.BACKWARD))
    assert s.phase is GatePhase.IDLE
    s = at_rest()
    step(s, inputs(request_turn=Facing.FORWARD))
    assert s.phase is GatePhase.IDLE


def test_sr20_a_lost_link_ends_a_turn() -> None:
    s = at_rest(phase=GatePhase.TURNING, facing=Facing.UNKNOWN, turn_target=Facing.BACKWARD)
    step(s, inputs(request_turn=Facing.BACKWARD, link_up=False))
    assert s.phase is GatePhase.QUARANTINE


# Connecting


def connecting(**changes: Any) -> KernelState:
    s = KernelState(NOW - 20)
    for name, value in changes.items():
        setattr(s, name, value)
    return s


def test_sr06_a_new_connection_is_watched_for_five_seconds_of_zero() -> None:
    s = connecting()
    run(s, 4_980, obeys=False)
    assert phase(s) is GatePhase.QUARANTINE
    run(s, 60, obeys=False)
    assert phase(s) is GatePhase.IDLE


def test_sr06_without_valid_replies_the_watch_does_not_begin() -> None:
    s = connecting()
    run(s, 30_000, obeys=False, proved=False)
    assert s.phase is GatePhase.QUARANTINE


def test_sr06_arming_during_quarantine_is_refused() -> None:
    s = connecting()
    step(s, inputs(request_arm=True))
    assert refusals(s) == ["quarantine"]


def test_sr06_motion_during_quarantine_starts_the_watch_anew() -> None:
    s = connecting(connected=True, quarantine_zero_ms=NOW - 4_900)
    drive = step(s, inputs(measured_ckmh=17, sample_seq=101))
    assert (drive.kind, s.quarantine_zero_ms) == (DriveKind.STRONGEST_STOP, None)


def test_sr50_a_link_lost_at_rest_voids_the_checklist_and_the_quarantine() -> None:
    s = at_rest()
    step(s, inputs(link_up=False))
    assert (s.phase, s.quarantined) == (GatePhase.QUARANTINE, False)
    assert s.checklist_at_ms == [None] * 12
    step(s, inputs(link_up=False, now_ms=NOW + 20))
    assert s.phase is GatePhase.QUARANTINE


def test_sr20_a_quarantine_does_not_end_on_a_link_that_is_down() -> None:
    s = connecting(connected=False, quarantined=True)
    step(s, inputs(link_up=False))
    assert s.phase is GatePhase.QUARANTINE


# Unexpected motion


@pytest.mark.parametrize("phase", REST_PHASES)
def test_sr08_the_first_reading_stops_and_the_second_latches(phase: GatePhase) -> None:
    s = at_rest(phase=phase, turn_target=Facing.BACKWARD, latch=None)
    first = step(s, inputs(measured_ckmh=17, sample_seq=101))
    assert (first.kind, s.latch) == (DriveKind.STRONGEST_STOP, None)
    second = step(s, inputs(measured_ckmh=17, sample_seq=102, now_ms=NOW + 100))
    assert second.kind is DriveKind.STRONGEST_STOP
    assert s.latch == Finding(Reaction.E_STOP, Cause.UNEXPECTED_MOTION)
    assert s.phase is GatePhase.STOPPING


def test_sr08_a_single_twitch_is_stopped_and_forgotten() -> None:
    s = at_rest()
    step(s, inputs(measured_ckmh=17, sample_seq=101))
    step(s, inputs(measured_ckmh=0, sample_seq=102, now_ms=NOW + 100))
    assert (s.phase, s.latch, s.unexpected_samples) == (GatePhase.IDLE, None, 0)


def test_sr08_less_than_one_step_is_no_motion() -> None:
    s = at_rest()
    drive = step(s, inputs(measured_ckmh=16, sample_seq=101))
    assert drive.kind is DriveKind.NOTHING
    fine = replace(CONFIG, machine_steps=(0, 30, 60))
    s = at_rest()
    assert step(s, inputs(measured_ckmh=19, sample_seq=101), fine).kind is DriveKind.NOTHING
    assert step(s, inputs(measured_ckmh=20, sample_seq=102), fine).kind is not DriveKind.NOTHING


def test_sr10_a_trip_after_the_kernel_stops_in_the_same_tick_and_escalates() -> None:
    s = cruising()
    finding = Finding(Reaction.FAST_STOP, Cause.WIRE_VIOLATION)
    first = kernel.trip(s, cruise(), CONFIG, finding)
    assert (first.kind, first.speed_ckmh, s.latch) == (DriveKind.SPEED, 226, finding)
    second = kernel.trip(s, cruise(), CONFIG, finding)
    assert second.kind is DriveKind.STRONGEST_STOP


def test_sr02_a_longer_armed_wait_with_a_held_press_changes_nothing() -> None:
    s = armed()
    step(s, inputs(request_arm=True, request_start=Gesture.PRESSED))
    assert (s.phase, s.refused) == (GatePhase.ARMED, [])


@pytest.mark.parametrize("phase", [GatePhase.STARTING])
def test_sr44_the_session_clock_may_be_unset_without_harm(phase: GatePhase) -> None:
    s = cruising(phase=phase, session_at_ms=None)
    step(s, cruise())
    assert s.worst is None


def test_sr20_a_link_lost_while_armed_disarms() -> None:
    s = armed()
    step(s, inputs(request_arm=True, link_up=False))
    assert (s.phase, refusals(s)) == (GatePhase.IDLE, ["quarantine"])


def test_sr44_the_session_clock_starts_once() -> None:
    s = armed(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 5_000, session_at_ms=NOW - 90_000)
    step(s, inputs(request_setpoint_ckmh=200))
    assert (s.phase, s.session_at_ms) == (GatePhase.STARTING, NOW - 90_000)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"belt": BeltState.STOPPED}, DriveKind.STOP),
        ({"machine_fault": Cause.MACHINE_TIMEOUT}, DriveKind.STOP),
        ({"core_alive": False}, DriveKind.SPEED),
    ],
)
def test_sr36_after_the_machines_own_stop_no_speed_is_sent(
    change: dict[str, Any], kind: DriveKind
) -> None:
    s = cruising()
    drive = step(s, cruise(**change))
    assert drive.kind is kind
    assert (s.commanded_ckmh == 0) is (kind is DriveKind.STOP)
