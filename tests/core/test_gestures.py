"""Presses and confirmations as the levels that requests carry."""

import pytest

from treadctl.core.gestures import Press
from treadctl.model import Gesture

N, P, C = Gesture.NONE, Gesture.PRESSED, Gesture.CONFIRMED


def levels(press: Press, begin_ms: int, count: int) -> list[Gesture]:
    """What *count* requests say, one every 100 ms."""
    return [press.level(begin_ms + 100 * index) for index in range(count)]


def pressed(at_ms: int = 0) -> Press:
    press = Press()
    press.press()
    assert press.level(at_ms) is P
    return press


def test_nothing_is_said_before_anybody_presses() -> None:
    assert levels(Press(), 0, 5) == [N] * 5


def test_a_press_alone_is_never_a_confirmation() -> None:
    press = pressed()
    assert set(levels(press, 100, 600)) == {P}


@pytest.mark.parametrize(("held_ms", "confirmed"), [(999, False), (1_000, True)])
def test_sr02_a_press_is_confirmed_after_its_second_and_not_before(
    held_ms: int, confirmed: bool
) -> None:
    press = pressed()
    assert press.confirm(held_ms) is confirmed
    assert (C in levels(press, held_ms, 12)) is confirmed


def test_sr02_a_confirmation_without_a_press_is_none() -> None:
    press = Press()
    assert not press.confirm(5_000)
    assert levels(press, 5_000, 20) == [N] * 20


def test_sr02_the_second_counts_from_the_request_that_carried_the_press() -> None:
    press = Press()
    press.press()
    assert not press.confirm(5_000)
    assert levels(press, 5_000, 20) == [N] * 20


def test_sr02_a_press_that_came_too_short_begins_anew() -> None:
    press = pressed()
    assert not press.confirm(500)
    press.press()
    assert levels(press, 600, 3) == [N, P, P]
    assert not press.confirm(1_100)


def test_the_gate_hears_of_a_key_let_go_and_pressed_again_between_two_requests() -> None:
    press = pressed()
    press.release()
    press.press()
    assert levels(press, 100, 2) == [N, P]
    assert not press.confirm(1_050)


def test_pressing_what_is_pressed_changes_nothing_and_the_first_second_counts() -> None:
    press = pressed()
    for now_ms in range(100, 1_000, 100):
        press.press()
        assert press.level(now_ms) is P
    assert press.confirm(1_000)


def test_the_gate_too_has_seen_a_full_second_before_it_is_told() -> None:
    press = pressed()
    assert press.confirm(1_000)
    assert [press.level(now_ms) for now_ms in (1_000, 1_099, 1_100)] == [P, P, C]


def test_a_confirmation_stays_up_for_half_a_second_and_is_used_up_then() -> None:
    press = pressed()
    assert press.confirm(1_100)
    assert levels(press, 1_100, 20) == [C] * 5 + [N] * 15


def test_sr02_after_a_confirmation_a_key_still_held_begins_nothing() -> None:
    press = pressed()
    press.confirm(1_100)
    for now_ms in range(1_100, 1_600, 100):
        press.press()
        assert press.level(now_ms) is C
    assert levels(press, 1_600, 20) == [N] * 20


def test_confirming_what_is_confirmed_changes_nothing() -> None:
    press = pressed()
    press.confirm(1_100)
    assert press.level(1_100) is C
    assert press.confirm(1_200)
    assert levels(press, 1_200, 5) == [C] * 4 + [N]


def test_letting_go_takes_a_confirmation_back() -> None:
    press = pressed()
    press.confirm(1_000)
    press.release()
    assert levels(press, 1_100, 20) == [N] * 20


def test_what_was_said_last_can_be_asked() -> None:
    press = pressed()
    assert press.sent is P
    press.release()
    assert press.sent is P
    press.level(100)
    assert press.sent is N


def test_a_gesture_is_underway_while_time_alone_leads_it_on() -> None:
    press = Press()
    assert not press.is_underway(0)
    press.press()
    assert press.is_underway(0)
    press.level(0)
    assert press.is_underway(999)
    assert not press.is_underway(1_000)  # now a person has to confirm
    press.confirm(1_050)
    assert press.is_underway(1_050)
    press.level(1_100)
    assert press.is_underway(1_100)
    assert press.level(1_600) is N
    assert not press.is_underway(1_600)
