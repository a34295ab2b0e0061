"""Stops: ahead of everything, judged by the belt, escalated, never taken for done (ftms.md 11)."""

import pytest

from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms._flight import BUSY_RETRY_MS, PROCEDURE_MS
from firmware_protocols.ftms.control_point import (
    StopKind,
    StopOrPause,
    WriteError,
)
from firmware_protocols.ftms.quirks import Quirks
from firmware_protocols.ftms.session import Control
from tests.protocols.ftms.conversation import (
    CONTROL,
    LATENCY_MS,
    PAUSE,
    RANGE_FROM_ZERO,
    START,
    STOP,
    ZERO,
    Conversation,
    speed,
)

WINDOW_MS = Quirks().stop_window_ms


@pytest.fixture
def walking() -> Conversation:
    talk = Conversation(speed_range=RANGE_FROM_ZERO)
    talk.walk()
    return talk


def test_a_stop_takes_effect_when_the_belt_is_seen_to_stand(walking: Conversation) -> None:
    walking.session.stop()
    walking.run(500)
    assert walking.frames == [STOP]
    assert not walking.of(ev.StopTookEffect)
    walking.run(3_000)
    assert walking.frames == [STOP]
    assert not walking.session.stopping
    assert walking.of(ev.Accepted) == [ev.Accepted(StopOrPause())]
    assert walking.of(ev.StopTookEffect)
    assert walking.session.control is Control.HELD  # Q29: and so it may be started again


def test_sr18_a_stop_goes_ahead_of_whatever_is_in_flight_and_of_all_that_waits(
    walking: Conversation,
) -> None:
    walking.answers["02"] = []
    walking.session.set_speed(110)
    walking.tick()
    walking.now_ms += 10
    walking.session.set_speed(120)
    walking.session.stop()
    walking.tick()
    assert walking.frames == [speed(110), STOP]
    assert walking.gaps_ms == [10]
    walking.run(10_000)
    assert walking.frames == [speed(110), STOP]
    assert not walking.of(ev.Unanswered)


def test_sr18_a_stop_goes_ahead_of_a_write_that_is_to_be_repeated(walking: Conversation) -> None:
    walking.write_errors["02"] = [WriteError.PROCEDURE_IN_PROGRESS]
    walking.session.set_speed(110)
    walking.run(LATENCY_MS + 20)
    walking.session.stop()
    walking.run(5_000)
    assert walking.frames == [speed(110), STOP]


def test_a_stop_that_is_said_again_while_in_force_changes_nothing(walking: Conversation) -> None:
    for _ in range(9):
        walking.session.stop()
        walking.run(100)
    assert walking.frames == [STOP]


def test_a_stop_that_is_said_again_after_it_took_effect_is_said_again(
    walking: Conversation,
) -> None:
    walking.session.stop()
    walking.run(3_000)
    walking.session.stop()
    walking.run(3_000)
    assert walking.frames == [STOP, STOP]
    assert len(walking.of(ev.StopTookEffect)) == 2


def test_sr36_nothing_follows_a_stop_but_a_new_start(walking: Conversation) -> None:
    walking.session.set_speed(110)
    walking.session.stop()
    walking.session.set_speed(120)
    walking.run(5_000)
    walking.forget()
    walking.session.set_speed(130)
    walking.run(3_000)
    assert walking.frames == []
    walking.session.start()
    walking.session.set_speed(60)
    walking.run(3_000)
    assert walking.frames == [START, speed(60)]


def test_a_speed_of_zero_is_a_stop(walking: Conversation) -> None:
    walking.session.set_speed(0)
    walking.run(500)
    assert walking.frames == [STOP]


# A stop without an effect.


def test_sr35_success_without_effect_is_escalated_and_then_a_person_is_needed(
    walking: Conversation,
) -> None:
    walking.obeys = False
    walking.session.stop()
    walking.run(10_000)
    assert walking.frames == [STOP, ZERO, STOP]
    # The window counts from the answer; the last one ends with a cry for help.
    assert walking.gaps_ms == [LATENCY_MS + WINDOW_MS] * 2
    assert walking.of(ev.StopFailed)
    assert not walking.of(ev.ControlLost)
    assert not walking.session.stopping


def test_sr35_said_again_after_it_failed_it_begins_again(walking: Conversation) -> None:
    walking.obeys = False
    walking.session.stop()
    walking.run(10_000)
    walking.session.stop()
    walking.run(100)
    assert walking.frames == [STOP, ZERO, STOP, STOP]


def test_a_target_of_zero_is_not_said_to_a_machine_that_has_none() -> None:
    talk = Conversation()
    talk.walk()
    talk.obeys = False
    talk.session.stop()
    talk.run(10_000)
    assert talk.frames == [STOP, STOP]


def test_a_machine_that_stated_no_range_may_have_a_target_of_zero() -> None:
    talk = Conversation(speed_range=None)
    talk.speed_ckmh, talk.running, talk.goal_ckmh = 300, True, 300
    talk.take_control()
    talk.obeys = False
    talk.session.stop()
    talk.run(10_000)
    assert talk.frames == [STOP, ZERO, STOP]


def test_a_belt_that_slows_is_given_time(walking: Conversation) -> None:
    walking.speed_ckmh = walking.goal_ckmh = 600
    walking.run(1_000)
    walking.session.stop()
    walking.run(10_000)  # 0.1 km/h in 0.1 s: six seconds
    assert walking.frames == [STOP]
    assert walking.of(ev.StopTookEffect)


def test_sr35_a_belt_that_slows_too_little_is_told_again(walking: Conversation) -> None:
    walking.ramp_ckmh = 1  # 0.15 km/h in a window, of 0.3 that are asked for
    walking.session.stop()
    walking.run(2_000)
    assert walking.frames == [STOP, ZERO]


def test_sr35_a_belt_that_stops_slowing_is_told_again(walking: Conversation) -> None:
    walking.session.stop()
    walking.run(600)
    walking.ramp_ckmh = 0
    walking.run(3_000)
    assert walking.frames[:2] == [STOP, ZERO]


@pytest.mark.parametrize("result", ["02", "03", "04", "00", "06"])
def test_a_refused_stop_is_escalated_at_once(walking: Conversation, result: str) -> None:
    walking.obeys = False
    walking.answers["08"] = [f"8008{result}"]
    walking.session.stop()
    walking.run(200 + WINDOW_MS)
    assert walking.frames == [STOP, ZERO, STOP]
    assert walking.gaps_ms == [LATENCY_MS, LATENCY_MS + WINDOW_MS]
    assert walking.of(ev.Refused)[0] == ev.Refused(StopOrPause(), int(result, 16))
    assert walking.of(ev.StopFailed)  # with the last refusal


def test_a_stop_answered_twice_is_answered_once(walking: Conversation) -> None:
    walking.answers["08"] = ["800801", "800804"]
    walking.running = False
    walking.session.stop()
    walking.run(3_000)
    assert walking.frames == [STOP]
    assert walking.of(ev.Ignored) == [ev.Ignored(0x2AD9, bytes.fromhex("800804"))]
    assert walking.of(ev.StopTookEffect)


def test_sr38_a_stop_without_any_answer_ends_the_conversation(walking: Conversation) -> None:
    walking.answers.update({"08": [], "02": []})
    walking.obeys = False
    walking.session.stop()
    walking.run(10_000)
    assert walking.frames == [STOP, ZERO, STOP]
    assert walking.gaps_ms == [WINDOW_MS] * 2
    assert walking.of(ev.StopFailed)
    assert walking.of(ev.ControlLost) == [ev.ControlLost(ev.Loss.NO_ANSWER)]
    assert walking.session.wants_reconnect
    walking.session.stop()
    walking.run(1_000)
    assert walking.frames == [STOP, ZERO, STOP]  # what could be tried was tried


def test_a_stop_without_an_answer_is_still_judged_by_the_belt(walking: Conversation) -> None:
    walking.answers["08"] = []
    walking.running = False
    walking.session.stop()
    walking.run(3_000)
    assert walking.frames == [STOP]
    assert walking.of(ev.StopTookEffect)
    walking.run(PROCEDURE_MS)
    assert walking.session.unanswered == 0


def test_an_answer_to_a_stop_that_took_effect_already_changes_nothing(
    walking: Conversation,
) -> None:
    walking.answers["08"] = []
    walking.session.stop()
    walking.tick()
    walking.measure(0)
    walking.say("800801")
    walking.tick()
    assert walking.of(ev.StopTookEffect)
    assert not walking.of(ev.Ignored)


def test_sr24_a_zero_proves_nothing_of_a_belt_that_is_about_to_move() -> None:
    talk = Conversation(speed_range=RANGE_FROM_ZERO)
    talk.take_control()
    talk.session.start()
    talk.run(100)
    talk.answers.update({"08": ["800804"], "02": ["800204"]})
    talk.session.stop()
    talk.tick()
    talk.measure(0)
    assert talk.session.stopping
    talk.run(3_000)
    assert talk.frames == [START, STOP, ZERO, STOP]
    assert talk.of(ev.StopFailed)


def test_a_stop_said_right_after_a_start_is_done_when_it_was_accepted() -> None:
    talk = Conversation()
    talk.take_control()
    talk.session.start()
    talk.run(50)
    talk.session.stop()
    talk.run(3_000)
    assert talk.frames == [START, STOP]
    assert talk.of(ev.StopTookEffect)


def test_a_start_that_was_not_yet_written_is_not_written_after_a_stop() -> None:
    talk = Conversation()
    talk.take_control()
    talk.session.start()
    talk.session.stop()
    talk.run(3_000)
    assert talk.frames == [STOP]


# Stops on a busy, locked or dead line.


def test_a_stop_asks_a_busy_machine_again_and_again(walking: Conversation) -> None:
    walking.write_errors["08"] = [WriteError.PROCEDURE_IN_PROGRESS] * 5
    walking.session.stop()
    walking.run(5_000)
    assert walking.frames == [STOP] * 6
    assert walking.gaps_ms == [LATENCY_MS + BUSY_RETRY_MS] * 5
    assert walking.of(ev.StopTookEffect)


def test_a_machine_that_stays_busy_is_told_in_other_words(walking: Conversation) -> None:
    walking.write_errors["08"] = [WriteError.PROCEDURE_IN_PROGRESS] * 100
    walking.obeys = False
    walking.session.stop()
    walking.run(WINDOW_MS + 10)
    assert walking.frames[-1] == ZERO
    walking.run(2 * WINDOW_MS + 100)
    assert walking.of(ev.StopFailed)
    assert not walking.session.stopping


def test_a_stop_whose_write_failed_is_said_in_other_words_at_once(walking: Conversation) -> None:
    walking.write_errors["08"] = [WriteError.WRITE_NOT_PERMITTED] * 2
    walking.obeys = False
    walking.session.stop()
    walking.run(3_000)
    assert walking.frames == [STOP, ZERO, STOP]
    assert walking.of(ev.WriteFailed) == [ev.WriteFailed(StopOrPause(), 3)] * 2
    assert walking.of(ev.StopFailed)
    assert not walking.of(ev.ControlLost)


def test_news_of_a_failed_stop_comes_too_late_when_the_belt_stands(walking: Conversation) -> None:
    walking.confirms_writes = False
    walking.answers["08"] = []
    walking.session.stop()
    walking.tick()
    walking.measure(0)
    walking.session.write_done(walking.now_ms, walking.numbers[-1], WriteError.WRITE_NOT_PERMITTED)
    walking.run(100)
    assert walking.frames == [STOP]
    assert walking.of(ev.WriteFailed)


def test_sr38_a_stop_without_permission_goes_on_and_control_is_lost(
    walking: Conversation,
) -> None:
    walking.has_control = False
    walking.session.stop()
    walking.run(3_000)
    assert walking.frames == [STOP, ZERO, STOP]
    assert walking.of(ev.ControlLost) == [ev.ControlLost(ev.Loss.NOT_PERMITTED)]
    assert walking.of(ev.StopFailed)


def test_a_stop_survives_the_loss_of_its_link(walking: Conversation) -> None:
    walking.obeys = False
    walking.session.stop()
    walking.run(100)
    walking.has_control = False
    walking.session.restart()
    walking.run(500)
    assert walking.frames == [STOP, STOP, CONTROL, STOP]


def test_a_stop_that_took_effect_does_not_come_back_with_the_link(walking: Conversation) -> None:
    walking.session.stop()
    walking.run(5_000)
    walking.session.restart()
    walking.run(1_000)
    assert walking.frames == [STOP]


# Pause.


def test_a_pause_is_a_pause_while_it_works(walking: Conversation) -> None:
    walking.session.pause()
    walking.session.pause()
    walking.run(5_000)
    assert walking.frames == [PAUSE]
    assert walking.of(ev.Accepted) == [ev.Accepted(StopOrPause(StopKind.PAUSE))]
    assert walking.of(ev.StopTookEffect)


def test_a_pause_without_effect_becomes_a_stop(walking: Conversation) -> None:
    walking.obeys = False
    walking.session.pause()
    walking.run(10_000)
    assert walking.frames == [PAUSE, STOP, ZERO, STOP]
    assert walking.of(ev.StopFailed)


def test_a_stop_during_a_pause_is_said_at_once(walking: Conversation) -> None:
    walking.session.pause()
    walking.run(100)
    walking.session.stop()
    walking.run(5_000)
    assert walking.frames == [PAUSE, STOP]


def test_a_pause_during_a_stop_is_none(walking: Conversation) -> None:
    walking.session.stop()
    walking.run(100)
    walking.session.pause()
    walking.run(5_000)
    assert walking.frames == [STOP]


# The way down of a slower stop.


def test_an_urgent_speed_waits_for_no_answer_but_another_urgent_ones(
    walking: Conversation,
) -> None:
    walking.answers["02"] = []
    walking.session.set_speed(110)
    walking.tick()
    walking.now_ms += 10
    walking.session.set_speed(90, urgent=True)
    walking.tick()
    assert walking.frames == [speed(110), speed(90)]
    walking.session.set_speed(80, urgent=True)
    walking.session.set_speed(70, urgent=True)
    walking.run(1_000)
    assert walking.frames == [speed(110), speed(90), speed(70)]
    assert walking.gaps_ms == [10, 200]


def test_an_urgent_speed_behind_an_answered_one_leaves_at_once(walking: Conversation) -> None:
    walking.session.set_speed(90, urgent=True)
    walking.tick()
    walking.session.set_speed(80, urgent=True)
    walking.run(300)
    assert walking.frames == [speed(90), speed(80)]
    assert walking.gaps_ms == [LATENCY_MS]


def test_a_ramp_does_not_queue_up_behind_a_write_that_the_link_still_carries(
    walking: Conversation,
) -> None:
    walking.answers["02"] = []
    walking.confirms_writes = False
    for ckmh in (90, 80, 70, 60):
        walking.session.set_speed(ckmh, urgent=True)
        walking.run(400)
    assert walking.frames == [speed(90)]
    walking.session.write_done(walking.now_ms, walking.numbers[-1])
    walking.run(50)
    assert walking.frames == [speed(90), speed(60)]


def test_a_stop_leaves_past_a_write_that_the_link_still_carries(walking: Conversation) -> None:
    walking.answers["02"] = []
    walking.confirms_writes = False
    walking.session.set_speed(90, urgent=True)
    walking.run(100)
    walking.session.stop()
    walking.run(50)
    assert walking.frames == [speed(90), STOP]


def test_an_urgent_speed_ends_a_start() -> None:
    talk = Conversation()
    talk.take_control()
    talk.session.start()
    talk.session.set_speed(60, urgent=True)
    talk.run(1_000)
    assert START not in talk.frames


def test_an_ordinary_speed_takes_the_place_of_an_urgent_one(walking: Conversation) -> None:
    walking.session.set_speed(90, urgent=True)
    walking.session.set_speed(110)
    walking.run(1_000)
    assert walking.frames == [speed(110)]


def test_no_urgent_speed_leaves_behind_a_stop(walking: Conversation) -> None:
    walking.session.stop()
    walking.run(50)
    walking.session.set_speed(90, urgent=True)
    walking.run(500)
    assert walking.frames == [STOP]


def test_sr36_no_urgent_speed_leaves_to_a_belt_that_somebody_stopped(
    walking: Conversation,
) -> None:
    walking.status("0201")
    walking.session.set_speed(90, urgent=True)
    walking.run(1_000)
    assert walking.frames == []
