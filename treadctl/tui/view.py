"""Everything a screen shows, as one frozen value. Computed from reports and events; no truth here.

What is not known is never shown as stopped, and what is old never as new (SR-40).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from treadctl.causes import Cause
from treadctl.composition.desk import Seen
from treadctl.core.following import LATCHED, MOVING, STOPPING
from treadctl.core.machine import SessionState
from treadctl.core.programme import Programme, Step, StepKind
from treadctl.core.prompts import Prompt
from treadctl.model import CHECKLIST, Gait, Report, StrapState
from treadctl.tui.drawn import Profile
from treadctl.tui.heard import Heard, Spoken
from treadctl.units import format_clock, format_minutes, format_number, format_speed

S = SessionState
STALE_MS: Final = 1_000
SPOKEN_MS: Final = 12_000
"""A sentence about something else than the present state goes by then."""


class Place(Enum):
    """Which screen a moment of a session belongs on."""

    CHECKLIST = "checklist"
    ARM = "arm"
    RUNNING = "running"
    TURNING = "turning"
    STOPPED = "stopped"
    DEBRIEF = "debrief"


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


@dataclass(frozen=True, slots=True)
class StopText:
    """Why the belt stands, and what to do."""

    code: str
    sentence: str
    action: str
    latched: bool


@dataclass(frozen=True, slots=True)
class View:
    place: Place
    state: SessionState
    simulated: bool
    title: str
    """Machine, person, plan."""
    speed: Speed
    setpoint: str
    way: Way
    step: str
    """``4 of 11  Reverse walk``."""
    step_left: str
    session_left: str
    next: str
    strap: Sign
    link: Sign
    spoken: Spoken | None
    prompt: Prompt | None
    checklist_done: int
    profile: Profile
    stop: StopText | None
    wait: str
    """What the gate waits for, in words; empty for nothing."""
    wait_ms: int
    resets_left: int
    may_move: bool
    facing: str
    elapsed: str


def place_of(seen: Seen, step: Step) -> Place:
    """Return the screen that *seen* belongs on."""
    state, prompt = seen.state, seen.awaiting
    if state in (S.IDLE, S.CONNECTING):
        return Place.CHECKLIST
    if state is S.CHECKLIST:
        return Place.CHECKLIST if seen.open_items else Place.ARM
    if state is S.REST:
        return Place.RUNNING if step.kind is StepKind.REST else Place.ARM
    if state in (S.ARMED, S.COUNTDOWN):
        return Place.ARM
    if state is S.STARTING:
        return Place.ARM if prompt is not None else Place.RUNNING
    if state in (S.TURNING, S.STOPPING_TO_TURN):
        return Place.TURNING
    if state in LATCHED or state in (S.PAUSED, S.LOCKED):
        return Place.STOPPED
    return Place.DEBRIEF if state is S.FINISHED else Place.RUNNING


def view_of(seen: Seen, heard: Heard, now_ms: int) -> View:
    """Return what is to be shown of *seen* at *now_ms*, on the run's clock."""
    sample, report, setup = heard.sample, seen.report, seen.setup
    behind_ms = max(0, now_ms - seen.now_ms)
    steps = seen.programme.steps
    index = min(max((sample.step if sample else 1) - 1, 0), len(steps) - 1)
    age_ms = report.measured_age_ms + max(0, now_ms - report.now_ms) if report else 0
    where = "  ".join(filter(None, [setup.machine, setup.person, seen.programme.title]))
    return View(
        place=place_of(seen, steps[index]),
        state=seen.state,
        simulated=setup.simulated,
        title=where,
        speed=_speed(report, age_ms),
        setpoint=_setpoint(report),
        way=_way(seen, report, age_ms),
        step=f"{index + 1} of {len(steps)}  {steps[index].name or steps[index].kind.title}",
        step_left=format_clock(sample.step_left_ms if sample else steps[index].duration_ms),
        session_left=format_clock(sample.session_left_ms if sample else seen.programme.planned_ms),
        next=_next(seen.programme, index),
        strap=_strap(report, behind_ms),
        link=_link(report, age_ms),
        spoken=_spoken(seen, heard, behind_ms),
        prompt=seen.awaiting,
        checklist_done=len(CHECKLIST) - len(seen.open_items),
        profile=_profile(seen, heard),
        stop=_stop(seen, heard),
        wait=_WAITS.get(report.wait or "", "") if report else "",
        wait_ms=max(0, report.wait_ms - behind_ms) if report else 0,
        resets_left=report.resets_left if report else 0,
        may_move=seen.may_move,
        facing=report.facing.value if report else "unknown",
        elapsed=format_clock(seen.t_ms + behind_ms),
    )


def _speed(report: Report | None, age_ms: int) -> Speed:
    if report is None or report.measured_ckmh is None:
        return Speed("?.??", Trust.UNKNOWN, "speed unknown")
    digits = f"{report.measured_ckmh / 100:.2f}"
    if not report.link_up:
        return Speed(digits, Trust.STALE, "UNKNOWN: the treadmill cannot be reached")
    if age_ms > STALE_MS:
        return Speed(digits, Trust.STALE, f"{age_ms / 1_000:.1f} s OLD")
    return Speed(digits, Trust.FRESH, "km/h measured")


def _setpoint(report: Report | None) -> str:
    if report is None:
        return ""
    heart = "" if report.heart_bpm is None else f"   heart {report.heart_bpm}"
    setpoint, cap = format_number(report.setpoint_ckmh), format_number(report.cap_ckmh)
    return f"set {setpoint}   cap {cap} km/h{heart}"


def _way(seen: Seen, report: Report | None, age_ms: int) -> Way:
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


def _next(programme: Programme, index: int) -> str:
    if index + 1 >= len(programme.steps):
        return "the end"
    step = programme.steps[index + 1]
    name, long = step.name or step.kind.title, format_minutes(step.duration_ms)
    if step.kind is StepKind.REST:
        return f"{name}, {long}"
    return f"{name}, {long} at {format_speed(step.peak_ckmh)}"


def _strap(report: Report | None, behind_ms: int) -> Sign:
    if report is None or behind_ms > STALE_MS:
        return Sign("strap UNKNOWN", good=False)
    if report.strap is StrapState.ATTACHED:
        return Sign("strap on", good=True)
    return Sign(f"STRAP {report.strap.value.upper()}", good=False)


def _link(report: Report | None, age_ms: int) -> Sign:
    if report is None:
        return Sign("not connected", good=False)
    if not report.link_up:
        return Sign("LINK LOST", good=False)
    # In steps of a fifth: a number that flickers cannot be read.
    text = f"link {age_ms // 200 / 5:.1f} s"
    return Sign(text, good=age_ms <= STALE_MS)


def _spoken(seen: Seen, heard: Heard, behind_ms: int) -> Spoken | None:
    said = heard.spoken
    if said is None or seen.t_ms + behind_ms - said.t_ms > SPOKEN_MS:
        return None
    return said


def _profile(seen: Seen, heard: Heard) -> Profile:
    total_ms = seen.programme.planned_ms
    sample = heard.sample
    cursor_ms = None if sample is None else max(0, total_ms - sample.session_left_ms)
    return Profile(seen.programme.steps, total_ms, cursor_ms, heard.trace)


def _stop(seen: Seen, heard: Heard) -> StopText | None:
    latched = seen.state in LATCHED or seen.state is S.LOCKED
    stopped = heard.stopped
    if stopped is not None and not (seen.state is S.LOCKED and stopped.cause != "idle_lock"):
        return StopText(stopped.code, stopped.message, stopped.action, latched)
    if seen.state is S.LOCKED:
        text = Cause.RESETS_USED.text
        return StopText(text.code, text.sentence, text.action, latched)
    return None


_WAITS: Final = {
    "quarantine": "Nobody on the belt. It is being watched before it may be armed.",
    "checklist": "The checklist is not complete.",
    "strap": "Clip the strap on.",
    "strap_steady": "The strap has to stay on for two seconds.",
    "start": "Armed. It disarms by itself.",
    "countdown": "The belt is about to start.",
    "on_belt": "Step onto the belt.",
    "standstill": "Waiting until the belt is proven to stand.",
    "turn_confirm": "Turn round, clip on, hold on.",
    "reset": "A reset is needed.",
    "lockout": "Locked for a moment: see to the person.",
    "hold_to_run": "Hold the hold-to-run key.",
}
