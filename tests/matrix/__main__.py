"""`make matrix`: every fault in every state, then every pair of faults; or what is left of it.

    python -m tests.matrix [--part NAME] [--jobs N] [--seed N] [--only KEY] [--fresh]

What is finished is kept, and not run again from the same source with the same seed.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Final

from tests.matrix import figures
from tests.matrix.campaign import PARTS, Part, run_all, tell
from tests.matrix.ledger import Ledger, edition
from tests.matrix.page import page
from tests.proof import results as proof

SUMMARIES: Final = {"matrix": figures.of_cells, "pairs": figures.of_pairs}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--part", choices=PARTS, help="only this one")
    parser.add_argument("--jobs", type=int, default=2, help="processes at the same time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="the beginning of a key, or all of it")
    parser.add_argument("--phases", default="", help="of the ten of a state only these: 0,4,9")
    parser.add_argument("--fresh", action="store_true", help="run what is finished as well")
    parser.add_argument("--out", type=Path, default=proof.FOLDER)
    options = parser.parse_args()
    parts = [PARTS[options.part]] if options.part else list(PARTS.values())
    failed = sum([_run(part, options) for part in parts])
    return 1 if failed else 0


def _run(part: Part, options: Any) -> int:
    phases = options.phases.split(",") if options.phases else None
    keys = [
        key
        for key in part.every()
        if key.startswith(options.only) and (phases is None or key.split("/")[3] in phases)
    ]
    if not keys:
        print(f"{part.name}: nothing begins with {options.only!r}.")
        return 0
    path = options.out / f"{part.name}.jsonl"
    if options.fresh:
        path.unlink(missing_ok=True)
    ledger = Ledger(path, edition(options.seed))
    done = ledger.read()
    todo = [key for key in keys if key not in done]
    print(f"{part.name}: {len(keys)}, {len(keys) - len(todo)} of them done before.")
    began_s = time.monotonic()
    run_all(part, todo, options.seed, ledger, options.jobs)
    results = ledger.read()
    found = SUMMARIES[part.name](results) | {"wall_s": round(time.monotonic() - began_s)}
    if options.out == proof.FOLDER:
        proof.write(part.name, f"make matrix SEED={options.seed}", found, seed=options.seed)
    if part.name == "matrix":
        (options.out / "matrix.html").write_text(page(found, results, options.seed))
    failed = tell(part, keys, results, options.seed)
    print(f"{found['run']} of {found['possible']} are run. See {options.out}.")
    return failed


if __name__ == "__main__":
    sys.exit(main())
