"""What one tick leaves behind for the next, and for whoever reads why the belt stopped."""

import pytest

from tests.safety.builders import NOW, STRAP_OPEN, at_rest, cruise, cruising, inputs, step
from treadctl.causes import Cause
from treadctl.model import Direction, GatePhase, Reaction, StrapState
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
