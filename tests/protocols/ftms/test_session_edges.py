"""An FTMS session to the millisecond: when it has something to say, and what that takes away."""

from collections.abc import Callable
from typing import Any

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms import uuids
from firmware_protocols.ftms.control_point import SetTargetSpeed
from firmware_protocols.ftms.session import FtmsSession
from tests.protocols.ftms.conversation import CONTROL, INCLINES, PAUSE, STOP, Conversation, speed

CUT = bytes.fromhex("000010")
"""A record that ends within its speed."""


@pytest.fixture
def walking() -> Conversation:
    talk = Conversation()
    talk.walk()
    return talk


def said(session: FtmsSession, now_ms: int) -> list[str]:
    return [write.value.hex() for write in session.data_to_send(now_ms)]


# When there is something to say.


def test_a_session_that_was_told_nothing_knows_nothing_and_has_nothing_to_say() -> None:
    session = FtmsSession()
    assert said(session, 0) == []
    assert session.next_deadline_ms() is None
    assert session.features is None


def test_sr18_a_stop_before_anything_was_heard_is_due_from_the_beginning_of_time() -> None:
    session = FtmsSession()
    session.stop()
    assert session.next_deadline_ms() == 0
    assert said(session, 0) == [STOP]


def test_nothing_leaves_before_the_deadline_that_was_told() -> None:
    session = FtmsSession()
    session.receive(1_000, uuids.TREADMILL_DATA, bytes.fromhex("00000000"))
    session.request_control()
    assert session.next_deadline_ms() == 1_000
    assert said(session, 999) == []
    assert said(session, 1_000) == [CONTROL]


def test_sr18_a_stop_is_due_when_the_session_was_last_asked_what_to_send() -> None:
    session = FtmsSession()
    session.receive(1_000, uuids.TREADMILL_DATA, bytes.fromhex("00000000"))
    session.request_control()
    assert said(session, 2_000) == [CONTROL]
    session.stop()
    assert session.next_deadline_ms() == 2_000


def test_sr18_a_pause_leaves_with_the_next_write(walking: Conversation) -> None:
    walking.session.pause()
    assert said(walking.session, walking.now_ms) == [PAUSE]


def test_what_waits_for_a_write_is_due_when_the_write_is_confirmed(walking: Conversation) -> None:
    walking.confirms_writes = False
    walking.session.set_speed(110)
    walking.tick()
    walking.say("800201")
    walking.session.set_speed(120)
    confirmed_ms = walking.now_ms + 40
    walking.session.write_done(confirmed_ms, walking.numbers[-1])
    assert walking.session.next_deadline_ms() == confirmed_ms
    assert said(walking.session, confirmed_ms) == [speed(120)]


def test_a_write_of_which_no_error_is_told_was_confirmed(walking: Conversation) -> None:
    walking.answers["02"] = []
    walking.confirms_writes = False
    walking.session.set_speed(110)
    walking.tick()
    walking.session.write_done(walking.now_ms, walking.numbers[-1])
    assert walking.session.take_events() == []
    walking.say("800201")
    assert walking.of(ev.Accepted) == [ev.Accepted(SetTargetSpeed(110))]


# What is asked for, and what takes it away.


def test_a_request_for_control_is_no_start() -> None:
    talk = Conversation()
    talk.session.request_control()
    assert said(talk.session, talk.now_ms) == [CONTROL]
    assert not talk.session.starting


@pytest.mark.parametrize("again", [FtmsSession.stop, FtmsSession.pause])
def test_sr36_a_stop_that_is_said_again_takes_away_a_start_that_was_asked_for_meanwhile(
    walking: Conversation, again: Callable[[FtmsSession], None]
) -> None:
    walking.session.stop()
    walking.tick()
    walking.session.start()
    again(walking.session)
    walking.run(5_000)
    assert walking.frames == [STOP]
    assert walking.of(ev.StopTookEffect)


@pytest.mark.parametrize("bad", [False, 10.0])
def test_sr15_an_incline_that_is_no_whole_number_is_refused_when_it_is_asked_for(
    walking: Conversation, bad: Any
) -> None:
    walking.session.receive(walking.now_ms, uuids.INCLINATION_RANGE, INCLINES)
    with pytest.raises(LocalProtocolError):
        walking.session.set_incline(bad)


def test_a_link_is_not_given_up_while_a_stop_is_being_said_on_it(walking: Conversation) -> None:
    walking.answers["02"] = []
    walking.session.set_speed(110)
    walking.run(2_510)
    assert walking.frames == [speed(110), STOP]
    assert (walking.session.stopping, walking.session.wants_reconnect) == (True, False)
    walking.run(3_000)
    assert (walking.session.stopping, walking.session.wants_reconnect) == (False, True)


def test_sr24_a_record_without_its_speed_says_nothing_of_a_stop(walking: Conversation) -> None:
    walking.session.stop()
    walking.tick()
    walking.session.receive(walking.now_ms, uuids.TREADMILL_DATA, CUT)
    (measured,) = walking.session.take_events()
    assert isinstance(measured, ev.Measured)
    assert measured.speed_ckmh is None
    assert walking.session.stopping
