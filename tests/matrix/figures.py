"""What a run of the matrix came to, in numbers."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tests.matrix.cells import Cell, every_cell
from tests.matrix.expected import KIND_OF, MOVING, UNSTOPPABLE
from tests.matrix.faults import FAULTS
from tests.matrix.ledger import Edition
from tests.matrix.walk import PHASES, STATES, WAYS

NAME: Final = "matrix"
HOUR_MS: Final = 3_600_000
Results = Mapping[str, Mapping[str, Any]]


def summary(results: Results, of: Edition, command: str, wall_s: float) -> dict[str, Any]:
    cells = list(every_cell())
    possible = [cell for cell in cells if cell.impossible is None]
    found = {cell.key: results[cell.key] for cell in possible if cell.key in results}
    counts = Counter(str(result["result"]) for result in found.values())
    return {
        "name": NAME,
        "commit": of.commit,
        "seed": of.seed,
        "date": datetime.now(UTC).date().isoformat(),
        "command": command,
        "figures": {
            "cells": len(cells),
            "impossible": len(cells) - len(possible),
            "impossible_because": dict(
                Counter(cell.impossible for cell in cells if cell.impossible is not None)
            ),
            "possible": len(possible),
            "run": len(found),
            "not_run": len(possible) - len(found),
            "passed": counts["passed"],
            "failed": counts["failed"],
            "crashed": counts["crashed"],
            "never_events": sum(len(result.get("violations", ())) for result in found.values()),
            "stopped": sum(1 for result in found.values() if result.get("told_ms") is not None),
            "faults": len(FAULTS),
            "states": len(STATES),
            "machines_and_modes": sum(1 for way in WAYS if way.impossible is None),
            "phases": PHASES,
            "virtual_h": round(sum(r.get("ran_ms", 0) for r in found.values()) / HOUR_MS, 1),
            "wall_s": round(wall_s),
            "worst": worst(possible, found),
        },
    }


def worst(cells: Iterable[Cell], found: Results) -> dict[str, dict[str, dict[str, Any]]]:
    """Per machine and fault: the longest reaction, the longest way to a stand and the longest
    distance, of the cells in which it struck a driven belt and was answered by a stop."""
    table: dict[str, dict[str, dict[str, Any]]] = {}
    for cell in cells:
        result = found.get(cell.key)
        if result is None or result.get("told_ms") is None or KIND_OF[cell.state] not in MOVING:
            continue
        row = table.setdefault(cell.way.machine, {}).setdefault(cell.fault.name, {})
        _keep_worse(row, "reaction_ms", reaction_ms(result), cell.key)
        if result["stood_ms"] is not None:
            _keep_worse(row, "stood_ms", result["stood_ms"], cell.key)
            _keep_worse(row, "distance_m", result["distance_m"], cell.key)
        elif cell.way.machine in UNSTOPPABLE.get(cell.fault.name, frozenset()):
            row["runs_on"] = row.get("runs_on", 0) + 1
    return table


def reaction_ms(result: Mapping[str, Any]) -> int:
    """From the fault to the first frame of the stop; to the stop itself, where none arrived."""
    arrived, told = result["frame_ms"], result["told_ms"]
    return int(told if arrived is None else arrived)


def _keep_worse(row: dict[str, Any], name: str, value: float, key: str) -> None:
    if value > row.get(name, -1):
        row[name] = value
        row[f"{name}_cell"] = key
