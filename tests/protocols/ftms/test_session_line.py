"""Answers, write errors and control on a line that does not work (ftms.md 3.3, 3.4, 8)."""

import pytest

from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms import uuids
from firmware_protocols.ftms._flight import BUSY_RETRY_MS, PROCEDURE_MS
from firmware_protocols.ftms.control_point import (
    RequestControl,
    SetTargetSpeed,
    WriteError,
)
from firmware_protocols.ftms.session import Control
from tests.protocols.ftms.conversation import (
    CONTROL,
    INCLINES,
    LATENCY_MS,
    START,
    STOP,
    Conversation,
    speed,
)


@pytest.fixture
def talk() -> Conversation:
    return Conversation()


@pytest.fixture
def walking() -> Conversation:
    talk = Conversation()
    talk.session.receive(talk.now_ms, uuids.INCLINATION_RANGE, INCLINES)
    talk.walk()
    return talk


# Answers that come early, twice, malformed, from elsewhere, or never.


def test_an_answer_may_come_before_the_write_response(walking: Conversation) -> None:
    walking.answers_first = True
    walking.session.set_speed(110)
    walking.tick()
    walking.session.set_speed(120)
    walking.run(1_000)
    assert walking.frames == [speed(110), speed(120)]
    assert walking.gaps_ms == [2 * LATENCY_MS]  # the line is free when both came
    assert not walking.of(ev.Ignored)


def test_a_write_response_that_never_comes_only_delays_what_follows(
    walking: Conversation,
) -> None:
    walking.confirms_writes = False
    walking.session.set_speed(110)
    walking.tick()
    walking.session.set_speed(120)
    walking.run(PROCEDURE_MS + 100)
    assert walking.frames == [speed(110), speed(120)]
    assert walking.gaps_ms == [PROCEDURE_MS]
    assert not walking.of(ev.Unanswered)


def test_a_second_answer_is_for_the_log(walking: Conversation) -> None:
    walking.answers["02"] = ["800201", "800204"]
    walking.session.set_speed(110)
    walking.run(1_000)
    assert walking.of(ev.Accepted) == [ev.Accepted(SetTargetSpeed(110))]
    assert walking.of(ev.Refused) == []
    assert walking.of(ev.Ignored) == [ev.Ignored(0x2AD9, bytes.fromhex("800204"))]


def test_an_answer_to_nothing_is_for_the_log(walking: Conversation) -> None:
    walking.say("800201")
    assert walking.of(ev.Ignored) == [ev.Ignored(0x2AD9, bytes.fromhex("800201"))]


@pytest.mark.parametrize("malformed", ["02", "", "80", "8002", "000201"])
def test_a_malformed_answer_is_none(walking: Conversation, malformed: str) -> None:
    walking.answers["02"] = [malformed, "800201"]
    walking.session.set_speed(110)
    walking.run(1_000)
    assert walking.of(ev.Ignored) == [ev.Ignored(0x2AD9, bytes.fromhex(malformed))]
    assert walking.of(ev.Accepted) == [ev.Accepted(SetTargetSpeed(110))]


def test_an_answer_to_something_else_is_waited_past(walking: Conversation) -> None:
    walking.answers["02"] = ["800301", "800201"]
    walking.session.set_speed(110)
    walking.run(1_000)
    assert walking.of(ev.Accepted) == [ev.Accepted(SetTargetSpeed(110))]


@pytest.mark.parametrize("answers", [[], ["02"]])
def test_sr38_a_procedure_without_an_answer_ends_the_conversation(
    walking: Conversation, answers: list[str]
) -> None:
    walking.answers["02"] = answers
    walking.session.set_speed(110)
    walking.tick()
    walking.session.set_speed(120)
    walking.run(PROCEDURE_MS - 10)
    assert walking.frames == [speed(110)]
    assert not walking.session.wants_reconnect
    walking.run(1_000)
    assert walking.frames == [speed(110), STOP]  # one stop is worth a try
    assert walking.gaps_ms == [PROCEDURE_MS]
    assert walking.of(ev.Unanswered) == [ev.Unanswered(SetTargetSpeed(110))]
    assert walking.of(ev.ControlLost) == [ev.ControlLost(ev.Loss.NO_ANSWER)]
    assert walking.session.unanswered == 1
    walking.session.request_control()
    walking.session.start()
    walking.session.stop()
    walking.run(10_000)
    assert walking.frames == [speed(110), STOP]
    assert walking.of(ev.StopTookEffect)
    assert walking.session.wants_reconnect


def test_a_new_link_is_a_new_conversation(walking: Conversation) -> None:
    walking.answers["02"] = []
    walking.session.set_speed(110)
    walking.run(10_000)
    walking.session.restart()
    walking.forget()
    assert not walking.session.wants_reconnect
    assert walking.session.control is Control.NONE
    assert walking.session.proofs == 0
    walking.answers.clear()
    walking.walk(90)


# Writes that are refused.


def test_a_busy_machine_is_asked_again_once(walking: Conversation) -> None:
    walking.write_errors["02"] = [WriteError.PROCEDURE_IN_PROGRESS]
    walking.session.set_speed(110)
    walking.run(1_000)
    assert walking.frames == [speed(110), speed(110)]
    assert walking.gaps_ms == [LATENCY_MS + BUSY_RETRY_MS]
    assert len(set(walking.numbers)) == 2
    assert walking.of(ev.Accepted) == [ev.Accepted(SetTargetSpeed(110))]


def test_a_busy_machine_is_asked_again_when_it_has_answered_somebody(
    walking: Conversation,
) -> None:
    walking.write_errors["02"] = [WriteError.PROCEDURE_IN_PROGRESS]
    walking.session.set_speed(110)
    walking.run(LATENCY_MS + 20)
    walking.say("800301")
    walking.run(1_000)
    assert walking.gaps_ms == [LATENCY_MS + 20]


@pytest.mark.parametrize("waited_ms", [0, LATENCY_MS, LATENCY_MS + BUSY_RETRY_MS - 20])
@pytest.mark.parametrize("urgent", [False, True])
def test_sr12_a_speed_that_was_refused_is_not_said_again_above_a_lower_one(
    walking: Conversation, urgent: bool, waited_ms: int
) -> None:
    walking.write_errors["02"] = [WriteError.PROCEDURE_IN_PROGRESS]
    walking.session.set_speed(110)
    walking.run(waited_ms + 10)
    walking.session.set_speed(90, urgent=urgent)
    walking.run(1_000)
    assert walking.frames == [speed(110), speed(90)]


def test_sr11_a_speed_that_was_refused_goes_before_a_higher_one(walking: Conversation) -> None:
    walking.write_errors["02"] = [WriteError.PROCEDURE_IN_PROGRESS]
    walking.session.set_speed(110)
    walking.run(LATENCY_MS + 20)
    walking.session.set_speed(120)
    walking.run(1_000)
    assert walking.frames == [speed(110), speed(110), speed(120)]


def test_a_machine_that_stays_busy_is_not_asked_a_third_time(walking: Conversation) -> None:
    walking.write_errors["02"] = [WriteError.PROCEDURE_IN_PROGRESS] * 2
    walking.session.set_speed(110)
    walking.run(1_000)
    assert walking.frames == [speed(110)] * 2
    assert walking.of(ev.WriteFailed) == [ev.WriteFailed(SetTargetSpeed(110), 0xFE)]
    walking.session.set_speed(120)
    walking.run(1_000)
    assert walking.frames[2:] == [speed(120)]


@pytest.mark.parametrize(
    "error",
    [
        WriteError.NOT_SUBSCRIBED,
        WriteError.INSUFFICIENT_AUTHENTICATION,
        WriteError.INSUFFICIENT_ENCRYPTION,
        WriteError.INSUFFICIENT_KEY_SIZE,
    ],
)
def test_what_the_link_has_cured_is_said_again_at_once(talk: Conversation, error: int) -> None:
    talk.write_errors[CONTROL] = [error]
    talk.session.request_control()
    talk.run(1_000)
    assert talk.frames == [CONTROL, CONTROL]
    assert talk.gaps_ms == [LATENCY_MS]
    assert talk.of(ev.ControlGranted)


def test_what_the_link_could_not_cure_is_given_up(talk: Conversation) -> None:
    talk.write_errors[CONTROL] = [WriteError.NOT_SUBSCRIBED] * 2
    talk.session.request_control()
    talk.run(100)
    assert talk.of(ev.WriteFailed) == [ev.WriteFailed(RequestControl(), 0xFD)]


@pytest.mark.parametrize("error", [WriteError.WRITE_NOT_PERMITTED, 0x06, 0x80])
def test_another_refusal_is_final(walking: Conversation, error: int) -> None:
    walking.write_errors["02"] = [error]
    walking.session.set_speed(110)
    walking.run(1_000)
    assert walking.frames == [speed(110)]
    assert walking.of(ev.WriteFailed) == [ev.WriteFailed(SetTargetSpeed(110), error)]


def test_a_start_whose_write_failed_takes_its_speed_with_it(talk: Conversation) -> None:
    talk.take_control()
    talk.write_errors[START] = [WriteError.WRITE_NOT_PERMITTED]
    talk.session.start()
    talk.session.set_speed(100)
    talk.run(100)
    talk.speed_ckmh, talk.running, talk.goal_ckmh = 50, True, 50
    talk.run(3_000)
    assert talk.frames == [START]


def test_a_write_that_failed_after_its_answer_has_succeeded(walking: Conversation) -> None:
    walking.confirms_writes = False
    walking.session.set_speed(110)
    walking.run(100)
    walking.session.write_done(walking.now_ms, walking.numbers[-1], WriteError.WRITE_NOT_PERMITTED)
    walking.session.set_speed(120)
    walking.run(100)
    assert walking.frames == [speed(110), speed(120)]
    assert not walking.of(ev.WriteFailed)


def test_news_of_a_write_that_was_overtaken_is_no_news(walking: Conversation) -> None:
    walking.session.set_speed(110)
    walking.run(1_000)
    walking.session.write_done(walking.now_ms, walking.numbers[0], WriteError.NOT_SUBSCRIBED)
    walking.session.write_done(walking.now_ms, 999, 0)
    walking.run(1_000)
    assert walking.frames == [speed(110)]


# Control that is lost.


def test_sr38_not_permitted_is_control_lost_and_what_waited_is_gone(
    walking: Conversation,
) -> None:
    walking.has_control = False
    walking.session.set_speed(110)
    walking.tick()
    walking.session.set_speed(120)
    walking.run(5_000)
    assert walking.frames == [speed(110)]
    assert walking.of(ev.Refused) == [ev.Refused(SetTargetSpeed(110), 5)]
    assert walking.of(ev.ControlLost) == [ev.ControlLost(ev.Loss.NOT_PERMITTED)]
    assert walking.session.control is Control.LOST


@pytest.mark.parametrize(("status", "how"), [("ff", ev.Loss.REVOKED), ("01", ev.Loss.RESET)])
def test_sr38_the_machine_may_take_control_away(
    walking: Conversation, status: str, how: ev.Loss
) -> None:
    walking.session.set_speed(110)
    walking.status(status)
    walking.status(status)
    walking.run(5_000)
    assert walking.frames == []
    assert walking.of(ev.ControlLost) == [ev.ControlLost(how)]


def test_sr38_a_person_may_ask_for_control_again(walking: Conversation) -> None:
    walking.status("ff")
    walking.run(1_000)
    walking.session.request_control()
    walking.run(1_000)
    assert walking.frames == [CONTROL]
    assert walking.session.control is Control.HELD
    walking.session.set_speed(110)
    walking.run(1_000)
    assert walking.frames == [CONTROL]  # and still there is no speed without a start


@pytest.mark.parametrize("status", ["ff", "01", "0201", "03"])
def test_sr36_what_was_to_be_written_once_more_is_gone_too(
    walking: Conversation, status: str
) -> None:
    walking.write_errors["02"] = [WriteError.PROCEDURE_IN_PROGRESS]
    walking.session.set_speed(110)
    walking.run(LATENCY_MS + 20)
    walking.status(status)
    walking.run(3_000)
    assert walking.frames == [speed(110)]


@pytest.mark.parametrize("error", [WriteError.PROCEDURE_IN_PROGRESS, WriteError.NOT_SUBSCRIBED])
def test_sr38_what_is_refused_after_control_was_lost_is_not_written_again(
    talk: Conversation, error: int
) -> None:
    talk.write_errors[CONTROL] = [error]
    talk.session.request_control()
    talk.tick()
    talk.status("ff")
    talk.run(3_000)
    assert talk.frames == [CONTROL]
    assert talk.of(ev.WriteFailed) == [ev.WriteFailed(RequestControl(), error)]


def test_a_request_for_control_is_written_once_more_whatever_the_user_does(
    talk: Conversation,
) -> None:
    talk.write_errors[CONTROL] = [WriteError.PROCEDURE_IN_PROGRESS]
    talk.session.request_control()
    talk.run(LATENCY_MS + 20)
    talk.status("0201")
    talk.run(3_000)
    assert talk.frames == [CONTROL, CONTROL]
    assert talk.session.control is Control.HELD


@pytest.mark.parametrize("busy", [False, True])
def test_sr38_control_that_is_lost_while_it_is_asked_for_is_not_asked_for_again(
    talk: Conversation, busy: bool
) -> None:
    if busy:
        talk.write_errors[CONTROL] = [WriteError.PROCEDURE_IN_PROGRESS]
    talk.session.request_control()
    talk.run(LATENCY_MS + 10 if busy else LATENCY_MS)
    talk.status("ff")
    talk.run(3_000)
    assert talk.frames == [CONTROL]
    assert not talk.of(ev.ControlGranted)
    assert talk.session.control is Control.LOST
