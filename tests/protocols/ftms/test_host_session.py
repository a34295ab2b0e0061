"""An FTMS treadmill as the gate sees every machine."""

from typing import Final

import pytest

from firmware_protocols._fields import Unit
from firmware_protocols.errors import LocalProtocolError, RemoteProtocolError
from firmware_protocols.ftms import uuids
from firmware_protocols.ftms.envelope import (
    CARRIER_FAILED,
    CarrierDecoder,
    Ready,
    Record,
    Value,
    Write,
    Written,
    encode,
)
from firmware_protocols.ftms.host_session import STOP_FRAMES, FtmsHostSession
from firmware_protocols.ftms.profiles import UNKNOWN, Profile
from firmware_protocols.ftms.quirks import Quirks
from firmware_protocols.messages import (
    ClockReport,
    ConsoleStop,
    Direction,
    ForeignSpeed,
    HeartRateReport,
    MachineMessage,
    OtherReport,
    SafetyKeyPulled,
    SpeedReport,
    StartedByOthers,
    StartRefused,
    Unfit,
)

RANGE: Final = Value(uuids.SPEED_RANGE, bytes.fromhex("3200d0070a00"))
"""0.5 to 20.0 km/h by 0.1 (FR30z)."""
STANDING: Final = Value(uuids.TREADMILL_DATA, bytes.fromhex("00000000"))
ONE_KMH: Final = Value(uuids.TREADMILL_DATA, bytes.fromhex("00006400"))
MAKER: Final = Value(uuids.MANUFACTURER_NAME, b"ACME\0\0")
MODEL: Final = Value(uuids.MODEL_NUMBER, b" T-1 ")
MILES: Final = Profile(
    "miles", Quirks(command_unit=Unit.MPH, data_unit=Unit.MPH, range_unit=Unit.MPH), "this test"
)
FORWARD: Final = Direction.FORWARD


def nobody(maker: str, model: str) -> Profile:
    return UNKNOWN


class Line:
    """A session and its carrier, which does nothing by itself."""

    def __init__(self, session: FtmsHostSession) -> None:
        self.session = session
        self.now_ms = 1_000

    def hear(self, *records: Record) -> list[MachineMessage | RemoteProtocolError]:
        return self.session.receive(self.now_ms, b"".join(map(encode, records)))

    def say(self) -> list[Write]:
        """What leaves now."""
        decoder = CarrierDecoder()
        decoder.receive_data(b"".join(self.session.data_to_send(self.now_ms)))
        records = list(decoder.records())
        assert all(isinstance(record, Write) for record in records)
        return [record for record in records if isinstance(record, Write)]

    def answer(self, write: Write, result: str = "01") -> None:
        answer = bytes.fromhex("80" + write.value[:1].hex() + result)
        self.hear(Written(write.number), Value(uuids.CONTROL_POINT, answer))

    def answers(self) -> bool:
        """A method, because mypy would take a property to stay what it was."""
        return self.session.answers

    def take_control(self) -> None:
        self.session.request_control()
        (write,) = self.say()
        assert write.value == b"\x00"
        self.answer(write)
        assert self.session.in_control


def connected(*before: Record, profile: Profile | None = None) -> Line:
    line = Line(FtmsHostSession(profile, nobody))
    line.hear(*(before or (RANGE,)), Ready())
    return line


def controlled() -> Line:
    line = connected()
    line.hear(STANDING, STANDING, STANDING)
    line.take_control()
    return line


def test_sr19_a_stream_out_of_step_is_heard_as_broken_once_and_what_is_in_it_not_at_all() -> None:
    line = Line(FtmsHostSession(None, nobody))
    heard = line.session.receive(line.now_ms, b"\x7f\x00\x00" + encode(ONE_KMH))
    assert [type(each) for each in heard] == [RemoteProtocolError]
    assert line.hear(STANDING) == [SpeedReport(0)]


# What it has to tell of itself.


def test_sr06_a_machine_counts_as_proved_by_its_data_and_not_before_it_has_said_what_it_is() -> (
    None
):
    line = Line(FtmsHostSession(None, nobody))
    assert line.hear(STANDING, ONE_KMH) == [SpeedReport(0), SpeedReport(100)]
    assert line.session.proofs == 0
    assert not line.session.speeds_known
    line.hear(RANGE, Ready())
    assert line.session.proofs == 2
    assert line.session.speeds_known


def test_until_a_machine_has_stated_its_steps_tenths_are_presumed() -> None:
    line = Line(FtmsHostSession(None, nobody))
    assert [line.session.quantise(v) for v in (0, 49, 50, 123)] == [0, 40, 50, 120]
    line.hear(Value(uuids.SPEED_RANGE, bytes.fromhex("600083022000")), Ready())
    assert [line.session.quantise(v) for v in (95, 96, 127, 128)] == [0, 96, 96, 128]


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        pytest.param((), Unfit.NO_SPEED_RANGE, id="none"),
        pytest.param((Value(uuids.SPEED_RANGE, b"\x32\0"),), Unfit.NO_SPEED_RANGE, id="cut"),
        pytest.param((Value(uuids.SPEED_RANGE, bytes(6)),), Unfit.NO_SPEED_RANGE, id="zeros"),
        pytest.param((RANGE,), None, id="sane"),
    ],
)
def test_a_machine_without_a_sane_speed_range_is_not_driven(
    stated: tuple[Value, ...], why: Unfit | None
) -> None:
    line = Line(FtmsHostSession(None, nobody))
    line.hear(*stated, Ready())
    assert line.session.unfit is why
    assert line.session.speeds_known is (why is None)


def test_a_profile_is_found_by_maker_and_model_as_people_wrote_them() -> None:
    asked: list[tuple[str, str]] = []

    def match(maker: str, model: str) -> Profile:
        asked.append((maker, model))
        return MILES

    line = Line(FtmsHostSession(None, match))
    line.hear(RANGE, MAKER, MODEL, Ready())
    assert asked == [("ACME", "T-1")]
    assert line.session.quirks == MILES.quirks
    assert line.session.quantise(81) == 81  # 0.5 mph, rounded up
    assert line.hear(ONE_KMH) == [SpeedReport(161)]  # which it means as a mile


def test_a_machine_that_says_nothing_of_itself_is_asked_for_by_empty_names() -> None:
    asked: list[tuple[str, str]] = []

    def match(maker: str, model: str) -> Profile:
        asked.append((maker, model))
        return UNKNOWN

    Line(FtmsHostSession(None, match)).hear(Ready())
    assert asked == [("", "")]


def test_two_profiles_that_fit_are_no_choice() -> None:
    def match(maker: str, model: str) -> Profile:
        raise LocalProtocolError("two fit")

    line = Line(FtmsHostSession(None, match))
    line.hear(RANGE, Ready())
    assert line.session.unfit is Unfit.PROFILE_AMBIGUOUS
    assert not line.session.speeds_known


def test_a_profile_that_a_person_named_is_not_matched_again() -> None:
    def match(maker: str, model: str) -> Profile:
        raise AssertionError("nobody asked")

    line = Line(FtmsHostSession(MILES, match))
    line.hear(RANGE, MAKER, MODEL, Ready())
    assert line.session.quirks == MILES.quirks


@pytest.mark.parametrize(
    ("named", "matched", "said"),
    [
        pytest.param(None, UNKNOWN, "unknown", id="nothing is known"),
        pytest.param(None, MILES, "miles", id="it was matched"),
        pytest.param(MILES, UNKNOWN, "miles", id="a person named it"),
    ],
)
def test_a_machine_is_called_by_its_profile_once_it_has_said_what_it_is(
    named: Profile | None, matched: Profile, said: str
) -> None:
    line = Line(FtmsHostSession(named, lambda maker, model: matched))
    line.hear(RANGE, MAKER, MODEL)
    assert line.session.profile == ""
    line.hear(Ready())
    assert line.session.profile == said
    line.session.restart()
    assert line.session.profile == ""


def test_sr10_the_ear_for_the_last_check_hears_with_the_machines_own_unit() -> None:
    line = connected(profile=MILES)
    line.hear(STANDING)
    line.take_control()
    line.session.start()
    (start,) = line.say()
    line.answer(start)
    line.hear(ONE_KMH)
    line.session.set_speed(161, FORWARD)
    frames = line.session.data_to_send(line.now_ms)
    ear = line.session.command_decoder()
    ear.receive_data(b"".join(frames))
    (heard,) = ear.messages()
    assert getattr(heard, "speed_ckmh", None) == 161


# What leaves.


def test_a_fitness_machine_has_no_reverse() -> None:
    line = controlled()
    with pytest.raises(LocalProtocolError, match="no word"):
        line.session.set_speed(100, Direction.REVERSE)
    assert line.say() == []


def test_sr02_without_control_nothing_but_a_stop_leaves() -> None:
    line = connected()
    line.hear(STANDING)
    line.session.start()
    line.session.set_speed(100, FORWARD)
    assert line.say() == []
    line.session.stop(True)
    assert [write.value for write in line.say()] == [b"\x08\x01"]


def test_a_walk_from_start_to_stop() -> None:
    line = controlled()
    line.session.start()
    line.session.set_speed(50, FORWARD)
    (start,) = line.say()
    assert start.value == b"\x07"
    assert line.session.starting
    line.answer(start)
    assert line.say() == []  # a speed waits for the belt to move (SR-03)
    line.hear(Value(uuids.TREADMILL_DATA, bytes.fromhex("00003200")))
    (speed,) = line.say()
    assert speed.value == bytes.fromhex("023200")
    line.answer(speed)
    line.session.stop(False)
    (stop,) = line.say()
    assert stop.value == bytes.fromhex("0801")


def test_sr38_control_that_was_lost_is_not_asked_for_again() -> None:
    line = controlled()
    line.hear(Value(uuids.MACHINE_STATUS, b"\xff"))
    assert not line.session.in_control
    line.now_ms += 60_000
    line.hear(STANDING)
    assert line.say() == []
    line.take_control()  # somebody decided to


def test_a_write_of_an_earlier_connection_settles_nothing_of_this_one() -> None:
    line = controlled()
    line.session.start()
    (old,) = line.say()
    line.session.restart()
    line.hear(RANGE, Ready(), STANDING)
    line.session.request_control()
    (new,) = line.say()
    assert new.number != old.number
    line.hear(Written(old.number, CARRIER_FAILED), Value(uuids.CONTROL_POINT, b"\x80\x07\x01"))
    assert not line.session.in_control
    line.answer(new)
    assert line.session.in_control


def test_sr37_a_stop_that_had_no_effect_goes_on_over_a_new_link_and_another_profile() -> None:
    answers = iter([UNKNOWN, MILES])
    line = Line(FtmsHostSession(None, lambda maker, model: next(answers)))
    line.hear(RANGE, Ready(), ONE_KMH)
    line.session.stop(False)
    assert [write.value for write in line.say()] == [b"\x08\x01"]
    line.session.restart()
    assert [write.value for write in line.say()] == [b"\x08\x01"]
    line.hear(RANGE, Ready(), ONE_KMH)
    assert line.session.quirks == MILES.quirks
    assert [write.value for write in line.say()] == [b"\x08\x01"]


def test_sr16_a_stronger_reason_says_a_stop_once_more_and_a_milder_one_does_not() -> None:
    line = controlled()
    line.hear(ONE_KMH)
    line.session.stop(strongest=False)
    (soft,) = line.say()
    line.answer(soft)
    line.session.stop(strongest=False)
    assert line.say() == []
    line.session.stop(strongest=True)
    (strong,) = line.say()
    assert strong.value == b"\x08\x01"
    line.answer(strong)
    for strongest in (True, False, True):
        line.session.stop(strongest)
        assert line.say() == []


@pytest.mark.parametrize("again", ["", "ffff00000000", "2c01d0070a00"])
def test_sr15_what_a_machine_takes_is_settled_for_as_long_as_the_link_stands(again: str) -> None:
    line = controlled()
    line.session.start()
    (start,) = line.say()
    line.answer(start)
    line.hear(Value(uuids.SPEED_RANGE, bytes.fromhex(again)), ONE_KMH)
    line.session.set_speed(60, Direction.FORWARD)
    assert [write.value for write in line.say()] == [bytes.fromhex("023c00")]
    assert line.session.quantise(60) == 60


def test_sr01_a_new_link_knows_nothing() -> None:
    line = controlled()
    line.session.proved = True
    line.session.restart()
    assert not line.session.proved
    assert not line.session.in_control
    assert line.session.proofs == 0
    assert not line.session.speeds_known


def test_a_procedure_without_an_answer_wants_another_link() -> None:
    line = controlled()
    line.session.start()
    assert len(line.say()) == 1
    assert not line.session.wants_new_link
    for _ in range(100):
        line.now_ms += 100
        line.say()
    assert line.session.wants_new_link


def test_sr38_a_machine_that_found_no_answer_answers_again_once_it_gives_control() -> None:
    line = controlled()
    assert line.answers()
    line.session.start()
    line.say()
    line.now_ms += 2_500
    line.say()
    assert not line.answers()
    line.hear(STANDING)
    line.session.restart()
    assert not line.answers()
    line.hear(RANGE, Ready(), STANDING)
    (stop,) = line.say()
    line.answer(stop)
    line.hear(STANDING)
    line.take_control()
    assert line.answers()


def test_a_refused_start_is_told() -> None:
    line = controlled()
    line.session.start()
    (write,) = line.say()
    answer = Value(uuids.CONTROL_POINT, b"\x80\x07\x04")
    assert StartRefused() in line.hear(Written(write.number), answer)


def test_the_echo_of_our_own_start_is_nobody_elses() -> None:
    line = controlled()
    line.session.start()
    line.say()
    assert line.hear(Value(uuids.MACHINE_STATUS, b"\x04")) == []


# What is heard.


@pytest.mark.parametrize(
    ("uuid", "value", "message"),
    [
        (uuids.MACHINE_STATUS, "03", SafetyKeyPulled()),
        (uuids.MACHINE_STATUS, "02 01", ConsoleStop()),
        (uuids.MACHINE_STATUS, "02 02", ConsoleStop()),
        (uuids.MACHINE_STATUS, "02", ConsoleStop()),
        (uuids.MACHINE_STATUS, "04", StartedByOthers()),
        (uuids.MACHINE_STATUS, "05 96 00", ForeignSpeed(150)),
        (uuids.CONTROL_POINT, "02", OtherReport(b"\x02")),
    ],
)
def test_sr36_sr39_what_others_do_to_the_machine_is_told(
    uuid: int, value: str, message: MachineMessage
) -> None:
    assert connected().hear(Value(uuid, bytes.fromhex(value))) == [message]


def test_sr19_the_machines_own_clock_is_told_with_its_speed() -> None:
    data = bytes.fromhex("0004 6400 3d00".replace(" ", ""))
    told = connected().hear(Value(uuids.TREADMILL_DATA, data))
    assert told == [SpeedReport(100), ClockReport(61)]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("0001 6400 60", [SpeedReport(100), HeartRateReport(96)]),
        ("0001 6400 00", [SpeedReport(100)]),
        ("0000 6400", [SpeedReport(100)]),
    ],
)
def test_sr46_a_heart_rate_of_zero_is_not_told(data: str, told: list[MachineMessage]) -> None:
    assert connected().hear(Value(uuids.TREADMILL_DATA, bytes.fromhex(data))) == told


def test_a_record_that_was_cut_before_its_speed_is_no_reading() -> None:
    assert connected().hear(Value(uuids.TREADMILL_DATA, b"\0\0\x64")) == []


def test_noise_is_told_as_noise_and_renews_nothing() -> None:
    line = connected()
    (error,) = line.session.receive(line.now_ms, b"\x99\x00\x00")
    assert isinstance(error, RemoteProtocolError)
    assert line.session.proofs == 0


def test_sr31_the_last_words_are_a_stop_and_a_target_of_zero() -> None:
    assert [frame.hex(" ") for frame in STOP_FRAMES] == [
        "01 09 00 00 00 00 00 d9 2a 01 08 01",
        "01 0a 00 00 00 00 00 d9 2a 01 02 00 00",
    ]
