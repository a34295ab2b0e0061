"""What one tick leaves behind for the next, and for whoever reads why the belt stopped."""

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
    refusals,
    step,
    stopping,
)
from treadctl.causes import Cause
from treadctl.model import Direction, GatePhase, Mode, Reaction, StrapState
from treadctl.safety import kernel
from treadctl.safety.state import Drive, DriveKind, Finding

UNEXPECTED = Finding(Reaction.E_STOP, Cause.UNEXPECTED_MOTION)


# SR-08: between the first reading and the second.


@pytest.mark.parametrize(("later_ms", "said"), [(199, False), (200, True)])
def test_sr08_the_stop_is_said_anew_when_the_second_reading_is_overdue(
    later_ms: int, said: bool
) -> None:
    s = at_rest()
    first = step(s, inputs(measured_ckmh=17, sample_seq=101))
    assert first == Drive(DriveKind.STRONGEST_STOP, 0, Direction.FORWARD, True)
    later = step(s, inputs(measured_ckmh=17, sample_seq=101, now_ms=NOW + later_ms))
    assert (later.kind is DriveKind.STRONGEST_STOP) is said


def test_sr08_a_first_reading_is_answered_however_lately_a_stop_was_said() -> None:
    s = at_rest(stop_sent_at_ms=NOW - 100)
    assert step(s, inputs(measured_ckmh=17, sample_seq=101)).kind is DriveKind.STRONGEST_STOP


def test_sr08_the_latch_names_the_motion_and_the_count_begins_anew() -> None:
    s = at_rest(unexpected_samples=1)
    step(s, inputs(measured_ckmh=17, sample_seq=101))
    assert (s.worst, s.latch, s.stop_cause) == (UNEXPECTED, UNEXPECTED, UNEXPECTED.cause)
    assert s.unexpected_samples == 0


def test_sr08_to_be_told_of_a_start_counts_as_one_reading_and_voids_every_zero() -> None:
    s = at_rest()
    step(s, inputs(started_by_others=True))
    assert (s.unexpected_samples, s.latch) == (1, None)
    assert s.zero_samples == 0


# Which finding is in force.


def test_sr34_at_rest_nothing_is_in_force_that_was_found_in_motion() -> None:
    s = at_rest(worst=Finding(Reaction.HOLD, Cause.TELEMETRY_STALE))
    step(s, inputs())
    assert s.worst is None


def test_sr33_a_stop_for_a_sleep_is_named_after_it() -> None:
    s = at_rest()
    step(s, inputs(suspended_ms=201))
    slept = Finding(Reaction.E_STOP, Cause.SUSPENDED)
    assert (s.worst, s.latch, s.stop_cause) == (slept, slept, Cause.SUSPENDED)
    assert s.phase is GatePhase.STOPPING


def test_sr53_a_worse_finding_wins_over_an_earlier_one() -> None:
    s = cruising()
    step(s, cruise(request_stop=Reaction.SOFT_STOP, request_at_ms=NOW - 501))
    assert s.worst == Finding(Reaction.FAST_STOP, Cause.LEASE_EXPIRED)


def test_sr53_a_milder_finding_does_not_take_the_place_of_a_worse_one() -> None:
    s = cruising()
    step(s, cruise(request_stop=Reaction.FAST_STOP, measured_at_ms=NOW - 501))
    assert s.worst == Finding(Reaction.FAST_STOP, Cause.OPERATOR_FAST_STOP)


def test_sr53_of_equally_bad_findings_the_first_keeps_its_name() -> None:
    s = cruising(overspeed_samples=5)
    step(s, cruise(400, strap=StrapState.RELEASED, sample_seq=101))
    assert s.overspeed_samples == 6
    assert s.worst == STRAP_OPEN


# A stop before anything moves.


@pytest.mark.parametrize(
    ("tick", "where", "latch", "refused"),
    [
        pytest.param(
            {"request_stop": Reaction.SOFT_STOP}, GatePhase.IDLE, None, ["stop_wins"], id="soft"
        ),
        pytest.param({"in_control": False}, GatePhase.IDLE, None, ["stop_wins"], id="SR-38"),
        pytest.param(
            {"core_alive": False},
            GatePhase.STOPPING,
            Finding(Reaction.FAST_STOP, Cause.CORE_GONE),
            [],
            id="SR-30",
        ),
    ],
)
def test_sr34_in_a_countdown_a_soft_stop_is_not_starting_and_any_other_latches(
    tick: dict[str, Any], where: GatePhase, latch: Finding | None, refused: list[str]
) -> None:
    s = at_rest(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 1_000, setpoint_ckmh=200)
    step(s, inputs(request_setpoint_ckmh=200, **tick))
    assert (s.phase, s.latch, refusals(s)) == (where, latch, refused)


# What is found after the kernel ran, in the same tick.

DROPPED = Finding(Reaction.FAST_STOP, Cause.WIRE_VIOLATION)


@pytest.mark.parametrize(
    ("in_force", "reaction"),
    [
        (Reaction.NONE, Reaction.FAST_STOP),
        (Reaction.SOFT_STOP, Reaction.FAST_STOP),
        (Reaction.FAST_STOP, Reaction.E_STOP),
        (Reaction.E_STOP, Reaction.E_STOP),
    ],
)
def test_sr10_a_dropped_frame_stops_harder_than_the_stop_in_force(
    in_force: Reaction, reaction: Reaction
) -> None:
    s = stopping(242, in_force)
    kernel.trip(s, cruise(), CONFIG, DROPPED)
    assert s.worst == s.latch == Finding(reaction, Cause.WIRE_VIOLATION)
    assert s.stop_level is reaction


def test_sr12_a_second_stop_in_one_tick_takes_no_time_off_the_ramp() -> None:
    s = stopping(242, Reaction.SOFT_STOP)
    kernel.trip(s, cruise(), CONFIG, Finding(Reaction.SOFT_STOP, Cause.WIRE_VIOLATION))
    assert s.down_mckmh == 242_000


# Which setpoints mean something.

AT_REST = [GatePhase.QUARANTINE, GatePhase.IDLE, GatePhase.TURNING, GatePhase.LATCHED]


@pytest.mark.parametrize("where", AT_REST)
@pytest.mark.parametrize("wanted_ckmh", [200, 9_999])
def test_sr03_at_rest_a_setpoint_is_neither_remembered_nor_refused(
    where: GatePhase, wanted_ckmh: int
) -> None:
    s = at_rest(phase=where, setpoint_ckmh=100, refusing=True, refused_setpoint_ckmh=9_999)
    step(s, inputs(request_setpoint_ckmh=wanted_ckmh))
    assert (s.setpoint_ckmh, s.refusing, refusals(s)) == (0, False, [])


@pytest.mark.parametrize(
    ("state", "asked", "cap_ckmh"),
    [
        pytest.param({"phase": GatePhase.ARMED}, Direction.FORWARD, 500, id="about to walk"),
        pytest.param({"phase": GatePhase.ARMED}, Direction.REVERSE, 200, id="about to reverse"),
        pytest.param({"phase": GatePhase.COUNTDOWN}, Direction.REVERSE, 500, id="counted down"),
        pytest.param({"phase": GatePhase.MOVING}, Direction.REVERSE, 500, id="walking"),
    ],
)
def test_sr09_a_setpoint_is_held_against_the_cap_of_the_direction_it_would_be_walked_in(
    state: dict[str, Any], asked: Direction, cap_ckmh: int
) -> None:
    for wanted_ckmh, refused in ((cap_ckmh, []), (cap_ckmh + 1, ["above_cap"])):
        s = armed(**state)
        belt_reverse = replace(CONFIG, mode=Mode.BELT_REVERSE)
        step(s, inputs(request_setpoint_ckmh=wanted_ckmh, request_direction=asked), belt_reverse)
        assert refusals(s)[:1] == refused
