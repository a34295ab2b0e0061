"""Everything a screen shows, as one frozen value. Computed from reports and events; no truth here.

What is not known is never shown as stopped, and what is old never as new (SR-40).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from treadctl.causes import Cause
from treadctl.composition.desk import Seen
from treadctl.core.following import LATCHED
from treadctl.core.machine import SessionState
from treadctl.core.programme import Programme, Step, StepKind
from treadctl.core.prompts import Prompt
from treadctl.model import CHECKLIST
from treadctl.tui.drawn import Profile
from treadctl.tui.heard import Heard, Spoken
from treadctl.tui.signs import (
    Sign,
    Speed,
    Way,
    heart_of,
    held_of,
    link_of,
    model_of,
    setpoint_of,
    speed_of,
    strap_of,
    way_of,
)
from treadctl.units import format_clock, format_minutes, format_speed

S = SessionState
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
    heart: Sign | None
    """None: no heart rate is watched, or none has come yet."""
    held: str
    """Why the belt goes no faster, though it moves; empty where it may."""
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
    machine = f"{setup.machine}{model_of(report)}"
    where = "  ".join(filter(None, [machine, setup.person, seen.programme.title]))
    return View(
        place=place_of(seen, steps[index]),
        state=seen.state,
        simulated=setup.simulated,
        title=where,
        speed=speed_of(report, age_ms),
        setpoint=setpoint_of(report),
        way=way_of(seen, report, age_ms),
        step=f"{index + 1} of {len(steps)}  {steps[index].name or steps[index].kind.title}",
        step_left=format_clock(sample.step_left_ms if sample else steps[index].duration_ms),
        session_left=format_clock(sample.session_left_ms if sample else seen.programme.planned_ms),
        next=_next(seen.programme, index),
        strap=strap_of(report, behind_ms),
        link=link_of(report, age_ms),
        heart=heart_of(report, heard, behind_ms),
        held=held_of(seen),
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


def _next(programme: Programme, index: int) -> str:
    if index + 1 >= len(programme.steps):
        return "the end"
    step = programme.steps[index + 1]
    name, long = step.name or step.kind.title, format_minutes(step.duration_ms)
    if step.kind is StepKind.REST:
        return f"{name}, {long}"
    return f"{name}, {long} at {format_speed(step.peak_ckmh)}"


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
