"""SR-42: the numbers of safety.md 4.2, written by hand. A changed ceiling fails here.

Whoever changes `limits.py` changes this table too, in the same commit and with the reason:
it is copied from safety.md, never from the code.
"""

from dataclasses import fields
from typing import Final

import pytest

from treadctl.safety import limits
from treadctl.safety.limits import RULES, Limits

# field: default, lowest and highest value a rule lets through. 0.01 km/h, ms, 0.1 %.
TABLE: Final[dict[str, tuple[int, int, int]]] = {
    "v_rev_max_ckmh": (250, 50, 450),
    "v_rev_max_beltrev_ckmh": (200, 50, 300),
    "v_fwd_max_ckmh": (500, 50, 650),
    "v_start_ckmh": (50, 1, 100),
    "a_up_rev_ckmh_s": (10, 2, 30),
    "a_up_fwd_ckmh_s": (20, 2, 50),
    "a_down_prog_ckmh_s": (30, 2, 300),
    "soft_stop_ckmh_s": (50, 2, 50),
    "fast_stop_ckmh_s": (200, 100, 300),
    "standstill_ms": (3_000, 3_000, 30_000),
    "confirm_window_ms": (30_000, 10_000, 60_000),
    "countdown_ms": (5_000, 3_000, 10_000),
    "lease_ms": (500, 200, 1_000),
    "core_silence_fast_ms": (300, 100, 500),
    "core_silence_e_stop_ms": (1_000, 300, 1_500),
    "telemetry_hold_ms": (500, 100, 1_000),
    "telemetry_stop_ms": (1_000, 200, 1_500),
    "notify_hold_ms": (1_500, 500, 2_500),
    "notify_stop_ms": (2_500, 1_000, 3_000),
    "strap_expiry_ms": (150, 50, 200),
    "stop_retry_ms": (100, 50, 200),
    "stall_ms": (1_500, 500, 3_000),
    "incline_rev_max_permille": (0, 0, 50),
    "bout_max_ms": (600_000, 5_000, 600_000),
    "reverse_total_max_ms": (720_000, 5_000, 1_800_000),
    "session_max_ms": (2_400_000, 60_000, 3_600_000),
    "warmup_min_ms": (180_000, 120_000, 600_000),
    "cooldown_min_ms": (180_000, 120_000, 600_000),
    "hr_limit_percent": (75, 40, 85),
    "pause_max_ms": (60_000, 5_000, 300_000),
    "idle_lock_ms": (120_000, 10_000, 600_000),
    "arm_timeout_ms": (10_000, 2_000, 30_000),
}

# Numbers of 4.2 and 4.4 that nobody configures.
FIXED: Final[dict[str, int]] = {
    "QUARANTINE_MS": 5_000,
    "PROOFS_NEEDED": 3,
    "START_HOLD_MS": 10_000,
    "GESTURE_HOLD_MS": 1_000,
    "STRAP_STEADY_MS": 2_000,
    "STRAP_RECLOSE_MS": 100,
    "STRAP_PULL_WINDOW_MS": 60_000,
    "CHECKLIST_MAX_AGE_MS": 300_000,
    "STANDSTILL_SAMPLES": 3,
    "STEP_CKMH": 10,
    "STEP_CEILING_REV_CKMH": 20,
    "STEP_CEILING_CKMH": 50,
    "STEP_SPACING_REV_MS": 1_000,
    "WINDOW_MS": 10_000,
    "OVERSPEED_MARGIN_CKMH": 30,
    "OVERSPEED_SAMPLES": 2,
    "DEVIATION_CKMH": 30,
    "DEVIATION_PERCENT": 15,
    "DEVIATION_MS": 2_000,
    "SURGE_CKMH": 60,
    "SURGE_SAMPLES": 2,
    "STALL_COMMANDED_CKMH": 80,
    "STALL_MEASURED_CKMH": 20,
    "STALL_LOCKOUT_MS": 60_000,
    "STOP_PROGRESS_CKMH": 30,
    "STOP_PROGRESS_MS": 2_000,
    "STOP_PROGRESS_NOTIFY_MS": 3_000,
    "FROZEN_MS": 3_000,
    "UNEXPECTED_MOTION_CKMH": 20,
    "UNEXPECTED_SAMPLES": 2,
    "FUTURE_MS": 100,
    "TICK_MOVING_MS": 20,
    "TICK_REST_MS": 50,
    "OVERRUN_MS": 500,
    "OVERRUN_SMALL_MS": 150,
    "OVERRUN_SMALL_COUNT": 5,
    "OVERRUN_WINDOW_MS": 10_000,
    "SUSPEND_MS": 200,
    "RESETS_MAX": 3,
    "RESET_LOCKOUT_MS": 5_000,
    "UNIT_PROBE_CAP_CKMH": 100,
    "UNIT_PROBE_STEPS": 5,
    "UNIT_PROBE_MS": 5_000,
    "READ_BACK_MS": 1_000,
    "BELTREV_BOUT_MAX_MS": 300_000,
    "TAPED_MS": 60_000,
    "CLASS_C_REV_MAX_CKMH": 150,
    "LINK_LOSS_RETRY_MS": 30_000,
    "HR_HOLD_MS": 10_000,
    "HR_LOWER_MS": 10_000,
    "HR_LOWER_CKMH": 30,
    "HR_FAR_BPM": 10,
    "HR_FAR_MS": 10_000,
    "HR_STOP_MS": 30_000,
    "HR_LOST_HOLD_MS": 10_000,
    "HR_LOST_STOP_MS": 60_000,
    "HR_FRESH_MS": 3_000,
    "HR_FROZEN_MS": 30_000,
    "HR_LEAST_BPM": 30,
    "HR_IMPLAUSIBLE_BPM": 250,
    "HR_JUMP_BPM": 20,
    "ATTENDANCE_MS": 60_000,
    "ATTENDANCE_GRACE_MS": 10_000,
    "SCREEN_SOFT_MS": 2_000,
    "SCREEN_FAST_MS": 5_000,
    "DRAIN_DIVISOR": 4,
}

# Numbers that safety.md leaves open, or says in other units.
OURS: Final[dict[str, int]] = {
    "STEP_SPACING_MARGIN_MS": 300,
    "WINDOW_S": 10,
    "WINDOW_MARGIN_MS": 500,
    "PROOF_SLACK_MS": 4_000,
    "IMPLAUSIBLE_CKMH": 5_000,
    "READ_BACK_MIN_CKMH": 33,
    "LIMIT_GRACE_MS": 2_000,
}


@pytest.mark.parametrize(("name", "golden"), TABLE.items())
def test_sr42_defaults_and_ceilings_are_those_of_the_specification(
    name: str, golden: tuple[int, int, int]
) -> None:
    rule = RULES[name]
    assert (getattr(Limits(), name), rule.low, rule.high) == golden


def test_sr42_no_limit_is_missing_from_the_table_or_without_a_rule() -> None:
    assert {f.name for f in fields(Limits)} == set(TABLE) == set(RULES)


@pytest.mark.parametrize(("name", "golden"), (FIXED | OURS).items())
def test_sr42_fixed_numbers_are_those_of_the_specification(name: str, golden: int) -> None:
    assert getattr(limits, name) == golden


def test_sr42_no_number_that_nobody_configures_is_missing_from_the_tables() -> None:
    numbers = {name for name, value in vars(limits).items() if type(value) is int}
    assert numbers == set(FIXED) | set(OURS)


def test_sr42_the_defaults_themselves_are_allowed() -> None:
    assert limits.problems(Limits()) == ()
