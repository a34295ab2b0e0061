"""Turns what the kernel knows into what people are told. Built ten times a second, not per tick."""

from treadctl.model import GatePhase, Reaction, Report
from treadctl.safety import heart, interlocks, permissives
from treadctl.safety.limits import (
    QUARANTINE_MS,
    RESETS_MAX,
    START_HOLD_MS,
    STRAP_STEADY_MS,
)
from treadctl.safety.observe import is_standstill
from treadctl.safety.state import MOTION, RUNNING, Finding, Inputs, KernelConfig, KernelState


def report_of(
    s: KernelState,
    i: Inputs,
    c: KernelConfig,
    seq: int,
    has_measured: bool,
    machine_profile: str = "",
    ticks: str = "",
) -> Report:
    """One report of the present tick."""
    standstill = is_standstill(s, i, c)
    worst = _in_force(s)
    wait, wait_ms = _wait(s, i, c)
    return Report(
        now_ms=i.now_ms,
        seq=seq,
        phase=s.phase,
        reaction=worst.reaction if worst else Reaction.NONE,
        cause=_cause(s, i, c, worst),
        latched=s.latch.reaction if s.latch else Reaction.NONE,
        latched_cause=s.first_cause.value if s.first_cause else None,
        setpoint_ckmh=s.setpoint_ckmh,
        commanded_ckmh=s.commanded_ckmh,
        measured_ckmh=i.measured_ckmh if has_measured else None,
        measured_age_ms=i.now_ms - i.measured_at_ms,
        direction=s.direction,
        measured_direction=i.measured_direction if c.reads_direction and has_measured else None,
        facing=s.facing,
        gait=s.gait,
        strap=i.strap,
        belt=i.belt,
        link_up=i.link_up,
        standstill=standstill,
        refused=tuple(s.refused),
        wait=wait,
        wait_ms=wait_ms,
        strap_pull_seen=s.pull_seen_at_ms is not None,
        checklist=permissives.accepted_items(s, i),
        resets_left=RESETS_MAX - s.resets_used,
        session_ms=0 if s.session_at_ms is None else i.now_ms - s.session_at_ms,
        reverse_ms=s.reverse_ms,
        bout_ms=s.bout_ms,
        cap_ckmh=_cap_ckmh(s, c),
        min_ckmh=c.min_ckmh,
        step_ckmh=c.step_ckmh,
        incline_permille=0,
        unit_probe=s.probe,
        machine_profile=machine_profile,
        heart_bpm=None if c.hr_limit_bpm is None else heart.seen_bpm(i),
        heart_cause=_heart_cause(s, i, c),
        ticks=ticks,
    )


def _cap_ckmh(s: KernelState, c: KernelConfig) -> int:
    """What may be asked for: a heart rate may have lowered it for this motion (SR-45)."""
    cap_ckmh = c.cap_ckmh(s.gait, s.direction)
    lid_ckmh = s.heart.lid_ckmh if s.phase in RUNNING else None
    return cap_ckmh if lid_ckmh is None else min(cap_ckmh, lid_ckmh)


def _heart_cause(s: KernelState, i: Inputs, c: KernelConfig) -> str | None:
    """Said beside the worst finding: another hold must not keep it from being announced."""
    found = interlocks.heart_rate(s, i, c) or interlocks.heart_sensor(s, i, c)
    return None if found is None else found.cause.value


def _in_force(s: KernelState) -> Finding | None:
    """The worst of: what is found now, the stop that runs, the latch. Of equals the stop."""
    worst: Finding | None = None
    if s.stop_cause is not None:
        worst = Finding(s.stop_level, s.stop_cause)
    for finding in (s.worst, s.latch):
        if finding is not None and (worst is None or finding.reaction > worst.reaction):
            worst = finding
    return worst


def _cause(s: KernelState, i: Inputs, c: KernelConfig, worst: Finding | None) -> str | None:
    cause = None if worst is None else worst.cause
    if cause is None and s.phase not in MOTION:
        cause = permissives.missing_to_arm(s, i, c)
    return cause.value if cause else None


def _wait(s: KernelState, i: Inputs, c: KernelConfig) -> tuple[str | None, int]:
    """What the gate waits for now, and how long that takes where it is a time."""
    elapsed_ms = i.now_ms - s.phase_at_ms
    match s.phase:
        case GatePhase.QUARANTINE:
            zero_ms = 0 if s.quarantine_zero_ms is None else i.now_ms - s.quarantine_zero_ms
            return "quarantine", max(0, QUARANTINE_MS - zero_ms)
        case GatePhase.IDLE:
            return _wait_idle(s, i, c)
        case GatePhase.ARMED:
            return "start", max(0, c.limits.arm_timeout_ms - elapsed_ms)
        case GatePhase.COUNTDOWN:
            return "countdown", max(0, c.limits.countdown_ms - elapsed_ms)
        case GatePhase.STARTING if not s.on_belt:
            return "on_belt", max(0, c.limits.confirm_window_ms - elapsed_ms)
        case GatePhase.STARTING:
            return "start_hold", max(0, START_HOLD_MS - elapsed_ms)
        case GatePhase.STOPPING:
            return "standstill", 0
        case GatePhase.TURNING:
            if not permissives.strap_is_steady(s, i):
                return _strap_wait(s, i)
            return "turn_confirm", 0
        case GatePhase.LATCHED:
            left_ms = s.lockout_until_ms - i.now_ms
            return ("lockout", left_ms) if left_ms > 0 else ("reset", 0)
        case _:
            return None, 0


def _wait_idle(s: KernelState, i: Inputs, c: KernelConfig) -> tuple[str | None, int]:
    if not is_standstill(s, i, c):
        return "standstill", 0
    if permissives.accepted_items(s, i) != permissives.ALL_ITEMS:
        return "checklist", 0
    if not permissives.strap_is_steady(s, i):
        return _strap_wait(s, i)
    return None, 0


def _strap_wait(s: KernelState, i: Inputs) -> tuple[str, int]:
    if s.strap_since_ms is None:
        return "strap", 0
    return "strap_steady", max(0, STRAP_STEADY_MS - (i.now_ms - s.strap_since_ms))
