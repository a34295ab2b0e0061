"""What the treadmill needs of a firmware, and the parts every firmware here is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Final, Protocol

from simulator.controller import Controller
from simulator.incline import Incline
from simulator.options import MachineOptions
from simulator.telemetry import Telemetry

TENTHS: Final = {"mph": 16.09344, "kmh": 10.0}
"""One tenth of the wire's unit in 0.01 km/h, exactly."""
HUNDREDTHS: Final = {"mph": 1.609344, "kmh": 1.0}
OTHER_UNIT: Final = {"mph": "kmh", "kmh": "mph"}


@dataclass(slots=True)
class Units:
    """What a digit means, and what the firmware takes it for when it is wrong about that."""

    declared: str
    wrong: bool = False
    ckmh_per_digit: Mapping[str, float] = field(default_factory=lambda: TENTHS)

    def speed_ckmh(self, digits: int) -> float:
        unit = OTHER_UNIT[self.declared] if self.wrong else self.declared
        return digits * self.ckmh_per_digit[unit]

    def nominal_ckmh(self, digits: int) -> float:
        return digits * self.ckmh_per_digit[self.declared]

    def digits(self, speed_ckmh: float) -> int:
        """Read-back is never wrong about the unit: it is the true speed, to the nearest digit."""
        return int(speed_ckmh / self.ckmh_per_digit[self.declared] + 0.5)

    def least_digits(self, speed_ckmh: int) -> int:
        """Return the smallest digits that are not below *speed_ckmh*, itself rounded up."""
        return ceil((speed_ckmh - 1) / self.ckmh_per_digit[self.declared] + 1e-9)


@dataclass(frozen=True, slots=True)
class Parts:
    controller: Controller
    telemetry: Telemetry
    incline: Incline
    units: Units
    options: MachineOptions
    min_ckmh: int
    max_ckmh: int

    def in_range(self, digits: int) -> bool:
        """Judged by the digits as declared, each bound rounded in the machine's favour."""
        nominal = self.units.nominal_ckmh(digits)
        return ceil(nominal) >= self.min_ckmh and int(nominal) <= self.max_ckmh


class Machine(Protocol):
    """One firmware, whatever it speaks: how it reacts to people, and how long it boots."""

    boot_ms: float
    """From power to the first sign of life."""

    def pull_key(self, t_ms: float) -> bool:
        """React to the machine's own safety key. True if that cuts its power."""

    def insert_key(self, t_ms: float) -> None: ...

    def stopped_at_console(self, t_ms: float) -> None:
        """Somebody has; tell whoever is told."""

    def started_at_console(self, t_ms: float, speed_ckmh: float, *, ran: bool) -> None:
        """Somebody has, or has changed the speed of a belt that *ran*."""


def number(data: bytes, length: int) -> int | None:
    """Return the value of ASCII digits, None if they are not exactly *length* digits."""
    if len(data) != length or not data.isdigit():
        return None
    return int(data)
