"""The control point (0x2AD9): what a controller asks, and what the machine answers.

Both roles: requests are written by the host and read by the machine, responses the reverse.
Values are the wire's own integers. A speed is unsigned here and everywhere in FTMS: there is
no word for a belt that runs the other way, and -1 would be 655.35 km/h.
"""

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct, error
from typing import Final

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import _targets
from firmware_protocols.ftms._fields import Part, Reader, field


class OpCode(IntEnum):
    REQUEST_CONTROL = 0x00
    RESET = 0x01
    SET_TARGET_SPEED = 0x02
    SET_TARGET_INCLINATION = 0x03
    SET_TARGET_RESISTANCE = 0x04
    SET_TARGET_POWER = 0x05
    SET_TARGET_HEART_RATE = 0x06
    START_OR_RESUME = 0x07
    STOP_OR_PAUSE = 0x08
    SET_TARGETED_ENERGY = 0x09
    SET_TARGETED_STEPS = 0x0A
    SET_TARGETED_STRIDES = 0x0B
    SET_TARGETED_DISTANCE = 0x0C
    SET_TARGETED_TRAINING_TIME = 0x0D
    SET_TIME_IN_TWO_ZONES = 0x0E
    SET_TIME_IN_THREE_ZONES = 0x0F
    SET_TIME_IN_FIVE_ZONES = 0x10
    SET_BIKE_SIMULATION = 0x11
    SET_WHEEL_CIRCUMFERENCE = 0x12
    SPIN_DOWN = 0x13
    SET_TARGETED_CADENCE = 0x14
    RESPONSE = 0x80


class ResultCode(IntEnum):
    SUCCESS = 0x01
    """Accepted, which is not "reached", and on some machines not even "done"."""
    OP_CODE_NOT_SUPPORTED = 0x02
    INVALID_PARAMETER = 0x03
    OPERATION_FAILED = 0x04
    CONTROL_NOT_PERMITTED = 0x05


class WriteError(IntEnum):
    """Attribute protocol errors on the write itself: no procedure was started."""

    WRITE_NOT_PERMITTED = 0x03
    INSUFFICIENT_AUTHENTICATION = 0x05
    REQUEST_NOT_SUPPORTED = 0x06
    INSUFFICIENT_KEY_SIZE = 0x0C
    INSUFFICIENT_ENCRYPTION = 0x0F
    NOT_SUBSCRIBED = 0xFD
    """Written before indications were on."""
    PROCEDURE_IN_PROGRESS = 0xFE


class StopKind(IntEnum):
    STOP = 0x01
    PAUSE = 0x02


@dataclass(frozen=True, slots=True)
class RequestControl:
    pass


@dataclass(frozen=True, slots=True)
class Reset:
    """Targets and times to zero, and the control is given up."""


@dataclass(frozen=True, slots=True)
class SetTargetSpeed:
    speed_ckmh: int
    """In 0.01 km/h by the specification. For machines that mean mph, `Quirks.commanded_ckmh`."""


@dataclass(frozen=True, slots=True)
class SetTargetInclination:
    incline_permille: int
    """Signed."""


@dataclass(frozen=True, slots=True)
class StartOrResume:
    pass


@dataclass(frozen=True, slots=True)
class StopOrPause:
    kind: StopKind = StopKind.STOP


@dataclass(frozen=True, slots=True)
class OtherProcedure:
    """A procedure this project has no use for, with its parameters in wire units and order."""

    op: OpCode
    values: tuple[int, ...]


Request = (
    RequestControl
    | Reset
    | SetTargetSpeed
    | SetTargetInclination
    | StartOrResume
    | StopOrPause
    | OtherProcedure
)


@dataclass(frozen=True, slots=True)
class BadRequest:
    """What a machine cannot do as asked, and the result it answers with."""

    op: int | None
    """None if nothing was written at all; such a write has no answer."""
    result: ResultCode
    raw: bytes


@dataclass(frozen=True, slots=True)
class Response:
    op: int
    """The op code that is answered."""
    result: int
    """A `ResultCode`, or a reserved number, which is a failure."""
    parameter: bytes = b""
    """Only spin down has one; some machines pad."""

    @property
    def is_success(self) -> bool:
        return self.result == ResultCode.SUCCESS


@dataclass(frozen=True, slots=True)
class BadResponse:
    """Bytes from the control point that answer nothing. Whoever waits goes on waiting."""

    raw: bytes


_PARTS: Final[dict[int, _targets.Parts]] = {
    OpCode.REQUEST_CONTROL: (),
    OpCode.RESET: (),
    OpCode.SET_TARGET_SPEED: _targets.SPEED,
    OpCode.SET_TARGET_INCLINATION: _targets.INCLINE,
    OpCode.SET_TARGET_RESISTANCE: _targets.RESISTANCE,
    OpCode.SET_TARGET_POWER: _targets.POWER,
    OpCode.SET_TARGET_HEART_RATE: _targets.HEART_RATE,
    OpCode.START_OR_RESUME: (),
    OpCode.STOP_OR_PAUSE: _targets.HOW_STOPPED,
    OpCode.SET_TARGETED_ENERGY: _targets.ENERGY,
    OpCode.SET_TARGETED_STEPS: _targets.STEPS,
    OpCode.SET_TARGETED_STRIDES: _targets.STRIDES,
    OpCode.SET_TARGETED_DISTANCE: _targets.DISTANCE,
    OpCode.SET_TARGETED_TRAINING_TIME: _targets.TRAINING_TIME,
    OpCode.SET_TIME_IN_TWO_ZONES: _targets.TWO_ZONES,
    OpCode.SET_TIME_IN_THREE_ZONES: _targets.THREE_ZONES,
    OpCode.SET_TIME_IN_FIVE_ZONES: _targets.FIVE_ZONES,
    OpCode.SET_BIKE_SIMULATION: _targets.BIKE_SIMULATION,
    OpCode.SET_WHEEL_CIRCUMFERENCE: _targets.WHEEL,
    OpCode.SPIN_DOWN: _targets.SPIN_DOWN,
    OpCode.SET_TARGETED_CADENCE: _targets.CADENCE,
}
_OTHER: Final = frozenset(_PARTS) - {
    OpCode.REQUEST_CONTROL,
    OpCode.RESET,
    OpCode.SET_TARGET_SPEED,
    OpCode.SET_TARGET_INCLINATION,
    OpCode.START_OR_RESUME,
    OpCode.STOP_OR_PAUSE,
}
_OP: Final = Part("op code", 1)
_RESULT: Final = Part("result", 1)
_HEAD_SIZE: Final = 3
_SPEED: Final = Struct("<BH")
_KINDS: Final = frozenset(StopKind)
MAX_PARAMETER: Final = 17
"""Bytes a response may carry behind its result."""


def op_of(request: Request) -> OpCode:
    match request:
        case RequestControl():
            return OpCode.REQUEST_CONTROL
        case Reset():
            return OpCode.RESET
        case SetTargetSpeed():
            return OpCode.SET_TARGET_SPEED
        case SetTargetInclination():
            return OpCode.SET_TARGET_INCLINATION
        case StartOrResume():
            return OpCode.START_OR_RESUME
        case StopOrPause():
            return OpCode.STOP_OR_PAUSE
        case _:
            return request.op


def encode_request(request: Request) -> bytes:
    """Return what the host writes.

    Raises:
        LocalProtocolError: no such procedure, or a value does not fit its field.
    """
    if type(request) is SetTargetSpeed and type(request.speed_ckmh) is int:
        # The one that is written over and over has a way of its own, ten times as fast.
        try:
            return _SPEED.pack(OpCode.SET_TARGET_SPEED, request.speed_ckmh)
        except error:
            pass  # said better below
    match request:
        case SetTargetSpeed(speed_ckmh):
            values: tuple[int, ...] = (speed_ckmh,)
        case SetTargetInclination(incline_permille):
            values = (incline_permille,)
        case StopOrPause(kind) if isinstance(kind, StopKind):
            values = (int(kind),)
        case RequestControl() | Reset() | StartOrResume():
            values = ()
        case OtherProcedure(op, values) if op in _OTHER and len(values) == len(_PARTS[op]):
            pass
        case _:
            raise LocalProtocolError(f"the control point has no word for {request!r}")
    op = op_of(request)
    return bytes((op,)) + _targets.write(values, _PARTS[op])


def decode_request(data: bytes) -> Request | BadRequest:
    """Return what the host wrote, as a machine reads it: never more lenient than the text."""
    raw = bytes(data)
    if not raw:
        return BadRequest(None, ResultCode.INVALID_PARAMETER, raw)
    parts = _PARTS.get(raw[0])
    if parts is None:
        return BadRequest(raw[0], ResultCode.OP_CODE_NOT_SUPPORTED, raw)
    if len(raw) != 1 + _targets.size(parts):
        return BadRequest(raw[0], ResultCode.INVALID_PARAMETER, raw)
    values = _targets.read(Reader(raw[1:]), parts)
    match OpCode(raw[0]):
        case OpCode.REQUEST_CONTROL:
            return RequestControl()
        case OpCode.RESET:
            return Reset()
        case OpCode.SET_TARGET_SPEED:
            return SetTargetSpeed(*values)
        case OpCode.SET_TARGET_INCLINATION:
            return SetTargetInclination(*values)
        case OpCode.START_OR_RESUME:
            return StartOrResume()
        case OpCode.STOP_OR_PAUSE if values[0] in _KINDS:
            return StopOrPause(StopKind(values[0]))
        case OpCode.STOP_OR_PAUSE:
            return BadRequest(raw[0], ResultCode.INVALID_PARAMETER, raw)
        case op:
            return OtherProcedure(op, values)


def encode_response(response: Response) -> bytes:
    """Return what the machine indicates.

    Raises:
        LocalProtocolError: a code does not fit its byte, or the parameter is too long.
    """
    if len(response.parameter) > MAX_PARAMETER:
        raise LocalProtocolError(f"a parameter of {len(response.parameter)} bytes is too long")
    head = field(int(response.op), _OP) + field(int(response.result), _RESULT)
    return bytes((OpCode.RESPONSE,)) + head + response.parameter


def decode_response(data: bytes) -> Response | BadResponse:
    """Return what the machine answered. A bare op code, as some send, is no answer."""
    raw = bytes(data)
    if len(raw) < _HEAD_SIZE or raw[0] != OpCode.RESPONSE:
        return BadResponse(raw)
    return Response(raw[1], raw[2], raw[3:])
