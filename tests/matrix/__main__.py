"""`make matrix`: the whole fault matrix, or what is left of it.

    python -m tests.matrix [--jobs N] [--seed N] [--only KEY] [--fresh] [--out DIRECTORY]

Finished cells are kept, and not run again from the same source with the same seed.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from tests.matrix.cells import Cell, possible_cells
from tests.matrix.figures import summary
from tests.matrix.ledger import ROOT, Ledger, edition
from tests.matrix.page import page
from tests.matrix.run import run_cells, scenario
from tests.matrix.walk import WAYS, spans

OUT: Final = ROOT / "build" / "proof"
SHOWN: Final = 40


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="processes at the same time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="the beginning of a cell's key, or all of it")
    parser.add_argument("--phases", default="", help="of the ten of a state only these: 0,4,9")
    parser.add_argument("--fresh", action="store_true", help="run finished cells as well")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    of = edition(options.seed)
    path = options.out / "matrix.jsonl"
    if options.fresh:
        path.unlink(missing_ok=True)
    ledger = Ledger(path, of)
    cells = possible_cells(options.only)
    if options.phases:
        cells = [cell for cell in cells if str(cell.phase) in options.phases.split(",")]
    if not cells:
        print(f"No cell's key begins with {options.only!r}.", file=sys.stderr)
        return 2
    done = ledger.read()
    todo = [cell for cell in cells if cell.key not in done]
    print(f"{len(cells)} cells, {len(cells) - len(todo)} of them done before.")
    begun_s = time.monotonic()
    _run_all(todo, of.seed, ledger, options.jobs)
    results = ledger.read()
    figures = summary(results, of, "make matrix", time.monotonic() - begun_s)
    (options.out / "matrix.json").write_text(json.dumps(figures, indent=2) + "\n")
    (options.out / "matrix.html").write_text(page(figures, results))
    return _tell(cells, results, figures, options.out)


def _run_all(cells: Sequence[Cell], seed: int, ledger: Ledger, jobs: int) -> None:
    """One state of one way at a time per process; the many-celled ways begin first."""
    if not cells:
        return
    ways = {cell.way for cell in cells}
    where = {way: spans(way, seed) for way in WAYS if way in ways}
    groups = groupby(cells, key=lambda cell: (cell.way, cell.state))
    began_s, count = time.monotonic(), 0
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running = []
        for (way, _), group in groups:
            keys = [cell.key for cell in group]
            running.append(pool.submit(run_cells, way, where[way], seed, keys, ledger))
        for each in as_completed(running):
            results = each.result()
            count += len(results)
            bad = sum(1 for result in results if result["result"] != "passed")
            name = results[0]["key"].rsplit("/", 2)[0]
            passed_s = time.monotonic() - began_s
            print(f"{count:6} of {len(cells)}  {passed_s:5.0f} s  {name}: {bad} failed", flush=True)


def _tell(
    cells: Sequence[Cell], results: dict[str, dict[str, Any]], figures: dict[str, Any], out: Path
) -> int:
    bad = [cell for cell in cells if results[cell.key]["result"] != "passed"]
    for cell in bad[:SHOWN]:
        result = results[cell.key]
        print(f"\n{result['result']}: {cell.key}")
        for why in result["why"]:
            print(f"  {why}")
        print(scenario(cell, result["at_ms"], figures["seed"]))
    if len(bad) > SHOWN:
        print(f"\n... and {len(bad) - SHOWN} more in {out / 'matrix.jsonl'}")
    numbers = figures["figures"]
    print(
        f"\n{len(cells)} cells: {len(cells) - len(bad)} passed, {len(bad)} failed. Of the whole "
        f"matrix {numbers['run']} of {numbers['possible']} are run; {numbers['impossible']} more "
        f"cannot be.\nHeat map: {out / 'matrix.html'}"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
