"""One function per hazard. Each says what it found, or None.

They read as the healthy condition first, so that anything unexpected falls through to the
finding. `IN_MOTION` and `COUNTED` hold while the belt moves or is asked to, `AT_REST` otherwise.
The SR numbers are rows of safety.md 4.4 and appear in test names.
"""

from collections.abc import Callable
from typing import Final

from treadctl.causes import Cause
from treadctl.model import BeltState, Direction, Gait, GatePhase, Mode, Reaction, StrapState
from treadctl.safety.limits import (
    ATTENDANCE_GRACE_MS,
    ATTENDANCE_MS,
    BELTREV_BOUT_MAX_MS,
    DEVIATION_MS,
    FROZEN_MS,
    HR_FAR_MS,
    HR_LOST_HOLD_MS,
    HR_LOST_STOP_MS,
    HR_STOP_MS,
    LIMIT_GRACE_MS,
    OVERSPEED_SAMPLES,
    PROOF_SLACK_MS,
    READ_BACK_MS,
    SCREEN_FAST_MS,
    SCREEN_SOFT_MS,
    SURGE_SAMPLES,
    TAPED_MS,
)
from treadctl.safety.observe import strap_is_attached
from treadctl.safety.state import RUNNING, Finding, Inputs, KernelConfig, KernelState

Interlock = Callable[[KernelState, Inputs, KernelConfig], Finding | None]

_STRAP_OPEN: Final = Finding(Reaction.E_STOP, Cause.STRAP_OPEN)
_STRAP_UNKNOWN: Final = Finding(Reaction.E_STOP, Cause.STRAP_UNKNOWN)


def strap(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-16. Not knowing counts as open."""
    if strap_is_attached(i, c):
        return None
    return _STRAP_OPEN if i.strap is StrapState.RELEASED else _STRAP_UNKNOWN


def operator(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-18. Anyone may stop, at any level, at any time."""
    asked = i.request.stop
    if asked < Reaction.SOFT_STOP:
        return None
    if asked is Reaction.SOFT_STOP:
        return Finding(asked, Cause.OPERATOR_SOFT_STOP)
    if asked is Reaction.FAST_STOP:
        return Finding(asked, Cause.OPERATOR_FAST_STOP)
    return Finding(Reaction.E_STOP, Cause.OPERATOR_E_STOP)


def signal(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-18. A signal to the gate is a stop; it does not pass through the core."""
    if i.stop < Reaction.SOFT_STOP:
        return None
    return Finding(i.stop, Cause.SIGNAL_STOP)


def core_gone(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-30. The pipe closed: whoever steered is dead."""
    if i.core_alive:
        return None
    return Finding(Reaction.FAST_STOP, Cause.CORE_GONE)


def core_silent(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-30. Ramp first, presuming the person is upright; later, do not presume it."""
    silent_ms = i.now_ms - i.core_heard_ms
    if silent_ms <= c.limits.core_silence_fast_ms:
        return None
    if silent_ms <= c.limits.core_silence_e_stop_ms:
        return Finding(Reaction.FAST_STOP, Cause.CORE_SILENT)
    return Finding(Reaction.E_STOP, Cause.CORE_SILENT)


def lease(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-14. A setpoint is a permission that expires, however it was delayed."""
    if i.now_ms - i.request.at_ms <= c.limits.lease_ms:
        return None
    return Finding(Reaction.FAST_STOP, Cause.LEASE_EXPIRED)


def telemetry(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-19. Stale: do not speed up. Staler: stop."""
    age_ms = i.now_ms - i.measured_at_ms
    if age_ms <= c.telemetry_hold_ms:
        return None
    if age_ms <= c.telemetry_stop_ms:
        return Finding(Reaction.HOLD, Cause.TELEMETRY_STALE)
    return Finding(Reaction.FAST_STOP, Cause.TELEMETRY_STALE)


def frozen(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-19. Fresh readings of a machine whose own clock stands still are old ones, repeated."""
    if i.clock_at_ms is None or s.phase not in RUNNING or i.measured_ckmh == 0:
        return None
    still_ms = i.now_ms - max(i.clock_at_ms, s.started_at_ms + c.start_grace_ms)
    if still_ms <= FROZEN_MS:
        return None
    return Finding(Reaction.FAST_STOP, Cause.TELEMETRY_FROZEN)


def control(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-38. A machine that obeys somebody else is asked to stop, and left to a person."""
    if i.in_control:
        return None
    return Finding(Reaction.SOFT_STOP, Cause.CONTROL_LOST if i.answers else Cause.NO_ANSWER)


def foreign(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-39. The person at the console wins, but not above the cap."""
    if s.foreign_ckmh is None:
        return None
    if s.foreign_ckmh <= c.cap_ckmh(s.gait, s.direction):
        return Finding(Reaction.HOLD, Cause.CONSOLE_TOOK_OVER)
    return Finding(Reaction.FAST_STOP, Cause.CONSOLE_SPEED)


def link(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-20. What cannot be reached cannot be presumed to stop."""
    if i.link_up:
        return None
    return Finding(Reaction.E_STOP, Cause.LINK_LOST)


def machine(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """The machine itself reports a trip: its supervision of us, or its emergency stop."""
    fault = i.machine_fault
    if fault is None:
        return None
    return Finding(fault.text.reaction, fault)


def overspeed(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-21. Judged on what the belt does, never on what was asked of it."""
    if s.overspeed_samples < OVERSPEED_SAMPLES:
        return None
    return Finding(Reaction.E_STOP, Cause.OVERSPEED)


def surge(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-22. Clearly faster than it was told to be."""
    if s.surge_samples < SURGE_SAMPLES:
        return None
    return Finding(Reaction.E_STOP, Cause.SURGE)


def deviation(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-22, SR-29. Not following; where the ratio fits another unit, it is called that."""
    if s.deviation_ms < DEVIATION_MS:
        return None
    if (
        s.probe != "passed"
        and s.expected_mckmh
        and is_unit_ratio(i.measured_ckmh * 100_000 // s.expected_mckmh)
    ):
        return Finding(Reaction.FAST_STOP, Cause.UNIT_MISMATCH)
    return Finding(Reaction.FAST_STOP, Cause.DEVIATION)


def is_unit_ratio(percent: int) -> bool:
    """SR-29: measured per commanded fits miles taken for kilometres, or the reverse."""
    return 145 <= percent <= 175 or 55 <= percent <= 70


def unit(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-29. Miles taken for kilometres, or a reading too far off to go faster on."""
    if s.probe == "failed":
        return Finding(Reaction.FAST_STOP, Cause.UNIT_MISMATCH)
    if s.probe_unclear:
        return Finding(Reaction.HOLD, Cause.UNIT_UNCLEAR)
    return None


def stall(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-23. A jammed belt that frees itself jumps."""
    if s.stall_ms < c.limits.stall_ms:
        return None
    return Finding(Reaction.E_STOP, Cause.STALL)


def wrong_way(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-25. The sign read back must agree once the belt turns."""
    if s.wrong_way_ms < READ_BACK_MS:
        return None
    return Finding(Reaction.E_STOP, Cause.DIRECTION_MISMATCH)


def console(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-36. The machine says stopped while we drive it, or ramp it down: somebody was there."""
    if not (
        s.commanded_ckmh
        and i.belt is BeltState.STOPPED
        and i.belt_at_ms - s.started_at_ms > CONSOLE_GRACE_MS
    ):
        return None
    return Finding(Reaction.FAST_STOP, Cause.CONSOLE_STOP)


CONSOLE_GRACE_MS: Final = 1_000
"""A state asked for before the start took effect says nothing about it."""


def not_stopping(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-35. A stop must be seen to work; otherwise ask for the strongest."""
    watched = s.phase is GatePhase.STOPPING and (
        s.stop_level is not Reaction.NONE or s.commanded_ckmh == 0
    )
    if not watched:
        return None
    if i.now_ms - s.progress_at_ms > c.stop_progress_ms:
        return Finding(Reaction.E_STOP, Cause.NOT_STOPPING)
    # Zero is read, and yet nothing proves standstill: a drive that stays engaged, most likely.
    longest_ms = c.limits.standstill_ms + PROOF_SLACK_MS
    if s.told_zero_ms is None or i.now_ms - s.told_zero_ms <= longest_ms:
        return None
    return Finding(Reaction.E_STOP, Cause.NOT_STOPPING)


def on_belt(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-05. The belt does not run on for somebody who never stepped onto it."""
    if s.on_belt or s.phase is not GatePhase.STARTING:
        return None
    if i.now_ms - s.started_at_ms <= c.limits.confirm_window_ms:
        return None
    return Finding(Reaction.SOFT_STOP, Cause.ON_BELT_MISSING)


def durations(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-44. A backstop for a programme that does not end by itself."""
    if s.phase not in RUNNING:
        return None
    limits = c.limits
    if s.session_at_ms is not None:
        session_ms = i.now_ms - s.session_at_ms
        if session_ms > limits.session_max_ms + LIMIT_GRACE_MS:
            return Finding(Reaction.SOFT_STOP, Cause.SESSION_LIMIT)
    if s.gait is Gait.FORWARD:
        return None
    if s.reverse_ms > limits.reverse_total_max_ms + LIMIT_GRACE_MS:
        return Finding(Reaction.SOFT_STOP, Cause.REVERSE_LIMIT)
    bout_max_ms = limits.bout_max_ms
    if s.direction is Direction.REVERSE:
        bout_max_ms = min(bout_max_ms, BELTREV_BOUT_MAX_MS)
    if s.bout_ms > bout_max_ms + LIMIT_GRACE_MS:
        return Finding(Reaction.SOFT_STOP, Cause.BOUT_LIMIT)
    return None


def heart_rate(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-45. A heart that works too hard gets less to do, and then none."""
    if s.phase not in RUNNING:
        return None
    if s.heart.over_ms >= HR_STOP_MS or s.heart.far_ms >= HR_FAR_MS:
        return Finding(Reaction.SOFT_STOP, Cause.HEART_RATE_CEILING)
    if not s.heart.held:
        return None
    return Finding(Reaction.HOLD, Cause.HEART_RATE_HIGH)


def heart_sensor(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-46. What nobody can see is not made to work harder."""
    if s.phase not in RUNNING or s.heart.lost_ms < HR_LOST_HOLD_MS:
        return None
    if not c.hr_guard or s.heart.lost_ms < HR_LOST_STOP_MS:
        return Finding(Reaction.HOLD, Cause.HEART_RATE_LOST)
    return Finding(Reaction.SOFT_STOP, Cause.HEART_RATE_GONE)


def hold_to_run(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-55. Belt-reverse runs only while somebody holds it; a taped key is nobody."""
    if c.mode is not Mode.BELT_REVERSE or s.direction is not Direction.REVERSE:
        return None
    if not s.hold_level:
        return Finding(Reaction.FAST_STOP, Cause.HOLD_RELEASED)
    held_ms = i.now_ms - s.hold_changed_at_ms
    if held_ms <= TAPED_MS:
        return None
    if held_ms <= TAPED_MS + ATTENDANCE_GRACE_MS:
        return Finding(Reaction.HOLD, Cause.HOLD_TAPED)
    return Finding(Reaction.SOFT_STOP, Cause.HOLD_TAPED)


def attendance(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-56. A script on a real machine needs a person who says so every minute."""
    if not c.attendance_required:
        return None
    absent_ms = i.now_ms - s.attended_at_ms
    if absent_ms <= ATTENDANCE_MS:
        return None
    if absent_ms <= ATTENDANCE_MS + ATTENDANCE_GRACE_MS:
        return Finding(Reaction.HOLD, Cause.UNATTENDED)
    return Finding(Reaction.SOFT_STOP, Cause.UNATTENDED)


def screen(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-40. Whoever leads sees nothing, or an old picture; the core itself is well."""
    if not c.screen_required:
        return None
    blind_ms = i.now_ms - s.screen_at_ms
    if blind_ms <= SCREEN_SOFT_MS:
        return None
    if blind_ms <= SCREEN_FAST_MS:
        return Finding(Reaction.SOFT_STOP, Cause.SCREEN_SILENT)
    return Finding(Reaction.FAST_STOP, Cause.SCREEN_SILENT)


def overrun(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-32. A gate that is late decides on old news."""
    if not s.overrun:
        return None
    return Finding(Reaction.FAST_STOP, Cause.OVERRUN)


def suspended(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-33. Time passed that this clock did not count: the computer slept."""
    if not s.suspended:
        return None
    return Finding(Reaction.E_STOP, Cause.SUSPENDED)


def unexpected_motion(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    """SR-08, SR-37. Nobody started this belt. One reading stops it, two latch; where they come
    once a second, one does both."""
    if s.unexpected_samples < c.unexpected_samples:
        return None
    if not s.quarantined and s.connected_before:
        return Finding(Reaction.E_STOP, Cause.RECONNECT_MOVING)
    return Finding(Reaction.E_STOP, Cause.UNEXPECTED_MOTION)


IN_MOTION: Final[tuple[Interlock, ...]] = (
    link,  # before the strap: where both share a cable, its loss is what happened
    strap,
    operator,
    signal,
    core_gone,
    core_silent,
    lease,
    telemetry,
    machine,
    frozen,
    control,
    foreign,
    console,
    not_stopping,
    on_belt,
    durations,
    hold_to_run,
    attendance,
    screen,
)
COUNTED: Final[tuple[Interlock, ...]] = (
    overspeed,
    surge,
    unit,
    deviation,
    stall,
    wrong_way,
    overrun,
    suspended,
    heart_rate,
    heart_sensor,
)
"""In motion too. They judge counters, and have nothing to judge while all of these are zero."""


def all_is_well(s: KernelState, i: Inputs, c: KernelConfig) -> bool:
    """The ordinary walking tick in one look: true only where none of `IN_MOTION` finds anything.

    It decides nothing: where it does not hold, each of them is asked. That it never holds where
    one of them would find something is tested in tests/safety/test_all_is_well.py. It is here
    because nearly every tick of a walk is such a one (docs/measurements.md).
    """
    now_ms, request, limits = i.now_ms, i.request, c.limits
    return (
        s.phase is GatePhase.MOVING
        and s.strap_since_ms is not None  # attached in this very tick
        and i.link_up
        and i.core_alive
        and i.in_control
        and i.machine_fault is None
        and i.belt is not BeltState.STOPPED
        and request.stop < Reaction.SOFT_STOP
        and i.stop < Reaction.SOFT_STOP
        and now_ms - i.core_heard_ms <= limits.core_silence_fast_ms
        and now_ms - request.at_ms <= limits.lease_ms
        and now_ms - i.measured_at_ms <= c.telemetry_hold_ms
        and i.clock_at_ms is None
        and s.foreign_ckmh is None
        and c.mode is not Mode.BELT_REVERSE
        and not c.attendance_required
        and not c.screen_required
        and durations(s, i, c) is None
    )


AT_REST: Final[tuple[Interlock, ...]] = (unexpected_motion,)
