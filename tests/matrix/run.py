"""Runs cells: one walk to a state, one copy of that world per cell, one line per result."""

import faulthandler
import gc
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any, Final

from tests.matrix.cells import Cell, cell_of
from tests.matrix.expected import complaints
from tests.matrix.ledger import Ledger
from tests.matrix.outcome import strike
from tests.matrix.walk import Moment, Span, Way, moments
from tests.rig import Rig
from treadctl.composition.virtual import resting_collector
from treadctl.core.machine import SessionState

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
    cells: dict[Moment, list[Cell]] = {}
    for cell in map(cell_of, keys):
        cells.setdefault((cell.state, cell.phase), []).append(cell)
    results: list[dict[str, Any]] = []
    with resting_collector():  # a copy of a world is one big cycle
        for moment, rig in moments(way, where, cells, seed):
            rig.judge_ahead()
            for cell in cells[moment]:
                result = run_cell(cell, rig, seed)
                results.append({"key": cell.key, **result})
                if ledger is not None:
                    ledger.write(cell.key, result)
            gc.collect()
    return results


def run_cell(cell: Cell, rig: Rig, seed: int) -> dict[str, Any]:
    """What became of *cell* in a copy of *rig*, for the ledger."""
    after_ms = sha256(f"{seed}/{cell.key}".encode()).digest()[0] % TICK_MS
    faulthandler.dump_traceback_later(HANGS_S, exit=True)
    try:
        outcome = strike(rig.twin(), cell.fault, after_ms)
    except Exception:  # noqa: BLE001  whatever our code throws is this cell's failure
        return {"result": "crashed", "at_ms": rig.now_ms, "why": [traceback.format_exc()]}
    finally:
        faulthandler.cancel_dump_traceback_later()
    why = list(complaints(cell, outcome))
    body = asdict(outcome) | {"reaction": outcome.reaction.word}
    return {
        "result": "failed" if why else "passed",
        "at_ms": rig.now_ms + after_ms,
        "why": why,
        **body,
    }


def scenario(cell: Cell, at_ms: int, seed: int) -> str:
    """How to see it again: the command, and what a scenario file says, where one can."""
    lines = [f"python -m tests.matrix --seed {seed} --only {cell.key}"]
    for name, parameters in cell.fault.acts:
        lines += ["[[at]]", f"t_s = {at_ms / 1_000}", f'fault = "{name}"']
        lines += [f"{key} = {value}" for key, value in parameters.items()]
    return "\n".join(f"    {line}" for line in lines)
