"""What code is made of: the files that it imports, however far away, by reading them.

What a figure was made from is neither one file nor all of them. A change to a screen says nothing
about a session that was walked without one.
"""

import ast
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final


class Imports:
    """The imports of the Python files below one folder."""

    def __init__(self, root: Path) -> None:
        self._root: Final = root
        self._known: dict[Path, frozenset[Path]] = {}

    def closure(self, files: Iterable[Path]) -> set[Path]:
        """These files and all below the folder that they import; what sets tests up as well."""
        seen: set[Path] = set()
        new = [path for path in files if path.exists()]
        while new:
            path = new.pop()
            if path not in seen:
                seen.add(path)
                new += self._needed(path)
        return seen

    def digest(self, files: Iterable[Path]) -> str:
        """One short name for these files: it changes with any of them."""
        digest = sha256()
        for path in sorted(set(files)):
            name = str(path.relative_to(self._root)).encode()
            digest.update(name + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()[:12]

    def _needed(self, path: Path) -> frozenset[Path]:
        if path not in self._known:
            names = _names(ast.parse(path.read_text(encoding="utf-8")))
            found = {file for name in names for file in self._files(name)}
            self._known[path] = frozenset(found | set(self._setting_up(path)))
        return self._known[path]

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


def below(path: Path) -> Iterator[Path]:
    """All Python files of a folder; a file is itself."""
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
