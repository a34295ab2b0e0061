"""Refusals that only the core makes, with their stable codes (SR-58, SR-41)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from treadctl.causes import Cause
from treadctl.core.exit_codes import Reason
from treadctl.errors import Refused
from treadctl.model import Report


@dataclass(frozen=True, slots=True)
class InputRefusal:
    """A reason to decline what somebody typed."""

    code: str
    cause: str
    sentence: str

    def refused(self, detail: str = "") -> Refused:
        message = f"{self.sentence} {detail}" if detail else self.sentence
        return Refused(self.cause, message)


MALFORMED: Final = InputRefusal("F-041", "input_malformed", "That line cannot be used.")
TOO_SOON: Final = InputRefusal(
    "F-141", "input_too_soon", "Too soon after the last increase. Wait half a second."
)
SLOWEST: Final = InputRefusal(
    "F-241", "input_slowest", "This is the slowest the belt can go. Use pause or stop."
)
NOT_THAT: Final = InputRefusal("F-341", "input_not_asked", "That is not what is asked for now.")

OWN: Final = (MALFORMED, TOO_SOON, SLOWEST, NOT_THAT)
_OWN: Final = {refusal.cause: refusal.code for refusal in OWN}
_SHARED: Final = {cause.value: cause.text.code for cause in Cause}


def code_of(cause: str) -> str:
    """Return the stable code of a snake_case cause, the gate's or ours."""
    return _OWN.get(cause) or _SHARED.get(cause, "F-000")


def console_took_over(report: Report) -> bool:
    """Whether the belt is held at what somebody set at the treadmill itself (SR-39)."""
    return report.cause == Cause.CONSOLE_TOOK_OVER.value


TO_COOLDOWN: Final[Mapping[Cause | None, Reason]] = {
    Cause.SESSION_LIMIT: Reason.LIMIT,
    Cause.REVERSE_LIMIT: Reason.LIMIT,
    Cause.BOUT_LIMIT: Reason.LIMIT,
    Cause.HEART_RATE_CEILING: Reason.HEART_RATE,
    Cause.HEART_RATE_GONE: Reason.HEART_RATE,
}
"""SR-44 to SR-46: these lead to the cooldown, and why the session then ends."""
OF_SPEED: Final = frozenset(
    cause.value
    for cause in (
        Cause.ABOVE_CAP,
        Cause.SETPOINT_RANGE,
        Cause.MACHINE_MINIMUM,
        Cause.MOTION_NOT_ALLOWED,
        Cause.CLASS_C,
    )
)
"""After one of these the speed is not raised any more (SR-13)."""
FOR_GOOD: Final = frozenset(
    cause.value
    for cause in (
        Cause.NO_STRAP_SOURCE,
        Cause.NO_ANSWER,
        Cause.MACHINE_MINIMUM,
        Cause.REVERSE_UNAVAILABLE,
        Cause.CLASS_C,
        Cause.HOLD_UNAVAILABLE,
    )
)
"""Refusals of a start that no person present can do anything about."""
OF_HEART: Final = frozenset(
    cause.value for cause in (Cause.HEART_RATE_RESTLESS, Cause.HEART_RATE_MISSING)
)
"""Refusals of a start that rest, or a sensor that sits better, can cure."""
