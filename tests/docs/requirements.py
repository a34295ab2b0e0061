"""Finds where each requirement is held, and which tests stand for it (SR-60).

A place is what carries the number in a comment or a docstring. A test stands for a requirement
that its name, the ids of its cases, or its docstring names; a file whose docstring names one says
it for every test in it.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.architecture.sources import PACKAGES, ROOT, python_files

PLACES: Final = (
    *(name for name in PACKAGES if name != "simulator"),
    "tests/architecture",
    "tests/docs",
)
"""Where a requirement may be held. What is held by an absence is held by who looks for it."""
RANKS: Final = ("treadctl/safety", "treadctl/gate", "treadctl/core", "treadctl", "")
TEST_RANKS: Final = ("tests/scenarios", "tests/chaos", "tests/safety", "tests/gate", "")
MUST_STAND: Final = ("tests/safety", "tests/scenarios", "tests/never_events")
"""Every test in here stands for a requirement, a never-event or a ruling of safety.md 4.8."""

_IN_NAME: Final = re.compile(r"(?:^|_)sr(\d{2,})(?=_|$)")
_IN_TEXT: Final = re.compile(r"(?<!\.\.)\bSR-(\d{2,})\b(?!\.\.)")
_OTHERWISE: Final = re.compile(r"(?:^|_)(?:n|ruling_)(\d+)(?=_|$)|\bN(\d+)\b|\b4\.8\.\d+\b")
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_NAMED: Final = (*_FUNCTIONS, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Test:
    """One test function, and the numbers it names."""

    __test__ = False

    file: str
    name: str
    numbers: frozenset[int]
    never_events: frozenset[int]
    spoken_for: bool
    """It names a requirement, a never-event or a ruling, or its file does."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one requirement, the best first."""

    places: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()


@cache
def evidence() -> dict[int, Evidence]:
    """Return what is found in the project as it is."""
    places: dict[int, dict[str, None]] = defaultdict(dict)
    for path in sorted(python_files(*PLACES), key=lambda path: _rank(path, RANKS)):
        for number, place in places_in(path.read_text(), _short(path)):
            places[number].setdefault(place)
    tests: dict[int, list[Test]] = defaultdict(list)
    for test in all_tests():
        for number in test.numbers:
            tests[number].append(test)
    return {
        number: Evidence(tuple(places[number]), tuple(tests[number]))
        for number in sorted({*places, *tests})
    }


@cache
def all_tests() -> tuple[Test, ...]:
    """Return every test function of the project."""
    paths = sorted(python_files("tests"), key=lambda path: _rank(path, TEST_RANKS))
    return tuple(
        test for path in paths for test in read_tests(path.read_text(), str(path.relative_to(ROOT)))
    )


def places_in(source: str, name: str) -> Iterator[tuple[int, str]]:
    """Yield each requirement that *source* mentions, with what mentions it: ``file.py: name``."""
    owners = list(_owners(ast.parse(source)))
    for line, text in enumerate(source.splitlines(), 1):
        for number in _IN_TEXT.findall(text):
            around = [owner for first, last, owner in owners if first <= line <= last]
            yield int(number), f"{name}: {around[-1]}" if around else name


def read_tests(source: str, file: str) -> Iterator[Test]:
    """Yield the test functions of *source*."""
    tree = ast.parse(source)
    of_file = ast.get_docstring(tree) or ""
    constants = {
        target.id: node.value
        for node in tree.body
        for target in _targets(node)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
    }
    for node in ast.walk(tree):
        if not (isinstance(node, _FUNCTIONS) and node.name.startswith("test_")):
            continue
        said = " ".join([ast.get_docstring(node) or "", *_ids(node, constants)])
        everything = f"{node.name} {said}"
        yield Test(
            file,
            node.name,
            frozenset(map(int, [*_IN_NAME.findall(node.name), *_IN_TEXT.findall(said)])),
            frozenset(
                int(each[0] or each[1])
                for each in _OTHERWISE.findall(everything)
                if (each[0] or each[1]) and "ruling_" not in everything
            ),
            any(
                pattern.search(text)
                for pattern in (_IN_NAME, _IN_TEXT, _OTHERWISE)
                for text in (everything, of_file)
            ),
        )


def _ids(
    node: ast.FunctionDef | ast.AsyncFunctionDef, constants: dict[str, ast.expr]
) -> Iterator[str]:
    """What the decorators say, and the tables of the same file that they name."""
    for decorator in node.decorator_list:
        for each in ast.walk(decorator):
            sources: list[ast.AST] = [each]
            if isinstance(each, ast.Name) and each.id in constants:
                sources = list(ast.walk(constants[each.id]))
            for found in sources:
                if isinstance(found, ast.Constant) and isinstance(found.value, str):
                    yield found.value


def _owners(tree: ast.Module) -> Iterator[tuple[int, int, str]]:
    """Every function, class and documented constant, outermost first: its lines and its name."""
    previous: ast.stmt | None = None
    for node in tree.body:
        if isinstance(node, _NAMED):
            yield node.lineno, node.end_lineno or node.lineno, node.name
            for inner in ast.walk(node):
                if inner is not node and isinstance(inner, _NAMED):
                    first = min([inner.lineno, *(d.lineno for d in inner.decorator_list)])
                    last = inner.end_lineno or inner.lineno
                    yield first, last, f"{node.name}.{inner.name}"
        else:
            said = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            names = _targets(previous if said and previous is not None else node)
            if names:
                yield node.lineno, node.end_lineno or node.lineno, names[0].id
        previous = node


def _targets(node: ast.stmt) -> list[ast.Name]:
    match node:
        case ast.Assign(targets=targets):
            return [target for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name() as target):
            return [target]
        case _:
            return []


def _short(path: Path) -> str:
    """As docs/code-overview.md names files: without the name of the product."""
    return str(path.relative_to(ROOT)).removeprefix("treadctl/")


def _rank(path: Path, ranks: tuple[str, ...]) -> tuple[int, str]:
    name = str(path.relative_to(ROOT))
    return next(i for i, each in enumerate(ranks) if name.startswith(each)), name
