"""Whose doing a change is, to the millisecond and the hundredth (SR-36, SR-39; Q17, Q18)."""

import pytest

from firmware_protocols.ftms._echoes import Echoes
from firmware_protocols.ftms.quirks import Quirks

STEP = 10
"""Half of it is the machine's own rounding."""


@pytest.fixture
def echoes() -> Echoes:
    return Echoes(Quirks())


@pytest.fixture
def telling() -> Echoes:
    """Of a machine that tells us what we do: 1.00 km/h, then 1.10."""
    echoes = Echoes(Quirks())
    echoes.speed(0, 100)
    echoes.come_to(0, 100)
    echoes.speed(1_000, 110)
    return echoes


def test_sr39_nothing_is_ours_before_we_did_anything(echoes: Echoes) -> None:
    assert not echoes.is_our_start(0)
    assert not echoes.is_our_stop(0)
    assert not echoes.is_our_speed(0, 50, STEP)
    assert not echoes.is_our_incline(0)


def test_sr36_an_echo_is_three_seconds_late_at_most(echoes: Echoes) -> None:
    echoes.start(1_000, is_first=True)
    echoes.stop(1_000)
    assert echoes.is_our_start(4_000)
    assert echoes.is_our_stop(4_000)
    assert not echoes.is_our_start(4_001)
    assert not echoes.is_our_stop(4_001)


def test_the_speed_that_a_machine_starts_with_is_ours(echoes: Echoes) -> None:
    echoes.start(0, is_first=False)
    assert echoes.is_our_speed(10, 80, STEP)


def test_a_start_said_again_does_not_make_us_forget_the_speed(echoes: Echoes) -> None:
    echoes.speed(0, 100)
    echoes.start(5_000, is_first=False)
    assert echoes.is_our_speed(9_000, 100, STEP)


def test_sr39_what_others_set_before_a_start_does_not_make_it_theirs(echoes: Echoes) -> None:
    echoes.speed(0, 100)
    echoes.set_by_others(130)
    echoes.start(100, is_first=True)
    assert echoes.is_our_speed(200, 80, STEP)


def test_sr39_the_speed_before_is_the_last_one_that_left(telling: Echoes) -> None:
    telling.speed(1_100, 120)
    assert telling.is_our_speed(1_200, 110, STEP)
    assert not telling.is_our_speed(1_200, 100, STEP)


def test_the_speed_before_may_be_told_more_than_once(telling: Echoes) -> None:
    for _ in range(2):
        assert telling.is_our_speed(1_100, 100, STEP)
        telling.come_to(1_100, 100)


@pytest.mark.parametrize(("hundredths", "ours"), [(94, False), (95, True), (105, True)])
def test_the_speed_before_is_ours_within_half_a_step(
    telling: Echoes, hundredths: int, ours: bool
) -> None:
    telling.speed(1_000, 200)
    telling.speed(1_000, 100)
    telling.speed(1_000, 300)
    assert telling.is_our_speed(1_100, hundredths, STEP) is ours


def test_sr39_a_speed_said_twice_and_told_once_is_no_habit_of_telling(echoes: Echoes) -> None:
    echoes.speed(0, 100)
    echoes.speed(10, 100)
    echoes.come_to(20, 100)
    echoes.speed(500, 110)
    assert not echoes.is_our_speed(600, 100, STEP)


@pytest.mark.parametrize(
    ("before", "speed", "hundredths", "ours"),
    [
        (50, 100, 44, False),
        (50, 100, 45, True),
        (100, 50, 105, True),
        (100, 50, 106, False),
    ],
)
def test_q18_the_whole_ramp_is_ours_and_half_a_step_beyond_it(
    before: int, speed: int, hundredths: int, ours: bool
) -> None:
    echoes = Echoes(Quirks(status_follows_ramp=True))
    echoes.speed(0, before)
    echoes.come_to(0, before)
    echoes.speed(10, speed)
    assert echoes.is_our_speed(20, hundredths, STEP) is ours


def test_q18_the_first_ramp_begins_at_standstill() -> None:
    echoes = Echoes(Quirks(status_follows_ramp=True))
    echoes.speed(0, 100)
    assert echoes.is_our_speed(10, 0, 1)


def test_q18_after_others_have_set_a_speed_our_ramp_begins_there() -> None:
    echoes = Echoes(Quirks(status_follows_ramp=True))
    echoes.speed(0, 100)
    echoes.come_to(0, 100)
    echoes.set_by_others(150)
    echoes.speed(1_000, 120)
    assert echoes.is_our_speed(1_100, 140, STEP)
