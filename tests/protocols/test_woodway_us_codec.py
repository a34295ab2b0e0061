"""Woodway US, every row of the wire's tables (serial.md 1A)."""

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
from firmware_protocols.woodway_us import session
from firmware_protocols.woodway_us.codec import (
    CommandDecoder,
    Decoder,
    encode,
    encode_reply,
    quantise,
)
from tests.protocols.golden import Fault, decode, every_way

REVERSE: Final = Direction.REVERSE

COMMANDS: Final[list[tuple[str, HostMessage]]] = [
    ("A0", StartBelt()),
    ("A2", CutDrive()),
    ("AA", AutoStop()),
    ("C0", QueryDrive()),
    ("C1", QuerySpeed()),
    ("C2", QueryIncline()),
    ("A3 30 30 30 30", SetSpeed(0)),
    ("A3 30 30 30 31", SetSpeed(17)),
    ("A3 30 30 32 30", SetSpeed(322)),
    ("A3 30 31 32 35", SetSpeed(2_012)),
    ("A3 30 32 39 39", SetSpeed(4_812)),
    ("A3 33 30 30 31", SetSpeed(17, REVERSE)),
    ("A3 33 30 32 30", SetSpeed(322, REVERSE)),
    ("A3 33 31 32 35", SetSpeed(2_012, REVERSE)),
    ("A3 33 32 39 39", SetSpeed(4_812, REVERSE)),
    ("A4 30 30 30 30", SetIncline(0)),
    ("A4 30 30 35 30", SetIncline(50)),
    ("A4 30 32 30 30", SetIncline(200)),
    ("A4 30 32 39 39", SetIncline(299)),
]
REPLIES: Final[list[tuple[str, MachineMessage]]] = [
    ("B0", Ack(0xA0)),
    ("B1", Ack(0xA1)),
    ("B2", Ack(0xA2)),
    ("B3", Ack(0xA3)),
    ("B4", Ack(0xA4)),
    ("B6", Ack(0xA6)),
    ("B7", Ack(0xA7)),
    ("B9", Ack(0xA9)),
    ("BA", Ack(0xAA)),
    ("89", Ack(0x88)),
    ("BD", MasterTimeout()),
    ("BE", InvalidData()),
    ("BF", InvalidCommand()),
    ("D0 31", DriveReport(DriveState.STOPPED)),
    ("D0 32", DriveReport(DriveState.SUPERVISED)),
    ("D0 33", DriveReport(DriveState.UNSUPERVISED)),
    ("D1 30 30 30 30", SpeedReport(0)),
    ("D1 30 30 31 34", SpeedReport(226)),
    ("D1 33 30 31 34", SpeedReport(226, REVERSE)),
    ("D1 30 32 39 39", SpeedReport(4_812)),
    ("D1 30 39 39 39", SpeedReport(16_078)),
    ("D2 30 30 35 30", InclineReport(50)),
    ("D2 30 32 39 39", InclineReport(299)),
    ("D2 39 39 39 39", InclineReport(9_999)),
    ("D3 00 01 02 7F", OtherReport(b"\xd3\x00\x01\x02\x7f")),
    ("D3 31 2E 30 32", OtherReport(b"\xd31.02")),
    ("D4 30 30 31 32", OtherReport(b"\xd40012")),
]


def heard(wire: str) -> list[object]:
    return every_way(CommandDecoder, bytes.fromhex(wire), b"\xa3\x30")


def read(wire: str) -> list[object]:
    return every_way(Decoder, bytes.fromhex(wire), b"\xd1\x30")


def test_sr29_a_conversation_in_kilometres_is_refused_where_it_begins() -> None:
    for begin in (session.capabilities, session.open_session):
        with pytest.raises(LocalProtocolError, match="mph, not kmh"):
            begin(Unit.KMH)


@pytest.mark.parametrize(("wire", "message"), COMMANDS)
def test_every_command_reads_the_same_at_both_ends(wire: str, message: HostMessage) -> None:
    assert encode(message) == bytes.fromhex(wire)
    assert heard(wire) == [message]


@pytest.mark.parametrize(("wire", "message"), REPLIES)
def test_every_reply_reads_the_same_at_both_ends(wire: str, message: MachineMessage) -> None:
    assert encode_reply(message) == bytes.fromhex(wire)
    assert read(wire) == [message]


@pytest.mark.parametrize(
    "opcode", [0x88, 0xA1, 0xA6, 0xA7, 0xA8, 0xA9, 0xAB, 0xAD, 0xC3, 0xC4], ids=hex
)
def test_words_the_host_must_not_say_are_heard_as_unsafe(opcode: int) -> None:
    assert heard(f"{opcode:02X}") == [UnsafeCommand(opcode, bytes((opcode,)))]


@pytest.mark.parametrize(
    ("wire", "raw"),
    [
        ("A5", "A5"),
        ("AC", "AC"),
        ("80", "80"),
        ("C5", "C5"),
        ("FF", "FF"),
        ("A3 31 30 31 30", "A3 31 30 31 30"),
        ("A3 32 30 31 30", "A3 32 30 31 30"),
        ("A3 2D 30 31 30", "A3 2D 30 31 30"),
        ("A3 30 33 30 30", "A3 30 33 30 30"),
        ("A3 33 33 30 30", "A3 33 33 30 30"),
        ("A3 30 30 2E 31", "A3 30 30 2E 31"),
        ("A4 2D 30 31 30", "A4 2D 30 31 30"),
        ("A4 30 33 30 30", "A4 30 33 30 30"),
    ],
)
def test_a_command_that_means_nothing_is_an_error_with_its_bytes(wire: str, raw: str) -> None:
    assert heard(wire) == [Fault(bytes.fromhex(raw))]


def test_pywoodways_minus_zero_is_heard_as_zero() -> None:
    assert heard("A3 33 30 30 30") == [SetSpeed(0, REVERSE)]


def test_pywoodways_five_digits_are_four_and_a_stray() -> None:
    wire = bytes.fromhex("A3 33 30 31 32 35")
    assert decode(CommandDecoder(), wire) == [SetSpeed(194, REVERSE), Fault(b"\x35")]


@pytest.mark.parametrize(
    "wire",
    [
        "D0 30",
        "D0 34",
        "D0 00",
        "D1 31 30 31 34",
        "D1 32 30 31 34",
        "D1 34 30 31 34",
        "D1 39 39 39 39",
        "D1 2D 30 31 34",
        "D1 30 30 2E 34",
        "D1 30 20 31 34",
        "D2 2B 30 35 30",
        "DF",
        "BB",
        "BC",
        "B5",
        "B8",
        "A3",
        "54",
    ],
)
def test_a_reply_that_means_nothing_is_an_error_with_its_bytes(wire: str) -> None:
    assert decode(Decoder(), bytes.fromhex(wire)) == [Fault(bytes.fromhex(wire))]


@pytest.mark.parametrize("speed_ckmh", [0, 1, 16])
def test_zero_is_never_sent_with_the_reverse_digit(speed_ckmh: int) -> None:
    assert encode(SetSpeed(speed_ckmh, REVERSE)) == b"\xa30000"
    assert encode_reply(SpeedReport(speed_ckmh, REVERSE)) == b"\xd10000"


@pytest.mark.parametrize(
    ("speed_ckmh", "wire"),
    [
        (17, b"\xa30001"),
        (32, b"\xa30001"),
        (33, b"\xa30002"),
        (4_795, b"\xa30297"),
        (4_796, b"\xa30298"),
        (4_811, b"\xa30298"),
        (4_812, b"\xa30299"),
    ],
)
def test_a_speed_between_two_steps_takes_the_lower(speed_ckmh: int, wire: bytes) -> None:
    assert encode(SetSpeed(speed_ckmh)) == wire


REFUSED: Final[list[Any]] = [-1, True, False, 1.0, float("nan"), float("inf"), "10", None, b"1"]


@pytest.mark.parametrize("value", [*REFUSED, 4_813, 4_828, 100_000], ids=repr)
@pytest.mark.parametrize("direction", Direction)
def test_sr15_a_speed_outside_the_field_cannot_be_said(value: Any, direction: Direction) -> None:
    with pytest.raises(LocalProtocolError, match="speed_ckmh"):
        encode(SetSpeed(value, direction))
    with pytest.raises(LocalProtocolError, match="speed_ckmh"):
        quantise(value)


@pytest.mark.parametrize("value", [*REFUSED, 300], ids=repr)
def test_sr15_an_incline_outside_the_field_cannot_be_said(value: Any) -> None:
    with pytest.raises(LocalProtocolError, match="incline_permille"):
        encode(SetIncline(value))


@pytest.mark.parametrize("direction", ["reverse", -1, None])
def test_a_direction_that_is_not_ours_is_refused_not_taken_for_forward(direction: Any) -> None:
    with pytest.raises(LocalProtocolError, match="not a belt direction"):
        encode(SetSpeed(100, direction))


@pytest.mark.parametrize("message", [Ack(0xA0), UnsafeCommand(0xA1, b"\xa1"), None, "stop"])
def test_the_host_has_no_other_words(message: Any) -> None:
    with pytest.raises(LocalProtocolError, match="no word"):
        encode(message)


@pytest.mark.parametrize(
    "message",
    [
        Ack(0xA5),
        Ack(0xAB),
        Ack(0xC0),
        DriveReport("stopped"),  # type: ignore[arg-type]
        SpeedFault(),
        InvalidQuery(),
        OtherReport(b""),
        OtherReport(b"\xd3\x00"),
        OtherReport(b"\xd10014"),
        OtherReport(b"\xd30000\x30"),
        StartBelt(),
    ],
    ids=repr,
)
def test_the_machine_has_no_other_replies(message: Any) -> None:
    with pytest.raises(LocalProtocolError, match="no reply"):
        encode_reply(message)


@pytest.mark.parametrize(
    "message", [SpeedReport(16_079), SpeedReport(-1), InclineReport(10_000), InclineReport(-1)]
)
def test_a_reading_outside_its_field_cannot_be_said(message: MachineMessage) -> None:
    with pytest.raises(LocalProtocolError, match="outside"):
        encode_reply(message)
