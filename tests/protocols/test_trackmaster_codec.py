"""Trackmaster, every row of the wire's tables (serial.md 2), in both units."""

from typing import Any, Final

import pytest

from firmware_protocols._fields import Unit
from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.messages import (
    Ack,
    AutoStop,
    CutDrive,
    Direction,
    DriveReport,
    DriveState,
    HostMessage,
    InclineReport,
    InvalidCommand,
    InvalidData,
    InvalidQuery,
    MachineMessage,
    MasterTimeout,
    OtherReport,
    QueryDrive,
    QueryIncline,
    QuerySpeed,
    SetIncline,
    SetSpeed,
    SpeedFault,
    SpeedReport,
    StartBelt,
    UnsafeCommand,
)
from firmware_protocols.trackmaster.codec import (
    CommandDecoder,
    Decoder,
    encode,
    encode_reply,
    quantise,
)
from tests.protocols.golden import Fault, decode, every_way

COMMANDS: Final[list[tuple[str, HostMessage]]] = [
    ("A0", StartBelt()),
    ("A2", CutDrive()),
    ("AA", AutoStop()),
    ("C0", QueryDrive()),
    ("C1", QuerySpeed()),
    ("C2", QueryIncline()),
    ("A3 30 30 30 30", SetSpeed(0)),
    ("A3 30 30 30 32", SetSpeed(33)),
    ("A3 30 30 34 30", SetSpeed(644)),
    ("A3 30 31 32 35", SetSpeed(2_012)),
    ("A3 30 39 39 39", SetSpeed(16_078)),
    ("A4 30 30 30 30", SetIncline(0)),
    ("A4 30 30 35 30", SetIncline(50)),
    ("A4 30 31 32 35", SetIncline(125)),
    ("A4 30 39 39 35", SetIncline(995)),
]
REPLIES: Final[list[tuple[str, MachineMessage]]] = [
    *((f"{0x10 + opcode:02X}", Ack(opcode)) for opcode in range(0xA0, 0xAD)),
    ("BE", InvalidData()),
    ("BF", InvalidCommand()),
    ("DF", InvalidQuery()),
    ("D0 31", DriveReport(DriveState.STOPPED)),
    ("D0 32", DriveReport(DriveState.SUPERVISED)),
    ("D0 33", DriveReport(DriveState.UNSUPERVISED)),
    ("D1 30 30 30 30", SpeedReport(0)),
    ("D1 30 30 34 30", SpeedReport(644)),
    ("D1 39 39 39 38", SpeedReport(160_903)),
    ("D1 39 39 39 39", SpeedFault()),
    ("D2 30 30 35 30", InclineReport(50)),
    ("D2 39 39 39 39", InclineReport(9_999)),
    *(
        (f"{opcode:02X} 30 31 32 33", OtherReport(bytes((opcode,)) + b"0123"))
        for opcode in (0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xDA, 0xDB, 0xDC, 0xDD)
    ),
    ("D8 30 31", OtherReport(b"\xd801")),
    ("D9 30 31", OtherReport(b"\xd901")),
]


def heard(wire: str) -> list[object]:
    return every_way(CommandDecoder, bytes.fromhex(wire), b"\xa3\x30")


def read(wire: str) -> list[object]:
    return every_way(Decoder, bytes.fromhex(wire), b"\xd1\x30")


@pytest.mark.parametrize(("wire", "message"), COMMANDS)
def test_every_command_reads_the_same_at_both_ends(wire: str, message: HostMessage) -> None:
    assert encode(message) == bytes.fromhex(wire)
    assert heard(wire) == [message]


@pytest.mark.parametrize(("wire", "message"), REPLIES)
def test_every_reply_reads_the_same_at_both_ends(wire: str, message: MachineMessage) -> None:
    assert encode_reply(message) == bytes.fromhex(wire)
    assert read(wire) == [message]


@pytest.mark.parametrize(
    ("wire", "speed_ckmh"),
    [("30 30 30 31", 10), ("30 30 34 30", 400), ("30 31 32 35", 1_250), ("30 39 39 39", 9_990)],
)
def test_the_same_digits_are_kilometres_where_the_machine_counts_them(
    wire: str, speed_ckmh: int
) -> None:
    command, reply = bytes.fromhex("A3" + wire), bytes.fromhex("D1" + wire)
    assert encode(SetSpeed(speed_ckmh), Unit.KMH) == command
    assert decode(CommandDecoder(Unit.KMH), command) == [SetSpeed(speed_ckmh)]
    assert encode_reply(SpeedReport(speed_ckmh), Unit.KMH) == reply
    assert decode(Decoder(Unit.KMH), reply) == [SpeedReport(speed_ckmh)]


def test_the_fault_reading_is_a_fault_in_every_unit() -> None:
    assert decode(Decoder(Unit.KMH), b"\xd19999") == [SpeedFault()]
    assert encode_reply(SpeedFault(), Unit.KMH) == b"\xd19999"


@pytest.mark.parametrize(
    "wire",
    [
        "A1",
        "A5 30 31 30 30",
        "A6 30 31",
        "A7 30 32",
        "A8",
        "A9 30 31 35 30",
        "AB",
        "AC",
        *(f"{opcode:02X}" for opcode in range(0xC3, 0xCE)),
    ],
)
def test_words_the_host_must_not_say_are_heard_as_unsafe(wire: str) -> None:
    raw = bytes.fromhex(wire)
    assert heard(wire) == [UnsafeCommand(raw[0], raw)]


@pytest.mark.parametrize(
    "wire",
    [
        "A3 2D 30 31 30",
        "A3 30 30 2E 31",
        "A4 30 31 32 33",
        "A4 30 30 30 31",
        "A4 30 30 30 39",
        "A4 2B 30 31 30",
        "A6 30 3A",
        "AD",
        "CE",
        "80",
        "54",
    ],
)
def test_a_command_that_means_nothing_is_an_error_with_its_bytes(wire: str) -> None:
    assert decode(CommandDecoder(), bytes.fromhex(wire)) == [Fault(bytes.fromhex(wire))]


@pytest.mark.parametrize(
    "wire",
    [
        "D0 30",
        "D0 34",
        "D1 30 30 2E 34",
        "D2 2D 30 35 30",
        "D7 30 30 30 3A",
        "AF",
        "BD",
        "DE",
        "A0",
    ],
)
def test_a_reply_that_means_nothing_is_an_error_with_its_bytes(wire: str) -> None:
    assert read(wire) == [Fault(bytes.fromhex(wire))]


@pytest.mark.parametrize("position", range(8))
def test_a_power_up_byte_is_ignored_wherever_it_lands(position: int) -> None:
    wire = bytes.fromhex("B3 D1 30 30 34 30 D0 31")
    wire = wire[:position] + b"\x54" + wire[position:]
    messages = [Ack(0xA3), SpeedReport(644), DriveReport(DriveState.STOPPED)]
    assert decode(Decoder(), wire) == messages
    assert decode(Decoder(), *(bytes((byte,)) for byte in wire)) == messages


def test_the_bytes_of_echo_mode_are_errors_and_the_reply_behind_them_survives() -> None:
    # After AC each ack is followed by the host's own bytes (serial.md 2.2).
    wire = bytes.fromhex("B3 A3 30 30 34 30 D1 30 30 34 30")
    strays = [Fault(bytes((byte,))) for byte in wire[1:6]]
    assert decode(Decoder(), wire) == [Ack(0xA3), *strays, SpeedReport(644)]


@pytest.mark.parametrize(
    ("permille", "wire"),
    [
        (4, b"\xa40000"),
        (5, b"\xa40005"),
        (123, b"\xa40120"),
        (129, b"\xa40125"),
        (999, b"\xa40995"),
    ],
)
def test_an_incline_between_two_half_percents_takes_the_lower(permille: int, wire: bytes) -> None:
    assert encode(SetIncline(permille)) == wire


@pytest.mark.parametrize(
    ("speed_ckmh", "unit", "wire"),
    [
        (16, Unit.MPH, b"\xa30000"),
        (17, Unit.MPH, b"\xa30001"),
        (643, Unit.MPH, b"\xa30039"),
        (644, Unit.MPH, b"\xa30040"),
        (9, Unit.KMH, b"\xa30000"),
        (10, Unit.KMH, b"\xa30001"),
        (19, Unit.KMH, b"\xa30001"),
    ],
)
def test_a_speed_between_two_steps_takes_the_lower(
    speed_ckmh: int, unit: Unit, wire: bytes
) -> None:
    assert encode(SetSpeed(speed_ckmh), unit) == wire


REFUSED: Final[list[Any]] = [-1, True, False, 1.0, float("nan"), float("inf"), "10", None, b"1"]


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        *((value, unit) for value in REFUSED for unit in Unit),
        (16_079, Unit.MPH),
        (160_919, Unit.MPH),
        (9_991, Unit.KMH),
        (99_990, Unit.KMH),
    ],
    ids=repr,
)
def test_sr15_a_speed_outside_the_field_cannot_be_said(value: Any, unit: Unit) -> None:
    with pytest.raises(LocalProtocolError, match="speed_ckmh"):
        encode(SetSpeed(value), unit)
    with pytest.raises(LocalProtocolError, match="speed_ckmh"):
        quantise(value, unit)


@pytest.mark.parametrize("value", [*REFUSED, 1_000], ids=repr)
def test_sr15_an_incline_outside_the_field_cannot_be_said(value: Any) -> None:
    with pytest.raises(LocalProtocolError, match="incline_permille"):
        encode(SetIncline(value))


@pytest.mark.parametrize("direction", [Direction.REVERSE, "forward", None])
@pytest.mark.parametrize("speed_ckmh", [0, 100])
def test_there_is_no_direction_to_say(direction: Any, speed_ckmh: int) -> None:
    with pytest.raises(LocalProtocolError, match="cannot say"):
        encode(SetSpeed(speed_ckmh, direction))
    with pytest.raises(LocalProtocolError, match="cannot say"):
        encode_reply(SpeedReport(speed_ckmh, direction))


@pytest.mark.parametrize("message", [Ack(0xA0), UnsafeCommand(0xA1, b"\xa1"), None, "stop"])
def test_the_host_has_no_other_words(message: Any) -> None:
    with pytest.raises(LocalProtocolError, match="no word"):
        encode(message)


@pytest.mark.parametrize(
    "message",
    [
        Ack(0xAD),
        Ack(0x88),
        DriveReport("stopped"),  # type: ignore[arg-type]
        MasterTimeout(),
        OtherReport(b""),
        OtherReport(b"\xd801\x32"),
        OtherReport(b"\xd20050"),
        OtherReport(b"T\xd801"),
        StartBelt(),
    ],
    ids=repr,
)
def test_the_machine_has_no_other_replies(message: Any) -> None:
    with pytest.raises(LocalProtocolError, match="no reply"):
        encode_reply(message)


@pytest.mark.parametrize(
    "message", [SpeedReport(160_904), SpeedReport(-1), InclineReport(10_000), InclineReport(-1)]
)
def test_a_reading_outside_its_field_cannot_be_said(message: MachineMessage) -> None:
    with pytest.raises(LocalProtocolError, match="outside"):
        encode_reply(message)
