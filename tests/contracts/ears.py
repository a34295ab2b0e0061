"""What a frame says, read by somebody who has never seen our codecs.

One function per wire, from the published tables (serial.md 1A and 2.2, ftms.md 4) and nothing
else. Whatever is not exactly one whole known frame is `GARBAGE`: a machine would guess.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from struct import unpack
from typing import Final


class Kind(Enum):
    STOP = "stop"
    SPEED = "speed"
    START = "start"
    READ = "read"
    CONTROL = "control"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True)
class Said:
    kind: Kind
    speed_ckmh: Fraction = Fraction(0)
    """What the digits mean, exactly."""
    reverse: bool = False
    """The wire's own mark for the other direction, also where the speed is zero."""

    @property
    def slows_only(self) -> bool:
        """A stop, or a target of zero: right whatever the belt does."""
        return self.kind is Kind.STOP or (self.kind is Kind.SPEED and self.speed_ckmh == 0)


Ear = Callable[[bytes], Said]

_CKMH_PER_TENTH_MPH: Final = Fraction("16.09344")
_GARBAGE: Final = Said(Kind.GARBAGE)
_SERIAL: Final = {
    b"\xa0": Kind.START,
    b"\xa2": Kind.STOP,
    b"\xaa": Kind.STOP,
    b"\xc0": Kind.READ,
    b"\xc1": Kind.READ,
    b"\xc2": Kind.READ,
}


def woodway_us(frame: bytes) -> Said:
    if frame in _SERIAL:
        return Said(_SERIAL[frame])
    if len(frame) != 5 or frame[0] != 0xA3 or not frame[1:].isdigit() or frame[1] not in b"03":
        return _GARBAGE
    return Said(Kind.SPEED, int(frame[2:]) * _CKMH_PER_TENTH_MPH, frame[1] == ord("3"))


def trackmaster(frame: bytes, ckmh_per_digit: Fraction = _CKMH_PER_TENTH_MPH) -> Said:
    if frame in _SERIAL:
        return Said(_SERIAL[frame])
    if len(frame) != 5 or frame[0] != 0xA3 or not frame[1:].isdigit():
        return _GARBAGE
    return Said(Kind.SPEED, int(frame[1:]) * ckmh_per_digit)


def trackmaster_in_kmh(frame: bytes) -> Said:
    return trackmaster(frame, Fraction(10))


def ftms(frame: bytes) -> Said:
    if len(frame) < 11 or frame[0] != 1 or len(frame) != 3 + int.from_bytes(frame[1:3], "little"):
        return _GARBAGE
    uuid, value = int.from_bytes(frame[7:9], "little"), frame[10:]
    if uuid != 0x2AD9:
        return _GARBAGE
    if value == b"\x00":
        return Said(Kind.CONTROL)
    if value == b"\x07":
        return Said(Kind.START)
    if value in (b"\x08\x01", b"\x08\x02"):
        return Said(Kind.STOP)
    if len(value) == 3 and value[0] == 2:
        return Said(Kind.SPEED, Fraction(unpack("<H", value[1:])[0]))
    return _GARBAGE
