"""Control, start, speed and incline on a line that works, and what is heard beside answers."""

from typing import Any

import pytest

from firmware_protocols._fields import Unit
from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms import uuids
from firmware_protocols.ftms.control_point import (
    RequestControl,
    SetTargetInclination,
    SetTargetSpeed,
    StartOrResume,
)
from firmware_protocols.ftms.features import RangeKind, SupportedRange
from firmware_protocols.ftms.quirks import Quirks
from firmware_protocols.ftms.session import Control, FtmsSession, capabilities
from tests.protocols.ftms.conversation import (
    CONTROL,
    INCLINES,
    LATENCY_MS,
    START,
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


def test_nothing_is_said_that_nobody_asked_for(talk: Conversation) -> None:
    talk.run(3_000)
    assert talk.frames == []
    assert talk.session.next_deadline_ms() is None


def test_sr01_without_control_nothing_but_a_stop_leaves(talk: Conversation) -> None:
    talk.session.receive(talk.now_ms, uuids.INCLINATION_RANGE, INCLINES)
    talk.session.start()
    talk.session.set_speed(100)
    talk.session.set_incline(10)
    talk.session.set_speed(90, urgent=True)
    talk.run(5_000)
    assert talk.frames == []


@pytest.mark.parametrize("when", ["never", "asked", "revoked"])
def test_sr02_a_start_without_control_does_not_wait_for_it(talk: Conversation, when: str) -> None:
    talk.session.receive(talk.now_ms, uuids.INCLINATION_RANGE, INCLINES)
    if when == "revoked":
        talk.take_control()
        talk.status("ff")
    talk.run(600)
    if when == "asked":
        talk.session.request_control()
    talk.session.start()
    talk.session.set_speed(100)
    talk.session.set_incline(10)
    talk.run(1_000)
    assert talk.of(ev.StartWithheld)
    talk.session.request_control()
    talk.run(1_000)
    assert talk.frames == [CONTROL]


def test_control_is_requested_and_granted(talk: Conversation) -> None:
    talk.session.request_control()
    talk.run(500)
    assert talk.frames == [CONTROL]
    assert talk.of(ev.ControlGranted)
    assert talk.session.control is Control.HELD


def test_control_that_is_held_is_not_requested_again(walking: Conversation) -> None:
    walking.session.request_control()
    walking.run(1_000)
    assert walking.frames == []


def test_sr38_control_that_is_refused_is_not_requested_again(talk: Conversation) -> None:
    talk.answers[CONTROL] = ["800005"]
    talk.session.request_control()
    talk.run(5_000)
    assert talk.frames == [CONTROL]
    assert talk.of(ev.Refused) == [ev.Refused(RequestControl(), 5)]
    assert talk.session.control is Control.NONE


def test_a_start_goes_before_its_speed_and_the_speed_waits_for_motion(talk: Conversation) -> None:
    talk.take_control()
    talk.session.start()
    talk.session.set_speed(100)
    assert talk.session.starting
    talk.run(3_000)
    assert talk.frames == [START, speed(100)]
    moving_ms = next(at_ms for at_ms, frame in talk.sent if frame == speed(100))
    assert moving_ms % 500 == 0  # with the very reading that showed motion
    assert [event.request for event in talk.of(ev.Accepted)] == [
        StartOrResume(),
        SetTargetSpeed(100),
    ]
    assert not talk.session.starting


def test_sr03_setting_a_speed_never_starts_a_belt(talk: Conversation) -> None:
    talk.take_control()
    talk.session.set_speed(100)
    talk.run(3_000)
    assert talk.frames == []


def test_sr37_a_belt_that_moves_by_itself_is_not_adopted(talk: Conversation) -> None:
    talk.take_control()
    talk.running, talk.goal_ckmh = True, 200
    talk.session.set_speed(100)
    talk.run(3_000)
    assert talk.frames == []


@pytest.mark.parametrize("why", ["moving", "stale", "never"])
def test_a_start_is_withheld_unless_the_belt_is_known_to_stand(why: str) -> None:
    talk = Conversation()
    talk.sends_data = why != "never"
    talk.take_control()
    if why == "stale":
        talk.sends_data = False
        talk.run(2_600)
    if why == "moving":
        talk.speed_ckmh, talk.running, talk.goal_ckmh = 100, True, 100
        talk.run(500)
    talk.forget()
    talk.session.start()
    talk.session.set_speed(100)
    talk.run(100)
    assert talk.frames == []
    assert talk.of(ev.StartWithheld)
    talk.sends_data, talk.running, talk.speed_ckmh = True, False, 0
    talk.run(3_000)
    assert talk.frames == []  # it does not come back by itself


def test_a_reading_is_fresh_for_two_and_a_half_seconds(talk: Conversation) -> None:
    talk.take_control()
    talk.sends_data = False
    talk.measure(0)
    measured_ms = talk.now_ms
    talk.now_ms = measured_ms + 2_500
    talk.session.start()
    talk.tick()
    assert talk.frames == [START]


def test_a_refused_start_takes_its_speed_with_it(talk: Conversation) -> None:
    talk.take_control()
    talk.answers[START] = ["800704"]
    talk.session.start()
    talk.session.set_speed(100)
    talk.run(1_000)
    assert talk.of(ev.Refused) == [ev.Refused(StartOrResume(), 4)]
    talk.speed_ckmh, talk.running, talk.goal_ckmh = 50, True, 50
    talk.run(3_000)
    assert talk.frames == [START]


def test_the_newest_speed_wins_and_one_procedure_is_in_flight(walking: Conversation) -> None:
    walking.session.set_speed(110)
    walking.tick()
    walking.session.set_speed(120)
    walking.session.set_speed(130)
    walking.run(1_000)
    assert walking.frames == [speed(110), speed(130)]
    assert walking.gaps_ms == [LATENCY_MS]


def test_a_speed_that_is_refused_is_reported_and_the_next_one_is_said(
    walking: Conversation,
) -> None:
    walking.answers["02"] = ["800203"]
    walking.session.set_speed(110)
    walking.run(100)
    assert walking.of(ev.Refused) == [ev.Refused(SetTargetSpeed(110), 3)]
    walking.session.set_speed(120)
    walking.run(100)
    assert walking.frames == [speed(110), speed(120)]
    assert walking.session.control is Control.HELD


@pytest.mark.parametrize("bad", [49, 2_001, -1, True, 2.3, "100", None])
def test_sr15_a_speed_that_cannot_be_said_leaves_what_waits(
    walking: Conversation, bad: Any
) -> None:
    walking.session.set_speed(110)
    with pytest.raises(LocalProtocolError):
        walking.session.set_speed(bad)
    walking.run(100)
    assert walking.frames == [speed(110)]


def test_without_a_range_there_is_no_speed_to_say() -> None:
    talk = Conversation(speed_range=None)
    with pytest.raises(LocalProtocolError, match="no speed range"):
        talk.session.set_speed(100)
    with pytest.raises(LocalProtocolError, match="no speed range"):
        talk.session.quantise(100)
    with pytest.raises(LocalProtocolError, match="no speed range"):
        _ = talk.session.target_speeds


def test_a_range_given_as_a_quirk_wins_over_the_stated_one() -> None:
    given = SupportedRange(RangeKind.SPEED, 100, 600, 20)
    talk = Conversation(Quirks(speed_range=given))
    assert talk.session.quantise(119) == 100
    assert talk.session.quantise(99) == 0
    assert talk.session.target_speeds.maximum == 600


def test_an_incline_is_said_when_the_line_is_free(walking: Conversation) -> None:
    walking.session.set_speed(110)
    walking.session.set_incline(10)
    walking.session.set_incline(20)
    walking.run(1_000)
    assert walking.frames == [speed(110), "031400"]
    assert walking.of(ev.Accepted)[-1].request == SetTargetInclination(20)
    assert walking.session.incline_range is not None


@pytest.mark.parametrize("bad", [-10, 160, 5, True, 1.0, 0x8000])
def test_an_incline_the_machine_does_not_have_is_refused(walking: Conversation, bad: Any) -> None:
    with pytest.raises(LocalProtocolError):
        walking.session.set_incline(bad)
    walking.run(100)
    assert walking.frames == []


def test_without_a_range_there_is_no_incline(talk: Conversation) -> None:
    with pytest.raises(LocalProtocolError, match="cannot be set"):
        talk.session.set_incline(0)


# What is heard beside answers.


def test_what_a_machine_is_can_be_read_at_any_time(talk: Conversation) -> None:
    talk.session.receive(0, uuids.FITNESS_MACHINE_FEATURE, bytes.fromhex("4512000001000000"))
    assert talk.session.features is not None
    assert talk.session.features.machine == 0x1245
    talk.session.restart()
    assert talk.session.features is not None


def test_a_reading_says_what_its_digits_mean() -> None:
    talk = Conversation(Quirks(data_unit=Unit.MPH))
    talk.sends_data = False
    talk.measure(100)
    talk.tick()
    (measured,) = talk.of(ev.Measured)
    assert (measured.speed_ckmh, measured.record.speed_ckmh) == (161, 100)
    assert talk.session.proofs == 1


def test_a_record_without_its_speed_proves_nothing(talk: Conversation) -> None:
    talk.session.receive(0, uuids.TREADMILL_DATA, bytes.fromhex("000010"))
    (measured,) = talk.session.take_events()
    assert isinstance(measured, ev.Measured)
    assert measured.speed_ckmh is None
    assert talk.session.proofs == 0


def test_half_a_record_is_not_completed_on_another_link(talk: Conversation) -> None:
    talk.session.receive(0, uuids.TREADMILL_DATA, bytes.fromhex("0500140000"))
    talk.session.restart()
    talk.session.receive(0, uuids.TREADMILL_DATA, bytes.fromhex("00002c01"))
    (measured,) = talk.session.take_events()
    assert isinstance(measured, ev.Measured)
    assert measured.record.distance_m is None


def test_a_record_in_parts_is_one_reading(talk: Conversation) -> None:
    talk.session.receive(0, uuids.TREADMILL_DATA, bytes.fromhex("0500140000"))
    assert talk.session.take_events() == []
    talk.session.receive(0, uuids.TREADMILL_DATA, bytes.fromhex("00002c01"))
    (measured,) = talk.session.take_events()
    assert isinstance(measured, ev.Measured)
    assert (measured.speed_ckmh, measured.record.distance_m) == (300, 20)


def test_other_characteristics_are_passed_on(talk: Conversation) -> None:
    session = talk.session
    session.receive(0, uuids.TRAINING_STATUS, b"\x00\x01")
    session.receive(0, uuids.RSC_MEASUREMENT, bytes.fromhex("00000150"))
    session.receive(0, uuids.MACHINE_STATUS, bytes.fromhex("1401"))
    session.receive(0, uuids.MACHINE_STATUS, bytes.fromhex("05e6"))
    session.receive(0, 0x2A00, b"x")
    training, rsc, spin_down, cut, unknown = session.take_events()
    assert isinstance(training, ev.TrainingChanged)
    assert isinstance(rsc, ev.RscMeasured)
    assert isinstance(spin_down, ev.OtherStatus)
    assert isinstance(cut, ev.OtherStatus)
    assert unknown == ev.Ignored(0x2A00, b"x")
    assert session.take_events() == []


def test_ftms_has_no_word_for_reverse_and_no_watchdog() -> None:
    can = capabilities()
    assert (can.name, can.can_reverse, can.reads_direction) == ("ftms", False, False)
    assert not can.host_watchdog
    assert not can.reports_safety_key
    assert (can.wire_step_ckmh, can.field_max_ckmh) == (1, 0xFFFF)
    assert FtmsSession(Quirks(reports_safety_key=True)).capabilities.reports_safety_key
