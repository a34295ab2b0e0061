"""What the gate's FTMS session numbers, repeats and keeps to itself, at the edges."""

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms.control_point import WriteError
from firmware_protocols.ftms.envelope import Ready, Write, Written
from firmware_protocols.ftms.host_session import FtmsHostSession
from firmware_protocols.ftms.profiles import Profile
from firmware_protocols.messages import Unfit
from tests.protocols.ftms.test_host_session import (
    FORWARD,
    MAKER,
    MILES,
    MODEL,
    ONE_KMH,
    RANGE,
    STANDING,
    Line,
    connected,
    controlled,
    nobody,
)

CONTROL = b"\x00"
START = b"\x07"
STOP = b"\x08\x01"


def said(line: Line) -> list[bytes]:
    return [write.value for write in line.say()]


def asks_for_control(line: Line) -> Write:
    line.session.request_control()
    (write,) = line.say()
    assert write.value == CONTROL
    return write


# Numbers: twelve bits for the link, twenty for the write on it.


@pytest.mark.parametrize(
    ("links", "number"),
    [
        (1, 0x0010_0001),
        (2, 0x0020_0001),
        (2_048, 0x8000_0001),
        (4_095, 0xFFF0_0001),
        (4_096, 0x0000_0001),
        (4_097, 0x0010_0001),
    ],
)
def test_4096_links_pass_before_a_write_is_numbered_as_an_earlier_one_was(
    links: int, number: int
) -> None:
    line = Line(FtmsHostSession(None, nobody))
    for _ in range(links - 1):
        line.session.restart()
    line.hear(RANGE, Ready(), STANDING)
    control = asks_for_control(line)
    assert control.number == number
    # It is known again when the carrier confirms it: only then is the line free for a start.
    line.answer(control)
    line.session.start()
    assert said(line) == [START]


def test_sr50_after_a_silence_writes_are_numbered_as_on_another_link() -> None:
    line = connected()
    assert asks_for_control(line).number == 0x0010_0001
    line.session.distrust()
    assert asks_for_control(line).number == 0x0020_0002


def test_what_became_of_a_stop_is_not_taken_for_what_becomes_of_the_next_profiles() -> None:
    line = Line(FtmsHostSession(None, lambda maker, model: MILES))
    line.session.stop(True)
    (before,) = line.say()
    line.hear(RANGE, Ready(), ONE_KMH)
    (after,) = line.say()
    assert (before.value, after.value) == (STOP, STOP)
    assert (before.number, after.number) == (0x0010_0001, 0x0020_0001)
    line.hear(Written(before.number, WriteError.WRITE_NOT_PERMITTED))
    assert said(line) == []  # the one that counts still has its window
    line.hear(Written(after.number, WriteError.WRITE_NOT_PERMITTED))
    assert said(line) == [STOP]


# Which stop is the strongest.


def test_sr16_the_strongest_reason_says_a_target_of_zero_once_more_as_a_stop() -> None:
    line = controlled()
    line.hear(ONE_KMH)
    line.session.set_speed(0, FORWARD)
    assert said(line) == [STOP]
    line.session.stop(strongest=True)
    assert said(line) == [STOP]


def test_sr16_how_strong_a_stop_was_is_forgotten_with_its_effect() -> None:
    line = controlled()
    for strongest in (True, False):
        line.hear(ONE_KMH)
        line.session.stop(strongest)
        (stop,) = line.say()
        line.answer(stop)
        if strongest:
            line.hear(STANDING)
    line.session.stop(strongest=True)
    assert said(line) == [STOP]


# What a machine says of itself.


def test_who_made_it_is_no_report_of_what_it_does() -> None:
    assert Line(FtmsHostSession(None, nobody)).hear(MAKER, MODEL) == []


def test_of_two_profiles_without_a_speed_range_it_is_the_two_that_are_told() -> None:
    def match(maker: str, model: str) -> Profile:
        raise LocalProtocolError("two fit")

    line = Line(FtmsHostSession(None, match))
    line.hear(Ready())
    assert line.session.unfit is Unfit.PROFILE_AMBIGUOUS


def test_a_machine_that_turns_out_to_be_another_is_not_stopped_for_it() -> None:
    line = Line(FtmsHostSession(None, lambda maker, model: MILES))
    line.hear(RANGE, Ready(), STANDING)
    assert said(line) == []
    assert asks_for_control(line)


def test_the_gate_is_told_when_the_session_has_something_to_do() -> None:
    line = connected()
    assert line.session.next_deadline_ms() is None
    line.session.request_control()
    assert line.session.next_deadline_ms() == line.now_ms
    line.say()
    assert line.session.next_deadline_ms() == line.now_ms + 2_500
