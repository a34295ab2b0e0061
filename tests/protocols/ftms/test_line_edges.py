"""What a line keeps and what it drops, when two things happen at once (ftms.md 3.3, 3.4)."""

import pytest

from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms import uuids
from firmware_protocols.ftms._flight import BUSY_RETRY_MS, PROCEDURE_MS, Purpose
from firmware_protocols.ftms._hearing import Hearing
from firmware_protocols.ftms._line import Line
from firmware_protocols.ftms._stopping import STOP_WORDS
from firmware_protocols.ftms.control_point import (
    SetTargetInclination,
    SetTargetSpeed,
    StopOrPause,
    WriteError,
)
from firmware_protocols.ftms.quirks import Quirks
from tests.protocols.ftms.conversation import (
    CONTROL,
    INCLINES,
    LATENCY_MS,
    START,
    STOP,
    TICK_MS,
    Conversation,
    speed,
)

BUSY = WriteError.PROCEDURE_IN_PROGRESS
WINDOW_MS = 1_500
UPHILL = "031400"
FAILED = "800804"
"""The machine could not do as the stop said."""


def with_control(quirks: Quirks | None = None) -> Conversation:
    talk = Conversation(quirks or Quirks())
    talk.session.receive(talk.now_ms, uuids.INCLINATION_RANGE, INCLINES)
    talk.take_control()
    return talk


@pytest.fixture
def talk() -> Conversation:
    return with_control()


@pytest.fixture
def walking() -> Conversation:
    talk = Conversation()
    talk.session.receive(talk.now_ms, uuids.INCLINATION_RANGE, INCLINES)
    talk.walk()
    return talk


def started(quirks: Quirks) -> Conversation:
    """Just after the machine accepted a start, its belt not seen to move yet."""
    talk = with_control(quirks)
    talk.sends_data = False
    talk.session.start()
    talk.run(LATENCY_MS + TICK_MS)
    assert talk.of(ev.Accepted)
    talk.forget()
    return talk


def test_writes_are_numbered_one_after_the_other() -> None:
    talk = Conversation()
    talk.session.request_control()
    talk.run(1_000)
    talk.session.start()
    talk.session.stop()
    talk.run(100)
    assert talk.numbers == [1, 2]


def test_control_is_granted_and_no_procedure_accepted() -> None:
    talk = Conversation()
    talk.session.request_control()
    talk.run(1_000)
    assert talk.of(ev.ControlGranted)
    assert talk.of(ev.Accepted) == []


# What is wanted, and is not any more.


def test_sr38_a_start_that_waits_is_gone_with_its_link(talk: Conversation) -> None:
    talk.session.start()
    talk.session.restart()
    assert not talk.session.starting


def test_sr38_a_start_that_waits_is_gone_with_control(talk: Conversation) -> None:
    talk.session.start()
    talk.status("ff")
    assert not talk.session.starting


def test_sr18_a_stop_by_itself_takes_away_what_waits() -> None:
    quirks = Quirks()
    line = Line(quirks, Hearing(quirks), [])
    line.wishes.start = True
    line.stop(0, STOP_WORDS)
    assert not line.wishes.start


def test_sr36_what_left_is_ours_from_the_moment_it_left() -> None:
    quirks = Quirks()
    hearing = Hearing(quirks)
    line = Line(quirks, hearing, [])
    line.say(5_000, (StopOrPause(), Purpose.STOP))
    assert hearing.echoes.is_our_stop(8_000)


def test_sr18_nothing_follows_a_stop_before_its_effect(walking: Conversation) -> None:
    walking.obeys = False
    walking.session.stop()
    walking.tick()
    walking.session.set_incline(20)
    walking.run(1_000)
    assert walking.frames == [STOP]


def test_sr38_a_start_accepted_after_control_was_lost_lets_no_speed_leave(
    talk: Conversation,
) -> None:
    talk.session.start()
    talk.tick()
    talk.status("ff")
    talk.run(200)
    assert talk.of(ev.Accepted)
    talk.session.set_speed(90, urgent=True)
    talk.run(1_000)
    assert talk.frames == [START]


# Writes that were refused, and are said again.


def again(talk: Conversation) -> None:
    talk.session.stop()


def slower(talk: Conversation) -> None:
    talk.session.set_speed(90, urgent=True)


def lost(talk: Conversation) -> None:
    talk.status("ff")


@pytest.mark.parametrize("meanwhile", [again, slower, lost])
def test_sr18_a_stop_that_was_refused_is_said_again_whatever_happens_meanwhile(
    walking: Conversation, meanwhile: object
) -> None:
    assert callable(meanwhile)
    walking.write_errors["08"] = [BUSY]
    walking.session.stop()
    walking.run(LATENCY_MS + TICK_MS)
    meanwhile(walking)
    walking.run(1_000)
    assert walking.frames == [STOP, STOP]
    assert walking.gaps_ms == [LATENCY_MS + BUSY_RETRY_MS]


def stopped_by_the_user(talk: Conversation) -> None:
    talk.status("0201")


@pytest.mark.parametrize("meanwhile", [stopped_by_the_user, slower])
def test_a_request_for_control_that_was_refused_keeps_its_time(meanwhile: object) -> None:
    assert callable(meanwhile)
    talk = Conversation()
    talk.write_errors[CONTROL] = [BUSY]
    talk.session.request_control()
    talk.run(LATENCY_MS + TICK_MS)
    meanwhile(talk)
    talk.run(1_000)
    assert talk.frames == [CONTROL, CONTROL]
    assert talk.gaps_ms == [LATENCY_MS + BUSY_RETRY_MS]


def test_sr12_a_refused_speed_is_said_again_before_an_equal_one(walking: Conversation) -> None:
    walking.write_errors["02"] = [BUSY]
    walking.session.set_speed(110)
    walking.run(LATENCY_MS + TICK_MS)
    walking.session.set_speed(110)
    walking.run(1_000)
    assert walking.frames == [speed(110)] * 3


def test_what_was_said_again_is_over_when_it_was_confirmed_too(walking: Conversation) -> None:
    walking.write_errors["02"] = [BUSY]
    walking.session.set_speed(110)
    walking.run(LATENCY_MS + BUSY_RETRY_MS + TICK_MS)
    walking.answers_first = True
    walking.forget()
    walking.session.set_speed(120)
    walking.run(1_000)
    assert walking.frames == [speed(120)]
    walking.forget()
    walking.write_errors["02"] = [BUSY]
    walking.session.set_speed(110)
    walking.tick()
    walking.session.set_speed(130)
    walking.run(1_000)
    assert walking.frames == [speed(110), speed(110), speed(130)]
    assert walking.gaps_ms == [LATENCY_MS + BUSY_RETRY_MS, 2 * LATENCY_MS]


def test_a_write_that_is_to_be_said_again_is_not_given_up_before(walking: Conversation) -> None:
    walking.answers["02"] = []
    walking.confirms_writes = False
    walking.session.set_speed(110)
    walking.run(PROCEDURE_MS - 50)
    walking.session.write_done(walking.now_ms, walking.numbers[-1], BUSY)
    walking.run(BUSY_RETRY_MS + TICK_MS)
    assert walking.frames == [speed(110), speed(110)]


def test_sr35_a_stop_that_has_failed_is_not_written_again_by_itself(walking: Conversation) -> None:
    walking.write_errors["08"] = [BUSY] * 100
    walking.session.stop()
    walking.run(2 * WINDOW_MS + TICK_MS)
    assert walking.of(ev.StopFailed)
    said = len(walking.frames)
    walking.run(5_000)
    assert len(walking.frames) == said


def test_a_write_that_failed_under_a_stop_is_no_answer_to_the_stop(walking: Conversation) -> None:
    walking.answers["02"] = walking.answers["08"] = []
    walking.obeys = walking.confirms_writes = False
    walking.session.set_speed(110)
    walking.tick()
    walking.session.stop()
    walking.session.write_done(walking.now_ms, walking.numbers[-1], WriteError.WRITE_NOT_PERMITTED)
    walking.run(2 * WINDOW_MS + 100)
    assert walking.of(ev.StopFailed)
    assert walking.session.unanswered == 1


# Answers.


def test_an_answer_to_something_else_is_for_the_log(walking: Conversation) -> None:
    walking.session.set_speed(110)
    walking.tick()
    walking.say("800301")
    assert walking.of(ev.Ignored) == [ev.Ignored(0x2AD9, bytes.fromhex("800301"))]


def test_q13_a_start_is_said_again_a_period_after_its_answer() -> None:
    talk = with_control(Quirks(start_every_ms=5_000))
    talk.session.start()
    talk.run(6_000)
    assert talk.frames == [START, START]
    assert talk.gaps_ms == [LATENCY_MS + 5_000]


@pytest.mark.parametrize("result", [3, 4])
def test_q12_only_want_of_control_means_not_yet(result: int) -> None:
    talk = started(Quirks(start_up_ms=5_000))
    talk.answers["03"] = [f"8003{result:02x}"]
    talk.session.set_incline(20)
    talk.run(3_000)
    assert talk.frames == [UPHILL]
    assert talk.of(ev.Refused) == [ev.Refused(SetTargetInclination(20), result)]


@pytest.mark.parametrize(("after_ms", "too_early"), [(999, True), (1_000, False)])
def test_q12_the_time_to_start_up_ends_to_the_millisecond(after_ms: int, too_early: bool) -> None:
    talk = with_control(Quirks(start_up_ms=1_000))
    talk.sends_data = False
    talk.answers["07"] = talk.answers["03"] = []
    talk.session.start()
    talk.run(LATENCY_MS + TICK_MS)
    talk.say("800701")
    accepted_ms = talk.now_ms
    talk.session.set_incline(20)
    talk.run(LATENCY_MS + TICK_MS)
    talk.session.receive(accepted_ms + after_ms, uuids.CONTROL_POINT, bytes.fromhex("800305"))
    refused = [event for event in talk.session.take_events() if isinstance(event, ev.Refused)]
    assert (not refused) is too_early


# Answers to a stop.


def test_sr35_a_stop_that_could_not_be_done_is_said_again_at_once_even_at_the_start() -> None:
    talk = started(Quirks(start_up_ms=5_000))
    talk.answers["08"] = [FAILED]
    talk.session.stop()
    talk.run(100)
    assert talk.frames == [STOP, STOP]
    assert talk.gaps_ms == [LATENCY_MS]


def test_sr18_a_late_refusal_of_the_stop_before_does_not_keep_back_a_new_one() -> None:
    talk = started(Quirks(start_up_ms=5_000))
    talk.answers["08"] = []
    talk.session.stop()
    talk.tick()
    talk.session.stop(anew=True)
    talk.say("800805")
    talk.tick()
    assert talk.frames == [STOP, STOP]


def test_sr38_a_stop_that_could_not_be_done_is_no_loss_of_control(walking: Conversation) -> None:
    walking.answers["08"] = [FAILED]
    walking.session.stop()
    walking.run(100)
    assert walking.of(ev.Refused)
    assert walking.of(ev.ControlLost) == []


def test_sr38_control_is_requested_for_a_stop_only_where_it_was_wanting() -> None:
    talk = Conversation()
    talk.speed_ckmh = talk.goal_ckmh = 100
    talk.running = True
    talk.run(1_000)
    talk.answers["08"] = [FAILED]
    talk.session.stop()
    talk.run(1_000)
    assert set(talk.frames) == {STOP}


def test_a_machine_that_stands_after_a_stop_and_refuses_another_is_not_told_more(
    walking: Conversation,
) -> None:
    walking.session.stop()
    walking.run(3_000)
    assert walking.of(ev.StopTookEffect)
    walking.forget()
    walking.answers["08"] = [FAILED]
    walking.session.stop()
    walking.run(100)
    assert walking.frames == [STOP]
    assert not walking.session.stopping


# How long a stop is given.


@pytest.mark.parametrize(("was_started", "is_said_again"), [(True, False), (False, True)])
def test_sr35_a_belt_that_was_about_to_move_is_judged_by_the_speed_it_reached(
    was_started: bool, is_said_again: bool
) -> None:
    talk = started(Quirks()) if was_started else with_control()
    talk.sends_data = False
    talk.obeys = False
    talk.measure(0)
    talk.session.stop()
    talk.run(500)
    talk.measure(80)
    talk.run(500)
    talk.measure(40)
    talk.run(1_000)
    assert (talk.frames == [STOP, STOP]) is is_said_again


def test_a_stop_without_an_answer_holds_the_line_for_its_window(walking: Conversation) -> None:
    walking.answers["08"] = []
    walking.session.stop()
    walking.run(1_300)
    assert walking.of(ev.StopTookEffect)
    walking.session.start()
    walking.run(2_000)
    assert walking.frames == [STOP, START]
    assert walking.gaps_ms == [WINDOW_MS]


def test_sr38_where_a_procedure_found_no_answer_the_last_word_is_said_once(
    walking: Conversation,
) -> None:
    walking.answers["02"] = []
    walking.obeys = False
    walking.session.set_speed(110)
    walking.run(PROCEDURE_MS + 2 * WINDOW_MS)
    assert walking.frames == [speed(110), STOP]
    assert walking.of(ev.StopFailed)
    walking.session.stop()
    walking.run(1_000)
    assert walking.frames == [speed(110), STOP]


def test_a_speed_that_was_refused_is_told(walking: Conversation) -> None:
    walking.answers["02"] = ["800203"]
    walking.session.set_speed(110)
    walking.run(100)
    assert walking.of(ev.Refused) == [ev.Refused(SetTargetSpeed(110), 3)]
