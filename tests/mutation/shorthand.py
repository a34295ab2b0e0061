"""Verdicts in few lines: a letter for each mutant of a module, and which test noticed it.

Nine thousand verdicts told one by one are megabytes. The mutants of a source follow from it, in
one order; so their names need not be told, only that they are the same ones. What went unnoticed
is not kept: it is asked again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from tests.mutation.campaign import Result
from tests.mutation.mutants import Mutant
from tests.mutation.planting import path_of
from tests.mutation.targets import ROOT
from tests.mutation.trials import Verdict

LETTERS: Final = {Verdict.KILLED: "k", Verdict.TIMED_OUT: "t", Verdict.CRASHED: "c"}
NONE: Final = "."
"""No verdict, or one that is not kept."""
_VERDICTS: Final = {letter: verdict for verdict, letter in LETTERS.items()}

Line = dict[str, Any]


def shorten(results: Mapping[str, Result], mutants: Iterable[Mutant]) -> Iterator[Line]:
    """A line for each module of which there are verdicts, and one for each test it names."""
    numbers: dict[tuple[str, str], int] = {}
    modules = []
    for module, every in _by_module(mutants).items():
        found = [results.get(mutant.id) for mutant in every]
        kept = [each if each and each.verdict in LETTERS else None for each in found]
        if any(kept):
            letters = "".join(LETTERS[each.verdict] if each else NONE for each in kept)
            by = [numbers.setdefault((each.by, each.key), len(numbers)) for each in kept if each]
            modules.append({"module": module, "mutants": _name(every), "fates": letters, "by": by})
    yield from ({"test": by, "key": key} for by, key in numbers)
    yield from modules


def lengthen(lines: Iterable[Line], mutants: Iterable[Mutant]) -> Iterator[Result]:
    """The same verdicts, one by one; none for a module whose mutants are others now."""
    lines = list(lines)
    tests = [(line["test"], line["key"]) for line in lines if "test" in line]
    modules = _by_module(mutants)
    for line in lines:
        every = modules.get(line.get("module", ""), [])
        if not every or line["mutants"] != _name(every):
            continue
        by = iter(line["by"])
        for mutant, letter in zip(every, line["fates"], strict=True):
            if letter != NONE:
                test, key = tests[next(by)]
                where = f"{path_of(ROOT, mutant.module).relative_to(ROOT)}:{mutant.line}"
                yield Result(mutant.id, key, _VERDICTS[letter], test, 1, 1, "", where)


def _by_module(mutants: Iterable[Mutant]) -> dict[str, list[Mutant]]:
    modules: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        modules[mutant.module].append(mutant)
    return modules


def _name(mutants: Sequence[Mutant]) -> str:
    """One short name for these mutants in this order."""
    return sha256("\n".join(mutant.id for mutant in mutants).encode()).hexdigest()[:12]
