"""Turning at standstill, new connections, and motion that nobody asked for."""

from dataclasses import replace
from typing import Any

import pytest

from tests.safety.builders import (
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
)
from treadctl.causes import Cause
from treadctl.model import (
    BeltState,
    Facing,
    GatePhase,
    Gesture,
    Reaction,
    StrapState,
)
from treadctl.safety import kernel
from treadctl.safety.state import DriveKind, Finding, GestureTrack, KernelState

REST_PHASES = [
    p
    for p in GatePhase
    if p not in (GatePhase.COUNTDOWN, GatePhase.STARTING, GatePhase.MOVING, GatePhase.STOPPING)
]


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


def test_sr28_a_turn_confirmed_by_a_press_from_before_the_turn_is_not_confirmed() -> None:
    s = at_rest(turn_confirm=GestureTrack(Gesture.PRESSED, NOW - 5_000))
    turning = {"request_turn": Facing.BACKWARD}
    step(s, inputs(request_turn_confirm=Gesture.PRESSED, **turning))
    step(s, inputs(request_turn_confirm=Gesture.CONFIRMED, now_ms=NOW + 20, **turning))
    assert (s.phase, s.facing) == (GatePhase.TURNING, Facing.UNKNOWN)


@pytest.mark.parametrize("phase", [GatePhase.IDLE, GatePhase.ARMED, GatePhase.TURNING])
def test_sr33_waking_from_sleep_stops_and_latches_at_rest_too(phase: GatePhase) -> None:
    s = at_rest(phase=phase, turn_target=Facing.BACKWARD)
    drive = step(s, inputs(suspended_ms=3_600_000))
    assert drive.kind is DriveKind.STRONGEST_STOP
    assert s.latch == Finding(Reaction.E_STOP, Cause.SUSPENDED)


def test_sr33_a_latch_that_was_there_keeps_its_name_over_a_sleep() -> None:
    s = at_rest(phase=GatePhase.LATCHED, latch=STRAP_OPEN, first_cause=Cause.STRAP_OPEN)
    step(s, inputs(suspended_ms=3_600_000))
    assert (s.phase, s.latch) == (GatePhase.LATCHED, STRAP_OPEN)


@pytest.mark.parametrize(("gap_ms", "kept"), [(500, True), (501, False)])
def test_sr06_a_hole_in_the_readings_starts_the_watch_anew(gap_ms: int, kept: bool) -> None:
    s = connecting(connected=True, quarantine_zero_ms=NOW - 4_000, sample_at_ms=NOW - gap_ms)
    s.zero_samples, s.zero_since_ms = 5, NOW - 4_000
    step(s, inputs(sample_seq=101))
    assert s.quarantine_zero_ms == (NOW - 4_000 if kept else NOW)
    assert s.zero_samples == (6 if kept else 1)


def test_sr08_the_stop_after_one_reading_leaves_room_for_the_second() -> None:
    s = at_rest()
    step(s, inputs(measured_ckmh=17, sample_seq=101))
    quiet = step(s, inputs(measured_ckmh=17, sample_seq=101, now_ms=NOW + 20))
    assert quiet.kind is DriveKind.NOTHING
    again = step(s, inputs(measured_ckmh=17, sample_seq=101, now_ms=NOW + 1_000))
    assert again.kind is DriveKind.STRONGEST_STOP
