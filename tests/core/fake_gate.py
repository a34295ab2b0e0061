"""A gate that walks the phases by the book and moves its belt at once. No safety in it.

It follows the contract of treadctl/model.py and of safety.md 4, and is written by hand so that
the core's tests do not depend on the gate's own code.
"""

from dataclasses import dataclass, field, replace

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
    Report,
    Request,
    StrapState,
    gait_of,
)
from treadctl.safety.limits import Limits

ALL_ITEMS = (1 << len(CHECKLIST)) - 1
P = GatePhase


@dataclass
class FakeGate:
    limits: Limits = field(default_factory=Limits)
    mode: Mode = Mode.TURN_AROUND
    strap: StrapState = StrapState.ATTACHED
    min_ckmh: int = 0
    """The machine's slowest speed, which it has said when connected."""
    step_ckmh: int = 0
    machine_profile: str = ""
    link_up: bool = True
    phase: GatePhase = P.QUARANTINE
    facing: Facing = Facing.FORWARD
    direction: Direction = Direction.FORWARD
    commanded: float = 0.0
    measured: int | None = 0
    latched: Reaction = Reaction.NONE
    latched_cause: Cause | None = None
    stopping: Reaction = Reaction.NONE
    stop_cause: Cause | None = None
    stands: bool = True
    """False: standstill is never proved again."""
    resets_left: int = 3
    checklist: int = 0
    pull_stage: int = 0
    reverse_ms: int = 0
    refused: list[Refusal] = field(default_factory=list)
    starts: int = 0
    seq: int = 0
    now_ms: int = 0
    entered_ms: int = 0
    zero_since_ms: int = 0
    strap_since_ms: int = -10_000
    latched_at_ms: int = 0
    heart_bpm: int | None = None
    heart_cause: Cause | None = None
    lid_ckmh: int | None = None
    """What a heart rate has lowered the cap to."""
    on_belt: bool = False
    pressed: dict[str, int | None] = field(default_factory=dict)
    last: Request = field(default_factory=lambda: Request(0, 0))

    def refuse(self, cause: Cause) -> None:
        text = cause.text
        self.refused.append(Refusal(text.code, cause.value, text.sentence))

    def trip(self, cause: Cause, reaction: Reaction | None = None) -> None:
        """Something went wrong: stop, and latch where the reaction latches."""
        reaction = cause.text.reaction if reaction is None else reaction
        if reaction >= Reaction.FAST_STOP:
            if self.latched is Reaction.NONE:
                self.latched_cause, self.latched_at_ms = cause, self.now_ms
            self.latched = max(self.latched, reaction)
        self.stopping, self.stop_cause = reaction, cause
        self._enter(P.STOPPING)

    def pull(self, state: StrapState) -> None:
        before, self.strap = self.strap, state
        if state is before:
            return
        if state is StrapState.ATTACHED:
            self.strap_since_ms = self.now_ms
            if self.pull_stage == 1:
                self.pull_stage = 2
        elif self.phase in (P.STARTING, P.MOVING, P.STOPPING, P.COUNTDOWN):
            self.trip(Cause.STRAP_OPEN)
        elif self.phase is P.IDLE and self.pull_stage == 0:
            self.pull_stage = 1

    def step(self, request: Request, now_ms: int) -> Report:
        dt_ms, self.now_ms = now_ms - self.now_ms, now_ms
        started = self._gesture("start", request.start)
        turned = self._gesture("turn", request.turn_confirm)
        reset = self._gesture("reset", request.reset)
        edges = request.checklist & ~self.last.checklist
        self.checklist = (self.checklist & request.checklist) | edges
        if self.phase in (P.COUNTDOWN, P.STARTING, P.MOVING, P.STOPPING):
            self._stops(request)
        self._act(request, dt_ms, started, turned, reset)
        self._move(request, dt_ms)
        self.last = request
        return self._report(now_ms)

    def _stops(self, request: Request) -> None:
        if request.stop <= self.stopping or request.stop < Reaction.SOFT_STOP:
            return
        cause = {
            Reaction.SOFT_STOP: Cause.OPERATOR_SOFT_STOP,
            Reaction.FAST_STOP: Cause.OPERATOR_FAST_STOP,
            Reaction.E_STOP: Cause.OPERATOR_E_STOP,
        }[request.stop]
        if self.phase is P.COUNTDOWN and request.stop is Reaction.SOFT_STOP:
            self._enter(P.IDLE)
        else:
            self.trip(cause, request.stop)

    def _act(self, request: Request, dt_ms: int, started: bool, turned: bool, reset: bool) -> None:
        elapsed_ms = self.now_ms - self.entered_ms
        match self.phase:
            case P.QUARANTINE:
                if elapsed_ms >= 5_000 and self.link_up:
                    self._enter(P.IDLE)
            case P.IDLE:
                if request.turn is not None and request.turn is not self.facing:
                    self.facing = Facing.UNKNOWN
                    self._enter(P.TURNING)
                elif request.arm and not self.last.arm:
                    self._arm()
            case P.ARMED:
                if not request.arm or elapsed_ms > self.limits.arm_timeout_ms:
                    self._enter(P.IDLE)
                elif started and request.setpoint_ckmh > 0:
                    self.direction = request.direction
                    self._enter(P.COUNTDOWN)
            case P.COUNTDOWN:
                if request.setpoint_ckmh == 0:
                    self._enter(P.IDLE)
                elif elapsed_ms >= self.limits.countdown_ms:
                    self.commanded = max(self.limits.v_start_ckmh, self.min_ckmh)
                    self.starts += 1
                    self.on_belt = False
                    self.stopping, self.stop_cause = Reaction.NONE, None
                    self._enter(P.STARTING)
            case P.STARTING:
                self.on_belt = self.on_belt or request.on_belt
                if request.setpoint_ckmh == 0:
                    self._enter(P.STOPPING)
                elif self.on_belt and elapsed_ms >= 10_000:
                    self._enter(P.MOVING)
            case P.MOVING:
                if request.setpoint_ckmh == 0:
                    self._enter(P.STOPPING)
            case P.STOPPING:
                if self._standstill():
                    self.stopping = Reaction.NONE
                    self.stop_cause = None
                    self._enter(P.IDLE if self.latched is Reaction.NONE else P.LATCHED)
            case P.TURNING:
                if request.turn is None:
                    self._enter(P.IDLE)
                elif turned and self._steady():
                    self.facing = request.turn
                    self._enter(P.IDLE)
            case P.LATCHED if reset:
                self._reset()
            case _:
                pass

    def _arm(self) -> None:
        if self.strap is not StrapState.ATTACHED or not self._steady():
            self.refuse(Cause.STRAP_NOT_READY)
        elif self._accepted() != ALL_ITEMS:
            self.refuse(Cause.CHECKLIST_INCOMPLETE)
        else:
            self._enter(P.ARMED)

    def _reset(self) -> None:
        if self.resets_left == 0:
            self._enter(P.LOCKED)
        elif self.now_ms - self.latched_at_ms < 5_000:
            self.refuse(Cause.LOCKOUT)
        elif self.strap is not StrapState.ATTACHED:
            self.refuse(Cause.STRAP_NOT_READY)
        else:
            self.resets_left -= 1
            self.latched, self.latched_cause = Reaction.NONE, None
            self.checklist, self.pull_stage = 0, 0
            self._enter(P.IDLE)

    def _move(self, request: Request, dt_ms: int) -> None:
        up, down = 20, 30
        if self.phase is P.MOVING:
            wanted = request.setpoint_ckmh
            change = max(-down * dt_ms / 1_000, min(up * dt_ms / 1_000, wanted - self.commanded))
            self.commanded += change
        elif self.phase is P.STOPPING:
            rate = {Reaction.SOFT_STOP: 50, Reaction.FAST_STOP: 200, Reaction.E_STOP: 9_999}
            self.commanded -= rate.get(self.stopping, down) * dt_ms / 1_000
            self.commanded = max(0.0, self.commanded)
        if self.measured is not None:
            self.measured = int(self.commanded)
        if self.measured:
            self.zero_since_ms = self.now_ms
        if self.phase in (P.STARTING, P.MOVING) and self._gait() is Gait.BACKWARD:
            self.reverse_ms += dt_ms

    def _gait(self) -> Gait:
        return gait_of(self.direction, self.facing)

    def _enter(self, phase: GatePhase) -> None:
        self.phase, self.entered_ms = phase, self.now_ms

    def _gesture(self, name: str, level: Gesture) -> bool:
        since = self.pressed.get(name)
        if level is Gesture.PRESSED:
            if since is None:
                self.pressed[name] = self.now_ms
            return False
        self.pressed[name] = None
        return level is Gesture.CONFIRMED and since is not None and self.now_ms - since >= 1_000

    def _standstill(self) -> bool:
        return self.stands and self.commanded == 0 and self.now_ms - self.zero_since_ms >= 3_000

    def _steady(self) -> bool:
        return self.strap is StrapState.ATTACHED and self.now_ms - self.strap_since_ms >= 2_000

    def _accepted(self) -> int:
        pull = 1 << CHECKLIST.index("strap-pull")
        return self.checklist if self.pull_stage == 2 else self.checklist & ~pull

    def _cap(self) -> int:
        if self._gait() is Gait.FORWARD:
            return self.limits.v_fwd_max_ckmh
        if self.direction is Direction.REVERSE:
            return self.limits.v_rev_max_beltrev_ckmh
        return self.limits.v_rev_max_ckmh

    def _wait(self) -> str | None:
        match self.phase:
            case P.QUARANTINE:
                return "quarantine"
            case P.IDLE if self._accepted() != ALL_ITEMS:
                return "checklist"
            case P.IDLE | P.TURNING if self.strap is not StrapState.ATTACHED:
                return "strap"
            case P.IDLE | P.TURNING if not self._steady():
                return "strap_steady"
            case P.ARMED:
                return "start"
            case P.COUNTDOWN:
                return "countdown"
            case P.STARTING if not self.on_belt:
                return "on_belt"
            case P.STOPPING:
                return "standstill"
            case P.TURNING:
                return "turn_confirm"
            case P.LATCHED:
                return "lockout" if self.now_ms - self.latched_at_ms < 5_000 else "reset"
            case _:
                return None

    def _report(self, now_ms: int) -> Report:
        self.seq += 1
        cause = self.stop_cause
        report = Report(
            now_ms=now_ms,
            seq=self.seq,
            phase=self.phase,
            reaction=max(self.stopping, self.latched),
            cause=cause.value if cause is not None else None,
            latched=self.latched,
            latched_cause=self.latched_cause.value if self.latched_cause is not None else None,
            setpoint_ckmh=self.last.setpoint_ckmh,
            commanded_ckmh=int(self.commanded),
            measured_ckmh=self.measured,
            measured_age_ms=0,
            direction=self.direction,
            measured_direction=self.direction,
            facing=self.facing,
            gait=self._gait(),
            strap=self.strap,
            belt=BeltState.ENGAGED if self.measured else BeltState.STOPPED,
            link_up=self.link_up,
            standstill=self._standstill(),
            refused=tuple(self.refused),
            wait=self._wait(),
            strap_pull_seen=self.pull_stage == 2,
            checklist=self._accepted(),
            resets_left=self.resets_left,
            reverse_ms=self.reverse_ms,
            cap_ckmh=self._cap() if self.lid_ckmh is None else min(self._cap(), self.lid_ckmh),
            heart_bpm=self.heart_bpm,
            heart_cause=self.heart_cause.value if self.heart_cause is not None else None,
            min_ckmh=self.min_ckmh,
            step_ckmh=self.step_ckmh,
            machine_profile=self.machine_profile,
        )
        self.refused = []
        return report


def resting_report(**changes: object) -> Report:
    """A report of a gate at rest, with everything in order."""
    gate = FakeGate(phase=P.IDLE, checklist=ALL_ITEMS, pull_stage=2)
    return replace(gate.step(Request(0, 1, checklist=ALL_ITEMS), 100_000), **changes)  # type: ignore[arg-type]
