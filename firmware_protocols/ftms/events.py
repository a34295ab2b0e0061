"""What a session tells whoever drives: readings, answers, and what was done behind our back."""

from dataclasses import dataclass
from enum import Enum

from firmware_protocols.ftms.control_point import Request, StopKind
from firmware_protocols.ftms.machine_status import MachineStatus
from firmware_protocols.ftms.rsc import RscMeasurement
from firmware_protocols.ftms.training_status import TrainingStatus
from firmware_protocols.ftms.treadmill_data import TreadmillData


class Loss(Enum):
    """How control was lost. In every case nothing but a stop leaves any more."""

    NOT_PERMITTED = "not_permitted"
    """A request was answered so. Somebody else has control, or nobody."""
    REVOKED = "revoked"
    """The machine said so by itself: another controller took over (SR-38)."""
    RESET = "reset"
    """The machine was reset."""
    NO_ANSWER = "no_answer"
    """A procedure found none. On this link there may be no other (ftms.md 3.4)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A whole record came, and with it the only proof of life there is."""

    record: TreadmillData
    speed_ckmh: int | None
    """What the record's speed means on this machine, rounded up. None if it was cut off."""


@dataclass(frozen=True, slots=True)
class RscMeasured:
    measurement: RscMeasurement


@dataclass(frozen=True, slots=True)
class ControlGranted:
    pass


@dataclass(frozen=True, slots=True)
class ControlLost:
    """Everything that waited is gone. Asking again is for a person to decide (SR-38)."""

    how: Loss


@dataclass(frozen=True, slots=True)
class Accepted:
    """The machine said yes, which proves nothing: some do, and do nothing (ftms.md Q3, Q16)."""

    request: Request


@dataclass(frozen=True, slots=True)
class Refused:
    request: Request
    result: int
    """A `ResultCode`, or a reserved number."""


@dataclass(frozen=True, slots=True)
class StartRefused:
    """The machine will not start: beside the `Refused` or `WriteFailed` that says how. Want of
    control is no such refusal; it is a `ControlLost`."""


@dataclass(frozen=True, slots=True)
class WriteFailed:
    """The write itself was refused, after what repetition there is; no procedure was started."""

    request: Request
    att_error: int
    """A `WriteError`, or another number of the attribute protocol."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    request: Request


@dataclass(frozen=True, slots=True)
class StartWithheld:
    """A start was asked for without control, or while the belt is not known to stand. It and its
    speed are gone."""


@dataclass(frozen=True, slots=True)
class StopTookEffect:
    """The first zero after a stop. Standstill is for others to judge, from more than one."""


@dataclass(frozen=True, slots=True)
class StopFailed:
    """All there is has been said. A person has to pull the key; saying it again may still help."""


@dataclass(frozen=True, slots=True)
class UserStopped:
    kind: StopKind | None
    """None if the machine did not say which."""
    ours: bool
    """It may be the echo of what we asked for."""


@dataclass(frozen=True, slots=True)
class UserStarted:
    ours: bool


@dataclass(frozen=True, slots=True)
class SafetyKeyPulled:
    pass


@dataclass(frozen=True, slots=True)
class TargetSpeedChanged:
    speed_ckmh: int
    """What the machine will run at, rounded up."""
    ours: bool
    """False: somebody at the console or another controller did it (SR-39)."""


@dataclass(frozen=True, slots=True)
class TargetInclineChanged:
    incline_permille: int
    ours: bool


@dataclass(frozen=True, slots=True)
class OtherStatus:
    """A machine status that changes nothing here, or that was cut."""

    status: MachineStatus


@dataclass(frozen=True, slots=True)
class TrainingChanged:
    status: TrainingStatus


@dataclass(frozen=True, slots=True)
class Ignored:
    """Bytes that answer nothing: a second answer, a late one, a malformed one. For the log."""

    uuid: int
    raw: bytes


Event = (
    Measured
    | RscMeasured
    | ControlGranted
    | ControlLost
    | Accepted
    | Refused
    | StartRefused
    | WriteFailed
    | Unanswered
    | StartWithheld
    | StopTookEffect
    | StopFailed
    | UserStopped
    | UserStarted
    | SafetyKeyPulled
    | TargetSpeedChanged
    | TargetInclineChanged
    | OtherStatus
    | TrainingChanged
    | Ignored
)
