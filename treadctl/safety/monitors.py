"""Counters behind the interlocks: what has been true for how long, or how often.

They run before the interlocks look, so that an interlock only compares.
"""

from treadctl.model import GatePhase, Reaction
from treadctl.safety.interlocks import is_unit_ratio
from treadctl.safety.limits import (
    DEVIATION_CKMH,
    DEVIATION_PERCENT,
    OVERSPEED_MARGIN_CKMH,
    READ_BACK_MIN_CKMH,
    STALL_COMMANDED_CKMH,
    STALL_MEASURED_CKMH,
    STOP_PROGRESS_CKMH,
    SURGE_CKMH,
    UNEXPECTED_MOTION_CKMH,
    UNIT_PROBE_MS,
)
from treadctl.safety.observe import fill
from treadctl.safety.state import RUNNING, HeartTrack, Inputs, KernelConfig, KernelState


def on_sample(s: KernelState, i: Inputs, c: KernelConfig) -> None:
    """Judge one new reading while the belt moves or is asked to."""
    measured = i.measured_ckmh
    s.expected_before_mckmh, s.expected_read_mckmh = s.expected_read_mckmh, s.expected_mckmh
    above = measured > c.cap_ckmh(s.gait, s.direction) + OVERSPEED_MARGIN_CKMH
    s.overspeed_samples = s.overspeed_samples + 1 if above else 0
    obeying_matters = s.stop_level is not Reaction.E_STOP
    surging = obeying_matters and measured * 1_000 > s.expected_mckmh + SURGE_CKMH * 1_000
    s.surge_samples = s.surge_samples + 1 if surging else 0
    progress = max(STOP_PROGRESS_CKMH, 2 * c.reading_step_ckmh)
    if measured == 0 or measured <= s.progress_ckmh - progress:
        s.progress_ckmh, s.progress_at_ms = measured, i.now_ms
    if s.phase in RUNNING and s.probe != "passed":
        _probe(s, i, c)


def on_sample_at_rest(s: KernelState, i: Inputs, c: KernelConfig) -> None:
    """SR-08: any reading of at least one step counts where nobody started the belt."""
    moving = i.measured_ckmh >= min(UNEXPECTED_MOTION_CKMH, c.reading_step_ckmh)
    s.unexpected_samples = s.unexpected_samples + 1 if moving else 0


def over_time(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int) -> None:
    """The conditions that have to last. All of them drain slower than they fill (SR-53)."""
    measured = i.measured_ckmh
    s.deviation_ms = fill(s.deviation_ms, dt_ms, _deviates(s, c, measured))
    stalls = s.commanded_ckmh >= STALL_COMMANDED_CKMH and measured < STALL_MEASURED_CKMH
    s.stall_ms = fill(s.stall_ms, dt_ms, stalls)
    wrong = (
        c.reads_direction
        and measured > READ_BACK_MIN_CKMH
        and i.measured_direction is not s.direction
    )
    s.wrong_way_ms = fill(s.wrong_way_ms, dt_ms, wrong)
    if s.phase is GatePhase.STOPPING and s.commanded_ckmh == 0 and measured == 0:
        s.told_zero_ms = i.now_ms if s.told_zero_ms is None else s.told_zero_ms
    else:
        s.told_zero_ms = None
    if s.phase in RUNNING and s.probe != "passed":
        s.probe_ms = s.probe_ms + dt_ms if _probe_is_steady(s, c) else 0


def _deviates(s: KernelState, c: KernelConfig, measured_ckmh: int) -> bool:
    """Whether a reading is too far from what was expected.

    One that comes once a second is an old one for most of its life: it is held against all that
    was expected since the reading before it.
    """
    expected_ckmh = s.expected_mckmh // 1_000
    before_ckmh = s.expected_before_mckmh // 1_000 if c.pushes_readings else expected_ckmh
    tolerance = max(DEVIATION_CKMH, expected_ckmh * DEVIATION_PERCENT // 100)
    too_fast = measured_ckmh > max(expected_ckmh, before_ckmh) + tolerance
    too_slow = measured_ckmh < min(expected_ckmh, before_ckmh) - tolerance
    # Slower than asked is what a stop is for, and the strongest has no model.
    off = too_fast or (too_slow and s.phase is not GatePhase.STOPPING)
    return off and s.stop_level is not Reaction.E_STOP


def _probe_is_steady(s: KernelState, c: KernelConfig) -> bool:
    return s.commanded_ckmh >= c.probe_from_ckmh and s.expected_mckmh == s.commanded_ckmh * 1_000


def _probe(s: KernelState, i: Inputs, c: KernelConfig) -> None:
    """SR-29: five steady seconds, then the ratio decides."""
    if not _probe_is_steady(s, c):
        s.probe_measured = s.probe_commanded = 0
        return
    s.probe_measured += i.measured_ckmh
    s.probe_commanded += s.commanded_ckmh
    if s.probe_ms < UNIT_PROBE_MS:
        return
    percent = s.probe_measured * 100 // s.probe_commanded
    samples = s.probe_commanded // s.commanded_ckmh
    off = abs(s.probe_measured - s.probe_commanded)
    s.probe_unclear = False
    if off <= max(s.probe_commanded * 15 // 100, samples * c.reading_step_ckmh):
        s.probe = "passed"
    elif is_unit_ratio(percent):
        s.probe = "failed"
    else:
        s.probe_unclear = True
    s.probe_ms = s.probe_measured = s.probe_commanded = 0


def anything_counts(s: KernelState) -> bool:
    """Whether any counter of this module, or of the clock, is off its zero."""
    return bool(
        s.overspeed_samples
        or s.surge_samples
        or s.deviation_ms
        or s.stall_ms
        or s.wrong_way_ms
        or s.probe_unclear
        or s.probe == "failed"
        or s.overrun
        or s.suspended
        or s.heart.over_ms
        or s.heart.lost_ms
    )


def begin_motion(s: KernelState, now_ms: int) -> None:
    """A start: what the counters knew belongs to the motion before it."""
    s.overspeed_samples = s.surge_samples = s.unexpected_samples = 0
    s.deviation_ms = s.stall_ms = s.wrong_way_ms = 0
    s.probe_ms = s.probe_measured = s.probe_commanded = 0
    s.moved = False
    s.foreign_ckmh = None
    s.heart = HeartTrack()
    s.expected_mckmh = s.expected_peak_mckmh = 0
    s.expected_read_mckmh = s.expected_before_mckmh = 0
    s.zero_samples = 0
    s.progress_at_ms = now_ms


def begin_stop(s: KernelState, measured_ckmh: int, now_ms: int) -> None:
    """A stop, or a stronger one: progress is judged from here."""
    s.progress_ckmh, s.progress_at_ms = measured_ckmh, now_ms
