"""What surrounds the kernel while it is explored: people, strap, link, belt; and what can happen.

Everything that lasts is a level in `World`; everything that can happen is an event. Between two
events time passes until the next bound that the kernel compares an age with, in ticks of at most a
tenth of a second. Nothing here decides what is right (`rules.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any, Final

from treadctl.causes import Cause
from treadctl.model import (
    CHECKLIST,
    BeltState,
    Direction,
    Facing,
    GatePhase,
    Gesture,
    Mode,
    Reaction,
    Request,
    StrapState,
)
from treadctl.safety.limits import Limits
from treadctl.safety.state import Drive, DriveKind, Inputs, KernelConfig

TICK_MS: Final = 100
_LOOKS_AT_SPEED: Final = frozenset(
    {GatePhase.ARMED, GatePhase.COUNTDOWN, GatePhase.STARTING, GatePhase.MOVING}
)
_SAYS_WHAT_WAITS: Final = _LOOKS_AT_SPEED - {GatePhase.ARMED}
_ARMS: Final = frozenset({GatePhase.QUARANTINE, GatePhase.IDLE, GatePhase.ARMED})
ALL_ITEMS: Final = (1 << len(CHECKLIST)) - 1
SLOW, MIDDLE, FAST = 50, 70, 90
"""All the speeds this machine has; backward its cap is the one in the middle."""


@dataclass(slots=True)
class World:
    """What lasts until something happens to it."""

    strap: StrapState = StrapState.ATTACHED
    link_up: bool = True
    belt: str = "obeys"
    """obeys, keeps (its speed, whatever it is told), or jams."""
    told_ckmh: int = 0
    """What it was last told, as far as that reached it."""
    line_busy: bool = False
    """What is no stop waits, and the newest replaces what waited before it."""
    waits: tuple[int, Direction] | None = None
    belt_ckmh: int = 0
    belt_direction: Direction = Direction.FORWARD
    setpoint_ckmh: int = 0
    direction: Direction = Direction.FORWARD
    arm: bool = False
    start: Gesture = Gesture.NONE
    turn: Facing | None = None
    turn_confirm: Gesture = Gesture.NONE
    reset: Gesture = Gesture.NONE
    hold: bool = False
    checklist: bool = False

    def has(self, levels: Mapping[str, Any]) -> bool:
        return all(getattr(self, name) == value for name, value in levels.items())


_FIELDS: Final = tuple(f.name for f in fields(World))
levels_of: Final = attrgetter(*_FIELDS)
"""A world as a value that can be compared."""


Pulse = Mapping[str, Any]
"""Fields of `Inputs` that are otherwise for one tick. Ages are given as such: `..._age_ms`."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that can happen, at once."""

    name: str
    levels: Mapping[str, Any]
    """Fields of `World` that are different from now on."""
    pulse: Pulse
    lets_go: tuple[str, ...] = ()
    """Fields of `World` that are back at their defaults after this tick."""


def _level(name: str, **levels: Any) -> Event:
    return Event(name, levels, {})


def _pulse(name: str, **pulse: Any) -> Event:
    return Event(name, {}, pulse)


def _confirmed(name: str, gesture: str) -> Event:
    return Event(name, {gesture: Gesture.CONFIRMED}, {}, (gesture,))


_SHORT: Final = Limits(
    v_rev_max_ckmh=MIDDLE,
    v_rev_max_beltrev_ckmh=MIDDLE,
    v_fwd_max_ckmh=FAST,
    countdown_ms=3_000,
    confirm_window_ms=10_000,
    arm_timeout_ms=2_000,
)
"""As short as a configuration may make them."""
TURN_AROUND: Final = KernelConfig(
    limits=_SHORT,
    machine_steps=(0, SLOW, MIDDLE, FAST),
    min_ckmh=SLOW,
    max_ckmh=FAST,
    ramp_ckmh_s=1_000,
    class_c=False,
    can_reverse=True,
    reads_direction=True,
    reads_drive_state=True,
    mode=Mode.TURN_AROUND,
    has_strap=True,
    hold_available=False,
    attendance_required=False,
    screen_required=False,
    pushes_readings=False,
    start_grace_ms=0,
    unfit=None,
    hr_limit_bpm=None,
    hr_guard=False,
)
BELT_REVERSE: Final = replace(TURN_AROUND, mode=Mode.BELT_REVERSE, hold_available=True)

GO: Final = (
    _level("everything is confirmed", checklist=True),
    _level("arm", arm=True),
    _level("disarm", arm=False),
    _level("start is pressed", start=Gesture.PRESSED),
    _confirmed("start is confirmed", "start"),
    _level("start is let go", start=Gesture.NONE),
    _pulse("on the belt", on_belt=True),
    _level(f"setpoint {SLOW}", setpoint_ckmh=SLOW),
    _level(f"setpoint {MIDDLE}", setpoint_ckmh=MIDDLE),
    _level("setpoint 0", setpoint_ckmh=0),
)
STRAP: Final = (
    _level("the strap is released", strap=StrapState.RELEASED),
    _level("the strap is clipped on", strap=StrapState.ATTACHED),
)
WITHDRAWN: Final = _level("nothing is confirmed", checklist=False)
FASTER: Final = (
    _level(f"setpoint {FAST}", setpoint_ckmh=FAST),
    _level(f"setpoint {FAST + 1}, above every cap", setpoint_ckmh=FAST + 1),
    _level(f"setpoint {SLOW - 1}, below the slowest", setpoint_ckmh=SLOW - 1),
)
RESET: Final = (
    _level("reset is pressed", reset=Gesture.PRESSED),
    _confirmed("reset is confirmed", "reset"),
    _level("reset is let go", reset=Gesture.NONE),
)
STOPS: Final = (
    _pulse("a soft stop is asked for", request_stop=Reaction.SOFT_STOP),
    _pulse("a fast stop is asked for", request_stop=Reaction.FAST_STOP),
    _pulse("the strongest stop is asked for", request_stop=Reaction.E_STOP),
    _pulse("a signal", stop=Reaction.FAST_STOP),
)
TURNS: Final = (
    _level("turn to the back", turn=Facing.BACKWARD),
    _level("turn to the front", turn=Facing.FORWARD),
    _level("the turn is called off", turn=None),
    _level("the turn is being confirmed", turn_confirm=Gesture.PRESSED),
    _confirmed("the turn is confirmed", "turn_confirm"),
)
CORE: Final = (
    _pulse("the core is silent for 301 ms", core_age_ms=301),
    _pulse("the core is silent for 1001 ms", core_age_ms=1_001),
    _pulse("the lease is 501 ms old", request_age_ms=501),
    _pulse("the core is gone", core_alive=False),
)
LINK: Final = (
    _level("the link is lost", link_up=False),
    _level("the link is back", link_up=True),
    _pulse("readings are 501 ms old", reading_age_ms=501),
    _pulse("readings are 1001 ms old", reading_age_ms=1_001),
    _pulse("the strap was last read 151 ms ago", strap_age_ms=151),
    _level("the strap is not known", strap=StrapState.UNKNOWN),
)
MACHINE: Final = (
    _pulse("the machine reports a fault", machine_fault=Cause.MACHINE_FAULT),
    _pulse("somebody stops it at the console", console_stop=True),
    _pulse("a reading of 20, whatever the belt does", measured_ckmh=20),
    _pulse("a reading 61 above what was told", surge_ckmh=61),
    _pulse("a reading 31 above the cap", measured_ckmh=FAST + 31),
)
BELT: Final = (
    _level("the belt keeps its speed", belt="keeps"),
    _level("the belt jams", belt="jams"),
    _level("the belt obeys again", belt="obeys"),
)
LINE: Final = (
    _level("the line is busy", line_busy=True),
    _level("the line is free", line_busy=False),
)
TIME: Final = (
    _pulse("the tick is 501 ms late", late_ms=501),
    _pulse("the computer slept", suspended_ms=201),
)
REVERSE: Final = (
    _level("the belt is to reverse", direction=Direction.REVERSE),
    _level("the belt is to run forward", direction=Direction.FORWARD),
    _level("the hold-to-run key is held", hold=True),
    _level("the hold-to-run key is let go", hold=False),
    _pulse("a reading of the other direction", other_way=True),
)
WAIT: Final = Event("time passes", {}, {})

SCENES: Final[dict[str, tuple[KernelConfig, tuple[Event, ...]]]] = {
    "walking": (TURN_AROUND, (*GO, WITHDRAWN, *FASTER, *STRAP, *STOPS)),
    "resetting": (TURN_AROUND, (*GO, WITHDRAWN, *STRAP, *RESET, STOPS[2], *LINK[:2])),
    "turning": (TURN_AROUND, (*GO, *STRAP, *TURNS, STOPS[0])),
    "failing": (TURN_AROUND, (*GO, *STRAP, *CORE, *LINK, *MACHINE, *TIME)),
    "disobeying": (TURN_AROUND, (*GO, FASTER[0], *STRAP, *BELT, *STOPS[:2])),
    "waiting": (TURN_AROUND, (*GO, *STRAP, *LINE, *STOPS[:2])),
    "reversing": (BELT_REVERSE, (*GO, *STRAP, *REVERSE, STOPS[1])),
}
"""Each is explored by itself, from the moment a gate is made, until nothing new is reached."""

_LEFT_ALONE: Final[dict[str, Any]] = {
    "in_control": True,
    "foreign_ckmh": None,
    "clock_at_ms": None,
    "hr_bpm": None,
    "hr_at_ms": 0,
    "hr_changed_at_ms": 0,
    "answers": True,
    "started_by_others": False,
}
"""Nobody else at the console, no clock of its own, no heart rate."""


def inputs(world: World, pulse: Pulse, now_ms: int, seq: int, request: Request) -> Inputs:
    """What the kernel is given in one tick."""
    if not pulse:
        return Inputs(
            now_ms,
            request,
            now_ms,
            True,
            Reaction.NONE,
            world.link_up,
            world.link_up,
            world.belt_ckmh,
            world.belt_direction,
            now_ms,
            seq + world.link_up,
            BeltState.ENGAGED if world.belt_ckmh else BeltState.STOPPED,
            now_ms,
            world.strap,
            now_ms,
            machine_fault=None,
            suspended_ms=0,
            sent_ckmh=world.told_ckmh,
            **_LEFT_ALONE,
        )
    told = dict(pulse)
    stopped = told.pop("console_stop", False) or not world.belt_ckmh
    measured_ckmh = told.pop("measured_ckmh", world.belt_ckmh + told.pop("surge_ckmh", 0))
    direction = world.belt_direction
    if told.pop("other_way", False):
        direction = Direction.FORWARD if direction is Direction.REVERSE else Direction.REVERSE
    reading_age_ms = told.pop("reading_age_ms", 0)
    return Inputs(
        now_ms=now_ms,
        request=request,
        core_heard_ms=now_ms - told.pop("core_age_ms", 0),
        core_alive=told.pop("core_alive", True),
        stop=told.pop("stop", Reaction.NONE),
        link_up=world.link_up,
        proved=world.link_up,
        measured_ckmh=measured_ckmh,
        measured_direction=direction,
        measured_at_ms=now_ms - reading_age_ms,
        sample_seq=seq + (world.link_up and not reading_age_ms),
        belt=BeltState.STOPPED if stopped else BeltState.ENGAGED,
        belt_at_ms=now_ms,
        strap=world.strap,
        strap_at_ms=now_ms - told.pop("strap_age_ms", 0),
        machine_fault=told.pop("machine_fault", None),
        suspended_ms=told.pop("suspended_ms", 0),
        sent_ckmh=world.told_ckmh,
        **_LEFT_ALONE,
    )


def hear(world: World, drive: Drive) -> None:
    """What is said leaves, or waits for the line; and the belt does what it does."""
    said = None if drive.kind is DriveKind.NOTHING else (drive.speed_ckmh, drive.direction)
    if world.line_busy and not drive.urgent:
        world.waits = said or world.waits
        said = None
    else:
        said, world.waits = said or world.waits, None
    if said is not None:
        world.told_ckmh = said[0]
        if said[0]:
            world.belt_direction = said[1]
    if world.belt == "obeys":
        world.belt_ckmh = world.told_ckmh
    elif world.belt == "jams":
        world.belt_ckmh = 0


def settle(world: World, phase: GatePhase) -> None:
    """What makes no difference here counts as one: a speed where none is looked at, a busy line
    where nothing waits for it. Whoever armed lets go where there is nothing to arm."""
    if world.setpoint_ckmh and phase not in _LOOKS_AT_SPEED:
        world.setpoint_ckmh = SLOW
    if phase not in _SAYS_WHAT_WAITS:
        world.line_busy = False
    if phase not in _ARMS:
        world.arm = False


def request_of(world: World, pulse: Pulse, at_ms: int) -> Request:
    """What the core asks for, made *at_ms*."""
    return Request(
        at_ms=at_ms - pulse.get("request_age_ms", 0),
        counter=1,
        setpoint_ckmh=world.setpoint_ckmh,
        direction=world.direction,
        stop=pulse.get("request_stop", Reaction.NONE),
        arm=world.arm,
        start=world.start,
        on_belt=pulse.get("on_belt", False),
        turn=world.turn,
        turn_confirm=world.turn_confirm,
        reset=world.reset,
        checklist=ALL_ITEMS if world.checklist else 0,
        hold_to_run=world.hold,
    )


DEFAULTS: Final[Mapping[str, Any]] = {f.name: f.default for f in fields(World)}
