"""A part of the fault matrix, always the same; `make matrix` runs it whole."""

from functools import cache
from typing import Final

import pytest

from tests.matrix.cells import cell_of, sample
from tests.matrix.run import run_cells, scenario
from tests.matrix.walk import INTERRUPTED, WAYS, Span, Way, spans
from treadctl.core.machine import SessionState

SEED: Final = 1
CELLS: Final = 150
POSSIBLE: Final = [way for way in WAYS if way.impossible is None]


@cache
def where(way: Way) -> dict[SessionState, Span]:
    return spans(way, SEED)


@pytest.mark.parametrize("interrupted", [False, True], ids=["walked", "interrupted"])
@pytest.mark.parametrize("way", POSSIBLE, ids=lambda way: way.name)
def test_sr53_a_fault_at_any_moment_is_answered_as_it_must_be(way: Way, interrupted: bool) -> None:
    keys = [
        cell.key
        for cell in sample(SEED, CELLS)
        if cell.way == way and (cell.state in INTERRUPTED) is interrupted
    ]
    assert keys != []
    bad = [
        "\n".join([key, *result["why"], scenario(cell_of(key), result["at_ms"], SEED)])
        for result in run_cells(way, where(way), SEED, keys)
        if result["result"] != "passed" and (key := result["key"])
    ]
    assert bad == []
