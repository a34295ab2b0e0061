"""The numbers of safety.md 4.2: what config may choose, and what no config may exceed.

A `Limits` value is what one run uses. `RULES` says for each field which values a person
may configure; the upper (or for a minimum, the lower) end of a rule is the ceiling, and a
value outside it is an error at load, never a silent clamp (SR-42). Constants that nobody may
configure stand at the end of the file.

Speeds are 0.01 km/h, rates 0.01 km/h per second, times milliseconds, inclines 0.1 %.
"""

from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one run. Defaults are safety.md 4.2's."""

    v_rev_max_ckmh: int = 250
    v_rev_max_beltrev_ckmh: int = 200
    v_fwd_max_ckmh: int = 500
    v_start_ckmh: int = 50
    a_up_rev_ckmh_s: int = 10
    a_up_fwd_ckmh_s: int = 20
    a_down_prog_ckmh_s: int = 30
    soft_stop_ckmh_s: int = 50
    fast_stop_ckmh_s: int = 200
    standstill_ms: int = 3_000
    confirm_window_ms: int = 30_000
    countdown_ms: int = 5_000
    lease_ms: int = 500
    core_silence_fast_ms: int = 300
    core_silence_e_stop_ms: int = 1_000
    telemetry_hold_ms: int = 500
    telemetry_stop_ms: int = 1_000
    notify_hold_ms: int = 1_500
    notify_stop_ms: int = 2_500
    strap_expiry_ms: int = 150
    stop_retry_ms: int = 100
    stall_ms: int = 1_500
    incline_rev_max_permille: int = 0
    bout_max_ms: int = 600_000
    reverse_total_max_ms: int = 720_000
    session_max_ms: int = 2_400_000
    warmup_min_ms: int = 180_000
    cooldown_min_ms: int = 180_000
    hr_limit_percent: int = 75
    pause_max_ms: int = 60_000
    idle_lock_ms: int = 120_000
    arm_timeout_ms: int = 10_000


@dataclass(frozen=True, slots=True)
class Rule:
    """The range a person may configure. Its dangerous end is the hard ceiling."""

    low: int
    high: int
    why: str


RULES: Final[dict[str, Rule]] = {
    "v_rev_max_ckmh": Rule(50, 450, "below the backward walk-run transition, mean - 3 SD = 4.68"),
    "v_rev_max_beltrev_ckmh": Rule(50, 300, "the tether does not protect when the belt reverses"),
    "v_fwd_max_ckmh": Rule(50, 650, "walking only"),
    "v_start_ckmh": Rule(1, 100, "slow start: 0.28 m/s"),
    "a_up_rev_ckmh_s": Rule(2, 30, "perturbation training starts at 3 m/s2; this is 1/36"),
    "a_up_fwd_ckmh_s": Rule(2, 50, "as above, with the console in view"),
    "a_down_prog_ckmh_s": Rule(2, 300, "an abrupt slow-down throws people as well"),
    "soft_stop_ckmh_s": Rule(2, 50, "S2 is at most 0.5 km/h per second"),
    "fast_stop_ckmh_s": Rule(100, 300, "0.28-0.83 m/s2: quick, and a walker stays upright"),
    "standstill_ms": Rule(3_000, 30_000, "belts coast"),
    "confirm_window_ms": Rule(10_000, 60_000, "an old confirmation is nobody's"),
    "countdown_ms": Rule(3_000, 10_000, "nobody is surprised by the start"),
    "lease_ms": Rule(200, 1_000, "permission expires"),
    "core_silence_fast_ms": Rule(100, 500, "a steering program that is silent is not steering"),
    "core_silence_e_stop_ms": Rule(300, 1_500, "as above, for good"),
    "telemetry_hold_ms": Rule(100, 1_000, "do not speed up a belt you cannot see"),
    "telemetry_stop_ms": Rule(200, 1_500, "do not run a belt you cannot see"),
    "notify_hold_ms": Rule(500, 2_500, "as above, where readings come once a second"),
    "notify_stop_ms": Rule(1_000, 3_000, "as above, where readings come once a second"),
    "strap_expiry_ms": Rule(50, 200, "an expired lock is locked: drift is 0.17 m in 200 ms"),
    "stop_retry_ms": Rule(50, 200, "a stop is repeated until standstill is measured"),
    "stall_ms": Rule(500, 3_000, "a jammed belt that frees itself jumps"),
    "incline_rev_max_permille": Rule(0, 50, "10 % changes the knee angle by 11 degrees"),
    "bout_max_ms": Rule(5_000, 600_000, "ten minutes without a rest"),
    "reverse_total_max_ms": Rule(5_000, 1_800_000, "literature stops at 30 minutes"),
    "session_max_ms": Rule(60_000, 3_600_000, "an hour"),
    "warmup_min_ms": Rule(120_000, 600_000, "no cold start"),
    "cooldown_min_ms": Rule(120_000, 600_000, "no abrupt end"),
    "hr_limit_percent": Rule(40, 85, "of the estimated maximum; lower only"),
    "pause_max_ms": Rule(5_000, 300_000, "a paused person walks away"),
    "idle_lock_ms": Rule(10_000, 600_000, "an idle machine with its key in is a toy for children"),
    "arm_timeout_ms": Rule(2_000, 30_000, "armed means about to start"),
}


@dataclass(frozen=True, slots=True)
class LimitProblem:
    """One limit that may not be used as it is."""

    key: str
    value: int
    low: int
    high: int
    message: str


def problems(limits: Limits) -> tuple[LimitProblem, ...]:
    """Return everything wrong with *limits*: beyond a ceiling, or two that contradict (SR-42)."""
    found = [
        LimitProblem(
            f.name, value, rule.low, rule.high, f"{value} is outside {rule.low}..{rule.high}"
        )
        for f in fields(limits)
        if type(value := getattr(limits, f.name)) is not int
        or not (rule := RULES[f.name]).low <= value <= rule.high
    ]
    for lower, upper in _ORDERED:
        low, high = getattr(limits, lower), getattr(limits, upper)
        if not low < high:
            found.append(
                LimitProblem(
                    lower, low, RULES[lower].low, high - 1, f"must be below {upper} = {high}"
                )
            )
    for lower, upper in _NOT_ABOVE:
        low, high = getattr(limits, lower), getattr(limits, upper)
        if not low <= high:
            found.append(
                LimitProblem(
                    lower, low, RULES[lower].low, high, f"must not exceed {upper} = {high}"
                )
            )
    return tuple(found)


_ORDERED: Final = (
    ("core_silence_fast_ms", "core_silence_e_stop_ms"),
    ("telemetry_hold_ms", "telemetry_stop_ms"),
    ("notify_hold_ms", "notify_stop_ms"),
    ("soft_stop_ckmh_s", "fast_stop_ckmh_s"),
)
_NOT_ABOVE: Final = (
    ("bout_max_ms", "reverse_total_max_ms"),
    ("reverse_total_max_ms", "session_max_ms"),
    ("v_start_ckmh", "v_rev_max_ckmh"),
    ("v_start_ckmh", "v_rev_max_beltrev_ckmh"),
    ("v_start_ckmh", "v_fwd_max_ckmh"),
    ("a_down_prog_ckmh_s", "fast_stop_ckmh_s"),
)

# Nobody configures these (safety.md 4.2 gives no user range).

QUARANTINE_MS: Final = 5_000
"""SR-06: measured zero for this long after every connect."""
PROOFS_NEEDED: Final = 3
"""Valid replies to the first harmless query before anything else is believed (4.8.6)."""
START_HOLD_MS: Final = 10_000
"""SR-04: `v_start` is held this long before any increase."""
GESTURE_HOLD_MS: Final = 1_000
STRAP_STEADY_MS: Final = 2_000
"""SR-25, SR-28: closed this long before a start or the end of a turn."""
STRAP_RECLOSE_MS: Final = 100
STRAP_PULL_WINDOW_MS: Final = 60_000
CHECKLIST_MAX_AGE_MS: Final = 300_000
"""SR-07: at the session's first start."""
STANDSTILL_SAMPLES: Final = 3
STEP_CKMH: Final = 10
"""Largest increase per command, or one machine step if that is more (SR-11)."""
STEP_CEILING_REV_CKMH: Final = 20
"""A machine step above this has no backward gait."""
STEP_CEILING_CKMH: Final = 50
"""A machine step above this is not driven at all."""
STEP_SPACING_REV_MS: Final = 1_000
STEP_SPACING_MARGIN_MS: Final = 300
"""The ramp keeps this much more apart: what counts is when frames leave, and one may wait."""
WINDOW_S: Final = 10
WINDOW_MS: Final = WINDOW_S * 1_000
"""SR-11: increases within any such window sum to at most ten seconds of `a_up`."""
WINDOW_MARGIN_MS: Final = 500
"""The ramp keeps this much clear of the window: a frame may wait for the line, and what counts
is when frames leave (SR-11)."""
OVERSPEED_MARGIN_CKMH: Final = 30
OVERSPEED_SAMPLES: Final = 2
DEVIATION_CKMH: Final = 30
DEVIATION_PERCENT: Final = 15
DEVIATION_MS: Final = 2_000
SURGE_CKMH: Final = 60
SURGE_SAMPLES: Final = 2
STALL_COMMANDED_CKMH: Final = 80
STALL_MEASURED_CKMH: Final = 20
STALL_LOCKOUT_MS: Final = 60_000
STOP_PROGRESS_CKMH: Final = 30
STOP_PROGRESS_MS: Final = 2_000
STOP_PROGRESS_NOTIFY_MS: Final = 3_000
"""The same, where readings come once a second."""
FROZEN_MS: Final = 3_000
"""SR-19: a machine's clock that stands still this long while its belt moves has stopped telling."""
PROOF_SLACK_MS: Final = 4_000
"""SR-35: a belt that reads zero this much longer than standstill takes is not proved to obey."""
UNEXPECTED_MOTION_CKMH: Final = 20
UNEXPECTED_SAMPLES: Final = 2
FUTURE_MS: Final = 100
"""SR-19: a reading from further ahead than this is not believed."""
IMPLAUSIBLE_CKMH: Final = 5_000
"""SR-19: no treadmill runs 50 km/h; such a reading is noise, and noise renews nothing."""
TICK_MOVING_MS: Final = 20
TICK_REST_MS: Final = 50
OVERRUN_MS: Final = 500
OVERRUN_SMALL_MS: Final = 150
OVERRUN_SMALL_COUNT: Final = 5
OVERRUN_WINDOW_MS: Final = 10_000
SUSPEND_MS: Final = 200
RESETS_MAX: Final = 3
RESET_LOCKOUT_MS: Final = 5_000
UNIT_PROBE_CAP_CKMH: Final = 100
UNIT_PROBE_STEPS: Final = 5
UNIT_PROBE_MS: Final = 5_000
READ_BACK_MS: Final = 1_000
READ_BACK_MIN_CKMH: Final = 33
"""0.2 mph: below it the sign of a reading means nothing (SR-25)."""
BELTREV_BOUT_MAX_MS: Final = 300_000
"""SR-55."""
TAPED_MS: Final = 60_000
"""SR-55: a hold-to-run input that does not change this long is asked to be pressed anew."""
CLASS_C_REV_MAX_CKMH: Final = 150
"""SR-54, and the first three reverse sessions of a known person."""
LINK_LOSS_RETRY_MS: Final = 30_000
"""SR-20, SR-31: keep trying to stop this long."""
ATTENDANCE_MS: Final = 60_000
ATTENDANCE_GRACE_MS: Final = 10_000
"""SR-56."""
SCREEN_SOFT_MS: Final = 2_000
SCREEN_FAST_MS: Final = 5_000
"""SR-40."""
DRAIN_DIVISOR: Final = 4
"""SR-53: a timed condition drains at a quarter of the speed it fills."""
HR_HOLD_MS: Final = 10_000
"""SR-45: at the limit for this long, and nothing rises any more."""
HR_LOWER_MS: Final = 10_000
HR_LOWER_CKMH: Final = 30
"""SR-45: held, each further such time at the limit takes this much off."""
HR_FAR_BPM: Final = 10
HR_FAR_MS: Final = 10_000
"""SR-45: this far above the limit, for so long, ends the walking."""
HR_STOP_MS: Final = 30_000
"""SR-45: so does this long at the limit."""
HR_LOST_HOLD_MS: Final = 10_000
HR_LOST_STOP_MS: Final = 60_000
"""SR-46: without a reading for so long: no increases, and where somebody relies on it, the end."""
HR_FRESH_MS: Final = 3_000
"""SR-46: a sensor tells about once a second; after three missed readings there is none."""
HR_FROZEN_MS: Final = 30_000
"""SR-46: the very same measurement, beat intervals included, for so long is an old one, repeated.

The intervals are told in 1/1024 s, and no two hearts' beats are that alike: where they are told,
two equal measurements in a row are rare and thirty impossible. Where only whole beats a minute
are, a heart at work still moves by a few of them within the 10 to 15 s over which wristbands
average, so that thirty equal seconds are a stuck sensor far more often than a steady person.
To be wrong about it costs a person some seconds at an even speed.
"""
HR_LEAST_BPM: Final = 30
HR_IMPLAUSIBLE_BPM: Final = 250
"""SR-45: below the one or from the other on it is noise, and noise is no reading."""
HR_JUMP_BPM: Final = 20
"""SR-45: per second since the last reading. A heart that begins to work gains a few; a sensor
that loses its contact or counts steps jumps. What stays there is believed after some seconds."""
LIMIT_GRACE_MS: Final = 2_000
"""SR-44: the core ends a step by its own count, which starts a report later than the gate's."""
