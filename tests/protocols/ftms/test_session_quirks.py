"""Machines that differ from the text, and whose doing a change was (ftms.md 8)."""

from typing import Any

import pytest

from firmware_protocols._fields import Unit
from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms import uuids
from firmware_protocols.ftms._wishes import NOT_YET_MS
from firmware_protocols.ftms.control_point import SetTargetSpeed, WriteError
from firmware_protocols.ftms.quirks import CONSERVATIVE, Quirks
from firmware_protocols.ftms.session import Control, capabilities
from tests.protocols.ftms.conversation import (
    CONTROL,
    INCLINES,
    LATENCY_MS,
    START,
    STOP,
    Conversation,
    speed,
)


def walking(quirks: Quirks = CONSERVATIVE, speed_ckmh: int = 100) -> Conversation:
    talk = Conversation(quirks)
    talk.session.receive(talk.now_ms, uuids.INCLINATION_RANGE, INCLINES)
    talk.walk(speed_ckmh)
    return talk


def test_q1_without_write_responses_the_answer_alone_ends_a_procedure() -> None:
    talk = walking(Quirks(write_with_response=False))
    talk.session.set_speed(110)
    talk.tick()
    talk.session.set_speed(120)
    talk.run(1_000)
    assert talk.frames == [speed(110), speed(120)]
    assert talk.gaps_ms == [LATENCY_MS]


def test_q1_the_kind_of_write_is_said_with_every_write() -> None:
    for with_response in (True, False):
        talk = Conversation(Quirks(write_with_response=with_response))
        talk.session.request_control()
        (write,) = talk.session.data_to_send(talk.now_ms)
        assert write.with_response is with_response


def test_q6_silence_after_a_stop_is_neither_standstill_nor_failure() -> None:
    talk = walking(Quirks(silent_after_stop=True))
    talk.session.stop()
    talk.run(100)
    talk.sends_data = False
    talk.run(10_000)
    assert talk.frames == [STOP]
    assert not talk.session.stopping
    assert not talk.of(ev.StopFailed)
    assert not talk.of(ev.StopTookEffect)


def test_q6_a_machine_that_goes_on_talking_is_judged_by_what_it_says() -> None:
    talk = walking(Quirks(silent_after_stop=True))
    talk.obeys = False
    talk.session.stop()
    talk.run(10_000)
    assert talk.frames == [STOP, STOP]
    assert talk.of(ev.StopFailed)


def test_q6_silence_proves_nothing_if_the_stop_was_not_even_accepted() -> None:
    talk = walking(Quirks(silent_after_stop=True))
    talk.sends_data = False
    talk.answers["08"] = []
    talk.session.stop()
    talk.run(10_000)
    assert talk.frames == [STOP, STOP]
    assert talk.of(ev.StopFailed)


def test_q6_other_machines_have_to_show_that_they_slow() -> None:
    talk = walking()
    talk.session.stop()
    talk.run(100)
    talk.sends_data = False
    talk.run(10_000)
    assert talk.frames == [STOP, STOP]
    assert talk.of(ev.StopFailed)


def test_q8_sr29_a_machine_that_means_mph_is_told_and_read_in_mph() -> None:
    quirks = Quirks(data_unit=Unit.MPH, command_unit=Unit.MPH, range_unit=Unit.MPH)
    talk = Conversation(quirks)
    talk.take_control()
    talk.session.start()
    talk.session.set_speed(161)
    talk.run(5_000)
    assert talk.frames == [START, speed(100)]
    assert talk.of(ev.Measured)[-1].speed_ckmh == 161
    assert quirks.commanded_ckmh(SetTargetSpeed(100)) == 161
    assert capabilities(quirks).wire_step_ckmh == 2
    assert talk.session.quantise(161) == 161
    assert talk.session.quantise(160) == 145


@pytest.mark.parametrize("times", [1, 2, 3])
def test_q14_control_is_requested_as_often_as_it_takes(times: int) -> None:
    talk = Conversation(Quirks(control_requests=times))
    talk.session.request_control()
    talk.run(1_000)
    assert talk.frames == [CONTROL] * times
    assert len(talk.of(ev.ControlGranted)) == 1


def test_q12_without_waiting_for_motion_the_speed_follows_the_start() -> None:
    talk = Conversation(Quirks(speed_needs_motion=False))
    talk.take_control()
    talk.session.set_speed(100)
    talk.run(200)
    assert talk.frames == []
    talk.session.start()
    talk.run(200)
    assert talk.frames == [START, speed(100)]
    assert talk.gaps_ms == [LATENCY_MS]


def starting_up() -> Conversation:
    """A machine that was just started, and says "not permitted" for a while."""
    talk = Conversation(Quirks(speed_needs_motion=False, start_up_ms=2_500))
    talk.session.receive(talk.now_ms, uuids.INCLINATION_RANGE, INCLINES)
    talk.take_control()
    talk.session.start()
    talk.run(100)
    talk.forget()
    for op in ("02", "03", "07", "08"):
        talk.answers[op] = [f"80{op}05"]
    return talk


def test_q12_not_permitted_means_not_yet_while_the_machine_starts_up() -> None:
    talk = starting_up()
    talk.session.set_speed(100)
    talk.run(1_200)
    talk.answers.clear()
    talk.run(1_000)
    assert talk.frames == [speed(100)] * 4
    assert talk.gaps_ms == [LATENCY_MS + NOT_YET_MS] * 3
    assert talk.of(ev.Accepted) == [ev.Accepted(SetTargetSpeed(100))]
    assert talk.session.control is Control.HELD


def test_q12_what_is_newer_is_said_instead() -> None:
    talk = starting_up()
    talk.session.set_speed(100)
    talk.tick()
    talk.session.set_speed(90)
    talk.run(1_000)
    assert talk.frames == [speed(100), speed(90)]


def test_q12_a_speed_on_the_way_down_is_not_undone_by_one_that_was_too_early() -> None:
    talk = starting_up()
    talk.session.set_speed(100)
    talk.tick()
    talk.now_ms += LATENCY_MS
    talk.session.set_speed(60, urgent=True)
    talk.tick()
    talk.answers.clear()
    talk.run(2_000)
    assert talk.frames == [speed(100), speed(60), speed(60)]


def test_q12_an_incline_is_said_again_too() -> None:
    talk = starting_up()
    talk.session.set_incline(10)
    talk.tick()
    talk.session.set_incline(20)
    talk.run(NOT_YET_MS + 200)
    assert talk.frames == ["030a00", "031400"]


def test_q12_afterwards_not_permitted_means_what_it_says() -> None:
    talk = starting_up()
    talk.run(2_500)
    talk.session.set_speed(100)
    talk.run(1_000)
    assert talk.frames == [speed(100)]
    assert talk.of(ev.ControlLost) == [ev.ControlLost(ev.Loss.NOT_PERMITTED)]


def test_q12_a_stop_is_said_until_the_machine_hears_it() -> None:
    talk = starting_up()
    talk.session.stop()
    talk.run(1_000)
    talk.answers.clear()
    talk.run(2_000)
    assert set(talk.frames) == {STOP}
    assert set(talk.gaps_ms) == {LATENCY_MS + 100}
    assert talk.of(ev.StopTookEffect)
    assert not talk.of(ev.ControlLost)


def test_q11_control_and_start_before_every_speed() -> None:
    talk = walking(Quirks(control_before_speed=True, start_before_speed=True))
    talk.session.set_speed(110)
    talk.run(1_000)
    talk.session.set_speed(120)
    talk.run(1_000)
    assert talk.frames == [CONTROL, START, speed(110), CONTROL, START, speed(120)]


def test_q11_one_of_the_two() -> None:
    talk = walking(Quirks(control_before_speed=True))
    talk.session.set_speed(110)
    talk.run(1_000)
    assert talk.frames == [CONTROL, speed(110)]


def test_q11_a_speed_whose_prelude_is_refused_is_not_said() -> None:
    talk = walking(Quirks(start_before_speed=True))
    talk.answers[START] = ["800704"]
    talk.session.set_speed(110)
    talk.run(1_000)
    assert talk.frames == [START]
    talk.answers.clear()
    talk.session.set_speed(120)
    talk.run(1_000)
    assert talk.frames == [START, START, speed(120)]


def test_q11_a_prelude_that_comes_too_early_is_said_again() -> None:
    quirks = Quirks(start_before_speed=True, speed_needs_motion=False, start_up_ms=2_500)
    talk = Conversation(quirks)
    talk.take_control()
    talk.session.start()
    talk.run(100)
    talk.answers[START] = ["800705"]
    talk.session.set_speed(100)
    talk.run(100)
    talk.answers.clear()
    talk.run(1_000)
    assert talk.frames == [START, START, START, speed(100)]


def test_q13_start_is_said_again_while_the_belt_runs_and_not_after() -> None:
    talk = walking(Quirks(start_every_ms=1_000))
    talk.run(5_000)
    assert set(talk.frames) == {START}
    assert set(talk.gaps_ms) == {1_000}
    talk.session.stop()
    talk.forget()
    talk.run(5_000)
    assert talk.frames == [STOP]


def test_q13_start_is_not_said_again_on_the_way_down_of_a_stop() -> None:
    talk = walking(Quirks(start_every_ms=1_000))
    for speed_ckmh in (90, 80, 70, 60):
        talk.session.set_speed(speed_ckmh, urgent=True)
        talk.run(1_000)
    assert talk.frames == [speed(90), speed(80), speed(70), speed(60)]


def test_q11_a_start_before_a_speed_is_not_tried_again_once_a_stop_has_begun() -> None:
    talk = walking(Quirks(start_before_speed=True))
    talk.write_errors["07"] = [WriteError.PROCEDURE_IN_PROGRESS]
    talk.session.set_speed(110)
    talk.run(LATENCY_MS + 20)
    talk.session.set_speed(90, urgent=True)
    talk.run(1_000)
    assert talk.frames == [START, speed(90)]


# Starts that are refused.


@pytest.mark.parametrize("result", ["02", "03", "04"])
def test_a_start_that_is_refused_is_told_as_such(result: str) -> None:
    talk = Conversation()
    talk.take_control()
    talk.answers["07"] = [f"8007{result}"]
    talk.session.start()
    talk.run(200)
    assert talk.of(ev.StartRefused) == [ev.StartRefused()]
    assert talk.session.control is Control.HELD


def test_a_start_whose_write_is_refused_is_refused_as_well() -> None:
    talk = Conversation()
    talk.take_control()
    talk.write_errors["07"] = [0x03]
    talk.session.start()
    talk.run(200)
    assert talk.of(ev.StartRefused) == [ev.StartRefused()]


def test_sr38_a_start_without_permission_is_lost_control_and_no_refusal() -> None:
    talk = Conversation()
    talk.take_control()
    talk.answers["07"] = ["800705"]
    talk.session.start()
    talk.run(200)
    assert talk.of(ev.StartRefused) == []
    assert talk.session.control is Control.LOST


def test_q13_a_start_that_is_said_again_to_a_running_belt_may_be_refused() -> None:
    talk = walking(Quirks(start_every_ms=1_000))
    talk.answers["07"] = ["800704"]
    talk.run(1_500)
    assert talk.of(ev.Refused) != []
    assert talk.of(ev.StartRefused) == []


def test_a_quirk_is_one_field_and_the_default_trusts_the_least() -> None:
    assert Quirks() == CONSERVATIVE
    assert not CONSERVATIVE.reports_safety_key
    assert CONSERVATIVE.speed_needs_motion
    changed: Any = Quirks(stop_window_ms=2_000)
    assert changed != CONSERVATIVE
