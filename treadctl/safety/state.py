"""The values the kernel works on: what it is told, what it remembers, what it answers.

`KernelState` is changed in place, because 180,000 copies an hour cost more than the kernel
itself (docs/decisions/0011). The kernel is still a function of (state, inputs, config):
nothing else is read and nothing else is written; `KernelState.copy` gives explorers and
`explain` their own.
"""

import copy
from bisect import bisect_right
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import Final, NamedTuple

from treadctl.causes import Cause
from treadctl.model import (
    CHECKLIST,
    BeltState,
    Direction,
    Facing,
    Gait,
    GatePhase,
    Gesture,
    Mode,
    Reaction,
    Refusal,
    Request,
    StrapState,
    gait_of,
)
from treadctl.safety.limits import (
    CLASS_C_REV_MAX_CKMH,
    STOP_PROGRESS_MS,
    STOP_PROGRESS_NOTIFY_MS,
    UNEXPECTED_SAMPLES,
    UNIT_PROBE_STEPS,
    Limits,
)


class Finding(NamedTuple):
    """What an interlock saw. The worst reaction wins; the first of equals keeps its name."""

    reaction: Reaction
    cause: Cause


class DriveKind(Enum):
    NOTHING = "nothing"
    START = "start"
    """Engage the belt and give it `v_start`."""
    SPEED = "speed"
    STOP = "stop"
    """The machine's own controlled stop."""
    STRONGEST_STOP = "strongest_stop"


class Drive(NamedTuple):
    """What shall be said to the machine this tick."""

    kind: DriveKind
    speed_ckmh: int
    direction: Direction
    urgent: bool
    """Part of a stop: never waits for an acknowledgement (safety.md 4.8.5)."""


NOTHING: Final = Drive(DriveKind.NOTHING, 0, Direction.FORWARD, False)


@dataclass(frozen=True, slots=True)
class KernelConfig:
    """What holds for one connection: limits, and the facts of the machine.

    Nothing has a default: what is not known of a machine is decided by who connects to it.
    """

    limits: Limits
    machine_steps: tuple[int, ...]
    """Every speed the machine can be told, ascending, from 0, in 0.01 km/h."""
    min_ckmh: int
    max_ckmh: int
    ramp_ckmh_s: int
    class_c: bool
    can_reverse: bool
    reads_direction: bool
    reads_drive_state: bool
    mode: Mode
    has_strap: bool
    hold_available: bool
    attendance_required: bool
    screen_required: bool
    pushes_readings: bool
    """Readings come of their own accord, about once a second."""
    unexpected_samples: int = field(init=False)
    """So many readings of a motion that nobody started latch."""
    start_grace_ms: int
    """So long after a start a machine may still read zero."""
    unfit: Cause | None
    """Why this machine is not driven, whatever people confirm."""
    hr_limit_bpm: int | None
    """SR-45: the heart rate not to exceed; None: it is not watched."""
    hr_guard: bool
    """SR-46: somebody relies on the heart rate: without one, nobody walks."""
    step_ckmh: int = field(init=False)
    """The machine's coarsest step above its minimum. Kept, because the ramp asks in every tick."""
    v_start_ckmh: int = field(init=False)
    """SR-04: max(v_start, machine minimum), as the machine can say it."""
    finest_ckmh: int = field(init=False)
    """Its finest: a setpoint closer than that to what is commanded cannot be said."""
    reading_step_ckmh: int = field(init=False)
    """What one reporting step is worth (SR-08, SR-29, SR-35)."""
    probe_from_ckmh: int = field(init=False)
    """SR-29: five reporting steps, below which a ratio means nothing."""
    telemetry_hold_ms: int = field(init=False)
    telemetry_stop_ms: int = field(init=False)
    stop_progress_ms: int = field(init=False)
    caps_ckmh: dict[tuple[Gait, Direction], int] = field(init=False)

    def __post_init__(self) -> None:
        # From standing to its slowest speed is no step: a start does that, at `v_start`.
        slowest_ckmh = self.machine_steps[1]
        steps = [b - a for a, b in pairwise(self.machine_steps[1:])] or [slowest_ckmh]
        object.__setattr__(self, "step_ckmh", max(steps))
        object.__setattr__(self, "finest_ckmh", min(steps))
        object.__setattr__(self, "reading_step_ckmh", min(slowest_ckmh, max(steps)))
        object.__setattr__(self, "probe_from_ckmh", self._probe_from_ckmh())
        limits = self.limits
        hold_ms, stop_ms, progress_ms = (
            (limits.notify_hold_ms, limits.notify_stop_ms, STOP_PROGRESS_NOTIFY_MS)
            if self.pushes_readings
            else (limits.telemetry_hold_ms, limits.telemetry_stop_ms, STOP_PROGRESS_MS)
        )
        # A stop takes effect before the next reading of a machine that tells once a second: the
        # second one would never come (docs/decisions/0022).
        object.__setattr__(
            self, "unexpected_samples", 1 if self.pushes_readings else UNEXPECTED_SAMPLES
        )
        object.__setattr__(self, "telemetry_hold_ms", hold_ms)
        object.__setattr__(self, "telemetry_stop_ms", stop_ms)
        object.__setattr__(self, "stop_progress_ms", progress_ms)
        slowest = max(self.limits.v_start_ckmh, self.min_ckmh)
        object.__setattr__(self, "v_start_ckmh", self.quantise(slowest))
        caps = {(g, d): self._smallest_cap(g, d) for g in Gait for d in Direction}
        object.__setattr__(self, "caps_ckmh", caps)

    def quantise(self, speed_ckmh: int) -> int:
        """The machine's own step for *speed_ckmh*: never more than asked."""
        return self.machine_steps[bisect_right(self.machine_steps, speed_ckmh) - 1]

    def cap_ckmh(self, gait: Gait, direction: Direction) -> int:
        """SR-09: the smallest of all caps for this way of walking; unknown gait: of both ways."""
        return self.caps_ckmh[gait, direction]

    def _probe_from_ckmh(self) -> int:
        if self.machine_steps[1] <= self.step_ckmh:
            return self.machine_steps[: UNIT_PROBE_STEPS + 1][-1]
        return max(self.machine_steps[1], UNIT_PROBE_STEPS * self.step_ckmh)

    def _smallest_cap(self, gait: Gait, direction: Direction) -> int:
        forward = min(self.limits.v_fwd_max_ckmh, self.max_ckmh)
        if gait is Gait.FORWARD:
            return forward
        backward = min(forward, self.limits.v_rev_max_ckmh)
        if direction is Direction.REVERSE:
            backward = min(backward, self.limits.v_rev_max_beltrev_ckmh)
        if self.class_c:
            backward = min(backward, CLASS_C_REV_MAX_CKMH)
        return backward


class Inputs(NamedTuple):
    """Everything the kernel may look at in one tick. Nothing of it goes without saying."""

    now_ms: int
    request: Request
    """The newest accepted one; its age is judged by its own `at_ms`."""
    core_heard_ms: int
    """When the heartbeat last advanced, by the gate's clock."""
    core_alive: bool
    stop: Reaction
    """From signals and other stop paths that bypass the request."""
    link_up: bool
    proved: bool
    """The machine gave its valid replies to the harmless query (safety.md 4.8.6)."""
    measured_ckmh: int
    measured_direction: Direction
    measured_at_ms: int
    sample_seq: int
    """Counts readings, so that "two samples" means two different ones."""
    belt: BeltState
    belt_at_ms: int
    strap: StrapState
    strap_at_ms: int
    machine_fault: Cause | None
    suspended_ms: int
    in_control: bool
    """The machine obeys this program, as far as it told (SR-38)."""
    foreign_ckmh: int | None
    """A speed that somebody else has set since the last tick (SR-39)."""
    clock_at_ms: int | None
    """When the machine's own clock last moved on; None where it has none that does (SR-19)."""
    hr_bpm: int | None
    """The newest plausible heart rate; None before the first."""
    hr_at_ms: int
    """When it was read."""
    hr_changed_at_ms: int
    """When its measurement was last another than the one before it (SR-46)."""
    answers: bool
    """What it was told was answered. A reason beside `in_control`, for people (SR-38)."""
    started_by_others: bool
    """The machine has said since the last tick that somebody else started it (SR-08)."""
    sent_ckmh: int | None
    """The last speed that left; what is commanded may still wait for the line. None: the same."""


@dataclass(slots=True)
class GestureTrack:
    """Follows one gesture: only a press that begins under our eyes counts."""

    level: Gesture = Gesture.NONE
    pressed_at_ms: int | None = None


@dataclass(slots=True)
class HeartTrack:
    """What a heart rate, or its absence, has added up to in this motion (SR-45, SR-46)."""

    over_ms: int = 0
    far_ms: int = 0
    lower_ms: int = 0
    """At the limit while held, since the last reduction."""
    held: bool = False
    lid_ckmh: int | None = None
    """The last reduction. Nothing rises above it before the next start."""
    lost_ms: int = 0
    is_lost: bool = False


@dataclass(slots=True)
class KernelState:
    """All that the kernel remembers. Times are the gate's clock in ms, None where never."""

    now_ms: int
    phase: GatePhase = GatePhase.QUARANTINE
    phase_at_ms: int = 0
    latch: Finding | None = None
    """The worst latched finding in force."""
    first_cause: Cause | None = None
    lockout_until_ms: int = 0
    resets_used: int = 0
    worst: Finding | None = None
    stop_level: Reaction = Reaction.NONE
    """While STOPPING: NONE is a planned stop, else the stop reaction in force."""
    stop_cause: Cause | None = None
    # what the person does
    start: GestureTrack = field(default_factory=GestureTrack)
    start_level_before: Gesture = Gesture.NONE
    turn_confirm: GestureTrack = field(default_factory=GestureTrack)
    reset: GestureTrack = field(default_factory=GestureTrack)
    request_seen: Request | None = None
    arm_level: bool = False
    on_belt_level: bool = False
    on_belt: bool = False
    facing: Facing = Facing.FORWARD
    turn_target: Facing | None = None
    checklist_level: int = 0
    checklist_at_ms: list[int | None] = field(default_factory=lambda: [None] * len(CHECKLIST))
    checklist_used: bool = False
    """A start has been made on it: later bouts need no new one (SR-07)."""
    pull_stage: int = 0
    """0 nothing, 1 attached seen, 2 released after that."""
    pull_opened_at_ms: int = 0
    pull_seen_at_ms: int | None = None
    attended: int = 0
    attended_at_ms: int = 0
    screen: int = 0
    screen_at_ms: int = 0
    hold_level: bool = False
    hold_changed_at_ms: int = 0
    strap_since_ms: int | None = None
    """Attached and believable without interruption since then."""
    # what the belt does
    sample_seq: int = 0
    sample_at_ms: int = 0
    zero_samples: int = 0
    zero_since_ms: int = 0
    zero_at_ms: int = 0
    moved: bool = False
    """A non-zero reading was seen since the last start."""
    expected_mckmh: int = 0
    """Expected speed in 0.001 of 0.01 km/h, so that a ramp per ms is an integer."""
    expected_peak_mckmh: int = 0
    expected_read_mckmh: int = 0
    """What was expected when the newest reading came."""
    expected_before_mckmh: int = 0
    """And when the one before it came: in between lies what the newest may have seen."""
    quarantined: bool = False
    quarantine_zero_ms: int | None = None
    connected: bool = False
    connected_before: bool = False
    overspeed_samples: int = 0
    surge_samples: int = 0
    unexpected_samples: int = 0
    deviation_ms: int = 0
    stall_ms: int = 0
    wrong_way_ms: int = 0
    progress_ckmh: int = 0
    progress_at_ms: int = 0
    told_zero_ms: int | None = None
    """While STOPPING: since when zero is both commanded and read."""
    probe: str = "pending"
    probe_ms: int = 0
    probe_measured: int = 0
    probe_commanded: int = 0
    probe_unclear: bool = False
    overruns_at_ms: tuple[int, ...] = ()
    overrun: bool = False
    suspended: bool = False
    # what was said to the machine
    commanded_ckmh: int = 0
    direction: Direction = Direction.FORWARD
    gait: Gait = Gait.FORWARD
    """Follows from direction and facing; `walk` keeps the three together."""
    setpoint_ckmh: int = 0
    """The last accepted setpoint; a refused one leaves it as it was."""
    refused_setpoint_ckmh: int = 0
    refusing: bool = False
    base_ckmh: int = 0
    """SR-13: increases are counted from here."""
    raised_at_ms: int = 0
    lowered_at_ms: int = 0
    foreign_ckmh: int | None = None
    """SR-39: what somebody else set in this motion. It is followed, and nothing rises any more."""
    heart: HeartTrack = field(default_factory=HeartTrack)
    foreign_setpoint_ckmh: int = 0
    """The setpoint that was in force then. Only one below it asks for less than was agreed on."""
    increases: tuple[tuple[int, int], ...] = ()
    down_mckmh: int = 0
    stop_sent_at_ms: int = 0
    started_at_ms: int = 0
    # counters of the session
    session_at_ms: int | None = None
    reverse_ms: int = 0
    bout_ms: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def walk(self, direction: Direction, facing: Facing) -> None:
        """Set the belt's direction and which way the person looks, and thereby the gait."""
        self.direction, self.facing = direction, facing
        self.gait = gait_of(direction, facing)

    def copy(self) -> "KernelState":
        """An independent state."""
        return copy.deepcopy(self)

    def refuse(self, cause: Cause) -> None:
        """Decline something. The belt is unchanged and the report carries the reason."""
        text = cause.text
        self.refused.append(Refusal(text.code, cause.value, f"{text.sentence} {text.action}"))


MOTION: Final = frozenset(
    {GatePhase.COUNTDOWN, GatePhase.STARTING, GatePhase.MOVING, GatePhase.STOPPING}
)
"""Moving or asked to move: a stop found here latches (SR-16, SR-34)."""
RUNNING: Final = frozenset({GatePhase.STARTING, GatePhase.MOVING})
