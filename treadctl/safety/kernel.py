"""The last word on what is said to the belt. No clock, no I/O, no framework.

One tick: learn, judge, latch, act. Same state, inputs and config, same verdict. This is the
function that the gate runs, that tests explore and that `explain` asks.
"""

from typing import Final

from treadctl.causes import Cause
from treadctl.model import GatePhase, Reaction, gait_of
from treadctl.safety import heart, interlocks, monitors, observe, phases, ramp
from treadctl.safety.state import (
    MOTION,
    NOTHING,
    RUNNING,
    Drive,
    DriveKind,
    Finding,
    Inputs,
    KernelConfig,
    KernelState,
)

_ASKED: Final = MOTION | {GatePhase.ARMED}
"""Elsewhere a setpoint means nothing, and is not remembered (SR-03)."""


SECOND_READING_MS: Final = 200
"""The longest that a speed reading may take (safety.md 4.8.5)."""


def step(s: KernelState, i: Inputs, c: KernelConfig) -> Drive:
    """Advance *s* by one tick and return what to say to the machine.

    Refusals are appended to ``s.refused``; the worst finding in force stands in ``s.worst``.
    """
    dt_ms = observe.time(s, i)
    if i.link_up is not s.connected:
        observe.connection(s, i)
    observe.strap(s, i, c)
    if i.request is not s.request_seen:
        s.request_seen = i.request
        observe.checklist(s, i)
        observe.tokens(s, i)
    observe.expected(s, i, c, dt_ms)
    new_sample = i.sample_seq != s.sample_seq
    if new_sample:
        observe.sample(s, i, c)
    if i.started_by_others:
        s.zero_samples = 0  # no zero from before says anything now (SR-24)
    if s.phase in MOTION:
        if i.foreign_ckmh is not None:
            observe.foreign(s, i.foreign_ckmh, c)
        if s.phase is not GatePhase.COUNTDOWN:
            observe.count_step_time(s, dt_ms)
            if new_sample:
                monitors.on_sample(s, i, c)
            monitors.over_time(s, i, c, dt_ms)
            if c.hr_limit_bpm is not None and s.phase in RUNNING:
                heart.over_time(s, i, c, dt_ms, c.hr_limit_bpm)
        else:
            _watch_at_rest(s, i, c, new_sample)
        _accept_setpoint(s, i, c)
        s.worst = _worst(s, i, c)
        if s.worst is not None and s.worst.reaction >= Reaction.SOFT_STOP:
            _react(s, i, c, s.worst)
        return phases.advance(s, i, c, dt_ms)
    return _at_rest(s, i, c, new_sample, dt_ms)


def _at_rest(s: KernelState, i: Inputs, c: KernelConfig, new_sample: bool, dt_ms: int) -> Drive:
    _accept_setpoint(s, i, c)
    s.worst = None
    _watch_at_rest(s, i, c, new_sample)
    if s.suspended and s.latch is None:
        # Every age and every confirmation is from before the sleep (SR-33).
        s.worst = Finding(Reaction.E_STOP, Cause.SUSPENDED)
        phases.latch(s, s.worst)
        phases.stop(s, i, c, Reaction.E_STOP, Cause.SUSPENDED)
    elif s.unexpected_samples:
        finding = interlocks.unexpected_motion(s, i, c)
        if finding is None:
            # The first reading already stops; the second one latches (SR-08). Said anew in
            # every tick, the stop would leave no gap on the line for that second reading.
            if not new_sample and i.now_ms - s.stop_sent_at_ms < SECOND_READING_MS:
                return NOTHING
            s.stop_sent_at_ms = i.now_ms
            return Drive(DriveKind.STRONGEST_STOP, 0, s.direction, True)
        s.worst = finding
        s.unexpected_samples = 0
        phases.latch(s, finding)
        phases.stop(s, i, c, finding.reaction, finding.cause)
    return phases.advance(s, i, c, dt_ms)


def _watch_at_rest(s: KernelState, i: Inputs, c: KernelConfig, new_sample: bool) -> None:
    """SR-08: nobody has started this belt."""
    if new_sample:
        monitors.on_sample_at_rest(s, i, c)
    if i.started_by_others:
        s.unexpected_samples += 1  # as good as a reading, and ahead of it


def _worst(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
    worst: Finding | None = None
    if not interlocks.all_is_well(s, i, c):
        for check in interlocks.IN_MOTION:
            found = check(s, i, c)
            if found is not None and (worst is None or found.reaction > worst.reaction):
                worst = found
    if monitors.anything_counts(s):
        for check in interlocks.COUNTED:
            found = check(s, i, c)
            if found is not None and (worst is None or found.reaction > worst.reaction):
                worst = found
    if s.phase is GatePhase.COUNTDOWN and s.unexpected_samples:
        # Somebody stands ready to step on: here the first reading is enough (SR-08).
        worst = Finding(Reaction.E_STOP, Cause.UNEXPECTED_MOTION)
    return worst


def _react(s: KernelState, i: Inputs, c: KernelConfig, worst: Finding) -> None:
    if worst.reaction >= Reaction.FAST_STOP:
        phases.latch(s, worst)
    if s.phase is GatePhase.COUNTDOWN and worst.reaction < Reaction.FAST_STOP:
        # Nothing moves yet: a soft stop is simply not starting.
        s.refuse(Cause.STOP_WINS)
        phases.enter(s, GatePhase.IDLE)
        return
    phases.stop(s, i, c, worst.reaction, worst.cause)


def trip(s: KernelState, i: Inputs, c: KernelConfig, finding: Finding) -> Drive:
    """Stop for something found after the kernel ran, in the same tick (SR-10)."""
    if s.stop_level >= Reaction.FAST_STOP:
        # The milder stop could not be said either.
        finding = Finding(Reaction.E_STOP, finding.cause)
    phases.latch(s, finding)
    phases.stop(s, i, c, finding.reaction, finding.cause)
    s.worst = finding
    return phases.advance(s, i, c, 0)


def _accept_setpoint(s: KernelState, i: Inputs, c: KernelConfig) -> None:
    """SR-09, SR-13, SR-15: take the setpoint, or refuse it and keep the last accepted one."""
    wanted = i.request.setpoint_ckmh
    if s.phase not in _ASKED:
        s.setpoint_ckmh, s.refusing = 0, False
        return
    if wanted == s.setpoint_ckmh or (s.refusing and wanted == s.refused_setpoint_ckmh):
        return
    if cause := _setpoint_fault(s, i, c, wanted):
        s.refuse(cause)
        s.refusing, s.refused_setpoint_ckmh = True, wanted
        ramp.snap_base(s, i.measured_ckmh)
        return
    s.refusing = False
    s.setpoint_ckmh = wanted


def _setpoint_fault(s: KernelState, i: Inputs, c: KernelConfig, wanted: int) -> Cause | None:
    if type(wanted) is not int or wanted < 0 or 0 < wanted < c.min_ckmh:
        return Cause.SETPOINT_RANGE
    direction = i.request.direction if s.phase is GatePhase.ARMED else s.direction
    if wanted > c.cap_ckmh(gait_of(direction, s.facing), direction):
        return Cause.ABOVE_CAP
    return None
