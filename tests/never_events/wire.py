"""What the host's bytes ask for, read from serial.md 1A and 2 and ftms.md 3.1 by hand.

Both serial dialects have one opcode byte and, for a value, four ASCII digits. In the speed field
the first digit is a sign on Woodway US (``0`` forward, ``3`` reverse) and the hundreds on
Trackmaster; the last digit is tenths of the wire unit. FTMS has a value written to its control
point: an op code and a little-endian number of hundredths.
"""

from dataclasses import dataclass
from typing import Final

CKMH_PER_TENTH: Final = {"mph": 16.09344, "kmh": 10.0}

STEP_TENTHS: Final = {"woodway-us": 1.0, "trackmaster": 1.0, "ftms": 0.1}
"""One step of what a machine reports, in tenths of its unit."""

_SPEED: Final = 0xA3
_INCLINE: Final = 0xA4
_STOPS: Final = (0xA2, 0xAA)
_STARTS: Final = {"woodway-us": (0xA0, 0xA1, 0xA9), "trackmaster": (0xA0, 0xA1)}


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame that could change the motion of the belt or the lift."""

    text: str
    starts: bool = False
    stops: bool = False
    speed_ckmh: float | None = None
    reverse: bool = False
    incline_permille: int | None = None

    @property
    def asks_for_motion(self) -> bool:
        return self.starts or bool(self.speed_ckmh)


def read_frame(text: str, protocol: str, unit: str) -> Frame | None:
    """Return what the frame written as hex in *text* asks for; None if nothing of motion."""
    raw = bytes.fromhex(text)
    if protocol == "ftms":
        return _read_value(text, raw, CKMH_PER_TENTH[unit] / 10)
    opcode, digits = raw[0], raw[1:5]
    if opcode in _STARTS[protocol]:
        return Frame(text, starts=True)
    if opcode in _STOPS:
        return Frame(text, stops=True)
    if opcode not in (_SPEED, _INCLINE) or len(digits) < 4 or not digits.isdigit():
        return None
    if opcode == _INCLINE:
        return Frame(text, incline_permille=int(digits))
    reverse = protocol == "woodway-us" and digits[:1] == b"3"
    tenths = int(digits[1:]) if reverse else int(digits)
    return Frame(text, speed_ckmh=tenths * CKMH_PER_TENTH[unit], reverse=reverse)


def _read_value(text: str, value: bytes, ckmh_per_digit: float) -> Frame | None:
    number = value[1:]
    match value[:1], len(number):
        case b"\x02", 2:
            return Frame(text, speed_ckmh=int.from_bytes(number, "little") * ckmh_per_digit)
        case b"\x03", 2:
            permille = int.from_bytes(number, "little", signed=True)
            return Frame(text, incline_permille=permille)
        case b"\x07", 0:
            return Frame(text, starts=True)
        case (b"\x08", 1) if number in (b"\x01", b"\x02"):
            return Frame(text, stops=True)
        case b"\x01", 0:
            return Frame(text, stops=True)  # a reset stops the belt as well
        case _:
            return None
