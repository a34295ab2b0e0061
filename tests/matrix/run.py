"""Runs cells: one walk to a state, one copy of that world per cell, one line per result."""

import faulthandler
import gc
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any, Final, TypeVar

from tests.matrix.cells import Cell, cell_of
from tests.matrix.expected import complaints
from tests.matrix.faults import Fault
from tests.matrix.ledger import Ledger
from tests.matrix.outcome import Outcome, strike
from tests.matrix.pairs import Pair, pair_of
from tests.matrix.pairs import complaints as complaints_about_pair
from tests.matrix.walk import Moment, Span, Way, moments
from tests.rig import Rig
from treadctl.composition.virtual import resting_collector
from treadctl.core.machine import SessionState

_Wanted = TypeVar("_Wanted", Cell, Pair)

TICK_MS: Final = 20
HANGS_S: Final = 120
"""A cell takes a tenth of a second; one that takes this long ends its process with a traceback."""


def run_cells(
    way: Way,
    where: Mapping[SessionState, Span],
    seed: int,
    keys: Sequence[str],
    ledger: Ledger | None = None,
) -> list[dict[str, Any]]:
    """Run the cells of *keys*, all of this way. Nothing is tried twice."""

    def at(rig: Rig) -> Callable[[Cell], dict[str, Any]]:
        return lambda cell: run_cell(cell, rig, seed)

    return _run(map(cell_of, keys), way, where, seed, at, ledger)


def run_cell(cell: Cell, rig: Rig, seed: int) -> dict[str, Any]:
    """What became of *cell* in a copy of *rig*, for the ledger."""

    def run(after_ms: int) -> tuple[Outcome, list[str]]:
        outcome = strike(rig.twin(), cell.fault, after_ms)
        return outcome, list(complaints(cell, outcome))

    return _result(cell.key, rig.now_ms, seed, run)


def run_pairs(
    way: Way,
    where: Mapping[SessionState, Span],
    seed: int,
    keys: Sequence[str],
    ledger: Ledger | None = None,
) -> list[dict[str, Any]]:
    """The same for pairs. What each fault comes to alone is found out once."""

    def at(rig: Rig) -> Callable[[Pair], dict[str, Any]]:
        alone = _Alone(rig)
        return lambda pair: _run_pair(pair, rig, alone, seed)

    return _run(map(pair_of, keys), way, where, seed, at, ledger)


def _run(
    wanted: Iterable[_Wanted],
    way: Way,
    where: Mapping[SessionState, Span],
    seed: int,
    at: Callable[[Rig], Callable[[_Wanted], dict[str, Any]]],
    ledger: Ledger | None,
) -> list[dict[str, Any]]:
    """Everything *wanted*, moment by moment. *at* makes of a world what runs one of them in it."""
    by_moment: dict[Moment, list[_Wanted]] = {}
    for each in wanted:
        by_moment.setdefault((each.state, each.phase), []).append(each)
    results: list[dict[str, Any]] = []
    with resting_collector():  # a copy of a world is one big cycle
        for moment, rig in moments(way, where, by_moment, seed):
            rig.judge_ahead()
            run = at(rig)
            for each in by_moment[moment]:
                result = run(each)
                results.append({"key": each.key, **result})
                if ledger is not None:
                    ledger.write(each.key, result)
            gc.collect()
    return results


def _run_pair(pair: Pair, rig: Rig, alone: "_Alone", seed: int) -> dict[str, Any]:
    def run(after_ms: int) -> tuple[Outcome, list[str]]:
        outcome = strike(rig.twin(), pair.first, after_ms, second=pair.second, gap_ms=pair.gap_ms)
        first, second = alone.of(pair.first, 0), alone.of(pair.second, pair.gap_ms)
        return outcome, list(complaints_about_pair(pair, outcome, first, second))

    return _result(pair.key, rig.now_ms, seed, run)


class _Alone:
    """What a fault comes to by itself, so long after the moment."""

    def __init__(self, rig: Rig) -> None:
        self._later = {0: rig}
        self._known: dict[tuple[str, int], Outcome] = {}

    def of(self, fault: Fault, gap_ms: int) -> Outcome:
        if gap_ms not in self._later:
            self._later[gap_ms] = self._later[0].twin()
            self._later[gap_ms].run_for(gap_ms)
            self._later[gap_ms].judge_ahead()
        key = fault.name, gap_ms
        if key not in self._known:
            self._known[key] = strike(self._later[gap_ms].twin(), fault)
        return self._known[key]


def _result(
    key: str, now_ms: int, seed: int, run: Callable[[int], tuple[Outcome, list[str]]]
) -> dict[str, Any]:
    after_ms = sha256(f"{seed}/{key}".encode()).digest()[0] % TICK_MS
    faulthandler.dump_traceback_later(HANGS_S, exit=True)
    try:
        outcome, why = run(after_ms)
    except Exception:  # noqa: BLE001  whatever our code throws is a failure of this one
        return {"result": "crashed", "at_ms": now_ms, "why": [traceback.format_exc()]}
    finally:
        faulthandler.cancel_dump_traceback_later()
    return {
        "result": "failed" if why else "passed",
        "at_ms": now_ms + after_ms,
        "why": why,
        **asdict(outcome),
        "reaction": outcome.reaction.word,
    }


def scenario(acts: Sequence[tuple[int, Fault]], options: str) -> str:
    """How to see it again: the command, and what a scenario file says, where one can.

    *acts*: each fault with the time at which it happens, in ms.
    """
    lines = [f"python -m tests.matrix {options}"]
    for at_ms, fault in acts:
        for name, parameters in fault.acts:
            lines += ["[[at]]", f"t_s = {at_ms / 1_000}", f'fault = "{name}"']
            lines += [f"{key} = {value}" for key, value in parameters.items()]
    return "\n".join(f"    {line}" for line in lines)
