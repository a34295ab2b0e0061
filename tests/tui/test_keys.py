"""What a key means before anything on the screen may have it."""

import pytest

from treadctl.composition.desk import Desk
from treadctl.tui.keys import (
    AGAIN_MS,
    MOVING_KEYS,
    STOP_KEYS,
    UNKNOWN_MS,
    KeyGuard,
)


class Belt(Desk):
    """A desk whose belt moves, or not."""

    moving = True

    @property
    def may_move(self) -> bool:
        return self.moving


class Hands:
    """A guard, its desk, and the time."""

    def __init__(self, *, moving: bool = True) -> None:
        self.now_ms = 10_000
        self.desk = Belt()
        self.desk.moving = moving
        self.guard = KeyGuard(lambda: self.now_ms)
        self.guard.desk = self.desk

    def press(self, key: str, after_ms: int = AGAIN_MS) -> bool:
        """True where the key went no further."""
        self.now_ms += after_ms
        return self.guard.take(key)


@pytest.mark.parametrize("key", sorted(STOP_KEYS | {"S", "upper_s", "Q", "ctrl+m", " "}))
def test_sr41_each_stop_key_stops_a_moving_belt_and_goes_no_further(key: str) -> None:
    hands = Hands()
    assert hands.press(key)
    assert hands.desk.stops_asked == 1


@pytest.mark.parametrize("key", sorted(STOP_KEYS))
def test_sr41_a_stop_key_that_repeats_asks_every_time(key: str) -> None:
    hands = Hands()
    for _ in range(50):
        assert hands.press(key, 33)
    assert hands.desk.stops_asked == 50


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
def test_leaving_stops_first_and_asks_later(key: str) -> None:
    hands = Hands()
    assert hands.press(key)
    assert hands.desk.stops_asked == 1
    assert hands.guard.quit_asked


@pytest.mark.parametrize("key", sorted(MOVING_KEYS))
def test_sr41_a_key_with_a_meaning_is_no_stop(key: str) -> None:
    hands = Hands()
    assert not hands.press(key)
    assert hands.desk.stops_asked == 0


def test_sr41_one_key_without_a_meaning_does_nothing() -> None:
    hands = Hands()
    assert hands.press("z")
    assert hands.press("y")
    assert hands.desk.stops_asked == 0


def test_sr41_three_keys_without_a_meaning_within_two_seconds_stop() -> None:
    hands = Hands()
    for key in ("z", "f5", "tab"):
        assert hands.press(key, 600)
    assert hands.desk.stops_asked == 1


def test_sr41_three_keys_without_a_meaning_over_more_than_two_seconds_do_nothing() -> None:
    hands = Hands()
    for key in ("z", "f5", "tab"):
        assert hands.press(key, UNKNOWN_MS // 2)
    assert hands.desk.stops_asked == 0


@pytest.mark.parametrize("delay_ms", [250, 400, 500, 660])
@pytest.mark.parametrize("period_ms", [25, 33, 50, 92])
def test_sr41_a_held_plus_is_one_press(delay_ms: int, period_ms: int) -> None:
    hands = Hands()
    taken = [hands.press("plus"), hands.press("plus", delay_ms)]
    taken += [hands.press("plus", period_ms) for _ in range(200)]
    assert taken.count(False) == 1


def test_sr41_deliberate_presses_each_count() -> None:
    hands = Hands()
    assert not any(hands.press("plus", AGAIN_MS) for _ in range(5))


def test_going_slower_may_repeat() -> None:
    hands = Hands()
    assert not any(hands.press("minus", 33) for _ in range(20))


@pytest.mark.parametrize("key", sorted(STOP_KEYS - {"space", "s", "q"}))
def test_while_the_belt_stands_enter_and_escape_are_for_the_screen(key: str) -> None:
    hands = Hands(moving=False)
    assert not hands.press(key)
    assert hands.desk.stops_asked == 0


def test_sr07_a_held_enter_never_confirms_a_checklist_unread() -> None:
    hands = Hands(moving=False)
    taken = [hands.press("enter"), hands.press("enter", 500)]
    taken += [hands.press("enter", 33) for _ in range(300)]
    assert taken.count(False) == 1


def test_without_a_run_every_key_is_for_the_screen() -> None:
    hands = Hands()
    hands.guard.desk = None
    assert not any(hands.press(key, 1) for key in "ssssqq zzzz")
