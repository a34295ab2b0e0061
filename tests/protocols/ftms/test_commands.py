"""What a host says to an FTMS machine, read back from its bytes: the gate's last look (SR-10)."""

import pytest

from firmware_protocols._fields import Unit
from firmware_protocols.errors import LocalProtocolError, RemoteProtocolError
from firmware_protocols.ftms import envelope, machine_side
from firmware_protocols.ftms.commands import NO_OPCODE, CommandDecoder
from firmware_protocols.ftms.envelope import HostDecoder, Value, Write
from firmware_protocols.ftms.quirks import Quirks
from firmware_protocols.ftms.uuids import CONTROL_POINT, MACHINE_STATUS, TREADMILL_DATA
from firmware_protocols.messages import (
    Ack,
    AutoStop,
    ClockReport,
    ConsoleStop,
    Direction,
    DriveReport,
    DriveState,
    ForeignSpeed,
    HostMessage,
    MachineMessage,
    RequestControl,
    SafetyKeyPulled,
    SetIncline,
    SetSpeed,
    SpeedFault,
    SpeedReport,
    StartBelt,
    UnsafeCommand,
)


def heard(
    wire: bytes, decoder: CommandDecoder | None = None
) -> list[HostMessage | UnsafeCommand | RemoteProtocolError]:
    decoder = decoder or CommandDecoder()
    decoder.receive_data(wire)
    return list(decoder.messages())


def write(value: str, uuid: int = CONTROL_POINT) -> bytes:
    return envelope.encode(Write(1, uuid, bytes.fromhex(value)))


@pytest.mark.parametrize(
    ("value", "command"),
    [
        ("00", RequestControl()),
        ("07", StartBelt()),
        ("08 01", AutoStop()),
        ("08 02", AutoStop()),
        ("02 3c 00", SetSpeed(60)),
        ("02 00 00", SetSpeed(0)),
        ("02 ff ff", SetSpeed(65_535)),
        ("03 0a 00", SetIncline(10)),
    ],
)
def test_each_word_of_this_project_is_understood(value: str, command: HostMessage) -> None:
    assert heard(write(value)) == [command]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("01", id="a reset gives control away"),
        pytest.param("08", id="a stop that does not say which"),
        pytest.param("08 03", id="a stop of a reserved kind"),
        pytest.param("07 00", id="a padded start"),
        pytest.param("02 3c", id="half a speed"),
        pytest.param("02 3c 00 00", id="a speed and a byte"),
        pytest.param("0c 10 00 00", id="a target distance, which may stop the belt"),
        pytest.param("16", id="a reserved word"),
    ],
)
def test_sr10_what_is_never_said_is_unsafe_and_not_guessed(value: str) -> None:
    raw = bytes.fromhex(value)
    assert heard(write(value)) == [UnsafeCommand(raw[0], raw)]


def test_sr10_nothing_is_written_anywhere_but_to_the_control_point() -> None:
    raw = bytes.fromhex("02 3c 00")
    assert heard(write("02 3c 00", TREADMILL_DATA)) == [UnsafeCommand(NO_OPCODE, raw)]
    assert heard(write("")) == [UnsafeCommand(NO_OPCODE, b"")]


def test_sr10_bytes_that_are_no_write_are_an_error() -> None:
    (error,) = heard(envelope.encode(Value(MACHINE_STATUS, b"\xff")))
    assert isinstance(error, RemoteProtocolError)


def test_sr29_a_target_is_checked_as_what_it_means_to_this_machine() -> None:
    """2.5 said to a machine that takes it for miles is 4.03 km/h."""
    miles = CommandDecoder(Quirks(command_unit=Unit.MPH))
    assert heard(write("02 fa 00"), miles) == [SetSpeed(403)]


@pytest.mark.parametrize(
    ("message", "uuid", "value"),
    [
        (SpeedReport(100), TREADMILL_DATA, "00 00 64 00"),
        (ClockReport(61), TREADMILL_DATA, "01 04 3d 00"),
        (Ack(0x07), CONTROL_POINT, "80 07 01"),
        (ConsoleStop(), MACHINE_STATUS, "02 01"),
        (SafetyKeyPulled(), MACHINE_STATUS, "03"),
        (ForeignSpeed(150), MACHINE_STATUS, "05 96 00"),
    ],
)
def test_a_machine_says_it_in_these_bytes(message: MachineMessage, uuid: int, value: str) -> None:
    decoder = HostDecoder()
    decoder.receive_data(machine_side.encode_reply(message))
    assert list(decoder.records()) == [Value(uuid, bytes.fromhex(value))]


@pytest.mark.parametrize(
    "message",
    [SpeedReport(100, Direction.REVERSE), DriveReport(DriveState.STOPPED), SpeedFault()],
)
def test_a_machine_has_no_word_for_reverse_nor_for_its_drive(message: MachineMessage) -> None:
    with pytest.raises(LocalProtocolError):
        machine_side.encode_reply(message)
