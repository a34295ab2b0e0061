"""Trackmaster / Full Vision TMX: one opcode, sometimes ASCII digits, no direction anywhere.

Both roles live here, so that a test can be both ends of the wire. `PROTOCOL.md` beside this
file is the wire as a table. Speed digits are tenths of mph, or of km/h on some machines; the
unit is a setting of the machine and an argument here. A reading of 999.9 is no speed: the
machine says that its control loop is lost or its emergency stop pressed.
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
    InvalidQuery,
    MachineMessage,
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

MAX_TENTHS: Final = 999
"""99.9. The field could hold 999.8, but no model exceeds 15 mph (serial.md 2.5), and with the
hundreds digit held at zero no command comes near the 999.9 that means a fault."""
MAX_INCLINE_PERMILLE: Final = 999
"""As above: the hundreds digit stays zero. The machine's own range is smaller (BE)."""
INCLINE_STEP_PERMILLE: Final = 5
"""The last digit of an elevation is 0 or 5, or the machine answers BE (serial.md 2.2)."""
_FAULT_TENTHS: Final = 9_999
_READING_MAX_TENTHS: Final = _FAULT_TENTHS - 1
_READING_MAX_PERMILLE: Final = 9_999
_POWER_UP: Final = b"\x54"
"""Sent once at power-up. Whoever echoes it starts a self-test that moves belt and deck."""

_SIMPLE_COMMANDS: Final[dict[int, HostMessage]] = {
    0xA0: StartBelt(),
    0xA2: CutDrive(),
    0xAA: AutoStop(),
    0xC0: QueryDrive(),
    0xC1: QuerySpeed(),
    0xC2: QueryIncline(),
}
_OPCODES: Final = {message: opcode for opcode, message in _SIMPLE_COMMANDS.items()}
_UNSAFE_LENGTHS: Final = {
    0xA1: 0,  # start without supervision
    0xA5: 4,
    0xA6: 2,
    0xA7: 2,
    0xA8: 0,
    0xA9: 4,
    0xAB: 0,  # cool-down: keeps walking, so it is no stop
    0xAC: 0,  # echo mode: every ack is followed by the host's own bytes
    **dict.fromkeys(range(0xC3, 0xCE), 0),
}
_COMMAND_LENGTHS: Final = {
    **dict.fromkeys(_SIMPLE_COMMANDS, 0),
    **_UNSAFE_LENGTHS,
    0xA3: 4,
    0xA4: 4,
}

_ACKS: Final = {0x10 + opcode: opcode for opcode in range(0xA0, 0xAD)}
_ACK_BYTES: Final = {opcode: reply for reply, opcode in _ACKS.items()}
_ERRORS: Final[dict[int, MachineMessage]] = {
    0xBE: InvalidData(),
    0xBF: InvalidCommand(),
    0xDF: InvalidQuery(),
}
_ERROR_BYTES: Final = {message: reply for reply, message in _ERRORS.items()}
_DRIVE: Final = {
    b"1": DriveState.STOPPED,
    b"2": DriveState.SUPERVISED,
    b"3": DriveState.UNSUPERVISED,
}
_DRIVE_FIELDS: Final = {state: field for field, state in _DRIVE.items()}
_REPLY_LENGTHS: Final = {
    **dict.fromkeys(_ACKS, 0),
    **dict.fromkeys(_ERRORS, 0),
    0xD0: 1,
    # Speed and incline, then set values, times, totals, protocol and stage (serial.md 2.3).
    **dict.fromkeys(range(0xD1, 0xDE), 4),
    0xD8: 2,
    0xD9: 2,
}


def encode(message: HostMessage, unit: Unit = Unit.MPH) -> bytes:
    """Return the frame that says *message* to the machine.

    Raises:
        LocalProtocolError: no word for it, or the value does not fit its field.
    """
    match message:
        case SetSpeed(speed_ckmh, direction):
            return b"\xa3" + _speed_field(speed_ckmh, direction, unit, MAX_TENTHS)
        case SetIncline(incline_permille):
            permille = whole(incline_permille, "incline_permille", MAX_INCLINE_PERMILLE)
            return b"\xa4" + four_digits(permille - permille % INCLINE_STEP_PERMILLE)
        case StartBelt() | CutDrive() | AutoStop() | QueryDrive() | QuerySpeed() | QueryIncline():
            return bytes((_OPCODES[message],))
        case _:
            raise LocalProtocolError(f"trackmaster has no word for {message!r}")


def encode_reply(message: MachineMessage, unit: Unit = Unit.MPH) -> bytes:
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
            return b"\xd1" + _speed_field(speed_ckmh, direction, unit, _READING_MAX_TENTHS)
        case SpeedFault():
            return b"\xd1" + four_digits(_FAULT_TENTHS)
        case InclineReport(incline_permille):
            return b"\xd2" + four_digits(
                whole(incline_permille, "incline_permille", _READING_MAX_PERMILLE)
            )
        case InvalidData() | InvalidCommand() | InvalidQuery():
            return bytes((_ERROR_BYTES[message],))
        case OtherReport(raw) if _decoded(raw) == [message]:
            return raw
        case _:
            raise LocalProtocolError(f"trackmaster has no reply for {message!r}")


class Decoder:
    """Turns the machine's bytes into messages. Feed it, then drain it; it never blocks."""

    __slots__ = ("_buffer", "_unit")

    def __init__(self, unit: Unit = Unit.MPH) -> None:
        self._buffer = FrameBuffer(_REPLY_LENGTHS)
        self._unit = unit

    def receive_data(self, data: bytes) -> None:
        # 54 is no digit and no opcode, so it can be dropped wherever it lands.
        self._buffer.receive_data(data.replace(_POWER_UP, b""))

    def messages(self) -> Iterator[MachineMessage | RemoteProtocolError]:
        """Yield every complete reply. Bytes that mean nothing come as the error they caused."""
        for frame in self._buffer.frames():
            yield (
                frame if isinstance(frame, RemoteProtocolError) else _parse_reply(frame, self._unit)
            )


class CommandDecoder:
    """Turns the host's bytes into what the host said: the machine's side of the wire.

    An error's `raw` begins with the command's opcode if the machine knows that command (it
    would answer BE, out of range), else with a byte it does not know: BF, or DF where that
    byte is a status request, C0..CF. A 54 is an error here: an echo of the power-up byte.
    """

    __slots__ = ("_buffer", "_unit")

    def __init__(self, unit: Unit = Unit.MPH) -> None:
        self._buffer = FrameBuffer(_COMMAND_LENGTHS)
        self._unit = unit

    def receive_data(self, data: bytes) -> None:
        self._buffer.receive_data(data)

    def messages(self) -> Iterator[HostMessage | UnsafeCommand | RemoteProtocolError]:
        """Yield every complete command."""
        for frame in self._buffer.frames():
            yield (
                frame
                if isinstance(frame, RemoteProtocolError)
                else _parse_command(frame, self._unit)
            )


def quantise(speed_ckmh: int, unit: Unit) -> int:
    """Return the machine's own step for a request: decode(encode(x)).

    Raises:
        LocalProtocolError: the speed cannot be encoded.
    """
    return ckmh_from_tenths(tenths_from_ckmh(speed_ckmh, unit, max_tenths=MAX_TENTHS), unit)


def _speed_field(speed_ckmh: int, direction: Direction, unit: Unit, max_tenths: int) -> bytes:
    if direction is not Direction.FORWARD:
        raise LocalProtocolError(f"trackmaster cannot say {direction!r}")
    return four_digits(tenths_from_ckmh(speed_ckmh, unit, max_tenths=max_tenths))


# A line says the same few hundred frames all day: they are looked up, not parsed anew.
@lru_cache(maxsize=1_024)
def _parse_reply(frame: bytes, unit: Unit) -> MachineMessage | RemoteProtocolError:
    opcode, payload = frame[0], frame[1:]
    if opcode in _ACKS:
        return Ack(_ACKS[opcode])
    if opcode in _ERRORS:
        return _ERRORS[opcode]
    if opcode == 0xD0:
        if payload in _DRIVE:
            return DriveReport(_DRIVE[payload])
        return RemoteProtocolError("not a belt state", raw=frame)
    if not payload.isdigit():
        return RemoteProtocolError("not digits", raw=frame)
    if opcode == 0xD1:
        if int(payload) == _FAULT_TENTHS:
            return SpeedFault()
        return SpeedReport(ckmh_from_tenths(int(payload), unit))
    if opcode == 0xD2:
        return InclineReport(int(payload))
    return OtherReport(frame)


@lru_cache(maxsize=1_024)
def _parse_command(frame: bytes, unit: Unit) -> HostMessage | UnsafeCommand | RemoteProtocolError:
    opcode, payload = frame[0], frame[1:]
    if payload and not payload.isdigit():
        return RemoteProtocolError("not digits", raw=frame)
    if opcode in _UNSAFE_LENGTHS:
        return UnsafeCommand(opcode, frame)
    if opcode in _SIMPLE_COMMANDS:
        return _SIMPLE_COMMANDS[opcode]
    if opcode == 0xA3:
        return SetSpeed(ckmh_from_tenths(int(payload), unit))
    if int(payload) % INCLINE_STEP_PERMILLE:
        return RemoteProtocolError("last digit of an elevation is neither 0 nor 5", raw=frame)
    return SetIncline(int(payload))


def _decoded(raw: bytes) -> list[MachineMessage | RemoteProtocolError]:
    decoder = Decoder()
    decoder.receive_data(raw)
    return list(decoder.messages())
