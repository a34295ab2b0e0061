"""The long run: every decoder has its bytes, every kind of file its files. Broken off, it goes on.

    python -m tests.fuzz.campaign [--bytes N] [--files N] [--only NAME]... [--seed N]

One process at a time, at the lowest priority. What it comes to is in build/proof/fuzz.json, what
was found beside it in build/proof/fuzz/NAME/. Exit code 1 if anything was found.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from tests.fuzz import files
from tests.fuzz.catalogue import TARGETS
from tests.fuzz.slices import Done, done
from tests.proof.ledger import Ledger, version_of
from tests.proof.results import FOLDER, ROOT, write

BYTES: Final = 100_000_000
FILES: Final = 5_000
SLICE_BYTES: Final = 10_000_000
"""So much of one target before the next has its turn."""
SLICE_FILES: Final = 500
NICE: Final = 19
_READERS: Final = ("simulator", "treadctl")
LEDGER: Final = FOLDER / "fuzz.jsonl"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bytes", type=int, default=BYTES, help="for each decoder")
    parser.add_argument("--files", type=int, default=FILES, help="of each kind")
    parser.add_argument("--only", action="append", choices=[*TARGETS, *files.KINDS], default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lanes", type=int, default=1, help="decoders at a time")
    options = parser.parse_args()
    if find_spec("atheris") is None:
        print("The fuzzer is missing: `make fuzz` installs it (pip install -e '.[fuzz]').")
        return 2
    os.nice(NICE)
    ledger = Ledger(LEDGER)
    names = options.only or [*files.KINDS, *TARGETS]
    while True:
        before = _done(ledger)
        todo = [name for name in names if _left(name, before, options) > 0]
        if not todo:
            break
        for line in _turn(todo, before, options):
            ledger.add(line)
            _show(before[line["name"]], line, options)
            write("fuzz", "make fuzz", _figures(ledger), seed=options.seed)
    figures = _figures(ledger)
    print(f"{write('fuzz', 'make fuzz', figures, seed=options.seed)}: {figures['found']} found")
    return 1 if figures["found"] else 0


def _turn(names: list[str], before: Done, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One slice of each, and what came of it as soon as it is known."""
    for name in names:
        if name in files.KINDS:
            count = min(_left(name, before, options), SLICE_FILES)
            yield _files(name, before[name]["files"], count, options.seed)
    with ThreadPoolExecutor(options.lanes) as lanes:
        slices = [
            lanes.submit(_bytes, name, min(_left(name, before, options), SLICE_BYTES), seed)
            for name, seed in ((name, _seed(before[name], options)) for name in names)
            if name in TARGETS
        ]
        for each in as_completed(slices):
            yield each.result()


def _seed(before: dict[str, Any], options: argparse.Namespace) -> int:
    """Another one for every slice: what was searched before is not searched again."""
    return int(options.seed * 1_000 + before["slices"])


def _left(name: str, had: Done, options: argparse.Namespace) -> int:
    if name in files.KINDS:
        return int(options.files - had[name]["files"])
    return int(options.bytes - had[name]["bytes"])


def version(name: str) -> str:
    """What identifies the code that this decoder's or kind's figures are about."""
    return version_of(_READERS if name in files.KINDS else TARGETS[name].trees)


def _bytes(name: str, size: int, seed: int) -> dict[str, Any]:
    """Let the guided fuzzer have a turn at one decoder."""
    work = FOLDER / "fuzz" / name
    work.mkdir(parents=True, exist_ok=True)
    tally = work / "tally.json"
    tally.unlink(missing_ok=True)
    known = set(work.glob("found-*"))
    began = time.monotonic()
    words = ("-m", "tests.fuzz.guided", name, "--bytes", size, "--seed", seed, "--work", work)
    with (work / "log").open("wb") as log:
        ended = subprocess.run(
            [sys.executable, *map(str, words)], cwd=ROOT, stdout=log, stderr=log, check=False
        )
    found = sorted(path.name for path in set(work.glob("found-*")) - known)
    if ended.returncode and not found:
        found = [f"ended with {ended.returncode}, see {work / 'log'}"]
    done = {"bytes": 0, "executions": 0, "slowest_ms": 0, "peak_mb": 0, "cpu_s": 0}
    with contextlib.suppress(OSError, ValueError):
        done |= json.loads(tally.read_text(encoding="utf-8"))
    return {
        "name": name,
        "version": version(name),
        "seed": seed,
        "slices": 1,
        **done,
        "covered": _covered(work / "log"),
        "wall_s": round(time.monotonic() - began, 1),
        "found": found,
    }


def _covered(log: Path) -> int:
    """How many edges the fuzzer says it has seen."""
    words = log.read_text(encoding="utf-8", errors="replace").split()
    seen = [after for word, after in pairwise(words) if word == "cov:"]
    return max((int(each) for each in seen if each.isdigit()), default=0)


def _files(name: str, begin: int, count: int, seed: int) -> dict[str, Any]:
    """Judge so many files of one kind."""
    kind, tally, found = files.KINDS[name], files.Tally(), []
    began = time.monotonic()
    work = FOLDER / "fuzz" / name
    with _silent_stderr(), files.room(kind) as folder:
        for number in range(begin, begin + count):
            data = kind.case(seed, number)
            try:
                files.judge(kind, folder, data, tally)
            except files.Found as error:
                work.mkdir(parents=True, exist_ok=True)
                (work / f"found-{seed}-{number}").write_bytes(data)
                found.append(f"case {number}: {error}")
    return {
        "name": name,
        "version": version(name),
        "seed": seed,
        "files": count,
        "used": tally.used,
        "refused": tally.refused,
        "bytes": tally.bytes,
        "slowest_ms": round(tally.slowest_s * 1e3, 1),
        "wall_s": round(time.monotonic() - began, 1),
        "found": found,
    }


@contextlib.contextmanager
def _silent_stderr() -> Iterator[None]:
    """The programs write their complaints to the descriptor itself: a thousand a minute."""
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


def _done(ledger: Ledger) -> Done:
    named = (line for line in ledger.lines() if line["name"] in (*TARGETS, *files.KINDS))
    return done(named, version)


def _figures(ledger: Ledger) -> dict[str, Any]:
    had = _done(ledger)
    decoders = {name: _rounded(had[name]) for name in TARGETS if name in had}
    kinds = {name: _rounded(had[name]) for name in files.KINDS if name in had}
    return {
        "decoders": decoders,
        "files": kinds,
        "targets": len(TARGETS),
        "least_bytes": min((had[name]["bytes"] for name in TARGETS), default=0),
        "bytes": sum(each["bytes"] for each in decoders.values()),
        "executions": sum(each["executions"] for each in decoders.values()),
        "mutated_files": sum(each["files"] for each in kinds.values()),
        "slowest_ms": max(
            (each["slowest_ms"] for each in (*decoders.values(), *kinds.values())), default=0
        ),
        "found": sum(each["found"] for each in had.values()),
    }


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 1) for key, value in figures.items() if value or key == "found"}


def _show(before: dict[str, Any], line: dict[str, Any], options: argparse.Namespace) -> None:
    what, wanted = ("files", options.files) if "files" in line else ("bytes", options.bytes)
    done = before[what] + line[what]
    print(
        f"{line['name']:<22} {done:>13,} of {wanted:,} {what}, slowest {line['slowest_ms']} ms, "
        f"{line['wall_s']:.0f} s, found {len(line['found'])}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
