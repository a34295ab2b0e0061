"""The two opcode lines, in both roles: every stream is messages and errors, and nothing else.

The bounds are the wire's own (serial.md 1A and 2): three or four decimal digits cannot say more,
whatever they are. They are written down here again, so that a decoder is not its own judge.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol

from firmware_protocols._fields import Unit
from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.messages import (
    Direction,
    InclineReport,
    OtherReport,
    SetIncline,
    SetSpeed,
    SpeedReport,
    UnsafeCommand,
)
from firmware_protocols.trackmaster import codec as trackmaster
from firmware_protocols.woodway_us import codec as woodway_us
from tests.fuzz.targets import Judge, Target, chunks, must
from tests.protocols.golden import vectors

FRAME_MAX: Final = 5
_SHARED: Final = tuple(
    f"firmware_protocols/{name}.py" for name in ("_buffer", "_fields", "errors", "messages")
)
WOODWAY: Final = ("firmware_protocols/woodway_us", *_SHARED)
TRACKMASTER: Final = ("firmware_protocols/trackmaster", *_SHARED)


class AnyDecoder(Protocol):
    def receive_data(self, data: bytes) -> None: ...
    def messages(self) -> Iterator[Any]: ...


def judge_of(make: Callable[[Unit], AnyDecoder], max_ckmh: Mapping[Unit, int]) -> Judge:
    """Feed it in pieces; check each message against what its digits can say."""

    def judge(data: bytes) -> None:
        unit = _UNITS[data[0] >> 7] if data else Unit.MPH
        decoder = make(unit)
        errors = 0
        for chunk in chunks(data):
            decoder.receive_data(chunk)
            for message in decoder.messages():
                if type(message) is RemoteProtocolError:
                    errors += len(message.raw)
                    must(1 <= len(message.raw) <= FRAME_MAX, "an error shows", message.raw)
                else:
                    _check(message, max_ckmh[unit])
        # What is no message is an error, byte by byte; only one unfinished frame may wait.
        must(errors <= len(data), "more errors than bytes", errors)
        must(len(_waiting(decoder)) < FRAME_MAX, "too much waits", _waiting(decoder))

    return judge


def _check(message: Any, max_ckmh: int) -> None:
    match message:
        case SpeedReport(speed_ckmh, direction) | SetSpeed(speed_ckmh, direction):
            must(type(speed_ckmh) is int and 0 <= speed_ckmh <= max_ckmh, "speed", message)
            must(type(direction) is Direction, "direction", message)
        case InclineReport(incline_permille) | SetIncline(incline_permille):
            must(
                type(incline_permille) is int and 0 <= incline_permille <= 9_999, "incline", message
            )
        case UnsafeCommand(opcode, raw):
            must(0x80 <= opcode <= 0xFF and raw[0] == opcode, "unsafe", message)
        case OtherReport(raw):
            must(1 <= len(raw) <= FRAME_MAX, "a reply of no use", message)
        case _:
            must(type(message).__module__ == "firmware_protocols.messages", "no word", message)


def _waiting(decoder: Any) -> bytes:
    return bytes(decoder._buffer._data)


def _seeds(protocol: str, direction: str) -> tuple[bytes, ...]:
    """Golden frames, one by one in single bytes, and all in a row."""
    frames = tuple(vectors(protocol, direction).values())
    return (b"\x07" + b"".join(frames), *(b"\x00" + frame for frame in frames))


_UNITS: Final = (Unit.MPH, Unit.KMH)

TARGETS: Final = (
    # 999 tenths of a mile, and 299: rounded up as readings are.
    Target(
        "woodway-us-replies",
        judge_of(lambda _: woodway_us.Decoder(), {Unit.MPH: 16_078, Unit.KMH: 16_078}),
        WOODWAY,
        _seeds("woodway-us", "rx"),
    ),
    Target(
        "woodway-us-commands",
        judge_of(lambda _: woodway_us.CommandDecoder(), {Unit.MPH: 4_812, Unit.KMH: 4_812}),
        WOODWAY,
        _seeds("woodway-us", "tx"),
    ),
    # 9,998 tenths, and 9,999: the last is no speed where it is read, and out of every range
    # where it is asked for.
    Target(
        "trackmaster-replies",
        judge_of(trackmaster.Decoder, {Unit.MPH: 160_903, Unit.KMH: 99_980}),
        TRACKMASTER,
        _seeds("trackmaster", "rx"),
    ),
    Target(
        "trackmaster-commands",
        judge_of(trackmaster.CommandDecoder, {Unit.MPH: 160_919, Unit.KMH: 99_990}),
        TRACKMASTER,
        _seeds("trackmaster", "tx"),
    ),
)
