"""`make mutate`: change the program in every small way, and list what nobody noticed."""

import argparse
import fnmatch
import random
import re
import subprocess
import sys
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.mutation import equivalents, targets
from tests.mutation.campaign import Campaign, Journal, Result, figures, find_enums, find_mutants
from tests.mutation.collected import Collected
from tests.mutation.coverage_map import CoverageMap
from tests.mutation.mutants import Mutant
from tests.mutation.selection import BUDGET_S, Selection
from tests.mutation.standing import Standing
from tests.mutation.trials import Verdict, import_libraries
from tests.proof import results as proof
from tests.proof.imports import below, digest

QUICK_BUDGET_S: Final = 1.5
UNNOTICED: Final = (Verdict.SURVIVED, Verdict.NOT_RUN)


def main() -> int:
    options = _parser().parse_args()
    root = targets.ROOT
    wanted = [
        module
        for module in targets.modules()
        if any(fnmatch.fnmatch(module, pattern) for pattern in options.modules)
    ]
    if not wanted:
        print(f"No module is called {' or '.join(options.modules)}.", file=sys.stderr)
        return 2
    tried = [module for module in wanted if module not in targets.EXCLUDED]
    enums = find_enums(root, targets.PROGRAM)
    everything = find_mutants(root, targets.modules(), enums)
    proofs = equivalents.read()
    if stale := equivalents.stale(proofs, everything):
        print("Listed as equivalent, but no longer there:", *stale, sep="\n  ", file=sys.stderr)
        return 2
    mutants = sorted(
        (mutant for mutant in everything if mutant.module in tried),
        key=lambda mutant: _first(mutant.module, options.modules),
    )
    left_out = [mutant for mutant in everything if mutant.module in targets.EXCLUDED]
    if options.sample is not None or options.since is not None:
        mutants = _some(mutants, options.sample or 0, options.seed, options.since)
    import_libraries()
    tests = options.tests or targets.TESTS
    key = digest(root, below(root, targets.TREES))
    if options.tests:  # short, because it is part of a file's name
        key += f"+{zlib.crc32(' '.join(tests).encode()):08x}"
    began_s = time.monotonic()
    print(f"Collecting {' '.join(tests)} ...", file=sys.stderr, flush=True)
    measured = [module for module in targets.modules() if module not in targets.EXCLUDED]
    collected = Collected(root, tests, measured)
    known = _coverage_map(collected, options.folder / f"coverage-{key}.json.gz")
    for test, text in known.failed.items():
        print(f"Fails on the unchanged program: {test}\n{text}", file=sys.stderr)
    journal = Journal(
        options.folder / "mutation.jsonl", Standing(root, targets.standing_on(), tests).key
    )
    budget_s = QUICK_BUDGET_S if options.quick else BUDGET_S
    selection = Selection(root, measured, known, journal.hints, budget_s=budget_s, proved=proofs)
    if options.retry:
        mutants = [mutant for mutant in mutants if journal.went_unnoticed(mutant)]
    campaign = Campaign(root, collected, selection, journal, confirm=not options.quick)
    results = campaign.run(mutants, _Progress(mutants, proofs))
    collected.close()
    return _summary(results, mutants, proofs, len(left_out), began_s, options)


def _first(module: str, patterns: Sequence[str]) -> int:
    """Modules are gone through in the order in which they were asked for."""
    return next(n for n, pattern in enumerate(patterns) if fnmatch.fnmatch(module, pattern))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", default=["*"], help="dotted names, with wildcards")
    parser.add_argument("--tests", action="append", help="ask these instead of all")
    parser.add_argument("--sample", type=int, help="only so many, drawn by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--since", help="those on lines changed since this commit as well")
    parser.add_argument("--folder", type=Path, default=proof.FOLDER, help="where results are kept")
    parser.add_argument("--retry", action="store_true", help="only what went unnoticed last time")
    parser.add_argument(
        "--quick", action="store_true", help="cheap tests only, and nothing is confirmed"
    )
    parser.add_argument("--proof", action="store_true", help="keep the figures of this run")
    return parser


def _some(mutants: list[Mutant], count: int, seed: int, since: str | None) -> list[Mutant]:
    """So many of all, and at most as many again of those on lines that have changed."""
    lines = _changed_lines(since) if since is not None else set()
    changed = [
        index
        for index, mutant in enumerate(mutants)
        if any((mutant.module, n) in lines for n in range(mutant.line, mutant.end_line + 1))
    ]
    dice = random.Random(seed)
    drawn = dice.sample(range(len(mutants)), min(count, len(mutants)))
    drawn += dice.sample(changed, min(count, len(changed)))
    return [mutants[index] for index in sorted(set(drawn))]


def _changed_lines(since: str) -> set[tuple[str, int]]:
    """What git says has changed; nothing where there is no git or no such commit."""
    asked = ["git", "diff", "--unified=0", since, "--", *targets.TARGETS]
    told = subprocess.run(asked, cwd=targets.ROOT, capture_output=True, text=True, check=False)
    found, module = set(), ""
    for line in told.stdout.splitlines():
        if line.startswith("+++ b/"):
            module = line[6:].removesuffix(".py").replace("/", ".")
        elif hunk := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            found |= {(module, number) for number in range(first, first + count)}
    return found


def _coverage_map(collected: Collected, path: Path) -> CoverageMap:
    if path.exists():
        return CoverageMap.load(path)
    print(f"Recording which lines {len(collected.tests)} tests execute ...", file=sys.stderr)
    known = collected.record()
    for old in path.parent.glob("coverage-*.json.gz"):
        old.unlink()
    known.save(path)
    return known


class _Progress:
    def __init__(self, mutants: Sequence[Mutant], proofs: dict[str, str]) -> None:
        self._mutants = mutants
        self._proofs = proofs
        self._shown_s = 0.0
        self._survived = 0

    def __call__(self, done: int, result: Result) -> None:
        if result.verdict in UNNOTICED and result.id not in self._proofs:
            self._survived += 1
            print(told(self._mutants[done - 1], result), flush=True)
        now_s = time.monotonic()
        if now_s - self._shown_s > 5 or done == len(self._mutants):
            self._shown_s = now_s
            text = f"{done} of {len(self._mutants)}, {self._survived} unnoticed, at {result.where}"
            print(text, file=sys.stderr, flush=True)


def told(mutant: Mutant, result: Result) -> str:
    """What was changed, and what became of it, on one line."""
    rest = f" ({result.why})" if result.why else ""
    rest += f" [{result.ran} of {result.of} tests]" if result.ran < result.of else ""
    again = f" #{mutant.nth}" if mutant.nth else ""
    change = f"{mutant.operator}{again}: {mutant.before} -> {mutant.after}"
    return f"{result.where}: {result.verdict}: {mutant.place}: {change}{rest}"


def _summary(
    results: Sequence[Result],
    mutants: Sequence[Mutant],
    proofs: dict[str, str],
    left_out: int,
    began_s: float,
    options: argparse.Namespace,
) -> int:
    counted = figures(results, proofs)
    counted |= {"left_out": left_out, "seconds": round(time.monotonic() - began_s)}
    print(", ".join(f"{name} {count}" for name, count in counted.items()))
    unnoticed = [r for r in results if r.verdict in UNNOTICED and r.id not in proofs]
    told_apart = [r for r in results if r.verdict not in UNNOTICED and r.id in proofs]
    for result in told_apart:
        print(f"Listed as equivalent, but a test tells it apart: {result.id} ({result.by})")
    if options.proof:
        seed = options.seed if options.sample is not None else None
        proof.write("mutation", "make mutate", counted, seed=seed)
    assert len(results) == len(mutants)
    return 1 if unnoticed or told_apart else 0


if __name__ == "__main__":
    sys.exit(main())
