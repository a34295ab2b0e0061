"""What code is made of: the files that it imports, however far away, by reading them.

What a figure was made from is neither one file nor all of them. A change to a screen says nothing
about a session that was walked without one.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from tests.architecture.sources import imports


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

    def _needed(self, path: Path) -> frozenset[Path]:
        if path not in self._known:
            module = ".".join(path.relative_to(self._root).with_suffix("").parts)
            found = imports(path.read_text(encoding="utf-8"), module)
            files = {file for each in found for file in self._files(each.name)}
            self._known[path] = frozenset(files | set(self._setting_up(path)))
        return self._known[path]

    def _files(self, name: str) -> Iterator[Path]:
        """What is imported by this name: a module, or something that one has."""
        path = self._root.joinpath(*name.split("."))
        for each in (path, path.parent):
            for file in (each.with_suffix(".py"), each / "__init__.py"):
                if file.exists():
                    yield file

    def _setting_up(self, path: Path) -> Iterator[Path]:
        for folder in path.parents:
            for name in ("conftest.py", "__init__.py"):
                if (folder / name).exists():
                    yield folder / name
            if folder == self._root:
                return


def below(root: Path, trees: Iterable[str]) -> set[Path]:
    """All Python files of these folders; a file is itself."""
    paths = [root / tree for tree in trees]
    return {file for path in paths for file in (path.rglob("*.py") if path.is_dir() else [path])}


def digest(root: Path, files: Iterable[Path]) -> str:
    """One short name for these files: it changes with any of them."""
    found = sha256()
    for path in sorted(set(files)):
        found.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:12]
