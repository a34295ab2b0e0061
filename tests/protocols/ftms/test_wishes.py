"""What is wanted of a machine and has not left: one of each, in its order, at its time."""

import pytest

from firmware_protocols.ftms._flight import Flight, Purpose
from firmware_protocols.ftms._wishes import Wishes
from firmware_protocols.ftms.control_point import (
    RequestControl,
    SetTargetInclination,
    SetTargetSpeed,
    StartOrResume,
)
from firmware_protocols.ftms.quirks import Quirks

SLOWER = SetTargetSpeed(90)
UPHILL = SetTargetInclination(20)


@pytest.fixture
def running() -> Wishes:
    wishes = Wishes(Quirks())
    wishes.started(0)
    return wishes


def urgent_flight(*, is_written: bool, is_answered: bool) -> Flight:
    return Flight(SLOWER, Purpose.URGENT, 1, 2_500, is_written, is_answered)


def test_sr02_nothing_is_wanted_of_a_machine_at_first() -> None:
    wishes = Wishes(Quirks())
    assert wishes.next(0, is_moving=True) is None
    assert wishes.next_urgent(0, None) is None
    assert wishes.deadlines() == ()


def test_a_speed_may_leave_at_the_beginning_of_time(running: Wishes) -> None:
    running.want_speed(SLOWER, urgent=False)
    assert running.next(0, is_moving=True) == (SLOWER, Purpose.SPEED)


@pytest.mark.parametrize(
    ("is_written", "is_answered", "at_ms", "leaves"),
    [
        (True, False, 1_199, False),
        (True, False, 1_200, True),
        (False, True, 1_200, True),
        (False, False, 1_200, False),
    ],
)
def test_sr12_an_urgent_speed_waits_for_another_one_200_ms_and_for_the_link(
    running: Wishes, is_written: bool, is_answered: bool, at_ms: int, leaves: bool
) -> None:
    running.left(1_000, Purpose.URGENT)
    running.want_speed(SLOWER, urgent=True)
    flight = urgent_flight(is_written=is_written, is_answered=is_answered)
    assert running.next_urgent(at_ms, flight) == ((SLOWER, Purpose.URGENT) if leaves else None)


def test_an_urgent_speed_is_the_first_of_its_kind_at_the_beginning_of_time(
    running: Wishes,
) -> None:
    running.want_speed(SLOWER, urgent=True)
    assert running.deadlines() == (200,)


def test_sr18_an_incline_that_waits_is_gone_with_an_urgent_speed(running: Wishes) -> None:
    running.want_incline(UPHILL)
    running.want_speed(SLOWER, urgent=True)
    running.left(0, Purpose.URGENT)
    assert running.next(1_000, is_moving=True) is None


def test_q13_start_is_said_again_a_period_after_it_was_accepted() -> None:
    wishes = Wishes(Quirks(start_every_ms=5_000))
    wishes.started(1_000)
    assert wishes.deadlines() == (6_000,)
    assert wishes.next(5_999, is_moving=True) is None
    assert wishes.next(6_000, is_moving=True) == (StartOrResume(), Purpose.KEEP)


def test_sr02_a_refused_start_takes_its_speed_with_it() -> None:
    wishes = Wishes(Quirks())
    wishes.want_speed(SLOWER, urgent=False)
    wishes.refused(Purpose.START)
    wishes.started(0)
    assert wishes.next(0, is_moving=True) is None


def test_q11_after_a_refused_prelude_the_next_speed_has_a_whole_one() -> None:
    wishes = Wishes(Quirks(control_before_speed=True, start_before_speed=True))
    wishes.started(0)
    wishes.want_speed(SLOWER, urgent=False)
    wishes.prelude_accepted()
    wishes.refused(Purpose.PRELUDE)
    assert wishes.next(0, is_moving=True) is None
    wishes.want_speed(SLOWER, urgent=False)
    assert wishes.next(0, is_moving=True) == (RequestControl(), Purpose.PRELUDE)


def test_q12_an_incline_that_came_too_early_is_said_again_in_half_a_second(
    running: Wishes,
) -> None:
    running.not_yet(1_000, UPHILL)
    assert running.deadlines() == (1_500,)
    assert running.next(1_499, is_moving=True) is None
    assert running.next(1_500, is_moving=True) == (UPHILL, Purpose.INCLINE)
