"""The nouns everything else is written in. Frozen, and free of I/O.

Core and gate share the two messages of this module and nothing else: a `Request` goes
down ten times a second and is a lease; a `Report` comes up and is the only truth.
Speeds are unsigned integers in 0.01 km/h (`_ckmh`), times are integer milliseconds of a
monotonic clock (`_ms`), inclines are 0.1 % (`_permille`). Direction is a type, never a sign.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final


class Direction(Enum):
    """Which way the belt's upper surface runs. FORWARD carries a person to the rear."""

    # Members are singletons, so identity is the hash; Enum's own is a Python call, and the
    # kernel looks these up 50 times a second. The same below.
    __hash__ = object.__hash__

    FORWARD = "forward"
    REVERSE = "reverse"


class Facing(Enum):
    """Which way the person looks, relative to the console. Owned by the gate (safety.md 4.8.7)."""

    __hash__ = object.__hash__

    FORWARD = "forward"
    BACKWARD = "backward"
    UNKNOWN = "unknown"


class Gait(Enum):
    """What results from belt direction and facing. The speed cap follows this (SR-09)."""

    __hash__ = object.__hash__

    FORWARD = "forward"
    BACKWARD = "backward"
    UNKNOWN = "unknown"


def gait_of(direction: Direction, facing: Facing) -> Gait:
    """Return how the person walks: backward when belt direction and facing disagree."""
    return _GAITS[direction, facing]


_GAITS: Final = {
    (Direction.FORWARD, Facing.FORWARD): Gait.FORWARD,
    (Direction.FORWARD, Facing.BACKWARD): Gait.BACKWARD,
    (Direction.REVERSE, Facing.FORWARD): Gait.BACKWARD,
    (Direction.REVERSE, Facing.BACKWARD): Gait.FORWARD,
    (Direction.FORWARD, Facing.UNKNOWN): Gait.UNKNOWN,
    (Direction.REVERSE, Facing.UNKNOWN): Gait.UNKNOWN,
}


class Mode(Enum):
    """The two ways to walk backward."""

    TURN_AROUND = "turn-around"
    BELT_REVERSE = "belt-reverse"


class StrapState(Enum):
    """The person-side cord as the software sees it. UNKNOWN counts as released (SR-16)."""

    UNKNOWN = "unknown"
    ATTACHED = "attached"
    RELEASED = "released"


class BeltState(Enum):
    """What the machine says its drive is doing; UNKNOWN also where it cannot say."""

    UNKNOWN = "unknown"
    STOPPED = "stopped"
    ENGAGED = "engaged"


class Reaction(IntEnum):
    """What the gate does about the worst thing it can see. The order is the severity."""

    NONE = 0
    REFUSE = 1
    HOLD = 2
    SOFT_STOP = 3
    FAST_STOP = 4
    E_STOP = 5

    @property
    def word(self) -> str:
        """The name in JSON and on paper: ``soft_stop``."""
        return self.name.lower()


class Gesture(Enum):
    """A deliberate act that takes time: a key held, or two different confirmations.

    PRESSED begins it. CONFIRMED completes it, and counts only if the gate saw PRESSED
    begin at least a second earlier and never let go (safety.md 4.8.10).
    """

    NONE = "none"
    PRESSED = "pressed"
    CONFIRMED = "confirmed"


class GatePhase(Enum):
    """What the gate permits. The gate's own, and the only one that moves the belt."""

    __hash__ = object.__hash__

    QUARANTINE = "quarantine"
    """Connected, proving zero for five seconds (SR-06). Only stop and reads leave."""
    IDLE = "idle"
    ARMED = "armed"
    COUNTDOWN = "countdown"
    STARTING = "starting"
    """Start frame sent; `v_start` held until ten seconds and "on the belt" (SR-04, SR-05)."""
    MOVING = "moving"
    STOPPING = "stopping"
    """Any stop, until standstill is measured."""
    TURNING = "turning"
    """Standstill with a person turning; the strap may open without latching (SR-28)."""
    LATCHED = "latched"
    LOCKED = "locked"
    """SR-34, SR-51: no more resets, or idle too long. Only a new connection leaves it."""


CHECKLIST: Final = (
    "shoes",
    "handrails",
    "strap-pull",
    "strap-cord",
    "clear-behind",
    "belt-clear",
    "machine-stop-key",
    "spotter",
    "feeling-well",
    "phone-away",
    "on-rails",
    "direction-read",
)
"""The twelve items of safety.md 2.5, in its order; `strap-pull` is also observed by the gate."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the core wants this tick. The newest replaces the older; there is no queue.

    Levels, not events: the gate finds the edges itself, so that a repeated, delayed or
    replayed request can never be a second press (SR-02).
    """

    at_ms: int
    """Core's monotonic clock, the same clock as the gate's, when this was made."""
    counter: int
    """Heartbeat: strictly increasing (SR-30)."""
    setpoint_ckmh: int = 0
    direction: Direction = Direction.FORWARD
    mode: Mode = Mode.TURN_AROUND
    stop: Reaction = Reaction.NONE
    """SOFT_STOP, FAST_STOP or E_STOP while a person asks for it; anything lower is no stop."""
    arm: bool = False
    """Its rising edge arms (SR-07)."""
    start: Gesture = Gesture.NONE
    on_belt: bool = False
    """The second confirmation, after the first motion (SR-05)."""
    turn: Facing | None = None
    """Wants the turning sequence, to end facing this way."""
    turn_confirm: Gesture = Gesture.NONE
    reset: Gesture = Gesture.NONE
    checklist: int = 0
    """Bit i set while item i of `CHECKLIST` is confirmed. The gate stamps each edge itself."""
    hold_to_run: bool = False
    """SR-55: true while the hold-to-run input is pressed."""
    attended: int = 0
    """SR-56: counts the operator tokens given by a person. A new value renews it."""
    screen: int = 0
    """SR-40: counts the times a screen has shown what happens. A new value renews it."""
    end: bool = False
    """The core is done: once the belt stands, the gate may close the link and exit."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request the gate declined; the belt is unchanged."""

    code: str
    """Stable, from `treadctl.safety.causes`: ``F-041``."""
    cause: str
    """snake_case: ``checklist_incomplete``."""
    message: str
    """One sentence for a person, with the remedy."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the gate saw and did. The only thing that travels upward."""

    now_ms: int
    seq: int
    phase: GatePhase
    reaction: Reaction
    """The worst reaction in force at this tick."""
    cause: str | None
    """Why, as a snake_case cause; at rest this is what a start would meet."""
    latched: Reaction
    latched_cause: str | None
    """The first cause of the latch in force; it survives later and worse ones."""
    setpoint_ckmh: int
    commanded_ckmh: int
    """What the last speed frame said, in the machine's own steps. 0 after a stop frame."""
    measured_ckmh: int | None
    """The last reading, or None before the first. Never shown as "stopped" by itself."""
    measured_age_ms: int
    direction: Direction
    """Belt direction of the last speed frame; keeps its value at zero."""
    measured_direction: Direction | None
    facing: Facing
    gait: Gait
    strap: StrapState
    belt: BeltState
    link_up: bool
    standstill: bool
    """SR-24: the only predicate for "stopped"."""
    refused: tuple[Refusal, ...] = ()
    """Refusals since the previous report, oldest first."""
    wait: str | None = None
    """What the gate waits for: quarantine, checklist, strap, strap_steady, start, countdown,
    on_belt, standstill, turn_confirm, reset, lockout, hold_to_run. None: nothing."""
    wait_ms: int = 0
    """How long that still takes, where it is a time; else 0."""
    strap_pull_seen: bool = False
    """The observed pull (closed, open, closed within 60 s) is done for this checklist."""
    checklist: int = 0
    """The checklist items that the gate accepts as confirmed and fresh."""
    resets_left: int = 3
    session_ms: int = 0
    reverse_ms: int = 0
    """Step time walked backward in this session (safety.md 4.8.4)."""
    bout_ms: int = 0
    cap_ckmh: int = 0
    """The cap of the present gait and mode."""
    min_ckmh: int = 0
    """The machine's slowest speed, as far as it is known; some say it when connected."""
    step_ckmh: int = 0
    """Its coarsest step above that, likewise."""
    incline_permille: int = 0
    unit_probe: str = "pending"
    """SR-29: pending, passed or failed."""
    heart_bpm: int | None = None
    """The heart rate; None where it is not watched, or cannot be read now (SR-46)."""
    machine_profile: str = ""
    """What is known of this kind of machine, by name; "unknown": nothing, and the most careful
    profile applies. Empty: there is nothing to know, or it has not said enough yet."""
    heart_cause: str | None = None
    """Why it holds the belt, as a snake_case cause, whatever else does; None: it does not."""
    ticks: str = ""
    """What the gate was given and answered in every tick since the previous report, for the
    record (gate/tape.py)."""
