"""What a session tells the world, one dataclass per JSON line (docs/jsonl.md).

Fields hold plain JSON values: a front end, a journal and a test read the same thing. `t_ms` is
session time: 0 at the first exchange, or where the run says its clock begins.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """The first line of every run."""

    event: ClassVar[str] = "session_started"

    t_ms: int
    plan: str
    title: str
    mode: str
    machine: str
    protocol: str
    machine_class: str
    simulated: bool
    seed: int
    steps: int
    planned_s: int
    """Sum of all step times; countdowns, turns and ramp-downs come on top (safety.md 4.8.4)."""
    version: str
    limits_hash: str
    person: str
    """Who walks, by the name of their file; empty where nobody was named."""
    profile: str
    """Of the person, else of the plan; empty where neither says."""


@dataclass(frozen=True, slots=True)
class MachineKnown:
    """The treadmill has said who made it, and what is known of such machines."""

    event: ClassVar[str] = "machine"

    t_ms: int
    profile: str
    """By name; "unknown": nobody has measured such a machine, and the most careful one applies."""


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The session is in another state, or in the same state at another step."""

    event: ClassVar[str] = "state"

    t_ms: int
    state: str
    previous: str
    step: int
    """The present one, or while standing the one that comes; 1 is the first."""
    steps: int
    step_name: str
    cause: str | None


@dataclass(frozen=True, slots=True)
class Announced:
    """Something to show and to speak, before it happens (SR-52)."""

    event: ClassVar[str] = "announce"

    t_ms: int
    text: str
    in_ms: int
    """How far ahead it is said; 0 for what happens now."""
    kind: str
    """change, transition, stop or prompt."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Ten times a second: what is planned, asked, commanded and measured."""

    event: ClassVar[str] = "sample"

    t_ms: int
    state: str
    phase: str
    step: int
    steps: int
    step_name: str
    step_left_ms: int
    session_left_ms: int
    planned_ckmh: int
    setpoint_ckmh: int
    commanded_ckmh: int
    measured_ckmh: int | None
    """None before the first reading: nothing is known, least of all that the belt stands."""
    measured_age_ms: int
    belt_direction: str
    facing: str
    gait: str
    strap: str
    standstill: bool
    link_up: bool
    incline_permille: int
    heart_bpm: int | None
    """None: it is not watched, or cannot be read now."""
    reverse_s: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class RequestRefused:
    """Something was asked and declined; the belt is unchanged."""

    event: ClassVar[str] = "refused"

    t_ms: int
    code: str
    cause: str
    message: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """A stop reaction began. Once per cause and stretch of motion."""

    event: ClassVar[str] = "stop"

    t_ms: int
    reaction: str
    code: str
    cause: str
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class Prompted:
    """A person is asked for something. `wants` says for what, `item` for which of several."""

    event: ClassVar[str] = "prompt"

    t_ms: int
    wants: str
    item: str
    message: str


@dataclass(frozen=True, slots=True)
class CriterionNoted:
    """Somebody saw one of the stop criteria (safety.md 2.3)."""

    event: ClassVar[str] = "criterion"

    t_ms: int
    id: str
    text: str
    reaction: str
    """The stop that was asked for because of it; it is asked for at rest as well."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Somebody wants to find this moment again."""

    event: ClassVar[str] = "mark"

    t_ms: int
    note: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The last line of every run."""

    event: ClassVar[str] = "finished"

    t_ms: int
    reason: str
    exit_code: int
    reverse_s: float
    distance_m: float
    peak_forward_ckmh: int
    peak_backward_ckmh: int
    resets: int
    record: str | None


Event = (
    SessionStarted
    | MachineKnown
    | StateChanged
    | Announced
    | Sample
    | RequestRefused
    | Stopped
    | Prompted
    | CriterionNoted
    | Marked
    | Finished
)

EVENTS: tuple[type[Event], ...] = (
    SessionStarted,
    MachineKnown,
    StateChanged,
    Announced,
    Sample,
    RequestRefused,
    Stopped,
    Prompted,
    CriterionNoted,
    Marked,
    Finished,
)
