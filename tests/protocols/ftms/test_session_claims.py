"""SR-37: a machine that refuses the stop for want of control is asked for control, for its sake."""

import pytest

from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms.control_point import RequestControl, StopOrPause
from tests.protocols.ftms.conversation import (
    CONTROL,
    RANGE_FROM_ZERO,
    STOP,
    ZERO,
    Conversation,
)


def test_sr38_control_that_was_lost_is_not_claimed_for_a_stop() -> None:
    walking = Conversation(speed_range=RANGE_FROM_ZERO)
    walking.walk()
    walking.has_control = False
    walking.status("ff")
    walking.session.stop()
    walking.run(3_000)
    assert CONTROL not in walking.frames


def test_sr37_on_a_fresh_link_a_moving_belt_is_stopped_and_control_claimed_for_it() -> None:
    talk = Conversation(speed_range=RANGE_FROM_ZERO)
    talk.running, talk.speed_ckmh, talk.goal_ckmh = True, 300, 300
    talk.session.stop()
    talk.run(5_000)
    assert talk.frames == [STOP, CONTROL, STOP]
    assert talk.of(ev.ControlGranted)
    assert talk.of(ev.StopTookEffect)


@pytest.mark.parametrize("times", [1, 2, 5])
def test_sr37_a_stop_that_is_said_anew_does_not_unsay_the_claim(times: int) -> None:
    """The gate says its stop again, between the refusal of the last one and the next write."""
    talk = Conversation(speed_range=RANGE_FROM_ZERO)
    talk.running, talk.speed_ckmh, talk.goal_ckmh = True, 300, 300
    talk.session.stop()
    talk.session.data_to_send(talk.now_ms)
    talk.say("800805")
    for _ in range(times):
        talk.session.stop(anew=True)
    talk.run(5_000)
    assert talk.frames == [CONTROL, STOP]
    assert talk.of(ev.StopTookEffect)


def test_sr37_a_claim_that_never_left_is_made_when_the_belt_moves_again() -> None:
    talk = Conversation(speed_range=RANGE_FROM_ZERO)
    talk.running, talk.speed_ckmh, talk.goal_ckmh = True, 300, 300
    talk.measure(300)
    talk.session.stop()
    talk.session.data_to_send(talk.now_ms)
    talk.say("800805")
    talk.measure(0)  # before the request for control could leave
    assert not talk.session.stopping
    talk.measure(200)
    talk.session.stop()
    talk.run(5_000)
    assert CONTROL in talk.frames
    assert talk.of(ev.StopTookEffect)


def test_control_is_claimed_once_on_a_link() -> None:
    talk = Conversation(speed_range=RANGE_FROM_ZERO)
    talk.running, talk.speed_ckmh, talk.goal_ckmh = True, 300, 300
    talk.gives_control = False
    talk.session.stop()
    talk.run(1_000)
    talk.session.stop()
    talk.run(1_000)
    # The claim is refused, so the stop behind it is too, and what is left of the words.
    assert talk.frames == [STOP, CONTROL, STOP, ZERO, STOP, STOP, ZERO, STOP]
    assert ev.Refused(RequestControl(), 5) in talk.events
    assert not talk.of(ev.ControlLost)


def test_sr06_a_belt_that_stands_is_not_told_three_times_that_it_should() -> None:
    talk = Conversation(speed_range=RANGE_FROM_ZERO)
    talk.run(600)
    talk.session.stop()
    talk.run(3_000)
    assert talk.frames == [STOP]
    assert talk.of(ev.Refused) == [ev.Refused(StopOrPause(), 5)]
    assert not talk.session.stopping
    assert not talk.of(ev.StopFailed)
