"""What can be asked of `treadctl explain --fault`, and what cannot be.

A question names a fault, a place in a session, a machine, and where the person walks a speed.
"""

from dataclasses import dataclass, replace
from typing import Final

from firmware_protocols.registry import PROTOCOLS
from treadctl.composition.disturbances import DISTURBANCES, Disturbance
from treadctl.composition.explanations import UnknownWord
from treadctl.core.machine import SessionState
from treadctl.core.programme import Programme, Step, StepKind
from treadctl.errors import TreadctlError
from treadctl.gate.setup import MachineClass
from treadctl.model import Mode
from treadctl.safety.limits import CLASS_C_REV_MAX_CKMH, RULES, Limits
from treadctl.units import format_speed

S = SessionState

FORWARD_CKMH: Final = 300
BACKWARD_CKMH: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a session something happens."""

    state: SessionState
    sentence: str
    delay_ms: int
    """How far into the state."""
    walking: StepKind | None = None
    """Where a speed can be chosen: which way the person walks there."""


PLACES: Final[dict[str, Place]] = {
    "countdown": Place(S.COUNTDOWN, "during the countdown", 2_000),
    "start": Place(S.STARTING, "after the first motion, at the slow start", 5_000),
    "warm-up": Place(S.WARM_UP, "while walking forward", 0, StepKind.WARMUP),
    "turning": Place(S.TURNING, "while the person turns around", 1_400),
    "reverse": Place(S.REVERSE_WALK, "while walking backward", 0, StepKind.REVERSE),
    "stopping": Place(S.STOPPING, "while the belt ramps down to a rest", 500, StepKind.REVERSE),
    "rest": Place(S.REST, "during a rest", 5_000),
}


MACHINES: Final = tuple(PROTOCOLS)


def machine_class_named(name: str) -> MachineClass:
    return MachineClass(name)


class NotThat(TreadctlError):
    """This cannot happen there, on this machine, or at this speed."""


@dataclass(frozen=True, slots=True)
class Question:
    """What shall be explained."""

    fault: str
    at: str
    speed_ckmh: int | None = None
    """None: a usual one."""
    machine: str = "woodway-us"
    machine_class: MachineClass = MachineClass.A

    @property
    def disturbance(self) -> Disturbance:
        return DISTURBANCES[self.fault]

    @property
    def place(self) -> Place:
        return PLACES[self.at]


def check(question: Question) -> None:
    """Raise what is wrong with *question*.

    Raises:
        UnknownWord: there is no such fault, state or machine.
        NotThat: it cannot happen there, or on that machine.
    """
    for kind, word, words in (
        ("fault", question.fault, DISTURBANCES),
        ("state", question.at, PLACES),
        ("machine", question.machine, PROTOCOLS),
    ):
        if word not in words:
            raise UnknownWord(kind, word, tuple(words))
    disturbance, place = question.disturbance, question.place
    if disturbance.machine not in (None, question.machine):
        raise NotThat(
            f"{disturbance.name} is something only {disturbance.machine} can have. "
            f"Add --machine {disturbance.machine}."
        )
    if disturbance.mode is Mode.BELT_REVERSE:
        if place.state is S.TURNING:
            raise NotThat("Nobody turns around where the belt runs in reverse.")
        if question.machine_class is MachineClass.C:
            raise NotThat("A machine of class C may not run its belt in reverse (SR-54).")
    if question.speed_ckmh is not None and place.walking is None:
        raise NotThat(f"Nobody chooses a speed {place.sentence}. Leave --speed-kmh out.")


def limits_of(question: Question) -> Limits:
    """The defaults, raised as far as a configuration could where the question asks for more.

    Raises:
        NotThat: no configuration could.
    """
    place, mode = question.place, question.disturbance.mode
    limits, asked_ckmh = Limits(), question.speed_ckmh
    if asked_ckmh is None or place.walking is None:
        return limits
    key, way = "v_fwd_max_ckmh", "forward"
    if place.walking is StepKind.REVERSE:
        key, way = "v_rev_max_ckmh", "backward"
        if mode is Mode.BELT_REVERSE:
            key, way = "v_rev_max_beltrev_ckmh", "backward on a belt that runs in reverse"
    ceiling_ckmh = RULES[key].high
    whose = ""
    if place.walking is StepKind.REVERSE and question.machine_class is MachineClass.C:
        ceiling_ckmh, whose = CLASS_C_REV_MAX_CKMH, " on a machine of class C"
    if not limits.v_start_ckmh <= asked_ckmh <= ceiling_ckmh:
        raise NotThat(
            f"Nobody walks {way} at {format_speed(asked_ckmh)}{whose}: from "
            f"{format_speed(limits.v_start_ckmh)} to {format_speed(ceiling_ckmh)}."
        )
    raised = {key: max(asked_ckmh, getattr(limits, key))}
    if mode is Mode.BELT_REVERSE:
        raised["v_rev_max_ckmh"] = max(limits.v_rev_max_ckmh, raised[key])
    return replace(limits, **raised)


def programme_of(question: Question) -> Programme:
    """A session that comes past every place."""
    place = question.place
    slow = question.machine_class is MachineClass.C
    backward_ckmh = CLASS_C_REV_MAX_CKMH if slow else BACKWARD_CKMH
    speeds = {StepKind.WARMUP: FORWARD_CKMH, StepKind.REVERSE: backward_ckmh}
    if place.walking is not None and question.speed_ckmh is not None:
        speeds[place.walking] = question.speed_ckmh
    rows = (
        (StepKind.WARMUP, 300, speeds[StepKind.WARMUP]),
        (StepKind.REVERSE, 290, speeds[StepKind.REVERSE]),
        (StepKind.REST, 60, 0),
        (StepKind.REVERSE, 60, speeds[StepKind.REVERSE]),
        (StepKind.COOLDOWN, 120, 100),
    )
    steps = tuple(Step(kind, s * 1_000, ckmh, ckmh) for kind, s, ckmh in rows)
    return Programme(name="explain", title="Explained", profile=None, steps=steps)
