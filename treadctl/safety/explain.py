"""What a cause means and what it takes to go on, from the tables that the kernel works with.

For `treadctl explain` and the screens: the only part of the kernel that a front end may name.
"""

from dataclasses import dataclass
from typing import Final

from treadctl.causes import Cause
from treadctl.hazards import Hazard, hazards_of
from treadctl.model import Reaction
from treadctl.requirements import Requirement, requirement_of
from treadctl.safety.limits import (
    GESTURE_HOLD_MS,
    RESET_LOCKOUT_MS,
    RESETS_MAX,
    STALL_LOCKOUT_MS,
    STANDSTILL_SAMPLES,
    Limits,
)
from treadctl.units import format_rate

_LIMITS: Final = Limits()
BELT: Final = {
    Reaction.REFUSE: "Nothing happens to the belt: what was asked for is declined.",
    Reaction.HOLD: "The belt goes on, and does not speed up.",
    Reaction.SOFT_STOP: f"The belt ramps down gently, by {format_rate(_LIMITS.soft_stop_ckmh_s)}, "
    "and stops.",
    Reaction.FAST_STOP: f"The belt ramps down fast, by {format_rate(_LIMITS.fast_stop_ckmh_s)}, "
    "and stops. Latched.",
    Reaction.E_STOP: "The strongest stop that the machine has, at once, "
    f"repeated every {_LIMITS.stop_retry_ms} ms. Latched.",
}
"""What each reaction does."""

STANDS: Final = (
    f"the belt is proved to stand: zero, read {STANDSTILL_SAMPLES} times over "
    f"{_LIMITS.standstill_ms // 1_000} s"
)
_AGAIN: Final = "somebody arms and starts anew, and the belt begins slowly; nothing goes on alone"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to say about one code."""

    code: str
    cause: str
    reaction: Reaction
    """The strongest it can have."""
    sentence: str
    action: str
    """What the person should do; empty where the sentence says it."""
    to_go_on: tuple[str, ...]
    """What has to be true, in this order, before anything moves again."""
    requirement: Requirement
    hazards: tuple[Hazard, ...]

    @property
    def belt(self) -> str:
        return BELT[self.reaction]


def explain(cause: Cause) -> Explanation:
    """Explain one cause of the gate or the session."""
    text = cause.text
    requirement = requirement_of(text.code)
    return Explanation(
        text.code,
        cause.value,
        text.reaction,
        text.sentence,
        text.action,
        to_go_on(text.reaction, cause),
        requirement,
        hazards_of(requirement.number),
    )


def to_go_on(reaction: Reaction, cause: Cause) -> tuple[str, ...]:
    """What has to be true before anything moves again (SR-34, SR-36)."""
    if reaction <= Reaction.HOLD:
        return ()
    if reaction is Reaction.SOFT_STOP:
        return (STANDS, _AGAIN)
    lockout_ms = STALL_LOCKOUT_MS if cause is Cause.STALL else RESET_LOCKOUT_MS
    return (
        "the cause is gone",
        STANDS,
        f"{lockout_ms // 1_000} s have passed since the stop",
        f"somebody presses reset anew, deliberately, for {GESTURE_HOLD_MS // 1_000} s "
        f"({RESETS_MAX} times in one session at most)",
        "the whole checklist is gone through again, with the strap pulled and clipped on",
        _AGAIN,
    )
