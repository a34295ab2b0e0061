"""How old a modem state is: as old as the question it answers (serial.md 13.2)."""

import pytest

from treadctl.drivers.modem_state import MAX_UNANSWERED, ModemState

CLOSED, OPEN = 0xB0, 0x90
"""DSR on and off; CTS and DCD on. Captured bytes of serial.md 13.4 without their delta."""
OPENED, RECLOSED = 0x92, 0xB2


def closed_at(now_ms: int) -> ModemState:
    state = ModemState()
    state.asked(now_ms)
    state.notified(CLOSED)
    state.read("dsr")
    return state


def test_nothing_is_known_before_the_first_answer() -> None:
    state = ModemState()
    assert state.read("dsr") is None
    state.notified(CLOSED)  # said without being asked: how old is it?
    assert state.read("dsr") is None


def test_an_answer_is_as_old_as_its_question() -> None:
    assert closed_at(1_000).read("dsr") == (True, 1_000)


def test_a_state_that_is_pushed_again_and_again_does_not_get_younger() -> None:
    state = closed_at(1_000)
    for _ in range(10):
        state.notified(CLOSED)
    assert state.read("dsr") == (True, 1_000)


def test_an_opening_edge_counts_at_once() -> None:
    state = closed_at(1_000)
    state.notified(OPENED)
    assert state.read("dsr") == (False, 1_000)


def test_a_closing_edge_proves_nothing_about_now() -> None:
    state = closed_at(1_000)
    state.notified(OPENED)
    state.read("dsr")
    state.asked(1_050)
    state.notified(RECLOSED)
    assert state.read("dsr") == (True, 1_000)


def test_an_edge_that_crossed_a_question_does_not_answer_it() -> None:
    state = closed_at(1_000)
    state.asked(1_050)
    state.notified(RECLOSED)
    state.notified(CLOSED)  # the answer to 1050, but it cannot be known that it is
    assert state.read("dsr") == (True, 1_000)
    state.asked(1_100)
    state.notified(CLOSED)
    assert state.read("dsr") == (True, 1_100)


def test_a_server_that_thaws_answers_old_questions_with_old_times() -> None:
    state = closed_at(1_000)
    for asked_ms in range(1_050, 2_050, 50):
        state.asked(asked_ms)
    state.notified(CLOSED)
    assert state.read("dsr") == (True, 1_050)
    state.notified(CLOSED)
    assert state.read("dsr") == (True, 1_100)


def test_an_opening_nobody_has_seen_is_reported_once_although_it_closed_again() -> None:
    state = closed_at(1_000)
    state.notified(OPENED)
    state.notified(RECLOSED)
    state.asked(1_050)
    state.notified(CLOSED)
    assert state.read("dsr") == (False, 1_050)
    assert state.read("dsr") == (True, 1_050)


def test_a_frozen_server_is_not_asked_for_ever() -> None:
    state = ModemState()
    for number in range(MAX_UNANSWERED):
        assert state.may_ask
        state.asked(number)
    assert not state.may_ask
    state.notified(CLOSED)
    assert state.may_ask


@pytest.mark.parametrize(
    ("line", "bit"), [("cd", 0x80), ("ri", 0x40), ("dsr", 0x20), ("cts", 0x10)]
)
def test_each_line_has_its_bit(line: str, bit: int) -> None:
    for value in range(0, 0x100, 0x10):
        state = ModemState()
        state.asked(5)
        state.notified(value)
        state.read(line)
        assert state.read(line) == (bool(value & bit), 5)
