"""Numbers as people write and read them. Inside, a speed is an int in 0.01 km/h.

These are the only conversions outside the codecs. Whole hundredths are asked for, not
rounded to: a plan that says 2.345 km/h is a question for its author.
"""

from enum import Enum
from typing import Final

CKMH_PER_MPH_NUMERATOR: Final = 1_609_344
"""0.01 km/h in ten thousand miles per hour; 1 mile = 1609.344 m exactly."""
_PARTS: Final = 10_000
_EXACT: Final = 1e-6
"""Binary fractions: 2.3 * 100 is 229.99999999999997."""


class SpeedUnit(Enum):
    """What a speed is shown in."""

    KMH = "km/h"
    MPH = "mph"


def ckmh_from_kmh(kmh: float) -> int:
    """Return *kmh* in 0.01 km/h.

    Raises:
        ValueError: there are more than two decimals.
    """
    return _whole(kmh * 100, "more than two decimals")


def ckmh_from_mph(mph: float) -> int:
    """Return *mph* in 0.01 km/h, rounded up as a decoder does (safety.md 4.8.3).

    Rounded down, 1.5 mph would be sent as 1.4 to a machine that counts in tenths of a mile.

    Raises:
        ValueError: there are more than two decimals.
    """
    hundredths = _whole(mph * 100, "more than two decimals")
    return -(-hundredths * CKMH_PER_MPH_NUMERATOR // (_PARTS * 100))


def ms_from_seconds(seconds: float) -> int:
    """Return *seconds* in milliseconds.

    Raises:
        ValueError: it is not a whole number of seconds.
    """
    return _whole(seconds, "not a whole number of seconds") * 1_000


def ms_from_minutes(minutes: float) -> int:
    """Return *minutes* in milliseconds.

    Raises:
        ValueError: it does not come to whole seconds.
    """
    return _whole(minutes * 60, "not a whole number of seconds") * 1_000


def permille_from_percent(percent: float) -> int:
    """Return an incline in 0.1 %.

    Raises:
        ValueError: there is more than one decimal.
    """
    return _whole(percent * 10, "more than one decimal")


def format_number(hundredths: int) -> str:
    """Return *hundredths* / 100 with one decimal, or two where the second is not zero."""
    text = f"{hundredths / 100:.2f}"
    return text.removesuffix("0")


def format_speed(ckmh: int, unit: SpeedUnit = SpeedUnit.KMH) -> str:
    """Return ``2.5 km/h``, or ``1.6 mph`` rounded to a tenth."""
    if unit is SpeedUnit.MPH:
        return f"{ckmh * _PARTS / CKMH_PER_MPH_NUMERATOR:.1f} mph"
    return f"{format_number(ckmh)} km/h"


def format_rate(ckmh_s: int) -> str:
    """Return a ramp as ``0.1 km/h per second``."""
    return f"{format_number(ckmh_s)} km/h per second"


def format_clock(ms: int) -> str:
    """Return ``4:05``, or ``1:00:00`` from an hour on; a part of a second counts as one."""
    seconds = -(-ms // 1_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def format_minutes(ms: int) -> str:
    """Return ``45 s`` below two minutes where that is shorter to say, else ``2.5 min``."""
    if ms % 60_000 and (ms < 120_000 or ms % 6_000):
        return f"{ms / 1_000:.10g} s"
    return f"{ms / 60_000:.10g} min"


def counted(number: int, one: str) -> str:
    """Return ``1 line``, ``2 lines`` or ``2,180 lines`` of *one* ``line``."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def format_percent(permille: int) -> str:
    """Return an incline as ``2.5 %``."""
    return f"{permille / 10:.10g} %"


def _whole(number: float, complaint: str) -> int:
    nearest = round(number)
    if not abs(number - nearest) <= _EXACT * max(1.0, abs(number)):
        raise ValueError(complaint)
    return nearest
