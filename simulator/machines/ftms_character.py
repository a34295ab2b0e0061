"""What one FTMS machine is like. The defaults follow the text; every quirk changes some of it."""

from dataclasses import dataclass
from enum import Enum

from simulator.gatt import Kind
from simulator.options import MachineClass


class Records(Enum):
    """The shape of its treadmill data."""

    SHORT = "short"
    CUT = "cut"
    """More than one notification takes, and simply cut off (ftms.md Q20)."""
    SPLIT = "split"


class Answers(Enum):
    ONCE = "once"
    STOP_TWICE = "stop twice"
    MALFORMED = "malformed"
    NEVER = "never"


class StandingSpeed(Enum):
    """What a target speed does to a standing belt: the text does not say."""

    REFUSED = "refused"
    STARTS = "starts"
    KEPT = "kept"
    """Accepted, and the next start runs to it."""


@dataclass(frozen=True, slots=True)
class Character:
    """Speeds in the digits of the wire, 0.01 of whatever unit is meant."""

    model: str = "SIM nominal"
    min_digits: int = 50
    max_digits: int = 1_600
    step_digits: int = 10
    range_unit: str = "kmh"
    command_unit: str = "kmh"
    data_unit: str = "kmh"
    belt_step_ckmh: float | None = None
    """The step it really has, where that is another one."""
    machine_class: MachineClass = MachineClass.C
    air_ms: tuple[float, float] | None = None
    # The control point.
    answer_kind: Kind = Kind.INDICATION
    answer_ms: float = 30.0
    write_response_ms: float = 15.0
    write_commands: bool = False
    """It takes writes without response as well."""
    answers: Answers = Answers.ONCE
    busy_at_first: bool = False
    """The first attempt of each procedure finds another one in progress."""
    needs_pairing: bool = False
    control_requests: int = 1
    # What it does.
    start_moves: bool = True
    start_toggles: bool = False
    start_up_ms: float = 0.0
    drops_early_speed: bool = False
    standing_speed: StandingSpeed = StandingSpeed.REFUSED
    incline_works: bool = True
    key_cuts_power: bool = False
    # What it tells.
    tells_status: bool = True
    echoes_status: bool = False
    """To the client that caused it as well."""
    false_stop_status: bool = False
    streams_ramp: bool = False
    pads_status: bool = False
    records: Records = Records.SHORT
    silence_after_stop_ms: float = 0.0
    reports_setpoint: bool = False
