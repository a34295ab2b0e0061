"""What a machine says of itself: feature bits (0x2ACC) and ranges (0x2AD4 to 0x2AD8).

A hint, not the truth. Machines claim what they refuse, and do what they deny (ftms.md 2.1).
"""

from dataclasses import dataclass
from enum import Enum, IntFlag
from typing import Final

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import uuids
from firmware_protocols.ftms._fields import Part, Reader, field
from firmware_protocols.ftms.anomalies import Anomalies, Oddity


class MachineFeature(IntFlag):
    """What the machine reports. Bits without a name are kept."""

    AVERAGE_SPEED = 1 << 0
    CADENCE = 1 << 1
    TOTAL_DISTANCE = 1 << 2
    INCLINATION = 1 << 3
    ELEVATION_GAIN = 1 << 4
    PACE = 1 << 5
    STEP_COUNT = 1 << 6
    RESISTANCE_LEVEL = 1 << 7
    STRIDE_COUNT = 1 << 8
    EXPENDED_ENERGY = 1 << 9
    HEART_RATE = 1 << 10
    METABOLIC_EQUIVALENT = 1 << 11
    ELAPSED_TIME = 1 << 12
    REMAINING_TIME = 1 << 13
    POWER = 1 << 14
    FORCE_AND_POWER_OUTPUT = 1 << 15
    USER_DATA_RETENTION = 1 << 16


class TargetFeature(IntFlag):
    """What can be set through the control point. Bits without a name are kept."""

    SPEED = 1 << 0
    INCLINATION = 1 << 1
    RESISTANCE = 1 << 2
    POWER = 1 << 3
    HEART_RATE = 1 << 4
    EXPENDED_ENERGY = 1 << 5
    STEPS = 1 << 6
    STRIDES = 1 << 7
    DISTANCE = 1 << 8
    TRAINING_TIME = 1 << 9
    TIME_IN_TWO_ZONES = 1 << 10
    TIME_IN_THREE_ZONES = 1 << 11
    TIME_IN_FIVE_ZONES = 1 << 12
    BIKE_SIMULATION = 1 << 13
    WHEEL_CIRCUMFERENCE = 1 << 14
    SPIN_DOWN = 1 << 15
    CADENCE = 1 << 16


@dataclass(frozen=True, slots=True)
class Features:
    machine: MachineFeature
    targets: TargetFeature
    anomalies: Anomalies = ()


_MACHINE: Final = Part("machine features", 4)
_TARGETS: Final = Part("target features", 4)


def decode_features(data: bytes) -> Features:
    """Read 0x2ACC. What is missing counts as not offered."""
    reader = Reader(data)
    machine = reader.take(_MACHINE, otherwise=Oddity.TOO_SHORT) or 0
    targets = reader.take(_TARGETS) or 0
    return Features(MachineFeature(machine), TargetFeature(targets), reader.finish())


def encode_features(features: Features) -> bytes:
    """Write 0x2ACC, as a machine does.

    Raises:
        LocalProtocolError: more than 32 bits.
    """
    return field(int(features.machine), _MACHINE) + field(int(features.targets), _TARGETS)


class RangeKind(Enum):
    """Which range, by the number of its characteristic."""

    SPEED = uuids.SPEED_RANGE
    """Hundredths of km/h."""
    INCLINATION = uuids.INCLINATION_RANGE
    """Tenths of a percent; the limits are signed."""
    RESISTANCE = uuids.RESISTANCE_RANGE
    """Tenths; the limits are signed."""
    HEART_RATE = uuids.HEART_RATE_RANGE
    """Beats per minute."""
    POWER = uuids.POWER_RANGE
    """Watts; the limits are signed."""


_SIGNED: Final = (RangeKind.INCLINATION, RangeKind.RESISTANCE, RangeKind.POWER)


@dataclass(frozen=True, slots=True)
class SupportedRange:
    """What can be set, in the wire units of its kind. None where the value was cut."""

    kind: RangeKind
    minimum: int | None
    maximum: int | None
    step: int | None
    anomalies: Anomalies = ()

    def has(self, value: int) -> bool:
        """Whether *value* is one of the steps. Where a limit is not known, nothing is."""
        if self.minimum is None or self.maximum is None or self.step is None:
            return False
        if not self.minimum <= value <= self.maximum:
            return False
        return not self.step or (value - self.minimum) % self.step == 0


def decode_range(kind: RangeKind, data: bytes) -> SupportedRange:
    """Read the characteristic *kind*. Zero for all three is how machines say "not at all"."""
    reader = Reader(data)
    minimum, maximum, step = (reader.take(part) for part in _range_parts(kind))
    if minimum is not None and maximum is not None and minimum > maximum:
        reader.note(Oddity.CONTRADICTION, f"minimum {minimum} above maximum {maximum}")
    return SupportedRange(kind, minimum, maximum, step, reader.finish())


def encode_range(supported: SupportedRange) -> bytes:
    """Write the characteristic, as a machine does.

    Raises:
        LocalProtocolError: a value is missing, or does not fit its field.
    """
    values = (supported.minimum, supported.maximum, supported.step)
    if None in values:
        raise LocalProtocolError(f"a range of {supported.kind.name} needs all three values")
    parts = _range_parts(supported.kind)
    return b"".join(field(value, part) for value, part in zip(values, parts, strict=True))


def _range_parts(kind: RangeKind) -> tuple[Part, Part, Part]:
    size = 1 if kind is RangeKind.HEART_RATE else 2
    signed = kind in _SIGNED
    return Part("minimum", size, signed), Part("maximum", size, signed), Part("step", size)
