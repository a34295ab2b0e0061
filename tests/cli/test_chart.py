"""The chart says where a person walks backward without a colour, and lies about no height."""

from itertools import pairwise

import pytest

from treadctl.cli_chart import CHART_WIDTH, Point, chart, chart_width

FORWARD = [Point(0, 0, False), Point(10_000, 200, False), Point(50_000, 0, False)]
BACKWARD = [*FORWARD, Point(60_000, 100, True), Point(90_000, 0, True)]


def test_forward_stands_above_the_line_and_backward_hangs_below_it() -> None:
    lines = chart(BACKWARD, 100_000, 10)
    zero = lines.index(" 0.00 +" + "-" * 10)
    above, below = lines[:zero], lines[zero + 1 : -2]
    assert any("###" in line for line in above)
    assert any("===" in line for line in below)
    assert not any("=" in line for line in above)
    assert not any("#" in line for line in below)


def test_a_plan_without_backward_bouts_has_nothing_below() -> None:
    lines = chart(FORWARD, 60_000, 12)
    assert lines[-3] == " 0.00 +" + "-" * 12


def test_both_sides_have_the_same_scale() -> None:
    lines = chart(BACKWARD, 100_000, 10)
    labels = [float(line[:5]) for line in lines if line[6:7] in ("|", "+")]
    steps = {abs(a - b) for a, b in pairwise(labels)}
    assert len(steps) == 1


def test_columns_are_filled_while_the_belt_moves_and_only_then() -> None:
    lines = chart(BACKWARD, 100_000, 10)
    lowest = next(line for line in lines if line.startswith(" 0.50 |"))
    assert lowest[7:] == " ####"


@pytest.mark.parametrize("speed_ckmh", [1, 50, 175, 176, 350, 351, 450, 650])
def test_any_speed_fits_and_reaches_a_row_within_half_a_step(speed_ckmh: int) -> None:
    lines = chart([Point(0, speed_ckmh, False)], 10_000, 8)
    marked = [line for line in lines if "########" in line]
    assert 1 <= len(marked) <= 8
    step = 25 if speed_ckmh <= 175 else 50 if speed_ckmh <= 350 else 100
    top_ckmh = float(marked[0][:5]) * 100
    assert abs(top_ckmh - max(speed_ckmh, step)) <= step / 2


def test_a_session_in_which_nothing_moved_is_an_empty_chart() -> None:
    lines = chart([Point(0, 0, False)], 1, 20)
    assert not any("#" in line[7:] or "=" in line[7:] for line in lines[:-1])


def test_a_short_bout_between_two_columns_is_not_lost() -> None:
    points = [Point(0, 0, False), Point(4_900, 80, True), Point(5_100, 0, True)]
    assert any("=" in line for line in chart(points, 100_000, 10)[:-1])


@pytest.mark.parametrize(("columns", "width"), [("60", 52), ("80", 72), ("500", 140), ("10", 24)])
def test_the_chart_is_as_wide_as_the_terminal_within_reason(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert chart_width() == width


def test_without_a_terminal_it_fits_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    lines = chart(BACKWARD, 100_000, CHART_WIDTH)
    assert max(len(line) for line in lines) <= 80
