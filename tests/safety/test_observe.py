"""What a tick teaches the kernel: gestures, the observed strap pull, ages."""

from dataclasses import replace
from typing import Any

import pytest

from tests.safety.builders import ALL_ITEMS, CONFIG, NOW, at_rest, cruise, cruising, inputs, step
from treadctl.model import BeltState, GatePhase, StrapState
from treadctl.safety.observe import fill
from treadctl.safety.permissives import accepted_items
from treadctl.safety.state import KernelState


def pull(s: KernelState, open_ms: int, how: StrapState = StrapState.RELEASED) -> None:
    step(s, inputs(now_ms=NOW))
    step(s, inputs(now_ms=NOW + 20, strap=how))
    step(s, inputs(now_ms=NOW + 20 + open_ms))


@pytest.mark.parametrize(("open_ms", "seen"), [(100, True), (60_000, True), (60_001, False)])
def test_sr07_a_strap_pull_is_seen_within_a_minute(open_ms: int, seen: bool) -> None:
    s = at_rest(pull_seen_at_ms=None, pull_stage=0)
    pull(s, open_ms)
    assert (s.pull_seen_at_ms is not None) is seen


def test_sr07_a_second_try_counts_after_one_that_took_too_long() -> None:
    s = at_rest(pull_seen_at_ms=None, pull_stage=0)
    pull(s, 70_000)
    assert s.pull_seen_at_ms is None
    later = NOW + 80_000
    step(s, inputs(now_ms=later, strap=StrapState.RELEASED))
    step(s, inputs(now_ms=later + 500))
    assert s.pull_seen_at_ms == later + 500


def test_sr07_an_adapter_that_falls_silent_is_no_strap_pull() -> None:
    s = at_rest(pull_seen_at_ms=None, pull_stage=0)
    pull(s, 1_000, StrapState.UNKNOWN)
    assert s.pull_seen_at_ms is None


@pytest.mark.parametrize("phase", [GatePhase.TURNING, GatePhase.LATCHED, GatePhase.QUARANTINE])
def test_sr07_a_pull_elsewhere_than_at_the_checklist_does_not_count(phase: GatePhase) -> None:
    s = at_rest(pull_seen_at_ms=None, pull_stage=0, phase=phase, quarantined=False)
    pull(s, 1_000)
    assert s.pull_seen_at_ms is None


def test_sr07_a_strap_open_from_the_beginning_must_close_before_it_can_be_pulled() -> None:
    s = at_rest(pull_seen_at_ms=None, pull_stage=0, strap_since_ms=None)
    step(s, inputs(strap=StrapState.RELEASED))
    step(s, inputs(now_ms=NOW + 1_000))
    assert s.pull_seen_at_ms is None
    step(s, inputs(now_ms=NOW + 2_000, strap=StrapState.RELEASED))
    step(s, inputs(now_ms=NOW + 3_000))
    assert s.pull_seen_at_ms == NOW + 3_000


def test_sr07_confirming_the_pull_is_not_enough() -> None:
    s = at_rest(pull_seen_at_ms=None)
    assert accepted_items(s, inputs()) == ALL_ITEMS & ~(1 << 2)


@pytest.mark.parametrize(("age_ms", "counts"), [(300_000, True), (300_001, False)])
def test_sr07_an_item_counts_for_five_minutes(age_ms: int, counts: bool) -> None:
    s = at_rest()
    s.checklist_at_ms[0] = NOW - age_ms
    assert (accepted_items(s, inputs()) & 1 == 1) is counts


@pytest.mark.parametrize(
    ("before", "dt", "present", "after"),
    [(0, 20, True, 20), (20, 20, True, 40), (20, 20, False, 15), (3, 20, False, 0)],
)
def test_sr53_a_condition_fills_at_full_and_drains_at_quarter_speed(
    before: int, dt: int, present: bool, after: int
) -> None:
    assert fill(before, dt, present) == after


def test_sr24_a_missing_or_moving_sample_restarts_the_proof() -> None:
    s = at_rest()
    step(s, inputs(measured_ckmh=1, sample_seq=101))
    assert s.zero_samples == 0
    step(s, inputs(sample_seq=102, now_ms=NOW + 100))
    assert (s.zero_samples, s.zero_since_ms) == (1, NOW + 100)


def test_sr22_the_expected_speed_follows_the_declared_ramp_both_ways() -> None:
    s = cruising(242, expected_mckmh=200_000, deviation_ms=0)
    step(s, cruise(220))
    assert s.expected_mckmh == 200_000 + 30 * 20
    s = cruising(97, expected_mckmh=200_000)
    step(s, cruise(200, request_setpoint_ckmh=97))
    assert s.expected_mckmh == 200_000 - 30 * 20


def test_sr44_step_time_counts_backward_walking_and_not_the_ramp_down() -> None:
    s = cruising(242, reverse_ms=0, bout_ms=0)
    step(s, cruise(242))
    assert (s.reverse_ms, s.bout_ms) == (20, 20)
    step(s, cruise(242, request_setpoint_ckmh=0, now_ms=NOW + 20))
    assert (s.reverse_ms, s.bout_ms) == (40, 40)
    step(s, cruise(226, request_setpoint_ckmh=0, now_ms=NOW + 40))
    assert (s.reverse_ms, s.bout_ms) == (40, 40)


def test_sr44_forward_walking_is_no_reverse_time() -> None:
    from treadctl.model import Facing

    s = cruising(242, reverse_ms=0, bout_ms=0, facing=Facing.FORWARD)
    step(s, cruise(242))
    assert (s.reverse_ms, s.bout_ms) == (0, 20)


def test_sr55_the_hold_key_is_stamped_at_each_change() -> None:
    s = at_rest()
    step(s, inputs(request_hold_to_run=True))
    assert (s.hold_level, s.hold_changed_at_ms) == (True, NOW)


STRAP_CASES: list[Any] = [
    ({"strap": StrapState.ATTACHED}, NOW - 60_000),
    ({"strap": StrapState.RELEASED}, None),
    ({"strap": StrapState.UNKNOWN}, None),
    ({"strap_at_ms": NOW - 151}, None),
]


@pytest.mark.parametrize(("tick", "since"), STRAP_CASES)
def test_sr16_steadiness_ends_with_the_first_bad_sample(
    tick: dict[str, Any], since: int | None
) -> None:
    s = at_rest()
    step(s, inputs(**tick), CONFIG)
    assert s.strap_since_ms == since


def test_sr55_a_second_key_shows_that_no_tape_holds_the_first() -> None:
    s = at_rest(hold_level=True, hold_changed_at_ms=NOW - 59_000, attended=1)
    step(s, inputs(request_hold_to_run=True, request_attended=2))
    assert s.hold_changed_at_ms == NOW


def test_sr02_the_same_request_seen_again_is_no_new_sign_of_anybody() -> None:
    s = at_rest(attended=1, attended_at_ms=NOW - 5_000)
    tick = inputs(request_attended=2)
    step(s, tick)
    step(s, tick._replace(now_ms=NOW + 20, strap_at_ms=NOW + 20))
    assert s.attended_at_ms == NOW


@pytest.mark.parametrize(
    ("belt", "reads", "expected"),
    [
        (BeltState.ENGAGED, True, 200_600),
        (BeltState.STOPPED, True, 200_000),
        (BeltState.STOPPED, False, 200_600),
    ],
)
def test_sr22_a_drive_that_is_off_is_not_expected_to_speed_up(
    belt: BeltState, reads: bool, expected: int
) -> None:
    s = cruising(242, expected_mckmh=200_000, started_at_ms=NOW - 100)
    step(s, cruise(200, belt=belt), replace(CONFIG, reads_drive_state=reads))
    assert s.expected_mckmh == expected
