"""SR-01: a kernel that has just begun knows nothing, was told nothing and permits nothing."""

from dataclasses import asdict, fields
from typing import Any, Final

from tests.safety.builders import NOW
from treadctl.model import CHECKLIST, Direction, Facing, Gait, GatePhase, Gesture, Reaction
from treadctl.safety.state import (
    MOTION,
    NOTHING,
    RUNNING,
    Drive,
    DriveKind,
    GestureTrack,
    HeartTrack,
    KernelState,
)

FRESH: Final[dict[str, Any]] = {
    # where it is, and why
    "now_ms": NOW,
    "phase": GatePhase.QUARANTINE,
    "phase_at_ms": 0,
    "latch": None,
    "first_cause": None,
    "lockout_until_ms": 0,
    "resets_used": 0,
    "worst": None,
    "stop_level": Reaction.NONE,
    "stop_cause": None,
    # what the person does
    "start": GestureTrack(Gesture.NONE, None),
    "start_level_before": Gesture.NONE,
    "turn_confirm": GestureTrack(Gesture.NONE, None),
    "reset": GestureTrack(Gesture.NONE, None),
    "request_seen": None,
    "arm_level": False,
    "on_belt_level": False,
    "on_belt": False,
    "facing": Facing.FORWARD,
    "turn_target": None,
    "checklist_level": 0,
    "checklist_at_ms": [None] * len(CHECKLIST),
    "checklist_used": False,
    "pull_stage": 0,
    "pull_opened_at_ms": 0,
    "pull_seen_at_ms": None,
    "attended": 0,
    "attended_at_ms": 0,
    "screen": 0,
    "screen_at_ms": 0,
    "hold_level": False,
    "hold_changed_at_ms": 0,
    "strap_since_ms": None,
    # what the belt does
    "sample_seq": 0,
    "sample_at_ms": 0,
    "zero_samples": 0,
    "zero_since_ms": 0,
    "zero_at_ms": 0,
    "moved": False,
    "expected_mckmh": 0,
    "expected_peak_mckmh": 0,
    "expected_read_mckmh": 0,
    "expected_before_mckmh": 0,
    "quarantined": False,
    "quarantine_zero_ms": None,
    "connected": False,
    "connected_before": False,
    "overspeed_samples": 0,
    "surge_samples": 0,
    "unexpected_samples": 0,
    "deviation_ms": 0,
    "stall_ms": 0,
    "wrong_way_ms": 0,
    "progress_ckmh": 0,
    "progress_at_ms": 0,
    "told_zero_ms": None,
    "probe": "pending",
    "probe_ms": 0,
    "probe_measured": 0,
    "probe_commanded": 0,
    "probe_unclear": False,
    "overruns_at_ms": (),
    "overrun": False,
    "suspended": False,
    # what was said to the machine
    "commanded_ckmh": 0,
    "direction": Direction.FORWARD,
    "gait": Gait.FORWARD,
    "setpoint_ckmh": 0,
    "refused_setpoint_ckmh": 0,
    "refusing": False,
    "base_ckmh": 0,
    "raised_at_ms": 0,
    "lowered_at_ms": 0,
    "foreign_ckmh": None,
    "foreign_setpoint_ckmh": 0,
    "increases": (),
    "down_mckmh": 0,
    "stop_sent_at_ms": 0,
    "started_at_ms": 0,
    # counters of the session
    "session_at_ms": None,
    "reverse_ms": 0,
    "bout_ms": 0,
    "refused": [],
}
HEART: Final[dict[str, Any]] = {
    "over_ms": 0,
    "far_ms": 0,
    "lower_ms": 0,
    "held": False,
    "lid_ckmh": None,
    "lost_ms": 0,
    "is_lost": False,
}


def test_sr01_a_kernel_begins_with_nothing() -> None:
    begun = KernelState(NOW)
    begins_with = {field.name: getattr(begun, field.name) for field in fields(begun)}
    assert begins_with.pop("heart") == HeartTrack()
    assert begins_with == FRESH


def test_sr45_a_motion_begins_with_a_heart_of_which_nothing_is_known() -> None:
    assert asdict(HeartTrack()) == HEART


def test_sr03_nothing_to_say_is_no_speed_no_reverse_and_not_urgent() -> None:
    assert Drive(DriveKind.NOTHING, 0, Direction.FORWARD, False) == NOTHING


def test_sr16_who_is_asked_to_move_is_in_motion_and_only_a_driven_belt_runs() -> None:
    still = {GatePhase.QUARANTINE, GatePhase.IDLE, GatePhase.ARMED, GatePhase.TURNING}
    still |= {GatePhase.LATCHED, GatePhase.LOCKED}
    assert set(GatePhase) - MOTION == still
    assert MOTION - {GatePhase.COUNTDOWN, GatePhase.STOPPING} == RUNNING
