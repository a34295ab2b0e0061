"""A part of the fault matrix, always the same; `make matrix` runs it whole."""

from functools import cache
from hashlib import sha256
from typing import Final

import pytest

from tests.matrix.cells import cell_of, sample
from tests.matrix.pairs import every_pair
from tests.matrix.run import run_cells, run_pairs, scenario
from tests.matrix.walk import INTERRUPTED, WAYS, Span, Way, spans
from treadctl.core.machine import SessionState

SEED: Final = 1
CELLS: Final = 150
PAIRS: Final = 12
"""Of each machine and mode."""
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
        "\n".join([key, *result["why"], scenario([(result["at_ms"], cell_of(key).fault)], key)])
        for result in run_cells(way, where(way), SEED, keys)
        if result["result"] != "passed" and (key := result["key"])
    ]
    assert bad == []


@pytest.mark.parametrize("way", POSSIBLE, ids=lambda way: way.name)
def test_sr53_two_faults_together_are_answered_no_later_and_no_milder_than_each_alone(
    way: Way,
) -> None:
    pairs = [pair for pair in every_pair() if pair.way == way and pair.impossible is None]
    order = sorted(pairs, key=lambda pair: sha256(f"{SEED}/{pair.key}".encode()).digest())
    chosen = [pair.key for pair in order[:PAIRS]]
    bad = [
        (result["key"], result["why"])
        for result in run_pairs(way, where(way), SEED, chosen)
        if result["result"] != "passed"
    ]
    assert bad == []
