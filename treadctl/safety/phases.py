"""The gate's own states, and the only places where one becomes another.

Many places may withdraw motion, one may grant it: `_countdown`, after a start gesture that
`_armed` accepted. Everything else leads towards standstill.
"""

import sys
from collections.abc import Callable
from typing import Final

from treadctl.causes import Cause
from treadctl.model import Facing, GatePhase, Gesture, Reaction
from treadctl.safety import interlocks, monitors, permissives, ramp
from treadctl.safety.limits import RESET_LOCKOUT_MS, RESETS_MAX, STALL_LOCKOUT_MS, START_HOLD_MS
from treadctl.safety.observe import gesture, is_standstill, void_checklist
from treadctl.safety.state import (
    NOTHING,
    Drive,
    DriveKind,
    Finding,
    Inputs,
    KernelConfig,
    KernelState,
)


def enter(s: KernelState, phase: GatePhase) -> None:
    s.phase, s.phase_at_ms = phase, s.now_ms
    # A press that began before it was asked for is no answer (SR-02, SR-28, SR-34).
    for gesture_track in (s.start, s.turn_confirm, s.reset):
        gesture_track.pressed_at_ms = None


def stop(s: KernelState, i: Inputs, c: KernelConfig, level: Reaction, cause: Cause | None) -> None:
    """Begin a stop, or make the one in force stronger; never milder (SR-53)."""
    if s.phase is GatePhase.STOPPING and level <= s.stop_level:
        return
    s.stop_level, s.stop_cause = level, cause
    if s.phase is not GatePhase.STOPPING:
        if s.foreign_ckmh is not None:
            # The belt may still be on its way up to it: a stop does not take it further (SR-39).
            s.commanded_ckmh = min(s.commanded_ckmh, ramp.reached_ckmh(i.measured_ckmh, c))
        enter(s, GatePhase.STOPPING)
    ramp.begin_down(s, i.sent_ckmh)
    monitors.begin_stop(s, i.measured_ckmh, i.now_ms)
    s.stop_sent_at_ms = NEVER_MS


NEVER_MS: Final = -sys.maxsize
"""Before every clock: of this stop, nothing has been said yet."""
MACHINE_STOPPED: Final = frozenset({Cause.CONSOLE_STOP, Cause.MACHINE_TIMEOUT})
"""The machine has stopped by itself: a ramp would be a setpoint after its stop (SR-36, N12). Its
key, pulled, is not among them: that is the strongest stop, which has no ramp."""


def latch(s: KernelState, finding: Finding) -> None:
    """SR-34: the worst is in force, the first cause keeps its name."""
    if s.latch is None:
        s.first_cause = finding.cause
        lockout_ms = STALL_LOCKOUT_MS if finding.cause is Cause.STALL else RESET_LOCKOUT_MS
        s.lockout_until_ms = s.now_ms + lockout_ms
        s.latch = finding
    elif finding.reaction > s.latch.reaction:
        s.latch = finding
        if finding.cause is Cause.STALL:
            s.lockout_until_ms = s.now_ms + STALL_LOCKOUT_MS


def _quarantine(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int) -> Drive:
    if i.request.arm and not s.arm_level:
        s.refuse(Cause.QUARANTINE)
    if s.quarantined and i.link_up:
        enter(s, GatePhase.IDLE)
    return NOTHING


def _idle(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int) -> Drive:
    if not i.link_up or not s.quarantined:
        enter(s, GatePhase.QUARANTINE)
    elif i.request.turn is not None and i.request.turn is not s.facing:
        if is_standstill(s, i, c):
            s.turn_target = i.request.turn
            s.walk(s.direction, Facing.UNKNOWN)
            enter(s, GatePhase.TURNING)
    elif i.request.arm and not s.arm_level:
        if missing := permissives.missing_to_arm(s, i, c):
            s.refuse(missing)
        else:
            enter(s, GatePhase.ARMED)
    elif s.start.pressed_at_ms == i.now_ms:
        s.refuse(Cause.NOT_ARMED)
    return NOTHING


def _armed(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int, started: bool) -> Drive:
    if missing := permissives.missing_to_arm(s, i, c):
        s.refuse(missing)
        enter(s, GatePhase.IDLE)
    elif not i.request.arm or i.now_ms - s.phase_at_ms > c.limits.arm_timeout_ms:
        enter(s, GatePhase.IDLE)
    elif started:
        if missing := permissives.missing_to_start(s, i, c):
            s.refuse(missing)
            enter(s, GatePhase.IDLE)
        else:
            s.walk(i.request.direction, s.facing)
            enter(s, GatePhase.COUNTDOWN)
    elif i.request.start is Gesture.CONFIRMED and s.start_level_before is not Gesture.CONFIRMED:
        s.refuse(Cause.START_TOO_SHORT)
    return NOTHING


def _countdown(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int) -> Drive:
    if s.setpoint_ckmh == 0 or i.request.direction is not s.direction:
        enter(s, GatePhase.IDLE)
        return NOTHING
    if i.now_ms - s.phase_at_ms < c.limits.countdown_ms:
        return NOTHING
    if not is_standstill(s, i, c):
        s.refuse(Cause.NOT_STANDING)
        enter(s, GatePhase.IDLE)
        return NOTHING
    s.commanded_ckmh = c.v_start_ckmh
    s.started_at_ms = i.now_ms
    s.on_belt = False
    s.bout_ms = 0
    s.checklist_used = True
    if s.session_at_ms is None:
        s.session_at_ms = i.now_ms
    s.stop_level, s.stop_cause = Reaction.NONE, None
    monitors.begin_motion(s, i.now_ms)
    ramp.note_start(s)
    enter(s, GatePhase.STARTING)
    return Drive(DriveKind.START, s.commanded_ckmh, s.direction, False)


def _starting(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int) -> Drive:
    if s.setpoint_ckmh == 0:
        stop(s, i, c, Reaction.NONE, None)
        return _stopping(s, i, c, dt_ms)
    if s.on_belt and i.now_ms - s.started_at_ms >= START_HOLD_MS:
        enter(s, GatePhase.MOVING)
        return _moving(s, i, c, dt_ms)
    return NOTHING


def _moving(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int) -> Drive:
    if s.setpoint_ckmh == 0:
        stop(s, i, c, Reaction.NONE, None)
        return _stopping(s, i, c, dt_ms)
    held = s.worst is not None  # whatever asks for more has ended this phase already
    speed = ramp.lowered(s, c) if ramp.wants_less(s) else s.commanded_ckmh
    if speed < s.commanded_ckmh and s.foreign_ckmh is not None:
        speed = min(speed, ramp.reached_ckmh(i.measured_ckmh, c))
    if not held and speed == s.commanded_ckmh:
        speed = ramp.raised(s, c)
    if speed == s.commanded_ckmh:
        return NOTHING
    s.base_ckmh = min(s.base_ckmh, speed)
    s.commanded_ckmh = speed
    return Drive(DriveKind.SPEED, speed, s.direction, False)


def _no_ramp(s: KernelState, i: Inputs, c: KernelConfig) -> bool:
    """Whatever stop is in force, its ramp ends where the machine has stopped (SR-36), and where
    it takes no speed from us (SR-38): there a stop is all that is left to say."""
    return (
        i.machine_fault in MACHINE_STOPPED
        or not i.in_control
        or interlocks.console(s, i, c) is not None
    )


def _stopping(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int) -> Drive:
    fresh = s.stop_sent_at_ms == NEVER_MS
    if s.stop_level is Reaction.E_STOP:
        s.commanded_ckmh = 0
    elif s.commanded_ckmh and _no_ramp(s, i, c):
        s.commanded_ckmh = 0
        fresh = True
    else:
        # The tick in which a stop begins belongs to the motion before it.
        speed = ramp.ramped_down(s, c, 0 if fresh else dt_ms)
        if speed < s.commanded_ckmh:
            s.commanded_ckmh = speed
            fresh = True
    if fresh:
        s.stop_sent_at_ms = NEVER_MS
    elif is_standstill(s, i, c):
        _stand(s)
        return NOTHING
    if i.now_ms - s.stop_sent_at_ms < c.limits.stop_retry_ms:
        return NOTHING
    s.stop_sent_at_ms = i.now_ms
    if s.stop_level is Reaction.E_STOP:
        return Drive(DriveKind.STRONGEST_STOP, 0, s.direction, True)
    if s.commanded_ckmh == 0:
        return Drive(DriveKind.STOP, 0, s.direction, True)
    return Drive(DriveKind.SPEED, s.commanded_ckmh, s.direction, True)


def _stand(s: KernelState) -> None:
    s.stop_level, s.stop_cause = Reaction.NONE, None
    s.setpoint_ckmh = 0
    s.expected_peak_mckmh = 0  # proved, by whatever it took
    s.worst = s.foreign_ckmh = None  # both are of a belt that moved
    enter(s, GatePhase.IDLE if s.latch is None else GatePhase.LATCHED)


def _turning(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int, confirmed: bool) -> Drive:
    if not i.link_up:
        enter(s, GatePhase.QUARANTINE)
    elif i.request.turn is not s.turn_target:
        enter(s, GatePhase.IDLE)  # cancelled: the facing stays unknown, and takes the lower cap
    elif confirmed:
        if missing := permissives.missing_to_finish_turn(s, i, c):
            s.refuse(missing)
        else:
            assert s.turn_target is not None
            s.walk(s.direction, s.turn_target)
            enter(s, GatePhase.IDLE)
    return NOTHING


def _latched(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int, reset: bool) -> Drive:
    if s.resets_used >= RESETS_MAX:
        enter(s, GatePhase.LOCKED)
    elif reset:
        if missing := permissives.missing_to_reset(s, i, c):
            s.refuse(missing)
        else:
            s.latch = s.first_cause = None
            s.resets_used += 1
            void_checklist(s)
            enter(s, GatePhase.IDLE if s.quarantined else GatePhase.QUARANTINE)
    elif i.request.arm and not s.arm_level:
        s.refuse(Cause.LATCHED)
    return NOTHING


def _locked(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int) -> Drive:
    if i.request.arm and not s.arm_level:
        s.refuse(Cause.RESETS_USED)
    return NOTHING


def advance(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int) -> Drive:
    """Follow the gestures, then let the present phase act."""
    r = i.request
    s.start_level_before = s.start.level
    started = r.start is not s.start.level and gesture(s.start, r.start, i.now_ms)
    turned = r.turn_confirm is not s.turn_confirm.level and gesture(
        s.turn_confirm, r.turn_confirm, i.now_ms
    )
    reset = r.reset is not s.reset.level and gesture(s.reset, r.reset, i.now_ms)
    if r.on_belt and not s.on_belt_level and s.phase is GatePhase.STARTING:
        s.on_belt = True
    s.on_belt_level = r.on_belt
    phase = s.phase
    if phase is GatePhase.ARMED:
        drive = _armed(s, i, c, dt_ms, started)
    elif phase is GatePhase.TURNING:
        drive = _turning(s, i, c, dt_ms, turned)
    elif phase is GatePhase.LATCHED:
        drive = _latched(s, i, c, dt_ms, reset)
    else:
        drive = _PLAIN[phase](s, i, c, dt_ms)
    s.arm_level = r.arm
    return drive


_PLAIN: Final[dict[GatePhase, Callable[[KernelState, Inputs, KernelConfig, int], Drive]]] = {
    GatePhase.QUARANTINE: _quarantine,
    GatePhase.IDLE: _idle,
    GatePhase.COUNTDOWN: _countdown,
    GatePhase.STARTING: _starting,
    GatePhase.MOVING: _moving,
    GatePhase.STOPPING: _stopping,
    GatePhase.LOCKED: _locked,
}
