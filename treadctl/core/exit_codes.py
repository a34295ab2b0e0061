"""One exit code per reason, documented and stable (product.md section 4, safety.md 4.8.12)."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final

from treadctl.causes import Cause


class ExitCode(IntEnum):
    COMPLETED = 0
    USAGE = 2
    PLAN_INVALID = 3
    DEVICE_NOT_FOUND = 4
    REFUSED_BY_SAFETY = 5
    STOPPED_BY_OPERATOR = 10
    STRAP_RELEASED = 11
    EMERGENCY_STOP = 12
    """Also every latched stop that has no code of its own."""
    COMMUNICATION_LOST = 13
    BELT_MISMATCH = 14
    HR_CEILING = 15
    STOP_NOT_CONFIRMED = 16
    """Check the belt: nothing proved that it stands."""
    INTERRUPTED = 130


class Signal(Enum):
    """Who told the program to end, as far as the exit code cares."""

    INTERRUPT = "sigint"
    TERMINATE = "sigterm"
    HANG_UP = "sighup"


class Reason(Enum):
    """Why a session ended, when no latched stop says it better."""

    COMPLETED = "completed"
    LIMIT = "limit"
    """A time limit cut the plan; the session still ended in order (SR-44)."""
    HEART_RATE = "heart_rate"
    """So did the heart rate, or its absence where somebody relied on it (SR-45, SR-46)."""
    OPERATOR_STOP = "operator_stop"
    PAUSE_TIMEOUT = "pause_timeout"
    REFUSED = "refused"
    """The gate would not let it begin, or go on."""
    IDLE = "idle"
    UNRECORDED = "unrecorded"
    """The record could not be written any more (SR-49)."""
    NOT_CONNECTED = "not_connected"
    INTERRUPTED = "interrupted"
    GATE_GONE = "gate_gone"


_PLAIN: Final = {
    Reason.COMPLETED: ExitCode.COMPLETED,
    Reason.LIMIT: ExitCode.COMPLETED,
    Reason.HEART_RATE: ExitCode.HR_CEILING,
    Reason.OPERATOR_STOP: ExitCode.STOPPED_BY_OPERATOR,
    Reason.PAUSE_TIMEOUT: ExitCode.STOPPED_BY_OPERATOR,
    Reason.REFUSED: ExitCode.REFUSED_BY_SAFETY,
    Reason.IDLE: ExitCode.REFUSED_BY_SAFETY,
    Reason.UNRECORDED: ExitCode.REFUSED_BY_SAFETY,
    Reason.NOT_CONNECTED: ExitCode.COMMUNICATION_LOST,
    Reason.INTERRUPTED: ExitCode.STOPPED_BY_OPERATOR,
    Reason.GATE_GONE: ExitCode.EMERGENCY_STOP,
}

_BY_CAUSE: Final = {
    Cause.STRAP_OPEN: ExitCode.STRAP_RELEASED,
    Cause.STRAP_UNKNOWN: ExitCode.STRAP_RELEASED,
    Cause.SAFETY_KEY: ExitCode.STRAP_RELEASED,
    Cause.LINK_LOST: ExitCode.COMMUNICATION_LOST,
    Cause.TELEMETRY_STALE: ExitCode.COMMUNICATION_LOST,
    Cause.TELEMETRY_FROZEN: ExitCode.COMMUNICATION_LOST,
    Cause.MACHINE_TIMEOUT: ExitCode.COMMUNICATION_LOST,
    Cause.RECONNECT_MOVING: ExitCode.COMMUNICATION_LOST,
    Cause.CONSOLE_SPEED: ExitCode.BELT_MISMATCH,
    Cause.DEVIATION: ExitCode.BELT_MISMATCH,
    Cause.SURGE: ExitCode.BELT_MISMATCH,
    Cause.OVERSPEED: ExitCode.BELT_MISMATCH,
    Cause.UNIT_MISMATCH: ExitCode.BELT_MISMATCH,
    Cause.DIRECTION_MISMATCH: ExitCode.BELT_MISMATCH,
}

_SIGNALLED: Final = frozenset({Cause.SIGNAL_STOP, Cause.OPERATOR_FAST_STOP, Cause.OPERATOR_E_STOP})
"""Latched causes that a signal explains better than they explain themselves."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The facts of the final report that decide the exit code."""

    reason: Reason
    standstill_proved: bool
    """Measured since the belt last moved or was asked to."""
    first_latch: Cause | None = None
    """The first cause that ever latched in this session, reset or not."""
    signal: Signal | None = None


def exit_code(ending: Ending) -> ExitCode:
    """Return what the process says with its last breath. An unproven standstill wins."""
    if not ending.standstill_proved:
        return ExitCode.STOP_NOT_CONFIRMED
    latch = ending.first_latch
    if latch is not None and latch not in _SIGNALLED:
        return _BY_CAUSE.get(latch, ExitCode.EMERGENCY_STOP)
    if ending.signal is Signal.INTERRUPT:
        return ExitCode.INTERRUPTED
    if ending.signal is not None or latch is Cause.SIGNAL_STOP:
        return ExitCode.STOPPED_BY_OPERATOR
    if latch is not None:
        return ExitCode.EMERGENCY_STOP
    return _PLAIN[ending.reason]


def reason_word(ending: Ending) -> str:
    """Return the same as a word: the first latched cause, or the plain reason."""
    if ending.first_latch is not None and ending.signal is None:
        return ending.first_latch.value
    if ending.first_latch is not None and ending.first_latch not in _SIGNALLED:
        return ending.first_latch.value
    return ending.reason.value
