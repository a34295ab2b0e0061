"""What a run of the matrix came to, in numbers."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tests.matrix.cells import Cell, every_cell
from tests.matrix.expected import KIND_OF, MOVING, UNSTOPPABLE
from tests.matrix.faults import FAULTS
from tests.matrix.pairs import CORE, GAPS_MS, MOMENTS, every_pair, excused
from tests.matrix.walk import PHASES, STATES, WAYS

HOUR_MS: Final = 3_600_000
Results = Mapping[str, Mapping[str, Any]]


def of_cells(results: Results) -> dict[str, Any]:
    """Every cell is in exactly one of: impossible, not run, passed, failed, crashed."""
    cells = list(every_cell())
    possible = [cell for cell in cells if cell.impossible is None]
    because = Counter(cell.impossible for cell in cells if cell.impossible is not None)
    return {
        "cells": len(cells),
        "impossible": len(cells) - len(possible),
        "impossible_because": dict(because),
        **_counts([cell.key for cell in possible], results),
        "faults": len(FAULTS),
        "states": len(STATES),
        "machines_and_modes": sum(1 for way in WAYS if way.impossible is None),
        "phases": PHASES,
        "worst": worst(possible, results),
    }


def of_pairs(results: Results) -> dict[str, Any]:
    pairs = list(every_pair())
    possible = [pair for pair in pairs if pair.impossible is None]
    return {
        "pairs": len(pairs),
        "impossible": len(pairs) - len(possible),
        **_counts([pair.key for pair in possible], results),
        "hidden": sum(1 for pair in possible if pair.hidden),
        "excused": sum(
            1
            for pair in possible
            for violation in results.get(pair.key, {}).get("violations", ())
            if excused(pair, violation)
        ),
        "faults": len(CORE),
        "gaps": len(GAPS_MS),
        "states": len(MOMENTS),
    }


def _counts(possible: list[str], results: Results) -> dict[str, Any]:
    found = [results[key] for key in possible if key in results]
    counts = Counter(str(result["result"]) for result in found)
    return {
        "possible": len(possible),
        "run": len(found),
        "not_run": len(possible) - len(found),
        "passed": counts["passed"],
        "failed": counts["failed"],
        "crashed": counts["crashed"],
        "never_events": sum(len(result.get("violations", ())) for result in found),
        "stopped": sum(1 for result in found if result.get("told_ms") is not None),
        "virtual_h": round(sum(r.get("ran_ms", 0) for r in found) / HOUR_MS, 1),
    }


def worst(cells: Iterable[Cell], results: Results) -> dict[str, dict[str, dict[str, float]]]:
    """Per machine and fault, of the cells in which it struck a driven belt and was answered by a
    stop: the longest reaction, time to a stand and way of the belt; and how often it ran on,
    where no host can stop it."""
    table: dict[str, dict[str, dict[str, float]]] = {}
    for cell in cells:
        result = results.get(cell.key)
        if result is None or result.get("told_ms") is None or KIND_OF[cell.state] not in MOVING:
            continue
        row = table.setdefault(cell.way.machine, {}).setdefault(cell.fault.name, {})
        _keep_worse(row, "reaction_ms", reaction_ms(result))
        if result["stood_ms"] is not None:
            _keep_worse(row, "stood_ms", result["stood_ms"])
            _keep_worse(row, "distance_m", result["distance_m"])
        elif cell.way.machine in UNSTOPPABLE.get(cell.fault.name, frozenset()):
            row["runs_on"] = row.get("runs_on", 0) + 1
    return table


def reaction_ms(result: Mapping[str, Any]) -> int:
    """From the fault to the first frame of the stop; to the stop itself, where none arrived."""
    arrived, told = result["frame_ms"], result["told_ms"]
    return int(told if arrived is None else arrived)


def _keep_worse(row: dict[str, float], name: str, value: float) -> None:
    row[name] = max(value, row.get(name, value))
