"""What stands where in treadmill data: the table of ftms.md 2.2, and forms worked out of it."""

from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from firmware_protocols.ftms._fields import Part
from firmware_protocols.ftms.anomalies import Anomalies, Anomaly, Oddity


class Flag(IntFlag):
    """The flag word. Bits announce fields, except bit 0, which takes the speed away."""

    MORE_DATA = 1 << 0
    """Further parts of this record follow, and the speed is in the last of them."""
    AVERAGE_SPEED = 1 << 1
    TOTAL_DISTANCE = 1 << 2
    INCLINATION = 1 << 3
    ELEVATION_GAIN = 1 << 4
    PACE = 1 << 5
    AVERAGE_PACE = 1 << 6
    EXPENDED_ENERGY = 1 << 7
    HEART_RATE = 1 << 8
    METABOLIC_EQUIVALENT = 1 << 9
    ELAPSED_TIME = 1 << 10
    REMAINING_TIME = 1 << 11
    FORCE_AND_POWER = 1 << 12
    STEP_COUNT = 1 << 13
    """Reserved by the text, and a step count on every machine that sets it."""


RESERVED: Final = 0xC000


@dataclass(frozen=True, slots=True)
class Field(Part):
    """One integer of a record, under the name it has in `TreadmillData`."""

    unavailable: tuple[int, ...] = ()
    """Values that mean "not available". The first is the one to write."""


FLAGS: Final = Part("flags", 2)
SPEED: Final = Field("speed_ckmh", 2)
_S16: Final = (0x7FFF,)
_U16: Final = (0xFFFF,)
_U8: Final = (0xFF,)
_ELEVATION: Final = (0x7FFF, 0xFFFF)
"""None in the text: Life Fitness sends the one and Matrix the other."""

_PACE: Final = {
    Flag.PACE: (Field("pace_100m_min", 1), Field("pace_s_500m", 2)),
    Flag.AVERAGE_PACE: (Field("average_pace_100m_min", 1), Field("average_pace_s_500m", 2)),
}
"""As a byte in the text of 2017, as two in that of 2024."""

GROUPS: Final[tuple[tuple[Flag, tuple[Field, ...]], ...]] = (
    (Flag.AVERAGE_SPEED, (Field("average_speed_ckmh", 2),)),
    (Flag.TOTAL_DISTANCE, (Field("distance_m", 3),)),
    (
        Flag.INCLINATION,
        (
            Field("incline_permille", 2, signed=True, unavailable=_S16),
            Field("ramp_angle_ddeg", 2, signed=True, unavailable=_S16),
        ),
    ),
    (
        Flag.ELEVATION_GAIN,
        (
            Field("elevation_gain_dm", 2, unavailable=_ELEVATION),
            Field("elevation_loss_dm", 2, unavailable=_ELEVATION),
        ),
    ),
    (Flag.PACE, _PACE[Flag.PACE][:1]),
    (Flag.AVERAGE_PACE, _PACE[Flag.AVERAGE_PACE][:1]),
    (
        Flag.EXPENDED_ENERGY,
        (
            Field("energy_kcal", 2, unavailable=_U16),
            Field("energy_kcal_h", 2, unavailable=_U16),
            Field("energy_kcal_min", 1, unavailable=_U8),
        ),
    ),
    (Flag.HEART_RATE, (Field("heart_rate_bpm", 1),)),
    (Flag.METABOLIC_EQUIVALENT, (Field("metabolic_equivalent_tenths", 1),)),
    (Flag.ELAPSED_TIME, (Field("elapsed_s", 2),)),
    (Flag.REMAINING_TIME, (Field("remaining_s", 2),)),
    (
        Flag.FORCE_AND_POWER,
        (
            Field("force_n", 2, signed=True, unavailable=_S16),
            Field("power_w", 2, signed=True, unavailable=_S16),
        ),
    ),
    (Flag.STEP_COUNT, (Field("steps", 3),)),
)
"""In the order of the wire, which is this order and no other."""


@dataclass(frozen=True, slots=True)
class Form:
    """How to read records of one flag word and one length."""

    fields: tuple[Field, ...]
    """Those that are whole, in order."""
    trailing: int
    """Bytes behind them that mean nothing: extra ones, or what is left of a cut field."""
    anomalies: Anomalies


def fields_of(flags: int, *, wide_pace: bool = False) -> tuple[Field, ...]:
    """Return what a flag word announces, in order."""
    found = [] if flags & Flag.MORE_DATA else [SPEED]
    for flag, fields in GROUPS:
        if flags & flag:
            found += _PACE[flag][1:] if wide_pace and flag in _PACE else fields
    return tuple(found)


def size(fields: tuple[Field, ...]) -> int:
    """Return how long a record of *fields* is, flags included."""
    return FLAGS.size + sum(field.size for field in fields)


def form_of(flags: int, length: int) -> Form:
    """Return how to read a record. It has at least its flag word.

    Whatever is wrong with it, the speed comes first and survives.
    """
    anomalies = []
    if flags & RESERVED:
        anomalies.append(Anomaly(Oddity.RESERVED, f"flags {flags:#06x}"))
    announced = fields_of(flags)
    if flags & (Flag.PACE | Flag.AVERAGE_PACE) and length != size(announced):
        wide = fields_of(flags, wide_pace=True)
        if length == size(wide):
            announced = wide
        elif length > _offset_of_pace(announced):
            anomalies.append(Anomaly(Oddity.AMBIGUOUS, "width of pace"))
    whole: list[Field] = []
    left = length - FLAGS.size
    for field in announced:
        if field.size > left:
            anomalies.append(Anomaly(Oddity.TRUNCATED, field.name))
            break
        whole.append(field)
        left -= field.size
    else:
        if left:
            anomalies.append(Anomaly(Oddity.EXTRA_BYTES, str(left)))
    return Form(tuple(whole), left, tuple(anomalies))


def _offset_of_pace(announced: tuple[Field, ...]) -> int:
    first = next(n for n, field in enumerate(announced) if field.name in _PACE_NAMES)
    return size(announced[:first])


_PACE_NAMES: Final = frozenset(field.name for both in _PACE.values() for field in both)
