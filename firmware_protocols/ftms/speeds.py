"""What a hundredth on the wire means (SR-29).

The specification says 0.01 km/h. Some machines mean 0.01 mph by the same digits (ftms.md Q8),
in their data, in their commands, in their stated range, or in any two of them; which, is a fact
about a machine that a person establishes. Towards the wire it rounds to zero, from the wire up
to the next 0.01 km/h (safety.md 4.8.3). 1 mph is 1.609344 km/h exactly: no floats.
"""

from typing import Final

from firmware_protocols._fields import Unit
from firmware_protocols.errors import LocalProtocolError

MAX_HUNDREDTHS: Final = 0xFFFF
_SCALE: Final = 1_000_000
HUNDREDTH: Final = {Unit.KMH: _SCALE, Unit.MPH: 1_609_344}
"""One hundredth of the unit, in 0.01 km/h times a million."""


def ckmh_from_hundredths(hundredths: int, unit: Unit) -> int:
    """Return what the digits mean, rounded up."""
    return -(-hundredths * HUNDREDTH[unit] // _SCALE)


def hundredths_from_ckmh(speed_ckmh: object, unit: Unit) -> int:
    """Return the digits for a speed, rounded toward zero.

    Raises:
        LocalProtocolError: not a whole number, or negative. True is neither (SR-15).
    """
    if type(speed_ckmh) is not int:
        raise LocalProtocolError(f"speed_ckmh is not an integer: {speed_ckmh!r}")
    if speed_ckmh < 0:
        raise LocalProtocolError(f"speed_ckmh {speed_ckmh} is negative; a direction is no sign")
    return speed_ckmh * _SCALE // HUNDREDTH[unit]
