"""What the longest runs have found so far, kept with the project and not only in build/.

    python -m tests.proof.evidence

Mutants, the soak and the fuzzer take days of one computer. `make resume` lays what is kept in
docs/safety/evidence/ before them in a new checkout, and they go on from there, as far as the code
is still the same; `make figures` keeps what they have come to. Without it they begin at nothing,
for whoever trusts nobody.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Protocol

from tests.fuzz import files
from tests.fuzz.campaign import version
from tests.fuzz.catalogue import TARGETS
from tests.fuzz.slices import joined as joined_slices
from tests.mutation import campaign, targets
from tests.mutation.mutants import Mutant
from tests.mutation.shorthand import lengthen, shorten
from tests.mutation.standing import Standing
from tests.proof import results
from tests.proof.ledger import Ledger
from tests.soak.stretch import hours, source
from tests.soak.stretch import joined as joined_stretches

FOLDER: Final = results.ROOT / "docs" / "safety" / "evidence"

Line = dict[str, Any]
Lines = Iterable[Line]


class Kind(Protocol):
    """One long run, and how its ledger is told in few lines."""

    ledger: str

    def counts(self, line: Line) -> bool:
        """Whether the code is still the one that the line is about."""

    def amount(self, lines: Lines) -> float:
        """How far they have come."""

    def shorter(self, lines: Lines) -> Lines: ...

    def longer(self, lines: Lines) -> Lines: ...


class Fuzz:
    ledger = "fuzz.jsonl"

    def counts(self, line: Line) -> bool:
        name = line["name"]
        return name in (*TARGETS, *files.KINDS) and bool(line["version"] == version(name))

    def amount(self, lines: Lines) -> float:
        return float(sum(line.get("bytes", 0) for line in lines))

    def shorter(self, lines: Lines) -> Lines:
        return joined_slices(lines)

    def longer(self, lines: Lines) -> Lines:
        return lines


class Soak:
    ledger = "soak.jsonl"

    def counts(self, line: Line) -> bool:
        return bool(line["version"] == source(line["seed"]).version)

    def amount(self, lines: Lines) -> float:
        return hours(lines)

    def shorter(self, lines: Lines) -> Lines:
        return joined_stretches(lines)

    def longer(self, lines: Lines) -> Lines:
        return lines


class Mutation:
    ledger = "mutation.jsonl"

    def __init__(self) -> None:
        self._standing = Standing(results.ROOT, targets.standing_on(), targets.TESTS)

    def counts(self, line: Line) -> bool:
        result = campaign.from_json(line)
        return result.key == self._standing.key(result.verdict, result.by)

    def amount(self, lines: Lines) -> float:
        return len({line["id"] for line in lines})

    def shorter(self, lines: Lines) -> Lines:
        return shorten({line["id"]: campaign.from_json(line) for line in lines}, _mutants())

    def longer(self, lines: Lines) -> Lines:
        return (asdict(result) for result in lengthen(lines, _mutants()))


def _mutants() -> list[Mutant]:
    enums = campaign.find_enums(results.ROOT, targets.PROGRAM)
    return campaign.find_mutants(results.ROOT, targets.modules(), enums)


def kinds() -> tuple[Kind, ...]:
    return Fuzz(), Mutation(), Soak()


def keep(kind: Kind, begin: Path = results.FOLDER, end: Path = FOLDER) -> bool:
    """Put what *begin* has in the place of what was kept, if that has come further."""
    found, before = (
        [line for line in lines if kind.counts(line)]
        for lines in (_lines(begin / kind.ledger), kind.longer(_lines(end / kind.ledger)))
    )
    if kind.amount(found) <= kind.amount(before):
        return False
    _write(end / kind.ledger, kind.shorter(found))
    return True


def lay_out(kind: Kind, begin: Path = FOLDER, end: Path = results.FOLDER) -> bool:
    """Lay what was kept before a run that has not begun yet."""
    kept = [line for line in kind.longer(_lines(begin / kind.ledger)) if kind.counts(line)]
    if not kept or (end / kind.ledger).exists():
        return False
    _write(end / kind.ledger, kept)
    return True


def _lines(path: Path) -> Iterator[Line]:
    return Ledger(path).lines()


def _write(path: Path, lines: Lines) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(
        "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines), encoding="utf-8"
    )
    fresh.replace(path)


def main() -> int:
    laid = [kind.ledger for kind in kinds() if lay_out(kind)]
    for name in laid:
        print(f"{results.FOLDER / name}: as far as earlier runs have come")
    if not laid:
        print("Nothing to go on with: nothing is kept of this code, or the runs have begun here.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
