"""The facts that must be right at a glance: speed, way, strap, link, heart, and why it is held.

What is not known is never shown as stopped, and what is old never as new (SR-40).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from treadctl.composition.desk import Seen
from treadctl.core.following import LATCHED, MOVING, STOPPING
from treadctl.core.voice import cause_of
from treadctl.model import Gait, Reaction, Report, StrapState
from treadctl.tui.heard import Heard
from treadctl.units import format_number

STALE_MS: Final = 1_000


class Trust(Enum):
    """How much a number is worth."""

    FRESH = "fresh"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Speed:
    """The measured speed, as it may be shown."""

    digits: str
    trust: Trust
    note: str
    """Its age, or why there is none."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the person walks, as a word and an arrow."""

    word: str
    arrow: str


@dataclass(frozen=True, slots=True)
class Sign:
    """One fact that must be right: strap, link. `good` is never only a colour."""

    text: str
    good: bool


def speed_of(report: Report | None, age_ms: int) -> Speed:
    if report is None or report.measured_ckmh is None:
        return Speed("?.??", Trust.UNKNOWN, "speed unknown")
    digits = f"{report.measured_ckmh / 100:.2f}"
    if not report.link_up:
        return Speed(digits, Trust.STALE, "UNKNOWN: no link to it")
    if age_ms > STALE_MS:
        return Speed(digits, Trust.STALE, f"{age_ms / 1_000:.1f} s OLD")
    return Speed(digits, Trust.FRESH, "km/h measured")


def setpoint_of(report: Report | None) -> str:
    if report is None:
        return ""
    heart = "" if report.heart_bpm is None else f"   heart {report.heart_bpm}"
    setpoint, cap = format_number(report.setpoint_ckmh), format_number(report.cap_ckmh)
    return f"set {setpoint}   cap {cap} km/h{heart}"


def way_of(seen: Seen, report: Report | None, age_ms: int) -> Way:
    if report is None or not report.link_up or age_ms > 2 * STALE_MS:
        return Way("UNKNOWN", "?")
    if report.standstill:
        return Way("STANDING", "■")
    if seen.state in STOPPING or seen.state in LATCHED:
        return Way("STOPPING", "▽")
    if seen.state in MOVING:
        return _WAYS[report.gait]
    return Way("NOT STILL", "!")


_WAYS: Final = {
    Gait.FORWARD: Way("FORWARD", "▲"),
    Gait.BACKWARD: Way("BACKWARD", "▼"),
    Gait.UNKNOWN: Way("UNKNOWN", "?"),
}


def strap_of(report: Report | None, behind_ms: int) -> Sign:
    if report is None or behind_ms > STALE_MS:
        return Sign("strap UNKNOWN", good=False)
    if report.strap is StrapState.ATTACHED:
        return Sign("strap on", good=True)
    return Sign(f"STRAP {report.strap.value.upper()}", good=False)


def link_of(report: Report | None, age_ms: int) -> Sign:
    if report is None:
        return Sign("not connected", good=False)
    if not report.link_up:
        return Sign("LINK LOST", good=False)
    # In steps of a fifth: a number that flickers cannot be read.
    text = f"link {age_ms // 200 / 5:.1f} s"
    return Sign(text, good=age_ms <= STALE_MS)


def heart_of(report: Report | None, heard: Heard, behind_ms: int) -> Sign | None:
    if report is None or not (heard.heart_seen or report.heart_cause):
        return None
    if report.heart_bpm is None or behind_ms > STALE_MS:
        return Sign("heart UNKNOWN", good=False)
    mark = "" if report.heart_cause is None else " LIMIT"
    return Sign(f"heart {report.heart_bpm}{mark}", good=report.heart_cause is None)


def held_of(seen: Seen) -> str:
    report = seen.report
    if report is None or seen.state not in MOVING:
        return ""
    cause = report.cause if report.reaction is Reaction.HOLD else report.heart_cause
    held = cause_of(cause)
    # Of what follows, the first sentence: the rest is announced when it happens.
    if held is None:
        return ""
    first, stop, _ = held.text.action.partition(". ")
    return f"{held.text.sentence} {first}{stop.rstrip()}"


def model_of(report: Report | None) -> str:
    """What profile a machine is driven by, as far as there are profiles."""
    profile = report.machine_profile if report is not None else ""
    if profile == "unknown":
        return " (model UNKNOWN: careful limits)"
    return f" ({profile})" if profile else ""
