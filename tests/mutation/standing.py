"""For how long a verdict stands, so that hours of them need not be had again for one new test.

A mutant that was noticed stays noticed while the program is the same and the test that noticed
it is, with all that its file imports from the tests. Whether one goes unnoticed depends on every
test: a single changed one asks again.
"""

import ast
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from tests.mutation.trials import Verdict

NOTICED: Final = (Verdict.KILLED, Verdict.TIMED_OUT)


class Standing:
    """One program and the tests that are asked about it, as they are on the disk now."""

    def __init__(self, root: Path, program: Iterable[str], tests: Iterable[str]) -> None:
        self._root: Final = root
        self._asked: Final = sorted(path for test in tests for path in _below(root / test))
        self._tops: Final = {path.relative_to(root).parts[0] for path in self._asked}
        self._imports: dict[Path, tuple[Path, ...]] = {}
        self._keys: dict[str, str] = {}
        self._program: Final = self._digest(
            path for tree in program for path in _below(root / tree)
        )

    def key(self, verdict: Verdict, by: str) -> str:
        """Short text that changes when this verdict, of the test *by*, is not to be believed."""
        file = by.partition("::")[0] if verdict in NOTICED else ""
        if file not in self._keys:
            found = [self._root / file] if file else self._asked
            self._keys[file] = f"{self._program}-{self._digest(self._closure(found))}"
        return self._keys[file]

    def _closure(self, begin: Iterable[Path]) -> set[Path]:
        """These files and all that they import from the tests; what sets them up as well."""
        seen: set[Path] = set()
        new = [path for path in begin if path.exists()]
        while new:
            path = new.pop()
            if path not in seen:
                seen.add(path)
                new += [*self._imported(path), *self._setting_up(path)]
        return seen

    def _imported(self, path: Path) -> tuple[Path, ...]:
        if path not in self._imports:
            names = _names(ast.parse(path.read_text(encoding="utf-8")))
            ours = {name for name in names if name.partition(".")[0] in self._tops}
            self._imports[path] = tuple(file for name in ours for file in self._files(name))
        return self._imports[path]

    def _files(self, name: str) -> Iterator[Path]:
        path = self._root.joinpath(*name.split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.exists():
                yield file

    def _setting_up(self, path: Path) -> Iterator[Path]:
        for folder in path.parents:
            for name in ("conftest.py", "__init__.py"):
                if (folder / name).exists():
                    yield folder / name
            if folder == self._root:
                return

    def _digest(self, paths: Iterable[Path]) -> str:
        digest = sha256()
        for path in sorted(paths):
            name = str(path.relative_to(self._root)).encode()
            digest.update(name + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()[:12]


def _below(path: Path) -> Iterator[Path]:
    return path.rglob("*.py") if path.is_dir() else iter((path,))


def _names(tree: ast.Module) -> Iterator[str]:
    """Every dotted name that might be a module: `from a import b` may mean a.b."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(module), level=0, names=names):
                yield module
                yield from (f"{module}.{each.name}" for each in names)
            case _:
                pass
