"""Whose doing was a change that the machine tells of? (SR-36, SR-39; ftms.md 4, Q17, Q18)"""

import pytest

from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms.control_point import StopKind
from firmware_protocols.ftms.quirks import Quirks
from firmware_protocols.ftms.session import Control
from tests.protocols.ftms.conversation import Conversation, speed
from tests.protocols.ftms.test_session_quirks import walking


@pytest.mark.parametrize("status", ["0201", "0202", "02", "03"])
def test_sr36_what_waits_is_gone_when_somebody_stops_the_machine(status: str) -> None:
    talk = walking()
    talk.session.set_speed(110)
    talk.status(status)
    talk.run(2_000)
    talk.session.set_speed(120)
    talk.run(2_000)
    assert talk.frames == []
    assert talk.session.control is Control.HELD


def test_sr16_a_pulled_safety_key_is_reported_as_one() -> None:
    talk = walking()
    talk.status("03")
    assert talk.of(ev.SafetyKeyPulled)


def test_sr36_a_user_stop_that_we_did_not_ask_for_is_a_user_stop() -> None:
    talk = walking()
    talk.status("0201")
    assert talk.of(ev.UserStopped) == [ev.UserStopped(StopKind.STOP, ours=False)]


def test_the_echo_of_our_stop_is_ours_for_three_seconds() -> None:
    talk = walking()
    talk.session.stop()
    talk.run(3_000)
    talk.status("0202")
    talk.run(100)
    talk.status("0202")
    assert [event.ours for event in talk.of(ev.UserStopped)] == [True, False]


def test_the_echo_of_our_start_is_ours() -> None:
    talk = Conversation()
    talk.take_control()
    talk.status("04")
    talk.session.start()
    talk.run(100)
    talk.status("040000")
    assert [event.ours for event in talk.of(ev.UserStarted)] == [False, True]


@pytest.mark.parametrize("lies", [False, True])
def test_q17_a_stop_status_at_the_start_is_believed_unless_the_machine_is_known_to_lie(
    lies: bool,
) -> None:
    talk = Conversation(Quirks(false_stop_status=lies))
    talk.take_control()
    talk.session.start()
    talk.session.set_speed(100)
    talk.run(100)
    talk.status("0201")
    talk.run(3_000)
    assert talk.of(ev.UserStopped) == [ev.UserStopped(StopKind.STOP, ours=lies)]
    assert (speed(100) in talk.frames) is lies
    talk.run(3_000)
    talk.status("0201")
    assert talk.of(ev.UserStopped)[-1].ours is False


def target(ckmh: int) -> str:
    return "05" + ckmh.to_bytes(2, "little").hex()


def ours(talk: Conversation) -> list[bool]:
    return [event.ours for event in talk.of(ev.TargetSpeedChanged)]


def test_sr39_a_target_that_nobody_here_asked_for_is_foreign() -> None:
    talk = walking()
    for ckmh in (100, 105, 106, 94, 90, 200):
        talk.status(target(ckmh))
    # Half a step is the machine's own rounding.
    assert ours(talk) == [True, True, False, False, False, False]
    assert talk.of(ev.TargetSpeedChanged)[-1].speed_ckmh == 200


def test_the_echo_of_the_speed_before_may_be_late() -> None:
    talk = walking()
    talk.status(target(100))
    talk.session.set_speed(110)
    talk.run(3_000)
    talk.status(target(100))
    talk.run(100)
    talk.status(target(100))
    assert ours(talk) == [True, True, False]


def test_sr39_minus_at_the_console_right_after_a_step_up_is_somebody_there() -> None:
    talk = walking()  # a machine that tells a client nothing of what that client does
    talk.session.set_speed(110)
    talk.run(500)
    talk.status(target(100))
    assert ours(talk) == [False]


def test_sr39_once_our_speed_was_told_the_one_before_it_is_somebodys() -> None:
    talk = walking()
    talk.status(target(100))
    talk.session.set_speed(110)
    talk.run(100)
    for ckmh in (110, 100):
        talk.status(target(ckmh))
    assert ours(talk) == [True, True, False]


def test_sr39_our_own_speed_told_after_anothers_was_set_by_them_as_well() -> None:
    talk = walking()
    for ckmh in (130, 100):
        talk.status(target(ckmh))
    talk.session.set_speed(90)
    talk.run(100)
    talk.status(target(90))
    assert ours(talk) == [False, False, True]


def test_sr39_a_new_start_is_ours_whoever_set_the_speed_before_it() -> None:
    talk = walking()
    talk.status(target(130))
    talk.session.stop()
    talk.run(5_000)
    talk.session.start()
    talk.run(100)
    talk.status(target(80))
    assert ours(talk) == [False, True]


def test_sr39_the_way_down_of_a_stop_ends_in_our_zero_however_long_it_takes() -> None:
    talk = walking()
    talk.session.stop()
    talk.run(3_100)
    for ckmh in (80, 0):
        talk.status(target(ckmh))
    assert ours(talk) == [False, True]


@pytest.mark.parametrize("follows", [False, True])
def test_q18_the_speeds_on_the_way_are_ours_on_a_machine_that_tells_them_all(
    follows: bool,
) -> None:
    talk = walking(Quirks(status_follows_ramp=follows))
    talk.session.set_speed(200)
    talk.run(100)
    for ckmh in (130, 150, 211, 90):
        talk.status(target(ckmh))
    assert ours(talk) == [follows, follows, False, False]


def test_q18_a_slow_ramp_is_ours_to_its_end_however_far_behind_it_is() -> None:
    talk = walking(Quirks(status_follows_ramp=True), 200)
    for said, told in enumerate(range(197, 160, -3)):
        talk.session.set_speed(max(100, 190 - 10 * said))
        talk.run(330)
        talk.status(target(told))
    for told in range(158, 99, -3):
        talk.run(900)
        talk.status(target(told))
    assert set(ours(talk)) == {True}


def test_q18_sr39_a_ramp_that_turns_back_was_turned_by_somebody() -> None:
    talk = walking(Quirks(status_follows_ramp=True))
    talk.session.set_speed(200)
    talk.run(100)
    for told in (103, 130, 124, 118):
        talk.status(target(told))
    talk.session.set_speed(110)
    talk.run(100)
    for told in (116, 113, 110):
        talk.status(target(told))
    assert ours(talk) == [True, True, False, False, True, True, True]


def test_q18_sr39_a_ramp_that_is_not_told_on_ends_after_three_seconds() -> None:
    talk = walking(Quirks(status_follows_ramp=True))
    talk.session.set_speed(200)
    talk.run(2_900)
    talk.status(target(150))
    talk.run(2_900)
    talk.status(target(160))
    talk.run(3_100)
    talk.status(target(170))
    assert ours(talk) == [True, True, False]


@pytest.mark.parametrize("follows", [False, True])
def test_q18_the_speeds_on_the_way_from_standstill_to_the_first_one_are_ours_too(
    follows: bool,
) -> None:
    talk = Conversation(Quirks(status_follows_ramp=follows, speed_needs_motion=False))
    talk.take_control()
    talk.session.start()
    talk.session.set_speed(100)
    talk.run(100)
    for ckmh in (16, 34, 100, 120):
        talk.status(target(ckmh))
    assert ours(talk) == [follows, follows, follows, False]


def test_a_machine_chooses_its_first_speed_itself() -> None:
    talk = Conversation()
    talk.take_control()
    talk.status(target(80))
    talk.session.start()
    talk.run(100)
    talk.status(target(80))
    talk.run(3_000)
    talk.status(target(80))
    assert ours(talk) == [False, True, False]


def test_a_target_of_zero_after_our_stop_is_ours() -> None:
    talk = walking()
    talk.session.stop()
    talk.run(100)
    talk.status(target(0))
    assert ours(talk) == [True]


def test_without_a_range_a_step_is_the_smallest_there_is() -> None:
    talk = Conversation(speed_range=None)
    talk.session.stop()
    talk.run(100)
    talk.status(target(0))
    talk.status(target(1))
    assert ours(talk) == [True, False]


def test_sr39_an_incline_that_nobody_here_asked_for_is_foreign() -> None:
    talk = walking()
    talk.session.set_incline(10)
    talk.run(100)
    talk.status("060a00")
    talk.status("061400")
    assert talk.of(ev.TargetInclineChanged) == [
        ev.TargetInclineChanged(10, ours=True),
        ev.TargetInclineChanged(20, ours=False),
    ]
