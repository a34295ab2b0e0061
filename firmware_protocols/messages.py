"""The vocabulary all codecs share. A codec that lacks a word refuses to encode it.

Speeds are unsigned 0.01 km/h, inclines 0.1 %. Direction is never a sign.
"""

from dataclasses import dataclass
from enum import Enum


class Direction(Enum):
    # Members are singletons, so identity is the hash; Enum's own is a Python call, and every
    # reading looks one up.
    __hash__ = object.__hash__

    FORWARD = "forward"
    REVERSE = "reverse"


class DriveState(Enum):
    """What a machine says its drive is doing."""

    __hash__ = object.__hash__

    STOPPED = "stopped"
    SUPERVISED = "supervised"
    """Engaged, and it will stop by itself when the host falls silent."""
    UNSUPERVISED = "unsupervised"


class Unfit(Enum):
    """Why a machine cannot be driven, whatever people confirm."""

    PROFILE_AMBIGUOUS = "profile_ambiguous"
    """More than one profile fits what it says of itself; the wrong one may be too fast."""
    NO_SPEED_RANGE = "no_speed_range"
    """It states no range of speeds, or one that makes no sense."""


# Host to machine.


@dataclass(frozen=True, slots=True)
class StartBelt:
    """Engage the belt with the machine's own watchdog on. There is no other start."""


@dataclass(frozen=True, slots=True)
class AutoStop:
    """The machine ramps to zero and disengages: the strongest controlled stop it has."""


@dataclass(frozen=True, slots=True)
class CutDrive:
    """Trackmaster: stop. Woodway US: remove drive power, the belt coasts."""


@dataclass(frozen=True, slots=True)
class SetSpeed:
    speed_ckmh: int
    direction: Direction = Direction.FORWARD


@dataclass(frozen=True, slots=True)
class SetIncline:
    incline_permille: int


@dataclass(frozen=True, slots=True)
class QueryDrive:
    pass


@dataclass(frozen=True, slots=True)
class QuerySpeed:
    pass


@dataclass(frozen=True, slots=True)
class QueryIncline:
    pass


@dataclass(frozen=True, slots=True)
class RequestControl:
    """Ask to be the one whom the machine obeys. It moves nothing."""


HostMessage = (
    StartBelt
    | AutoStop
    | CutDrive
    | SetSpeed
    | SetIncline
    | QueryDrive
    | QuerySpeed
    | QueryIncline
    | RequestControl
)


# Machine to host.


@dataclass(frozen=True, slots=True)
class Ack:
    """The machine took the command with this opcode."""

    opcode: int


@dataclass(frozen=True, slots=True)
class DriveReport:
    state: DriveState


@dataclass(frozen=True, slots=True)
class SpeedReport:
    speed_ckmh: int
    direction: Direction = Direction.FORWARD


@dataclass(frozen=True, slots=True)
class InclineReport:
    incline_permille: int


@dataclass(frozen=True, slots=True)
class SpeedFault:
    """The machine says its own speed reading is invalid: emergency stop or control-loop fault."""


@dataclass(frozen=True, slots=True)
class MasterTimeout:
    """The machine's supervision of its host has tripped."""


@dataclass(frozen=True, slots=True)
class ConsoleStop:
    """Somebody stopped the belt at the machine, and it says so (SR-36)."""


@dataclass(frozen=True, slots=True)
class SafetyKeyPulled:
    """The machine's own safety key is out, and it says so."""


@dataclass(frozen=True, slots=True)
class StartRefused:
    """The machine was told to start, and says that it will not."""


@dataclass(frozen=True, slots=True)
class StartedByOthers:
    """The belt was started, and not by this host: the machine says so before it moves (SR-08)."""


@dataclass(frozen=True, slots=True)
class ForeignSpeed:
    """Somebody else set the speed: at the console, or another controller (SR-39)."""

    speed_ckmh: int


@dataclass(frozen=True, slots=True)
class ClockReport:
    """The machine's own count of the session's seconds: it stands still where its data is
    frozen (SR-19)."""

    elapsed_s: int


@dataclass(frozen=True, slots=True)
class HeartRateReport:
    """The machine has a heart-rate sensor, or receives one, and it reads this (SR-45)."""

    bpm: int


@dataclass(frozen=True, slots=True)
class InvalidData:
    """A command was understood and refused: a digit or a range."""


@dataclass(frozen=True, slots=True)
class InvalidCommand:
    """A command was not understood."""


@dataclass(frozen=True, slots=True)
class InvalidQuery:
    """A status request was not recognised."""


@dataclass(frozen=True, slots=True)
class OtherReport:
    """A well-formed reply that this project has no use for (firmware, totals); shown as hex."""

    raw: bytes


MachineMessage = (
    Ack
    | DriveReport
    | SpeedReport
    | InclineReport
    | SpeedFault
    | MasterTimeout
    | ConsoleStop
    | SafetyKeyPulled
    | StartRefused
    | StartedByOthers
    | ForeignSpeed
    | ClockReport
    | HeartRateReport
    | InvalidData
    | InvalidCommand
    | InvalidQuery
    | OtherReport
)


# Seen on the host's line, and without a word for the host.


@dataclass(frozen=True, slots=True)
class UnsafeCommand:
    """A command a machine knows and this project never sends: an unsupervised start, set-up,
    totals. Only a machine-role decoder yields it, and nothing encodes it."""

    opcode: int
    raw: bytes
