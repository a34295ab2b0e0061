"""What must hold before something is permitted. Each answers the first thing missing, or None.

At rest these withhold what the interlocks would trip in motion.
"""

from treadctl.causes import Cause
from treadctl.model import CHECKLIST, Direction, Facing, Gait, Mode, Reaction, gait_of
from treadctl.safety import heart
from treadctl.safety.limits import (
    ATTENDANCE_MS,
    CHECKLIST_MAX_AGE_MS,
    STEP_CEILING_CKMH,
    STEP_CEILING_REV_CKMH,
    STRAP_STEADY_MS,
)
from treadctl.safety.observe import is_standstill
from treadctl.safety.state import Inputs, KernelConfig, KernelState

ALL_ITEMS = (1 << len(CHECKLIST)) - 1
STRAP_PULL_BIT = CHECKLIST.index("strap-pull")


def strap_is_steady(s: KernelState, i: Inputs) -> bool:
    """SR-25, SR-28: attached for two seconds without interruption."""
    return s.strap_since_ms is not None and i.now_ms - s.strap_since_ms >= STRAP_STEADY_MS


def accepted_items(s: KernelState, i: Inputs) -> int:
    """The checklist items that count now: confirmed, and not older than five minutes (SR-07)."""
    mask = 0
    for bit, at_ms in enumerate(s.checklist_at_ms):
        if at_ms is None:
            continue
        if bit == STRAP_PULL_BIT:
            # Confirming is not enough: the strap was seen to open and close.
            if s.pull_seen_at_ms is None:
                continue
            age_ms = i.now_ms - min(at_ms, s.pull_seen_at_ms)
        else:
            age_ms = i.now_ms - at_ms
        if s.checklist_used or age_ms <= CHECKLIST_MAX_AGE_MS:
            mask |= 1 << bit
    return mask


def machine_missing(s: KernelState, c: KernelConfig, direction: Direction) -> Cause | None:
    """What this machine can never do, whatever people confirm (SR-04, SR-26)."""
    if not c.has_strap:
        return Cause.NO_STRAP_SOURCE
    if c.unfit is not None:
        return c.unfit
    forward = gait_of(direction, s.facing) is Gait.FORWARD
    coarsest = STEP_CEILING_CKMH if forward else STEP_CEILING_REV_CKMH
    slowest = 100
    if c.step_ckmh > coarsest or c.v_start_ckmh > slowest or c.v_start_ckmh < c.min_ckmh:
        return Cause.MACHINE_MINIMUM
    if direction is Direction.REVERSE:
        if c.mode is not Mode.BELT_REVERSE or not (c.can_reverse and c.reads_direction):
            return Cause.REVERSE_UNAVAILABLE
        if c.class_c:
            return Cause.CLASS_C
        if not c.hold_available:
            return Cause.HOLD_UNAVAILABLE
    return None


def missing_to_arm(s: KernelState, i: Inputs, c: KernelConfig) -> Cause | None:
    """SR-06, SR-07, SR-25: what keeps the machine from being armed."""
    if i.request.stop >= Reaction.SOFT_STOP or i.stop >= Reaction.SOFT_STOP:
        return Cause.STOP_WINS
    if missing := machine_missing(s, c, i.request.direction):
        return missing
    if not s.quarantined:
        return Cause.QUARANTINE
    if not i.in_control:
        return Cause.CONTROL_MISSING if i.answers else Cause.NO_ANSWER
    if not is_standstill(s, i, c):
        return Cause.NOT_STANDING
    if s.pull_seen_at_ms is None:
        return Cause.STRAP_PULL_MISSING
    if accepted_items(s, i) != ALL_ITEMS:
        return Cause.CHECKLIST_INCOMPLETE
    if not strap_is_steady(s, i):
        return Cause.STRAP_NOT_READY
    if c.attendance_required and i.now_ms - s.attended_at_ms > ATTENDANCE_MS:
        return Cause.UNATTENDED
    if i.machine_fault is not None:
        return i.machine_fault
    return heart_missing(i, c) or _spent(s, i, c)


def heart_missing(i: Inputs, c: KernelConfig) -> Cause | None:
    """SR-45, SR-46: a heart that has not come to rest, or that a guard cannot see."""
    if c.hr_limit_bpm is None:
        return None
    bpm = heart.seen_bpm(i)
    if bpm is None:
        return Cause.HEART_RATE_MISSING if c.hr_guard else None
    return Cause.HEART_RATE_RESTLESS if bpm >= c.hr_limit_bpm else None


def _spent(s: KernelState, i: Inputs, c: KernelConfig) -> Cause | None:
    """SR-44: reaching a limit is not followed by more of the same."""
    limits = c.limits
    if s.session_at_ms is not None and i.now_ms - s.session_at_ms > limits.session_max_ms:
        return Cause.SESSION_LIMIT
    backward = gait_of(i.request.direction, s.facing) is not Gait.FORWARD
    if backward and s.reverse_ms >= limits.reverse_total_max_ms:
        return Cause.REVERSE_LIMIT
    return None


def missing_to_start(s: KernelState, i: Inputs, c: KernelConfig) -> Cause | None:
    """SR-02, SR-03, SR-55: on top of what arming asked, which an armed tick asks anew."""
    if s.setpoint_ckmh == 0:
        return Cause.SETPOINT_RANGE
    if i.request.direction is Direction.REVERSE and not s.hold_level:
        return Cause.HOLD_RELEASED
    return None


def missing_to_finish_turn(s: KernelState, i: Inputs, c: KernelConfig) -> Cause | None:
    """SR-28: turned, clipped on again for two seconds, on a belt that stands."""
    if s.turn_target not in (Facing.FORWARD, Facing.BACKWARD):
        return Cause.TURN_INCOMPLETE
    if not is_standstill(s, i, c):
        return Cause.NOT_STANDING
    if not strap_is_steady(s, i):
        return Cause.TURN_INCOMPLETE
    return None


def missing_to_reset(s: KernelState, i: Inputs, c: KernelConfig) -> Cause | None:
    """SR-34: cause gone, standing still, lock-out over. How often is the phase's question."""
    if i.now_ms < s.lockout_until_ms:
        return Cause.LOCKOUT
    if not is_standstill(s, i, c):
        return Cause.NOT_STANDING
    if s.strap_since_ms is None:
        return Cause.STRAP_NOT_READY
    if i.request.stop >= Reaction.SOFT_STOP or i.stop >= Reaction.SOFT_STOP:
        return Cause.STOP_WINS
    return i.machine_fault
