"""What can be set on a machine, by the parameter it takes.

The control point sets a target and the machine status reports the change, with the same bytes
behind different codes, so the bytes are written down once.
"""

from typing import Final

from firmware_protocols.ftms._fields import Part, Reader, field

SPEED: Final = (Part("target speed", 2),)
INCLINE: Final = (Part("target inclination", 2, signed=True),)
RESISTANCE: Final = (Part("target resistance", 1),)
POWER: Final = (Part("target power", 2, signed=True),)
HEART_RATE: Final = (Part("target heart rate", 1),)
ENERGY: Final = (Part("target energy", 2),)
STEPS: Final = (Part("target steps", 2),)
STRIDES: Final = (Part("target strides", 2),)
DISTANCE: Final = (Part("target distance", 3),)
TRAINING_TIME: Final = (Part("target training time", 2),)
TWO_ZONES: Final = tuple(Part(f"time in zone {n} of 2", 2) for n in (1, 2))
THREE_ZONES: Final = tuple(Part(f"time in zone {n} of 3", 2) for n in (1, 2, 3))
FIVE_ZONES: Final = tuple(Part(f"time in zone {n} of 5", 2) for n in (1, 2, 3, 4, 5))
BIKE_SIMULATION: Final = (
    Part("wind speed", 2, signed=True),
    Part("grade", 2, signed=True),
    Part("rolling resistance", 1),
    Part("wind resistance", 1),
)
WHEEL: Final = (Part("wheel circumference", 2),)
SPIN_DOWN: Final = (Part("spin down", 1),)
CADENCE: Final = (Part("target cadence", 2),)
HOW_STOPPED: Final = (Part("stop or pause", 1),)

Parts = tuple[Part, ...]


def read(reader: Reader, parts: Parts) -> tuple[int, ...]:
    """Return the values that are whole."""
    values = (reader.take(part) for part in parts)
    return tuple(value for value in values if value is not None)


def write(values: tuple[int, ...], parts: Parts) -> bytes:
    """Return *values* as they stand on the wire. There are as many as *parts*.

    Raises:
        LocalProtocolError: a value does not fit its field.
    """
    return b"".join(field(value, part) for value, part in zip(values, parts, strict=True))


def size(parts: Parts) -> int:
    return sum(part.size for part in parts)
