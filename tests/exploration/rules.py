"""What must never happen, judged from what goes into the kernel and what comes out of it.

Written from safety.md 4.4 and 4.5 alone: no interlock, no permissive, no ramp of the product is
looked at, and of the kernel's memory only its phase and which way the person faces, which are
what it tells the world.
"""

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Final

from tests.exploration.world import FAST, MIDDLE
from treadctl.model import (
    BeltState,
    Direction,
    Facing,
    GatePhase,
    Gesture,
    Reaction,
    StrapState,
)
from treadctl.safety.state import Drive, DriveKind, Inputs

P: Final = GatePhase
MOVING: Final = frozenset({P.COUNTDOWN, P.STARTING, P.MOVING, P.STOPPING})
STARTS: Final = frozenset({P.ARMED, P.COUNTDOWN})
STANDING: Final = frozenset({P.IDLE, P.LATCHED, P.LOCKED})
STANDSTILL_MS: Final = 3_000
LOCKOUT_MS: Final = 5_000
HELD_MS: Final = 1_000
QUIET_MS: Final = 200
FIRST_MOTION_CKMH: Final = 100
DOWN_CKMH_S: Final = {
    Reaction.NONE: 30,
    Reaction.REFUSE: 30,
    Reaction.HOLD: 30,
    Reaction.SOFT_STOP: 50,
    Reaction.FAST_STOP: 200,
}
"""How fast a belt comes down: as planned, and in a stop (safety.md 4.2)."""
RAMP_MS: Final = {
    **{level: FAST * 1_000 // slope for level, slope in DOWN_CKMH_S.items()},
    Reaction.E_STOP: 0,
}
"""The longest that a stop may still say a speed, from the fastest there is."""


class NeverEvent(AssertionError):
    """It happened."""

    def __init__(self, rule: str, what: str) -> None:
        super().__init__(rule, what)
        self.rule = rule

    def __str__(self) -> str:
        return ": ".join(self.args)


@dataclass(slots=True)
class Rules:
    """Remembers what it takes to judge the next tick."""

    must_reset: bool = False
    """A stop that latches has happened, and nobody has reset it since."""
    latched_ms: int = 0
    start_given: bool = False
    """Somebody has given a start, with everything checked, that no motion has used up yet."""
    start_held_ms: int | None = None
    reset_held_ms: int | None = None
    confirmed: bool = False
    """The checklist has been gone through since the last connection or reset."""
    pulled: int = 0
    """The strap has since been 1: attached, 2: released after that, 3: and attached again."""
    speed_ckmh: int = 0
    """What was last said to the belt."""
    direction: Direction = Direction.FORWARD
    started_ms: int = 0
    zero_ms: int | None = None
    """So long has the belt read zero without interruption; None: it does not."""
    quiet_ms: int = 0
    """So long has a belt that must stop not been told so."""
    owed: Reaction | None = None
    """The strongest stop since it had to stop; None: it need not."""
    owed_ms: int = 0
    """So long has it been owed."""
    link_up: bool = False
    strap_attached: bool = False
    checklist: int = 0
    phase: GatePhase = P.QUARANTINE

    def judge(self, i: Inputs, drive: Drive, phase: GatePhase, facing: Facing, dt_ms: int) -> None:
        """One tick: what went in, what came out, and how long after the one before it."""
        moved = self.phase in MOVING
        level = self._stop_level(i, dt_ms)
        self._pass_time(i, dt_ms)
        self._follow_people(i, level)
        if moved and level >= Reaction.FAST_STOP and not self.must_reset:
            self.must_reset, self.latched_ms = True, 0
        if level >= Reaction.SOFT_STOP or self.phase not in STARTS:
            self.start_given = False
        if drive.speed_ckmh > 0:
            self._judge_speed(i, drive, facing, level)
        self._judge_stop(i, drive, phase, level, moved, dt_ms)
        self._take(drive)
        if phase is not self.phase:
            self._judge_phase(phase)
        self.phase = phase

    def _stop_level(self, i: Inputs, dt_ms: int) -> Reaction:
        """How strongly a moving belt would have to be stopped now, by the specification."""
        request = i.request
        if (
            i.strap is not StrapState.ATTACHED  # SR-16
            or i.now_ms - i.strap_at_ms > 150
            or not i.link_up  # SR-20
            or i.now_ms - i.core_heard_ms > 1_000  # SR-30
            or i.machine_fault is not None
            or i.suspended_ms > 200  # SR-33
            or max(request.stop, i.stop) is Reaction.E_STOP  # SR-18
        ):
            return Reaction.E_STOP
        if (
            not i.core_alive  # SR-30
            or i.now_ms - i.core_heard_ms > 300
            or i.now_ms - request.at_ms > 500  # SR-14
            or i.now_ms - i.measured_at_ms > 1_000  # SR-19
            or dt_ms > 500  # SR-32
            or (self.speed_ckmh and self.started_ms > 1_000 and i.belt is BeltState.STOPPED)
        ):
            return Reaction.FAST_STOP
        return max(Reaction.NONE, request.stop, i.stop)

    def _pass_time(self, i: Inputs, dt_ms: int) -> None:
        self.started_ms = min(self.started_ms + dt_ms, 1_001) if self.speed_ckmh else 0
        if self.must_reset:
            self.latched_ms = min(self.latched_ms + dt_ms, LOCKOUT_MS)
        fresh = i.link_up and i.now_ms == i.measured_at_ms
        if not fresh or i.measured_ckmh > 0:
            self.zero_ms = None if fresh or not i.link_up else self.zero_ms
        elif self.zero_ms is None:
            self.zero_ms = 0
        else:
            self.zero_ms = min(self.zero_ms + dt_ms, STANDSTILL_MS)
        if self.start_held_ms is not None:
            self.start_held_ms = min(self.start_held_ms + dt_ms, HELD_MS)
        if self.reset_held_ms is not None:
            self.reset_held_ms = min(self.reset_held_ms + dt_ms, HELD_MS)

    def _follow_people(self, i: Inputs, level: Reaction) -> None:
        if i.link_up is not self.link_up:
            self.link_up = i.link_up
            self.confirmed, self.pulled = False, 0
        if i.request.checklist and not self.checklist:
            self.confirmed = True
        elif not i.request.checklist:
            self.confirmed = False
        self.checklist = i.request.checklist
        attached = i.strap is StrapState.ATTACHED and i.now_ms - i.strap_at_ms <= 150
        if attached and self.pulled in (0, 2):
            self.pulled += 1
        elif i.strap is StrapState.RELEASED and self.pulled == 1:
            self.pulled = 2
        if self._held("start_held_ms", i.request.start, self.phase is P.ARMED):
            ready = self.confirmed and self.pulled == 3
            self.start_given = self.start_given or (ready and level < Reaction.SOFT_STOP)
        if self._held("reset_held_ms", i.request.reset, self.phase is P.LATCHED):
            calm = level < Reaction.SOFT_STOP and self.zero_ms == STANDSTILL_MS
            if calm and self.latched_ms >= LOCKOUT_MS:
                self.must_reset, self.latched_ms = False, 0
                self.confirmed, self.start_given, self.pulled = False, False, int(attached)

    def _held(self, name: str, level: Gesture, asked: bool) -> bool:
        """Whether a gesture has just been completed, a second after it began.

        One that begins before it is asked for is none (SR-02, SR-34).
        """
        if not asked:
            setattr(self, name, None)
            return False
        held_ms = getattr(self, name)
        if level is Gesture.PRESSED:
            setattr(self, name, 0 if held_ms is None else held_ms)
            return False
        setattr(self, name, None)
        return level is Gesture.CONFIRMED and held_ms == HELD_MS

    def _judge_speed(self, i: Inputs, drive: Drive, facing: Facing, level: Reaction) -> None:
        speed_ckmh, before_ckmh = drive.speed_ckmh, self.speed_ckmh
        cap_ckmh = _cap_ckmh(drive.direction, facing)
        if speed_ckmh > cap_ckmh:
            raise NeverEvent("N1", f"{speed_ckmh} is said, above the cap of {cap_ckmh}")
        if i.strap is not StrapState.ATTACHED:
            raise NeverEvent("N5", f"{speed_ckmh} is said with the strap {i.strap.value}")
        if speed_ckmh > before_ckmh:
            if level >= Reaction.SOFT_STOP:
                raise NeverEvent("N2", f"{speed_ckmh} after {before_ckmh} while it must stop")
            if self.must_reset:
                raise NeverEvent("N3", f"{speed_ckmh} after {before_ckmh} with nothing reset")
        if before_ckmh == 0:
            self._judge_start(drive)
        if drive.direction is not self.direction and self.zero_ms != STANDSTILL_MS:
            raise NeverEvent("N4", f"the belt is turned, having read zero for {self.zero_ms} ms")

    def _judge_start(self, drive: Drive) -> None:
        if drive.kind is not DriveKind.START:
            raise NeverEvent("SR-03", "a speed has started the belt")
        if drive.speed_ckmh > FIRST_MOTION_CKMH:
            raise NeverEvent("N8", f"the first motion is {drive.speed_ckmh}")
        if not self.start_given:
            raise NeverEvent("N9", "the belt starts, and nobody who had checked all gave a start")
        self.start_given = False

    def _judge_stop(
        self, i: Inputs, drive: Drive, phase: GatePhase, level: Reaction, moved: bool, dt_ms: int
    ) -> None:
        """SR-35, N11: a stop is said at once, and again until the belt stands.

        A speed is part of it that is not above what has left, as long as a ramp may take; the
        first one is below it (ruling 2).
        """
        must = phase is P.STOPPING or (
            moved and self.speed_ckmh > 0 and level >= Reaction.SOFT_STOP
        )
        if not must:
            self.owed, self.owed_ms, self.quiet_ms = None, 0, 0
            return
        first = self.owed is None
        self.owed_ms += dt_ms
        if self.owed is None or level > self.owed:
            self.owed, self.owed_ms = level, 0
        said = drive.kind is not DriveKind.NOTHING and drive.urgent
        self.quiet_ms = 0 if said else self.quiet_ms + dt_ms
        if self.quiet_ms > QUIET_MS:
            raise NeverEvent("N11", f"it must stop and has not been told for {self.quiet_ms} ms")
        if drive.speed_ckmh == 0 and (said or self.speed_ckmh == 0):
            self.owed_ms = 0
            return
        if self.owed_ms > RAMP_MS[self.owed] + QUIET_MS:
            raise NeverEvent("N11", f"it must stop and is on its way for {self.owed_ms} ms")
        has_left_ckmh = self.speed_ckmh if i.sent_ckmh is None else i.sent_ckmh
        if said and (
            drive.speed_ckmh > has_left_ckmh or (first and drive.speed_ckmh == has_left_ckmh)
        ):
            raise NeverEvent("N2", f"a stop says {drive.speed_ckmh} after {has_left_ckmh} has left")

    def _take(self, drive: Drive) -> None:
        if drive.kind is DriveKind.NOTHING:
            return
        self.speed_ckmh = drive.speed_ckmh
        if drive.speed_ckmh:
            self.direction = drive.direction

    def _judge_phase(self, phase: GatePhase) -> None:
        if self.phase is P.STOPPING and phase in STANDING and self.zero_ms != STANDSTILL_MS:
            raise NeverEvent("N6", f"it is said to stand, having read zero for {self.zero_ms} ms")
        if self.phase in STANDING and phase in (P.STARTING, P.MOVING):
            raise NeverEvent("N9", "it moves without having been armed")


levels_of: Final = attrgetter(*(f.name for f in fields(Rules)))
"""What the rules remember, as a value that can be compared."""


def _cap_ckmh(direction: Direction, facing: Facing) -> int:
    """Forward is the fast one; backward, and where nobody knows, the slow one."""
    forward = (direction, facing) in (
        (Direction.FORWARD, Facing.FORWARD),
        (Direction.REVERSE, Facing.BACKWARD),
    )
    return FAST if forward else MIDDLE
