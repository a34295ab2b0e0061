"""A part of the matrix as a list of keys: run over processes, kept in a ledger, told at the end."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import groupby
from multiprocessing import get_context
from typing import Any, Final, Protocol

from tests.matrix.cells import cell_of, every_cell
from tests.matrix.faults import Fault
from tests.matrix.ledger import Ledger
from tests.matrix.pairs import every_pair, pair_of
from tests.matrix.run import run_cells, run_pairs, scenario
from tests.matrix.walk import Span, Way, spans
from treadctl.core.machine import SessionState
from treadctl.model import Mode

Result = Mapping[str, Any]
SHOWN: Final = 40


class Run(Protocol):
    def __call__(
        self,
        way: Way,
        where: Mapping[SessionState, Span],
        seed: int,
        keys: Sequence[str],
        ledger: Ledger | None,
    ) -> list[dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Part:
    """Keys begin with machine, mode and state; those of one state are one piece of work."""

    name: str
    every: Callable[[], Iterator[str]]
    run: Run
    struck: Callable[[str], Iterator[tuple[int, Fault]]]
    """Each fault of a key, and how long after its moment it happens."""


def _cell_keys() -> Iterator[str]:
    return (cell.key for cell in every_cell() if cell.impossible is None)


def _pair_keys() -> Iterator[str]:
    return (pair.key for pair in every_pair() if pair.impossible is None)


def _of_cell(key: str) -> Iterator[tuple[int, Fault]]:
    yield 0, cell_of(key).fault


def _of_pair(key: str) -> Iterator[tuple[int, Fault]]:
    pair = pair_of(key)
    yield 0, pair.first
    yield pair.gap_ms, pair.second


PARTS: Final = {
    part.name: part
    for part in (
        Part("matrix", _cell_keys, run_cells, _of_cell),
        Part("pairs", _pair_keys, run_pairs, _of_pair),
    )
}


def run_all(part: Part, keys: Sequence[str], seed: int, ledger: Ledger, jobs: int) -> None:
    """Run *keys*, and say how far it is after every piece of work."""
    groups = [(name, list(group)) for name, group in groupby(keys, key=_work)]
    ways = {_way(name): None for name, _ in groups}
    where = {way: spans(way, seed) for way in ways}
    began_s, count = time.monotonic(), 0
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running = {
            pool.submit(part.run, _way(name), where[_way(name)], seed, group, ledger): name
            for name, group in groups
        }
        for each in as_completed(running):
            results = each.result()
            count += len(results)
            bad = sum(1 for result in results if result["result"] != "passed")
            passed_s = time.monotonic() - began_s
            print(f"{count:6} of {len(keys)}  {passed_s:5.0f} s  {running[each]}: {bad} failed")


def tell(part: Part, keys: Sequence[str], results: Mapping[str, Result], seed: int) -> int:
    """Say what failed and how to see it again; return how many did."""
    bad = [key for key in keys if results[key]["result"] != "passed"]
    for key in bad[:SHOWN]:
        result = results[key]
        print(f"\n{result['result']}: {key}")
        for why in result["why"]:
            print(f"  {why}")
        struck = [(result["at_ms"] + after_ms, fault) for after_ms, fault in part.struck(key)]
        print(scenario(struck, f"--part {part.name} --seed {seed} --only {key}"))
    if len(bad) > SHOWN:
        print(f"\n... and {len(bad) - SHOWN} more")
    print(f"\n{part.name}: {len(keys) - len(bad)} of {len(keys)} passed, {len(bad)} failed.")
    return len(bad)


def _work(key: str) -> str:
    return "/".join(key.split("/")[:3])


def _way(name: str) -> Way:
    machine, mode, _ = name.split("/")
    return Way(machine, Mode(mode))
