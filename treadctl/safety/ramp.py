"""How fast the commanded speed may change. Up is slow and in single steps; down is bounded too."""

from bisect import bisect_left

from treadctl.model import Gait, Reaction
from treadctl.safety.limits import (
    STEP_CKMH,
    STEP_SPACING_MARGIN_MS,
    STEP_SPACING_REV_MS,
    UNIT_PROBE_CAP_CKMH,
    WINDOW_MARGIN_MS,
    WINDOW_MS,
    WINDOW_S,
)
from treadctl.safety.state import KernelConfig, KernelState


def a_up_ckmh_s(s: KernelState, c: KernelConfig) -> int:
    """The up-ramp of the present gait; an unknown gait takes the slower."""
    if s.gait is Gait.FORWARD:
        return c.limits.a_up_fwd_ckmh_s
    return c.limits.a_up_rev_ckmh_s


def ceiling_ckmh(s: KernelState, c: KernelConfig) -> int:
    """The cap of the gait, and SR-29's while the unit is unproven."""
    cap = c.cap_ckmh(s.gait, s.direction)
    return cap if s.probe == "passed" else min(cap, UNIT_PROBE_CAP_CKMH)


def goal_ckmh(s: KernelState) -> int:
    """Where the ramp is going: the setpoint, under what a heart rate has lowered (SR-45)."""
    lid_ckmh = s.heart.lid_ckmh
    return s.setpoint_ckmh if lid_ckmh is None else min(s.setpoint_ckmh, lid_ckmh)


def wants_less(s: KernelState) -> bool:
    """Whether the belt is to be slower than it is told to be now.

    What somebody set at the console is kept (SR-39): it takes a plan that asks for less than it
    did then, or a heart that does not bear it.
    """
    goal, lid_ckmh = goal_ckmh(s), s.heart.lid_ckmh
    if goal >= s.commanded_ckmh:
        return False
    if s.foreign_ckmh is None or goal < s.foreign_setpoint_ckmh:
        return True
    return lid_ckmh is not None and lid_ckmh < s.commanded_ckmh


def reached_ckmh(measured_ckmh: int, c: KernelConfig) -> int:
    """The speed that a belt is known to have, whoever set it, as the machine can be told it.

    What somebody else has set is a word of the machine's: the belt may not be there yet, or they
    may have set it back since. Whoever slows down from it begins here (SR-39).
    """
    return c.quantise(max(measured_ckmh, c.min_ckmh))


def raised(s: KernelState, c: KernelConfig) -> int:
    """SR-11: the next higher speed that may be sent now, or the present one."""
    goal = goal_ckmh(s)
    if goal - s.commanded_ckmh < c.finest_ckmh:
        return s.commanded_ckmh
    backward = s.gait is not Gait.FORWARD
    a_up = a_up_ckmh_s(s, c)
    step = max(STEP_CKMH, c.step_ckmh)
    spacing_ms = step * 1_000 // a_up
    if backward:
        spacing_ms = max(spacing_ms, STEP_SPACING_REV_MS + STEP_SPACING_MARGIN_MS)
    if s.now_ms - s.raised_at_ms < spacing_ms:
        return s.commanded_ckmh
    target = c.quantise(min(s.base_ckmh + step, goal, ceiling_ckmh(s, c)))
    increase = target - s.base_ckmh
    if increase <= 0:
        return s.commanded_ckmh
    recent = [(at, by) for at, by in s.increases if s.now_ms - at < WINDOW_MS + WINDOW_MARGIN_MS]
    if sum(by for _, by in recent) + increase > a_up * WINDOW_S:
        return s.commanded_ckmh
    s.increases = (*recent, (s.now_ms, increase))
    s.raised_at_ms = s.now_ms
    s.base_ckmh = target
    return max(target, s.commanded_ckmh)


def note_start(s: KernelState) -> None:
    """The jump to `v_start` is exempt from the window, but begins the spacing."""
    s.base_ckmh = s.commanded_ckmh
    s.raised_at_ms = s.now_ms
    s.increases = ()


def snap_base(s: KernelState, measured_ckmh: int) -> None:
    """SR-13: whoever was refused climbs again, from where the belt really is."""
    s.base_ckmh = min(s.base_ckmh, s.commanded_ckmh, measured_ckmh)


def down_ckmh_s(s: KernelState, c: KernelConfig) -> int:
    """The slope of the stop in force; SR-12 bounds it through the limits."""
    if s.stop_level is Reaction.FAST_STOP:
        return c.limits.fast_stop_ckmh_s
    if s.stop_level is Reaction.SOFT_STOP:
        return c.limits.soft_stop_ckmh_s
    return c.limits.a_down_prog_ckmh_s


def lowered(s: KernelState, c: KernelConfig) -> int:
    """One planned step down towards a lower setpoint, if it is time for one.

    Where a machine has finer steps than a planned one, it is as many as fit in.
    """
    goal = c.quantise(goal_ckmh(s))
    step = max(STEP_CKMH, c.step_ckmh)
    if s.now_ms - s.lowered_at_ms < step * 1_000 // c.limits.a_down_prog_ckmh_s:
        return s.commanded_ckmh
    s.lowered_at_ms = s.now_ms
    return max(goal, c.machine_steps[bisect_left(c.machine_steps, s.commanded_ckmh - step)])


def begin_down(s: KernelState, sent_ckmh: int | None) -> None:
    """A stop's first frame is below the last one that left, at once (safety.md 4.8.2).

    A raise that still waits for the line has not happened, and a start that does ends here.
    """
    begin_ckmh = s.commanded_ckmh if sent_ckmh is None else min(s.commanded_ckmh, sent_ckmh)
    s.down_mckmh = begin_ckmh * 1_000 - 1


def ramped_down(s: KernelState, c: KernelConfig, dt_ms: int) -> int:
    """Where the stop in force has got to. Below the machine's minimum that is zero."""
    s.down_mckmh = max(0, s.down_mckmh - down_ckmh_s(s, c) * dt_ms)
    speed = c.quantise(min(s.down_mckmh // 1_000, s.commanded_ckmh))
    return speed if speed >= c.min_ckmh else 0
