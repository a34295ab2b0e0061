"""What one simulated machine is like: its ramps, its range, how it supervises its host."""

from dataclasses import dataclass, fields
from enum import Enum
from typing import Final

from simulator.errors import OptionError


class MachineClass(Enum):
    """What the machine does when its host falls silent (SR-54)."""

    A = "A"
    """Stands within 1.0 s of the last command."""
    B = "B"
    """Stops on loss of the link, and stands within 5 s of it; silence alone means nothing."""
    C = "C"
    """Keeps running."""


class TimeoutNotice(Enum):
    """How a Woodway says BD, master time-out (serial.md 14.2: unverified, so both exist)."""

    RETURNED = "returned"
    """In place of the reply to the next command."""
    PUSHED = "pushed"
    """By itself, at once."""


class OppositeSign(Enum):
    """What a Woodway does with the other direction while it moves (serial.md 1A: no source)."""

    REFUSED = "refused"
    THROUGH_ZERO = "through-zero"


STAND_WITHIN_MS: Final = 1_000
"""Class A, from the last command to standstill (SR-54)."""
LINK_SUPERVISION_MS: Final = 2_000
LINK_STAND_WITHIN_MS: Final = 5_000
"""Class B, from the loss of the link."""


@dataclass(frozen=True, slots=True)
class MachineOptions:
    """Defaults describe an ordinary, well-behaved machine. Speeds 0.01 km/h, rates per second."""

    machine_class: MachineClass | None = None
    """None: the machine's own, A on serial machines and C on ftms."""
    watchdog_ms: int = 500
    """The Trackmaster's published time; our assumption for Woodway (serial.md 14.2)."""
    ramp_ckmh_s: int = 60
    """How fast the belt follows a speed command, up and down."""
    stop_ckmh_s: int = 250
    """How fast it stops: 0.69 m/s2, below the 0.83 of safety.md finding 7."""
    lag_ms: int = 40
    """From a command's execution to the first change of the belt."""
    telemetry_delay_ms: int = 50
    min_ckmh: int | None = None
    """None: the machine's own, 0.1 mph on woodway-us and 0.2 mph on trackmaster."""
    max_ckmh: int | None = None
    """None: the machine's own, 29.9 mph on woodway-us and 15 mph on trackmaster."""
    unit: str | None = None
    """None: the machine's own, mph on serial machines and kmh on ftms."""
    timeout_notice: TimeoutNotice = TimeoutNotice.RETURNED
    opposite_sign: OppositeSign = OppositeSign.REFUSED
    keeps_setpoint: bool = True
    """Woodway: the last speed survives a stop and the next start runs to it (serial.md 1A)."""
    data_period_ms: int = 1_000
    """ftms: how often it notifies its treadmill data."""
    quirks: tuple[str, ...] = ()
    """ftms: how it differs from the text, by name."""
    bpm: int = 70
    """heart-rate: the rate to begin with."""
    heart: bool = False
    """The person wears a heart-rate strap, which lockstep carries beside the machine."""
    reads_999_9: bool = False
    """Trackmaster: a pulled key leaves the controller powered and reads 999.9 (serial.md 2.3)."""

    def __post_init__(self) -> None:
        for name, (low, high, unit) in _RANGES.items():
            number = getattr(self, name)
            if number is None and name in ("min_ckmh", "max_ckmh"):
                continue
            if type(number) is not int or not low <= number <= high:
                raise OptionError(
                    f"{name} is {number!r}; it must be a whole number {low}..{high} {unit}"
                )
        for field in fields(self):
            kind = _KINDS.get(field.name)
            given = getattr(self, field.name)
            if kind is None or isinstance(given, kind) or (given is None and field.default is None):
                continue
            raise OptionError(f"{field.name} must be a {kind.__name__}")
        if self.unit not in (None, "mph", "kmh"):
            raise OptionError(f"unit is {self.unit!r}; it must be mph or kmh")
        if self.machine_class in (None, MachineClass.A) and self.watchdog_ms + self.lag_ms > 900:
            raise OptionError(
                f"a class A machine stands {STAND_WITHIN_MS} ms after the last command: "
                f"watchdog_ms + lag_ms is {self.watchdog_ms + self.lag_ms} and may be at most 900"
            )
        if self.min_ckmh is not None and self.max_ckmh is not None:
            check_range(self.min_ckmh, self.max_ckmh)


def check_range(min_ckmh: int, max_ckmh: int) -> None:
    if not min_ckmh < max_ckmh:
        raise OptionError(f"min_ckmh {min_ckmh} must be below max_ckmh {max_ckmh}")


_RANGES: Final = {
    "watchdog_ms": (100, 10_000, "ms"),
    "ramp_ckmh_s": (1, 2_000, "0.01 km/h per second"),
    "stop_ckmh_s": (1, 2_000, "0.01 km/h per second"),
    "lag_ms": (0, 500, "ms"),
    "telemetry_delay_ms": (0, 5_000, "ms"),
    "data_period_ms": (100, 10_000, "ms"),
    "bpm": (30, 230, "beats per minute"),
    "min_ckmh": (0, 1_000, "0.01 km/h"),
    "max_ckmh": (1, 5_000, "0.01 km/h"),
}
_KINDS: Final[dict[str, type]] = {
    "machine_class": MachineClass,
    "timeout_notice": TimeoutNotice,
    "opposite_sign": OppositeSign,
    "keeps_setpoint": bool,
    "heart": bool,
    "reads_999_9": bool,
}
