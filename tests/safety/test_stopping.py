"""How a stop begins, ends, latches, and is reset."""

import itertools
from typing import Any

import pytest

from tests.safety.builders import (
    NOW,
    STRAP_OPEN,
    at_rest,
    cruise,
    cruising,
    inputs,
    refusals,
    run,
    step,
    stopping,
)
from treadctl.causes import Cause
from treadctl.model import (
    BeltState,
    GatePhase,
    Gesture,
    Reaction,
    StrapState,
)
from treadctl.safety.state import DriveKind, Finding, GestureTrack, KernelState


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


@pytest.mark.parametrize(
    ("peak", "phase_after"), [(40_000, GatePhase.STOPPING), (39_999, GatePhase.IDLE)]
)
def test_sr19_a_zero_that_never_moved_proves_no_standstill(
    peak: int, phase_after: GatePhase
) -> None:
    s = stopping(0, moved=False, commanded_ckmh=0, zero_samples=0, expected_peak_mckmh=peak)
    run(s, 6_000, obeys=False, measured_ckmh=0)
    assert s.phase is phase_after


def test_sr35_a_zero_on_a_drive_that_stays_engaged_becomes_the_strongest_stop() -> None:
    s = stopping(0, commanded_ckmh=0)
    run(s, 7_000, obeys=False, measured_ckmh=0, belt=BeltState.ENGAGED)
    assert s.latch is None
    run(s, 100, obeys=False, measured_ckmh=0, belt=BeltState.ENGAGED)
    assert s.latch == Finding(Reaction.E_STOP, Cause.NOT_STOPPING)


def test_sr34_a_reset_pressed_before_the_latch_stood_is_no_reset() -> None:
    s = stopping(
        0, Reaction.E_STOP, commanded_ckmh=0, latch=STRAP_OPEN, first_cause=Cause.STRAP_OPEN
    )
    run(s, 6_000, obeys=False, request_reset=Gesture.PRESSED)
    assert s.phase is GatePhase.LATCHED
    run(s, 2_000, obeys=False, request_reset=Gesture.PRESSED)
    run(s, 40, obeys=False, request_reset=Gesture.CONFIRMED)
    assert s.latch == STRAP_OPEN


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


@pytest.mark.parametrize("level", [Reaction.SOFT_STOP, Reaction.FAST_STOP])
@pytest.mark.parametrize(
    ("sent_ckmh", "first"),
    [
        pytest.param(None, (DriveKind.SPEED, 226), id="what is commanded has left"),
        pytest.param(242, (DriveKind.SPEED, 226), id="and is known to"),
        pytest.param(258, (DriveKind.SPEED, 226), id="a step down still waits"),
        pytest.param(226, (DriveKind.SPEED, 210), id="a step up still waits"),
        pytest.param(178, (DriveKind.SPEED, 161), id="several of them do"),
        pytest.param(0, (DriveKind.STOP, 0), id="the start still waits"),
    ],
)
def test_ruling_2_a_stop_begins_below_what_has_left_not_below_what_still_waits(
    level: Reaction, sent_ckmh: int | None, first: tuple[DriveKind, int]
) -> None:
    s = cruising(242)
    drive = step(s, cruise(request_stop=level, sent_ckmh=sent_ckmh))
    assert (drive.kind, drive.speed_ckmh) == first
    assert s.commanded_ckmh == first[1]
