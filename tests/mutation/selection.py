"""Which tests could notice a mutant, and which of them to ask first."""

import ast
import re
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.mutation.coverage_map import CoverageMap
from tests.mutation.mutants import Mutant
from tests.mutation.planting import path_of

BUDGET_S: Final = 90.0
"""Tests that would take longer than this together are not all asked; the report says so. Of the
times noted while lines were recorded, which makes a test take three to four times as long."""
PROVED_BUDGET_S: Final = 10.0
"""For those with a proof that no test can tell them apart. Asked all the same: a proof may be
wrong."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Tests in the order in which they are asked, and how many more there are."""

    tests: list[str]
    of: int


class Selection:
    """Chooses by the lines that each test executes; the cheapest first."""

    def __init__(
        self,
        root: Path,
        modules: Sequence[str],
        known: CoverageMap,
        hints: Mapping[str, str],
        *,
        budget_s: float = BUDGET_S,
        proved: Container[str] = (),
    ) -> None:
        self._map = known
        self._budget_s = budget_s
        self._proved = proved
        self.seconds: Final = known.seconds
        self._hints = hints
        self._last_killers: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._uses = _uses(root, modules)
        self._makes = _makes(root, modules)
        self._files = {
            name: (root / name).read_text()
            for name in sorted({test.partition("::")[0] for test in known.seconds})
        }

    def choose(self, mutant: Mutant) -> Chosen:
        if mutant.at_import:
            found = self._noticing_at_import(mutant)
        else:
            found = self._map.covering(mutant.module, mutant.within, mutant.end_line)
        first = [self._hints.get(mutant.id, ""), *self._last_killers[_function(mutant)]]
        early = [test for test in dict.fromkeys(first) if test in found]
        rest = sorted(found - set(early), key=lambda test: (self._map.seconds[test], test))
        budget_s = PROVED_BUDGET_S if mutant.id in self._proved else self._budget_s
        tests: list[str] = []
        spent_s = 0.0
        for test in (*early, *rest):
            spent_s += self._map.seconds[test]
            if tests and spent_s > budget_s:
                break
            tests.append(test)
        return Chosen(tests, len(found))

    def learn(self, mutant: Mutant, killer: str) -> None:
        """What killed one mutant of a function is likely to kill its neighbour."""
        killers = self._last_killers[_function(mutant)]
        if killer in killers:
            killers.remove(killer)
        killers.insert(0, killer)
        del killers[8:]

    def _noticing_at_import(self, mutant: Mutant) -> set[str]:
        """A value made at import: whoever runs a line that uses its name or that of another value
        made from it, or names one of them itself."""
        names = self._made_of(mutant.place.rpartition(".")[2].partition("+")[0])
        found: set[str] = set()
        for name in names:
            for module, line in self._uses.get(name, ()):
                found |= self._map.covering(module, line, line)
        word = re.compile(rf"\b({'|'.join(map(re.escape, sorted(names)))})\b")
        module_word = re.compile(rf"\b{re.escape(mutant.module.rpartition('.')[2])}\b")
        naming = {
            file
            for file, text in self._files.items()
            if word.search(text) or (not found and module_word.search(text))
        }
        return found | {
            test
            for test in self._map.seconds
            if test.partition("::")[0] in naming and test not in self._map.failed
        }

    def _made_of(self, name: str) -> set[str]:
        names, new = {name}, {name}
        while new:
            new = {made for each in new for made in self._makes.get(each, ())} - names
            names |= new
        return names


def _function(mutant: Mutant) -> tuple[str, str]:
    return mutant.module, mutant.place


def _uses(root: Path, modules: Sequence[str]) -> dict[str, set[tuple[str, int]]]:
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for module in modules:
        for node in ast.walk(ast.parse(path_of(root, module).read_text())):
            match node:
                case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name):
                    found[name].add((module, node.lineno))
                case _:
                    pass
    return found


def _makes(root: Path, modules: Sequence[str]) -> dict[str, set[str]]:
    """By the name of each value: those of the values that a module makes from it at import."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in modules:
        for statement in ast.parse(path_of(root, module).read_text()).body:
            if isinstance(statement, ast.Assign | ast.AnnAssign):
                made, of = set(), set()
                for node in ast.walk(statement):
                    match node:
                        case ast.Name(id=name, ctx=ast.Store()):
                            made.add(name)
                        case ast.Name(id=name) | ast.Attribute(attr=name):
                            of.add(name)
                        case _:
                            pass
                for name in of:
                    found[name] |= made
    return found
