"""What a tick teaches the kernel, before anything is judged.

Edges, ages and proofs: gestures, the observed strap pull, standstill, the expected speed.
"""

from treadctl.model import BeltState, Gait, GatePhase, Gesture, StrapState
from treadctl.safety.limits import (
    DRAIN_DIVISOR,
    GESTURE_HOLD_MS,
    OVERRUN_MS,
    OVERRUN_SMALL_COUNT,
    OVERRUN_SMALL_MS,
    OVERRUN_WINDOW_MS,
    QUARANTINE_MS,
    STANDSTILL_SAMPLES,
    STRAP_PULL_WINDOW_MS,
    SUSPEND_MS,
)
from treadctl.safety.state import RUNNING, GestureTrack, Inputs, KernelConfig, KernelState

FROZEN_ZERO_MCKMH = 40_000
"""A reading that stayed zero while the belt should have passed 0.4 km/h proves nothing (SR-19)."""


def fill(accumulated_ms: int, dt_ms: int, present: bool) -> int:
    """SR-53: a timed condition fills at full speed and drains at a quarter of it."""
    if present:
        return accumulated_ms + dt_ms
    return max(0, accumulated_ms - dt_ms // DRAIN_DIVISOR)


def strap_is_attached(i: Inputs, c: KernelConfig) -> bool:
    """SR-16: attached, and read recently enough to be believed."""
    return (
        i.strap is StrapState.ATTACHED
        and 0 <= i.now_ms - i.strap_at_ms + SLACK_MS <= c.limits.strap_expiry_ms + SLACK_MS
    )


SLACK_MS = 5
"""A sample may be stamped by another thread just after this tick's clock was read."""


def time(s: KernelState, i: Inputs) -> int:
    """SR-32, SR-33: note how late this tick is. Returns the time since the last one."""
    dt_ms = i.now_ms - s.now_ms
    s.now_ms = i.now_ms
    if dt_ms > OVERRUN_SMALL_MS:
        recent = tuple(t for t in s.overruns_at_ms if i.now_ms - t <= OVERRUN_WINDOW_MS)
        s.overruns_at_ms = (*recent, i.now_ms)
        s.overrun = dt_ms > OVERRUN_MS or len(s.overruns_at_ms) >= OVERRUN_SMALL_COUNT
    else:
        s.overrun = False
    s.suspended = i.suspended_ms > SUSPEND_MS
    return dt_ms


def connection(s: KernelState, i: Inputs) -> None:
    """SR-01, SR-06, SR-50: a new connection knows nothing and has confirmed nothing."""
    s.connected = i.link_up
    s.quarantined = False
    s.quarantine_zero_ms = None
    s.zero_samples = 0
    s.probe, s.probe_ms, s.probe_measured, s.probe_commanded = "pending", 0, 0, 0
    s.probe_unclear = False
    void_checklist(s)


def void_checklist(s: KernelState) -> None:
    """After a reset or a new connection the whole checklist is to be done again (SR-34)."""
    s.checklist_at_ms = [None] * len(s.checklist_at_ms)
    s.checklist_used = False
    s.pull_stage = 0
    s.pull_seen_at_ms = None


def strap(s: KernelState, i: Inputs, c: KernelConfig) -> None:
    if strap_is_attached(i, c):
        if s.strap_since_ms is None:
            s.strap_since_ms = i.now_ms
            if s.pull_stage == 2:
                s.pull_stage = 1
                if i.now_ms - s.pull_opened_at_ms <= STRAP_PULL_WINDOW_MS:
                    s.pull_seen_at_ms = i.now_ms
        if s.phase is GatePhase.IDLE:
            s.pull_stage = 1
    elif s.strap_since_ms is not None:
        s.strap_since_ms = None
        # Only a plain RELEASED is a pull; an adapter that goes silent proves nothing (SR-07).
        if s.pull_stage == 1 and s.phase is GatePhase.IDLE and i.strap is StrapState.RELEASED:
            s.pull_stage = 2
            s.pull_opened_at_ms = i.now_ms


def gesture(track: GestureTrack, level: Gesture, now_ms: int) -> bool:
    """Follow a change of one gesture; true if that completes it (SR-02, SR-34)."""
    previous, track.level = track.level, level
    pressed_at_ms, track.pressed_at_ms = track.pressed_at_ms, None
    if level is Gesture.PRESSED and previous is Gesture.NONE:
        track.pressed_at_ms = now_ms
    return (
        level is Gesture.CONFIRMED
        and previous is Gesture.PRESSED
        and pressed_at_ms is not None
        and now_ms - pressed_at_ms >= GESTURE_HOLD_MS
    )


def checklist(s: KernelState, i: Inputs) -> None:
    """Stamp each item when it is confirmed; the gate's stamp, never the core's (SR-07)."""
    level = i.request.checklist
    for bit in range(len(s.checklist_at_ms)):
        was, now = s.checklist_level >> bit & 1, level >> bit & 1
        if now and not was:
            s.checklist_at_ms[bit] = i.now_ms
        elif not now:
            s.checklist_at_ms[bit] = None
    s.checklist_level = level


def tokens(s: KernelState, i: Inputs) -> None:
    """SR-40, SR-55, SR-56: when did screen and person last show to be there?"""
    if i.request.attended != s.attended:
        s.attended, s.attended_at_ms = i.request.attended, i.now_ms
        # A key that is held cannot be pressed anew without letting go, which stops the belt.
        # A second key beside it shows as well that no tape is holding the first (SR-55).
        s.hold_changed_at_ms = i.now_ms
    if i.request.screen != s.screen:
        s.screen, s.screen_at_ms = i.request.screen, i.now_ms
    if i.request.hold_to_run != s.hold_level:
        s.hold_level, s.hold_changed_at_ms = i.request.hold_to_run, i.now_ms


def sample(s: KernelState, i: Inputs, c: KernelConfig) -> None:
    """Take a new speed reading."""
    s.sample_seq = i.sample_seq
    if i.measured_at_ms - s.sample_at_ms > c.telemetry_hold_ms:
        # Nobody looked in between: what was zero before is not "since then" (SR-06, SR-24).
        s.zero_samples = 0
        s.quarantine_zero_ms = None
    s.sample_at_ms = i.measured_at_ms
    if i.measured_ckmh == 0:
        if s.zero_samples == 0:
            s.zero_since_ms = i.measured_at_ms
        s.zero_samples += 1
        s.zero_at_ms = i.measured_at_ms
    else:
        s.zero_samples = 0
        if not s.moved and c.start_grace_ms:
            # It began to move at some time since the last reading, and is on its way.
            s.expected_mckmh = min(i.measured_ckmh, s.commanded_ckmh) * 1_000
        s.moved = True
    if i.proved:
        _quarantine(s, i)


def _quarantine(s: KernelState, i: Inputs) -> None:
    if i.measured_ckmh != 0:
        s.quarantine_zero_ms = None
    elif s.quarantine_zero_ms is None:
        s.quarantine_zero_ms = i.measured_at_ms
    elif i.measured_at_ms - s.quarantine_zero_ms >= QUARANTINE_MS:
        s.quarantined = True


def expected(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int) -> None:
    """SR-22: where a belt with the declared ramp would be by now (safety.md 4.8.9).

    It is not expected to run while the drive itself says that it is off: after the start frame
    until the machine has taken it, and when somebody stops it at that very moment. Nor, on a
    machine that needs its time to start or to tell, before that time is over.
    """
    target = s.commanded_ckmh * 1_000
    reach = c.ramp_ckmh_s * dt_ms
    is_off = c.reads_drive_state and i.belt is BeltState.STOPPED
    is_early = not s.moved and i.now_ms - s.started_at_ms < c.start_grace_ms
    up_to = s.expected_mckmh if is_off or is_early else s.expected_mckmh + reach
    s.expected_mckmh = max(s.expected_mckmh - reach, min(up_to, target))
    s.expected_peak_mckmh = max(s.expected_peak_mckmh, s.expected_mckmh)


def is_standstill(s: KernelState, i: Inputs, c: KernelConfig) -> bool:
    """SR-24: the only predicate for "stopped". Zero, fresh, for long enough, and the drive off."""
    return (
        s.zero_samples >= STANDSTILL_SAMPLES
        and s.commanded_ckmh == 0
        and s.zero_at_ms - s.zero_since_ms >= c.limits.standstill_ms
        and i.link_up
        and i.now_ms - i.measured_at_ms <= c.telemetry_hold_ms
        and (s.moved or s.expected_peak_mckmh < FROZEN_ZERO_MCKMH)
        and (
            not c.reads_drive_state
            or (i.belt is BeltState.STOPPED and i.belt_at_ms >= s.zero_since_ms)
        )
    )


def foreign(s: KernelState, foreign_ckmh: int, c: KernelConfig) -> None:
    """SR-39: somebody else set the speed. What is not above the cap is followed."""
    if s.phase not in RUNNING:
        return  # a stop in force goes on
    if foreign_ckmh < c.min_ckmh:
        return  # nobody can set that: the machine tells how far its own ramp has got (ftms.md Q18)
    if s.foreign_ckmh is None:
        s.foreign_setpoint_ckmh = s.setpoint_ckmh
    s.foreign_ckmh = foreign_ckmh
    if foreign_ckmh <= c.cap_ckmh(s.gait, s.direction):
        s.commanded_ckmh = c.quantise(foreign_ckmh)
        s.base_ckmh = min(s.base_ckmh, s.commanded_ckmh)


def count_step_time(s: KernelState, dt_ms: int) -> None:
    """Safety.md 4.8.4: step time runs from the start frame to the start of the ramp-down."""
    if s.phase in RUNNING:
        s.bout_ms += dt_ms
        if s.gait is not Gait.FORWARD:
            s.reverse_ms += dt_ms
