"""The gate's own states: who may enter which, and what it takes."""

from dataclasses import replace
from typing import Any

import pytest

from tests.safety.builders import (
    ALL_ITEMS,
    CONFIG,
    NOW,
    STRAP_OPEN,
    armed,
    at_rest,
    cruise,
    cruising,
    inputs,
    phase,
    refusals,
    run,
    step,
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
from treadctl.safety.state import DriveKind, Finding, GestureTrack

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


def test_sr02_a_start_pressed_before_arming_is_no_start() -> None:
    s = at_rest(start=GestureTrack(Gesture.PRESSED, NOW - 5_000))
    step(s, inputs(request_arm=True, request_start=Gesture.PRESSED))
    step(s, inputs(**START, now_ms=NOW + 2_000))
    assert phase(s) is GatePhase.ARMED
    assert refusals(s) == ["start_too_short"]


def test_sr08_the_first_reading_during_a_countdown_stops_and_latches() -> None:
    s = armed(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 1_000)
    drive = step(s, inputs(request_setpoint_ckmh=200, measured_ckmh=17, sample_seq=101))
    assert drive.kind is DriveKind.STRONGEST_STOP
    assert s.latch == Finding(Reaction.E_STOP, Cause.UNEXPECTED_MOTION)


def test_sr24_a_start_needs_standstill_at_the_end_of_the_countdown_too() -> None:
    s = armed(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 5_000)
    drive = step(s, inputs(request_setpoint_ckmh=200, belt=BeltState.ENGAGED))
    assert (drive.kind, phase(s)) == (DriveKind.NOTHING, GatePhase.IDLE)
    assert refusals(s) == ["not_standing"]
