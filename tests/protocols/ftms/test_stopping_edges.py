"""The way to a standing belt, word by word and to the millisecond (SR-35)."""

import pytest

from firmware_protocols.ftms._stopping import LAST_WORDS, STOP_WORDS, Stopping, Word

BEGAN_MS = 10_000
WINDOW_MS = 1_500
WINDOW_OVER_MS = BEGAN_MS + WINDOW_MS
"""Of a word that left at once."""
WALKING_CKMH = 300


def begun(words: tuple[Word, ...] = STOP_WORDS, *, may_fall_silent: bool = False) -> Stopping:
    return Stopping(
        BEGAN_MS,
        words,
        reference_ckmh=WALKING_CKMH,
        window_ms=WINDOW_MS,
        may_fall_silent=may_fall_silent,
    )


def said(words: tuple[Word, ...] = STOP_WORDS, *, may_fall_silent: bool = False) -> Stopping:
    stopping = begun(words, may_fall_silent=may_fall_silent)
    stopping.leave(BEGAN_MS)
    return stopping


@pytest.mark.parametrize(("fallen_ckmh", "slows"), [(29, False), (30, True), (31, True)])
def test_sr35_a_belt_slows_that_fell_by_three_tenths_within_the_window(
    fallen_ckmh: int, slows: bool
) -> None:
    stopping = said()
    assert stopping.measured(BEGAN_MS + 1_000, WALKING_CKMH - fallen_ckmh) is False
    assert stopping.due_ms == WINDOW_OVER_MS + (1_000 if slows else 0)


@pytest.mark.parametrize(("now_ms", "has_failed"), [(WINDOW_OVER_MS - 1, False), (11_500, True)])
def test_sr35_the_last_word_has_failed_when_its_window_is_over_and_not_before(
    now_ms: int, has_failed: bool
) -> None:
    assert said(LAST_WORDS).has_failed(now_ms) is has_failed


def test_q6_a_stop_that_was_not_said_yet_does_not_end_in_silence() -> None:
    stopping = begun(may_fall_silent=True)
    stopping.accepted(BEGAN_MS)  # which was the answer to the stop before it
    assert stopping.has_failed(WINDOW_OVER_MS) is False


@pytest.mark.parametrize(("silent_ms", "ended"), [(1_499, False), (1_500, True)])
def test_q6_silence_that_lasts_for_the_window_ends_a_stop_that_was_accepted(
    silent_ms: int, ended: bool
) -> None:
    stopping = said(may_fall_silent=True)
    stopping.accepted(BEGAN_MS)
    assert stopping.measured(BEGAN_MS + 100, WALKING_CKMH) is False
    assert stopping.ends_in_silence(BEGAN_MS + 100 + silent_ms) is ended


def test_sr24_a_zero_before_the_first_word_is_no_effect_of_it() -> None:
    assert begun().measured(BEGAN_MS, 0) is False
    assert said().measured(BEGAN_MS, 0) is True


def test_sr37_control_is_claimed_at_once_and_the_stop_behind_it_is_next() -> None:
    stopping = said()
    asked_ms = BEGAN_MS + 100
    assert stopping.word(asked_ms) is None
    stopping.claim(asked_ms)
    assert stopping.word(asked_ms) is Word.CLAIM
    stopping.leave(asked_ms)
    stopping.accepted(asked_ms)
    assert stopping.word(asked_ms) is Word.STOP
