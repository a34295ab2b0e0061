"""Treadmill Data 2ACD as this firmware writes it, from the table in ftms.md 2.2."""

from dataclasses import dataclass
from struct import pack
from typing import Final

from simulator.machines.ftms_character import Records

NOTIFICATION_MAX: Final = 20
"""What one notification takes unless a larger one was agreed on."""
SPLIT_APART_MS: Final = 8.0
_NONE_16: Final = 0x7FFF
_NO_ENERGY: Final = pack("<HHB", 0xFFFF, 0xFFFF, 0xFF)

FEATURES: Final = {
    Records.SHORT: 0x0000_100C,
    Records.CUT: 0x0000_FE1D,
    Records.SPLIT: 0x0000_FE1D,
}
"""2ACC, first word, for each shape: distance, incline, elapsed time; or nearly everything."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the machine knows about itself at one moment, in the units of the wire."""

    speed: int
    distance_m: int
    incline: int
    elapsed_s: int

    @property
    def average(self) -> int:
        """In 0.01 km/h, from distance and time."""
        return min(360 * self.distance_m // self.elapsed_s, 0xFFFF) if self.elapsed_s else 0


def written(reading: Reading, shape: Records) -> list[bytes]:
    """Return the notifications of one record."""
    speed = pack("<H", min(reading.speed, 0xFFFF))
    distance = reading.distance_m.to_bytes(4, "little")[:3]
    incline = pack("<hh", reading.incline, _NONE_16)
    elapsed = pack("<H", min(reading.elapsed_s, 0xFFFF))
    average = pack("<H", reading.average)
    climb = pack("<HH", _NONE_16, _NONE_16)
    remaining = pack("<H", 0)
    force = pack("<hh", _NONE_16, _NONE_16)
    no_pulse, no_met = b"\0", b"\0"
    match shape:
        case Records.SHORT:
            return [pack("<H", 0x040C) + speed + distance + incline + elapsed]
        case Records.CUT:
            fields = (speed, average, distance, incline, climb, _NO_ENERGY, no_pulse, no_met)
            whole = pack("<H", 0x1F9E) + b"".join((*fields, elapsed, remaining, force))
            return [whole[:NOTIFICATION_MAX]]
        case Records.SPLIT:
            first = (average, distance, incline, climb)
            second = (speed, no_pulse, no_met, elapsed, remaining, force)
            return [
                pack("<H", 0x001F) + b"".join(first),
                pack("<H", 0x1F00) + b"".join(second),
            ]
