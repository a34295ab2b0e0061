"""The decimal fields both opcode lines share, and the one conversion of units (SR-29).

A speed digit counts tenths of a mile per hour, or of a kilometre per hour on some
Trackmasters. 1 mph is 1.609344 km/h exactly, so the arithmetic is exact integers. Towards
the wire it rounds to zero, from the wire up to the next 0.01 km/h (safety.md 4.8.3): what
is sent never exceeds what was asked, and what is read is never understated.
"""

from enum import Enum
from typing import Final

from firmware_protocols.errors import LocalProtocolError


class Unit(Enum):
    """What one mile or kilometre on the wire means. A setting of the machine, never probed."""

    MPH = "mph"
    KMH = "kmh"


_SCALE: Final = 100_000
_TENTH: Final = {Unit.MPH: 1_609_344, Unit.KMH: 1_000_000}
"""One tenth of the unit in 0.01 km/h, times `_SCALE`."""


def unit_named(name: str) -> Unit:
    """Return the unit a configuration calls *name*.

    Raises:
        LocalProtocolError: no such unit.
    """
    try:
        return Unit(name)
    except ValueError:
        known = ", ".join(unit.value for unit in Unit)
        raise LocalProtocolError(f"unit {name!r} is not one of {known}") from None


def ckmh_from_tenths(tenths: int, unit: Unit) -> int:
    """Return what *tenths* on the wire mean, rounded up."""
    return -(-tenths * _TENTH[unit] // _SCALE)


def floor_ckmh_from_tenths(tenths: int, unit: Unit) -> int:
    """Return what *tenths* mean, rounded down: for stating a maximum."""
    return tenths * _TENTH[unit] // _SCALE


def tenths_from_ckmh(speed_ckmh: object, unit: Unit, *, max_tenths: int) -> int:
    """Return the digits for a speed, rounded toward zero.

    Raises:
        LocalProtocolError: not a whole number, negative, or more than *max_tenths*.
    """
    speed = whole(speed_ckmh, "speed_ckmh", ckmh_from_tenths(max_tenths, unit))
    return speed * _SCALE // _TENTH[unit]


def whole(value: object, name: str, maximum: int) -> int:
    """Return *value* if it is an int of 0..*maximum*.

    `type` and not `isinstance`: True is an int to Python and not a speed to anybody (SR-15).

    Raises:
        LocalProtocolError: it is anything else.
    """
    if type(value) is not int:
        raise LocalProtocolError(f"{name} is not an integer: {value!r}")
    if not 0 <= value <= maximum:
        raise LocalProtocolError(f"{name} {value} is outside 0..{maximum}")
    return value


def four_digits(value: int) -> bytes:
    return b"%04d" % value
