"""What a session and a preview ask of a programme."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.core.programme import Lines, Programme, Step, StepKind

WARMUP = Step(StepKind.WARMUP, 180_000, 300, 100)
BOUT = Step(StepKind.REVERSE, 60_000, 150, 150)
REST = Step(StepKind.REST, 45_000, 0, 0)
COOLDOWN = Step(StepKind.COOLDOWN, 120_000, 100, 250, lines=Lines(step=9, speed=12))
PROGRAMME = Programme("p", "P", None, (WARMUP, BOUT, REST, BOUT, COOLDOWN))


def test_ruling4_totals_count_step_time() -> None:
    assert PROGRAMME.planned_ms == 465_000
    assert PROGRAMME.reverse_ms == 120_000


def test_peaks_belong_to_a_gait_and_count_both_ends_of_a_ramp() -> None:
    assert PROGRAMME.peak_forward_ckmh == 300
    assert Programme("p", "P", None, (COOLDOWN,)).peak_forward_ckmh == 250
    assert PROGRAMME.peak_backward_ckmh == 150


def test_a_programme_without_bouts_has_no_peak_backward() -> None:
    forward = Programme("p", "P", None, (WARMUP, COOLDOWN))
    assert (forward.peak_backward_ckmh, forward.reverse_ms, forward.bouts) == (0, 0, ())
    assert Programme("p", "P", None, (REST,)).peak_forward_ckmh == 0


def test_bouts_are_numbered_from_one_and_a_rest_belongs_to_the_bout_before_it() -> None:
    assert [PROGRAMME.bout_number(i) for i in range(5)] == [0, 1, 1, 2, 2]


def test_what_is_left_shrinks_to_nothing() -> None:
    left = [PROGRAMME.left_after_ms(i) for i in range(5)]
    assert left == [285_000, 225_000, 180_000, 120_000, 0]


@pytest.mark.parametrize(
    ("offset_ms", "ckmh"),
    [(-1, 100), (0, 100), (899, 100), (900, 101), (90_000, 200), (180_000, 300), (999_999, 300)],
)
def test_a_warmup_ramps_up_and_holds_its_ends(offset_ms: int, ckmh: int) -> None:
    assert WARMUP.planned_ckmh(offset_ms) == ckmh


@pytest.mark.parametrize(("offset_ms", "ckmh"), [(0, 250), (1, 249), (60_000, 175), (120_000, 100)])
def test_a_cooldown_ramps_down_and_never_rounds_up(offset_ms: int, ckmh: int) -> None:
    assert COOLDOWN.planned_ckmh(offset_ms) == ckmh


@given(st.integers(-10, 200_000))
def test_outside_a_ramp_the_plan_is_one_speed(offset_ms: int) -> None:
    assert BOUT.planned_ckmh(offset_ms) == 150
    assert REST.planned_ckmh(offset_ms) == 0


@given(st.integers(0, 180_000), st.integers(0, 180_000))
def test_a_ramp_is_monotone_and_between_its_ends(first_ms: int, second_ms: int) -> None:
    first_ms, second_ms = sorted((first_ms, second_ms))
    first, second = WARMUP.planned_ckmh(first_ms), WARMUP.planned_ckmh(second_ms)
    assert 100 <= first <= second <= 300


def test_every_kind_has_a_title_and_only_three_walk_forward() -> None:
    assert all(kind.title for kind in StepKind)
    forward = {kind for kind in StepKind if kind.is_forward}
    assert forward == {StepKind.WARMUP, StepKind.WALK, StepKind.COOLDOWN}


def test_a_step_cannot_be_changed_and_knows_its_line() -> None:
    assert (COOLDOWN.line, BOUT.line) == (9, 0)
    with pytest.raises(FrozenInstanceError):
        BOUT.speed_ckmh = 900  # type: ignore[misc]
