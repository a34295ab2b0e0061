"""Woodway US, the interface-board dialect: one opcode, sometimes four ASCII digits.

Both roles live here, so that a test can be both ends of the wire. `PROTOCOL.md` beside this
file is the wire as a table. The first speed digit is the belt's direction, '0' forward and
'3' reverse; this is the only line of the two that has one. Zero is sent forward always:
"minus zero" is somebody else's bug (serial.md 1A), which a machine still has to bear.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from firmware_protocols._buffer import FrameBuffer
from firmware_protocols._fields import (
    Unit,
    ckmh_from_tenths,
    four_digits,
    tenths_from_ckmh,
    whole,
)
from firmware_protocols.errors import LocalProtocolError, RemoteProtocolError
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
    MachineMessage,
    MasterTimeout,
    OtherReport,
    QueryDrive,
    QueryIncline,
    QuerySpeed,
    SetIncline,
    SetSpeed,
    SpeedReport,
    StartBelt,
    UnsafeCommand,
)

UNIT: Final = Unit.MPH
MAX_TENTHS: Final = 299
"""29.9 mph, the largest set speed (serial.md 1A, "Speed field")."""
MAX_INCLINE_PERMILLE: Final = 299
_READING_MAX_TENTHS: Final = 999
"""A reading may exceed every set speed: a runaway has to be reported as what it is."""
_READING_MAX_PERMILLE: Final = 9_999

_SIMPLE_COMMANDS: Final[dict[int, HostMessage]] = {
    0xA0: StartBelt(),
    0xA2: CutDrive(),
    0xAA: AutoStop(),
    0xC0: QueryDrive(),
    0xC1: QuerySpeed(),
    0xC2: QueryIncline(),
}
_OPCODES: Final = {message: opcode for opcode, message in _SIMPLE_COMMANDS.items()}
_UNSAFE: Final = frozenset({0x88, 0xA1, 0xA6, 0xA7, 0xA8, 0xA9, 0xAB, 0xAD, 0xC3, 0xC4})
"""Unsupervised starts (A1, A9), set-up with unknown payloads, and queries nobody here needs."""
_COMMAND_LENGTHS: Final = {
    **dict.fromkeys(_SIMPLE_COMMANDS, 0),
    **dict.fromkeys(_UNSAFE, 0),
    0xA3: 4,
    0xA4: 4,
}

_ACKS: Final = {
    0x89: 0x88,
    **{0x10 + op: op for op in (0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA6, 0xA7, 0xA9, 0xAA)},
}
_ACK_BYTES: Final = {opcode: reply for reply, opcode in _ACKS.items()}
_ERRORS: Final[dict[int, MachineMessage]] = {
    0xBD: MasterTimeout(),
    0xBE: InvalidData(),
    0xBF: InvalidCommand(),
}
_ERROR_BYTES: Final = {message: reply for reply, message in _ERRORS.items()}
_DRIVE: Final = {
    b"1": DriveState.STOPPED,
    b"2": DriveState.SUPERVISED,
    b"3": DriveState.UNSUPERVISED,
}
_DRIVE_FIELDS: Final = {state: field for field, state in _DRIVE.items()}
_OTHER: Final = (0xD3, 0xD4)
"""Firmware, and time since start, whose length nobody published: four, as its neighbours."""
_REPLY_LENGTHS: Final = {
    **dict.fromkeys(_ACKS, 0),
    **dict.fromkeys(_ERRORS, 0),
    0xD0: 1,
    0xD1: 4,
    0xD2: 4,
    **dict.fromkeys(_OTHER, 4),
}

_FORWARD_DIGIT: Final = 0x30
_REVERSE_DIGIT: Final = 0x33
_DIRECTIONS: Final = {_FORWARD_DIGIT: Direction.FORWARD, _REVERSE_DIGIT: Direction.REVERSE}


def encode(message: HostMessage) -> bytes:
    """Return the frame that says *message* to the machine.

    Raises:
        LocalProtocolError: no word for it, or the value does not fit its field.
    """
    match message:
        case SetSpeed(speed_ckmh, direction):
            return b"\xa3" + _speed_field(speed_ckmh, direction, MAX_TENTHS)
        case SetIncline(incline_permille):
            return b"\xa4" + four_digits(
                whole(incline_permille, "incline_permille", MAX_INCLINE_PERMILLE)
            )
        case StartBelt() | CutDrive() | AutoStop() | QueryDrive() | QuerySpeed() | QueryIncline():
            return bytes((_OPCODES[message],))
        case _:
            raise LocalProtocolError(f"woodway-us has no word for {message!r}")


def encode_reply(message: MachineMessage) -> bytes:
    """Return the frame in which a machine says *message*.

    Raises:
        LocalProtocolError: no word for it, or the value does not fit its field.
    """
    match message:
        case Ack(opcode) if opcode in _ACK_BYTES:
            return bytes((_ACK_BYTES[opcode],))
        case DriveReport(state) if state in _DRIVE_FIELDS:
            return b"\xd0" + _DRIVE_FIELDS[state]
        case SpeedReport(speed_ckmh, direction):
            return b"\xd1" + _speed_field(speed_ckmh, direction, _READING_MAX_TENTHS)
        case InclineReport(incline_permille):
            return b"\xd2" + four_digits(
                whole(incline_permille, "incline_permille", _READING_MAX_PERMILLE)
            )
        case MasterTimeout() | InvalidData() | InvalidCommand():
            return bytes((_ERROR_BYTES[message],))
        case OtherReport(raw) if _decoded(raw) == [message]:
            return raw
        case _:
            raise LocalProtocolError(f"woodway-us has no reply for {message!r}")


class Decoder:
    """Turns the machine's bytes into messages. Feed it, then drain it; it never blocks."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = FrameBuffer(_REPLY_LENGTHS)

    def receive_data(self, data: bytes) -> None:
        self._buffer.receive_data(data)

    def messages(self) -> Iterator[MachineMessage | RemoteProtocolError]:
        """Yield every complete reply. Bytes that mean nothing come as the error they caused."""
        for frame in self._buffer.frames():
            yield frame if isinstance(frame, RemoteProtocolError) else _parse_reply(frame)


class CommandDecoder:
    """Turns the host's bytes into what the host said: the machine's side of the wire.

    An error's `raw` begins with the command's opcode if the machine knows that command (it
    would answer BE, invalid data), else with a byte it does not know (BF, invalid command).
    """

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = FrameBuffer(_COMMAND_LENGTHS)

    def receive_data(self, data: bytes) -> None:
        self._buffer.receive_data(data)

    def messages(self) -> Iterator[HostMessage | UnsafeCommand | RemoteProtocolError]:
        """Yield every complete command."""
        for frame in self._buffer.frames():
            yield frame if isinstance(frame, RemoteProtocolError) else _parse_command(frame)


def quantise(speed_ckmh: int) -> int:
    """Return the machine's own step for a request: decode(encode(x)).

    Raises:
        LocalProtocolError: the speed cannot be encoded.
    """
    return ckmh_from_tenths(tenths_from_ckmh(speed_ckmh, UNIT, max_tenths=MAX_TENTHS), UNIT)


def _speed_field(speed_ckmh: int, direction: Direction, max_tenths: int) -> bytes:
    if not isinstance(direction, Direction):
        raise LocalProtocolError(f"not a belt direction: {direction!r}")
    tenths = tenths_from_ckmh(speed_ckmh, UNIT, max_tenths=max_tenths)
    # Decided by the digits, not by the request: 0.1 km/h in reverse has zero digits.
    reverse = direction is Direction.REVERSE and tenths > 0
    return b"%c%03d" % (_REVERSE_DIGIT if reverse else _FORWARD_DIGIT, tenths)


# A line says the same few hundred frames all day: they are looked up, not parsed anew.
@lru_cache(maxsize=1_024)
def _parse_reply(frame: bytes) -> MachineMessage | RemoteProtocolError:
    opcode, payload = frame[0], frame[1:]
    if opcode in _ACKS:
        return Ack(_ACKS[opcode])
    if opcode in _ERRORS:
        return _ERRORS[opcode]
    if opcode in _OTHER:
        return OtherReport(frame)
    if opcode == 0xD0:
        if payload in _DRIVE:
            return DriveReport(_DRIVE[payload])
        return RemoteProtocolError("not a belt state", raw=frame)
    if not payload.isdigit():
        return RemoteProtocolError("not four digits", raw=frame)
    if opcode == 0xD2:
        return InclineReport(int(payload))
    if payload[0] in _DIRECTIONS:
        return SpeedReport(ckmh_from_tenths(int(payload[1:]), UNIT), _DIRECTIONS[payload[0]])
    return RemoteProtocolError("sign digit is neither 0 nor 3", raw=frame)


@lru_cache(maxsize=1_024)
def _parse_command(frame: bytes) -> HostMessage | UnsafeCommand | RemoteProtocolError:
    opcode, payload = frame[0], frame[1:]
    if opcode in _SIMPLE_COMMANDS:
        return _SIMPLE_COMMANDS[opcode]
    if opcode in _UNSAFE:
        return UnsafeCommand(opcode, frame)
    if not payload.isdigit():
        return RemoteProtocolError("not four digits", raw=frame)
    if opcode == 0xA4:
        if int(payload) <= MAX_INCLINE_PERMILLE:
            return SetIncline(int(payload))
        return RemoteProtocolError("incline above 29.9 %", raw=frame)
    if payload[0] not in _DIRECTIONS:
        return RemoteProtocolError("sign digit is neither 0 nor 3", raw=frame)
    if int(payload[1:]) > MAX_TENTHS:
        return RemoteProtocolError("speed above 29.9 mph", raw=frame)
    return SetSpeed(ckmh_from_tenths(int(payload[1:]), UNIT), _DIRECTIONS[payload[0]])


def _decoded(raw: bytes) -> list[MachineMessage | RemoteProtocolError]:
    decoder = Decoder()
    decoder.receive_data(raw)
    return list(decoder.messages())
