"""The line discipline to the millisecond: what leaves when, and what does not (safety.md 4.8.5)."""

from typing import Final

import pytest

from firmware_protocols.registry import PROTOCOLS, HostSession
from tests.protocols.connection import (
    FORWARD,
    ONE_MPH,
    SECOND_STOP_FRAME,
    SERIAL,
    TWO_MPH,
    ZERO,
)

REPLIES: Final = {
    "A0": "B0",
    "A2": "B2",
    "A3": "B3",
    "A4": "B4",
    "AA": "BA",
    "C0": "D0 31",
    "C1": "D1 30 30 30 30",
}
"""What a machine whose belt stands says to each command (serial.md 1A and 2)."""
LEVEL: Final = "A4 30 30 30 30"
ONE_MPH_CKMH: Final = 161
TWO_MPH_CKMH: Final = 322


class Line:
    """A session that is asked at exact times, and a machine that answers when it is told to."""

    def __init__(self, protocol: str, *, proved: bool) -> None:
        session = PROTOCOLS[protocol].open_session()
        assert isinstance(session, HostSession)
        self.session: Final = session
        self._last = ""
        if proved:
            session.proved = True

    def sends(self, at_ms: int) -> str:
        """Return the frame that leaves, or nothing."""
        frames = self.session.data_to_send(at_ms)
        said = " ".join(frame.hex(" ").upper() for frame in frames)
        self._last = said or self._last
        return said

    def answered(self, at_ms: int) -> None:
        """Let the reply to the last frame arrive."""
        self.session.receive(at_ms, bytes.fromhex(REPLIES[self._last[:2]]))

    def exchange(self, at_ms: int) -> str:
        """Return the frame that leaves, which is answered in no time."""
        said = self.sends(at_ms)
        if said:
            self.answered(at_ms)
        return said

    def set_speed(self, speed_ckmh: int, *, urgent: bool = False) -> None:
        self.session.set_speed(speed_ckmh, FORWARD, urgent=urgent)


def idle(protocol: str) -> Line:
    """At 0 ms both polls were answered: the speed is due at 100 ms and the drive at 200 ms."""
    line = Line(protocol, proved=True)
    assert [line.exchange(0) for _ in range(3)] == ["C1", "C0", ""]
    return line


@pytest.fixture(params=SERIAL)
def line(request: pytest.FixtureRequest) -> Line:
    return idle(request.param)


@pytest.fixture(params=SERIAL)
def stranger(request: pytest.FixtureRequest) -> Line:
    """A machine that has not been proved yet, and of which nothing was asked."""
    return Line(request.param, proved=False)


def second_stop_frame(line: Line) -> str:
    return SECOND_STOP_FRAME[line.session.capabilities.name]


# Connecting.


@pytest.mark.parametrize(("proved", "first"), [(False, "C0"), (True, "C1")])
def test_a_new_session_has_a_question_from_the_first_millisecond(
    stranger: Line, proved: bool, first: str
) -> None:
    assert stranger.session.next_deadline_ms() == 0
    stranger.session.proved = proved
    assert stranger.session.next_deadline_ms() == 0
    assert stranger.sends(0) == first


def test_a_machine_is_looked_at_as_soon_as_it_is_proved(stranger: Line) -> None:
    assert stranger.exchange(0) == "C0"
    stranger.session.proved = True
    assert stranger.sends(10) == "C1"


def test_sr06_the_ack_of_a_stop_proves_nothing(stranger: Line) -> None:
    stranger.session.stop(False)
    assert stranger.exchange(0) == "AA"
    assert stranger.session.proofs == 0
    assert stranger.exchange(0) == "C0"
    assert stranger.session.proofs == 1


@pytest.mark.parametrize("urgent", [False, True])
def test_sr06_a_speed_that_may_not_leave_wakes_nobody(stranger: Line, urgent: bool) -> None:
    assert stranger.exchange(0) == "C0"
    stranger.set_speed(ONE_MPH_CKMH, urgent=urgent)
    assert stranger.session.next_deadline_ms() == 100
    assert stranger.sends(100) == "C0"


def test_a_silence_takes_no_proof_from_a_machine_that_is_proved(line: Line) -> None:
    assert line.sends(100) == "C1"
    assert line.sends(300) == "C1"
    assert (line.session.unanswered, line.session.proofs) == (1, 1)


def test_sr50_a_machine_that_is_distrusted_is_asked_no_later_than_a_new_one(line: Line) -> None:
    assert line.exchange(100) == "C1"
    new = Line(line.session.capabilities.name, proved=False)
    line.session.distrust()
    due_ms, new_due_ms = line.session.next_deadline_ms(), new.session.next_deadline_ms()
    assert due_ms is not None
    assert new_due_ms is not None
    assert due_ms <= new_due_ms


def test_sr20_a_stop_said_anew_after_a_restart_waits_for_no_ack_of_before(line: Line) -> None:
    line.session.stop(False)
    assert line.sends(10) == "AA"
    line.session.restart()
    assert line.sends(20) == "AA"


def test_an_urgent_speed_of_before_a_restart_delays_none_after_it(line: Line) -> None:
    line.set_speed(TWO_MPH_CKMH, urgent=True)
    assert line.sends(10) == TWO_MPH
    line.session.restart()
    line.session.proved = True
    line.set_speed(ONE_MPH_CKMH, urgent=True)
    assert line.sends(20) == ONE_MPH


def test_an_urgent_speed_may_be_the_first_word_of_a_session(stranger: Line) -> None:
    stranger.session.proved = True
    stranger.set_speed(ONE_MPH_CKMH, urgent=True)
    assert stranger.sends(0) == ONE_MPH


@pytest.mark.parametrize("protocol", SERIAL)
def test_what_a_cable_has_nothing_to_say_about_stands_in_nobodys_way(protocol: str) -> None:
    session = Line(protocol, proved=False).session
    assert session.speeds_known is True
    assert session.answers is True
    assert session.in_control is True
    assert session.wants_new_link is False
    assert session.profile == ""
    assert session.unfit is None


# Polls.


def test_sr36_the_drive_is_asked_for_200_ms_after_it_was_the_last_time(line: Line) -> None:
    assert line.exchange(100) == "C1"
    assert line.sends(199) == ""
    assert [line.exchange(200) for _ in range(3)] == ["C1", "C0", ""]


def test_a_question_without_an_answer_is_asked_once_more_and_not_twice(line: Line) -> None:
    assert line.sends(100) == "C1"
    assert [line.exchange(300) for _ in range(3)] == ["C1", "C0", ""]


def test_a_speed_does_not_wait_for_a_second_question_without_an_answer(line: Line) -> None:
    assert line.sends(100) == "C1"
    line.set_speed(ONE_MPH_CKMH)
    assert line.sends(300) == ONE_MPH


@pytest.mark.parametrize("urgent", [False, True])
@pytest.mark.parametrize(("at_ms", "said"), [(99, TWO_MPH), (100, "C1")])
def test_of_two_speeds_in_a_row_the_second_lets_a_poll_go_first_once_that_is_due(
    line: Line, at_ms: int, said: str, urgent: bool
) -> None:
    line.set_speed(ONE_MPH_CKMH, urgent=urgent)
    assert line.sends(90) == ONE_MPH
    line.answered(at_ms)
    line.set_speed(TWO_MPH_CKMH, urgent=urgent)
    assert line.sends(at_ms) == said


def test_sr19_after_an_urgent_speed_a_due_poll_goes_before_an_ordinary_one(line: Line) -> None:
    line.set_speed(ONE_MPH_CKMH, urgent=True)
    assert line.sends(90) == ONE_MPH
    line.answered(100)
    line.set_speed(TWO_MPH_CKMH)
    assert [line.exchange(100) for _ in range(2)] == ["C1", TWO_MPH]


def test_an_urgent_speed_waits_for_no_poll_however_late(line: Line) -> None:
    line.set_speed(ONE_MPH_CKMH, urgent=True)
    assert line.sends(400) == ONE_MPH


# Commands.


def test_what_is_wanted_on_a_free_line_leaves_at_once(line: Line) -> None:
    line.session.set_incline(0)
    assert line.exchange(10) == LEVEL
    line.session.start()
    first_step = {"woodway-us": ZERO, "trackmaster": "A2"}
    assert line.sends(20) == first_step[line.session.capabilities.name]


def test_what_waits_for_the_line_is_due_when_the_reply_comes(line: Line) -> None:
    line.set_speed(ONE_MPH_CKMH)
    line.session.set_incline(0)
    assert line.sends(10) == ONE_MPH
    line.answered(30)
    assert line.session.next_deadline_ms() == 30
    assert line.sends(30) == LEVEL


@pytest.mark.parametrize("protocol", SERIAL)
def test_a_call_too_early_leaves_no_trace(protocol: str) -> None:
    bothered, left_alone = idle(protocol), idle(protocol)
    assert bothered.sends(50) == ""
    for line in (bothered, left_alone):
        line.session.stop(False)
    assert bothered.session.next_deadline_ms() == left_alone.session.next_deadline_ms()


def test_a_reading_of_nothing_moves_no_deadline(line: Line) -> None:
    line.set_speed(ONE_MPH_CKMH)
    due_ms = line.session.next_deadline_ms()
    assert line.session.receive(60, b"") == []
    assert line.session.next_deadline_ms() == due_ms


def test_sr08_the_start_of_a_woodway_asks_for_the_drive_itself() -> None:
    # The reply to a poll that happens to be due meanwhile is no step of the start.
    line = Line("woodway-us", proved=True)
    assert line.exchange(0) == "C1"
    line.session.start()
    assert [line.exchange(0) for _ in range(4)] == [ZERO, "C0", "C0", "A0"]


# Stops.


def test_sr18_the_second_frame_of_a_stop_waits_50_ms_for_the_first_ones_ack(line: Line) -> None:
    line.session.stop(True)
    assert [line.sends(at_ms) for at_ms in (10, 59, 60)] == ["AA", "", second_stop_frame(line)]


def test_sr18_the_time_out_of_what_a_stop_overtook_does_not_hurry_its_second_frame(
    line: Line,
) -> None:
    # Back to back the second frame would erase the first from the machine's buffer.
    line.set_speed(ONE_MPH_CKMH)
    assert line.sends(10) == ONE_MPH
    line.session.stop(True)
    assert line.sends(180) == "AA"
    assert line.sends(210) == ""
    assert line.session.unanswered == 1
    assert line.sends(230) == second_stop_frame(line)


def test_nor_does_it_hurry_an_urgent_speed_behind_another(line: Line) -> None:
    line.set_speed(ONE_MPH_CKMH)
    assert line.sends(10) == ONE_MPH
    line.set_speed(TWO_MPH_CKMH, urgent=True)
    assert line.sends(180) == TWO_MPH
    line.set_speed(ONE_MPH_CKMH, urgent=True)
    assert line.sends(210) == ""
    assert line.session.unanswered == 1
    assert line.sends(230) == "C1"  # it is overdue by then
    assert line.sends(280) == ONE_MPH


def test_sr18_no_poll_comes_between_the_frames_of_a_stop_said_once(line: Line) -> None:
    line.session.stop(True)
    assert [line.sends(at_ms) for at_ms in (400, 450)] == ["AA", second_stop_frame(line)]


def test_sr35_a_stop_said_again_lets_a_poll_in_that_is_50_ms_late(line: Line) -> None:
    # 50 ms late, and 50 ms apart from the stop: every 200 ms there is a reading.
    line.session.stop(False)
    assert line.sends(49) == "AA"
    line.session.stop(False)
    assert [line.sends(at_ms) for at_ms in (99, 149, 150)] == ["AA", "", "C1"]


def test_sr35_a_stop_answered_late_is_not_said_any_more(line: Line) -> None:
    line.session.stop(True)
    assert [line.sends(at_ms) for at_ms in (10, 60)] == ["AA", second_stop_frame(line)]
    assert line.exchange(260) == "AA"
    said = [line.exchange(at_ms) for at_ms in range(260, 1_000, 10)]
    assert [frame for frame in said if frame not in ("", "C0", "C1")] == [second_stop_frame(line)]


def test_after_a_stop_without_an_answer_a_poll_goes_before_the_next_speed(line: Line) -> None:
    # Whatever arrives before the poll's own reply is old, and settles nothing.
    line.session.stop(False)
    assert line.sends(10) == "AA"
    assert line.sends(210) == "AA"
    line.set_speed(ONE_MPH_CKMH)
    line.answered(220)
    assert line.sends(220) == "C1"
