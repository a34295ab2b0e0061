"""Running speed and cadence (0x2A53): foot pods, and treadmills that say their speed only here.

Useful as a second opinion on a treadmill's own speed.
"""

from dataclasses import dataclass
from typing import Final

from firmware_protocols.ftms._fields import Part, Reader, field
from firmware_protocols.ftms.anomalies import Anomalies, Oddity


@dataclass(frozen=True, slots=True)
class RscMeasurement:
    speed_256ths: int | None
    """1/256 m/s."""
    cadence_per_min: int | None
    """Steps per minute."""
    stride_cm: int | None = None
    distance_dm: int | None = None
    running: bool = False
    """As the sensor judges; walking otherwise."""
    anomalies: Anomalies = ()

    @property
    def speed_ckmh(self) -> int | None:
        """In 0.01 km/h, rounded up: a reading is never understated (safety.md 4.8.3)."""
        return None if self.speed_256ths is None else -(-self.speed_256ths * 45 // 32)


_FLAGS: Final = Part("flags", 1)
_SPEED: Final = Part("speed", 2)
_CADENCE: Final = Part("cadence", 1)
_STRIDE: Final = Part("stride length", 2)
_DISTANCE: Final = Part("distance", 4)
_HAS_STRIDE: Final = 1 << 0
_HAS_DISTANCE: Final = 1 << 1
_RUNNING: Final = 1 << 2
_RESERVED: Final = 0xF8


def decode(data: bytes) -> RscMeasurement:
    """Read 0x2A53."""
    reader = Reader(data)
    flags = reader.take(_FLAGS, otherwise=Oddity.TOO_SHORT) or 0
    speed = reader.take(_SPEED)
    cadence = reader.take(_CADENCE)
    stride = reader.take(_STRIDE) if flags & _HAS_STRIDE else None
    distance = reader.take(_DISTANCE) if flags & _HAS_DISTANCE else None
    if flags & _RESERVED:
        reader.note(Oddity.RESERVED, f"flags {flags:#04x}")
    running = bool(flags & _RUNNING)
    return RscMeasurement(speed, cadence, stride, distance, running, reader.finish())


def encode(measurement: RscMeasurement) -> bytes:
    """Write 0x2A53, as a sensor does.

    Raises:
        LocalProtocolError: speed or cadence is missing, or a value does not fit its field.
    """
    stride, distance = measurement.stride_cm, measurement.distance_dm
    flags = 0 if stride is None else _HAS_STRIDE
    flags |= 0 if distance is None else _HAS_DISTANCE
    flags |= _RUNNING if measurement.running else 0
    return b"".join(
        (
            bytes((flags,)),
            field(measurement.speed_256ths, _SPEED),
            field(measurement.cadence_per_min, _CADENCE),
            b"" if stride is None else field(stride, _STRIDE),
            b"" if distance is None else field(distance, _DISTANCE),
        )
    )
